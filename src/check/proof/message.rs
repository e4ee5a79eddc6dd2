//! The message of a finding.

use std::ops::Range;

use super::{Proof, Prover};
use crate::finding::{Evidence, Thing, Value};
use crate::org::Kind;
use crate::policy::Rule;

/// How many holders a message names.
const NAMED: usize = 3;

/// One sentence about what is wrong with the subject. It says the same as long as the facts are the same: it has dates,
/// and no ages.
pub fn message(
    rule: &Rule,
    prover: &Prover<'_, '_>,
    subject: &Thing,
    proof: &Proof,
    required: bool,
    span: &Range<usize>,
) -> String {
    let who = format!("{} {}", subject.kind.words(), subject.qualified_label());
    let mut matched: Vec<usize> = proof.paths.iter().filter_map(|way| way.matched).collect();
    matched.sort_unstable();
    matched.dedup();
    let (named, more) = prover.matched.permissions(&matched);
    let verb = match rule.select {
        Kind::Role | Kind::Grant | Kind::Project | Kind::Invite => "grants",
        Kind::User | Kind::Group | Kind::ServiceAccount | Kind::AdminApiKey | Kind::ApiKey => "holds",
    };
    if !named.is_empty() {
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        return format!("{who} {verb} {}{more}", named.join(", "));
    }
    // The paths of a role and of a project begin with those who hold it.
    let holders = proof.paths.iter().filter_map(|way| way.steps.first()).filter(|first| first.kind != subject.kind);
    let mut holders: Vec<_> = holders.map(|holder| holder.label()).collect();
    holders.dedup();
    if !required && !holders.is_empty() && matches!(rule.select, Kind::Role | Kind::Project) {
        let more = holders.len().saturating_sub(NAMED);
        holders.truncate(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let held = if rule.select == Kind::Role { "is held by" } else { "has the holders" };
        return format!("{who} {held} {}{more}", holders.join(", "));
    }
    let roles = proof.paths.iter().filter_map(|way| way.steps.iter().find(|step| step.is(Kind::Role)));
    let mut roles: Vec<_> = roles.map(|role| role.label()).collect();
    roles.dedup();
    if !required && !roles.is_empty() && rule.select != Kind::Grant {
        return format!("{who} holds the role {}", roles.join(", "));
    }
    let others = proof.evidence.iter().filter(|evidence| !matches!(evidence.value, Value::Permission(_)));
    let others: Vec<String> = others.map(Evidence::dated).collect();
    if !others.is_empty() {
        return format!("{who}: {}", others.join(", "));
    }
    let end = proof.paths.iter().find_map(|way| way.steps.last().filter(|last| ***last != *subject));
    if let Some(end) = end.filter(|_| !required) {
        return format!("{who} has the {} {}", end.kind.words(), end.label());
    }
    let words = &rule.info.location.source.text[span.clone()];
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let how = if required { "does not satisfy" } else { "satisfies" };
    format!("{who} {how} `{words}`")
}
