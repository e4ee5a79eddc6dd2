//! A page of a list, and when a response is not a page.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use serde_json::Value;

use super::caveat::{Caveat, HEADER};
use super::unreadable::{NOTES, Unreadable};
use crate::org::Known;

/// A page of a list, in either envelope.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Sent<T>", bound = "T: Deserialize<'de>")]
pub struct Page<T> {
    pub data: Vec<T>,
    pub has_more: Option<bool>,
    pub next: Known<String>,
    pub last_id: Known<String>,
    /// How many items the list has in all, if the page says so.
    pub items: Option<u64>,
    /// How many pages it has, if the page says so.
    pub pages: Option<u64>,
    /// Fields of its items that were removed because they are unreadable.
    pub unreadable: Vec<Unreadable>,
}

/// A page as it arrives.
struct Sent<T> {
    object: Value,
    data: Option<Vec<T>>,
    has_more: Option<bool>,
    next: Known<String>,
    first_id: Known<String>,
    last_id: Known<String>,
    unreadable: Vec<Unreadable>,
    /// What members that the API does not document say against it, by their names.
    caveats: Vec<(String, Caveat)>,
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Sent<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members(PhantomData))
    }
}

struct Members<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
    type Value = Sent<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a page of a list")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut page: A) -> Result<Sent<T>, A::Error> {
        let (mut object, mut data, mut has_more, mut unreadable) = (None, None, None, None);
        let (mut next, mut first_id, mut last_id) = (None, None, None);
        let mut caveats = Vec::new();
        while let Some(name) = page.next_key::<String>()? {
            match name.as_str() {
                "object" => once(&mut object, "object", &mut page)?,
                "data" => once(&mut data, "data", &mut page)?,
                "has_more" => once(&mut has_more, "has_more", &mut page)?,
                "next" => once(&mut next, "next", &mut page)?,
                "first_id" => once(&mut first_id, "first_id", &mut page)?,
                "last_id" => once(&mut last_id, "last_id", &mut page)?,
                NOTES => once(&mut unreadable, NOTES, &mut page)?,
                _ => {
                    let said = Caveat::of(&name, &page.next_value()?);
                    caveats.extend(said.into_iter().map(|caveat| (name.clone(), caveat)));
                }
            }
        }
        Ok(Sent {
            object: object.unwrap_or_default(),
            data: data.flatten(),
            has_more: has_more.flatten(),
            next: next.unwrap_or_default(),
            first_id: first_id.unwrap_or_default(),
            last_id: last_id.unwrap_or_default(),
            unreadable: unreadable.unwrap_or_default(),
            caveats,
        })
    }
}

impl<T> TryFrom<Sent<T>> for Page<T> {
    type Error = String;

    fn try_from(sent: Sent<T>) -> Result<Self, Self::Error> {
        let (mut failed, mut incomplete, mut more, mut items, mut pages) = (None, None, None, None, None);
        let sent_items = sent.data.as_ref().map_or(0, |data| data.len() as u64);
        let mut longer = None;
        for (name, caveat) in sent.caveats {
            match caveat {
                Caveat::Failed(said) => failed = failed.or(Some((name, said))),
                // A header may repeat what `has_more` says. The API has no other member that does.
                Caveat::More if name.starts_with(HEADER) => more = more.or(Some(name)),
                Caveat::Incomplete | Caveat::More => incomplete = incomplete.or(Some(name)),
                Caveat::Items(count) => items = items.max(Some(count)),
                Caveat::Pages(count) => pages = pages.max(Some(count)),
                Caveat::Beside(count) if count > sent_items => longer = longer.or(Some(name)),
                Caveat::Beside(_) => {}
            }
        }
        // It must not be read as an empty list.
        let Some(data) = sent.data else {
            return Err(match failed {
                Some((name, said)) => format!("`data` is missing, and `{name}` says: {said}"),
                None => "`data` is missing".to_owned(),
            });
        };
        if let Some((name, said)) = failed {
            return Err(format!("`{name}` is present along with `data`: {said}"));
        }
        if let Some(name) = incomplete {
            let name = match name.strip_prefix(HEADER) {
                Some(header) => format!("header `{header}`"),
                None => format!("`{name}`"),
            };
            return Err(format!("its {name} says that the page is incomplete"));
        }
        if let Some(name) = longer {
            return Err(format!("its `{name}` is a longer list than its `data`"));
        }
        if let Some(header) = more.as_deref().and_then(|name| name.strip_prefix(HEADER))
            && sent.has_more != Some(true)
        {
            return Err(format!("its header `{header}` says that there is more, and `has_more` does not"));
        }
        if !sent.object.is_null() && sent.object != "list" {
            return Err("`object` is not `list`".to_owned());
        }
        let ids = [("first_id", &sent.first_id), ("last_id", &sent.last_id)];
        let named = ids.into_iter().find(|(_, id)| id.value().is_some_and(|id| !id.is_empty()));
        // A page may be empty on the way to the next.
        let is_over = data.is_empty() && sent.has_more != Some(true);
        if let (true, Some((name, _))) = (is_over, named) {
            return Err(format!("its `{name}` names an item, and it has none"));
        }
        let Sent { has_more, next, last_id, unreadable, .. } = sent;
        Ok(Self { data, has_more, next, last_id, items, pages, unreadable })
    }
}

/// Reads the value of a member that may be there once.
fn once<'de, V: Deserialize<'de>, A: MapAccess<'de>>(
    value: &mut Option<V>,
    name: &'static str,
    page: &mut A,
) -> Result<(), A::Error> {
    if value.is_some() {
        return Err(A::Error::duplicate_field(name));
    }
    *value = Some(page.next_value()?);
    Ok(())
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
            (r#"{"code":"no","message":"Missing scopes","data":[]}"#, "`code` is present along with `data`: no"),
            (r#"{"complete":false,"data":[]}"#, "its `complete` says that the page is incomplete"),
            (r#"{"last_id":"key_1","data":[]}"#, "its `last_id` names an item, and it has none"),
            (r#"{"object":"error","data":[]}"#, "`object` is not `list`"),
            (
                r#"{"data":[{"id":"a"}],"roles":[{"id":"a"},{"id":"b"}]}"#,
                "its `roles` is a longer list than its `data`",
            ),
            (
                r#"{"header x-partial":["true"],"data":[],"has_more":true}"#,
                "its header `x-partial` says that the page is incomplete",
            ),
            (r#"{"meta":{"error":"timeout"},"data":[]}"#, "`meta` is present along with `data`: timeout"),
            (
                r#"{"header link":[true],"data":[],"has_more":false}"#,
                "its header `link` says that there is more, and `has_more` does not",
            ),
        ] {
            let error = serde_json::from_str::<Page<Role>>(text).expect_err(text);
            // An error of this kind means that the response does not have the documented shape: it is not kept and not retried.
            assert!(error.is_data() && error.to_string() == why, "{error}");
        }
    }

    #[test]
    fn fields_that_report_no_error_are_accepted() {
        for text in [
            r#"{"object":"list","data":[],"error":null,"errors":[],"partial":false,"truncated":0}"#,
            r#"{"object":null,"data":[],"error":{},"errors":null,"incomplete":""}"#,
            r#"{"header link":[true],"data":[],"has_more":true}"#,
            r#"{"data":[{"id":"a"}],"roles":[{"id":"a"}]}"#,
            r#"{"object":"list","data":[],"first_id":null,"last_id":"","total":0,"request_id":"req_1"}"#,
        ] {
            serde_json::from_str::<Page<Role>>(text).expect(text);
        }
    }
}
