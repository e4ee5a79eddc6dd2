//! When two conditions say the same: a form of them without places, in which order does not matter.

use super::{
    Assertion, Condition, Counted, ListPredicate, Means, Pattern, Predicate, Quantity, Rule, TextPredicate, This,
    TimePredicate, ViaKind, ViaPredicate,
};

/// What a rule selects and asserts.
pub fn rule(rule: &Rule) -> String {
    let (select, filter) = (rule.select.name(), condition(&rule.filter));
    let asserted = match &rule.assertion {
        // It does not matter which half of it selects and which is forbidden.
        Assertion::Forbid(forbidden) => {
            let parts = rule.filter.conjuncts().iter().chain(forbidden.conjuncts());
            return format!("{select} forbid {}", joined("all", parts));
        }
        Assertion::Require(required) => format!("require {}", condition(required)),
        Assertion::Count(bounds, counted, _) => format!("count {}", quantity(Quantity::Count(*bounds, *counted))),
        Assertion::Exactly(exactly) => format!("exactly {} {}", exactly.attribute.name, patterns(&exactly.values)),
    };
    format!("{select} where {filter} {asserted}")
}

/// What a condition says.
pub fn condition(of: &Condition) -> String {
    match &of.predicate {
        Predicate::All(parts) => joined("all", parts.iter()),
        Predicate::Any(parts) => joined("any", parts.iter()),
        Predicate::Not(part) => format!("not({})", condition(part)),
        Predicate::Text(attribute, _, test) => format!("{}: {}", attribute.name, text(test)),
        Predicate::List(attribute, _, test) => format!("{}: {}", attribute.name, list(test)),
        Predicate::Flag(attribute, _, flag) => format!("{}: {flag}", attribute.name),
        Predicate::Time(attribute, _, test) => format!("{}: {}", attribute.name, time(test)),
        Predicate::Related(attribute, _, related) => {
            format!("{}: {} {}", attribute.name, quantity(related.quantity), condition(&related.condition))
        }
        Predicate::Via(_, ViaPredicate::Kinds(kinds)) => {
            let kinds: Vec<ViaKind> = kinds.iter().map(|(kind, _)| *kind).collect();
            sorted(kinds.iter().map(|kind| format!("{kind:?}")).collect(), "via")
        }
        Predicate::Via(_, ViaPredicate::Group(group)) => format!("via group {}", condition(group)),
    }
}

fn quantity(of: Quantity) -> String {
    match of {
        Quantity::Count(bounds, Counted::Texts(attribute)) => format!("count {bounds:?} of {}", attribute.name),
        Quantity::Some | Quantity::None | Quantity::Every | Quantity::Count(..) => format!("{of:?}"),
    }
}

fn joined<'c>(word: &str, parts: impl Iterator<Item = &'c Condition>) -> String {
    let mut parts: Vec<String> = parts.map(condition).collect();
    if let [_] = parts.as_slice() { parts.remove(0) } else { sorted(parts, word) }
}

fn sorted(mut parts: Vec<String>, word: &str) -> String {
    parts.sort();
    parts.dedup();
    format!("{word}({})", parts.join("; "))
}

fn text(test: &TextPredicate) -> String {
    let any = test.any.as_deref().map(patterns);
    let regex = test.regex.as_ref().map(Pattern::written);
    let this: Vec<String> = test.this.iter().map(this_text).collect();
    let this = sorted(this, "this");
    format!("null {} any {any:?} {this} regex {regex:?} except {}", test.null, patterns(&test.except))
}

/// A text of the selected thing.
fn this_text(this: &This) -> String {
    let path: Vec<&str> = this.through.iter().map(|(row, _)| row.name).chain([this.attribute.name]).collect();
    let means = match &this.means {
        Means::Text { before, after } => format!("{before:?} {after:?}"),
        Means::Listed(listed) => {
            let listed = listed.iter().map(|(key, values)| format!("{}: {}", key.written(), patterns(values)));
            sorted(listed.collect(), "listed")
        }
    };
    format!("{} {means}", path.join("."))
}

fn list(test: &ListPredicate) -> String {
    let (any, only) = (test.any.as_deref().map(patterns), test.only.as_deref().map(patterns));
    let [all, none, except] = [&test.all, &test.none, &test.except].map(|list| patterns(list));
    let known = test.known.is_some();
    let this = test.this.iter().map(|(slot, this)| format!("{slot:?} {}", this_text(this)));
    let this = sorted(this.collect(), "this");
    format!(
        "any {any:?} all {all} only {only:?} none {none} except {except} {this} known {known} count {:?}",
        test.count
    )
}

fn time(test: &TimePredicate) -> String {
    let this = test.this.iter().map(|one| format!("{} {} {}", one.after, this_text(&one.this), one.offset));
    let this = sorted(this.collect(), "this");
    format!("{:?} {this}", TimePredicate { this: Vec::new(), ..test.clone() })
}

fn patterns(list: &[Pattern]) -> String {
    sorted(list.iter().map(Pattern::written).collect(), "")
}
