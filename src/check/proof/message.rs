//! The message of a finding.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use super::{Proof, Prover, Way};
use crate::access::Access;
use crate::finding::{Evidence, Thing, Value};
use crate::org::Kind;
use crate::policy::{Assertion, Rule};

/// How many holders a message names.
const NAMED: usize = 3;

/// One sentence about what is wrong with the subject. It says the same as long as the facts are the same: it has dates,
/// and no ages.
pub fn message(rule: &Rule, prover: &Prover<'_, '_>, subject: &Thing, proof: &Proof, span: &Range<usize>) -> String {
    let required = matches!(rule.assertion, Assertion::Require(_));
    let access = &prover.facts.access;
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
    if let Some(held) = held(access, rule.select, subject, proof).filter(|_| !required) {
        return format!("{who}{held}");
    }
    let roles = proof.paths.iter().filter_map(|way| role(access, way));
    let mut roles: Vec<String> = roles.map(|role| role.label().into_owned()).collect();
    roles.dedup();
    if !required && !roles.is_empty() && rule.select != Kind::Grant {
        return format!("{who} holds the role {}", roles.join(", "));
    }
    let others = proof.evidence.iter().filter(|evidence| !matches!(evidence.value, Value::Permission(_)));
    let others: Vec<String> = others.map(Evidence::dated).collect();
    if !others.is_empty() {
        return format!("{who}: {}", others.join(", "));
    }
    let end = proof.paths.iter().find_map(|way| way.steps.last().filter(|last| !access.is(**last, subject)));
    if let Some(end) = end.filter(|_| !required) {
        let end = access.step(*end);
        return format!("{who} has the {} {}", end.kind.words(), end.label());
    }
    let words = rule.info.location.source.words(span);
    let how = if required { "does not satisfy" } else { "satisfies" };
    format!("{who} {how} `{words}`")
}

/// The role on the way.
fn role(access: &Access<'_>, way: &Way) -> Option<Arc<Thing>> {
    let role = way.steps.iter().find(|step| step.kind == Kind::Role)?;
    Some(access.step(*role))
}

/// Who holds a role, or a role in a project, if that decided: a path of grants begins with whoever holds the role.
fn held(access: &Access<'_>, select: Kind, subject: &Thing, proof: &Proof) -> Option<String> {
    let grants = proof.paths.iter().filter(|way| way.steps.iter().any(|step| access.is(*step, subject)));
    let grants = grants.filter_map(|way| Some((access.step(*way.steps.first()?), role(access, way)?)));
    let is_principal =
        |thing: &Thing| [Kind::User, Kind::Group, Kind::ServiceAccount].iter().any(|kind| thing.is(*kind));
    let grants: Vec<_> = grants.filter(|(first, _)| is_principal(first)).collect();
    let named = |mut labels: Vec<String>| {
        labels.dedup();
        let more = labels.len().saturating_sub(NAMED);
        labels.truncate(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("{}{more}", labels.join(", "))
    };
    let called = |holder: &Thing| {
        if holder.is(Kind::User) {
            holder.label().into()
        } else {
            format!("the {} {}", holder.kind.words(), holder.label())
        }
    };
    let holders = named(grants.iter().map(|(holder, _)| called(holder)).collect());
    match select {
        _ if grants.is_empty() => None,
        Kind::Role => Some(format!(" is held by {holders}")),
        Kind::Project => {
            let roles = grants.iter().map(|(_, role)| role.label().into()).collect::<BTreeSet<String>>();
            Some(format!(": the role {} is held by {holders}", named(roles.into_iter().collect())))
        }
        Kind::User
        | Kind::Group
        | Kind::ServiceAccount
        | Kind::Invite
        | Kind::AdminApiKey
        | Kind::ApiKey
        | Kind::Grant => None,
    }
}
