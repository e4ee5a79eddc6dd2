//! What lint finds with the organization of a snapshot: words that nothing matches, and rules that select nothing.

use serde_json::Value;

use super::{QUIET, found, policy};
use crate::support::fake::What;
use crate::support::harness::{Ran, acme, offline, rolelint, text};
use crate::support::small::{denied, with};

#[test]
fn a_snapshot_shows_rules_that_select_nothing_and_words_that_match_nothing() {
    let api = acme();
    let rules = [
        "select: user, where: { email: nobody@acme.example }, forbid: { role: owner }",
        "select: role, forbid: { name: zzz }",
        "select: user, forbid: { banned: true }",
    ];
    let folder = tempfile::tempdir().expect("a folder");
    rolelint(&api).inside(folder.path()).args(["fetch", "-o", "org.jsonl"]).run().ends_with(0);
    let run = offline().inside(folder.path()).file("p.yaml", policy("", &rules));
    let findings = found(run, &["p.yaml", "--snapshot", "org.jsonl", QUIET[0], QUIET[1]], 1);
    let lines: Vec<String> = findings
        .iter()
        .map(|finding| format!("{} {}", text(&finding["rule"]), text(&finding["subject"]["id"])))
        .collect();
    assert_eq!(lines, ["vacuous-rule rule-0", "unmatched-word rule-0", "unmatched-word rule-1"]);
}

#[test]
fn what_a_snapshot_does_not_tell_is_unknown() {
    let rules = [
        "select: user, where: { groups: { name: Platfrom } }, forbid: { holds: { role: Group Mnager } }",
        "select: user, forbid: { email: nobody@acme.example }",
        "select: group, allow_empty: true, allow_unmatched: true, forbid: { name: zzz }",
    ];
    let lint = |faults: &[(&str, What)]| {
        let folder = tempfile::tempdir().expect("a folder");
        let code = if faults.is_empty() { 0 } else { 3 };
        rolelint(&with(faults)).inside(folder.path()).args(["fetch", "-o", "org.jsonl"]).run().ends_with(code);
        let run = offline().inside(folder.path()).file("p.yaml", policy("", &rules));
        run.args(["lint", "p.yaml", "--format", "json", "--snapshot", "org.jsonl"]).args(QUIET).run()
    };
    let lines = |ran: &Ran| {
        let report = ran.json();
        let line = |finding: &Value| {
            let said = text(&finding["message"]).split("; ").next().unwrap_or_default();
            format!("{} {} {said}", text(&finding["status"]), text(&finding["rule"]))
        };
        report.findings().map(line).collect::<Vec<_>>()
    };
    let whole = lint(&[]).ends_with(1);
    assert!(lines(&whole).iter().all(|line| line.starts_with("violation")), "{:?}", lines(&whole));
    let denied = |path| (path, denied("api.groups.read"));
    let cut = lint(&[denied("/organization/groups"), denied("/organization/roles")]).ends_with(1);
    assert_eq!(
        lines(&cut),
        [
            "unknown vacuous-rule `rule-0`: unknown whether it selects anything in the snapshot",
            "unknown unmatched-word `Platfrom`: unknown whether any group has this name",
            "unknown unmatched-word `Group Mnager`: unknown whether any role has this name",
            "violation unmatched-word `nobody@acme.example`: no user has this email",
        ]
    );
    assert!(!cut.json().is_complete());
    assert!(cut.json().findings().any(|finding| finding["missing"].to_string().contains("groups")));
    let blind = lint(&[denied("/organization/groups"), denied("/organization/roles"), denied("/organization/users")]);
    assert!(!blind.json().is_complete() && blind.ends_with(3).stdout.contains("unknown"));
}
