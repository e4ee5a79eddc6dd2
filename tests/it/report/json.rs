//! The JSON report, against its published shape; and what both reports must say.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::fake::{Behaviour, FakeApi, Organization, User, What, When};
use crate::support::harness::{Json, acme, faulty, rolelint, text};
use crate::support::small::small;

fn recommended(api: &FakeApi) -> Json {
    rolelint(api).args(["check", "--as-of", "2026-06-01", "--format", "json"]).run().json()
}

#[track_caller]
fn has(value: &Value, fields: &[&str]) {
    let object = value.as_object().unwrap_or_else(|| panic!("{value} is no object"));
    for field in fields {
        assert!(object.contains_key(*field), "`{field}` is missing in {value}");
    }
}

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap_or_else(|| panic!("{value} is no list"))
}

#[test]
fn the_report_has_the_published_fields() {
    let denied =
        faulty(Organization::acme(), "/organization/users/user-01J1F8USER01/roles", When::Always, What::Status(403));
    for api in [acme(), denied] {
        let report = recommended(&api).0;
        has(
            &report,
            &[
                "schema_version",
                "tool",
                "as_of",
                "organization",
                "complete",
                "coverage",
                "disagreements",
                "oddities",
                "summary",
                "rules",
                "findings",
                "things",
            ],
        );
        assert_eq!(report["schema_version"], 2);
        assert_eq!(report["tool"], json!({"name": "rolelint", "version": env!("CARGO_PKG_VERSION")}));
        assert_eq!(report["as_of"], "2026-06-01T00:00:00Z");
        has(&report["organization"], &["source", "collected_at", "oldest_fact", "digest"]);
        assert_eq!(report["organization"]["oldest_fact"], report["organization"]["collected_at"]);
        has(&report["gate"], &["fail_on", "strict", "max_age", "exit_zero", "exit_code"]);
        for policy in list(&report["policies"]) {
            has(policy, &["file", "sha256", "rules", "params", "text"]);
        }
        for (kind, count) in report["population"].as_object().expect("a mapping") {
            assert!(count.is_u64(), "{kind}: {count}");
        }
        assert_eq!(report["organization"]["source"], api.base_url());
        let digest = text(&report["organization"]["digest"]).strip_prefix("sha256:").expect("the kind of digest");
        assert!(digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()), "{digest}");
        for row in list(&report["coverage"]) {
            has(row, &["collection", "state", "requests", "items", "unasked", "detail", "remarks"]);
            assert!(["complete", "partial", "denied", "failed", "not_asked"].contains(&text(&row["state"])), "{row}");
            assert_eq!(row["detail"].is_null(), ["complete", "not_asked"].contains(&text(&row["state"])), "{row}");
        }
        has(&report["summary"], &["violations", "unknown", "waived", "baselined", "by_severity", "rules"]);
        has(&report["summary"]["rules"], &["violation", "unknown", "vacuous", "pass"]);
        for rule in list(&report["rules"]) {
            has(
                rule,
                &[
                    "id",
                    "title",
                    "severity",
                    "verdict",
                    "selected",
                    "violations",
                    "unknown",
                    "policy",
                    "controls",
                    "notes",
                ],
            );
            assert!(["violation", "unknown", "vacuous", "pass"].contains(&text(&rule["verdict"])), "{rule}");
            has(&rule["policy"], &["file", "line", "end_line", "id"]);
            has(rule, &["rationale", "remediation", "references", "tags", "unread"]);
            for matched in list(&rule["matched"]) {
                has(matched, &["role", "permissions", "policy"]);
                has(&report["things"][text(&matched["role"])], &["kind", "id"]);
            }
        }
        assert!(!list(&report["findings"]).is_empty());
        for finding in list(&report["findings"]) {
            has(
                finding,
                &[
                    "rule",
                    "status",
                    "subject",
                    "message",
                    "evidence",
                    "selected_by",
                    "missing",
                    "paths",
                    "policy",
                    "fingerprint",
                ],
            );
            assert!(["violation", "unknown"].contains(&text(&finding["status"])), "{finding}");
            has(&finding["subject"], &["kind", "id"]);
            has(&finding["policy"], &["line", "column", "end_line", "end_column"]);
            for evidence in list(&finding["evidence"]) {
                has(evidence, &["attribute", "value", "policy"]);
            }
            for path in list(&finding["paths"]) {
                assert!(!list(&path["via"]).is_empty());
                for step in list(&path["via"]).iter().filter(|step| **step != finding["subject"]["id"]) {
                    has(&report["things"][text(step)], &["kind", "id"]);
                }
            }
        }
    }
}

#[test]
fn the_summary_counts_what_is_listed() {
    let denied =
        faulty(Organization::acme(), "/organization/users/user-01J1F8USER01/roles", When::Always, What::Status(403));
    for api in [acme(), denied] {
        let report = recommended(&api);
        let count = |status: &str| report.findings().filter(|finding| finding["status"] == status).count();
        assert_eq!(report.0["summary"]["violations"], count("violation"));
        assert_eq!(report.0["summary"]["unknown"], count("unknown"));
        for verdict in ["violation", "unknown", "vacuous", "pass"] {
            assert_eq!(report.0["summary"]["rules"][verdict], report.rules_that_are(verdict).len());
        }
        for (rule, _) in report.verdicts() {
            let of = |status| report.subjects(rule, status).len();
            assert_eq!(report.rule(rule)["violations"], of("violation"), "{rule}");
            assert_eq!(report.rule(rule)["unknown"], of("unknown"), "{rule}");
        }
    }
}

#[test]
fn coverage_counts_requests_and_items() {
    let report = recommended(&acme());
    let counted: Vec<(&str, u64, u64)> = list(&report.0["coverage"])
        .iter()
        .map(|row| (text(&row["collection"]), row["requests"].as_u64().expect("n"), row["items"].as_u64().expect("n")))
        .collect();
    let assignments = 5 + 35 + (12 + 3 + 3 + 3 + 4 * 2 + 8 + 5) + 2;
    assert_eq!(
        counted,
        [
            ("roles", 1, 12),
            ("users", 1, 41),
            ("user_roles", 41, assignments),
            ("groups", 1, 8),
            ("group_roles", 8, 8),
            ("group_members", 8, 38),
            ("projects", 1, 6),
            ("project_users", 6, 21),
            ("project_groups", 6, 5),
            ("project_roles", 6, 21),
            // Of the contractors alone.
            ("project_user_roles", 5, 14),
            ("project_group_roles", 5, 7),
            ("service_accounts", 6, 5),
            ("service_account_roles", 5, 5),
            ("api_keys", 6, 12),
            // The keys of projects are in the list, too.
            ("admin_api_keys", 1, 15),
            ("invites", 1, 4),
        ]
    );
}

#[test]
fn every_fingerprint_is_unique_and_stable() {
    let fingerprints = |api: &FakeApi| -> BTreeSet<(String, String)> {
        let report = recommended(api);
        let of = |finding: &Value| (text(&finding["rule"]).to_owned(), text(&finding["fingerprint"]).to_owned());
        let all: BTreeSet<_> = report.findings().map(of).collect();
        assert_eq!(all.len(), report.findings().count(), "two findings share a fingerprint");
        all
    };
    let before = fingerprints(&acme());
    // Other names, descriptions and times, another order of the lists: the findings are the same.
    let mut organization = Organization::acme();
    organization.users.reverse();
    organization.groups.reverse();
    organization.roles.reverse();
    for user in &mut organization.users {
        user.name += " Jr.";
        user.added_at += 1;
    }
    for group in &mut organization.groups {
        group.name += " (renamed)";
    }
    let after = fingerprints(&FakeApi::start(organization, Behaviour::default()));
    assert_eq!(before, after);
}

#[test]
fn a_finding_points_at_the_pattern_that_matched() {
    let policy = "version: 1\nrules:\n  - id: asked\n    select: role\n    forbid:\n      permissions:\n        - api.none\n        - 'api.files.w*'\n";
    let api = FakeApi::start(small(), Behaviour::default());
    let report = rolelint(&api).check(policy).args(["--format", "json"]).run().ends_with(1).json();
    let findings: Vec<_> = report.findings().collect();
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0]["policy"], json!({"line": 8, "column": 11, "end_line": 8, "end_column": 25}));
    let evidence = json!({
        "attribute": "permissions", "value": "api.files.write", "type": "permission", "policy": findings[0]["policy"],
    });
    assert_eq!(findings[0]["evidence"], json!([evidence]));
}

#[test]
fn columns_are_counted_in_characters() {
    let policy = "version: 1\nrules:\n  - id: asked\n    select: role\n    forbid: { name: ['ÄÖÜ', '李', Writer] }\n";
    let api = FakeApi::start(small(), Behaviour::default());
    let report = rolelint(&api).check(policy).args(["--format", "json"]).run().ends_with(1).json();
    assert_eq!(report.findings().next().expect("one")["policy"]["column"], 34);
}

#[test]
fn a_name_that_does_not_exist_is_noted_with_the_nearest() {
    let rules = [
        (
            "select: user\n    where: { email: bib@acme.example }\n    forbid: {}",
            "bib@acme.example",
            "bob@acme.example",
        ),
        ("select: user\n    forbid: { holds: { permission: api.group.write } }", "api.group.write", "api.groups.write"),
        ("select: user\n    forbid: { groups: { name: Op } }", "Op", "Ops"),
        ("select: grant\n    forbid: { role: Wrtier }", "Wrtier", "Writer"),
        ("select: grant\n    forbid: { role: [Writer, Tolbox] }", "Tolbox", "Toolbox"),
        ("select: user\n    where: { role: ownr }\n    count: { max: 4 }", "ownr", "owner"),
        ("select: user\n    forbid: { holds: { via: { group: { name: Fils } } } }", "Fils", "Files"),
        (
            "select: user\n    forbid: { holds: { permission: { any: '*', except: api.file.read } } }",
            "api.file.read",
            "api.files.read",
        ),
    ];
    let api = FakeApi::start(small(), Behaviour::default());
    for (rule, literal, nearest) in rules {
        let policy = format!("version: 1\nrules:\n  - id: asked\n    {rule}\n");
        let report = rolelint(&api).check(&policy).args(["--format", "json"]).run().json();
        let notes = report.rule("asked")["notes"].to_string();
        assert!(notes.contains(&format!("`{literal}`")) && notes.contains(&format!("`{nearest}`")), "{rule}: {notes}");
        let said = rolelint(&api).check(&policy).run().stdout;
        assert!(said.contains(literal) && said.contains(nearest), "{said}");
    }
}

#[test]
fn a_name_that_may_be_in_unread_data_is_not_reported() {
    let policy =
        "version: 1\nrules:\n  - id: asked\n    select: user\n    where: { email: zoe@acme.example }\n    forbid: {}\n";
    let api = faulty(small(), "/organization/users", When::Always, What::Status(403));
    let report = rolelint(&api).check(policy).args(["--format", "json"]).run().ends_with(3).json();
    assert_eq!(report.rule("asked")["notes"], json!([]));
}

#[test]
fn what_was_not_requested_is_recorded_as_such() {
    let policy = "version: 1\nrules:\n  - id: asked\n    select: role\n    forbid: { name: None }\n";
    let api = FakeApi::start(small(), Behaviour::default());
    let report = rolelint(&api).check(policy).args(["--format", "json"]).run().ends_with(0).json();
    assert_eq!(report.state("roles"), "complete");
    for collection in ["users", "user_roles", "groups", "group_roles", "group_members"] {
        assert_eq!(report.state(collection), "not_asked");
    }
}

#[test]
fn the_text_report_names_unknown_vacuous_and_coverage() {
    let policy = "version: 1\nrules:\n  - id: asked\n    select: user\n    forbid: { holds: { permission: api.batch.write } }\n  \
                  - id: empty\n    select: group\n    where: { is_scim_managed: true, name: Files }\n    forbid: {}\n";
    let api = faulty(small(), "/organization/users/user-bob/roles", When::Always, What::Status(403));
    let ran = rolelint(&api).check(policy).run().ends_with(3);
    insta::assert_snapshot!(ran.without_time());
}

#[test]
fn a_finding_keeps_a_hundred_paths_and_counts_the_others() {
    let mut organization = small();
    let roles: Vec<String> = ["role_1", "role_2", "role_4"].map(str::to_owned).into();
    for number in 0..50 {
        let user = User { id: format!("user-{number}"), roles: roles.clone(), ..organization.users[1].clone() };
        organization.groups[2].members.push(user.id.clone());
        organization.users.push(user);
    }
    let api = FakeApi::start(organization, Behaviour::default());
    let policy = "version: 1\nrules:\n  - id: asked\n    select: group\n    where: { name: Void }\n    forbid: { members: { holds: { scope: organization, permission: 'api.*' } } }\n";
    let report = rolelint(&api).check(policy).args(["--format", "json"]).run().ends_with(1).json();
    let findings: Vec<_> = report.findings().collect();
    assert_eq!((findings.len(), list(&findings[0]["paths"]).len()), (1, 100));
    // Three roles each, and the role of a reader.
    assert_eq!(findings[0]["more_paths"], 50 * 4 - 100);
    let text = rolelint(&api).check(policy).run().ends_with(1).stdout;
    assert!(text.contains("      and 188 more paths\n"), "{text}");
}
