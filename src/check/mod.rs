//! Judging: an organization and policies in, an outcome out. It is pure and synchronous and cannot fail: if data is
//! missing, the answer is *unknown*.

mod amount;
mod by_role;
mod counted;
mod domain;
mod evaluate;
mod facts;
mod judge;
mod list;
mod literals;
mod oddities;
mod pairs;
mod permission;
mod population;
mod proof;
mod quantify;
mod relation;
mod roles;
#[cfg(test)]
pub(crate) mod tests;
mod this;
mod truths;

use crate::finding::{Gate, Judges, Note, Outcome, Unread};
use crate::org::{Org, Truth};
use crate::policy::{Kind, Policy, Users};
use crate::time::Time;

pub use permission::meets_any;

use domain::Domain;
use evaluate::evaluate;
use facts::Facts;

/// Judges every rule of these policies; ages count from `as_of`.
pub fn check(org: &Org, policies: &[Policy], as_of: Time) -> Outcome {
    let facts = Facts::new(org, as_of);
    let names = literals::Names::new(&facts);
    let mut outcome = Outcome {
        judges: Judges::Rules,
        as_of,
        source: org.source.clone(),
        oldest_fact: org
            .coverage
            .carried_from()
            .map_or(org.source.collected_at, |from| from.min(org.source.collected_at)),
        digest: String::new(),
        gate: Gate::default(),
        policies: policies.iter().map(|policy| policy.file.clone()).collect(),
        coverage: org.coverage.summary(),
        population: Kind::ALL
            .into_iter()
            .filter(|&kind| kind != Kind::Grant)
            .map(|kind| (kind, facts.access.count(kind)))
            .collect(),
        disagreements: org.disagreements(),
        oddities: oddities::oddities(&facts),
        exceptions: Vec::new(),
        stale: 0,
        rules: Vec::new(),
        skipped: Vec::new(),
        findings: Vec::new(),
    };
    for policy in policies {
        for kinds in policy.rules_of_kinds() {
            let mut judged = judge::judge(&facts, kinds);
            for rule in kinds {
                let roles::Meant { notes, missing } = roles::meant(&facts, rule);
                judged.result.truncated |= !missing.is_empty();
                judged.result.unread.extend(missing.into_iter().map(Unread::Other));
                let new = notes.into_iter().filter(|note| !judged.result.notes.contains(note));
                let new: Vec<Note> = new.collect();
                judged.result.notes.extend(new);
            }
            judged.result.notes.extend(names.unmatched_by_all(policy, kinds));
            outcome.push(judged.result, judged.findings);
        }
    }
    outcome
}

/// Whose roles these rules may need, judged from the organization's own lists: one answer for each user.
pub fn wanted(org: &Org, users: &Users<'_>, as_of: Time) -> Vec<bool> {
    let Users::Those(rules) = users else { return vec![true; org.users.len()] };
    let facts = Facts::new(org, as_of);
    let mut wanted = vec![false; org.users.len()];
    for parts in rules {
        let answers: Vec<_> =
            parts.iter().map(|part| evaluate(&facts, part, &Domain::Things(Kind::User)).answers).collect();
        for (at, wanted) in wanted.iter_mut().enumerate() {
            *wanted |= answers.iter().all(|answers| answers.of(at) != Truth::No);
        }
    }
    wanted
}
