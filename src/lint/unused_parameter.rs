//! `unused-parameter`: a parameter that no rule of its file names.

use std::collections::BTreeSet;

use super::{Oddity, Subject};
use crate::document::Problem;
use crate::document::tree::{Node, Yaml, parse};
use crate::policy::Policy;

/// What of a rule is read with parameters in it.
const READ: [&str; 5] = ["where", "forbid", "require", "count", "exactly"];

pub(super) fn find(subject: &Subject<'_>) -> Vec<Oddity> {
    subject.policies.iter().flat_map(unused).collect()
}

fn unused(policy: &Policy) -> Vec<Oddity> {
    let root = parse(&policy.file.source.text).expect("a policy that was read is YAML");
    let mut used = BTreeSet::new();
    for (_, node) in root.below("rules").into_iter().flat_map(Node::items).flat_map(entries) {
        named(node, &mut used);
    }
    if let Some(conditions) = root.below("conditions") {
        named(conditions, &mut used);
    }
    let params = root.below("params").into_iter().flat_map(Node::entries);
    let unused = params.filter(|(key, _)| !used.contains(key.text.as_str()));
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

/// Adds the parameters that are named anywhere in it.
fn named<'n>(node: &'n Node, used: &mut BTreeSet<&'n str>) {
    match &node.yaml {
        // What is looked up is named before the bracket: `$owners[$this.name]`.
        Yaml::Text(text) => used.extend(text.strip_prefix('$').map(|name| name.split('[').next().unwrap_or(name))),
        Yaml::List(items) => items.iter().for_each(|item| named(item, used)),
        Yaml::Map(entries) => entries.iter().for_each(|(_, value)| named(value, used)),
        Yaml::Null | Yaml::Flag(_) | Yaml::Number(_) | Yaml::Float => {}
    }
}
