//! What the rules say about the controls of compliance frameworks, and what nobody said.

use serde_json::{Value, json};

use crate::support::fake::{Organization, What, When};
use crate::support::harness::{acme, faulty, rolelint};

const POLICY: &str = "
version: 1
rules:
  - id: found
    controls: { soc2: [CC6.1, CC6.3], own: [X-1] }
    select: role
    forbid: { name: Auditor }
  - id: denied
    controls: { soc2: [CC6.2, CC6.3] }
    select: user
    forbid: { holds: { scope: organization, role: Nobody has it } }
    allow_unmatched: true
  - id: nothing-selected
    controls: { soc2: [A1.2, CC9.2] }
    select: group
    where: { name: No such group }
    forbid: {}
  - id: fine
    controls: { soc2: [A1.2, CC9.9] }
    select: project
    forbid: { name: No such project }
    allow_unmatched: true
  - id: without-a-control
    select: project
    forbid: { status: burning }
    allow_unmatched: true
  - id: left-out
    controls: { soc2: [CC6.6, CC6.1] }
    select: user
    forbid: {}
";

fn control<'r>(report: &'r Value, framework: &str, id: &str) -> &'r Value {
    let of = |list: &'r Value, key: &str, wanted: &str| {
        let found = list.as_array().into_iter().flatten().find(|one| one[key] == wanted);
        found.unwrap_or_else(|| panic!("no {wanted} in {list}"))
    };
    of(&of(&report["controls"], "framework", framework)["controls"], "id", id)
}

#[test]
fn a_control_is_as_its_rules_say_and_unknown_or_unspoken_is_no_pass() {
    let api =
        faulty(Organization::acme(), "/organization/users/user-01J1F8USER01/roles", When::Always, What::Status(403));
    let report = rolelint(&api).check(POLICY).args(["--skip", "left-out", "--format", "json"]).run().json().0;
    for (framework, id, verdict, rules, skipped) in [
        ("soc2", "CC6.1", json!("violation"), json!(["found"]), json!(["left-out"])),
        ("soc2", "CC6.2", json!("unknown"), json!(["denied"]), json!([])),
        ("soc2", "CC6.3", json!("violation"), json!(["found", "denied"]), json!([])),
        ("soc2", "CC6.6", Value::Null, json!([]), json!(["left-out"])),
        ("soc2", "CC7.2", Value::Null, json!([]), json!([])),
        ("soc2", "CC9.2", json!("vacuous"), json!(["nothing-selected"]), json!([])),
        ("soc2", "CC9.9", json!("pass"), json!(["fine"]), json!([])),
        ("soc2", "A1.2", json!("pass"), json!(["nothing-selected", "fine"]), json!([])),
        ("iso27001", "A.5.15", Value::Null, json!([]), json!([])),
        ("own", "X-1", json!("violation"), json!(["found"]), json!([])),
    ] {
        let row = control(&report, framework, id);
        assert_eq!((&row["verdict"], &row["rules"], &row["skipped"]), (&verdict, &rules, &skipped), "{id}: {row}");
    }
    let roles = report["population"]["roles"].clone();
    assert_eq!(control(&report, "soc2", "CC6.1")["population"], json!({ "roles": roles }));
    assert_eq!(control(&report, "own", "X-1")["title"], Value::Null);
}

#[test]
fn the_text_shows_every_control_with_its_rules_and_what_they_looked_at() {
    let api =
        faulty(Organization::acme(), "/organization/users/user-01J1F8USER01/roles", When::Always, What::Status(403));
    let ran = rolelint(&api).check(POLICY).args(["--skip", "left-out", "--format", "controls"]).run().ends_with(1);
    insta::assert_snapshot!(ran.without_time());
}

/// Nobody knows how many there are: no report says 0.
#[test]
fn a_list_that_was_not_read_is_not_counted_as_empty() {
    let api = faulty(Organization::acme(), "/organization/admin_api_keys", When::Always, What::Status(403));
    let run = || rolelint(&api).args(["check", "--only", "admin-key-*"]);
    let text = run().args(["--format", "controls"]).run().ends_with(3).stdout;
    // The report is wrapped.
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("(3 rules, admin keys not read;"), "{text}");
    assert!(text.contains("admin-key-never-expires (admin keys not read): unknown"), "{text}");
    let report = run().args(["--format", "json"]).run().json().0;
    let population = report["population"].as_object().expect("a mapping");
    assert!(!population.contains_key("admin_api_keys"), "{population:?}");
    assert_eq!(control(&report, "soc2", "CC6.1")["population"], json!({}));
    let folder = tempfile::tempdir().expect("a folder");
    let (saved, again) = (folder.path().join("r.json"), folder.path().join("again.json"));
    std::fs::write(&saved, run().args(["--format", "json"]).run().stdout).expect("written");
    let path = saved.to_str().expect("UTF-8");
    rolelint(&api).args(["report", path, "--format", "json", "-o", again.to_str().expect("UTF-8")]).run().ends_with(3);
    assert_eq!(std::fs::read(again).expect("written"), std::fs::read(&saved).expect("written"));
}

#[test]
fn it_is_the_same_from_saved_results_and_short_if_quiet() {
    let folder = tempfile::tempdir().expect("a folder");
    let (results, direct) = (folder.path().join("r.json"), folder.path().join("controls.txt"));
    let api = acme();
    let (json, text) = (format!("json={}", results.display()), format!("controls={}", direct.display()));
    rolelint(&api).check(POLICY).args(["--report", &json, "--report", &text]).run().ends_with(1);
    let again = rolelint(&api).args(["report", results.to_str().expect("UTF-8"), "--format", "controls"]).run();
    let direct = std::fs::read_to_string(direct).expect("written");
    assert_eq!(again.ends_with(1).stdout, direct);
    let quiet = rolelint(&api).check(POLICY).args(["--format", "controls", "-q"]).run().ends_with(1);
    assert!(quiet.stdout.contains("violation  CC6.1  ") && !quiet.stdout.contains("found ("), "{}", quiet.stdout);
}
