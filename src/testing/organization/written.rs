//! The fields of one thing as written: a value, `null`, left out (and filled in), or named under `unknown`.

use std::collections::BTreeSet;

use super::{Drafter, Reference};
use crate::document::tree::{Node, Yaml};
use crate::document::{Code, Fields};
use crate::org::{Known, Symbol, Text};
use crate::time::{Time, parse_duration, parse_timestamp};

/// A thing whose fields are read from an entry by their kinds, or filled in.
macro_rules! short {
    ({ $by:tt, $entry:ident, $called:ident => $made:ident { $($more:tt)* } }
     $($(#[$meaning:meta])* $field:ident: $kind:ident $default:tt,)*) => {
        $made {
            $($field: $by.$kind(&$entry, stringify!($field), default!($by, $called, $default)),)*
            $($more)*
        }
    };
}
pub(super) use short;

/// The value of a field that is filled in.
macro_rules! default {
    ($by:tt, $called:ident, (called)) => {
        Known::Value($called.clone())
    };
    ($by:tt, $called:ident, (null)) => {
        Known::Null
    };
    ($by:tt, $called:ident, ($days:literal days ago)) => {
        Known::Value($by.now - $days * DAY)
    };
    ($by:tt, $called:ident, (in $days:literal days)) => {
        Known::Value($by.now + $days * DAY)
    };
    ($by:tt, $called:ident, ($value:literal)) => {
        Known::Value($value)
    };
}
pub(super) use default;

/// One thing as written.
pub(super) struct Entry<'n> {
    fields: Fields<'n>,
    /// The fields that the API left out.
    unknown: BTreeSet<&'n str>,
    pub node: &'n Node,
}

impl<'n> Entry<'n> {
    pub fn get(&self, name: &str) -> Option<&'n Node> {
        self.fields.get(name)
    }
}

impl Drafter<'_, '_> {
    /// A thing that may have these keys; the first `sent` of them are fields that the API may leave out.
    pub(super) fn entry<'n>(&mut self, node: &'n Node, what: &str, sent: &[&str], rest: &[&str]) -> Option<Entry<'n>> {
        let known: Vec<&str> = sent.iter().chain(rest).copied().chain(["id", "unknown"]).collect();
        let fields = self.reader.fields(node, what, &known)?;
        let unknown = self.unknown(&fields, what, sent);
        Some(Entry { fields, unknown, node })
    }

    fn unknown<'n>(&mut self, fields: &Fields<'n>, what: &str, sent: &[&str]) -> BTreeSet<&'n str> {
        let mut unknown = BTreeSet::new();
        let Some(node) = fields.get("unknown") else { return unknown };
        let Yaml::List(items) = &node.yaml else {
            self.reader.wrong(node, "`unknown`", "a list of fields that the API left out");
            return unknown;
        };
        for item in items {
            let Yaml::Text(name) = &item.yaml else {
                self.reader.wrong(item, "`unknown`", "a list of fields that the API left out");
                continue;
            };
            if !sent.contains(&name.as_str()) {
                self.reader.unknown_word(&item.span, &format!("field of {what}"), name, sent);
            } else if fields.get(name).is_some() {
                let message = format!("`{name}` has a value and is also unknown");
                self.reader.problem(Code::Duplicate.at(item.span.clone(), message));
            }
            unknown.insert(name.as_str());
        }
        unknown
    }

    /// A field: what was written, `null`, missing, or the value that fills it in.
    fn field<T>(
        &mut self,
        entry: &Entry<'_>,
        name: &str,
        default: Known<T>,
        read: impl FnOnce(&mut Self, &Node) -> Option<T>,
    ) -> Known<T> {
        match entry.get(name) {
            _ if entry.unknown.contains(name) => Known::Missing,
            None => default,
            Some(Node { yaml: Yaml::Null, .. }) => Known::Null,
            Some(node) => read(self, node).map_or(Known::Missing, Known::Value),
        }
    }

    pub(super) fn text(&mut self, entry: &Entry<'_>, name: &str, default: Known<Text>) -> Known<Text> {
        self.field(entry, name, default, |drafter, node| drafter.plain(node, name))
    }

    pub(super) fn address(&mut self, entry: &Entry<'_>, name: &str, default: Known<Text>) -> Known<Text> {
        self.text(entry, name, default)
    }

    pub(super) fn id(&mut self, entry: &Entry<'_>, name: &str, default: Known<Text>) -> Known<Text> {
        self.text(entry, name, default)
    }

    pub(super) fn word(&mut self, entry: &Entry<'_>, name: &str, default: Known<&str>) -> Known<Symbol> {
        let default = default.map(|word| self.builder.symbols.intern(word));
        self.field(entry, name, default, |drafter, node| {
            let text = drafter.plain(node, name)?;
            Some(drafter.builder.symbols.intern(&text))
        })
    }

    pub(super) fn flag(&mut self, entry: &Entry<'_>, name: &str, default: Known<bool>) -> Known<bool> {
        self.field(entry, name, default, |drafter, node| match node.yaml {
            Yaml::Flag(flag) => Some(flag),
            Yaml::Null | Yaml::Number(_) | Yaml::Float | Yaml::Text(_) | Yaml::List(_) | Yaml::Map(_) => {
                drafter.reader.wrong(node, &format!("`{name}`"), "true or false, without quotes");
                None
            }
        })
    }

    pub(super) fn time(&mut self, entry: &Entry<'_>, name: &str, default: Known<Time>) -> Known<Time> {
        let now = self.now;
        self.field(entry, name, default, |drafter, node| {
            let text = drafter.plain(node, name)?;
            match moment(&text, now) {
                Ok(time) => Some(time),
                Err(help) => {
                    let problem =
                        Code::InvalidValue.at(node.span.clone(), format!("`{text}` is not a valid value of `{name}`"));
                    drafter.reader.problem(problem.help(help));
                    None
                }
            }
        })
    }

    pub(super) fn permissions(&mut self, entry: &Entry<'_>) -> Known<Vec<Symbol>> {
        match self.field(entry, "permissions", Known::Value(Vec::new()), |drafter, node| Some(drafter.list(node))) {
            Known::Value(references) => {
                let mut words: Vec<&str> = references.iter().map(|reference| reference.text.as_str()).collect();
                words.sort_unstable();
                words.dedup();
                Known::Value(words.into_iter().map(|word| self.builder.symbols.intern(word)).collect())
            }
            Known::Null | Known::Missing => Known::Missing,
        }
    }

    /// A list of words that mean other things.
    pub(super) fn references(&mut self, entry: &Entry<'_>, name: &str) -> Vec<Reference> {
        entry.get(name).map(|node| self.list(node)).unwrap_or_default()
    }

    fn list(&mut self, node: &Node) -> Vec<Reference> {
        match &node.yaml {
            Yaml::List(items) => items.iter().filter_map(|item| self.reference(item)).collect(),
            Yaml::Null | Yaml::Flag(_) | Yaml::Number(_) | Yaml::Float | Yaml::Text(_) | Yaml::Map(_) => {
                self.reference(node).into_iter().collect()
            }
        }
    }

    pub(super) fn reference(&mut self, node: &Node) -> Option<Reference> {
        let text = self.reader.optional_text(Some(node), "a name")?;
        Some(Reference { text, span: node.span.clone() })
    }

    fn plain(&mut self, node: &Node, name: &str) -> Option<Text> {
        self.reader.optional_text(Some(node), &format!("`{name}`")).map(Text::from)
    }

    /// The elements of a list of things.
    pub(super) fn things<'n>(&mut self, node: Option<&'n Node>, name: &str) -> &'n [Node] {
        match node {
            None => &[],
            Some(Node { yaml: Yaml::List(items), .. }) => items,
            Some(node) => {
                self.reader.wrong(node, &format!("`{name}`"), "a list");
                &[]
            }
        }
    }

    /// The id as written, or one made from a name.
    pub(super) fn own_id(&mut self, entry: &Entry<'_>, prefix: &str, name: &str) -> Text {
        let written = entry.get("id").and_then(|node| self.plain(node, "id"));
        written.unwrap_or_else(|| Text::from(format!("{prefix}{}", slug(name))))
    }
}

/// A date, a moment, or a length of time before or after now.
fn moment(text: &str, now: Time) -> Result<Time, &'static str> {
    const HELP: &str = "write a date such as 2026-01-31, a timestamp, `90d ago` or `in 14d`";
    if let Some(length) = text.strip_suffix(" ago") {
        return parse_duration(length).map(|length| now.saturating_sub(length)).map_err(|_| HELP);
    }
    if let Some(length) = text.strip_prefix("in ") {
        return parse_duration(length).map(|length| now.saturating_add(length)).map_err(|_| HELP);
    }
    parse_timestamp(text).map_err(|_| HELP)
}

/// A name in lower case, with a hyphen for each run of anything but letters and digits.
fn slug(name: &str) -> String {
    let words = name.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}
