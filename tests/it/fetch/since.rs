//! What an earlier snapshot spares: the result is that of a full fetch, and says what it took over and from when.

use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use rolelint::org::Org;
use serde_json::{Value, json};

use super::random_history::{Change, happen, histories, note, note_assignment, peopled};
use crate::support::fake::{Behaviour, FakeApi, Fault, Organization, User, What, When};
use crate::support::harness::{Ran, Rolelint, offline, rolelint};

/// Now, in seconds.
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.ok().and_then(|since| i64::try_from(since.as_secs()).ok()).expect("it is after 1970")
}

/// The organization that histories begin with, where this goes wrong.
pub fn api(behaviour: Behaviour) -> FakeApi {
    FakeApi::start(peopled(now()), behaviour)
}

pub fn healthy() -> FakeApi {
    api(Behaviour::default())
}

/// A snapshot of the healthy API, as if it were of this one.
pub fn begin(api: &FakeApi) -> String {
    static SNAPSHOT: LazyLock<String> = LazyLock::new(|| fetch(&healthy()).ends_with(0).stdout);
    moved(&SNAPSHOT, api)
}

/// A fetch of everything.
pub fn fetch(api: &FakeApi) -> Ran {
    rolelint(api).args(["fetch", "-q", "-o", "-"]).run()
}

/// A fetch since this snapshot, not yet begun. What was asked before is forgotten.
pub fn since(api: &FakeApi, old: &str) -> Rolelint {
    api.heal();
    rolelint(api).file("old.jsonl", old).args(["fetch", "-q", "--since", "old.jsonl", "-o", "-"])
}

/// Lets somebody log in, as they do all the time: of a log that is empty, nobody knows what it means.
pub fn log_in(api: &FakeApi) {
    api.change(|organization| happen(organization, &[], now()));
}

/// Everything but the header, which tells when and how it was read.
pub fn content(snapshot: &str) -> &str {
    snapshot.split_once('\n').expect("a header").1
}

/// A snapshot, and whose roles were asked for, one by one, to make it.
pub struct Since {
    pub snapshot: String,
    pub asked: Vec<String>,
}

/// Asserts that a fetch since this snapshot makes what a fetch of everything makes; returns it.
#[track_caller]
pub fn same_as_full(api: &FakeApi, old: &str) -> Since {
    let since = since(api, old).run().ends_with(0);
    assert_eq!(since.stderr, "");
    let asked = asked(api);
    assert_eq!(content(&since.stdout), content(&fetch(api).ends_with(0).stdout));
    Since { snapshot: since.stdout, asked }
}

/// Whose roles were asked for, one by one; the paths without their ends, sorted.
pub fn asked(api: &FakeApi) -> Vec<String> {
    let slow = ["/organization/users/*/roles", "/projects/*/users/*/roles"];
    let requests = api.requests().into_iter().filter(|request| slow.contains(&request.template().as_str()));
    let mut paths: Vec<_> = requests.map(|request| request.path.replace("/v1/", "").replace("/roles", "")).collect();
    paths.sort_unstable();
    paths
}

/// What was carried over, and when it was read, as `user_roles user-ada 1770000000`.
pub fn carried(snapshot: &str) -> Vec<(String, i64)> {
    let header: Value = serde_json::from_str(snapshot.lines().next().expect("a header")).expect("JSON");
    let coverage = header["rolelint"]["coverage"].as_object().expect("an object");
    let of = |(collection, record): (&String, &Value)| {
        let carried = record["carried"].as_object().cloned().unwrap_or_default();
        let collection = collection.clone();
        carried.into_iter().map(move |(id, from)| (format!("{collection} {id}"), from.as_i64().expect("a time")))
    };
    coverage.iter().flat_map(of).collect()
}

/// A snapshot of something slightly different.
pub fn rewritten(snapshot: &str, change: impl FnOnce(&mut Org)) -> String {
    let mut org = rolelint::snapshot::read("it", snapshot.as_bytes()).expect("a snapshot").org;
    change(&mut org);
    let mut bytes = Vec::new();
    rolelint::snapshot::write(&org, &mut bytes).expect("written");
    String::from_utf8(bytes).expect("JSON")
}

/// The same snapshot, as if it were of this API.
pub fn moved(snapshot: &str, api: &FakeApi) -> String {
    rewritten(snapshot, |org| org.source.api = api.base_url())
}

/// The same snapshot, but read so many seconds earlier.
pub fn older(snapshot: &str, seconds: i64) -> String {
    rewritten(snapshot, |org| org.source.collected_at -= seconds)
}

/// The lines that another text has not.
fn beyond(text: &str, other: &str) -> String {
    let other: Vec<&str> = other.lines().collect();
    text.lines().filter(|line| !other.contains(line)).collect::<Vec<_>>().join("\n")
}

/// Lets a history happen, and after each part of it compares what is read since the part before with everything.
fn compare(history: &[Vec<Change>], old_answers: bool) -> TestCaseResult {
    let api = api(Behaviour { old_answers, ..Behaviour::default() });
    let mut old = if old_answers { fetch(&api).ends_with(0).stdout } else { begin(&api) };
    for changes in history {
        api.change(|organization| happen(organization, changes, now()));
        let since = since(&api, &old).run();
        let spared = asked(&api).len();
        api.heal();
        let full = fetch(&api);
        prop_assert!(!since.stderr.contains("read anew"), "{}", since.stderr);
        prop_assert_eq!(since.code, full.code, "{}", since.stderr);
        let (some, all) = (content(&since.stdout), content(&full.stdout));
        prop_assert!(some == all, "since:\n{}\nfull:\n{}", beyond(some, all), beyond(all, some));
        prop_assert!(spared <= asked(&api).len(), "{} of {}", spared, asked(&api).len());
        old = since.stdout;
    }
    Ok(())
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, max_shrink_iters: 300, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config(16))]

    #[test]
    fn after_any_history_the_result_equals_a_full_fetch(history in histories()) {
        compare(&history, false)?;
    }
}

proptest! {
    #![proptest_config(config(8))]

    #[test]
    fn after_any_history_the_result_equals_a_full_fetch_even_without_assignment_sources(history in histories()) {
        compare(&history, true)?;
    }
}

#[test]
fn if_nothing_happened_nobodys_roles_are_requested() {
    let api = healthy();
    let old = fetch(&api).ends_with(0).stdout;
    log_in(&api);
    let new = same_as_full(&api, &old);
    assert_eq!(new.asked, Vec::<String>::new());
    assert_eq!(carried(&new.snapshot).len(), 5 + 5 + 3);
    assert_eq!(asked(&api).len(), 5 + 5 + 3, "the full one asks about everybody");
}

#[test]
fn only_people_affected_by_an_event_are_requested() {
    // What happens, and who is asked about then.
    type Case = (fn(&mut Organization), &'static [&'static str]);
    const BOB: [&str; 3] =
        ["organization/users/user-bob", "projects/proj_1/users/user-bob", "projects/proj_2/users/user-bob"];
    let cases: [Case; 9] = [
        (|org| note_assignment(org, now(), true, "role_4", "user-bob"), &BOB),
        // Of the following, the log tells nothing.
        (|org| org.groups[2].members.push("user-bob".to_owned()), &BOB),
        (|org| org.users[1].role = Some("owner".to_owned()), &BOB),
        (|org| org.projects[0].users[1].role = Some("owner".to_owned()), &["projects/proj_1/users/user-bob"]),
        (|org| org.projects[0].users[1].added_at += 1, &["projects/proj_1/users/user-bob"]),
        (
            |org| org.projects[0].groups[1].roles.push("role_12".to_owned()),
            // Dee, who is in that group, is in the other project.
            &[],
        ),
        (|org| org.projects[1].groups.clear(), &["projects/proj_2/users/user-dee"]),
        (
            |org| org.projects[0].roles[0].description = Some("New".to_owned()),
            &["projects/proj_1/users/svc_2", "projects/proj_1/users/user-bob", "projects/proj_1/users/user-cyd"],
        ),
        (|org| org.projects[1].roles[0].permissions.clear(), &["projects/proj_2/users/user-dee"]),
    ];
    for (number, (change, expected)) in cases.into_iter().enumerate() {
        let api = healthy();
        let old = begin(&api);
        api.change(change);
        log_in(&api);
        assert_eq!(same_as_full(&api, &old).asked, expected, "case {number}");
    }
}

#[test]
fn the_header_records_what_was_reused_and_when_it_was_read() {
    let api = healthy();
    let first = older(&begin(&api), 5000);
    // Half an hour and some before the second.
    api.change(|org| note_assignment(org, now() - 4900, true, "role_4", "user-bob"));
    let second = older(&same_as_full(&api, &first).snapshot, 3000);
    api.change(|org| note_assignment(org, now(), true, "role_4", "user-dee"));
    let third = same_as_full(&api, &second).snapshot;
    let header: Value = serde_json::from_str(third.lines().next().expect("a header")).expect("JSON");
    let at = header["rolelint"]["collected_at"].as_i64().expect("a time");
    let ago = |from: i64| at - from;
    for (whom, from) in carried(&third) {
        let expected = if whom.contains("user-bob") { 3000 } else { 5000 };
        // Some time may have gone by.
        assert!((expected..expected + 1500).contains(&ago(from)), "{whom} is from {} ago", ago(from));
        assert!(!whom.contains("user-dee"), "{whom} was read anew");
    }
    assert_eq!(carried(&third).len(), 5 + 5 + 3 - 2);

    // And whoever fetches is told.
    let ran = rolelint(&api).file("old.jsonl", &second).args(["fetch", "--since", "old.jsonl", "-o", "new.jsonl"]);
    let ran = ran.run().ends_with(0);
    assert!(ran.stderr.contains(", the roles of 11 reused from data read at "), "{}", ran.stderr);
}

#[test]
fn a_check_of_an_incremental_snapshot_reports_what_a_full_one_does() {
    let api = healthy();
    let old = begin(&api);
    api.change(|org| {
        org.users[2].role = Some("owner".to_owned());
        note(org, now(), "user.updated", json!({"id": "user-cyd"}));
    });
    let since = same_as_full(&api, &old).snapshot;
    let report = |snapshot: &str| {
        let run = offline().stdin(snapshot).args(["check", "--snapshot", "-", "--format", "json"]);
        run.args(["--as-of", "2026-06-01"]).run().ends_with(1).json().uncounted()
    };
    let mut full = report(&fetch(&api).stdout);
    let mut report = report(&since);
    for row in [&mut full, &mut report].into_iter().flat_map(|report| report["coverage"].as_array_mut().expect("rows"))
    {
        // What was not read anew was not counted, and the report says so.
        row["items"] = Value::Null;
        row["remarks"] = Value::Null;
    }
    assert_eq!(report, full);
}

#[test]
fn an_event_that_names_a_predefined_role_by_its_long_id_is_about_that_role() {
    for id in ["role-api-organization-owner", "role-api-organization-owner__api-organization__org-small"] {
        let api = healthy();
        let old = begin(&api);
        api.change(|org| {
            let owner = org.roles.iter_mut().find(|role| role.id == "role-api-organization-owner").expect("there");
            owner.updated_at = Some(now() - 5);
            note(org, now(), "role.updated", json!({"id": id}));
        });
        assert_eq!(same_as_full(&api, &old).asked, ["organization/users/user-ada"], "{id}");
    }
}

#[test]
fn a_snapshot_can_replace_its_own_predecessor() {
    let api = healthy();
    let folder = tempfile::tempdir().expect("a folder");
    let fetch = |args: &[&str]| rolelint(&api).inside(folder.path()).args(args.iter().copied()).run().ends_with(0);
    fetch(&["fetch", "-q", "-o", "org.jsonl"]);
    for _ in 0..2 {
        log_in(&api);
        fetch(&["fetch", "-q", "--since", "org.jsonl", "-o", "org.jsonl"]);
        let snapshot = std::fs::read_to_string(folder.path().join("org.jsonl")).expect("a snapshot");
        assert_eq!(carried(&snapshot).len(), 5 + 5 + 3);
    }
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1);
}

#[test]
fn the_earlier_snapshot_can_come_from_standard_input() {
    let api = healthy();
    let old = begin(&api);
    log_in(&api);
    let ran = rolelint(&api).stdin(old).args(["fetch", "-q", "--since", "-", "-o", "-"]).run().ends_with(0);
    assert_eq!(carried(&ran.stdout).len(), 5 + 5 + 3);
}

#[test]
fn roles_that_were_unread_then_are_requested_now() {
    let faults = ["/organization/users/user-bob/roles", "/projects/proj_1/users/svc_1/roles"].map(|path| Fault {
        path: path.to_owned(),
        when: When::Always,
        what: What::Status(403),
    });
    let api = api(Behaviour { faults: faults.to_vec(), ..Behaviour::default() });
    let old = fetch(&api).ends_with(3).stdout;
    log_in(&api);
    let expected = ["organization/users/user-bob", "projects/proj_1/users/svc_1"];
    assert_eq!(same_as_full(&api, &old).asked, expected);
}

#[test]
fn so_many_changes_cost_so_many_requests_and_the_lists() {
    // Four lists that others hang on, keys and invitations; members and roles of three groups; five lists of three projects;
    // roles of three groups of projects; three questions to the audit log, and one to the tenant's.
    let lists = 6 + 2 * 3 + 5 * 3 + 3 + 3;
    let api = healthy();
    let old = begin(&api);
    log_in(&api);
    let spent = |old: &str| {
        since(&api, old).run().ends_with(0);
        (api.requests().len() - asked(&api).len(), asked(&api).len())
    };
    assert_eq!(spent(&old), (lists, 0));
    // Somebody new, who is in no project; and a role of a service account.
    api.change(|organization| {
        let bob = organization.users[1].clone();
        organization.users.push(User { id: "user-zed".to_owned(), email: None, ..bob });
        note(organization, now(), "user.added", json!({"id": "user-zed"}));
        note_assignment(organization, now(), true, "role_11", "svc_1");
    });
    assert_eq!(spent(&old), (lists, 2));
    let everything = fetch(&api);
    everything.ends_with(0);
}
