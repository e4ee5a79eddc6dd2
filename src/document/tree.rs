//! YAML as a tree in which every node knows its place. It has what was written, not what it means.

use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_yaml::{DuplicateKeyPolicy, Location, Spanned, alias_limits, budget, options};

use super::problem::{Code, Problem};

/// The largest policy file, in bytes.
pub const LARGEST: usize = 1 << 20;
/// How many words and brackets aliases may repeat in a file.
const REPEATED: usize = 20_000;

/// How many nodes a policy may have.
const MOST: usize = 250_000;

/// A node with its place, in bytes.
#[derive(Clone, Debug)]
pub struct Node {
    pub span: Range<usize>,
    pub yaml: Yaml,
}

/// What a node contains. A mapping keeps all entries, repeated keys included; the reader reports those.
#[derive(Clone, Debug)]
pub enum Yaml {
    Null,
    Flag(bool),
    Number(i64),
    Float,
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

/// A key with its place.
#[derive(Clone, Debug)]
pub struct Key {
    pub span: Range<usize>,
    pub text: String,
}

impl Node {
    /// The value of a key; nothing, if this is not a mapping.
    pub fn below(&self, name: &str) -> Option<&Self> {
        self.entries().iter().find(|(key, _)| key.text == name).map(|(_, value)| value)
    }

    /// The entries of a mapping; none of anything else.
    pub fn entries(&self) -> &[(Key, Self)] {
        if let Yaml::Map(entries) = &self.yaml { entries } else { &[] }
    }

    /// The elements of a list; none of anything else.
    pub fn items(&self) -> &[Self] {
        if let Yaml::List(items) = &self.yaml { items } else { &[] }
    }
}

impl Yaml {
    /// The value as JSON. A fraction, which no policy may have, is null.
    pub fn value(&self) -> serde_json::Value {
        match self {
            Self::Null | Self::Float => serde_json::Value::Null,
            Self::Flag(flag) => (*flag).into(),
            Self::Number(number) => (*number).into(),
            Self::Text(text) => text.as_str().into(),
            Self::List(items) => items.iter().map(|item| item.yaml.value()).collect(),
            Self::Map(entries) => entries.iter().map(|(key, node)| (key.text.clone(), node.yaml.value())).collect(),
        }
    }

    /// What it is, in words.
    pub fn description(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Flag(_) => "true or false",
            Self::Number(_) => "a number",
            Self::Float => "a fraction",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Map(_) => "a mapping",
        }
    }
}

/// Reads one document.
pub fn parse(text: &str) -> Result<Node, Problem> {
    if text.len() > LARGEST {
        return Err(Code::Syntax.at(0..0, "a file larger than 1 MiB").help("split the file into several"));
    }
    document(text, MOST)
}

/// Reads one document that is data and not a policy, however large: who opens the file decides how much is read.
pub fn parse_data(text: &str) -> Result<Node, Problem> {
    // A node and what stands between it and the next have two bytes or more.
    document(text, MOST.max(text.len() / 2))
}

fn document(text: &str, most: usize) -> Result<Node, Problem> {
    let options = options! {
        budget: budget! { max_nodes: most, max_events: 4 * most },
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        strict_booleans: true,
        reject_unsupported_tags: true,
        with_snippet: false,
        alias_limits: alias_limits! { max_total_replayed_events: REPEATED },
    };
    let raw: Spanned<Raw> = serde_yaml::from_str_with_options(text, options).map_err(|error| {
        let message = error.without_snippet().to_string();
        // The caret shows the place.
        let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(what, _)| what).to_owned();
        let at = error.location().map_or(0, |location| offset(text, &location));
        explained(text, at, &message)
    })?;
    node(text, raw)
}

/// The parser's messages, each with its most common cause.
fn explained(text: &str, at: usize, message: &str) -> Problem {
    let has = |words: &[&str]| words.iter().any(|word| message.contains(word));
    if let (true, Some(tab)) =
        (has(&["found a tab", "with a tab", "tabs disallowed", "tab cannot"]), nearest_tab(text, at))
    {
        return Code::Syntax.at(tab..tab + 1, "a tab").help("indent with spaces; YAML does not allow tabs");
    }
    if message.contains("multiple YAML documents") {
        return Code::Syntax.at(at..at, "a second document").help("a file may contain only one; split it at `---`");
    }
    if has(&["Depth", "recursion limit"]) {
        return Code::Syntax.at(at..at, "nested too deeply").help("write it with fewer brackets or levels");
    }
    if has(&["budget breached", "alias replay"]) {
        return Code::Syntax
            .at(at..at, "too much for one file, with what the aliases (`*name`) repeat")
            .help("write fewer aliases, or split the file into several");
    }
    if message.contains("recursive references") {
        return Code::Syntax.at(at..at, "an alias inside what it repeats").help("write out what is meant");
    }
    let problem = Code::Syntax.at(at..at, message);
    if has(&["anchor", "alias", "tag", "unexpected character", "cannot start any token"]) {
        problem.help("a text that starts with `*`, `&`, `!`, `@` or `%` needs quotes: \"*.write\"")
    } else if has(&["mapping values are not allowed"]) {
        problem
            .help("all keys of a mapping must start in the same column, and a text that contains a colon needs quotes")
    } else {
        problem
    }
}

/// The tab that the parser stopped at: right before the place, or the next one after it.
fn nearest_tab(text: &str, at: usize) -> Option<usize> {
    let (before, after) = text.split_at_checked(at)?;
    if before.ends_with('\t') { Some(at - 1) } else { after.find('\t').map(|tab| at + tab) }
}

/// Where a location begins, in bytes; some errors know only line and column.
fn offset(text: &str, location: &Location) -> usize {
    let at = location.span().byte_offset().map(|at| usize::try_from(at).expect("a file fits in memory"));
    at.unwrap_or_else(|| {
        let line = usize::try_from(location.line()).expect("a file fits in memory").saturating_sub(1);
        let column = usize::try_from(location.column()).expect("a file fits in memory").saturating_sub(1);
        let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
        let within = text[start..].chars().take(column).map(char::len_utf8).sum::<usize>();
        start + within
    })
    .min(text.len())
}

fn span(text: &str, location: &Location) -> Range<usize> {
    let start = offset(text, location);
    let length = location.span().byte_len().map_or(0, |length| usize::try_from(length).expect("fits in memory"));
    let end = (start + length).min(text.len());
    start..start + text[start..end].trim_end().len()
}

fn node(text: &str, raw: Spanned<Raw>) -> Result<Node, Problem> {
    let mut span = span(text, &raw.defined);
    let yaml = match raw.value {
        Raw::Null => Yaml::Null,
        Raw::Flag(flag) => Yaml::Flag(flag),
        Raw::Number(number) => Yaml::Number(number),
        Raw::Float => Yaml::Float,
        Raw::Text(text) => Yaml::Text(text),
        Raw::List(items) => {
            let items = items.into_iter().map(|item| node(text, item)).collect::<Result<Vec<_>, _>>()?;
            span = enclose(text, span, items.last().map(|item| &item.span));
            Yaml::List(items)
        }
        Raw::Map(entries) => {
            let entries = entries
                .into_iter()
                .map(|(key, value)| {
                    let key = node(text, key)?;
                    let Yaml::Text(name) = key.yaml else {
                        let message = format!("a key is a text, not {}", key.yaml.description());
                        return Err(Code::Syntax.at(key.span, message));
                    };
                    Ok((Key { span: key.span, text: name }, node(text, value)?))
                })
                .collect::<Result<Vec<_>, _>>()?;
            span = enclose(text, span, entries.last().map(|(_, value)| &value.span));
            Yaml::Map(entries)
        }
    };
    Ok(Node { span, yaml })
}

/// The parser knows where a collection begins; it ends behind its last item, and behind its bracket if it has one.
fn enclose(text: &str, own: Range<usize>, last: Option<&Range<usize>>) -> Range<usize> {
    let end = last.map_or(own.end, |last| last.end.max(own.end));
    let bracket = match text.as_bytes().get(own.start) {
        Some(b'[') => ']',
        Some(b'{') => '}',
        _ => return own.start..end,
    };
    let rest = &text[end..];
    let trimmed = rest.trim_start_matches([' ', '\n', '\r', '\t', ',']);
    let closing = if trimmed.starts_with(bracket) { rest.len() - trimmed.len() + 1 } else { 0 };
    own.start..end + closing
}

/// The tree as the parser returns it.
enum Raw {
    Null,
    Flag(bool),
    Number(i64),
    Float,
    Text(String),
    List(Vec<Spanned<Raw>>),
    Map(Vec<(Spanned<Raw>, Spanned<Raw>)>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("YAML")
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Raw, E> {
        Ok(Raw::Flag(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Raw, E> {
        Ok(Raw::Number(number))
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Raw, E> {
        i64::try_from(number).map(Raw::Number).map_err(|_| E::custom("a number that is too large"))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Raw, E> {
        Ok(Raw::Float)
    }

    fn visit_str<E>(self, text: &str) -> Result<Raw, E> {
        Ok(Raw::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Raw, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Raw::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Raw, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            map.push(entry);
        }
        Ok(Raw::Map(map))
    }
}
