//! What a newcomer wanted to forbid after reading the documentation once: each is a rule that loads, and finds in the demo
//! organization what it should. What cannot be a rule is here, too, with what rolelint says about it.

use crate::support::harness::{Json, acme, offline, rolelint, text};

const POLICY: &str = include_str!("wanted/policy.yaml");

/// Each rule with what it finds, by name. Addresses are shortened.
const FINDINGS: &[(&str, &str)] = &[
    ("role-held-by-another-than-a-group", "API Group Manager, Automation Provisioner"),
    (
        "custom-role-granted-to-a-person",
        "API Group Manager of emily.carter, Automation Provisioner of arjun.nair, \
         Evaluation Runner of yuki.tanaka in Data Science, \
         Release Key Manager of aisha.rahman in Production",
    ),
    ("contractor-owns-a-project", "bilal.haddad@contractor, tomasz.zielinski@contractor"),
    ("service-account-is-an-owner", "release-bot"),
    ("project-with-fewer-than-two-owners", "Data Science, Partner Integration"),
    ("custom-role-held-directly-in-the-organization", "arjun.nair, emily.carter"),
    (
        "description-without-a-ticket",
        "API Group Manager, Access Administrator, Auditor, Automation Provisioner, Contractor Toolkit, \
         Cost Analyst, Fine-tuning Pilot, Key Custodian, Machine Learning Engineer, Workspace Operations",
    ),
    ("admin-key-older-than-90-days", "break-glass, infrastructure-as-code"),
    (
        "groups-and-keys-in-one-hand",
        "aisha.rahman, arjun.nair, bilal.haddad@contractor, elena.petrova, jiwoo.park, kenji.watanabe, \
         lea.fontaine, lukas.brandt, mateo.alvarez, ngozi.adeyemi, oliver.hughes, samuel.mensah, \
         sofia.marchetti, wei.zhang",
    ),
    ("tomasz-manages-groups", "tomasz.zielinski@contractor"),
    ("role-name-is-not-two-words", "Auditor"),
    ("outsider-in-a-privileged-group", "Contractors, Machine Learning, Platform"),
    ("invitation-pending-for-a-week", ""),
    ("in-both-groups", ""),
    ("dormant-and-may-write", "ahmed.farouk, ingrid.solberg"),
    (
        "person-in-no-group",
        "amara.okafor, daniel.whitfield, emily.carter, henrik.lindqvist, kofi.boateng, noor.vandijk, \
         priya.raman",
    ),
    ("group-without-members", "Red Team"),
    ("more-than-three-custom-roles", ""),
    (
        "permission-that-is-not-listed",
        "API Group Manager, Access Administrator, Automation Provisioner, Contractor Toolkit, \
         Fine-tuning Pilot, Key Custodian, Machine Learning Engineer, Workspace Operations",
    ),
    ("key-of-a-disabled-owner", ""),
    ("held-directly-and-through-a-group", "Evaluation Runner of yuki.tanaka in Data Science"),
    ("address-of-another-company", ""),
    ("more-than-four-owners", "organization"),
    ("admin-key-ends-within-90-days", "tz-migration"),
    ("admin-key-lives-longer-than-a-year", "infrastructure-as-code"),
    ("invitation-open-for-more-than-two-weeks", ""),
    ("group-outside-its-project", "Partner Integration, Production"),
    ("key-owner-is-no-owner-of-its-project", "ines-dev, ingrid-incident-0917, yuki-scratch"),
    ("role-held-by-its-maker", "Integration Automation"),
    ("same-permissions-twice", ""),
    ("one-address-for-two-users", ""),
    ("more-than-five-percent-may-write", "organization"),
    ("leaver-is-still-a-user", "carlos.mendes"),
    ("governance-has-other-members", "Governance"),
    ("auditor-held-outside-governance", ""),
    (
        "contractor-in-a-project-for-90-days",
        "Integration Automation of ines.carvalho@contractor in Partner Integration, \
         Integration Automation of meiling.chen@contractor in Partner Integration, \
         Integration Automation of tomasz.zielinski@contractor in Partner Integration, \
         member of bilal.haddad@contractor in Production, \
         member of ines.carvalho@contractor in Partner Integration, \
         member of meiling.chen@contractor in Partner Integration, \
         owner of bilal.haddad@contractor in Production, \
         owner of tomasz.zielinski@contractor in Partner Integration, \
         viewer of ines.carvalho@contractor in Partner Integration, \
         viewer of meiling.chen@contractor in Partner Integration, \
         viewer of tomasz.zielinski@contractor in Partner Integration",
    ),
    (
        "role-made-outside-it",
        "Automation Provisioner, Contractor Toolkit, Machine Learning Engineer, Workspace Operations, \
         unknown Fine-tuning Pilot",
    ),
    (
        "can-make-themselves-an-owner",
        "aisha.rahman, bilal.haddad@contractor, carlos.mendes, elena.petrova, emily.carter, \
         grace.oneill, ingrid.solberg, jiwoo.park, kenji.watanabe, lea.fontaine, lukas.brandt, \
         marta.kowalska, mateo.alvarez, ngozi.adeyemi, oliver.hughes, rajesh.iyer, samuel.mensah, \
         sofia.marchetti, thabo.nkosi",
    ),
    (
        "groups-write-outside-identity",
        "API Group Manager of aisha.rahman, API Group Manager of bilal.haddad@contractor, \
         API Group Manager of elena.petrova, API Group Manager of emily.carter, \
         API Group Manager of jiwoo.park, API Group Manager of kenji.watanabe, \
         API Group Manager of lea.fontaine, API Group Manager of lukas.brandt, \
         API Group Manager of mateo.alvarez, API Group Manager of ngozi.adeyemi, \
         API Group Manager of oliver.hughes, API Group Manager of samuel.mensah, \
         API Group Manager of sofia.marchetti",
    ),
    ("contractor-manages-groups", "bilal.haddad@contractor, tomasz.zielinski@contractor"),
    (
        "employee-manages-groups",
        "aisha.rahman, elena.petrova, emily.carter, jiwoo.park, kenji.watanabe, lea.fontaine, \
         lukas.brandt, mateo.alvarez, ngozi.adeyemi, oliver.hughes, samuel.mensah, sofia.marchetti",
    ),
];

/// What cannot be asked, how somebody would write it, and the error. The reasons: no endpoint of the Admin API tells the
/// settings of the organization, or when and by whom a role was granted; and a finding says what was found, so nobody
/// writes its message. What it is made of stands in the JSON report.
const NO_RULES: &[(&str, &str, &str)] = &[
    (
        "the audit log is switched on",
        "select: organization, require: { audit_log: true }",
        "`organization` is not a kind of thing",
    ),
    (
        "a role was granted more than 90 days ago",
        "select: grant, forbid: { created_at: { older_than: 90d } }",
        "a grant has no `created_at`",
    ),
    (
        "somebody outside IT granted it",
        "select: grant, forbid: { granted_by: bob@acme.example }",
        "a grant has no `granted_by`",
    ),
    (
        "a message of one's own",
        "select: user, message: '{email} manages groups', forbid: { holds: { permission: api.groups.write } }",
        "`message` is not a key of a rule",
    ),
];

/// What a rule finds, sorted by name.
fn found(report: &Json, rule: &str) -> String {
    let label = |finding: &serde_json::Value| {
        let subject = &finding["subject"];
        let name = ["email", "name", "id"].iter().find_map(|field| subject[*field].as_str()).expect("an id");
        let status = if finding["status"] == "violation" { "" } else { "unknown " };
        format!("{status}{name}").replace("@contractor.acme.example", "@contractor").replace("@acme.example", "")
    };
    let mut found: Vec<String> = report.findings().filter(|finding| finding["rule"] == rule).map(label).collect();
    found.sort_unstable();
    found.join(", ")
}

#[test]
fn each_finds_what_it_should_in_the_demo_organization() {
    let api = acme();
    // The list of those who have left comes from another system.
    let run = rolelint(&api).check(POLICY).file("leavers.txt", "carlos.mendes@acme.example\n");
    let report = run.args(["--param", "leavers=@leavers.txt", "--format", "json"]).run().ends_with(1).json();
    let rules = report.0["rules"].as_array().expect("rules");
    let said: Vec<(&str, String)> =
        rules.iter().map(|rule| text(&rule["id"])).map(|id| (id, found(&report, id))).collect();
    let expected: Vec<(&str, String)> = FINDINGS.iter().map(|(id, found)| (*id, (*found).to_owned())).collect();
    for (said, expected) in said.iter().zip(&expected) {
        assert_eq!(said, expected);
    }
    assert_eq!(said.len(), expected.len());
    for rule in rules {
        assert_eq!(rule["notes"], serde_json::json!([]), "{}", rule["id"]);
        assert_ne!(rule["verdict"], "vacuous", "{}", rule["id"]);
    }
}

#[test]
fn who_holds_a_role_is_named_in_the_message() {
    let policy = "version: 1
rules:
  - { id: by-its-maker, select: role, where: { predefined_role: false }, forbid: { holders: { user: { id: $this.created_by } } } }
  - { id: by-a-group, select: role, where: { name: Auditor }, forbid: { holders: { principal: group } } }
  - { id: in-a-project, select: project, where: { name: Data Science }, forbid: { holders: { scope: project, role: owner } } }
";
    let report = rolelint(&acme()).check(policy).args(["--format", "json"]).run().ends_with(1).json();
    let said: Vec<&str> = report.findings().map(|finding| text(&finding["message"])).collect();
    let expected = [
        "role Integration Automation in project Partner Integration is held by tomasz.zielinski@contractor.acme.example",
        "role Auditor is held by the group Governance",
        "project Data Science: the role owner is held by arjun.nair@acme.example",
    ];
    assert_eq!(said, expected);
}

#[test]
fn each_can_fire_and_can_pass() {
    let tests = "policy: p.yaml\ntests:\n  - name: t\n    org: {}\n    expect: { leaver-is-still-a-user: pass }\n";
    let run = offline().file("p.yaml", POLICY).file("p_test.yaml", tests).args(["test", "p.yaml", "--prove"]);
    let ran = run.run().ends_with(0);
    let proven = format!("prove: {0} of {0} rules proven to fire and pass", FINDINGS.len());
    assert!(ran.stdout.contains(&proven), "{}", ran.stdout);
}

#[test]
fn what_cannot_be_asked_does_not_load() {
    for (what, rule, error) in NO_RULES {
        let policy = format!("version: 1\nrules:\n  - {{ id: a, {rule} }}\n");
        let ran = offline().file("p.yaml", policy).args(["lint", "p.yaml"]).run().ends_with(2);
        assert!(ran.stderr.contains(error), "{what}:\n{}", ran.stderr);
    }
}
