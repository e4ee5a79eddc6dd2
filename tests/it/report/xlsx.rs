//! The workbook: what another library reads in it, and where it may go.

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::Command;

use calamine::{Data, Reader as _};

use crate::support::fake::{Behaviour, FakeApi};
use crate::support::harness::{Rolelint, acme, offline, rolelint};
use crate::support::small::small;

fn rows(path: &Path, sheet: &str) -> Vec<Vec<String>> {
    let mut workbook: calamine::Xlsx<_> = calamine::open_workbook(path).expect("another library reads it");
    assert!(workbook.worksheet_formula(sheet).expect("it is there").is_empty(), "{sheet}");
    let range = workbook.worksheet_range(sheet).expect("it is there");
    range.rows().map(|row| row.iter().map(Data::to_string).collect()).collect()
}

#[test]
fn a_check_writes_the_rows_of_its_csv_and_of_the_register_as_sheets() {
    let (api, folder) = (acme(), tempfile::tempdir().expect("a folder"));
    let check = ["check", "--as-of", "2026-06-01", "--format", "csv", "--report", "xlsx=r.xlsx", "--save", "org.jsonl"];
    let ran = rolelint(&api).inside(folder.path()).args(check).run().ends_with(1);
    let csv = |text: &str| -> Vec<Vec<String>> {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
        reader.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect()).collect()
    };
    let book = folder.path().join("r.xlsx");
    assert_eq!(rows(&book, "findings"), csv(&ran.stdout));
    let access = ["access", "--snapshot", "org.jsonl", "--format"];
    let register = offline().inside(folder.path()).args(access).args(["csv"]).run();
    assert_eq!(rows(&book, "access"), csv(&register.stdout));
    let again = offline().inside(folder.path()).args(access).args(["xlsx", "-o", "a.xlsx"]).run();
    assert_eq!(again.code, register.code);
    assert_eq!(rows(&folder.path().join("a.xlsx"), "access"), csv(&register.stdout));
    assert!(rows(&book, "coverage").iter().any(|row| row[..2] == ["users", "complete"]));
    let controls = rows(&book, "controls");
    assert!(controls.iter().any(|row| row[..2] == ["soc2", "CC6.1"] && row[3] == "violation"), "{controls:?}");
    let summary = rows(&book, "summary");
    assert!(summary.iter().any(|row| row[0] == "exit" && row[1].starts_with("exit 1: ")), "{summary:?}");
    assert!(summary.iter().any(|row| row[0] == "organization" && row[1].contains("org-acme")), "{summary:?}");
}

#[test]
fn saved_results_have_no_access_without_the_snapshot_and_say_so() {
    let (api, folder) = (FakeApi::start(small(), Behaviour::default()), tempfile::tempdir().expect("a folder"));
    let check = ["check", "--format", "json", "-o", "results.json", "--save", "org.jsonl", "--as-of", "2026-06-01"];
    let checked = rolelint(&api).inside(folder.path()).args(check).args(["--report", "xlsx=0.xlsx"]).run();
    let report = |to: &str, more: &[&str]| {
        let args = ["report", "results.json", "--format", "xlsx", "-o", to];
        offline().inside(folder.path()).args(args).args(more.iter().copied()).run().ends_with(checked.code);
        std::fs::read(folder.path().join(to)).expect("it is there")
    };
    report("1.xlsx", &[]);
    let summary = rows(&folder.path().join("1.xlsx"), "summary");
    assert!(summary.iter().any(|row| row[0] == "access" && row[1].contains("--snapshot FILE adds it")), "{summary:?}");
    let whole = report("2.xlsx", &["--snapshot", "org.jsonl"]);
    assert!(whole == std::fs::read(folder.path().join("0.xlsx")).expect("it is there"), "the bytes are others");
}

/// Runs it with a terminal as its standard output; nothing where there is no Python to make one.
fn on_a_terminal(run: &Rolelint) -> Option<(i32, String)> {
    let command = run.command();
    let program = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))";
    let mut python = Command::new("python3");
    python.args(["-c", program]).arg(command.get_program()).args(command.get_args()).env_clear();
    python.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    python.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.get_current_dir().map(|folder| python.current_dir(folder));
    let ran = python.stdin(std::process::Stdio::null()).output().ok()?;
    Some((ran.status.code()?, String::from_utf8_lossy(&ran.stdout).into_owned()))
}

#[test]
fn a_workbook_is_not_written_to_a_terminal() {
    let api = FakeApi::start(small(), Behaviour::default());
    for args in [
        &["check", "--format", "xlsx"][..],
        &["check", "--report", "xlsx=/dev/stdout", "--format", "json", "-o", "r.json"],
        &["access", "--format", "xlsx"],
    ] {
        let Some((code, said)) = on_a_terminal(&rolelint(&api).args(args.iter().copied())) else {
            let why = "SKIPPED: there is no Python to make a terminal";
            writeln!(std::io::stderr(), "{why}").expect("standard error takes it");
            return;
        };
        assert_eq!(code, 2, "{said}");
        assert!(said.contains("xlsx is not text, and a terminal cannot show it"), "{said}");
        assert!(said.contains("-o report.xlsx") && !said.contains("PK"), "{said}");
    }
    // A pipe is no terminal.
    let run = rolelint(&api).args(["access", "--format", "xlsx"]);
    let ran = run.command().output().expect("it runs");
    assert!(ran.stdout.starts_with(b"PK"), "{:?}", ran.status);
}

#[test]
fn errors_of_files_are_rows_too_and_the_workbook_is_as_new_as_they_are() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = offline().inside(folder.path()).file("p.yaml", "version: 1\nrule: []\n");
    run.args(["lint", "p.yaml", "--format", "xlsx", "-o", "l.xlsx"]).run().ends_with(2);
    let found = rows(&folder.path().join("l.xlsx"), "findings");
    assert!(found.iter().any(|row| row[0] == "unknown-key"), "{found:?}");
    let mut archive = zip::ZipArchive::new(std::fs::File::open(folder.path().join("l.xlsx")).expect("it is there"));
    let mut core = String::new();
    let part = archive.as_mut().expect("it is an archive").by_name("docProps/core.xml");
    part.expect("it is there").read_to_string(&mut core).expect("XML is text");
    assert!(core.contains("<dcterms:created") && !core.contains("1970"), "{core}");
}
