//! What an error response says.

/// What the API says went wrong: `error.message`, `error` itself, or `message`.
pub(crate) fn message(body: &[u8]) -> String {
    let Ok(json) = serde_json::from_slice::<serde_json::Value>(body) else { return String::new() };
    let places = [json.pointer("/error/message"), json.get("error"), json.get("message")];
    places.into_iter().flatten().find_map(serde_json::Value::as_str).unwrap_or_default().to_owned()
}

/// The message of an error inside a response, or of the first of several; otherwise the error itself.
pub(crate) fn said(error: &serde_json::Value) -> String {
    let one = error.as_array().and_then(|list| list.first()).unwrap_or(error);
    let text = one.as_str().or_else(|| one.get("message")?.as_str());
    text.map_or_else(|| one.to_string(), str::to_owned)
}

/// The scope in "Missing scopes: api.management.read."
pub(crate) fn missing_scope(message: &str) -> Option<String> {
    let (_, rest) = message.split_once("Missing scopes: ")?;
    let end =
        rest.find(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '.' | ',' | ' ')));
    let scopes = rest[..end.unwrap_or(rest.len())].trim().trim_end_matches(['.', ',']);
    (!scopes.is_empty()).then(|| scopes.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_missing_scope_is_found_in_the_sentence() {
        let real = "You have insufficient permissions for this operation. Missing scopes: api.management.read. Check that \
                    you have the correct role in your organization (Reader, Writer, Owner)";
        assert_eq!(missing_scope(real).as_deref(), Some("api.management.read"));
        assert_eq!(missing_scope("Missing scopes: api.a, api.b").as_deref(), Some("api.a, api.b"));
        assert_eq!(missing_scope("Incorrect API key provided"), None);
    }

    #[test]
    fn the_message_is_found_in_every_shape_of_error() {
        for body in [r#"{"error":{"message":"no","code":5}}"#, r#"{"error":"no"}"#, r#"{"code":404,"message":"no"}"#] {
            assert_eq!(message(body.as_bytes()), "no");
        }
        assert_eq!(message(b"<html>"), "");
    }
}
