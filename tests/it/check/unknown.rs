//! Where data are missing: what stays proven, what becomes unknown, and that unknown never turns into a pass.

use crate::support::fake::{Behaviour, FakeApi};
use crate::support::small::{Case, ask, ask_together, denied, report, small, with, without};

const BOB: &str = "/organization/users/user-bob/roles";

#[test]
fn if_a_users_roles_are_denied_only_rules_that_they_could_change_are_unknown() {
    ask(
        &with(&[(BOB, denied("api.roles.read"))]),
        &[
            ("select: role\nforbid: {permissions: api.groups.write}", "violation Writer, owner"),
            ("select: user\nforbid: {holds: {permission: api.groups.write}}", "violation Ada, Cyd, Eve; unknown Bob"),
            ("select: user\nforbid: {holds: {permission: api.batch.write}}", "unknown Bob"),
            // That Bob is a reader is known from the list of users.
            ("select: user\nforbid: {holds: {permission: api.roles.read}}", "violation Bob, Cyd, Eve"),
            ("select: user\nrequire: {holds: {permission: api.roles.read}}", "violation Ada, Dee"),
            ("select: user\nrequire: {holds: {permission: api.groups.write}}", "violation Dee; unknown Bob"),
            (
                "select: user\nforbid: {holds: {none: {permission: api.batch.write}}}",
                "violation Ada, Cyd, Dee, Eve; unknown Bob",
            ),
            ("select: user\nforbid: {holds: {every: {permission: '*.write'}}}", "violation Ada"),
            ("select: user\nforbid: {holds: {every: {role: reader}}}", "unknown Bob"),
            ("select: user\nforbid: {holds: {count: {max: 0}}}", "pass"),
            ("select: user\nforbid: {holds: {count: {min: 2}}}", "violation Cyd, Eve; unknown Bob"),
            ("select: user\nforbid: {holds: {count: {min: 1}}}", "violation Ada, Bob, Cyd, Dee, Eve"),
            ("select: user\nwhere: {name: Bob}\nforbid: {holds: {count: {max: 1}}}", "unknown Bob"),
            ("select: user\nwhere: {name: Ada}\nforbid: {holds: {permission: api.files.read}}", "pass"),
            ("select: user\nwhere: {name: Bob}\nforbid: {holds: {permission: api.files.read}}", "unknown Bob"),
            ("select: role\nforbid: {holders: {count: 0}}", "unknown Blank"),
            ("select: role\nrequire: {holders: {some: {}}}", "unknown Blank"),
            (
                "select: role\nforbid: {holders: {user: Bob}}",
                "violation reader; unknown Blank, Filer, Toolbox, Writer, owner",
            ),
            ("select: grant\nforbid: {role: Blank}", "unknown"),
            ("select: grant\nforbid: {role: owner}", "violation owner of Ada@acme.example"),
            ("select: group\nforbid: {holds: {permission: api.batch.write}}", "pass"),
            ("select: user\nforbid: {groups: {name: Void}}", "pass"),
        ],
    );
}

#[test]
fn all_any_and_not_combine_unknown_with_known_parts() {
    // Of Bob, `holds api.batch.write` is unknown; his name and mail are known.
    ask(
        &with(&[(BOB, denied("api.roles.read"))]),
        &[
            ("select: user\nforbid: {all: [{holds: {role: Blank}}, {name: Ada}]}", "pass"),
            ("select: user\nforbid: {all: [{holds: {role: Blank}}, {name: Bob}]}", "unknown Bob"),
            ("select: user\nforbid: {any: [{holds: {role: Blank}}, {name: Bob}]}", "violation Bob"),
            ("select: user\nforbid: {any: [{holds: {role: Blank}}, {name: Ada}]}", "violation Ada; unknown Bob"),
            ("select: user\nforbid: {not: {holds: {role: Blank}}}", "violation Ada, Cyd, Dee, Eve; unknown Bob"),
            ("select: user\nforbid: {not: {all: [{holds: {role: Blank}}, {name: Ada}]}, name: Bob}", "violation Bob"),
            ("select: user\nforbid: {not: {any: [{holds: {role: Blank}}, {email: 'bob@*'}]}, name: Bob}", "pass"),
            // It is one unknown twice, and yet: the logic does not look inside.
            (
                "select: user\nwhere: {name: Bob}\nforbid: {any: [{holds: {role: Blank}}, {holds: {every: {not: {role: Blank}}}}]}",
                "unknown Bob",
            ),
            ("select: user\nwhere: {holds: {role: Blank}}\nforbid: {name: Bob}", "unknown Bob"),
            ("select: user\nwhere: {holds: {role: Blank}}\nrequire: {name: Bob}", "vacuous"),
            ("select: user\nwhere: {holds: {role: Blank}}\ncount: {max: 0}", "unknown organization"),
            ("select: user\nwhere: {holds: {role: Blank}}\ncount: {max: 1}", "vacuous"),
            ("select: user\nwhere: {holds: {role: Blank}}\ncount: {min: 1}", "unknown organization"),
            ("select: user\nwhere: {holds: {role: Blank}}\ncount: {min: 2}", "violation organization"),
            ("select: user\nwhere: {holds: {role: Writer}}\ncount: {min: 3, max: 3}", "unknown organization"),
            ("select: user\nwhere: {holds: {role: Writer}}\ncount: {min: 2, max: 3}", "pass"),
            ("select: user\nwhere: {holds: {role: Writer}}\ncount: {max: 1}", "violation organization"),
            ("select: user\nwhere: {holds: {role: Writer}}\nexactly: {name: [Cyd, Eve]}", "unknown Bob"),
            ("select: user\nwhere: {holds: {role: Writer}}\nexactly: {name: [Bob, Cyd, Eve]}", "unknown organization"),
            ("select: user\nwhere: {holds: {role: Writer}}\nexactly: {name: [Eve]}", "violation Cyd; unknown Bob"),
            (
                "select: user\nwhere: {holds: {role: Writer}}\nexactly: {name: [Cyd, Eve, Dee]}",
                "violation organization; unknown Bob",
            ),
        ],
    );
}

#[test]
fn if_a_groups_members_are_denied_anybody_could_be_a_member() {
    ask(
        &with(&[("/organization/groups/group_2/users", denied("api.groups.read"))]),
        &[
            ("select: group\nforbid: {members: {is_service_account: true}}", "unknown Files"),
            ("select: group\nforbid: {members: {none: {}}}", "violation Void; unknown Files"),
            ("select: user\nforbid: {groups: {name: Files}}", "unknown Ada, Bob, Cyd, Dee, Eve"),
            ("select: user\nforbid: {groups: {name: Ops}}", "violation Cyd, Eve; unknown Ada, Bob, Dee"),
            ("select: user\nforbid: {holds: {role: Writer}}", "violation Bob, Cyd, Eve; unknown Ada, Dee"),
            ("select: user\nforbid: {holds: {role: {name: owner}}}", "violation Ada; unknown Bob, Cyd, Dee, Eve"),
            ("select: role\nforbid: {permissions: '*.write'}", "violation Toolbox, Writer, owner"),
            ("select: role\nforbid: {holders: {count: 0}}", "unknown Blank"),
        ],
    );
}

#[test]
fn if_a_groups_roles_are_denied_each_member_is_unknown() {
    ask(
        &with(&[("/organization/groups/group_1/roles", denied("api.roles.read"))]),
        &[
            ("select: group\nforbid: {holds: {permission: '*.write'}}", "unknown Ops"),
            // What Cyd and Eve hold through Ops is in the list of their own roles, too.
            ("select: user\nforbid: {holds: {role: Toolbox}}", "violation Cyd, Eve"),
            ("select: user\nforbid: {holds: {role: Blank}}", "unknown Cyd, Eve"),
            ("select: user\nwhere: {name: Ada}\nforbid: {holds: {role: Blank}}", "pass"),
        ],
    );
}

#[test]
fn a_field_that_the_api_left_out_is_unknown() {
    let table: [(&str, &str, &[Case]); 6] = [
        (
            "/organization/users",
            "is_scim_managed",
            &[
                ("select: user\nforbid: {is_scim_managed: false}", "unknown Ada, Bob, Cyd, Dee, Eve"),
                ("select: user\nrequire: {is_scim_managed: true}", "unknown Ada, Bob, Cyd, Dee, Eve"),
                ("select: user\nforbid: {is_scim_managed: false, name: Bob}", "unknown Bob"),
                ("select: user\nwhere: {is_scim_managed: false}\ncount: {max: 4}", "unknown organization"),
                ("select: user\nwhere: {is_scim_managed: false}\ncount: {max: 5}", "vacuous"),
                ("select: user\nwhere: {is_scim_managed: false}\nforbid: {name: Nobody}", "vacuous"),
                ("select: user\nforbid: {name: Nobody}", "pass"),
            ],
        ),
        (
            "/organization/users",
            "role",
            &[
                ("select: user\nwhere: {role: owner}\ncount: {max: 4}", "unknown organization"),
                (
                    "select: user\nwhere: {role: owner}\nexactly: {name: [Ada]}",
                    "unknown Bob, Cyd, Dee, Eve, organization",
                ),
                ("select: user\nforbid: {role: null}", "unknown Ada, Bob, Cyd, Dee, Eve"),
                // The predefined roles are assigned, too; what else the word implies is not known.
                ("select: user\nforbid: {holds: {role: owner}}", "violation Ada; unknown Bob, Cyd, Dee, Eve"),
            ],
        ),
        (
            "/organization/users",
            "api_key_last_used_at",
            &[
                ("select: user\nforbid: {api_key_last_used_at: null}", "unknown Ada, Bob, Cyd, Dee, Eve"),
                ("select: user\nforbid: {api_key_last_used_at: {older_than: 1d}}", "unknown Ada, Bob, Cyd, Dee, Eve"),
                ("select: user\nforbid: {not: {api_key_last_used_at: null}}", "unknown Ada, Bob, Cyd, Dee, Eve"),
            ],
        ),
        (
            "/organization/roles",
            "description",
            &[
                // The assignments describe the roles, too, but nobody holds Blank.
                (
                    "select: role\nforbid: {description: [null, ''], not: {holders: {user: Nobody}}}",
                    "violation Filer; unknown Blank",
                ),
                ("select: role\nforbid: {description: [null, ''], holders: {some: {}}}", "violation Filer"),
            ],
        ),
        (
            "/organization/roles",
            "permissions",
            &[
                (
                    "select: role\nforbid: {permissions: '*.write'}",
                    "unknown Blank, Filer, Toolbox, Writer, owner, reader",
                ),
                (
                    "select: role\nforbid: {permissions: {count: 0}}",
                    "unknown Blank, Filer, Toolbox, Writer, owner, reader",
                ),
                (
                    "select: role\nforbid: {not: {permissions: '*'}}",
                    "unknown Blank, Filer, Toolbox, Writer, owner, reader",
                ),
                (
                    "select: role\nrequire: {permissions: {only: api.none}}",
                    "unknown Blank, Filer, Toolbox, Writer, owner, reader",
                ),
                ("select: role\nforbid: {name: Nobody}", "pass"),
            ],
        ),
        (
            "/organization/groups",
            "name",
            &[
                ("select: group\nforbid: {name: Ops}", "unknown group_1, group_2, group_3"),
                ("select: user\nforbid: {groups: {name: Ops}}", "unknown Cyd, Dee, Eve"),
                ("select: user\nforbid: {groups: {id: group_1}}", "violation Cyd, Eve"),
            ],
        ),
    ];
    for (path, field, cases) in table {
        // One rule at a time, so that none is answered by what another made rolelint ask for.
        for case in cases {
            ask(&with(&[(path, without(field))]), std::slice::from_ref(case));
        }
    }
}

#[test]
fn missing_data_is_named_with_the_thing_and_the_field() {
    let api = with(&[("/organization/users", without("is_scim_managed"))]);
    let report = report(&api, &[("select: user\nwhere: {name: Bob}\nforbid: {is_scim_managed: false}", "")]);
    let finding = report.findings().next().expect("an unknown");
    assert_eq!(finding["status"], "unknown");
    assert_eq!(finding["subject"]["id"], "user-bob");
    let missing = finding["missing"].to_string();
    assert!(missing.contains("the API sent no `is_scim_managed`"), "{missing}");
    assert!(!report.is_complete());
}

#[test]
fn a_denied_list_proves_nothing() {
    let cases: [Case; 8] = [
        ("select: user\nforbid: {name: Nobody}", "unknown"),
        ("select: user\nwhere: {name: Nobody}\nforbid: {}", "unknown"),
        ("select: user\nallow_empty: true\nforbid: {}", "unknown"),
        ("select: user\ncount: {max: 100}", "unknown organization"),
        ("select: user\nwhere: {name: None}\ncount: {max: 0}", "unknown organization"),
        ("select: user\nexactly: {email: []}", "unknown"),
        ("select: user\nexactly: {email: [ada@acme.example]}", "unknown organization"),
        ("select: role\nforbid: {permissions: api.batch.write}", "pass"),
    ];
    ask(&with(&[("/organization/users", denied("api.management.read"))]), &cases);
}

#[test]
fn members_of_groups_are_known_even_if_the_list_of_users_is_denied() {
    ask_together(
        &with(&[("/organization/users", denied("api.management.read"))]),
        &[
            ("select: user\nforbid: {holds: {role: Toolbox}}", "violation Cyd, Eve; unknown Dee"),
            ("select: user\nforbid: {is_scim_managed: false}", "unknown Cyd, Dee, Eve"),
            ("select: role\nforbid: {holders: {count: 0}}", "unknown Blank, owner"),
            ("select: group\nforbid: {members: {none: {}}}", "violation Void"),
        ],
    );
}

#[test]
fn an_answer_does_not_depend_on_which_other_rules_are_checked() {
    // A group lists somebody whom the list of users does not have. Nothing is denied: both lists are whole.
    let mut organization = small();
    organization.groups[1].members.push("user-zoe".to_owned());
    let rules: [Case; 5] = [
        ("select: user\ncount: {max: 5}", ""),
        ("select: user\nforbid: {name: Nobody}", ""),
        ("select: user\nwhere: {role: owner}\ncount: {max: 1}", ""),
        ("select: role\ncount: {max: 6}", ""),
        ("select: user\nforbid: {holds: {role: Toolbox}}", ""),
    ];
    let api = FakeApi::start(organization, Behaviour::default());
    let together = report(&api, &rules);
    for (number, rule) in rules.iter().enumerate() {
        let alone = report(&api, &[*rule]).answer("rule-0");
        assert_eq!(alone, together.answer(&format!("rule-{number}")), "{}", rule.0);
    }
}
