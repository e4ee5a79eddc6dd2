//! Journals: files that a run left behind, or that somebody put in their place.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::api::journal::{Identity, Journal};
use crate::api::key::Key;

use super::api::NOW;

/// The key whose digest the journals of the corpus have.
const KEY: &str = "sk-admin-fuzzing";

/// The input is a journal. One that is refused is left as it is. One that is taken gives each answer as it stands there,
/// the last for each request, loses none of its whole lines, and takes one more.
pub fn journal(data: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal");
    std::fs::write(&path, data).expect("written");
    let key = Key::new(KEY).expect("a key");
    let open = || {
        Journal::open(
            &path,
            Identity { api: "https://api.example/v1", organization: None, key: &key },
            NOW,
            &(i64::MIN..=i64::MAX),
        )
    };
    let Ok(journal) = open() else {
        assert_eq!(std::fs::read(&path).expect("there"), data, "what is refused is left alone");
        return;
    };
    let mut expected = answers(data);
    same(&journal, &expected);
    journal.keep("/fuzzing", "{\n}", None).expect("kept");
    expected.insert("/fuzzing".to_owned(), "{\n}".to_owned());
    drop(journal);
    same(&open().expect("its own journal"), &expected);
    let whole = data.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    assert!(std::fs::read(&path).expect("there").starts_with(&data[..whole]), "whole lines stay");
}

fn same(journal: &Journal, expected: &BTreeMap<String, String>) {
    assert_eq!(journal.answers(), expected.len());
    for (get, body) in expected {
        let kept = journal.answer(get).expect("read").expect("there");
        assert_eq!(kept.body, *body, "{get}");
    }
}

/// The answers in the whole lines after the first.
fn answers(data: &[u8]) -> BTreeMap<String, String> {
    let lines = data.split_inclusive(|byte| *byte == b'\n').filter(|line| line.ends_with(b"\n")).skip(1);
    let values = lines.map(|line| serde_json::from_slice::<Value>(line).expect("what is taken is JSON"));
    let text = |value: &Value| value.as_str().expect("what is taken is text").to_owned();
    values.map(|value| (text(&value["get"]), text(&value["body"]))).collect()
}
