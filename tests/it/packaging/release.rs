//! The workflows of this repository, and what a release consists of.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::support::harness::acme;
use crate::support::shell::{Machine, repository};
use crate::support::workflow::{Job, Step, yaml};

const WORKFLOWS: [&str; 2] = [".github/workflows/ci.yml", ".github/workflows/release.yml"];

/// Every mapping in a tree with this key.
fn with_key<'a>(tree: &'a Value, key: &str, found: &mut Vec<&'a Value>) {
    found.extend(tree.get(key).map(|_| tree));
    let children: Vec<&Value> = match tree {
        Value::Array(items) => items.iter().collect(),
        Value::Object(fields) => fields.values().collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    for child in children {
        with_key(child, key, found);
    }
}

/// The steps of a file that have this key.
pub fn steps<'a>(file: &'a Value, key: &str) -> Vec<&'a Value> {
    let mut found = Vec::new();
    with_key(file, key, &mut found);
    found.into_iter().filter(|step| step[key].is_string()).collect()
}

#[test]
fn every_job_has_its_own_permissions_and_a_timeout() {
    for file in WORKFLOWS {
        let workflow = yaml(&repository(file));
        assert_eq!(workflow["permissions"], serde_json::json!({}), "{file}");
        for (name, job) in workflow["jobs"].as_object().expect("jobs") {
            assert!(job["permissions"].is_object(), "{file}: {name} says what it may do");
            assert!(job["timeout-minutes"].is_u64(), "{file}: {name} ends");
        }
        for checkout in steps(&workflow, "uses").iter().filter(|step| step["uses"].to_string().contains("/checkout@")) {
            assert_eq!(checkout["with"]["persist-credentials"], false, "{file}");
        }
    }
}

#[test]
fn actions_are_pinned_by_commit_and_no_expression_is_part_of_a_script() {
    for file in WORKFLOWS.into_iter().chain(["action.yml"]) {
        let text = repository(file);
        let workflow = yaml(&text);
        for step in steps(&workflow, "uses") {
            let used = step["uses"].as_str().expect("a text");
            let commit = used.split_once('@').expect("a version").1;
            assert!(commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()), "{file}: {used}");
            assert!(text.contains(&format!("{used} # v")), "{file}: {used} tells its version");
        }
        for step in steps(&workflow, "run") {
            assert!(!step["run"].to_string().contains("${{"), "{file}: {step}");
        }
    }
}

#[test]
fn ci_runs_the_required_checks() {
    let workflow = yaml(&repository(".github/workflows/ci.yml"));
    let scripts: Vec<&Value> = steps(&workflow, "run").iter().map(|step| &step["run"]).collect();
    assert_eq!(scripts, [".ci/run"]);
}

/// The targets that are built.
fn targets() -> BTreeSet<String> {
    let workflow = yaml(&repository(".github/workflows/release.yml"));
    let rows = workflow["jobs"]["build"]["strategy"]["matrix"]["include"].as_array().expect("a list").clone();
    rows.iter().map(|row| row["target"].as_str().expect("a target").to_owned()).collect()
}

#[test]
fn the_action_and_binstall_use_the_names_of_the_built_archives() {
    let action = repository("action.yml");
    let fetched = action.lines().filter_map(|line| line.split_once("target=")?.1.strip_suffix(" ;;"));
    assert_eq!(fetched.map(str::to_owned).collect::<BTreeSet<_>>(), targets());
    assert!(action.contains("archive=\"rolelint-$target.tar.gz\""));
    let manifest = repository("Cargo.toml");
    assert!(manifest.contains("\"{ repo }/releases/download/v{ version }/rolelint-{ target }.tar.gz\""));
}

/// A runner on which `cargo` builds something, and everything else is only noted.
fn runner(api: &crate::support::fake::FakeApi) -> Machine {
    let cargo = "case $1 in
        build) mkdir -p target/$6/$4; touch target/$6/$4/rolelint ;;
        cyclonedx) echo '{}' > rolelint.cdx.json ;;
    esac";
    let machine = Machine::new(api).program("cargo", cargo).program("rustup", "").program("sudo", "").program("gh", "");
    ["Cargo.toml", "README.md", "LICENSE-MIT", "LICENSE-APACHE"]
        .into_iter()
        .fold(machine, |machine, name| machine.file(&format!("work/{name}"), repository(name)))
}

fn run_job(machine: &Machine, name: &str, target: &str, tag: &str) -> (bool, Vec<Step>) {
    let workflow = yaml(&repository(".github/workflows/release.yml"));
    let contexts = [("matrix.target", target), ("runner.os", "Linux"), ("github.token", "a-token")];
    Job::new(machine, &contexts).env("GITHUB_REF_NAME", tag).run(&workflow["jobs"][name])
}

#[test]
fn a_release_has_archives_checksums_and_an_sbom() {
    let api = acme();
    let machine = runner(&api);
    let tag = concat!("v", env!("CARGO_PKG_VERSION"));
    for target in targets() {
        let (green, _) = run_job(&machine, "build", &target, tag);
        assert!(green);
        assert!(
            machine.read("cargo.log").contains(&format!("cargo build --locked --profile dist --target {target}\n"))
        );
        let listed = machine.run("sh -e", &format!("tar -tzf dist/rolelint-{target}.tar.gz")).ends_with(0).stdout;
        let mut listed: Vec<&str> = listed.lines().collect();
        listed.sort_unstable();
        assert_eq!(listed, ["./", "./LICENSE-APACHE", "./LICENSE-MIT", "./README.md", "./rolelint"]);
    }
    machine.run("sh -e", "rm -r dist/rolelint").ends_with(0);
    let (green, steps) = run_job(&machine, "release", "", tag);
    assert!(green);
    let archives: Vec<String> = targets().iter().map(|target| format!("rolelint-{target}.tar.gz")).collect();
    machine.run("sh -e", "cd dist && sha256sum --check SHA256SUMS").ends_with(0);
    assert_eq!(machine.read("work/dist/SHA256SUMS").lines().count(), archives.len() + 1);
    let sbom =
        steps.iter().find(|step| step.what.starts_with("actions/attest-sbom@") || step.with.contains_key("sbom-path"));
    assert_eq!(sbom.expect("a step").with["sbom-path"], "dist/rolelint.cdx.json");
    // Nobody sees it before all of it is there.
    let asked = machine.read("gh.log");
    let asked: Vec<&str> = asked.lines().collect();
    let [create, upload, publish] = asked[..] else { panic!("{asked:?}") };
    assert!(create.starts_with(&format!("gh release create {tag} --draft --verify-tag ")), "{create}");
    assert!(archives.iter().all(|archive| upload.contains(archive)), "{upload}");
    assert!(upload.contains("dist/SHA256SUMS") && upload.contains("dist/rolelint.cdx.json"), "{upload}");
    assert_eq!(publish, format!("gh release edit {tag} --draft=false"));
}

#[test]
fn a_tag_that_differs_from_the_version_makes_no_release() {
    let api = acme();
    let machine = runner(&api);
    let (green, steps) = run_job(&machine, "build", "x86_64-unknown-linux-musl", "v9.9.9");
    assert!(!green && machine.read("cargo.log").is_empty());
    let compared = steps.iter().find_map(|step| step.ran.as_ref()).expect("a script ran");
    assert!(compared.stdout.contains("::error::the tag is not v"), "{}", compared.stdout);
}

#[test]
fn the_image_holds_the_binary_and_certificates_and_runs_as_nobody() {
    let dockerfile = repository("Dockerfile");
    let lines: Vec<&str> = dockerfile.lines().filter(|line| !line.starts_with('#')).collect();
    let last = lines.iter().rposition(|line| line.starts_with("FROM ")).expect("a stage");
    assert_eq!(lines[last], "FROM scratch");
    let stage = &lines[last + 1..];
    assert!(stage.contains(&"USER 65534:65534") && stage.contains(&"ENTRYPOINT [\"/rolelint\"]"), "{stage:?}");
    assert_eq!(stage.iter().filter(|line| line.starts_with("COPY ")).count(), 2);
    // What is copied is there, and is part of what is sent to the builder.
    let sent = repository(".dockerignore");
    for line in lines[..last].iter().filter_map(|line| line.strip_prefix("COPY ")) {
        let names: Vec<&str> = line.split(' ').collect();
        for name in &names[..names.len() - 1] {
            assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(name).exists(), "{name}");
            assert!(sent.lines().any(|line| line == format!("!{name}")), "{name}");
        }
    }
}

#[test]
fn the_hooks_for_pre_commit_are_built_from_source_and_named_in_their_comment() {
    let text = repository(".pre-commit-hooks.yaml");
    let commented: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("#   ")).collect();
    let used = &yaml(&commented.join("\n"))[0];
    assert_eq!(used["repo"], env!("CARGO_PKG_REPOSITORY"));
    assert_eq!(used["rev"], concat!("v", env!("CARGO_PKG_VERSION")));
    let hooks = yaml(&text);
    let hooks = hooks.as_array().expect("a list");
    let entries: Vec<&str> = hooks.iter().map(|hook| hook["entry"].as_str().expect("a command")).collect();
    assert_eq!(entries, ["rolelint lint", "rolelint test"]);
    for (at, hook) in hooks.iter().enumerate() {
        assert_eq!((&hook["language"], &hook["pass_filenames"]), (&"rust".into(), &false.into()));
        assert_eq!(used["hooks"][at]["id"], hook["id"]);
    }
}
