//! Lists that are missing as a whole, and answers about assignments that say less than they could.

use crate::support::fake::What;
use crate::support::small::{ask, ask_together, denied, with, without};

const BOB: &str = "/organization/users/user-bob/roles";

/// Bob's roles: Writer, and where it comes from.
fn bob_writes(sources: &str) -> What {
    let role = r#"{"id": "role_1", "name": "Writer", "predefined_role": false"#;
    What::Body(format!(r#"{{"data": [{role}{sources}}}], "has_more": false, "next": null}}"#))
}

#[test]
fn without_the_list_of_groups_anybody_may_be_in_a_group() {
    ask_together(
        &with(&[("/organization/groups", denied("api.groups.read"))]),
        &[
            // Of these two, the users' own roles tell that they are there.
            ("select: group\nforbid: {name: Ops}", "unknown group_1, group_2"),
            ("select: group\nforbid: {id: group_3}", "unknown"),
            ("select: group\nforbid: {holds: {role: Toolbox}}", "unknown group_1, group_2"),
            ("select: group\ncount: {max: 1}", "unknown organization"),
            ("select: group\ncount: {max: 2}", "unknown organization"),
            ("select: user\nforbid: {groups: {id: group_1}}", "unknown Ada, Bob, Cyd, Dee, Eve"),
            ("select: user\nforbid: {groups: {none: {}}}", "unknown Ada, Bob, Cyd, Dee, Eve"),
            ("select: user\nforbid: {holds: {role: Toolbox}}", "violation Cyd, Eve; unknown Ada, Bob, Dee"),
            (
                "select: user\nforbid: {holds: {role: Toolbox, via: {group: {id: group_1}}}}",
                "violation Cyd, Eve; unknown Ada, Bob, Dee",
            ),
            (
                "select: user\nforbid: {holds: {role: Toolbox, via: {group: {name: Ops}}}}",
                "unknown Ada, Bob, Cyd, Dee, Eve",
            ),
            ("select: user\nforbid: {holds: {role: Writer, via: direct}}", "violation Bob, Eve; unknown Ada, Cyd, Dee"),
            ("select: role\nforbid: {permissions: api.batch.read}", "violation Toolbox"),
            ("select: user\nforbid: {is_service_account: true}", "violation Dee"),
        ],
    );
}

#[test]
fn without_the_list_of_roles_an_assigned_role_may_still_exist() {
    let api = with(&[("/organization/roles", denied("api.roles.read"))]);
    ask_together(
        &api,
        &[
            ("select: user\nforbid: {holds: {permission: '*.write'}}", "violation Ada, Bob, Cyd, Eve"),
            ("select: role\nforbid: {permissions: '*.write'}", "unknown Toolbox, Writer, owner"),
            ("select: role\nforbid: {permissions: api.none}", "unknown"),
            ("select: role\ncount: {max: 5}", "unknown organization"),
            ("select: role\ncount: {max: 4}", "unknown organization"),
        ],
    );
    ask(&api, &[("select: role\nforbid: {permissions: '*.write'}", "unknown")]);
}

#[test]
fn if_no_response_has_permissions_every_question_about_them_is_unknown() {
    ask(
        &with(&[("**", without("permissions"))]),
        &[
            ("select: user\nforbid: {holds: {permission: api.none}}", "unknown Ada, Bob, Cyd, Dee, Eve"),
            ("select: user\nrequire: {holds: {permission: '*'}}", "unknown Ada, Bob, Cyd, Dee, Eve"),
            ("select: group\nforbid: {holds: {permission: api.none}}", "unknown Files, Ops"),
            ("select: user\nforbid: {holds: {role: owner}}", "violation Ada"),
            (
                "select: grant\nwhere: {principal: group}\nforbid: {permission: api.none}",
                "unknown Filer of Files, Toolbox of Ops, Writer of Ops",
            ),
        ],
    );
}

#[test]
fn an_assignment_without_permissions_takes_them_from_the_list_of_roles() {
    ask(
        &with(&[
            ("/organization/users/*/roles", without("permissions")),
            ("/organization/groups/*/roles", without("permissions")),
        ]),
        &[("select: user\nforbid: {holds: {permission: api.groups.write}}", "violation Ada, Bob, Cyd, Eve")],
    );
}

#[test]
fn assignment_sources_that_name_neither_the_user_nor_a_group_leave_via_unknown() {
    let stranger = r#", "assignment_sources": [{"principal_type": "organization_member", "principal_id": "om_1"}]"#;
    for sources in [r#", "assignment_sources": null"#, r#", "assignment_sources": []"#, stranger, ""] {
        ask(
            &with(&[(BOB, bob_writes(sources))]),
            &[
                // No group of his confers it, and all groups are known.
                ("select: user\nforbid: {holds: {role: Writer, via: direct}}", "violation Bob, Eve"),
                ("select: user\nforbid: {holds: {role: Writer, via: group}}", "violation Cyd, Eve"),
            ],
        );
    }
}

#[test]
fn anybody_may_be_in_a_source_group_that_is_not_listed() {
    let source = r#", "assignment_sources": [{"principal_type": "tenant_group", "principal_id": "group_9"}]"#;
    ask_together(
        &with(&[(BOB, bob_writes(source))]),
        &[
            ("select: user\nforbid: {holds: {role: Writer, via: direct}}", "violation Eve; unknown Ada, Bob, Cyd, Dee"),
            ("select: user\nforbid: {holds: {role: Writer, via: group}}", "violation Bob, Cyd, Eve; unknown Ada, Dee"),
            ("select: user\nforbid: {holds: {role: Blank}}", "unknown Ada, Bob, Cyd, Dee, Eve"),
            ("select: group\nforbid: {holds: {role: Filer}}", "violation Files; unknown group_9"),
            ("select: group\nforbid: {members: {none: {}}}", "violation Void; unknown group_9"),
            ("select: role\nforbid: {permissions: api.none}", "pass"),
        ],
    );
}
