//! What a rule asks for beyond what it can be about: roles that are not held where it looks, and times that nothing has.

use fixedbitset::FixedBitSet;

use super::facts::Facts;
use crate::org::{Collection, Extent, Known};
use crate::policy::{TimeColumn, TimePredicate};
use crate::time::Time;

/// The day on which OpenAI was founded: nothing is older, in seconds.
const FOUNDED: Time = 1_449_792_000;

/// Clocks differ by less, in seconds.
const SKEW: Time = 86_400;

/// The lists that tell which roles are held in projects.
const IN_PROJECTS: [Collection; 4] = [
    Collection::ProjectRoles,
    Collection::ProjectUserRoles,
    Collection::ProjectGroupRoles,
    Collection::ServiceAccountRoles,
];

/// Why a rule on roles in these scopes is about none of those that `has` is true of, if it is.
pub fn held_elsewhere(facts: &Facts<'_>, scopes: Extent, has: impl Fn(usize) -> bool) -> Option<String> {
    let (here, there) = if scopes.project {
        ("a role of a project", "roles of the organization")
    } else {
        ("a role of the organization", "roles of projects")
    };
    let elsewhere = !roles_in(facts, scopes)?.ones().any(has);
    elsewhere.then(|| format!("only {there} match, and this asks for {here}"))
}

/// The roles that may be held in these scopes, if that leaves some out.
fn roles_in(facts: &Facts<'_>, scopes: Extent) -> Option<FixedBitSet> {
    if scopes.organization == scopes.project {
        return None;
    }
    let org = facts.org;
    let other = if scopes.project { "api.organization" } else { "api.project" };
    let is_other = |at: usize| match org.roles[at].resource_type {
        Known::Value(word) => org.symbols.text(word).eq_ignore_ascii_case(other),
        Known::Null | Known::Missing => false,
    };
    let mut roles: FixedBitSet = (0..org.roles.len()).filter(|&at| !is_other(at)).collect();
    roles.grow(org.roles.len());
    // Whatever the API calls it, what is there is there.
    if scopes.project {
        for list in IN_PROJECTS {
            roles.union_with(&org.roles_told_by(list));
        }
    } else {
        roles.union_with(&org.roles_told_by(Collection::Roles));
    }
    Some(roles)
}

/// Why a condition on a time in the past says the same of every time, if it does. The data was collected at that time,
/// which may be later than that from which ages count.
pub fn says_nothing(column: TimeColumn, test: &TimePredicate, as_of: Time, collected: Time) -> Option<&'static str> {
    let past = match column {
        TimeColumn::Past(_) | TimeColumn::Added => true,
        TimeColumn::Expiry(_) => false,
    };
    if !past || test.null || !test.this.is_empty() {
        return None;
    }
    let newest = as_of.max(collected).saturating_add(SKEW);
    let youngest = |length: Time| as_of.saturating_sub(length);
    let from = test.after.max(test.newer_than.map(youngest)).unwrap_or(Time::MIN);
    let until = [test.before, test.older_than.map(youngest)].into_iter().flatten().min().unwrap_or(Time::MAX);
    if from > newest {
        Some("no time in the past is that late")
    } else if until <= FOUNDED {
        Some("nothing is that old: OpenAI was founded in December 2015")
    } else if from <= FOUNDED && until > newest {
        Some("every time in the past is within these bounds")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_that_nothing_or_everything_lies_within_say_nothing() {
        let (now, day) = (1_780_000_000, 86_400);
        let column = TimeColumn::Added;
        let none = TimePredicate::default();
        for (test, says) in [
            (TimePredicate { after: Some(now + 2 * day), ..none.clone() }, Some("late")),
            (TimePredicate { after: Some(now), ..none.clone() }, None),
            (TimePredicate { before: Some(FOUNDED), ..none.clone() }, Some("old")),
            (TimePredicate { older_than: Some(9000 * day), ..none.clone() }, Some("old")),
            (TimePredicate { older_than: Some(900 * day), ..none.clone() }, None),
            (TimePredicate { newer_than: Some(9000 * day), ..none.clone() }, Some("every")),
            (TimePredicate { before: Some(now + 2 * day), ..none.clone() }, Some("every")),
            (TimePredicate { before: Some(now + 2 * day), newer_than: Some(day), ..none.clone() }, None),
            (TimePredicate { null: true, ..none.clone() }, None),
        ] {
            let why = says_nothing(column, &test, now, now - day);
            assert!(
                why.is_some() == says.is_some() && why.unwrap_or("").contains(says.unwrap_or("")),
                "{test:?}: {why:?}"
            );
        }
        let ahead = TimePredicate { after: Some(now + 2 * day), ..none };
        assert_eq!(says_nothing(column, &ahead, now, now + 9 * day), None);
        assert_eq!(says_nothing(TimeColumn::Expiry(|_, _| Known::Null), &ahead, now, now), None);
    }
}
