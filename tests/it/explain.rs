//! `rolelint explain`: what a rule demands, in words that a manager reads aloud.

use crate::support::harness::{acme, offline, rolelint};

const PACKS: [&str; 6] = [
    "builtin:recommended",
    "builtin:least-privilege",
    "builtin:separation-of-duties",
    "builtin:privileged-access",
    "builtin:identity-hygiene",
    "builtin:keys-and-service-accounts",
];

#[test]
fn the_sentence_of_every_built_in_rule() {
    let said = PACKS.map(|pack| offline().args(["explain", "*", pack, "-q"]).run().ends_with(0).stdout);
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn conditions_of_every_form_make_sentences() {
    let policy = "\
version: 1
params: { sites: { Web: [ada@acme.example] } }
rules:
  - { id: a, select: user, where: { any: [{ email: null }, { not: { email: '*@acme.example' } }] }, require: { banned: false, enabled: true } }
  - { id: b, select: group, require: { members: { every: { is_scim_managed: true } } } }
  - { id: c, select: group, forbid: { members: { none: { email: '*@acme.example' } }, name: { except: [A, B], regex: 'x.*' } } }
  - { id: d, select: [user, service_account], forbid: { holds: { permission: { all: [a.read, b.read], none: c.read }, role: [Auditor, owner] } } }
  - { id: e, select: role, require: { permissions: { only: '*.read', except: a.write, count: { min: 1, max: 3 } } } }
  - { id: f, select: grant, where: { scope: project, principal: [user, group] }, count: { of: principal, max: 2 } }
  - { id: g, select: grant, where: { role: Toolbox }, forbid: { any: [{ via: direct }, { via: { group: { not: { name: Platform } } } }] } }
  - { id: h, select: project, require: { holders: { every: { user: { email: '$sites[$this.name]' } } } } }
  - { id: i, select: user, where: { role: owner }, exactly: { email: [a@x.example, b@x.example] } }
  - { id: j, select: api_key, forbid: { created_at: { before: 2026-01-31 }, last_used_at: { newer_than: 2h }, not: { owner: { banned: true } } } }
  - { id: k, select: invite, forbid: { projects: { status: archived }, expires_at: { within: 1d } } }
  - { id: l, select: project, require: { api_keys: { count: { max: 0 } }, service_accounts: { where: { name: ci }, count: 1 } } }
  - { id: m, select: user, forbid: { all: [{ holds: { escalation: takeover } }, { groups: { name: X } }, { not: { projects: { name: Y } } }] } }
";
    let ran = offline().file("p.yaml", policy).args(["explain", "*", "p.yaml", "-q"]).run().ends_with(0);
    insta::assert_snapshot!(ran.stdout);
}

#[test]
fn a_rule_is_explained_with_what_it_reads_selects_and_whom_it_would_find() {
    let folder = tempfile::tempdir().expect("a folder");
    let api = acme();
    let snapshot = folder.path().join("org.jsonl");
    let snapshot = snapshot.to_str().expect("UTF-8");
    rolelint(&api).args(["fetch", "-o", snapshot]).run().ends_with(0);
    let ran = offline().args(["explain", "owner-outside-scim", "--snapshot", snapshot]).run().ends_with(0);
    insta::assert_snapshot!(ran.stdout);
}

#[test]
fn as_json_it_is_the_same() {
    let ran = offline().args(["explain", "too-many-owners", "--format", "json"]).run().ends_with(0);
    let said = ran.json().0;
    let rule = &said["rules"][0];
    assert_eq!(rule["sentence"], "There must be at most 3 users that hold the role owner of the organization.");
    assert!(rule["reads"].as_array().is_some_and(|reads| reads.iter().any(|row| row["collection"] == "user_roles")));
    assert!(rule["example"]["users"].as_array().is_some_and(|users| users.len() == 4), "{}", rule["example"]);
}

#[test]
fn a_rule_that_is_not_there_is_an_error_with_the_nearest() {
    let ran = offline().args(["explain", "too-many-owner"]).run().ends_with(2);
    assert!(ran.stderr.contains("did you mean `too-many-owners`?"), "{}", ran.stderr);
}
