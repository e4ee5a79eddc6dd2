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
fn what_a_group_holds_is_its_own() {
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
fn the_way_to_a_grant_is_direct_a_group_or_membership() {
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
    let mut ways: Vec<Vec<&str>> = finding["paths"]
        .as_array()
        .expect("a list of paths")
        .iter()
        .map(|path| path.as_array().expect("a list of steps").iter().filter_map(|step| step["id"].as_str()).collect())
        .collect();
    ways.sort();
    assert_eq!(ways, [vec!["user-eve", "group_1", "role_1"], vec!["user-eve", "role_1"]]);
}

#[test]
fn without_sources_in_the_answers_nothing_but_the_way_is_lost() {
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
