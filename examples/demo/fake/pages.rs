//! Pagination: one page of a list.

use serde_json::{Value, json};

use super::answer::Answer;
use super::faults::Behaviour;
use super::query::invalid;
use super::strike::drop_field;

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
    pub items: Vec<Value>,
    pub limit: usize,
    pub after: Option<String>,
}

/// One page of a list, honest or not.
pub(super) struct Page {
    pub envelope: Envelope,
    pub data: Vec<Value>,
    pub has_more: bool,
    pub cursor: Option<String>,
}

impl List {
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

fn cursor(envelope: Envelope, item: &Value) -> String {
    // Groups of a project are the only items that have no id.
    let id = item["id"].as_str().or(item["group_id"].as_str()).expect("every item has an id");
    match envelope {
        Envelope::Next => opaque(id),
        Envelope::LastId => id.to_owned(),
    }
}
