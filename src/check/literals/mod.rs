//! Words in a rule that match nothing. "Mallory must not hold Y" proves nothing if Mallory or Y is misspelled. It
//! is long because words stand in many places of a rule.

mod lookup;

use std::cell::RefCell;
use std::ops::Range;

use foldhash::{HashMap, HashSet};

use super::beyond::says_nothing;
use super::facts::Facts;
use crate::document::Region;
use crate::finding::Note;
use crate::org::{Among, Collection, Extent};
use crate::policy::{
    Assertion, Case, Condition, Kind, Means, Naming, Part, Pattern, Patterns, Policy, Predicate, Relation, Rule,
    TextPredicate, This, ViaPredicate, predefined,
};

use lookup::Found;

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

    /// The words of a rule that match nothing of any kind that it selects, or perhaps nothing.
    pub fn unmatched_by_all(&self, policy: &Policy, kinds: &[Rule]) -> Unmatched {
        let mut each = kinds.iter().map(|rule| self.unmatched(policy, rule));
        let mut all = each.next().unwrap_or_default();
        for other in each {
            let (certain, rest): (Vec<Note>, Vec<Note>) =
                all.certain.into_iter().partition(|note| other.certain.iter().any(|one| one.region == note.region));
            // Words that may match something of one kind, and nothing of another, may match something.
            let mut untold: Vec<Untold> = all.untold.into_iter().filter(|one| other.has(&one.note.region)).collect();
            let of_rest = |one: &Untold| rest.iter().any(|note| note.region == one.note.region);
            untold.extend(other.untold.into_iter().filter(of_rest));
            all = Unmatched { certain, untold };
        }
        all
    }

    /// The words of a rule that match nothing in the organization. Where data is missing, something in it may match.
    fn unmatched(&self, policy: &Policy, rule: &Rule) -> Unmatched {
        if rule.allow_unmatched {
            return Unmatched::default();
        }
        let mut search = Search {
            names: self,
            policy,
            rule,
            asserted: false,
            expected: false,
            scopes: rule.scopes(),
            unmatched: Unmatched::default(),
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
        search.unmatched
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

/// The words of a rule that match nothing.
#[derive(Debug, Default)]
pub struct Unmatched {
    /// A note for each that certainly matches nothing.
    pub certain: Vec<Note>,
    /// Those that may match something that was not read.
    pub untold: Vec<Untold>,
}

impl Unmatched {
    /// Whether the words at that place are among them.
    fn has(&self, region: &Region) -> bool {
        let notes = self.certain.iter().chain(self.untold.iter().map(|one| &one.note));
        notes.map(|note| &note.region).any(|other| other == region)
    }
}

/// Words of which nobody knows whether they match anything.
#[derive(Debug)]
pub struct Untold {
    /// The words, and what is not known.
    pub note: Note,
    /// What is missing, in sentences.
    pub missing: Vec<String>,
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
    unmatched: Unmatched,
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
                        Some(Naming::Permission) => search.no_permission(attribute, pattern, first),
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
                let found = each.iter().map(|(of, column, each)| search.nobody(of, *column, each[at], first));
                found.reduce(Found::or).unwrap_or(Found::Something)
            });
        }
    }

    /// Adds a note, if the pattern is one that counts and `find` says that nothing matches it, or that nobody knows.
    fn note(&mut self, pattern: &Pattern, find: impl FnOnce(&Self, bool) -> Found) {
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
        match find(self, self.unmatched.certain.len() < NEAREST) {
            Found::Something => {}
            Found::Nothing(text) => self.add(text, &pattern.span),
            Found::Untold(text, missing) => {
                if self.said.insert(text.clone()) {
                    let note = self.written(text, &pattern.span);
                    self.unmatched.untold.push(Untold { note, missing });
                }
            }
        }
    }

    fn add(&mut self, text: String, span: &Range<usize>) {
        if self.said.insert(text.clone()) {
            let note = self.written(text, span);
            self.unmatched.certain.push(note);
        }
    }

    fn written(&self, text: String, span: &Range<usize>) -> Note {
        Note { text, region: self.rule.info.location.source.region(span), unmatched: !self.expected }
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
