//! What each permission allows, and what it lets its holder do beyond that: `permissions.yaml`, to which policies add
//! under `permissions:`. A permission that no entry matches may let its holder do anything.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::{Attribute, Case, Condition, Kind, ListPredicate, Pattern, Predicate, Type, find};
use crate::document::tree::{Key, Node, Yaml, parse};
use crate::document::{Lexicon, Reader, SourceText};

/// What a permission lets its holder do beyond what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Escalation {
    /// Act as an owner of the organization.
    Takeover,
    /// Give themselves, or a friend, any role that there is.
    SelfGrant,
    /// Make a key or an identity that outlives their own access.
    Credentials,
    /// Switch off what limits or records others.
    GuardRemoval,
}

words!(Escalation {
    Takeover => "takeover",
    SelfGrant => "self-grant",
    Credentials => "credentials",
    GuardRemoval => "guard-removal",
});

/// How sure it is that a permission exists and does this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sure {
    /// OpenAI's specification or manual has it.
    Documented,
    /// It was seen in answers of the API, or in programs that use it.
    Seen,
    /// It follows from the name of an area in the settings.
    Guessed,
}

words!(Sure {
    Documented => "documented",
    Seen => "seen",
    Guessed => "guessed",
});

/// A permission, or a pattern for several.
#[derive(Clone, Debug)]
pub struct Permission {
    /// The permission, or the pattern.
    pub name: String,
    /// What it allows, in words.
    pub allows: Option<String>,
    /// How sure that is.
    pub sure: Sure,
    /// What it lets its holder do beyond that.
    pub escalation: Vec<Escalation>,
}

/// The keys of an entry.
const PERMISSION: &[&str] = &["allows", "sure", "escalation"];

/// Those that come with rolelint: permissions in order, then patterns.
pub fn permissions() -> &'static [Permission] {
    static KNOWN: OnceLock<Vec<Permission>> = OnceLock::new();
    KNOWN.get_or_init(|| {
        let text = include_str!("permissions.yaml").to_owned();
        let source = Arc::new(SourceText::new("permissions.yaml".to_owned(), text));
        let root = parse(&source.text).expect("a test reads it");
        Reader::new(&source).permissions(Some(&root))
    })
}

/// The names of the permissions that are known to exist. A pattern that matches one of them is not taken for a mistake
/// where no role has it.
pub fn known_permissions() -> &'static [&'static str] {
    static NAMES: OnceLock<Vec<&str>> = OnceLock::new();
    NAMES.get_or_init(|| {
        let plain = |name: &&str| !name.contains(['*', '{']);
        permissions().iter().map(|permission| permission.name.as_str()).filter(plain).collect()
    })
}

/// What the words of [`Escalation`] stand for, with what policies add. An entry of the same name replaces the earlier one.
pub(super) fn lexicon(added: &[Permission]) -> Lexicon {
    let mut all: BTreeMap<&str, &Permission> = BTreeMap::new();
    all.extend(permissions().iter().chain(added).map(|permission| (permission.name.as_str(), permission)));
    let of = |word: Escalation| {
        let those = all.values().filter(|permission| permission.escalation.contains(&word));
        (word.name(), those.map(|permission| permission.name.clone()).collect())
    };
    Lexicon {
        words: Escalation::ALL.map(of).into_iter().collect(),
        known: all.values().map(|permission| permission.name.clone()).collect(),
    }
}

impl Reader<'_> {
    /// The entries of `permissions:`.
    pub(super) fn permissions(&mut self, node: Option<&Node>) -> Vec<Permission> {
        let Some(entries) = node.and_then(|node| self.entries(node, "`permissions`")) else { return Vec::new() };
        entries.into_iter().filter_map(|(key, node)| self.permission(key, node)).collect()
    }

    fn permission(&mut self, key: &Key, node: &Node) -> Option<Permission> {
        let name = Node { span: key.span.clone(), yaml: Yaml::Text(key.text.clone()) };
        let pattern = self.pattern("permissions", &name, Case::Exact)?;
        let attribute = find(Kind::Role, "permissions").expect("roles have permissions");
        self.plain_words(attribute, [&pattern].into_iter());
        let fields = self.fields(node, &format!("permission `{}`", key.text), PERMISSION)?;
        let allows = self.optional_text(fields.get("allows"), "`allows`");
        let sure = match fields.get("sure") {
            None => Sure::Documented,
            Some(node) => {
                let text = self.optional_text(Some(node), "`sure`")?;
                let sure = Sure::named(&text);
                if sure.is_none() {
                    self.unknown_word(&node.span, "degree of certainty", &text, &Sure::ALL.map(Sure::name));
                }
                sure?
            }
        };
        let escalation = match fields.get("escalation") {
            None => Vec::new(),
            // Here, an empty list does not match nothing by mistake: it says that there is none.
            Some(node) => {
                let items = self.list(node)?;
                items.iter().map(|item| self.escalation_word(item)).collect::<Option<_>>()?
            }
        };
        Some(Permission { name: key.text.clone(), allows, sure, escalation })
    }

    /// Which permissions a role has, by what they let its holder do.
    pub(super) fn escalation(&mut self, attribute: &Attribute, node: &Node, of: Kind) -> Option<Condition> {
        if let Yaml::Map(_) = node.yaml {
            self.wrong(node, "`escalation`", "a word, or a list of words");
            return None;
        }
        let name = if of == Kind::Role { "permissions" } else { "permission" };
        let permissions = find(of, name)?;
        let Type::List(_, column) = permissions.type_ else { return None };
        let (mut any, mut words) = (Vec::new(), Vec::new());
        for item in self.some(attribute.name, node)? {
            let word = self.escalation_word(&item)?;
            words.push(word);
            let texts = self.lexicon.words.get(word.name()).cloned().unwrap_or_default();
            any.extend(texts.iter().filter_map(|text| Pattern::glob(text, Case::Exact, item.span.clone()).ok()));
        }
        let known = self.lexicon.known.iter();
        let known = known.filter_map(|text| Pattern::glob(text, Case::Exact, node.span.clone()).ok()).collect();
        let test = ListPredicate { any: Some(any), known: Some(known), escalation: words, ..ListPredicate::default() };
        Some(Condition { span: node.span.clone(), predicate: Predicate::List(permissions, column, test) })
    }

    fn escalation_word(&mut self, node: &Node) -> Option<Escalation> {
        let Yaml::Text(text) = &node.yaml else {
            self.wrong(node, "`escalation`", "a word, or a list of words");
            return None;
        };
        let found = Escalation::named(text);
        if found.is_none() {
            self.unknown_word(&node.span, "kind of escalation", text, &Escalation::ALL.map(Escalation::name));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_loads_and_says_what_it_allows() {
        let source =
            Arc::new(SourceText::new("permissions.yaml".to_owned(), include_str!("permissions.yaml").to_owned()));
        let root = parse(&source.text).expect("YAML");
        let mut reader = Reader::new(&source);
        let all = reader.permissions(Some(&root));
        assert!(reader.problems.is_empty(), "{:?}", reader.problems);
        assert_eq!(all.len(), root.entries().len());
        assert!(all.iter().all(|permission| permission.allows.is_some()));
        let names = known_permissions();
        assert!(names.is_sorted() && names.len() > 30, "{names:?}");
    }

    #[test]
    fn each_kind_of_escalation_has_the_permissions_that_are_known_for_it() {
        let lexicon = lexicon(&[]);
        for (word, permission, expected) in [
            ("takeover", "api.management.write", true),
            ("takeover", "api.organization.admin_api_keys.write", true),
            ("takeover", "api.management.read", false),
            ("self-grant", "api.roles.write", true),
            ("self-grant", "api.groups.write", true),
            ("self-grant", "api.groups.read", false),
            ("credentials", "api.organization.projects.api_keys.write", true),
            ("credentials", "api.organization.projects.api_keys.self.write", false),
            ("guard-removal", "api.ip_allowlist.manage", true),
            ("guard-removal", "api.audit_logs.read", false),
        ] {
            let patterns = &lexicon.words[word];
            let matches = |text: &String| Pattern::glob(text, Case::Exact, 0..0).expect("a glob").matches(permission);
            assert_eq!(patterns.iter().any(matches), expected, "{word}: {permission}");
        }
    }
}
