//! Judging: an organization and policies in, an outcome out. It is pure and synchronous and cannot fail: if data is
//! missing, the answer is *unknown*.

mod ahead;
mod among;
mod amount;
mod beyond;
mod by_role;
mod counted;
mod domain;
mod evaluate;
mod facts;
mod held;
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
use crate::org::{Among, Org, Parts};
use crate::policy::{Kind, Needs, Policy};
use crate::time::Time;

pub use literals::Untold;
pub use permission::meets_any;

use facts::Facts;

/// Judges every rule of these policies; ages count from `as_of`.
pub fn check(org: &Org, policies: &[Policy], as_of: Time) -> Outcome {
    let facts = Facts::new(org, as_of).ahead_of(policies);
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
    let mut compared = roles::Compared::new();
    for policy in policies {
        for kinds in policy.rules_of_kinds() {
            let mut judged = judge::judge(&facts, kinds);
            for rule in kinds {
                let roles::Meant { notes, missing } = roles::meant(&facts, &mut compared, rule);
                judged.result.truncated |= !missing.is_empty();
                judged.result.unread.extend(missing.into_iter().map(Unread::Other));
                let new = notes.into_iter().filter(|note| !judged.result.notes.contains(note));
                let new: Vec<Note> = new.collect();
                judged.result.notes.extend(new);
            }
            judged.result.notes.extend(names.unmatched_by_all(policy, kinds).certain);
            outcome.push(judged.result, judged.findings);
        }
    }
    outcome
}

/// The words of each rule of which nobody knows whether they match anything, by the id of the rule.
pub fn untold(org: &Org, policies: &[Policy], as_of: Time) -> Vec<(String, Untold)> {
    let facts = Facts::new(org, as_of);
    let names = literals::Names::new(&facts);
    let rules = policies.iter().flat_map(|policy| policy.rules_of_kinds().map(move |kinds| (policy, kinds)));
    let untold = rules.flat_map(|(policy, kinds)| {
        let untold = names.unmatched_by_all(policy, kinds).untold;
        untold.into_iter().map(|one| (kinds[0].info.id.clone(), one)).collect::<Vec<_>>()
    });
    untold.collect()
}

/// Of what policies may need each collection, judged from the organization's own lists.
pub fn wanted(org: &Org, needs: &Needs<'_>, as_of: Time) -> Parts {
    let facts = Facts::new(org, as_of);
    let is_asked = |at: usize| needs.narrowed.values().any(|of| of.contains(&at));
    let among = |(at, about)| if is_asked(at) { facts.among(about) } else { Among::default() };
    Parts {
        among: needs.about.iter().enumerate().map(among).collect(),
        of: needs.narrowed.clone(),
        of_accounts: needs.of_accounts.clone(),
    }
}
