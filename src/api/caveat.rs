//! What a page may say beside its items, or its headers beside the page: that something failed, that it has not all of
//! them, or that more follow. The API documents none of this; what stands between it and us may say it in any of these
//! words. It is long because of its two tables: the words, and a test of each.

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
    /// It says itself that more follows.
    More,
    /// How many items the list has in all.
    Items(u64),
    /// How many pages the list has in all.
    Pages(u64),
    /// How many items another list has that comes with the page.
    Beside(u64),
}

/// A member with a name that begins like this was made of the header that the rest of it names.
pub const HEADER: &str = "header ";

/// The members that say in a body what headers say of its list: the journal keeps bodies. Each has the values of all
/// headers of its name.
pub fn members(headers: &HeaderMap) -> Map<String, Value> {
    let mut members = Map::new();
    for (name, text) in headers {
        let (name, Ok(text)) = (name.as_str(), text.to_str()) else { continue };
        let value = header_value(name, text.trim());
        if !of_header(name, &value).is_empty() {
            let values = members.entry(format!("{HEADER}{name}")).or_insert_with(|| Value::Array(Vec::new()));
            values.as_array_mut().expect("it was made as a list").push(value);
        }
    }
    members
}

/// What a header has to say, as a body would.
fn header_value(name: &str, text: &str) -> Value {
    let no = ["false", "0", "null", "no"].contains(&text.to_lowercase().as_str());
    let json = text.starts_with('{').then(|| serde_json::from_str(text).ok()).flatten();
    match name {
        "link" => leads_on(text).into(),
        // `items 0-99/250`
        "content-range" => text.rsplit_once('/').map_or(text, |(_, count)| count).into(),
        _ if no => false.into(),
        _ => json.unwrap_or_else(|| text.into()),
    }
}

/// What a header says against the body that it comes with. Of one that says that something failed, the status is the
/// judge, and a warning may be about anything.
fn of_header(name: &str, value: &Value) -> Vec<Caveat> {
    let caveats = match name {
        "link" => Caveat::of("next", value),
        "content-range" => Caveat::of("total", value),
        "warning" => Vec::new(),
        _ => Caveat::of(name.strip_prefix("x-").unwrap_or(name), value),
    };
    caveats.into_iter().filter(|caveat| !matches!(caveat, Caveat::Failed(_))).collect()
}

/// Whether one of these links leads to a next page: `<https://…>; rel="next"`.
fn leads_on(links: &str) -> bool {
    let parameters = links.split([';', ',']).filter_map(|part| part.split_once('='));
    let mut relations = parameters.filter(|(name, _)| name.trim().eq_ignore_ascii_case("rel")).map(|(_, words)| words);
    relations
        .any(|words| words.trim().trim_matches('"').split_whitespace().any(|word| word.eq_ignore_ascii_case("next")))
}

/// What may follow `next` in the name of a member that leads on.
const NEXT: [&str; 11] =
    ["", "page", "pagetoken", "token", "cursor", "url", "uri", "link", "after", "offset", "marker"];

impl Caveat {
    /// What a member with this name and value says against the page.
    pub fn of(name: &str, value: &Value) -> Vec<Self> {
        if let Some(header) = name.strip_prefix(HEADER) {
            return value.as_array().into_iter().flatten().flat_map(|value| of_header(header, value)).collect();
        }
        let plain: String = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        let word = plain.strip_prefix("is").unwrap_or(&plain);
        let word = word.strip_prefix("pagination").filter(|rest| !rest.is_empty()).unwrap_or(word);
        match word {
            "meta" | "metadata" | "pagination" | "paging" | "page" | "pageinfo" | "response" | "responsemetadata" => {
                // A message may be about anything there.
                let members = value.as_object().into_iter().flatten();
                let telling = members.filter(|(name, _)| !["message", "detail", "details"].contains(&name.as_str()));
                telling.flat_map(|(name, value)| Self::of(name, value)).collect()
            }
            _ => Self::of_word(word, value).or_else(|| beside(value).map(Self::Beside)).into_iter().collect(),
        }
    }

    fn of_word(word: &str, value: &Value) -> Option<Self> {
        match word {
            "error" | "errors" | "errorcode" | "errormessage" | "errordescription" | "code" | "message" | "detail"
            | "details" | "exception" | "fault" | "failed" | "denied" => {
                (says_something(value) && !says_all_is_well(value)).then(|| Self::Failed(said(value)))
            }
            "status" | "statuscode" => is_bad_status(value).then(|| Self::Failed(said(value))),
            "type" | "result" => value.as_str().is_some_and(is_bad_word).then(|| Self::Failed(said(value))),
            "success" | "succeeded" | "ok" => (value == &Value::Bool(false)).then(|| Self::Failed(said(value))),
            "partial" | "partialresults" | "truncated" | "datatruncated" | "incomplete" | "incompleteresults"
            | "degraded" | "stale" | "warning" | "warnings" | "omitted" | "skipped" | "remaining"
            | "remainingcount" | "remainingitems" | "unavailable" | "limitreached" => {
                says_something(value).then_some(Self::Incomplete)
            }
            "hasmore" | "more" | "hasmoreafter" | "hasmoreitems" | "hasmoreresults" | "hasnext" | "hasnextpage"
            | "continuationtoken" | "odatanextlink" => says_something(value).then_some(Self::More),
            "cursor" | "cursors" => {
                let leads_on = |name: &str| value.get(name).is_some_and(says_something);
                (leads_on("after") || leads_on("next")).then_some(Self::More)
            }
            "complete" | "completed" => (value == &Value::Bool(false)).then_some(Self::Incomplete),
            "last" | "lastpage" | "final" | "finished" | "done" | "end" | "endoflist" => {
                (value == &Value::Bool(false)).then_some(Self::More)
            }
            "links" => {
                let next = |link: &Value| link.get("rel").is_some_and(|rel| rel == "next");
                let listed = value.as_array().is_some_and(|links| links.iter().any(next));
                (listed || value.get("next").is_some_and(says_something)).then_some(Self::More)
            }
            "total" | "totalcount" | "totalitems" | "totalresults" | "count" | "odatacount" | "numfound"
            | "numberofitems" => number(value).map(Self::Items),
            "totalpages" | "pagecount" | "pages" => number(value).map(Self::Pages),
            _ => {
                let next = word.strip_prefix("next").is_some_and(|what| NEXT.contains(&what));
                (next && says_something(value)).then_some(Self::More)
            }
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

/// A number, or a text that is one. Of a fraction, the next whole number: so many items are needed for it.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count beyond every list is enough")]
fn number(value: &Value) -> Option<u64> {
    let text = || value.as_str().map(str::trim);
    let fraction = || value.as_f64().or_else(|| text()?.parse().ok()).filter(|count| *count >= 0.0);
    value.as_u64().or_else(|| text()?.parse().ok()).or_else(|| fraction().map(|count| count.ceil() as u64))
}

/// How many things with ids are in this list, or in the page that it is.
fn beside(value: &Value) -> Option<u64> {
    let things = value.as_array().or_else(|| value.get("data")?.as_array())?;
    let is_thing = |thing: &&Value| thing.get("id").or_else(|| thing.get("group_id")).is_some_and(Value::is_string);
    Some(things.iter().filter(is_thing).count() as u64).filter(|count| *count > 0)
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
            (&[("link", "<https://x/v1?after=a>; rel=\"next\"")][..], json!({"header link": [true]})),
            (
                &[("Link", "<https://x/?a=1,2>; rel=\"prev\", <https://x/>; title=x; rel=\"last Next\"")],
                json!({"header link": [true]}),
            ),
            (&[("link", "<https://x>; rel=prev"), ("link", "<https://y>; rel=next")], json!({"header link": [true]})),
            (
                &[("x-has-more", "true"), ("x-next-page", "2")],
                json!({"header x-has-more": ["true"], "header x-next-page": ["2"]}),
            ),
            (
                &[
                    ("x-total-count", " 3"),
                    ("x-total-count", "4"),
                    ("content-range", "items 0-1/5"),
                    ("x-partial", "1"),
                ],
                json!({"header x-total-count": ["3", "4"], "header content-range": ["5"], "header x-partial": ["1"]}),
            ),
            (&[("link", "<https://x/next>; rel=\"help\""), ("link", "<https://x/?rel=next>; rel=self")], json!({})),
            (
                &[("x-has-more", "false"), ("x-next-page", ""), ("x-total-count", "many"), ("x-request-id", "5")],
                json!({}),
            ),
        ] {
            let name = |name: &str| reqwest::header::HeaderName::try_from(name).expect("a name");
            let mut map = HeaderMap::new();
            for (of, text) in headers {
                map.append(name(of), text.parse().expect("a value"));
            }
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
            ("hasMore", json!(true), Some(Caveat::More)),
            ("next_cursor", json!("abc"), Some(Caveat::More)),
            ("nextPage", json!(2), Some(Caveat::More)),
            ("links", json!({"next": "/x"}), Some(Caveat::More)),
            ("total", json!(3), Some(Caveat::Items(3))),
            ("total_count", json!(0), Some(Caveat::Items(0))),
            ("total_pages", json!(4), Some(Caveat::Pages(4))),
            ("total_count", json!("3"), Some(Caveat::Items(3))),
            ("total", json!(3.0), Some(Caveat::Items(3))),
            ("total", json!("2.5"), Some(Caveat::Items(3))),
            ("numFound", json!(3), Some(Caveat::Items(3))),
            ("incomplete_results", json!(true), Some(Caveat::Incomplete)),
            ("remaining_count", json!(1), Some(Caveat::Incomplete)),
            ("cursors", json!({"after": "abc"}), Some(Caveat::More)),
            ("cursor", json!({"next": "abc"}), Some(Caveat::More)),
            ("has_more_after", json!(true), Some(Caveat::More)),
            ("users", json!([{"id": "user_1"}, {"id": "user_2"}, 5]), Some(Caveat::Beside(2))),
            ("response", json!({"data": [{"group_id": "group_1"}]}), Some(Caveat::Beside(1))),
            ("response", json!({"error": "timeout"}), failed("timeout")),
            ("meta", json!({"error": "timeout"}), failed("timeout")),
            ("header x-partial", json!(["1"]), Some(Caveat::Incomplete)),
            ("header link", json!([true]), Some(Caveat::More)),
            ("header content-range", json!(["5"]), Some(Caveat::Items(5))),
            ("header x-error", json!(["not today"]), None),
            ("meta", json!({"page": {"totalCount": 9}}), Some(Caveat::Items(9))),
            ("paging", json!({"next": "https://x"}), Some(Caveat::More)),
            ("pageInfo", json!({"hasNextPage": true}), Some(Caveat::More)),
            ("links", json!([{"rel": "self"}, {"rel": "next", "href": "/x"}]), Some(Caveat::More)),
            ("is_last", json!(false), Some(Caveat::More)),
            ("@odata.nextLink", json!("/x"), Some(Caveat::More)),
            ("omitted", json!(2), Some(Caveat::Incomplete)),
            // These say nothing against it.
            ("error", json!(null), None),
            ("error", json!({}), None),
            ("errors", json!([]), None),
            ("partial", json!(false), None),
            ("total", json!(-1), None),
            ("incomplete_results", json!(false), None),
            ("remaining_count", json!(0), None),
            ("cursors", json!({"before": "abc", "after": null}), None),
            ("cursor", json!("abc"), None),
            ("scopes", json!(["api.roles.read"]), None),
            ("users", json!([]), None),
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
            ("meta", json!({"code": 200, "message": "fine", "next": null}), None),
            ("page", json!(1), None),
            ("last", json!(true), None),
            ("next_reset_ms", json!(12), None),
            ("processing_ms", json!(12), None),
        ] {
            assert_eq!(Caveat::of(name, &value), caveat.into_iter().collect::<Vec<_>>(), "{name}: {value}");
        }
        let both = Caveat::of("pagination", &json!({"count": 2, "next_offset": 100, "total": 9}));
        assert_eq!(both, [Caveat::Items(2), Caveat::More, Caveat::Items(9)]);
    }
}
