//! Unreadable texts: half of a surrogate pair in an escape (`"\ud83d"`, half an emoji), or bytes that are not UTF-8.
//! Only the field that contains one is lost: it is removed and noted.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::repeated::repeated_key;

/// A field that was removed from an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unreadable {
    /// The id of the item.
    pub id: String,
    /// The path of the field: `name`, `user.name`.
    pub field: String,
}

/// The key of the notes in a page.
pub const NOTES: &str = "rolelint:unreadable";

/// The cursors of a page.
const CURSORS: [&str; 3] = ["next", "first_id", "last_id"];

/// The mark for an unreadable text until its field is removed. It starts with a character that no text contains.
const MARK: &str = "\u{fdd0}unreadable";

/// A page without its unreadable fields, with a note of each. A page that is readable, or is not JSON for other
/// reasons, is unchanged.
pub fn without_unreadable(body: Vec<u8>) -> Vec<u8> {
    let Some(marked) = marked(&body) else { return body };
    let Ok(Value::Object(mut page)) = serde_json::from_slice(&marked) else { return body };
    if repeated_key(&marked).is_some() {
        return body;
    }
    let mut notes = Vec::new();
    let data = page.get_mut("data").and_then(Value::as_array_mut);
    for item in data.into_iter().flatten().filter_map(Value::as_object_mut) {
        let mut fields = Vec::new();
        strip(item, "", &mut fields);
        let id = item.get("id").or_else(|| item.get("group_id")).and_then(Value::as_str);
        notes.extend(id.into_iter().flat_map(|id| {
            fields.iter().map(|field| Unreadable { id: id.to_owned(), field: field.clone() }).collect::<Vec<_>>()
        }));
    }
    // The other members may say that the page is incomplete, so they stay, with their texts made readable. A cursor has to
    // be exact, so an unreadable one is removed.
    page.retain(|name, value| name == "data" || !(CURSORS.contains(&name.as_str()) && holds_mark(value)));
    for (_, value) in page.iter_mut().filter(|(name, _)| *name != "data") {
        make_readable(value);
    }
    page.insert(NOTES.to_owned(), serde_json::to_value(notes).expect("notes have text keys only"));
    Value::Object(page).to_string().into_bytes()
}

/// The same JSON with a mark for each text that cannot be read; `None` if all can be read.
fn marked(json: &[u8]) -> Option<Vec<u8>> {
    // Nearly always.
    if std::str::from_utf8(json).is_ok() && !json.contains(&b'\\') {
        return None;
    }
    let mut marked = Vec::new();
    let (mut rest, mut found) = (json, false);
    while let Some(open) = rest.iter().position(|byte| *byte == b'"') {
        let (before, text) = rest.split_at(open + 1);
        let end = end_of_text(text);
        let (text, after) = text.split_at(end);
        marked.extend_from_slice(before);
        if is_readable(text) {
            marked.extend_from_slice(text);
        } else {
            marked.extend_from_slice(MARK.as_bytes());
            found = true;
        }
        // The closing quote, if there is one.
        marked.extend(after.first());
        rest = after.get(1..).unwrap_or_default();
    }
    marked.extend_from_slice(rest);
    found.then_some(marked)
}

/// The length of the text up to its closing quote.
fn end_of_text(text: &[u8]) -> usize {
    let mut at = 0;
    while at < text.len() {
        match text[at] {
            b'"' => return at,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    text.len()
}

fn is_readable(text: &[u8]) -> bool {
    std::str::from_utf8(text).is_ok() && !has_half_a_pair(text)
}

fn has_half_a_pair(mut text: &[u8]) -> bool {
    while let Some(at) = text.iter().position(|byte| *byte == b'\\') {
        let escape = &text[at..];
        text = match unit(escape) {
            Some(0xd800..=0xdbff) => match unit(&escape[6..]) {
                Some(0xdc00..=0xdfff) => &escape[12..],
                Some(_) | None => return true,
            },
            Some(0xdc00..=0xdfff) => return true,
            Some(_) | None => escape.get(2..).unwrap_or_default(),
        };
    }
    false
}

/// The UTF-16 code unit of the escape at the start.
fn unit(escape: &[u8]) -> Option<u16> {
    let hex = escape.strip_prefix(b"\\u")?.get(..4)?;
    u16::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok()
}

/// Removes unreadable fields. If an element of a list is unreadable, the whole list is removed, because a shorter list
/// would be wrong.
fn strip(object: &mut Map<String, Value>, within: &str, fields: &mut Vec<String>) {
    object.retain(|name, value| {
        let path = format!("{within}{name}");
        if let Value::Object(inner) = value {
            strip(inner, &format!("{path}."), fields);
        }
        let bad = holds_mark(value);
        if bad && !is_mark(name) {
            fields.push(path);
        }
        !bad && !is_mark(name)
    });
}

fn make_readable(value: &mut Value) {
    match value {
        Value::String(text) if is_mark(text) => "\u{fffd}".clone_into(text),
        Value::Array(list) => list.iter_mut().for_each(make_readable),
        Value::Object(object) => object.values_mut().for_each(make_readable),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn holds_mark(value: &Value) -> bool {
    match value {
        Value::String(text) => is_mark(text),
        Value::Array(list) => list.iter().any(holds_mark),
        Value::Object(object) => object.iter().any(|(name, value)| is_mark(name) || holds_mark(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn is_mark(text: &str) -> bool {
    text == MARK
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rest of an item, and the fields that are noted.
    #[track_caller]
    fn item(item: &[u8]) -> (Value, Vec<String>) {
        let page = [br#"{"data":[{"id":"x","last":1,"#, item, br#"}],"has_more":false}"#].concat();
        let mended: Value = serde_json::from_slice(&without_unreadable(page)).expect("JSON");
        assert_eq!(mended["has_more"], false);
        let notes: Vec<Unreadable> = serde_json::from_value(mended[NOTES].clone()).expect("notes");
        assert!(notes.iter().all(|note| note.id == "x"));
        let mut item = mended["data"][0].clone();
        let object = item.as_object_mut().expect("an item");
        assert!(object.remove("id").is_some() && object.remove("last").is_some());
        (item, notes.into_iter().map(|note| note.field).collect())
    }

    #[test]
    fn an_unreadable_text_loses_only_its_field() {
        let cases: [(&[u8], &str, &[&str]); 9] = [
            (br#""name":"a\ud83d","email":"e""#, r#"{"email":"e"}"#, &["name"]),
            (br#""name":"\udc4d a""#, "{}", &["name"]),
            (br#""name":"\uD83D\n\uDC4D","role":null"#, r#"{"role":null}"#, &["name"]),
            (b"\"name\":\"\xff\",\"email\":\"\xc3\xa9\"", r#"{"email":"é"}"#, &["name"]),
            (b"\"name\":\"\xed\xa0\xbd\"", "{}", &["name"]),
            (br#""user":{"name":"\ud83d","banned":true}"#, r#"{"user":{"banned":true}}"#, &["user.name"]),
            (br#""permissions":["a","\ud83d"],"b":["\\ud83d"]"#, r#"{"b":["\\ud83d"]}"#, &["permissions"]),
            (br#""projects":[{"id":"p","role":"\ud83d"}]"#, "{}", &["projects"]),
            (br#""\ud83d":"a","b":"\ud83d\ude00""#, r#"{"b":"😀"}"#, &[]),
        ];
        for (sent, left, noted) in cases {
            let shown = String::from_utf8_lossy(sent);
            let (item, fields) = item(sent);
            assert_eq!(
                (item, fields),
                (serde_json::from_str(left).expect("JSON"), noted.iter().map(|&field| field.to_owned()).collect()),
                "{shown}"
            );
        }
    }

    #[test]
    fn what_the_page_says_of_itself_stays() {
        let page = without_unreadable(
            b"{\"data\":[],\"object\":\"l\xff\",\"next\":\"\xff\",\"error\":{\"message\":\"\xe9\"}}".to_vec(),
        );
        let page: Value = serde_json::from_slice(&page).expect("JSON");
        assert_eq!(page["error"]["message"], "\u{fffd}");
        assert_eq!(page["object"], "\u{fffd}");
        assert_eq!(page.get("next"), None);
    }

    #[test]
    fn other_faults_are_left_unchanged() {
        let cases: [&[u8]; 7] = [
            b"",
            br#"{"data":[{"id":"\ud83d\ude00","name":"\\ud83d"}]}"#,
            br#"{"data":[{"id":"x","name":"\ud83d"}"#,
            br#"["\ud83d"]"#,
            b"\"\xff",
            br#"{"data":[{"id":"x","name":"\ud83d","n":1e999}]}"#,
            b"\xff{}",
        ];
        for body in cases {
            assert_eq!(without_unreadable(body.to_vec()), body, "{}", String::from_utf8_lossy(body));
        }
    }

    #[test]
    fn an_item_whose_id_cannot_be_read_has_none() {
        let page = without_unreadable(br#"{"data":[{"id":"\ud83d","name":"\ud83d"}],"next":"\ud83d"}"#.to_vec());
        assert_eq!(String::from_utf8(page).expect("text"), r#"{"data":[{}],"rolelint:unreadable":[]}"#);
    }
}
