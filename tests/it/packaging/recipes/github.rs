//! The workflows for GitHub Actions.

use serde_json::Value;

use super::super::action::UNPACK;
use super::super::snippets::{MET, VIOLATED};
use super::{checkout, denied};
use crate::fetch::resume::stuck;
use crate::support::fake::{FakeApi, KEY};
use crate::support::harness::{acme, text};
use crate::support::shell::Machine;
use crate::support::workflow::{Job, address, yaml};

/// Runs a job of a workflow.
fn run_job(api: &FakeApi, job: &Value, policy: &str, contexts: &[(&str, &str)]) -> (bool, Machine) {
    let machine = Machine::new(api).program("gh", "").program("tar", UNPACK).program("cargo", "");
    let machine = checkout(machine, policy);
    let (green, _) = Job::new(&machine, contexts).run(job);
    (green, machine)
}

pub fn actions(recipe: &str) {
    let jobs = &yaml(recipe)["jobs"];
    let secret = [("secrets.OPENAI_ADMIN_KEY", KEY)];
    assert!(run_job(&acme(), &jobs["check"], MET, &secret).0);
    assert!(!run_job(&acme(), &jobs["check"], VIOLATED, &secret).0);
    assert!(!run_job(&denied(), &jobs["check"], MET, &secret).0);
    assert!(!run_job(&acme(), &jobs["check"], MET, &[("secrets.OPENAI_ADMIN_KEY", "")]).0);

    let api = acme();
    let (green, machine) = run_job(&api, &jobs["test"], MET, &[]);
    assert!(green && api.requests().is_empty(), "tests of policies need neither secret nor API");
    let install = format!("cargo install --locked --git https://github.com/{} --tag v0.1.0 rolelint\n", address());
    assert_eq!(machine.read("cargo.log"), install);
    assert!(!run_job(&api, &jobs["test"], VIOLATED, &[]).0);
}

pub fn organizations(recipe: &str) {
    let job = &yaml(recipe)["jobs"]["check"];
    assert_eq!(job["environment"], "${{ matrix.organization }}", "each has a secret of its own");
    let organizations = job["strategy"]["matrix"]["organization"].as_array().expect("a list");
    assert!(organizations.len() > 1 && job["strategy"]["fail-fast"] == false);
    for organization in organizations {
        let contexts = [("secrets.OPENAI_ADMIN_KEY", KEY), ("matrix.organization", text(organization))];
        assert!(run_job(&acme(), job, MET, &contexts).0, "{organization}");
        assert!(!run_job(&acme(), job, VIOLATED, &contexts).0, "{organization}");
    }
    let contexts = [("secrets.OPENAI_ADMIN_KEY", KEY), ("matrix.organization", "without-parameters")];
    assert!(!run_job(&acme(), job, MET, &contexts).0);
}

/// The parts read on from one another, and what they have read is checked. The cache is the folder of the machine.
pub fn large(recipe: &str) {
    let jobs = &yaml(recipe)["jobs"];
    let (fetch, check) = (&jobs["fetch"], &jobs["check"]);
    let strategy = &fetch["strategy"];
    assert_eq!((&strategy["max-parallel"], &strategy["fail-fast"]), (&1.into(), &false.into()));
    assert_eq!(check["needs"], "fetch");
    let parts = strategy["matrix"]["part"].as_array().expect("a list").len().to_string();
    for job in [fetch, check] {
        let cached = job["steps"].as_array().expect("steps").iter().filter(|step| step["with"]["path"] == "data");
        assert!(cached.count() > 0, "{job}");
    }
    let run = |machine: &Machine, job: &Value, part: &str| {
        let contexts = [("secrets.OPENAI_ADMIN_KEY", KEY), ("matrix.part", part), ("github.run_id", "1")];
        Job::new(machine, &contexts).run(job).0
    };
    let api = acme();
    let machine = checkout(Machine::new(&api).program("cargo", ""), MET);
    // Time runs out while the API hangs.
    let hurried = yaml(&recipe.replace("--deadline 5h", "--deadline 50ms"))["jobs"]["fetch"].clone();
    api.fail(stuck(0));
    assert!(run(&machine, &hurried, "1") && !run(&machine, check, ""), "nothing was read, and nothing passes");
    // Of this many requests, some have answers before time runs out.
    api.fail(stuck(20));
    while !machine.path("work/data/new.jsonl.journal").exists() {
        assert!(run(&machine, &hurried, "1"));
    }
    assert!(!machine.path("work/data/org.jsonl").exists());
    api.heal();
    assert!(run(&machine, fetch, "2"), "the next part reads the rest");
    assert_eq!(machine.list("work/data"), ["org.jsonl"]);
    let asked = api.requests().len();
    assert!(run(&machine, fetch, &parts) && api.requests().len() == asked, "the last part has nothing to do");
    assert!(run(&machine, check, ""));

    // The next night, only what has changed is read.
    assert!(run(&machine, fetch, "1"));
    assert_eq!(machine.list("work/data"), ["org.jsonl"]);
    let machine = checkout(machine, VIOLATED);
    assert!(!run(&machine, check, ""));

    // What is denied is unknown.
    let refused = denied();
    let machine = checkout(Machine::new(&refused).program("cargo", ""), MET);
    assert!(run(&machine, fetch, "1") && !run(&machine, check, ""), "roles are unknown");
}
