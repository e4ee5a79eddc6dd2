//! What holds of every outcome, waivers and baseline.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;

use super::{Baseline, Terms, Waivers};
use crate::document::{Location, SourceText};
use crate::finding::{
    Ending, Evidence, Finding, Gate, Judges, Outcome, RuleInfo, RuleResult, Severity, Status, Thing, ThingKind, Value,
    Verdict,
};
use crate::org::{Builder, Coverage, Identity, Kind, Org, Source, Text};

const TERMS: Terms = Terms { now: 1_000_000, longest: 10_000_000, expiring_within: 100_000 };

/// The text in which rules stand.
fn policy() -> Arc<SourceText> {
    Arc::new(SourceText::new("p.yaml".to_owned(), "rules: [a, b, c]".to_owned()))
}

fn source() -> Source {
    Source { organization: Identity::named("org-acme"), ..Source::default() }
}

fn organization() -> Org {
    Builder::new(source()).finish(Coverage::default())
}

fn rule(at: usize, waivable: bool, truncated: bool) -> RuleResult {
    let location = Location { source: policy(), span: 0..1 };
    let info = RuleInfo {
        id: format!("rule-{at}"),
        title: String::new(),
        sentence: String::new(),
        select: Vec::new(),
        severity: Severity::ALL[at % Severity::ALL.len()],
        rationale: None,
        remediation: None,
        references: Vec::new(),
        controls: BTreeMap::default(),
        tags: Vec::new(),
        waivable,
        location,
        end_line: 1,
    };
    let mut rule = RuleResult::new(Arc::new(info));
    rule.truncated = truncated;
    rule
}

fn finding(rule: usize, subject: usize, status: Status, number: u64) -> Finding {
    let region = policy().region(&(0..1));
    let id = Text::from(format!("grant-{subject}"));
    let kind = ThingKind::Of(Kind::Grant);
    Finding {
        rule: 0,
        status,
        subject: Arc::new(Thing { kind, id, ..Thing::default() }),
        message: format!("rule {rule}, grant {subject}"),
        evidence: vec![Evidence::new(Text::const_new("roles"), Value::Number(number), region.clone())],
        selected_by: Vec::new(),
        paths: Vec::new(),
        more_paths: 0,
        missing: Vec::new(),
        waiver: None,
        region,
        file: None,
        fingerprint: format!("{rule}/{subject}"),
    }
}

/// Rules, each with whether it can be waived, whether it is open, and its findings.
type Rules = Vec<(bool, bool, Vec<(usize, bool, u64)>)>;

fn rules() -> impl Strategy<Value = Rules> {
    let finding = (0..4_usize, any::<bool>(), 0..2_u64);
    let findings = proptest::collection::vec(finding, 0..5);
    proptest::collection::vec((proptest::bool::weighted(0.8), proptest::bool::weighted(0.2), findings), 1..4)
}

fn outcome(rules: &Rules, gate: Gate) -> Outcome {
    let mut outcome = Outcome {
        judges: Judges::Rules,
        as_of: TERMS.now,
        source: source(),
        oldest_fact: TERMS.now,
        digest: String::new(),
        gate,
        policies: Vec::new(),
        coverage: Vec::new(),
        population: BTreeMap::default(),
        disagreements: Vec::new(),
        oddities: Vec::new(),
        exceptions: Vec::new(),
        stale: 0,
        rules: Vec::new(),
        skipped: Vec::new(),
        findings: Vec::new(),
    };
    for (at, (waivable, truncated, findings)) in rules.iter().enumerate() {
        let status = |unknown: bool| if unknown { Status::Unknown } else { Status::Violation };
        let mut seen = BTreeSet::new();
        let findings = findings.iter().filter(|(subject, ..)| seen.insert(*subject));
        let findings = findings.map(|(subject, unknown, number)| finding(at, *subject, status(*unknown), *number));
        outcome.push(rule(at, *waivable, *truncated), findings.collect());
    }
    outcome
}

fn gate() -> impl Strategy<Value = Gate> {
    let parts = (proptest::sample::select(&Severity::ALL[..]), any::<bool>(), proptest::bool::weighted(0.2));
    parts.prop_map(|(fail_on, strict_baseline, exit_zero)| Gate {
        fail_on,
        exit_zero,
        strict_baseline,
        ..Gate::default()
    })
}

/// Waivers: the rule, the subject, and whether it has expired.
type Waived = Vec<(usize, usize, bool)>;

fn waived() -> impl Strategy<Value = Waived> {
    proptest::collection::vec((0..4_usize, 0..4_usize, proptest::bool::weighted(0.2)), 0..6)
}

fn file(name: &str, waivers: &[(usize, usize, bool)]) -> Arc<SourceText> {
    let one = |(rule, subject, expired): &(usize, usize, bool)| {
        let expires = if *expired { "1970-01-02" } else { "1970-02-01" };
        format!(
            "  - {{ rules: rule-{rule}, subject: {{ grant: grant-{subject} }}, reason: r, owner: o, expires: {expires} }}\n"
        )
    };
    let none = if waivers.is_empty() { " []" } else { "" };
    let text = format!("version: 1\nwaivers:{none}\n{}", waivers.iter().map(one).collect::<String>());
    Arc::new(SourceText::new(name.to_owned(), text))
}

/// The outcome with these files of waivers and these lines of a baseline.
fn accepted(before: &Outcome, files: &[Arc<SourceText>], lines: &[String]) -> Outcome {
    let mut outcome = before.clone();
    let waivers = Waivers::read(files, &TERMS).unwrap_or_else(|error| panic!("{error:?}"));
    waivers.apply(&mut outcome, &organization(), &TERMS);
    let baseline = Baseline::read("b.jsonl".to_owned(), &lines.join("\n")).expect("our own lines");
    baseline.belongs_to(&outcome.source.organization).expect("ours");
    baseline.apply(&mut outcome);
    outcome
}

/// The lines of a baseline of that outcome.
fn lines(outcome: &Outcome) -> Vec<String> {
    let mut bytes = Vec::new();
    Baseline::of(outcome).write(&mut bytes).expect("memory can be written to");
    String::from_utf8(bytes).expect("UTF-8").lines().map(str::to_owned).collect()
}

/// What the exit code has to be, from the findings alone.
fn ending(outcome: &Outcome) -> Ending {
    let counts = |finding: &Finding| {
        finding.status == Status::Violation && outcome.rules[finding.rule].info.severity >= outcome.gate.fail_on
    };
    let red = outcome.findings.iter().any(counts) || outcome.gate.strict_baseline && outcome.stale > 0;
    let open = outcome.rules.iter().any(|rule| rule.truncated)
        || outcome.findings.iter().any(|finding| finding.status == Status::Unknown);
    match (red && !outcome.gate.exit_zero, open) {
        (true, _) => Ending::Violation,
        (false, true) => Ending::Unknown,
        (false, false) => Ending::Clean,
    }
}

proptest! {
    #[test]
    fn exit_code_and_counts_follow_from_the_statuses(rules in rules(), other in rules(), waived in waived(), gate in gate()) {
        let before = outcome(&rules, gate);
        let after = accepted(&before, &[file("w.yaml", &waived)], &lines(&outcome(&other, gate)));
        prop_assert_eq!(after.ending(), ending(&after));
        for (at, rule) in after.rules.iter().enumerate() {
            let findings = after.findings_of(at);
            let count = |status| findings.iter().filter(|finding| finding.status == status).count();
            prop_assert_eq!((rule.violations(), rule.unknown()), (count(Status::Violation), count(Status::Unknown)));
            prop_assert_eq!(rule.verdict() == Verdict::Violation, rule.violations() > 0);
        }
    }

    #[test]
    fn nothing_but_a_violation_that_may_be_accepted_ever_changes(rules in rules(), other in rules(), waived in waived()) {
        let before = outcome(&rules, Gate::default());
        let after = accepted(&before, &[file("w.yaml", &waived)], &lines(&outcome(&other, Gate::default())));
        prop_assert_eq!(after.findings.len(), before.findings.len());
        for finding in &after.findings {
            let was = before.findings.iter().find(|was| was.fingerprint == finding.fingerprint).expect("none is lost");
            let waivable = before.rules[was.rule].info.waivable;
            prop_assert!(was.status == finding.status || was.status == Status::Violation && waivable);
            let same = Finding { status: was.status, waiver: None, ..finding.clone() };
            prop_assert_eq!(was, &same);
        }
    }

    #[test]
    fn to_take_away_a_waiver_or_a_line_never_turns_red_into_green(
        rules in rules(),
        other in rules(),
        waived in waived(),
        gate in gate(),
        which: proptest::sample::Index,
    ) {
        let gate = Gate { strict_baseline: false, ..gate };
        let before = outcome(&rules, gate);
        let lines = lines(&outcome(&other, gate));
        let with = |waived: &[_], lines: &[String]| accepted(&before, &[file("w.yaml", waived)], lines).ending();
        let all = with(&waived, &lines);
        let without = |list: &[String]| -> Vec<String> {
            let at = which.index(list.len());
            [&list[..at], &list[at + 1..]].concat()
        };
        if all != Ending::Clean {
            if !waived.is_empty() {
                let mut fewer = waived.clone();
                fewer.remove(which.index(waived.len()));
                prop_assert_ne!(with(&fewer, &lines), Ending::Clean);
            }
            if !lines.is_empty() {
                prop_assert_ne!(with(&waived, &without(&lines)), Ending::Clean);
            }
        }
    }

    #[test]
    fn the_order_of_files_and_lines_never_matters(
        rules in rules(),
        other in rules(),
        first in waived(),
        second in waived(),
    ) {
        let before = outcome(&rules, Gate::default());
        let mut lines = lines(&outcome(&other, Gate::default()));
        let files = [file("a.yaml", &first), file("b.yaml", &second)];
        let one = accepted(&before, &files, &lines);
        let turned = [Arc::clone(&files[1]), Arc::clone(&files[0])];
        prop_assert_eq!(&one, &accepted(&before, &turned, &lines));
        lines.reverse();
        let other = accepted(&before, &files, &lines);
        prop_assert_eq!((&one.findings, one.stale, one.ending()), (&other.findings, other.stale, other.ending()));
    }
}
