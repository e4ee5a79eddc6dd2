//! Parameters: the values of a policy that an organization sets for itself.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use super::error::Error;
use crate::document::tree::{self, Node, Yaml};
use crate::document::{Code, Params, Problem, Reader, Replaced, SourceText, Sourced};
use crate::escape::visible;

/// Values for parameters from outside the policy file, by name.
#[derive(Clone, Debug, Default)]
pub struct Overrides(BTreeMap<String, Sourced>);

impl Overrides {
    /// Sets a parameter to a value in YAML. `from` says where the value was set: `--param max_owners`.
    ///
    /// # Errors
    ///
    /// The value is not valid YAML.
    pub fn set(&mut self, name: &str, value: &str, from: &str) -> Result<(), Error> {
        let wrong = |problem: Problem| Error::Param { name: name.to_owned(), message: problem.message };
        let node = tree::parse(value).map_err(wrong)?;
        let source = Arc::new(SourceText::new(visible(from).into_owned(), value.to_owned()));
        self.0.insert(name.to_owned(), Sourced { source, is_file: false, node });
        Ok(())
    }

    /// Sets every parameter of a YAML mapping.
    ///
    /// # Errors
    ///
    /// The text is not valid YAML mapping, or names a parameter twice.
    pub fn set_all(&mut self, file: &str, text: &str) -> Result<(), Error> {
        let source = Arc::new(SourceText::new(visible(file).into_owned(), text.to_owned()));
        let wrong = |message: String| Error::ParamFile { file: file.to_owned(), message };
        let at = |span: &Range<usize>, message: &str| {
            let region = source.region(span);
            wrong(format!("line {}, column {}: {message}", region.line, region.column))
        };
        let root = tree::parse_data(text).map_err(|problem| at(&problem.span, &problem.message))?;
        let Yaml::Map(entries) = root.yaml else { return Err(wrong("it is not a mapping".to_owned())) };
        let mut seen = BTreeSet::new();
        for (key, node) in entries {
            if !seen.insert(key.text.clone()) {
                return Err(at(&key.span, &format!("duplicate key `{}`", key.text)));
            }
            self.set_node(&key.text, &source, node);
        }
        Ok(())
    }

    /// Sets a parameter to the lines of a text. Blank ones, and those that begin with `#`, say nothing.
    pub fn set_lines(&mut self, name: &str, file: &str, text: &str) {
        let mut at = text.len() - text.trim_start_matches('\u{feff}').len();
        let mut items = Vec::new();
        for line in text[at..].split_inclusive('\n') {
            let start = at + line.len() - line.trim_start().len();
            let said = line.trim();
            if !said.is_empty() && !said.starts_with('#') {
                items.push(Node { span: start..start + said.len(), yaml: Yaml::Text(said.to_owned()) });
            }
            at += line.len();
        }
        let source = Arc::new(SourceText::new(visible(file).into_owned(), text.to_owned()));
        self.set_node(name, &source, Node { span: 0..0, yaml: Yaml::List(items) });
    }

    /// Sets a parameter to what a file says.
    pub(crate) fn set_node(&mut self, name: &str, file: &Arc<SourceText>, node: Node) {
        self.0.insert(name.to_owned(), Sourced { source: Arc::clone(file), is_file: true, node });
    }

    /// The names that are set.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The text of a policy with the values that replace its defaults.
    pub(super) fn within(&self, source: &Arc<SourceText>, root: &Node) -> Arc<SourceText> {
        let params = root.below("params").into_iter().flat_map(Node::entries);
        let replaced: Vec<_> = params.filter_map(|(key, node)| Some((key, node, self.0.get(&key.text)?))).collect();
        if replaced.is_empty() {
            return Arc::clone(source);
        }
        let mut uses: BTreeMap<&str, Vec<Range<usize>>> = BTreeMap::new();
        for (_, node) in root.entries().iter().filter(|(key, _)| key.text != "params") {
            named_parameters(node, &mut uses);
        }
        let given = replaced.into_iter().map(|(key, default, by)| {
            let uses = uses.get(key.text.as_str()).cloned().unwrap_or_default();
            Replaced { parameter: key.text.clone(), default: default.span.clone(), uses, by: by.clone() }
        });
        Arc::new(source.with(given))
    }
}

/// Adds the parameters that are named anywhere in a node, with the places: `$owners`, or `$owners[$this.name]`, where one is
/// looked up.
pub(crate) fn named_parameters<'n>(node: &'n Node, uses: &mut BTreeMap<&'n str, Vec<Range<usize>>>) {
    match &node.yaml {
        Yaml::Text(text) => {
            if let Some(name) = text.strip_prefix('$') {
                let name = name.split('[').next().unwrap_or(name);
                uses.entry(name).or_default().push(node.span.clone());
            }
        }
        Yaml::List(items) => items.iter().for_each(|item| named_parameters(item, uses)),
        Yaml::Map(entries) => entries.iter().for_each(|(_, value)| named_parameters(value, uses)),
        Yaml::Null | Yaml::Flag(_) | Yaml::Number(_) | Yaml::Float => {}
    }
}

impl Reader<'_> {
    /// Reads `params:`, with the values from outside in place of the defaults.
    pub(super) fn params(&mut self, node: Option<&Node>) -> Params {
        let Some(entries) = node.and_then(|node| self.entries(node, "`params`")) else { return Params::default() };
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
            if let Some(given) = self.source.given(&key.text) {
                self.each_key_once(&given, &key.text);
                if !is_parameter(&given) {
                    let message = format!("parameter `{}` was set to {}", key.text, given.yaml.description());
                    let help = "a parameter is one value, a list of single values, or a mapping to these";
                    self.problem(Code::WrongType.at(given.span, message).help(help));
                } else if kind(&given) == kind(default) {
                    value = given;
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
                    self.problem(Code::WrongType.at(given.span, message).help(help));
                }
            }
            params.insert(key.text.clone(), value);
        }
        Params(params)
    }

    /// Notes a key that a mapping has twice.
    fn each_key_once(&mut self, node: &Node, name: &str) {
        let mut seen = BTreeSet::new();
        for (key, _) in node.entries().iter().filter(|(key, _)| !seen.insert(&key.text)) {
            let message = format!("parameter `{name}` has `{}` twice", key.text);
            self.problem(Code::Duplicate.at(key.span.clone(), message));
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
