//! `rolelint lint`: what is odd is found in its place, and nothing else is.

mod configuration;
mod load_errors;
mod of_a_snapshot;

use std::collections::BTreeSet;

use rolelint::document::Code;
use rolelint::lint::LINTS;
use rolelint::report::Format;
use serde_json::Value;

use crate::support::harness::{Rolelint, acme, offline, rolelint, text};
use crate::support::shell::repository;

/// What a policy is like that nothing is odd about but what a row of a table says.
const QUIET: [&str; 2] = ["--allow-lint", "untested-rule,undocumented-rule"];

fn policy(params: &str, rules: &[&str]) -> String {
    let rules = rules.iter().enumerate().map(|(at, rule)| format!("  - {{ id: rule-{at}, {rule} }}\n"));
    format!("version: 1\nparams: {{ {params} }}\nrules:\n{}", rules.collect::<String>())
}

fn found(run: Rolelint, args: &[&str], code: i32) -> Vec<Value> {
    let report = run.args(["lint", "--format", "json"]).args(args.iter().copied()).run().ends_with(code).json().0;
    report["findings"].as_array().expect("a list").clone()
}

/// The codes and rules of what is found.
fn codes(params: &str, rules: &[&str]) -> Vec<String> {
    let text_of = policy(params, rules);
    let run = offline().file("p.yaml", &text_of).args(["lint", "p.yaml", "--format", "json"]).args(QUIET);
    let report = run.run().json().0;
    let findings = report["findings"].as_array().expect("a list").clone();
    let about = |finding: &Value| match text(&finding["subject"]["kind"]) {
        "rule" => text(&finding["subject"]["id"]).to_owned(),
        _ => "-".to_owned(),
    };
    findings.iter().map(|finding| format!("{} {}", text(&finding["rule"]), about(finding))).collect()
}

#[test]
fn each_finding_stands_under_its_words() {
    let text = policy("used: [x], other: 1", &["select: role, forbid: { name: $used, permissions: api.group.write }"]);
    let ran = offline().file("p.yaml", text).args(["lint", "p.yaml"]).args(QUIET).run().ends_with(1);
    insta::assert_snapshot!(ran.everything());
}

#[test]
fn rules_that_say_the_same_are_found_however_they_are_put() {
    let same = [
        ("select: role, forbid: { name: [a, b] }", "select: role, forbid: { name: [b, a] }"),
        (
            "select: role, where: { name: a }, forbid: { scope: project }",
            "select: role, forbid: { scope: project, name: a }",
        ),
        ("select: user, forbid: { email: A@x.example }", "select: user, forbid: { email: a@x.example }"),
        ("select: user, count: { max: 3 }", "select: user, count: { max: $n }"),
        (
            "select: user, require: { all: [{ enabled: true }, { banned: false }] }",
            "select: user, require: { banned: false, enabled: true }",
        ),
    ];
    for (one, other) in same {
        let params = if other.contains("$n") { "n: 3" } else { "" };
        assert_eq!(codes(params, &[one, other]), ["duplicate-rule rule-1"], "{one}\n{other}");
    }
    let different = [
        ("select: role, forbid: { name: a }", "select: group, forbid: { name: a }"),
        ("select: role, forbid: { name: a }", "select: role, require: { name: a }"),
        (
            "select: role, where: { name: a }, require: { scope: project }",
            "select: role, require: { scope: project, name: a }",
        ),
        (
            "select: user, forbid: { holds: { none: { role: owner } } }",
            "select: user, forbid: { holds: { role: owner } }",
        ),
        ("select: role, forbid: { name: A }", "select: role, forbid: { name: a }"),
    ];
    for (one, other) in different {
        let found = codes("", &[one, other]);
        assert!(!found.iter().any(|line| line.starts_with("duplicate-rule")), "{one}\n{other}");
    }
}

/// The wider rule, and the one that finds nothing of its own.
const COVERED: [(&str, &str); 9] = [
    ("select: role, forbid: { permissions: 'api.*' }", "select: role, forbid: { permissions: api.groups.write }"),
    (
        "select: role, forbid: { permissions: '*.write' }",
        "select: role, forbid: { permissions: ['api.roles.write', 'api.*.write'] }",
    ),
    (
        "select: role, forbid: { permissions: api.groups.write }",
        "select: role, where: { predefined_role: false }, forbid: { permissions: api.groups.write }",
    ),
    (
        "select: role, forbid: { permissions: api.groups.write }",
        "select: role, forbid: { permissions: { all: [api.groups.read, api.groups.write] } }",
    ),
    (
        "select: user, forbid: { holds: { permission: api.groups.write } }",
        "select: user, forbid: { holds: { permission: api.groups.write, scope: organization } }",
    ),
    (
        "select: user, forbid: { any: [{ holds: { permission: api.groups.write } }, { enabled: false }] }",
        "select: user, forbid: { enabled: false }",
    ),
    (
        "select: user, require: { email: ada@x.example }",
        "select: user, where: { is_scim_managed: false }, require: { email: '*@x.example' }",
    ),
    ("select: user, count: { min: 2, max: 3 }", "select: user, count: { max: 4 }"),
    ("select: group, forbid: { name: '*' }", "select: group, forbid: { name: [Platform, Data] }"),
];

#[test]
fn a_rule_that_another_covers_finds_nothing_of_its_own_in_an_organization() {
    let api = acme();
    for (wide, narrow) in COVERED {
        assert_eq!(codes("", &[wide, narrow]), ["covered-rule rule-1"], "{wide}\n{narrow}");
        assert_eq!(codes("", &[narrow, wide]), ["covered-rule rule-0"], "{wide}\n{narrow}");
        let report = rolelint(&api).check(&policy("", &[wide, narrow])).args(["--format", "json"]).run().json();
        let subjects = |rule| report.subjects(rule, "violation").into_iter().collect::<BTreeSet<_>>();
        assert!(subjects("rule-1").is_subset(&subjects("rule-0")), "{wide}\n{narrow}");
    }
}

#[test]
fn what_is_not_plainly_covered_is_left_alone() {
    let table = [
        // The milder rule is the wider one.
        ("severity: low, select: role, forbid: { name: '*' }", "severity: high, select: role, forbid: { name: a }"),
        ("select: role, forbid: { name: 'a*' }", "select: role, forbid: { name: 'b*' }"),
        ("select: role, forbid: { name: { any: '*', except: a } }", "select: role, forbid: { name: a }"),
        (
            "select: role, forbid: { permissions: { any: 'api.*', count: { min: 3 } } }",
            "select: role, forbid: { permissions: api.roles.read }",
        ),
        (
            "select: user, forbid: { holds: { every: { scope: project, role: owner } } }",
            "select: user, forbid: { holds: { role: owner } }",
        ),
        (
            "select: project, forbid: { holders: { user: { email: a@x.example } } }",
            "select: project, forbid: { holders: { user: { email: a@x.example }, permission: api.roles.write } }",
        ),
    ];
    for (one, other) in table {
        assert_eq!(codes("", &[one, other]), Vec::<String>::new(), "{one}\n{other}");
    }
}

#[test]
fn words_that_nobody_knows_are_found_with_what_is_meant() {
    // The rule, the lint, and what helps; nothing is found where there is no code.
    let table = [
        ("select: role, forbid: { permissions: api.gruops.write }", "unknown-permission", "`api.groups.write`"),
        (
            "select: role, forbid: { permissions: { all: [api.zzz] } }",
            "unknown-permission",
            "rolelint list permissions",
        ),
        ("select: grant, forbid: { permission: 'api.group.*' }", "unknown-permission", "did you mean"),
        ("select: role, forbid: { permissions: '*.users.write' }", "", ""),
        ("select: role, forbid: { permissions: api.zzz }, allow_unmatched: true", "", ""),
        ("select: project, forbid: { status: archivd }", "unknown-word", "`archived`"),
        ("select: project, forbid: { status: 'arch*' }", "", ""),
        ("select: invite, forbid: { status: zzz }", "unknown-word", "pending, accepted, expired"),
        ("select: user, forbid: { holds: { role: ownr } }", "unknown-role", "`owner`"),
        ("select: user, forbid: { holds: { role: { name: Onwer } } }", "unknown-role", "`owner`"),
        ("select: user, forbid: { holds: { role: Owner } }", "", ""),
        ("select: user, forbid: { holds: { role: Platform Owner } }", "", ""),
        ("select: role, forbid: { id: role-api-organization-onwer }", "unknown-role", "`role-api-organization-owner`"),
        ("select: role, forbid: { id: role-api-project-viewer }", "", ""),
        ("select: role, forbid: { id: role_01J1F8 }", "", ""),
    ];
    for (rule, code, help) in table {
        let run = offline().file("p.yaml", policy("", &[rule]));
        let findings = found(run, &["p.yaml", QUIET[0], QUIET[1]], i32::from(!code.is_empty()));
        let codes: Vec<&str> = findings.iter().map(|finding| text(&finding["rule"])).collect();
        assert_eq!(codes, if code.is_empty() { vec![] } else { vec![code] }, "{rule}");
        assert!(findings.iter().all(|finding| text(&finding["message"]).contains(help)), "{rule}: {findings:?}");
    }
}

#[test]
fn a_parameter_counts_as_used_where_a_rule_reads_it() {
    let used = ["select: role, where: { name: [$a, x] }, forbid: { permissions: { only: $b, count: { min: $c } } }"];
    assert_eq!(codes("a: [x], b: [api.roles.read], c: 1", &used), Vec::<String>::new());
    assert_eq!(codes("a: x", &["title: $a, select: role, forbid: { name: $$a }"]), ["unused-parameter -"]);
}

#[test]
fn rules_without_a_test_or_words_of_their_own_are_found() {
    let rules = [
        "rationale: r, remediation: r, controls: { soc2: [CC6.1] }, select: role, forbid: { name: a }",
        "rationale: r, select: role, forbid: { name: b }",
    ];
    let run = || offline().file("p.yaml", policy("", &rules));
    let said = |finding: &Value| text(&finding["message"]).split("; ").next().unwrap_or_default().to_owned();
    let line = |finding: &Value| format!("{} {}", text(&finding["rule"]), said(finding));
    let lines = |findings: Vec<Value>| findings.iter().map(line).collect::<Vec<_>>();
    let untested = lines(found(run(), &["p.yaml"], 1));
    assert_eq!(
        untested,
        [
            "untested-rule no test names `rule-0` under `expect`",
            "untested-rule no test names `rule-1` under `expect`",
            "undocumented-rule `rule-1` has no remediation, no controls",
        ]
    );
    let test = "tests:\n  - { name: t, org: {}, expect: { rule-0: vacuous, rule-1: vacuous } }\n";
    for paths in [&["p.yaml"][..], &["."], &["p.yaml", "p_test.yaml"]] {
        let findings = found(run().file("p_test.yaml", test), paths, 0);
        assert_eq!(lines(findings), ["undocumented-rule `rule-1` has no remediation, no controls"], "{paths:?}");
    }
    let findings = found(run().file("p_test.yaml", test), &["p.yaml", "--fail-on", "info"], 1);
    assert_eq!(findings[0]["policy"]["line"], 5);
}

#[test]
fn what_does_not_load_ends_with_2_and_every_problem() {
    let broken = policy("", &["select: role, forbid: { nme: x }", "select: rol, forbid: {}"]);
    let ran = offline().file("p.yaml", broken).args(["lint", "p.yaml"]).run().ends_with(2);
    assert!(ran.stderr.contains("`nme`") && ran.stderr.contains("`rol`") && ran.stdout.is_empty(), "{}", ran.stderr);
    let good = policy("", &["select: role, forbid: { name: x }"]);
    let run =
        offline().file("p.yaml", good).file("p_test.yaml", "tests: [{ name: t, org: {}, expect: { rul: pass } }]");
    let ran = run.args(["lint", "p.yaml"]).run().ends_with(2);
    assert!(ran.stderr.contains("p_test.yaml:1:"), "{}", ran.stderr);
    offline().args(["lint", "missing.yaml"]).run().ends_with(2);
    let ran = offline().args(["lint", "--allow-lint", "untested"]).run().ends_with(2);
    assert!(ran.stderr.contains("untested-rule"), "{}", ran.stderr);
}

#[test]
fn nothing_is_odd_about_what_we_ship_or_print() {
    assert_eq!(found(offline(), &["--fail-on", "info"], 0), Vec::<Value>::new());
    let pack = offline()
        .file("recommended.yaml", repository("policies/recommended.yaml"))
        .file("recommended_test.yaml", repository("policies/recommended_test.yaml"));
    assert_eq!(found(pack, &["."], 0), Vec::<Value>::new());
    // Two pages have a policy that is there to be odd.
    let odd = ["docs/guide.md", "docs/linting.md"];
    let pages = shipped("docs", "md").into_iter().filter(|page| !odd.contains(&page.as_str()));
    for page in pages.chain(["README.md".to_owned()]) {
        for snippet in repository(&page).split("```yaml\nversion: 1\n").skip(1) {
            let policy = format!("version: 1\n{}", snippet.split("```").next().expect("a fence ends"));
            if !policy.contains("\nrules:") {
                continue;
            }
            let findings = found(offline().file("p.yaml", policy), &["p.yaml", QUIET[0], QUIET[1]], 0);
            assert_eq!(findings, Vec::<Value>::new(), "{page}");
        }
    }
}

#[test]
fn nothing_is_odd_about_the_policies_of_the_examples() {
    let policies: Vec<String> = ["policies", "examples"]
        .iter()
        .flat_map(|folder| shipped(folder, "yaml"))
        .filter(|file| !file.ends_with("_test.yaml") && repository(file).contains("\nrules:"))
        .collect();
    assert!(policies.contains(&"policies/recommended.yaml".to_owned()));
    for file in policies {
        let findings = found(offline().file("p.yaml", repository(&file)), &["p.yaml", QUIET[0], QUIET[1]], 0);
        assert_eq!(findings, Vec::<Value>::new(), "{file}");
    }
}

/// The files of the repository below a folder that have this ending.
fn shipped(folder: &str, ending: &str) -> Vec<String> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for entry in std::fs::read_dir(root.join(folder)).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        let name = format!("{folder}/{}", entry.file_name().expect("a name").to_string_lossy());
        if entry.is_dir() {
            found.extend(shipped(&name, ending));
        } else if name.ends_with(&format!(".{ending}")) {
            found.push(name);
        }
    }
    found
}

#[test]
fn every_lint_has_a_section_with_its_severity_in_the_documentation() {
    let page = repository("docs/linting.md");
    for lint in &LINTS {
        let (code, severity) = (lint.code, lint.severity.name());
        assert!(page.contains(&format!("\n### {code}\n")), "{code} has no section");
        assert!(page.contains(&format!("| [`{code}`](#{code}) | {severity} |")), "{code} has no row");
    }
    for code in Code::ALL {
        assert!(page.contains(&format!("\n### {}\n", code.name())), "{} has no section", code.name());
    }
    assert_eq!(page.matches("\n### ").count(), LINTS.len() + Code::ALL.len());
}

#[test]
fn what_is_found_goes_through_every_format() {
    let text = policy("a: 1", &["select: role, forbid: { permissions: api.zzz }"]);
    for format in ["text", "json", "jsonl", "csv", "prometheus", "junit", "gitlab", "github", "markdown", "sarif"] {
        let folder = tempfile::tempdir().expect("a folder");
        let run = || offline().inside(folder.path()).file("p.yaml", &text).args(["lint", "p.yaml"]).args(QUIET);
        let report = format!("{format}=report");
        let ran = run().args(["--format", format, "--report", &report]).run().ends_with(1);
        let written = std::fs::read_to_string(folder.path().join("report")).expect("it was written");
        assert_eq!(written, ran.stdout, "{format}");
        for code in ["unused-parameter", "unknown-permission"] {
            assert!(ran.stdout.contains(code), "{format}: {}", ran.stdout);
        }
    }
}

#[test]
fn the_results_are_rendered_again_and_each_finding_keeps_its_file() {
    let one = policy("a: 1", &["select: role, forbid: { name: a }"]);
    let two = one.replace("rule-0", "rule-1").replace("name: a", "name: b");
    let args = ["lint", "one.yaml", "two.yaml", "--format", "json", "--report", "csv=direct.csv"];
    let folder = tempfile::tempdir().expect("a folder");
    let run = offline().inside(folder.path()).file("one.yaml", one).file("two.yaml", two);
    let ran = run.args(args).args(QUIET).run().ends_with(1);
    let again = offline().file("results.json", &ran.stdout).args(["report", "results.json", "--format", "csv"]);
    let again = again.run().ends_with(1);
    assert_eq!(again.stdout, std::fs::read_to_string(folder.path().join("direct.csv")).expect("it was written"));
    assert!(
        again.stdout.contains(",\"one.yaml\",\"2\"") && again.stdout.contains(",\"two.yaml\",\"2\""),
        "{}",
        again.stdout
    );
}

fn text_of(finding: &Value) -> String {
    text(&finding["message"]).split("; ").next().unwrap_or_default().to_owned()
}

#[test]
fn a_report_of_files_has_lints_and_neither_an_organization_nor_a_time() {
    let text = policy("", &["select: role, forbid: { permissions: api.zzz }"]);
    let run = |format: &str| {
        let run = offline().file("p.yaml", &text).args(["lint", "p.yaml", "--format", format]).args(QUIET);
        run.run().ends_with(1)
    };
    let json = run("json");
    let report = json.json().0;
    assert_eq!(
        (&report["judges"], &report["as_of"], &report["organization"]),
        (&"lints".into(), &Value::Null, &Value::Null)
    );
    for format in ["json", "prometheus", "junit", "sarif"] {
        assert!(!run(format).stdout.contains("1970") && !run(format).stdout.contains("timestamp"), "{format}");
    }
    let text = run("text").stdout;
    assert!(text.contains("exit 1: 1 lint is violated") && text.contains("8 lints: 1 violation"), "{text}");
    let again = offline().file("r.json", &json.stdout).args(["report", "r.json"]).run().ends_with(1);
    assert_eq!(again.stdout, text);
}

#[test]
fn no_format_dates_what_has_no_age() {
    let text = policy("", &["select: role, forbid: { permissions: api.group.write }"]);
    for format in Format::ALL.into_iter().filter(|format| !format.is_binary()) {
        let run = offline().file("p.yaml", &text).args(["lint", "p.yaml", "--format", format.name()]);
        let ran = run.run().ends_with(1);
        assert!(!ran.stdout.contains("1970"), "{}: {}", format.name(), ran.stdout);
        let zero = ["\"time\":0,", "\"time\": 0,"].iter().any(|zero| ran.stdout.contains(zero));
        assert!(!zero, "{}: {}", format.name(), ran.stdout);
    }
}
