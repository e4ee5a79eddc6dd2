//! The tables of attributes in docs/policies.md are made from the vocabulary. After a change there, run this test with
//! `UPDATE_REFERENCE=1`: it writes them anew. What stands around the tables is written by people.

use std::collections::BTreeSet;
use std::ops::Range;

use rolelint::policy::{Attribute, Kind, Type, of};

use crate::support::shell::repository;

const PAGE: &str = "docs/policies.md";

/// What a relation leads to, in a table.
fn plural(kind: Kind) -> String {
    if kind == Kind::ApiKey { "keys".to_owned() } else { format!("{}s", kind.name().replace('_', " ")) }
}

fn takes(attribute: &Attribute) -> String {
    match attribute.type_ {
        Type::Text(..) => "text".to_owned(),
        Type::List(..) => "list".to_owned(),
        Type::Flag(_) => "true or false".to_owned(),
        Type::Time(_) => "time".to_owned(),
        Type::Relation(relation) if relation.to_one() => {
            format!("relation to one {}", relation.target().name().replace('_', " "))
        }
        Type::Relation(relation) => format!("relation to {}", plural(relation.target())),
        Type::Escalation => "[see below](#permissions-and-escalation)".to_owned(),
        Type::Via => "[see below](#grants-and-via)".to_owned(),
    }
}

fn table(kind: Kind) -> String {
    let row =
        |attribute: &Attribute| format!("| `{}` | {} | {} |\n", attribute.name, takes(attribute), attribute.meaning);
    let rows: String = of(kind).map(row).collect();
    format!("| name | type | meaning |\n| --- | --- | --- |\n{rows}")
}

/// Where the table of a kind stands in the page.
fn place(page: &str, kind: Kind) -> Range<usize> {
    let heading = format!("\n### {}\n", kind.name());
    let section = page.find(&heading).unwrap_or_else(|| panic!("no section on {}", kind.name()));
    let start = section + page[section..].find("| name | type |").expect("a table");
    let length = page[start..].find("\n\n").expect("an end") + 1;
    start..start + length
}

#[test]
fn the_reference_has_the_attributes_of_the_vocabulary() {
    let page = repository(PAGE);
    let mut made = page.clone();
    for kind in Kind::ALL {
        made.replace_range(place(&made, kind), &table(kind));
    }
    if std::env::var_os("UPDATE_REFERENCE").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/policies.md");
        std::fs::write(path, &made).expect("the page can be written");
    }
    for (written, made) in page.lines().zip(made.lines()) {
        assert_eq!(written, made, "with UPDATE_REFERENCE=1, this test writes {PAGE} anew");
    }
    assert_eq!(page, made);
}

#[test]
fn the_reference_has_the_keys_of_a_file_and_of_a_rule() {
    let page = repository(PAGE);
    let schema: serde_json::Value = serde_json::from_str(&repository("schemas/policy.json")).expect("JSON");
    for (heading, place) in [("\n## The file\n", "/properties"), ("\n## A rule\n", "/$defs/rule/properties")] {
        let section = page.split(heading).nth(1).and_then(|rest| rest.split("\n## ").next()).expect("a section");
        let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.split(" | ").next());
        let told: BTreeSet<&str> = rows.flat_map(|cell| cell.trim_end_matches('`').split("`, `")).collect();
        let known = schema.pointer(place).and_then(serde_json::Value::as_object).expect("properties");
        assert_eq!(told, known.keys().map(String::as_str).collect(), "{heading}");
    }
}
