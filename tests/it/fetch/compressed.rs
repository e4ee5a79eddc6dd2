//! Snapshots whose names end in `.gz` or `.zst`.

use std::path::Path;

use crate::support::fake::{Behaviour, FakeApi};
use crate::support::harness::{Ran, offline, rolelint};
use crate::support::small::small;

const NAMES: [&str; 2] = ["org.jsonl.gz", "org.jsonl.zst"];

fn fetch(folder: &Path, name: &str) -> Vec<u8> {
    let api = FakeApi::start(small(), Behaviour::default());
    rolelint(&api).inside(folder).args(["fetch", "-o", name]).run().ends_with(0);
    std::fs::read(folder.join(name)).expect("a snapshot")
}

fn check(name: &str, snapshot: &[u8]) -> Ran {
    let run = offline().file(name, snapshot);
    run.args(["check", "--snapshot", name, "--as-of", "2026-06-01", "--format", "json"]).run()
}

#[track_caller]
fn is_refused(name: &str, snapshot: &[u8], said: &str) {
    let ran = check(name, snapshot).ends_with(2);
    assert_eq!(ran.stdout, "");
    assert!(ran.stderr.contains(said) && ran.stderr.contains(name), "{}", ran.stderr);
}

#[test]
fn a_compressed_snapshot_says_the_same_as_a_plain_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let plain = fetch(folder.path(), "org.jsonl");
    let expected = check("org.jsonl", &plain).ends_with(1).json().uncounted();
    for name in NAMES {
        let compressed = fetch(folder.path(), name);
        assert!(compressed.len() < plain.len() && !compressed.starts_with(b"{"), "{name}");
        assert_eq!(check(name, &compressed).ends_with(1).json().uncounted()["rules"], expected["rules"], "{name}");
        // Two parts, one after the other, are one file.
        let digest = |json: &serde_json::Value| json["organization"]["digest"].clone();
        let json = check(name, &compressed).ends_with(1).json().uncounted();
        assert_eq!(digest(&json), digest(&expected), "{name}");
    }
}

#[test]
fn a_compressed_snapshot_that_is_cut_off_or_damaged_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in NAMES {
        let whole = fetch(folder.path(), name);
        for cut in (1..whole.len()).step_by(97) {
            is_refused(name, &whole[..cut], "");
        }
        is_refused(name, &whole[..whole.len() / 2], "damaged or truncated");
        for at in (0..whole.len()).step_by(211) {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x55;
            // A bit of the frame's own description may mean nothing.
            let ran = check(name, &damaged);
            assert!(ran.code == 2 || ran.code == 1 && at < 16, "{name} at {at}: {} {}", ran.code, ran.stderr);
        }
        is_refused(name, &[whole.as_slice(), b"and more"].concat(), "");
        is_refused(name, b"", "");
    }
}

#[test]
fn a_name_that_does_not_say_what_is_in_the_file_is_explained() {
    let folder = tempfile::tempdir().expect("a folder");
    let plain = fetch(folder.path(), "org.jsonl");
    is_refused("org.jsonl.gz", &plain, "it ends in `.gz`, but its content is not gz, or is damaged or truncated");
    is_refused("org.jsonl.zst", &plain, "it ends in `.zst`, but its content is not zst, or is damaged or truncated");
    for name in NAMES {
        let compressed = fetch(folder.path(), name);
        is_refused("org.jsonl", &compressed, "has to be called `.gz` or `.zst`");
    }
}
