//! An audit of the requests of a check: exactly those that its rules need, and each once.

use std::collections::{BTreeMap, BTreeSet};

use crate::fetch::random_history::peopled;
use crate::support::fake::{Behaviour, FakeApi, Organization};
use crate::support::harness::rolelint;

/// What was requested, each kind of path with the ids in it; without the words that all of them have.
fn asked(api: &FakeApi) -> Vec<String> {
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for request in api.requests() {
        let template = request.template();
        let path = request.path.strip_prefix("/v1").expect("a path of the API");
        let ids = template.split('/').zip(path.split('/')).filter(|(star, _)| *star == "*");
        let ids: Vec<&str> = ids.map(|(_, id)| id.trim_start_matches("user-").trim_start_matches("group_")).collect();
        let ids = all.entry(template).or_default().insert(ids.join("/")).then_some(());
        assert!(ids.is_some(), "{path} was requested twice");
    }
    let mut lines = Vec::new();
    for (template, ids) in all {
        let ids: Vec<String> = ids.into_iter().filter(|id| !id.is_empty()).collect();
        let path = template.replace("/organization/", "").replace('*', "_");
        let line = format!("{} {}", path.trim_start_matches('/'), ids.join(" "));
        lines.push(line.trim_end().replace("proj_", "p"));
    }
    lines.sort_unstable();
    lines
}

/// The organization has the projects Alpha (`p1`: Ada, Bob, Cyd; Ops, Files; two service accounts), Beta (`p2`: Bob, Dee;
/// Files; one service account) and Gamma (`p3`, archived); Cyd and Eve are in Ops (1), Dee is in Files (2).
#[track_caller]
fn asks(rules: &str, paths: &str) {
    asks_of(peopled(1_780_000_000), rules, paths);
}

/// The same of another organization.
#[track_caller]
pub fn asks_of(organization: Organization, rules: &str, paths: &str) {
    let api = FakeApi::start(organization, Behaviour::default());
    let ran = rolelint(&api).check(&format!("version: 1\nrules:\n{rules}\n")).run();
    assert!(ran.code == 0 || ran.code == 1, "{rules}: {}", ran.everything());
    let expected: Vec<&str> = paths.lines().map(str::trim).collect();
    assert_eq!(asked(&api), expected, "{rules}");
}

#[test]
fn of_groups_only_those_are_asked_about_that_a_rule_can_be_about() {
    asks(
        "- { id: a, select: group, where: { name: Ops }, forbid: { members: { name: Bob } } }",
        "groups
         groups/_/users 1
         users",
    );
    asks(
        "- { id: a, select: group, where: { name: Ops }, forbid: { holds: { scope: organization, role: Filer } } }",
        "groups
         groups/_/roles 1
         roles",
    );
    asks(
        "- { id: a, select: group, where: { id: group_1 }, forbid: { holds: { scope: project, role: Keeper } } }",
        "groups
         projects
         projects/_/groups p1 p2 p3
         projects/_/groups/_/roles p1/1
         projects/_/roles p1 p2 p3",
    );
    asks(
        "- { id: a, select: group, where: { name: [Ops, Void] }, count: { max: 2 } }
- { id: b, select: group, where: { name: Files }, forbid: { members: { none: {} } } }
- { id: c, select: group, where: { name: Void }, forbid: { members: { name: Bob } } }",
        "groups
         groups/_/users 2 3
         users",
    );
}

#[test]
fn of_projects_only_those_are_asked_about_that_a_rule_can_be_about() {
    asks(
        "- { id: a, select: project, where: { name: Alpha }, forbid: { members: { name: Eve } } }",
        "projects
         projects/_/users p1
         users",
    );
    asks(
        "- { id: a, select: project, where: { id: proj_2 }, forbid: { api_keys: { last_used_at: null } } }",
        "projects
         projects/_/api_keys p2",
    );
    asks(
        "- { id: a, select: project, where: { status: archived }, forbid: { service_accounts: {} } }",
        "projects
         projects/_/service_accounts p3",
    );
    asks(
        "- { id: a, select: project, where: { name: Alpha }, forbid: { holders: { principal: group, role: { name: Keeper } } } }",
        "groups
         projects
         projects/_/groups p1
         projects/_/groups/_/roles p1/1 p1/2
         projects/_/roles p1",
    );
    // A service account of another project may be in a group of this one.
    asks(
        "- { id: a, select: project, where: { name: Alpha }, forbid: { holders: { role: { name: Keeper } } } }",
        "groups
         groups/_/users 1 2 3
         projects
         projects/_/groups p1
         projects/_/groups/_/roles p1/1 p1/2
         projects/_/roles p1
         projects/_/service_accounts p1 p2 p3
         projects/_/users p1
         projects/_/users/_/roles p1/ada p1/bob p1/cyd p1/svc_1 p1/svc_2
         users",
    );
    asks(
        "- { id: a, select: service_account, where: { project: { name: Beta } }, forbid: { role: member } }",
        "projects
         projects/_/service_accounts p2",
    );
    asks(
        "- { id: a, select: api_key, where: { project: { name: Beta } }, forbid: { owner_type: user } }
- { id: b, select: project, where: { name: Alpha }, forbid: { api_keys: { last_used_at: null } } }",
        "projects
         projects/_/api_keys p1 p2",
    );
}

#[test]
fn a_rule_on_grants_asks_about_the_principals_and_projects_that_it_names() {
    asks(
        "- { id: a, select: grant, where: { principal: group, scope: organization }, forbid: { role: Blank } }",
        "groups
         groups/_/roles 1 2 3
         roles",
    );
    asks(
        "- { id: a, select: grant, where: { principal: group }, forbid: { role: { name: Blank } } }",
        "groups
         groups/_/roles 1 2 3
         projects
         projects/_/groups p1 p2 p3
         projects/_/groups/_/roles p1/1 p1/2 p2/2
         projects/_/roles p1 p2 p3
         roles",
    );
    asks(
        "- { id: a, select: grant, where: { group: { name: Ops } }, forbid: { role: { name: Blank } } }",
        "groups
         groups/_/roles 1
         projects
         projects/_/groups p1 p2 p3
         projects/_/groups/_/roles p1/1
         projects/_/roles p1 p2 p3
         roles",
    );
    asks(
        "- { id: a, select: grant, where: { user: { name: Bob } }, forbid: { role: { name: Blank } } }",
        "groups
         groups/_/roles 1 2 3
         groups/_/users 1 2 3
         projects
         projects/_/groups p1 p2 p3
         projects/_/groups/_/roles p1/1 p1/2 p2/2
         projects/_/roles p1 p2 p3
         projects/_/users p1 p2 p3
         projects/_/users/_/roles p1/bob p2/bob
         roles
         users
         users/_/roles bob",
    );
    asks(
        "- { id: a, select: grant, where: { user: { name: Bob }, project: { name: Alpha } }, forbid: { role: { name: Idle } } }",
        "groups
         groups/_/users 1 2 3
         projects
         projects/_/groups p1
         projects/_/groups/_/roles p1/1 p1/2
         projects/_/roles p1
         projects/_/users p1
         projects/_/users/_/roles p1/bob
         users",
    );
}

#[test]
fn rules_on_roles_and_users_ask_for_no_scope_and_no_holder_that_they_leave_out() {
    asks("- { id: a, select: role, where: { scope: organization }, forbid: { name: Nobody } }", "roles");
    asks(
        "- { id: a, select: role, where: { scope: organization }, forbid: { holders: { principal: group, scope: project } } }",
        "groups
         projects
         projects/_/groups p1 p2 p3
         projects/_/groups/_/roles p1/1 p1/2 p2/2
         projects/_/roles p1 p2 p3
         roles",
    );
    asks(
        "- { id: a, select: user, where: { name: Bob }, forbid: { holds: { scope: organization, role: Filer } } }",
        "groups
         groups/_/roles 1 2 3
         groups/_/users 1 2 3
         roles
         users
         users/_/roles bob",
    );
    asks(
        "- { id: a, select: user, where: { name: Bob }, forbid: { holds: { project: { name: Alpha }, role: { name: Idle } } } }",
        "groups
         groups/_/users 1 2 3
         projects
         projects/_/groups p1 p2 p3
         projects/_/groups/_/roles p1/1 p1/2 p2/2
         projects/_/roles p1 p2 p3
         projects/_/users p1 p2 p3
         projects/_/users/_/roles p1/bob p2/bob
         users",
    );
}

#[test]
fn what_was_not_asked_for_is_unknown_to_other_rules() {
    let api = FakeApi::start(peopled(1_780_000_000), Behaviour::default());
    let folder = tempfile::tempdir().expect("a folder");
    let run = |policy: &str, args: &[&str]| {
        let run = rolelint(&api).inside(folder.path()).check(&format!("version: 1\nrules:\n{policy}\n"));
        run.args(args.iter().copied()).args(["--format", "json"]).run()
    };
    let named = "- { id: a, select: project, where: { name: Alpha }, forbid: { members: { name: Eve } } }
- { id: b, select: group, where: { name: Void }, forbid: { members: { name: Bob } } }
- { id: c, select: service_account, where: { project: { name: Alpha } }, forbid: { role: owner } }
- { id: d, select: grant, where: { group: { name: Ops }, scope: organization }, forbid: { role: Filer } }";
    let saved = run(named, &["--save", "some.jsonl"]).ends_with(0).json();
    assert_eq!((saved.state("project_users"), &saved.coverage("project_users")["unasked"]), ("complete", &2.into()));
    let others = [
        "- { id: r, select: project, forbid: { members: { name: Eve } } }",
        "- { id: r, select: project, where: { name: Beta }, forbid: { members: { name: Eve } } }",
        "- { id: r, select: group, forbid: { members: { name: Bob } } }",
        "- { id: r, select: service_account, forbid: { name: nobody } }",
        "- { id: r, select: service_account, count: { max: 5 } }",
        "- { id: r, select: grant, where: { principal: group, scope: organization }, forbid: { role: Blank } }",
        "- { id: r, select: user, forbid: { groups: { name: Files } } }",
        "- { id: r, select: user, forbid: { projects: { name: Gamma } } }",
    ];
    for rule in others {
        let ran = run(rule, &["--snapshot", "some.jsonl"]).ends_with(3);
        let rule_result = ran.json();
        assert!(rule_result.answer("r").starts_with("unknown"), "{rule}: {}", rule_result.answer("r"));
        assert!(ran.stdout.contains("requested only where a rule needs it"), "{rule}: {}", ran.stdout);
    }
    let keys = "- { id: r, select: project, where: { name: Alpha }, forbid: { api_keys: { name: nope } } }";
    let word = run(keys, &[]).ends_with(0);
    assert!(word.stdout.contains("no api key that was read has this name"), "{}", word.stdout);
    let again = run(named, &["--snapshot", "some.jsonl"]).ends_with(0).json();
    for rule in ["a", "b", "c", "d"] {
        assert_eq!(again.answer(rule), saved.answer(rule), "{rule}");
    }
}
