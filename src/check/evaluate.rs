//! Evaluates a condition for all things of a kind at once. A relation joins the answers of the things that it leads to.
//! The answers of all parts are kept, so that a finding can be proven without evaluating again. It is long because each
//! form of condition has its own evaluation.

use std::sync::Arc;

use super::by_role::{as_some, is_by_role, some};
use super::domain::{Answered, Domain, Needed};
use super::facts::Facts;
use super::held::Whose;
use super::list::CompiledList;
use super::pairs;
use super::quantify::quantify;
use super::relation::Start;
use super::this::{compared, compared_lists, compared_times, principal_word, scope_word};
use super::truths::Truths;
use crate::org::{Known, Truth};
use crate::policy::{
    Condition, Counted, Kind, Part, Predicate, Quantity, RelatedPredicate, Relation, TextColumn, TextPredicate,
    TimeColumn, TimePredicate, ViaKind, ViaPredicate,
};
use crate::time::Time;

/// How long a collection may take, in seconds: a check resumes for a day.
const LONGEST_COLLECTION: Time = 86_400;

/// Answers a condition for everything in a domain.
pub fn evaluate<'p>(facts: &Facts<'_>, condition: &'p Condition, domain: &Domain, needed: Needed) -> Answered<'p> {
    if let Domain::Pairs(pairs) = domain
        && !condition.mentions_this()
    {
        // What compares nothing is asked of each thing once.
        let part = evaluate(facts, condition, &Domain::all(pairs.kind), Needed::All);
        let answers = Truths::each(pairs.len(), |pair| part.answers.of(pairs.at(pair).1));
        return Answered { condition, domain: domain.clone(), answers, parts: vec![part] };
    }
    let mut parts: Vec<Answered<'p>> = Vec::new();
    let answers = match &condition.predicate {
        Predicate::All(conditions) => {
            let (answers, each) = all(facts, conditions, domain, needed);
            parts = each;
            answers
        }
        Predicate::Any(conditions) => {
            parts = conditions.iter().map(|part| evaluate(facts, part, domain, needed)).collect();
            parts.iter().fold(Truths::all(domain.len(facts), Truth::No), |any, part| any.or(&part.answers))
        }
        Predicate::Not(part) => {
            let part = evaluate(facts, part, domain, Needed::All);
            let answers = part.answers.clone().not();
            parts.push(part);
            answers
        }
        Predicate::Text(_, column, test) if test.this.is_empty() => text(facts, *column, test, domain),
        Predicate::Text(_, column, test) => compared(facts, *column, test, domain),
        Predicate::List(_, column, test) if !test.this.is_empty() => compared_lists(facts, *column, test, domain),
        Predicate::List(_, column, test) => {
            let test = CompiledList::new(facts.org.symbols.iter(), test);
            over(facts, domain, |at| match column(facts.org, at) {
                Known::Missing => Truth::Unknown,
                Known::Null => Truth::No,
                Known::Value(words) => test.holds(&words.iter().map(|word| word.at())),
            })
        }
        Predicate::Flag(_, column, wanted) => over(facts, domain, |at| match column(facts.org, at) {
            Known::Missing => Truth::Unknown,
            Known::Null => Truth::No,
            Known::Value(flag) => (flag == *wanted).into(),
        }),
        Predicate::Time(_, column, test) => time(facts, *column, test, domain),
        Predicate::Related(_, relation, test) if test.condition.mentions_this() => {
            let pairs = Arc::new(pairs::follow(facts, domain, *relation, test));
            let part = evaluate(facts, &test.condition, &Domain::Pairs(Arc::clone(&pairs)), Needed::All);
            let answers = pairs::related(facts, test, &pairs, &part.answers);
            parts.push(part);
            answers
        }
        Predicate::Related(_, relation, test) => {
            let target = if is_by_role(*relation, test) {
                Domain::GrantsByRole(test.scopes(*relation))
            } else {
                Domain::all(relation.target())
            };
            let part = evaluate(facts, &test.condition, &target, Needed::All);
            let answers = related(facts, *relation, test, domain, &part);
            parts.push(part);
            answers
        }
        Predicate::Via(_, ViaPredicate::Kinds(kinds)) => {
            domain.each(facts, |at| kinds.iter().map(|(kind, _)| via(facts, *kind, at)).fold(Truth::No, Truth::or))
        }
        Predicate::Via(_, ViaPredicate::Group(group)) if group.mentions_this() => {
            let pairs = Arc::new(pairs::conferring(facts, domain));
            let part = evaluate(facts, group, &Domain::Pairs(Arc::clone(&pairs)), Needed::All);
            let answers = domain.each(facts, |at| {
                let (row, open) = pairs.rows[at].clone();
                quantify(Quantity::Some, row.map(|pair| part.answers.of(pair)), open)
            });
            parts.push(part);
            answers
        }
        Predicate::Via(_, ViaPredicate::Group(group)) => {
            let part = evaluate(facts, group, &Domain::all(Kind::Group), Needed::All);
            let answers = domain.each(facts, |at| {
                let grant = &facts.access.grants()[at];
                let more = facts.more_groups(grant);
                let groups = grant.groups.iter().map(|group| part.answers.of(group.at()));
                quantify(Quantity::Some, groups, more)
            });
            parts.push(part);
            answers
        }
    };
    Answered { condition, domain: domain.clone(), answers, parts }
}

/// Answers whether all of these hold, and each of them.
fn all<'p>(
    facts: &Facts<'_>,
    conditions: &'p [Condition],
    domain: &Domain,
    needed: Needed,
) -> (Truths, Vec<Answered<'p>>) {
    let (mut answers, mut domain) = (Truths::all(domain.len(facts), Truth::Yes), domain.clone());
    let mut parts = Vec::with_capacity(conditions.len());
    for condition in conditions {
        let part = evaluate(facts, condition, &domain, needed);
        answers = answers.and(&part.answers);
        parts.push(part);
        if needed == Needed::UntilNo {
            domain = domain.without_no(&answers);
        }
    }
    (answers, parts)
}

/// Answers from a column; a grant's columns are its role's.
fn over(facts: &Facts<'_>, domain: &Domain, column: impl Fn(usize) -> Truth + Sync) -> Truths {
    match domain {
        Domain::Things(Kind::Grant, _) => {
            let roles = Truths::each(facts.org.roles.len(), column);
            domain.each(facts, |at| roles.of(facts.access.grants()[at].role.at()))
        }
        Domain::Things(..) | Domain::GrantsByRole(_) => domain.each(facts, column),
        Domain::Pairs(_) => unreachable!("what compares nothing is asked of things"),
    }
}

fn time(facts: &Facts<'_>, column: TimeColumn, test: &TimePredicate, domain: &Domain) -> Truths {
    let holds = |time| match time {
        Known::Missing => Truth::Unknown,
        Known::Null => test.null.into(),
        Known::Value(time) => (!test.null && test.holds(time, facts.as_of)).into(),
    };
    // Ages count from the start of the collection. What happened while it went on is as new as can be.
    let meanwhile = facts.as_of..=facts.as_of.saturating_add(LONGEST_COLLECTION);
    let happened = |time: Known<Time>| time.map(|time| if meanwhile.contains(&time) { facts.as_of } else { time });
    if !test.this.is_empty() {
        let past = !matches!(column, TimeColumn::Expiry(_));
        let now = |time| if past && meanwhile.contains(&time) { facts.as_of } else { time };
        return compared_times(facts, column, test, domain, |time| test.holds(now(time), facts.as_of));
    }
    match column {
        TimeColumn::Expiry(read) => over(facts, domain, |at| holds(read(facts.org, at))),
        TimeColumn::Past(read) => over(facts, domain, |at| holds(happened(read(facts.org, at)))),
        TimeColumn::Added => domain.each(facts, |at| holds(happened(facts.access.added_at(at)))),
    }
}

fn text(facts: &Facts<'_>, column: TextColumn, test: &TextPredicate, domain: &Domain) -> Truths {
    let unless_known = |known: Known<bool>| match known {
        Known::Missing => Truth::Unknown,
        Known::Null => test.null.into(),
        Known::Value(holds) => holds.into(),
    };
    match column {
        TextColumn::Each(read) => {
            over(facts, domain, |at| unless_known(read(facts.org, at).map(|text| test.holds(text))))
        }
        TextColumn::Derived(read) => {
            over(facts, domain, |at| unless_known(read(facts.org, at).map(|text| test.holds(&text))))
        }
        TextColumn::Symbol(read) => {
            let words: Vec<bool> = facts.org.symbols.iter().map(|word| test.holds(word)).collect();
            over(facts, domain, |at| unless_known(read(facts.org, at).map(|word| words[word.at()])))
        }
        TextColumn::Principal => {
            domain.each(facts, |at| test.holds(principal_word(facts.access.grants()[at].principal)).into())
        }
        TextColumn::Scope => match domain {
            // Only grants in the scopes that satisfy it are in this domain.
            Domain::GrantsByRole(_) => Truths::all(domain.len(facts), Truth::Yes),
            Domain::Things(..) | Domain::Pairs(_) => {
                domain.each(facts, |at| test.holds(scope_word(facts.access.grants()[at].scope)).into())
            }
        },
    }
}

fn related(
    facts: &Facts<'_>,
    relation: Relation,
    test: &RelatedPredicate,
    domain: &Domain,
    part: &Answered<'_>,
) -> Truths {
    let org = facts.org;
    let of = |at: usize| part.answers.of(at);
    let quantity = test.quantity;
    match (domain, &part.domain) {
        (Domain::Things(kind, asked), Domain::GrantsByRole(scopes)) => {
            let whose = Whose { kind: *kind, scopes: *scopes };
            let (roles, means_no) = as_some(quantity, &part.answers);
            let known = facts.held.some(whose, &roles).cloned();
            let some = known.unwrap_or_else(|| some(org, whose, asked.as_deref(), &roles));
            if means_no { some.not() } else { some }
        }
        // Everything is the same from everywhere.
        (Domain::Things(kind, _), _) if relation.is_everything() => {
            let count = facts.access.count(*kind);
            let scopes = test.scopes_from(*kind, relation);
            let start = Start { relation, kind: *kind, at: 0, scopes };
            Truths::all(count, from(facts, start, test, of, &mut Vec::new()))
        }
        // All grants of a role have the same answer, and there are few roles.
        (Domain::GrantsByRole(_) | Domain::Things(Kind::Grant, _), _) if relation == Relation::Part(Part::Role) => {
            let roles = Truths::each(org.roles.len(), |at| quantify(quantity, std::iter::once(of(at)), false));
            over(facts, domain, |at| roles.of(at))
        }
        (Domain::Things(kind, asked), _) => {
            let scopes = test.scopes_from(*kind, relation);
            let start = |at| Start { relation, kind: *kind, at, scopes };
            let count = facts.access.count(*kind);
            Truths::each_of(count, asked.as_deref(), Vec::new, |places, at| from(facts, start(at), test, of, places))
        }
        (Domain::GrantsByRole(_) | Domain::Pairs(_), _) => {
            unreachable!("a condition on the role alone asks for no other relation, and pairs have their own")
        }
    }
}

/// How many of the things to which a relation leads from there satisfy the condition.
fn from(
    facts: &Facts<'_>,
    start: Start,
    test: &RelatedPredicate,
    of: impl Fn(usize) -> Truth,
    places: &mut Vec<usize>,
) -> Truth {
    let more = facts.relate(start, places);
    match test.quantity {
        Quantity::Count(bounds, counted) if counted != Counted::Each || bounds.are_relative() => {
            facts.is_number(start.relation.target(), (bounds, counted), places, of, more)
        }
        Quantity::Some | Quantity::None | Quantity::Every | Quantity::Count(..) => {
            quantify(test.quantity, places.iter().map(|&place| of(place)), more)
        }
    }
}

fn via(facts: &Facts<'_>, kind: ViaKind, at: usize) -> Truth {
    let grant = &facts.access.grants()[at];
    match kind {
        ViaKind::Direct if grant.direct_stated => grant.direct,
        // Another group may confer it.
        ViaKind::Direct if facts.more_groups(grant) => grant.direct.and(Truth::Unknown),
        ViaKind::Direct => grant.direct,
        ViaKind::Membership => grant.membership.into(),
        ViaKind::Group if !grant.groups.is_empty() => Truth::Yes,
        ViaKind::Group if facts.more_groups(grant) => Truth::Unknown,
        ViaKind::Group => Truth::No,
    }
}
