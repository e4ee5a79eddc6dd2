//! Findings that differ only in their subject, and what a finding says beyond its paths.

use std::borrow::Cow;
use std::sync::Arc;

use foldhash::HashMap;

use crate::document::SourceText;
use crate::escape::visible;
use crate::finding::{AccessPath, Cause, Evidence, Finding, Thing, ThingKind, Value};
use crate::org::without_request;
use crate::time::Time;

/// Findings that are alike in all but their subject.
pub type Shape<'o> = Vec<&'o Finding>;

/// What is shown as one.
pub enum Item<'c, 'o> {
    /// Findings that end together.
    Cause(&'c Cause<'o>),
    /// Findings that do not end with others.
    Alone(Shape<'o>),
}

impl<'o> Item<'_, 'o> {
    pub fn findings(&self) -> &[&'o Finding] {
        match self {
            Self::Cause(cause) => &cause.findings,
            Self::Alone(shape) => shape,
        }
    }
}

/// Groups the findings by everything but their subject, the largest group first. `permissions` has what each of the
/// rule's sets of permissions looks like.
pub fn alike<'a>(findings: &[&'a Finding], permissions: &[String]) -> Vec<Shape<'a>> {
    let mut shapes: Vec<Shape<'a>> = Vec::new();
    let mut numbers = HashMap::default();
    // The worst come first, since not all may be shown.
    let mut findings = findings.to_vec();
    findings.sort_by_key(|finding| mildness(finding));
    for finding in findings {
        // Paths are alike if they end in the same permissions, even of two roles.
        let path = |path: &'a AccessPath| {
            (path.from_subject, path.steps.as_slice(), path.matched.map(|matched| permissions[matched].as_str()))
        };
        let paths: Vec<_> = finding.paths.iter().map(|shared| path(shared)).collect();
        // Findings without a path are alike if the same attributes met the same words.
        let attributes: Vec<&str> = finding.evidence.iter().map(|evidence| evidence.attribute.as_str()).collect();
        // Findings about the organization have the same subject, so only their messages distinguish them.
        let said = Some(&finding.message).filter(|_| finding.subject.kind == ThingKind::Organization);
        let missing: Vec<Cow<'_, str>> = finding.missing.iter().map(|missing| without_request(missing)).collect();
        let file = finding.file.as_ref().map(|file| file.name.as_str());
        let key = ((file, &finding.region), paths, attributes, (finding.more_paths, missing), said);
        let number = *numbers.entry(key).or_insert_with(|| {
            shapes.push(Vec::new());
            shapes.len() - 1
        });
        shapes[number].push(finding);
    }
    shapes.sort_by_key(|shape| std::cmp::Reverse(shape.len()));
    shapes
}

/// A number that is larger for a milder finding: a later time, or how little a number is out of bounds.
fn mildness(finding: &Finding) -> i64 {
    let of = |value: &Value| match value {
        Value::Time(time) => Some(*time),
        Value::Counted(number, allowed) => {
            let number = i64::try_from(*number).unwrap_or(i64::MAX);
            Some(if allowed.starts_with("at most") { -number } else { number })
        }
        Value::Null => Some(i64::MIN),
        Value::Flag(_) | Value::Number(_) | Value::Text(_) | Value::Permission(_) | Value::Absent(_) => None,
    };
    finding.evidence.iter().find_map(|evidence| of(&evidence.value)).unwrap_or(0)
}

/// What a finding says beyond its paths and the policy's own words.
pub struct Facts {
    /// About the subject, and about things that are on no path.
    pub own: String,
    /// About the things on paths, each under the first path that it is on.
    pub along: Vec<String>,
}

/// The values that failed and that neither a path nor the policy's own words show.
pub fn failed(finding: &Finding, source: &SourceText, as_of: Time) -> Facts {
    let shown = finding.evidence.iter().filter(|evidence| match &evidence.value {
        Value::Permission(_) => false,
        // The policy does not show how long ago it was, or how many there are.
        Value::Null | Value::Time(_) | Value::Number(_) | Value::Counted(..) | Value::Absent(_) => true,
        Value::Flag(_) | Value::Text(_) => {
            let (written, value) = (&source.text[source.span(&evidence.region)], evidence.value.to_string());
            let given = evidence.region.given().iter().any(|given| given.value.contains(&value));
            // The path shows a thing by its name, which also covers its id.
            let mut steps = finding.paths.iter().flat_map(|path| &path.steps);
            let is_named = match &evidence.of {
                Some(of) => evidence.names(of) && (*of == finding.subject || steps.clone().any(|step| step == of)),
                None => value == finding.subject.called(),
            };
            !written.contains(&value) && !given && !is_named && !steps.any(|step| step.id == value)
        }
    });
    let place = |of: &Arc<Thing>| finding.paths.iter().position(|path| path.steps.contains(of));
    let (mut own, mut along) = (Vec::new(), vec![Vec::new(); finding.paths.len()]);
    for evidence in shown {
        match evidence.of.as_ref().and_then(place) {
            Some(path) => along[path].push(evidence),
            None => own.push(evidence),
        }
    }
    let told = |evidence: Vec<&Evidence>| told(evidence.into_iter(), as_of);
    Facts { own: told(own), along: along.into_iter().map(told).collect() }
}

/// The message after the subject, with ages where it has dates; `None` if it says more than the values that failed.
pub fn aged(finding: &Finding, said: &str, as_of: Time) -> Option<String> {
    let failed = || finding.evidence.iter().filter(|evidence| !matches!(evidence.value, Value::Permission(_)));
    let dated = failed().map(Evidence::dated).collect::<Vec<_>>().join(", ");
    (said == dated).then(|| told(failed(), as_of))
}

/// The times by which the finding's subject was selected. The rule mostly shows what else selected it.
pub fn selected(finding: &Finding, as_of: Time) -> String {
    told(finding.selected_by.iter().filter(|evidence| matches!(evidence.value, Value::Time(_) | Value::Null)), as_of)
}

/// Pieces of evidence in words, each once.
fn told<'a>(evidence: impl Iterator<Item = &'a Evidence>, as_of: Time) -> String {
    let mut shown: Vec<String> = Vec::new();
    for evidence in evidence {
        let told = visible(&evidence.told(as_of)).into_owned();
        if !shown.contains(&told) {
            shown.push(told);
        }
    }
    shown.join(", ")
}
