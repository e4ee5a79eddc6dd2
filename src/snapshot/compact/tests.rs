//! Compact JSON is JSON that means the same; what rolelint writes is compact.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use super::*;
use crate::org::Known;

/// Values of every form that a line has.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Line<'a> {
    #[serde(borrow)]
    User(User<'a>),
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct User<'a> {
    #[serde(borrow)]
    id: Id<'a>,
    #[serde(borrow, default, skip_serializing_if = "Known::is_missing")]
    name: Known<Id<'a>>,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    flag: Known<bool>,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    time: Known<i64>,
    #[serde(borrow, default, skip_serializing_if = "BTreeMap::is_empty")]
    group: BTreeMap<Id<'a>, Vec<Id<'a>>>,
}

fn compact(line: &str) -> Option<Line<'_>> {
    let mut compact = Compact::new(line).ok()?;
    let read = Line::deserialize(&mut compact).ok()?;
    compact.end().ok().map(|()| read)
}

fn json(line: &str) -> Option<Line<'_>> {
    serde_json::from_str(line).ok()
}

fn known<T: Clone + fmt::Debug>(values: impl Strategy<Value = T>) -> impl Strategy<Value = Known<T>> {
    prop_oneof![Just(Known::Missing), Just(Known::Null), values.prop_map(Known::Value)]
}

prop_compose! {
    fn user()(
        id in text(),
        name in known(text()),
        flag in known(any::<bool>()),
        time in known(any::<i64>()),
        group in proptest::collection::btree_map(text(), proptest::collection::vec(text(), 0..3), 0..3),
    ) -> User<'static> {
        User { id, name, flag, time, group }
    }
}

fn text() -> impl Strategy<Value = Id<'static>> {
    prop_oneof!["[a-z_0-9]{0,20}", any::<String>(), r#"[\\"/nué\x00\x1f🦀]{0,9}"#]
        .prop_map(|text: String| Id(Cow::Owned(text)))
}

proptest! {
    #[test]
    fn what_is_written_is_read(user in user()) {
        let user = Line::User(user);
        let line = serde_json::to_string(&user).expect("JSON") + "\n";
        prop_assert_eq!(compact(&line), Some(user), "{}", line);
    }

    #[test]
    fn what_is_read_is_json_and_means_the_same(
        user in user(),
        edits in proptest::collection::vec((any::<prop::sample::Index>(), 0..2_usize, r#"[\]\[{}",:\\0-9untrlfsa .eE/é\x00\n-]{0,2}"#), 1..4),
    ) {
        let line = serde_json::to_string(&Line::User(user)).expect("JSON");
        let mut line: Vec<char> = line.chars().collect();
        for (at, gone, new) in edits {
            let at = at.index(line.len() + 1);
            let end = (at + gone).min(line.len());
            line.splice(at..end, new.chars());
        }
        let line: String = line.into_iter().collect();
        if let Some(read) = compact(&line) {
            prop_assert_eq!(Some(read), json(&line), "{}", line);
        }
    }
}

#[test]
fn all_but_compact_json_of_the_form_is_refused() {
    let read = [
        r#"{"user":{"id":""}}"#,
        r#"{"user":{"id":"a","name":null,"flag":true,"time":0}}"#,
        r#"{"user":{"time":-9223372036854775808,"id":"a"}}"#,
        r#"{"user":{"id":"a\"\\\u00e9\ud83e\udd80","group":{"\/":["\n"],"b":[]}}}"#,
        "{\"user\":{\"id\":\"a\"}}\n",
    ];
    for line in read {
        assert!(compact(line).is_some(), "{line}");
        assert_eq!(compact(line), json(line), "{line}");
    }
    let refused = [
        "",
        "\n",
        r#"{"user":{}}"#,
        r#"{"user":{"id":"a"}"#,
        r#"{"user":{"id":"a"}}}"#,
        r#"{"user":{"id":"a"}} "#,
        "{\"user\":{\"id\":\"a\"}}\n\n",
        r#"{"user":{"id": "a"}}"#,
        r#"{"user":{"id":"a",}}"#,
        r#"{"user":{,"id":"a"}}"#,
        r#"{"user":{"id":"a""flag":true}}"#,
        r#"{"user":{"id":"a","id":"b"}}"#,
        r#"{"user":{"id":"a","other":true}}"#,
        r#"{"user":{"id":"a","idd":true}}"#,
        r#"{"user":{"id":"a","flag":"true"}}"#,
        r#"{"user":{"id":"a","flag":truey}}"#,
        r#"{"user":{"id":"a","time":01}}"#,
        r#"{"user":{"id":"a","time":-0}}"#,
        r#"{"user":{"id":"a","time":-}}"#,
        r#"{"user":{"id":"a","time":1.0}}"#,
        r#"{"user":{"id":"a","time":1e3}}"#,
        r#"{"user":{"id":"a","time":9223372036854775808}}"#,
        r#"{"user":{"id":"a\"}}"#,
        r#"{"user":{"id":"\x"}}"#,
        r#"{"user":{"id":"\ud83e"}}"#,
        "{\"user\":{\"id\":\"a\tb\"}}",
        r#"{"user":{"id":"a","group":{"b":["c",]}}}"#,
        r#"{"user":{"id":"a","group":{"b":["c" ]}}}"#,
        r#"{"user":{"id":"a","group":[]}}"#,
        r#"{"user":["a"]}"#,
        r#"{"other":{"id":"a"}}"#,
        r#""user""#,
    ];
    for line in refused {
        assert!(compact(line).is_none(), "{line}");
    }
}
