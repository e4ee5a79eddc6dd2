//! What `$this` stands for: a value of the selected thing, by which others are compared with it.

use std::collections::HashMap;

use super::domain::Domain;
use super::facts::Facts;
use super::list::CompiledList;
use super::permission::oddity;
use super::relation::Start;
use super::truths::Truths;
use crate::org::{Extent, Known, Principal, Scope, Symbol, Text, Truth};
use crate::policy::{
    Attribute, Case, Kind, ListColumn, ListPredicate, Means, Moment, Naming, Pattern, Patterns, Slot, TextColumn,
    TextPredicate, This, TimeColumn, TimePredicate, Type, same_text,
};
use crate::time::Time;

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
        let row = self.row(kind, at);
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
        let text = self.of_this(this, subject, at, |kind, at| self.text(this.column(), kind, at));
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

    /// A value of the selected thing, or of the one to which it leads.
    pub fn of_this<T>(
        &self,
        this: &This,
        subject: Kind,
        at: usize,
        read: impl FnOnce(Kind, usize) -> Known<T>,
    ) -> Known<T> {
        match self.follow(this.through.iter().map(|(_, relation)| *relation), subject, at) {
            Known::Missing => Known::Missing,
            Known::Null => Known::Null,
            Known::Value((kind, at)) => read(kind, at),
        }
    }

    /// A time of a thing.
    pub fn time(&self, column: TimeColumn, kind: Kind, at: usize) -> Known<Time> {
        match column {
            TimeColumn::Past(read) | TimeColumn::Expiry(read) => read(self.org, self.row(kind, at)),
            TimeColumn::Added => self.access.added_at(at),
        }
    }

    /// The place of a thing in its columns. A grant has those of its role.
    pub fn row(&self, kind: Kind, at: usize) -> usize {
        if kind == Kind::Grant { self.access.grants()[at].role.at() } else { at }
    }

    /// The test on a list with the values of a selected thing in it. `None` if one of them is not known, or is a
    /// permission whose spelling does not make clear what it covers.
    pub fn settled(&self, test: &ListPredicate, subject: Kind, at: usize) -> Option<ListPredicate> {
        let mut settled = ListPredicate { this: Vec::new(), ..test.clone() };
        for (slot, this) in &test.this {
            let patterns = self.patterns_of_this(this, subject, at)?;
            let list = match slot {
                Slot::Any => settled.any.get_or_insert_default(),
                Slot::All => &mut settled.all,
                Slot::Only => settled.only.get_or_insert_default(),
                Slot::None => &mut settled.none,
                Slot::Except => &mut settled.except,
            };
            list.extend(patterns);
        }
        Some(settled)
    }

    fn patterns_of_this(&self, this: &This, subject: Kind, at: usize) -> Option<Vec<Pattern>> {
        let texts = match self.of_this(this, subject, at, |kind, at| self.texts(this.attribute, kind, at)) {
            Known::Missing => return None,
            Known::Null => Vec::new(),
            Known::Value(texts) => texts,
        };
        let permission = this.attribute.names == Some(Naming::Permission);
        if permission && texts.iter().any(|text| oddity(text).is_some()) {
            return None;
        }
        let case = if this.fold { Case::Fold } else { Case::Exact };
        let patterns = texts.iter().flat_map(|text| match &this.means {
            Means::Text { before, after } => {
                vec![Pattern::exactly(&format!("{before}{text}{after}"), case, this.span.clone())]
            }
            Means::Listed(listed) => listed.of(text).map(|patterns| patterns.to_vec()).unwrap_or_default(),
        });
        Some(patterns.collect())
    }

    /// The texts of an attribute: one, or those of a list.
    pub fn texts(&self, attribute: &Attribute, kind: Kind, at: usize) -> Known<Vec<Text>> {
        match attribute.type_ {
            Type::Text(_, column) => self.text(column, kind, at).map(|text| vec![text]),
            Type::List(_, column) => {
                let text = |word: &Symbol| Text::from(self.org.symbols.text(*word));
                column(self.org, self.row(kind, at)).map(|words| words.iter().map(text).collect())
            }
            Type::Escalation | Type::Flag(_) | Type::Time(_) | Type::Relation(_) | Type::Via => Known::Missing,
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
pub fn compared(facts: &Facts<'_>, column: TextColumn, test: &TextPredicate, domain: &Domain) -> Truths {
    let (subject, kind) = domain.kinds();
    let mut wanted: HashMap<usize, Vec<Wanted<'_>>> = HashMap::new();
    let mut texts: HashMap<usize, Known<Text>> = HashMap::new();
    Truths::in_order(domain.len(facts), |pair| {
        let (this, thing) = domain.pair(pair);
        let wanted = wanted
            .entry(this)
            .or_insert_with(|| test.this.iter().map(|one| facts.wanted(one, subject, this)).collect());
        let text = texts.entry(thing).or_insert_with(|| facts.text(column, kind, thing));
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

/// Answers a test on a list that compares with the selected thing. Few lists differ, so each pair of them is compared
/// once.
pub fn compared_lists(facts: &Facts<'_>, column: ListColumn, test: &ListPredicate, domain: &Domain) -> Truths {
    let (subject, kind) = domain.kinds();
    let mut settled: HashMap<usize, Option<usize>> = HashMap::new();
    let mut tests: Vec<ListPredicate> = Vec::new();
    let mut known: HashMap<Vec<Vec<_>>, usize> = HashMap::new();
    let mut answers: HashMap<(usize, usize), Truth> = HashMap::new();
    Truths::in_order(domain.len(facts), |pair| {
        let (this, thing) = domain.pair(pair);
        let row = facts.row(kind, thing);
        let which = *settled.entry(this).or_insert_with(|| {
            let made = facts.settled(test, subject, this)?;
            let lists = [made.any.as_deref(), made.only.as_deref()].map(Option::unwrap_or_default);
            let lists = lists.into_iter().chain([made.all.as_slice(), &made.none, &made.except]);
            let meaning = lists.map(|list| list.iter().map(Pattern::meaning).collect()).collect();
            Some(*known.entry(meaning).or_insert_with(|| {
                tests.push(made);
                tests.len() - 1
            }))
        });
        let words = match column(facts.org, row) {
            Known::Missing => return Truth::Unknown,
            Known::Null => return Truth::No,
            Known::Value(words) => words,
        };
        let Some(which) = which else { return Truth::Unknown };
        *answers.entry((which, row)).or_insert_with(|| {
            let texts = words.iter().map(|word| facts.org.symbols.text(*word));
            CompiledList::new(texts, &tests[which]).holds(&(0..words.len()))
        })
    })
}

/// Answers whether a time lies before or after one of the selected thing.
pub fn compared_times(
    facts: &Facts<'_>,
    column: TimeColumn,
    test: &TimePredicate,
    domain: &Domain,
    others: impl Fn(Time) -> bool,
) -> Truths {
    let (subject, kind) = domain.kinds();
    Truths::in_order(domain.len(facts), |pair| {
        let (this, thing) = domain.pair(pair);
        match facts.time(column, kind, thing) {
            Known::Missing => Truth::Unknown,
            Known::Null => Truth::No,
            Known::Value(time) => {
                let holds = |moment: &Moment| match facts.moment(moment, subject, this) {
                    Known::Missing => Truth::Unknown,
                    Known::Null => Truth::No,
                    Known::Value(other) => (moment.after == (time >= other)).into(),
                };
                test.this.iter().map(holds).fold(others(time).into(), Truth::and)
            }
        }
    })
}

impl Facts<'_> {
    /// The time that a moment of the selected thing stands for.
    pub fn moment(&self, moment: &Moment, subject: Kind, at: usize) -> Known<Time> {
        let Type::Time(column) = moment.this.attribute.type_ else { unreachable!("a time is compared with a time") };
        let time = self.of_this(&moment.this, subject, at, |kind, at| self.time(column, kind, at));
        time.map(|time| time.saturating_add(moment.offset))
    }
}
