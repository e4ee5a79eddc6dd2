//! A comparison as JSON: one element of each list on one line.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::super::json_lines::Lines;
use crate::access::{Steps, Thing};
use crate::diff::{AccessChange, Diff, Effect, Fate, FindingChange, Side, ThingChange};
use crate::org::Source;
use crate::time::rfc3339;

/// The version of this form.
const VERSION: u32 = 1;

pub(super) fn render(diff: &Diff, [old, new]: [&Source; 2], to: &mut dyn Write) -> io::Result<()> {
    let count = |effect| diff.count(effect);
    let report = json!({
        "version": VERSION,
        "old": source(old),
        "new": source(new),
        "complete": diff.is_complete(),
        "summary": {
            "gained": count(Effect::Gained), "lost": count(Effect::Lost), "moved": count(Effect::Moved),
        },
        "access": diff.access.iter().map(access).collect::<Vec<_>>(),
        "things": diff.things.iter().map(changed).collect::<Vec<_>>(),
        "violations": diff.findings.iter().map(finding).collect::<Vec<_>>(),
        "unknown": diff.unknown.iter().map(|(of, what)| json!({"side": of.name(), "what": what})).collect::<Vec<_>>(),
    });
    let mut serializer = serde_json::Serializer::with_formatter(&mut *to, Lines::broken(2));
    serde::Serialize::serialize(&report, &mut serializer)?;
    to.write_all(b"\n")
}

fn source(source: &Source) -> Value {
    let organization = &source.organization;
    json!({
        "organization": {"id": organization.id, "name": organization.name},
        "collected_at": rfc3339(source.collected_at),
    })
}

fn thing(thing: &Thing) -> Value {
    let project = thing.project.as_ref().map(|project| &*project.id);
    json!({
        "kind": thing.kind.name(), "id": &*thing.id, "name": thing.name.as_deref(), "email": thing.email.as_deref(),
        "project": project,
    })
}

fn paths(paths: &[Steps]) -> Vec<Vec<Value>> {
    paths.iter().map(|path| path.iter().map(|step| thing(step)).collect()).collect()
}

fn access(change: &AccessChange) -> Value {
    json!({
        "effect": change.effect.name(),
        "certain": change.certain,
        "principal": thing(&change.principal),
        "scope": thing(&change.scope),
        "permissions": change.permissions.iter().map(|permission| &**permission).collect::<Vec<_>>(),
        "unreadable_roles": change.roles.iter().map(|role| thing(role)).collect::<Vec<_>>(),
        "paths": paths(&change.paths),
        "earlier_paths": paths(&change.earlier_paths),
    })
}

fn changed(change: &ThingChange) -> Value {
    let mut row = match &change.fate {
        Fate::Appeared => json!({"change": "appeared"}),
        Fate::Gone => json!({"change": "gone"}),
        Fate::Changed { attribute, from, to } => {
            json!({"change": "changed", "attribute": attribute, "from": from, "to": to})
        }
        Fate::Items { attribute, added, removed } => {
            json!({"change": "items", "attribute": attribute, "added": added, "removed": removed})
        }
    };
    row["thing"] = thing(&change.thing);
    row["certain"] = change.certain.into();
    row["neutral"] = change.is_neutral().into();
    row
}

fn finding(change: &FindingChange) -> Value {
    json!({
        "change": match change.side { Side::New => "new", Side::Old => "gone" },
        "certain": change.certain,
        "rule": change.rule,
        "severity": change.severity.name(),
        "message": change.message,
    })
}
