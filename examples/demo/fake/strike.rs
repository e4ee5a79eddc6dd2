//! What each fault does to a request.

use std::slice;
use std::time::Duration;

use serde_json::Value;

use super::Request;
use super::answer::Answer;
use super::faults::What;
use super::pages::{List, Page, opaque};
use super::query::above_maximum;

const PROXY_PAGE: &str = "<!DOCTYPE html>\n<html><head><title>Sign in</title></head>\
    <body><h1>Please sign in to the company network</h1></body></html>\n";

/// What the server does with a request.
pub(super) enum Outcome {
    Answer { answer: Answer, delay: Duration },
    Hang,
    Reset,
}

impl From<Answer> for Outcome {
    fn from(answer: Answer) -> Outcome {
        Outcome::Answer { answer, delay: Duration::ZERO }
    }
}

/// The answer of a healthy API.
pub(super) fn honest(list: Result<List, Answer>) -> Answer {
    edited(list, |_| ())
}

/// `list` is what the request asks for, `turn` how many requests there were before for the same path.
pub(super) fn strike(what: &What, request: &Request, list: Result<List, Answer>, turn: usize) -> Outcome {
    let answer = match what {
        What::Reset => return Outcome::Reset,
        What::Hang => return Outcome::Hang,
        What::Slow(delay) => {
            return Outcome::Answer { answer: honest(list), delay: *delay };
        }
        What::TooManyRequests { retry_after, retry_after_ms, message } => Answer::too_many_requests(message.as_deref())
            .with("retry-after", retry_after.clone())
            .with("retry-after-ms", retry_after_ms.map(|value| value.to_string())),
        What::Status(status) => Answer::of_status(*status, request.key()),
        What::Denied { status, scope } => Answer::denied(*status, scope),
        What::Truncated => {
            let whole = honest(list);
            let sent = whole.body.len() / 2;
            Answer { missing: whole.body.len() - sent, body: whole.body.slice(..sent), ..whole }
        }
        What::TruncatedJson => {
            let whole = honest(list);
            Answer { body: whole.body.slice(..whole.body.len() / 2), ..whole }
        }
        What::Html => Answer::new(200, "text/html; charset=utf-8", PROXY_PAGE),
        What::Redirect(url) => Answer::new(302, "text/plain", "Found\n").with("location", Some(url.clone())),
        What::Body(body) => Answer::new(200, "application/json", body.clone()),
        What::Huge(mebibytes) => Answer::new(200, "application/json", vec![b' '; mebibytes << 20]),
        What::LimitAbove(most) => {
            honest(list.and_then(|list| if list.limit > *most { Err(above_maximum()) } else { Ok(list) }))
        }
        What::SameCursor => lie(list, |list| (list.chunk(turn), Some(opaque("same")))),
        What::IgnoreAfter => lie(list, |list| (list.chunk(0), Some(opaque(&turn.to_string())))),
        What::NoCursor => lie(list, |_| (Vec::new(), None)),
        What::EmptyPages => lie(list, |_| (Vec::new(), Some(opaque(&turn.to_string())))),
        What::DropField(field) => edited(list, |page| {
            if let Some(items) = page["data"].as_array_mut() {
                drop_field(items, field);
            }
        }),
        What::AddItem(item) => edited(list, |page| {
            if let Some(items) = page["data"].as_array_mut() {
                items.push(item.clone());
            }
        }),
        What::DropItem(id) => edited(list, |page| {
            if let Some(items) = page["data"].as_array_mut() {
                items.retain(|item| item["id"] != *id);
            }
        }),
        What::Bytes { of, are } => {
            let whole = honest(list);
            let parts: Vec<&[u8]> = split(&whole.body, of.as_bytes());
            Answer { body: parts.join(&are[..]).into(), ..whole }
        }
        What::Header(name, value) => honest(list).with(name, Some((*value).to_owned())),
        What::Organization(id) => honest(list).with("openai-organization", Some(id.clone())),
        What::Organizations(ids) => {
            ids.iter().fold(honest(list), |answer, id| answer.with("openai-organization", Some((*id).to_owned())))
        }
        What::DropEnvelope(field) => edited(list, |page| drop_field(slice::from_mut(page), field)),
    };
    answer.into()
}

/// What stands between the places where these bytes are.
fn split<'b>(body: &'b [u8], at: &[u8]) -> Vec<&'b [u8]> {
    let mut parts = Vec::new();
    let mut rest = body;
    while let Some(found) = rest.windows(at.len()).position(|window| window == at) {
        parts.push(&rest[..found]);
        rest = &rest[found + at.len()..];
    }
    parts.push(rest);
    parts
}

/// Takes a field out of each object.
pub(super) fn drop_field(objects: &mut [Value], field: &str) {
    for object in objects.iter_mut().filter_map(Value::as_object_mut) {
        object.remove(field);
    }
}

/// The right page, changed before it is sent. Errors stay as they are.
fn edited(list: Result<List, Answer>, edit: impl FnOnce(&mut Value)) -> Answer {
    let page = match list.and_then(List::page) {
        Ok(page) => page,
        Err(answer) => return answer,
    };
    let mut body = page.json();
    edit(&mut body);
    Answer::json(200, &body)
}

/// A page that says `has_more`, with whatever items and cursor. It does not look at the cursor of the request.
fn lie(list: Result<List, Answer>, page: impl FnOnce(&List) -> (Vec<Value>, Option<String>)) -> Answer {
    let list = match list {
        Ok(list) => list,
        Err(answer) => return answer,
    };
    let (data, cursor) = page(&list);
    Answer::json(200, &Page { envelope: list.envelope, data, has_more: true, cursor }.json())
}
