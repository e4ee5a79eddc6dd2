//! `exactly`: the values that an attribute of several things has, no more and no fewer.

use std::collections::HashSet;
use std::ops::Range;

use super::this::With;
use super::{
    Attribute, Condition, Exactly, Kind, Means, Pattern, Patterns, Predicate, Quantity, RelatedPredicate, Relation,
    TextPredicate, This, Type, same_text,
};
use crate::document::tree::{Node, Yaml};
use crate::document::{Code, Reader};

/// The longest value, in bytes.
const LONGEST_VALUE: usize = 1024;

/// Relations to one thing that lead to an attribute.
type Through = Vec<(&'static Attribute, Relation)>;

/// A part of what has to hold so that related things have exactly some values.
pub(super) struct Share {
    /// Where it stands.
    pub span: Range<usize>,
    /// What the selected thing has to satisfy for this part to matter; if nothing, it always does.
    pub only_if: Option<Condition>,
    /// The condition on related things.
    pub condition: Condition,
    /// How many of them satisfy it.
    pub quantity: Quantity,
}

impl Reader<'_> {
    /// The values of one text attribute, as the assertion of a rule.
    pub(super) fn exactly(&mut self, node: &Node, select: Kind) -> Option<Exactly> {
        self.exactly_or_this(node, select, false).map(|(exactly, _)| exactly)
    }

    /// The same, of related things: values of the selected thing may be among them.
    fn exactly_or_this(&mut self, node: &Node, select: Kind, related: bool) -> Option<(Exactly, Vec<This>)> {
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
        let (this, others) =
            if related { self.apart(values, case, With::Literal)? } else { (Vec::new(), Some((*values).clone())) };
        let others = others.map_or(Some(Vec::new()), |others| self.list(&others))?;
        for value in others {
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
        Some((Exactly { attribute, column, values: literals.into(), span }, this))
    }

    /// What has to hold of related things, of those that satisfy a condition, so that an attribute of theirs has exactly
    /// these values: none has another, and for each value one has it.
    pub(super) fn exactly_related(&mut self, node: &Node, which: Option<&Condition>, of: Kind) -> Option<Vec<Share>> {
        let (through, exactly, this) = self.exactly_through(node, of)?;
        let listed = this.iter().find(|this| matches!(this.means, Means::Listed(_)));
        if let Some(listed) = listed.filter(|_| self.place.depth > 1) {
            let problem =
                Code::Misplaced.at(listed.span.clone(), "`exactly` looks up only what the selected thing leads to");
            self.problem(problem.help("write it in the first relation of the rule"));
            return None;
        }
        let has = |values: Patterns, this: Vec<This>, span: &Range<usize>| {
            let test = TextPredicate { any: Some(values), this, ..TextPredicate::default() };
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
        let other = (!exactly.values.is_empty() || !this.is_empty()).then(|| {
            let listed = has(exactly.values.clone(), this.clone(), whole);
            Condition { span: whole.clone(), predicate: Predicate::Not(Box::new(listed)) }
        });
        let share = |span: &Range<usize>, condition, quantity| Share {
            span: span.clone(),
            only_if: None,
            condition: among(condition, span),
            quantity,
        };
        let some = |value: &Pattern| {
            share(&value.span, Some(has(vec![value.clone()].into(), Vec::new(), &value.span)), Quantity::Some)
        };
        let mut all = vec![share(whole, other, Quantity::None)];
        all.extend(exactly.values.iter().map(some));
        for this in &this {
            match &this.means {
                Means::Text { .. } => {
                    let text = has(Patterns::default(), vec![this.clone()], &this.span);
                    all.push(share(&this.span, Some(text), Quantity::Some));
                }
                Means::Listed(listed) => {
                    for (key, values) in listed.iter() {
                        let is = this.is(key);
                        all.extend(values.iter().map(|value| Share { only_if: Some(is.clone()), ..some(value) }));
                    }
                }
            }
        }
        Some(all)
    }

    /// The attribute with its values, and the relations to one thing that lead to it.
    fn exactly_through(&mut self, node: &Node, of: Kind) -> Option<(Through, Exactly, Vec<This>)> {
        if let Yaml::Map(entries) = &node.yaml
            && let [(key, inner)] = entries.as_slice()
            && let Some(attribute) = super::find(of, &key.text)
            && let Type::Relation(relation) = attribute.type_
            && relation.to_one()
        {
            let (mut through, exactly, this) = self.exactly_through(inner, relation.target())?;
            through.insert(0, (attribute, relation));
            return Some((through, exactly, this));
        }
        self.exactly_or_this(node, of, true).map(|(exactly, this)| (Vec::new(), exactly, this))
    }
}
