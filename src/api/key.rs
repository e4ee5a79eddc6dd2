//! The admin key, and how it stays out of everything that is shown.

use std::fmt;

use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

use super::error::Error;
use super::repeated::repeated_key;
use super::setup::SetupError;
use crate::escape::mask;

/// An admin key. Shows itself as `***`.
#[derive(Clone)]
pub struct Key(SecretString);

impl Key {
    /// Takes a key as given, without a newline at the end.
    ///
    /// # Errors
    ///
    /// It is empty, or contains characters that no key or HTTP header can.
    pub fn new(text: &str) -> Result<Self, SetupError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(SetupError::EmptyKey);
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(SetupError::MalformedKey);
        }
        Ok(Self(SecretString::from(text)))
    }

    /// The value of the `Authorization` header, marked so that it is never shown or indexed.
    pub(crate) fn header(&self) -> reqwest::header::HeaderValue {
        let text = format!("Bearer {}", self.0.expose_secret());
        let mut value = reqwest::header::HeaderValue::from_str(&text).expect("a key is graphic ASCII");
        value.set_sensitive(true);
        value
    }

    /// A salted digest, which distinguishes this key from others and reveals nothing else.
    pub(crate) fn digest(&self, salt: &str) -> String {
        let mut hash = Sha256::new();
        hash.update(salt.as_bytes());
        hash.update(self.0.expose_secret().as_bytes());
        base16ct::lower::encode_string(&hash.finalize()[..8])
    }

    /// The text without this key, and without anything that looks like one.
    pub(crate) fn redact(&self, text: &str) -> String {
        mask(&text.replace(self.0.expose_secret(), "***"))
    }

    /// Whether a text contains this key.
    pub(crate) fn is_in(&self, text: &str) -> bool {
        text.contains(self.0.expose_secret())
    }

    /// Removes this key from a response, in case the API ever sends it, plain or with escapes.
    pub(crate) fn erase(&self, body: Vec<u8>) -> Vec<u8> {
        let key = self.0.expose_secret();
        let holds = |body: &[u8]| match std::str::from_utf8(body) {
            Ok(text) => text.contains(key),
            Err(_) => body.windows(key.len()).any(|window| window == key.as_bytes()),
        };
        let plain = unescaped(&body).filter(|plain| holds(plain));
        match plain.or_else(|| holds(&body).then_some(body.clone())) {
            Some(body) => String::from_utf8_lossy(&body).replace(key, "***").into_bytes(),
            None => body,
        }
    }
}

/// JSON without unnecessary escapes, which could hide a key: `\u0073` for `s`, `\/` for `/`. `None` if there are none.
fn unescaped(json: &[u8]) -> Option<Vec<u8>> {
    // Nearly always.
    if !json.contains(&b'\\') {
        return None;
    }
    let mut plain = Vec::new();
    let (mut rest, mut found) = (json, false);
    while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
        plain.extend_from_slice(&rest[..at]);
        let escape = &rest[at..];
        let hex = escape.strip_prefix(b"\\u00").and_then(|hex| hex.get(..2));
        let code = hex.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        let (byte, length) = match code.filter(|code| code.is_ascii_graphic() && !matches!(code, b'"' | b'\\')) {
            Some(code) => (Some(code), 6),
            None if escape.starts_with(b"\\/") => (Some(b'/'), 2),
            // The escaped character may itself be a backslash.
            None => (None, escape.len().min(2)),
        };
        found |= byte.is_some();
        plain.extend_from_slice(byte.as_ref().map_or(&escape[..length], std::slice::from_ref));
        rest = &escape[length..];
    }
    plain.extend_from_slice(rest);
    found.then_some(plain)
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// A list of keys without the parts of the keys that it shows. A body that is not JSON is unchanged, because no parser
/// accepts it. But a body that only a lenient parser accepts might still show part of a key.
///
/// # Errors
///
/// Only a lenient parser accepts the body.
pub(crate) fn without_keys(body: Vec<u8>) -> Result<Vec<u8>, Error> {
    let mut page = match serde_json::from_slice::<serde_json::Value>(&body) {
        Ok(page) => page,
        Err(_) if serde_json::from_slice::<serde::de::IgnoredAny>(&body).is_err() => return Ok(body),
        Err(_) => return Err(Error::Shape { what: "a value that cannot be read".to_owned() }),
    };
    if let Some(key) = repeated_key(&body) {
        return Err(Error::Shape { what: format!("duplicate field `{key}`") });
    }
    let items = page.get_mut("data").and_then(serde_json::Value::as_array_mut);
    for item in items.into_iter().flatten().filter_map(serde_json::Value::as_object_mut) {
        item.retain(|name, _| !matches!(name.as_str(), "redacted_value" | "value"));
    }
    Ok(page.to_string().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_never_shows() {
        let key = Key::new("sk-admin-abcDEF_123\n").expect("valid");
        assert_eq!(format!("{key:?} {:?}", key.header()), "*** Sensitive");
        let text = "Incorrect API key provided: sk-admin-abcDEF_123, not sk-proj-x123456. Try again.";
        assert_eq!(key.redact(text), "Incorrect API key provided: ***, not sk-*** Try again.");
    }

    #[test]
    fn a_key_is_removed_from_a_response_however_it_is_escaped() {
        let key = Key::new("sk-admin/abc").expect("valid");
        let erased = |body: &str| String::from_utf8(key.erase(body.into())).expect("text");
        for body in ["sk-admin/abc", r"sk-admin\/abc", r"\u0073k-admin\u002fab\u0063", r"\\sk-\u0061dmin/abc"] {
            let was: String = serde_json::from_str(&format!("\"{body}\"")).expect("JSON");
            let is: String = serde_json::from_str(&erased(&format!("\"{body}\""))).expect("still JSON");
            assert_eq!(is, was.replace("sk-admin/abc", "***"), "{body}");
        }
        for body in [r#""\u00e9 \n \\u0073k-admin\/abc \" \u0022""#, r"\", r"\u00", r"\u00\u0073", "\\u00+7"] {
            assert_eq!(erased(body), body);
        }
    }

    #[test]
    fn a_value_that_cannot_be_a_key_is_refused_without_being_shown() {
        for text in ["", " \n", "sk-admin\u{e9}", "two words", "a\nb"] {
            let error = Key::new(text).expect_err("malformed").to_string();
            assert!(text.trim().is_empty() || !error.contains(text.trim()), "{error}");
        }
    }
}
