//! What the built-in rules say of ACME: each of its sins, and nothing else.

use std::collections::BTreeMap;

use crate::support::harness::{Json, acme, rolelint};

fn recommended(args: &[&str]) -> Json {
    recommended_as_of("2026-06-01", args)
}

fn recommended_as_of(as_of: &str, args: &[&str]) -> Json {
    let api = acme();
    let run = rolelint(&api).args(["check", "--as-of", as_of, "--format", "json"]);
    run.args(args.iter().copied()).run().ends_with(1).json()
}

#[test]
fn every_planted_mistake_is_found_and_nothing_else() {
    let report = recommended(&[]);
    let found: BTreeMap<&str, String> = report.verdicts().into_keys().map(|rule| (rule, report.answer(rule))).collect();
    let owners = "Amara Okafor, Daniel Whitfield, Henrik Lindqvist, Priya Raman, Tomasz Zieliński";
    let expected = [
        ("admin-key-never-expires", "violation infrastructure-as-code"),
        ("admin-key-of-no-owner", "pass"),
        ("admin-key-unused", "violation break-glass"),
        ("api-key-in-archived-project", "violation hackathon-demo"),
        ("api-key-of-somebody-without-access", "violation ingrid-incident-0917"),
        ("api-key-unused", "violation bootstrap, hackathon-demo, ingrid-incident-0917, yuki-scratch"),
        (
            "contractor-holds-write-permission",
            "violation Bilal Haddad, Inês Carvalho, Mei-Ling Chen, Tomasz Zieliński, Yusuf Demir",
        ),
        ("contractor-owns-a-project", "violation Bilal Haddad, Tomasz Zieliński"),
        (
            "contractor-privileged-in-a-project",
            "violation Bilal Haddad, Inês Carvalho, Mei-Ling Chen, Tomasz Zieliński, Yusuf Demir",
        ),
        ("custom-role-administers-the-organization", "violation Workspace Operations"),
        (
            "custom-role-granted-to-a-user",
            "violation API Group Manager of emily.carter@acme.example, Automation Provisioner of arjun.nair@acme.example",
        ),
        ("custom-role-grants-groups-write", "violation API Group Manager"),
        ("custom-role-grants-roles-write", "violation Access Administrator"),
        ("custom-role-makes-service-accounts", "violation Automation Provisioner, Integration Automation"),
        ("custom-role-mints-api-keys", "violation Key Custodian, Release Key Manager"),
        ("custom-role-named-like-a-predefined-one", "pass"),
        ("custom-role-nobody-holds", "violation Fine-tuning Pilot"),
        ("custom-role-with-too-many-permissions", "violation Machine Learning Engineer"),
        ("custom-role-without-description", "violation Automation Provisioner, Fine-tuning Pilot"),
        ("groups-and-keys-in-one-hand", "violation Aisha Rahman"),
        ("owner-not-on-the-list", &format!("violation {owners}")),
        ("pending-invite-makes-an-owner", "violation invite-01J1F8INVITE03"),
        ("privileged-but-inactive", "violation Henrik Lindqvist, Ingrid Solberg"),
        ("privileged-group-outside-scim", "violation IT Operations"),
        ("service-account-owns-a-project", "violation release-bot"),
        ("too-few-owners", "pass"),
        ("too-many-owners", "violation organization"),
    ];
    assert_eq!(found, expected.map(|(rule, answer)| (rule, answer.to_owned())).into());
    assert!(report.is_complete());
}

#[test]
fn once_the_owners_are_named_only_the_contractor_is_not_on_the_list() {
    let owners = "owners=[amara.okafor@acme.example, henrik.lindqvist@acme.example, PRIYA.RAMAN@acme.example, \
                  daniel.whitfield@acme.example]";
    let report = recommended(&["--param", owners]);
    assert_eq!(report.answer("owner-not-on-the-list"), "violation Tomasz Zieliński");
}

#[test]
fn the_toxic_pair_is_proven_by_both_paths() {
    let report = recommended(&["--only", "groups-and-keys-in-one-hand"]);
    let paths = report.paths(report.findings().next().expect("Aisha"));
    assert_eq!(
        paths,
        [
            "user user-01J1F8USER12 → group group_01J1F8GROUP01 → role role_01J1F8ROLE01 → permission api.groups.write",
            "user user-01J1F8USER12 → group group_01J1F8GROUP04 → role role_01J1F8ROLE04 → permission \
             api.organization.projects.api_keys.write",
        ]
    );
}

#[test]
fn ages_count_from_as_of() {
    let rule = "privileged-but-inactive";
    let inactive = |as_of| recommended_as_of(as_of, &["--only", rule]).answer(rule);
    assert_eq!(inactive("2025-12-10"), "violation Henrik Lindqvist");
    assert_eq!(inactive("2026-03-09T15:20:00Z"), "violation Henrik Lindqvist");
    assert_eq!(inactive("2026-03-09T15:20:01Z"), "violation Henrik Lindqvist, Ingrid Solberg");
}

#[test]
fn a_finding_reads_as_a_path_under_the_words_of_the_policy() {
    let api = acme();
    let run = rolelint(&api).args(["check", "--as-of", "2026-06-01", "-v", "--only", "privileged-group-outside-scim"]);
    insta::assert_snapshot!(run.run().ends_with(1).without_time());
}

#[test]
fn the_built_in_rules_take_one_request_for_each_list_and_each_principal() {
    let api = acme();
    rolelint(&api).args(["check"]).run().ends_with(1);
    let mut requests: Vec<String> =
        api.requests().into_iter().map(|request| format!("{}?{}", request.path, request.query)).collect();
    let total = requests.len();
    requests.sort();
    requests.dedup();
    assert_eq!(requests.len(), total, "a request was made twice");
    // Six lists, the roles of 41 users, roles and members of 8 groups, users, groups, roles, service accounts and keys of
    // 6 projects, the roles of 5 groups, 5 contractors and 5 service accounts in them.
    assert_eq!(total, 6 + 41 + 2 * 8 + 5 * 6 + 5 + 5 + 5);
}
