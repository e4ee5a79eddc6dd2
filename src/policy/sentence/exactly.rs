//! `exactly` of related things, which is read as several conditions and said as one.

use crate::policy::{
    Attribute, Condition, Pattern, Predicate, Quantity, RelatedPredicate, Relation, TextPredicate, This,
};

/// Conditions that say together that related things have exactly some values of an attribute.
pub struct Exactly<'c> {
    /// What leads to the things.
    pub relation: Relation,
    /// Which of the things it is about.
    pub which: &'c [Condition],
    /// That one of them has one of the values.
    pub listed: &'c Condition,
    /// How many conditions say that each of the values is there.
    pub shares: usize,
}

impl<'c> Exactly<'c> {
    /// The first condition says that none has another value. The following ones say that for each value one has it.
    pub fn of(first: &'c Condition, others: &[Condition]) -> Option<Self> {
        let Predicate::Related(attribute, relation, test) = &first.predicate else { return None };
        let (which, not) = last(&test.condition).filter(|_| test.quantity == Quantity::None)?;
        let Predicate::Not(listed) = &not.predicate else { return None };
        let values = value(listed)?;
        let looked_up = values.this.iter().any(This::is_looked_up);
        let is_listed = |text: &Pattern| values.any.iter().flatten().any(|value| value.text == text.text);
        let says_share = |part: &&Condition| {
            let Some((test, only_if)) = share(part, attribute) else { return false };
            let one = last(&test.condition).filter(|(of, _)| of.len() == which.len()).and_then(|(_, one)| value(one));
            one.is_some_and(|one| if only_if { looked_up } else { one.any.iter().flatten().all(is_listed) })
        };
        let shares = others.iter().take_while(says_share).count();
        let number = values.any.as_ref().map_or(0, |any| any.len()) + values.this.len();
        let complete = shares > 0 && (shares == number || looked_up);
        complete.then_some(Self { relation: *relation, which, listed, shares })
    }
}

/// That a related thing has one of the values; and whether only if the selected thing is the right one.
fn share<'c>(part: &'c Condition, attribute: &Attribute) -> Option<(&'c RelatedPredicate, bool)> {
    let (part, only_if) = match &part.predicate {
        Predicate::Any(ways) => match ways.as_slice() {
            [Condition { predicate: Predicate::Not(_), .. }, part] => (part, true),
            _ => return None,
        },
        Predicate::Related(..) => (part, false),
        Predicate::All(_)
        | Predicate::Not(_)
        | Predicate::Text(..)
        | Predicate::List(..)
        | Predicate::Flag(..)
        | Predicate::Time(..)
        | Predicate::Via(..) => return None,
    };
    let Predicate::Related(other, _, test) = &part.predicate else { return None };
    (*other == attribute && test.quantity == Quantity::Some).then_some((test, only_if))
}

/// The last of several conditions, and those before it.
fn last(condition: &Condition) -> Option<(&[Condition], &Condition)> {
    let Predicate::All(parts) = &condition.predicate else { return None };
    let (last, before) = parts.split_last()?;
    Some((before, last))
}

/// The text that a condition is about, also that of a thing to which a relation to one thing leads.
fn value(condition: &Condition) -> Option<&TextPredicate> {
    match &condition.predicate {
        Predicate::Text(_, _, test) => Some(test),
        Predicate::Related(_, relation, test) if relation.to_one() => value(&test.condition),
        Predicate::All(_)
        | Predicate::Any(_)
        | Predicate::Not(_)
        | Predicate::List(..)
        | Predicate::Flag(..)
        | Predicate::Time(..)
        | Predicate::Related(..)
        | Predicate::Via(..) => None,
    }
}
