//! A list as rows: columns for people, everything for programs.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use crate::escape::visible;

/// The version of the JSON form.
const VERSION: u32 = 1;

/// Rows of named values.
pub(super) struct Table {
    /// The names that are shown to people, in order.
    columns: &'static [&'static str],
    /// One mapping for each thing. Unknown fields are listed under `unknown`.
    pub rows: Vec<Value>,
    /// Why there may be more rows.
    pub incomplete: Vec<String>,
}

impl Table {
    pub fn new(columns: &'static [&'static str]) -> Self {
        Self { columns, rows: Vec::new(), incomplete: Vec::new() }
    }

    /// For people: columns, under their names if asked for.
    pub fn text(&self, header: bool) -> String {
        let heading = |name: &&str| if *name == "sure" { "SOURCE".to_owned() } else { name.to_uppercase() };
        let names = self.columns.iter().map(heading).collect();
        let rows = self.rows.iter().map(|row| self.columns.iter().map(|name| cell(row, name)).collect());
        let lines: Vec<Vec<String>> = header.then_some(names).into_iter().chain(rows).collect();
        let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..self.columns.len()).map(width).collect();
        let mut out = String::new();
        for line in &lines {
            let padded: Vec<String> = line.iter().zip(&widths).map(|(text, width)| format!("{text:width$}")).collect();
            writeln!(out, "{}", padded.join("  ").trim_end()).expect("writing to a string cannot fail");
        }
        out
    }

    /// For programs: everything.
    pub fn json(&self, name: &str) -> String {
        let mut whole = Map::new();
        whole.insert("schema_version".to_owned(), VERSION.into());
        whole.insert("tool".to_owned(), json!({ "name": "rolelint", "version": env!("CARGO_PKG_VERSION") }));
        whole.insert("complete".to_owned(), self.incomplete.is_empty().into());
        whole.insert(name.to_owned(), self.rows.clone().into());
        format!("{:#}\n", Value::Object(whole))
    }
}

fn cell(row: &Value, name: &str) -> String {
    let unknown = row["unknown"].as_array().is_some_and(|unknown| unknown.iter().any(|field| field == name));
    match &row[name] {
        _ if unknown => "?".to_owned(),
        Value::Null => "-".to_owned(),
        Value::String(text) => visible(text).into_owned(),
        Value::Array(items) => items.len().to_string(),
        other @ (Value::Bool(_) | Value::Number(_) | Value::Object(_)) => other.to_string(),
    }
}
