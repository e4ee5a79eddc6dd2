//! What a policy reads, from its text alone: which collections, and whose roles.

use std::collections::BTreeSet;

use super::{Assertion, Condition, Kind, Policy, Rule, Test, ViaTest};
use crate::org::Collection;

/// What policies read.
#[derive(Debug)]
pub struct Needs<'p> {
    /// The collections, each with its parent if it has one.
    pub collections: BTreeSet<Collection>,
    /// Whose roles of their own.
    pub users: Users<'p>,
}

/// The users whose roles are read, one by one and slowly.
#[derive(Debug)]
pub enum Users<'p> {
    /// Everybody's.
    All,
    /// Those for whom all conditions of one of these lists hold, or may. The list of users is enough to tell.
    Those(Vec<Vec<&'p Condition>>),
}

/// What these policies read.
pub fn needs(policies: &[Policy]) -> Needs<'_> {
    let rules = || policies.iter().flat_map(|policy| &policy.rules);
    let collections: BTreeSet<Collection> = rules().flat_map(Rule::needs).collect();
    let reading = rules().filter(|rule| rule.needs().contains(&Collection::UserRoles));
    let narrowed: Option<Vec<_>> = reading.map(Rule::narrows).collect();
    Needs { collections, users: narrowed.map_or(Users::All, Users::Those) }
}

impl Rule {
    /// The collections that this rule reads.
    pub fn needs(&self) -> BTreeSet<Collection> {
        let mut needs: BTreeSet<Collection> = self.select.reads().iter().copied().collect();
        self.filter.add_needs(&mut needs);
        match &self.assertion {
            Assertion::Forbid(condition) | Assertion::Require(condition) => condition.add_needs(&mut needs),
            Assertion::Exactly(exactly) => needs.extend(exactly.attribute.reads),
            Assertion::Count(..) => {}
        }
        let parents: Vec<Collection> = needs.iter().filter_map(|collection| collection.parent()).collect();
        needs.extend(parents);
        needs
    }

    /// The parts of `where` that the list of users is enough to answer, if there are any: for whom one of them does
    /// not hold, the rest of the rule does not matter.
    fn narrows(&self) -> Option<Vec<&Condition>> {
        // What a rule says of others than its subject is not narrowed by what selects the subject.
        let about_subject = match &self.assertion {
            Assertion::Forbid(condition) | Assertion::Require(condition) => condition.about_subject(),
            Assertion::Count(..) | Assertion::Exactly(_) => true,
        };
        if self.select != Kind::User || !about_subject || !self.filter.about_subject() {
            return None;
        }
        let parts = match &self.filter.test {
            Test::All(parts) => parts.iter().collect(),
            _ => vec![&self.filter],
        };
        let listed: Vec<&Condition> = parts.into_iter().filter(|part| part.needs_only_the_list()).collect();
        (!listed.is_empty()).then_some(listed)
    }
}

impl Condition {
    fn add_needs(&self, needs: &mut BTreeSet<Collection>) {
        match &self.test {
            Test::All(parts) | Test::Any(parts) => parts.iter().for_each(|part| part.add_needs(needs)),
            Test::Not(part) => part.add_needs(needs),
            Test::Text(attribute, ..)
            | Test::List(attribute, ..)
            | Test::Flag(attribute, ..)
            | Test::Time(attribute, ..)
            | Test::Via(attribute, ViaTest::Kinds(_)) => needs.extend(attribute.reads),
            Test::Via(attribute, ViaTest::Group(condition)) => {
                needs.extend(attribute.reads);
                condition.add_needs(needs);
            }
            Test::Related(attribute, _, related) => {
                needs.extend(attribute.reads);
                related.condition.add_needs(needs);
            }
        }
    }

    fn needs_only_the_list(&self) -> bool {
        let mut needs = BTreeSet::new();
        self.add_needs(&mut needs);
        needs.is_empty()
    }

    /// Whether the roles of users that this condition on a user reads are the user's own: one relation deep.
    fn about_subject(&self) -> bool {
        match &self.test {
            Test::All(parts) | Test::Any(parts) => parts.iter().all(Self::about_subject),
            Test::Not(part) => part.about_subject(),
            Test::Text(..) | Test::List(..) | Test::Flag(..) | Test::Time(..) | Test::Via(..) => true,
            Test::Related(_, _, related) => {
                let mut deeper = BTreeSet::new();
                related.condition.add_needs(&mut deeper);
                !deeper.contains(&Collection::UserRoles)
            }
        }
    }
}
