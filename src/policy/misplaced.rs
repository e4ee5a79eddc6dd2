//! Words of the language where a name or a permission belongs: `owner: service_account`, `permissions: takeover`. They do
//! not load; the error says what to write. The schema refuses the same words.

use super::{Attribute, Escalation, Kind, Pattern, Relation};
use crate::document::tree::{Node, Yaml};
use crate::document::{Code, Reader};

/// The words that do not load as a name after a relation to one thing, each with what to write.
pub fn not_names(attribute: &Attribute, relation: Relation) -> Vec<(&'static str, String)> {
    let name = attribute.name;
    let none = ("none", format!("if there must be none, write `{name}: {{ none: {{}} }}`"));
    match relation.target() {
        Kind::User | Kind::Group | Kind::ServiceAccount => {
            let words = if name == "owner" {
                ["service_account", "user"].map(|word| (word, format!("write `owner_type: {word}`"))).to_vec()
            } else if attribute.of == Kind::Grant {
                vec![("service_account", "write `principal: service_account`".to_owned())]
            } else {
                vec![("service_account", format!("if there must be one, write `{name}: {{ some: {{}} }}`"))]
            };
            words.into_iter().chain([none]).collect()
        }
        // A role may be called `none`.
        Kind::Role => Vec::new(),
        Kind::Project | Kind::Invite | Kind::AdminApiKey | Kind::ApiKey | Kind::Grant => vec![none],
    }
}

/// The words that do not load as a permission.
pub fn not_permissions() -> impl Iterator<Item = &'static str> {
    Escalation::ALL.into_iter().map(Escalation::name).chain(["none"])
}

impl Reader<'_> {
    /// Notes words of the language where the name of a related thing belongs.
    pub(super) fn misplaced_names(&mut self, attribute: &Attribute, relation: Relation, node: &Node) {
        let refused = not_names(attribute, relation);
        let single = std::slice::from_ref(node);
        let items = if let Yaml::List(items) = &node.yaml { items } else { single };
        for item in items {
            let word = self.params.resolved(item);
            let Some((word, help)) = refused.iter().find(|(refused, _)| word.as_deref() == Some(refused)) else {
                continue;
            };
            let name = attribute.name;
            let message =
                format!("`{word}` is a word of the language, and `{name}` takes a name, an id, or a condition");
            let problem = Code::InvalidValue.at(item.span.clone(), message);
            self.problem(problem.help(format!("{help}; for a name, write `{name}: {{ name: {word} }}`")));
        }
    }

    /// Notes words of the language where a permission belongs.
    pub(super) fn misplaced_permissions(&mut self, attribute: &Attribute, patterns: &[&Pattern]) {
        for pattern in patterns {
            let word = &pattern.text;
            if !not_permissions().any(|refused| word == refused) {
                continue;
            }
            let help = if Escalation::named(word).is_some() {
                format!("write `escalation: {word}`")
            } else {
                format!("for a role without permissions, write `{}: {{ count: 0 }}`", attribute.name)
            };
            let message = format!("`{word}` is a word of the language, not a permission");
            self.problem(Code::InvalidValue.at(pattern.span.clone(), message).help(help));
        }
    }
}
