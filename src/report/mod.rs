//! Reports: an outcome in, bytes out. One file for each format, and none of them decides anything.

mod accepted;
mod csv;
mod diff;
mod github;
mod gitlab;
mod html;
mod json;
mod json_layout;
mod junit;
mod markdown;
mod ocsf;
mod oscal;
mod plan;
mod prometheus;
mod register;
#[cfg(test)]
mod sample;
mod sarif;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod totals;
mod words;
mod xlsx;

use std::borrow::Cow;
use std::io::{self, Write};

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;

use crate::access::Register;
use crate::finding::Outcome;
use crate::org::Source;
use crate::time::Time;

pub use diff::{DiffFormat, diff_schema, render_diff};
pub use json::{Unreadable, lines_schema, read, schema};
pub use plan::{Plan, PlannedList, plan_schema, render_plan};
pub use register::{RegisterFormat, render_register};
pub use totals::plain_summary;
pub use words::{number, plural, selected};

/// A form of report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// For people, on a terminal.
    #[default]
    Text,
    /// What the rules say about the controls of compliance frameworks.
    Controls,
    /// For programs: versioned, complete.
    Json,
    /// The same as lines, for programs that read as they go.
    Jsonl,
    /// A row for each finding, for spreadsheets.
    Csv,
    /// Metrics, for the textfile collector.
    Prometheus,
    /// A test case for each rule.
    Junit,
    /// GitLab's code quality report.
    Gitlab,
    /// Annotations of a GitHub workflow.
    Github,
    /// A comment on a pull request.
    Markdown,
    /// SARIF 2.1.0.
    Sarif,
    /// OCSF compliance findings, as lines.
    Ocsf,
    /// OSCAL assessment results.
    Oscal,
    /// One page for auditors, with nothing to load.
    Html,
    /// A workbook for auditors: findings, access, coverage and controls as sheets.
    Xlsx,
}

words!(Format {
    Text => "text",
    Controls => "controls",
    Json => "json",
    Jsonl => "jsonl",
    Csv => "csv",
    Prometheus => "prometheus",
    Junit => "junit",
    Gitlab => "gitlab",
    Github => "github",
    Markdown => "markdown",
    Sarif => "sarif",
    Ocsf => "ocsf",
    Oscal => "oscal",
    Html => "html",
    Xlsx => "xlsx",
});

/// What the text report may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextStyle {
    /// Columns.
    pub width: usize,
    /// Whether to colour.
    pub color: bool,
    /// Leave out what explains.
    pub quiet: bool,
    /// Show also which rules passed, and every subject.
    pub verbose: bool,
    /// How many findings of a rule are shown, unless `verbose` shows them all.
    pub per_rule: usize,
    /// The present: the age of the data is shown as of now.
    pub now: Time,
}

impl Default for TextStyle {
    fn default() -> Self {
        Self { width: 80, color: false, quiet: false, verbose: false, per_rule: 12, now: 0 }
    }
}

/// The JSON Schema of a type as it is written. Some of what is written follows from the rest and is not read back.
fn schema_of_written<T: JsonSchema>() -> serde_json::Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    settings.into_generator().into_root_schema_for::<T>().to_value()
}

impl Format {
    /// Whether it also shows who holds what, for which it needs the organization.
    pub fn shows_access(self) -> bool {
        match self {
            Self::Html | Self::Xlsx => true,
            Self::Text
            | Self::Json
            | Self::Jsonl
            | Self::Csv
            | Self::Prometheus
            | Self::Junit
            | Self::Gitlab
            | Self::Github
            | Self::Markdown
            | Self::Sarif
            | Self::Controls
            | Self::Ocsf
            | Self::Oscal => false,
        }
    }

    /// Whether it is not text, so that a terminal cannot show it.
    pub fn is_binary(self) -> bool {
        self == Self::Xlsx
    }
}

/// Writes the outcome as a report. Formats that show who holds what say if there is no register.
///
/// # Errors
///
/// What the writer says.
pub fn render(
    format: Format,
    outcome: &Outcome,
    register: Option<&Register<'_>>,
    style: TextStyle,
    to: &mut dyn Write,
) -> io::Result<()> {
    match format {
        Format::Text => text::render(outcome, style, to),
        Format::Controls => text::render_controls(outcome, style, to),
        Format::Json => json::render(outcome, to),
        Format::Jsonl => json::render_lines(outcome, to),
        Format::Csv => csv::render(table::findings(outcome), to),
        Format::Prometheus => prometheus::render(outcome, to),
        Format::Junit => junit::render(outcome, to),
        Format::Gitlab => gitlab::render(outcome, to),
        Format::Github => github::render(outcome, to),
        Format::Markdown => markdown::render(outcome, to),
        Format::Sarif => sarif::render(outcome, to),
        Format::Ocsf => ocsf::render(&dated(outcome, style.now), to),
        Format::Oscal => oscal::render(&dated(outcome, style.now), to),
        Format::Html => html::render(outcome, register, to),
        Format::Xlsx => xlsx::render(&dated(outcome, style.now), register, to),
    }
}

/// Writes what was read and what was not, as CSV.
///
/// # Errors
///
/// What the writer says.
pub fn render_coverage(outcome: &Outcome, to: &mut dyn Write) -> io::Result<()> {
    csv::render(table::coverage(outcome), to)
}

/// The outcome with a time, for formats that need one. Findings about policies have no age, so the time is now.
fn dated(outcome: &Outcome, now: Time) -> Cow<'_, Outcome> {
    if outcome.has_facts() {
        return Cow::Borrowed(outcome);
    }
    let source = Source { collected_at: now, ..outcome.source.clone() };
    Cow::Owned(Outcome { as_of: now, oldest_fact: now, source, ..outcome.clone() })
}
