//! Pseudonyms: what stands in place of names, addresses and ids in a bundle that is passed on.
//!
//! The same text gets the same pseudonym from the same key, so that a reader can follow a person from one list to the
//! next, and from one bundle to the next. Without the key, nobody can try out which name a pseudonym stands for.

use std::fmt;

use ring::hmac;
use ring::rand::{SecureRandom as _, SystemRandom};

/// How many bytes a key has.
const KEY: usize = 32;
/// How many bytes of a digest a pseudonym shows: enough that no two of a million things share one.
const SHOWN: usize = 8;

/// Words that say what a thing is, and name nobody: those of the API's own lists.
const WORDS: [&str; 17] = [
    "accepted",
    "active",
    "api.organization",
    "api.project",
    "archived",
    "expired",
    "group",
    "inactive",
    "member",
    "none",
    "owner",
    "pending",
    "reader",
    "service_account",
    "tenant_group",
    "user",
    "viewer",
];
/// How the ids of the roles begin that OpenAI defines; a word follows.
const PREDEFINED: [&str; 2] = ["role-api-organization-", "role-api-project-"];
/// How ids begin, if that says nothing but the kind of thing.
const PREFIXES: [&str; 9] = ["group", "invite", "key", "org", "proj", "role-api", "role", "svc_acct", "user"];

/// Makes pseudonyms with a key.
pub(crate) struct Pseudonyms(hmac::Key);

impl fmt::Debug for Pseudonyms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl Pseudonyms {
    /// By a new key, which comes with them as text. `None` if the system has nothing random.
    pub fn new() -> Option<(Self, String)> {
        let mut key = [0; KEY];
        SystemRandom::new().fill(&mut key).ok()?;
        Some((Self(hmac::Key::new(hmac::HMAC_SHA256, &key)), base16ct::lower::encode_string(&key)))
    }

    /// By a key as text. `None` if the text is not a key.
    pub fn read(text: &str) -> Option<Self> {
        let mut key = [0; KEY];
        let read = base16ct::lower::decode(text.trim(), &mut key).ok()?.len();
        (read == KEY).then(|| Self(hmac::Key::new(hmac::HMAC_SHA256, &key)))
    }

    /// Of an id. Those of predefined roles stay: they are the same everywhere.
    pub fn id(&self, id: &str) -> String {
        for scope in PREDEFINED {
            if let Some(word) = id.strip_prefix(scope) {
                return format!("{scope}{}", self.word(word));
            }
        }
        let begins = |prefix: &&&str| id.strip_prefix(**prefix).is_some_and(|rest| rest.starts_with(['-', '_']));
        let prefix = PREFIXES.iter().find(begins).unwrap_or(&"id");
        format!("{prefix}-{}", self.digest("id", id))
    }

    /// Of a name, or of any other text.
    pub fn name(&self, name: &str) -> String {
        if name.is_empty() { String::new() } else { format!("name-{}", self.digest("name", name)) }
    }

    /// Of a role's name: one that OpenAI gives to a predefined role stays.
    pub fn role_name(&self, id: &str, name: &str) -> String {
        let word = name.to_lowercase();
        let own = is_word(&word) && PREDEFINED.iter().any(|scope| id.strip_prefix(scope) == Some(&word));
        if own { name.to_owned() } else { self.name(name) }
    }

    /// Of an e-mail address: addresses of one domain have one pseudonym after the `@`.
    pub fn address(&self, address: &str) -> String {
        match address.rsplit_once('@') {
            Some((_, domain)) => {
                let whole = self.digest("address", &address.to_lowercase());
                format!("{whole}@{}.invalid", self.digest("domain", &domain.to_lowercase()))
            }
            None => self.name(address),
        }
    }

    /// Of a word of the API. The words that rolelint knows stay, since they name nobody. Case makes no difference.
    pub fn word(&self, word: &str) -> String {
        let lower = word.to_lowercase();
        if is_word(&lower) { word.to_owned() } else { format!("word-{}", self.digest("word", &lower)) }
    }

    /// Of a permission that does not look like one.
    pub fn permission(&self, permission: &str) -> String {
        let part = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b"_*".contains(&b));
        let plain = permission.starts_with("api.") && permission.split('.').all(part);
        if plain { permission.to_owned() } else { self.name(permission) }
    }

    /// A commitment to a text that is left out: whoever has the key and the text can show that it is this one.
    pub fn seal(&self, text: &[u8]) -> String {
        base16ct::lower::encode_string(hmac::sign(&self.0, &[b"sealed\0", text].concat()).as_ref())
    }

    /// A name for the key, the same in everything that is made with it.
    pub fn key_id(&self) -> String {
        self.digest("key", "")
    }

    /// A digest to replace another one, of the same length.
    pub fn fingerprint(&self, fingerprint: &str) -> String {
        let digest = hmac::sign(&self.0, format!("fingerprint\0{fingerprint}").as_bytes());
        let text = base16ct::lower::encode_string(digest.as_ref());
        text[..fingerprint.len().clamp(2 * SHOWN, text.len())].to_owned()
    }

    fn digest(&self, of: &str, text: &str) -> String {
        let digest = hmac::sign(&self.0, format!("{of}\0{text}").as_bytes());
        base16ct::lower::encode_string(&digest.as_ref()[..SHOWN])
    }
}

fn is_word(text: &str) -> bool {
    WORDS.contains(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by(key: u8) -> Pseudonyms {
        Pseudonyms::read(&format!("{key:02x}").repeat(KEY)).expect("a key")
    }

    #[test]
    fn a_pseudonym_depends_on_text_and_key_alone_and_contains_nothing_of_the_text() {
        let (one, other) = (by(1), by(2));
        for of in [Pseudonyms::id, Pseudonyms::name, Pseudonyms::address, Pseudonyms::word, Pseudonyms::fingerprint] {
            let text = "ada.lovelace@acme.example";
            assert_eq!(of(&one, text), of(&by(1), text));
            assert_ne!(of(&one, text), of(&other, text));
            assert_ne!(of(&one, text), of(&one, "bob@acme.example"));
            assert!(!of(&one, text).contains("ada") && !of(&one, text).contains("acme"));
        }
        assert_ne!(one.key_id(), other.key_id());
        assert_ne!(one.seal(b"a"), one.seal(b"b"));
    }

    #[test]
    fn what_names_nobody_stays() {
        let names = by(1);
        for word in WORDS {
            assert_eq!(names.word(word), word);
        }
        for id in ["role-api-organization-owner", "role-api-project-viewer"] {
            assert_eq!(names.id(id), id);
        }
        assert!(names.id("role-api-project-ada").starts_with("role-api-project-word-"));
        assert_eq!(names.role_name("role-api-organization-owner", "Owner"), "Owner");
        for (id, name) in
            [("role-api-organization-owner", "Ada"), ("role_1", "Owner"), ("role-api-organization-owner", "")]
        {
            assert!(names.role_name(id, name) != name || name.is_empty(), "{id} {name}");
        }
        for permission in ["api.groups.write", "api.*", "api.management.read_write"] {
            assert_eq!(names.permission(permission), permission);
        }
        for permission in ["api.Ada.write", "ada", "api..", "api.x1", "api.ada@acme.example"] {
            assert!(names.permission(permission).starts_with("name-"), "{permission}");
        }
    }

    #[test]
    fn an_id_keeps_its_kind_and_an_address_its_domain_in_common() {
        let names = by(1);
        let kinds = [
            ("user-abc", "user-"),
            ("role_x", "role-"),
            ("role-api-new", "role-api-"),
            ("ada-x", "id-"),
            ("userx", "id-"),
        ];
        for (id, begins) in kinds {
            let made = names.id(id);
            assert!(made.starts_with(begins) && made.len() == begins.len() + 2 * SHOWN, "{id}: {made}");
        }
        let domain = |address: &str| names.address(address).split_once('@').expect("an address").1.to_owned();
        assert_eq!(domain("ada@acme.example"), domain("Bob@ACME.example"));
        assert_ne!(domain("ada@acme.example"), domain("ada@other.example"));
        assert_eq!(names.address("Ada@acme.example"), names.address("ada@acme.example"));
    }

    #[test]
    fn a_key_is_sixty_four_hexadecimal_digits() {
        let (made, text) = Pseudonyms::new().expect("the system has something random");
        assert_eq!(Pseudonyms::read(&format!("{text}\n")).expect("a key").key_id(), made.key_id());
        assert_ne!(Pseudonyms::new().expect("the same").1, text);
        for text in ["", "abc", &text[1..], &format!("{text}00"), &text.replace(|_| true, "g")] {
            assert!(Pseudonyms::read(text).is_none(), "{text}");
        }
        assert_eq!(format!("{made:?}"), "***");
    }
}
