//! Waivers: they cover what they name for as long as they say, and nothing else.

use super::{NOW, POLICY, remarks};
use crate::support::fake::FakeApi;
use crate::support::harness::{Json, Ran, Rolelint, rolelint};
use crate::support::small::{denied, healthy, with};

fn check(api: &FakeApi, policy: &str, waivers: &str) -> Rolelint {
    let run = rolelint(api).file("policy.yaml", policy).file("waivers.yaml", waivers);
    run.args(["check", "-p", "policy.yaml", "--as-of", NOW, "--waivers", "waivers.yaml"])
}

fn json(api: &FakeApi, waivers: &str) -> (i32, Json) {
    let ran = check(api, POLICY, waivers).args(["--format", "json"]).run();
    assert_ne!(ran.code, 2, "{}", ran.stderr);
    (ran.code, ran.json())
}

/// A file of waivers, each made of the lines that differ.
fn file(waivers: &[&str]) -> String {
    let one = |lines: &&str| {
        let date = if lines.contains("expires") { "" } else { ", expires: 2030-09-01" };
        format!("  - {{ {lines}, reason: Until the move, owner: ada@acme.example{date} }}\n")
    };
    let none = if waivers.is_empty() { " []" } else { "" };
    format!("version: 1\nwaivers:{none}\n{}", waivers.iter().map(one).collect::<String>())
}

const BOB: &str = "rules: user-writes, subject: { user: bob@acme.example }";
const CYD: &str = "rules: user-writes, subject: { user: user-cyd }";
const EVE: &str = "rules: user-writes, subject: { user: Eve }";
const ROLE: &str = "rules: role-writes, subject: { role: Writer }";

#[test]
fn a_waiver_covers_what_it_names_and_nothing_else() {
    let api = healthy();
    let (code, report) = json(&api, &file(&[]));
    assert_eq!((code, report.answer("user-writes").as_str()), (1, "violation Bob, Cyd, Eve"));
    let (code, report) = json(&api, &file(&[BOB, CYD]));
    assert_eq!((code, report.answer("user-writes").as_str()), (1, "violation Eve"));
    assert_eq!(report.subjects("user-writes", "waived"), ["Bob", "Cyd"]);
    assert_eq!(report.answer("role-writes"), "violation Writer");
    let (code, report) = json(&api, &file(&[BOB, CYD, EVE, ROLE]));
    assert_eq!((code, report.0["summary"]["waived"].as_u64(), report.is_complete()), (0, Some(4), true));
    assert_eq!(report.rules_that_are("pass"), ["role-writes", "user-writes"]);
    let waived = report.findings().find(|finding| finding["subject"]["id"] == "user-bob").expect("Bob");
    let expected = serde_json::json!({"reason": "Until the move", "owner": "ada@acme.example",
        "expires": "2030-09-01T00:00:00Z", "file": "waivers.yaml", "line": 3});
    assert_eq!(waived["waiver"], expected);
    assert_eq!(remarks(&report), Vec::<&str>::new());
}

#[test]
fn every_report_shows_what_is_waived_and_by_what() {
    let api = healthy();
    for format in ["text", "json", "jsonl", "csv", "junit", "markdown", "sarif"] {
        let ran = check(&api, POLICY, &file(&[BOB, CYD, EVE, ROLE])).args(["--format", format]).run().ends_with(0);
        for word in ["waived", "bob", "Until the move", "2030-09-01"] {
            assert!(ran.stdout.contains(word), "{format} has no {word}:\n{}", ran.stdout);
        }
    }
}

#[test]
fn a_narrower_waiver_covers_no_other_grant() {
    let api = healthy();
    let answer = |more: &str| json(&api, &file(&[&format!("{EVE}, {more}")])).1.answer("user-writes");
    for covers in [
        "role: role_1",
        "role: Writer",
        "permission: api.groups.write",
        "scope: organization",
        "role: [Toolbox, Writer], permission: [api.groups.read, api.groups.write], scope: organization",
    ] {
        assert_eq!(answer(covers), "violation Bob, Cyd", "{covers}");
    }
    for covers_not in ["role: Toolbox", "permission: api.groups.read", "scope: no-such-project", "role: no-such-role"] {
        assert_eq!(answer(covers_not), "violation Bob, Cyd, Eve", "{covers_not}");
    }
}

#[test]
fn a_narrower_waiver_covers_no_reason_without_a_path() {
    let holds = "holds: { permission: api.groups.write, role: { predefined_role: false } }";
    let narrower = ["role: Writer", "permission: api.groups.write", "scope: organization", "path: { group: Ops }"];
    let waived = |forbid: &str, more: &str| {
        let policy = format!(
            "version: 1\nrules:\n  - {{ id: user-writes, select: user, where: {{ name: Cyd }}, forbid: {{ {forbid} }} }}\n"
        );
        let text = file(&[&format!("{CYD}{more}")]);
        let ran = check(&healthy(), &policy, &text).args(["--format", "json"]).run();
        assert_ne!(ran.code, 2, "{}", ran.stderr);
        let report = ran.json();
        assert_eq!(report.findings().count(), 1, "{forbid}");
        report.subjects("user-writes", "waived") == ["Cyd"]
    };
    let others = ["email: '*@partner.example'", "is_scim_managed: false", "organization: { users: { role: owner } }"];
    for other in others {
        let both = format!("any: [{{ {holds} }}, {{ {other} }}]");
        assert!(waived(&both, ""), "{other}");
        for more in narrower {
            assert!(!waived(&both, &format!(", {more}")), "{other}, {more}");
        }
    }
    // The other reason does not hold, or the finding ends without the grant.
    for forbid in [
        &*format!("any: [{{ {holds} }}, {{ email: '*@acme.example' }}]"),
        &*format!("email: '*@partner.example', {holds}"),
    ] {
        for more in narrower {
            assert!(waived(forbid, &format!(", {more}")), "{forbid}, {more}");
        }
    }
}

#[test]
fn a_waiver_that_has_expired_is_none_and_says_so() {
    let api = healthy();
    let (code, report) = json(&api, &file(&[&format!("{BOB}, expires: {NOW}")]));
    assert_eq!((code, report.answer("user-writes").as_str()), (1, "violation Bob, Cyd, Eve"));
    let said = "the waiver of user-writes for user `bob@acme.example` expired on 2030-06-01 and no longer applies";
    assert_eq!(remarks(&report), [format!("waivers.yaml:3: {said}")]);
    // The same in the text; and a past moment brings nothing back.
    let run =
        rolelint(&api).file("policy.yaml", POLICY).file("w.yaml", file(&[&format!("{BOB}, expires: 2020-01-02")]));
    let ran =
        run.args(["check", "-p", "policy.yaml", "--as-of", "2020-01-01", "--waivers", "w.yaml"]).run().ends_with(1);
    let flat = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("expired on 2020-01-02") && flat.contains("4 violations"), "{}", ran.stdout);
}

#[test]
fn a_waiver_that_soon_expires_is_reported_and_counts() {
    let api = healthy();
    let ends = |day: &str| file(&[&format!("{BOB}, expires: {day}")]);
    let (_, report) = json(&api, &ends("2030-06-15"));
    assert_eq!(report.answer("user-writes"), "violation Cyd, Eve");
    let said = "waivers.yaml:3: the waiver of user-writes for user `bob@acme.example` soon expires, on 2030-06-15";
    assert_eq!(remarks(&report), [said]);
    assert_eq!(remarks(&json(&api, &ends("2030-06-16")).1), Vec::<&str>::new());
    let run = check(&api, POLICY, &ends("2030-06-16")).args(["--expiring-within", "15d", "--format", "json"]);
    assert_eq!(remarks(&run.run().json()).len(), 1);
}

#[test]
fn a_waiver_with_nothing_to_cover_is_reported() {
    let api = healthy();
    let waivers = [
        "rules: user-writes, subject: { user: user-ada }",
        "rules: user-writes, subject: { user: Zoe }",
        "rules: user-write, subject: { user: Bob }",
        "rules: user-writes, subject: { group: Ops }",
    ];
    let (_, report) = json(&api, &file(&waivers));
    let expected = [
        "waivers.yaml:3: the waiver of user-writes for user `user-ada` is not used: there is no such violation",
        "waivers.yaml:4: the waiver of user-writes is for user `Zoe`, which does not exist",
        "waivers.yaml:5: there is no rule user-write; did you mean user-writes?",
        "waivers.yaml:6: rule user-writes selects users, so a waiver for a group covers nothing; write subject: { user: … }",
    ];
    assert_eq!(remarks(&report), expected);
}

#[test]
fn a_waiver_never_touches_an_unknown() {
    for (api, status) in
        [(with(&[("/organization/users/user-bob/roles", denied("api.roles.read"))]), "unknown"), (healthy(), "waived")]
    {
        let (code, report) = json(&api, &file(&[BOB, CYD, EVE, ROLE]));
        assert!(report.subjects("user-writes", status).contains(&"Bob"), "{status}");
        assert_eq!(code, if status == "unknown" { 3 } else { 0 });
        assert_eq!(remarks(&report), Vec::<&str>::new(), "nobody knows that a waiver is not used");
    }
}

#[test]
fn a_path_covers_what_leads_over_it_and_nothing_that_is_held_in_another_way() {
    let api = healthy();
    let waived = |who: &str, path: &str| {
        let text = file(&[&format!("rules: user-writes, subject: {{ user: {who} }}, path: {path}")]);
        let (_, report) = json(&api, &text);
        let waived = report.findings().filter(|finding| finding["status"] == "waived").count();
        (waived, remarks(&report).join(" "))
    };
    assert_eq!(waived("cyd@partner.example", "{ group: Ops }"), (1, String::new()));
    assert_eq!(waived("cyd@partner.example", "[{ group: Files }, { group: Ops }]"), (1, String::new()));
    // Eve holds the role directly, too, and Bob only so; and whoever holds it is no step.
    for (who, path) in [
        ("eve@acme.example", "{ group: Ops }"),
        ("bob@acme.example", "{ group: Ops }"),
        ("bob@acme.example", "{ user: bob@acme.example }"),
        ("cyd@partner.example", "{ group: Files }"),
    ] {
        assert_eq!(waived(who, path).0, 0, "{who} {path}");
    }
    let (count, said) = waived("cyd@partner.example", "{ group: Nobody }");
    assert!(count == 0 && said.contains("Nobody"), "{said}");
    let broken = file(&["rules: user-writes, subject: { user: a }, path: Ops"]);
    let ran = check(&api, POLICY, &broken).run().ends_with(2);
    assert!(ran.stderr.contains("such as { group: Platform }"), "{}", ran.stderr);
}

#[test]
fn a_rule_that_cannot_be_waived_is_not() {
    let api = healthy();
    let policy = POLICY.replace("  - id: role-writes\n", "  - id: role-writes\n    waivable: false\n");
    let ran =
        check(&api, &policy, &file(&[ROLE])).args(["--format", "json", "--only", "role-writes"]).run().ends_with(1);
    let report = ran.json();
    assert_eq!(report.answer("role-writes"), "violation Writer");
    let said = "waivers.yaml:3: the waiver of role-writes has no effect: the rule cannot be waived (policy.yaml:7)";
    assert_eq!(remarks(&report), [said]);
}

#[test]
fn a_name_that_two_have_or_that_somebody_took_covers_nobody() {
    let mut org = crate::support::small::small();
    // Bob takes the address of Eve for a name, and Cyd is called Bob.
    for user in &mut org.users {
        match user.id.as_str() {
            "user-bob" => user.name = "eve@acme.example".to_owned(),
            "user-cyd" | "user-ada" => user.name = "Same".to_owned(),
            _ => {}
        }
    }
    let api = FakeApi::start(org, crate::support::fake::Behaviour::default());
    let waived = |who: &str| {
        let (_, report) = json(&api, &file(&[&format!("rules: user-writes, subject: {{ user: {who} }}")]));
        let ids = report.findings().filter(|finding| finding["status"] == "waived");
        (ids.map(|finding| finding["subject"]["id"].to_string()).collect::<String>(), remarks(&report).join(" "))
    };
    assert_eq!(waived("eve@acme.example"), ("\"user-eve\"".to_owned(), String::new()));
    let (ids, said) = waived("Same");
    assert_eq!(ids, "");
    assert!(said.contains("covers nothing: 2 things are called user `Same`; use an id"), "{said}");
}

#[test]
fn mistakes_in_waivers_are_shown_in_their_place_before_anything_is_asked() {
    let api = healthy();
    let text = "version: 1\nwaivers:\n  - rules: role-writes\n    subject: { role: \"*\" }\n    reason: x\n    owner: y\n    expires: 2031-01-01\n";
    let ran: Ran = check(&api, POLICY, text).run().ends_with(2);
    for said in
        ["waivers.yaml:4:22", "wildcard", "waivers.yaml:7:14", "may last at most 180 days", "2030-11-28 is the latest"]
    {
        assert!(ran.stderr.contains(said), "{said}:\n{}", ran.stderr);
    }
    assert!(api.requests().is_empty());
    check(&api, POLICY, &text.replace("\"*\"", "Writer")).args(["--max-waiver", "1000d"]).run().ends_with(1);
    let ran = rolelint(&api).check(POLICY).args(["--waivers", "missing.yaml"]).run().ends_with(2);
    assert!(ran.stderr.contains("missing.yaml"), "{}", ran.stderr);
}

#[test]
fn waivers_come_from_the_configuration_or_the_environment_too_and_can_be_left_out() {
    let api = healthy();
    let run = || {
        let run = rolelint(&api)
            .file("policy.yaml", POLICY)
            .file("a.yaml", file(&[BOB, CYD]))
            .file("b.yaml", file(&[EVE, ROLE]));
        run.args(["check", "-p", "policy.yaml", "--as-of", NOW])
    };
    let configured = || run().file("rolelint.yaml", "waivers: [a.yaml, b.yaml]\n");
    configured().run().ends_with(0);
    configured().args(["--no-waivers"]).run().ends_with(1);
    run().env("ROLELINT_WAIVERS", "b.yaml\na.yaml").run().ends_with(0);
    run().args(["--waivers", "a.yaml"]).run().ends_with(1);
    let of =
        |order: [&'static str; 4]| run().args(order).args(["--format", "json"]).run().ends_with(0).json().timeless();
    assert_eq!(of(["--waivers", "a.yaml", "--waivers", "b.yaml"]), of(["--waivers", "b.yaml", "--waivers", "a.yaml"]));
}
