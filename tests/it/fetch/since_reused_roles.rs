//! What is taken over from an earlier snapshot would be read the same today; where that is not certain, it is read.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::random_history::{note, note_assignment, peopled};
use super::since::{api, begin, carried, content, fetch, healthy, log_in, moved, now, older, same_as_full, since};
use crate::support::fake::{Behaviour, FakeApi, Fault, Organization, Role, Turn, What, When};
use crate::support::harness::{Ran, faulty, offline, rolelint};
use crate::support::small::leave;

/// A snapshot that was taken while these requests were answered so.
fn misled(answers: &[(&str, What)]) -> (FakeApi, String) {
    let fault =
        |(path, what): &(&str, What)| Fault { path: (*path).to_owned(), when: When::Always, what: what.clone() };
    let faults = answers.iter().map(fault).collect();
    let api = api(Behaviour { faults, ..Behaviour::default() });
    let old = fetch(&api).ends_with(0).stdout;
    log_in(&api);
    (api, old)
}

#[test]
fn roles_that_did_not_match_the_groups_are_read_again() {
    // What comes through a group arrives late, and leaves late; the log tells of neither.
    let roles = |items: Value| What::Body(json!({"data": items, "has_more": false}).to_string());
    let through = |role: &str, group: &str| {
        let sources = json!([{"principal_id": group, "principal_type": "group"}]);
        What::AddItem(json!({"id": role, "assignment_sources": sources}))
    };
    for (path, what) in [
        ("/organization/users/user-dee/roles", roles(json!([]))),
        ("/organization/users/user-bob/roles", through("role_4", "group_1")),
        ("/projects/proj_1/users/user-cyd/roles", roles(json!([]))),
        ("/projects/proj_1/users/user-bob/roles", through("role_12", "group_1")),
        ("/projects/proj_1/users/svc_1/roles", through("role_12", "group_2")),
    ] {
        let (api, old) = misled(&[(path, what)]);
        same_as_full(&api, &old);
    }
}

#[test]
fn reused_facts_are_as_old_as_their_first_reading() {
    let api = healthy();
    let old = older(&begin(&api), 3 * 86400);
    log_in(&api);
    let new = since(&api, &old).run().ends_with(0).stdout;
    assert!(!carried(&new).is_empty(), "nothing was taken over");
    let rule = "version: 1\nrules:\n  - id: asked\n    select: user\n    forbid: { holds: { scope: organization, role: No Such Role } }\n";
    let check = |max_age| {
        let run = offline().file("new.jsonl", &new).file("p.yaml", rule);
        run.args(["check", "p.yaml", "--snapshot", "new.jsonl", "--format", "json", "--max-age", max_age]).run()
    };
    check("4d").ends_with(0);
    let report = check("1d").ends_with(3);
    assert!(report.stdout.contains("which --since reused"), "{}", report.stdout);
}

#[test]
fn roles_without_a_known_source_are_read_again() {
    let item = json!({"id": "role_4", "assignment_sources": []});
    let (api, old) = misled(&[("/organization/users/user-bob/roles", What::AddItem(item))]);
    same_as_full(&api, &old);
}

#[test]
fn roles_of_the_same_id_in_another_organization_are_not_reused() {
    let api = healthy();
    let old = begin(&api);
    api.change(|org| {
        org.users[1].roles = vec!["role_2".to_owned()];
        org.users[1].added_at += 1;
    });
    log_in(&api);
    same_as_full(&api, &old);
}

#[test]
fn role_fields_that_only_assignments_have_are_reused_only_with_them() {
    let api = healthy();
    let old = begin(&api);
    log_in(&api);
    let keeper = |snapshot: &str| {
        let line = snapshot.lines().find(|line| line.starts_with(r#"{"role":{"id":"role_13""#));
        line.map(str::to_owned).expect("it is listed")
    };
    let new = same_as_full(&api, &old).snapshot;
    assert!(keeper(&new).contains(r#""created_at":1770000000,"updated_at":1770000001,"created_by":"user-ada""#));
    // No list shows this.
    api.change(|org| {
        org.projects[1].roles[0].updated_at = Some(1_770_000_009);
        note(org, now(), "role.updated", json!({"id": "role_13", "changes_requested": {"metadata": {}}}));
    });
    assert!(keeper(&same_as_full(&api, &old).snapshot).contains(r#""updated_at":1770000009"#));
    // Its last holder goes.
    api.change(|org| {
        org.projects[1].users[1].roles.clear();
        note_assignment(org, now(), false, "role_13", "user-dee");
    });
    assert!(!keeper(&same_as_full(&api, &old).snapshot).contains("created_at"));
}

#[test]
fn a_field_that_only_assignments_have_is_read_with_them() {
    let drop = |path: &str, field: &str| Fault {
        path: path.to_owned(),
        when: When::Always,
        what: What::DropField(field.to_owned()),
    };
    for field in ["name", "description", "resource_type", "predefined_role"] {
        let lists = ["/organization/roles", "/projects/*/roles"];
        let behaviour = || Behaviour { faults: lists.map(|path| drop(path, field)).to_vec(), ..Behaviour::default() };
        let api = api(behaviour());
        let old = fetch(&api).ends_with(0).stdout;
        log_in(&api);
        let run = rolelint(&api).file("old.jsonl", &old).args(["fetch", "-q", "--since", "old.jsonl", "-o", "-"]);
        assert_eq!(content(&run.run().ends_with(0).stdout), content(&fetch(&api).stdout), "{field}");
    }
}

#[test]
fn events_are_compared_by_the_clock_of_the_api() {
    // It is two hours behind this machine's.
    let date = SystemTime::now() - Duration::from_secs(7200);
    let date = Some(httpdate::fmt_http_date(date));
    let api = api(Behaviour { date, ..Behaviour::default() });
    let old = begin(&api);
    api.change(|org| {
        org.users[1].roles.push("role_4".to_owned());
        note_assignment(org, now() - 7200, true, "role_4", "user-bob");
    });
    log_in(&api);
    let new = since(&api, &old).run().ends_with(0);
    assert!(!new.stderr.contains("read anew"), "{}", new.stderr);
    assert_eq!(content(&new.stdout), content(&fetch(&api).stdout));
}

/// A fetch since this snapshot, of which an event names Dee, and during which this happens after an answer to a request
/// for that path.
fn meanwhile(old: &str, after: &str, change: fn(&mut Organization)) -> Ran {
    let turns = vec![Turn { after: after.to_owned(), change }];
    let api = api(Behaviour { turns, ..Behaviour::default() });
    let old = moved(old, &api);
    api.change(|org| note_assignment(org, now(), true, "role_9", "user-dee"));
    let ran = since(&api, &old).run().ends_with(0);
    // It can be read again.
    offline().stdin(ran.stdout.clone()).args(["check", "--snapshot", "-"]).run().ends_with(1);
    ran
}

#[test]
fn a_reused_role_may_be_deleted_during_collection() {
    let old = begin(&healthy());
    let ran = meanwhile(&old, "/organization/roles", |org| {
        org.roles.retain(|role| role.id != "role_1");
        org.roles.push(Role { id: "role_9".to_owned(), name: "New".to_owned(), ..Role::default() });
        org.users[3].roles.push("role_9".to_owned());
    });
    assert!(ran.stdout.contains(r#"{"role":{"id":"role_9","#));
    assert!(carried(&ran.stdout).iter().any(|(whom, _)| whom == "user_roles user-bob"));
}

#[test]
fn nothing_is_reused_for_a_user_who_leaves_during_collection() {
    let path = "/organization/users/user-bob/roles";
    let old = fetch(&faulty(peopled(now()), path, When::Always, What::Status(403))).ends_with(3).stdout;
    // Bob is asked about in the organization alone.
    let ran = meanwhile(&old, "/organization/users", |org| leave(org, "user-bob"));
    assert!(ran.stderr.contains("users: user-bob was removed during collection"), "{}", ran.stderr);
    assert!(!carried(&ran.stdout).iter().any(|(whom, _)| whom.contains("user-bob")));
}
