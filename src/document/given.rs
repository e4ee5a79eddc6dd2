//! Values from outside that replace words of a text: the values that an organization sets for the parameters of a policy.
//!
//! A place in a text is a span of bytes. A value from outside has spans too: they lie beyond the end of the text that it
//! is used in. Whoever reads that text treats both alike; only this file knows where a span beyond the end comes from.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex};

use foldhash::HashMap;

use super::tree::{Key, Node, Yaml};
use super::{Located, Problem, SourceText};

/// How many elements of a list are shown.
const SHOWN: usize = 3;

/// A value that was set from outside.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
pub struct Given {
    /// The parameter: `banned`, `banned[0]`, `owners[Platform][1]`.
    pub parameter: String,
    /// The value; of a long list, its first elements.
    pub value: String,
    /// Where the value was set: `leavers.txt:1`, `--param banned`.
    pub from: String,
}

impl fmt::Display for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { parameter, value, from } = self;
        write!(f, "{parameter} = {value}, from {from}")
    }
}

/// A value with the text that it was read from.
#[derive(Clone, Debug)]
pub(crate) struct Sourced {
    /// The text: of a file, or what the command line says.
    pub source: Arc<SourceText>,
    /// Whether it is a file, of which lines are named.
    pub is_file: bool,
    /// The value.
    pub node: Node,
}

/// A value from outside in place of a default.
#[derive(Debug)]
pub(crate) struct Replaced {
    pub parameter: String,
    /// The place of the default.
    pub default: Range<usize>,
    /// The places that name the parameter.
    pub uses: Vec<Range<usize>>,
    pub by: Sourced,
}

/// The values from outside, in the order of their spans.
#[derive(Debug, Default)]
pub(super) struct Replacements {
    /// Each with the place where its spans begin.
    all: Vec<(usize, Replaced)>,
    /// What was said of a span: many findings have the same.
    said: Mutex<HashMap<Range<usize>, Said>>,
}

/// The values from outside at a place, if there are any.
type Said = Option<Arc<Vec<Given>>>;

impl SourceText {
    /// The same text with values from outside.
    pub(crate) fn with(&self, given: impl Iterator<Item = Replaced>) -> Self {
        let mut end = self.text.len() + 1;
        let place = |replaced: Replaced| {
            let start = end;
            end += replaced.by.source.text.len() + 1;
            (start, replaced)
        };
        Self {
            name: self.name.clone(),
            text: self.text.clone(),
            lines: self.lines.clone(),
            drawn: self.drawn.clone(),
            replaced: Replacements { all: given.map(place).collect(), said: Mutex::default() },
        }
    }

    /// The value from outside of a parameter, if it has one.
    pub(crate) fn given(&self, parameter: &str) -> Option<Node> {
        let (start, replaced) = self.replaced.all.iter().find(|(_, one)| one.parameter == parameter)?;
        Some(moved(&replaced.by.node, *start))
    }

    /// Whether a span is that of a value from outside.
    pub(crate) fn is_given(&self, span: &Range<usize>) -> bool {
        self.replaced.of(span).is_some()
    }

    /// The place in this text: of a value from outside, that of the default that it replaces.
    pub(crate) fn place(&self, span: &Range<usize>) -> Range<usize> {
        self.replaced.of(span).map_or_else(|| span.clone(), |(replaced, _)| replaced.default.clone())
    }

    /// The words that are in force there: those of this text, or a value from outside.
    pub(crate) fn words(&self, span: &Range<usize>) -> String {
        match self.replaced.of(span) {
            Some((replaced, own)) => replaced.part(&own).value,
            None => self.text[span.clone()].split_whitespace().collect::<Vec<_>>().join(" "),
        }
    }

    /// The text that a span lies in, and where.
    pub(crate) fn origin(&self, span: &Range<usize>) -> (&Self, Range<usize>) {
        self.replaced.of(span).map_or_else(|| (self, span.clone()), |(replaced, own)| (&*replaced.by.source, own))
    }

    /// A problem in the text that it lies in. About a value from outside, it says which.
    pub(crate) fn located(self: &Arc<Self>, problem: Problem) -> Located {
        let Some((replaced, span)) = self.replaced.of(&problem.span) else {
            return Located { source: Arc::clone(self), problem };
        };
        let Given { parameter, value, .. } = replaced.part(&span);
        let message = format!("{} ({parameter} = {value})", problem.message);
        Located { source: Arc::clone(&replaced.by.source), problem: Problem { span, message, other: None, ..problem } }
    }

    /// The values from outside that a span is, or that it names.
    pub(super) fn given_at(&self, span: &Range<usize>) -> Said {
        let Replacements { all, said } = &self.replaced;
        if all.is_empty() {
            return None;
        }
        let given = || {
            let named = |one: &&Replaced| one.uses.iter().any(|at| span.start <= at.start && at.end <= span.end);
            let given: Vec<Given> = if let Some((replaced, own)) = self.replaced.of(span) {
                vec![replaced.part(&own)]
            } else {
                let all = all.iter().map(|(_, one)| one).filter(named);
                all.map(|one| one.part(&one.by.node.span)).collect()
            };
            (!given.is_empty()).then(|| Arc::new(given))
        };
        let mut said = said.lock().expect("nothing panics while it is locked");
        said.entry(span.clone()).or_insert_with(given).clone()
    }
}

impl Replacements {
    /// The value that a span lies in, and where in its own text.
    fn of(&self, span: &Range<usize>) -> Option<(&Replaced, Range<usize>)> {
        let behind = self.all.partition_point(|(start, _)| *start <= span.start);
        let (start, replaced) = &self.all[behind.checked_sub(1)?];
        Some((replaced, span.start - start..span.end - start))
    }
}

impl Replaced {
    /// What the value is at a place in its own text.
    fn part(&self, at: &Range<usize>) -> Given {
        let Sourced { source, is_file, node } = &self.by;
        let (path, value, span) = part(node, at);
        let region = source.region(span);
        let is_line = *is_file && region.line == region.end_line && !span.is_empty();
        let line = if is_line { format!(":{}", region.line) } else { String::new() };
        Given { parameter: format!("{}{path}", self.parameter), value, from: format!("{}{line}", source.name) }
    }
}

/// The part of a value at a place: its path, what it is, and its place.
fn part<'n>(node: &'n Node, at: &Range<usize>) -> (String, String, &'n Range<usize>) {
    let holds = |span: &Range<usize>| span.start <= at.start && at.end <= span.end;
    let whole = || (String::new(), shown(&node.yaml), &node.span);
    if node.span == *at {
        return whole();
    }
    match &node.yaml {
        Yaml::List(items) => {
            // They are in order, unless an alias repeats one.
            let before = items.partition_point(|item| item.span.start <= at.start);
            let near = before.checked_sub(1).filter(|near| holds(&items[*near].span));
            let found = near.or_else(|| items.iter().position(|item| holds(&item.span)));
            found.map_or_else(whole, |found| (format!("[{found}]"), shown(&items[found].yaml), &items[found].span))
        }
        Yaml::Map(entries) => {
            let inner = |(key, value): &'n (Key, Node)| {
                if holds(&key.span) {
                    return Some((format!("[{}]", key.text), key.text.clone(), &key.span));
                }
                let (path, value, span) = Some(part(value, at)).filter(|(.., span)| holds(span))?;
                Some((format!("[{}]{path}", key.text), value, span))
            };
            entries.iter().find_map(inner).unwrap_or_else(whole)
        }
        Yaml::Null | Yaml::Flag(_) | Yaml::Number(_) | Yaml::Float | Yaml::Text(_) => whole(),
    }
}

/// A value in a few words.
fn shown(yaml: &Yaml) -> String {
    match yaml {
        Yaml::Text(text) if text.is_empty() => "\"\"".to_owned(),
        Yaml::Text(text) => text.clone(),
        Yaml::Flag(flag) => flag.to_string(),
        Yaml::Number(number) => number.to_string(),
        Yaml::List(items) => {
            let first: Vec<String> = items.iter().take(SHOWN).map(|item| shown(&item.yaml)).collect();
            let more = items.len() - first.len();
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            format!("[{}]{more}", first.join(", "))
        }
        Yaml::Null | Yaml::Float | Yaml::Map(_) => yaml.description().to_owned(),
    }
}

/// A value with its places moved on by this many bytes.
fn moved(node: &Node, by: usize) -> Node {
    let span = |span: &Range<usize>| span.start + by..span.end + by;
    let yaml = match &node.yaml {
        Yaml::List(items) => Yaml::List(items.iter().map(|item| moved(item, by)).collect()),
        Yaml::Map(entries) => {
            let entry =
                |(key, value): &(Key, Node)| (Key { span: span(&key.span), text: key.text.clone() }, moved(value, by));
            Yaml::Map(entries.iter().map(entry).collect())
        }
        yaml @ (Yaml::Null | Yaml::Flag(_) | Yaml::Number(_) | Yaml::Float | Yaml::Text(_)) => yaml.clone(),
    };
    Node { span: span(&node.span), yaml }
}
