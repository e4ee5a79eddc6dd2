//! A proof: the values that decided, the paths that lead there, and what is missing.

mod explain;
mod fingerprint;
mod matches;
mod message;
mod paths;
mod rests;
mod unknown;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use foldhash::{HashMap, HashSet};

use super::facts::Facts;
use crate::access::{Gaps, Missing, Route, Step, sentences, step_by_step};
use crate::document::{Region, SourceText};
use crate::finding::{AccessPath, Evidence, Thing};
use crate::org::Text;
use crate::policy::Condition;

use matches::Matches;

pub use fingerprint::fingerprint;
pub use message::message;
pub use paths::is_meant;
pub use rests::Rests;

/// Proves the answers of one rule.
pub struct Prover<'f, 'o> {
    pub facts: &'f Facts<'o>,
    pub source: &'f Arc<SourceText>,
    /// The permissions that fired.
    pub matched: Matches<'f, 'o>,
    /// The paths of findings, each once: many people come to a role along the same way.
    paths: RefCell<HashSet<Arc<AccessPath>>>,
    /// The same by their ways without the subject, and whether they start at it.
    ways: RefCell<HashMap<(Way, bool), Arc<AccessPath>>>,
    /// What a condition says of a role, by the condition and the role: the same for everybody who holds it.
    by_role: RefCell<HashMap<(*const Condition, usize), Rc<Proof>>>,
}

impl<'f, 'o> Prover<'f, 'o> {
    /// Notes what is missing for a proof.
    pub fn gaps<'g>(&self, proof: &'g mut Proof) -> Gaps<'g, 'f, 'o> {
        Gaps::new(&self.facts.access, &mut proof.missing)
    }

    /// The index of these permissions of a role among those that fired. `None` if there are none.
    pub fn fired(&self, role: Step, permissions: &[(Text, Region)]) -> Option<usize> {
        if permissions.is_empty() { None } else { Some(self.matched.add(&self.facts.access.step(role), permissions)) }
    }

    pub fn new(facts: &'f Facts<'o>, source: &'f Arc<SourceText>) -> Self {
        let (paths, ways, by_role) = (RefCell::default(), RefCell::default(), RefCell::default());
        Self { facts, source, matched: Matches::new(facts), paths, ways, by_role }
    }
}

/// Why an answer is what it is.
#[derive(Clone, Debug, Default)]
pub struct Proof {
    /// The values that decided, each with the words of the policy that it matched.
    pub evidence: Vec<Evidence>,
    /// The permissions of the role that decided, each with the words of the policy that it matched.
    pub permissions: Vec<(Text, Region)>,
    /// The same as an index into what the prover has matched, if it is known already.
    pub matched: Option<usize>,
    /// The paths that lead there.
    pub paths: Vec<Way>,
    /// The paths behind things to which no path leads.
    pub elsewhere: Vec<Way>,
    /// What is missing, where the answer is unknown.
    pub missing: Vec<Missing>,
    /// The words of the policy that decided, if there is no value to show.
    pub places: Vec<Range<usize>>,
    /// What decided, beside the paths, in words that stay the same from day to day.
    pub reasons: BTreeSet<String>,
    /// Whether the answer rests on the paths.
    pub rests: Rests,
}

/// A path in full, and the permissions of the role at its end that decided: an index into what the prover has matched.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Way {
    pub steps: Route,
    pub matched: Option<usize>,
    /// Which of the conditions that must all hold it is about, if the answer to that rests on such paths.
    pub condition: Option<u8>,
}

impl Way {
    pub fn new(steps: Route, matched: Option<usize>) -> Self {
        Self { steps, matched, condition: None }
    }
}

impl Proof {
    /// Sorts the paths and removes repeated paths and evidence. The order does not depend on how sets are numbered.
    pub fn tidy(&mut self, prover: &Prover<'_, '_>) {
        if self.evidence.len() > 1 {
            let mut seen = HashSet::default();
            self.evidence.retain(|one| {
                seen.insert((one.attribute.clone(), one.value.clone(), one.region.clone(), one.of.clone()))
            });
        }
        let fired = |way: &Way| way.matched.map(|index| prover.matched.digest(index));
        self.paths.sort_by(|one, other| {
            let order = step_by_step(&one.steps, &other.steps, |one, other| prover.facts.access.by_thing(one, other));
            order.then_with(|| (fired(one), one.condition).cmp(&(fired(other), other.condition)))
        });
        self.paths.dedup();
    }

    /// Adds the proof of a related thing, without its paths and permissions.
    pub fn extend(&mut self, inner: &Self) {
        self.evidence.extend(inner.evidence.iter().cloned());
        self.missing.extend(inner.missing.iter().cloned());
        self.places.extend(inner.places.iter().cloned());
        self.reasons.extend(inner.reasons.iter().cloned());
        self.elsewhere.extend(inner.elsewhere.iter().cloned());
    }

    /// Adds the proof of a related thing: what it says of itself is about that thing.
    pub fn extend_with(&mut self, inner: &Self, of: &Arc<Thing>) {
        let known = self.evidence.len();
        self.extend(inner);
        for evidence in &mut self.evidence[known..] {
            evidence.of.get_or_insert_with(|| Arc::clone(of));
        }
    }

    /// Takes over the proof of one of several conditions, where it is enough that one no longer holds.
    pub fn absorb(&mut self, condition: u8, part: Self) {
        self.extend(&part);
        self.permissions.extend(part.permissions);
        let condition = (part.rests == Rests::OnPaths).then_some(condition);
        self.paths.extend(part.paths.into_iter().map(|way| Way { condition, ..way }));
        self.rests = Rests::on_one([self.rests, part.rests]);
    }

    /// What is missing, in sentences that do not name the subject of the finding.
    pub fn said(&self, subject: Option<&Thing>) -> Vec<String> {
        sentences(&self.missing, subject)
    }
}
