//! A live check that was interrupted goes on where it stopped; `--save` keeps what it collected.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::fetch::resume::stuck;
use crate::support::fake::{Behaviour, FakeApi, KEY, Organization, Request, Throttle};
use crate::support::harness::{CACHE, Ran, Rolelint, rolelint};
use crate::support::small::{healthy, small};

const POLICY: &str = "version: 1
rules:
  - id: reads-files
    select: user
    forbid: { holds: { scope: organization, permission: \"*.read\" } }
";

/// So many answers that some are saved, however many are still under way.
const MANY: usize = 50;

/// What happens to the text of a journal.
type Spoil = fn(String) -> String;

/// The small organization with more users, each of whom is asked about.
fn crowd(users: usize) -> Organization {
    let mut organization = small();
    let bob = organization.users[1].clone();
    for number in organization.users.len()..users {
        let mut user = bob.clone();
        user.id = format!("user-{number}");
        user.email = Some(format!("user-{number}@acme.example"));
        organization.users.push(user);
    }
    organization
}

fn check(api: &FakeApi, folder: &Path) -> Rolelint {
    rolelint(api).inside(folder).check(POLICY).args(["--format", "json"])
}

/// Checks until the API is stuck, and interrupts the run there.
fn interrupted(run: &Rolelint, api: &FakeApi, answers: usize) -> Ran {
    let mut command = run.command();
    let piped = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = piped.spawn().expect("started");
    while api.requests().len() <= answers {
        std::thread::yield_now();
    }
    let told = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(told.expect("kill runs").success());
    let output = child.wait_with_output().expect("ended");
    Ran {
        code: output.status.code().expect("a code"),
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

/// The requests, each once: one that was throttled came again.
fn asked(requests: &[Request]) -> BTreeSet<String> {
    requests.iter().map(|request| format!("{}?{}", request.path.trim_start_matches("/v1"), request.query)).collect()
}

/// The requests whose responses are saved.
fn gets(journal: &Path) -> BTreeSet<String> {
    let text = std::fs::read_to_string(journal).expect("text");
    let get = |line: &str| serde_json::from_str::<Value>(line).ok()?["get"].as_str().map(str::to_owned);
    text.lines().skip(1).filter_map(get).collect()
}

/// How many responses a run says that it began with.
fn resumed_with(ran: &Ran) -> usize {
    let after = ran.stderr.split("resuming with ").nth(1).unwrap_or_else(|| panic!("it starts over: {}", ran.stderr));
    after.split(' ').next().and_then(|number| number.parse().ok()).expect("a number")
}

fn journals(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder.join(CACHE).join("rolelint")).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}

#[test]
fn a_check_of_200_users_interrupted_twice_resumes_to_the_same_report_without_repeating_a_request() {
    let throttle = Some(Throttle { requests: 30, window: Duration::from_millis(20), says_when: true });
    let api = FakeApi::start(crowd(200), Behaviour { throttle, ..Behaviour::default() });
    let whole = tempfile::tempdir().expect("a folder");
    let report = check(&api, whole.path()).run().ends_with(1).json();
    let all = asked(&api.requests()).len();
    assert!(all >= 200, "{all}");
    assert_eq!(journals(whole.path()), Vec::<std::path::PathBuf>::new());

    let folder = tempfile::tempdir().expect("a folder");
    api.fail(stuck(60));
    let first = interrupted(&check(&api, folder.path()), &api, 60).ends_with(130);
    assert!(
        first.stderr.contains("the responses so far are saved: run the same command to resume"),
        "{}",
        first.stderr
    );
    let [journal] = &journals(folder.path())[..] else { panic!("one journal") };
    assert_eq!(std::fs::metadata(journal).expect("there").permissions().mode() & 0o777, 0o600);
    let private = std::fs::metadata(journal.parent().expect("a folder")).expect("there").permissions().mode();
    assert_eq!(private & 0o777, 0o700);
    assert!(!std::fs::read_to_string(journal).expect("text").contains(KEY));

    let before = api.requests();
    api.fail(stuck(50));
    let saved = gets(journal);
    assert!(!saved.is_empty() && saved.is_subset(&asked(&before)), "{saved:?}");
    let second = interrupted(&check(&api, folder.path()), &api, 50).ends_with(130);
    let kept = resumed_with(&second);
    assert!(saved.is_disjoint(&asked(&api.requests())), "what was saved is asked again");
    api.heal();
    let third = check(&api, folder.path()).run().ends_with(1);
    let kept_more = resumed_with(&third);
    assert!(kept > 0 && kept_more > kept, "{kept}, {kept_more}");
    assert_eq!(asked(&api.requests()).len(), all - kept_more, "nothing is asked twice");
    for part in ["rules", "findings", "summary", "coverage"] {
        assert_eq!(third.json().0[part], report.0[part], "{part}");
    }
    assert_eq!(journals(folder.path()), Vec::<std::path::PathBuf>::new());
}

#[test]
fn a_check_starts_over_without_a_journal_or_if_it_is_too_old_or_damaged() {
    let api = FakeApi::start(crowd(60), Behaviour::default());
    let folder = tempfile::tempdir().expect("a folder");
    check(&api, folder.path()).run();
    let all = asked(&api.requests()).len();
    let starts_over = |run: Rolelint| {
        api.heal();
        let ran = run.run().ends_with(1);
        assert!(!ran.stderr.contains("resuming"), "{}", ran.stderr);
        assert_eq!(asked(&api.requests()).len(), all);
        ran
    };

    for off in [&["--no-journal"][..], &["--max-age", "1w", "--no-journal"]] {
        api.fail(stuck(2));
        let ran = interrupted(&check(&api, folder.path()).args(off.iter().copied()), &api, 2).ends_with(130);
        assert!(ran.stderr.ends_with("no responses were saved: the same command starts over\n"), "{}", ran.stderr);
        assert_eq!(journals(folder.path()).len(), 0);
    }

    let began = |text: &str| text.split("\"began\":").nth(1).and_then(|rest| rest.split('}').next()).map(str::to_owned);
    let earlier = |text: &str, seconds: i64| {
        let then = began(text).and_then(|began| began.parse::<i64>().ok()).expect("a time");
        text.replacen(&format!("\"began\":{then}"), &format!("\"began\":{}", then - seconds), 1)
    };
    let cases: [(&[&str], i64, bool); 5] = [
        (&[], 90_000, false),
        (&["--max-age", "2d"], 90_000, true),
        (&["--max-age", "1h"], 4_000, false),
        (&[], 4_000, true),
        // The clock was ahead.
        (&[], -4_000, false),
    ];
    for (args, seconds, resumes) in cases {
        api.fail(stuck(MANY));
        interrupted(&check(&api, folder.path()).args(args.iter().copied()), &api, MANY);
        let [journal] = &journals(folder.path())[..] else { panic!("one journal") };
        let text = std::fs::read_to_string(journal).expect("text");
        let (header, rest) = text.split_once('\n').expect("a header");
        std::fs::write(journal, format!("{}\n{rest}", earlier(header, seconds))).expect("written");
        if resumes {
            api.heal();
            assert!(resumed_with(&check(&api, folder.path()).args(args.iter().copied()).run().ends_with(1)) > 0);
        } else {
            starts_over(check(&api, folder.path()).args(args.iter().copied()));
        }
    }

    let spoils: [Spoil; 2] = [|text| text.replace("\"get\"", "\"got\""), |_| "not a journal\n".to_owned()];
    for spoil in spoils {
        api.fail(stuck(MANY));
        interrupted(&check(&api, folder.path()), &api, MANY);
        let [journal] = &journals(folder.path())[..] else { panic!("one journal") };
        let text = std::fs::read_to_string(journal).expect("text");
        std::fs::write(journal, spoil(text)).expect("written");
        starts_over(check(&api, folder.path()));
    }
}

#[test]
fn a_cache_folder_that_cannot_be_used_costs_a_warning_only() {
    let api = healthy();
    let run = rolelint(&api).check(POLICY).file("file", "").env("XDG_CACHE_HOME", "/dev/null/cache");
    let ran = run.run().ends_with(1);
    assert!(
        ran.stderr.contains("no responses are saved, so an interrupted check starts over: cannot create"),
        "{}",
        ran.stderr
    );
    let run = rolelint(&api).check(POLICY).args(["-q"]).env("XDG_CACHE_HOME", "/dev/null/cache");
    assert_eq!(run.run().ends_with(1).stderr, "");
}

#[test]
fn save_writes_the_snapshot_that_was_checked() {
    let api = healthy();
    let folder = tempfile::tempdir().expect("a folder");
    let live = check(&api, folder.path()).args(["--save", "org.jsonl"]).run().ends_with(1).json();
    let saved = folder.path().join("org.jsonl");
    assert_eq!(std::fs::metadata(&saved).expect("written").permissions().mode() & 0o777, 0o600);
    let again =
        rolelint(&api).inside(folder.path()).args(["check", "--snapshot", "org.jsonl", "--policy", "policy.yaml"]);
    let again = again.args(["--as-of", "2026-06-01", "--format", "json"]).run().ends_with(1).json();
    assert_eq!(live, again);
}

#[test]
fn a_snapshot_that_cannot_be_saved_is_found_before_the_api_is_asked() {
    let api = healthy();
    let refused = |args: &[&str], said: &str| {
        let ran = rolelint(&api).check(POLICY).file("org.jsonl", "").args(args.iter().copied()).run().ends_with(2);
        assert!(ran.stderr.contains(said), "{}", ran.stderr);
        assert_eq!(api.requests().len(), 0);
    };
    refused(&["--save", "missing/org.jsonl"], "missing/org.jsonl");
    refused(&["--save", "policy.yaml"], "policy.yaml");
    refused(&["--save", "out", "--output", "out"], "`out`");
    refused(&["--save", "out", "--snapshot", "org.jsonl"], "--snapshot");
}

#[test]
fn save_replaces_no_snapshot_by_one_that_says_nothing() {
    let api = crate::support::small::with(&[("**", crate::support::fake::What::Status(500))]);
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("org.jsonl"), "earlier").expect("written");
    let ran = check(&api, folder.path()).args(["--save", "org.jsonl"]).run().ends_with(3);
    assert!(ran.stderr.contains("nothing could be read, so no snapshot was written"), "{}", ran.stderr);
    assert_eq!(std::fs::read_to_string(folder.path().join("org.jsonl")).expect("there"), "earlier");
}
