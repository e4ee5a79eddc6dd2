//! Whoever sees nothing but the first screen knows what to do first, however many findings there are.

use std::sync::Arc;

use rolelint::finding::{Finding, Outcome, Thing};
use rolelint::org::Text;
use rolelint::report::{Format, TextStyle, read, render};

use crate::support::fake::{Behaviour, FakeApi, Organization};
use crate::support::harness::{Json, rolelint, text};
use crate::support::small::small;

/// Lines of a terminal.
const SCREEN: usize = 24;

/// What ends the planted causes, in the words of the report: the two large ones, then the small one.
const PLANTED: [&str; 3] = [
    "remove role Break Glass from group Support Team",
    "fix or delete API keys in project Hackathon",
    "remove role Contractor Toolkit from group Contractors",
];

fn planted(users: usize) -> FakeApi {
    FakeApi::start(Organization::planted(users, 1).0, Behaviour::default())
}

fn report(api: &FakeApi) -> Json {
    let args = ["check", "--as-of", "2026-06-01", "--format", "json", "--skip", "owner-not-on-the-list"];
    rolelint(api).args(args).run().ends_with(1).json()
}

/// The first screen of a report whose findings all exist this many times.
fn screen(report: &Json, times: usize) -> (String, usize) {
    let outcome = read(report.0.to_string().as_bytes()).expect("our own");
    let outcome = Outcome { oldest_fact: 0, ..multiplied(&outcome, times) };
    let mut bytes = Vec::new();
    render(Format::Text, &outcome, None, TextStyle::default(), &mut bytes).expect("memory can be written to");
    let shown = String::from_utf8(bytes).expect("a report is text");
    // The first line has the time.
    (shown.lines().skip(2).take(SCREEN).collect::<Vec<_>>().join("\n"), outcome.findings.len())
}

fn multiplied(outcome: &Outcome, times: usize) -> Outcome {
    let copy = |finding: &Finding, time: usize| {
        let called = |text: &Text| Text::from(format!("{time}.{text}"));
        let Thing { id, email, .. } = &*finding.subject;
        let subject = Thing { id: called(id), email: email.as_ref().map(called), ..(*finding.subject).clone() };
        Finding { subject: Arc::new(subject), ..finding.clone() }
    };
    let mut all = Outcome { rules: Vec::new(), findings: Vec::new(), ..outcome.clone() };
    for (at, rule) in outcome.rules.iter().enumerate() {
        let findings = outcome.findings_of(at).iter();
        let findings = findings.flat_map(|finding| (0..times).map(move |time| copy(finding, time)));
        let mut rule = rule.clone();
        rule.selected *= times;
        all.push(rule, findings.collect());
    }
    all
}

#[track_caller]
fn the_planted_causes_come_first(screen: &str) {
    // How many keys there are depends on the size.
    let is_number = |word: &&str| word.bytes().all(|byte| byte.is_ascii_digit() || byte == b',');
    let flat = screen.split_whitespace().filter(|word| !is_number(word)).collect::<Vec<_>>().join(" ");
    let mut places: Vec<usize> =
        PLANTED.iter().map(|cut| flat.find(cut).unwrap_or_else(|| panic!("no `{cut}` in\n{screen}"))).collect();
    places.sort_unstable();
    let before = &flat[flat.find("Where to start").expect("the list of cuts")..places[0]];
    assert!(!before.contains(" take ") && !before.contains(" clean up "), "something comes before: {before}");
    let last = &flat[places[0]..places[2]];
    assert_eq!(last.matches("remove role").count() + last.matches("fix or delete").count(), 2, "{last}");
}

#[test]
fn the_planted_causes_are_on_the_first_screen_at_every_size() {
    let (few, many) = (report(&planted(20)), report(&planted(400)));
    for (name, report, times, least) in
        [("10", &few, 1, 10), ("200", &many, 1, 200), ("2000", &many, 8, 2_000), ("50000", &many, 200, 50_000)]
    {
        let (screen, findings) = screen(report, times);
        assert!(findings >= least, "{name}: {findings}");
        the_planted_causes_come_first(&screen);
        insta::assert_snapshot!(format!("findings_{name}"), screen);
    }
}

type Change = fn(&mut Organization);

#[test]
fn a_cut_ends_as_many_findings_as_the_report_says() {
    let api = planted(400);
    let cuts = report(&api).0["cuts"].as_array().expect("a list").clone();
    let actions: [(&str, &str, Change); 3] = [
        ("group", "group_01support", |organization| organization.groups[0].roles.clear()),
        ("group", "group_02contractors", |organization| organization.groups[1].roles.clear()),
        ("project", "proj_01hackathon", |organization| organization.projects[0].api_keys.clear()),
    ];
    for (kind, id, change) in actions {
        let cut = cuts.iter().find(|cut| cut["edge"][kind] == id).expect("it is listed");
        // A role that nobody holds any more violates another rule.
        let violations = |report: &Json| -> u64 {
            let rules = cut["rules"].as_array().expect("a list").iter();
            rules.map(|rule| report.rule(text(rule))["violations"].as_u64().expect("a number")).sum()
        };
        let before = violations(&report(&api));
        api.change(change);
        assert_eq!(violations(&report(&api)), before - cut["findings"].as_u64().expect("a number"), "{id}");
    }
}

#[test]
fn a_finding_with_a_second_path_does_not_end() {
    let api = FakeApi::start(small(), Behaviour::default());
    // Cyd is in Ops; Eve is, too, and holds the role herself.
    let causes = |rule: &str| {
        let policy = format!("version: 1\nrules:\n  - id: asked\n    {rule}\n");
        let report = rolelint(&api).check(&policy).args(["--format", "json"]).run().ends_with(1).json();
        report.0["rules"][0]["causes"].clone()
    };
    let writers = "select: user\n    where: { email: ['cyd@*', 'eve@*'] }\n    forbid:";
    let permissions =
        serde_json::json!([{"edge": {"role": "role_1", "permissions": ["api.groups.write"]}, "findings": 2}]);
    assert_eq!(causes(&format!("{writers} {{ holds: {{ permission: api.groups.write }} }}")), permissions);
    // Of two conditions, the one that all of them meet through the group alone.
    let both = "{ all: [ { holds: { permission: api.groups.write } }, { holds: { permission: api.batch.read } } ] }";
    let grant = serde_json::json!([{"edge": {"group": "group_1", "role": "role_4"}, "findings": 2}]);
    assert_eq!(causes(&format!("{writers} {both}")), grant);
    // Whoever holds fewer than five roles would do so without any, too.
    let none = serde_json::json!([]);
    assert_eq!(causes(&format!("{writers} {{ holds: {{ count: {{ max: 5 }} }} }}")), none);
}
