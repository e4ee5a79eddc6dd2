//! Whole reports, as somebody sees them.

use crate::support::fake::{Behaviour, FakeApi, Fault, Organization, Role, What, When};
use crate::support::harness::{acme, faulty, rolelint};
use crate::support::small::{at, small};

/// The report of the rules in this text on an organization.
fn screen(api: &FakeApi, rules: &str, args: &[&str], exit: i32) -> String {
    let policy = format!("version: 1\nrules:\n{rules}");
    let ran = rolelint(api).check(&policy).args(args.iter().copied());
    ran.run().ends_with(exit).without_time()
}

fn healthy(organization: Organization) -> FakeApi {
    FakeApi::start(organization, Behaviour::default())
}

const WRITERS: &str = "  - id: nobody-writes-groups
    title: Somebody may change groups
    select: user
    forbid: { holds: { permission: api.groups.write } }
    rationale: Who changes groups gives themselves every role of theirs.
    remediation: Take the role away.
    severity: high
";

#[test]
fn a_permission_by_several_paths() {
    insta::assert_snapshot!(screen(&healthy(small()), WRITERS, &[], 1));
}

#[test]
fn the_same_with_quiet() {
    insta::assert_snapshot!(screen(&healthy(small()), WRITERS, &["-q"], 1));
}

#[test]
fn an_attribute_that_is_required() {
    let rule = "  - id: from-the-identity-provider\n    select: user\n    require: { is_scim_managed: true }\n";
    insta::assert_snapshot!(screen(&healthy(small()), rule, &[], 1));
}

#[test]
fn too_many_of_something() {
    let rule = "  - id: few-writers\n    select: user\n    where: { holds: { role: Writer } }\n    count: { max: 1 }\n";
    insta::assert_snapshot!(screen(&healthy(small()), rule, &[], 1));
}

#[test]
fn members_that_are_too_many_stand_below_their_number() {
    let rule = "  - id: small-groups\n    select: group\n    require: { members: { count: { max: 1 } } }\n";
    insta::assert_snapshot!(screen(&healthy(small()), rule, &[], 1));
}

#[test]
fn one_finding_has_ages_and_roles_of_one_name_have_ids() {
    let rules = "  - id: idle\n    select: user\n    where: { name: Cyd }\n    forbid: { api_key_last_used_at: { older_than: 90d } }
  - id: owners\n    select: role\n    where: { predefined_role: true }\n    require: { name: 'member*' }\n";
    let mut organization = small();
    let twin = Role { id: "role-api-project-owner".to_owned(), ..organization.roles[0].clone() };
    organization.roles.push(twin);
    insta::assert_snapshot!(screen(&healthy(organization), rules, &[], 1));
}

#[test]
fn a_key_that_is_refused_is_one_reason() {
    let api = faulty(small(), "**", When::Always, What::Status(401));
    let ran = rolelint(&api).args(["check", "--as-of", "2026-06-01"]).run().ends_with(3);
    insta::assert_snapshot!(ran.without_time().replace(&api.base_url(), "[api]"));
    assert_eq!(
        ran.stderr,
        "warning: nothing could be read: 401, Incorrect API key provided: ***. You can find your API key at https://platform.openai.com/account/api-keys\nhelp: check that the admin key is complete, is not revoked and belongs to this organization; an owner makes a new one at https://platform.openai.com/settings/organization/admin-keys\n"
    );
}

#[test]
fn a_base_url_that_leads_elsewhere_is_one_reason_although_the_api_repeats_each_path() {
    let api = acme();
    let elsewhere = format!("{}/more/v1", api.base_url().trim_end_matches("/v1"));
    let run = |command: &str| rolelint(&api).args([command, "--base-url", &elsewhere]).run().ends_with(3);
    let help = "help: your plan or key may not include this endpoint, or --base-url may be wrong; the Admin API is at https://api.openai.com/v1\n";
    let check = run("check");
    assert!(check.stdout.contains("\nnothing could be read: 404, Invalid URL (GET /more/v1…)\n"), "{}", check.stdout);
    assert!(check.stdout.lines().count() < 20, "{}", check.stdout);
    assert!(check.stderr.ends_with(help), "{}", check.stderr);
    let doctor = run("doctor");
    assert_eq!(doctor.stdout.matches("404").count(), 1, "{}", doctor.stdout);
    assert!(doctor.stdout.ends_with("\nno rule can be answered\n") && !doctor.stdout.contains("scope"));
    assert_eq!(doctor.stderr, help);
}

#[test]
fn the_owner_of_a_key_is_told_with_what_is_wrong_about_it() {
    let api = acme();
    let rules = "  - { id: a-person, select: api_key, where: { name: smoke-tests }, require: { owner: {} } }
  - { id: no-machine, select: api_key, where: { name: smoke-tests }, forbid: { service_account: {} } }
  - { id: approved, select: user, where: { role: owner }, exactly: { email: [amara.okafor@acme.example] } }
  - { id: described, select: role, where: { name: [Automation*, Fine*] }, require: { description: \"*?\" } }
  - { id: managed, select: group, where: { name: IT* }, require: { is_scim_managed: true } }\n";
    insta::assert_snapshot!(screen(&api, rules, &[], 1));
}

#[test]
fn what_stands_in_one_project_does_not_repeat_it_and_begins_with_the_oldest() {
    let rule = "  - { id: idle, select: api_key, forbid: { last_used_at: { older_than: 2d } } }\n";
    insta::assert_snapshot!(screen(&acme(), rule, &[], 1));
}

#[test]
fn the_long_report_has_the_ids_of_people_and_of_all_on_the_way() {
    let long = screen(&healthy(small()), WRITERS, &["-v"], 1);
    assert!(long.contains("cyd@partner.example (user-cyd) → group Ops (group_1) →"), "{long}");
    assert!(!screen(&healthy(small()), WRITERS, &[], 1).contains("user-cyd"));
}

#[test]
fn exactly_these_and_who_is_missing() {
    let rule = "  - id: the-owners\n    select: user\n    where: { holds: { role: owner, scope: organization } }
    exactly: { email: [bob@acme.example, x@acme.example, y@acme.example] }\n";
    insta::assert_snapshot!(screen(&healthy(small()), rule, &[], 1));
}

#[test]
fn two_roles_of_one_name() {
    let mut organization = small();
    let twin = Role { id: "role_9".to_owned(), created_at: Some(at("2026-01-11")), ..organization.roles[2].clone() };
    organization.roles.push(twin);
    organization.users[1].roles = vec!["role_9".to_owned()];
    insta::assert_snapshot!(screen(&healthy(organization), WRITERS, &[], 1));
}

#[test]
fn roles_that_the_key_may_not_read() {
    let api = faulty(small(), "/organization/users/*/roles", When::Always, What::Status(403));
    // One after the other: after some denials, the endpoint is not asked any more.
    insta::assert_snapshot!(screen(&api, WRITERS, &["--concurrency", "1"], 1));
}

#[test]
fn one_person_whose_roles_are_denied() {
    let api = faulty(small(), "/organization/users/user-cyd/roles", When::Always, What::Status(403));
    insta::assert_snapshot!(screen(&api, WRITERS, &[], 1));
}

#[test]
fn two_people_whose_roles_are_denied_lack_them_for_one_reason() {
    let denied = |who: &str| Fault {
        path: format!("/organization/users/user-{who}/roles"),
        when: When::Always,
        what: What::Status(403),
    };
    let faults = vec![denied("dee"), denied("bob")];
    let api = FakeApi::start(small(), Behaviour { faults, ..Behaviour::default() });
    insta::assert_snapshot!(screen(&api, WRITERS, &[], 1));
}

#[test]
fn rules_that_one_reason_keeps_from_an_answer_stand_together() {
    let rules = "  - { id: batches, select: user, forbid: { holds: { role: Blank } } }
  - { id: inviters, select: user, forbid: { holds: { permission: api.batch.write } } }
  - { id: grants, select: grant, where: { role: Toolbox, principal: user }, forbid: { via: direct } }\n";
    let api = faulty(small(), "/organization/users/*/roles", When::Always, What::Status(403));
    insta::assert_snapshot!(screen(&api, rules, &["--concurrency", "1"], 3));
}

#[test]
fn each_finding_is_an_item_with_its_own_paths_and_every_fact_stands_by_its_path() {
    let rules = "  - id: project-owners
    select: project
    require: { holders: { where: { role: owner, principal: user }, exactly: { user: { email: [amara.okafor@acme.example] } } } }
  - id: small-groups
    select: group
    require: { members: { count: { max: 3 } } }
  - id: long-idle-holders
    select: role
    where: { name: Key Custodian }
    forbid: { holders: { group: { members: { api_key_last_used_at: { older_than: 10d } } } } }
  - id: outsiders
    select: user
    where: { email: 'bilal.*' }
    forbid: { all: [{ holds: { role: owner } }, { groups: { members: { email: 'tomasz.*' } } }] }\n";
    insta::assert_snapshot!(screen(&acme(), rules, &[], 1));
}

#[test]
fn a_value_that_is_also_the_name_of_something_on_the_path_is_told() {
    let mut organization = small();
    let writer = organization.roles.iter_mut().find(|role| role.name == "Writer").expect("a writer");
    writer.description = Some("Ops".to_owned());
    let rule = "  - id: described-like-a-group\n    select: role\n    where: { name: Writer }
    forbid: { description: 'O*', holders: { group: Ops } }\n";
    let said = screen(&healthy(organization), rule, &[], 1);
    assert!(said.contains("group Ops → role Writer") && said.contains("description is Ops"), "{said}");
}

#[test]
fn nothing_found_and_nothing_selected() {
    let rules = "  - id: no-banned-user\n    select: user\n    forbid: { banned: true }
  - id: invitations-expire\n    select: invite\n    require: { status: pending }\n";
    insta::assert_snapshot!(screen(&healthy(small()), rules, &["-v"], 0));
}

#[test]
fn a_green_run() {
    let rule = "  - id: nobody-deletes\n    select: role\n    forbid: { permissions: api.everything.delete }\n";
    insta::assert_snapshot!(screen(&healthy(small()), rule, &[], 0));
}
