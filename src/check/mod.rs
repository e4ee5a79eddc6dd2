//! Judging: an organization and policies in, an outcome out. Pure, synchronous, and it cannot fail: what is not
//! known is *unknown*, which is an answer too.

mod amount;
mod by_role;
mod counted;
mod evaluate;
mod facts;
mod judge;
mod literals;
mod oddities;
mod permission;
mod population;
mod proof;
mod quantify;
mod relation;
mod roles;
#[cfg(test)]
mod tests;
mod truths;

use crate::finding::{Gate, Outcome, Unread};
use crate::org::{Org, Truth};
use crate::policy::{Kind, Policy, Users};
use crate::time::Time;

use evaluate::{Domain, evaluate};
use facts::Facts;

/// Judges every rule of these policies; ages count from `as_of`.
pub fn check(org: &Org, policies: &[Policy], as_of: Time) -> Outcome {
    let facts = Facts::new(org, as_of);
    let names = literals::Names::new(&facts);
    let mut outcome = Outcome {
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
        for rule in &policy.rules {
            let mut judged = judge::judge(&facts, rule);
            let roles::Meant { notes, missing } = roles::meant(&facts, rule);
            judged.result.truncated |= !missing.is_empty();
            judged.result.unread.extend(missing.into_iter().map(Unread::Other));
            judged.result.notes.extend(notes);
            judged.result.notes.extend(names.unmatched(policy, rule));
            outcome.push(judged.result, judged.findings);
        }
    }
    outcome
}

/// Whose roles these rules may need: one answer for each user, given only the lists of the organization.
pub fn wanted(org: &Org, users: &Users<'_>, as_of: Time) -> Vec<bool> {
    let Users::Those(rules) = users else { return vec![true; org.users.len()] };
    let facts = Facts::new(org, as_of);
    let mut wanted = vec![false; org.users.len()];
    for parts in rules {
        let answers: Vec<_> =
            parts.iter().map(|part| evaluate(&facts, part, Domain::Things(Kind::User)).answers).collect();
        for (at, wanted) in wanted.iter_mut().enumerate() {
            *wanted |= answers.iter().all(|answers| answers.of(at) != Truth::No);
        }
    }
    wanted
}
