//! A page of a list, and when a response is not a page.

use serde::{Deserialize, Deserializer};

use super::status::said;
use super::unreadable::Unreadable;
use crate::org::Known;

/// A page of a list, in either envelope.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Sent<T>", bound = "T: Deserialize<'de>")]
pub struct Page<T> {
    pub data: Vec<T>,
    pub has_more: Option<bool>,
    pub next: Known<String>,
    pub last_id: Known<String>,
    /// Fields of its items that were removed because they are unreadable.
    pub unreadable: Vec<Unreadable>,
}

/// A page as it arrives. A response without `data` is not a page: it must not be read as an empty list.
#[derive(Deserialize)]
struct Sent<T> {
    #[serde(default)]
    object: Known<serde_json::Value>,
    data: Option<Vec<T>>,
    #[serde(default)]
    error: Fault,
    #[serde(default)]
    errors: Fault,
    #[serde(default)]
    partial: Fault,
    #[serde(default)]
    truncated: Fault,
    #[serde(default)]
    incomplete: Fault,
    has_more: Option<bool>,
    #[serde(default)]
    next: Known<String>,
    #[serde(default)]
    last_id: Known<String>,
    #[serde(default, rename = "rolelint:unreadable")]
    unreadable: Vec<Unreadable>,
}

/// Fields that say that a page is incomplete, unless they are `null`, false or empty.
#[derive(Default)]
struct Fault(Option<serde_json::Value>);

impl<'de> Deserialize<'de> for Fault {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde_json::Value;
        let value = Value::deserialize(deserializer)?;
        let told = match &value {
            Value::Null => false,
            Value::Bool(told) => *told,
            Value::Number(count) => count.as_f64() != Some(0.0),
            Value::String(text) => !text.is_empty(),
            Value::Array(list) => !list.is_empty(),
            Value::Object(object) => !object.is_empty(),
        };
        Ok(Self(told.then_some(value)))
    }
}

impl<T> TryFrom<Sent<T>> for Page<T> {
    type Error = String;

    fn try_from(sent: Sent<T>) -> Result<Self, Self::Error> {
        let error = [("error", &sent.error), ("errors", &sent.errors)];
        let error = error.into_iter().find_map(|(name, fault)| Some((name, said(fault.0.as_ref()?))));
        let Some(data) = sent.data else {
            return Err(match error {
                Some((name, said)) => format!("`data` is missing, and `{name}` says: {said}"),
                None => "`data` is missing".to_owned(),
            });
        };
        if let Some((name, said)) = error {
            return Err(format!("`{name}` is present along with `data`: {said}"));
        }
        let partial = [("partial", &sent.partial), ("truncated", &sent.truncated), ("incomplete", &sent.incomplete)];
        if let Some((name, _)) = partial.into_iter().find(|(_, fault)| fault.0.is_some()) {
            return Err(format!("its `{name}` says that the page is incomplete"));
        }
        if sent.object.value().is_some_and(|object| object != "list") {
            return Err("`object` is not `list`".to_owned());
        }
        let Sent { has_more, next, last_id, unreadable, .. } = sent;
        Ok(Self { data, has_more, next, last_id, unreadable })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::wire::Role;

    #[test]
    fn the_error_for_an_invalid_page_says_why() {
        for (text, why) in [
            ("{}", "`data` is missing"),
            (r#"{"data":null,"has_more":false}"#, "`data` is missing"),
            (r#"{"error":{"message":"not today"}}"#, "`data` is missing, and `error` says: not today"),
            (r#"{"error":{"message":"not today"},"data":[]}"#, "`error` is present along with `data`: not today"),
            (r#"{"errors":[{"message":"not today"}],"data":[]}"#, "`errors` is present along with `data`: not today"),
            (r#"{"errors":["no","no"],"data":[]}"#, "`errors` is present along with `data`: no"),
            (r#"{"error":"no","errors":["never"],"data":[]}"#, "`error` is present along with `data`: no"),
            (r#"{"error":{"code":5},"errors":[],"data":[]}"#, r#"`error` is present along with `data`: {"code":5}"#),
            (r#"{"partial":true,"truncated":1,"data":[]}"#, "its `partial` says that the page is incomplete"),
            (r#"{"incomplete":"yes","data":[]}"#, "its `incomplete` says that the page is incomplete"),
            (r#"{"object":"error","data":[]}"#, "`object` is not `list`"),
        ] {
            let error = serde_json::from_str::<Page<Role>>(text).expect_err(text);
            // An error of this kind means that the response does not have the documented shape: it is neither kept nor retried.
            assert!(error.is_data() && error.to_string() == why, "{error}");
        }
    }

    #[test]
    fn fields_that_report_no_error_are_accepted() {
        for text in [
            r#"{"object":"list","data":[],"error":null,"errors":[],"partial":false,"truncated":0}"#,
            r#"{"object":null,"data":[],"error":{},"errors":null,"incomplete":""}"#,
        ] {
            serde_json::from_str::<Page<Role>>(text).expect(text);
        }
    }
}
