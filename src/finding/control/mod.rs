//! The controls of compliance frameworks: which rules speak for each, and what they say together.
//!
//! A control without a rule is listed, too: it did not pass, since nothing looked at it.

mod catalog;

use std::collections::{BTreeMap, BTreeSet};

use super::{Outcome, RuleInfo, Verdict};
use crate::org::{Kind, State};

/// A framework with its controls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Framework<'a> {
    /// The word that rules use for it.
    pub id: &'a str,
    /// What it is called, if rolelint knows it.
    pub name: Option<&'a str>,
    /// Those that are known to be about access and those that a rule names.
    pub controls: Vec<Control<'a>>,
}

/// A control, and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Control<'a> {
    /// The framework's id for it.
    pub id: &'a str,
    /// What it asks for, if rolelint knows it.
    pub title: Option<&'a str>,
    /// The rules that name it, in [`Outcome::rules`].
    pub rules: Vec<usize>,
    /// The rules that name it and were not judged, in [`Outcome::skipped`].
    pub skipped: Vec<usize>,
    /// What its rules say together; nothing, if there are none.
    pub verdict: Option<Verdict>,
    /// How many things there are of each kind that its rules look at; `None` if their list was not read.
    pub population: BTreeMap<Kind, Option<usize>>,
}

impl Outcome {
    /// The frameworks that rolelint knows, then those that only rules name.
    pub fn controls(&self) -> Vec<Framework<'_>> {
        let named = self.rules.iter().map(|rule| &rule.info.controls);
        let named = named.chain(self.skipped.iter().map(|skipped| &skipped.controls));
        // Each framework with the controls that rules name.
        let mut others: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (framework, controls) in named.flatten() {
            others.entry(framework).or_default().extend(controls.iter().map(String::as_str));
        }
        let mut frameworks = Vec::new();
        for known in catalog::frameworks() {
            let mut controls = others.remove(known.id).unwrap_or_default();
            let listed = known.controls.iter().map(|(id, title)| {
                controls.remove(id);
                self.control(known.id, id, Some(title))
            });
            let mut listed: Vec<Control<'_>> = listed.collect();
            listed.extend(controls.into_iter().map(|id| self.control(known.id, id, None)));
            frameworks.push(Framework { id: known.id, name: Some(known.name), controls: listed });
        }
        frameworks.extend(others.into_iter().map(|(framework, controls)| {
            let controls = controls.into_iter().map(|id| self.control(framework, id, None)).collect();
            Framework { id: framework, name: None, controls }
        }));
        frameworks
    }

    fn control<'a>(&self, framework: &str, id: &'a str, title: Option<&'a str>) -> Control<'a> {
        let names = |controls: &BTreeMap<String, Vec<String>>| {
            controls.get(framework).is_some_and(|controls| controls.iter().any(|named| named == id))
        };
        let rules: Vec<usize> = (0..self.rules.len()).filter(|&at| names(&self.rules[at].info.controls)).collect();
        let skipped = (0..self.skipped.len()).filter(|&at| names(&self.skipped[at].controls)).collect();
        let verdict = together(rules.iter().map(|&at| self.rules[at].verdict()));
        let population = rules.iter().flat_map(|&at| self.population_of(&self.rules[at].info)).collect();
        Control { id, title, rules, skipped, verdict, population }
    }

    /// How many things there are of the kinds that a rule selects; `None` if their list was not read.
    pub fn population_of(&self, rule: &RuleInfo) -> BTreeMap<Kind, Option<usize>> {
        let known = self.known_population();
        let of = |kind: &Kind| Some((*kind, known.get(kind).copied())).filter(|_| *kind != Kind::Grant);
        rule.select.iter().filter_map(of).collect()
    }

    /// How many things there are of each kind. Kinds whose list was not read are left out: nobody knows how many there are.
    pub fn known_population(&self) -> BTreeMap<Kind, usize> {
        let was_read = |kind: &Kind| {
            let list = self.coverage.iter().find(|of| of.collection.name() == format!("{}s", kind.name()));
            list.is_none_or(|of| matches!(of.state, State::Complete | State::Partial))
        };
        let known = self.population.iter().filter(|&(kind, count)| *count > 0 || was_read(kind));
        known.map(|(kind, count)| (*kind, *count)).collect()
    }
}

/// The verdict of several rules: a violation, else unknown. A rule that selected nothing does not pass by itself,
/// and does not undo the pass of another.
fn together(verdicts: impl Iterator<Item = Verdict>) -> Option<Verdict> {
    let verdicts: BTreeSet<Verdict> = verdicts.collect();
    let order = [Verdict::Violation, Verdict::Unknown, Verdict::Pass, Verdict::Vacuous];
    order.into_iter().find(|verdict| verdicts.contains(verdict))
}

#[cfg(test)]
mod tests {
    use super::Verdict::{Pass, Unknown, Vacuous, Violation};
    use super::*;

    #[test]
    fn unknown_is_never_outweighed_by_a_pass_and_nothing_is_no_verdict() {
        for (verdicts, expected) in [
            (&[][..], None),
            (&[Pass, Pass], Some(Pass)),
            (&[Pass, Vacuous], Some(Pass)),
            (&[Vacuous, Vacuous], Some(Vacuous)),
            (&[Pass, Unknown, Vacuous], Some(Unknown)),
            (&[Vacuous, Unknown], Some(Unknown)),
            (&[Pass, Unknown, Violation], Some(Violation)),
        ] {
            assert_eq!(together(verdicts.iter().copied()), expected, "{verdicts:?}");
        }
    }
}
