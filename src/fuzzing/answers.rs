//! What the Admin API answers, page by page, until the organization is complete.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::api::{Given, NOW, Script, fetch};
use super::shown::judge_and_show;
use super::snapshot::round_trip;
use crate::api::unreadable::without_unreadable;
use crate::org::{Collection, Org, State};

/// The input is a script of answers. Whatever they are: what was answered is in the organization, what was refused or
/// made no sense is recorded as missing, the same answers make the same organization, and it can be written, read and judged.
pub fn answers(data: &[u8]) {
    let script = Script::new(data);
    let (collected, given) = fetch(&script, None);
    let org = collected.org;
    assert_eq!(org.source.collected_at, NOW);
    everything_listed_is_there(&org, &given);
    if org.coverage.complete() {
        nothing_was_refused(&given);
        assert_eq!(crate::snapshot::digest(&org), crate::snapshot::digest(&fetch(&script, None).0.org));
    }
    round_trip(&org);
    judge_and_show(&org);
}

/// A list that counts as read has everything that its pages had.
fn everything_listed_is_there(org: &Org, given: &[Given]) {
    let ids = |ids: &mut dyn Iterator<Item = &str>| ids.map(ToString::to_string).collect::<BTreeSet<_>>();
    let lists = [
        (Collection::Users, ids(&mut org.users.iter().map(crate::org::UserRow::id))),
        (Collection::Groups, ids(&mut org.groups.iter().map(|group| group.id.as_str()))),
        (Collection::Projects, ids(&mut org.projects.iter().map(|project| project.id.as_str()))),
        (Collection::Invites, ids(&mut org.invites.iter().map(|invite| invite.id.as_str()))),
    ];
    for (collection, there) in lists {
        if org.coverage.state(collection) != State::Complete {
            continue;
        }
        let path = crate::api::endpoint::of(collection).template;
        let gone = &org.coverage.of(collection).gone;
        for id in listed(path, given) {
            assert!(there.contains(&id) || gone.contains(&id), "{id:?} was listed at {path}, and is not there");
        }
    }
}

/// The ids on the pages of a list, up to the one that says that it is the last.
fn listed(path: &str, given: &[Given]) -> Vec<String> {
    let mut ids = Vec::new();
    for given in given.iter().filter(|given| given.path == path && given.answer.status == 200) {
        let Some(page) = page(given) else { break };
        let items = page["data"].as_array().into_iter().flatten();
        ids.extend(items.filter_map(|item| item["id"].as_str().map(str::to_owned)));
        if page["has_more"] != Value::Bool(true) {
            break;
        }
    }
    ids
}

/// The page, without its unreadable texts: only their fields are missing.
fn page(given: &Given) -> Option<Value> {
    serde_json::from_slice(&without_unreadable(given.answer.body.clone())).ok()
}

/// If a collection counts as complete, each of its lists was received in the end, and was a list. (Something that left
/// during collection is not found, and an archived project refuses.)
fn nothing_was_refused(given: &[Given]) {
    let last: BTreeMap<&str, &Given> = given.iter().map(|given| (given.path.as_str(), given)).collect();
    for (path, given) in last {
        let answer = &given.answer;
        match answer.status {
            200 => {
                let page = page(given).expect("what counts as read is JSON");
                assert!(page["data"].is_array(), "{path} counts as read, and was no list");
            }
            400 | 404 => {}
            status => panic!("{path} counts as read, and was answered {status}"),
        }
    }
}
