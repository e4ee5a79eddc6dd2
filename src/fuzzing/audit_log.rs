//! The audit log, which tells what need not be read again.

use std::collections::BTreeSet;

use serde_json::Value;

use super::api::{Answer, fetch};
use super::world;
use crate::org::{Collection, Org};

/// Where the log is.
const LOG: &str = "/organization/audit_logs";

/// A page that shows that the log reaches back.
const OLD: &[u8] =
    br#"{"data":[{"id":"old","type":"login.succeeded","effective_at":1}],"has_more":false,"last_id":null}"#;

/// The input is a page of the audit log. Whatever it says, the organization that is put together from an earlier one is
/// the one that a full fetch finds, and whoever an event is about is read again.
pub fn audit_log(data: &[u8]) {
    let mut script = world::script();
    script.set(LOG, vec![Answer::ok(data), Answer::ok(OLD)]);
    let (collected, given) = fetch(&script, Some(world::whole()));
    assert_eq!(contents(&collected.org), contents(world::whole()));
    if let Some(why) = &collected.full_because {
        assert!(!why.is_empty() && collected.org.coverage.carried_from().is_none());
    }
    let asked: BTreeSet<&str> = given.iter().map(|given| given.path.as_str()).collect();
    for user in named(data, &world::whole().users.iter().map(crate::org::UserRow::id).collect::<Vec<_>>()) {
        assert!(asked.contains(format!("/organization/users/{user}/roles").as_str()), "{user} was not read again");
    }
    for collection in Collection::ALL {
        let was = world::whole().coverage.state(collection);
        assert_eq!(collected.org.coverage.state(collection), was, "{collection}");
    }
}

/// What is in an organization, in the words of a snapshot.
fn contents(org: &Org) -> String {
    let mut bytes = Vec::new();
    crate::snapshot::write(org, &mut bytes).expect("memory takes everything");
    let text = String::from_utf8(bytes).expect("a snapshot is text");
    text.split_once('\n').map_or(text.clone(), |(_, records)| records.to_owned())
}

/// The users that some event is about, by what it says under the name of its type.
fn named<'u>(data: &[u8], users: &[&'u str]) -> BTreeSet<&'u str> {
    let Ok(page) = serde_json::from_slice::<Value>(data) else { return BTreeSet::new() };
    let events = page["data"].as_array().into_iter().flatten();
    let said = events.filter_map(|event| event.get(event["type"].as_str()?));
    let ids = said.flat_map(|said| ["id", "principal_id", "user_id"].map(|name| said[name].as_str()));
    let ids: BTreeSet<&str> = ids.flatten().collect();
    users.iter().copied().filter(|user| ids.contains(user)).collect()
}
