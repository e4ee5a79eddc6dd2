//! Names come from outside. Whatever stands in them, a report stays one: nothing moves the cursor, nothing hides.

use crate::support::fake::{Behaviour, FakeApi, Organization, What, When};
use crate::support::harness::{Ran, faulty, offline, rolelint};
use crate::support::small::small;

/// Terminal controls, new lines, HTML, quotes, reading-direction marks, what has no width, formulas, workflow commands,
/// and what looks like a line of the report.
const NAMES: [&str; 14] = [
    "\u{1b}[31mred\u{1b}[0m",
    "\u{1b}]0;title\u{7}\u{1b}[2J",
    "\u{9b}31m\u{85}\u{90}",
    "line\nbreak\r\nand\ttab",
    "<script>alert(1)</script>",
    "\"quoted\" 'single' `tick` \\ \u{0}",
    "exe\u{202e}txt\u{2066}x\u{2069}",
    "zero\u{200b}width\u{feff}\u{ad}\u{2060}",
    "\u{2028}separators\u{2029}",
    "tags\u{e0041}\u{e007f}",
    "=cmd|' /C calc'!A0",
    "::error file=a::b",
    "\n\n3 rules: 0 violation, 0 unknown, 0 vacuous, 3 pass",
    "",
];

/// The small organization with a hostile name in every place that takes one.
fn hostile(name: &str) -> Organization {
    let mut organization = small();
    for role in organization.roles.iter_mut().filter(|role| !role.predefined) {
        role.name = format!("{name}{}", role.id);
        role.description = Some(name.to_owned());
        role.permissions.push(format!("api.{name}.write"));
        role.created_by = Some(name.to_owned());
    }
    for group in &mut organization.groups {
        name.clone_into(&mut group.name);
    }
    for user in &mut organization.users {
        name.clone_into(&mut user.name);
        user.email = user.email.as_ref().map(|email| format!("{name}{email}"));
    }
    let id = format!("user-{name}/../x?y#z%41");
    organization.groups[0].members.push(id.clone());
    organization.users[1].id = id;
    organization.users[1].role = Some(format!("reader{name}"));
    organization
}

const POLICY: &str = "\
version: 1
rules:
  - id: writes
    select: user
    forbid: { holds: { permission: '*.write' } }
  - id: described
    select: role
    forbid: { description: '*', name: '*', created_by: '*' }
  - id: direct
    select: grant
    forbid: { via: [direct, group] }
  - id: many
    select: user
    count: { max: 1 }
  - id: listed
    select: user
    exactly: { email: [] }
  - id: grouped
    select: group
    require: { name: None, members: { none: {} } }
  - id: none
    select: group
    where: { name: None }
    forbid: {}
";

fn hidden(character: char) -> bool {
    rolelint::escape::is_hidden(character)
}

/// The text without the colours and styles that rolelint itself writes.
fn uncolored(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|c: char| !(c.is_ascii_digit() || c == ';')).expect("an escape ends");
        assert_eq!(&part[end..=end], "m", "only colours and styles: {part:?}");
        plain.push_str(&part[end + 1..]);
    }
    plain
}

fn run(api: &FakeApi, args: &[&str]) -> Ran {
    rolelint(api).check(POLICY).args(args.iter().copied()).run()
}

#[test]
fn no_name_moves_the_cursor_or_hides() {
    for name in NAMES {
        let api = FakeApi::start(hostile(name), Behaviour::default());
        for args in [&["--color", "never"][..], &["-v"], &["-vv"], &["-q"], &["--color", "always", "-vv"]] {
            let ran = run(&api, args);
            for stream in [&ran.stdout, &ran.stderr] {
                let plain = if args.contains(&"always") { uncolored(stream) } else { stream.clone() };
                let found: Vec<char> = plain.chars().filter(|&c| c != '\n' && hidden(c)).collect();
                assert!(found.is_empty(), "{name:?} {args:?}: {found:?} in\n{plain}");
            }
            assert_eq!(ran.code, 1, "{name:?} {args:?}\n{}", ran.stderr);
        }
    }
}

#[test]
fn json_keeps_every_name_and_escapes_it() {
    for name in NAMES {
        let api = FakeApi::start(hostile(name), Behaviour::default());
        let ran = run(&api, &["--format", "json"]).ends_with(1);
        assert!(!ran.stdout.chars().any(|c| c != '\n' && hidden(c)), "{name:?}");
        let report = ran.json();
        let described = report.subjects("described", "violation");
        assert!(described.contains(&format!("{name}role_1").as_str()), "{name:?}: {described:?}");
        let ids: Vec<&str> = report.findings().filter_map(|finding| finding["subject"]["id"].as_str()).collect();
        assert!(ids.contains(&format!("user-{name}/../x?y#z%41").as_str()), "{name:?}: {ids:?}");
    }
}

#[test]
fn a_name_that_looks_like_a_line_of_the_report_is_not_one() {
    let last = "1 rule: 0 violation, 0 unknown, 0 vacuous, 1 pass";
    let api = FakeApi::start(hostile(&format!("x\n{last}\n")), Behaviour::default());
    let ran = run(&api, &["-v"]).ends_with(1);
    assert!(!ran.stdout.lines().any(|line| line == last), "{}", ran.stdout);
    assert!(ran.stdout.contains(&format!("x\\n{last}")), "{}", ran.stdout);
}

#[test]
fn an_id_with_slashes_and_dots_stays_one_segment_of_the_path() {
    let api = FakeApi::start(hostile("x"), Behaviour::default());
    run(&api, &[]).ends_with(1);
    let paths: Vec<String> = api.requests().into_iter().map(|request| request.path).collect();
    assert!(paths.contains(&"/v1/organization/users/user-x%2F..%2Fx%3Fy%23z%2541/roles".to_owned()), "{paths:?}");
    assert!(paths.iter().all(|path| path.starts_with("/v1/organization/")), "{paths:?}");
}

#[test]
fn an_id_that_cannot_be_in_a_path_is_not_requested_and_does_not_pass() {
    for id in ["", ".", ".."] {
        let mut organization = small();
        organization.users[4].id = id.to_owned();
        organization.groups[0].members.clear();
        let api = FakeApi::start(organization, Behaviour::default());
        let ran = run(&api, &["--only", "writes", "--format", "json"]).ends_with(1);
        let report = ran.json();
        assert_eq!(report.subjects("writes", "unknown"), ["Eve"], "{id:?}");
        assert_eq!(report.state("user_roles"), "partial");
        let paths: Vec<String> = api.requests().into_iter().map(|request| request.path).collect();
        assert!(paths.iter().all(|path| path.starts_with("/v1/organization/")), "{paths:?}");
    }
}

#[test]
fn a_snapshot_keeps_hostile_names_and_gives_the_same_report() {
    for name in NAMES {
        let api = FakeApi::start(hostile(name), Behaviour::default());
        let folder = tempfile::tempdir().expect("a folder");
        rolelint(&api).inside(folder.path()).args(["fetch", "-o", "org.jsonl"]).run().ends_with(0);
        let live = run(&api, &["--format", "json"]).json();
        let stored =
            offline().inside(folder.path()).check(POLICY).args(["--snapshot", "org.jsonl", "--format", "json"]);
        assert_eq!(stored.run().ends_with(1).json().0["findings"], live.0["findings"], "{name:?}");
    }
}

#[test]
fn text_from_the_api_is_escaped() {
    let bodies = [
        r#"{"error": {"message": "no\u001b[2J\n\u202eway \u009b31m"}}"#,
        r#"{"data": [{"id": "a", "name": 5, "created_at": "\u001b[2J\u202e", "added_at": "\u001b[2J"}], "has_more": false}"#,
    ];
    for body in bodies {
        let api = faulty(small(), "**", When::Always, What::Body(body.to_owned()));
        for args in [&["-vv"][..], &["--format", "json"]] {
            let ran = run(&api, args).ends_with(3);
            assert!(!ran.everything().chars().any(|c| c != '\n' && hidden(c)), "{}", ran.everything());
        }
    }
}

#[test]
fn the_name_of_a_policy_file_is_escaped() {
    let file = "a\u{1b}[2J\u{202e}.yaml";
    let rule = "version: 1\nrules:\n  - id: asked\n    select: role\n    forbid: { name: Writer }\n";
    let api = FakeApi::start(small(), Behaviour::default());
    for (content, code) in [(rule, 1), ("version: 2\n", 2)] {
        for args in [&["check", "--policy", "p"][..], &["check", "--policy", "p", "--format", "json"]] {
            let ran =
                rolelint(&api).file(&format!("p/{file}"), content).args(args.iter().copied()).run().ends_with(code);
            let found: Vec<char> = ran.everything().chars().filter(|&c| c != '\n' && hidden(c)).collect();
            assert!(found.is_empty(), "{found:?} in\n{}", ran.everything());
        }
    }
}

#[test]
fn escapes_in_a_policy_are_shown_escaped() {
    let policy = r#"version: 1
rules:
  - id: asked
    title: "a \e[2J title"
    rationale: "a \u202e reason"
    remediation: "a \x9b remedy"
    references: ["https://x.example/\e[2J"]
    controls: { "so\e[2Jc2": ["CC\e6.1"] }
    tags: ["\e"]
    select: role
    forbid: { name: ["\eno", "*er"] }
"#;
    let api = FakeApi::start(small(), Behaviour::default());
    for args in [&["-vv"][..], &["--format", "json"]] {
        let ran = rolelint(&api).check(policy).args(args.iter().copied()).run().ends_with(1);
        let found: Vec<char> = ran.everything().chars().filter(|&c| c != '\n' && hidden(c)).collect();
        assert!(found.is_empty(), "{found:?} in\n{}", ran.everything());
    }
}
