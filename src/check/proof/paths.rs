//! The paths from a subject to what fired.

use std::sync::Arc;

use super::{Proof, Prover, Way};
use crate::access::grants_of;
use crate::check::domain::Domain;
use crate::check::relation::{Start, principal};
use crate::finding::{AccessPath, Thing};
use crate::org::Extent;
use crate::policy::Relation;

/// A related thing by its place in its domain, and the paths that lead to it.
pub struct Related {
    pub at: usize,
    pub paths: Vec<Vec<Arc<Thing>>>,
}

impl Prover<'_, '_> {
    /// A path of a finding, shared with all findings that have it.
    pub fn path(&self, way: Way, subject: &Arc<Thing>) -> Arc<AccessPath> {
        let Way { mut steps, matched, condition } = way;
        let from_subject = steps.first() == Some(subject);
        if from_subject {
            steps.remove(0);
        }
        let path = AccessPath { from_subject, steps, matched, condition };
        let mut paths = self.paths.borrow_mut();
        if let Some(known) = paths.get(&path) {
            return Arc::clone(known);
        }
        let shared = Arc::new(path.clone());
        paths.insert(path, Arc::clone(&shared));
        shared
    }

    /// Joins the paths to a related thing with what was found behind it.
    pub(super) fn lead(&self, paths: &[Vec<Arc<Thing>>], inner: &Proof, proof: &mut Proof) {
        if paths.is_empty() {
            proof.permissions.extend(inner.permissions.iter().cloned());
            proof.paths.extend(inner.paths.iter().cloned());
        }
        // Two paths to the same thing are shown as two paths, not joined.
        let meets = |path: &[Arc<Thing>], end: &[Arc<Thing>]| {
            end.first() != path.last() && path.last().is_some_and(|last| end.contains(last))
        };
        for path in paths {
            if inner.paths.is_empty() {
                let matched =
                    inner.matched.or_else(|| path.last().and_then(|role| self.matched.add(role, &inner.permissions)));
                proof.paths.push(Way::new(path.clone(), matched));
            }
            for end in &inner.paths {
                if meets(path, &end.steps) {
                    proof.paths.extend([Way::new(path.clone(), None), end.clone()]);
                    continue;
                }
                // Where the two paths meet, the thing is named once.
                let rest = if end.steps.first() == path.last() { &end.steps[1..] } else { &end.steps[..] };
                let steps = path.iter().chain(rest).cloned().collect();
                proof.paths.push(Way::new(steps, end.matched));
            }
        }
    }

    /// The things that a relation leads to, each with its paths.
    pub(super) fn related_things(
        &self,
        relation: Relation,
        scopes: Extent,
        domain: &Domain,
        target: &Domain,
        at: usize,
    ) -> Vec<Related> {
        let facts = self.facts;
        if let Domain::GrantsByRole(_) = domain {
            return vec![Related { at, paths: Vec::new() }];
        }
        let start_at = at;
        let (kind, at) = domain.place(at);
        if let Domain::GrantsByRole(_) = target {
            let grants = grants_of(facts.org, principal(kind, at));
            let meant = grants.iter().filter(|grant| scopes.contain(grant.scope));
            return meant.map(|grant| Related { at: grant.role.at(), paths: facts.access.paths(grant) }).collect();
        }
        let mut places = Vec::new();
        let start = Start { relation, kind, at, scopes };
        if let Domain::Pairs(pairs) = target {
            let pair = |pair: usize| Related { at: pair, paths: start.family().paths(facts, start, pairs.at(pair).1) };
            return pairs.from(start_at).map(pair).collect();
        }
        facts.relate(start, &mut places);
        let paths = |place| start.family().paths(facts, start, place);
        places.into_iter().map(|place| Related { at: place, paths: paths(place) }).collect()
    }
}
