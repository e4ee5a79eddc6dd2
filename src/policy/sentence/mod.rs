//! A rule as one plain English sentence, made from what it says and nothing else: what is selected, and what must or must
//! not be so.

mod clause;
mod exactly;
mod value;
mod words;

use super::{Assertion, Condition, Counted, Kind, Policy, Rule};
use clause::{clauses, subject};
pub(crate) use words::several;
use words::{all_of, different, joined, noun, of_several, plural, some_of};

/// The sentence of a rule, given for each kind of thing that it selects.
pub fn sentence(kinds: &[Rule]) -> String {
    let rule = &kinds[0];
    let (one, many) = (noun(rule.select), plural(rule.select));
    let filter = said(&[&rule.filter], rule.select);
    // What several kinds have in common is said once, about all of them.
    let (one, many) = if kinds.len() == 1 {
        (one.to_owned(), many.to_owned())
    } else {
        let each = |noun: fn(Kind) -> &'static str| joined(kinds.iter().map(|rule| noun(rule.select).to_owned()), "or");
        (each(noun), each(plural))
    };
    match &rule.assertion {
        Assertion::Forbid(condition) => {
            let all = said(&[&rule.filter, condition], rule.select);
            format!("There must be no {}.", described(&one, &all))
        }
        Assertion::Require(condition) => {
            let must = all_of(said(&[condition], rule.select));
            let must = match must.strip_prefix("with ") {
                // Several clauses do not all go with `have`.
                Some(what) if !must.contains(" and ") => format!("have {what}"),
                Some(_) | None => format!("be one {must}"),
            };
            format!("Every {} must {must}.", described(&one, &filter))
        }
        Assertion::Count(bounds, counted, _) => {
            let what = described(&many, &of_several(&filter));
            if bounds.are_relative() {
                let (counted, all) = match counted {
                    Counted::Each => (what, many.clone()),
                    Counted::Principals => (format!("holders of {what}"), "principals".to_owned()),
                    Counted::Through(relation) => {
                        let counted = plural(relation.target());
                        (format!("{counted} of {what}"), counted.to_owned())
                    }
                    Counted::Texts(attribute) => {
                        let counted = different(attribute);
                        (format!("{counted} of {what}"), format!("{counted} of {many}"))
                    }
                };
                return format!("The {counted} must be {bounds} of all {all}.");
            }
            match counted {
                Counted::Each => format!("There must be {}.", some_of(*bounds, &what)),
                Counted::Principals => format!("There must be {} of {what}.", some_of(*bounds, "holders")),
                Counted::Through(relation) => {
                    format!("There must be {} of {what}.", some_of(*bounds, plural(relation.target())))
                }
                Counted::Texts(attribute) => {
                    format!("There must be {} of {what}.", some_of(*bounds, &different(attribute)))
                }
            }
        }
        Assertion::Exactly(exactly) => {
            let values = exactly.values.iter().map(|value| format!("`{}`", value.text));
            let values = joined(values, "or");
            if values.is_empty() {
                return format!("There must be no {}.", described(&one, &filter));
            }
            let (name, what) = (value::noun(exactly.attribute), described(&many, &of_several(&filter)));
            format!("The {what} must be exactly those whose {name} is {values}.")
        }
    }
}

/// What conditions say of a thing of that kind, each a clause.
fn said(conditions: &[&Condition], of: Kind) -> Vec<String> {
    if of == Kind::Grant {
        return subject(conditions);
    }
    conditions.iter().flat_map(|condition| clauses(condition, true)).collect()
}

/// Gives each rule its sentence.
pub(super) fn say(policies: &mut [Policy]) {
    for policy in policies {
        let said: Vec<String> =
            policy.rules_of_kinds().flat_map(|kinds| std::iter::repeat_n(sentence(kinds), kinds.len())).collect();
        let mut info = None;
        for (rule, sentence) in policy.rules.iter_mut().zip(said) {
            // The rules of one id keep one description.
            let old = std::sync::Arc::clone(&rule.info);
            let new = match info.take() {
                Some((of, new)) if std::sync::Arc::ptr_eq(&of, &old) => new,
                Some(_) | None => std::sync::Arc::new(crate::finding::RuleInfo { sentence, ..(*old).clone() }),
            };
            rule.info = std::sync::Arc::clone(&new);
            info = Some((old, new));
        }
    }
}

/// The noun with its clauses. What makes a role custom or predefined stands before it, and where it is right after it.
fn described(noun: &str, clauses: &[String]) -> String {
    let adjective = |clause: &str| {
        let word = clause.strip_prefix("that is ").or_else(|| clause.strip_prefix("that are "));
        word.filter(|word| matches!(*word, "custom" | "predefined")).map(|word| format!("{word} "))
    };
    let adjectives: String = clauses.iter().filter_map(|clause| adjective(clause)).collect();
    let is_place = |clause: &&String| clause.starts_with("of ") || clause.starts_with("to ");
    let rest = clauses.iter().filter(|clause| adjective(clause).is_none() && !is_place(clause));
    let rest = Some(all_of(rest.cloned().collect())).filter(|rest| !rest.is_empty());
    let noun = format!("{adjectives}{noun}");
    let places = clauses.iter().filter(is_place).cloned();
    std::iter::once(noun).chain(places).chain(rest).collect::<Vec<_>>().join(" ")
}
