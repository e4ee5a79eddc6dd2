//! Facts that stand between two things: since when somebody is in a project, as what somebody is invited to one, whose
//! a key is, and whether the list of users has somebody whom only a group or a project names.

use super::projects::{healthy, with};
use crate::support::fake::What;
use crate::support::small::{self, ask, denied, report, without};

#[test]
fn a_grant_says_since_when_its_holder_is_there() {
    ask(
        &healthy(),
        &[
            // In the organization since June 2025, in the projects since February 2026.
            (
                "select: grant\nwhere: {principal: user, scope: project, role: owner}\nforbid: {added_at: {older_than: 90d}}",
                "violation owner of Ada@acme.example in Production, owner of bob@acme.example in Staging",
            ),
            ("select: grant\nwhere: {principal: user, scope: project}\nforbid: {added_at: {older_than: 200d}}", "pass"),
            (
                "select: user\nwhere: {email: 'ada@*'}\nforbid: {holds: {scope: organization, added_at: {older_than: 200d}}}",
                "violation Ada",
            ),
            // Cyd and Eve are there through Ops alone.
            ("select: user\nforbid: {holds: {scope: project, added_at: null}}", "violation Cyd, Eve"),
            ("select: group\nforbid: {holds: {scope: project, added_at: {older_than: 90d}}}", "violation Ops"),
            (
                "select: service_account\nforbid: {holds: {scope: project, added_at: {before: 2026-02-02}}}",
                "violation Robot",
            ),
        ],
    );
}

#[test]
fn a_time_that_the_project_did_not_say_is_unknown() {
    let api = with(&[("/organization/projects/proj_1/users", without("added_at"))]);
    let report = report(
        &api,
        &[(
            "select: user\nwhere: {email: 'ada@*'}\nforbid: {holds: {scope: project, added_at: {older_than: 90d}}}",
            "",
        )],
    );
    assert_eq!(report.answer("rule-0"), "unknown Ada");
    let missing = report.findings().next().expect("a finding")["missing"].to_string();
    assert!(missing.contains("no `added_at` for Ada") && missing.contains("proj_1"), "{missing}");
}

#[test]
fn an_invitation_says_as_what_it_invites_to_projects() {
    let project = |role: &str| format!("select: invite\nforbid: {{project_roles: {role}}}");
    // The specification has no `null` there.
    let null = "{\"object\":\"list\",\"data\":[{\"id\":\"inv_1\",\"email\":\"x@acme.example\",\"role\":\"reader\",\"status\":\"pending\",\"created_at\":1780000000,\"projects\":[{\"id\":\"proj_1\",\"role\":null}]}],\"has_more\":false}";
    let api = small::with(&[("/organization/invites", What::Body(null.to_owned()))]);
    ask(
        &api,
        &[
            (&project("owner"), "unknown inv_1"),
            ("select: invite\nrequire: {project_roles: {only: [member]}}", "unknown inv_1"),
        ],
    );
    ask(
        &healthy(),
        &[
            (&project("Member"), "violation inv_2"),
            (&project("owner"), "pass"),
            (&project("{only: owner}"), "violation inv_1"),
            (&project("{count: {min: 1}}"), "violation inv_2"),
        ],
    );
    let api = with(&[("/organization/invites", without("projects"))]);
    ask(&api, &[(&project("owner"), "unknown inv_1, inv_2")]);
}

#[test]
fn a_key_says_what_owns_it() {
    ask(
        &healthy(),
        &[
            ("select: admin_api_key\nforbid: {owner_type: service_account}", "pass"),
            ("select: admin_api_key\nforbid: {owner_type: user}", "violation Legacy, Terraform"),
            ("select: api_key\nforbid: {owner_type: service_account}", "violation Robot's"),
        ],
    );
    let api = with(&[("/organization/admin_api_keys", without("owner"))]);
    ask(&api, &[("select: admin_api_key\nforbid: {owner_type: service_account}", "unknown Legacy, Terraform")]);
}

#[test]
fn somebody_whom_only_a_group_names_is_not_listed() {
    let listed = "select: user\nforbid: {listed: false}";
    ask(&small::healthy(), &[(listed, "pass")]);
    let stranger = "{\"object\":\"list\",\"data\":[{\"id\":\"user-zed\",\"name\":\"Zed\",\"email\":\"zed@else.example\"}],\
                    \"has_more\":false,\"next\":null}";
    let api = small::with(&[("/organization/groups/group_3/users", What::Body(stranger.to_owned()))]);
    ask(&api, &[(listed, "violation Zed"), ("select: user\nforbid: {listed: false, groups: {name: Ops}}", "pass")]);
    // Who may be in the rest of a list that broke off is unknown.
    let api = small::with(&[("/organization/groups/group_3/users", denied("api.groups.read"))]);
    ask(&api, &[(listed, "unknown")]);
}
