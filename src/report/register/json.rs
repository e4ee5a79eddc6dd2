//! The register for programs: each principal with the roles that it holds, and what is missing.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::super::json_layout;
use super::{by_principal, group, last_used, way};
use crate::access::{Entry, Query, Register, Thing};
use crate::org::Kind;
use crate::time::rfc3339;

/// The version of the form.
const VERSION: u32 = 1;

pub(super) fn render(register: &Register<'_>, query: &Query, to: &mut dyn Write) -> io::Result<()> {
    let source = &register.access.org.source;
    let doubts = register.doubts(query);
    let missing: BTreeMap<&Thing, &Vec<String>> =
        doubts.iter().filter_map(|doubt| Some((&**doubt.principal.as_ref()?, &doubt.missing))).collect();
    let unlisted: Vec<&String> =
        doubts.iter().filter(|doubt| doubt.principal.is_none()).flat_map(|doubt| &doubt.missing).collect();
    let all = by_principal(register, query);
    let complete = register.is_complete(query);
    let mut principals: Vec<Value> = all.iter().map(|entries| principal(register, entries, &missing)).collect();
    let told = |thing: &Thing| all.iter().any(|entries| *entries[0].principal == *thing);
    // Whoever holds nothing that was read, and may hold something.
    principals.extend(missing.iter().filter(|(thing, _)| !told(thing)).map(|(thing, missing)| {
        let mut value = of_thing(thing);
        value["holds"] = json!([]);
        value["missing"] = json!(missing);
        value
    }));
    let whole = json!({
        "schema_version": VERSION,
        "tool": { "name": "rolelint", "version": env!("CARGO_PKG_VERSION") },
        "organization": {
            "id": source.organization.id, "name": source.organization.name, "source": source.api,
            "collected_at": rfc3339(source.collected_at),
        },
        "complete": complete,
        "principals": principals,
        "unlisted": unlisted,
    });
    json_layout::write(&whole, 2, to)
}

fn principal(register: &Register<'_>, entries: &[Entry<'_>], missing: &BTreeMap<&Thing, &Vec<String>>) -> Value {
    let first = &entries[0];
    let mut value = of_thing(&first.principal);
    let used = last_used(register, first.holder);
    value["last_used"] = if used.is_empty() { Value::Null } else { used.into() };
    value["holds"] = entries.iter().map(|entry| held(register, entry)).collect();
    value["missing"] = json!(missing.get(&*first.principal).copied().cloned().unwrap_or_default());
    value
}

fn held(register: &Register<'_>, entry: &Entry<'_>) -> Value {
    let group = group(entry.way).map(|group| register.access.thing(Kind::Group, group.at()));
    json!({
        "role": of_thing(&entry.role),
        "project": entry.project.as_deref().map(of_thing),
        "way": way(entry.way),
        "group": group.as_deref().map(of_thing),
        "via": entry.path.iter().map(|step| step.id.as_str()).collect::<Vec<_>>(),
        "permissions": entry.permissions,
    })
}

fn of_thing(thing: &Thing) -> Value {
    json!({ "kind": thing.kind.name(), "id": thing.id, "name": thing.name, "email": thing.email })
}
