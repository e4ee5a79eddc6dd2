//! Which answers of each rule some test has seen.

use std::collections::BTreeMap;

use super::cases::Suite;
use crate::policy::Policy;

/// What tests have seen of a rule, as they expected it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// It fired.
    pub violation: bool,
    /// It passed.
    pub pass: bool,
    /// It was unknown.
    pub unknown: bool,
}

impl Seen {
    /// The answers that no test has seen.
    pub fn unseen(self) -> Vec<&'static str> {
        let all = [("violation", self.violation), ("pass", self.pass), ("unknown", self.unknown)];
        all.into_iter().filter(|(_, seen)| !seen).map(|(word, _)| word).collect()
    }
}

/// What tests have seen, by rule.
#[derive(Debug, Default)]
pub struct Coverage(BTreeMap<String, Seen>);

impl Coverage {
    /// All rules of the policies; nothing has been seen of them yet.
    pub fn new(suites: &[Suite], untested: &[Policy]) -> Self {
        let tested = suites.iter().flat_map(|suite| &suite.policies);
        let own = tested.chain(untested).filter(|policy| !policy.extended);
        let rules = own.flat_map(|policy| &policy.rules);
        Self(rules.map(|rule| (rule.info.id.clone(), Seen::default())).collect())
    }

    /// Adds what a test has seen of a rule.
    pub fn add(&mut self, rule: &str, seen: Seen) {
        // A test may also expect something of the rules that a policy extends.
        let Some(known) = self.0.get_mut(rule) else { return };
        known.violation |= seen.violation;
        known.pass |= seen.pass;
        known.unknown |= seen.unknown;
    }

    /// Each rule with what was seen of it.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Seen)> {
        self.0.iter().map(|(rule, seen)| (rule.as_str(), *seen))
    }

    /// How many of a hundred answers were seen, rounded down: each rule has three.
    pub fn percent(&self) -> usize {
        let seen: usize = self.0.values().map(|seen| 3 - seen.unseen().len()).sum();
        (100 * seen).checked_div(3 * self.0.len()).unwrap_or(0)
    }
}
