//! What a page may say beside its items: that something failed, that it has not all of them, or that more follow. The
//! API documents none of this; what stands between it and us may say it in any of these words.

use serde_json::Value;

use super::status::said;

/// Why a page cannot be taken for the whole of what was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caveat {
    /// An error, and its text.
    Failed(String),
    /// Some of its items are missing, or may be.
    Incomplete,
    /// The list has so many items in all.
    Items(u64),
    /// The list has so many pages in all.
    Pages(u64),
}

impl Caveat {
    /// What a member with this name and value says, if it says something against the page.
    pub fn of(name: &str, value: &Value) -> Option<Self> {
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
