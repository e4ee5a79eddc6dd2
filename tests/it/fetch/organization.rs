//! Which organization it is: told in snapshots and reports, and never mixed up with another.

use std::time::Duration;

use serde_json::{Value, json};

use super::resume::killed;
use crate::support::fake::{Behaviour, FakeApi, Fault, What, When};
use crate::support::harness::{offline, rolelint};
use crate::support::small::{healthy, small};

const POLICY: &str = "version: 1\nrules: [{ id: names, select: user, forbid: { name: Robert } }]\n";

/// The API of another organization, which has the same people.
fn other() -> FakeApi {
    let mut organization = small();
    "org-other".clone_into(&mut organization.id);
    FakeApi::start(organization, Behaviour::default())
}

fn header(snapshot: &str) -> Value {
    let header: Value = serde_json::from_str(snapshot.lines().next().expect("a header")).expect("JSON");
    header["rolelint"]["organization"].clone()
}

fn fetched(api: &FakeApi) -> String {
    rolelint(api).args(["fetch", "-q", "-o", "-"]).run().ends_with(0).stdout
}

#[test]
fn snapshots_and_reports_name_the_organization() {
    let api = healthy();
    let snapshot = fetched(&api);
    assert_eq!(header(&snapshot), json!({"id": "org-small"}));
    let live = || rolelint(&api).check(POLICY);
    let kept = || offline().file("s.jsonl", &snapshot).check(POLICY).args(["--snapshot", "s.jsonl"]);
    for run in [live(), kept()] {
        let report = run.args(["--format", "json"]).run().ends_with(0).json();
        assert_eq!(report.0["organization"]["id"], "org-small");
    }
    for run in [live(), kept()] {
        let shown = run.run().ends_with(0).stdout;
        assert!(shown.starts_with("organization org-small · "), "{shown}");
    }
    let quiet = live().args(["-q"]).run().ends_with(0).stdout;
    assert!(!quiet.contains("org-small"), "{quiet}");
}

#[test]
fn a_header_may_have_a_short_name_in_place_of_the_id() {
    let behaviour = Behaviour { organization: Some("small-inc".to_owned()), ..Behaviour::default() };
    let api = FakeApi::start(small(), behaviour);
    // The id is in the long ids of predefined roles.
    assert_eq!(header(&fetched(&api)), json!({"id": "org-small", "name": "small-inc"}));
    let holds = "version: 1\nrules: [{ id: r, select: user, forbid: { holds: { permission: api.none } } }]\n";
    let shown = rolelint(&api).check(holds).run().ends_with(0).stdout;
    assert!(shown.starts_with("organization org-small (small-inc) · "), "{shown}");
    // Where no role is read, `--organization` says it.
    let ran = rolelint(&api).check(POLICY).args(["--organization", "org-small"]).run().ends_with(0);
    assert!(ran.stdout.starts_with("organization org-small (small-inc) · "), "{}", ran.stdout);
}

#[test]
fn responses_of_two_organizations_are_an_error() {
    for path in ["/organization/users", "/organization/users/user-bob/roles", "/organization/invites"] {
        let what = What::Organization("org-other".to_owned());
        let fault = Fault { path: path.to_owned(), when: When::Always, what };
        let api = FakeApi::start(small(), Behaviour { faults: vec![fault], ..Behaviour::default() });
        let folder = tempfile::tempdir().expect("a folder");
        let ran = rolelint(&api).inside(folder.path()).args(["fetch", "-o", "org.jsonl"]).run().ends_with(3);
        assert!(ran.stderr.contains("two organizations: org-other and org-small"), "{}", ran.stderr);
        assert!(!folder.path().join("org.jsonl").exists());
        let ran = rolelint(&api).args(["check", "--format", "json"]).run().ends_with(3);
        assert_eq!(ran.stdout, "");
    }
}

#[test]
fn the_requested_organization_has_to_be_the_one_that_responds() {
    let told = |header: &str, role: &str| {
        let role = json!({
            "id": format!("role-api-organization-owner__api-organization__{role}"),
            "name": "owner",
            "permissions": ["api.groups.write", "api.roles.write"],
            "predefined_role": true,
        });
        let path = "/organization/roles".to_owned();
        let faults = vec![Fault { path, when: When::Always, what: What::AddItem(role) }];
        FakeApi::start(small(), Behaviour { organization: Some(header.to_owned()), faults, ..Behaviour::default() })
    };
    // The header of the answers, or the ids of predefined roles, name another.
    for (header, role, code) in [("org-elsewhere", "org-elsewhere", 2), ("small-inc", "org-elsewhere", 2)] {
        let api = told(header, role);
        let ran = rolelint(&api).args(["fetch", "--organization", "org-small", "-o", "-"]).run().ends_with(code);
        assert_eq!(ran.stdout, "");
        assert!(ran.stderr.contains("--organization is org-small"), "{}", ran.stderr);
        assert_eq!(api.requests().len(), 4, "nothing more is asked than the first lists");
    }
    let api = told("org-small", "org-elsewhere");
    let ran = rolelint(&api).args(["fetch", "-o", "-"]).run().ends_with(3);
    assert!(ran.stderr.contains("two organizations: org-elsewhere and org-small"), "{}", ran.stderr);
}

#[test]
fn the_snapshot_of_another_organization_is_refused() {
    let snapshot = fetched(&healthy());
    let check = |organization: &str| {
        let run = offline().file("s.jsonl", &snapshot).check(POLICY).args(["--snapshot", "s.jsonl"]);
        run.args(["--organization", organization]).run()
    };
    check("org-small").ends_with(0);
    let ran = check("org-zzz").ends_with(2);
    assert!(ran.stderr.contains("the snapshot is of org-small, but --organization is org-zzz"), "{}", ran.stderr);
    assert_eq!(ran.stdout, "");
}

#[test]
fn nothing_is_reused_from_another_organization() {
    let (api, other) = (healthy(), other());
    let old = fetched(&other);
    let run = rolelint(&api).file("old.jsonl", &old).args(["fetch", "--since", "old.jsonl", "-o", "-"]);
    let ran = run.run().ends_with(2);
    let said = ran.stderr.replace("\n  │ ", " ");
    assert!(said.contains("the snapshot of --since is of org-other, but the responses are from org-small"), "{said}");
    assert_eq!(ran.stdout, "");
    assert!(api.requests().len() <= 4);
}

#[test]
fn a_journal_is_not_resumed_for_another_organization() {
    let fault = |when, what| Fault { path: "**".to_owned(), when, what };
    let faults = vec![fault(When::First(4), What::Slow(Duration::ZERO)), fault(When::Always, What::Hang)];
    let api = FakeApi::start(small(), Behaviour { faults, ..Behaviour::default() });
    let folder = tempfile::tempdir().expect("a folder");
    killed(folder.path(), &api, 4);
    let journal = folder.path().join("org.jsonl.journal");
    let kept = std::fs::read_to_string(&journal).expect("a journal");
    assert!(kept.lines().nth(1).is_some_and(|line| line.contains(r#""organization":"org-small""#)), "{kept}");
    // The same key and base URL, but now another organization answers.
    api.heal();
    api.change(|organization| "org-other".clone_into(&mut organization.id));
    let ran = rolelint(&api).inside(folder.path()).args(["fetch", "-o", "org.jsonl"]).run().ends_with(3);
    assert!(ran.stderr.contains("two organizations: org-other and org-small"), "{}", ran.stderr);
    assert!(journal.exists());
    assert!(std::fs::read_to_string(&journal).expect("there").starts_with(&kept), "what was kept stays");
}
