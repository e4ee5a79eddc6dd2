//! The parts of the JSON report as JSON Lines, for programs that read as they go.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Map, Value};

use super::super::json_lines::Lines;
use super::keys::Keys;
use super::schema::{FindingRow, Report, RuleRow, ThingRow};
use super::write::{finding, report, thing};
use crate::finding::Outcome;

/// A line: an object with one key, which says what it is.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Line<'a> {
    /// The report without what has lines of its own.
    Header(Map<String, Value>),
    Rule(RuleRow<'a>),
    Finding(FindingRow<'a>),
    Thing {
        key: &'a str,
        #[serde(flatten)]
        thing: ThingRow<'a>,
    },
    /// How many of each there were: without this line, the file is cut.
    End {
        rules: usize,
        findings: usize,
        things: usize,
    },
}

pub fn render(outcome: &Outcome, to: &mut dyn Write) -> io::Result<()> {
    let keys = Keys::new(outcome);
    let mut report = report(outcome, &keys, (), ());
    let rules = std::mem::take(&mut report.rules);
    write(to, &Line::Header(header(&report)?))?;
    for rule in rules {
        write(to, &Line::Rule(rule))?;
    }
    for one in &outcome.findings {
        write(to, &Line::Finding(finding(one, &outcome.rules[one.rule], &keys)))?;
    }
    keys.named(|things| {
        let count = things.len();
        for (key, of) in things {
            write(to, &Line::Thing { key, thing: thing(of) })?;
        }
        write(to, &Line::End { rules: outcome.rules.len(), findings: outcome.findings.len(), things: count })
    })
}

/// What the report says once.
fn header(report: &Report<'_, (), ()>) -> io::Result<Map<String, Value>> {
    let whole = serde_json::to_value(report)?;
    let members = whole.as_object().into_iter().flatten();
    let once = members.filter(|(name, _)| !["rules", "findings", "things"].contains(&name.as_str()));
    Ok(once.map(|(name, value)| (name.clone(), value.clone())).collect())
}

fn write(to: &mut dyn Write, line: &Line<'_>) -> io::Result<()> {
    line.serialize(&mut serde_json::Serializer::with_formatter(&mut *to, Lines::broken(0)))?;
    to.write_all(b"\n")
}
