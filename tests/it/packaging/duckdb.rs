//! The recipes in `examples/duckdb`, run by `DuckDB` where there is a Python that has it: `python3`, or the one that
//! `ROLELINT_DUCKDB_PYTHON` names. Without one, nothing is run, and `.ci/run` says so.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use crate::support::harness::{acme, offline, rolelint};

fn python() -> String {
    std::env::var("ROLELINT_DUCKDB_PYTHON").unwrap_or_else(|_| "python3".to_owned())
}

fn is_there() -> bool {
    let there = Command::new(python()).args(["-c", "import duckdb"]).output().is_ok_and(|ran| ran.status.success());
    if !there {
        let why = format!("SKIPPED: {} has no duckdb, so the recipes in examples/duckdb were not run", python());
        writeln!(std::io::stderr(), "{why}").expect("written");
    }
    there
}

/// Runs a recipe in a folder, then the question, and returns its answer as Python shows it, or what went wrong.
fn ask(folder: &Path, before: &str, recipe: &str, question: &str) -> Result<String, String> {
    let recipe = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/duckdb").join(recipe);
    let script = "import duckdb, sys\n\
                  recipe = open(sys.argv[2]).read()\n\
                  for sql in [sys.argv[1], recipe]: duckdb.execute(sql)\n\
                  print(duckdb.execute(sys.argv[3]).fetchall())";
    let mut command = Command::new(python());
    command.args(["-c", script, before]).arg(recipe).arg(question).current_dir(folder);
    let ran = command.output().expect("Python was there a moment ago");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8").trim().to_owned();
    if ran.status.success() { Ok(text(ran.stdout)) } else { Err(text(ran.stderr)) }
}

#[test]
fn a_snapshot_becomes_tables() {
    if !is_there() {
        return;
    }
    let (api, folder) = (acme(), tempfile::tempdir().expect("a folder"));
    let held =
        "SELECT count(*), (SELECT count(*) FROM 'users.parquet'), (SELECT count(*) FROM 'holds.parquet') FROM users";
    let mut answers = Vec::new();
    for name in ["org.jsonl", "org.jsonl.gz", "org.jsonl.zst"] {
        rolelint(&api).inside(folder.path()).args(["fetch", "-o", name]).run().ends_with(0);
        let snapshot = format!("SET VARIABLE snapshot = '{name}'");
        answers.push(ask(folder.path(), &snapshot, "snapshot.sql", held).expect(name));
    }
    let users = offline().inside(folder.path()).args(["list", "users", "--snapshot", "org.jsonl", "--format", "json"]);
    let users = users.run().ends_with(0).json().0["users"].as_array().expect("a list").len();
    assert!(answers[0].starts_with(&format!("[({users}, {users}, ")), "{users}: {answers:?}");
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert!(!answers[0].ends_with(" 0)]"), "somebody holds something: {answers:?}");

    let whole = std::fs::read_to_string(folder.path().join("org.jsonl")).expect("a snapshot");
    let cut = &whole[..=whole.trim_end().rfind('\n').expect("many lines")];
    std::fs::write(folder.path().join("cut.jsonl"), cut).expect("a file");
    let refused = ask(folder.path(), "SET VARIABLE snapshot = 'cut.jsonl'", "snapshot.sql", held).expect_err("cut off");
    assert!(refused.contains("the snapshot is truncated"), "{refused}");
}

#[test]
fn the_results_of_many_organizations_are_summed_up() {
    if !is_there() {
        return;
    }
    let (api, folder) = (acme(), tempfile::tempdir().expect("a folder"));
    std::fs::create_dir(folder.path().join("results")).expect("a folder");
    for name in ["one", "two"] {
        let report = format!("json=results/{name}.json");
        let run = rolelint(&api).inside(folder.path()).args(["check", "--as-of", "2026-06-01", "--report", &report]);
        run.run().ends_with(1);
    }
    let codes = "SELECT count(*), min(exit_code), max(exit_code), bool_and(complete) FROM organizations";
    assert_eq!(ask(folder.path(), "", "results.sql", codes).expect("two reports"), "[(2, 1, 1, True)]");
    let verdicts = "SELECT DISTINCT verdict, organizations FROM verdicts WHERE verdict = 'violation'";
    assert_eq!(ask(folder.path(), "", "results.sql", verdicts).expect("two reports"), "[('violation', 2)]");
}
