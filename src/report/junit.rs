//! `JUnit` XML: one test case for each rule. A violation is a failure, an unknown an error, a vacuous rule is skipped.
//! Findings that were accepted stand in the output of the case; so do collections that are incomplete.

use std::fmt::Write as _;
use std::io::{self, Write};

use quick_xml::events::{BytesDecl, BytesText, Event};
use quick_xml::writer::Writer;

use super::totals::{found, plain_summary};
use super::words::{causes, incomplete, paths, sentence, unread};
use crate::escape::visible;
use crate::finding::{Outcome, RuleResult, Status, Verdict};
use crate::time::rfc3339;

/// How many findings of a rule and status are listed.
const LISTED: usize = 100;

pub(super) fn render(outcome: &Outcome, to: &mut dyn Write) -> io::Result<()> {
    let mut xml = Writer::new_with_indent(to, b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let [tests, failures, errors, skipped] = counts(outcome).map(|count| count.to_string());
    let totals = [("tests", &*tests), ("failures", &failures), ("errors", &errors)];
    xml.create_element("testsuites").with_attribute(("name", "rolelint")).with_attributes(totals).write_inner_content(
        |xml| {
            let as_of = outcome.has_facts().then(|| rfc3339(outcome.as_of));
            let time = as_of.as_deref().map(|as_of| ("timestamp", as_of.trim_end_matches('Z')));
            let suite = xml.create_element("testsuite").with_attribute(("name", "rolelint")).with_attributes(totals);
            let suite = suite.with_attribute(("skipped", &*skipped)).with_attributes(time);
            suite.write_inner_content(|xml| {
                for rule in 0..outcome.rules.len() {
                    case(xml, outcome, rule)?;
                }
                text(xml, "system-out", &about_the_whole(outcome))
            })?;
            Ok(())
        },
    )?;
    xml.into_inner().write_all(b"\n")
}

/// Cases, failures, errors, skipped cases.
fn counts(outcome: &Outcome) -> [usize; 4] {
    let of = |verdict| outcome.count(verdict);
    [outcome.rules.len(), of(Verdict::Violation), of(Verdict::Unknown), of(Verdict::Vacuous)]
}

type Xml<'a> = Writer<&'a mut dyn Write>;

fn case(xml: &mut Xml<'_>, outcome: &Outcome, at: usize) -> io::Result<()> {
    let rule = &outcome.rules[at];
    let (class, name) = (visible(&rule.info.location.source.name), visible(&rule.info.id));
    let case = xml.create_element("testcase").with_attributes([("classname", &*class), ("name", &*name)]);
    let accepted = listed(outcome, at, &[Status::Waived, Status::Baselined]);
    let summary = found(outcome, at);
    let element = match rule.verdict() {
        Verdict::Violation => Some(("failure", summary)),
        Verdict::Unknown => Some(("error", summary)),
        Verdict::Vacuous => Some(("skipped", "the rule selected nothing (vacuous)".to_owned())),
        Verdict::Pass => None,
    };
    if element.is_none() && accepted.is_empty() {
        return case.write_empty().map(drop);
    }
    case.write_inner_content(|xml| {
        if let Some((element, message)) = element {
            let body = body(outcome, at);
            let result = xml.create_element(element).with_attribute(("message", &*message));
            let result = result.with_attribute(("type", rule.info.severity.name()));
            if body.is_empty() {
                result.write_empty()?
            } else {
                result.write_text_content(BytesText::new(&body))?
            };
        }
        text(xml, "system-out", &accepted)
    })?;
    Ok(())
}

/// What is wrong, why that matters, and what to do.
fn body(outcome: &Outcome, at: usize) -> String {
    let rule = &outcome.rules[at];
    let mut body = endings(&causes(outcome, Some(at)));
    body += &listed(outcome, at, &[Status::Violation, Status::Unknown]);
    let mut field = |name: &str, text: &str| {
        if !text.is_empty() {
            writeln!(body, "{name}: {text}").expect("writing to a string cannot fail");
        }
    };
    field("unread", &unread(rule));
    if rule.verdict() == Verdict::Violation {
        field("title", &visible(&rule.info.title));
        field("why", &visible(rule.info.rationale.as_deref().unwrap_or_default().trim_end()));
        field("fix", &visible(rule.info.remediation.as_deref().unwrap_or_default().trim_end()));
    }
    body
}

/// The findings of these statuses, each on a line with its paths on lines below it.
fn listed(outcome: &Outcome, at: usize, statuses: &[Status]) -> String {
    let rule: &RuleResult = &outcome.rules[at];
    let mut lines = String::new();
    for status in statuses {
        let findings = outcome.findings_of(at).iter().filter(|finding| finding.status == *status);
        for finding in findings.clone().take(LISTED) {
            writeln!(lines, "{}", sentence(finding)).expect("writing to a string cannot fail");
            for path in paths(finding, rule) {
                writeln!(lines, "  {path}").expect("writing to a string cannot fail");
            }
        }
        let more = findings.count().saturating_sub(LISTED);
        if more > 0 {
            writeln!(lines, "and {more} more ({})", status.name()).expect("writing to a string cannot fail");
        }
    }
    lines
}

/// What ends findings, and how many.
fn endings(causes: &[(usize, String)]) -> String {
    let mut lines = String::new();
    for (count, what) in causes {
        writeln!(lines, "{what}: ends {count}").expect("writing to a string cannot fail");
    }
    lines
}

fn about_the_whole(outcome: &Outcome) -> String {
    let mut lines = format!("{}\n", plain_summary(outcome));
    lines += &endings(&causes(outcome, None));
    for (collection, state, detail) in incomplete(outcome) {
        writeln!(lines, "{collection} {}: {detail}", state.name()).expect("writing to a string cannot fail");
    }
    for sentence in &outcome.exceptions {
        writeln!(lines, "{}", visible(sentence)).expect("writing to a string cannot fail");
    }
    lines
}

fn text(xml: &mut Xml<'_>, element: &str, text: &str) -> io::Result<()> {
    if !text.is_empty() {
        xml.create_element(element).write_text_content(BytesText::new(text))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use quick_xml::events::Event;
    use quick_xml::reader::Reader;

    use super::super::tests::rendered;
    use super::super::{Format, sample};

    /// The elements with how deep each stands; and all text and attributes, unescaped.
    fn parsed(report: &str) -> (Vec<String>, String) {
        let mut reader = Reader::from_str(report);
        reader.config_mut().check_comments = true;
        let (mut elements, mut content, mut depth) = (Vec::new(), String::new(), 0_usize);
        loop {
            let event = reader.read_event().expect("well-formed XML");
            if let Event::Start(element) | Event::Empty(element) = &event {
                let name = element.name().as_ref().to_owned();
                elements.push(format!("{}{name}", " ".repeat(depth)));
            }
            match event {
                Event::Eof => return (elements, content),
                Event::Start(_) => depth += 1,
                Event::End(_) => depth -= 1,
                Event::Text(text) => content += &*text,
                Event::GeneralRef(name) => content.extend(["&", &*name, ";"]),
                Event::Empty(_) | Event::Decl(_) => {}
                Event::Comment(_) | Event::CData(_) | Event::PI(_) | Event::DocType(_) => panic!("{event:?}"),
            }
        }
    }

    #[test]
    fn each_rule_is_one_case_and_names_are_escaped() {
        let (elements, content) = parsed(&rendered(Format::Junit, &sample::outcome()));
        let expected = [
            "testsuites",
            " testsuite",
            "  testcase",
            "   failure",
            "   system-out",
            "  testcase",
            "   error",
            "  testcase",
            "   error",
            "  testcase",
            "   skipped",
            "  testcase",
            "   system-out",
            "  testcase",
            "  system-out",
        ];
        assert_eq!(elements, expected);
        assert!(content.contains("&lt;script&gt;"), "{content}");
    }

    #[test]
    fn findings_beyond_the_cap_are_counted() {
        let report = rendered(Format::Junit, &sample::many(1234));
        assert!(report.contains("message=\"1,234 violations\"") && report.contains("and 1134 more (violation)"));
    }
}
