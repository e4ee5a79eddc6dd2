//! What every format must do, tried on one hostile outcome.

use super::sample::{NAMES, many, outcome};
use super::{Format, TextStyle, render};
use crate::escape::{is_hidden, visible};
use crate::finding::{Outcome, Status, Verdict};
use crate::org::{CollectionSummary, State};

/// What a format shows of each finding, unless it says how many more there are.
enum Shows {
    Fingerprint,
    Label,
    Count,
    Metric,
}

fn shows(format: Format) -> Shows {
    match format {
        Format::Json
        | Format::Jsonl
        | Format::Csv
        | Format::Gitlab
        | Format::Sarif
        | Format::Ocsf
        | Format::Oscal
        | Format::Html
        | Format::Xlsx => Shows::Fingerprint,
        Format::Text => Shows::Label,
        Format::Junit | Format::Github | Format::Markdown | Format::Controls => Shows::Count,
        Format::Prometheus => Shows::Metric,
    }
}

pub(super) fn rendered(format: Format, outcome: &Outcome) -> String {
    let style = TextStyle { verbose: true, now: outcome.as_of, ..TextStyle::default() };
    let mut bytes = Vec::new();
    render(format, outcome, None, style, &mut bytes).expect("memory can be written to");
    if format == Format::Xlsx {
        return super::xlsx::tests::text(&bytes);
    }
    String::from_utf8(bytes).expect("a report is UTF-8")
}

fn for_each(test: impl Fn(Format, &Outcome, &str)) {
    let outcome = outcome();
    for format in Format::ALL {
        test(format, &outcome, &rendered(format, &outcome));
    }
}

#[test]
fn the_same_outcome_gives_the_same_bytes() {
    for_each(|format, _, report| assert_eq!(rendered(format, &outcome()), report, "{}", format.name()));
}

#[test]
fn every_hidden_character_is_escaped() {
    for_each(|format, _, report| {
        let found: Vec<char> = report.chars().filter(|&c| c != '\n' && is_hidden(c)).collect();
        assert!(found.is_empty(), "{}: {found:?} in\n{report}", format.name());
    });
}

#[test]
fn no_name_becomes_a_command_of_a_ci_runner() {
    for_each(|format, _, report| {
        for line in report.lines() {
            let kinds = ["::error ", "::warning ", "::notice "];
            let own = format == Format::Github && kinds.iter().any(|kind| line.starts_with(kind));
            assert!(own || !line.trim_start().starts_with("::"), "{}: {line}", format.name());
            // Some runners find these in the middle of a line.
            for command in ["##[", "##vso[", "##teamcity["] {
                assert!(!line.contains(command), "{}: {line}", format.name());
            }
        }
    });
}

#[test]
fn each_finding_is_shown_or_counted() {
    for_each(|format, outcome, report| match shows(format) {
        Shows::Fingerprint => {
            for finding in &outcome.findings {
                let times = report.matches(&finding.fingerprint).count();
                assert!(times >= 1, "{}: {}", format.name(), finding.fingerprint);
            }
        }
        Shows::Label => {
            for finding in outcome.findings.iter().filter(|finding| finding.status == Status::Violation) {
                let label = visible(finding.subject.called()).split_whitespace().next().unwrap_or("user").to_owned();
                assert!(report.contains(&label), "{}: {label}", format.name());
            }
        }
        Shows::Metric => {
            let violations = outcome.count_findings(Status::Violation);
            assert!(report.contains(&format!("status=\"violation\"}} {violations}\n")), "{violations}");
        }
        Shows::Count => {
            let violations = outcome.count_findings(Status::Violation);
            assert!(report.contains(&format!("{violations} violations")), "{}: {violations}", format.name());
        }
    });
}

#[test]
fn every_verdict_status_and_missing_list_is_shown() {
    for_each(|format, outcome, report| {
        // That it is a violation may go without saying.
        let statuses = [Status::Unknown, Status::Waived, Status::Baselined].map(Status::name);
        let verdicts = [Verdict::Unknown, Verdict::Vacuous].map(Verdict::name);
        let is_missing = |of: &&CollectionSummary| !matches!(of.state, State::Complete | State::NotAsked);
        let missing = outcome.coverage.iter().filter(is_missing).map(|of| of.collection.name());
        for word in statuses.into_iter().chain(verdicts).chain(missing) {
            assert!(report.contains(word), "{} has no `{word}`:\n{report}", format.name());
        }
    });
}

#[test]
fn every_override_and_every_remark_on_a_waiver_is_shown_with_its_place_and_reason() {
    for_each(|format, outcome, report| {
        if format == Format::Prometheus {
            // A sentence must not be a label: each would be a series of its own.
            assert!(report.contains(&format!("rolelint_exceptions {}\n", outcome.exceptions.len())), "{report}");
            assert!(report.contains(&format!("rolelint_rules_skipped {}\n", outcome.skipped.len())), "{report}");
            return;
        }
        if matches!(format, Format::Csv | Format::Gitlab | Format::Sarif | Format::Markdown | Format::Json) {
            assert!(report.contains("left out by skip"), "{}:\n{report}", format.name());
        }
        for words in ["rolelint.yaml:4", "is switched off: OPS-7", "waivers.yaml:3"] {
            // A colon may stand as an escape, and a word as code.
            let plain = report.replace("%3A", ":").replace('`', "");
            assert!(plain.contains(words), "{} has no `{words}`:\n{report}", format.name());
        }
    });
}

#[test]
fn the_sample_in_each_format() {
    for_each(|format, _, report| insta::assert_snapshot!(format.name(), without_code(format, report)));
}

/// The page without its style and script, and without their digests.
fn without_code(format: Format, report: &str) -> String {
    if format != Format::Html {
        return report.to_owned();
    }
    let mut text = report.to_owned();
    for (from, to) in [("Security-Policy\" content=\"", "\">"), ("<style>", "</style>"), ("<script>", "</script>")] {
        let start = text.find(from).expect("it is there") + from.len();
        let end = start + text[start..].find(to).expect("it ends");
        text.replace_range(start..end, "…");
    }
    text
}

#[test]
fn ten_times_the_findings_make_at_most_ten_times_the_report() {
    for format in Format::ALL {
        let [few, many] = [100, 1000].map(|count| rendered(format, &many(count)).len());
        assert!(many <= few * 11, "{}: {few} and {many} bytes", format.name());
    }
}

#[test]
fn the_names_of_the_sample_are_hostile() {
    for sign in
        ["\u{1b}", "::", "##vso[", "##[", "##teamcity[", "=", "<", "\"", "\n", "\r", "\u{202e}", "🦀", "\u{ffff}"]
    {
        assert!(NAMES.iter().any(|name| name.contains(sign)), "{sign:?}");
    }
}

#[test]
fn only_a_word_that_is_too_long_is_wider_than_the_terminal() {
    for width in [20, 30, 40, 60, 80] {
        for outcome in [outcome(), many(200)] {
            let style = TextStyle { width, now: outcome.as_of, ..TextStyle::default() };
            let mut bytes = Vec::new();
            render(Format::Text, &outcome, None, style, &mut bytes).expect("memory can be written to");
            let report = String::from_utf8(bytes).expect("a report is UTF-8");
            for line in report.lines().filter(|line| textwrap::core::display_width(line) > width) {
                let is_mark = |word: &&str| ["•", "why", "fix", "note", "data", "note:"].contains(word);
                let words: Vec<&str> = line.split_whitespace().filter(|word| !is_mark(word)).collect();
                // An excerpt of a policy keeps its lines.
                assert!(words.len() == 1 || line.contains('|') || line.contains("-->"), "{width}: {line}\n{report}");
            }
        }
    }
}
