//! `narrow:` of a policy: conditions that rules of the files that it extends get in addition to their own `where`.

use std::ops::Range;

use super::{Condition, Kind, Pattern, Policy, Predicate, TextPredicate, ViaPredicate};
use crate::document::tree::{Key, Node};
use crate::document::{Code, Location, Reader, nearest};

/// A rule of another file that selects less.
#[derive(Clone, Debug)]
pub struct Narrowing {
    /// The rule.
    pub rule: String,
    /// What has to hold in addition, for each kind of thing that it selects.
    pub conditions: Vec<(Kind, Condition)>,
    /// Where it is written.
    pub location: Location,
}

impl Narrowing {
    /// `acme.yaml:4: rule api-key-unused selects only what satisfies { name: prod-* }`.
    pub fn sentence(&self) -> String {
        let text = &self.location.source.text[self.location.span.clone()];
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let (source, line) = (&self.location.source.name, self.location.region().line);
        format!("{source}:{line}: rule {} selects only what satisfies {text}", self.rule)
    }
}

impl Reader<'_> {
    /// Reads `narrow:`. Which rules there are to narrow is known if the files were loaded that this one extends.
    pub(super) fn narrow(&mut self, node: Option<&Node>, rules: Option<&[(&str, Vec<Kind>)]>) -> Vec<Narrowing> {
        let Some(entries) = node.and_then(|node| self.entries(node, "`narrow`")) else { return Vec::new() };
        let Some(rules) = rules else { return Vec::new() };
        entries.into_iter().filter_map(|(key, node)| self.narrowing(key, node, rules)).collect()
    }

    fn narrowing(&mut self, key: &Key, node: &Node, rules: &[(&str, Vec<Kind>)]) -> Option<Narrowing> {
        let Some((_, kinds)) = rules.iter().find(|(id, _)| *id == key.text) else {
            let message = format!("no file that this one extends has a rule `{}`", key.text);
            let near = nearest(&key.text, rules.iter().map(|(id, _)| *id));
            let help = near.map_or_else(
                || "add the file or the pack that has it to `extends`".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            self.problem(Code::UnknownName.at(key.span.clone(), message).help(help));
            return None;
        };
        if !self.not_empty(node, "the condition") {
            return None;
        }
        let of_kind = |kind: &Kind| {
            self.place.subject = Some(kind.name());
            Some((*kind, self.condition(node, *kind)?))
        };
        let conditions = kinds.iter().map(of_kind).collect::<Option<_>>()?;
        let location = Location { source: std::sync::Arc::clone(self.source), span: node.span.clone() };
        Some(Narrowing { rule: key.text.clone(), conditions, location })
    }
}

/// Narrows the rules of these policies as `narrow:` in any of them says.
pub(super) fn apply(policies: &mut [Policy]) {
    let narrowings: Vec<Narrowing> = policies.iter().flat_map(|policy| policy.narrowings.clone()).collect();
    for Narrowing { rule: id, conditions, .. } in narrowings {
        for rule in policies.iter_mut().flat_map(|policy| &mut policy.rules).filter(|rule| rule.info.id == id) {
            let Some((_, condition)) = conditions.iter().find(|(kind, _)| *kind == rule.select) else { continue };
            // Evidence points into the file of the rule.
            let place = rule.info.location.span.clone();
            let mut condition = condition.clone();
            condition.place(&place);
            let span = rule.filter.span.clone();
            let mut parts = rule.filter.conjuncts().to_vec();
            parts.extend(condition.conjuncts().iter().cloned());
            rule.filter = Condition { span, predicate: Predicate::All(parts) };
        }
    }
}

impl Condition {
    /// Moves it and all of its parts to one place of another file.
    fn place(&mut self, at: &Range<usize>) {
        self.span = at.clone();
        match &mut self.predicate {
            Predicate::All(parts) | Predicate::Any(parts) => parts.iter_mut().for_each(|part| part.place(at)),
            Predicate::Not(part) | Predicate::Via(_, ViaPredicate::Group(part)) => part.place(at),
            Predicate::Text(_, _, test) => test.place(at),
            Predicate::List(_, _, test) => {
                let lists = [test.any.as_mut(), test.only.as_mut(), test.known.as_mut()].into_iter().flatten();
                for list in lists.chain([&mut test.all, &mut test.none, &mut test.except]) {
                    place(list, at);
                }
                test.this.iter_mut().for_each(|(_, this)| this.place_at(at));
            }
            Predicate::Time(_, _, test) => test.this.iter_mut().for_each(|moment| moment.this.place_at(at)),
            Predicate::Related(_, _, related) => related.condition.place(at),
            Predicate::Via(_, ViaPredicate::Kinds(kinds)) => {
                for (_, span) in kinds {
                    *span = at.clone();
                }
            }
            Predicate::Flag(..) => {}
        }
    }
}

impl TextPredicate {
    fn place(&mut self, at: &Range<usize>) {
        self.any.iter_mut().for_each(|list| list.place_at(at));
        self.except.place_at(at);
        self.regex.iter_mut().for_each(|regex| regex.span = at.clone());
        self.this.iter_mut().for_each(|this| this.place_at(at));
    }
}

fn place(patterns: &mut [Pattern], at: &Range<usize>) {
    for pattern in patterns {
        pattern.span = at.clone();
    }
}
