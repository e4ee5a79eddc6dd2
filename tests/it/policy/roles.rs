//! What a word such as `owner` means: a role of the organization, one of projects, or the legacy word of a user.

use serde_json::json;

use crate::support::fake::{Behaviour, FakeApi, Organization, What};
use crate::support::harness::{Json, text};
use crate::support::small::{healthy, report, small, with};

fn notes(report: &Json) -> Vec<&str> {
    report.rule("rule-0")["notes"].as_array().expect("a list").iter().map(|note| text(&note["message"])).collect()
}

#[test]
fn owner_without_a_scope_is_noted_to_mean_two_roles() {
    let two = "`owner` means two roles here";
    for rule in [
        "select: user\nforbid: {holds: {role: owner}}",
        "select: user\nforbid: {holds: {role: [Writer, Owner], permission: '*'}}",
        "select: user\nforbid: {holds: {any: [{role: owner}, {scope: project, role: member}]}}",
        "select: grant\nforbid: {role: owner}",
        "select: user\nwhere: {holds: {where: {role: owner}, count: {max: 0}}}\nforbid: {}",
    ] {
        let report = report(&healthy(), &[(rule, "")]);
        assert!(notes(&report).iter().any(|note| note.contains(two)), "{rule}: {:?}", notes(&report));
        assert_eq!(report.rule("rule-0")["notes"][0]["unmatched"], json!(false), "{rule}");
    }
    for rule in [
        "select: user\nforbid: {holds: {scope: organization, role: owner}}",
        "select: user\nforbid: {holds: {scope: [organization, project], role: owner}}",
        "select: user\nforbid: {holds: {project: Production, role: owner}}",
        "select: user\nforbid: {holds: {any: [{scope: project, role: owner}, {scope: project, role: member}]}}",
        "select: grant\nwhere: {scope: project}\nforbid: {role: owner}",
        "select: project\nforbid: {holders: {role: owner}}",
        "select: user\nforbid: {holds: {role: reader}}",
    ] {
        let report = report(&healthy(), &[(rule, "")]);
        assert!(!notes(&report).iter().any(|note| note.contains(two)), "{rule}: {:?}", notes(&report));
    }
}

#[test]
fn a_rule_on_the_legacy_role_gets_a_note_on_who_holds_the_role() {
    // Bob owns through a grant, and his word is `reader`.
    let mut org = small();
    let bob = org.users.iter_mut().find(|user| user.id == "user-bob").expect("Bob");
    bob.roles.push("role-api-organization-owner".to_owned());
    let api = FakeApi::start(org, Behaviour::default());
    let word = "select: user\nwhere: {role: owner}\ncount: {max: 4}";
    let alone = report(&api, &[(word, "")]);
    let [note] = notes(&alone)[..] else { panic!("{:?}", notes(&alone)) };
    assert!(note.contains("1 user has `owner`, it is unknown who holds the role"), "{note}");

    let holds = "select: user\nwhere: {holds: {scope: organization, role: owner}}\ncount: {max: 4}";
    let compared = report(&api, &[(word, ""), (holds, "")]);
    let [note] = notes(&compared)[..] else { panic!("{:?}", notes(&compared)) };
    assert!(note.contains("1 user has `owner`, 2 users hold the role; `holds: "), "{note}");
    // Where the word and the role agree, and where a rule asks for any word, there is nothing to say.
    assert_eq!(notes(&report(&healthy(), &[(word, ""), (holds, "")])), [""; 0]);
    assert_eq!(notes(&report(&api, &[("select: user\nforbid: {role: null}", ""), (holds, "")])), [""; 0]);
}

#[test]
fn a_rule_on_owners_is_unknown_without_an_owner_role() {
    let none: Organization = Organization {
        roles: small().roles.into_iter().filter(|role| role.id != "role-api-organization-owner").collect(),
        users: small().users.into_iter().filter(|user| user.id != "user-ada").collect(),
        ..small()
    };
    let api = FakeApi::start(none, Behaviour::default());
    let owners = "where: {holds: {scope: organization, role: owner}}";
    for (rule, answer) in [
        (format!("select: user\n{owners}\ncount: {{max: 4}}"), "unknown"),
        (format!("select: user\n{owners}\nexactly: {{email: []}}"), "unknown"),
        ("select: user\nforbid: {holds: {role: owner}}".to_owned(), "unknown"),
        ("select: grant\nforbid: {role: owner}".to_owned(), "unknown"),
        ("select: user\nforbid: {holds: {scope: organization, role: reader}}".to_owned(), "violation Bob, Cyd, Eve"),
        // No project is there that would have such a role.
        ("select: user\nforbid: {holds: {scope: project, role: member}}".to_owned(), "pass"),
    ] {
        let report = report(&api, &[(&rule, "")]);
        assert_eq!(report.answer("rule-0"), answer, "{rule}");
        let unread = report.rule("rule-0")["unread"].to_string();
        assert_eq!(unread.contains("role-api-organization-owner"), answer == "unknown", "{rule}: {unread}");
    }
}

#[test]
fn a_denied_list_of_roles_is_not_reported_as_one_without_owners() {
    let api = with(&[("/organization/roles", What::Status(403))]);
    let rule = "select: user\nforbid: {holds: {scope: organization, role: owner}}";
    let report = report(&api, &[(rule, "")]);
    assert!(!report.rule("rule-0")["unread"].to_string().contains("has the id"), "{}", report.answer("rule-0"));
}
