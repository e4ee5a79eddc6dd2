//! Tests that accept what came out: the text of their file with other expectations, and nothing else changed.

use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;

use super::cases::{Expected, Suite};
use super::judge::{Difference, Judged, judge};
use super::{Error, load};
use crate::document::tree::{Key, Node, Yaml, parse};
use crate::document::{Code, Located, SourceText};

/// A file of tests that accepts what came out.
#[derive(Debug, PartialEq, Eq)]
pub struct Update {
    /// The whole text.
    pub text: String,
    /// What changed: lines that begin with `-` (removed), `+` (added), or name a place.
    pub diff: Vec<String>,
}

/// Words of a file in place of others.
struct Edit {
    span: Range<usize>,
    words: String,
}

/// The text of the file that accepts what came out, given the tests of the file by their place; `None` if it does so
/// already.
///
/// # Errors
///
/// The new text would not be read as it is meant, or a comment would get lost.
pub fn update(suite: &Suite, judged: &[(usize, &Judged)]) -> Result<Option<Update>, Error> {
    let text = &suite.source.text;
    let root = parse(text).expect("tests that were read are YAML");
    let tests = root.below("tests").map(Node::items).unwrap_or_default();
    let mut edits: Vec<Edit> = Vec::new();
    for (number, judged) in judged {
        let expect = tests.get(*number).and_then(|test| test.below("expect"));
        let Some(Node { yaml: Yaml::Map(entries), span }) = expect else { continue };
        let (known, new): (Vec<&Difference>, Vec<&Difference>) =
            judged.differences.iter().partition(|one| entries.iter().any(|(key, _)| key.text == one.rule));
        for difference in known {
            let node = entries.iter().find(|(key, _)| key.text == difference.rule).map(|(_, node)| node);
            edits.extend(node.into_iter().flat_map(|node| replaced(text, node, &difference.found)));
        }
        edits.extend(added(text, entries, span, &new));
    }
    edits.sort_by_key(|edit| edit.span.start);
    if edits.is_empty() {
        return Ok(None);
    }
    // An alias repeats words, so another test would change as well.
    if let Some(two) = edits.windows(2).find(|two| two[1].span.start < two[0].span.end || two[0].span == two[1].span) {
        return Err(refused(suite, two[1].span.clone(), "two tests share this expectation"));
    }
    if text.contains("\r\n") {
        for edit in &mut edits {
            edit.words = edit.words.replace('\n', "\r\n");
        }
    }
    let lost = |edit: &&Edit| comments(&text[edit.span.clone()]) > comments(&edit.words) && !edit.words.is_empty();
    if let Some(edit) = edits.iter().find(lost) {
        return Err(refused(suite, edit.span.clone(), "a comment within this expectation would get lost"));
    }
    let update = Update { text: applied(text, &edits), diff: diff(suite, &edits) };
    if accepts(suite, &update.text, judged) {
        Ok(Some(update))
    } else {
        Err(refused(suite, edits[0].span.clone(), "this expectation cannot be changed by rolelint"))
    }
}

/// Whether the new text loads, the failed tests in it expect what came out, and the others expect what they did.
fn accepts(suite: &Suite, text: &str, judged: &[(usize, &Judged)]) -> bool {
    let source = Arc::new(SourceText::new(suite.source.name.clone(), text.to_owned()));
    let path = suite.file.as_deref().unwrap_or(&suite.path);
    let Ok(new) = load::suite(&source, path) else { return false };
    let is_judged = |at: usize| judged.iter().any(|(number, _)| *number == at);
    new.cases.len() == suite.cases.len()
        && new.cases.iter().zip(&suite.cases).enumerate().all(|(at, (new_case, old))| {
            let same = new_case.name == old.name && new_case.expected == old.expected;
            if is_judged(at) { judge(&new, new_case).differences.is_empty() } else { same }
        })
}

/// How many comments a piece of YAML may have.
fn comments(text: &str) -> usize {
    text.lines()
        .filter(|line| line.trim_start().starts_with('#') || line.contains(" #") || line.contains("\t#"))
        .count()
}

fn refused(suite: &Suite, span: Range<usize>, why: &str) -> Error {
    let problem =
        Code::Misplaced.at(span, why).help("change it by hand, or write each expectation on lines of its own");
    Error::NotEdited { located: vec![Located { source: Arc::clone(&suite.source), problem }] }
}

/// An expectation in the place of another. Of a list that takes a line for each subject, the lines that stay are left
/// alone, with their comments.
fn replaced(text: &str, node: &Node, found: &Expected) -> Vec<Edit> {
    let block = text[node.span.clone()].starts_with('-');
    match (&node.yaml, found) {
        (Yaml::List(old), Expected::Subjects { violation, unknown: None }) if block => lines(text, old, violation),
        _ => vec![Edit { span: node.span.clone(), words: words(found) }],
    }
}

fn lines(text: &str, old: &[Node], found: &[String]) -> Vec<Edit> {
    let means = |node: &Node, subject: &String| matches!(&node.yaml, Yaml::Text(text) if text.trim_end() == subject);
    let mut edits = Vec::new();
    for gone in old.iter().filter(|node| !found.iter().any(|subject| means(node, subject))) {
        edits.push(Edit { span: line_of(text, gone.span.start), words: String::new() });
    }
    let (Some(first), Some(last)) = (old.first(), old.last()) else { return edits };
    let indent = " ".repeat(text[line_of(text, first.span.start)].find('-').unwrap_or_default());
    let new = found.iter().filter(|subject| !old.iter().any(|node| means(node, subject)));
    let words = new.map(|subject| format!("{indent}- {}\n", quoted(subject))).collect::<Vec<_>>().concat();
    let end = line_of(text, last.span.start).end;
    if !words.is_empty() {
        let missing = if text[..end].ends_with('\n') { "" } else { "\n" };
        edits.push(Edit { span: end..end, words: format!("{missing}{words}") });
    }
    edits
}

/// The whole line that a place is in, with its end.
fn line_of(text: &str, at: usize) -> Range<usize> {
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    start..text[at..].find('\n').map_or(text.len(), |newline| at + newline + 1)
}

/// Expectations of rules that were not named, behind the last one.
fn added(text: &str, entries: &[(Key, Node)], whole: &Range<usize>, new: &[&Difference]) -> Option<Edit> {
    let ((key, _), (_, last)) = (entries.first()?, entries.last()?);
    if new.is_empty() {
        return None;
    }
    let entry = |one: &&Difference| format!("{}: {}", one.rule, words(&one.found));
    if text[whole.clone()].starts_with('{') {
        let words = new.iter().map(|one| format!(", {}", entry(one))).collect::<Vec<_>>().concat();
        return Some(Edit { span: last.span.end..last.span.end, words });
    }
    let indent = " ".repeat(text[line_of(text, key.span.start).start..key.span.start].chars().count());
    let end = line_of(text, last.span.end.saturating_sub(1)).end;
    let missing = if text[..end].ends_with('\n') { "" } else { "\n" };
    let words = new.iter().map(|one| format!("{indent}{}\n", entry(one))).collect::<Vec<_>>().concat();
    Some(Edit { span: end..end, words: format!("{missing}{words}") })
}

/// An expectation as it is written, on one line.
fn words(expected: &Expected) -> String {
    let list = |subjects: &[String]| {
        format!("[{}]", subjects.iter().map(|subject| quoted(subject)).collect::<Vec<_>>().join(", "))
    };
    match expected {
        Expected::Verdict(verdict) => verdict.name().to_owned(),
        Expected::Subjects { violation, unknown: None } => list(violation),
        Expected::Subjects { violation, unknown: Some(unknown) } if violation.is_empty() => {
            format!("{{ unknown: {} }}", list(unknown))
        }
        Expected::Subjects { violation, unknown: Some(unknown) } => {
            format!("{{ violation: {}, unknown: {} }}", list(violation), list(unknown))
        }
    }
}

/// A subject in YAML: as it is, or in quotes if it could be read as something else.
pub(super) fn quoted(subject: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./@+ ".contains(c);
    if subject.chars().all(plain) && !subject.ends_with(' ') {
        return subject.to_owned();
    }
    let mut quoted = String::from("\"");
    for character in subject.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            _ if character.is_alphanumeric() || character.is_ascii_graphic() || character == ' ' => {
                quoted.push(character);
            }
            _ => write!(quoted, "\\U{:08x}", u32::from(character)).expect("writing to a string cannot fail"),
        }
    }
    quoted + "\""
}

fn applied(text: &str, edits: &[Edit]) -> String {
    let mut new = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        new.push_str(&text[at..edit.span.start]);
        new.push_str(&edit.words);
        at = edit.span.end;
    }
    new + &text[at..]
}

/// The lines that change, each piece under its place.
fn diff(suite: &Suite, edits: &[Edit]) -> Vec<String> {
    let text = &suite.source.text;
    // Where whole lines come or go, nothing else of the file is touched.
    let lines = |edit: &Edit| {
        if edit.words.is_empty() || edit.words.ends_with('\n') {
            edit.span.clone()
        } else {
            line_of(text, edit.span.start).start..line_of(text, edit.span.end).end
        }
    };
    let mut pieces: Vec<(Range<usize>, Vec<Edit>)> = Vec::new();
    for edit in edits {
        let lines = lines(edit);
        let own = Edit { span: edit.span.clone(), words: edit.words.clone() };
        match pieces.last_mut().filter(|(piece, _)| lines.start < piece.end) {
            Some((piece, edits)) => {
                piece.end = piece.end.max(lines.end);
                edits.push(own);
            }
            None => pieces.push((lines, vec![own])),
        }
    }
    let mut diff = Vec::new();
    for (piece, mut edits) in pieces {
        diff.push(format!("{}:{}", suite.source.name, suite.source.region(&edits[0].span).line));
        for edit in &mut edits {
            edit.span = edit.span.start - piece.start..edit.span.end - piece.start;
        }
        let (old, new) = (&text[piece.clone()], applied(&text[piece], &edits));
        diff.extend(old.lines().map(|line| format!("- {line}")));
        diff.extend(new.lines().filter(|line| !line.is_empty()).map(|line| format!("+ {line}")));
    }
    diff
}
