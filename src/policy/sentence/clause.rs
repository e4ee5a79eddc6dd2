//! Conditions as clauses that follow a noun: `that is disabled`, `whose name matches prod-*`, `who holds the role owner`.

use super::value::{flag, list, text, time};
use super::words::{
    different, holders, joined, name_or_id, of_several, one, owned, place, plural, plural_of, some_of, via,
};
use crate::policy::{
    Attribute, Condition, Counted, Kind, Predicate, Quantity, RelatedPredicate, Relation, TextColumn, ViaPredicate,
};

/// What a condition says of a thing of that kind, or that it does not hold: clauses that all have to be so.
pub fn clauses(condition: &Condition, holds: bool) -> Vec<String> {
    match &condition.predicate {
        Predicate::All(parts) if holds => parts.iter().flat_map(|part| clauses(part, true)).collect(),
        Predicate::Any(parts) if !holds => parts.iter().flat_map(|part| clauses(part, false)).collect(),
        Predicate::All(parts) | Predicate::Any(parts) => {
            let each: Vec<String> = parts.iter().map(|part| joined(clauses(part, holds).into_iter(), "and")).collect();
            // Where one of several parts has an `and` of its own, the whole needs a mark.
            let nested = each.iter().any(|part| part.contains(" and "));
            let all = joined(each.into_iter(), if nested { ", or" } else { "or" });
            vec![format!("either {}", all.replace(" , or", ", or").replace(",, or", ", or"))]
        }
        Predicate::Not(part) => clauses(part, !holds),
        Predicate::Text(attribute, column, test) => vec![text(attribute, *column, test, holds)],
        Predicate::List(attribute, _, test) => list(attribute, test, holds),
        Predicate::Flag(attribute, _, wanted) => vec![flag(attribute, *wanted == holds)],
        Predicate::Time(attribute, _, test) => vec![time(attribute, test, holds)],
        Predicate::Related(attribute, relation, test) => vec![related(attribute, *relation, test, holds)],
        Predicate::Via(_, ViaPredicate::Kinds(kinds)) => vec![via(kinds, holds)],
        Predicate::Via(_, ViaPredicate::Group(group)) => {
            let group = thing("a group", group);
            vec![if holds {
                format!("that comes through {group}")
            } else {
                format!("that does not come through {group}")
            }]
        }
    }
}

/// A thing with what is asked of it: `the project Website`, `a user that is disabled`.
pub fn thing(one: &str, condition: &Condition) -> String {
    if let Some(name) = name_or_id(condition) {
        return format!("the {} {name}", one.trim_start_matches("a ").trim_start_matches("an "));
    }
    let all = clauses(condition, true);
    let adjective = |word: &str| all.iter().any(|clause| clause == &format!("that is {word}"));
    let rest: Vec<String> =
        all.iter().filter(|all| !matches!(all.as_str(), "that is custom" | "that is predefined")).cloned().collect();
    let noun = one.trim_start_matches("a ").trim_start_matches("an ");
    let one = match (adjective("custom"), adjective("predefined")) {
        (true, _) => format!("a custom {noun}"),
        (false, true) => format!("a predefined {noun}"),
        (false, false) => one.to_owned(),
    };
    let (places, rest): (Vec<String>, Vec<String>) = rest.into_iter().partition(|clause| clause.starts_with("of "));
    let rest = joined(rest.into_iter(), "and");
    std::iter::once(one).chain(places).chain((!rest.is_empty()).then_some(rest)).collect::<Vec<_>>().join(" ")
}

fn related(attribute: &Attribute, relation: Relation, test: &RelatedPredicate, holds: bool) -> String {
    match (test.quantity, holds) {
        (Quantity::Some, holds) => some(attribute, relation, &test.condition, holds),
        (Quantity::None, holds) => some(attribute, relation, &test.condition, !holds),
        (Quantity::Every, holds) => {
            let what = if relation == Relation::Holds { "grants" } else { plural_of(attribute, relation) };
            let all = joined(of_several(&clauses(&test.condition, true)).into_iter(), "and");
            let not = if holds { "" } else { "not " };
            format!("{not}all of whose {what} are ones {all}")
        }
        (Quantity::Count(bounds, counted), holds) => {
            let what = match counted {
                Counted::Each | Counted::Principals => plural_of(attribute, relation).to_owned(),
                Counted::Through(through) => plural(through.target()).to_owned(),
                Counted::Texts(text) => format!("{} of {}", different(text), plural_of(attribute, relation)),
            };
            let not = if holds { "" } else { "not " };
            if bounds.are_relative() {
                let all = joined(of_several(&clauses(&test.condition, true)).into_iter(), "and");
                return format!("{not}with {bounds} of its {what} being ones {all}");
            }
            if relation == Relation::Holds {
                return format!("{not}with {}", some_of(bounds, &counted_of(&test.condition, counted)));
            }
            let such = if relation == Relation::Holders {
                such(&test.condition)
            } else {
                joined(of_several(&clauses(&test.condition, true)).into_iter(), "and")
            };
            let such = if such.is_empty() { such } else { format!(" {such}") };
            format!("{not}with {}{such}", some_of(bounds, &what))
        }
    }
}

/// That one related thing satisfies a condition, or none does.
fn some(attribute: &Attribute, relation: Relation, condition: &Condition, holds: bool) -> String {
    let not = if holds { "" } else { "not " };
    match relation {
        Relation::Holds if holds => format!("that holds {}", held(condition)),
        Relation::Holds => format!("that does not hold {}", held(condition)),
        Relation::Holders => {
            let holder = holder(condition);
            if holds { format!("that is held by {holder}") } else { format!("that is not held by {holder}") }
        }
        Relation::Groups => format!("that is {not}in {}", thing("a group", condition)),
        Relation::Project | Relation::Projects => format!("that is {not}in {}", thing("a project", condition)),
        Relation::Members => {
            let with = if holds { "with" } else { "without" };
            format!("{with} {}", thing("a member", condition))
        }
        Relation::Role => format!("of {}{}", not, thing("a role", condition)),
        Relation::User if attribute.of != Kind::Grant => {
            format!("that {}", owned(holds, &thing("a user", condition)))
        }
        Relation::ServiceAccount if attribute.of != Kind::Grant => {
            format!("that {}", owned(holds, &thing("a service account", condition)))
        }
        Relation::User => format!("that is {not}of {}", thing("a user", condition)),
        Relation::Group => format!("that is {not}of {}", thing("a group", condition)),
        Relation::ServiceAccount => {
            format!("that is {not}of {}", thing("a service account", condition))
        }
        Relation::Roles | Relation::ServiceAccounts | Relation::ApiKeys => {
            let with = if holds { "with" } else { "without" };
            format!("{with} {}", thing(&one(relation.target()), condition))
        }
        Relation::All(kind) => {
            let has = if holds { "there is" } else { "there is not" };
            format!("for which {has} {}", thing(&one(kind), condition))
        }
    }
}

// Grants: the role owner of the organization, a custom role that permits *.write in a project, directly.

/// The parts of a condition on a grant, each where English puts it.
#[derive(Default)]
struct Parts {
    /// `the role owner`, `a custom role`.
    role: Option<String>,
    /// `that permits *.write`.
    permits: Vec<String>,
    /// `of the organization`, `in the project Website`.
    place: Option<String>,
    /// Whatever else there is.
    rest: Vec<String>,
    /// `a user`, `a group whose name is Platform`.
    holder: Option<String>,
}

impl Parts {
    fn of(condition: &Condition) -> Self {
        let mut parts = Self::default();
        for part in condition.conjuncts() {
            parts.add(part);
        }
        parts
    }

    fn add(&mut self, part: &Condition) {
        match &part.predicate {
            Predicate::Related(_, Relation::Role, test) if test.quantity == Quantity::Some && self.role.is_none() => {
                self.role = Some(thing("a role", &test.condition));
            }
            Predicate::Related(_, Relation::Project, test) if test.quantity == Quantity::Some => {
                self.place = Some(format!("in {}", thing("a project", &test.condition)));
            }
            Predicate::Text(_, TextColumn::Scope, test) => {
                // The project says more than that it is one.
                if self.place.is_none() {
                    self.place = place(test);
                }
            }
            Predicate::Text(_, TextColumn::Principal, test) => {
                self.holder = self.holder.take().or_else(|| holders(test));
            }
            Predicate::Related(_, relation @ (Relation::User | Relation::Group | Relation::ServiceAccount), test)
                if test.quantity == Quantity::Some =>
            {
                self.holder = Some(thing(&one(relation.target()), &test.condition));
            }
            Predicate::List(..) => self.permits.extend(clauses(part, true)),
            Predicate::All(parts) => parts.iter().for_each(|part| self.add(part)),
            Predicate::Any(_)
            | Predicate::Not(_)
            | Predicate::Text(..)
            | Predicate::Flag(..)
            | Predicate::Time(..)
            | Predicate::Related(..)
            | Predicate::Via(..) => self.rest.extend(clauses(part, true)),
        }
    }

    /// The role with what it permits and where.
    fn role(&self) -> String {
        let role = self.role.clone().unwrap_or_else(|| "a role".to_owned());
        let permits = joined(self.permits.iter().cloned(), "and");
        let all = self.place.clone().into_iter().chain([permits]);
        let rest = joined(self.rest.iter().cloned(), "and");
        let rest = if rest.is_empty() { rest } else { format!("in a way {rest}") };
        let words: Vec<String> =
            std::iter::once(role).chain(all).chain([rest]).filter(|word| !word.is_empty()).collect();
        words.join(" ")
    }
}

/// What somebody holds.
pub fn held(condition: &Condition) -> String {
    Parts::of(condition).role()
}

/// Who holds a role, or something in a project.
pub fn holder(condition: &Condition) -> String {
    let parts = Parts::of(condition);
    let holder = parts.holder.clone().unwrap_or_else(|| "somebody".to_owned());
    let bare = parts.role.is_none() && parts.permits.is_empty() && parts.rest.is_empty();
    match (&parts.place, bare) {
        (None, true) => holder,
        (Some(place), true) => format!("{holder} {place}"),
        (_, false) => format!("{holder} with {}", parts.role()),
    }
}

/// Which holders are counted.
pub fn such(condition: &Condition) -> String {
    let parts = Parts::of(condition);
    let holder = parts.holder.as_ref().map(|holder| format!("that are {holder}"));
    let bare = parts.role.is_none() && parts.permits.is_empty() && parts.rest.is_empty();
    let role = if bare { parts.place.clone() } else { Some(format!("that hold {}", parts.role())) };
    let all: Vec<String> = role.into_iter().chain(holder).collect();
    all.join(if bare { " " } else { " and " })
}

/// Of what somebody holds, what is counted.
fn counted_of(condition: &Condition, counted: Counted) -> String {
    let mut parts = Parts::of(condition);
    match counted {
        Counted::Each | Counted::Principals => format!("grants of {}", parts.role()),
        Counted::Through(Relation::Project) => {
            parts.place = None;
            format!("projects in which it holds {}", parts.role())
        }
        Counted::Through(Relation::Role) => format!("different roles, each of them {}", parts.role()),
        Counted::Through(relation) => format!("{} from grants of {}", plural(relation.target()), parts.role()),
        Counted::Texts(attribute) => format!("{} of grants of {}", different(attribute), parts.role()),
    }
}

/// What a rule on grants says of them.
pub fn subject(conditions: &[&Condition]) -> Vec<String> {
    let mut parts = Parts::default();
    for part in conditions.iter().flat_map(|condition| condition.conjuncts()) {
        parts.add(part);
    }
    let rest = std::mem::take(&mut parts.rest);
    let bare = parts.role.is_none() && parts.permits.is_empty() && parts.place.is_none();
    let role = (!bare).then(|| format!("of {}", parts.role()));
    let holder = parts.holder.as_ref().map(|holder| format!("to {holder}"));
    role.into_iter().chain(holder).chain(rest).collect()
}
