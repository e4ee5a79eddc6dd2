//! Names in a policy that nobody bears. "Mallory must not hold Y" is no assurance if Mallory is spelled wrong.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use super::facts::Facts;
use crate::document::nearest;
use crate::org::{Collection, Extent, Known, Role};
use crate::policy::{
    Assertion, Attribute, Condition, Kind, Naming, Pattern, Predicate, Rule, TextColumn, ViaPredicate, nfc,
};

/// For how many names of a rule the nearest is looked for.
const NEAREST: usize = 5;

/// The names that an organization has.
pub struct Names<'f, 'o> {
    facts: &'f Facts<'o>,
    /// The permissions that some role grants.
    permissions: HashSet<usize>,
    /// The values of an attribute, gathered when first asked for.
    borne: RefCell<HashMap<(Kind, &'static str), Borne>>,
}

/// The values that things bear, in lower case.
struct Borne {
    all: HashSet<String>,
    /// Whether the value of every thing is known.
    certain: bool,
}

impl<'f, 'o> Names<'f, 'o> {
    pub fn new(facts: &'f Facts<'o>) -> Self {
        let granted = facts.org.roles.iter().filter_map(|role| role.permissions.value()).flatten();
        Self { facts, permissions: granted.map(|word| word.at()).collect(), borne: RefCell::default() }
    }

    /// A note for each name in the rule that the organization does not have. Where it could not all be read,
    /// nothing is said: the name may be among the rest.
    pub fn unresolved(&self, rule: &Rule) -> Vec<String> {
        let mut notes = Vec::new();
        self.condition(&rule.filter, &mut notes);
        match &rule.assertion {
            Assertion::Forbid(condition) | Assertion::Require(condition) => self.condition(condition, &mut notes),
            // A value that `exactly` lists and nobody has is a finding.
            Assertion::Count(..) | Assertion::Exactly(_) => {}
        }
        notes
    }

    fn condition(&self, condition: &Condition, notes: &mut Vec<String>) {
        match &condition.predicate {
            // A name or an id: one of the two is enough.
            Predicate::Any(parts) if is_name_or_id(parts) => self.name_or_id(parts, notes),
            Predicate::All(parts) | Predicate::Any(parts) => parts.iter().for_each(|part| self.condition(part, notes)),
            Predicate::Not(part) => self.condition(part, notes),
            Predicate::Related(_, _, related) => self.condition(&related.condition, notes),
            Predicate::Via(_, ViaPredicate::Group(group)) => self.condition(group, notes),
            Predicate::Text(attribute, column, test) if attribute.names.is_some() => {
                for pattern in test.any.iter().flatten().chain(&test.except) {
                    let first = notes.len() < NEAREST;
                    note(notes, self.nobody(attribute, *column, pattern, first));
                }
            }
            Predicate::List(_, _, test) => {
                let patterns = [test.any.as_ref(), test.only.as_ref()].into_iter().flatten().flatten();
                for pattern in patterns.chain(&test.all).chain(&test.none).chain(&test.except) {
                    note(notes, self.no_permission(pattern));
                }
            }
            Predicate::Text(..)
            | Predicate::Flag(..)
            | Predicate::Time(..)
            | Predicate::Via(_, ViaPredicate::Kinds(_)) => {}
        }
    }

    fn name_or_id(&self, parts: &[Condition], notes: &mut Vec<String>) {
        let each: Vec<_> = parts
            .iter()
            .filter_map(|part| match &part.predicate {
                Predicate::Text(attribute, column, test) => Some((*attribute, *column, test.any.as_deref()?)),
                Predicate::All(_)
                | Predicate::Any(_)
                | Predicate::Not(_)
                | Predicate::List(..)
                | Predicate::Flag(..)
                | Predicate::Time(..)
                | Predicate::Related(..)
                | Predicate::Via(..) => None,
            })
            .collect();
        for at in 0..each.first().map_or(0, |(.., patterns)| patterns.len()) {
            let first = notes.len() < NEAREST;
            let unresolved: Option<Vec<String>> =
                each.iter().map(|(of, column, patterns)| self.nobody(of, *column, &patterns[at], first)).collect();
            note(notes, unresolved.and_then(|unresolved| unresolved.into_iter().next()));
        }
    }

    /// A note, if the pattern is a literal that no thing of that kind bears.
    /// To look for the nearest name takes long: it is done for the `first` ones only.
    fn nobody(&self, attribute: &Attribute, column: TextColumn, pattern: &Pattern, first: bool) -> Option<String> {
        let literal = pattern.literal()?;
        let org = self.facts.org;
        let words = match attribute.names? {
            Naming::OneOf(words) => words,
            Naming::Itself | Naming::Permission => &[],
        };
        if words.iter().any(|word| pattern.matches(word)) || !self.lists_all(attribute.of) {
            return None;
        }
        let value = |at| match column {
            TextColumn::Each(read) => read(org, at),
            TextColumn::Symbol(read) => read(org, at).map(|word| org.symbols.text(word)),
            // Words that are not the API's are looked at when the policy is read.
            TextColumn::Principal | TextColumn::Scope => Known::Missing,
        };
        let things = self.facts.count(attribute.of);
        let values = || (0..things).filter_map(|at| value(at).value().copied());
        let mut borne = self.borne.borrow_mut();
        let borne = borne.entry((attribute.of, attribute.name)).or_insert_with(|| Borne {
            all: values().map(|text| nfc(text).to_lowercase()).collect(),
            // Who has no name that we know of may have this one.
            certain: !(0..things).any(|at| value(at).is_missing()),
        });
        let folded = borne.all.contains(&literal.to_lowercase());
        let here = folded && (pattern.ignores_case() || values().any(|text| nfc(text) == literal));
        if here || !borne.certain {
            return None;
        }
        let near = if first { nearest(literal, values().chain(words.iter().copied())) } else { None };
        Some(unresolved(
            literal,
            &format!("no {} has this {}", attribute.of.name().replace('_', " "), attribute.name),
            near,
        ))
    }

    /// Whether the names of all things of a kind are known. Where nobody asked for the roles of projects, or for those of
    /// the organization, nobody speaks of them.
    fn lists_all(&self, kind: Kind) -> bool {
        let asked = |collection| self.facts.org.coverage.of(collection).asked;
        let (organization, project) = (asked(Collection::Roles), asked(Collection::ProjectRoles));
        let some = kind != Kind::Role || organization || project;
        some && self.facts.lists_all(kind, Extent { organization, project, ..Extent::ALL })
    }

    fn no_permission(&self, pattern: &Pattern) -> Option<String> {
        let literal = pattern.literal()?;
        let org = self.facts.org;
        // What a legacy word stands for is told by a list, if one was asked for.
        let listed_by = |role: &Role| match role.resource_type.value().map(|word| org.symbols.text(*word)) {
            Some("api.project") => Collection::ProjectRoles,
            _ => Collection::Roles,
        };
        let asked = |role: &&Role| org.coverage.of(listed_by(role)).asked;
        let known =
            self.lists_all(Kind::Role) && org.roles.iter().filter(asked).all(|role| role.permissions.value().is_some());
        let granted =
            || org.symbols.iter().enumerate().filter(|(at, _)| self.permissions.contains(at)).map(|(_, word)| word);
        if !known || granted().any(|word| pattern.matches(word)) {
            return None;
        }
        Some(unresolved(literal, "no role grants this permission", nearest(literal, granted())))
    }
}

fn is_name_or_id(parts: &[Condition]) -> bool {
    let named = |part: &Condition, name: &str| matches!(&part.predicate, Predicate::Text(attribute, ..) if attribute.name == name);
    matches!(parts, [name, id] if named(name, "name") && named(id, "id") && name.span == id.span)
}

fn unresolved(literal: &str, why: &str, near: Option<&str>) -> String {
    let near = near.map_or(String::new(), |near| format!("; the nearest is `{near}`"));
    format!("`{literal}`: {why}{near}")
}

fn note(notes: &mut Vec<String>, new: Option<String>) {
    notes.extend(new.filter(|new| !notes.contains(new)));
}
