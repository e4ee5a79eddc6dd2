//! `action.yml`: what it installs, what it asks of the binary, and that nothing it is given runs as a command.

use serde_json::{Value, json};

use super::snippets::MET;
use crate::support::fake::{FakeApi, KEY};
use crate::support::harness::acme;
use crate::support::shell::{Machine, repository};
use crate::support::workflow::{Job, Step, address};

/// What unpacking the archive, and building, come to: a program in the folder that was asked for.
pub const UNPACK: &str = "ln -s \"$(command -v rolelint)\" \"$4/rolelint\"";
const BUILD: &str = "ln -s \"$(command -v rolelint)\" \"$6/bin/rolelint\"";

/// The machine of a runner, with the programs that the action installs rolelint with.
fn runner(api: &FakeApi, gh: &str) -> Machine {
    Machine::new(api).program("gh", gh).program("tar", UNPACK).program("cargo", BUILD).file("work/access.yaml", MET)
}

/// A job that uses the action at this commit or tag.
fn job(reference: &str, with: Value) -> Value {
    let mut with = with;
    with["admin-key"] = json!("${{ secrets.KEY }}");
    json!({"steps": [{"uses": format!("{}@{reference}", address()), "id": "access", "with": with}]})
}

fn run(machine: &Machine, platform: (&str, &str), job: &Value) -> (bool, Vec<Step>) {
    let runner = Job::new(machine, &[("secrets.KEY", KEY)]).env("RUNNER_OS", platform.0).env("RUNNER_ARCH", platform.1);
    runner.run(job)
}

const LINUX: (&str, &str) = ("Linux", "X64");
const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

#[test]
fn the_release_for_each_platform_is_downloaded_and_verified() {
    let api = acme();
    let version = env!("CARGO_PKG_VERSION");
    let tag = format!("--source-ref refs/tags/v{version}");
    let commit = format!("--source-digest {COMMIT}");
    let rows = [
        (LINUX, "v0", "x86_64-unknown-linux-musl", &tag),
        (("Linux", "ARM64"), COMMIT, "aarch64-unknown-linux-musl", &commit),
        (("macOS", "X64"), COMMIT, "x86_64-apple-darwin", &commit),
        (("macOS", "ARM64"), "v0", "aarch64-apple-darwin", &tag),
        (("Windows", "X64"), "v0", "x86_64-pc-windows-msvc", &tag),
    ];
    for (platform, reference, target, proof) in rows {
        let machine = runner(&api, "");
        let (green, _) = run(&machine, platform, &job(reference, json!({"args": "--policy access.yaml"})));
        assert!(green, "{}", machine.read("runner/summary.md"));
        let (folder, repository) = (machine.shown("runner/rolelint"), address());
        let asked = format!(
            "gh release download v{version} --repo {repository} --pattern rolelint-{target}.tar.gz --dir {folder} --clobber\n\
             gh attestation verify {folder}/rolelint-{target}.tar.gz --repo {repository} \
             --signer-workflow {repository}/.github/workflows/release.yml {proof}\n"
        );
        assert_eq!(machine.read("gh.log"), asked);
        assert_eq!(machine.read("tar.log"), format!("tar -xzf {folder}/rolelint-{target}.tar.gz -C {folder}/bin\n"));
    }
}

#[test]
fn a_release_that_cannot_be_installed_or_verified_is_not_run() {
    let api = acme();
    let rows = [
        ("exit 1", LINUX, ""),
        ("case $1 in attestation) exit 1 ;; esac", LINUX, ""),
        ("", ("Linux", "RISCV64"), "::error::rolelint has no release for Linux on RISCV64"),
    ];
    for (gh, platform, said) in rows {
        let machine = runner(&api, gh);
        let (green, steps) = run(&machine, platform, &job("v0", json!({"args": "--policy access.yaml"})));
        assert!(!green && machine.read("tar.log").is_empty());
        let install = steps[1].ran.as_ref().expect("it ran");
        assert!(install.stdout.contains(said), "{}", install.stdout);
        assert!(steps[2..].iter().all(|step| step.skipped), "{steps:?}");
    }
    assert_eq!(api.requests().len(), 0);
}

#[test]
fn the_action_can_build_from_its_own_source() {
    let api = acme();
    let machine = runner(&api, "exit 1");
    let (green, _) = run(&machine, LINUX, &job("v0", json!({"build": "true", "args": "--policy access.yaml"})));
    let (source, root) = (env!("CARGO_MANIFEST_DIR"), machine.shown("runner/rolelint"));
    assert!(green);
    assert_eq!(machine.read("cargo.log"), format!("cargo install --locked --path {source} --root {root}\n"));
}

#[test]
fn arguments_are_split_at_spaces_and_nothing_in_them_runs() {
    let api = acme();
    for (args, code) in [
        ("--policy access.yaml\n  --fail-on\thigh\n", 0),
        ("--policy access.yaml ; touch made", 2),
        ("--policy $(touch made) `touch made`", 2),
        ("--policy access.yaml --param-file *", 2),
        ("\" && touch made #", 2),
    ] {
        let machine = runner(&api, "");
        let (green, steps) = run(&machine, LINUX, &job("v0", json!({"args": args, "upload-sarif": "false"})));
        let check = steps[2].ran.as_ref().expect("it ran");
        assert_eq!((green, check.code), (code == 0, code), "{args}: {}", check.stderr);
        assert_eq!(machine.list("work"), ["access.yaml"], "{args}");
        assert!(steps[3].skipped, "{steps:?}");
    }
}

#[test]
fn the_report_is_available_to_later_steps() {
    let api = acme();
    let machine = runner(&api, "");
    let mut job = job("v0", json!({"name": "acme"}));
    let after = json!({
        "if": "always()", "shell": "bash",
        "env": {"CODE": "${{ steps.access.outputs.exit-code }}", "REPORT": "${{ steps.access.outputs.report }}"},
        "run": "echo \"$CODE $(head -c 1 \"$REPORT\")\"",
    });
    job["steps"].as_array_mut().expect("a list").push(after);
    let (green, steps) = run(&machine, LINUX, &job);
    assert!(!green, "the built-in rules find something at ACME");
    let [.., upload, after] = &steps[..] else { panic!("{steps:?}") };
    assert_eq!(after.ran.as_ref().expect("it ran").stdout, "1 {\n");
    assert_eq!(upload.with["category"], "acme");
    let sarif = std::fs::read_to_string(&upload.with["sarif_file"]).expect("the file is there");
    assert!(sarif.contains("sarif-2.1.0"));
}

#[test]
fn the_documentation_names_the_address_and_the_version_of_the_manifest() {
    let right = format!("{}@v{}", address(), env!("CARGO_PKG_VERSION"));
    let readme = repository("README.md");
    let used: Vec<&str> = readme.lines().filter_map(|line| line.trim().strip_prefix("- uses: ")).collect();
    assert_eq!(used.iter().filter(|used| **used == right).count(), 1, "{used:?}");
    assert!(!readme.replace(&right, "").contains("github.com/YOUR-ORG"));
}
