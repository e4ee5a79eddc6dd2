//! When two conditions cannot both hold, or one of them follows from the other.

use std::borrow::Cow;

use super::emptiness::{Limits, some_element, some_text, wanted};
use super::implies::{Said, implies};
use super::{Attribute, Condition, ListPredicate, Predicate, Quantity, RelatedPredicate};

pub const NEVER: &str = "a condition that can never hold makes a rule that always passes";

/// A condition that has to hold, or must not.
pub struct Leaf<'c> {
    pub condition: Cow<'c, Condition>,
    pub holds: bool,
}

/// What has to hold, and what must not, for a condition to hold, or not to.
pub fn leaves(condition: &Condition, holds: bool) -> Vec<Leaf<'_>> {
    let itself = || Leaf { condition: Cow::Borrowed(condition), holds };
    match (&condition.predicate, holds) {
        (Predicate::All(parts), true) | (Predicate::Any(parts), false) => {
            parts.iter().flat_map(|part| leaves(part, holds)).collect()
        }
        (Predicate::Not(part), _) => leaves(part, !holds),
        (Predicate::Related(attribute, relation, test), _) => {
            let some = |holds| {
                let test = RelatedPredicate { condition: test.condition.clone(), quantity: Quantity::Some };
                let predicate = Predicate::Related(attribute, *relation, test);
                Leaf { condition: Cow::Owned(Condition { span: condition.span.clone(), predicate }), holds }
            };
            match test.quantity {
                Quantity::None => vec![some(!holds)],
                Quantity::Count(bounds, _) if holds && bounds.min > Some(0) => vec![itself(), some(true)],
                Quantity::Count(bounds, _) if holds && bounds.max == Some(0) => vec![itself(), some(false)],
                Quantity::Some | Quantity::Every | Quantity::Count(..) => vec![itself()],
            }
        }
        (
            Predicate::All(_)
            | Predicate::Any(_)
            | Predicate::Text(..)
            | Predicate::List(..)
            | Predicate::Flag(..)
            | Predicate::Time(..)
            | Predicate::Via(..),
            _,
        ) => vec![itself()],
    }
}

/// Why two conditions exclude each other.
pub enum Clash {
    /// Both values of what is true or false.
    Flags(&'static Attribute),
    /// Two texts.
    Texts(&'static Attribute),
    /// A list must have what it must not have.
    Lists(&'static Attribute),
    /// Times that exclude each other.
    Times(&'static Attribute),
    /// One is the opposite of what follows from the other.
    Opposites,
}

impl Clash {
    /// What is wrong with it, and what to write instead; `who` requires both.
    pub fn said(&self, who: &str) -> (String, &'static str) {
        match self {
            Self::Flags(of) => (format!("{who} requires `{}` to be true and false", of.name), NEVER),
            Self::Texts(of) => (
                format!("{who} requires two values of `{}`, which has only one", of.name),
                "for one or the other, write a list: name: [a, b]",
            ),
            Self::Lists(of) => (format!("{who} requires of `{}` what it excludes", of.name), NEVER),
            Self::Times(of) => (format!("the bounds of `{}` exclude each other", of.name), NEVER),
            Self::Opposites => (format!("{who} requires something and its opposite"), NEVER),
        }
    }
}

/// Why two conditions cannot be as they have to.
pub fn clash(one: &Leaf<'_>, other: &Leaf<'_>) -> Option<Clash> {
    match (one.holds, other.holds) {
        (true, true) => both(&one.condition, &other.condition),
        (true, false) => refutes(&one.condition, &other.condition).then_some(Clash::Opposites),
        (false, true) => refutes(&other.condition, &one.condition).then_some(Clash::Opposites),
        (false, false) => None,
    }
}

/// Whether a condition holds wherever what all of these say is so.
pub fn implied(by: &[Leaf<'_>], condition: &Condition) -> bool {
    let needed = leaves(condition, true);
    let follows = |leaf: Leaf<'_>| {
        let opposite = Leaf { holds: !leaf.holds, ..leaf };
        by.iter().any(|known| clash(known, &opposite).is_some())
    };
    !needed.is_empty() && needed.into_iter().all(follows)
}

/// Why nothing satisfies both conditions.
fn both(one: &Condition, other: &Condition) -> Option<Clash> {
    match (&one.predicate, &other.predicate) {
        (Predicate::Flag(of, _, one), Predicate::Flag(attribute, _, other)) if std::ptr::eq(*of, *attribute) => {
            (one != other).then_some(Clash::Flags(attribute))
        }
        (Predicate::Text(of, _, one), Predicate::Text(attribute, _, other)) if std::ptr::eq(*of, *attribute) => {
            (!some_text(&[(one, true), (other, true)])).then_some(Clash::Texts(attribute))
        }
        (Predicate::List(of, _, one), Predicate::List(attribute, _, other)) if std::ptr::eq(*of, *attribute) => {
            (lacks(one, other) || lacks(other, one)).then_some(Clash::Lists(attribute))
        }
        (Predicate::Time(of, _, one), Predicate::Time(attribute, _, other)) if std::ptr::eq(*of, *attribute) => {
            one.excludes(other).then_some(Clash::Times(attribute))
        }
        _ => None,
    }
}

/// Whether the second condition holds wherever the first does.
fn refutes(strong: &Condition, weak: &Condition) -> bool {
    let plainly = || implies(&Said::new(strong), &Said::new(weak));
    match (&strong.predicate, &weak.predicate) {
        (Predicate::Text(of, _, strong), Predicate::Text(attribute, _, weak)) if std::ptr::eq(*of, *attribute) => {
            !some_text(&[(strong, true), (weak, false)]) || plainly()
        }
        (Predicate::List(of, _, strong), Predicate::List(attribute, _, weak)) if std::ptr::eq(*of, *attribute) => {
            opposite(weak).is_some_and(|none| lacks(strong, &none)) || plainly()
        }
        _ => plainly(),
    }
}

/// Whether a list cannot have what the first test asks for, because of the second.
fn lacks(test: &ListPredicate, other: &ListPredicate) -> bool {
    let open = |test: &ListPredicate| !test.this.is_empty() || test.known.is_some();
    if open(test) || open(other) {
        return false;
    }
    let limits = Limits { none: &other.none, only: other.only.as_deref(), except: &other.except };
    let limited = !limits.none.is_empty() || limits.only.is_some();
    limited && wanted(test).into_iter().any(|wanted| !some_element(wanted, test, limits))
}

/// The test that holds where this one does not, if it asks only that some element matches.
fn opposite(test: &ListPredicate) -> Option<ListPredicate> {
    let ListPredicate { any: Some(any), all, only: None, none, except, known: None, this, count: None, .. } = test
    else {
        return None;
    };
    let plain = all.is_empty() && none.is_empty() && this.is_empty();
    plain.then(|| ListPredicate { none: any.clone(), except: except.clone(), ..ListPredicate::default() })
}
