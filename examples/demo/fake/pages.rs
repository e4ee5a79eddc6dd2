//! Routing and pagination: which list a URL means, and one page of it.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::answer::Answer;
use super::faults::Behaviour;
use super::org::Organization;
use super::strike::drop_field;
use super::{KEY, Request};

/// How a list says where to go on.
#[derive(Clone, Copy)]
pub(super) enum Envelope {
    /// `next`, an opaque cursor.
    Next,
    /// `first_id` and `last_id`, ids of items.
    LastId,
}

/// The list that a request asks for.
pub(super) struct List {
    pub envelope: Envelope,
    items: Vec<Value>,
    limit: usize,
    after: Option<String>,
}

/// One page of a list, honest or not.
pub(super) struct Page {
    pub envelope: Envelope,
    pub data: Vec<Value>,
    pub has_more: bool,
    pub cursor: Option<String>,
}

impl List {
    /// The list behind a URL, or the error that the API answers.
    pub fn find(org: &Organization, request: &Request) -> Result<List, Answer> {
        use Envelope::{LastId, Next};

        authorize(org, request)?;
        let segments: Vec<_> = request.route().split('/').skip(1).map(decode).collect();
        let segments: Vec<&str> = segments.iter().map(AsRef::as_ref).collect();
        // Envelope, limit if none is asked for, highest limit, order if none is asked for, items.
        let (envelope, usual, max, order, items) = match segments[..] {
            ["organization", "roles"] => (Next, 1000, 1000, "asc", Some(org.role_items())),
            ["organization", "users"] => (LastId, 20, 100, "asc", Some(org.user_items())),
            ["organization", "groups"] => (Next, 100, 1000, "asc", Some(org.group_items())),
            ["organization", "users", id, "roles"] => (Next, 20, 1000, "asc", org.user_role_items(id)),
            ["organization", "groups", id, "roles"] => (Next, 20, 1000, "asc", org.group_role_items(id)),
            ["organization", "groups", id, "users"] => (Next, 100, 1000, "desc", org.group_user_items(id)),
            _ => {
                let message = format!("Invalid URL ({} {})", request.method, request.path);
                return Err(Answer::invalid_request(404, &message, None, None));
            }
        };
        let Some(mut items) = items else {
            return Err(Answer::of_status(404, request.key()));
        };
        if descending(request, order)? {
            items.reverse();
        }
        let limit = limit(request, usual, max)?;
        Ok(List { envelope, items, limit, after: parameter(request, "after") })
    }

    /// With the smaller pages and older items that `behaviour` may want.
    pub fn shaped(mut self, behaviour: &Behaviour) -> List {
        self.limit = self.limit.min(behaviour.page_size.unwrap_or(self.limit));
        if behaviour.old_answers {
            drop_field(&mut self.items, "assignment_sources");
        }
        self
    }

    /// The items of the page with this index, whatever the request asks for.
    pub fn chunk(&self, index: usize) -> Vec<Value> {
        self.items.iter().skip(index * self.limit).take(self.limit).cloned().collect()
    }

    /// The page that the request asks for; an unknown cursor is an error.
    pub fn page(self) -> Result<Page, Answer> {
        let start = match self.after {
            None => 0,
            Some(after) => {
                let last = self.items.iter().position(|item| cursor(self.envelope, item) == after);
                last.map(|last| last + 1).ok_or_else(|| invalid("after", "unknown cursor", "invalid_value"))?
            }
        };
        let end = self.items.len().min(start + self.limit);
        let data = self.items[start..end].to_vec();
        let has_more = end < self.items.len();
        let cursor = data.last().map(|item| cursor(self.envelope, item));
        Ok(Page { envelope: self.envelope, data, has_more, cursor })
    }
}

impl Page {
    /// The body of the answer.
    pub fn json(self) -> Value {
        let Page { envelope, data, has_more, cursor } = self;
        match envelope {
            Envelope::Next => {
                let next = cursor.filter(|_| has_more);
                json!({"object": "list", "data": data, "has_more": has_more, "next": next})
            }
            Envelope::LastId => {
                let first = data.first().map(|item| item["id"].clone());
                json!({
                    "object": "list",
                    "data": data,
                    "has_more": has_more,
                    "first_id": first,
                    "last_id": cursor,
                })
            }
        }
    }
}

/// A cursor with characters that mean something in a query: a client that does not percent-encode it sends another one.
pub(super) fn opaque(text: &str) -> String {
    format!("aWQ+/%3D&{text}==")
}

/// The value of a query parameter, decoded.
pub(super) fn parameter(request: &Request, name: &str) -> Option<String> {
    let pairs = request.query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let (_, value) = pairs.into_iter().find(|(key, _)| decode(key) == name)?;
    Some(decode(&value.replace('+', " ")).into_owned())
}

fn cursor(envelope: Envelope, item: &Value) -> String {
    let id = item["id"].as_str().expect("every item has an id");
    match envelope {
        Envelope::Next => opaque(id),
        Envelope::LastId => id.to_owned(),
    }
}

fn authorize(organization: &Organization, request: &Request) -> Result<(), Answer> {
    if request.method != "GET" {
        let message = format!("Not allowed to {} on {}", request.method, request.path);
        return Err(Answer::invalid_request(405, &message, None, None));
    }
    if request.key() != Some(KEY) {
        return Err(Answer::unauthorized(request.key()));
    }
    if request.organization.as_ref().is_some_and(|id| *id != organization.id) {
        let message = "OpenAI-Organization header should match organization for API key";
        return Err(Answer::invalid_request(401, message, None, Some("mismatched_organization")));
    }
    Ok(())
}

fn limit(request: &Request, usual: usize, max: usize) -> Result<usize, Answer> {
    let Some(text) = parameter(request, "limit") else {
        return Ok(usual);
    };
    match text.parse() {
        Err(_) => Err(invalid("limit", "expected an integer", "invalid_type")),
        Ok(0) => Err(invalid("limit", "integer below minimum value", "integer_below_min_value")),
        Ok(limit) if limit > max => Err(invalid("limit", "integer above maximum value", "integer_above_max_value")),
        Ok(limit) => Ok(limit),
    }
}

fn descending(request: &Request, usual: &str) -> Result<bool, Answer> {
    match parameter(request, "order").as_deref().unwrap_or(usual) {
        "asc" => Ok(false),
        "desc" => Ok(true),
        _ => Err(invalid("order", "expected 'asc' or 'desc'", "invalid_value")),
    }
}

fn invalid(parameter: &str, reason: &str, code: &str) -> Answer {
    Answer::invalid_request(400, &format!("Invalid '{parameter}': {reason}."), Some(parameter), Some(code))
}

fn decode(text: &str) -> Cow<'_, str> {
    percent_decode_str(text).decode_utf8_lossy()
}
