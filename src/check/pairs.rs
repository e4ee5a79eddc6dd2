//! Things on behalf of others: what a relation leads to from each selected thing, so that the two can be compared. Where
//! a text of the one has to be that of the other, it is looked up: nothing is compared with everything.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::domain::{Domain, Pairs};
use super::facts::Facts;
use super::quantify::quantify;
use super::relation::Start;
use super::this::{Wanted, key};
use super::truths::Truths;
use crate::org::{Known, Truth};
use crate::policy::{Condition, Counted, Kind, Quantity, RelatedPredicate, Relation, TextPredicate};

/// Follows a relation from each thing of a domain to those that may satisfy the condition.
pub fn follow(facts: &Facts<'_>, domain: &Domain, relation: Relation, test: &RelatedPredicate) -> Pairs {
    let (subject, from) = domain.kinds();
    let starts = (0..domain.len(facts)).map(|at| domain.pair(at));
    let scopes = test.scopes_from(from, relation);
    // Where every one has to satisfy it, or a part of all, those that do not matter, too.
    let all = match test.quantity {
        Quantity::Every => true,
        Quantity::Count(bounds, _) => bounds.are_relative(),
        Quantity::Some | Quantity::None => false,
    };
    let index = if all { None } else { Index::of(facts, &test.condition, relation.target()) };
    let (mut related, mut meant) = (HashMap::new(), HashMap::new());
    let (mut pairs, mut rows) = (Vec::new(), Vec::new());
    for (this, at) in starts {
        // All lead to the same.
        let place = if relation.is_everything() { 0 } else { at };
        let (places, open) = match related.entry(place) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(entry) => {
                let mut places = Vec::new();
                let open = facts.relate(Start { relation, kind: from, at, scopes }, &mut places);
                places.sort_unstable();
                entry.insert((places, open))
            }
        };
        let first = pairs.len();
        let candidates = index
            .as_ref()
            .and_then(|index| meant.entry(this).or_insert_with(|| index.candidates(facts, subject, this)).as_ref());
        let (few, many): (&Vec<usize>, Option<&Vec<usize>>) = match candidates {
            Some(candidates) if candidates.len() < places.len() => (candidates, Some(places)),
            Some(candidates) => (places, Some(candidates)),
            None => (places, None),
        };
        let both = few.iter().filter(|one| many.is_none_or(|many| many.binary_search(one).is_ok()));
        pairs.extend(both.map(|&thing| (this, thing)));
        rows.push((first..pairs.len(), *open));
    }
    Pairs { subject, kind: relation.target(), pairs, rows }
}

/// The groups that confer each grant of a domain.
pub fn conferring(facts: &Facts<'_>, domain: &Domain) -> Pairs {
    let (subject, _) = domain.kinds();
    let (mut pairs, mut rows) = (Vec::new(), Vec::new());
    for at in 0..domain.len(facts) {
        let (this, grant) = domain.pair(at);
        let (grant, first) = (&facts.access.grants()[grant], pairs.len());
        pairs.extend(grant.groups.iter().map(|group| (this, group.at())));
        rows.push((first..pairs.len(), facts.more_groups(grant)));
    }
    Pairs { subject, kind: Kind::Group, pairs, rows }
}

/// The things of a kind by the text that has to be one of the selected thing.
struct Index<'p> {
    test: &'p TextPredicate,
    by_text: HashMap<String, Vec<usize>>,
    /// Those whose text is not known.
    unknown: Vec<usize>,
}

impl<'p> Index<'p> {
    fn of(facts: &Facts<'_>, condition: &'p Condition, kind: Kind) -> Option<Self> {
        let (through, column, test) = condition.join()?;
        let fold = test.this[0].fold;
        let mut index = Self { test, by_text: HashMap::new(), unknown: Vec::new() };
        for at in 0..facts.access.count(kind) {
            let text = match facts.follow(through.iter().copied(), kind, at) {
                Known::Missing => Known::Missing,
                Known::Null => Known::Null,
                Known::Value((kind, at)) => facts.text(column, kind, at),
            };
            match text {
                Known::Missing => index.unknown.push(at),
                Known::Null => {}
                Known::Value(text) => index.by_text.entry(key(&text, fold)).or_default().push(at),
            }
        }
        Some(index)
    }

    /// The things that may have the text of the selected thing, sorted; `None` if all may.
    fn candidates(&self, facts: &Facts<'_>, subject: Kind, this: usize) -> Option<Vec<usize>> {
        let mut places = self.unknown.clone();
        let mut add = |text: &String| places.extend(self.by_text.get(text).into_iter().flatten());
        for one in &self.test.this {
            match facts.wanted(one, subject, this) {
                Wanted::Unknown => return None,
                Wanted::Text(text) => add(&text),
                Wanted::Listed(patterns) => {
                    for pattern in patterns.into_iter().flatten() {
                        // A pattern that ignores case compares a little otherwise than a key does.
                        let literal = pattern.literal().filter(|text| text.is_ascii() || !pattern.ignores_case())?;
                        add(&key(literal, one.fold));
                    }
                }
            }
        }
        places.sort_unstable();
        places.dedup();
        Some(places)
    }
}

/// Answers what is asked of related things that are compared with the selected thing.
pub fn related(facts: &Facts<'_>, test: &RelatedPredicate, pairs: &Pairs, answered: &Truths) -> Truths {
    Truths::each(pairs.rows.len(), |at| {
        let (row, open) = pairs.rows[at].clone();
        let answers = row.clone().map(|pair| answered.of(pair));
        match test.quantity {
            Quantity::Count(bounds, counted) if counted != Counted::Each || bounds.are_relative() => {
                let answers: HashMap<usize, Truth> = row.map(|pair| (pairs.at(pair).1, answered.of(pair))).collect();
                let things: Vec<usize> = answers.keys().copied().collect();
                facts.is_number(pairs.kind, (bounds, counted), &things, |thing| answers[&thing], open)
            }
            Quantity::Some | Quantity::None | Quantity::Every | Quantity::Count(..) => {
                quantify(test.quantity, answers, open)
            }
        }
    })
}
