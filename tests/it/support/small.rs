//! A tiny organization in which every attribute has more than one value, and a way to ask many small rules of it.

use std::fmt::Write as _;

use crate::support::fake::{Behaviour, FakeApi, Fault, Group, Organization, Role, User, What, When};
use crate::support::harness::{Json, rolelint};

/// Who holds what: Ada owns; Bob holds Writer directly; Cyd holds Writer and Toolbox through Ops; Dee, a service
/// account, holds Filer through Files; Eve holds Writer both ways. Nobody holds Blank, nobody is in Void.
pub fn small() -> Organization {
    let role = |id: &str, name: &str, description: Option<&str>, permissions: &[&str]| Role {
        id: id.to_owned(),
        name: name.to_owned(),
        description: description.map(str::to_owned),
        permissions: permissions.iter().map(|&permission| permission.to_owned()).collect(),
        created_at: Some(at("2026-01-10")),
        updated_at: Some(at("2026-03-10")),
        created_by: Some("user-ada".to_owned()),
        ..Role::default()
    };
    let predefined = |id: &str, name: &str, permissions: &[&str]| Role {
        predefined: true,
        created_at: None,
        updated_at: None,
        created_by: None,
        ..role(id, name, Some("Made by the API"), permissions)
    };
    let group = |id: &str, name: &str, is_scim_managed, roles: &[&str], members: &[&str]| Group {
        id: id.to_owned(),
        name: name.to_owned(),
        created_at: at("2026-02-01"),
        is_scim_managed,
        roles: roles.iter().map(|&role| role.to_owned()).collect(),
        members: members.iter().map(|&member| member.to_owned()).collect(),
    };
    let user = |id: &str, name: &str, email: Option<&str>, role: Option<&str>, last_used: Option<&str>| User {
        id: id.to_owned(),
        name: name.to_owned(),
        email: email.map(str::to_owned),
        role: role.map(str::to_owned),
        added_at: at("2025-06-01"),
        created: at("2025-05-01"),
        is_scim_managed: email.is_some_and(|email| email.ends_with("acme.example")),
        api_key_last_used_at: last_used.map(at),
        ..User::default()
    };
    Organization {
        id: "org-small".to_owned(),
        roles: vec![
            predefined("role-api-organization-owner", "owner", &["api.groups.write", "api.roles.write"]),
            predefined("role-api-organization-reader", "reader", &["api.roles.read"]),
            role("role_1", "Writer", Some("Writes"), &["api.groups.read", "api.groups.write"]),
            role("role_2", "Filer", Some(""), &["api.files.read"]),
            role("role_3", "Blank", None, &[]),
            role("role_4", "Toolbox", Some("Écrit"), &["api.files.read", "api.files.write", "api.batch.read"]),
        ],
        groups: vec![
            group("group_1", "Ops", true, &["role_1", "role_4"], &["user-cyd", "user-eve"]),
            group("group_2", "Files", false, &["role_2"], &["user-dee"]),
            group("group_3", "Void", false, &[], &[]),
        ],
        users: vec![
            user("user-ada", "Ada", Some("Ada@acme.example"), Some("owner"), Some("2026-05-30")),
            User {
                roles: vec!["role_1".to_owned()],
                ..user("user-bob", "Bob", Some("bob@acme.example"), Some("reader"), None)
            },
            user("user-cyd", "Cyd", Some("cyd@partner.example"), Some("reader"), Some("2026-01-01")),
            User { is_service_account: true, ..user("user-dee", "Dee", None, None, Some("2026-03-03")) },
            User {
                roles: vec!["role_1".to_owned()],
                ..user("user-eve", "Eve", Some("eve@acme.example"), Some("reader"), Some("2026-05-01"))
            },
        ],
        ..Organization::default()
    }
}

/// The first moment of a day, in seconds.
pub fn at(day: &str) -> i64 {
    rolelint::time::parse_timestamp(day).expect("a date")
}

/// A rule, without its id, and the answer it must have, as [`Json::answer`] words it.
pub type Case<'c> = (&'c str, &'c str);

/// Asks all rules in one run against that API, and each in a run of its own, and compares every answer: rolelint asks
/// the API for no more than its rules need, and that must not show.
#[track_caller]
pub fn ask(api: &FakeApi, cases: &[Case]) {
    ask_together(api, cases);
    let alone = |case: &Case| report(api, &[*case]).answer("rule-0");
    compare(cases, cases.iter().map(alone));
}

/// Asks all rules in one run. Where a list is missing, what others made rolelint read can prove more.
#[track_caller]
pub fn ask_together(api: &FakeApi, cases: &[Case]) {
    let report = report(api, cases);
    compare(cases, (0..cases.len()).map(|number| report.answer(&format!("rule-{number}"))));
}

#[track_caller]
fn compare(cases: &[Case], answers: impl Iterator<Item = String>) {
    let pairs = cases.iter().zip(answers).filter(|((_, expected), answer)| expected != answer);
    let wrong: Vec<String> = pairs
        .map(|((rule, expected), answer)| format!("{rule}\n  expected: {expected}\n  answered: {answer}"))
        .collect();
    assert!(wrong.is_empty(), "{} of {} are wrong:\n\n{}", wrong.len(), cases.len(), wrong.join("\n\n"));
}

/// The report on these rules, which are called `rule-0`, `rule-1`, …
#[track_caller]
pub fn report(api: &FakeApi, cases: &[Case]) -> Json {
    let ran = rolelint(api).check(&policy(cases)).args(["--format", "json"]).run();
    assert_ne!(ran.code, 2, "{}", ran.stderr);
    ran.json()
}

fn policy(cases: &[Case]) -> String {
    let mut policy = "version: 1\nrules:\n".to_owned();
    for (number, (rule, _)) in cases.iter().enumerate() {
        let rule = rule.trim().replace('\n', "\n    ");
        writeln!(policy, "  - id: rule-{number}\n    {rule}").expect("writing to a string cannot fail");
    }
    policy
}

/// The small organization, with nothing wrong on the way.
pub fn healthy() -> FakeApi {
    FakeApi::start(small(), Behaviour::default())
}

/// The small organization, where every request for these paths meets its fault.
pub fn with(faults: &[(&str, What)]) -> FakeApi {
    let fault =
        |(path, what): &(&str, What)| Fault { path: (*path).to_owned(), when: When::Always, what: what.clone() };
    FakeApi::start(small(), Behaviour { faults: faults.iter().map(fault).collect(), ..Behaviour::default() })
}

/// 403 that names a scope.
pub fn denied(scope: &str) -> What {
    What::Denied { status: 403, scope: scope.to_owned() }
}

/// Items without this field.
pub fn without(field: &str) -> What {
    What::DropField(field.to_owned())
}

/// A user or a group leaves: no list has it any more.
pub fn leave(org: &mut Organization, id: &str) {
    org.users.retain(|user| user.id != id);
    org.groups.retain(|group| group.id != id);
    for group in &mut org.groups {
        group.members.retain(|member| member.as_str() != id);
    }
    for project in &mut org.projects {
        project.users.retain(|user| user.id != id);
        project.groups.retain(|group| group.id != id);
    }
}
