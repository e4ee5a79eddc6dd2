//! Parameters: the values of a policy that an organization sets for itself.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::error::Error;
use crate::document::tree::{self, Key, Node, Yaml};
use crate::document::{Code, Params, Problem, Reader};

/// Values for parameters from outside the policy file, by name.
#[derive(Clone, Debug, Default)]
pub struct Overrides(BTreeMap<String, Node>);

impl Overrides {
    /// Sets a parameter to a value in YAML.
    ///
    /// # Errors
    ///
    /// The value is not valid YAML.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), Error> {
        let wrong = |problem: Problem| Error::Param { name: name.to_owned(), message: problem.message };
        let node = tree::parse(value).map_err(wrong)?;
        self.0.insert(name.to_owned(), node);
        Ok(())
    }

    /// Sets every parameter of a YAML mapping.
    ///
    /// # Errors
    ///
    /// The text is not valid YAML mapping, or names a parameter twice.
    pub fn set_all(&mut self, file: &str, text: &str) -> Result<(), Error> {
        let wrong = |message: String| Error::ParamFile { file: file.to_owned(), message };
        let Yaml::Map(entries) = tree::parse_data(text).map_err(|problem| wrong(problem.message))?.yaml else {
            return Err(wrong("it is not a mapping".to_owned()));
        };
        let mut seen = BTreeSet::new();
        for (key, value) in entries {
            if !seen.insert(key.text.clone()) {
                return Err(wrong(format!("duplicate key `{}`", key.text)));
            }
            self.0.insert(key.text, value);
        }
        Ok(())
    }

    /// Sets a parameter to a list of texts.
    pub fn set_lines(&mut self, name: &str, lines: &[String]) {
        let item = |line: &String| Node { span: 0..0, yaml: Yaml::Text(line.clone()) };
        let list = Yaml::List(lines.iter().map(item).collect());
        self.0.insert(name.to_owned(), Node { span: 0..0, yaml: list });
    }

    /// Sets a parameter to what a file says.
    pub(crate) fn set_node(&mut self, name: &str, value: Node) {
        self.0.insert(name.to_owned(), value);
    }

    /// The names that are set.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

impl Reader<'_> {
    /// Reads `params:` and applies the overrides; returns the places of the defaults that they replace.
    pub(super) fn params(&mut self, node: Option<&Node>, overrides: &Overrides) -> (Params, Vec<Range<usize>>) {
        let Some(entries) = node.and_then(|node| self.entries(node, "`params`")) else {
            return Default::default();
        };
        let mut given_at = Vec::new();
        let mut params = BTreeMap::new();
        for (key, default) in entries {
            self.each_key_once(default, &key.text);
            if !is_parameter(default) {
                let message = format!("parameter `{}` is {}", key.text, default.yaml.description());
                self.problem(
                    Code::WrongType
                        .at(default.span.clone(), message)
                        .help("a parameter is one value, a list, or a mapping to these"),
                );
                continue;
            }
            let mut value = default.clone();
            if let Some(given) = overrides.0.get(&key.text) {
                self.each_key_once(&Node { span: default.span.clone(), yaml: given.yaml.clone() }, &key.text);
                if !is_parameter(given) {
                    let message = format!("parameter `{}` was set to {}", key.text, given.yaml.description());
                    let help = "a parameter is one value, a list of single values, or a mapping to these";
                    self.problem(Code::WrongType.at(default.span.clone(), message).help(help));
                } else if kind(given) == kind(default) {
                    value.yaml = placed(&given.yaml, default);
                    given_at.push(default.span.clone());
                } else {
                    let message = format!(
                        "parameter `{}` is {} by default, but was set to {}",
                        key.text,
                        default.yaml.description(),
                        given.yaml.description()
                    );
                    // One address in place of a list is not taken for a list: `a, b` without brackets would be one, too.
                    let help = match (&default.yaml, &given.yaml) {
                        (Yaml::List(_), Yaml::Text(text)) => format!("write a list, in brackets: [{text}]"),
                        _ => "a parameter keeps the type of its default".to_owned(),
                    };
                    self.problem(Code::WrongType.at(default.span.clone(), message).help(help));
                }
            }
            params.insert(key.text.clone(), value);
        }
        (Params(params), given_at)
    }

    /// Notes a key that a mapping has twice.
    fn each_key_once(&mut self, node: &Node, name: &str) {
        let Yaml::Map(entries) = &node.yaml else { return };
        let mut seen = BTreeSet::new();
        for (key, _) in entries.iter().filter(|(key, _)| !seen.insert(&key.text)) {
            let message = format!("parameter `{name}` has `{}` twice", key.text);
            self.problem(Code::Duplicate.at(node.span.clone(), message));
        }
    }
}

fn is_parameter(node: &Node) -> bool {
    match &node.yaml {
        Yaml::Null => false,
        Yaml::List(items) => items.iter().all(|item| !matches!(item.yaml, Yaml::List(_) | Yaml::Map(_))),
        Yaml::Map(entries) => entries.iter().all(|(_, node)| !matches!(node.yaml, Yaml::Map(_)) && is_parameter(node)),
        Yaml::Flag(_) | Yaml::Number(_) | Yaml::Float | Yaml::Text(_) => true,
    }
}

fn kind(node: &Node) -> std::mem::Discriminant<Yaml> {
    std::mem::discriminant(&node.yaml)
}

/// A value from outside has no place in the file, so it gets the place of the default.
fn placed(given: &Yaml, default: &Node) -> Yaml {
    match given {
        Yaml::List(items) => {
            let at_default = |item: &Node| Node { span: default.span.clone(), yaml: item.yaml.clone() };
            Yaml::List(items.iter().map(at_default).collect())
        }
        Yaml::Map(entries) => {
            let at_default = |(key, node): &(Key, Node)| {
                let key = Key { span: default.span.clone(), text: key.text.clone() };
                (key, Node { span: default.span.clone(), yaml: placed(&node.yaml, default) })
            };
            Yaml::Map(entries.iter().map(at_default).collect())
        }
        other @ (Yaml::Null | Yaml::Flag(_) | Yaml::Number(_) | Yaml::Float | Yaml::Text(_)) => other.clone(),
    }
}
