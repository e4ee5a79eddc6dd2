//! Every pattern of a rule, with the attribute that it is asked of.

use crate::policy::{Assertion, Attribute, Condition, Pattern, Predicate, Rule};

/// All of them, in the order of the text.
pub fn of(rule: &Rule) -> Vec<(&'static Attribute, &Pattern)> {
    let mut found = Vec::new();
    within(&rule.filter, &mut found);
    match &rule.assertion {
        Assertion::Forbid(condition) | Assertion::Require(condition) => within(condition, &mut found),
        Assertion::Exactly(exactly) => found.extend(exactly.values.iter().map(|value| (exactly.attribute, value))),
        Assertion::Count(..) => {}
    }
    found
}

fn within<'r>(condition: &'r Condition, found: &mut Vec<(&'static Attribute, &'r Pattern)>) {
    condition.parts().iter().for_each(|part| within(part, found));
    match &condition.predicate {
        Predicate::Text(attribute, _, test) => {
            let patterns = test.any.iter().flatten().chain(&test.regex).chain(&test.except);
            found.extend(patterns.map(|pattern| (*attribute, pattern)));
        }
        // Those of the vocabulary are not written in the rule.
        Predicate::List(_, _, test) if test.known.is_some() => {}
        Predicate::List(attribute, _, test) => {
            let lists = [test.any.as_ref(), test.only.as_ref()].into_iter().flatten().flatten();
            let patterns = lists.chain(&test.all).chain(&test.none).chain(&test.except);
            found.extend(patterns.map(|pattern| (*attribute, pattern)));
        }
        Predicate::All(_)
        | Predicate::Any(_)
        | Predicate::Not(_)
        | Predicate::Flag(..)
        | Predicate::Time(..)
        | Predicate::Related(..)
        | Predicate::Via(..) => {}
    }
}
