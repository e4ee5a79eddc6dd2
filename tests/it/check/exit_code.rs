//! The exit code, and what moves it: nothing but the facts, the policies and the flags of the gate.

use rolelint::report::Format;

use crate::support::fake::{Behaviour, FakeApi, Organization, What, When};
use crate::support::harness::{acme, faulty, offline, rolelint, text, too_many_requests};

/// Of ACME: one rule that is violated, and mildly; one that is not; one that selects nothing.
const MIXED: &str = "\
version: 1
rules:
  - id: blank-description
    severity: low
    tags: [roles, tidy]
    select: role
    forbid: { description: [null, ''] }
  - id: nobody-is-banned
    severity: critical
    tags: [users]
    select: user
    forbid: { banned: true }
  - id: no-such-group
    tags: [tidy]
    select: group
    where: { name: No such group }
    forbid: { holds: {} }
";

/// Needs the roles of users, and finds nothing in ACME.
const CLEAN: &str = "\
version: 1
rules:
  - id: nobody-deletes-models
    severity: critical
    select: user
    forbid: { holds: { permission: api.model.delete } }
";

const ONE_USER: &str = "/organization/users/user-01J1F8USER31/roles";

#[test]
fn an_organization_with_nothing_wrong_exits_with_0() {
    let ran = rolelint(&acme()).check(CLEAN).run().ends_with(0);
    assert!(ran.stdout.contains("\n1 rule: 0 violation, 0 unknown, 0 vacuous, 1 pass\nexit 0: "), "{}", ran.stdout);
    assert_eq!(ran.stderr, "");
}

#[test]
fn a_violation_exits_with_1() {
    rolelint(&acme()).check(MIXED).run().ends_with(1);
}

#[test]
fn a_violation_below_fail_on_is_reported_and_exits_with_0() {
    for (severity, code) in [("info", 1), ("low", 1), ("medium", 0), ("high", 0), ("critical", 0)] {
        let ran =
            rolelint(&acme()).check(MIXED).args(["--fail-on", severity, "--format", "json"]).run().ends_with(code);
        assert_eq!(ran.json().answer("blank-description"), "violation Automation Provisioner, Fine-tuning Pilot");
    }
}

#[test]
fn exit_zero_turns_1_into_0_and_changes_nothing_but_the_last_line_of_the_report() {
    let api = acme();
    let run = |args: &[&str]| rolelint(&api).check(MIXED).args(args.iter().copied()).run();
    let (plain, zero) = (run(&[]).ends_with(1), run(&["--exit-zero"]).ends_with(0));
    let parts = [&plain, &zero].map(|ran| {
        ran.without_time().trim_end().rsplit_once('\n').map(|(a, b)| (a.to_owned(), b.to_owned())).expect("lines")
    });
    assert_eq!(parts[0].0, parts[1].0);
    assert!(parts[0].1.starts_with("exit 1: "), "{}", parts[0].1);
    assert!(parts[1].1.starts_with("exit 0: ") && parts[1].1.contains("--exit-zero"), "{}", parts[1].1);
}

#[test]
fn exit_zero_does_not_touch_an_unknown_or_an_error() {
    let api = faulty(Organization::acme(), ONE_USER, When::Always, What::Status(403));
    rolelint(&api).check(CLEAN).args(["--exit-zero"]).run().ends_with(3);
    // A violation beside it makes it no greener.
    let both = format!("{CLEAN}{}", MIXED.split_once("rules:\n").expect("rules").1);
    rolelint(&api).check(&both).run().ends_with(1);
    rolelint(&api).check(&both).args(["--exit-zero"]).run().ends_with(3);
    rolelint(&api).check("version: 2").args(["--exit-zero"]).run().ends_with(2);
}

#[test]
fn a_rule_that_selects_nothing_fails_only_a_strict_gate() {
    let vacuous = MIXED.replace("forbid: { description: [null, '']", "forbid: { id: '', description: [null, '']");
    let run = |args: &[&str]| rolelint(&acme()).check(&vacuous).args(args.iter().copied()).run();
    let ran = run(&["--format", "json"]).ends_with(0);
    assert_eq!(ran.json().rules_that_are("vacuous"), ["no-such-group"]);
    run(&["--strict"]).ends_with(3);
    let expected = vacuous.replace("select: group", "allow_empty: true\n    select: group");
    rolelint(&acme()).check(&expected).args(["--strict"]).run().ends_with(0);
}

#[test]
fn a_violation_outranks_strict() {
    rolelint(&acme()).check(MIXED).args(["--strict"]).run().ends_with(1);
}

#[test]
fn the_environment_can_make_the_gate_strict() {
    let vacuous = MIXED.replace("forbid: { description: [null, '']", "forbid: { id: '', description: [null, '']");
    for value in ["1", "true"] {
        rolelint(&acme()).check(&vacuous).env("ROLELINT_STRICT", value).run().ends_with(3);
    }
    for value in ["0", "false"] {
        rolelint(&acme()).check(&vacuous).env("ROLELINT_STRICT", value).run().ends_with(0);
    }
    for (flags, code) in
        [(&["--no-strict"][..], 0), (&["--no-strict", "--strict"], 3), (&["--strict", "--no-strict"], 0)]
    {
        rolelint(&acme()).check(&vacuous).env("ROLELINT_STRICT", "1").args(flags.iter().copied()).run().ends_with(code);
    }
}

#[test]
fn flags_can_be_set_in_the_environment_and_the_command_line_takes_precedence() {
    let api = acme();
    let run = || rolelint(&api).check(MIXED);
    run().env("ROLELINT_FAIL_ON", "high").run().ends_with(0);
    run().env("ROLELINT_FAIL_ON", "high").args(["--fail-on", "low"]).run().ends_with(1);
    run().env("ROLELINT_FORMAT", "json").run().ends_with(1).json();
    run().env("ROLELINT_NO_PROGRESS", "true").run().ends_with(1);
    let by_name = rolelint(&api).file("p.yaml", CLEAN).env("ROLELINT_POLICY", "p.yaml").args(["check"]);
    by_name.run().ends_with(0);
}

#[test]
fn neither_format_nor_verbosity_nor_colour_changes_the_code() {
    let denied = faulty(Organization::acme(), ONE_USER, When::Always, What::Status(403));
    let cases = [(acme(), CLEAN, 0), (acme(), MIXED, 1), (denied, CLEAN, 3)];
    let looks: [&[&str]; 8] = [
        &["--report", "json=report.json", "--report", "sarif=report.sarif"],
        &["-q"],
        &["-qq"],
        &["-q", "-v"],
        &["-v"],
        &["-vv"],
        &["--color", "always"],
        &["--output", "report.txt"],
    ];
    for (api, policy, code) in &cases {
        for look in looks {
            rolelint(api).check(policy).args(look.iter().copied()).run().ends_with(*code);
        }
        for format in Format::ALL {
            rolelint(api).check(policy).args(["--format", format.name(), "-o", "report"]).run().ends_with(*code);
        }
    }
}

#[test]
fn one_user_whose_roles_are_denied_is_named_and_the_exit_code_is_3() {
    let denied = What::Denied { status: 403, scope: "api.roles.read".to_owned() };
    let api = faulty(Organization::acme(), ONE_USER, When::Always, denied);
    let ran = rolelint(&api).check(CLEAN).args(["--format", "json"]).run().ends_with(3);
    let report = ran.json();
    assert!(!report.is_complete());
    assert_eq!(report.answer("nobody-deletes-models"), "unknown Noor van Dijk");
    assert_eq!(report.state("user_roles"), "partial");
    let detail = text(&report.coverage("user_roles")["detail"]);
    assert_eq!(detail, format!("GET {ONE_USER}: 403, the key lacks the scope api.roles.read"));
    let unread = text(&report.rule("nobody-deletes-models")["unread"][0]["detail"]);
    assert!(unread.contains("scope api.roles.read"), "{unread}");

    let ran = rolelint(&api).check(CLEAN).run().ends_with(3);
    for said in ["noor.vandijk@acme.example", "api.roles.read", "403", "some answers are unknown"] {
        assert!(ran.stdout.contains(said), "{said} is not in\n{}", ran.stdout);
    }
}

#[test]
fn rules_on_roles_are_answered_even_if_a_users_roles_are_denied() {
    let denied = What::Denied { status: 403, scope: "api.roles.read".to_owned() };
    let api = faulty(Organization::acme(), ONE_USER, When::Always, denied);
    let policy = format!("{CLEAN}{}", MIXED.trim_start_matches("version: 1\nrules:\n"));
    let report = rolelint(&api).check(&policy).args(["--format", "json"]).run().ends_with(1).json();
    assert_eq!(report.answer("blank-description"), "violation Automation Provisioner, Fine-tuning Pilot");
    assert_eq!(report.answer("nobody-is-banned"), "pass");
    assert_eq!(report.answer("nobody-deletes-models"), "unknown Noor van Dijk");
    assert!(!report.is_complete());
    // Only what is unknown is left once the violation does not count.
    rolelint(&api).check(&policy).args(["--fail-on", "high"]).run().ends_with(3);
}

#[test]
fn data_older_than_max_age_is_unknown() {
    let folder = tempfile::tempdir().expect("a folder");
    rolelint(&acme()).inside(folder.path()).args(["fetch", "-o", "org.jsonl"]).run().ends_with(0);
    let path = folder.path().join("org.jsonl");
    let at = |time: i64| {
        let mut org = rolelint::snapshot::open(&path).expect("a snapshot").org;
        org.source.collected_at = time;
        rolelint::snapshot::save(&org, &path).expect("written");
    };
    at(1_700_000_000);

    let run = |policy: &str, args: &[&str]| {
        let run = offline().inside(folder.path()).check(policy).args(["--snapshot", "org.jsonl", "--format", "json"]);
        run.args(args.iter().copied()).run()
    };
    // Without a limit, old facts are good for an answer, but not without a word.
    let ran = run(CLEAN, &[]).ends_with(0);
    assert!(ran.stderr.starts_with("warning: the facts are from 2023-11-14T22:13:20Z, "), "{}", ran.stderr);
    assert!(
        ran.stderr.contains(" days ago; with --max-age, every rule that passes would be unknown"),
        "{}",
        ran.stderr
    );
    assert_eq!(run(CLEAN, &["--max-age", "20000d"]).ends_with(0).stderr, "");
    let report = run(CLEAN, &["--max-age", "7d"]).ends_with(3).json();
    assert_eq!(report.verdicts()["nobody-deletes-models"], "unknown");
    assert!(!report.is_complete());
    let unread = report.rule("nobody-deletes-models")["unread"].to_string();
    assert!(unread.contains("2023-11-14T22:13:20Z"), "{unread}");
    // Old or not, there was a violation.
    run(MIXED, &["--max-age", "7d"]).ends_with(1);
    // What is yet to come is no fact either.
    at(4_000_000_000);
    assert!(run(CLEAN, &[]).ends_with(0).stderr.contains("which is in the future; with --max-age"));
    run(CLEAN, &["--max-age", "7d"]).ends_with(3);
    // Live facts are young.
    rolelint(&acme()).check(CLEAN).args(["--max-age", "1h"]).run().ends_with(0);
}

#[test]
fn only_skip_and_tag_report_what_they_left_out() {
    let table: [(&[&str], &[&str], &[&str]); 7] = [
        (&["--only", "no-*"], &["no-such-group"], &["blank-description", "nobody-is-banned"]),
        (
            &["--skip", "blank-description,nobody-is-banned"],
            &["no-such-group"],
            &["blank-description", "nobody-is-banned"],
        ),
        (&["--only", "no-such-group"], &["no-such-group"], &["blank-description", "nobody-is-banned"]),
        (&["--skip", "no-such-group"], &["blank-description", "nobody-is-banned"], &["no-such-group"]),
        (&["--tag", "tidy"], &["blank-description", "no-such-group"], &["nobody-is-banned"]),
        (
            &["--tag", "tidy", "--skip", "blank-description"],
            &["no-such-group"],
            &["blank-description", "nobody-is-banned"],
        ),
        (
            &["--only", "nobody-is-banned", "--only", "no-such-group"],
            &["no-such-group", "nobody-is-banned"],
            &["blank-description"],
        ),
    ];
    for (args, judged, skipped) in table {
        let report = rolelint(&acme()).check(MIXED).args(["--format", "json"]).args(args.iter().copied()).run().json();
        assert_eq!(report.verdicts().into_keys().collect::<Vec<_>>(), judged, "{args:?}");
        let left_out: Vec<_> = report.0["skipped"].as_array().expect("a list").iter().map(|one| &one["rule"]).collect();
        assert_eq!(left_out, skipped, "{args:?}");
    }
    let ran = rolelint(&acme()).check(MIXED).args(["--skip", "blank-description"]).run().ends_with(0);
    assert!(ran.stdout.contains("1 rule skipped"), "{}", ran.stdout);
    let ran = rolelint(&acme()).check(MIXED).args(["-q"]).env("ROLELINT_SKIP", "blank-description").run().ends_with(0);
    assert!(
        ran.everything().split_whitespace().collect::<Vec<_>>().join(" ").contains("at or above low; 1 rule skipped"),
        "{}",
        ran.everything()
    );
}

#[test]
fn data_for_skipped_rules_is_not_requested() {
    let api = acme();
    rolelint(&api).check(MIXED).args(["--only", "blank-description"]).run().ends_with(1);
    let mut paths: Vec<String> = api.requests().into_iter().map(|request| request.template()).collect();
    paths.sort();
    paths.dedup();
    // Roles stand in the organization and in projects.
    assert_eq!(paths, ["/organization/projects", "/organization/roles", "/projects/*/roles"]);
}

#[test]
fn filters_that_name_nothing_are_errors() {
    let api = acme();
    let ran = rolelint(&api).check(MIXED).args(["--only", "nobody-is-baned"]).run().ends_with(2);
    assert!(ran.stderr.contains("did you mean `nobody-is-banned`?"), "{}", ran.stderr);
    rolelint(&api).check(MIXED).args(["--skip", "x"]).run().ends_with(2);
    rolelint(&api).check(MIXED).args(["--tag", "x"]).run().ends_with(2);
    let ran =
        rolelint(&api).check(MIXED).args(["--only", "no-such-group", "--skip", "no-such-group"]).run().ends_with(2);
    assert_eq!(ran.stdout, "");
    assert_eq!(api.requests(), []);
}

#[test]
fn a_snapshot_on_standard_input_is_not_read_as_the_key() {
    // The snapshot needs no key, and so the key is not read.
    let api = acme();
    let folder = tempfile::tempdir().expect("a folder");
    rolelint(&api).inside(folder.path()).args(["fetch", "-o", "org.jsonl"]).run().ends_with(0);
    let snapshot = std::fs::read(folder.path().join("org.jsonl")).expect("a snapshot");
    let run = offline().check(CLEAN).args(["--snapshot", "-", "--key-file", "-"]).stdin(snapshot);
    run.run().ends_with(0);
}

#[test]
fn bad_usage_exits_with_2_and_sends_no_request() {
    let api = acme();
    let table: [&[&str]; 9] = [
        &[],
        &["chek"],
        &["check", "--no-such-flag"],
        &["check", "--format", "xml"],
        &["check", "--fail-on", "bad"],
        &["check", "--max-age", "1 month"],
        &["check", "--as-of", "yesterday"],
        &["check", "--param", "owners"],
        &["fetch"],
    ];
    for args in table {
        let ran = rolelint(&api).args(args.iter().copied()).run().ends_with(2);
        assert_eq!(ran.stdout, "", "{args:?}");
        assert_ne!(ran.stderr, "", "{args:?}");
    }
    assert_eq!(api.requests(), []);
}

#[test]
fn an_unreachable_api_is_unknown_and_not_a_pass() {
    let ran =
        offline().env("OPENAI_ADMIN_KEY", "sk-admin-x").check(CLEAN).args(["--format", "json"]).run().ends_with(3);
    let report = ran.json();
    assert_eq!(report.rules_that_are("unknown"), ["nobody-deletes-models"]);
    assert_eq!(report.state("users"), "failed");
}

#[test]
fn a_busy_api_that_recovers_changes_nothing() {
    let busy = |what| {
        FakeApi::start(
            Organization::acme(),
            Behaviour {
                faults: vec![crate::support::fake::Fault { path: "**".to_owned(), when: When::First(3), what }],
                ..Behaviour::default()
            },
        )
    };
    for what in
        [too_many_requests(), What::Status(500), What::Status(503), What::Status(502), What::Reset, What::Truncated]
    {
        rolelint(&busy(what)).check(CLEAN).run().ends_with(0);
    }
}

#[test]
fn newer_than_is_only_about_the_past() {
    let policy = "version: 1\nrules:\n  - { id: new, select: user, forbid: { added_at: { newer_than: 5000d } } }\n";
    let verdict = |as_of| {
        let api = acme();
        let check = rolelint(&api).file("policy.yaml", policy).args(["check", "--policy", "policy.yaml"]);
        let check = check.args(["--as-of", as_of, "--format", "json"]);
        text(&check.run().json().rule("new")["verdict"]).to_owned()
    };
    assert_eq!(verdict("2026-06-01"), "violation");
    // Seen from then, everybody is added in the future.
    assert_eq!(verdict("2001-01-01"), "pass");
}
