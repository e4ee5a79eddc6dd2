//! The admin key, and how it stays out of everything that is shown.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest as _, Sha256};

use super::error::Error;
use crate::visible::mask;

/// An admin key. Shows itself as `***`.
#[derive(Clone)]
pub struct Key(SecretString);

impl Key {
    /// Takes a key as given, without the line end that files have.
    ///
    /// # Errors
    ///
    /// It is empty, or holds what no key and no HTTP header can.
    pub fn new(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Error::EmptyKey);
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Error::MalformedKey);
        }
        Ok(Self(SecretString::from(text)))
    }

    /// The value of the `Authorization` header, marked so that it is never shown or indexed.
    pub(super) fn header(&self) -> reqwest::header::HeaderValue {
        let text = format!("Bearer {}", self.0.expose_secret());
        let mut value = reqwest::header::HeaderValue::from_str(&text).expect("a key is graphic ASCII");
        value.set_sensitive(true);
        value
    }

    /// A salted digest, which tells this key from another and tells nothing else.
    pub(super) fn digest(&self, salt: &str) -> String {
        let mut hash = Sha256::new();
        hash.update(salt.as_bytes());
        hash.update(self.0.expose_secret().as_bytes());
        base16ct::lower::encode_string(&hash.finalize()[..8])
    }

    /// The text without this key, and without anything that looks like one.
    pub(super) fn redact(&self, text: &str) -> String {
        mask(&text.replace(self.0.expose_secret(), "***"))
    }

    /// Takes this key out of an answer, should the API ever send it.
    pub(super) fn erase(&self, body: Vec<u8>) -> Vec<u8> {
        let key = self.0.expose_secret().as_bytes();
        if !body.windows(key.len()).any(|window| window == key) {
            return body;
        }
        String::from_utf8_lossy(&body).replace(self.0.expose_secret(), "***").into_bytes()
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
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
    fn what_cannot_be_a_key_is_refused_without_being_shown() {
        for text in ["", " \n", "sk-admin\u{e9}", "two words", "a\nb"] {
            let error = Key::new(text).expect_err("malformed").to_string();
            assert!(text.trim().is_empty() || !error.contains(text.trim()), "{error}");
        }
    }
}
