//! What the lints found, as an outcome: each lint is a rule, and each thing that is odd violates it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::{LINTS, OF_A_SNAPSHOT, Oddity, Subject};
use crate::config::Change;
use crate::document::{Code, Located, Location, SourceText};
use crate::finding::{
    Finding, Gate, Judges, Outcome, PolicyFile, RuleInfo, RuleResult, Severity, Skipped, Status, Thing, ThingKind,
};
use crate::org::{Source, Text};
use crate::time::Time;

/// Why files do not load, as an outcome: each kind of error is a rule, and each error violates it.
pub fn not_loaded(located: &[Located]) -> Outcome {
    let mut seen = BTreeSet::new();
    let files = located.iter().filter(|one| seen.insert(&one.source.name)).map(|one| file(&one.source)).collect();
    let mut outcome = empty(Judges::LoadErrors, files);
    for code in Code::ALL {
        let errors: Vec<Oddity> = located
            .iter()
            .filter(|one| one.problem.code == Some(code))
            .map(|one| Oddity { rule: None, located: one.clone(), missing: Vec::new() })
            .collect();
        if let Some(first) = errors.first().map(|error| Arc::clone(&error.located.source)) {
            let info = info(code.name(), code.title(), Severity::Critical, &first);
            let mut result = RuleResult::new(Arc::new(info));
            result.selected = outcome.policies.len();
            outcome.push(result, findings(code.name(), errors, &first));
        }
    }
    outcome
}

/// An outcome in which nothing was judged yet.
fn empty(judges: Judges, policies: Vec<PolicyFile>) -> Outcome {
    Outcome {
        judges,
        as_of: 0,
        source: Source::default(),
        oldest_fact: 0,
        digest: String::new(),
        gate: Gate::default(),
        policies,
        coverage: Vec::new(),
        population: BTreeMap::new(),
        disagreements: Vec::new(),
        oddities: Vec::new(),
        exceptions: Vec::new(),
        stale: 0,
        rules: Vec::new(),
        skipped: Vec::new(),
        findings: Vec::new(),
    }
}

/// What the lints find, without those that are allowed. A text has no age: without a snapshot, the times in the
/// outcome are zero.
pub fn outcome(subject: &Subject<'_>, allowed: &[String], now: Time) -> Outcome {
    let mut outcome = empty(Judges::Lints, files(subject));
    if let Some(judged) = subject.judged.map(|judged| &judged.outcome) {
        (outcome.as_of, outcome.oldest_fact) = (judged.as_of, judged.oldest_fact);
        (outcome.source, outcome.digest) = (judged.source.clone(), judged.digest.clone());
    }
    // Every path that is linted names a file, even if there is no rule in it.
    let Some(first) = outcome.policies.first().map(|file| Arc::clone(&file.source)) else { return outcome };
    for lint in &LINTS {
        if OF_A_SNAPSHOT.contains(&lint.code) && subject.judged.is_none() {
            continue;
        }
        let mut info = info(lint.code, lint.title, lint.severity, &first);
        if allowed.iter().any(|code| code == lint.code) {
            let reason = "allowed by --allow-lint".to_owned();
            outcome.skipped.push(Skipped::new(&info, reason));
            continue;
        }
        if let Some(one) = subject.overrides.iter().find(|one| one.rule == lint.code) {
            outcome.exceptions.push(format!("{}: {}", one.place(), one.told("lint", lint.severity, now)));
            match one.change_at(now) {
                Some(Change::Off) => {
                    outcome.skipped.push(Skipped::new(&info, one.switched_off()));
                    continue;
                }
                Some(Change::Severity(severity)) => info.severity = severity,
                None => {}
            }
        }
        let mut result = RuleResult::new(Arc::new(info));
        result.selected = subject.policies.iter().map(|policy| policy.file.rules).sum();
        let mut found = (lint.find)(subject);
        found.sort_by(|one, other| place(&one.located).cmp(&place(&other.located)));
        // A rule on several kinds of things stands there once for each.
        found.dedup_by(|one, other| one.rule == other.rule && one.located == other.located);
        outcome.push(result, findings(lint.code, found, &first));
    }
    outcome
}

fn place(located: &Located) -> (&str, usize) {
    (&located.source.name, located.problem.span.start)
}

/// Every file that was read, each once.
fn files(subject: &Subject<'_>) -> Vec<PolicyFile> {
    let policies = subject.policies.iter().map(|policy| policy.file.clone());
    let tests = subject.suites.iter().map(|suite| file(&suite.source));
    let waivers = subject.waivers.rules().map(|(_, location)| file(&location.source));
    let overrides = subject.overrides.iter().map(|one| file(&one.location().source));
    let mut seen = BTreeSet::new();
    policies.chain(tests).chain(waivers).chain(overrides).filter(|file| seen.insert(file.source.name.clone())).collect()
}

/// A file that has no rules, or none that could be read.
fn file(source: &Arc<SourceText>) -> PolicyFile {
    PolicyFile { source: Arc::clone(source), rules: 0, params: BTreeMap::new() }
}

fn info(code: &str, title: &str, severity: Severity, first: &Arc<SourceText>) -> RuleInfo {
    RuleInfo {
        id: code.to_owned(),
        title: title.to_owned(),
        sentence: title.to_owned(),
        select: Vec::new(),
        severity,
        rationale: None,
        remediation: None,
        references: vec![format!("{}/blob/main/docs/linting.md#{}", env!("CARGO_PKG_REPOSITORY"), code)],
        controls: BTreeMap::new(),
        tags: Vec::new(),
        waivable: false,
        location: Location { source: Arc::clone(first), span: 0..0 },
        end_line: 1,
    }
}

fn findings(code: &str, found: Vec<Oddity>, first: &Arc<SourceText>) -> Vec<Finding> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let finding = |odd: Oddity| {
        let Located { source, problem } = odd.located;
        let (kind, id) = match odd.rule {
            Some(rule) => (ThingKind::Rule, rule),
            None => (ThingKind::File, source.name.clone()),
        };
        let words = &source.text[source.place(&problem.span)];
        let what = [code, kind.name(), &id, words].join("\0");
        // The same words may be odd in two places.
        let times = seen.entry(what.clone()).or_default();
        *times += 1;
        let hash = Sha256::digest(format!("{what}\0{times}"));
        Finding {
            rule: 0,
            status: if odd.missing.is_empty() { Status::Violation } else { Status::Unknown },
            message: match &problem.help {
                Some(help) => format!("{}; {help}", problem.message),
                None => problem.message.clone(),
            },
            evidence: Vec::new(),
            selected_by: Vec::new(),
            paths: Vec::new(),
            more_paths: 0,
            missing: odd.missing,
            waiver: None,
            region: source.region(&problem.span),
            fingerprint: base16ct::lower::encode_string(&hash[..16]),
            file: (*source != **first).then(|| Arc::clone(&source)),
            subject: Arc::new(Thing {
                kind,
                id: Text::from(id),
                name: None,
                email: None,
                project: None,
                owner: None,
                ambiguous: false,
            }),
        }
    };
    found.into_iter().map(finding).collect()
}
