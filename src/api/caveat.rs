//! What a page may say beside its items, or its headers beside the page: that something failed, that it has not all of
//! them, or that more follow. The API documents none of this; what stands between it and us may say it in any of these
//! words.

use reqwest::header::HeaderMap;
use serde_json::{Map, Value};

use super::status::said;

/// Why a page cannot be taken for the whole of what was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caveat {
    /// An error, and its text.
    Failed(String),
    /// Some of its items are missing, or may be.
    Incomplete,
    /// More follows.
    More,
    /// The list has so many items in all.
    Items(u64),
    /// The list has so many pages in all.
    Pages(u64),
}

/// A member with a name that begins like this was made of the header that the rest of it names.
pub const HEADER: &str = "header ";

/// Headers that say that more follows.
const MORE: [&str; 3] = ["x-has-more", "x-next-page", "x-next-cursor"];

/// Headers that count what there is in all, each with the member that does.
const COUNTS: [(&str, &str); 3] = [("x-total-count", "total"), ("x-total", "total"), ("x-total-pages", "total_pages")];

/// The members that say in a body what headers say of its list: the journal keeps bodies.
pub fn members(headers: &HeaderMap) -> Map<String, Value> {
    let texts = |name: &str| headers.get_all(name).iter().filter_map(|text| text.to_str().ok()).collect::<Vec<_>>();
    let mut members = Map::new();
    let mut more = |name: &str| members.insert(format!("{HEADER}{name}"), true.into());
    if texts("link").into_iter().any(leads_on) {
        more("link");
    }
    for name in MORE {
        let said = |text: &str| !["", "0", "false", "null"].contains(&text.trim().to_lowercase().as_str());
        if texts(name).into_iter().any(said) {
            more(name);
        }
    }
    for (name, member) in COUNTS {
        let most = texts(name).into_iter().filter_map(|text| text.trim().parse::<u64>().ok()).max();
        let known = members.get(member).and_then(Value::as_u64);
        if let Some(count) = most.max(known) {
            members.insert(member.to_owned(), count.into());
        }
    }
    members
}

/// Whether one of these links leads to a next page: `<https://…>; rel="next"`.
fn leads_on(links: &str) -> bool {
    let parameters = links.split([';', ',']).filter_map(|part| part.split_once('='));
    let mut relations = parameters.filter(|(name, _)| name.trim().eq_ignore_ascii_case("rel")).map(|(_, words)| words);
    relations
        .any(|words| words.trim().trim_matches('"').split_whitespace().any(|word| word.eq_ignore_ascii_case("next")))
}

impl Caveat {
    /// What a member with this name and value says, if it says something against the page.
    pub fn of(name: &str, value: &Value) -> Option<Self> {
        if name.starts_with(HEADER) {
            return says_something(value).then_some(Self::More);
        }
        let plain: String = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        let word = plain.strip_prefix("is").unwrap_or(&plain);
        match word {
            "error" | "errors" | "errorcode" | "errormessage" | "errordescription" | "code" | "message" | "detail"
            | "details" | "exception" | "fault" | "failed" | "denied" => {
                (says_something(value) && !says_all_is_well(value)).then(|| Self::Failed(said(value)))
            }
            "status" | "statuscode" => is_bad_status(value).then(|| Self::Failed(said(value))),
            "type" | "result" => value.as_str().is_some_and(is_bad_word).then(|| Self::Failed(said(value))),
            "success" | "succeeded" | "ok" => (value == &Value::Bool(false)).then(|| Self::Failed(said(value))),
            "partial" | "truncated" | "incomplete" | "degraded" | "stale" | "warning" | "warnings" | "hasmore"
            | "more" | "nextpage" | "nextpagetoken" | "nexttoken" | "nextcursor" | "nexturl" | "nextlink"
            | "continuationtoken" => says_something(value).then_some(Self::Incomplete),
            "complete" | "completed" => (value == &Value::Bool(false)).then_some(Self::Incomplete),
            "links" => {
                let next = value.get("next").is_some_and(says_something);
                next.then_some(Self::Incomplete)
            }
            "total" | "totalcount" | "totalitems" | "totalresults" | "count" => value.as_u64().map(Self::Items),
            "totalpages" | "pagecount" | "pages" => value.as_u64().map(Self::Pages),
            _ => None,
        }
    }
}

/// Neither `null`, false, zero nor empty.
fn says_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(told) => *told,
        Value::Number(count) => count.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Object(object) => !object.is_empty(),
    }
}

fn says_all_is_well(value: &Value) -> bool {
    status_of(value).is_some_and(|status| (200..300).contains(&status))
        || value.as_str().is_some_and(|text| ["ok", "success", "successful"].contains(&text.to_lowercase().as_str()))
}

fn status_of(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

/// Whether it is a number of HTTP that says that something failed, or a word that does.
fn is_bad_status(value: &Value) -> bool {
    status_of(value).is_some_and(|status| status >= 300)
        || value.as_str().is_some_and(is_bad_word)
        || value == &Value::Bool(false)
}

fn is_bad_word(word: &str) -> bool {
    let word = word.to_lowercase();
    ["error", "fail", "denied", "forbidden", "unauthorized", "partial", "incomplete", "timeout"]
        .iter()
        .any(|bad| word.contains(bad))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn headers_that_say_that_more_follows() {
        for (headers, said) in [
            (&[("link", "<https://x/v1?after=a>; rel=\"next\"")][..], json!({"header link": true})),
            (
                &[("Link", "<https://x/?a=1,2>; rel=\"prev\", <https://x/>; title=x; rel=\"last Next\"")],
                json!({"header link": true}),
            ),
            (&[("link", "<https://x>; rel=prev"), ("link", "<https://y>; rel=next")], json!({"header link": true})),
            (
                &[("x-has-more", "true"), ("x-next-page", "2")],
                json!({"header x-has-more": true, "header x-next-page": true}),
            ),
            (
                &[("x-total-count", " 3"), ("x-total", "4"), ("x-total-pages", "2")],
                json!({"total": 4, "total_pages": 2}),
            ),
            (&[("link", "<https://x/next>; rel=\"help\""), ("link", "<https://x/?rel=next>; rel=self")], json!({})),
            (
                &[("x-has-more", "false"), ("x-next-page", ""), ("x-total-count", "many"), ("x-request-id", "5")],
                json!({}),
            ),
        ] {
            let name = |name: &str| reqwest::header::HeaderName::try_from(name).expect("a name");
            let pairs = headers.iter().map(|(of, text)| (name(of), text.parse().expect("a value")));
            let mut map = HeaderMap::new();
            map.extend(pairs.map(|(name, value)| (Some(name), value)));
            assert_eq!(Value::Object(members(&map)), said, "{headers:?}");
        }
    }

    #[test]
    fn members_that_say_something_against_a_page() {
        let failed = |text: &str| Some(Caveat::Failed(text.to_owned()));
        for (name, value, caveat) in [
            ("error", json!({"message": "not today"}), failed("not today")),
            ("errors", json!(["no", "no"]), failed("no")),
            ("error", json!({"code": 5}), failed(r#"{"code":5}"#)),
            ("code", json!("insufficient_permissions"), failed("insufficient_permissions")),
            ("message", json!("Missing scopes"), failed("Missing scopes")),
            ("detail", json!("Forbidden"), failed("Forbidden")),
            ("error_code", json!(7), failed("7")),
            ("status", json!(403), failed("403")),
            ("status", json!("500"), failed("500")),
            ("status", json!("error"), failed("error")),
            ("type", json!("error"), failed("error")),
            ("success", json!(false), failed("false")),
            ("ok", json!(false), failed("false")),
            ("partial", json!(true), Some(Caveat::Incomplete)),
            ("isPartial", json!(1), Some(Caveat::Incomplete)),
            ("warnings", json!(["partial results"]), Some(Caveat::Incomplete)),
            ("complete", json!(false), Some(Caveat::Incomplete)),
            ("is_complete", json!(false), Some(Caveat::Incomplete)),
            ("hasMore", json!(true), Some(Caveat::Incomplete)),
            ("next_cursor", json!("abc"), Some(Caveat::Incomplete)),
            ("nextPage", json!(2), Some(Caveat::Incomplete)),
            ("links", json!({"next": "/x"}), Some(Caveat::Incomplete)),
            ("total", json!(3), Some(Caveat::Items(3))),
            ("total_count", json!(0), Some(Caveat::Items(0))),
            ("total_pages", json!(4), Some(Caveat::Pages(4))),
            // These say nothing against it.
            ("error", json!(null), None),
            ("error", json!({}), None),
            ("errors", json!([]), None),
            ("partial", json!(false), None),
            ("truncated", json!(0), None),
            ("incomplete", json!(""), None),
            ("complete", json!(true), None),
            ("status", json!(200), None),
            ("code", json!(200), None),
            ("message", json!("OK"), None),
            ("status", json!("ok"), None),
            ("type", json!("list"), None),
            ("success", json!(true), None),
            ("next_page", json!(null), None),
            ("links", json!({"next": null, "self": "/x"}), None),
            ("request_id", json!("req_123"), None),
            ("processing_ms", json!(12), None),
        ] {
            assert_eq!(Caveat::of(name, &value), caveat, "{name}: {value}");
        }
    }
}
