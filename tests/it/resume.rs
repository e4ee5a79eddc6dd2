//! A fetch that was cut off goes on where it stopped, asks nothing twice, and ends with the same bytes.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Stdio;

use crate::fake::{Behaviour, FakeApi, Fault, KEY, Organization, What, When};
use crate::harness::rolelint;

/// An API that answers this many requests, and then no more.
fn stuck_after(answers: usize) -> FakeApi {
    let slow = Fault { path: "**".to_owned(), when: When::First(answers), what: What::Slow(std::time::Duration::ZERO) };
    let hang = Fault { path: "**".to_owned(), when: When::Always, what: What::Hang };
    FakeApi::start(Organization::acme(), Behaviour { faults: vec![slow, hang], ..Behaviour::default() })
}

/// Fetches until the API is stuck, and kills the run there.
fn killed(folder: &Path, api: &FakeApi, answers: usize) {
    let run = rolelint(api).inside(folder).args(["fetch", "-o", "org.jsonl"]);
    let mut command = run.command();
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = quiet.spawn().expect("started");
    while api.requests().len() <= answers {
        std::thread::yield_now();
    }
    child.kill().expect("killed");
    child.wait().expect("ended");
}

#[test]
fn killed_anywhere_and_resumed_it_ends_with_the_same_bytes_and_asks_nothing_twice() {
    let whole = tempfile::tempdir().expect("a folder");
    for answers in [0, 1, 2, 3, 5, 8, 13, 19, 20, 27, 34, 45, 52, 58, 59] {
        let folder = tempfile::tempdir().expect("a folder");
        let api = stuck_after(answers);
        killed(folder.path(), &api, answers);
        let asked_before: BTreeSet<_> =
            api.requests().into_iter().filter(|r| r.fault != Some("Hang")).map(|r| (r.path, r.query)).collect();
        assert_eq!(asked_before.len(), answers);

        let snapshot = folder.path().join("org.jsonl");
        assert!(!snapshot.exists());
        let journal = std::fs::read_to_string(folder.path().join("org.jsonl.journal")).expect("a journal");
        assert!(!journal.contains(KEY));
        let kept = journal.lines().count() - 1;
        assert!(kept <= answers && kept + 32 >= answers, "{kept} of {answers}");

        api.heal();
        rolelint(&api).inside(folder.path()).args(["fetch", "-o", "org.jsonl"]).run().ends_with(0);
        // As a set: what the killed run had sent and nobody had read yet may still come in.
        let asked: BTreeSet<_> = api.requests().into_iter().map(|r| (r.path, r.query)).collect();
        assert_eq!(asked.len(), 60 - kept, "after {answers}");

        let content = |path: &Path| {
            let text = std::fs::read_to_string(path).expect("a snapshot");
            text.split_once('\n').expect("a header").1.to_owned()
        };
        let reference = whole.path().join("org.jsonl");
        if !reference.exists() {
            rolelint(&api).inside(whole.path()).args(["fetch", "-o", "org.jsonl"]).run().ends_with(0);
        }
        assert!(content(&snapshot) == content(&reference), "after {answers}");
        let left: Vec<_> = std::fs::read_dir(folder.path()).expect("a folder").flatten().collect();
        assert_eq!(left.len(), 1, "the journal is gone");
    }
}

#[test]
fn the_journal_of_another_key_is_refused_and_left_alone() {
    let api = stuck_after(4);
    let folder = tempfile::tempdir().expect("a folder");
    killed(folder.path(), &api, 4);
    let path = folder.path().join("org.jsonl.journal");
    assert_eq!(std::fs::metadata(&path).expect("a journal").permissions().mode() & 0o777, 0o600);
    let before = std::fs::read(&path).expect("a journal");
    let run = rolelint(&api).env("OPENAI_ADMIN_KEY", "sk-admin-another-0123456789").inside(folder.path());
    let ran = run.args(["fetch", "-o", "org.jsonl"]).run().ends_with(2);
    assert!(ran.stderr.replace("\n  │ ", " ").contains("with another key"), "{}", ran.stderr);
    assert!(ran.stderr.contains("remove it to begin anew"), "{}", ran.stderr);
    assert_eq!(std::fs::read(&path).expect("a journal"), before);
}

#[test]
fn an_answer_that_cannot_be_used_is_not_kept() {
    let nonsense = What::Body(r#"{"error": {"message": "not today"}}"#.to_owned());
    let bad = Fault { path: "/organization/roles".to_owned(), when: When::Always, what: nonsense };
    let hang = Fault { path: "/organization/users".to_owned(), when: When::Always, what: What::Hang };
    let api = FakeApi::start(Organization::acme(), Behaviour { faults: vec![bad, hang], ..Behaviour::default() });
    let folder = tempfile::tempdir().expect("a folder");
    // The three lists are asked for at once: when all have arrived, one hangs and two are answered.
    killed(folder.path(), &api, 2);
    api.heal();
    // Had the nonsense been kept, it would be taken for the answer again.
    rolelint(&api).inside(folder.path()).args(["fetch", "-o", "org.jsonl"]).run().ends_with(0);
    assert!(api.requests().iter().any(|request| request.path == "/v1/organization/roles"));
}
