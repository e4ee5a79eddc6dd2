//! A collection from an API that sends anything: whatever it says, nothing panics, what was not read is recorded, and
//! the snapshot of it reads back. It is long because everything that an API can send is made up here.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::hash::{Hash as _, Hasher as _};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use proptest::prelude::*;
use reqwest::header::{HeaderMap, HeaderValue, RETRY_AFTER};
use serde_json::{Map, Value, json};

use crate::api::{Client, Key, Memory, Options};
use crate::collect::{Collected, Order, lists};
use crate::org::{Collection, Org, Parts, State};
use crate::snapshot;

const KEY: &str = "sk-admin-hostile-0123456789";
const NOW: i64 = 1_780_000_000;

/// Ids that many things share, and that are hard to put in a path, a line or a label.
const IDS: [&str; 22] = [
    "",
    ".",
    "..",
    "a",
    "A",
    "a/b",
    "b",
    "b/c",
    "c",
    "a/b/c",
    "x?y=1&z",
    "x#y",
    "a%2Fb",
    "\u{0}\u{1b}[31m",
    "\u{202e}abc",
    "zo\u{eb} \u{1f980}",
    "role-api-organization-owner",
    "role-api-organization-owner__api-organization__x",
    "role-api-project-member",
    "null",
    "\"\\",
    KEY,
];

/// Random numbers that depend only on the seed and on what they are for.
struct Dice(u64);

impl Dice {
    fn of(seed: u64, what: &str, time: usize) -> Self {
        let mut hash = DefaultHasher::new();
        (seed, what, time).hash(&mut hash);
        Self(hash.finish())
    }

    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % sides as u64).expect("less than the sides")
    }

    /// True this many times in a thousand.
    fn happens(&mut self, per_mille: usize) -> bool {
        self.roll(1000) < per_mille
    }

    fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.roll(of.len())].clone()
    }

    fn id(&mut self) -> String {
        match self.roll(40) {
            0 => "long".repeat(2000),
            // Most ids are plain: things without a usable id are not asked about.
            1..=19 => self.pick(&["a", "A", "b", "c", "a/b", "b/c"]).to_owned(),
            _ => self.pick(&IDS).to_owned(),
        }
    }

    /// A value for a field of that name, mostly one that is right.
    fn value(&mut self, name: &str, wild: usize) -> Value {
        let any = [json!(null), json!(5), json!(true), json!([]), json!({}), json!("x"), json!(["x"]), json!(-1.5)];
        if self.happens(wild) {
            return self.pick(&any);
        }
        match name {
            "role" => json!(self.pick(&["owner", "Owner", "reader", "member", "none", "", "\u{202e}"])),
            "status" => json!(self.pick(&["active", "archived", "accepted", "?"])),
            "resource_type" => json!(self.pick(&["api.organization", "api.project", "api.moon"])),
            "principal_type" => json!(self.pick(&["user", "group", "tenant_group", "robot"])),
            "predefined_role" | "is_service_account" | "is_scim_managed" | "enabled" | "banned" => {
                json!(self.roll(2) == 0)
            }
            "permissions" => json!([self.pick(&["api.x.read", "api.y", ""]), self.pick(&["api.x.read", "\u{0}"])]),
            "projects" => json!([self.fields(&["id", "role"], wild)]),
            "assignment_sources" => {
                let source = ["principal_id", "principal_type"];
                let sources = (0..self.roll(3)).map(|_| self.fields(&source, 0));
                json!(sources.collect::<Vec<_>>())
            }
            "user" | "service_account" => self.fields(&["id", "name", "email", "enabled", "banned"], wild),
            "owner" => self.fields(&["type", "id", "name", "user", "service_account"], wild),
            "principal_id" | "id" => json!(self.id()),
            name if name.ends_with("_at") || name == "created" => {
                let huge = [json!(i64::MAX), json!(i64::MIN), json!(NOW * 1000), json!("1711471533")];
                let sane = [json!(NOW - 5), json!(1_711_471_533.75), json!(0), json!(-1), json!(null)];
                if self.roll(4) == 0 { self.pick(&huge) } else { self.pick(&sane) }
            }
            _ => json!(self.pick(&["", "x", "\u{1b}]0;x\u{7}", KEY, "a\nb"])),
        }
    }

    fn fields(&mut self, names: &[&str], wild: usize) -> Value {
        let mut fields = Map::new();
        for name in names {
            if !self.happens(100) {
                let value = self.value(name, wild);
                fields.insert((*name).to_owned(), value);
            }
        }
        Value::Object(fields)
    }

    fn item(&mut self, id: &str, wild: usize) -> Value {
        const FIELDS: [&str; 29] = [
            "name",
            "email",
            "role",
            "status",
            "description",
            "permissions",
            "predefined_role",
            "resource_type",
            "created_at",
            "updated_at",
            "created_by",
            "assignment_sources",
            "is_service_account",
            "is_scim_managed",
            "added_at",
            "created",
            "api_key_last_used_at",
            "user",
            "group_type",
            "group_name",
            "archived_at",
            "expires_at",
            "last_used_at",
            "accepted_at",
            "owner_project_access",
            "owner",
            "projects",
            "value",
            "redacted_value",
        ];
        let mut item = self.fields(&FIELDS, wild / 20);
        if !self.happens(wild / 10) {
            item[id] = json!(self.id());
        }
        item
    }
}

/// The API. Its answer depends only on the request and on how often it was made before.
struct Api {
    seed: u64,
    /// How many of a thousand things that it sends are wrong.
    wild: usize,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    times: BTreeMap<String, usize>,
    /// How the last answer left each list: at its proper end, or not.
    ended: BTreeMap<String, bool>,
    /// How many answers were of no use, by path without ids.
    failures: BTreeMap<String, usize>,
}

impl Api {
    fn answer(&self, asked: &str) -> (u16, Vec<u8>) {
        let (path, query) = asked.split_once('?').expect("a query");
        let path = path.strip_prefix("/v1").expect("the base path");
        // Two collections request the same path for roles, independently of each other.
        let shared = path.ends_with("/roles") && path.starts_with("/projects/");
        let time = {
            let mut seen = self.seen.lock().expect("no panic");
            let times = seen.times.entry(asked.to_owned()).or_default();
            *times += 1;
            if shared { 1 } else { *times }
        };
        let (status, ends, body) = self.page(path, query, time);
        let mut seen = self.seen.lock().expect("no panic");
        seen.ended.insert(path.to_owned(), ends);
        if status != 200 || !ends {
            // Which list it is of, without ids.
            let words = ["organization", "projects", "users", "groups", "roles", "service_accounts", "api_keys"];
            let template: Vec<&str> = path.split('/').filter(|part| words.contains(part)).collect();
            *seen.failures.entry(template.join("/")).or_default() += 1;
        }
        (status, body)
    }

    fn page(&self, path: &str, query: &str, time: usize) -> (u16, bool, Vec<u8>) {
        let mut dice = Dice::of(self.seed, &format!("{path}?{query}"), time);
        if dice.happens(self.wild) {
            // That a large page is refused changes what is asked for next; another test is about that.
            let refused = if query.contains("limit=1000") { 404 } else { 400 };
            let status = dice.pick(&[refused, 401, 403, 404, 404, 404, 500, 503, 302, 418]);
            let message = dice.pick(&["no", "Missing scopes: api.x", "try again after 1 seconds", KEY, "\u{1b}[2J"]);
            return (status, false, json!({"error": {"message": message}}).to_string().into_bytes());
        }
        if dice.happens(self.wild / 4) {
            let bodies: [&[u8]; 9] = [
                b"",
                b"[]",
                b"null",
                b"<html>",
                b"{\"data\":[",
                b"{\"data\":null}",
                b"{\"data\":[1],\"has_more\":false}",
                b"{\"object\":\"\xff\",\"data\":[],\"has_more\":false}",
                b"{\"data\":[{\"id\":\"a\",\"redacted_value\":\"sk-piece\",\"x\":1e999}],\"has_more\":false}",
            ];
            return (200, false, dice.pick(&bodies).to_vec());
        }
        let id =
            if path.starts_with("/organization/projects/") && path.ends_with("/groups") { "group_id" } else { "id" };
        let items: Vec<Value> = (0..dice.roll(5)).map(|_| dice.item(id, self.wild)).collect();
        let pages = query.split_once("after=").map_or(0, |(_, after)| after.len());
        let more = dice.roll(3) == 0 && pages < 4;
        // The cursor grows with each page, and has to be encoded.
        let cursor = format!("{}&", "x".repeat(pages / 3 + 1));
        let mut page = json!({"data": items, "has_more": more, "next": null, "last_id": null});
        if more {
            page["next"] = json!(cursor);
            page["last_id"] = json!(cursor);
        }
        let mut ends = !more;
        if dice.happens(self.wild) {
            let (name, value) = dice.pick(&[
                ("next", json!("x")),
                ("last_id", json!(null)),
                ("has_more", json!(true)),
                ("has_more", json!(null)),
                ("has_more", json!("no")),
                ("data", json!([])),
            ]);
            // A wrong `has_more` leaves open whether the list ends here.
            ends &= name != "has_more";
            page[name] = value;
        }
        (200, ends, page.to_string().into_bytes())
    }
}

/// Collects everything with this many requests at a time; `order` is the order in which answers arrive.
fn collected(api: &Arc<Api>, concurrency: usize, order: u64) -> Collected {
    let answering = Arc::clone(api);
    let memory = Memory(Box::new(move |path| {
        let takes = Duration::from_millis(Dice::of(order, path, 0).roll(1000) as u64);
        let (status, body) = answering.answer(path);
        ((status, HeaderMap::new(), body), takes)
    }));
    from(memory, &Options { concurrency, ..options() }).0
}

fn options() -> Options {
    let (timeout, retry_delay) = (Duration::from_secs(60), Duration::from_millis(500));
    let base_url = "http://127.0.0.1/v1".to_owned();
    let (organization, rate, deadline, ca_file) = (None, None, None, None);
    Options { base_url, organization, timeout, retry_delay, concurrency: 8, rate, deadline, ca_file }
}

/// Collects everything; returns also how long that took.
fn from(memory: Memory, options: &Options) -> (Collected, Duration) {
    let collections: BTreeSet<Collection> = Collection::ALL.into_iter().collect();
    let order =
        Order { collections: &collections, organization: None, name: None, began: NOW, present: NOW, since: None };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(async {
        let began = tokio::time::Instant::now();
        let client = Client::in_memory(memory, Key::new(KEY).expect("a key"), options);
        (Box::pin(lists(&client, order, &|_| {}).await.rest(Parts::default())).await, began.elapsed())
    })
}

fn written(org: &Org) -> Vec<u8> {
    let mut bytes = Vec::new();
    snapshot::write(org, &mut bytes).expect("nothing can go wrong in memory");
    bytes
}

fn survives(seed: u64, wild: usize) -> Result<(), TestCaseError> {
    let api = || Arc::new(Api { seed, wild, seen: Mutex::default() });
    let first = api();
    let org = collected(&first, 8, seed).org;
    let bytes = written(&org);
    let read = snapshot::read("it", bytes.as_slice()).map_err(|error| TestCaseError::fail(error.to_string()))?;
    prop_assert!(written(&read.org) == bytes, "what is read back is written in the same way");
    prop_assert_eq!(&read.org.coverage, &org.coverage);
    let mut told = format!("{:?}", org.disagreements());
    for (collection, _) in org.coverage.iter() {
        write!(told, "{:?}{:?}", org.coverage.detail(collection), org.coverage.remarks(collection)).expect("a string");
    }
    prop_assert!(!told.contains(KEY) && !String::from_utf8_lossy(&bytes).contains(KEY), "the key shows");

    let seen = first.seen.lock().expect("no panic");
    if org.coverage.complete() {
        let gone = Collection::ALL.iter().any(|collection| !org.coverage.of(*collection).gone.is_empty());
        let cut: Vec<_> = seen.ended.iter().filter(|(_, ended)| !**ended).collect();
        let archived = org
            .projects
            .iter()
            .any(|project| project.status.value().is_some_and(|word| org.symbols.text(*word) == "archived"));
        prop_assert!(cut.is_empty() || gone || archived, "complete, but these have no end: {:?}", cut);
    }
    // What is given up depends on who answers first.
    if seen.failures.values().all(|failures| *failures < 3) {
        for (concurrency, order) in [(1, 1), (64, 2)] {
            let other = collected(&api(), concurrency, order).org;
            let other = written(&other);
            if other != bytes {
                let (a, b) = (String::from_utf8_lossy(&bytes), String::from_utf8_lossy(&other));
                let differ = a.lines().zip(b.lines()).find(|(a, b)| a != b);
                return Err(TestCaseError::fail(format!("the order of arrival shows: {differ:#?}")));
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_api_sends_is_recorded_and_reads_back(seed: u64, wild in 0_usize..150) {
        survives(seed, wild)?;
    }
}

#[test]
fn a_project_that_is_archived_during_collection_may_have_listed_a_user_twice() {
    survives(4_598_046_858_777_154_813, 61).expect("nothing panics");
}

#[test]
fn whom_only_a_project_listed_that_is_archived_during_collection_is_forgotten() {
    survives(13_214_277_034_450_849_551, 137).expect("it reads back");
}

#[test]
fn endless_pages_stop_at_the_deadline_and_leave_the_list_incomplete() {
    let pages = AtomicUsize::new(0);
    let memory = Memory(Box::new(move |_| {
        let page = pages.fetch_add(1, Ordering::Relaxed);
        let page = json!({"data": [{"id": page.to_string()}], "has_more": true, "next": page.to_string()});
        ((200, HeaderMap::new(), page.to_string().into_bytes()), Duration::from_secs(1))
    }));
    let hour = Duration::from_secs(3600);
    let (collected, took) = from(memory, &Options { deadline: Some(hour), ..options() });
    assert_eq!(took.as_secs(), hour.as_secs());
    let coverage = collected.org.coverage;
    assert!(!coverage.of(Collection::Users).is_complete() && coverage.of(Collection::Users).items > 1000);
    assert_eq!(coverage.state(Collection::Users), State::Partial);
}

#[test]
fn endless_429_responses_without_a_pause_end() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counting = Arc::clone(&asked);
    let memory = Memory(Box::new(move |_| {
        counting.fetch_add(1, Ordering::Relaxed);
        let zero = HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_static("0"))]);
        ((429, zero, Vec::new()), Duration::from_millis(10))
    }));
    let (collected, took) = from(memory, &options());
    assert!(asked.load(Ordering::Relaxed) < 1000 && took < Duration::from_secs(3600));
    assert_eq!(collected.org.coverage.state(Collection::Users), State::Failed);
}
