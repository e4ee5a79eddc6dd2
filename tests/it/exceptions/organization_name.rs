//! A name for an organization that the API does not name: two organizations cannot wear each other's accepted findings.

use super::NOW;
use crate::support::fake::{Behaviour, FakeApi};
use crate::support::harness::{offline, rolelint};
use crate::support::small::small;

/// Needs no roles, whose ids would name the organization.
const POLICY: &str = "version: 1\nrules: [{ id: names, select: user, forbid: { name: Bob } }]\n";

/// An API whose responses have this name in their header; with an empty one, they name nothing.
fn api(header: &str) -> FakeApi {
    FakeApi::start(small(), Behaviour { organization: Some(header.to_owned()), ..Behaviour::default() })
}

#[test]
fn the_name_counts_where_the_api_says_none_and_contradicts_no_other() {
    for (header, name, code, shown) in [
        ("", "acme", 0, "organization acme · "),
        ("acme", "acme", 0, "organization acme · "),
        ("other", "acme", 2, ""),
        ("org-1", "acme", 0, "organization org-1 (acme) · "),
    ] {
        let policy = POLICY.replace("Bob", "Robert");
        let api = api(header);
        let ran = rolelint(&api).check(&policy).file("rolelint.yaml", format!("organization-name: {name}\n"));
        let ran = ran.run().ends_with(code);
        assert!(ran.stdout.starts_with(shown), "{header}: {}", ran.stdout);
        let said = ran.stderr.contains("the responses are from other, but --organization-name is acme");
        assert_eq!(said, code == 2, "{}", ran.stderr);
    }
    offline().args(["check", "--organization-name", ""]).run().ends_with(2);
}

#[test]
fn a_snapshot_and_a_baseline_are_of_the_organization_that_was_named() {
    let (api, folder) = (api(""), tempfile::tempdir().expect("a folder"));
    let run = |args: &[&str], name: &str| {
        let run = rolelint(&api).inside(folder.path()).file("policy.yaml", POLICY).args(args.iter().copied());
        run.args(["--organization-name", name]).run()
    };
    run(&["fetch", "--only", "users", "-o", "one.jsonl"], "one").ends_with(0);
    let ran = run(&["fetch", "--only", "users", "--since", "one.jsonl", "-o", "two.jsonl"], "two").ends_with(2);
    assert!(ran.stderr.replace("\n  │ ", " ").contains("is of one, but the responses are from two"), "{}", ran.stderr);
    let check = ["check", "-p", "policy.yaml", "--as-of", NOW, "--snapshot", "one.jsonl"];
    let ran = run(&check, "two").ends_with(2);
    assert!(ran.stderr.contains("the snapshot is of one, but --organization-name is two"), "{}", ran.stderr);
    run(&["baseline", "-p", "policy.yaml", "-o", "b.jsonl"], "one").ends_with(0);
    let gate = ["check", "-p", "policy.yaml", "--baseline", "b.jsonl"];
    run(&gate, "one").ends_with(0);
    let ran = run(&gate, "two").ends_with(2);
    assert!(ran.stderr.contains("b.jsonl:1 belongs to one, and two is being checked"), "{}", ran.stderr);
}
