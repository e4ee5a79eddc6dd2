//! Faults that take more than a path that answers wrongly.

use std::fs::File;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::json;

use super::{Claim, Fetched, later, tiny};
use crate::fetch::resume::{REQUESTS, killed as killed_after, stuck_after};
use crate::support::fake::{Behaviour, FakeApi, Fault, KEY, Organization, What, When};
use crate::support::harness::{Ran, Rolelint, faulty, offline, rolelint, text};

fn fault(path: &str, when: When, what: What) -> Fault {
    Fault { path: path.to_owned(), when, what }
}

fn with(faults: Vec<Fault>) -> FakeApi {
    FakeApi::start(tiny(), Behaviour { faults, ..Behaviour::default() })
}

/// Asserts what the table says of a collection.
#[track_caller]
fn holds(claim: &Claim, fetched: &Fetched, collection: &str) {
    assert_eq!(fetched.ran.code.to_string(), claim.exit, "{}", fetched.ran.stderr);
    assert_eq!(fetched.report().state(collection), claim.state, "{}", fetched.report().coverage(collection));
}

/// Asserts that a run ended as the table says, and that there is no record of it.
#[track_caller]
fn ended(claim: &Claim, ran: &Ran) {
    assert_eq!((ran.code.to_string(), "–"), (claim.exit.clone(), claim.state.as_str()), "{}", ran.stderr);
}

fn fetch(api: &FakeApi, folder: &Path) -> Rolelint {
    rolelint(api).inside(folder).args(["fetch", "-o", "org.jsonl"])
}

/// A folder with an earlier snapshot.
fn with_old() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("org.jsonl"), "old").expect("written");
    folder
}

#[track_caller]
fn is_old(folder: &Path) {
    assert_eq!(std::fs::read_to_string(folder.join("org.jsonl")).expect("there"), "old");
}

fn asked(api: &FakeApi, path: &str) -> usize {
    api.requests().iter().filter(|request| request.path == format!("/v1{path}")).count()
}

pub fn not_found_but_listed(claim: &Claim) {
    for (collection, path, list) in [
        ("user_roles", "/organization/users/user-bob/roles", "/organization/users"),
        ("project_roles", "/projects/proj_1/roles", "/organization/projects"),
        ("project_user_roles", "/projects/proj_1/users/user-bob/roles", "/organization/projects/proj_1/users"),
    ] {
        let mut organization = tiny();
        // With another beside, not the whole path is missing.
        organization.projects[0].users.push(crate::support::fake::ProjectUser {
            id: "user-ada".to_owned(),
            ..crate::support::fake::ProjectUser::default()
        });
        let api = faulty(organization, path, When::Always, What::Status(404));
        let fetched = Fetched::new(&api, &[]);
        holds(claim, &fetched, collection);
        assert_eq!(asked(&api, list), 2, "{list}");
        let gaps = fetched.record(collection)["gaps"].as_object().expect("gaps");
        assert_eq!(gaps.len(), 1, "{gaps:?}");
    }
}

pub fn not_found_and_gone(claim: &Claim) {
    let ada = json!({"data": [{"id": "user-ada"}], "has_more": false, "last_id": "user-ada"});
    let nobody = json!({"data": [], "has_more": false}).to_string();
    let api = with(vec![
        fault("/organization/users/user-bob/roles", When::Always, What::Status(404)),
        fault("/organization/users", When::After(1), What::Body(ada.to_string())),
        fault("/organization/groups/group_1/users", When::After(1), What::Body(nobody.clone())),
        fault("/organization/projects/proj_1/users", When::After(1), What::Body(nobody)),
    ]);
    let fetched = Fetched::new(&api, &[]);
    holds(claim, &fetched, "user_roles");
    assert_eq!(fetched.record("users")["gone"], json!(["user-bob"]));
    assert!(fetched.ran.stderr.contains("users: user-bob was removed during collection"), "{}", fetched.ran.stderr);
    assert!(fetched.ran.stderr.contains(" 1 user,"), "{}", fetched.ran.stderr);
}

pub fn only_denials(claim: &Claim) {
    for (collection, path, flags) in [
        ("user_roles", "/organization/users/*/roles", &[][..]),
        // Those who already wait for their turn when it is given up leave, too.
        ("project_user_roles", "/projects/*/users/*/roles", &["--rate", "600"]),
    ] {
        let denied = What::Denied { status: 403, scope: "api.x.read".to_owned() };
        let api = faulty(Organization::acme(), path, When::Always, denied);
        let fetched = Fetched::new(&api, &[&["--concurrency", "4"], flags].concat());
        holds(claim, &fetched, collection);
        let struck = api.requests().iter().filter(|request| request.fault.is_some()).count();
        assert!((3..3 + 4).contains(&struck), "{struck} are asked for");
        let gaps = fetched.record(collection)["gaps"].as_object().expect("gaps");
        let first = gaps.values().next().expect("a gap");
        assert!(gaps.len() > 20 && gaps.values().all(|gap| gap == first), "{gaps:?}");
        assert_eq!(first["scope"], "api.x.read");
        assert!(text(&first["message"]).contains("/{id}/roles: 403, the key lacks the scope"), "{first}");
    }
}

pub fn only_failures(claim: &Claim) {
    let api = faulty(Organization::acme(), "/organization/users/*/roles", When::Always, What::Html);
    let fetched = Fetched::new(&api, &["--concurrency", "4"]);
    holds(claim, &fetched, "user_roles");
    let struck = api.requests().iter().filter(|request| request.fault.is_some()).count();
    assert!((20..20 + 4).contains(&struck), "{struck} are asked for");
    assert_eq!(fetched.record("user_roles")["gaps"].as_object().expect("gaps").len(), 41);
}

pub fn everything_refused(claim: &Claim) {
    for what in [What::Status(401), What::Denied { status: 403, scope: "api.x".to_owned() }, What::Status(404)] {
        let api = faulty(tiny(), "**", When::Always, what);
        let folder = with_old();
        let ran = fetch(&api, folder.path()).run();
        ended(claim, &ran);
        assert!(ran.stderr.ends_with("warning: nothing could be read, so no snapshot was written\n"), "{}", ran.stderr);
        is_old(folder.path());
        assert_eq!(api.requests().len(), 6, "the lists, once each");
    }
}

pub fn archived_project(claim: &Claim) {
    let organization = || {
        let mut organization = tiny();
        organization.projects[1].archived = true;
        organization
    };
    for (collection, part) in [("project_users", "users"), ("service_accounts", "service_accounts")] {
        let api = FakeApi::start(organization(), Behaviour::default());
        holds(claim, &Fetched::new(&api, &[]), collection);
        let path = format!("/v1/organization/projects/proj_2/{part}");
        let answers = api.requests().into_iter().filter(|request| request.path == path);
        assert_eq!(answers.map(|request| request.status).collect::<Vec<_>>(), [Some(400)]);
        // On one that is not archived, 400 is a fault like any other.
        let path = format!("/organization/projects/*/{part}");
        let fetched = Fetched::new(&faulty(organization(), &path, When::Always, What::Status(400)), &[]);
        assert_eq!((fetched.ran.code, fetched.report().state(collection)), (3, "partial"));
        let gaps = fetched.record(collection)["gaps"].as_object().expect("gaps");
        assert_eq!(gaps.keys().collect::<Vec<_>>(), ["proj_1"]);
    }
}

pub fn no_connection(claim: &Claim) {
    let folder = with_old();
    let run = offline().env("OPENAI_ADMIN_KEY", KEY).inside(folder.path()).args(["fetch", "-o", "org.jsonl"]);
    let ran = run.run();
    ended(claim, &ran);
    assert!(
        ran.stderr.starts_with("warning: roles, users, ")
            && ran.stderr.contains(" failed: no connection to 127.0.0.1:1: "),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("help: check the host of --base-url"), "{}", ran.stderr);
    is_old(folder.path());
}

pub fn too_fast_without_a_word(claim: &Claim) {
    let silent = later(None, None, Some("You're making too many requests, please slow down."));
    let api = with(vec![fault("/organization/roles", When::First(1), silent)]);
    // Nobody wants to wait for a minute here: what a second run reads was not asked for in the first.
    let folder = tempfile::tempdir().expect("a folder");
    fetch(&api, folder.path()).args(["--deadline", "500ms"]).run().ends_with(3);
    assert!(asked(&api, "/organization/roles") <= 1, "it is asked for again before the minute is over");
    api.heal();
    holds(claim, &Fetched::inside(folder, &api, &[]), "roles");
}

pub fn no_permissions(claim: &Claim) {
    let silent = || What::DropField("permissions".to_owned());
    for (collection, path) in [("roles", "/organization/roles"), ("project_roles", "/projects/*/roles")] {
        let fetched = Fetched::new(&with(vec![fault(path, When::Always, silent())]), &[]);
        holds(claim, &fetched, collection);
        let gaps = fetched.record(collection)["gaps"].as_object().expect("gaps");
        assert!(gaps.values().all(|gap| text(&gap["message"]).starts_with("the API sent no `permissions` for role")));
    }
    // Of an assigned role, the list tells.
    let paths = ["/organization/users/*/roles", "/organization/groups/*/roles", "/projects/*/users/*/roles"];
    let faults = paths.map(|path| fault(path, When::Always, silent()));
    let fetched = Fetched::new(&with(faults.to_vec()), &[]);
    assert_eq!((fetched.ran.code, fetched.report().state("roles")), (0, "complete"), "{}", fetched.ran.stderr);
    // Of one that OpenAI made and no list has, nothing does.
    let mut organization = tiny();
    organization.users[0].roles = vec!["role-api-organization-hidden".to_owned()];
    let hidden = json!({"data": [{"id": "role-api-organization-hidden", "predefined_role": true}], "has_more": false});
    let api = faulty(organization, "/organization/users/user-ada/roles", When::Always, What::Body(hidden.to_string()));
    let fetched = Fetched::new(&api, &[]);
    holds(claim, &fetched, "roles");
    assert_eq!(fetched.report().verdicts()["user-roles"], "unknown");
}

pub fn later_page(claim: &Claim) {
    for (collection, path) in [
        ("users", "/organization/users"),
        ("roles", "/organization/roles"),
        ("project_users", "/organization/projects/*/users"),
    ] {
        let faults = vec![fault(path, When::FromPage(3), What::Status(403))];
        let behaviour = Behaviour { page_size: Some(2), faults, ..Behaviour::default() };
        let fetched = Fetched::new(&FakeApi::start(Organization::acme(), behaviour), &[]);
        holds(claim, &fetched, collection);
        assert!(fetched.record(collection)["items"].as_u64().expect("a number") >= 4);
    }
}

pub fn twice(claim: &Claim) {
    let bob = json!({"id": "user-bob", "name": "Bob", "added_at": 0});
    for (collection, path) in [
        ("users", "/organization/users"),
        ("group_members", "/organization/groups/*/users"),
        ("project_users", "/organization/projects/proj_1/users"),
    ] {
        let fetched = Fetched::new(&with(vec![fault(path, When::Always, What::AddItem(bob.clone()))]), &[]);
        holds(claim, &fetched, collection);
        assert!(fetched.ran.stderr.contains(" 2 users,"), "{}", fetched.ran.stderr);
    }
}

pub fn no_users(claim: &Claim) {
    let mut organization = tiny();
    organization.users.clear();
    let fetched = Fetched::new(&FakeApi::start(organization, Behaviour::default()), &[]);
    holds(claim, &fetched, "users");
    assert!(fetched.ran.stderr.contains("every organization has an owner"), "{}", fetched.ran.stderr);
}

pub fn twice_differently(claim: &Claim) {
    let bob = json!({"id": "user-bob", "name": "Bob", "added_at": 5, "created_at": 5});
    let key = json!({"id": "key_1", "name": "Another"});
    for (collection, path, item, said) in [
        ("users", "/organization/users", &bob, "`added_at`"),
        ("project_users", "/organization/projects/proj_1/users", &bob, ""),
        ("api_keys", "/organization/projects/proj_1/api_keys", &key, "`name`"),
    ] {
        let fetched = Fetched::new(&with(vec![fault(path, When::Always, What::AddItem(item.clone()))]), &[]);
        holds(claim, &fetched, collection);
        assert!(fetched.ran.stderr.contains(said), "{}", fetched.ran.stderr);
    }
}

pub fn no_admin_keys(claim: &Claim) {
    let nothing = What::Body(json!({"data": [], "has_more": false}).to_string());
    let fetched = Fetched::new(&with(vec![fault("/organization/admin_api_keys", When::Always, nothing)]), &[]);
    holds(claim, &fetched, "admin_api_keys");
    assert!(fetched.ran.stderr.contains("it must contain the key in use"), "{}", fetched.ran.stderr);
}

pub fn two_organizations(claim: &Claim) {
    let what = What::Organization("org-other".to_owned());
    let api = with(vec![fault("/organization/groups/*/users", When::Always, what)]);
    let folder = with_old();
    let ran = fetch(&api, folder.path()).run();
    ended(claim, &ran);
    assert!(ran.stderr.contains("the responses are from two organizations: org-other and org-tiny"), "{}", ran.stderr);
    is_old(folder.path());
}

pub fn another_organization(claim: &Claim) {
    let api = with(vec![fault("**", When::Always, What::Organization("org-other".to_owned()))]);
    let folder = with_old();
    let ran = fetch(&api, folder.path()).args(["--organization", "org-tiny"]).run();
    ended(claim, &ran);
    assert!(ran.stderr.contains("the responses are from org-other, but --organization is org-tiny"), "{}", ran.stderr);
    is_old(folder.path());
    assert_eq!(api.requests().len(), 4, "the first lists");
}

pub fn held_but_not_listed(claim: &Claim) {
    let empty = || What::Body(json!({"data": [], "has_more": false, "next": null}).to_string());
    for (collection, path, lacks) in [
        ("roles", "/organization/roles", "every organization has predefined roles"),
        ("groups", "/organization/groups", "inherited from group group_1, which is missing from the list of groups"),
    ] {
        let api = with(vec![fault(path, When::Always, empty())]);
        let fetched = Fetched::new(&api, &[]);
        holds(claim, &fetched, collection);
        assert_eq!(asked(&api, path), 2, "{path}");
        assert!(fetched.ran.stderr.contains(lacks), "{}", fetched.ran.stderr);
        // One that was made while we read is there the second time.
        let api = with(vec![fault(path, When::First(1), empty())]);
        Fetched::new(&api, &[]).ran.ends_with(0);
    }
}

pub fn deadline(claim: &Claim) {
    // What the first run has is there without asking, so that time is over for the rest alone.
    let api = stuck_after(60);
    let folder = tempfile::tempdir().expect("a folder");
    killed_after(folder.path(), &api, 60);
    let fetched = Fetched::inside(folder, &api, &["--deadline", "50ms"]);
    let unread = text(
        &fetched.report().0["coverage"]
            .as_array()
            .expect("a list")
            .iter()
            .find(|row| row["state"] == claim.state.as_str())
            .expect("something could not be read")["collection"],
    )
    .to_owned();
    holds(claim, &fetched, &unread);
    let detail = text(&fetched.report().coverage(&unread)["detail"]);
    assert!(detail.contains("no response before the --deadline"), "{detail}");
    assert_eq!(fetched.report().state("users"), "complete");
    assert_eq!(fetched.left(), ["org.jsonl", "org.jsonl.journal"]);
    assert!(fetched.ran.stderr.contains("run the same command to resume"), "{}", fetched.ran.stderr);
    api.heal();
    let whole = Fetched::inside(fetched.folder, &api, &["--deadline", "1h"]);
    assert_eq!(whole.left(), ["org.jsonl"]);
    whole.ran.ends_with(0);
    assert_eq!(asked(&api, "/organization/users"), 0, "it is in the journal");
}

/// A fetch that does not come to an end, and has asked for something.
fn hanging(folder: &Path, api: &FakeApi) -> Child {
    let mut command = fetch(api, folder).command();
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("started");
    while api.requests().is_empty() {
        std::thread::yield_now();
    }
    child
}

pub fn interrupted(claim: &Claim) {
    let codes: Vec<i32> = ["INT", "TERM"]
        .map(|signal| {
            let api = faulty(tiny(), "**", When::Always, What::Hang);
            let folder = with_old();
            let child = hanging(folder.path(), &api);
            let told = Command::new("kill").args([format!("-{signal}"), child.id().to_string()]).status();
            assert!(told.expect("kill can be run").success());
            let output = child.wait_with_output().expect("it ends");
            is_old(folder.path());
            assert!(folder.path().join("org.jsonl.journal").exists());
            // To a shell, 130 and an interrupt are the same.
            output.status.code().or(output.status.signal().map(|signal| 128 + signal)).expect("a code or a signal")
        })
        .into();
    assert_eq!((format!("{}, {}", codes[0], codes[1]), "–"), (claim.exit.clone(), claim.state.as_str()));
}

pub fn killed(claim: &Claim) {
    // At twenty points: `resume`.
    let api = stuck_after(7);
    let folder = tempfile::tempdir().expect("a folder");
    killed_after(folder.path(), &api, 7);
    api.heal();
    let fetched = Fetched::inside(folder, &api, &[]);
    holds(claim, &fetched, "roles");
    assert_eq!(fetched.left(), ["org.jsonl"]);
}

pub fn foreign_journal(claim: &Claim) {
    // Each of the four: `resume`.
    let api = stuck_after(2);
    let folder = with_old();
    killed_after(folder.path(), &api, 2);
    let ran = fetch(&api, folder.path()).env("OPENAI_ADMIN_KEY", "sk-admin-another-0123456789").run();
    ended(claim, &ran);
    assert!(ran.stderr.contains("delete it to start over"), "{}", ran.stderr);
    is_old(folder.path());
}

pub fn two_at_once(claim: &Claim) {
    let api = faulty(tiny(), "**", When::Always, What::Hang);
    let folder = with_old();
    let mut first = hanging(folder.path(), &api);
    let ran = fetch(&with(Vec::new()), folder.path()).run();
    ended(claim, &ran);
    assert!(ran.stderr.contains("another run is writing the journal `org.jsonl.journal`"), "{}", ran.stderr);
    assert!(first.try_wait().expect("it can be asked").is_none(), "the first goes on");
    first.kill().expect("killed");
    first.wait().expect("ended");
    is_old(folder.path());
}

pub fn no_journal(claim: &Claim) {
    let api = with(Vec::new());
    let folder = with_old();
    std::fs::create_dir(folder.path().join("org.jsonl.journal")).expect("made");
    let ran = fetch(&api, folder.path()).run();
    ended(claim, &ran);
    assert!(ran.stderr.contains("cannot use the journal `org.jsonl.journal`"), "{}", ran.stderr);
    is_old(folder.path());
    // Not even root may make a file there.
    let ran = rolelint(&api).args(["fetch", "-o", "/proc/org.jsonl"]).run();
    ended(claim, &ran);
    assert!(ran.stderr.contains("cannot write snapshot `/proc/org.jsonl`"), "{}", ran.stderr);
    assert_eq!(api.requests(), [], "nobody is asked");
}

pub fn full_journal(claim: &Claim) {
    let api = FakeApi::start(Organization::acme(), Behaviour::default());
    let folder = with_old();
    // A limit on the size of files, whose signal is not taken, is a full disk: the system says no in the middle of a line.
    let command = fetch(&api, folder.path()).command();
    let mut limited = Command::new("sh");
    limited.args(["-c", "trap '' XFSZ; ulimit -f 64; exec \"$0\" \"$@\""]).arg(command.get_program());
    limited.args(command.get_args()).current_dir(folder.path()).env_clear();
    limited.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = limited.stdin(Stdio::null()).output().expect("it ends");
    let ran = Ran {
        code: output.status.code().expect("a code"),
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
    };
    ended(claim, &ran);
    assert!(ran.stderr.contains("cannot use the journal `org.jsonl.journal`"), "{}", ran.stderr);
    assert!(ran.stderr.contains("File too large"), "{}", ran.stderr);
    is_old(folder.path());
    let kept = std::fs::read_to_string(folder.path().join("org.jsonl.journal")).expect("a journal").lines().count() - 1;
    assert!(kept > 0 && kept < REQUESTS, "{kept} answers are kept");
    // Once there is room, it goes on with those.
    let going_on = Fetched::inside(folder, &api, &[]);
    assert!(going_on.ran.stderr.contains(&format!("resuming with {kept} responses")), "{}", going_on.ran.stderr);
    going_on.ran.ends_with(0);
}

pub fn no_folder(claim: &Claim) {
    let api = with(Vec::new());
    let ran = rolelint(&api).args(["fetch", "-o", "no/such/folder/org.jsonl"]).run();
    ended(claim, &ran);
    assert!(ran.stderr.contains("cannot write snapshot `no/such/folder/org.jsonl`"), "{}", ran.stderr);
    assert_eq!(api.requests(), [], "nobody is asked");
}

pub fn no_snapshot(claim: &Claim) {
    let ran = rolelint(&with(Vec::new())).args(["fetch", "-o", "/dev/full"]).run();
    ended(claim, &ran);
    assert!(ran.stderr.contains("cannot write snapshot `/dev/full`"), "{}", ran.stderr);
}

pub fn closed_pipe(claim: &Claim) {
    let api = with(Vec::new());
    let run = rolelint(&api).args(["fetch", "-q", "-o", "-"]);
    let mut command = run.command();
    let piped = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().expect("started");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    let code = output.status.code().expect("a code").to_string();
    assert_eq!((code, "complete"), (claim.exit.clone(), claim.state.as_str()));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    // A device that is full is no reader that went away.
    let full = File::options().write(true).open("/dev/full").expect("Linux has it");
    let status = run.command().stdin(Stdio::null()).stdout(full).stderr(Stdio::null()).status();
    assert_eq!(status.expect("it ends").code(), Some(2));
}
