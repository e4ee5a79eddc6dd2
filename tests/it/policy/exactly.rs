//! `exactly` of related things: these values, no more and no fewer.

use super::projects::healthy;
use crate::support::fake::{Behaviour, FakeApi};
use crate::support::harness::{offline, text};
use crate::support::small::{self, ask, denied, report};

#[test]
fn members_are_exactly_these() {
    let members = |of: &str, values: &str| {
        format!("select: group\nwhere: {{name: {of}}}\nrequire: {{members: {{exactly: {{email: {values}}}}}}}")
    };
    ask(
        &small::healthy(),
        &[
            (&members("Ops", "[CYD@partner.example, eve@acme.example]"), "pass"),
            (&members("Ops", "[cyd@partner.example]"), "violation Ops"),
            (&members("Ops", "[cyd@partner.example, eve@acme.example, ada@acme.example]"), "violation Ops"),
            (&members("Void", "[]"), "pass"),
            (&members("Ops", "[]"), "violation Ops"),
            // Dee has no address: nobody knows that it is one of these.
            (&members("Files", "[dee@acme.example]"), "violation Files"),
        ],
    );
    let api = small::with(&[("/organization/groups/group_1/users", denied("api.groups.read"))]);
    ask(&api, &[(&members("Ops", "[cyd@partner.example, eve@acme.example]"), "unknown Ops")]);
}

#[test]
fn an_address_with_a_letter_that_only_looks_like_one_of_an_approved_one_is_another() {
    let mut organization = small::small();
    organization.users[0].email = Some("\u{17f}am@acme.example".to_owned());
    let owners = "select: user\nwhere: {holds: {scope: organization, role: owner}}\n";
    ask(
        &FakeApi::start(organization, Behaviour::default()),
        &[
            (&format!("{owners}exactly: {{email: [sam@acme.example]}}"), "violation Ada, organization"),
            (&format!("{owners}require: {{email: sam@acme.example}}"), "violation Ada"),
            (&format!("{owners}require: {{email: 'sam@*'}}"), "violation Ada"),
            (&format!("{owners}require: {{email: [sam@acme.example, a@x.example, b@x.example]}}"), "violation Ada"),
            (&format!("{owners}exactly: {{email: [\u{17f}AM@acme.example]}}"), "pass"),
        ],
    );
}

#[test]
fn holders_are_exactly_these_users() {
    let owners = |values: &str| {
        format!(
            "select: project\nwhere: {{name: Staging}}\nrequire: {{holders: \
             {{where: {{role: owner, principal: user}}, exactly: {{user: {{email: {values}}}}}}}}}"
        )
    };
    ask(
        &healthy(),
        &[
            (&owners("bob@acme.example"), "pass"),
            (&owners("[bob@acme.example, ada@acme.example]"), "violation Staging"),
            (&owners("ada@acme.example"), "violation Staging"),
        ],
    );
    let report = report(&healthy(), &[(&owners("ada@acme.example"), "")]);
    let finding = report.findings().next().expect("a violation");
    assert!(text(&finding["message"]).contains("bob@acme.example"), "{finding}");
    assert!(finding["paths"].to_string().contains("user-bob"), "{finding}");
}

#[test]
fn what_exactly_cannot_compare_does_not_load() {
    let policy = "\
version: 1
rules:
  - { id: a, select: group, exactly: { members: { email: x } } }
  - { id: b, select: group, require: { members: { exactly: { listed: true } } } }
  - { id: c, select: group, require: { members: { where: { listed: true } } } }
  - { id: d, select: group, require: { members: { exactly: { email: a, name: b } } } }
";
    let ran = offline().file("policy.yaml", policy).args(["lint", "policy.yaml"]).run().ends_with(2);
    insta::assert_snapshot!(ran.stderr);
}
