//! Answers that many rules ask for, found before the rules are judged.

use super::by_role::{as_some, is_by_role, some_of_each};
use super::domain::{Domain, Needed};
use super::evaluate::evaluate;
use super::facts::Facts;
use super::held::{Held, Whose};
use super::truths::Truths;
use crate::policy::{Condition, Policy, Predicate, Rule};

impl Facts<'_> {
    /// The same facts, with who holds the roles that conditions of these policies ask for.
    #[must_use]
    pub fn ahead_of(mut self, policies: &[Policy]) -> Self {
        self.held = held(&self, policies);
        self
    }
}

/// A condition that nothing shares its work with is left to its rule, which may ask it of a few.
fn held(facts: &Facts<'_>, policies: &[Policy]) -> Held {
    let mut asked: Vec<(Whose, Vec<Truths>)> = Vec::new();
    let mut conditions: Vec<&Condition> =
        policies.iter().flat_map(|policy| &policy.rules).flat_map(Rule::conditions).collect();
    while let Some(condition) = conditions.pop() {
        conditions.extend(condition.parts());
        let Predicate::Related(attribute, relation, test) = &condition.predicate else { continue };
        if !is_by_role(*relation, test) || condition.mentions_this() {
            continue;
        }
        let whose = Whose { kind: attribute.of, scopes: test.scopes(*relation) };
        let answers = evaluate(facts, &test.condition, &Domain::GrantsByRole(whose.scopes), Needed::All).answers;
        let (roles, _) = as_some(test.quantity, &answers);
        match asked.iter_mut().find(|(of, _)| *of == whose) {
            Some((_, all)) if all.contains(&roles) => {}
            Some((_, all)) => all.push(roles),
            None => asked.push((whose, vec![roles])),
        }
    }
    let mut held = Held::default();
    for (whose, roles) in asked.into_iter().filter(|(_, roles)| roles.len() > 1) {
        let holders = some_of_each(facts.org, whose, &roles);
        roles.into_iter().zip(holders).for_each(|(roles, holders)| held.add(whose, roles, holders));
    }
    held
}
