//! A comparison in lines, for people.

use std::fmt;

use super::super::words::{plural, steps};
use crate::access::{Steps, Thing, ThingKind};
use crate::diff::{AccessChange, Diff, Effect, Fate, FindingChange, Side, ThingChange};
use crate::org::Source;
use crate::time::rfc3339;

/// What a line says, at a glance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Gained,
    Lost,
    Changed,
    Neutral,
    Unproven,
}

impl Mark {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Gained => "gained:",
            Self::Lost => "lost:",
            Self::Changed => "changed:",
            Self::Neutral => "neutral:",
            Self::Unproven => "unknown:",
        }
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gained => "+",
            Self::Lost => "-",
            Self::Changed => "~",
            Self::Neutral => "=",
            Self::Unproven => "?",
        })
    }
}

/// A line, and those below it.
pub(super) struct Entry {
    pub mark: Mark,
    pub text: String,
    pub details: Vec<String>,
}

/// `organization org-acme: 2026-06-01T00:00:00Z to 2026-06-02T00:00:00Z`.
pub(super) fn title([old, new]: [&Source; 2]) -> String {
    let organization = if new.organization.is_known() { &new.organization } else { &old.organization };
    format!("organization {organization}: {} to {}", rfc3339(old.collected_at), rfc3339(new.collected_at))
}

/// The counts, in one line.
pub(super) fn summary(diff: &Diff) -> String {
    let [gained, lost, moved] = [Effect::Gained, Effect::Lost, Effect::Moved].map(|effect| diff.count(effect));
    let things = diff.things.iter().filter(|change| change.certain).count();
    let unknown = if diff.is_complete() { "" } else { "; not everything could be compared" };
    format!(
        "access: {gained} gained, {lost} lost, {moved} held through other paths; {}{unknown}",
        plural(things, "other change")
    )
}

/// The sections that have lines, each with its title.
pub(super) fn sections(diff: &Diff) -> Vec<(&'static str, Vec<Entry>)> {
    let sections = [
        ("access", diff.access.iter().map(of_access).collect()),
        ("things", diff.things.iter().map(of_thing).collect()),
        ("violations", diff.findings.iter().map(of_finding).collect()),
        ("not compared", diff.unknown.iter().map(of_unknown).collect()),
    ];
    sections.into_iter().filter(|(_, entries): &(_, Vec<Entry>)| !entries.is_empty()).collect()
}

fn of_access(change: &AccessChange) -> Entry {
    let who = format!("{} {}", change.principal.kind.words(), change.principal.qualified_label());
    let place = if change.scope.kind == ThingKind::Organization {
        "the organization".to_owned()
    } else {
        format!("project {}", change.scope.label())
    };
    let mut what: Vec<String> = change.permissions.iter().map(ToString::to_string).collect();
    what.extend(change.roles.iter().map(|role| format!("role {} (permissions unknown)", role.qualified_label())));
    let what = what.join(", ");
    let (mark, text) = match (change.effect, change.certain) {
        (Effect::Gained, true) => (Mark::Gained, format!("{who} in {place}: {what}")),
        (Effect::Lost, true) => (Mark::Lost, format!("{who} in {place}: {what}")),
        (Effect::Moved, true) => (Mark::Neutral, format!("{who} in {place}: the same permissions along other paths")),
        (Effect::Gained, false) => (Mark::Unproven, format!("{who} in {place}: {what}: now held, perhaps also before")),
        (Effect::Lost, false) => (Mark::Unproven, format!("{who} in {place}: {what}: held before, perhaps still")),
        (Effect::Moved, false) => {
            (Mark::Unproven, format!("{who} in {place}: other paths, perhaps to other permissions"))
        }
    };
    let said = |word: &str, paths: &[Steps]| -> Vec<String> {
        paths.iter().map(|path| format!("{word}{}", steps(path.iter().map(|step| &**step)))).collect()
    };
    let details = match change.effect {
        Effect::Gained | Effect::Lost => said("", &change.paths),
        Effect::Moved => [said("was ", &change.earlier_paths), said("now ", &change.paths)].concat(),
    };
    Entry { mark, text, details }
}

fn of_thing(change: &ThingChange) -> Entry {
    let thing: &Thing = &change.thing;
    let label = format!("{} {}", thing.kind.words(), thing.qualified_label());
    let value = |value: &Option<String>| match value.as_deref() {
        None => "unknown".to_owned(),
        Some("") => "empty".to_owned(),
        Some(text) => text.to_owned(),
    };
    let (mark, text) = match &change.fate {
        Fate::Appeared => (Mark::Gained, label),
        Fate::Gone => (Mark::Lost, label),
        Fate::Changed { attribute, from, to } => {
            let mark = if change.is_neutral() { Mark::Neutral } else { Mark::Changed };
            (mark, format!("{label}: {attribute} was {}, is {}", value(from), value(to)))
        }
        Fate::Items { attribute, added, removed } => {
            let list = |word: &str, items: &[String]| {
                if items.is_empty() { String::new() } else { format!("; {word} {}", items.join(", ")) }
            };
            (Mark::Changed, format!("{label}: {attribute}{}{}", list("added", added), list("removed", removed)))
        }
    };
    if change.certain {
        return Entry { mark, text, details: Vec::new() };
    }
    let perhaps = match &change.fate {
        Fate::Appeared => ": now there, perhaps also before",
        Fate::Gone => ": existed before; may still exist",
        Fate::Changed { .. } | Fate::Items { .. } => ": one of the two states does not show all of it",
    };
    Entry { mark: Mark::Unproven, text: format!("{text}{perhaps}"), details: Vec::new() }
}

fn of_finding(change: &FindingChange) -> Entry {
    let what = format!("{} ({}): {}", change.rule, change.severity.name(), change.message);
    let (mark, text) = match (change.side, change.certain) {
        (Side::New, true) => (Mark::Gained, what),
        (Side::Old, true) => (Mark::Lost, what),
        (Side::New, false) => (Mark::Unproven, format!("{what}: violated now, perhaps also before")),
        (Side::Old, false) => (Mark::Unproven, format!("{what}: violated before, perhaps still")),
    };
    Entry { mark, text, details: Vec::new() }
}

fn of_unknown((side, sentence): &(Side, String)) -> Entry {
    let state = match side {
        Side::Old => "before",
        Side::New => "now",
    };
    Entry { mark: Mark::Unproven, text: format!("{state}: {sentence}"), details: Vec::new() }
}
