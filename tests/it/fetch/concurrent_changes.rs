//! What changes while we read: whoever left is no part of the organization, whoever came is read too, and what still does
//! not fit together is unknown.

use serde_json::{Value, json};

use super::random_history::peopled;
use crate::support::fake::{Behaviour, FakeApi, Fault, Group, Organization, ProjectUser, Role, Turn, User, What, When};
use crate::support::harness::{Ran, rolelint, text};
use crate::support::small::leave;
use crate::support::small::without;

/// A fetch of an organization in which this happens after the first answer to a request for that path.
fn fetch(after: &str, change: fn(&mut Organization)) -> (FakeApi, Ran) {
    let turns = vec![Turn { after: after.to_owned(), change }];
    run(FakeApi::start(peopled(0), Behaviour { turns, ..Behaviour::default() }))
}

/// A fetch of an organization, all of which answers like this for ever.
fn fetch_where(faults: &[(&str, When, What)]) -> (FakeApi, Ran) {
    let fault =
        |(path, when, what): &(&str, When, What)| Fault { path: (*path).to_owned(), when: *when, what: what.clone() };
    let faults = faults.iter().map(fault).collect();
    run(FakeApi::start(peopled(0), Behaviour { faults, ..Behaviour::default() }))
}

/// One request at a time: what is asked first is answered first.
fn run(api: FakeApi) -> (FakeApi, Ran) {
    let ran = rolelint(&api).env("ROLELINT_CONCURRENCY", "1").args(["fetch", "-q", "-o", "-"]).run();
    (api, ran)
}

/// What the header says of a collection.
fn record(ran: &Ran, collection: &str) -> Value {
    let header: Value = serde_json::from_str(ran.stdout.lines().next().expect("a header")).expect("JSON");
    header["rolelint"]["coverage"][collection].clone()
}

/// Everything but the header.
fn content(ran: &Ran) -> &str {
    ran.stdout.split_once('\n').expect("a header").1
}

fn asked(api: &FakeApi, path: &str) -> usize {
    api.requests().iter().filter(|request| request.path == format!("/v1{path}")).count()
}

/// How somebody leaves; who is missed then, by which list; and where that list is.
type Leaving = (&'static str, fn(&mut Organization), &'static str, &'static str, &'static str);

const LEAVING: [Leaving; 6] = [
    ("/organization/users", |org| leave(org, "user-cyd"), "user-cyd", "users", "/organization/users"),
    ("/organization/groups", |org| leave(org, "group_2"), "group_2", "groups", "/organization/groups"),
    (
        "/organization/projects",
        |org| org.projects.retain(|project| project.id != "proj_2"),
        "proj_2",
        "projects",
        "/organization/projects",
    ),
    (
        "/organization/projects/proj_1/users",
        |org| org.projects[0].users.retain(|user| user.id != "user-bob"),
        "proj_1/user-bob",
        "project_users",
        "/organization/projects/proj_1/users",
    ),
    (
        "/organization/projects/proj_1/groups",
        |org| org.projects[0].groups.retain(|group| group.id != "group_2"),
        "proj_1/group_2",
        "project_groups",
        "/organization/projects/proj_1/groups",
    ),
    (
        "/organization/projects/proj_1/service_accounts",
        |org| org.projects[0].service_accounts.retain(|account| account.id != "svc_1"),
        "proj_1/svc_1",
        "service_accounts",
        "/organization/projects/proj_1/service_accounts",
    ),
];

#[test]
fn a_user_missing_from_the_list_but_still_in_a_group_is_not_gone() {
    let (_, ran) = fetch("/organization/users", |org| org.users.retain(|user| user.id != "user-cyd"));
    let ran = ran.ends_with(3);
    assert!(record(&ran, "users")["gone"].is_null(), "{}", ran.stdout);
}

#[test]
fn a_user_who_leaves_during_collection_is_recorded_as_gone_and_appears_nowhere_else() {
    for (after, change, who, collection, list) in LEAVING {
        let (api, ran) = fetch(after, change);
        let ran = ran.ends_with(0);
        assert_eq!(record(&ran, collection)["gone"], json!([who]));
        assert!(
            ran.stderr.contains(&format!("warning: {collection}: {who} was removed during collection")),
            "{}",
            ran.stderr
        );
        assert_eq!(asked(&api, list), 2, "{list}");
        // From now on everybody agrees that it has left: the content is that of an organization without it.
        api.change(|organization| {
            organization.groups.iter_mut().for_each(|group| group.members.retain(|member| member != who));
            organization.projects.iter_mut().for_each(|project| {
                project.groups.retain(|group| group.id != who);
                project.users.retain(|user| user.id != who);
            });
        });
        let (_, after) = run(api);
        // Keys of a project that is gone may still be among the admin keys.
        let alike = |ran: &Ran| {
            let (records, _end) = content(ran).rsplit_once("{\"end\"").expect("an end");
            records.replace(",\"told_apart\":false", "")
        };
        assert_eq!(alike(&ran), alike(&after.ends_with(0)), "{who}");
    }
}

#[test]
fn a_project_archived_during_collection_has_no_missing_users() {
    let change: fn(&mut Organization) = |org| {
        (org.projects[0].archived, org.projects[0].archived_at) = (true, Some(1));
        org.projects[0].users.clear();
    };
    // Before its people are asked for, or between one kind of them and the other.
    for after in ["/organization/projects", "/organization/projects/proj_1/users"] {
        let (api, ran) = fetch(after, change);
        let ran = ran.ends_with(0);
        assert_eq!(ran.stderr, "");
        assert_eq!(asked(&api, "/organization/projects"), 2);
        let (_, after) = run(api);
        assert_eq!(content(&ran), content(&after.ends_with(0)));
    }
}

#[test]
fn an_active_project_that_refuses_its_users_is_a_gap() {
    let path = "/organization/projects/proj_1/users";
    let (api, ran) = fetch_where(&[(path, When::Always, What::Status(400))]);
    let record = record(&ran.ends_with(3), "project_users");
    assert!(text(&record["gaps"]["proj_1"]["message"]).contains(": 400"), "{record}");
    assert_eq!(asked(&api, "/organization/projects"), 2);
}

#[test]
fn a_user_who_is_listed_but_not_found_is_a_gap() {
    let cases = [
        ("/organization/users/user-cyd/roles", "user_roles", "user-cyd", "/organization/users"),
        ("/organization/groups/group_2/roles", "group_roles", "group_2", "/organization/groups"),
        ("/organization/groups/group_2/users", "group_members", "group_2", "/organization/groups"),
        ("/organization/projects/proj_2/users", "project_users", "proj_2", "/organization/projects"),
        ("/organization/projects/proj_2/groups", "project_groups", "proj_2", "/organization/projects"),
        ("/organization/projects/proj_2/service_accounts", "service_accounts", "proj_2", "/organization/projects"),
        ("/organization/projects/proj_2/api_keys", "api_keys", "proj_2", "/organization/projects"),
        ("/projects/proj_2/roles", "project_roles", "proj_2", "/organization/projects"),
        (
            "/projects/proj_1/users/user-bob/roles",
            "project_user_roles",
            "proj_1/user-bob",
            "/organization/projects/proj_1/users",
        ),
        (
            "/projects/proj_1/groups/group_2/roles",
            "project_group_roles",
            "proj_1/group_2",
            "/organization/projects/proj_1/groups",
        ),
        (
            "/projects/proj_1/users/svc_1/roles",
            "service_account_roles",
            "proj_1/svc_1",
            "/organization/projects/proj_1/service_accounts",
        ),
    ];
    for (path, collection, who, list) in cases {
        let (api, ran) = fetch_where(&[(path, When::Always, What::Status(404))]);
        let ran = ran.ends_with(3);
        let record = record(&ran, collection);
        assert!(text(&record["gaps"][who]["message"]).starts_with(&format!("GET {path}: 404")), "{record}");
        assert!(!ran.stdout.contains("\"gone\""), "{path}");
        assert_eq!(asked(&api, list), 2, "{path}");
    }
}

#[test]
fn new_groups_and_roles_are_found_by_reading_the_list_once_more() {
    fn role(id: &str) -> Role {
        Role { id: id.to_owned(), name: "New".to_owned(), ..Role::default() }
    }
    type Case = (&'static str, &'static str, fn(&mut Organization), &'static str);
    // The list, what it lacks at its first reading although somebody has it by then, and its record.
    let cases: [Case; 3] = [
        (
            "/organization/roles",
            "role_9",
            |org| {
                org.roles.push(role("role_9"));
                org.users[1].roles.push("role_9".to_owned());
            },
            r#"{"role":{"id":"role_9","#,
        ),
        (
            "/organization/groups",
            "group_9",
            |org| {
                let (roles, members) = (vec!["role_4".to_owned()], vec!["user-bob".to_owned()]);
                org.groups.push(Group { id: "group_9".to_owned(), roles, members, ..Group::default() });
            },
            r#"{"group":{"id":"group_9","#,
        ),
        (
            "/projects/proj_1/roles",
            "role_19",
            |org| {
                org.projects[0].roles.push(role("role_19"));
                org.projects[0].users[1].roles.push("role_19".to_owned());
            },
            r#"{"role":{"id":"role_19","#,
        ),
    ];
    for (list, new, change, line) in cases {
        let mut organization = peopled(0);
        change(&mut organization);
        let faults = vec![Fault { path: list.to_owned(), when: When::First(1), what: What::DropItem(new) }];
        let (api, ran) = run(FakeApi::start(organization, Behaviour { faults, ..Behaviour::default() }));
        let ran = ran.ends_with(0);
        assert_eq!(asked(&api, list), 2, "{list}");
        assert!(ran.stdout.contains(line), "{list}");
        assert_eq!(ran.stderr, "");
        // The same as when it had been there from the beginning.
        api.heal();
        let (_, after) = run(api);
        assert_eq!(content(&ran), content(&after.ends_with(0)), "{list}");
    }
}

#[test]
fn the_roles_of_a_user_who_joins_a_project_during_collection_are_requested() {
    let (_, ran) = fetch("/organization/users", |org| {
        org.users.push(User { id: "user-new".to_owned(), roles: vec!["role_4".to_owned()], ..User::default() });
        org.projects[0].users.push(ProjectUser { id: "user-new".to_owned(), ..ProjectUser::default() });
    });
    let ran = ran.ends_with(0);
    let user = ran.stdout.lines().find(|line| line.starts_with(r#"{"user":{"id":"user-new""#)).expect("there");
    assert!(user.contains(r#""held":{"direct":["role_4"]}"#), "{user}");
}

/// A role that somebody holds, as an item of a list, maybe through a group.
fn held(id: &str, group: Option<&str>) -> What {
    let sources = group.map(|group| json!([{"principal_id": group, "principal_type": "group"}]));
    What::AddItem(json!({
        "id": id,
        "name": "Toolbox",
        "permissions": ["api.files.read", "api.files.write", "api.batch.read"],
        "predefined_role": false,
        "assignment_sources": sources,
    }))
}

#[test]
fn a_group_or_role_that_stays_unlisted_makes_the_list_incomplete_after_two_readings() {
    let cases = [
        ("/organization/users/user-bob/roles", held("role_99", None), "/organization/roles", "roles", "role_99"),
        ("/organization/groups/group_2/roles", held("role_99", None), "/organization/roles", "roles", "role_99"),
        (
            "/organization/users/user-bob/roles",
            held("role_4", Some("group_99")),
            "/organization/groups",
            "groups",
            "group_99",
        ),
        (
            "/projects/proj_1/users/user-bob/roles",
            held("role_99", None),
            "/projects/proj_1/roles",
            "project_roles",
            "role_99",
        ),
        (
            "/projects/proj_1/users/svc_1/roles",
            held("role_99", None),
            "/projects/proj_1/roles",
            "project_roles",
            "role_99",
        ),
    ];
    for (path, what, list, collection, id) in cases {
        let (api, ran) = fetch_where(&[(path, When::Always, what)]);
        let ran = ran.ends_with(3);
        assert_eq!(asked(&api, list), 2, "{path}");
        let record = record(&ran, collection);
        let failure = if collection == "project_roles" { &record["gaps"]["proj_1"] } else { &record["cut"] };
        assert!(text(&failure["message"]).contains(id), "{path}: {record}");
        assert!(ran.stderr.contains(&format!("warning: {collection} partial: ")), "{}", ran.stderr);
        // No other list was read again.
        let lists = ["/organization/users", "/organization/projects", "/projects/proj_2/roles"];
        assert!(lists.iter().all(|list| asked(&api, list) == 1), "{path}");
    }
}

#[test]
fn a_second_reading_that_fails_removes_nothing() {
    let path = "/organization/users/user-bob/roles";
    let (api, ran) = fetch_where(&[
        (path, When::Always, held("role_99", None)),
        ("/organization/roles", When::After(1), What::Status(403)),
        ("/projects/*/users/user-bob/roles", When::Always, held("role_98", None)),
        ("/projects/*/roles", When::After(3), What::Status(403)),
    ]);
    let ran = ran.ends_with(3);
    assert_eq!(asked(&api, "/organization/roles"), 2);
    let (_, whole) = fetch_where(&[]);
    let lists = |ran: &Ran| {
        let lines = ran.stdout.lines().filter(|line| line.starts_with(r#"{"role":"#) && !line.contains("role_9"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(lists(&ran), lists(&whole));
    assert!(text(&record(&ran, "roles")["cut"]["message"]).contains("role_99"));
}

#[test]
fn two_responses_that_disagree_on_a_membership_give_a_warning() {
    let bob = "/organization/users/user-bob/roles";
    let (_, ran) = fetch_where(&[(bob, When::Always, held("role_4", Some("group_1")))]);
    let ran = ran.ends_with(0);
    let said = "the API reports that user user-bob holds role Toolbox through group Ops, but that group does not list the user";
    assert!(ran.stderr.contains(said), "{}", ran.stderr);

    let nothing = What::Body(json!({"data": [], "has_more": false}).to_string());
    let (_, ran) = fetch_where(&[("/organization/users/user-dee/roles", When::Always, nothing)]);
    let ran = ran.ends_with(0);
    let said = "user user-dee is a member of group Files, which holds role Filer; the API's list of the user's roles does not include it";
    assert!(ran.stderr.contains(said), "{}", ran.stderr);

    // Where the API does not say where roles come from, there is but one view.
    let (_, ran) = fetch_where(&[("/organization/users/*/roles", When::Always, without("assignment_sources"))]);
    assert_eq!(ran.ends_with(0).stderr, "");
}
