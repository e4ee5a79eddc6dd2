//! Findings that have one cause, and what a finding says beyond it.

use std::collections::HashMap;

use crate::document::SourceText;
use crate::escape::visible;
use crate::finding::{AccessPath, Evidence, Finding, Status, ThingKind, Value};

/// Findings that differ in nothing but their subject.
pub struct Cause<'a> {
    pub findings: Vec<&'a Finding>,
}

pub fn causes<'a>(findings: &[&'a Finding], permissions: &[String]) -> Vec<Cause<'a>> {
    let mut causes: Vec<Cause<'a>> = Vec::new();
    let mut numbers = HashMap::new();
    for finding in findings {
        // Paths are alike if they end in the same permissions, even of two roles.
        let path = |path: &'a AccessPath| {
            (path.from_subject, path.steps.as_slice(), path.matched.map(|matched| permissions[matched].as_str()))
        };
        let paths: Vec<_> = finding.paths.iter().map(|shared| path(shared)).collect();
        // Findings without a path are alike if the same attributes met the same words.
        let attributes: Vec<&str> = finding.evidence.iter().map(|evidence| evidence.attribute.as_str()).collect();
        // The organization is the subject of many a finding: what each says is all that tells them apart.
        let said = Some(&finding.message).filter(|_| finding.subject.kind == ThingKind::Organization);
        let file = finding.file.as_ref().map(|file| file.name.as_str());
        let key = ((file, finding.region), paths, attributes, (finding.more_paths, finding.missing.as_slice()), said);
        let number = *numbers.entry(key).or_insert_with(|| {
            causes.push(Cause { findings: Vec::new() });
            causes.len() - 1
        });
        causes[number].findings.push(finding);
    }
    causes
}

/// The values that neither a path nor the policy's own words show.
pub fn details(finding: &Finding, source: &SourceText) -> String {
    if finding.status == Status::Unknown || finding.subject.kind == ThingKind::Organization {
        return String::new();
    }
    let mut shown: Vec<String> = Vec::new();
    // What selected the subject is mostly told by the rule; how long ago is not.
    let by_time = |evidence: &&Evidence| matches!(evidence.value, Value::Time(_) | Value::Null);
    for evidence in finding.evidence.iter().chain(finding.selected_by.iter().filter(by_time)) {
        let value = evidence.value.to_string();
        let known = match evidence.value {
            Value::Permission(_) => true,
            Value::Null => false,
            Value::Flag(_) | Value::Number(_) | Value::Time(_) | Value::Text(_) => {
                let written = &source.text[source.span(evidence.region)];
                written.contains(&value) || value == finding.subject.called()
            }
        };
        let detail = visible(&evidence.to_string()).into_owned();
        if !known && !finding.message.contains(&detail) && !shown.contains(&detail) {
            shown.push(detail);
        }
    }
    shown.join(", ")
}
