//! Conditions as clauses that follow a noun: `that is disabled`, `whose name matches prod-*`, `who holds the role owner`.
//! Grants have conditions and conditions lead to grants, so both are here. That makes it long.

use super::exactly::Exactly;
use super::value::{flag, list, text, time};
use super::words::{
    all_of, different, holders, joined, name_or_id, of_several, one_related, place, plural, several_related, some_of,
    via,
};
use crate::policy::{
    Attribute, Condition, Counted, Kind, Part, Predicate, Quantity, RelatedPredicate, Relation, TextColumn,
    ViaPredicate,
};

/// What a condition says about a thing of that kind, or that it does not hold: clauses that all have to be true.
pub fn clauses(condition: &Condition, holds: bool) -> Vec<String> {
    match &condition.predicate {
        Predicate::All(parts) if holds => all(parts),
        Predicate::Any(parts) if !holds => parts.iter().flat_map(|part| clauses(part, false)).collect(),
        Predicate::All(parts) | Predicate::Any(parts) => {
            let each: Vec<String> = parts.iter().map(|part| all_of(clauses(part, holds))).collect();
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

/// What conditions say that all have to hold.
fn all(parts: &[Condition]) -> Vec<String> {
    let mut said = Vec::new();
    let mut rest = parts;
    while let [first, others @ ..] = rest {
        if let Some((exactly, number)) = exactly(first, others) {
            said.push(exactly);
            rest = &others[number..];
        } else {
            said.extend(clauses(first, true));
            rest = others;
        }
    }
    said
}

/// That related things have exactly these values of an attribute, and how many of the other conditions say so.
fn exactly(first: &Condition, others: &[Condition]) -> Option<(String, usize)> {
    let Exactly { relation, which, listed, shares } = Exactly::of(first, others)?;
    let which = Condition { span: first.span.clone(), predicate: Predicate::All(which.to_vec()) };
    let such = if relation == Relation::Holders { such(&which) } else { all_of(of_several(&clauses(&which, true))) };
    let such = if such.is_empty() { such } else { format!(" {such}") };
    let (things, those) = (several_related(relation), all_of(of_several(&clauses(listed, true))));
    Some((format!("whose {things}{such} are exactly those {those}"), shares))
}

/// A thing with its condition: `the project Website`, `a user that is disabled`.
pub fn thing(one: &str, condition: &Condition) -> String {
    if let Some(name) = name_or_id(condition) {
        return format!("the {} {name}", one.trim_start_matches("a ").trim_start_matches("an "));
    }
    let mut rest = clauses(condition, true);
    let mut adjective = |clause: &str| {
        let before = rest.len();
        rest.retain(|said| said != clause);
        rest.len() < before
    };
    let noun = one.trim_start_matches("a ").trim_start_matches("an ");
    let (same, another) = (adjective("whose id is the same"), adjective("whose id is not the same"));
    let kind = match (adjective("that is custom"), adjective("that is predefined")) {
        (true, _) => "custom ",
        (false, true) => "predefined ",
        (false, false) => "",
    };
    let one = match (same, another) {
        (true, _) => format!("the same {kind}{noun}"),
        (false, true) => format!("another {kind}{noun}"),
        (false, false) if kind.is_empty() => one.to_owned(),
        (false, false) => format!("a {kind}{noun}"),
    };
    let (places, rest): (Vec<String>, Vec<String>) = rest.into_iter().partition(|clause| clause.starts_with("of "));
    let rest = all_of(rest);
    std::iter::once(one).chain(places).chain((!rest.is_empty()).then_some(rest)).collect::<Vec<_>>().join(" ")
}

fn related(attribute: &Attribute, relation: Relation, test: &RelatedPredicate, holds: bool) -> String {
    match (test.quantity, holds) {
        (Quantity::Some, holds) => some(attribute, relation, &test.condition, holds),
        (Quantity::None, holds) => some(attribute, relation, &test.condition, !holds),
        (Quantity::Every, holds) => {
            let grants = matches!(relation, Relation::Holds | Relation::Holders);
            let what = if grants { "grants" } else { several_related(relation) };
            let not = if holds { "" } else { "not " };
            format!("{not}each of whose {what} is one {}", all_of(clauses(&test.condition, true)))
        }
        (Quantity::Count(bounds, counted), holds) => {
            let what = match counted {
                Counted::Each | Counted::Principals => several_related(relation).to_owned(),
                Counted::Through(through) => plural(through.target()).to_owned(),
                Counted::Texts(text) => format!("{} of {}", different(text), several_related(relation)),
            };
            let not = if holds { "" } else { "not " };
            if bounds.are_relative() {
                let all = all_of(of_several(&clauses(&test.condition, true)));
                return format!("{not}{bounds} of whose {what} are ones {all}");
            }
            if relation == Relation::Holds {
                return format!("{not}with {}", some_of(bounds, &counted_of(&test.condition, counted)));
            }
            let such = if relation == Relation::Holders {
                such(&test.condition)
            } else {
                all_of(of_several(&clauses(&test.condition, true)))
            };
            let such = if such.is_empty() { such } else { format!(" {such}") };
            format!("{not}with {}{such}", some_of(bounds, &what))
        }
    }
}

/// That one related thing satisfies a condition, or none does.
fn some(attribute: &Attribute, relation: Relation, condition: &Condition, holds: bool) -> String {
    let what = if relation == Relation::Holds {
        held(condition)
    } else if relation != Relation::Holders {
        thing(&one_related(relation), condition)
    } else if attribute.of == Kind::Project {
        return in_project(condition, holds);
    } else {
        holder(condition)
    };
    let words = relation.words();
    format!("{} {what}", if holds { words.has } else { words.has_not })
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
    /// `directly`, `through a group whose name is Platform`.
    ways: Vec<String>,
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
            Predicate::Related(_, relation @ Relation::Part(of), test) if test.quantity == Quantity::Some => {
                let related = thing(&one_related(*relation), &test.condition);
                match of {
                    Part::Role if self.role.is_some() => self.rest.extend(clauses(part, true)),
                    Part::Role => self.role = Some(related),
                    Part::Project => self.place = Some(format!("in {related}")),
                    Part::User | Part::Group | Part::ServiceAccount => self.holder = Some(related),
                }
            }
            Predicate::Text(_, TextColumn::Scope, test) => {
                // A named project says more than "in a project".
                if self.place.is_none() {
                    self.place = place(test);
                }
            }
            Predicate::Text(_, TextColumn::Principal, test) => {
                self.holder = self.holder.take().or_else(|| holders(test));
            }
            Predicate::List(..) => self.permits.extend(clauses(part, true)),
            Predicate::All(parts) => parts.iter().for_each(|part| self.add(part)),
            Predicate::Via(..) => self.ways.extend(clauses(part, true)),
            Predicate::Any(_)
            | Predicate::Not(_)
            | Predicate::Text(..)
            | Predicate::Flag(..)
            | Predicate::Time(..)
            | Predicate::Related(..) => self.rest.extend(clauses(part, true)),
        }
    }

    /// Whether nothing is said of the role.
    fn is_bare(&self) -> bool {
        self.role.is_none() && self.permits.is_empty() && self.rest.is_empty()
    }

    /// How it is held: `directly and through a group`.
    fn ways(&self) -> String {
        let ways = self.ways.iter().map(|way| match way.strip_prefix("that comes ") {
            Some(way) => way.to_owned(),
            None => way.replacen("that does not come", "but not", 1),
        });
        joined(ways, "and")
    }

    /// The role with what it permits and where.
    fn role(&self) -> String {
        let role = self.role.clone().unwrap_or_else(|| "a role".to_owned());
        let permits = all_of(self.permits.clone());
        let place = self.place.clone().unwrap_or_default();
        // A clause about the project would seem to be about the role.
        let long = place.contains(" that ") || place.contains(" whose ") || place.contains(" which ");
        let (permits, place) = if long { (permits, place) } else { (place, permits) };
        let ways = self.ways();
        let rest = all_of(self.rest.clone());
        let rest = if rest.is_empty() { rest } else { format!("in a grant {rest}") };
        let words = [role, permits, place, ways, rest];
        words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
    }
}

/// What somebody holds.
pub fn held(condition: &Condition) -> String {
    Parts::of(condition).role()
}

/// That somebody holds something in a project, or nobody does.
fn in_project(condition: &Condition, holds: bool) -> String {
    let mut parts = Parts::of(condition);
    let one = parts.holder.clone().unwrap_or_else(|| "somebody".to_owned());
    let holder = match (holds, one.split_once(' ')) {
        (true, _) => one,
        (false, Some(("a" | "an", rest))) => format!("no {rest}"),
        (false, _) if one == "somebody" => "nobody".to_owned(),
        (false, _) => format!("none of {one}"),
    };
    // It is the same project.
    parts.place = parts.place.filter(|place| place == "of the organization");
    format!("in which {holder} holds {}", parts.role())
}

/// Who holds a role.
pub fn holder(condition: &Condition) -> String {
    let parts = Parts::of(condition);
    let holder = parts.holder.clone().unwrap_or_else(|| "somebody".to_owned());
    if !parts.is_bare() {
        return format!("{holder} with {}", parts.role());
    }
    let words = [holder, parts.place.clone().unwrap_or_default(), parts.ways()];
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Which holders are counted.
pub fn such(condition: &Condition) -> String {
    let parts = Parts::of(condition);
    let holder = parts.holder.as_ref().map(|holder| format!("that are {}", several_holders(holder)));
    let bare = parts.is_bare() && parts.ways.is_empty();
    let role = if bare {
        parts.place.as_ref().map(|place| place.replacen("of the", "in the", 1))
    } else {
        Some(format!("that hold {}", parts.role()))
    };
    let all: Vec<String> = role.into_iter().chain(holder).collect();
    all.join(if bare { " " } else { " and " })
}

/// `users or groups`, of `a user or a group`; whoever is described further stays one.
fn several_holders(holder: &str) -> String {
    if holder.contains(" that ") || holder.contains(" whose ") {
        return holder.to_owned();
    }
    let words = [("a user", "users"), ("a group", "groups"), ("a service account", "service accounts")];
    words.iter().fold(holder.to_owned(), |said, (one, several)| said.replace(one, several))
}

/// What is counted of what somebody holds.
fn counted_of(condition: &Condition, counted: Counted) -> String {
    let mut parts = Parts::of(condition);
    match counted {
        Counted::Each | Counted::Principals => format!("grants of {}", parts.role()),
        Counted::Through(Relation::Part(Part::Project)) => {
            parts.place = None;
            format!("projects in which it holds {}", parts.role())
        }
        Counted::Through(Relation::Part(Part::Role)) => format!("different roles, each of them {}", parts.role()),
        Counted::Through(relation) => format!("{} from grants of {}", plural(relation.target()), parts.role()),
        Counted::Texts(attribute) => format!("{} of grants of {}", different(attribute), parts.role()),
    }
}

/// What a rule on grants says about them.
pub fn subject(conditions: &[&Condition]) -> Vec<String> {
    let mut parts = Parts::default();
    for part in conditions.iter().flat_map(|condition| condition.conjuncts()) {
        parts.add(part);
    }
    let mut rest = std::mem::take(&mut parts.ways);
    rest.append(&mut parts.rest);
    let bare = parts.role.is_none() && parts.permits.is_empty() && parts.place.is_none();
    let role = (!bare).then(|| format!("of {}", parts.role()));
    let holder = parts.holder.as_ref().map(|holder| format!("to {holder}"));
    role.into_iter().chain(holder).chain(rest).collect()
}
