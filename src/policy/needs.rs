//! Which collections a policy reads, from its text alone.

use std::collections::BTreeSet;

use super::{Assertion, Condition, Policy, Rule, Test, ViaTest};
use crate::org::Collection;

/// The collections that these policies read.
pub fn needs(policies: &[Policy]) -> BTreeSet<Collection> {
    policies.iter().flat_map(|policy| &policy.rules).flat_map(Rule::needs).collect()
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
}
