//! Parameters: the values of a policy that an organization sets for itself.

use std::collections::BTreeMap;

use super::error::{Error, Problem};
use super::nearest::nearest;
use super::read::Reader;
use super::yaml::{self, Node, Yaml};

/// Values for parameters from outside the policy file, by name.
#[derive(Clone, Debug, Default)]
pub struct Overrides(BTreeMap<String, Node>);

impl Overrides {
    /// Sets a parameter to a value in YAML.
    ///
    /// # Errors
    ///
    /// The value is no YAML.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), Error> {
        let wrong = |problem: Problem| Error::Param { name: name.to_owned(), message: problem.message };
        let node = yaml::parse(value).map_err(wrong)?;
        self.0.insert(name.to_owned(), node);
        Ok(())
    }

    /// Sets every parameter of a YAML mapping; those that are set already keep their value.
    ///
    /// # Errors
    ///
    /// The text is no YAML mapping.
    pub fn set_all(&mut self, file: &str, text: &str) -> Result<(), Error> {
        let wrong = |message: String| Error::Param { name: format!("* in {file}"), message };
        match yaml::parse(text).map_err(|problem| wrong(problem.message))?.yaml {
            Yaml::Map(entries) => {
                for (key, value) in entries {
                    self.0.entry(key.text).or_insert(value);
                }
                Ok(())
            }
            other => Err(wrong(format!("a parameter file is a mapping, not {}", other.description()))),
        }
    }

    /// The names that are set.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

/// The parameters of one file, each with its value.
#[derive(Debug, Default)]
pub struct Params(BTreeMap<String, Node>);

impl Params {
    /// The names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

impl Reader<'_> {
    /// Reads `params:` and puts the overrides in.
    pub(super) fn params(&mut self, node: Option<&Node>, overrides: &Overrides) -> Params {
        let Some(entries) = node.and_then(|node| self.entries(node, "`params`")) else {
            return Params::default();
        };
        let mut params = BTreeMap::new();
        for (key, default) in entries {
            if !is_parameter(default) {
                let message = format!("parameter `{}` is {}", key.text, default.yaml.description());
                self.problem(Problem::new(default.span.clone(), message).help("a parameter is one value, or a list"));
                continue;
            }
            let mut value = default.clone();
            if let Some(given) = overrides.0.get(&key.text) {
                if kind(given) == kind(default) && is_parameter(given) {
                    value.yaml = placed(&given.yaml, default);
                } else {
                    let message = format!(
                        "parameter `{}` is {} by default, but was set to {}",
                        key.text,
                        default.yaml.description(),
                        given.yaml.description()
                    );
                    self.problem(
                        Problem::new(default.span.clone(), message).help("a parameter has the type of its default"),
                    );
                }
            }
            params.insert(key.text.clone(), value);
        }
        Params(params)
    }

    /// The node itself, or what the parameter that it names stands for.
    pub(super) fn resolve(&mut self, node: &Node) -> Option<Node> {
        let Yaml::Text(text) = &node.yaml else { return Some(node.clone()) };
        let Some(name) = text.strip_prefix('$') else { return Some(node.clone()) };
        if name.starts_with('$') {
            return Some(Node { span: node.span.clone(), yaml: Yaml::Text(name.to_owned()) });
        }
        let found = self.params.0.get(name).cloned();
        if found.is_none() {
            let mut problem = Problem::new(node.span.clone(), format!("no parameter `{name}`"));
            problem = problem.help(match nearest(name, self.params.names()) {
                Some(near) => format!("did you mean `${near}`?"),
                None => "name it under `params:` with a default, or write `$$` for a dollar sign".to_owned(),
            });
            self.problem(problem);
        }
        found
    }
}

fn is_parameter(node: &Node) -> bool {
    match &node.yaml {
        Yaml::Map(_) | Yaml::Null => false,
        Yaml::List(items) => items.iter().all(|item| !matches!(item.yaml, Yaml::List(_) | Yaml::Map(_))),
        Yaml::Flag(_) | Yaml::Number(_) | Yaml::Float | Yaml::Text(_) => true,
    }
}

fn kind(node: &Node) -> std::mem::Discriminant<Yaml> {
    std::mem::discriminant(&node.yaml)
}

/// A value from outside has no place in the file: it stands where the default does.
fn placed(given: &Yaml, default: &Node) -> Yaml {
    match given {
        Yaml::List(items) => {
            let at_default = |item: &Node| Node { span: default.span.clone(), yaml: item.yaml.clone() };
            Yaml::List(items.iter().map(at_default).collect())
        }
        other => other.clone(),
    }
}
