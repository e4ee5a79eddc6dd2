//! What people and programs see: every report and every error, without hidden characters.

use std::sync::Arc;

use miette::Diagnostic;

use super::api::NOW;
use crate::check::check;
use crate::console::problem;
use crate::document::SourceText;
use crate::escape::is_hidden;
use crate::finding::Outcome;
use crate::org::Org;
use crate::policy::{Overrides, Policy, load};
use crate::report::{Format, TextStyle, render};

/// Judges by the built-in policies, and shows the outcome in every format.
pub fn judge_and_show(org: &Org) {
    let policies = load(&[], &Overrides::default()).expect("the built-in policies load");
    show(&check(org, &policies, NOW));
}

/// Shows an outcome in every format.
pub fn show(outcome: &Outcome) {
    for format in Format::ALL {
        for (width, color, quiet, verbose) in
            [(100, false, false, false), (40, false, false, true), (80, true, true, false)]
        {
            let bytes = rendered(format, outcome, TextStyle { width, color, quiet, verbose, ..TextStyle::default() });
            if format.is_binary() {
                break;
            }
            let text = String::from_utf8(bytes).expect("a report is text");
            harmless(&without_colors(&text));
            if format == Format::Json {
                serde_json::from_str::<serde::de::IgnoredAny>(&text).expect("the JSON report is JSON");
            }
        }
    }
}

fn rendered(format: Format, outcome: &Outcome, style: TextStyle) -> Vec<u8> {
    let mut bytes = Vec::new();
    render(format, outcome, None, style, &mut bytes).expect("memory takes everything");
    bytes
}

/// Shows an error as the terminal would.
pub fn explain(error: &dyn Diagnostic) {
    let text = problem::show(error, false);
    harmless(&text);
}

/// What each rule says about each thing: all that people act on.
pub fn said(org: &Org, policies: &[Policy]) -> Vec<String> {
    let outcome = check(org, policies, NOW);
    let rules = outcome.rules.iter().map(|rule| format!("{} {}", rule.info.id, rule.verdict().name()));
    let findings = outcome.findings.iter();
    rules.chain(findings.map(|finding| format!("{} {}", finding.status.name(), finding.fingerprint))).collect()
}

/// A policy under a name.
pub fn source(text: &str) -> Arc<SourceText> {
    Arc::new(SourceText::new("policy.yaml".to_owned(), text.to_owned()))
}

fn harmless(text: &str) {
    let hidden = text.char_indices().find(|(_, character)| is_hidden(*character) && *character != '\n');
    assert!(hidden.is_none(), "{hidden:?} in {text:?}");
}

/// The text without our own colours.
fn without_colors(text: &str) -> String {
    let mut pieces = text.split("\u{1b}[");
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (numbers, rest) = piece.split_once('m').expect("a colour ends");
        assert!(numbers.bytes().all(|byte| byte.is_ascii_digit() || byte == b';'), "{numbers:?}");
        plain.push_str(rest);
    }
    plain
}
