//! Changes of a file of waivers. Comments, order and everything else stay as they were, and what would not be read again
//! as it was meant is refused.

use std::ops::Range;
use std::sync::Arc;

use super::{Error, Terms, Waivers};
use crate::document::tree::{Node, Yaml, parse};
use crate::document::{Code, Located, SourceText};

/// A file of waivers with nothing in it.
const EMPTY: &str = "version: 1\nwaivers: []\n";

/// A waiver to be written.
#[derive(Clone, Debug)]
pub struct New {
    /// The id of the rule.
    pub rule: String,
    /// `user/ada@acme.example`, or `organization`.
    pub subject: String,
    /// Narrower words: the key, and its values.
    pub narrower: Vec<(&'static str, Vec<String>)>,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The day from which it no longer applies.
    pub expires: String,
}

/// A file after a change.
#[derive(Debug)]
pub struct Edited {
    /// All of it.
    pub text: String,
    /// What has changed, for people and for `patch`.
    pub patch: String,
}

/// Some lines in place of others.
struct Change {
    lines: Range<usize>,
    by: Vec<String>,
}

/// The file with one more waiver at its end. No text is a file that is not there yet.
///
/// # Errors
///
/// The file cannot be read or changed, or the new waiver would be refused.
pub fn appended(name: &str, text: Option<&str>, new: &New, terms: &Terms) -> Result<Edited, Error> {
    let source = source(name, text.unwrap_or(EMPTY));
    let before = Waivers::read(&[Arc::clone(&source)], terms)?;
    let list = list(&source)?;
    let lines = Lines::of(&source.text);
    let change = match items(&list) {
        [] => {
            let at = lines.at(list.span.start);
            let bare = lines.0[at].replacen(&source.text[list.span.clone()], "", 1);
            let by = std::iter::once(bare.trim_end().to_owned()).chain(new.lines("  ")).collect();
            Change { lines: at..at + 1, by }
        }
        [.., last] => {
            let indent = indent(&source, &lines, last)?;
            let after = lines.at(end(&source.text, last).saturating_sub(1)) + 1;
            Change { lines: after..after, by: new.lines(&indent).collect() }
        }
    };
    let edited = edited(name, &lines, vec![change]);
    let after = Waivers::read(&[self::source(name, &edited.text)], terms)?;
    let kept: Vec<_> = before.entries.iter().map(super::Entry::words).collect();
    let now: Vec<_> = after.entries.iter().map(super::Entry::words).collect();
    let (Some(added), true) = (after.entries.last(), now.len() == kept.len() + 1 && now.starts_with(&kept)) else {
        return Err(refused(&source, list.span));
    };
    let pointless = |message: String| {
        let problem = Code::InvalidValue.at(added.location.span.clone(), message);
        Error::NotEdited { located: vec![Located { source: Arc::clone(&added.location.source), problem }] }
    };
    if !added.is_in_force(terms) {
        return Err(pointless("this waiver would have expired already".to_owned()));
    }
    let lasting =
        before.entries.iter().filter(|entry| entry.is_in_force(terms) && entry.waiver.expires >= added.waiver.expires);
    if let Some(same) = lasting.into_iter().find(|entry| entry.covers() == added.covers()) {
        let line = same.location.region().line;
        return Err(pointless(format!("the waiver in line {line} already covers this, for at least as long")));
    }
    Ok(edited)
}

/// The file without these waivers, counted from 0 and in order.
///
/// # Errors
///
/// The file cannot be read or changed.
pub fn without(name: &str, text: &str, gone: &[usize], terms: &Terms) -> Result<Edited, Error> {
    let source = source(name, text);
    let before = Waivers::read(&[Arc::clone(&source)], terms)?;
    let list = list(&source)?;
    let lines = Lines::of(&source.text);
    let items = items(&list);
    let mut changes = Vec::new();
    for &number in gone {
        let item = &items[number];
        indent(&source, &lines, item)?;
        let mut first = lines.at(item.span.start);
        // A comment right above a waiver is about it; above the first, it may be about all.
        while number > 0 && lines.0[first - 1].trim_start().starts_with('#') {
            first -= 1;
        }
        changes.push(Change { lines: first..lines.at(end(text, item).saturating_sub(1)) + 1, by: Vec::new() });
    }
    if gone.len() == items.len() {
        let at = lines.at(list.span.start);
        let key = (0..at)
            .rev()
            .find(|line| lines.0[*line].starts_with("waivers:"))
            .ok_or_else(|| refused(&source, list.span.clone()))?;
        changes
            .insert(0, Change { lines: key..key + 1, by: vec![lines.0[key].replacen("waivers:", "waivers: []", 1)] });
    }
    let edited = edited(name, &lines, changes);
    let after = Waivers::read(&[self::source(name, &edited.text)], terms)?;
    let kept = before
        .entries
        .iter()
        .enumerate()
        .filter(|(at, _)| gone.binary_search(at).is_err())
        .map(|(_, entry)| entry.words());
    if after.entries.iter().map(super::Entry::words).eq(kept) { Ok(edited) } else { Err(refused(&source, list.span)) }
}

impl New {
    fn lines(&self, indent: &str) -> impl Iterator<Item = String> {
        let mut fields = vec![("rules", scalar(&self.rule)), ("subject", thing(&self.subject))];
        for (key, values) in self.narrower.iter().filter(|(_, values)| !values.is_empty()) {
            let written = |value: &String| if *key == "path" { thing(value) } else { scalar(value) };
            let values: Vec<String> = values.iter().map(written).collect();
            fields.push((
                *key,
                if let [one] = values.as_slice() { one.clone() } else { format!("[{}]", values.join(", ")) },
            ));
        }
        fields.extend([
            ("reason", scalar(&self.reason)),
            ("owner", scalar(&self.owner)),
            ("expires", scalar(&self.expires)),
        ]);
        let line = |(at, (key, value))| format!("{indent}{}{key}: {value}", if at == 0 { "- " } else { "  " });
        fields.into_iter().enumerate().map(line).collect::<Vec<_>>().into_iter()
    }
}

/// `{ user: ada@acme.example }` of `user/ada@acme.example`; a word of its own stays one.
fn thing(text: &str) -> String {
    match text.split_once('/') {
        Some((kind, name)) => format!("{{ {}: {} }}", scalar(kind), scalar(name)),
        None => scalar(text),
    }
}

/// A text that YAML reads as itself, within brackets, too.
fn scalar(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || " ._@/-".contains(c);
    let is_word =
        text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(plain) && !text.ends_with(' ');
    let is_day = crate::time::parse_timestamp(text).is_ok() && text.len() == "2026-01-01".len();
    let means_another =
        ["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(&text.to_lowercase().as_str());
    if (is_word || is_day) && !means_another { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}

fn source(name: &str, text: &str) -> Arc<SourceText> {
    Arc::new(SourceText::new(name.to_owned(), text.to_owned()))
}

fn refused(source: &Arc<SourceText>, span: Range<usize>) -> Error {
    let problem = Code::Misplaced.at(span, "this list cannot be changed by rolelint");
    let problem =
        problem.help("begin each waiver with `- ` on a line of its own, below `waivers:`; or edit it by hand");
    Error::NotEdited { located: vec![Located { source: Arc::clone(source), problem }] }
}

/// The list of waivers.
fn list(source: &Arc<SourceText>) -> Result<Node, Error> {
    let root = parse(&source.text).ok().map(|node| node.yaml);
    let entries = match root {
        Some(Yaml::Map(entries)) => entries,
        Some(Yaml::Null | Yaml::Flag(_) | Yaml::Number(_) | Yaml::Float | Yaml::Text(_) | Yaml::List(_)) | None => {
            Vec::new()
        }
    };
    let found = entries.into_iter().find(|(key, _)| key.text == "waivers");
    found.map(|(_, node)| node).ok_or_else(|| refused(source, 0..0))
}

fn items(list: &Node) -> &[Node] {
    match &list.yaml {
        Yaml::List(items) => items,
        Yaml::Null | Yaml::Flag(_) | Yaml::Number(_) | Yaml::Float | Yaml::Text(_) | Yaml::Map(_) => &[],
    }
}

/// What stands before the dash of an item, which begins its line.
fn indent(source: &Arc<SourceText>, lines: &Lines<'_>, item: &Node) -> Result<String, Error> {
    let line = lines.0[lines.at(item.span.start)];
    let before = &line[..item.span.start - lines.start(lines.at(item.span.start))];
    let blank = before.trim_end().strip_suffix('-').filter(|blank| blank.trim().is_empty());
    blank.map(str::to_owned).ok_or_else(|| refused(source, item.span.clone()))
}

/// Where a node ends: the parser's end of a block may lie behind comments that follow it.
fn end(text: &str, node: &Node) -> usize {
    let is_bracketed = text[node.span.start..].starts_with(['{', '[']);
    let inner = match &node.yaml {
        Yaml::Map(entries) if !is_bracketed => {
            entries.iter().map(|(key, node)| end(text, node).max(key.span.end)).max()
        }
        Yaml::List(items) if !is_bracketed => items.iter().map(|item| end(text, item)).max(),
        Yaml::Map(_) | Yaml::List(_) | Yaml::Null | Yaml::Flag(_) | Yaml::Number(_) | Yaml::Float | Yaml::Text(_) => {
            None
        }
    };
    inner.unwrap_or_else(|| text[..node.span.end].trim_end().len())
}

/// The lines of a text without their ends, the same with them, and the first byte of each.
struct Lines<'t>(Vec<&'t str>, Vec<&'t str>, Vec<usize>);

impl<'t> Lines<'t> {
    fn of(text: &'t str) -> Self {
        let whole: Vec<&str> = text.split_inclusive('\n').collect();
        let starts = whole.iter().scan(0, |at, line| Some(std::mem::replace(at, *at + line.len())));
        let starts = starts.collect();
        Self(text.lines().collect(), whole, starts)
    }

    /// The line in which that byte is.
    fn at(&self, byte: usize) -> usize {
        self.2.partition_point(|start| *start <= byte).saturating_sub(1)
    }

    /// The first byte of a line.
    fn start(&self, line: usize) -> usize {
        self.2[line]
    }

    /// How the lines of the text end.
    fn end(&self) -> &'static str {
        if self.1.first().is_some_and(|line| line.ends_with("\r\n")) { "\r\n" } else { "\n" }
    }

    /// A line as it is, with an end.
    fn whole(&self, line: usize) -> (&'t str, &'static str) {
        let whole = self.1[line];
        (whole, if whole.ends_with('\n') { "" } else { self.end() })
    }
}

/// The text after changes, which are in order.
fn edited(name: &str, lines: &Lines<'_>, changes: Vec<Change>) -> Edited {
    let (mut text, mut at, mut new_at) = (String::new(), 0, 0);
    let mut patch = format!("--- {name}\n+++ {name}\n");
    let add = |text: &mut String, sign: &str, line: &str| {
        for part in [sign, line, "\n"] {
            text.push_str(part);
        }
    };
    for Change { lines: Range { start, end }, by } in changes {
        for line in at..start {
            let (line, end) = lines.whole(line);
            text.extend([line, end]);
        }
        new_at += start - at;
        // If there are no lines, `patch` expects the line before them.
        let place = |start: usize, count: usize| format!("{},{count}", if count == 0 { start } else { start + 1 });
        let places = format!("-{} +{} @@", place(start, end - start), place(new_at, by.len()));
        add(&mut patch, "@@ ", &places);
        for line in &lines.0[start..end] {
            add(&mut patch, "-", line);
        }
        for line in &by {
            add(&mut patch, "+", line);
            text.extend([line, lines.end()]);
        }
        (at, new_at) = (end, new_at + by.len());
    }
    for line in at..lines.0.len() {
        let (line, end) = lines.whole(line);
        text.extend([line, end]);
    }
    Edited { text, patch }
}
