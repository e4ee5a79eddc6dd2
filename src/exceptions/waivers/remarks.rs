//! What the reader should know of a waiver, in sentences.

use super::Terms;
use super::anchor::{Anchor, Meant, Resolved};
use super::entry::Entry;
use crate::document::nearest;
use crate::finding::{Finding, Outcome, RuleResult, ThingKind};
use crate::org::Kind;
use crate::time::day;

/// The sentences on one waiver; `is_used` says whether a rule has a violation that the waiver covers or would cover.
pub fn of(
    entry: &Entry,
    resolved: &Resolved,
    outcome: &Outcome,
    terms: &Terms,
    is_used: impl Fn(&str) -> bool,
) -> Vec<String> {
    let mut said = Vec::new();
    let left = entry.waiver.expires.saturating_sub(terms.now);
    let (rules, expires) = (entry.rules.join(", "), day(entry.waiver.expires));
    let who = spoken(&entry.subject);
    if !entry.is_in_force(terms) {
        said.push(format!("the waiver of {rules} for {who} expired on {expires} and no longer applies"));
    } else if left <= terms.expiring_within {
        said.push(format!("the waiver of {rules} for {who} soon expires, on {expires}"));
    }
    for (anchor, meant) in entry.anchors().zip(resolved.meant()) {
        if let Meant::Several(count) = meant {
            let name = spoken(anchor);
            said.push(format!("the waiver of {rules} covers nothing: {count} things are called {name}; use an id"));
        }
    }
    for id in &entry.rules {
        let judged = outcome.rules.iter().position(|rule| rule.info.id == *id);
        said.extend(match judged {
            Some(at) => on_rule(entry, resolved, outcome, at, is_used(id)),
            None if outcome.skipped.iter().any(|skipped| skipped.rule == *id) => None,
            None => {
                let known = outcome.rules.iter().map(|rule| rule.info.id.as_str());
                let near = nearest(id, known).map_or_else(String::new, |near| format!("; did you mean {near}?"));
                Some(format!("there is no rule {id}{near}"))
            }
        });
    }
    said
}

fn on_rule(entry: &Entry, resolved: &Resolved, outcome: &Outcome, at: usize, is_used: bool) -> Option<String> {
    let rule = &outcome.rules[at];
    let (id, info) = (&rule.info.id, &rule.info);
    if !info.waivable {
        let (file, line) = (&info.location.source.name, info.location.region().line);
        return Some(format!("the waiver of {id} has no effect: the rule cannot be waived ({file}:{line})"));
    }
    let several = resolved.meant().any(|meant| matches!(meant, Meant::Several(_)));
    if is_used || several {
        return None;
    }
    if let Some(misplaced) = of_another_kind(entry, rule, outcome.findings_of(at)) {
        return Some(misplaced);
    }
    // If the answer to the rule is incomplete, it is unknown what it would find.
    if rule.is_open() {
        return None;
    }
    let unknown = entry.anchors().zip(resolved.meant()).find(|(_, meant)| **meant == Meant::Nothing);
    Some(match unknown {
        Some((anchor, _)) => format!("the waiver of {id} is for {}, which does not exist", spoken(anchor)),
        None => format!("the waiver of {id} for {} is not used: there is no such violation", spoken(&entry.subject)),
    })
}

/// A waiver whose subject is of a kind that the rule does not find: it covers nothing, whatever it names.
fn of_another_kind(entry: &Entry, rule: &RuleResult, found: &[Finding]) -> Option<String> {
    let (id, kind) = (&rule.info.id, entry.subject.kind);
    if let (ThingKind::Of(of), [first, ..]) = (kind, rule.info.select.as_slice())
        && !rule.info.select.contains(&of)
    {
        return Some(format!(
            "{}; write subject: {{ {}: … }}",
            selects_others(id, &rule.info.select, of),
            first.name()
        ));
    }
    let other = found.first().map(|finding| finding.subject.kind)?;
    if rule.is_open() || found.iter().any(|finding| finding.subject.kind == kind) {
        return None;
    }
    let (what, write) = match other {
        ThingKind::Organization => ("the organization".to_owned(), other.name().to_owned()),
        ThingKind::Of(_) | ThingKind::Rule | ThingKind::File => {
            (format!("{}s", other.words()), format!("{{ {}: … }}", other.name()))
        }
    };
    Some(format!("the violations of {id} are about {what}, so this waiver covers nothing; write subject: {write}"))
}

/// Why a waiver for a thing of this kind covers nothing.
pub fn selects_others(rule: &str, selected: &[Kind], kind: Kind) -> String {
    let selected: Vec<String> = selected.iter().map(|kind| format!("{}s", ThingKind::Of(*kind).words())).collect();
    let one = ThingKind::Of(kind).words();
    let article = if one.starts_with(['a', 'A', 'i']) { "an" } else { "a" };
    format!("rule {rule} selects {}, so a waiver for {article} {one} covers nothing", selected.join(" and "))
}

/// A thing as a sentence names it.
pub fn spoken(anchor: &Anchor) -> String {
    match anchor.kind {
        ThingKind::Organization => "the organization".to_owned(),
        ThingKind::Of(_) | ThingKind::Rule | ThingKind::File => format!("{} `{}`", anchor.kind.words(), anchor.name),
    }
}
