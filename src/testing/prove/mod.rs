//! Whether a rule can fire at all: from its own text, the smallest organization that violates it, and its nearest neighbour
//! that does not. Both are judged by the real evaluator, so a proof can be trusted. The search is bounded: where it found
//! nothing, it says that, with what stands in the way, and not that there is nothing.

mod fields;
mod goal;
mod grants;
mod links;
mod roles;
mod sketch;
mod smaller;
mod solve;
#[cfg(test)]
mod tests;
mod this;
mod values;

use std::sync::Arc;

use serde_json::Value;

use super::section::{Remark, Section};
use super::update::quoted;
use crate::check::check;
use crate::document::SourceText;
use crate::document::tree::{Node, Yaml, parse as parse_yaml};
use crate::finding::Verdict;
use crate::policy::{Overrides, Policy, Rule, parse};
use crate::time::Time;

use sketch::Sketch;
use smaller::{neighbours, smallest};
use solve::solve;
use values::Values;

/// What is known of a rule.
#[derive(Debug)]
pub enum Proof {
    /// It can fire, and it can pass.
    Both {
        /// The smallest organization that violates it, in the short form of tests.
        violating: Value,
        /// One like it that does not.
        passing: Value,
    },
    /// It can fire. Nothing was found that passes it.
    Violating(Value),
    /// Nothing was found that violates it; with the words that stand in the way.
    Nothing(Vec<String>),
}

/// Proves every rule of these policies; ages count from `now`.
pub fn prove<'p>(policies: impl Iterator<Item = &'p Policy>, now: Time) -> Section {
    let (mut failures, mut shown) = (Vec::new(), Vec::new());
    let own = policies.filter(|policy| !policy.extended);
    for (policy, rule) in own.flat_map(|policy| policy.rules.iter().map(move |rule| (policy, rule))) {
        let (location, id) = (&rule.info.location, &rule.info.id);
        let remark = |name: String, lines| Remark {
            file: location.source.name.clone(),
            line: location.region().line,
            name,
            lines,
        };
        match proof(&policy.file.source, rule, now) {
            Proof::Both { violating, passing } => shown.push(remark(
                format!("{id} can fire and pass"),
                vec![format!("violates it: {}", flow(&violating)), format!("passes it:   {}", flow(&passing))],
            )),
            Proof::Violating(violating) => failures.push(remark(
                format!("{id} can fire, but no organization was found that passes it"),
                vec![format!("violates it: {}", flow(&violating))],
            )),
            Proof::Nothing(words) => {
                let name = format!("{id} was not seen to fire: {}", reason(&words));
                failures.push(remark(name, words));
            }
        }
    }
    let (all, proven) = (failures.len() + shown.len(), shown.len());
    Section { name: "prove", summary: format!("{proven} of {all} rules proven to fire and pass"), failures, shown }
}

/// The smallest organization that was found to violate a rule, in the short form of tests.
pub fn example(source: &Arc<SourceText>, rule: &Rule, now: Time) -> Option<Value> {
    match proof(source, rule, now) {
        Proof::Both { violating, .. } | Proof::Violating(violating) => Some(violating),
        Proof::Nothing(_) => None,
    }
}

fn reason(words: &[String]) -> &'static str {
    match words.len() {
        0 => "no organization was found that violates it",
        1 => "nothing was found that satisfies this, given the rest of the rule",
        _ => "nothing was found that satisfies all of this",
    }
}

/// What is known of one rule of this file.
fn proof(source: &Arc<SourceText>, rule: &Rule, now: Time) -> Proof {
    let id = &rule.info.id;
    let Some(policies) = alone(source, id) else { return Proof::Nothing(Vec::new()) };
    let verdict = |sketch: &Sketch| verdict(&policies, sketch, now);
    let Some(found) = fired(&policies, now) else { return Proof::Nothing(in_the_way(source, id, now)) };
    let violating = smallest(found, &|sketch| verdict(sketch) == Some(Verdict::Violation));
    let near = |wanted| neighbours(&violating).into_iter().find(|sketch| verdict(sketch) == Some(wanted));
    let far = || {
        let rule = policies.iter().flat_map(|policy| &policy.rules).next()?;
        solve(rule, false, &Values::of(rule, now), &mut |sketch| verdict(sketch) == Some(Verdict::Pass))
    };
    match near(Verdict::Pass).or_else(far).or_else(|| near(Verdict::Vacuous)) {
        Some(passing) => Proof::Both { violating: violating.written(), passing: passing.written() },
        None => Proof::Violating(violating.written()),
    }
}

/// An organization that violates the only rule there is.
fn fired(policies: &[Policy], now: Time) -> Option<Sketch> {
    let rule = policies.iter().flat_map(|policy| &policy.rules).next()?;
    let mut fires = |sketch: &Sketch| verdict(policies, sketch, now) == Some(Verdict::Violation);
    let empty = Sketch::default();
    if fires(&empty) {
        return Some(empty);
    }
    solve(rule, true, &Values::of(rule, now), &mut fires)
}

/// The policy with one of its rules.
fn alone(source: &Arc<SourceText>, id: &str) -> Option<Vec<Policy>> {
    let mut policies = parse(std::slice::from_ref(source), &Overrides::default()).ok()?;
    for policy in &mut policies {
        policy.rules.retain(|rule| rule.info.id == id);
    }
    Some(policies)
}

fn verdict(policies: &[Policy], sketch: &Sketch, now: Time) -> Option<Verdict> {
    let outcome = check(&sketch.org(now)?, policies, now);
    outcome.rules.first().map(crate::finding::RuleResult::verdict)
}

/// The conditions of a rule that keep it from firing: without any one of them it could.
fn in_the_way(source: &Arc<SourceText>, id: &str, now: Time) -> Vec<String> {
    let root = parse_yaml(&source.text).expect("a policy that was read is YAML");
    let is = |rule: &&Node| matches!(rule.below("id"), Some(Node { yaml: Yaml::Text(own), .. }) if own == id);
    let rule = root.below("rules").map(Node::items).unwrap_or_default().iter().find(is);
    let conditions = ["where", "forbid", "require"].into_iter().filter_map(|key| rule?.below(key));
    let mut words = Vec::new();
    for condition in conditions {
        for (key, value) in condition.entries() {
            let span = key.span.start..value.span.end;
            let without = if let [_] = condition.entries() {
                format!("{}{{}}{}", &source.text[..condition.span.start], &source.text[condition.span.end..])
            } else {
                // What is left stays where it was.
                let end = source.text[span.end..].find(|c: char| !c.is_whitespace() && c != ',').unwrap_or_default();
                let end = if end > 0 { span.end + end } else { span.end };
                format!("{}{}", &source.text[..span.start], &source.text[end..])
            };
            let without = Arc::new(SourceText::new(source.name.clone(), without));
            if alone(&without, id).is_some_and(|policies| fired(&policies, now).is_some()) {
                let line = source.region(&span).line;
                words.push(format!("line {line}: {}", &source.text[span]));
            }
        }
    }
    words
}

/// An organization on one line.
pub fn flow(value: &Value) -> String {
    match value {
        Value::Object(map) if map.is_empty() => "{}".to_owned(),
        Value::Object(map) => {
            let entries: Vec<String> = map.iter().map(|(key, value)| format!("{key}: {}", flow(value))).collect();
            format!("{{ {} }}", entries.join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::String(text) if text.is_empty() => "\"\"".to_owned(),
        Value::String(text) => quoted(text),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}
