//! From what a rule asks to an organization that gives it: each condition is worked backwards into fields and links,
//! one choice after the other. A choice that leads nowhere is taken back. Whether the result is right is for the
//! evaluator to say. It is long because each form of condition is worked backwards in its own way.

use super::goal::{Goal, State, Wanted};
use super::grants::{self, Target};
use super::sketch::{Field, Sketch};
use super::this::Compared;
use super::values::{self, Values, edges};
use super::{fields, links, roles};
use crate::org::Kind;
use crate::policy::{
    Assertion, Attribute, Condition, Counted, Predicate, Quantity, RelatedPredicate, Relation, Rule, TextColumn,
    TextPredicate, Type, ViaPredicate,
};

/// How many finished sketches are looked at, for all ways to begin together, and in any case for each.
const SKETCHES: (usize, usize) = (2_000, 60);
/// How many steps are taken for each finished sketch.
const STEPS: usize = 100;

/// How many related things there are in all where a part of them is asked for.
const PARTS: [u64; 7] = [0, 1, 2, 3, 4, 10, 20];

/// How many related things are made for one condition.
const MOST_RELATED: u64 = 40;

/// The search for an organization.
struct Search<'a> {
    values: &'a Values,
    accepts: &'a mut dyn FnMut(&Sketch) -> bool,
    sketches: usize,
    steps: usize,
    /// How many sketches are looked at before this beginning is given up.
    most: usize,
}

/// An organization that violates the rule, or satisfies it with something selected, whichever `accepts` asks for.
pub fn solve(rule: &Rule, violated: bool, values: &Values, accepts: &mut dyn FnMut(&Sketch) -> bool) -> Option<Sketch> {
    let mut search = Search { values, accepts, sketches: 0, steps: 0, most: 0 };
    let wanted = |wanted| Goal::Selected(rule, wanted);
    let numbers: Vec<(u64, Wanted)> = match &rule.assertion {
        Assertion::Forbid(_) | Assertion::Require(_) => vec![(1, Wanted::Asserted { broken: violated })],
        Assertion::Count(bounds, ..) => {
            let numbers = edges(*bounds).into_iter();
            // What a percentage allows depends on how many there are.
            let numbers = numbers.filter(|number| bounds.are_relative() || bounds.contain(*number) != violated);
            numbers.map(|number| (number, Wanted::Selected)).collect()
        }
        Assertion::Exactly(exactly) => {
            let all = if violated { 0 } else { exactly.values.len() as u64 };
            vec![(all, Wanted::Asserted { broken: false }), (1, Wanted::Asserted { broken: violated })]
        }
    };
    let spares = (!violated && rule.select == Kind::Role).then_some(rule);
    numbers.into_iter().find_map(|(number, what)| {
        let goals = (0..number).map(|_| wanted(what)).collect();
        search.begin(State { sketch: Sketch::default(), goals, each: Vec::new(), subject: None, spares })
    })
}

impl<'p> Search<'_> {
    /// Tries each way to begin, with a share of what may be looked at, so that a hopeless one does not use it up.
    fn begin(&mut self, mut state: State<'p>) -> Option<Sketch> {
        let Some(goal) = state.goals.pop() else { return self.finish(state, false) };
        let ways = self.ways(&state, goal);
        self.most = (SKETCHES.0 / ways.len().max(1)).max(SKETCHES.1);
        ways.into_iter().find_map(|state| {
            (self.sketches, self.steps) = (0, 0);
            self.search(state, false)
        })
    }

    fn search(&mut self, mut state: State<'p>, settled: bool) -> Option<Sketch> {
        self.steps += 1;
        if self.sketches > self.most || self.steps > self.most * STEPS {
            return None;
        }
        let Some(goal) = state.goals.pop() else { return self.finish(state, settled) };
        let next = self.ways(&state, goal);
        next.into_iter().find_map(|state| self.search(state, settled))
    }

    /// All choices are made. If the evaluator says no, what has to be true of everything related is next.
    fn finish(&mut self, mut state: State<'p>, settled: bool) -> Option<Sketch> {
        self.sketches += 1;
        if (self.accepts)(&state.sketch) {
            return Some(state.sketch);
        }
        let (each, spares) = (std::mem::take(&mut state.each), state.spares.take());
        if settled || (each.is_empty() && spares.is_none()) {
            // Membership alone gives a user a role.
            grants::without_membership(&mut state.sketch);
            return (self.accepts)(&state.sketch).then_some(state.sketch);
        }
        for goal in each {
            let Goal::Related { of, relation, condition, wanted, .. } = goal else { continue };
            let related = links::related(&state.sketch, of, relation);
            state.goals.extend(related.into_iter().map(|target| Goal::Holds(target, condition, wanted)));
        }
        if let Some(rule) = spares {
            let there = roles::predefined_roles(&mut state.sketch).into_iter();
            state.goals.extend(there.map(|role| Goal::Spared(Target::Item(role), rule)));
        }
        self.search(state, true)
    }

    fn ways(&self, state: &State<'p>, goal: Goal<'p>) -> Vec<State<'p>> {
        match goal {
            Goal::Holds(target, condition, wanted) => self.holds(state, target, condition, wanted),
            Goal::Related { of, relation, condition, wanted, new, counted } => {
                let known = links::related(&state.sketch, of, relation).into_iter().filter(|_| !new);
                let known = known.map(|target| (state.sketch.clone(), target));
                let through = match counted {
                    Some(Counted::Through(relation)) => Some(relation.target()),
                    Some(Counted::Each | Counted::Principals | Counted::Texts(_)) | None => None,
                };
                let before = through.map(|kind| state.sketch.of(kind).count());
                let more = |sketch: &Sketch| through.map(|kind| sketch.of(kind).count()) > before;
                // What a role of the organization permits, its holders may do in every project.
                let wide = relation == Relation::Holders && condition.asks_for_permissions();
                let wide = if wide { grants::organization_wide(&state.sketch, of) } else { Vec::new() };
                let fresh = links::fresh(&state.sketch, of, relation).into_iter().chain(wide);
                let all = known.chain(fresh.filter(|(sketch, _)| through.is_none() || more(sketch)));
                let goals = |target| {
                    let apart = counted.and_then(|counted| apart(target, counted));
                    apart.into_iter().chain([Goal::Holds(target, condition, wanted)])
                };
                all.map(|(sketch, target)| state.with(sketch, goals(target))).collect()
            }
            Goal::Apart(target, attribute) => self.apart(state, target, attribute),
            Goal::Spared(target, rule) => {
                let asserted = match &rule.assertion {
                    Assertion::Forbid(condition) => Some(Goal::Holds(target, condition, false)),
                    Assertion::Require(condition) => Some(Goal::Holds(target, condition, true)),
                    // The first goal has taken care of the number or the value.
                    Assertion::Count(..) | Assertion::Exactly(_) => None,
                };
                let spared = [Goal::Holds(target, &rule.filter, false)].into_iter().chain(asserted);
                spared.map(|goal| state.with(state.sketch.clone(), [goal])).collect()
            }
            Goal::Selected(rule, wanted) => {
                let subjects = links::subjects(&state.sketch, rule.select);
                subjects
                    .into_iter()
                    .flat_map(|(sketch, target)| self.selected(state, sketch, target, rule, wanted))
                    .collect()
            }
        }
    }

    fn selected(
        &self,
        state: &State<'p>,
        sketch: Sketch,
        target: Target,
        rule: &'p Rule,
        wanted: Wanted,
    ) -> Vec<State<'p>> {
        let filter = Goal::Holds(target, &rule.filter, true);
        let subject = if let Target::Item(at) = target { Some(at) } else { None };
        let state = &State { subject, ..state.clone() };
        match (&rule.assertion, wanted) {
            (Assertion::Forbid(condition), Wanted::Asserted { broken }) => {
                vec![state.with(sketch, [Goal::Holds(target, condition, broken), filter])]
            }
            (Assertion::Require(condition), Wanted::Asserted { broken }) => {
                vec![state.with(sketch, [Goal::Holds(target, condition, !broken), filter])]
            }
            (Assertion::Exactly(exactly), Wanted::Asserted { broken }) => {
                let listed = |text: &str| exactly.values.iter().any(|value| value.matches(text));
                let next = state.with(sketch, [filter]);
                self.texts(&next, target, exactly.attribute, exactly.column, &|text| {
                    text.is_some_and(&listed) != broken
                })
            }
            (Assertion::Count(_, counted, _), _) => {
                vec![state.with(sketch, apart(target, *counted).into_iter().chain([filter]))]
            }
            (_, Wanted::Selected) => vec![state.with(sketch, [filter])],
        }
    }

    /// The ways to give a thing a text that no other has.
    fn apart(&self, state: &State<'p>, target: Target, attribute: &'static Attribute) -> Vec<State<'p>> {
        let Type::Text(_, column) = attribute.type_ else { return vec![state.clone()] };
        let taken = fields::taken(&state.sketch, target.role_or_self(), attribute.name);
        self.texts(state, target, attribute, column, &|text| {
            text.is_some_and(|text| !taken.iter().any(|own| own == text))
        })
    }

    fn holds(&self, state: &State<'p>, target: Target, condition: &'p Condition, wanted: bool) -> Vec<State<'p>> {
        let same = || state.with(state.sketch.clone(), []);
        let compared = |attribute, subject| Compared { sketch: &state.sketch, subject, target, attribute };
        if let Some(sketches) = fields::linked(&state.sketch, target, &condition.predicate, wanted) {
            return sketches.into_iter().map(|sketch| state.with(sketch, [])).collect();
        }
        match &condition.predicate {
            Predicate::Not(part) => vec![state.with(state.sketch.clone(), [Goal::Holds(target, part, !wanted)])],
            Predicate::All(parts) | Predicate::Any(parts) => {
                let goals = parts.iter().rev().map(|part| Goal::Holds(target, part, wanted));
                if matches!(condition.predicate, Predicate::All(_)) == wanted {
                    return vec![state.with(state.sketch.clone(), goals)];
                }
                goals.rev().map(|goal| state.with(state.sketch.clone(), [goal])).collect()
            }
            Predicate::Text(attribute, _, test) if !test.this.is_empty() => match state.subject {
                Some(subject) if wanted => {
                    let all = compared(attribute, subject).texts(test);
                    all.into_iter().map(|sketch| state.with(sketch, [])).collect()
                }
                // Whether two texts differ, the evaluator says.
                Some(_) | None => vec![same()],
            },
            Predicate::List(attribute, _, test) if !test.this.is_empty() => match state.subject {
                Some(subject) if wanted => {
                    let all = compared(attribute, subject).lists(test);
                    all.into_iter().map(|sketch| state.with(sketch, [])).collect()
                }
                Some(_) | None => vec![same()],
            },
            Predicate::Time(attribute, _, test) if !test.this.is_empty() => match state.subject {
                Some(subject) => {
                    let all = compared(attribute, subject).times(test, self.values.now(), wanted);
                    all.into_iter().map(|sketch| state.with(sketch, [])).collect()
                }
                None => vec![same()],
            },
            Predicate::Text(attribute, column, test) => {
                self.texts(state, target, attribute, *column, &|text| holds_of(test, text) == wanted)
            }
            Predicate::List(_, _, test) => {
                let right = |words: &Vec<String>| values::holds(test, words) == wanted;
                Self::field(
                    state,
                    target.role_or_self(),
                    "permissions",
                    &|field| match field {
                        Field::List(words) => right(words),
                        Field::Null | Field::Flag(_) | Field::Text(_) | Field::Time(_) => false,
                    },
                    || self.values.lists(test).into_iter().map(Field::List).collect(),
                )
            }
            Predicate::Flag(attribute, _, flag) => Self::field(
                state,
                target.role_or_self(),
                attribute.name,
                &|field| matches!(field, Field::Flag(value) if (value == flag) == wanted),
                || vec![Field::Flag(*flag == wanted)],
            ),
            Predicate::Time(attribute, _, test) => {
                let now = self.values.now();
                let right = |field: &Field| match field {
                    Field::Null => test.null == wanted,
                    Field::Time(time) => (!test.null && test.holds(*time, now)) == wanted,
                    Field::Flag(_) | Field::Text(_) | Field::List(_) => false,
                };
                let all = || {
                    let times = self.values.times().into_iter().map(Field::Time);
                    [Field::Null].into_iter().chain(times).collect()
                };
                Self::field(state, target.role_or_self(), attribute.name, &right, all)
            }
            Predicate::Via(_, ViaPredicate::Kinds(kinds)) => {
                let is = kinds.iter().any(|(kind, _)| target.goes(*kind));
                if is == wanted { vec![same()] } else { Vec::new() }
            }
            Predicate::Via(_, ViaPredicate::Group(group)) => match target.through() {
                Some(at) => vec![state.with(state.sketch.clone(), [Goal::Holds(Target::Item(at), group, wanted)])],
                None if wanted => Vec::new(),
                None => vec![same()],
            },
            Predicate::Related(_, relation, test) => Self::quantified(state, target, *relation, test, wanted),
        }
    }

    fn quantified(
        state: &State<'p>,
        of: Target,
        relation: Relation,
        test: &'p RelatedPredicate,
        wanted: bool,
    ) -> Vec<State<'p>> {
        let counted = match test.quantity {
            Quantity::Count(_, counted) => Some(counted),
            Quantity::Some | Quantity::None | Quantity::Every => None,
        };
        let goal = |wanted, new| {
            let counted = counted.filter(|_| new);
            Goal::Related { of, relation, condition: &test.condition, wanted, new, counted }
        };
        let some = |satisfied| vec![state.with(state.sketch.clone(), [goal(satisfied, false)])];
        let each = |satisfied| {
            let mut next = state.clone();
            next.each.push(goal(satisfied, false));
            // What is related already is checked now, which ends hopeless searches early.
            let related = links::related(&state.sketch, of, relation);
            next.goals.extend(related.into_iter().map(|one| Goal::Holds(one, &test.condition, satisfied)));
            vec![next]
        };
        match (test.quantity, wanted) {
            (Quantity::Some, true) | (Quantity::None, false) => some(true),
            (Quantity::Some, false) | (Quantity::None, true) => each(false),
            (Quantity::Every, true) => each(true),
            (Quantity::Every, false) => some(false),
            (Quantity::Count(bounds, _), wanted) if bounds.are_relative() => {
                let right = |(of, with): &(u64, u64)| bounds.of(*of).contain(*with) == wanted;
                let parts = PARTS.into_iter().flat_map(|all| (0..=all).map(move |with| (all, with))).filter(right);
                let goals = |(all, with)| (0..all).map(move |at| goal(at < with, true));
                parts.map(|part| state.with(state.sketch.clone(), goals(part))).collect()
            }
            (Quantity::Count(bounds, _), wanted) => {
                let numbers = edges(bounds).into_iter().filter(|number| bounds.contain(*number) == wanted);
                let ways = numbers
                    .filter(|number| *number <= MOST_RELATED)
                    .map(|number| state.with(state.sketch.clone(), (0..number).map(|_| goal(true, true))));
                ways.collect()
            }
        }
    }

    /// The ways to give a text attribute a value that is right; `None` stands for `null`.
    fn texts(
        &self,
        state: &State<'p>,
        target: Target,
        attribute: &'static Attribute,
        column: TextColumn,
        right: &dyn Fn(Option<&str>) -> bool,
    ) -> Vec<State<'p>> {
        let told = match (column, target) {
            (TextColumn::Principal, Target::Grant(grant)) => Some(state.sketch.items[grant.principal].kind.name()),
            (TextColumn::Scope, Target::Grant(grant)) => {
                Some(if grant.project.is_some() { "project" } else { "organization" })
            }
            (_, Target::Item(at)) if state.sketch.items[at].kind == Kind::Role && attribute.of == Kind::Role => {
                match (attribute.name, state.sketch.items[at].project.is_some()) {
                    ("scope", true) => Some("project"),
                    ("scope", false) => Some("organization"),
                    ("resource_type", true) => Some("api.project"),
                    ("resource_type", false) => Some("api.organization"),
                    _ => None,
                }
            }
            _ => None,
        };
        if let Some(word) = told {
            return if right(Some(word)) { vec![state.clone()] } else { Vec::new() };
        }
        let name = values::key(attribute.name);
        let right = |field: &Field| match field {
            Field::Null => right(None),
            Field::Text(text) => right(Some(&values::derived(attribute.name, text))),
            Field::Flag(_) | Field::Time(_) | Field::List(_) => false,
        };
        let all = || {
            let texts = self.values.texts(attribute).into_iter().map(Field::Text);
            let null = (name != "id").then_some(Field::Null);
            texts.chain(null).collect()
        };
        Self::field(state, target.role_or_self(), name, &right, all)
    }

    /// The ways to give a field a value that is right. What cannot be written is left to the evaluator.
    fn field(
        state: &State<'p>,
        at: usize,
        name: &'static str,
        right: &dyn Fn(&Field) -> bool,
        all: impl FnOnce() -> Vec<Field>,
    ) -> Vec<State<'p>> {
        if !links::is_written(state.sketch.items[at].kind, name) {
            return vec![state.clone()];
        }
        if let Some(known) = state.sketch.items[at].fields.get(name) {
            return if right(known) { vec![state.clone()] } else { Vec::new() };
        }
        let ways = all().into_iter().filter(right).map(|field| {
            let mut next = state.clone();
            next.sketch.items[at].fields.insert(name, field);
            next
        });
        ways.collect()
    }
}

/// The goal that the counted text is new, where a text is counted.
fn apart<'p>(target: Target, counted: Counted) -> Option<Goal<'p>> {
    match counted {
        Counted::Texts(attribute) => Some(Goal::Apart(target, attribute)),
        Counted::Each | Counted::Principals | Counted::Through(_) => None,
    }
}

fn holds_of(test: &TextPredicate, text: Option<&str>) -> bool {
    text.map_or(test.null, |text| test.holds(text))
}
