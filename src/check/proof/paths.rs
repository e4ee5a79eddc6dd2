//! The paths from a subject to what fired.

use std::sync::Arc;

use foldhash::HashMap;
use smallvec::smallvec;

use super::{Proof, Prover, Way};
use crate::access::{Routes, Step, grants_of};
use crate::check::domain::{Answer, Domain};
use crate::check::relation::{Start, principal};
use crate::finding::{AccessPath, Evidence, Finding, Matched, Thing, Value};
use crate::org::{Extent, Kind, Text};
use crate::policy::Relation;

/// A related thing by its place in its domain, and the paths that lead to it if it decides.
pub struct Related {
    pub at: usize,
    pub paths: Routes,
}

impl Prover<'_, '_> {
    /// A path of a finding, shared with all findings that have it.
    pub fn path(&self, mut way: Way, subject: &Thing) -> Arc<AccessPath> {
        let from_subject = way.steps.first().is_some_and(|first| self.facts.access.is(*first, subject));
        if from_subject {
            way.steps.remove(0);
        }
        let new = |(way, from_subject): &(Way, bool)| {
            let (steps, from_subject) = (self.facts.access.steps(&way.steps), *from_subject);
            self.shared(AccessPath { from_subject, steps, matched: way.matched, condition: way.condition })
        };
        Arc::clone(self.ways.borrow_mut().entry((way, from_subject)).or_insert_with_key(new))
    }

    fn shared(&self, path: AccessPath) -> Arc<AccessPath> {
        let mut paths = self.paths.borrow_mut();
        if let Some(known) = paths.get(&path) {
            return Arc::clone(known);
        }
        let shared = Arc::new(path);
        paths.insert(Arc::clone(&shared));
        shared
    }

    /// Takes over findings that another prover of the rule made, with the permissions that it matched.
    pub fn adopt(&self, mut findings: Vec<Finding>, matched: Vec<Matched>) -> Vec<Finding> {
        let numbers: Vec<usize> = matched.into_iter().map(|matched| self.matched.intern(matched)).collect();
        let mut known: HashMap<*const AccessPath, Arc<AccessPath>> = HashMap::default();
        for path in findings.iter_mut().flat_map(|finding| &mut finding.paths) {
            let shared = known.entry(Arc::as_ptr(path)).or_insert_with(|| {
                let matched = path.matched.map(|index| numbers[index]);
                self.shared(AccessPath { matched, ..AccessPath::clone(path) })
            });
            *path = Arc::clone(shared);
        }
        findings
    }

    /// Joins the paths to a related thing with what was found behind it.
    pub(super) fn lead(&self, paths: Routes, inner: &Proof, proof: &mut Proof) {
        if paths.is_empty() {
            proof.permissions.extend(inner.permissions.iter().cloned());
            proof.paths.extend(inner.paths.iter().cloned());
        }
        // Two paths to the same thing are shown as two paths, not joined.
        let meets = |path: &[Step], end: &[Step]| {
            end.first() != path.last() && path.last().is_some_and(|last| end.contains(last))
        };
        for path in paths {
            if inner.paths.is_empty() {
                let matched = inner.matched.or_else(|| self.fired(*path.last()?, &inner.permissions));
                proof.paths.push(Way::new(path, matched));
                continue;
            }
            for end in &inner.paths {
                if meets(&path, &end.steps) {
                    proof.paths.extend([Way::new(path.clone(), None), end.clone()]);
                    continue;
                }
                // Where the two paths meet, the thing is named once.
                let rest = if end.steps.first() == path.last() { &end.steps[1..] } else { &end.steps[..] };
                let steps = path.iter().chain(rest).copied().collect();
                proof.paths.push(Way::new(steps, end.matched));
            }
        }
    }

    /// Adds what was found behind a thing to which no path leads: the paths begin there. What is not behind it, its name
    /// tells.
    pub(super) fn lead_from(&self, thing: Step, inner: &Proof, proof: &mut Proof) {
        if inner.paths.is_empty() && inner.permissions.is_empty() {
            return;
        }
        let mut found = Proof::default();
        self.lead(smallvec![smallvec![thing]], inner, &mut found);
        proof.elsewhere.append(&mut found.paths);
    }

    /// The things that a relation leads to, each with its paths.
    pub(super) fn related_things(
        &self,
        relation: Relation,
        scopes: Extent,
        from: Answer<'_, '_>,
        decides: impl Fn(usize) -> bool,
    ) -> Vec<Related> {
        let facts = self.facts;
        let related = |at: usize, paths: &dyn Fn() -> Routes| {
            let paths = if decides(at) { paths() } else { Routes::new() };
            Related { at, paths }
        };
        if let Domain::GrantsByRole(_) = from.answered.domain {
            return vec![related(from.at, &Routes::new)];
        }
        let target = &from.answered.parts[0].domain;
        let (kind, at) = from.thing();
        if let Domain::GrantsByRole(_) = target {
            let grants = grants_of(facts.org, principal(kind, at));
            let meant = grants.iter().filter(|grant| scopes.contain(grant.scope));
            return meant.map(|grant| related(grant.role.at(), &|| grant.routes().collect())).collect();
        }
        let mut places = Vec::new();
        let start = Start { relation, kind, at, scopes };
        if let Domain::Pairs(pairs) = target {
            let paths = |pair: usize| start.family().paths(facts, start, pairs.at(pair).1);
            return pairs.from(from.at).map(|pair| related(pair, &|| paths(pair))).collect();
        }
        facts.relate(start, &mut places);
        let paths = |place| start.family().paths(facts, start, place);
        places.into_iter().map(|place| related(place, &|| paths(place))).collect()
    }
}

/// Whether a grant held in this way is flagged. If the rule has `via`, only the ways it names are.
pub fn is_meant(way: &[Step], evidence: &[Evidence]) -> bool {
    let mut via = evidence.iter().filter(|evidence| evidence.attribute == "via").peekable();
    let by_group = way.iter().any(|step| step.kind == Kind::Group);
    via.peek().is_none() || via.any(|evidence| (evidence.value == Value::Text(Text::const_new("group"))) == by_group)
}
