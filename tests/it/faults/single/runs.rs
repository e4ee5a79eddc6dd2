//! Runs that end early, and files that cannot be written.

use std::fs::File;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::{asked, ended, fetch, holds, is_old, with, with_old};
use crate::faults::{Claim, Fetched, tiny};
use crate::fetch::resume::{REQUESTS, killed as killed_after, stuck_after};
use crate::support::fake::{Behaviour, FakeApi, Organization, What, When};
use crate::support::harness::{Ran, faulty, rolelint, text};

pub fn deadline(claim: &Claim) {
    // What the first run has is there without asking, so that time is over for the rest alone.
    let api = stuck_after(60);
    let folder = tempfile::tempdir().expect("a folder");
    killed_after(folder.path(), &api, 60);
    let fetched = Fetched::inside(folder, &api, &["--deadline", "50ms"]);
    let unread = text(
        &fetched.report().0["coverage"]
            .as_array()
            .expect("a list")
            .iter()
            .find(|row| row["state"] == claim.state.as_str())
            .expect("something could not be read")["collection"],
    )
    .to_owned();
    holds(claim, &fetched, &unread);
    let detail = text(&fetched.report().coverage(&unread)["detail"]);
    assert!(detail.contains("no response before the --deadline"), "{detail}");
    assert_eq!(fetched.report().state("users"), "complete");
    assert_eq!(fetched.left(), ["org.jsonl", "org.jsonl.journal"]);
    assert!(fetched.ran.stderr.contains("run the same command to resume"), "{}", fetched.ran.stderr);
    api.heal();
    let whole = Fetched::inside(fetched.folder, &api, &["--deadline", "1h"]);
    assert_eq!(whole.left(), ["org.jsonl"]);
    whole.ran.ends_with(0);
    assert_eq!(asked(&api, "/organization/users"), 0, "it is in the journal");
}

/// A fetch that does not come to an end, and has asked for something.
fn hanging(folder: &Path, api: &FakeApi) -> Child {
    let mut command = fetch(api, folder).command();
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("started");
    while api.requests().is_empty() {
        std::thread::yield_now();
    }
    child
}

pub fn interrupted(claim: &Claim) {
    let codes: Vec<i32> = ["INT", "TERM"]
        .map(|signal| {
            let api = faulty(tiny(), "**", When::Always, What::Hang);
            let folder = with_old();
            let child = hanging(folder.path(), &api);
            let told = Command::new("kill").args([format!("-{signal}"), child.id().to_string()]).status();
            assert!(told.expect("kill can be run").success());
            let output = child.wait_with_output().expect("it ends");
            is_old(folder.path());
            assert!(folder.path().join("org.jsonl.journal").exists());
            // To a shell, 130 and an interrupt are the same.
            output.status.code().or(output.status.signal().map(|signal| 128 + signal)).expect("a code or a signal")
        })
        .into();
    assert_eq!((format!("{}, {}", codes[0], codes[1]), "–"), (claim.exit.clone(), claim.state.as_str()));
}

pub fn killed(claim: &Claim) {
    // At twenty points: `resume`.
    let api = stuck_after(7);
    let folder = tempfile::tempdir().expect("a folder");
    killed_after(folder.path(), &api, 7);
    api.heal();
    let fetched = Fetched::inside(folder, &api, &[]);
    holds(claim, &fetched, "roles");
    assert_eq!(fetched.left(), ["org.jsonl"]);
}

pub fn foreign_journal(claim: &Claim) {
    // Each of the four: `resume`.
    let api = stuck_after(2);
    let folder = with_old();
    killed_after(folder.path(), &api, 2);
    let ran = fetch(&api, folder.path()).env("OPENAI_ADMIN_KEY", "sk-admin-another-0123456789").run();
    ended(claim, &ran);
    assert!(ran.stderr.contains("delete it to start over"), "{}", ran.stderr);
    is_old(folder.path());
}

pub fn two_at_once(claim: &Claim) {
    let api = faulty(tiny(), "**", When::Always, What::Hang);
    let folder = with_old();
    let mut first = hanging(folder.path(), &api);
    let ran = fetch(&with(Vec::new()), folder.path()).run();
    ended(claim, &ran);
    assert!(ran.stderr.contains("another run is writing the journal `org.jsonl.journal`"), "{}", ran.stderr);
    assert!(first.try_wait().expect("it can be asked").is_none(), "the first goes on");
    first.kill().expect("killed");
    first.wait().expect("ended");
    is_old(folder.path());
}

pub fn no_journal(claim: &Claim) {
    let api = with(Vec::new());
    let folder = with_old();
    std::fs::create_dir(folder.path().join("org.jsonl.journal")).expect("made");
    let ran = fetch(&api, folder.path()).run();
    ended(claim, &ran);
    assert!(ran.stderr.contains("cannot use the journal `org.jsonl.journal`"), "{}", ran.stderr);
    is_old(folder.path());
    // Not even root may make a file there.
    let ran = rolelint(&api).args(["fetch", "-o", "/proc/org.jsonl"]).run();
    ended(claim, &ran);
    assert!(ran.stderr.contains("cannot write snapshot `/proc/org.jsonl`"), "{}", ran.stderr);
    assert_eq!(api.requests(), [], "nobody is asked");
}

pub fn full_journal(claim: &Claim) {
    let api = FakeApi::start(Organization::acme(), Behaviour::default());
    let folder = with_old();
    // A limit on the size of files, whose signal is not taken, is a full disk: the system says no in the middle of a line.
    let command = fetch(&api, folder.path()).command();
    let mut limited = Command::new("sh");
    limited.args(["-c", "trap '' XFSZ; ulimit -f 64; exec \"$0\" \"$@\""]).arg(command.get_program());
    limited.args(command.get_args()).current_dir(folder.path()).env_clear();
    limited.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = limited.stdin(Stdio::null()).output().expect("it ends");
    let ran = Ran {
        code: output.status.code().expect("a code"),
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
    };
    ended(claim, &ran);
    assert!(ran.stderr.contains("cannot use the journal `org.jsonl.journal`"), "{}", ran.stderr);
    assert!(ran.stderr.contains("File too large"), "{}", ran.stderr);
    is_old(folder.path());
    let kept = std::fs::read_to_string(folder.path().join("org.jsonl.journal")).expect("a journal").lines().count() - 1;
    assert!(kept > 0 && kept < REQUESTS, "{kept} answers are kept");
    // Once there is room, it goes on with those.
    let going_on = Fetched::inside(folder, &api, &[]);
    assert!(going_on.ran.stderr.contains(&format!("resuming with {kept} responses")), "{}", going_on.ran.stderr);
    going_on.ran.ends_with(0);
}

pub fn no_folder(claim: &Claim) {
    let api = with(Vec::new());
    let ran = rolelint(&api).args(["fetch", "-o", "no/such/folder/org.jsonl"]).run();
    ended(claim, &ran);
    assert!(ran.stderr.contains("cannot write snapshot `no/such/folder/org.jsonl`"), "{}", ran.stderr);
    assert_eq!(api.requests(), [], "nobody is asked");
}

pub fn no_snapshot(claim: &Claim) {
    let ran = rolelint(&with(Vec::new())).args(["fetch", "-o", "/dev/full"]).run();
    ended(claim, &ran);
    assert!(ran.stderr.contains("cannot write snapshot `/dev/full`"), "{}", ran.stderr);
}

pub fn closed_pipe(claim: &Claim) {
    let api = with(Vec::new());
    let run = rolelint(&api).args(["fetch", "-q", "-o", "-"]);
    let mut command = run.command();
    let piped = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().expect("started");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    let code = output.status.code().expect("a code").to_string();
    assert_eq!((code, "complete"), (claim.exit.clone(), claim.state.as_str()));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    // A device that is full is no reader that went away.
    let full = File::options().write(true).open("/dev/full").expect("Linux has it");
    let status = run.command().stdin(Stdio::null()).stdout(full).stderr(Stdio::null()).status();
    assert_eq!(status.expect("it ends").code(), Some(2));
}
