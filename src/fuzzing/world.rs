//! A small organization, whole and with each of its collections denied.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::api::{Answer, NOW, Script, fetch};
use crate::api::endpoint;
use crate::org::{Builder, Collection, Coverage, Org, Source};

/// What the Admin API says of the small organization.
pub fn script() -> Script {
    Script::new(include_bytes!("organization.txt"))
}

/// The small organization.
pub fn whole() -> &'static Org {
    static WHOLE: OnceLock<Org> = OnceLock::new();
    WHOLE.get_or_init(|| fetch(&script(), None).0.org)
}

/// The small organization, with one collection that could not be read.
pub fn without(collection: Collection) -> &'static Org {
    static DENIED: OnceLock<BTreeMap<Collection, Org>> = OnceLock::new();
    let all = || Collection::ALL.into_iter().map(|collection| (collection, denied(collection))).collect();
    &DENIED.get_or_init(all)[&collection]
}

/// An organization from which nothing was requested.
pub fn unasked() -> &'static Org {
    static UNASKED: OnceLock<Org> = OnceLock::new();
    let source = || Source { api: "http://127.0.0.1/v1".to_owned(), collected_at: NOW, ..Source::default() };
    UNASKED.get_or_init(|| Builder::new(source()).finish(Coverage::default()))
}

fn denied(collection: Collection) -> Org {
    let mut script = script();
    let denial = Answer { status: 403, ..Answer::ok(br#"{"error":{"message":"Missing scopes: api.roles.read."}}"#) };
    script.deny(endpoint::of(collection).template, &denial);
    fetch(&script, None).0.org
}
