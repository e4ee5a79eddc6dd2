//! `exactly`: the values that an attribute of several things has, no more and no fewer.

use std::collections::HashSet;
use std::ops::Range;

use super::{
    Attribute, Condition, Exactly, Kind, Pattern, Patterns, Predicate, Quantity, RelatedPredicate, Relation,
    TextPredicate, Type, same_text,
};
use crate::document::tree::{Node, Yaml};
use crate::document::{Code, Reader};

/// The longest value, in bytes.
const LONGEST_VALUE: usize = 1024;

impl Reader<'_> {
    /// The values of one text attribute, as the assertion of a rule.
    pub(super) fn exactly(&mut self, node: &Node, select: Kind) -> Option<Exactly> {
        let entries = self.entries(node, "`exactly`")?;
        let [(key, values)] = entries.as_slice() else {
            let problem = Code::Misplaced.at(node.span.clone(), "`exactly` takes one attribute");
            self.problem(problem.help("exactly: { email: [ada@acme.example, grace@acme.example] }"));
            return None;
        };
        let attribute = self.attribute(key, select)?;
        let Type::Text(case, column) = attribute.type_ else {
            let message = format!("`exactly` needs a text attribute, and `{}` is not one", key.text);
            let problem = Code::WrongType.at(key.span.clone(), message);
            self.problem(match attribute.type_ {
                Type::Relation(_) => {
                    let key = &key.text;
                    problem.help(format!("for what it is related to, write `require: {{ {key}: {{ exactly: … }} }}`"))
                }
                Type::Text(..) | Type::List(..) | Type::Escalation | Type::Flag(_) | Type::Time(_) | Type::Via => {
                    problem
                }
            });
            return None;
        };
        let span = values.span.clone();
        let mut literals: Vec<Pattern> = Vec::new();
        let mut seen = HashSet::new();
        for value in self.list(values)? {
            self.not_this(&value);
            match value.yaml {
                Yaml::Text(text) if !seen.insert(same_text(&text, case)) => {
                    self.problem(Code::Duplicate.at(value.span, format!("`{text}` is in the list twice")));
                }
                Yaml::Text(text) if text.len() > LONGEST_VALUE => {
                    self.problem(Code::InvalidValue.at(value.span, "a value longer than 1024 bytes"));
                }
                Yaml::Text(text) => literals.push(Pattern::exactly(&text, case, value.span)),
                Yaml::Null | Yaml::Flag(_) | Yaml::Number(_) | Yaml::Float | Yaml::List(_) | Yaml::Map(_) => {
                    self.wrong(&value, &format!("a value of `{}`", key.text), "a text");
                }
            }
        }
        Some(Exactly { attribute, column, values: literals.into(), span })
    }

    /// What has to hold of related things, of those that satisfy a condition, so that an attribute of theirs has exactly
    /// these values: none has another, and for each value one has it.
    pub(super) fn exactly_related(
        &mut self,
        node: &Node,
        which: Option<&Condition>,
        of: Kind,
    ) -> Option<Vec<(Range<usize>, Condition, Quantity)>> {
        let (through, exactly) = self.exactly_through(node, of)?;
        let has = |values: Patterns, span: &Range<usize>| {
            let test = TextPredicate { any: Some(values), ..TextPredicate::default() };
            let text =
                Condition { span: span.clone(), predicate: Predicate::Text(exactly.attribute, exactly.column, test) };
            through.iter().rev().fold(text, |condition, (attribute, relation)| {
                let test = RelatedPredicate { condition: Box::new(condition), quantity: Quantity::Some };
                Condition { span: span.clone(), predicate: Predicate::Related(attribute, *relation, test) }
            })
        };
        let among = |condition: Option<Condition>, span: &Range<usize>| {
            let parts: Vec<Condition> = which.cloned().into_iter().chain(condition).collect();
            Condition { span: span.clone(), predicate: Predicate::All(parts) }
        };
        let whole = &exactly.span;
        // If there is no value, the attribute does not matter.
        let other = (!exactly.values.is_empty()).then(|| {
            let listed = has(exactly.values.clone(), whole);
            Condition { span: whole.clone(), predicate: Predicate::Not(Box::new(listed)) }
        });
        let no_other = (whole.clone(), among(other, whole), Quantity::None);
        let each = exactly.values.iter().map(|value| {
            let span = &value.span;
            (span.clone(), among(Some(has(vec![value.clone()].into(), span)), span), Quantity::Some)
        });
        Some(std::iter::once(no_other).chain(each).collect())
    }

    /// The attribute with its values, and the relations to one thing that lead to it.
    fn exactly_through(&mut self, node: &Node, of: Kind) -> Option<(Vec<(&'static Attribute, Relation)>, Exactly)> {
        if let Yaml::Map(entries) = &node.yaml
            && let [(key, inner)] = entries.as_slice()
            && let Some(attribute) = super::find(of, &key.text)
            && let Type::Relation(relation) = attribute.type_
            && relation.to_one()
        {
            let (mut through, exactly) = self.exactly_through(inner, relation.target())?;
            through.insert(0, (attribute, relation));
            return Some((through, exactly));
        }
        self.exactly(node, of).map(|exactly| (Vec::new(), exactly))
    }
}
