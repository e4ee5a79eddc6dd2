//! When one condition plainly follows from another. What is not plain does not count.

use super::{Condition, Kind, ListPredicate, Pattern, Predicate, Quantity, Relation, TextPredicate, same};

/// A condition with what it says, which is compared many times.
pub struct Said<'c> {
    condition: &'c Condition,
    says: String,
    /// The conditions that it is made of.
    parts: Vec<Said<'c>>,
}

impl<'c> Said<'c> {
    /// What a condition says.
    pub fn new(condition: &'c Condition) -> Self {
        let parts = match &condition.predicate {
            Predicate::All(parts) | Predicate::Any(parts) => parts.iter().map(Self::new).collect(),
            Predicate::Related(_, _, related) => vec![Self::new(&related.condition)],
            Predicate::Not(_)
            | Predicate::Text(..)
            | Predicate::List(..)
            | Predicate::Flag(..)
            | Predicate::Time(..)
            | Predicate::Via(..) => Vec::new(),
        };
        Self { condition, says: same::condition(condition), parts }
    }
}

/// Whether each of these conditions holds where all of the others hold.
pub fn all<'s>(
    strong: &(impl Iterator<Item = &'s Said<'s>> + Clone),
    mut weak: impl Iterator<Item = &'s Said<'s>>,
) -> bool {
    weak.all(|weak| strong.clone().any(|strong| implies(strong, weak)))
}

/// Whether the second holds where the first does.
pub fn implies(strong: &Said<'_>, weak: &Said<'_>) -> bool {
    if strong.says == weak.says {
        return true;
    }
    if let Predicate::All(_) = &weak.condition.predicate {
        return weak.parts.iter().all(|part| implies(strong, part));
    }
    if let Predicate::Any(_) = &strong.condition.predicate {
        return strong.parts.iter().all(|part| implies(part, weak));
    }
    if let Predicate::All(_) = &strong.condition.predicate {
        return strong.parts.iter().any(|part| implies(part, weak));
    }
    if let Predicate::Any(_) = &weak.condition.predicate {
        return weak.parts.iter().any(|part| implies(strong, part));
    }
    match (&strong.condition.predicate, &weak.condition.predicate) {
        (Predicate::Text(one, _, strong), Predicate::Text(other, _, weak)) => {
            std::ptr::eq(*one, *other) && text(strong, weak)
        }
        (Predicate::List(one, _, strong), Predicate::List(other, _, weak)) => {
            std::ptr::eq(*one, *other) && list(strong, weak)
        }
        (Predicate::Related(one, relation, of_strong), Predicate::Related(other, _, of_weak)) => {
            let some = of_strong.quantity == Quantity::Some && of_weak.quantity == Quantity::Some;
            // Whether a permission is asked for decides which grants the holders of a project are.
            let same_grants = !(one.of == Kind::Project && *relation == Relation::Holders);
            std::ptr::eq(*one, *other) && some && same_grants && implies(&strong.parts[0], &weak.parts[0])
        }
        (_, _) => false,
    }
}

fn text(strong: &TextPredicate, weak: &TextPredicate) -> bool {
    let alone = strong.this.is_empty() && weak.this.is_empty();
    let plain = alone && weak.regex.is_none() && weak.except.is_empty();
    plain && (!strong.null || weak.null) && strong.any.as_deref().zip(weak.any.as_deref()).is_some_and(covered)
}

fn list(strong: &ListPredicate, weak: &ListPredicate) -> bool {
    let ListPredicate { any: Some(wide), all, only: None, none, except, known: None, count: None, .. } = weak else {
        return false;
    };
    let alone = strong.this.is_empty() && weak.this.is_empty();
    let plain = alone && all.is_empty() && none.is_empty() && except.is_empty();
    let by_any = strong.count.is_none() && strong.any.as_ref().is_some_and(|narrow| covered((narrow, wide)));
    plain && (by_any || strong.all.iter().any(|one| wide.iter().any(|other| other.covers(one))))
}

/// Whether each of the first patterns is covered by one of the others.
fn covered((narrow, wide): (&[Pattern], &[Pattern])) -> bool {
    narrow.iter().all(|one| wide.iter().any(|other| other.covers(one)))
}
