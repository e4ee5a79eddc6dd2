//! Lints: what is odd about policies that load. They look at texts alone, and need neither an organization nor a key.
//!
//! One file for each lint, and a row in [`LINTS`]. A lint speaks up only where the text itself proves it right.

mod covered_rule;
mod duplicate_rule;
mod implies;
mod patterns;
mod report;
mod same;
mod undocumented_rule;
mod unknown_permission;
mod unknown_role;
mod unknown_word;
mod untested_rule;
mod unused_parameter;

use std::sync::Arc;

use crate::document::{Located, Problem};
use crate::finding::Severity;
use crate::policy::{Policy, Rule};
use crate::testing::Suite;

pub use report::{Report, json};

/// A kind of oddity.
#[derive(Debug)]
pub struct Lint {
    /// What it is called in reports, on the command line and in the configuration.
    pub code: &'static str,
    /// How bad a finding is.
    pub severity: Severity,
    find: fn(&Subject<'_>) -> Vec<Oddity>,
}

/// All lints.
pub static LINTS: [Lint; 8] = [
    Lint { code: "duplicate-rule", severity: Severity::Medium, find: duplicate_rule::find },
    Lint { code: "covered-rule", severity: Severity::Low, find: covered_rule::find },
    Lint { code: "unused-parameter", severity: Severity::Low, find: unused_parameter::find },
    Lint { code: "unknown-permission", severity: Severity::Medium, find: unknown_permission::find },
    Lint { code: "unknown-word", severity: Severity::Medium, find: unknown_word::find },
    Lint { code: "unknown-role", severity: Severity::Medium, find: unknown_role::find },
    Lint { code: "untested-rule", severity: Severity::Low, find: untested_rule::find },
    Lint { code: "undocumented-rule", severity: Severity::Info, find: undocumented_rule::find },
];

/// What is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The policies.
    pub policies: &'a [Policy],
    /// The tests that stand beside them.
    pub suites: &'a [Suite],
}

impl<'a> Subject<'a> {
    fn rules(&self) -> impl Iterator<Item = (&'a Policy, &'a Rule)> + use<'a> {
        self.policies.iter().flat_map(|policy| policy.rules.iter().map(move |rule| (policy, rule)))
    }
}

/// What a lint found, and where.
struct Oddity {
    rule: Option<String>,
    located: Located,
}

impl Oddity {
    /// About some words of a policy.
    fn new(policy: &Policy, problem: Problem) -> Self {
        Self { rule: None, located: Located { source: Arc::clone(&policy.file.source), problem } }
    }

    /// About some words of a rule.
    fn of(policy: &Policy, rule: &Rule, problem: Problem) -> Self {
        Self { rule: Some(rule.info.id.clone()), ..Self::new(policy, problem) }
    }
}

/// Where a rule stands, for people.
fn place(rule: &Rule) -> String {
    let location = &rule.info.location;
    format!("{}, line {}", location.source.name, location.region().line)
}

/// A finding of a lint.
#[derive(Debug)]
pub struct Finding {
    /// The lint.
    pub lint: &'static Lint,
    /// The rule, if it is about one.
    pub rule: Option<String>,
    /// What is odd, and where.
    pub located: Located,
}

/// What the lints find, without those that are allowed; in the order of the files and their lines.
pub fn lint(subject: &Subject<'_>, allowed: &[String]) -> Vec<Finding> {
    let lints = LINTS.iter().filter(|lint| !allowed.iter().any(|code| code == lint.code));
    let found = lints.flat_map(|lint| {
        let finding = move |odd: Oddity| Finding { lint, rule: odd.rule, located: odd.located };
        (lint.find)(subject).into_iter().map(finding)
    });
    let mut findings: Vec<Finding> = found.collect();
    findings.sort_by(|one, other| {
        let key = |finding: &Finding| (finding.located.source.name.clone(), finding.located.problem.span.start);
        key(one).cmp(&key(other))
    });
    // A rule on several kinds of things stands there once for each.
    findings.dedup_by(|one, other| {
        one.lint.code == other.lint.code && one.rule == other.rule && one.located == other.located
    });
    findings
}
