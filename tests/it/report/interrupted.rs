//! What a run leaves behind when a signal ends it.

use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use super::RULE;
use crate::support::fake::{Organization, What, When};
use crate::support::harness::{acme, faulty, offline, rolelint};

#[test]
fn an_interrupt_ends_the_run_and_leaves_nothing_half_written() {
    for (signal, number) in [("INT", 2), ("TERM", 15)] {
        let api = faulty(Organization::acme(), "/organization/users", When::Always, What::Hang);
        let folder = tempfile::tempdir().expect("a folder");
        let run = rolelint(&api).inside(folder.path()).args(["fetch", "-o", "org.jsonl"]);
        let mut command = run.command();
        let child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("started");
        while !api.requests().iter().any(|request| request.path == "/v1/organization/users") {
            std::thread::yield_now();
        }
        let killed = Command::new("kill").args([format!("-{signal}"), child.id().to_string()]).status();
        assert!(killed.expect("kill can be run").success());
        let output = child.wait_with_output().expect("it ends");
        // To a shell, 130 and an interrupt are the same.
        let code = output.status.code().or(output.status.signal().map(|signal| 128 + signal));
        assert_eq!(code, Some(128 + number));
        let said = "the responses so far are saved: run the same command to resume\n";
        assert_eq!(String::from_utf8_lossy(&output.stderr), said);
        // The answers so far are kept to go on with; of the snapshot there is nothing yet.
        let left: Vec<_> =
            std::fs::read_dir(folder.path()).expect("a folder").flatten().map(|e| e.file_name()).collect();
        assert_eq!(left, ["org.jsonl.journal"]);
    }
}

/// Ends a run while it writes a report, if that can be done before it is finished.
fn ended_while_writing(folder: &Path, signal: &str) -> Option<i32> {
    let run = offline().inside(folder).args(["report", "results.json", "--format", "json", "-o", "report"]);
    let mut child =
        run.command().stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("started");
    let files = || std::fs::read_dir(folder).expect("a folder").count();
    // Beside the results and the old report, one more file: it is being written.
    while files() < 3 {
        if child.try_wait().expect("it can be asked").is_some() {
            return None;
        }
    }
    let killed = Command::new("kill").args([format!("-{signal}"), child.id().to_string()]).status();
    killed.expect("kill can be run");
    let status = child.wait().expect("it ends");
    status.code().or(status.signal().map(|signal| 128 + signal)).filter(|code| *code >= 128)
}

#[test]
fn a_signal_while_a_report_is_written_leaves_the_old_one_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = rolelint(&acme()).check(RULE).args(["--format", "json"]).run().ends_with(1);
    let mut results = run.json().0;
    // Much to write, and more than half of it has to be escaped.
    let remark = format!("{}\u{7}", "#".repeat(1000));
    results["oddities"] = std::iter::repeat_n(remark, 20_000).collect();
    std::fs::write(folder.path().join("results.json"), results.to_string()).expect("written");
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        std::fs::write(folder.path().join("report"), "old").expect("written");
        let ended = (0..100).find_map(|_| ended_while_writing(folder.path(), signal));
        assert_eq!(ended, Some(code));
        let mut left: Vec<_> =
            std::fs::read_dir(folder.path()).expect("a folder").flatten().map(|entry| entry.file_name()).collect();
        left.sort();
        assert_eq!(left, ["report", "results.json"]);
    }
}

#[test]
fn a_run_terminated_while_it_writes_a_report_leaves_no_file() {
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let (api, folder) = (acme(), tempfile::tempdir().expect("a folder"));
        let at = |name: &str| folder.path().join(name);
        rolelint(&api).inside(folder.path()).args(["fetch", "-o", "org.jsonl"]).run().ends_with(0);
        std::fs::write(at(".tmpOTHERS"), "of another run").expect("written");
        std::fs::write(at("policy.yaml"), RULE).expect("written");
        // The second report goes to a pipe that nobody reads: the run waits there, the first being done.
        let made = Command::new("mkfifo").arg(at("pipe")).status();
        assert!(made.expect("mkfifo can be run").success());
        let args = ["check", "-p", "policy.yaml", "-s", "org.jsonl", "--report", "json=a", "--report", "text=pipe"];
        let run = rolelint(&api).inside(folder.path()).args(args).args(["-o", "b"]);
        let child = run.command().stdin(Stdio::null()).stderr(Stdio::piped()).spawn().expect("started");
        while !at("a").exists() {
            std::thread::yield_now();
        }
        let killed = Command::new("kill").args([format!("-{signal}"), child.id().to_string()]).status();
        assert!(killed.expect("kill can be run").success());
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(code));
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        let mut left: Vec<_> =
            std::fs::read_dir(folder.path()).expect("a folder").flatten().map(|e| e.file_name()).collect();
        left.sort();
        assert_eq!(left, [".tmpOTHERS", "a", "org.jsonl", "pipe", "policy.yaml"]);
    }
}
