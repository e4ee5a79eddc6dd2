//! What the API answers: denials, failures, and lists that do not fit together.

use serde_json::json;

use super::{asked, ended, fault, fetch, holds, is_old, with, with_old};
use crate::faults::{Claim, Fetched, later, tiny};
use crate::support::fake::{Behaviour, FakeApi, KEY, Organization, What, When};
use crate::support::harness::{faulty, offline, text};

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
    // One that OpenAI made is no exception.
    let hidden = |id: &str, predefined: bool| {
        What::AddItem(json!({"id": id, "name": "super", "predefined_role": predefined, "permissions": ["api.none"]}))
    };
    for (collection, rule, path, list) in [
        ("roles", "roles", "/organization/users/user-bob/roles", "/organization/roles"),
        ("project_roles", "project-roles", "/projects/proj_1/users/user-bob/roles", "/projects/proj_1/roles"),
        ("project_roles", "project-roles", "/projects/proj_1/groups/group_1/roles", "/projects/proj_1/roles"),
    ] {
        for predefined in [true, false] {
            let api = with(vec![fault(path, When::Always, hidden("role-api-organization-super", predefined))]);
            let fetched = Fetched::new(&api, &[]);
            holds(claim, &fetched, collection);
            assert_eq!(asked(&api, list), 2, "{path}");
            assert_ne!(fetched.report().verdicts()[rule], "pass", "{path}");
        }
    }
}
