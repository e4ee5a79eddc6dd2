//! Bundles of evidence: every way in which one can be changed is noticed.

use super::{unpacked, verify};
use crate::support::fake::{FakeApi, Organization, What, When};
use crate::support::harness::{Ran, acme, faulty, rolelint};

const POLICY: &str = "\
version: 1
params: { words: [api.groups.write] }
rules:
  - { id: writes, severity: high, select: user, forbid: { holds: { permission: $words } } }
  - { id: small, severity: low, select: role, count: { max: 1 } }
";
const WAIVERS: &str = "\
version: 1
waivers:
  - { rules: small, subject: organization, reason: Splits next year, owner: ada@acme.example, expires: 2027-01-31 }
";

/// A folder with a bundle, made by a run that ends with that code.
fn bundle(api: &FakeApi, code: i32) -> (tempfile::TempDir, Ran) {
    let folder = tempfile::tempdir().expect("a folder");
    let run = rolelint(api).inside(folder.path()).file("policy.yaml", POLICY).file("w.yaml", WAIVERS);
    let run = run.file("rolelint.yaml", "rules:\n  small: { severity: medium, reason: \"We care, OPS-1\" }\n");
    let run = run.file("p.yaml", "words: [api.roles.write]\n");
    let args =
        ["evidence", "-o", "e.tar.gz", "--policy", "policy.yaml", "--waivers", "w.yaml", "--as-of", "2026-06-01"];
    let ran = run.args(args).args(["--param-file", "p.yaml", "--max-waiver", "3650d"]).run().ends_with(code);
    (folder, ran)
}

#[test]
fn a_bundle_is_verified_as_an_archive_and_as_a_folder_without_key_or_network() {
    let (folder, made) = bundle(&acme(), 1);
    let manifest = made.stderr.lines().find(|line| line.starts_with("SHA-256 of the manifest: ")).expect("it is said");
    let said = verify(folder.path(), "e.tar.gz", 0);
    assert!(said.contains("the verdict is the same: 2 rules: ") && said.contains(manifest), "{said}");
    unpacked(folder.path());
    assert!(verify(folder.path(), "evidence", 0).contains(manifest));
    let read = |name: &str| std::fs::read_to_string(folder.path().join("evidence").join(name)).expect("it is there");
    assert_eq!((read("policies/0001").as_str(), read("waivers/0001").as_str()), (POLICY, WAIVERS));
    assert!(read("results.json").contains("\"small\"") && read("report.html").contains("<table class=\"matrix\">"));
    assert!(
        read("access.csv").contains("amara.okafor@acme.example")
            && read("coverage.csv").contains("\"users\",\"complete\"")
    );
    assert!(read("manifest.json").contains("\"org-acme\""));
}

#[test]
fn a_change_to_any_file_is_noticed_and_so_are_files_that_come_or_go() {
    let (folder, _) = bundle(&acme(), 1);
    unpacked(folder.path());
    let evidence = folder.path().join("evidence");
    let names = [
        "snapshot.jsonl",
        "results.json",
        "report.html",
        "findings.csv",
        "access.csv",
        "coverage.csv",
        "policies/0001",
        "params/0001",
        "waivers/0001",
        "config/0001",
    ];
    for name in names {
        let path = evidence.join(name);
        let whole = std::fs::read(&path).expect(name);
        let mut changed = whole.clone();
        changed.push(b' ');
        std::fs::write(&path, &changed).expect("written");
        assert!(verify(folder.path(), "evidence", 1).contains(&format!("{name} was changed")), "{name}");
        std::fs::remove_file(&path).expect("removed");
        assert!(verify(folder.path(), "evidence", 1).contains(&format!("{name} is missing")), "{name}");
        std::fs::write(&path, whole).expect("written");
    }
    std::fs::write(evidence.join("more.txt"), "x").expect("written");
    assert!(verify(folder.path(), "evidence", 1).contains("more.txt was added"));
    std::fs::remove_file(evidence.join("more.txt")).expect("removed");
    verify(folder.path(), "evidence", 0);
}

#[test]
fn sums_that_are_made_to_fit_do_not_help_whoever_changes_results_or_settings() {
    let (folder, _) = bundle(&acme(), 1);
    unpacked(folder.path());
    let evidence = folder.path().join("evidence");
    let manifest = std::fs::read_to_string(evidence.join("manifest.json")).expect("it is there");
    let softer = manifest.replace("\"exit_zero\": false", "\"exit_zero\": true");
    assert_ne!(softer, manifest);
    std::fs::write(evidence.join("manifest.json"), softer).expect("written");
    assert!(verify(folder.path(), "evidence", 1).contains("results.json is not what the snapshot and the policies"));

    let results = std::fs::read_to_string(evidence.join("results.json")).expect("it is there");
    let nicer = results.replace("\"severity\": \"high\"", "\"severity\": \"info\"");
    std::fs::write(evidence.join("results.json"), &nicer).expect("written");
    let sum = |text: &str| {
        use sha2::Digest as _;
        sha2::Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
    };
    let fitting = manifest
        .replace(&sum(&results), &sum(&nicer))
        .replace(&format!("\"bytes\": {}", results.len()), &format!("\"bytes\": {}", nicer.len()));
    std::fs::write(evidence.join("manifest.json"), fitting).expect("written");
    assert!(verify(folder.path(), "evidence", 1).contains("results.json is not what the snapshot and the policies"));
}

#[test]
fn a_bundle_of_an_incomplete_organization_says_so_and_another_version_is_not_judged() {
    let denied = faulty(Organization::acme(), "/organization/users", When::Always, What::Status(403));
    let (folder, _) = bundle(&denied, 1);
    assert!(verify(folder.path(), "e.tar.gz", 0).contains("some answers are unknown"));
    unpacked(folder.path());
    let path = folder.path().join("evidence/manifest.json");
    let manifest = std::fs::read_to_string(&path).expect("it is there");
    let version = format!("\"rolelint\": \"{}\"", env!("CARGO_PKG_VERSION"));
    std::fs::write(&path, manifest.replace(&version, "\"rolelint\": \"99.0.0\"")).expect("written");
    assert!(verify(folder.path(), "evidence", 3).contains("rolelint 99.0.0 made the bundle"));
}

#[test]
fn what_is_no_bundle_is_an_error_with_a_place_and_help() {
    let folder = tempfile::tempdir().expect("a folder");
    let says = |name: &str, words: &str| {
        let said = verify(folder.path(), name, 2);
        assert!(said.contains(words), "{name}: {said}");
    };
    says("nowhere", "cannot read the bundle `nowhere`");
    std::fs::write(folder.path().join("text"), "text").expect("written");
    says("text", "cannot read the bundle `text`: it is not a `.tar.gz` file, or is damaged or truncated");
    let (whole, _) = bundle(&acme(), 1);
    let archive = std::fs::read(whole.path().join("e.tar.gz")).expect("it is there");
    let damaged = "it is not a `.tar.gz` file, or is damaged or truncated";
    for (name, bytes, words) in [
        ("cut", &archive[..archive.len() - 1], damaged),
        ("twice", &archive.repeat(2), "the bundle `twice` goes on behind its last file"),
        ("junk", &[&*archive, b"junk"].concat(), "the bundle `junk` goes on behind its last file"),
    ] {
        std::fs::write(folder.path().join(name), bytes).expect("written");
        says(name, words);
    }
    std::fs::create_dir(folder.path().join("empty")).expect("made");
    says("empty", "no manifest");
    std::fs::write(folder.path().join("empty/manifest.json"), "{}").expect("written");
    says("empty", "no manifest that can be read: `bundle` is missing");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("/etc/hostname", folder.path().join("empty/link")).expect("linked");
        says("empty", "an entry that does not belong there: link: it is not a plain file");
    }
    let ran = rolelint(&acme()).args(["evidence"]).run().ends_with(2);
    assert!(ran.stderr.contains("--output <FILE>"), "{}", ran.stderr);
}
