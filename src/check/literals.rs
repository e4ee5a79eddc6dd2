//! Words in a rule that match nothing. "Mallory must not hold Y" proves nothing if Mallory or Y is misspelled. It
//! is long because each kind of word is looked up in its own way.

use std::borrow::Cow;
use std::cell::RefCell;
use std::ops::Range;

use foldhash::{HashMap, HashSet};

use super::beyond::{held_elsewhere, says_nothing};
use super::facts::Facts;
use super::permission::meets_any;
use crate::document::nearest;
use crate::finding::Note;
use crate::org::{Among, Collection, Extent, Known, Role, Truth};
use crate::policy::{
    Assertion, Attribute, Case, Condition, Kind, ListColumn, Means, Naming, Part, Pattern, Patterns, Policy, Predicate,
    Relation, Rule, TextColumn, TextPredicate, This, ViaPredicate, known_permissions, predefined, same_text,
};

/// So many patterns are compared with each value of an organization. For more, the values are put into a table.
const COMPARED: usize = 8;

/// How many words of a rule get a "did you mean": finding the nearest name is slow.
const NEAREST: usize = 5;

/// The names that an organization has.
pub struct Names<'f, 'o> {
    facts: &'f Facts<'o>,
    /// The permissions that some role grants.
    permissions: HashSet<usize>,
    /// The values of an attribute, gathered when first asked for.
    borne: RefCell<HashMap<(Kind, &'static str), Borne>>,
}

/// The values that things have.
struct Borne {
    /// Whether the value of every thing is known.
    certain: bool,
    /// How many patterns were compared with each value.
    compared: usize,
    /// The values as plain texts compare, once there were too many for that.
    texts: Option<HashSet<String>>,
}

impl<'f, 'o> Names<'f, 'o> {
    pub fn new(facts: &'f Facts<'o>) -> Self {
        let granted = facts.org.roles.iter().filter_map(|role| role.permissions.value()).flatten();
        Self { facts, permissions: granted.map(|word| word.at()).collect(), borne: RefCell::default() }
    }

    /// A note for each word that matches nothing of any kind that a rule selects.
    pub fn unmatched_by_all(&self, policy: &Policy, kinds: &[Rule]) -> Vec<Note> {
        let mut each = kinds.iter().map(|rule| self.unmatched(policy, rule));
        let mut notes = each.next().unwrap_or_default();
        for others in each {
            notes.retain(|note| others.iter().any(|other| other.region == note.region));
        }
        notes
    }

    /// A note for each word of a rule that matches nothing in the organization. There is no note where data is missing,
    /// because something in it may match.
    pub fn unmatched(&self, policy: &Policy, rule: &Rule) -> Vec<Note> {
        if rule.allow_unmatched {
            return Vec::new();
        }
        let mut search = Search {
            names: self,
            policy,
            rule,
            asserted: false,
            expected: false,
            scopes: rule.scopes(),
            notes: Vec::new(),
            said: HashSet::default(),
        };
        match &rule.assertion {
            Assertion::Forbid(condition) | Assertion::Require(condition) => {
                // A rule that selects nothing is vacuous, unless it allows that.
                search.expected = rule.allow_empty;
                search.condition(&rule.filter);
                (search.asserted, search.expected) = (true, false);
                if matches!(rule.select, Kind::Role | Kind::Grant) {
                    search.scopes = search.scopes.and(condition.scopes(rule.select));
                }
                search.condition(condition);
            }
            // `count` and `exactly` are about what `where` selects. A value that `exactly` lists and nobody has is a
            // finding anyway.
            Assertion::Count(..) | Assertion::Exactly(_) => {
                search.asserted = true;
                search.condition(&rule.filter);
            }
        }
        search.notes
    }

    /// Whether the names of all things of a kind are known. What was not requested, because no rule is about it, does
    /// not count.
    fn lists_all(&self, kind: Kind) -> bool {
        let asked = |collection| self.facts.org.coverage.of(collection).asked;
        let (organization, project) = (asked(Collection::Roles), asked(Collection::ProjectRoles));
        let some = kind != Kind::Role || organization || project;
        let extent = Extent { organization, project, ..Extent::ALL };
        some && self.facts.lists_all(kind, extent, &self.asked(kind))
    }

    /// The projects that were asked for things of a kind.
    fn asked(&self, kind: Kind) -> Among {
        match kind {
            Kind::Role => self.facts.asked_of(Collection::ProjectRoles),
            Kind::ServiceAccount => self.facts.asked_of(Collection::ServiceAccounts),
            Kind::ApiKey => self.facts.asked_of(Collection::ApiKeys),
            Kind::User | Kind::Group | Kind::Project | Kind::Invite | Kind::AdminApiKey | Kind::Grant => {
                Among::default()
            }
        }
    }

    /// What has no such name: `role`, or `role that was read` if there may be others.
    fn things(&self, kind: Kind) -> String {
        let some = if self.asked(kind) == Among::default() { "" } else { " that was read" };
        format!("{}{some}", kind.name().replace('_', " "))
    }
}

/// The search in one rule.
struct Search<'s, 'f, 'o> {
    names: &'s Names<'f, 'o>,
    policy: &'s Policy,
    rule: &'s Rule,
    /// Whether the rule asserts what is searched, so that every pattern counts. In a `where`, only names do.
    asserted: bool,
    /// Whether it is expected that nothing has the name.
    expected: bool,
    /// Where the roles are held that are searched for.
    scopes: Extent,
    notes: Vec<Note>,
    /// What the notes say: each thing once.
    said: HashSet<String>,
}

impl Search<'_, '_, '_> {
    fn condition(&mut self, condition: &Condition) {
        match &condition.predicate {
            // The word is a name or an id, so one match is enough.
            Predicate::Any(parts) if is_name_or_id(parts) => self.name_or_id(parts),
            Predicate::All(parts) | Predicate::Any(parts) => parts.iter().for_each(|part| self.condition(part)),
            Predicate::Not(part) => self.condition(part),
            Predicate::Related(attribute, relation, related) => {
                // Of a grant, its role is held where the grant is.
                let scopes = if *relation == Relation::Part(Part::Role) {
                    self.scopes
                } else if relation.target() == Kind::Grant {
                    related.scopes_from(attribute.of, *relation)
                } else {
                    Extent::ALL
                };
                self.within(scopes, &related.condition);
            }
            Predicate::Via(_, ViaPredicate::Group(group)) => self.within(Extent::ALL, group),
            Predicate::Text(attribute, column, test) => {
                let around = test.this.iter().filter_map(around).collect::<Vec<_>>();
                for pattern in patterns(test).into_iter().chain(&around) {
                    self.note(pattern, |search, first| search.nobody(attribute, *column, pattern, first));
                }
                for values in test.this.iter().flat_map(|this| self.looked_up(this)).collect::<Vec<_>>() {
                    for value in values {
                        self.note(value, |search, first| search.nobody(attribute, *column, value, first));
                    }
                }
            }
            // What the vocabulary knows need not be granted.
            Predicate::List(_, _, test) if test.known.is_some() => {}
            Predicate::List(attribute, column, test) => {
                let looked_up = test.this.iter().flat_map(|(_, this)| self.looked_up(this)).flatten();
                let looked_up: Vec<&Pattern> = looked_up.collect();
                let around = test.this.iter().filter_map(|(_, this)| around(this)).collect::<Vec<_>>();
                let patterns = [test.any.as_ref(), test.only.as_ref()].into_iter().flatten().flatten();
                let patterns = patterns.chain(&test.all).chain(&test.none).chain(&test.except);
                for pattern in patterns.chain(looked_up).chain(&around) {
                    self.note(pattern, |search, first| match attribute.names {
                        Some(Naming::Permission) => search.no_permission(pattern, first),
                        Some(Naming::Itself | Naming::OneOf(_)) | None => {
                            search.no_element(attribute, *column, pattern)
                        }
                    });
                }
            }
            Predicate::Time(attribute, column, test) if self.asserted && !self.policy.builtin => {
                let facts = self.names.facts;
                if let Some(why) = says_nothing(*column, test, facts.as_of, facts.org.source.collected_at) {
                    self.add(format!("`{}`: {why}", attribute.name), &condition.span);
                }
            }
            Predicate::Flag(..) | Predicate::Time(..) | Predicate::Via(_, ViaPredicate::Kinds(_)) => {}
        }
    }

    /// A condition on things that are related to others, or on the roles that are held in these scopes.
    fn within(&mut self, scopes: Extent, condition: &Condition) {
        let before = std::mem::replace(&mut self.scopes, scopes);
        self.condition(condition);
        self.scopes = before;
    }

    /// What a parameter has for the values of the selected thing. Nothing may be called like one of its keys.
    fn looked_up<'p>(&mut self, this: &'p This) -> Vec<&'p Patterns> {
        let Means::Listed(listed) = &this.means else { return Vec::new() };
        for (key, _) in listed.iter() {
            self.note(key, |search, first| search.nobody(this.attribute, this.column(), key, first));
        }
        listed.iter().map(|(_, values)| values).collect()
    }

    fn name_or_id(&mut self, parts: &[Condition]) {
        let each: Vec<_> = parts
            .iter()
            .filter_map(|part| match &part.predicate {
                Predicate::Text(attribute, column, test) => Some((*attribute, *column, patterns(test))),
                Predicate::All(_)
                | Predicate::Any(_)
                | Predicate::Not(_)
                | Predicate::List(..)
                | Predicate::Flag(..)
                | Predicate::Time(..)
                | Predicate::Related(..)
                | Predicate::Via(..) => None,
            })
            .collect();
        let Some((.., patterns)) = each.first() else { return };
        for (at, pattern) in patterns.iter().enumerate() {
            self.note(pattern, |search, first| {
                let unmatched: Option<Vec<String>> =
                    each.iter().map(|(of, column, each)| search.nobody(of, *column, each[at], first)).collect();
                unmatched?.into_iter().next()
            });
        }
    }

    /// Adds a note, if the pattern is one that counts and `find` says that nothing matches it.
    fn note(&mut self, pattern: &Pattern, find: impl FnOnce(&Self, bool) -> Option<String>) {
        let given = self.policy.file.source.is_given(&pattern.span);
        // A missing predefined role is reported elsewhere: it makes the rule unknown.
        if predefined::meant_by(pattern).is_some() {
            return;
        }
        let counts = given || (!self.policy.builtin && (self.asserted || pattern.literal().is_some()));
        // An empty text asks whether there is one.
        if !counts || pattern.text.is_empty() {
            return;
        }
        let Some(text) = find(self, self.notes.len() < NEAREST) else { return };
        self.add(text, &pattern.span);
    }

    fn add(&mut self, text: String, span: &Range<usize>) {
        if self.said.insert(text.clone()) {
            let region = self.rule.info.location.source.region(span);
            self.notes.push(Note { text, region, unmatched: !self.expected });
        }
    }

    /// The note, if no thing of that kind has a value that the pattern matches.
    fn nobody(&self, attribute: &Attribute, column: TextColumn, pattern: &Pattern, first: bool) -> Option<String> {
        // Words that rolelint defines are checked when the policy is loaded.
        if column.own_words().is_some() || (attribute.names.is_none() && !self.asserted) {
            return None;
        }
        let (facts, org) = (self.names.facts, self.names.facts.org);
        let words = attribute.names.map_or(&[][..], Naming::words);
        if words.iter().any(|word| pattern.matches(word)) || !self.names.lists_all(attribute.of) {
            return None;
        }
        let value = |at| match column {
            TextColumn::Each(read) => read(org, at).map(Cow::Borrowed),
            TextColumn::Derived(read) => read(org, at).map(Cow::Owned),
            TextColumn::Symbol(read) => read(org, at).map(|word| Cow::Borrowed(org.symbols.text(word))),
            TextColumn::Principal | TextColumn::Scope => Known::Missing,
        };
        let things = facts.access.count(attribute.of);
        // If there are none, no pattern could match, which says nothing about its spelling.
        if things == 0 && pattern.literal().is_none() {
            return None;
        }
        let values = || (0..things).filter_map(|at| value(at).value().cloned());
        let mut borne = self.names.borne.borrow_mut();
        let borne = borne.entry((attribute.of, attribute.name)).or_insert_with(|| Borne {
            // A thing without a known name may have this one.
            certain: !(0..things).any(|at| value(at).is_missing()),
            compared: 0,
            texts: None,
        });
        if !borne.certain {
            return None;
        }
        borne.compared += 1;
        let here = match pattern.literal() {
            // All patterns for an attribute are of the same case.
            Some(literal) if borne.compared > COMPARED => {
                let texts = || values().map(|text| same_text(&text, pattern.case())).collect();
                borne.texts.get_or_insert_with(texts).contains(&same_text(literal, pattern.case()))
            }
            Some(_) | None => values().any(|text| pattern.matches(&text)),
        };
        if here {
            let has = |at| value(at).value().is_some_and(|text| pattern.matches(text));
            let role = attribute.of == Kind::Role;
            let why = role.then(|| held_elsewhere(facts, self.scopes, has)).flatten()?;
            return Some(unmatched(pattern, &why, None));
        }
        let (kind, name) = (self.names.things(attribute.of), attribute.name);
        let all: Vec<Cow<'_, str>> = if first { values().collect() } else { Vec::new() };
        let candidates = all.iter().map(AsRef::as_ref).chain(words.iter().copied().filter(|_| first));
        let near = nearest(&pattern.text, candidates);
        let this = if pattern.literal().is_some() { format!("this {name}") } else { format!("such {}", one(name)) };
        Some(unmatched(pattern, &format!("no {kind} has {this}"), near))
    }

    /// The note, if no list of that kind of thing has an element that the pattern matches, and none is known to.
    fn no_element(&self, attribute: &Attribute, column: ListColumn, pattern: &Pattern) -> Option<String> {
        let words = attribute.names.map_or(&[][..], Naming::words);
        let (facts, org) = (self.names.facts, self.names.facts.org);
        let known = |at| !column(org, at).is_missing();
        let has = |at| match column(org, at) {
            Known::Value(elements) => elements.iter().any(|word| pattern.matches(org.symbols.text(*word))),
            Known::Missing | Known::Null => false,
        };
        let mut things = 0..facts.access.count(attribute.of);
        let certain = self.names.lists_all(attribute.of) && things.clone().all(known);
        if !certain || words.iter().any(|word| pattern.matches(word)) || things.any(has) {
            return None;
        }
        let kind = self.names.things(attribute.of);
        let near = nearest(&pattern.text, words.iter().copied());
        Some(unmatched(pattern, &format!("no {kind} has this among its {}", attribute.name), near))
    }

    fn no_permission(&self, pattern: &Pattern, first: bool) -> Option<String> {
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
        if !known || known_permissions().iter().any(|word| pattern.matches(word)) {
            return None;
        }
        if granted().any(met) {
            let words = |at: usize| org.roles[at].permissions.value().into_iter().flatten();
            let has = |at| words(at).any(|word| met(org.symbols.text(*word)));
            return Some(unmatched(pattern, &held_elsewhere(self.names.facts, self.scopes, has)?, None));
        }
        let near =
            first.then(|| nearest(&pattern.text, granted().chain(known_permissions().iter().copied()))).flatten();
        let this = if pattern.literal().is_some() { "this permission" } else { "such a permission" };
        Some(unmatched(pattern, &format!("no {} grants {this}", self.names.things(Kind::Role)), near))
    }
}

/// Every pattern of a text that is asked for.
fn patterns(test: &TextPredicate) -> Vec<&Pattern> {
    test.any.iter().flatten().chain(&test.regex).chain(&test.except).collect()
}

/// What is written around the value of the selected thing, with anything in its place.
fn around(this: &This) -> Option<Pattern> {
    let Means::Text { before, after } = &this.means else { return None };
    let case = if this.fold { Case::Fold } else { Case::Exact };
    let written = !(before.is_empty() && after.is_empty());
    written.then(|| Pattern::around(before, after, case, this.span.clone()).ok()).flatten()
}

fn is_name_or_id(parts: &[Condition]) -> bool {
    let named = |part: &Condition, name: &str| matches!(&part.predicate, Predicate::Text(attribute, ..) if attribute.name == name);
    matches!(parts, [name, id] if named(name, "name") && named(id, "id") && name.span == id.span)
}

/// An attribute with its article.
fn one(name: &str) -> String {
    let article = if name.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
    format!("{article} {name}")
}

fn unmatched(pattern: &Pattern, why: &str, near: Option<&str>) -> String {
    let near = near.map_or(String::new(), |near| format!("; the closest match is `{near}`"));
    format!("`{}`: {why}{near}", pattern.text)
}
