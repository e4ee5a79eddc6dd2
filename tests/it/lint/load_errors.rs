//! Files that do not load: each error has its kind, and every format reports it.

use std::collections::BTreeSet;

use rolelint::document::Code;
use rolelint::report::Format;

use crate::support::harness::{Rolelint, offline, text};

/// A policy with one error of each kind.
const POLICIES: [(&str, &str); 15] = [
    ("syntax", "version: 1\nrules: [\n"),
    ("hidden-character", "version: 1\nrules:\n  - { id: r, select: user, forbid: { name: a\u{202e}b } }\n"),
    ("unsupported-version", "version: 9\nrules:\n  - { id: r, select: user, forbid: { name: a } }\n"),
    ("unknown-key", "version: 1\nrules:\n  - { id: r, select: user, forbid: { naem: a } }\n"),
    ("missing-key", "version: 1\nrules:\n  - { id: r, forbid: { name: a } }\n"),
    ("misplaced", "version: 1\nrules:\n  - { id: r, select: user, forbid: { name: a }, require: { name: b } }\n"),
    (
        "duplicate",
        "version: 1\nrules:\n  - { id: r, select: user, forbid: { name: a } }\n  - { id: r, select: user, forbid: { name: b } }\n",
    ),
    ("wrong-type", "version: 1\nrules:\n  - { id: r, select: user, forbid: { name: 2024 } }\n"),
    ("empty", "version: 1\nrules: []\n"),
    ("invalid-value", "version: 1\nrules:\n  - { id: r, select: user, forbid: { added_at: { older_than: long } } }\n"),
    ("unknown-name", "version: 1\nrules:\n  - { id: r, select: usr, forbid: { name: a } }\n"),
    (
        "unused-name",
        "version: 1\nconditions: { c: { select: user, name: a } }\nrules:\n  - { id: r, select: user, forbid: { name: a } }\n",
    ),
    ("invalid-pattern", "version: 1\nrules:\n  - { id: r, select: user, forbid: { name: '[a' } }\n"),
    ("never-holds", "version: 1\nrules:\n  - { id: r, select: user, forbid: { name: { any: a, except: a } } }\n"),
    ("always-holds", "version: 1\nrules:\n  - { id: r, select: user, require: {} }\n"),
];

fn lint(policy: &str) -> Rolelint {
    offline().file("p.yaml", policy).args(["lint", "p.yaml"])
}

#[test]
fn every_kind_of_error_is_told_on_stderr_and_is_a_rule_of_the_report() {
    let known: BTreeSet<&str> = Code::ALL.map(Code::name).into();
    assert_eq!(POLICIES.map(|(code, _)| code).into_iter().collect::<BTreeSet<_>>(), known);
    for (code, policy) in POLICIES {
        let ran = lint(policy).args(["--format", "json"]).run().ends_with(2);
        assert!(ran.stderr.starts_with(&format!("error[{code}]: ")), "{}", ran.stderr);
        let report = ran.json().0;
        assert_eq!((&report["judges"], &report["complete"]), (&"load_errors".into(), &false.into()), "{code}");
        assert_eq!(report["gate"]["exit_code"], 2);
        assert_eq!(report["findings"][0]["rule"], code);
        let place = &report["findings"][0]["policy"];
        assert!(
            ran.stderr.contains(&format!("p.yaml:{}:{}", place["line"], place["column"])),
            "{place} {}",
            ran.stderr
        );
        // In text, what stands on stderr is the report.
        assert_eq!(lint(policy).run().ends_with(2).stdout, "");
    }
}

#[test]
fn every_format_has_the_errors_of_a_policy_a_test_and_a_waiver() {
    let (_, policy) = POLICIES[3];
    let fine = "version: 1\nrules:\n  - { id: r, select: user, forbid: { name: a } }\n";
    let files = [
        [("p.yaml", policy), ("p_test.yaml", ""), ("w.yaml", "")],
        [("p.yaml", fine), ("p_test.yaml", "version: 1\npolicy: p.yaml\ntest: []\n"), ("w.yaml", "")],
        [
            ("p.yaml", fine),
            ("p_test.yaml", "version: 1\npolicy: p.yaml\ntests: []\n"),
            ("w.yaml", "version: 1\nwaiver: []\n"),
        ],
    ];
    for files in &files {
        for format in Format::ALL.into_iter().filter(|format| !format.is_binary()) {
            let run = files
                .iter()
                .filter(|(_, text)| !text.is_empty())
                .fold(offline(), |run, (name, text)| run.file(name, *text));
            let waivers = ["--waivers", "w.yaml"].into_iter().filter(|_| !files[2].1.is_empty());
            let ran = run.args(["lint", "p.yaml", "--format", format.name()]).args(waivers).run().ends_with(2);
            assert!(ran.stderr.contains("error[unknown-key]: "), "{}", ran.stderr);
            if format != Format::Text {
                assert!(
                    ran.stdout.contains("unknown-key") || ran.stdout.contains("critical"),
                    "{files:?} {}",
                    format.name()
                );
            }
        }
    }
}

#[test]
fn a_report_of_load_errors_is_rendered_again_with_its_exit_code() {
    let folder = tempfile::tempdir().expect("a folder");
    let report = folder.path().join("r.json");
    let report = report.to_str().expect("UTF-8");
    lint(POLICIES[3].1).args(["--report", &format!("json={report}")]).run().ends_with(2);
    let ran = offline().args(["report", report]).run().ends_with(2);
    insta::assert_snapshot!(ran.stdout);
    assert!(
        text(
            &serde_json::from_str::<serde_json::Value>(&std::fs::read_to_string(report).expect("there")).expect("JSON")
                ["findings"][0]["message"]
        )
        .contains("naem")
    );
}
