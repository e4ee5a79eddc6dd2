//! What the search for an organization still has to achieve.

use super::grants::Target;
use super::sketch::Sketch;
use crate::policy::{Attribute, Condition, Counted, Relation, Rule};

/// Something that has to be true.
#[derive(Clone, Copy)]
pub enum Goal<'p> {
    /// The thing satisfies the condition, or does not.
    Holds(Target, &'p Condition, bool),
    /// A related thing satisfies the condition, or does not. If several have to, it is a new one; if something that they
    /// have is counted, that is new, too.
    Related {
        of: Target,
        relation: Relation,
        condition: &'p Condition,
        wanted: bool,
        new: bool,
        counted: Option<Counted>,
    },
    /// The thing has a text for the attribute that no other has.
    Apart(Target, &'static Attribute),
    /// A thing is selected.
    Selected(&'p Rule, Wanted),
    /// The rule has nothing to say against the thing: it is not selected, or keeps the assertion.
    Spared(Target, &'p Rule),
}

/// What a selected thing has to be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Selected, and no more.
    Selected,
    /// Selected, and with the assertion broken, or kept.
    Asserted { broken: bool },
}

/// An organization in the making, and what it still has to satisfy.
#[derive(Clone)]
pub struct State<'p> {
    pub sketch: Sketch,
    pub goals: Vec<Goal<'p>>,
    /// What has to be true of everything that a relation leads to, checked once everything is there.
    pub each: Vec<Goal<'p>>,
    /// The thing that is selected.
    pub subject: Option<usize>,
    /// A rule on roles that has to pass: the predefined roles are there in any case.
    pub spares: Option<&'p Rule>,
}

impl<'p> State<'p> {
    pub fn with(&self, sketch: Sketch, goals: impl IntoIterator<Item = Goal<'p>>) -> Self {
        let mut next = Self { sketch, ..self.clone() };
        next.goals.extend(goals);
        next
    }
}
