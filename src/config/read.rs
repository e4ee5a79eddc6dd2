//! The configuration as written: each key is one flag, in the words of the command line.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::{Entry, Override};
use crate::document::tree::{Node, Yaml, parse};
use crate::document::{Code, Problem, Reader, SourceText};

/// The value of a key.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Takes {
    /// A text or a number.
    Word,
    /// True or false.
    Switch,
    /// Words, or one.
    Words,
    /// Paths, or one, relative to the folder of the file. The name of a built-in pack is not a path.
    Paths,
    /// A mapping from formats to paths.
    Reports,
    /// A mapping from parameters to values.
    Params,
}

/// Each key, its flag, and the values it takes.
pub(crate) const KEYS: [(&str, &str, Takes); 27] = [
    ("policies", "policy", Takes::Paths),
    ("only", "only", Takes::Words),
    ("skip", "skip", Takes::Words),
    ("tags", "tag", Takes::Words),
    ("params", "param", Takes::Params),
    ("param-files", "param-file", Takes::Paths),
    ("waivers", "waivers", Takes::Paths),
    ("max-waiver", "max-waiver", Takes::Word),
    ("expiring-within", "expiring-within", Takes::Word),
    ("baseline", "baseline", Takes::Paths),
    ("strict-baseline", "strict-baseline", Takes::Switch),
    ("fail-on", "fail-on", Takes::Word),
    ("strict", "strict", Takes::Switch),
    ("max-age", "max-age", Takes::Word),
    ("max-full-age", "max-full-age", Takes::Word),
    ("format", "format", Takes::Word),
    ("reports", "report", Takes::Reports),
    ("max-per-rule", "max-per-rule", Takes::Word),
    ("color", "color", Takes::Word),
    ("no-progress", "no-progress", Takes::Switch),
    ("no-journal", "no-journal", Takes::Switch),
    ("organization-name", "organization-name", Takes::Word),
    ("concurrency", "concurrency", Takes::Word),
    ("rate", "rate", Takes::Word),
    ("timeout", "timeout", Takes::Word),
    ("deadline", "deadline", Takes::Word),
    ("retry-delay", "retry-delay", Takes::Word),
];

/// What a file must not decide, and who does.
const REFUSED: [(&str, &str); 6] = [
    ("base-url", "a file must not choose where the key is sent: use --base-url or OPENAI_BASE_URL"),
    ("ca-file", "a file must not choose which CA to trust with the key: use --ca-file or ROLELINT_CA_FILE"),
    ("key", "a file must not contain the key: use OPENAI_ADMIN_KEY or --key-file"),
    ("admin-key", "a file must not contain the key: use OPENAI_ADMIN_KEY or --key-file"),
    ("key-file", "a file must not say where the key is: use --key-file or OPENAI_ADMIN_KEY"),
    ("exit-zero", "a file must not make a violation pass: use the flag --exit-zero, where everybody sees it"),
];

/// The only key that is not a flag: what is changed about single rules.
pub(crate) const OVERRIDES: &str = "rules";

/// What a file says: of each flag, and of single rules.
type Read = (BTreeMap<&'static str, Entry>, Vec<Override>);

/// What the file says, or all that is wrong with it.
pub(super) fn entries(source: &Arc<SourceText>, folder: &Path) -> Result<Read, Vec<Problem>> {
    let root = parse(&source.text).map_err(|problem| vec![problem])?;
    let mut reader = Reader::new(source);
    let (mut entries, mut overrides) = (BTreeMap::new(), Vec::new());
    for (key, node) in reader.entries(&root, "the configuration").unwrap_or_default() {
        if let Some((_, why)) = REFUSED.iter().find(|(refused, _)| *refused == key.text) {
            let problem =
                Code::Misplaced.at(key.span.clone(), format!("`{}` is not allowed in a configuration", key.text));
            reader.problem(problem.help(*why));
        } else if let Some((name, flag, kind)) = KEYS.iter().find(|(name, ..)| *name == key.text) {
            if let Some(values) = reader.setting(node, &format!("`{name}`"), *kind, folder) {
                entries.insert(*flag, Entry { values, span: node.span.clone() });
            }
        } else if key.text == OVERRIDES {
            overrides = reader.overrides(node);
        } else {
            let known: Vec<&str> = KEYS.iter().map(|(name, ..)| *name).chain([OVERRIDES]).collect();
            reader.unknown_key(&key.span, "the configuration", &key.text, &known);
        }
    }
    let mut problems = reader.problems;
    problems.sort_by_key(|problem| problem.span.start);
    if problems.is_empty() { Ok((entries, overrides)) } else { Err(problems) }
}

impl Reader<'_> {
    /// The values of a key, as they would stand on the command line.
    fn setting(&mut self, node: &Node, what: &str, kind: Takes, folder: &Path) -> Option<Vec<String>> {
        let from = |path: &str| {
            let path = if path.starts_with("builtin:") { path.into() } else { folder.join(path) };
            path.to_string_lossy().into_owned()
        };
        match kind {
            Takes::Word => self.word(node, what).map(|word| vec![word]),
            Takes::Switch => match node.yaml {
                Yaml::Flag(on) => Some(vec![on.to_string()]),
                Yaml::Null | Yaml::Number(_) | Yaml::Float | Yaml::Text(_) | Yaml::List(_) | Yaml::Map(_) => {
                    self.wrong(node, what, "true or false");
                    None
                }
            },
            Takes::Words => self.words(node, what),
            Takes::Paths => Some(self.words(node, what)?.iter().map(|path| from(path)).collect()),
            Takes::Reports => {
                self.pairs(node, what, |reader, path| Some(from(&reader.word(path, "the path of a report")?)))
            }
            Takes::Params => self.pairs(node, what, |reader, value| match &value.yaml {
                // `@FILE` takes the lines of a file; its path is relative to this one.
                Yaml::Text(text) if text.starts_with('@') && text.len() > 1 => Some(format!("@{}", from(&text[1..]))),
                Yaml::Null
                | Yaml::Flag(_)
                | Yaml::Number(_)
                | Yaml::Float
                | Yaml::Text(_)
                | Yaml::List(_)
                | Yaml::Map(_) => reader.flow(value).map(|value| value.to_string()),
            }),
        }
    }

    fn word(&mut self, node: &Node, what: &str) -> Option<String> {
        match &node.yaml {
            Yaml::Text(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
            Yaml::Number(number) => Some(number.to_string()),
            Yaml::Text(_) => {
                self.problem(Code::Empty.at(node.span.clone(), format!("{what} is empty")).help("omit it"));
                None
            }
            Yaml::Null | Yaml::Flag(_) | Yaml::Float | Yaml::List(_) | Yaml::Map(_) => {
                self.wrong(node, what, "a text or a whole number");
                None
            }
        }
    }

    fn words(&mut self, node: &Node, what: &str) -> Option<Vec<String>> {
        let Yaml::List(items) = &node.yaml else { return self.word(node, what).map(|word| vec![word]) };
        if items.is_empty() {
            self.problem(Code::Empty.at(node.span.clone(), format!("{what} is empty")).help("omit it"));
            return None;
        }
        items.iter().map(|item| self.word(item, what)).collect()
    }

    /// The entries of a mapping as NAME=VALUE.
    fn pairs(
        &mut self,
        node: &Node,
        what: &str,
        mut value: impl FnMut(&mut Self, &Node) -> Option<String>,
    ) -> Option<Vec<String>> {
        let entries = self.entries(node, what)?;
        entries.into_iter().map(|(key, node)| value(self, node).map(|value| format!("{}={value}", key.text))).collect()
    }

    /// A value on one line, which JSON is.
    fn flow(&mut self, node: &Node) -> Option<serde_json::Value> {
        match &node.yaml {
            Yaml::Flag(on) => Some((*on).into()),
            Yaml::Number(number) => Some((*number).into()),
            Yaml::Text(text) => Some(text.as_str().into()),
            Yaml::List(items) => items.iter().map(|item| self.flow(item)).collect(),
            Yaml::Map(_) => {
                let entries = self.entries(node, "a parameter")?;
                entries.into_iter().map(|(key, node)| Some((key.text.clone(), self.flow(node)?))).collect()
            }
            Yaml::Null | Yaml::Float => {
                let wanted = "a text, a whole number, true or false, or a list of those or a mapping to those";
                self.wrong(node, "a parameter", wanted);
                None
            }
        }
    }
}
