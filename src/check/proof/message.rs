//! The message of a finding, and the hash that identifies it.

use std::collections::BTreeSet;
use std::ops::Range;

use sha2::{Digest as _, Sha256};

use super::{Proof, Prover};
use crate::finding::{Thing, Value};
use crate::org::Kind;
use crate::policy::Rule;

/// How many permissions a sentence names. All of them stand at the rule.
const NAMED: usize = 5;

/// One sentence about what is wrong with the subject.
pub fn message(
    rule: &Rule,
    prover: &Prover<'_, '_>,
    subject: &Thing,
    proof: &Proof,
    required: bool,
    span: &Range<usize>,
) -> String {
    let who = format!("{} {}", subject.kind.words(), subject.qualified_label());
    let matched: BTreeSet<usize> = proof.paths.iter().filter_map(|way| way.matched).collect();
    let (named, more) = prover.matched.permissions(&matched, NAMED);
    let others: Vec<String> = proof
        .evidence
        .iter()
        .filter(|evidence| !matches!(evidence.value, Value::Permission(_)))
        .map(|evidence| evidence.told(prover.facts.as_of))
        .collect();
    let verb = match rule.select {
        Kind::Role | Kind::Grant | Kind::Project | Kind::Invite => "grants",
        Kind::User | Kind::Group | Kind::ServiceAccount | Kind::AdminApiKey | Kind::ApiKey => "holds",
    };
    let mut roles: Vec<_> = proof
        .paths
        .iter()
        .filter_map(|way| way.steps.iter().find(|step| step.is(Kind::Role)))
        .map(|role| role.label())
        .collect();
    roles.dedup();
    if !named.is_empty() {
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        return format!("{who} {verb} {}{more}", named.join(", "));
    }
    if !required && !roles.is_empty() && rule.select != Kind::Grant {
        return format!("{who} holds the role {}", roles.join(", "));
    }
    if !others.is_empty() {
        return format!("{who}: {}", others.join(", "));
    }
    let words = &rule.info.location.source.text[span.clone()];
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let how = if required { "does not satisfy" } else { "satisfies" };
    format!("{who} {how} `{words}`")
}

/// A stable hash of the rule, the subject and what fired: roles, their projects and permissions, and the `listed` value
/// that nothing has.
pub fn fingerprint(
    rule: &str,
    prover: &Prover<'_, '_>,
    subject: &Thing,
    proof: &Proof,
    listed: Option<&str>,
) -> String {
    let mut fired: BTreeSet<String> = BTreeSet::new();
    for way in &proof.paths {
        let mut before: Option<&Thing> = None;
        for step in &way.steps {
            if step.is(Kind::Role) {
                let project = before.filter(|before| before.is(Kind::Project));
                let project = project.map_or(String::new(), |project| format!(" in {}", project.id));
                fired.insert(format!("role {}{project}", step.id));
            } else if step.is(Kind::Project) {
                fired.insert(format!("project {}", step.id));
            }
            before = Some(step);
        }
        if let Some(index) = way.matched {
            fired.insert(prover.matched.digest(index));
        }
    }
    fired.extend(listed.map(|value| format!("value {value}")));
    let mut hash = Sha256::new();
    for part in [rule, subject.kind.name(), &subject.id].into_iter().chain(fired.iter().map(String::as_str)) {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    base16ct::lower::encode_string(&hash.finalize()[..16])
}
