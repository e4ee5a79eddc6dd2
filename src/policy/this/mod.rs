//! `$this`: a value of the selected thing, with which others are compared.

mod read;

use std::ops::Range;

use super::{Attribute, Condition, Pattern, Patterns, Predicate, Quantity, Relation, TextColumn, Type};
use super::{RelatedPredicate, TextPredicate};
use crate::org::Collection;

pub(super) use read::{With, is_written};

/// A value of the selected thing: a text, the texts of a list, or a time.
#[derive(Clone, Debug)]
pub struct This {
    /// The relations to one thing that lead to the thing that has it.
    pub through: Vec<(&'static Attribute, Relation)>,
    /// The attribute.
    pub attribute: &'static Attribute,
    /// Whether letters compare without case.
    pub fold: bool,
    /// What is compared: the text, or what a parameter lists for it.
    pub means: Means,
    /// Where it stands.
    pub span: Range<usize>,
}

/// What the text of the selected thing means.
#[derive(Clone, Debug)]
pub enum Means {
    /// Itself, between these texts.
    Text {
        /// What stands before it.
        before: String,
        /// What stands behind it.
        after: String,
    },
    /// What a parameter has for it.
    Listed(Listed),
}

/// A list that a test on a list compares with values of the selected thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// Some element is one of them.
    Any,
    /// Each of them is an element.
    All,
    /// Every element is one of them.
    Only,
    /// No element is one of them.
    None,
    /// Elements to ignore.
    Except,
}

/// A time that is before or after one of the selected thing.
#[derive(Clone, Debug)]
pub struct Moment {
    /// Whether it is at that time or later, and not before it.
    pub after: bool,
    /// The time of the selected thing.
    pub this: This,
    /// How many seconds later than that.
    pub offset: i64,
}

/// A mapping that is looked up: each key with its patterns.
#[derive(Clone, Debug, Default)]
pub struct Listed {
    keys: Patterns,
    values: Vec<Patterns>,
}

impl Listed {
    /// The patterns for a text.
    pub fn of(&self, text: &str) -> Option<&Patterns> {
        self.keys.place(text).map(|place| &self.values[place])
    }

    /// Moves all of it to a place.
    fn place_at(&mut self, at: &Range<usize>) {
        self.keys.place_at(at);
        self.values.iter_mut().for_each(|values| values.place_at(at));
    }

    /// Each key with its patterns.
    pub fn iter(&self) -> impl Iterator<Item = (&Pattern, &Patterns)> {
        self.keys.iter().zip(&self.values)
    }
}

impl This {
    /// How to read it, where it is a text.
    pub fn column(&self) -> TextColumn {
        let Type::Text(_, column) = self.attribute.type_ else { unreachable!("a text is compared with a text") };
        column
    }

    /// The condition on the selected thing that its text matches a pattern.
    pub(super) fn is(&self, pattern: &Pattern) -> Condition {
        let span = &pattern.span;
        let test = TextPredicate { any: Some(vec![pattern.clone()].into()), ..TextPredicate::default() };
        let text = Condition { span: span.clone(), predicate: Predicate::Text(self.attribute, self.column(), test) };
        self.through.iter().rev().fold(text, |condition, (attribute, relation)| {
            let test = RelatedPredicate { condition: Box::new(condition), quantity: Quantity::Some };
            Condition { span: span.clone(), predicate: Predicate::Related(attribute, *relation, test) }
        })
    }

    /// Moves all of it to a place.
    pub(super) fn place_at(&mut self, at: &Range<usize>) {
        self.span = at.clone();
        if let Means::Listed(listed) = &mut self.means {
            listed.place_at(at);
        }
    }

    /// Whether a parameter is looked up for it.
    pub fn is_looked_up(&self) -> bool {
        matches!(self.means, Means::Listed(_))
    }

    /// What has to be read to know it.
    pub fn reads(&self) -> impl Iterator<Item = Collection> {
        let through = self.through.iter().flat_map(|(attribute, _)| attribute.reads);
        through.chain(self.attribute.reads).copied()
    }
}

impl Condition {
    /// Whether it compares something with the selected thing.
    pub fn mentions_this(&self) -> bool {
        let itself = match &self.predicate {
            Predicate::Text(_, _, test) => !test.this.is_empty(),
            Predicate::List(_, _, test) => !test.this.is_empty(),
            Predicate::Time(_, _, test) => !test.this.is_empty(),
            Predicate::All(_)
            | Predicate::Any(_)
            | Predicate::Not(_)
            | Predicate::Flag(..)
            | Predicate::Related(..)
            | Predicate::Via(..) => false,
        };
        itself || self.parts().iter().any(Self::mentions_this)
    }

    /// A text that has to be one of the selected thing for the condition to hold, and the relations to one thing that
    /// lead to it.
    pub fn join(&self) -> Option<(Vec<Relation>, TextColumn, &TextPredicate)> {
        self.conjuncts().iter().find_map(|part| match &part.predicate {
            Predicate::Text(_, column, test) => {
                let alone = !test.null && test.any.as_ref().is_none_or(|any| any.is_empty());
                let alike = test.this.windows(2).all(|pair| pair[0].fold == pair[1].fold);
                (!test.this.is_empty() && alone && alike).then(|| (Vec::new(), *column, test))
            }
            Predicate::Related(_, relation, related) if relation.to_one() && related.quantity == Quantity::Some => {
                let (mut through, column, test) = related.condition.join()?;
                through.insert(0, *relation);
                Some((through, column, test))
            }
            Predicate::All(_)
            | Predicate::Any(_)
            | Predicate::Not(_)
            | Predicate::List(..)
            | Predicate::Flag(..)
            | Predicate::Time(..)
            | Predicate::Related(..)
            | Predicate::Via(..) => None,
        })
    }
}
