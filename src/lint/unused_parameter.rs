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
    for (_, node) in below(&root, "rules").into_iter().flat_map(items).flat_map(entries) {
        named(node, &mut used);
    }
    if let Some(conditions) = below(&root, "conditions") {
        named(conditions, &mut used);
    }
    let params = below(&root, "params").into_iter().flat_map(|node| match &node.yaml {
        Yaml::Map(entries) => entries.as_slice(),
        Yaml::Null | Yaml::Flag(_) | Yaml::Number(_) | Yaml::Float | Yaml::Text(_) | Yaml::List(_) => &[],
    });
    let unused = params.filter(|(key, _)| !used.contains(key.text.as_str()));
    let oddity = unused.map(|(key, _)| {
        let problem = Problem::new(key.span.clone(), format!("no rule names the parameter `{}`", key.text));
        Oddity::new(policy, problem.help(format!("write `${}` in a rule, or leave the parameter out", key.text)))
    });
    oddity.collect()
}

/// What stands behind a key.
fn below<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    let Yaml::Map(entries) = &node.yaml else { return None };
    entries.iter().find(|(key, _)| key.text == name).map(|(_, value)| value)
}

fn items(node: &Node) -> &[Node] {
    if let Yaml::List(items) = &node.yaml { items } else { &[] }
}

/// The entries of a rule that may name parameters.
fn entries(rule: &Node) -> impl Iterator<Item = (&str, &Node)> {
    READ.iter().filter_map(|key| Some((*key, below(rule, key)?)))
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
