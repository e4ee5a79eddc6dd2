//! What rules mean, on an organization that could all be read. Each row is a rule and its whole answer.

use crate::support::harness::offline;
use crate::support::small::{ask, healthy, report};

#[test]
fn select_and_where_narrow_what_is_checked() {
    ask(
        &healthy(),
        &[
            ("select: role\nforbid: {}", "violation Blank, Filer, Toolbox, Writer, owner, reader"),
            ("select: user\nforbid: {}", "violation Ada, Bob, Cyd, Dee, Eve"),
            ("select: group\nforbid: {}", "violation Files, Ops, Void"),
            ("select: role\nwhere: {predefined_role: true}\nforbid: {}", "violation owner, reader"),
            ("select: role\nwhere: {}\nforbid: {name: Filer}", "violation Filer"),
            ("select: role\nwhere: {predefined_role: false, name: '*r'}\nforbid: {}", "violation Filer, Writer"),
            ("select: role\nwhere: {name: Nobody}\nforbid: {}", "vacuous"),
            ("select: role\nwhere: {name: Nobody}\nrequire: {name: x}", "vacuous"),
            ("select: role\nwhere: {name: Nobody}\nallow_empty: true\nforbid: {}", "pass"),
        ],
    );
}

#[test]
fn a_text_is_compared_with_a_pattern_a_list_null_or_a_mapping() {
    ask(
        &healthy(),
        &[
            ("select: role\nforbid: {name: Writer}", "violation Writer"),
            ("select: role\nforbid: {name: writer}", "pass"),
            ("select: role\nforbid: {plain_name: writer}", "violation Writer"),
            ("select: role\nforbid: {plain_name: [toolbox, 'b*']}", "violation Blank, Toolbox"),
            ("select: role\nforbid: {name: 'W*'}", "violation Writer"),
            ("select: role\nforbid: {name: 'W?iter'}", "violation Writer"),
            ("select: role\nforbid: {name: '[A-C]*'}", "violation Blank"),
            ("select: role\nforbid: {name: '{Blank,Fil*}'}", "violation Blank, Filer"),
            ("select: role\nforbid: {name: Write}", "pass"),
            ("select: role\nforbid: {name: [Writer, Filer]}", "violation Filer, Writer"),
            ("select: role\nforbid: {description: null}", "violation Blank"),
            ("select: role\nforbid: {description: ''}", "violation Filer"),
            ("select: role\nforbid: {description: [null, '']}", "violation Blank, Filer"),
            ("select: role\nforbid: {description: '*'}", "violation Filer, Toolbox, Writer, owner, reader"),
            ("select: role\nforbid: {description: 'É*'}", "violation Toolbox"),
            ("select: role\nforbid: {name: {any: ['*er'], except: [Filer]}}", "violation Writer, owner, reader"),
            ("select: role\nforbid: {name: {except: '*er'}}", "violation Blank, Toolbox"),
            ("select: role\nforbid: {name: {regex: 'W.*|B.*'}}", "violation Blank, Writer"),
            ("select: role\nforbid: {name: {regex: 'rite'}}", "pass"),
            ("select: role\nforbid: {name: {any: '*er', regex: '[a-z]+'}}", "violation owner, reader"),
            ("select: user\nforbid: {email: ada@ACME.example}", "violation Ada"),
            ("select: user\nforbid: {email: {regex: 'ADA@.*'}}", "violation Ada"),
            ("select: user\nforbid: {id: USER-ADA}", "pass"),
            ("select: user\nforbid: {role: OWNER}", "violation Ada"),
            ("select: user\nforbid: {role: null}", "violation Dee"),
            ("select: user\nforbid: {email: null}", "violation Dee"),
            ("select: user\nrequire: {email: '*@acme.example'}", "violation Cyd, Dee"),
            ("select: role\nforbid: {scope: project}", "pass"),
            ("select: role\nwhere: {name: Writer}\nrequire: {scope: organization}", "pass"),
            ("select: role\nforbid: {resource_type: API.Organization, name: Blank}", "violation Blank"),
        ],
    );
}

#[test]
fn a_list_is_tested_with_any_all_only_none_or_count() {
    ask(
        &healthy(),
        &[
            ("select: role\nforbid: {permissions: api.groups.write}", "violation Writer, owner"),
            ("select: role\nforbid: {permissions: API.groups.write}", "pass"),
            ("select: role\nforbid: {permissions: 'api.*.write'}", "violation Toolbox, Writer, owner"),
            ("select: role\nforbid: {permissions: [api.batch.read, api.roles.read]}", "violation Toolbox, reader"),
            ("select: role\nforbid: {permissions: {any: ['*.write']}}", "violation Toolbox, Writer, owner"),
            ("select: role\nforbid: {permissions: {all: ['api.files.*', '*.write']}}", "violation Toolbox"),
            ("select: role\nforbid: {permissions: {all: '*.read'}}", "violation Filer, Toolbox, Writer, reader"),
            ("select: role\nforbid: {permissions: {only: '*.read'}}", "violation Blank, Filer, reader"),
            ("select: role\nforbid: {permissions: {only: []}}", "violation Blank"),
            ("select: role\nrequire: {permissions: {only: ['*.read']}}", "violation Toolbox, Writer, owner"),
            ("select: role\nrequire: {permissions: {none: '*.write'}}", "violation Toolbox, Writer, owner"),
            (
                "select: role\nforbid: {permissions: {any: '*.write', except: api.groups.write}}",
                "violation Toolbox, owner",
            ),
            (
                "select: role\nrequire: {permissions: {only: '*.read', except: api.groups.write}}",
                "violation Toolbox, owner",
            ),
            ("select: role\nforbid: {permissions: {count: {max: 0}}}", "violation Blank"),
            ("select: role\nforbid: {permissions: {count: {min: 3}}}", "violation Toolbox"),
            ("select: role\nforbid: {permissions: {count: 1}}", "violation Filer, reader"),
            (
                "select: role\nforbid: {permissions: {any: '*.read', count: {min: 1, max: 1}}}",
                "violation Filer, Writer, reader",
            ),
            ("select: role\nforbid: {permissions: {except: '*.read', count: {min: 2}}}", "violation owner"),
            ("select: role\nforbid: {permissions: {all: ['*.read'], none: ['*.write']}}", "violation Filer, reader"),
        ],
    );
}

#[test]
fn flags_and_times_compare_as_they_say() {
    ask(
        &healthy(),
        &[
            ("select: user\nforbid: {is_service_account: true}", "violation Dee"),
            ("select: user\nforbid: {is_service_account: false, is_scim_managed: false}", "violation Cyd"),
            ("select: user\nforbid: {enabled: false}", "pass"),
            ("select: user\nforbid: {banned: true}", "pass"),
            ("select: user\nforbid: {api_key_last_used_at: null}", "violation Bob"),
            ("select: user\nforbid: {api_key_last_used_at: {older_than: 90d}}", "violation Cyd"),
            // Dee used it 90 days before the moment that ages count from, to the second.
            ("select: user\nforbid: {api_key_last_used_at: {older_than: 89d}}", "violation Cyd, Dee"),
            ("select: user\nforbid: {api_key_last_used_at: {newer_than: 7d}}", "violation Ada"),
            ("select: user\nforbid: {api_key_last_used_at: {newer_than: 2d}}", "pass"),
            ("select: user\nforbid: {api_key_last_used_at: {before: 2026-01-01}}", "pass"),
            ("select: user\nforbid: {api_key_last_used_at: {before: '2026-01-01T00:00:01Z'}}", "violation Cyd"),
            ("select: user\nforbid: {api_key_last_used_at: {after: 2026-05-01}}", "violation Ada, Eve"),
            (
                "select: user\nforbid: {api_key_last_used_at: {after: 2026-01-31T00:00:00Z, before: 2026-05-30}}",
                "violation Dee, Eve",
            ),
            ("select: user\nrequire: {api_key_last_used_at: {newer_than: 90d}}", "violation Bob, Cyd, Dee"),
            ("select: group\nforbid: {created_at: {older_than: 1d}}", "violation Files, Ops, Void"),
            (
                "select: role\nforbid: {created_at: {after: 2026-01-10}}",
                "violation Filer, Toolbox, Writer; unknown Blank",
            ),
        ],
    );
}

#[test]
fn conditions_nest_with_all_any_and_not() {
    ask(
        &healthy(),
        &[
            ("select: role\nforbid: {all: [{name: '*r'}, {predefined_role: false}]}", "violation Filer, Writer"),
            (
                "select: role\nforbid: {any: [{name: Blank}, {permissions: '*.write'}]}",
                "violation Blank, Toolbox, Writer, owner",
            ),
            ("select: role\nforbid: {not: {permissions: '*'}}", "violation Blank"),
            ("select: role\nforbid: {not: {not: {name: Blank}}}", "violation Blank"),
            ("select: role\nforbid: {not: {any: [{predefined_role: true}, {name: '*r'}]}}", "violation Blank, Toolbox"),
            ("select: role\nforbid: {any: [{name: Blank}], predefined_role: true}", "pass"),
            ("select: user\nwhere: {not: {email: '*@acme.example'}}\nforbid: {}", "violation Cyd, Dee"),
        ],
    );
}

#[test]
fn count_and_exactly_are_about_everything_selected() {
    ask(
        &healthy(),
        &[
            ("select: user\nwhere: {role: owner}\ncount: {min: 1, max: 1}", "pass"),
            ("select: user\nwhere: {role: reader}\ncount: {max: 2}", "violation organization"),
            ("select: user\nwhere: {role: reader}\ncount: {min: 4}", "violation organization"),
            ("select: user\nwhere: {role: reader}\ncount: 3", "pass"),
            ("select: user\nwhere: {name: Nobody}\ncount: {max: 0}", "pass"),
            ("select: user\nwhere: {name: Nobody}\ncount: {min: 1}", "violation organization"),
            ("select: user\nwhere: {role: owner}\nexactly: {email: [ada@acme.example]}", "pass"),
            ("select: user\nwhere: {role: owner}\nexactly: {email: []}", "violation Ada"),
            ("select: user\nwhere: {role: owner}\nexactly: {email: [bob@acme.example]}", "violation Ada, organization"),
            ("select: user\nwhere: {role: owner}\nexactly: {id: [user-ada]}", "pass"),
            ("select: user\nwhere: {role: owner}\nexactly: {id: [USER-ADA]}", "violation Ada, organization"),
            // No globs: a star is a star.
            ("select: user\nwhere: {role: owner}\nexactly: {email: ['*']}", "violation Ada, organization"),
            ("select: user\nwhere: {is_service_account: true}\nexactly: {email: []}", "violation Dee"),
        ],
    );
}

#[test]
fn a_value_that_exactly_lists_twice_is_an_error() {
    let rule = "select: user, exactly: { email: [zoe@a.example, ZOE@a.example] }";
    let ran = offline().check(&format!("version: 1\nrules:\n  - {{ id: twice, {rule} }}\n")).run().ends_with(2);
    assert!(ran.stderr.contains("`ZOE@a.example` is in the list twice"), "{}", ran.stderr);
}

#[test]
fn a_count_that_is_out_of_bounds_is_one_violation_that_lists_everybody() {
    let report = report(&healthy(), &[("select: user\nwhere: {role: reader}\ncount: {max: 2}", "")]);
    let findings: Vec<_> = report.findings().collect();
    assert_eq!(findings.len(), 1);
    let listed: Vec<_> = findings[0]["evidence"].as_array().expect("a list").iter().map(|one| &one["value"]).collect();
    assert_eq!(listed, ["bob@acme.example", "cyd@partner.example", "eve@acme.example"]);
}
