//! What a rule means by a word such as `owner`: a role of the organization, a role of projects, or the legacy role of a
//! user. If the rule does not say which, there is a note.

use std::collections::BTreeMap;

use super::by_role::some;
use super::facts::Facts;
use super::held::Whose;
use super::truths::Truths;
use crate::finding::Note;
use crate::org::{Among, Collection, Extent, Truth};
use crate::policy::{
    Assertion, Attribute, Condition, Kind, Part, Pattern, Predicate, Relation, Rule, TextColumn, TextPredicate,
    ViaPredicate, predefined,
};

/// The legacy words that sound like roles.
const LEGACY: [&str; 3] = ["owner", "reader", "member"];

/// What to say about the roles that a rule means.
#[derive(Default)]
pub struct Meant {
    pub notes: Vec<Note>,
    /// Predefined roles that are missing from the organization, so that it is unknown who holds them, in sentences.
    pub missing: Vec<String>,
}

/// What was said of a legacy role, by the kind of thing, the word, and whether it is known who holds the role: several
/// rules may ask for the same.
pub type Compared = BTreeMap<(Kind, &'static str, bool), Option<String>>;

/// Looks for words in a rule that mean roles.
pub fn meant(facts: &Facts<'_>, compared: &mut Compared, rule: &Rule) -> Meant {
    let mut search = Search { facts, compared, rule, meant: Meant::default() };
    let place = Place { scopes: rule.scopes(), said: says_scope(&rule.filter) };
    search.condition(&rule.filter, place);
    match &rule.assertion {
        Assertion::Forbid(condition) | Assertion::Require(condition) => search.condition(condition, place),
        Assertion::Count(..) | Assertion::Exactly(_) => {}
    }
    search.meant
}

/// The scope of the grants that a condition is about.
#[derive(Clone, Copy)]
struct Place {
    scopes: Extent,
    /// Whether the rule says so.
    said: bool,
}

struct Search<'s, 'o> {
    facts: &'s Facts<'o>,
    compared: &'s mut Compared,
    rule: &'s Rule,
    meant: Meant,
}

impl Search<'_, '_> {
    fn condition(&mut self, condition: &Condition, place: Place) {
        match &condition.predicate {
            Predicate::All(parts) => {
                let scopes = place.scopes.and(condition.scopes(Kind::Grant));
                let place = Place { scopes, said: place.said || says_scope(condition) };
                for part in parts {
                    self.condition(part, place);
                }
            }
            Predicate::Any(parts) => parts.iter().for_each(|part| self.condition(part, place)),
            Predicate::Not(part) => self.condition(part, place),
            Predicate::Related(_, Relation::Part(Part::Role), test) => self.role(&test.condition, place),
            Predicate::Related(attribute, relation @ (Relation::Holds | Relation::Holders), test) => {
                let scopes = test.scopes_from(attribute.of, *relation);
                let said = !scopes.organization || says_scope(&test.condition);
                self.condition(&test.condition, Place { scopes, said });
            }
            Predicate::Related(_, _, test) => self.condition(&test.condition, place),
            Predicate::Via(_, ViaPredicate::Group(group)) => self.condition(group, place),
            Predicate::Text(attribute, _, test) => self.legacy(attribute, test),
            Predicate::List(..)
            | Predicate::Flag(..)
            | Predicate::Time(..)
            | Predicate::Via(_, ViaPredicate::Kinds(_)) => {}
        }
    }

    /// The role of a grant.
    fn role(&mut self, condition: &Condition, place: Place) {
        match &condition.predicate {
            Predicate::All(parts) | Predicate::Any(parts) => parts.iter().for_each(|part| self.role(part, place)),
            Predicate::Not(part) => self.role(part, place),
            Predicate::Text(_, _, test) => {
                for pattern in test.any.iter().flatten() {
                    self.predefined(pattern, place);
                }
            }
            Predicate::List(..)
            | Predicate::Flag(..)
            | Predicate::Time(..)
            | Predicate::Related(..)
            | Predicate::Via(..) => {}
        }
    }

    fn predefined(&mut self, pattern: &Pattern, place: Place) {
        let Some((word, scopes)) = predefined::meant_by(pattern) else { return };
        if scopes.len() > 1 && !place.said {
            let text = format!(
                "`{word}` means two roles here, one in the organization and one in projects: write `scope: organization`, \
                 `scope: project`, or `scope: [organization, project]` for both"
            );
            self.note(text, pattern);
        }
        let in_scope =
            |scope: &str| if scope == "organization" { place.scopes.organization } else { place.scopes.project };
        let Some(scope) = scopes.iter().copied().find(|scope| in_scope(scope)) else { return };
        let id = predefined::id(scope, word);
        if self.lists_all(scope) && !self.facts.org.roles.iter().any(|role| role.id == id) {
            let every = if scope == "organization" { "organization" } else { "project" };
            let sentence = format!("no role has the id {id}, which every {every} has: it is unknown who holds it");
            if !self.meant.missing.contains(&sentence) {
                self.meant.missing.push(sentence);
            }
        }
    }

    /// Whether the roles of a scope were read, and there are any to read.
    fn lists_all(&self, scope: &str) -> bool {
        let organization = scope == "organization";
        let collection = if organization { Collection::Roles } else { Collection::ProjectRoles };
        let active = |word| self.facts.org.symbols.text(word).eq_ignore_ascii_case("active");
        let projects =
            || self.facts.org.projects.iter().any(|project| project.status.value().copied().is_some_and(active));
        let extent = Extent { organization, project: !organization, ..Extent::ALL };
        self.facts.org.coverage.of(collection).asked
            && (organization || projects())
            && self.facts.lists_all(Kind::Role, extent, &self.facts.asked_of(collection))
    }

    /// The legacy role of users and service accounts, which does not show all roles that they hold.
    fn legacy(&mut self, attribute: &Attribute, test: &TextPredicate) {
        if attribute.name != "role" || !matches!(attribute.of, Kind::User | Kind::ServiceAccount) {
            return;
        }
        let asked: Vec<&str> = LEGACY.into_iter().filter(|word| test.any.is_some() && test.holds(word)).collect();
        // A condition on any word is not about one of them.
        if let [word] = asked.as_slice() {
            let pattern = test.any.iter().flatten().find(|pattern| pattern.matches(word));
            if let (Some(text), Some(pattern)) = (self.compared(attribute.of, word), pattern) {
                self.note(text, pattern);
            }
        }
    }

    /// What there is to say of a legacy role, if anything.
    fn compared(&mut self, kind: Kind, word: &'static str) -> Option<String> {
        let known = self.facts.lists_all(Kind::Grant, extent_of_legacy(kind), Among::ALL);
        let said = self.compared.entry((kind, word, known));
        said.or_insert_with(|| compared(self.facts, kind, word, known)).clone()
    }

    fn note(&mut self, text: String, pattern: &Pattern) {
        let region = self.rule.info.location.source.region(&pattern.span);
        if !self.meant.notes.iter().any(|note| note.text == text) {
            self.meant.notes.push(Note { text, region, unmatched: false });
        }
    }
}

/// The grants of the role that a legacy role stands for.
fn extent_of_legacy(kind: Kind) -> Extent {
    let accounts = kind == Kind::ServiceAccount;
    Extent { organization: !accounts, project: accounts, users: !accounts, service_accounts: accounts }
}

/// How many have the legacy role and how many hold the role, if that is `known`; `None` if they are the same.
fn compared(facts: &Facts<'_>, kind: Kind, word: &str, known: bool) -> Option<String> {
    let org = facts.org;
    let accounts = kind == Kind::ServiceAccount;
    let (scope, things) = if accounts { ("project", "service account") } else { ("organization", "user") };
    let id = predefined::id(scope, word);
    let count = facts.access.count(kind);
    let words: Vec<bool> = org.symbols.iter().map(|known| known.eq_ignore_ascii_case(word)).collect();
    let has_word = Truths::each(count, |at| {
        let legacy = if accounts { org.service_accounts[at].role } else { org.users.at(at).role() };
        legacy.value().is_some_and(|legacy| words[legacy.at()]).into()
    });
    let role = Truths::each(org.roles.len(), |at| (org.roles[at].id == id).into());
    let holds = if known {
        let scopes = extent_of_legacy(kind);
        some(org, Whose { kind, scopes }, None, &role)
    } else {
        Truths::all(count, Truth::No)
    };
    if known && has_word == holds {
        return None;
    }
    let (with_word, holding) = (has_word.count_yes(), holds.count_yes());
    let number = |count, one: &str, many: &str| match count {
        1 => format!("1 {things} {one}"),
        count => format!("{count} {things}s {many}"),
    };
    let others = if known {
        format!("{} the role", number(holding, "holds", "hold"))
    } else {
        "it is unknown who holds the role by a grant or through a group".to_owned()
    };
    let bear = number(with_word, "has", "have");
    Some(format!(
        "`role` is the legacy role: {bear} `{word}`, {others}; `holds: {{ scope: {scope}, role: {word} }}` asks who \
         holds the role"
    ))
}

/// Whether a condition on a grant says where it has to hold.
fn says_scope(condition: &Condition) -> bool {
    match &condition.predicate {
        Predicate::All(parts) => parts.iter().any(says_scope),
        Predicate::Any(parts) => !parts.is_empty() && parts.iter().all(says_scope),
        Predicate::Text(_, TextColumn::Scope, _) | Predicate::Related(_, Relation::Part(Part::Project), _) => true,
        Predicate::Not(_)
        | Predicate::Text(..)
        | Predicate::List(..)
        | Predicate::Flag(..)
        | Predicate::Time(..)
        | Predicate::Related(..)
        | Predicate::Via(..) => false,
    }
}
