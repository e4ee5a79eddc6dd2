//! What all readers of YAML files share: problems are noted and reading goes on; mappings, lists, numbers and words are
//! read in one way.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::SourceText;
use super::named::Named;
use super::nearest::nearest;
use super::problem::{Code, Problem};
use super::tree::{Key, Node, Yaml};

/// Reads one file, noting what is wrong with it.
pub(crate) struct Reader<'a> {
    pub source: &'a Arc<SourceText>,
    pub params: Params,
    pub named: Named,
    pub lexicon: Arc<Lexicon>,
    /// What helps with a word that is not one of those known, where the format has something to say.
    pub advice: fn(word: &str, known: &[&str]) -> Option<String>,
    pub place: Place,
    pub problems: Vec<Problem>,
}

/// Where a condition stands that is read.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Place {
    /// The kind of thing that the rule selects.
    pub subject: Option<&'static str>,
    /// How many relations lead there.
    pub depth: usize,
}

/// The parameters of one file, each with its value.
#[derive(Debug, Default)]
pub struct Params(pub(crate) BTreeMap<String, Node>);

impl Params {
    /// Each with its value.
    pub fn values(&self) -> BTreeMap<String, serde_json::Value> {
        self.0.iter().map(|(name, node)| (name.clone(), node.yaml.value())).collect()
    }

    /// The text that is written, or that the parameter that it names stands for.
    pub fn resolved(&self, node: &Node) -> Option<String> {
        let Yaml::Text(text) = &node.yaml else { return None };
        let Some(named) = text.strip_prefix('$').and_then(|name| self.0.get(name)) else { return Some(text.clone()) };
        if let Yaml::Text(text) = &named.yaml { Some(text.clone()) } else { None }
    }

    /// The names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

/// What words of a file stand for, if each stands for several patterns.
#[derive(Debug, Default)]
pub(crate) struct Lexicon {
    /// Each word with its patterns.
    pub words: BTreeMap<&'static str, Vec<String>>,
    /// The patterns for everything that is known, whether a word stands for it or not.
    pub known: Vec<String>,
}

/// A problem was noted, and this value cannot be used.
pub(crate) struct Noted;

/// Reads what may be there, and says whether what is there could not be read.
pub(crate) fn optional<T>(node: Option<&Node>, read: impl FnOnce(&Node) -> Option<T>) -> Result<Option<T>, Noted> {
    node.map(|node| read(node).ok_or(Noted)).transpose()
}

/// The entries of a mapping whose keys are all known.
pub(crate) struct Fields<'n> {
    pub entries: Vec<(&'n Key, &'n Node)>,
}

impl<'n> Fields<'n> {
    pub fn get(&self, name: &str) -> Option<&'n Node> {
        self.entries.iter().find(|(key, _)| key.text == name).map(|(_, value)| *value)
    }
}

impl<'a> Reader<'a> {
    /// A reader of a file in which nothing has a name yet.
    pub fn new(source: &'a Arc<SourceText>) -> Self {
        Self {
            source,
            params: Params::default(),
            named: Named::default(),
            lexicon: Arc::default(),
            advice: |_, _| None,
            place: Place::default(),
            problems: Vec::new(),
        }
    }

    pub fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// Notes that a node is not what it should be.
    pub fn wrong(&mut self, node: &Node, what: &str, wanted: &str) {
        let message = format!("{what} takes {wanted}, not {}", node.yaml.description());
        self.problem(Code::WrongType.at(node.span.clone(), message));
    }

    /// The whole text that is read.
    pub fn text(&self) -> &str {
        &self.source.text
    }

    pub fn number(&mut self, node: &Node, what: &str) -> Option<u64> {
        let node = &self.resolve(node)?;
        match node.yaml {
            Yaml::Number(number) if number >= 0 => Some(number.unsigned_abs()),
            Yaml::Number(_) => {
                self.problem(Code::InvalidValue.at(node.span.clone(), format!("{what} is never negative")));
                None
            }
            Yaml::Null | Yaml::Flag(_) | Yaml::Float | Yaml::Text(_) | Yaml::List(_) | Yaml::Map(_) => {
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
            // The value of a parameter is not resolved again.
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

    /// The same, with at least one element: an empty list would match nothing.
    pub fn some(&mut self, what: &str, node: &Node) -> Option<Vec<Node>> {
        let list = self.list(node)?;
        if list.is_empty() {
            let message = format!("the list for `{what}` is empty, so it would match nothing");
            self.problem(Code::Empty.at(node.span.clone(), message).help("add an element, or omit the rule"));
            return None;
        }
        Some(list)
    }

    /// The entries of a mapping, each key once.
    pub fn entries<'n>(&mut self, node: &'n Node, what: &str) -> Option<Vec<(&'n Key, &'n Node)>> {
        let Yaml::Map(entries) = &node.yaml else {
            match node.yaml {
                Yaml::Null => self.problem(Code::Empty.at(node.span.clone(), format!("{what} is empty"))),
                Yaml::Flag(_) | Yaml::Number(_) | Yaml::Float | Yaml::Text(_) | Yaml::List(_) | Yaml::Map(_) => {
                    self.wrong(node, what, "a mapping, such as { name: value }");
                }
            }
            return None;
        };
        let mut seen: Vec<(&Key, &Node)> = Vec::new();
        for (key, value) in entries {
            if let Some((first, _)) = seen.iter().find(|(earlier, _)| earlier.text == key.text) {
                let mut problem = Code::Duplicate.at(key.span.clone(), format!("duplicate key `{}`", key.text));
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
                self.unknown_key(&key.span, what, &key.text, known);
            }
        }
        Some(Fields { entries })
    }

    /// The node itself, or what the parameter that it names stands for.
    pub fn resolve(&mut self, node: &Node) -> Option<Node> {
        let Yaml::Text(text) = &node.yaml else { return Some(node.clone()) };
        let Some(name) = text.strip_prefix('$') else { return Some(node.clone()) };
        if name.starts_with('$') {
            return Some(Node { span: node.span.clone(), yaml: Yaml::Text(name.to_owned()) });
        }
        let found = self.params.0.get(name).cloned();
        if found.is_none() {
            let mut problem = Code::UnknownName.at(node.span.clone(), format!("no parameter `{name}`"));
            problem = problem.help(match nearest(name, self.params.names()) {
                Some(near) => format!("did you mean `${near}`?"),
                None if name.starts_with("this.") || name.contains("[$this.") => {
                    "`$this` stands only as a value of a text, in a list, and in `before` and `after` of a time; for \
                     another one than the selected thing, write `not: { id: $this.id }`"
                        .to_owned()
                }
                None => "add it under `params:` with a default, or write `$$` for a dollar sign".to_owned(),
            });
            self.problem(problem);
        }
        found
    }

    /// Notes a word that is not one of those allowed there.
    pub fn unknown_word(&mut self, span: &Range<usize>, what: &str, word: &str, known: &[&str]) {
        self.not_among(Code::UnknownName, span, what, word, known);
    }

    /// Notes a key that is not one of those that the mapping has.
    pub fn unknown_key(&mut self, span: &Range<usize>, of: &str, key: &str, known: &[&str]) {
        self.not_among(Code::UnknownKey, span, &format!("key of {of}"), key, known);
    }

    fn not_among(&mut self, code: Code, span: &Range<usize>, what: &str, word: &str, known: &[&str]) {
        let a = if what.starts_with(['A', 'a', 'e', 'i', 'o']) { "an" } else { "a" };
        let problem = code.at(span.clone(), format!("`{word}` is not {a} {what}"));
        let near = || nearest(word, known.iter().copied()).map(|near| format!("did you mean `{near}`?"));
        let help = (self.advice)(word, known).or_else(near);
        self.problem(problem.help(help.unwrap_or_else(|| format!("it is one of: {}", known.join(", ")))));
    }
}
