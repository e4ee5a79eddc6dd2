//! Lints: what is odd about policies that load, and about the tests, the waivers and the configuration that go with them. They look at texts
//! alone, and need neither an organization nor a key; given what a check says of a snapshot, they look at that, too.
//!
//! One file for each lint, and a row in [`LINTS`]. A lint speaks up only where the text itself proves it right. What
//! they find is an [`Outcome`], in which each lint is a rule: every format of report shows it.

mod covered_rule;
mod duplicate_rule;
mod ineffective_override;
mod ineffective_waiver;
mod outcome;
mod patterns;
mod undocumented_rule;
mod unknown_permission;
mod unknown_role;
mod unknown_word;
mod unmatched_word;
mod untested_rule;
mod unused_parameter;
mod vacuous_rule;

use std::sync::Arc;

use crate::config::Override;
use crate::document::{Located, Problem};
use crate::exceptions::Waivers;
use crate::finding::{Note, Outcome, Severity};
use crate::policy::{Policy, Rule};
use crate::testing::Suite;

pub use outcome::{not_loaded, outcome};

/// A kind of oddity.
#[derive(Debug)]
pub struct Lint {
    /// What it is called in reports, on the command line and in the configuration.
    pub code: &'static str,
    /// What is odd, in a few words.
    pub title: &'static str,
    /// How bad a finding is.
    pub severity: Severity,
    find: fn(&Subject<'_>) -> Vec<Oddity>,
}

const fn lint(
    code: &'static str,
    severity: Severity,
    title: &'static str,
    find: fn(&Subject<'_>) -> Vec<Oddity>,
) -> Lint {
    Lint { code, title, severity, find }
}

/// All lints.
pub static LINTS: [Lint; 12] = [
    lint("duplicate-rule", Severity::Medium, "Two rules say the same", duplicate_rule::find),
    lint("covered-rule", Severity::Low, "A rule finds nothing of its own", covered_rule::find),
    lint("unused-parameter", Severity::Low, "No rule names a parameter", unused_parameter::find),
    lint("unknown-permission", Severity::Medium, "A permission is not known to exist", unknown_permission::find),
    lint("unknown-word", Severity::Medium, "A word is not known to exist", unknown_word::find),
    lint("unknown-role", Severity::Medium, "A predefined role is not known to exist", unknown_role::find),
    lint("untested-rule", Severity::Low, "No test says what a rule must find", untested_rule::find),
    lint(
        "undocumented-rule",
        Severity::Info,
        "A rule lacks a rationale, a remediation or controls",
        undocumented_rule::find,
    ),
    lint("ineffective-waiver", Severity::Medium, "A waiver accepts nothing", ineffective_waiver::find),
    lint(
        "ineffective-override",
        Severity::Medium,
        "The configuration changes nothing about a rule",
        ineffective_override::find,
    ),
    lint(vacuous_rule::CODE, Severity::Low, "A rule selects nothing in the snapshot", vacuous_rule::find),
    lint(unmatched_word::CODE, Severity::Medium, "Nothing in the snapshot has that name", unmatched_word::find),
];

/// The lints that have nothing to look at without a snapshot.
const OF_A_SNAPSHOT: [&str; 2] = [vacuous_rule::CODE, unmatched_word::CODE];

/// What is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The policies.
    pub policies: &'a [Policy],
    /// The tests that stand beside them.
    pub suites: &'a [Suite],
    /// What the configuration changes about them, and about the lints.
    pub overrides: &'a [Override],
    /// The waivers of their findings.
    pub waivers: &'a Waivers,
    /// What a check says of a snapshot, if there is one.
    pub judged: Option<&'a Judged>,
}

/// What a check says of a snapshot.
#[derive(Debug)]
pub struct Judged {
    /// The answers to the rules.
    pub outcome: Outcome,
    /// The words of which nobody knows whether they match anything, because something was not read.
    pub untold: Vec<Untold>,
}

/// Words of a rule of which nobody knows whether they match anything.
#[derive(Debug)]
pub struct Untold {
    /// The id of the rule.
    pub rule: String,
    /// The words, and what is not known.
    pub note: Note,
    /// What is missing, in sentences.
    pub missing: Vec<String>,
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
    /// What is missing, if nobody knows whether it is odd.
    missing: Vec<String>,
}

impl Oddity {
    /// About some words of a policy. A value from outside is named at the default that it replaces.
    fn new(policy: &Policy, problem: Problem) -> Self {
        let source = &policy.file.source;
        let problem = Problem { span: source.place(&problem.span), ..problem };
        Self { rule: None, located: Located { source: Arc::clone(source), problem }, missing: Vec::new() }
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
