//! The walk of `docs/audit.md`: every step of the page, one after the other, on the organization of the demo.

use super::snippets::{in_days, snippets};
use crate::support::fake::KEY;
use crate::support::harness::acme;
use crate::support::shell::Machine;

/// How many steps the page has.
pub const STEPS: usize = 8;

/// How a single step is held: by the walk below, of which it is a part.
pub const STEP: fn(&str) = step;

fn step(snippet: &str) {
    assert!(snippets("docs/audit.md").iter().any(|one| one == snippet) && snippet.contains("rolelint "));
}

#[test]
fn an_auditor_gets_from_who_has_what_to_a_bundle_that_is_signed_off() {
    let api = acme();
    let machine = Machine::new(&api).env("OPENAI_ADMIN_KEY", KEY);
    let steps = snippets("docs/audit.md");
    let run = |at: usize, code: i32| machine.run("sh", &steps[at].replace("2027-01-31", &in_days(90))).ends_with(code);

    run(0, 0);
    let requests = api.requests().len();
    let held = run(1, 0).stdout;
    assert!(held.contains("amara.okafor@acme.example → role owner"), "{held}");
    assert!(held.contains("aisha.rahman@acme.example → group Platform → role API Group Manager"), "{held}");
    run(2, 0);
    let register = machine.read("work/register.csv");
    assert!(
        register.starts_with("\"principal_kind\",")
            && register.lines().all(|line| line.ends_with("\"\"") || line.ends_with("\"decision\""))
    );
    run(3, 1);
    assert!(machine.read("work/report.html").contains("<h1>24 of 27 rules are violated</h1>"));
    assert!(machine.path("work/report.xlsx").is_file());
    run(4, 1);
    assert!(machine.read("work/results.oscal.json").contains("\"assessment-results\""));
    assert!(machine.read("work/results.ocsf.jsonl").lines().all(|line| line.contains("\"class_uid\":2003")));
    run(5, 0);
    let signed = run(6, 0).stderr;
    let sums: Vec<&str> = signed.lines().filter(|line| line.starts_with("SHA-256 of the manifest: ")).collect();
    assert!(sums.len() == 2 && sums[0] == sums[1], "{signed}");
    assert!(signed.contains("1 waived"), "{signed}");
    run(7, 1);
    assert!(machine.path("work/redacted.tar.gz").is_file() && machine.read("work/redact.key").trim().len() == 64);
    assert_eq!(api.requests().len(), requests, "after the first step, nothing is asked");
}
