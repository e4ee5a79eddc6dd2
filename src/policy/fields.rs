//! What all readers of a policy share: problems are noted and reading goes on; mappings, lists, numbers and words are
//! read in one way.

use std::ops::Range;
use std::sync::Arc;

use super::error::Problem;
use super::nearest::nearest;
use super::params::Params;
use super::yaml::{Key, Node, Yaml};
use super::{Attribute, Bounds, Kind, attribute};
use crate::finding::SourceText;

/// Reads one file, noting what is wrong with it.
pub(super) struct Reader<'a> {
    pub source: &'a Arc<SourceText>,
    pub params: Params,
    pub problems: Vec<Problem>,
}

/// A problem was noted; there is nothing to go on with.
pub(super) struct Noted;

/// Reads what may be there, and says whether what is there could not be read.
pub(super) fn optional<T>(node: Option<&Node>, read: impl FnOnce(&Node) -> Option<T>) -> Result<Option<T>, Noted> {
    node.map(|node| read(node).ok_or(Noted)).transpose()
}

/// The entries of a mapping whose keys are all known.
pub(super) struct Fields<'n> {
    pub entries: Vec<(&'n Key, &'n Node)>,
}

impl<'n> Fields<'n> {
    pub fn get(&self, name: &str) -> Option<&'n Node> {
        self.entries.iter().find(|(key, _)| key.text == name).map(|(_, value)| *value)
    }
}

impl Reader<'_> {
    pub fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// Notes that a node is not what it should be.
    pub fn wrong(&mut self, node: &Node, what: &str, wanted: &str) {
        let message = format!("{what} takes {wanted}, not {}", node.yaml.description());
        self.problem(Problem::new(node.span.clone(), message));
    }

    /// The whole text that is read.
    pub fn text(&self) -> &str {
        &self.source.text
    }

    /// Inclusive bounds: `{min: N, max: N}`, or one number for exactly that.
    pub fn bounds(&mut self, node: &Node, what: &str) -> Option<Bounds> {
        if let Yaml::Map(_) = node.yaml {
            let fields = self.fields(node, what, &["min", "max"])?;
            let mut bound = |name| optional(fields.get(name), |node| self.number(node, &format!("`{name}`")));
            let (min, max) = (bound("min"), bound("max"));
            let bounds = Bounds { min: min.ok()?, max: max.ok()? };
            if bounds == (Bounds { min: Some(0), max: None }) {
                self.problem(Problem::new(node.span.clone(), "no number is below 0: every number is allowed"));
            }
            if bounds == Bounds::default() {
                self.problem(Problem::new(node.span.clone(), format!("{what} needs `min` or `max`")));
            }
            if bounds.min.zip(bounds.max).is_some_and(|(min, max)| min > max) {
                let message = format!("`min` is above `max`: no number is {bounds}");
                self.problem(Problem::new(node.span.clone(), message));
            }
            return Some(bounds);
        }
        self.number(node, what).map(|number| Bounds { min: Some(number), max: Some(number) })
    }

    pub fn number(&mut self, node: &Node, what: &str) -> Option<u64> {
        let node = &self.resolve(node)?;
        match node.yaml {
            Yaml::Number(number) if number >= 0 => Some(number.unsigned_abs()),
            Yaml::Number(_) => {
                self.problem(Problem::new(node.span.clone(), format!("{what} is never negative")));
                None
            }
            _ => {
                self.wrong(node, what, "a whole number");
                None
            }
        }
    }

    pub fn optional_text(&mut self, node: Option<&Node>, what: &str) -> Option<String> {
        match node? {
            Node { yaml: Yaml::Text(text), .. } => Some(text.trim_end().to_owned()),
            node => {
                self.wrong(node, what, "a text");
                None
            }
        }
    }

    pub fn texts(&mut self, node: Option<&Node>, what: &str) -> Vec<String> {
        let Some(node) = node else { return Vec::new() };
        let Yaml::List(items) = &node.yaml else {
            self.wrong(node, what, "a list of texts");
            return Vec::new();
        };
        items.iter().filter_map(|item| self.optional_text(Some(item), &format!("an element of {what}"))).collect()
    }

    /// The elements of a list, or the one value; parameters resolved, a list among the elements opened.
    pub fn list(&mut self, node: &Node) -> Option<Vec<Node>> {
        let Yaml::List(items) = &node.yaml else {
            // What a parameter stands for is taken as it is.
            return match self.resolve(node)? {
                Node { yaml: Yaml::List(items), .. } => Some(items),
                node => Some(vec![node]),
            };
        };
        let mut list = Vec::new();
        for item in items {
            match self.resolve(item)? {
                Node { yaml: Yaml::List(inner), .. } if matches!(item.yaml, Yaml::Text(_)) => list.extend(inner),
                item => list.push(item),
            }
        }
        Some(list)
    }

    /// The same, with at least one element: what matches nothing is a mistake.
    pub fn some(&mut self, what: &str, node: &Node) -> Option<Vec<Node>> {
        let list = self.list(node)?;
        if list.is_empty() {
            let message = format!("the list for `{what}` is empty: it would match nothing");
            self.problem(Problem::new(node.span.clone(), message).help("name what is meant, or leave the rule out"));
            return None;
        }
        Some(list)
    }

    /// The entries of a mapping, each key once.
    pub fn entries<'n>(&mut self, node: &'n Node, what: &str) -> Option<Vec<(&'n Key, &'n Node)>> {
        let Yaml::Map(entries) = &node.yaml else {
            match node.yaml {
                Yaml::Null => self.problem(Problem::new(node.span.clone(), format!("{what} is empty"))),
                _ => self.wrong(node, what, "a mapping, such as { name: value }"),
            }
            return None;
        };
        let mut seen: Vec<(&Key, &Node)> = Vec::new();
        for (key, value) in entries {
            if let Some((first, _)) = seen.iter().find(|(earlier, _)| earlier.text == key.text) {
                let mut problem = Problem::new(key.span.clone(), format!("`{}` is there twice", key.text));
                problem.other = Some((first.span.clone(), "the first is here"));
                self.problem(problem);
            } else {
                seen.push((key, value));
            }
        }
        Some(seen)
    }

    /// The entries of a mapping that may have these keys and no others.
    pub fn fields<'n>(&mut self, node: &'n Node, what: &str, known: &[&str]) -> Option<Fields<'n>> {
        let entries = self.entries(node, what)?;
        for (key, _) in &entries {
            if !known.contains(&key.text.as_str()) {
                self.unknown_word(&key.span, &format!("key of {what}"), &key.text, known);
            }
        }
        Some(Fields { entries })
    }

    /// The attribute that a key names.
    pub fn attribute(&mut self, key: &Key, of: Kind) -> Option<&'static Attribute> {
        let found = attribute::find(of, &key.text);
        if found.is_none() {
            let names: Vec<&str> = attribute::of(of).map(|attribute| attribute.name).collect();
            let holder = matches!(of, Kind::User | Kind::Group | Kind::ServiceAccount);
            let mut problem = Problem::new(key.span.clone(), format!("{} has no `{}`", of.one(), key.text));
            let elsewhere = Kind::ALL.into_iter().filter(|kind| attribute::find(*kind, &key.text).is_some());
            let elsewhere: Vec<&str> = elsewhere.map(Kind::name).collect();
            problem = problem.help(match nearest(&key.text, names.iter().copied()) {
                _ if holder && matches!(key.text.as_str(), "permission" | "permissions") => {
                    "a permission comes with a role: write `holds: { permission: … }`".to_owned()
                }
                _ if holder && matches!(key.text.as_str(), "role" | "roles") => {
                    "roles are what it holds: write `holds: { role: … }`".to_owned()
                }
                Some(near) => format!("did you mean `{near}`?"),
                None if !elsewhere.is_empty() => {
                    format!(
                        "`{}` belongs to {}; {} has {}",
                        key.text,
                        elsewhere.join(" and "),
                        of.one(),
                        names.join(", ")
                    )
                }
                None => format!("{} has {}", of.one(), names.join(", ")),
            });
            self.problem(problem);
        }
        found
    }

    /// Notes a word that is none of those that may stand there.
    pub fn unknown_word(&mut self, span: &Range<usize>, what: &str, word: &str, known: &[&str]) {
        let problem = Problem::new(span.clone(), format!("`{word}` is no {what}"));
        self.problem(problem.help(match nearest(word, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("it is one of: {}", known.join(", ")),
        }));
    }
}
