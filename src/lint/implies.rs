//! When one condition plainly follows from another. What is not plain does not count.

use super::same;
use crate::policy::{Attribute, Condition, Kind, ListPredicate, Pattern, Predicate, Quantity, Relation, TextPredicate};

/// Whether each of these conditions holds wherever all of the others hold.
pub fn all(strong: &[&Condition], weak: &[&Condition]) -> bool {
    weak.iter().all(|weak| strong.iter().any(|strong| implies(strong, weak)))
}

/// Whether the second holds wherever the first does.
pub fn implies(strong: &Condition, weak: &Condition) -> bool {
    // Most pairs are of different attributes; the long way round says the same of them.
    if attribute(strong).zip(attribute(weak)).is_some_and(|(one, other)| !std::ptr::eq(one, other)) {
        return false;
    }
    if same::condition(strong) == same::condition(weak) {
        return true;
    }
    if let Predicate::All(parts) = &weak.predicate {
        return parts.iter().all(|part| implies(strong, part));
    }
    if let Predicate::Any(parts) = &strong.predicate {
        return parts.iter().all(|part| implies(part, weak));
    }
    if let Predicate::All(parts) = &strong.predicate {
        return parts.iter().any(|part| implies(part, weak));
    }
    if let Predicate::Any(parts) = &weak.predicate {
        return parts.iter().any(|part| implies(strong, part));
    }
    match (&strong.predicate, &weak.predicate) {
        (Predicate::Text(one, _, strong), Predicate::Text(other, _, weak)) => {
            std::ptr::eq(*one, *other) && text(strong, weak)
        }
        (Predicate::List(one, _, strong), Predicate::List(other, _, weak)) => {
            std::ptr::eq(*one, *other) && list(strong, weak)
        }
        (Predicate::Related(one, relation, strong), Predicate::Related(other, _, weak)) => {
            let some = strong.quantity == Quantity::Some && weak.quantity == Quantity::Some;
            // Whether a permission is asked for decides which grants the holders of a project are.
            let same_grants = !(one.of == Kind::Project && *relation == Relation::Holders);
            std::ptr::eq(*one, *other) && some && same_grants && implies(&strong.condition, &weak.condition)
        }
        (_, _) => false,
    }
}

/// The attribute that a condition asks for, if it is one.
fn attribute(of: &Condition) -> Option<&Attribute> {
    match &of.predicate {
        Predicate::Text(attribute, ..)
        | Predicate::List(attribute, ..)
        | Predicate::Flag(attribute, ..)
        | Predicate::Time(attribute, ..)
        | Predicate::Related(attribute, ..)
        | Predicate::Via(attribute, ..) => Some(attribute),
        Predicate::All(_) | Predicate::Any(_) | Predicate::Not(_) => None,
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
    let plain = all.is_empty() && none.is_empty() && except.is_empty();
    let by_any = strong.count.is_none() && strong.any.as_ref().is_some_and(|narrow| covered((narrow, wide)));
    plain && (by_any || strong.all.iter().any(|one| wide.iter().any(|other| covers(other, one))))
}

/// Whether each of the first patterns is covered by one of the others.
fn covered((narrow, wide): (&[Pattern], &[Pattern])) -> bool {
    narrow.iter().all(|one| wide.iter().any(|other| covers(other, one)))
}

/// Whether the first pattern matches whatever the other does.
fn covers(wide: &Pattern, narrow: &Pattern) -> bool {
    if wide.matches_all() || same::written(wide) == same::written(narrow) {
        return true;
    }
    if let Some(literal) = narrow.literal() {
        return wide.matches(literal);
    }
    let plain = |text: &&str| !text.contains(['*', '?', '[', ']', '{', '}', '\\', ',']);
    let (wide, narrow) = (wide.text.as_str(), narrow.text.as_str());
    wide.strip_suffix('*').filter(plain).is_some_and(|start| narrow.starts_with(start))
        || wide.strip_prefix('*').filter(plain).is_some_and(|end| narrow.ends_with(end))
}
