//! What in the data reads otherwise than it is stands in every report, once, whatever the rules ask.

use serde_json::{Value, json};

use crate::support::fake::{Behaviour, FakeApi, Group, Organization, Role, What};
use crate::support::harness::{acme, rolelint, text};
use crate::support::small::{small, with};

const RULE: &str = "version: 1\nrules:\n  - { id: asked, select: role, forbid: { permissions: api.groups.write } }\n  \
                    - { id: grouped, select: group, forbid: { members: { email: \"*@acme.example\" } } }\n";

fn oddities(api: &FakeApi, policy: &str) -> Vec<String> {
    let report = rolelint(api).check(policy).args(["--format", "json"]).run().json();
    report.0["oddities"].as_array().expect("a list").iter().map(|sentence| text(sentence).to_owned()).collect()
}

fn role(id: &str, name: &str, permissions: &[&str]) -> Role {
    Role {
        id: id.to_owned(),
        name: name.to_owned(),
        permissions: permissions.iter().map(|&permission| permission.to_owned()).collect(),
        ..Role::default()
    }
}

#[test]
fn permissions_with_wildcards_or_in_an_odd_spelling_are_named_once_for_each_role() {
    let odd = ["api.groups.*", "api.files.write ", "API.Batch.read", "api.roles\u{200b}.write", "api.\u{440}oles.read"];
    let mut org = small();
    org.roles.push(role("role_odd", "Odd", &odd));
    org.roles.push(role("role_all", "All", &["*"]));
    let api = FakeApi::start(org, Behaviour::default());
    let told = oddities(&api, RULE);
    let [all, one] = &told[..] else { panic!("{told:?}") };
    let (one, all) = if one.contains("role_odd") { (one, all) } else { (all, one) };
    for why in ["a wildcard", "a blank", "a capital letter", "a hidden character", "a character that is not ASCII"] {
        assert!(one.contains(&format!("({why})")), "{why}: {one}");
    }
    assert_eq!(all, "role All (role_all) has permissions in an odd spelling: `*` (a wildcard)");
    let said = rolelint(&api).check(RULE).run().stdout;
    assert_eq!(said.matches("has permissions in an odd spelling").count(), 2, "{said}");
    assert!(said.contains(r"api.roles\u{200b}.write"), "{said}");
}

#[test]
fn names_that_two_groups_or_roles_share_are_reported() {
    let org = Organization {
        groups: small()
            .groups
            .into_iter()
            .chain([Group { id: "group_9".to_owned(), name: "Ops".to_owned(), ..Group::default() }])
            .collect(),
        roles: small().roles.into_iter().chain([role("role_9", "Writer", &[])]).collect(),
        ..small()
    };
    let told = oddities(&FakeApi::start(org, Behaviour::default()), RULE);
    assert_eq!(
        told,
        [
            "2 roles are called `Writer`: role_1, role_9. A rule with this name means all of them",
            "2 groups are called `Ops`: group_1, group_9. A rule with this name means all of them",
        ]
    );
}

#[test]
fn an_unknown_value_of_the_api_is_reported_and_known_values_are_not() {
    let body: Value = json!({"object": "list", "has_more": false, "first_id": "inv_1", "last_id": "inv_1", "data": [{
        "object": "organization.invite", "id": "inv_1", "email": "fay@partner.example", "role": "owner", "status": "sent",
        "created_at": 1_790_000_000, "expires_at": 1_800_000_000, "accepted_at": null, "projects": [],
    }]});
    let api = with(&[("/organization/invites", What::Body(body.to_string()))]);
    let policy =
        "version: 1\nrules:\n  - { id: asked, select: invite, where: { status: pending }, forbid: { role: owner } }\n";
    let told = oddities(&api, policy);
    let [told] = &told[..] else { panic!("{told:?}") };
    assert!(told.contains("is `sent`, a value that rolelint does not know") && told.contains("`pending`"), "{told}");
    assert_eq!(oddities(&acme(), RULE), [""; 0]);
}
