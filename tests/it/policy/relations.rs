//! Rules that go from one thing to others: grants, groups, members, and the ways that lead to a grant.

use crate::support::fake::{Behaviour, FakeApi};
use crate::support::small::{ask, healthy, report, small};

#[test]
fn what_a_user_holds_is_direct_through_groups_and_implied_by_membership() {
    ask(
        &healthy(),
        &[
            ("select: user\nforbid: {holds: {permission: api.groups.write}}", "violation Ada, Bob, Cyd, Eve"),
            ("select: user\nforbid: {holds: {permission: api.files.read}}", "violation Cyd, Dee, Eve"),
            ("select: user\nforbid: {holds: {role: owner}}", "violation Ada"),
            ("select: user\nforbid: {holds: {role: role_4}}", "violation Cyd, Eve"),
            ("select: user\nforbid: {holds: {role: 'Tool*'}}", "violation Cyd, Eve"),
            ("select: user\nforbid: {holds: {role: {predefined_role: false}}}", "violation Bob, Cyd, Dee, Eve"),
            ("select: user\nforbid: {holds: {none: {role: {predefined_role: true}}}}", "violation Dee"),
            ("select: user\nrequire: {holds: {some: {permission: '*.write'}}}", "violation Dee"),
            ("select: user\nforbid: {holds: {every: {permission: '*.read'}}}", "violation Bob, Cyd, Dee, Eve"),
            ("select: user\nforbid: {holds: {every: {permission: {only: '*.read'}}}}", "violation Dee"),
            ("select: user\nforbid: {holds: {every: {permission: '*.write'}}}", "violation Ada"),
            ("select: user\nforbid: {holds: {count: {min: 3}}}", "violation Cyd, Eve"),
            ("select: user\nforbid: {holds: {count: 1}}", "violation Ada, Dee"),
            // A role held in two ways is one grant.
            ("select: user\nforbid: {holds: {where: {role: Writer}, count: {min: 2}}}", "pass"),
            ("select: user\nforbid: {holds: {where: {permission: '*.write'}, count: {min: 2}}}", "violation Cyd, Eve"),
            ("select: user\nforbid: {holds: {some: {role: Writer}, none: {role: Toolbox}}}", "violation Bob"),
            // One grant that has both, as against two grants that have one each.
            ("select: user\nforbid: {holds: {permission: {all: [api.groups.write, api.files.write]}}}", "pass"),
            (
                "select: user\nforbid: {all: [{holds: {permission: api.groups.write}}, {holds: {permission: api.files.write}}]}",
                "violation Cyd, Eve",
            ),
        ],
    );
}

#[test]
fn a_group_holds_only_its_own_grants() {
    ask(
        &healthy(),
        &[
            ("select: group\nforbid: {holds: {permission: '*.write'}}", "violation Ops"),
            ("select: group\nforbid: {holds: {none: {}}}", "violation Void"),
            ("select: group\nforbid: {holds: {every: {permission: '*.write'}}}", "violation Ops, Void"),
            ("select: group\nforbid: {holds: {count: 2}}", "violation Ops"),
            ("select: group\nforbid: {members: {none: {}}}", "violation Void"),
            ("select: group\nforbid: {members: {is_service_account: true}}", "violation Files"),
            ("select: group\nforbid: {members: {every: {email: '*@acme.example'}}}", "violation Void"),
            ("select: group\nforbid: {members: {where: {role: reader}, count: {min: 2}}}", "violation Ops"),
            ("select: group\nwhere: {is_scim_managed: false}\nforbid: {members: {count: {min: 1}}}", "violation Files"),
            (
                "select: group\nforbid: {members: {holds: {via: direct, role: {predefined_role: false}}}}",
                "violation Ops",
            ),
        ],
    );
}

#[test]
fn groups_of_a_user_and_holders_of_a_role_are_relations_too() {
    ask(
        &healthy(),
        &[
            ("select: user\nforbid: {groups: {name: Ops}}", "violation Cyd, Eve"),
            ("select: user\nforbid: {groups: {none: {}}}", "violation Ada, Bob"),
            ("select: user\nforbid: {groups: {is_scim_managed: false}}", "violation Dee"),
            ("select: role\nforbid: {holders: {none: {}}}", "violation Blank"),
            ("select: role\nforbid: {holders: {count: 0}}", "violation Blank"),
            ("select: role\nforbid: {holders: {principal: group}}", "violation Filer, Toolbox, Writer"),
            ("select: role\nforbid: {holders: {user: {email: ada@acme.example}}}", "violation owner"),
            ("select: role\nforbid: {holders: {user: Bob}}", "violation Writer, reader"),
            ("select: role\nforbid: {holders: {group: Ops}}", "violation Toolbox, Writer"),
            (
                "select: role\nforbid: {holders: {where: {principal: user}, count: {min: 3}}}",
                "violation Writer, reader",
            ),
            ("select: role\nforbid: {holders: {every: {via: membership}}}", "violation Blank, owner, reader"),
        ],
    );
}

#[test]
fn via_is_direct_a_group_or_membership() {
    ask(
        &healthy(),
        &[
            (
                "select: grant\nwhere: {principal: user, role: {predefined_role: false}}\nforbid: {via: direct}",
                "violation Writer of bob@acme.example, Writer of eve@acme.example",
            ),
            (
                "select: grant\nwhere: {principal: user}\nforbid: {via: group}",
                "violation Filer of Dee, Toolbox of cyd@partner.example, Toolbox of eve@acme.example, Writer of \
                 cyd@partner.example, Writer of eve@acme.example",
            ),
            (
                "select: grant\nforbid: {via: membership}",
                "violation owner of Ada@acme.example, reader of bob@acme.example, reader of cyd@partner.example, reader \
                 of eve@acme.example",
            ),
            (
                "select: grant\nwhere: {principal: user}\nforbid: {via: {group: {is_scim_managed: false}}}",
                "violation Filer of Dee",
            ),
            ("select: grant\nforbid: {all: [{via: direct}, {via: group}]}", "violation Writer of eve@acme.example"),
            ("select: grant\nforbid: {principal: group, via: direct, role: Toolbox}", "violation Toolbox of Ops"),
            ("select: grant\nforbid: {user: user-bob, role: Writer}", "violation Writer of bob@acme.example"),
            ("select: user\nforbid: {holds: {role: Writer, via: [direct, membership]}}", "violation Bob, Eve"),
            ("select: user\nforbid: {holds: {role: Writer, not: {via: direct}}}", "violation Cyd"),
            ("select: grant\nforbid: {scope: project}", "pass"),
        ],
    );
}

#[test]
fn every_path_to_a_grant_is_shown() {
    let report = report(&healthy(), &[("select: user\nwhere: {name: Eve}\nforbid: {holds: {role: Writer}}", "")]);
    let finding = report.findings().next().expect("Eve holds it");
    assert_eq!(report.paths(finding), ["user user-eve → group group_1 → role role_1", "user user-eve → role role_1"]);
}

#[test]
fn without_assignment_sources_only_via_is_unknown() {
    let api = FakeApi::start(small(), Behaviour { old_answers: true, ..Behaviour::default() });
    ask(
        &api,
        &[
            ("select: user\nforbid: {holds: {permission: api.groups.write}}", "violation Ada, Bob, Cyd, Eve"),
            ("select: user\nforbid: {holds: {none: {role: {predefined_role: true}}}}", "violation Dee"),
            ("select: role\nforbid: {holders: {count: 0}}", "violation Blank"),
            // No group confers it, so it must be Bob's own. Whether Eve's is, and Cyd's, nobody can tell.
            ("select: user\nforbid: {holds: {role: Writer, via: direct}}", "violation Bob; unknown Cyd, Eve"),
            ("select: user\nforbid: {holds: {role: Writer, via: group}}", "violation Cyd, Eve"),
        ],
    );
}

#[test]
fn a_predefined_role_is_recognized_by_its_id() {
    let mut organization = small();
    for role in organization.roles.iter_mut().filter(|role| role.predefined) {
        role.name = format!("Organization {}", role.name);
    }
    let impostor = organization.roles.iter_mut().find(|role| role.name == "Writer").expect("a custom role");
    impostor.name = "owner".to_owned();
    let api = FakeApi::start(organization, Behaviour::default());
    let owners = "select: user\nforbid: {holds: {scope: organization, role: ROLE}}";
    for role in [
        "owner",
        "Owner",
        "[owner, none-of-that-name]",
        "{id: role-api-organization-owner}",
        "{id: role-api-organization-owner__api-organization__org-123}",
        "role-api-organization-owner__api-organization__org-123",
    ] {
        let rule = owners.replace("ROLE", role);
        let report = report(&api, &[(rule.as_str(), "")]);
        assert_eq!(report.answer("rule-0"), "violation Ada", "{role}");
    }
    let by_name = report(&api, &[("select: user\nforbid: {holds: {role: {name: owner}}}", "")]).answer("rule-0");
    assert_ne!(by_name, "violation Ada", "the condition on the name finds the custom role of that name");
}

#[test]
fn a_permission_with_a_wildcard_or_an_odd_spelling_never_passes_silently() {
    for (permission, expected) in [
        ("*", "violation Writer"),
        ("api.groups.*", "violation Writer"),
        ("api.*.write", "violation Writer"),
        ("api.files.*", "pass"),
        ("api.groups.write ", "unknown Writer"),
        ("API.groups.write", "unknown Writer"),
        ("api.groups.wri?e", "unknown Writer"),
        ("api.groups.[rw]rite", "unknown Writer"),
        ("api.groups.{read,write}", "unknown Writer"),
        ("api.groups.write,api.roles.write", "unknown Writer"),
        ("api.roles.write; api.groups.write", "unknown Writer"),
        ("api.groups.wr\u{456}te", "unknown Writer"),
        ("api.files.{read,write}", "pass"),
    ] {
        let mut organization = small();
        for role in &mut organization.roles {
            role.permissions = if role.name == "Writer" { vec![permission.to_owned()] } else { Vec::new() };
        }
        let api = FakeApi::start(organization, Behaviour::default());
        let rule = "select: role\nwhere: {predefined_role: false}\nforbid: {permissions: api.groups.write}";
        let report = report(&api, &[(rule, "")]);
        assert_eq!(report.answer("rule-0"), expected, "{permission}");
        if let Some(unknown) = report.findings().find(|finding| finding["status"] == "unknown") {
            assert!(unknown["missing"].to_string().contains("its spelling does not make clear"), "{unknown}");
        }
    }
}
