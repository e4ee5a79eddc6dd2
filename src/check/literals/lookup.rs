//! Looking up a word in an organization: each kind of word in its own way.

use std::borrow::Cow;

use super::{Borne, Search};
use crate::check::beyond::held_elsewhere;
use crate::check::permission::meets_any;
use crate::document::nearest;
use crate::finding::Unread;
use crate::org::{Collection, Known, Role, Truth};
use crate::policy::{Attribute, Kind, ListColumn, Naming, Pattern, TextColumn, known_permissions, same_text};

/// So many patterns are compared with each value of an organization. For more, the values are put into a table.
const COMPARED: usize = 8;

/// What a word matches.
pub(super) enum Found {
    /// Something, or it does not have to.
    Something,
    /// Nothing: the note that says so.
    Nothing(String),
    /// Nobody knows: that, and what is missing.
    Untold(String, Vec<String>),
}

impl Found {
    /// What a word matches that may mean one or the other.
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Something, _) | (_, Self::Something) => Self::Something,
            (untold @ Self::Untold(..), _) | (Self::Nothing(_), untold @ Self::Untold(..)) => untold,
            (nothing @ Self::Nothing(_), Self::Nothing(_)) => nothing,
        }
    }
}

impl Search<'_, '_, '_> {
    /// Whether a thing of that kind has a value that the pattern matches.
    pub(super) fn nobody(&self, attribute: &Attribute, column: TextColumn, pattern: &Pattern, first: bool) -> Found {
        // Words that rolelint defines are checked when the policy is loaded.
        if column.own_words().is_some() || (attribute.names.is_none() && !self.asserted) {
            return Found::Something;
        }
        let (facts, org) = (self.names.facts, self.names.facts.org);
        let words = attribute.names.map_or(&[][..], Naming::words);
        if words.iter().any(|word| pattern.matches(word)) {
            return Found::Something;
        }
        let value = |at| match column {
            TextColumn::Each(read) => read(org, at).map(Cow::Borrowed),
            TextColumn::Derived(read) => read(org, at).map(Cow::Owned),
            TextColumn::Symbol(read) => read(org, at).map(|word| Cow::Borrowed(org.symbols.text(word))),
            TextColumn::Principal | TextColumn::Scope => Known::Missing,
        };
        let (listed, things) = (self.names.lists_all(attribute.of), facts.access.count(attribute.of));
        // If there are none, no pattern could match, which says nothing about its spelling.
        if listed && things == 0 && pattern.literal().is_none() {
            return Found::Something;
        }
        let values = || (0..things).filter_map(|at| value(at).value().cloned());
        let mut borne = self.names.borne.borrow_mut();
        let borne = borne.entry((attribute.of, attribute.name)).or_insert_with(|| Borne {
            // A thing without a known name may have this one.
            certain: !(0..things).any(|at| value(at).is_missing()),
            compared: 0,
            texts: None,
        });
        borne.compared += 1;
        let here = match pattern.literal() {
            // All patterns for an attribute are of the same case.
            Some(literal) if borne.compared > COMPARED => {
                let texts = || values().map(|text| same_text(&text, pattern.case())).collect();
                borne.texts.get_or_insert_with(texts).contains(&same_text(literal, pattern.case()))
            }
            Some(_) | None => values().any(|text| pattern.matches(&text)),
        };
        if here && !(listed && borne.certain) {
            return Found::Something;
        }
        if here {
            let has = |at| value(at).value().is_some_and(|text| pattern.matches(text));
            let role = attribute.of == Kind::Role;
            let why = role.then(|| held_elsewhere(facts, self.scopes, has)).flatten();
            return why.map_or(Found::Something, |why| unmatched(pattern, &why, None));
        }
        let name = attribute.name;
        let this = if pattern.literal().is_some() { format!("this {name}") } else { format!("such {}", one(name)) };
        if !(listed && borne.certain) {
            return self.untold(pattern, attribute, &format!("has {this}"));
        }
        let kind = self.names.things(attribute.of);
        let all: Vec<Cow<'_, str>> = if first { values().collect() } else { Vec::new() };
        let candidates = all.iter().map(AsRef::as_ref).chain(words.iter().copied().filter(|_| first));
        unmatched(pattern, &format!("no {kind} has {this}"), nearest(&pattern.text, candidates))
    }

    /// Whether a list of that kind of thing has an element that the pattern matches, or one is known to.
    pub(super) fn no_element(&self, attribute: &Attribute, column: ListColumn, pattern: &Pattern) -> Found {
        let words = attribute.names.map_or(&[][..], Naming::words);
        let (facts, org) = (self.names.facts, self.names.facts.org);
        let known = |at| !column(org, at).is_missing();
        let has = |at| match column(org, at) {
            Known::Value(elements) => elements.iter().any(|word| pattern.matches(org.symbols.text(*word))),
            Known::Missing | Known::Null => false,
        };
        let mut things = 0..facts.access.count(attribute.of);
        let certain = self.names.lists_all(attribute.of) && things.clone().all(known);
        if words.iter().any(|word| pattern.matches(word)) || things.any(has) {
            return Found::Something;
        }
        let what = format!("has this among its {}", attribute.name);
        if !certain {
            return self.untold(pattern, attribute, &what);
        }
        let near = nearest(&pattern.text, words.iter().copied());
        unmatched(pattern, &format!("no {} {what}", self.names.things(attribute.of)), near)
    }

    /// Whether a role grants a permission that the pattern matches, or one is known.
    pub(super) fn no_permission(&self, attribute: &Attribute, pattern: &Pattern, first: bool) -> Found {
        let org = self.names.facts.org;
        // A list shows the role for a legacy role, if that list was requested.
        let listed_by = |role: &Role| match role.resource_type.value().map(|word| org.symbols.text(*word)) {
            Some("api.project") => Collection::ProjectRoles,
            _ => Collection::Roles,
        };
        let asked = |role: &&Role| org.coverage.of(listed_by(role)).asked;
        let known = self.names.lists_all(Kind::Role)
            && org.roles.iter().filter(asked).all(|role| role.permissions.value().is_some());
        let granted = || {
            let words = org.symbols.iter().enumerate();
            words.filter(|(at, _)| self.names.permissions.contains(at)).map(|(_, word)| word)
        };
        let met = |word: &str| meets_any(std::slice::from_ref(pattern), word) != Truth::No;
        if known_permissions().iter().any(|word| pattern.matches(word)) {
            return Found::Something;
        }
        let here = granted().any(met);
        let this = if pattern.literal().is_some() { "this permission" } else { "such a permission" };
        if !known {
            let what = format!("grants {this}");
            return if here { Found::Something } else { self.untold(pattern, attribute, &what) };
        }
        if here {
            let words = |at: usize| org.roles[at].permissions.value().into_iter().flatten();
            let has = |at| words(at).any(|word| met(org.symbols.text(*word)));
            let why = held_elsewhere(self.names.facts, self.scopes, has);
            return why.map_or(Found::Something, |why| unmatched(pattern, &why, None));
        }
        let near =
            first.then(|| nearest(&pattern.text, granted().chain(known_permissions().iter().copied()))).flatten();
        unmatched(pattern, &format!("no {} grants {this}", self.names.things(Kind::Role)), near)
    }

    /// What was not read of the things that may have an attribute.
    fn untold(&self, pattern: &Pattern, attribute: &Attribute, what: &str) -> Found {
        // A grant has the permissions of its role.
        let kind = if attribute.of == Kind::Grant { Kind::Role } else { attribute.of };
        let (noun, coverage) = (kind.name().replace('_', " "), &self.names.facts.org.coverage);
        let (asked, unasked): (Vec<Collection>, Vec<Collection>) =
            kind.reads().iter().copied().partition(|&collection| coverage.of(collection).asked);
        let incomplete = asked.into_iter().filter_map(|of| Some(Unread::Incomplete(of, coverage.detail(of)?)));
        let mut missing: Vec<String> = incomplete.map(|one| one.to_string()).collect();
        // A list that no rule needs may be missing only where all others are there.
        if missing.is_empty() {
            missing.extend(unasked.into_iter().map(|of| Unread::NotRequested(of).to_string()));
        }
        if missing.is_empty() {
            missing.push(format!("not every {noun} has a known `{}`", attribute.name));
        }
        Found::Untold(format!("`{}`: unknown whether any {noun} {what}", pattern.text), missing)
    }
}

/// An attribute with its article.
fn one(name: &str) -> String {
    let article = if name.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
    format!("{article} {name}")
}

fn unmatched(pattern: &Pattern, why: &str, near: Option<&str>) -> Found {
    let near = near.map_or(String::new(), |near| format!("; the closest match is `{near}`"));
    Found::Nothing(format!("`{}`: {why}{near}", pattern.text))
}
