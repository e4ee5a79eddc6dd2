//! `unused-parameter`: a parameter that no rule of its file names.

use std::collections::BTreeMap;

use super::{Oddity, Subject};
use crate::document::Problem;
use crate::document::tree::{Node, parse};
use crate::policy::{Policy, named_parameters};

/// What of a rule is read with parameters in it.
const READ: [&str; 5] = ["where", "forbid", "require", "count", "exactly"];

pub(super) fn find(subject: &Subject<'_>) -> Vec<Oddity> {
    subject.policies.iter().flat_map(unused).collect()
}

fn unused(policy: &Policy) -> Vec<Oddity> {
    let root = parse(&policy.file.source.text).expect("a policy that was read is YAML");
    let mut used = BTreeMap::new();
    for (_, node) in root.below("rules").into_iter().flat_map(Node::items).flat_map(entries) {
        named_parameters(node, &mut used);
    }
    if let Some(conditions) = root.below("conditions") {
        named_parameters(conditions, &mut used);
    }
    let params = root.below("params").into_iter().flat_map(Node::entries);
    let unused = params.filter(|(key, _)| !used.contains_key(key.text.as_str()));
    let oddity = unused.map(|(key, _)| {
        let problem = Problem::odd(key.span.clone(), format!("no rule names the parameter `{}`", key.text));
        Oddity::new(policy, problem.help(format!("write `${}` in a rule, or leave the parameter out", key.text)))
    });
    oddity.collect()
}

/// The entries of a rule that may name parameters.
fn entries(rule: &Node) -> impl Iterator<Item = (&str, &Node)> {
    READ.iter().filter_map(|key| Some((*key, rule.below(key)?)))
}
