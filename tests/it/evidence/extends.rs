//! Bundles of policies that extend others, with parameters and lists from files: all that was loaded is in them.

use std::path::Path;

use super::{unpacked, verify};
use crate::support::harness::{Rolelint, acme, offline, rolelint};

const BASE: &str = "\
version: 1
params: { approved: [nobody@acme.example], writes: [api.nothing.write] }
rules:
  - { id: owners, severity: high, select: user, where: { role: owner }, forbid: { not: { email: $approved } } }
  - { id: writers, severity: low, select: user, forbid: { holds: { permission: $writes } } }
";
const POLICY: &str = "\
version: 1
extends: [./shared/base.yaml, builtin:keys-and-service-accounts]
narrow:
  writers: { is_service_account: false }
";

fn files(folder: &Path, run: Rolelint) -> Rolelint {
    std::fs::create_dir_all(folder.join("shared")).expect("made");
    let run = run.inside(folder).file("policy.yaml", POLICY).file("shared/base.yaml", BASE);
    run.file("p.yaml", "writes: [api.groups.write]\n")
        .file("people.txt", "# Who may own\namara.okafor@acme.example\n\nx\u{7f}@acme.example\n")
}

const JUDGE: [&str; 8] =
    ["--policy", "policy.yaml", "--as-of", "2026-06-01", "--param-file", "p.yaml", "--param", "approved=@people.txt"];

#[test]
fn every_file_that_was_loaded_is_in_the_bundle_and_the_verdict_is_computed_from_it() {
    let (api, folder, elsewhere) = (acme(), tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("one"));
    let made = files(folder.path(), rolelint(&api).args(["evidence", "-o", "e.tar.gz"]).args(JUDGE)).run().ends_with(1);
    let checked =
        files(folder.path(), rolelint(&api).args(["check", "--format", "json"]).args(JUDGE)).run().ends_with(1);
    std::fs::copy(folder.path().join("e.tar.gz"), elsewhere.path().join("e.tar.gz")).expect("copied");
    let said = verify(elsewhere.path(), "e.tar.gz", 0);
    let verdict = made.stderr.lines().find_map(|line| line.split_once("files; ")).expect("it is said").1;
    assert!(said.contains(&format!("the verdict is the same: {verdict}")), "{said}");

    unpacked(elsewhere.path());
    let read = |name: &str| std::fs::read_to_string(elsewhere.path().join("evidence").join(name)).expect(name);
    // A file comes after those that it extends.
    assert_eq!((read("policies/0001"), read("policies/0003")), (BASE.to_owned(), POLICY.to_owned()));
    assert!(read("policies/0002").contains("api-key-too-old"));
    assert!(read("lists/0001").starts_with("# Who may own") && read("params/0001").contains("api.groups.write"));
    let results: serde_json::Value = serde_json::from_str(&read("results.json")).expect("JSON");
    let checked = checked.json().0;
    for part in ["rules", "summary", "exceptions", "findings", "policies"] {
        assert_eq!(results[part], checked[part], "{part}");
    }
    assert!(results["exceptions"].to_string().contains("rule writers selects only what"), "{}", results["exceptions"]);
}

#[test]
fn a_policy_that_is_taken_out_of_the_bundle_with_its_sum_is_missed_where_it_is_extended() {
    let (api, folder) = (acme(), tempfile::tempdir().expect("a folder"));
    files(folder.path(), rolelint(&api).args(["evidence", "-o", "e.tar.gz"]).args(JUDGE)).run().ends_with(1);
    unpacked(folder.path());
    let path = folder.path().join("evidence/manifest.json");
    let whole: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).expect("it is there")).expect("JSON");
    std::fs::remove_file(folder.path().join("evidence/policies/0001")).expect("removed");
    let verify = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut manifest = whole.clone();
        manifest["files"].as_object_mut().expect("a map").remove("policies/0001");
        manifest["inputs"].as_object_mut().expect("a map").remove("policies/0001");
        change(&mut manifest);
        std::fs::write(&path, serde_json::to_vec_pretty(&manifest).expect("JSON")).expect("written");
        offline().inside(folder.path()).args(["evidence", "verify", "evidence"]).run().ends_with(2).stderr
    };
    assert!(verify(&|_| ()).contains("a policy extends one that is not there"));
    let said = verify(&|manifest| {
        manifest["inputs"]["policies/0003"]["extends"].as_object_mut().expect("a map").remove("./shared/base.yaml");
    });
    assert!(said.contains("`./shared/base.yaml` was not kept"), "{said}");
}
