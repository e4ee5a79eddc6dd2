//! Journals: files that a run left behind, or that somebody put in their place.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::api::journal::{Identity, Journal};
use crate::api::key::Key;

use super::api::NOW;

/// The key whose digest the journals of the corpus have.
const KEY: &str = "sk-admin-fuzzing";

/// The input is a journal. A journal that is refused is left as it is. One that is accepted gives the last answer to each
/// request, up to the first line that is not valid, and takes one more.
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
    let (whole, mut expected) = answers(data);
    same(&journal, &expected);
    journal.keep("/fuzzing", "{\n}", None).expect("kept");
    expected.insert("/fuzzing".to_owned(), "{\n}".to_owned());
    drop(journal);
    same(&open().expect("its own journal"), &expected);
    assert!(std::fs::read(&path).expect("there").starts_with(&data[..whole]), "answers stay");
}

fn same(journal: &Journal, expected: &BTreeMap<String, String>) {
    assert_eq!(journal.answers(), expected.len());
    for (get, body) in expected {
        let kept = journal.answer(get).expect("read").expect("there");
        assert_eq!(kept.body, *body, "{get}");
    }
}

/// A line with an answer.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    get: String,
    body: String,
    #[serde(default, rename = "organization")]
    _organization: Option<String>,
}

/// Where the answers end after the first line, and what they are.
fn answers(data: &[u8]) -> (usize, BTreeMap<String, String>) {
    let mut lines = data.split_inclusive(|byte| *byte == b'\n').filter(|line| line.ends_with(b"\n"));
    let (mut end, mut answers) = (lines.next().map_or(0, <[u8]>::len), BTreeMap::new());
    for line in lines {
        let Ok(answer) = serde_json::from_slice::<Line>(line) else { break };
        if !line.trim_ascii_start().starts_with(b"{") {
            break;
        }
        answers.insert(answer.get, answer.body);
        end += line.len();
    }
    (end, answers)
}
