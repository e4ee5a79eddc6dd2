//! Waivers of rules on grants and of rules that count: what their subjects are called.

use super::{NOW, remarks};
use crate::support::fake::{Behaviour, FakeApi, Group, Organization, User};
use crate::support::harness::{Json, Ran, offline, rolelint};
use crate::support::small::small;

const POLICY: &str = "\
version: 1
rules:
  - id: direct
    select: grant
    where: { role: { name: Writer } }
    forbid: { via: direct }
  - id: few-users
    select: user
    count: { max: 1 }
  - id: only-ada
    select: user
    where: { role: owner }
    exactly: { email: [zoe@acme.example] }
";

fn check(org: Organization, subjects: &[(&str, &str)]) -> Json {
    let waiver = |(rule, subject): &(&str, &str)| {
        format!("  - {{ rules: {rule}, subject: {subject}, reason: R, owner: O, expires: 2030-09-01 }}\n")
    };
    let waivers = format!("version: 1\nwaivers:\n{}", subjects.iter().map(waiver).collect::<String>());
    let api = FakeApi::start(org, Behaviour::default());
    let run = rolelint(&api).file("policy.yaml", POLICY).file("w.yaml", &waivers);
    run.args(["check", "-p", "policy.yaml", "--as-of", NOW, "--waivers", "w.yaml", "--format", "json"]).run().json()
}

const BOB: &str = "{ grant: Writer of bob@acme.example }";

#[test]
fn a_grant_is_found_by_the_name_that_reports_show() {
    let report = check(small(), &[("direct", BOB)]);
    assert_eq!(report.subjects("direct", "waived"), ["Writer of bob@acme.example"]);
    assert_eq!(report.subjects("direct", "violation"), ["Writer of Ops", "Writer of eve@acme.example"]);
    let report = check(small(), &[("direct", "{ grant: user-bob/role_1 }")]);
    assert_eq!(report.subjects("direct", "waived"), ["Writer of bob@acme.example"]);
    let report = check(small(), &[("direct", "{ grant: Writer of bob }")]);
    assert_eq!(report.subjects("direct", "waived"), Vec::<&str>::new());
    assert!(remarks(&report)[0].ends_with("is not used: there is no such violation"), "{:?}", remarks(&report));
}

/// A user without an address may be called as a group is.
#[test]
fn a_name_that_two_grants_share_covers_nothing_and_says_so() {
    let mut org = small();
    let namesake = User { id: "user-ops".to_owned(), name: "Ops".to_owned(), email: None, ..org.users[1].clone() };
    let waived = |org: &Organization| {
        let report = check(org.clone(), &[("direct", "{ grant: Writer of Ops }")]);
        let said: Vec<String> = remarks(&report).into_iter().map(str::to_owned).collect();
        (report.subjects("direct", "waived").len(), said)
    };
    assert_eq!(waived(&org), (1, Vec::new()));
    org.users.push(namesake);
    let said = "w.yaml:3: the waiver of direct covers nothing: 2 things are called grant `Writer of Ops`; use an id";
    assert_eq!(waived(&org), (0, vec![said.to_owned()]));
}

/// A group may be called by an address.
#[test]
fn nobody_takes_over_a_grant_by_the_address_of_somebody_else() {
    let mut org = small();
    org.users.retain(|user| user.id != "user-bob");
    org.groups.push(Group { id: "group_9".to_owned(), name: "bob@acme.example".to_owned(), ..org.groups[0].clone() });
    let report = check(org, &[("direct", BOB)]);
    assert_eq!(report.subjects("direct", "waived"), Vec::<&str>::new());
    assert!(report.subjects("direct", "violation").contains(&"Writer of bob@acme.example"), "{}", report.0);
}

#[test]
fn a_waiver_for_something_that_the_rule_cannot_find_says_what_to_write() {
    let subjects = [
        ("direct", "{ user: bob@acme.example }"),
        ("few-users", "{ user: bob@acme.example }"),
        ("few-users", "organization"),
        ("direct", "organization"),
    ];
    let report = check(small(), &subjects);
    assert_eq!(
        remarks(&report),
        [
            "w.yaml:3: rule direct selects grants, so a waiver for a user covers nothing; write subject: { grant: … }",
            "w.yaml:4: the violations of few-users are about the organization, so this waiver covers nothing; write subject: organization",
            "w.yaml:6: the violations of direct are about grants, so this waiver covers nothing; write subject: { grant: … }",
        ]
    );
    assert_eq!(report.subjects("few-users", "waived").len(), 1);
}

fn add(rule: &str, subject: &str) -> Ran {
    let run = offline().file("policy.yaml", POLICY).args(["waivers", "add", rule, subject, "--dry-run"]);
    let run = run.args(["--reason", "R", "--owner", "O", "--expires", "2030-09-01", "--max-waiver", "9999d"]);
    run.args(["--waivers", "w.yaml", "-p", "policy.yaml"]).run()
}

#[test]
fn a_waiver_that_could_cover_nothing_is_not_added() {
    for (rule, subject, said, help) in [
        (
            "direct",
            "user/bob@acme.example",
            "rule direct selects grants, so a waiver for a user covers nothing",
            "help: write the subject as grant/ROLE of WHO, the name that reports show",
        ),
        (
            "few-users",
            "user/bob@acme.example",
            "rule few-users counts, so a waiver for one user covers nothing",
            "help: write `organization` as the subject",
        ),
        (
            "direct",
            "organization",
            "rule direct does not count, so a waiver for the organization covers nothing",
            "help: name one grant: grant/…",
        ),
        (
            "only-ada",
            "group/Ops",
            "rule only-ada selects users, so a waiver for a group covers nothing",
            "help: write the subject as user/…",
        ),
    ] {
        let ran = add(rule, subject).ends_with(2);
        assert!(ran.stderr.contains(said) && ran.stderr.contains(help), "{rule} {subject}: {}", ran.stderr);
    }
    for (rule, subject) in [
        ("direct", "grant/Writer of bob@acme.example"),
        ("few-users", "organization"),
        ("only-ada", "user/ada@acme.example"),
        ("only-ada", "organization"),
    ] {
        let ran = add(rule, subject).ends_with(0);
        assert!(ran.stdout.contains("+    subject: "), "{}", ran.stdout);
    }
}
