//! Snapshots: written whole or not at all, read whole or not at all, and they say what the API said.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::support::fake::{Behaviour, FakeApi, Organization, What, When};
use crate::support::harness::{Ran, acme, faulty, offline, rolelint, text};
use crate::support::small::{denied, small, with};

fn fetch(api: &FakeApi, folder: &Path, code: i32) -> String {
    rolelint(api).inside(folder).args(["fetch", "-o", "org.jsonl"]).run().ends_with(code);
    std::fs::read_to_string(folder.join("org.jsonl")).expect("a snapshot")
}

fn check(snapshot: &[u8]) -> Ran {
    let run = offline().file("org.jsonl", snapshot);
    run.args(["check", "--snapshot", "org.jsonl", "--as-of", "2026-06-01", "--format", "json"]).run()
}

/// A snapshot of the small organization.
fn snapshot() -> String {
    let folder = tempfile::tempdir().expect("a folder");
    fetch(&FakeApi::start(small(), Behaviour::default()), folder.path(), 0)
}

#[track_caller]
fn is_refused(snapshot: &[u8]) -> String {
    let ran = check(snapshot).ends_with(2);
    assert_eq!(ran.stdout, "");
    ran.stderr
}

#[test]
fn a_fetch_reports_what_it_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let api = acme();
    let fetch = |args: &[&str]| {
        rolelint(&api).inside(folder.path()).args(["fetch", "-o", "org.jsonl"]).args(args.iter().copied())
    };
    let ran = fetch(&[]).run().ends_with(0);
    insta::assert_snapshot!(ran.everything(), @"wrote org.jsonl: 18 roles, 8 groups, 41 users, 6 projects, 5 service accounts, 12 API keys, 3 admin keys, 4 invitations; complete");
    let ran = fetch(&["--only", "group_members", "--only", "invites"]).run().ends_with(0);
    insta::assert_snapshot!(ran.everything(), @"wrote org.jsonl: 8 groups, 34 users, 4 invitations; complete");
    assert_eq!(ran.stdout, "");
    assert_eq!(fetch(&["-q"]).run().ends_with(0).everything(), "");
}

#[test]
fn only_the_owner_may_read_it() {
    let folder = tempfile::tempdir().expect("a folder");
    fetch(&acme(), folder.path(), 0);
    let path = folder.path().join("org.jsonl");
    let mode = || std::fs::metadata(&path).expect("a snapshot").permissions().mode() & 0o777;
    assert_eq!(mode(), 0o600);
    // One that was open to all is not, once it is written anew.
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("set");
    fetch(&acme(), folder.path(), 0);
    assert_eq!(mode(), 0o600);
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1);
}

#[test]
fn a_fetch_that_cannot_write_leaves_everything_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let api = acme();
    let run = |to: &str| rolelint(&api).inside(folder.path()).args(["fetch", "-o", to]).run();
    let ran = run("no/such/folder/org.jsonl").ends_with(2);
    assert!(ran.stderr.contains("cannot write snapshot `no/such/folder/org.jsonl`"), "{}", ran.stderr);
    run(".").ends_with(2);
    run("/dev/full").ends_with(2);
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
}

#[test]
fn a_fetch_without_a_key_leaves_the_old_snapshot() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("org.jsonl"), "old").expect("written");
    offline().inside(folder.path()).args(["fetch", "-o", "org.jsonl"]).run().ends_with(2);
    assert_eq!(std::fs::read_to_string(folder.path().join("org.jsonl")).expect("there"), "old");
}

#[test]
fn the_same_organization_gives_the_same_bytes_except_the_header() {
    let paged = FakeApi::start(Organization::acme(), Behaviour { page_size: Some(3), ..Behaviour::default() });
    let mut shuffled = Organization::acme();
    shuffled.users.reverse();
    shuffled.groups.reverse();
    shuffled.roles.reverse();
    let shuffled = FakeApi::start(shuffled, Behaviour::default());
    let [one, two, three] = [&acme(), &paged, &shuffled].map(|api| {
        let folder = tempfile::tempdir().expect("a folder");
        let snapshot = fetch(api, folder.path(), 0);
        snapshot.split_once('\n').expect("a header").1.to_owned()
    });
    assert_eq!(one, two);
    assert_eq!(one, three);
}

#[test]
fn a_check_of_a_snapshot_equals_a_check_of_the_api() {
    for old_answers in [false, true] {
        let api = FakeApi::start(Organization::acme(), Behaviour { old_answers, ..Behaviour::default() });
        let live =
            rolelint(&api).args(["check", "--as-of", "2026-06-01", "--format", "json"]).run().ends_with(1).json();
        let folder = tempfile::tempdir().expect("a folder");
        let snapshot = fetch(&api, folder.path(), 0);
        // The snapshot has read more than the check needs.
        let judged = |report: crate::support::harness::Json| {
            let mut report = report.timeless();
            report["coverage"] = serde_json::Value::Null;
            report["population"] = serde_json::Value::Null;
            report["organization"]["digest"] = serde_json::Value::Null;
            report
        };
        assert_eq!(judged(check(snapshot.as_bytes()).ends_with(1).json()), judged(live));
    }
}

#[test]
fn a_snapshot_can_come_from_standard_input() {
    let snapshot = snapshot();
    let direct = check(snapshot.as_bytes()).ends_with(1);
    let args = ["check", "--snapshot", "-", "--as-of", "2026-06-01", "--format", "json"];
    assert_eq!(offline().args(args).stdin(snapshot).run().ends_with(1).stdout, direct.stdout);
}

#[test]
fn what_is_wrong_with_the_line_of_a_user_is_said() {
    let snapshot = snapshot();
    let user = snapshot.lines().find(|line| line.starts_with(r#"{"user":"#)).expect("a user");
    let begin = r#"{"user":{"id":""#;
    let id = user.strip_prefix(begin).and_then(|rest| rest.split('"').next()).expect("an id");
    let table = [
        (user.replace(r#""id":"#, r#""id": "#), "a user that is not written as rolelint writes it"),
        (user.replace(begin, r#"{"user":{"id":5,"listed":""#), "the number `5` in place of a text (column 15)"),
        (user.replace(begin, r#"{"user":{"id":"a","id":""#), "duplicate field `id`"),
        (user.replace(begin, r#"{"user":{"other":"a","id":""#), "unknown field `other`"),
        (user.replace(&format!("{begin}{id}\","), r#"{"user":{"#), "`id` is missing"),
        (user.replace("]}", "]]"), "expected `,` or `}`"),
        (user.replace("\"]", "\",\"role-other\"]"), "there is no role role-other"),
        (user.replace(id, "a\tb"), "control character"),
        (format!("{user}\n{user}"), &format!("{id} is out of order")),
    ];
    for (line, said) in table {
        assert_ne!(line, user, "{said}");
        let stderr = is_refused(snapshot.replace(user, &line).as_bytes());
        assert!(stderr.contains("is damaged: line ") && stderr.contains(said), "{said}: {stderr}");
    }
}

#[test]
fn a_truncated_snapshot_is_refused() {
    let snapshot = snapshot();
    let lines = snapshot.match_indices('\n').map(|(at, _)| at + 1);
    let cuts: Vec<usize> = lines.chain((0..snapshot.len()).step_by(61)).filter(|&at| at < snapshot.len() - 1).collect();
    assert!(cuts.len() > 60, "many cuts");
    for cut in cuts {
        let stderr = is_refused(&snapshot.as_bytes()[..cut]);
        let said =
            ["is truncated", "is not a rolelint snapshot", "is damaged"].iter().any(|said| stderr.contains(said));
        assert!(said && stderr.contains("org.jsonl"), "cut at {cut}: {stderr}");
    }
}

#[test]
fn a_snapshot_without_its_last_newline_is_complete() {
    let snapshot = snapshot();
    let whole = check(snapshot.as_bytes()).ends_with(1);
    assert_eq!(check(snapshot.trim_end().as_bytes()).ends_with(1).stdout, whole.stdout);
}

#[test]
fn a_snapshot_with_a_missing_doubled_or_moved_line_is_refused() {
    let snapshot = snapshot();
    let lines: Vec<&str> = snapshot.lines().collect();
    for at in 0..lines.len() {
        let mut without = lines.clone();
        without.remove(at);
        is_refused((without.join("\n") + "\n").as_bytes());
        let mut doubled = lines.clone();
        doubled.insert(at, lines[at]);
        is_refused((doubled.join("\n") + "\n").as_bytes());
        let mut moved = lines.clone();
        moved.swap(at, (at + 1) % lines.len());
        is_refused((moved.join("\n") + "\n").as_bytes());
    }
}

#[test]
fn a_flipped_byte_in_a_snapshot_is_detected() {
    let snapshot = snapshot();
    let header = snapshot.find('\n').expect("a header") + 1;
    for at in (header..snapshot.len() - 1).step_by(37) {
        let mut bytes = snapshot.clone().into_bytes();
        bytes[at] ^= 1;
        is_refused(&bytes);
    }
}

#[test]
fn an_edited_coverage_record_in_a_snapshot_is_detected() {
    let api = with(&[("/organization/users/user-bob/roles", denied("api.roles.read"))]);
    let folder = tempfile::tempdir().expect("a folder");
    let snapshot = fetch(&api, folder.path(), 3);
    let (header, rest) = snapshot.split_once('\n').expect("a header");
    let mut touched: serde_json::Value = serde_json::from_str(header).expect("JSON");
    let row = touched["rolelint"]["coverage"]["user_roles"].as_object_mut().expect("a record");
    row.remove("gaps").expect("the gap is recorded");
    is_refused(format!("{touched}\n{rest}").as_bytes());
}

#[test]
fn the_error_distinguishes_another_version_from_another_kind_of_file() {
    let next = snapshot().replacen("\"snapshot\":3", "\"snapshot\":4", 1);
    assert!(is_refused(next.as_bytes()).contains("format version 4; this rolelint reads 3"));
    for other in ["", "\n", "{}\n", "[]\n", "null\n", "not json\n", "{\"rolelint\":{}}\n", "\u{0}\u{0}", "version: 1\n"]
    {
        let stderr = is_refused(other.as_bytes());
        assert!(stderr.contains("`org.jsonl` is not a rolelint snapshot"), "{other:?}: {stderr}");
    }
    let more = snapshot() + "{}\n";
    assert!(is_refused(more.as_bytes()).contains("there is data after the end"));
    let ran = offline().args(["check", "--snapshot", "nowhere.jsonl"]).run().ends_with(2);
    assert!(ran.stderr.contains("cannot read snapshot `nowhere.jsonl`"), "{}", ran.stderr);
    offline().args(["check", "--snapshot", "."]).run().ends_with(2);
}

#[test]
fn an_incomplete_fetch_is_written_exits_with_3_and_stays_incomplete() {
    let one = "/organization/users/user-01J1F8USER31/roles";
    let api = faulty(Organization::acme(), one, When::Always, What::Status(403));
    let folder = tempfile::tempdir().expect("a folder");
    let ran = rolelint(&api).inside(folder.path()).args(["fetch", "-o", "org.jsonl"]).run().ends_with(3);
    assert!(ran.stderr.contains(one) && ran.stderr.contains("incomplete"), "{}", ran.stderr);
    let bytes = std::fs::read(folder.path().join("org.jsonl")).expect("a snapshot");
    let report = check(&bytes).ends_with(1).json();
    assert!(!report.is_complete());
    assert_eq!(report.state("user_roles"), "partial");
    assert!(text(&report.coverage("user_roles")["detail"]).contains(one));

    let clean =
        "version: 1\nrules:\n  - id: asked\n    select: user\n    forbid: { holds: { permission: api.none } }\n";
    let run = offline().file("org.jsonl", &bytes).check(clean).args(["--snapshot", "org.jsonl"]);
    let ran = run.run().ends_with(3);
    assert!(ran.stdout.contains("noor.vandijk@acme.example"), "{}", ran.stdout);
}

#[test]
fn a_fetch_that_could_read_nothing_leaves_the_old_snapshot() {
    let api = faulty(small(), "**", When::Always, What::Status(401));
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("org.jsonl"), "old").expect("written");
    assert_eq!(fetch(&api, folder.path(), 3), "old");
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1);
}

#[test]
fn a_snapshot_needs_neither_key_nor_api() {
    let ran = check(snapshot().as_bytes()).ends_with(1);
    assert_eq!(ran.stderr, "");
}
