//! The outcome of a check as a value. Findings are stored; verdicts and numbers are derived from them.

use std::collections::BTreeMap;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::{Finding, Gate, RuleInfo, RuleResult, Status, Unread, Verdict};
use crate::document::SourceText;
use crate::org::{CollectionSummary, Kind, Source};
use crate::time::Time;

/// What judges.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Judges {
    /// Rules, an organization.
    #[default]
    Rules,
    /// Lints, the policies themselves.
    Lints,
    /// The loader: there are files that do not load.
    LoadErrors,
}

words!(Judges { Rules => "rules", Lints => "lints", LoadErrors => "load_errors" });

/// The result of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What judges: what stands under `rules`.
    pub judges: Judges,
    /// The moment from which ages count.
    pub as_of: Time,
    /// Where the facts come from.
    pub source: Source,
    /// When the oldest fact was read: at this collection, or at the one that it was taken over from.
    pub oldest_fact: Time,
    /// The digest of the facts.
    pub digest: String,
    /// What decides whether it fails.
    pub gate: Gate,
    /// The policies that were loaded.
    pub policies: Vec<PolicyFile>,
    /// What was read and what was not, of every collection.
    pub coverage: Vec<CollectionSummary>,
    /// How many things of each kind are known.
    pub population: BTreeMap<Kind, usize>,
    /// Where the API's view of inheritance and what follows from the groups differ, in sentences. Both count.
    pub disagreements: Vec<String>,
    /// Misleading data, in sentences.
    pub oddities: Vec<String>,
    /// Remarks on overrides, waivers and the baseline, in sentences that begin with the place: a rule that is
    /// switched off, a waiver that has expired, a violation of the baseline that is fixed.
    pub exceptions: Vec<String>,
    /// How many findings of the baseline are certainly gone.
    pub stale: usize,
    /// The rules with their answers, in the order of the policies.
    pub rules: Vec<RuleResult>,
    /// The rules that were loaded but not judged.
    pub skipped: Vec<Skipped>,
    /// The findings: by rule, violations first, then by subject.
    pub findings: Vec<Finding>,
}

/// A policy file. The outcome keeps its text: a finding shows the words that fired wherever it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyFile {
    /// Its name and text.
    pub source: Arc<SourceText>,
    /// How many rules it has, judged or not.
    pub rules: usize,
    /// The parameters in force.
    pub params: BTreeMap<String, serde_json::Value>,
}

impl PolicyFile {
    /// The SHA-256 of the text, in hexadecimal.
    pub fn sha256(&self) -> String {
        base16ct::lower::encode_string(&Sha256::digest(&self.source.text))
    }
}

/// A rule that was loaded but not judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The rule's id.
    pub rule: String,
    /// Why it was not judged.
    pub reason: String,
    /// The controls that it would have spoken for.
    pub controls: BTreeMap<String, Vec<String>>,
}

impl Skipped {
    /// A rule that is not judged, and why.
    pub fn new(rule: &RuleInfo, reason: String) -> Self {
        Self { rule: rule.id.clone(), reason, controls: rule.controls.clone() }
    }
}

impl Outcome {
    /// Whether it is about an organization. Only then is there something that can be too old.
    pub fn has_facts(&self) -> bool {
        match self.judges {
            Judges::Rules => true,
            Judges::Lints => !self.digest.is_empty(),
            Judges::LoadErrors => false,
        }
    }

    /// What one of them is called: a rule, a lint or a load error.
    pub fn noun(&self) -> &'static str {
        match self.judges {
            Judges::Rules => "rule",
            Judges::Lints => "lint",
            Judges::LoadErrors => "load error",
        }
    }

    /// Adds a rule with its findings, which then know its index.
    pub fn push(&mut self, mut result: RuleResult, mut findings: Vec<Finding>) {
        let from = self.findings.len();
        let rule = self.rules.len();
        for finding in &mut findings {
            finding.rule = rule;
        }
        if self.findings.is_empty() {
            self.findings = findings;
        } else {
            self.findings.append(&mut findings);
        }
        result.findings = from..self.findings.len();
        result.count(&self.findings[from..]);
        self.rules.push(result);
    }

    /// Whether every rule was answered for everything it selects. If a file does not load, none was.
    pub fn complete(&self) -> bool {
        self.judges != Judges::LoadErrors && !self.rules.iter().any(RuleResult::is_open)
    }

    /// Turns every answer except a violation into unknown, for this reason: nothing passes on such facts.
    pub fn doubt(&mut self, reason: &str) {
        for rule in &mut self.rules {
            rule.truncated = true;
            rule.unread.push(Unread::Other(reason.to_owned()));
        }
    }

    /// Turns the answers of rules with words that match nothing into unknown: a misspelled name proves nothing.
    pub fn doubt_unmatched(&mut self) {
        for rule in &mut self.rules {
            let unmatched = rule.notes.iter().filter(|note| note.unmatched);
            let reasons: Vec<Unread> = unmatched.map(|note| Unread::Other(note.text.clone())).collect();
            rule.truncated |= !reasons.is_empty();
            rule.unread.extend(reasons);
        }
    }

    /// How many rules have that verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.rules.iter().filter(|rule| rule.verdict() == verdict).count()
    }

    /// The findings of one rule.
    pub fn findings_of(&self, rule: usize) -> &[Finding] {
        &self.findings[self.rules[rule].findings.clone()]
    }

    /// How many findings have that status.
    pub fn count_findings(&self, status: Status) -> usize {
        self.findings.iter().filter(|finding| finding.status == status).count()
    }
}
