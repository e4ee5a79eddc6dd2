//! The parts of the JSON report as JSON Lines, for programs that read as they go.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::super::json_layout::{element, in_blocks};
use super::error::{Result, Unreadable};
use super::keys::Keys;
use super::schema::{FindingRow, Report, RuleRow, ThingRow};
use super::write::{finding, report, thing};
use crate::finding::{Finding, Outcome};
use crate::report::schema_of_written;

/// What has lines of its own.
const LISTS: [&str; 3] = ["rules", "findings", "things"];

/// A line: an object with one key, which says what it is.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Line<'a> {
    /// The report without what has lines of its own.
    Header(Map<String, Value>),
    Rule(RuleRow<'a>),
    Finding(FindingRow<'a>),
    Thing {
        key: Cow<'a, str>,
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
    let (keys, causes) = Keys::new(outcome);
    let mut report = report(outcome, &causes, &keys, (), ());
    let rules = std::mem::take(&mut report.rules);
    write(to, &Line::Header(header(&report)?))?;
    for rule in rules {
        write(to, &Line::Rule(rule))?;
    }
    let line = |one: &Finding, to: &mut Vec<u8>| {
        let line = Line::Finding(finding(one, &outcome.rules[one.rule], &keys));
        element(&line, to).expect("a line has text keys only");
    };
    in_blocks(&outcome.findings, line, |line| to.write_all(line).and_then(|()| to.write_all(b"\n")))?;
    let things = keys.named();
    let count = things.len();
    for (key, of) in things {
        write(to, &Line::Thing { key: key.into(), thing: thing(of) })?;
    }
    write(to, &Line::End { rules: outcome.rules.len(), findings: outcome.findings.len(), things: count })
}

/// What the report says once.
fn header(report: &Report<'_, (), ()>) -> io::Result<Map<String, Value>> {
    let whole = serde_json::to_value(report)?;
    let members = whole.as_object().into_iter().flatten();
    let once = members.filter(|(name, _)| !LISTS.contains(&name.as_str()));
    Ok(once.map(|(name, value)| (name.clone(), value.clone())).collect())
}

fn write(to: &mut dyn Write, line: &Line<'_>) -> io::Result<()> {
    let mut bytes = Vec::new();
    element(line, &mut bytes)?;
    bytes.push(b'\n');
    to.write_all(&bytes)
}

/// The schema of a line, as a JSON Schema.
pub fn schema() -> Value {
    let mut schema = schema_of_written::<Line<'static>>();
    let mut header = schema_of_written::<Report<'static, (), ()>>();
    for list in LISTS {
        header["properties"].as_object_mut().map(|properties| properties.remove(list));
    }
    if let Some(required) = header["required"].as_array_mut() {
        required.retain(|name| !LISTS.iter().any(|list| name == list));
    }
    let definitions = header.as_object_mut().and_then(|header| header.remove("$defs"));
    for (name, definition) in definitions.iter().filter_map(Value::as_object).flatten() {
        schema["$defs"][name] = definition.clone();
    }
    for line in schema["oneOf"].as_array_mut().into_iter().flatten() {
        if let Some(of) = line.pointer_mut("/properties/header") {
            *of = header.clone();
        }
    }
    schema
}

/// Whether a file has the report as lines.
pub(super) fn is_lines(text: &[u8]) -> bool {
    text.trim_ascii_start().starts_with(b"{\"header\"")
}

/// Puts the lines together.
pub(super) fn read(
    text: &[u8],
) -> Result<Report<'static, Vec<FindingRow<'static>>, BTreeMap<String, ThingRow<'static>>>> {
    let mut lines = text.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    let Some(Line::Header(mut header)) = lines.next().map(serde_json::from_slice).transpose()? else {
        return Err(Unreadable::Contradiction("its first line is not the header".to_owned()));
    };
    for list in LISTS {
        header.insert(
            list.to_owned(),
            if list == "things" { Value::Object(Map::new()) } else { Value::Array(Vec::new()) },
        );
    }
    let mut report: Report<'static, Vec<FindingRow<'static>>, BTreeMap<String, ThingRow<'static>>> =
        serde_json::from_value(Value::Object(header))?;
    let mut ended = None;
    for line in lines {
        if ended.is_some() {
            return Err(Unreadable::Contradiction("it goes on after its last line".to_owned()));
        }
        match serde_json::from_slice(line)? {
            Line::Header(_) => return Err(Unreadable::Contradiction("it has two headers".to_owned())),
            Line::Rule(row) => report.rules.push(row),
            Line::Finding(row) => report.findings.push(row),
            Line::Thing { key, thing } => {
                report.things.insert(key.into_owned(), thing);
            }
            Line::End { rules, findings, things } => ended = Some((rules, findings, things)),
        }
    }
    match ended {
        None => Err(Unreadable::Contradiction("it is cut: its last line is missing".to_owned())),
        Some(counts) if counts != (report.rules.len(), report.findings.len(), report.things.len()) => {
            Err(Unreadable::Contradiction("lines are missing: its last line counts others".to_owned()))
        }
        Some(_) => Ok(report),
    }
}
