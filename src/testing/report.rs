//! What became of tests, as text, JSON or the XML of `JUnit`.

use std::fmt::Write as _;

use owo_colors::Style as Colors;
use serde::Serialize;

use super::{Case, Coverage, Judged, Remark, Section};
use crate::escape::{in_json, visible};

/// What stands in place of a file where something is wrong with the run as a whole. The text has no place for it.
pub const WHOLE_RUN: &str = "rolelint test";

/// A form of the report on tests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
    /// For systems that show tests.
    Junit,
}

words!(Format {
    Text => "text",
    Json => "json",
    Junit => "junit",
});

/// What the text report may use.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Whether to colour.
    pub color: bool,
    /// Say only what failed.
    pub quiet: bool,
    /// Say also which tests passed.
    pub verbose: bool,
}

/// The tests that ran, in order, each with the name of its file.
#[derive(Debug)]
pub struct Report<'a> {
    /// The tests.
    pub tests: Vec<(&'a str, &'a Case, Judged)>,
    /// What they have seen; `None` if some tests were left out.
    pub coverage: Option<&'a Coverage>,
    /// What else was asked of the policies.
    pub sections: &'a [Section],
}

impl Report<'_> {
    /// Everything that is wrong apart from the tests, with the word for the question.
    fn failures(&self) -> impl Iterator<Item = (&'static str, &Remark)> {
        self.sections.iter().flat_map(|section| section.failures.iter().map(|failure| (section.name, failure)))
    }
}

/// The report in a format.
pub fn render(format: Format, report: &Report<'_>, style: Style) -> String {
    match format {
        Format::Text => text(report, style),
        Format::Json => json(report),
        Format::Junit => junit(report),
    }
}

fn text(report: &Report<'_>, style: Style) -> String {
    let paint =
        |word: &'static str, colors: Colors| if style.color { colors.style(word).to_string() } else { word.to_owned() };
    let mut out = String::new();
    let mut failed = 0;
    for (file, case, judged) in &report.tests {
        let place = format!("{file}:{}", case.location.region().line);
        if judged.differences.is_empty() {
            if style.verbose {
                line(&mut out, &format!("{} {place} {}", paint("ok  ", Colors::new().green()), visible(&case.name)));
            }
            continue;
        }
        failed += 1;
        line(&mut out, &format!("{} {place} {}", paint("FAIL", Colors::new().red()), visible(&case.name)));
        for difference in &judged.differences {
            line(&mut out, &format!("     {}", difference.rule));
            difference.lines.iter().for_each(|text| line(&mut out, &format!("       {}", visible(text))));
        }
    }
    for proof in report.sections.iter().flat_map(|section| &section.shown).filter(|_| style.verbose) {
        let place = format!("{}:{}", visible(&proof.file), proof.line);
        line(&mut out, &format!("{} {place} {}", paint("ok  ", Colors::new().green()), visible(&proof.name)));
        proof.lines.iter().for_each(|text| line(&mut out, &format!("       {}", visible(text))));
    }
    for (_, failure) in report.failures() {
        let place = format!("{}:{} ", visible(&failure.file), failure.line);
        let place = if failure.file == WHOLE_RUN { String::new() } else { place };
        line(&mut out, &format!("{} {place}{}", paint("FAIL", Colors::new().red()), visible(&failure.name)));
        failure.lines.iter().for_each(|text| line(&mut out, &format!("       {}", visible(text))));
    }
    if !style.quiet {
        line(&mut out, &format!("{} passed, {failed} failed", count(report.tests.len() - failed)));
        report.coverage.into_iter().for_each(|coverage| uncovered(&mut out, coverage));
        let is_said = |section: &Section| section.failures.iter().any(|failure| failure.file == WHOLE_RUN);
        for section in report.sections.iter().filter(|section| !is_said(section)) {
            line(&mut out, &format!("{}: {}", section.name, section.summary));
        }
    }
    out
}

fn uncovered(out: &mut String, coverage: &Coverage) {
    let rules = coverage.iter().count();
    let whole = coverage.iter().filter(|(_, seen)| seen.unseen().is_empty()).count();
    let percent = coverage.percent();
    line(out, &format!("coverage {percent}% of verdicts: {whole} of {rules} rules seen to fire, pass and be unknown"));
    for (rule, seen) in coverage.iter().filter(|(_, seen)| !seen.unseen().is_empty()) {
        line(out, &format!("  {rule}: never seen as {}", seen.unseen().join(", ")));
    }
}

fn line(out: &mut String, text: &str) {
    writeln!(out, "{text}").expect("writing to a string cannot fail");
}

fn count(tests: usize) -> String {
    if tests == 1 { "1 test".to_owned() } else { format!("{tests} tests") }
}

#[derive(Serialize)]
struct JsonReport<'a> {
    schema_version: u32,
    tool: JsonTool,
    tests: Vec<JsonTest<'a>>,
    coverage: Option<JsonCoverage<'a>>,
    sections: &'a [Section],
}

#[derive(Serialize)]
struct JsonTool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct JsonTest<'a> {
    file: &'a str,
    line: u32,
    name: &'a str,
    passed: bool,
    differences: Vec<JsonDifference<'a>>,
}

#[derive(Serialize)]
struct JsonDifference<'a> {
    rule: &'a str,
    diff: &'a [String],
}

#[derive(Serialize)]
struct JsonCoverage<'a> {
    percent: usize,
    rules: Vec<JsonSeen<'a>>,
}

#[derive(Serialize)]
struct JsonSeen<'a> {
    id: &'a str,
    unseen: Vec<&'static str>,
}

fn json(report: &Report<'_>) -> String {
    let tests = report.tests.iter().map(|(file, case, judged)| JsonTest {
        file,
        line: case.location.region().line,
        name: &case.name,
        passed: judged.differences.is_empty(),
        differences: judged
            .differences
            .iter()
            .map(|difference| JsonDifference { rule: &difference.rule, diff: &difference.lines })
            .collect(),
    });
    let coverage = report.coverage.map(|coverage| JsonCoverage {
        percent: coverage.percent(),
        rules: coverage.iter().map(|(id, seen)| JsonSeen { id, unseen: seen.unseen() }).collect(),
    });
    let tool = JsonTool { name: "rolelint", version: env!("CARGO_PKG_VERSION") };
    let whole = JsonReport { schema_version: 1, tool, tests: tests.collect(), coverage, sections: report.sections };
    let text = serde_json::to_string_pretty(&whole).expect("texts and numbers have a form in JSON");
    in_json(&text).into_owned() + "\n"
}

fn junit(report: &Report<'_>) -> String {
    let failed = report.tests.iter().filter(|(_, _, judged)| !judged.differences.is_empty()).count();
    let more = report.failures().count();
    let failed = failed + more;
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let tests = report.tests.len() + more;
    line(
        &mut out,
        &format!("<testsuites name=\"rolelint test\" tests=\"{tests}\" failures=\"{failed}\" errors=\"0\">"),
    );
    let counts = format!("tests=\"{tests}\" failures=\"{failed}\" errors=\"0\" skipped=\"0\"");
    line(&mut out, &format!("  <testsuite name=\"rolelint test\" {counts}>"));
    for (file, case, judged) in &report.tests {
        let (file, name, at) = (xml(file), xml(&case.name), case.location.region().line);
        let start = format!("    <testcase classname=\"{file}:{at}\" name=\"{name}\"");
        if judged.differences.is_empty() {
            line(&mut out, &format!("{start}/>"));
            continue;
        }
        line(&mut out, &format!("{start}>"));
        for difference in &judged.differences {
            let lines: Vec<String> = difference.lines.iter().map(|text| xml(text)).collect();
            let rule = xml(&difference.rule);
            line(&mut out, &format!("      <failure message=\"{rule}\">{}</failure>", lines.join("\n")));
        }
        line(&mut out, "    </testcase>");
    }
    for (section, Remark { file, line: at, name, lines }) in report.failures() {
        let (file, name) = (xml(file), xml(name));
        line(&mut out, &format!("    <testcase classname=\"{file}:{at}\" name=\"{name}\">"));
        let lines: Vec<String> = lines.iter().map(|text| xml(text)).collect();
        line(&mut out, &format!("      <failure message=\"{section}\">{}</failure>", lines.join("\n")));
        line(&mut out, "    </testcase>");
    }
    out + "  </testsuite>\n</testsuites>\n"
}

/// Text as XML can carry it; what it cannot is shown as an escape.
fn xml(text: &str) -> String {
    visible(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
