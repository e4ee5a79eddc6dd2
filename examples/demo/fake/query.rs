//! The parameters of a request, and what the API says about wrong ones.

use std::borrow::Cow;
use std::ops::Bound;

use percent_encoding::percent_decode_str;

use super::Request;
use super::answer::Answer;

/// The values of a query parameter, decoded. Its name may be encoded, too: brackets often are.
pub(super) fn parameters(request: &Request, name: &str) -> Vec<String> {
    let pairs = request.query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let values = pairs.filter(|(key, _)| decode(key) == name).map(|(_, value)| value);
    values.map(|value| decode(&value.replace('+', " ")).into_owned()).collect()
}

/// The first value of a query parameter.
pub(super) fn parameter(request: &Request, name: &str) -> Option<String> {
    parameters(request, name).into_iter().next()
}

/// `limit`, or the `usual` one.
pub(super) fn limit(request: &Request, usual: usize, max: usize) -> Result<usize, Answer> {
    match number(request, "limit")?.map(usize::try_from) {
        None => Ok(usual),
        Some(Ok(limit)) if limit > max => Err(above_maximum()),
        Some(Ok(limit)) if limit > 0 => Ok(limit),
        _ => Err(invalid("limit", "integer below minimum value", "integer_below_min_value")),
    }
}

/// The answer to a `limit` that is too large.
pub(super) fn above_maximum() -> Answer {
    invalid("limit", "integer above maximum value", "integer_above_max_value")
}

/// Whether `order`, or the `usual` one, is `desc`.
pub(super) fn descending(request: &Request, usual: &str) -> Result<bool, Answer> {
    match parameter(request, "order").as_deref().unwrap_or(usual) {
        "asc" => Ok(false),
        "desc" => Ok(true),
        _ => Err(invalid("order", "expected 'asc' or 'desc'", "invalid_value")),
    }
}

/// A parameter that is `true` or `false`, and `false` if it is absent.
pub(super) fn flag(request: &Request, name: &str) -> Result<bool, Answer> {
    match parameter(request, name).as_deref() {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(invalid(name, "expected a boolean", "invalid_type")),
    }
}

/// The span that `name[gt]` and its like describe.
pub(super) fn span(request: &Request, name: &str) -> Result<(Bound<i64>, Bound<i64>), Answer> {
    let bound = |including: &str, excluding: &str| -> Result<Bound<i64>, Answer> {
        if let Some(value) = number(request, &format!("{name}[{including}]"))? {
            return Ok(Bound::Included(value));
        }
        let value = number(request, &format!("{name}[{excluding}]"))?;
        Ok(value.map_or(Bound::Unbounded, Bound::Excluded))
    };
    Ok((bound("gte", "gt")?, bound("lte", "lt")?))
}

pub(super) fn invalid(parameter: &str, reason: &str, code: &str) -> Answer {
    Answer::invalid_request(400, &format!("Invalid '{parameter}': {reason}."), Some(parameter), Some(code))
}

pub(super) fn decode(text: &str) -> Cow<'_, str> {
    percent_decode_str(text).decode_utf8_lossy()
}

fn number(request: &Request, name: &str) -> Result<Option<i64>, Answer> {
    let value = parameter(request, name).map(|text| text.parse());
    value.transpose().map_err(|_| invalid(name, "expected an integer", "invalid_type"))
}
