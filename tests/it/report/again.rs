//! `rolelint report`: saved results in another format.

use rolelint::report::Format;

use crate::support::fake::{Organization, What, When};
use crate::support::harness::{acme, faulty, offline, rolelint};

#[test]
fn a_saved_report_gives_every_format_as_the_check_writes_it() {
    let denied = faulty(Organization::acme(), "/organization/invites", When::Always, What::Status(403));
    for (api, args, exit) in [(acme(), &[][..], 1), (denied, &["--exit-zero"][..], 3)] {
        let folder = tempfile::tempdir().expect("a folder");
        let mut check = rolelint(&api).inside(folder.path()).args(["check", "--as-of", "2026-06-01"]);
        let reports: Vec<String> =
            Format::ALL.iter().map(|format| format!("--report={0}={0}", format.name())).collect();
        check = check.args(["--save", "org.jsonl"]).args(args.iter().copied()).args(reports.iter().map(String::as_str));
        check.run().ends_with(exit);
        for (saved, format) in ["json", "jsonl"].into_iter().flat_map(|saved| Format::ALL.map(|format| (saved, format)))
        {
            let mut again = offline().inside(folder.path()).args(["report", saved, "-o", "again"]);
            again = again.args(["--format", format.name()]);
            // The results do not contain who holds what.
            if format.shows_access() {
                again = again.args(["--snapshot", "org.jsonl"]);
            }
            assert_eq!(again.run().ends_with(exit).stdout, "");
            let read = |name: &str| std::fs::read(folder.path().join(name)).expect("written");
            let same = read("again") == read(format.name());
            assert!(same, "{} from {saved}:\n{}", format.name(), String::from_utf8_lossy(&read("again")));
        }
    }
}

#[test]
fn results_can_come_from_standard_input() {
    let results = rolelint(&acme()).args(["check", "--as-of", "2026-06-01", "--format", "json"]).run().stdout;
    let again = offline().args(["report", "-", "--format", "json"]).stdin(results.clone()).run();
    assert_eq!(again.ends_with(1).stdout, results);
}

#[test]
fn a_file_that_is_not_a_report_is_an_error() {
    let results = rolelint(&acme()).args(["check", "--as-of", "2026-06-01", "--format", "json"]).run().stdout;
    let table = [
        (String::new(), "it ends within"),
        ("[]".to_owned(), "a list in place of an object"),
        // Without its last rule, which passed.
        (without_a_rule(&results), "rules, and"),
        // Within what depends on how long the report is.
        (results[..results.len() / 2].to_owned(), "it ends within"),
        (results.replace("\"schema_version\": 2", "\"schema_version\": 9"), "schema version 9"),
        (results.replace("\"exit_code\": 1", "\"exit_code\": 0"), "its exit code 0 contradicts"),
        (
            results.replace("\"status\": \"violation\"", "\"status\": \"baselined\""),
            "counts findings that do not exist",
        ),
    ];
    for (text, says) in table {
        let ran = offline().file("results.json", &text).args(["report", "results.json"]).run().ends_with(2);
        assert!(ran.stderr.contains("`results.json` is not the JSON report of a check"), "{}", ran.stderr);
        assert!(ran.stderr.split_whitespace().collect::<Vec<_>>().join(" ").contains(says), "{says}: {}", ran.stderr);
        assert_eq!(ran.stdout, "");
    }
    let ran = offline().args(["report", "nowhere.json"]).run().ends_with(2);
    assert!(ran.stderr.contains("cannot read the results `nowhere.json`"), "{}", ran.stderr);
}

/// The report without a rule that has no finding, as if it had never been.
fn without_a_rule(results: &str) -> String {
    let mut report: serde_json::Value = serde_json::from_str(results).expect("JSON");
    let rules = report["rules"].as_array_mut().expect("a list");
    let passed = rules.iter().position(|rule| rule["verdict"] == "pass").expect("one passes");
    rules.remove(passed);
    report.to_string()
}

#[test]
fn a_rule_that_passes_and_has_something_unread_is_a_contradiction() {
    let results = rolelint(&acme()).args(["check", "--as-of", "2026-06-01", "--format", "json"]).run().stdout;
    let mut report: serde_json::Value = serde_json::from_str(&results).expect("JSON");
    let rules = report["rules"].as_array_mut().expect("a list");
    let passed = rules.iter_mut().find(|rule| rule["verdict"] == "pass").expect("one passes");
    passed["unread"] = serde_json::json!([{ "collection": null, "detail": "403" }]);
    let ran = offline().file("results.json", report.to_string()).args(["report", "results.json"]).run().ends_with(2);
    let said = ran.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("is answered, and something is unread"), "{said}");
}

#[test]
fn lines_that_are_cut_or_contradict_each_other_are_an_error() {
    let results = rolelint(&acme()).args(["check", "--as-of", "2026-06-01", "--format", "jsonl"]).run().stdout;
    let lines: Vec<&str> = results.lines().collect();
    let all_but = |at: usize| {
        let kept = lines.iter().enumerate().filter(|(line, _)| *line != at);
        kept.map(|(_, line)| format!("{line}\n")).collect::<Vec<_>>().concat()
    };
    let (first, last) = (lines[0], lines[lines.len() - 1]);
    let table = [
        (all_but(lines.len() - 1), "it is cut: its last line is missing"),
        (all_but(1), "lines are missing"),
        (all_but(lines.len() - 2), "lines are missing"),
        (format!("{first}\n{results}"), "it has two headers"),
        (format!("{results}{last}\n"), "it goes on after its last line"),
        (results.replace("\"schema_version\": 2", "\"schema_version\": 9"), "schema version 9"),
        (results.replace("{\"rule\"", "{\"ruel\""), "unknown variant `ruel`"),
    ];
    for (text, says) in table {
        let ran = offline().file("results", &text).args(["report", "results"]).run().ends_with(2);
        assert!(ran.stderr.split_whitespace().collect::<Vec<_>>().join(" ").contains(says), "{says}: {}", ran.stderr);
    }
}
