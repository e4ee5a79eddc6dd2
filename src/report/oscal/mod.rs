//! OSCAL 1.2.3, assessment results: an observation for each finding and for each list that was not read, a finding for
//! each rule, and the things that they are about. Every reference leads to something in the document.
//!
//! Source: <https://pages.nist.gov/OSCAL-Reference/models/v1.2.3/assessment-results/json-reference/>

mod document;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use sha2::{Digest as _, Sha256};

use super::totals::{exit, plain_summary};
use super::words::{incomplete, paths, sentence, unread};
use crate::escape::visible;
use crate::finding::{Finding, Outcome, PolicyFile, RuleResult, Thing, Unread, Verdict};
use crate::org::{Collection, State};
use crate::time::rfc3339;

use document::{
    AssessmentResult, AssessmentResults, BackMatter, Control, Document, Evidence, Import, Item, LocalDefinitions,
    Metadata, Observation, Property, Related, Resource, ReviewedControls, RuleFinding, Selection, Subject, Target,
    TargetStatus,
};

/// The names of our properties.
const NAMESPACE: &str = "https://rolelint.example/ns/oscal";

pub(super) fn render(outcome: &Outcome, to: &mut dyn Write) -> io::Result<()> {
    let id = |what: &str| uuid(&[&outcome.digest, &rfc3339(outcome.as_of), what]);
    let plan = id("plan");
    let document = Document {
        assessment_results: AssessmentResults {
            uuid: id("document"),
            metadata: Metadata {
                title: "Access to the OpenAI organization".to_owned(),
                last_modified: rfc3339(outcome.source.collected_at),
                version: env!("CARGO_PKG_VERSION"),
                oscal_version: "1.2.3",
            },
            import_ap: Import { href: format!("#{plan}") },
            results: [result(outcome, &id)],
            back_matter: BackMatter {
                resources: [Resource {
                    uuid: plan,
                    title: "Policies of rolelint".to_owned(),
                    description: policies(outcome),
                }],
            },
        },
    };
    serde_json::to_writer_pretty(&mut *to, &document)?;
    to.write_all(b"\n")
}

fn result(outcome: &Outcome, id: &dyn Fn(&str) -> String) -> AssessmentResult {
    let observation_id = |finding: &Finding| id(&format!("observation {} {}", finding.rule, finding.fingerprint));
    let subject_id = |thing: &Thing| id(&format!("thing {} {}", thing.kind.name(), thing.id));
    let gap_id = |collection: Collection| id(&format!("list {collection}"));
    let mut things: BTreeMap<String, Item> = BTreeMap::new();
    for finding in &outcome.findings {
        let uuid = subject_id(&finding.subject);
        things.entry(uuid.clone()).or_insert_with(|| item(uuid, &finding.subject));
    }
    let gaps = incomplete(outcome);
    let mut observations: Vec<Observation> = Vec::new();
    let mut seen = BTreeSet::new();
    for finding in &outcome.findings {
        let uuid = observation_id(finding);
        if seen.insert(uuid.clone()) {
            let subject = subject_id(&finding.subject);
            observations.push(observation(outcome, finding, uuid, subject));
        }
    }
    observations.extend(gaps.iter().map(|gap| unread_list(outcome, gap, gap_id(gap.0))));
    let finding = |(at, rule): (usize, &RuleResult)| {
        let mut related: Vec<String> = outcome.findings_of(at).iter().map(observation_id).collect();
        let missing: BTreeSet<Collection> = rule.unread.iter().filter_map(Unread::collection).collect();
        related.extend(gaps.iter().filter(|(of, ..)| missing.contains(of)).map(|(of, ..)| gap_id(*of)));
        related.dedup();
        rule_finding(rule, id(&format!("rule {at}")), related)
    };
    let controls: BTreeSet<String> = outcome.rules.iter().flat_map(controls).collect();
    let exceptions: Vec<String> = outcome.exceptions.iter().map(|sentence| text(sentence)).collect();
    AssessmentResult {
        uuid: id("result"),
        title: text(&plain_summary(outcome)),
        description: text(&exit(outcome)),
        start: rfc3339(outcome.oldest_fact.min(outcome.source.collected_at)),
        end: rfc3339(outcome.source.collected_at),
        reviewed_controls: ReviewedControls { control_selections: [selection(controls)] },
        findings: outcome.rules.iter().enumerate().map(finding).collect(),
        observations,
        local_definitions: LocalDefinitions { inventory_items: things.into_values().collect() },
        remarks: (!exceptions.is_empty()).then(|| exceptions.join("; ")),
    }
}

/// OSCAL wants at least one control: if no rule names any, there is one that says so.
fn selection(controls: BTreeSet<String>) -> Selection {
    if controls.is_empty() {
        let none = Control { control_id: "none".to_owned() };
        return Selection { description: "The rules of the policies name no control", include_controls: vec![none] };
    }
    Selection {
        description: "The controls that the rules of the policies name",
        include_controls: controls.into_iter().map(|control_id| Control { control_id }).collect(),
    }
}

fn item(uuid: String, thing: &Thing) -> Item {
    let label = text(&thing.qualified_label());
    Item {
        uuid,
        description: format!("{} {label}", thing.kind.words()),
        props: vec![property("kind", thing.kind.name()), property("id", &thing.id)],
    }
}

fn observation(outcome: &Outcome, finding: &Finding, uuid: String, subject: String) -> Observation {
    let rule = &outcome.rules[finding.rule];
    Observation {
        uuid,
        title: text(&rule.info.title),
        description: text(&sentence(finding)),
        props: vec![property("status", finding.status.name()), property("fingerprint", &finding.fingerprint)],
        methods: ["TEST"],
        types: ["finding"],
        subjects: vec![Subject { subject_uuid: subject, kind: "inventory-item" }],
        relevant_evidence: paths(finding, rule).into_iter().map(|path| Evidence { description: text(&path) }).collect(),
        collected: rfc3339(outcome.source.collected_at),
    }
}

/// A list that could not be read: nothing that rests on it was assessed.
fn unread_list(
    outcome: &Outcome,
    (collection, state, detail): &(Collection, State, String),
    uuid: String,
) -> Observation {
    Observation {
        uuid,
        title: format!("The list {collection} was not read to the end"),
        description: text(detail),
        props: vec![property("state", state.name())],
        methods: ["EXAMINE"],
        types: ["control-objective"],
        subjects: Vec::new(),
        relevant_evidence: Vec::new(),
        collected: rfc3339(outcome.source.collected_at),
    }
}

fn rule_finding(rule: &RuleResult, uuid: String, related: Vec<String>) -> RuleFinding {
    let info = &*rule.info;
    // OSCAL has no state for what could not be assessed: it is not satisfied, for another reason than a failure.
    let (state, reason, remarks) = match rule.verdict() {
        Verdict::Pass => ("satisfied", "pass", None),
        Verdict::Violation => ("not-satisfied", "fail", None),
        Verdict::Vacuous => ("not-satisfied", "other", Some("not assessed: the rule selected nothing".to_owned())),
        Verdict::Unknown => ("not-satisfied", "other", Some(format!("could not be assessed: {}", unread(rule)))),
    };
    let mut props = vec![property("verdict", rule.verdict().name()), property("severity", info.severity.name())];
    props.extend(controls(rule).into_iter().map(|control| property("control", &control)));
    RuleFinding {
        uuid,
        title: text(&info.title),
        description: text(info.rationale.as_deref().unwrap_or(&info.title)),
        props,
        target: Target {
            kind: "objective-id",
            target_id: token(&info.id),
            status: TargetStatus { state, reason },
            remarks: remarks.map(|remarks| text(&remarks)),
        },
        related_observations: related.into_iter().map(|observation_uuid| Related { observation_uuid }).collect(),
    }
}

/// The controls that a rule serves, each under one name.
fn controls(rule: &RuleResult) -> Vec<String> {
    let all = rule.info.controls.iter();
    all.flat_map(|(framework, ids)| ids.iter().map(move |id| token(&format!("{framework}_{id}")))).collect()
}

fn policies(outcome: &Outcome) -> String {
    let one = |policy: &PolicyFile| format!("{} (sha256 {})", policy.source.name, policy.sha256());
    text(&outcome.policies.iter().map(one).collect::<Vec<_>>().join("; "))
}

fn property(name: &'static str, value: &str) -> Property {
    Property { name, ns: NAMESPACE, value: text(value) }
}

/// Text as OSCAL takes it: not empty, without white space around it.
fn text(text: &str) -> String {
    let shown = visible(text.trim());
    if shown.is_empty() { "-".to_owned() } else { shown.into_owned() }
}

/// A name as OSCAL takes it.
fn token(text: &str) -> String {
    let kept = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' };
    let token: String = text.chars().map(kept).collect();
    if token.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') { token } else { format!("_{token}") }
}

/// The same UUID for the same words: version 5 in form, of a better digest.
fn uuid(words: &[&str]) -> String {
    let mut digest = Sha256::new();
    for word in words {
        digest.update(word);
        digest.update([0]);
    }
    let mut bytes: Vec<u8> = digest.finalize()[..16].to_vec();
    bytes[6] = bytes[6] & 0x0f | 0x50;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = base16ct::lower::encode_string(&bytes);
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}
