//! Conditions with a name: `conditions:` defines them, `$name` stands for one wherever a condition may stand. And `vars:`,
//! a place for what aliases of YAML repeat.

use std::ops::Range;

use super::{Condition, Kind};
use crate::document::tree::{Node, Yaml};
use crate::document::{Code, Reader, Unnamed, nearest};

impl Reader<'_> {
    /// Looks at `vars:`. Its entries are not read here, but where an alias repeats them; so each has to be repeated, or its
    /// problems would not be noted.
    pub(super) fn vars(&mut self, root: &Node, node: Option<&Node>) {
        let Some(entries) = node.and_then(|node| self.entries(node, "`vars`")) else { return };
        let mut repeated = Vec::new();
        for (_, value) in root.entries().iter().filter(|(key, _)| key.text != "vars") {
            spans(value, &mut repeated);
        }
        for (key, value) in entries {
            let within = |span: &&Range<usize>| value.span.start <= span.start && span.end <= value.span.end;
            if !repeated.iter().any(within) {
                let problem = Code::UnusedName.at(key.span.clone(), format!("nothing repeats `{}`", key.text));
                let help = "write `name: &name …` here and `*name` where it should stand, or remove it";
                self.problem(problem.help(help));
            }
        }
    }

    /// Reads `conditions:`. What a condition says is read where it is used, since only there its kind of thing is
    /// known.
    pub(super) fn name_conditions(&mut self, node: Option<&Node>) {
        let Some(entries) = node.and_then(|node| self.entries(node, "`conditions`")) else { return };
        for (key, node) in entries {
            let what = format!("condition `{}`", key.text);
            if !matches!(node.yaml, Yaml::Map(_)) {
                self.wrong(node, &what, "a condition such as { predefined_role: false }");
            } else if self.params.names().any(|name| name == key.text) {
                let problem = Code::Duplicate.at(key.span.clone(), format!("`{}` is a parameter, too", key.text));
                self.problem(problem.help("a condition and a parameter need different names"));
            } else if self.not_empty(node, &what) {
                self.named.add(key, node);
            }
        }
    }

    /// The condition that the name stands for.
    pub(super) fn named_condition(&mut self, node: &Node, name: &str, of: Kind) -> Option<Condition> {
        let named = match self.named.open(name) {
            Ok(named) => named,
            Err(why) => {
                self.no_condition(node, name, &why);
                return None;
            }
        };
        let condition = self.condition(&named, of);
        self.named.close();
        condition
    }

    fn no_condition(&mut self, node: &Node, name: &str, why: &Unnamed) {
        let problem = |message: String| Code::UnknownName.at(node.span.clone(), message);
        let parameter = self.params.names().any(|known| known == name);
        self.problem(match why {
            Unnamed::Unknown if parameter => problem(format!("`${name}` is a parameter, not a condition"))
                .help("a parameter stands for a value: `email: $owners`; `conditions:` gives names to conditions"),
            Unnamed::Unknown => {
                problem(format!("no condition `{name}`")).help(match nearest(name, self.named.names()) {
                    Some(near) => format!("did you mean `${near}`?"),
                    None => "define it under `conditions:`".to_owned(),
                })
            }
            Unnamed::Within => problem(format!("condition `{name}` stands for itself")),
            Unnamed::TooOften => problem("conditions stand within conditions too often".to_owned()),
        });
    }

    /// Notes the conditions that no rule uses: they were never read, so their problems are unknown.
    pub(super) fn all_conditions_used(&mut self) {
        let unused: Vec<_> = self.named.unused().cloned().collect();
        for key in unused {
            let problem = Code::UnusedName.at(key.span, format!("no rule uses condition `{}`", key.text));
            self.problem(problem.help(format!("write `${}` where it should hold, or remove it", key.text)));
        }
    }
}

/// The places of a node and of all that it contains.
fn spans<'n>(node: &'n Node, into: &mut Vec<&'n Range<usize>>) {
    into.push(&node.span);
    node.items().iter().for_each(|item| spans(item, into));
    node.entries().iter().for_each(|(_, value)| spans(value, into));
}

/// The name after the dollar sign, if there is one.
pub(super) fn name(node: &Node) -> Option<&str> {
    let Yaml::Text(text) = &node.yaml else { return None };
    text.strip_prefix('$')
}
