//! What `$this` stands for: a text of the selected thing, by which others are compared with it.

use std::collections::HashMap;

use super::domain::Pairs;
use super::facts::Facts;
use super::relation::Start;
use super::truths::Truths;
use crate::org::{Extent, Known, Principal, Scope, Text, Truth};
use crate::policy::{Case, Kind, Means, Patterns, TextColumn, TextPredicate, This, same_text};

/// What a text has to be.
#[derive(Debug)]
pub enum Wanted<'p> {
    /// Nobody knows.
    Unknown,
    /// This text, as [`key`] has it.
    Text(String),
    /// What one of these patterns matches; none matches nothing.
    Listed(Option<&'p Patterns>),
}

/// A text as it compares with others.
pub fn key(text: &str, fold: bool) -> String {
    same_text(text, if fold { Case::Fold } else { Case::Exact })
}

impl Facts<'_> {
    /// A text attribute of a thing.
    pub fn text(&self, column: TextColumn, kind: Kind, at: usize) -> Known<Text> {
        let org = self.org;
        let row = if kind == Kind::Grant { self.access.grants()[at].role.at() } else { at };
        match column {
            TextColumn::Each(read) => read(org, row).map(Text::from),
            TextColumn::Derived(read) => read(org, row).map(Text::from),
            TextColumn::Symbol(read) => read(org, row).map(|word| Text::from(org.symbols.text(word))),
            TextColumn::Principal => Known::Value(Text::from(principal_word(self.access.grants()[at].principal))),
            TextColumn::Scope => Known::Value(Text::from(scope_word(self.access.grants()[at].scope))),
        }
    }

    /// The thing to which relations to one thing lead.
    pub fn follow(
        &self,
        through: impl Iterator<Item = crate::policy::Relation>,
        kind: Kind,
        at: usize,
    ) -> Known<(Kind, usize)> {
        let mut here = (kind, at);
        let mut places = Vec::new();
        for relation in through {
            let open = self.relate(Start { relation, kind: here.0, at: here.1, scopes: Extent::ALL }, &mut places);
            here = match places.first() {
                Some(&place) => (relation.target(), place),
                None if open => return Known::Missing,
                None => return Known::Null,
            };
        }
        Known::Value(here)
    }

    /// What the text of a selected thing asks for.
    pub fn wanted<'p>(&self, this: &'p This, subject: Kind, at: usize) -> Wanted<'p> {
        let text = match self.follow(this.through.iter().map(|(_, relation)| *relation), subject, at) {
            Known::Missing => Known::Missing,
            Known::Null => Known::Null,
            Known::Value((kind, at)) => self.text(this.column, kind, at),
        };
        match (text, &this.means) {
            (Known::Missing, _) => Wanted::Unknown,
            // What is not there is like nothing.
            (Known::Null, _) => Wanted::Listed(None),
            (Known::Value(text), Means::Text { before, after }) => {
                Wanted::Text(key(&format!("{before}{text}{after}"), this.fold))
            }
            (Known::Value(text), Means::Listed(listed)) => Wanted::Listed(listed.of(&text)),
        }
    }
}

/// The word for the kind of a principal.
pub fn principal_word(principal: Principal) -> &'static str {
    match principal {
        Principal::User(_) => Kind::User.name(),
        Principal::Group(_) => Kind::Group.name(),
        Principal::ServiceAccount(_) => Kind::ServiceAccount.name(),
    }
}

/// The word for a scope.
pub fn scope_word(scope: Scope) -> &'static str {
    match scope {
        Scope::Organization => "organization",
        Scope::Project(_) => "project",
    }
}

/// Answers a text test that compares with the selected thing.
pub fn compared(facts: &Facts<'_>, column: TextColumn, test: &TextPredicate, pairs: &Pairs) -> Truths {
    let mut wanted: HashMap<usize, Vec<Wanted<'_>>> = HashMap::new();
    let mut texts: HashMap<usize, Known<Text>> = HashMap::new();
    Truths::in_order(pairs.len(), |pair| {
        let (this, thing) = pairs.at(pair);
        let wanted = wanted
            .entry(this)
            .or_insert_with(|| test.this.iter().map(|one| facts.wanted(one, pairs.subject, this)).collect());
        let text = texts.entry(thing).or_insert_with(|| facts.text(column, pairs.kind, thing));
        let unknown = wanted.iter().any(|one| matches!(one, Wanted::Unknown));
        match text {
            Known::Missing => Truth::Unknown,
            Known::Null => test.null.into(),
            Known::Value(text) => {
                let meets = |(this, wanted): (&This, &Wanted<'_>)| match wanted {
                    Wanted::Unknown => false,
                    Wanted::Text(wanted) => *wanted == key(text, this.fold),
                    Wanted::Listed(patterns) => patterns.is_some_and(|patterns| patterns.match_any(text)),
                };
                let written = test.any.as_ref().is_some_and(|any| any.match_any(text));
                let met = written || test.this.iter().zip(wanted.iter()).any(meets);
                let one = if met {
                    Truth::Yes
                } else if unknown {
                    Truth::Unknown
                } else {
                    Truth::No
                };
                one.and(test.others_hold(text).into())
            }
        }
    })
}
