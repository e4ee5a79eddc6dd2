//! Words of the language where they mean nothing, and words of other tools: the error names the word that is meant.

use super::load_errors::{refused, rule};
use crate::support::harness::offline;

#[test]
fn a_word_of_the_language_is_no_name_and_no_permission() {
    // What is selected, a condition, where its wrong word stands, and the condition that was meant.
    let table = [
        ("api_key", "{owner: service_account}", "5:21", "write `owner_type: service_account`"),
        ("api_key", "{owner: [ada, user]}", "5:27", "write `owner_type: user`"),
        ("admin_api_key", "{owner: user}", "5:21", "for a name, write `owner: { name: user }`"),
        ("admin_api_key", "{owner: none}", "5:21", "write `owner: { none: {} }`"),
        ("admin_api_key", "{owner: null}", "5:21", "write `owner: { none: {} }`"),
        ("api_key", "{service_account: service_account}", "5:31", "write `service_account: { some: {} }`"),
        ("grant", "{user: service_account}", "5:20", "write `principal: service_account`"),
        ("user", "{holds: {project: none}}", "5:31", "write `project: { none: {} }`"),
        ("role", "{permissions: takeover}", "5:27", "write `escalation: takeover`"),
        ("grant", "{permission: {none: [a.b, self-grant]}}", "5:39", "write `escalation: self-grant`"),
        ("role", "{permissions: none}", "5:27", "write `permissions: { count: 0 }`"),
    ];
    for (kind, condition, place, help) in table {
        let stderr = refused(&rule(&format!("select: {kind}\nforbid: {condition}"))).stderr;
        let said = stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(&format!("policy.yaml:{place} ")) && said.contains(help), "{condition}: {stderr}");
    }
}

#[test]
fn what_somebody_may_mean_as_a_name_loads() {
    for (kind, condition) in [
        ("grant", "{role: none}"),
        ("grant", "{role: user}"),
        ("grant", "{project: organization}"),
        ("grant", "{group: user}"),
        ("api_key", "{owner: {name: service_account}}"),
        ("role", "{permissions: '*none*'}"),
        ("role", "{name: takeover}"),
    ] {
        let policy = rule(&format!("select: {kind}\nforbid: {condition}"));
        offline().file("p.yaml", policy).args(["plan", "--policy", "p.yaml"]).run().ends_with(0);
    }
}

#[test]
fn who_writes_as_for_another_tool_is_told_the_word_that_is_meant() {
    for (rule, words) in [
        ("select: role, deny: { name: A }", "did you mean `forbid`?"),
        ("select: role, when: { name: A }, forbid: {}", "did you mean `where`?"),
        ("select: role, description: x, forbid: {}", "did you mean `rationale`?"),
        ("select: user, forbid: { and: [{ email: a@x.example }] }", "did you mean `all`?"),
        ("select: user, forbid: { anyOf: [{ email: a@x.example }] }", "did you mean `any`?"),
        ("select: user, forbid: { email: { not: '*@x.example' } }", "did you mean `except`?"),
        ("select: user, forbid: { email: { matches: '.*@x.example' } }", "did you mean `regex`?"),
        ("select: role, forbid: { permissions: { contains: a.b } }", "did you mean `any`?"),
        ("select: role, require: { permissions: { count: { '<=': 20 } } }", "did you mean `max`?"),
        (
            "select: role, require: { permissions: { count: '<= 20' } }",
            "a whole number, or bounds such as { min: 1, max: 4 }",
        ),
        ("select: user, forbid: { member_of: Platform }", "did you mean `groups`?"),
        ("select: project, require: { owners: { count: { min: 2 } } }", "did you mean `holders`?"),
        ("select: project, require: { service_accounts: { max: 3 } }", "write `count: { max: … }`"),
        ("select: role, forbid: { permissions: 'a.*', count: 3 }", "`count` stands in the rule, beside `select`"),
        ("select: user, forbid: { holds: a.b }", "a condition such as { permission: … } or { role: … }"),
        ("select: group, forbid: { members: Ada }", "a condition such as { email: … }"),
        ("select: admin_api_key, forbid: { expires_at: never }", "`expires_at` takes null for never"),
        // One mistake, one error.
        ("select: grant, require: { via: { only: group } }", "it is one of: group"),
        ("select: user, forbid: { holds: { scope: org } }", "it is one of: organization, project"),
    ] {
        let policy = format!("version: 1\nrules:\n  - {{ id: a, {rule} }}\n");
        let ran = offline().file("p.yaml", policy).args(["lint", "p.yaml"]).run().ends_with(2);
        assert!(ran.stderr.contains(words), "{rule}\n{}", ran.stderr);
        let errors = ran.stderr.matches("error[").count();
        let assertion = usize::from(rule.contains("deny"));
        assert_eq!(errors, 1 + assertion, "{rule}\n{}", ran.stderr);
    }
}
