//! Lists that cannot be as they were sent: empty ones that never are, and ones that others or their own pages contradict.

use serde_json::json;

use super::{asked, fault, holds, with};
use crate::faults::{Claim, Fetched, tiny};
use crate::support::fake::{Behaviour, FakeApi, InviteProject, User, What, When};

fn nothing() -> What {
    What::Body(json!({"data": [], "has_more": false, "next": null}).to_string())
}

pub fn no_project_roles(claim: &Claim) {
    let empty = || vec![fault("/projects/proj_2/roles", When::Always, nothing())];
    let fetched = Fetched::new(&with(empty()), &[]);
    holds(claim, &fetched, "project_roles");
    assert_eq!(fetched.report().verdicts()["project-roles"], "unknown");
    let gaps = fetched.record("project_roles")["gaps"].as_object().expect("gaps");
    assert_eq!(gaps.keys().collect::<Vec<_>>(), ["proj_2"]);
    assert!(fetched.ran.stderr.contains("project proj_2: the list of roles is empty"), "{}", fetched.ran.stderr);
    // What the API lists of an archived one, it does not say.
    let mut organization = tiny();
    organization.projects[1].archived = true;
    let api = FakeApi::start(organization, Behaviour { faults: empty(), ..Behaviour::default() });
    Fetched::new(&api, &[]).ran.ends_with(0);
}

pub fn invited_to_nowhere(claim: &Claim) {
    for (status, project, fine) in [
        ("pending", "proj_9", false),
        ("", "proj_9", false),
        ("pending", "proj_1", true),
        // The project may have been deleted since.
        ("accepted", "proj_9", true),
        ("expired", "proj_9", true),
    ] {
        let mut organization = tiny();
        status.clone_into(&mut organization.invites[0].status);
        organization.invites[0].projects = vec![InviteProject { id: project.to_owned(), role: "owner".to_owned() }];
        let fetched = Fetched::new(&FakeApi::start(organization, Behaviour::default()), &[]);
        if fine {
            fetched.ran.ends_with(0);
            continue;
        }
        holds(claim, &fetched, "projects");
        let said = "invitation invite_1 names project proj_9, which is missing from the list of projects";
        assert!(fetched.ran.stderr.contains(said), "{}", fetched.ran.stderr);
    }
}

pub fn users_in_projects(claim: &Claim) {
    let says = |user: &str, project: &str, role: &str| {
        let projects = json!({"object": "list", "data": [{"id": project, "name": "P", "role": role}, {"name": "?"}]});
        What::AddItem(json!({"id": user, "added_at": 0, "projects": projects}))
    };
    let list = "/organization/users";
    for (user, project, role, collection, said) in [
        ("user-eve", "proj_2", "owner", "project_users", "and that of project proj_2 disagree on user user-eve"),
        ("user-bob", "proj_2", "owner", "project_users", "and that of project proj_2 disagree on user user-bob"),
        ("user-eve", "proj_9", "owner", "projects", "the list of users names project proj_9, which is missing"),
        ("user-bob", "proj_9", "member", "projects", "the list of users names project proj_9, which is missing"),
        // He is there. What the role of such a project may be, nobody documents.
        ("user-bob", "proj_1", "Member", "", ""),
        ("user-bob", "proj_1", "owner", "", ""),
        // Owners of the organization need no place in a project, and service accounts have another list.
        ("user-ada", "proj_2", "owner", "", ""),
        ("svc_1", "proj_1", "member", "", ""),
        ("svc_1", "proj_2", "member", "project_users", "and that of project proj_2 disagree on user svc_1"),
    ] {
        // Bob is in the first project by way of a group as well.
        let mut organization = tiny();
        organization.projects[0].groups.clear();
        organization.users.push(User { id: "svc_1".to_owned(), is_service_account: true, ..User::default() });
        let faults = vec![fault(list, When::Always, says(user, project, role))];
        let api = FakeApi::start(organization, Behaviour { faults, ..Behaviour::default() });
        let fetched = Fetched::new(&api, &[]);
        let case = format!("{user} in {project} as {role}: {}", fetched.ran.stderr);
        if said.is_empty() {
            assert_eq!(fetched.ran.code, 0, "{case}");
        } else {
            holds(claim, &fetched, collection);
            assert!(fetched.ran.stderr.contains(said), "{case}");
        }
    }
    // Whoever is in one of the groups of a project need not be among its users.
    let mut organization = tiny();
    organization.projects[0].users.clear();
    let faults = vec![fault(list, When::Always, says("user-bob", "proj_1", "owner"))];
    let api = FakeApi::start(organization, Behaviour { faults, ..Behaviour::default() });
    Fetched::new(&api, &[]).ran.ends_with(0);
}

pub fn group_of_another_project(claim: &Claim) {
    let group = |project: &str| {
        let group = json!({"project_id": project, "group_id": "group_1", "group_name": "Ops", "created_at": 0});
        What::Body(json!({"data": [group], "has_more": false, "next": null}).to_string())
    };
    for (of, other, gaps) in [
        // The first project has that group, too.
        ("proj_2", "proj_1", &["proj_2"][..]),
        ("proj_1", "proj_2", &["proj_1", "proj_2"]),
        ("proj_1", "proj_9", &["proj_1"]),
    ] {
        let path = format!("/organization/projects/{of}/groups");
        let roles = fault("/projects/proj_2/groups/group_1/roles", When::Always, nothing());
        let fetched = Fetched::new(&with(vec![fault(&path, When::Always, group(other)), roles]), &[]);
        holds(claim, &fetched, "project_groups");
        let record = fetched.record("project_groups")["gaps"].as_object().expect("gaps");
        assert_eq!(record.keys().collect::<Vec<_>>(), gaps, "{of} {other}");
        assert!(fetched.ran.stderr.contains("says that it belongs to project"), "{}", fetched.ran.stderr);
    }
}

pub fn unknown_cursor(claim: &Claim) {
    let ada = json!({"data": [{"id": "user-ada", "role": "owner"}], "has_more": true, "last_id": "user-xyz"});
    let list = "/organization/users";
    let faults = vec![fault(list, When::First(1), What::Body(ada.to_string())), fault(list, When::First(1), nothing())];
    let api = with(faults);
    let fetched = Fetched::new(&api, &[]);
    holds(claim, &fetched, "users");
    assert_eq!(asked(&api, list), 3);
    assert!(fetched.ran.stderr.contains(" 2 users,"), "{}", fetched.ran.stderr);
}

pub fn fewer_than_promised(claim: &Claim) {
    let ada = json!({"data": [{"id": "user-ada"}], "has_more": true, "last_id": "user-ada"}).to_string();
    let role = json!({"id": "role_1", "name": "role_1", "predefined_role": false, "permissions": ["api.roles.read"]});
    let roles = json!({"data": [role], "has_more": true, "next": "cursor1"}).to_string();
    for (collection, path, first, then, times) in [
        ("users", "/organization/users", ada, nothing(), 2),
        ("user_roles", "/organization/users/user-bob/roles", roles.clone(), nothing(), 3),
        // The API may know no ids as cursors.
        ("user_roles", "/organization/users/user-bob/roles", roles, What::Status(400), 3),
    ] {
        let api = with(vec![
            fault(path, When::First(1), What::Body(first)),
            fault(path, When::First(1), nothing()),
            fault(path, When::Always, then),
        ]);
        let fetched = Fetched::new(&api, &[]);
        holds(claim, &fetched, collection);
        assert_eq!(asked(&api, path), times, "{path}");
        assert!(fetched.ran.stderr.contains("more items were promised than came"), "{}", fetched.ran.stderr);
    }
}
