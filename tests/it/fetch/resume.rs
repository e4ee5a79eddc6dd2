//! A fetch that was cut off goes on where it stopped, asks nothing twice, and ends with the same bytes.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::fake::{Behaviour, FakeApi, Fault, KEY, Organization, What, When};
use crate::support::harness::{Rolelint, rolelint};

/// What a whole fetch of ACME asks for.
pub const REQUESTS: usize = 124;

/// Set to another number, it draws other points.
const SEED: &str = "ROLELINT_TEST_SEED";

/// An API that answers this many requests, and then no more.
pub fn stuck_after(answers: usize) -> FakeApi {
    FakeApi::start(Organization::acme(), Behaviour { faults: stuck(answers), ..Behaviour::default() })
}

/// After so many answers there are no more.
pub fn stuck(answers: usize) -> Vec<Fault> {
    let slow = Fault { path: "**".to_owned(), when: When::First(answers), what: What::Slow(std::time::Duration::ZERO) };
    let hang = Fault { path: "**".to_owned(), when: When::Always, what: What::Hang };
    vec![slow, hang]
}

fn fetch(api: &FakeApi, folder: &Path) -> Rolelint {
    rolelint(api).inside(folder).args(["fetch", "-o", "org.jsonl"])
}

/// Fetches until the API is stuck, and kills the run there.
pub fn killed(folder: &Path, api: &FakeApi, answers: usize) {
    kill(&fetch(api, folder), api, answers);
}

fn kill(run: &Rolelint, api: &FakeApi, answers: usize) {
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
fn without_a_journal_a_fetch_that_is_cut_off_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let api = stuck_after(4);
    kill(&fetch(&api, folder.path()).args(["--no-journal"]), &api, 4);
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
    api.heal();
    let ran = fetch(&api, folder.path()).run().ends_with(0);
    assert!(!ran.stderr.contains("resuming"), "{}", ran.stderr);
}

#[test]
fn a_fetch_has_the_same_bytes_with_and_without_a_journal() {
    let api = FakeApi::start(Organization::acme(), Behaviour::default());
    let fetched = |args: &[&str]| {
        let folder = tempfile::tempdir().expect("a folder");
        fetch(&api, folder.path()).args(args.iter().copied()).run().ends_with(0);
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1);
        parts(folder.path())
    };
    assert_eq!(fetched(&["--journal"]), fetched(&["--no-journal"]));
}

/// A journal with the first answers, and the API that gave them, healthy again.
fn journal() -> (TempDir, FakeApi, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let api = stuck_after(4);
    killed(folder.path(), &api, 4);
    api.heal();
    let path = folder.path().join("org.jsonl.journal");
    (folder, api, path)
}

/// A snapshot: its header without the time and what follows from it, and its other lines.
fn parts(folder: &Path) -> (Value, String) {
    let text = std::fs::read_to_string(folder.join("org.jsonl")).expect("a snapshot");
    let (header, rest) = text.split_once('\n').expect("a header");
    let mut header: Value = serde_json::from_str(header).expect("JSON");
    for timely in ["collected_at", "check"] {
        header["rolelint"].as_object_mut().expect("a header").remove(timely).expect("a time");
    }
    header["rolelint"].as_object_mut().expect("a header").remove("source").expect("an API");
    (header, rest.to_owned())
}

/// `SplitMix64`: the next number, from the state that it moves on.
fn draw(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[test]
fn a_fetch_killed_at_twenty_random_points_resumes_to_the_same_bytes_without_repeating_a_request() {
    let seed = std::env::var(SEED).ok().map_or(20_260_829, |seed| seed.parse().expect("a number"));
    let mut state = seed;
    let mut points = BTreeSet::new();
    while points.len() < 20 {
        let point = draw(&mut state) % u64::try_from(REQUESTS).expect("few");
        points.insert(usize::try_from(point).expect("few"));
    }
    let whole = tempfile::tempdir().expect("a folder");
    let api = FakeApi::start(Organization::acme(), Behaviour::default());
    fetch(&api, whole.path()).run().ends_with(0);
    assert_eq!(api.requests().len(), REQUESTS);
    let whole = parts(whole.path());
    let points: Vec<usize> = points.into_iter().collect();
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let whole = &whole;
        let halves = points.chunks(points.len() / 2);
        let tried = halves.map(|points| scope.spawn(move || points.iter().find_map(|point| resumed(*point, whole))));
        let tried: Vec<_> = tried.collect();
        tried.into_iter().filter_map(|tried| tried.join().expect("it is tried")).collect()
    });
    assert!(wrong.is_empty(), "{SEED}={seed}: {}", wrong.join("; "));
}

/// What is not as it should be when a fetch is killed after so many answers and then goes on.
fn resumed(answers: usize, whole: &(Value, String)) -> Option<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let api = stuck_after(answers);
    killed(folder.path(), &api, answers);
    let wrong = |what: &str| Some(format!("after {answers}: {what}"));
    if folder.path().join("org.jsonl").exists() {
        return wrong("a snapshot is there before its time");
    }
    let journal = std::fs::read(folder.path().join("org.jsonl.journal")).expect("a journal");
    let journal = String::from_utf8_lossy(&journal);
    // As many answers as may be under way at once can be on their way to it. A line that was cut is none.
    let kept = journal.matches('\n').count() - 1;
    if kept > answers || kept + 32 < answers {
        return wrong(&format!("{kept} are kept"));
    }
    if journal.contains(KEY) || journal.contains("redacted_value") {
        return wrong("the journal holds what is secret");
    }
    api.heal();
    fetch(&api, folder.path()).run().ends_with(0);
    // As a set: what the killed run had sent and nobody had read yet may still come in.
    let asked: BTreeSet<_> = api.requests().into_iter().map(|request| (request.path, request.query)).collect();
    if asked.len() != REQUESTS - kept {
        return wrong(&format!("{kept} were kept, {} are asked for", asked.len()));
    }
    if parts(folder.path()) != *whole {
        return wrong("the snapshot is another");
    }
    let left = std::fs::read_dir(folder.path()).expect("a folder").count();
    if left == 1 { None } else { wrong("the journal is still there") }
}

/// Fetches into a folder with a journal that belongs to something else: refused, and left alone.
#[track_caller]
fn is_refused(run: Rolelint, path: &Path, said: &str) {
    let before = std::fs::read(path).expect("a journal");
    let ran = run.run().ends_with(2);
    let stderr = ran.stderr.replace("\n  │ ", " ");
    assert!(stderr.contains(said), "{said:?} is not in\n{}", ran.stderr);
    assert!(stderr.contains("delete it to start over"), "{}", ran.stderr);
    assert!(!stderr.contains(KEY), "{}", ran.stderr);
    assert_eq!(std::fs::read(path).expect("a journal"), before);
    assert_eq!(std::fs::read_dir(path.parent().expect("a folder")).expect("a folder").count(), 1);
}

#[test]
fn a_journal_of_another_key_or_api_is_refused_and_left_alone() {
    let (folder, api, path) = journal();
    assert_eq!(std::fs::metadata(&path).expect("a journal").permissions().mode() & 0o777, 0o600);
    let run = || fetch(&api, folder.path());
    is_refused(run().env("OPENAI_ADMIN_KEY", "sk-admin-another-0123456789"), &path, "with another key");
    is_refused(run().args(["--organization", "org-other"]), &path, "for another organization");
    let other = FakeApi::start(Organization::acme(), Behaviour::default());
    is_refused(fetch(&other, folder.path()), &path, &format!("with another API, {}", api.base_url()));
    assert_eq!(other.requests().len(), 0, "nobody is asked");
    run().run().ends_with(0);
}

#[test]
fn a_journal_of_another_version_or_another_file_is_refused_and_left_alone() {
    let (folder, api, path) = journal();
    let text = std::fs::read_to_string(&path).expect("a journal");
    for (changed, said) in [
        (text.replacen("\"rolelint_journal\":2", "\"rolelint_journal\":3", 1), "it has format version 3, not 2"),
        (text.replacen("{\"rolelint_journal\":2", "{\"rolelint_journal\":3,\"new\":0", 1), "version 3, not 2"),
        (text.replacen("\"began\"", "\"ended\"", 1), "it is not a journal of this version"),
        ("my notes\n".to_owned(), "it is not a journal of this version"),
    ] {
        assert_ne!(changed, text);
        std::fs::write(&path, changed).expect("changed");
        is_refused(fetch(&api, folder.path()), &path, said);
    }
}

#[test]
fn an_unusable_response_is_not_kept() {
    let nonsense = What::Body(r#"{"error": {"message": "not today"}}"#.to_owned());
    let bad = Fault { path: "/organization/roles".to_owned(), when: When::Always, what: nonsense };
    let hang = Fault { path: "/organization/users".to_owned(), when: When::Always, what: What::Hang };
    let api = FakeApi::start(Organization::acme(), Behaviour { faults: vec![bad, hang], ..Behaviour::default() });
    let folder = tempfile::tempdir().expect("a folder");
    // The four lists that others hang on are asked for at once: when all have arrived, one hangs, three are answered.
    killed(folder.path(), &api, 3);
    api.heal();
    // Had the nonsense been kept, it would be taken for the answer again.
    fetch(&api, folder.path()).run().ends_with(0);
    assert!(api.requests().iter().any(|request| request.path == "/v1/organization/roles"));
}

#[test]
fn a_fetch_resumed_days_later_counts_events_since_its_first_start() {
    let (folder, api, path) = journal();
    let text = std::fs::read_to_string(&path).expect("a journal");
    let header: Value = serde_json::from_str(text.lines().next().expect("a header")).expect("JSON");
    let began = header["began"].as_i64().expect("a time");
    let earlier = text.replacen(&format!("\"began\":{began}"), &format!("\"began\":{}", began - 172_800), 1);
    std::fs::write(&path, earlier).expect("written");
    api.change(|organization| organization.admin_api_keys[0].created_at = began - 60);
    let ran = fetch(&api, folder.path()).run().ends_with(0);
    assert!(ran.stderr.contains("resuming with"), "{}", ran.stderr);
    let (_, records) = parts(folder.path());
    assert!(records.contains(&format!("\"created_at\":{}", began - 60)), "{records}");
}
