//! The hooks for pre-commit, run by pre-commit itself in a repository that names them as `.pre-commit-hooks.yaml` says.

use std::io::Write as _;
use std::process::Command;

use super::snippets::{MET, VIOLATED};
use crate::support::harness::acme;
use crate::support::shell::{Machine, repository};
use crate::support::workflow::address;

const TESTS: &str = "tests: [{ name: t, org: { roles: [{ name: A }] }, expect: { a-role: pass } }]\n";

/// The configuration in the comment at the top.
fn configuration(hooks: &str, machine: &Machine) -> String {
    let comment = hooks.lines().take_while(|line| line.starts_with('#')).skip(2);
    let lines: Vec<&str> = comment.map(|line| line.trim_start_matches("# ")).collect();
    let ours = format!("https://github.com/{}", address());
    let text = format!("repos:\n{}\n", lines.join("\n"));
    assert!(text.contains(&ours), "{text}");
    text.replace(&ours, &machine.shown("hooks"))
}

#[test]
fn the_hooks_lint_and_test_the_policies_under_pre_commit() {
    if Command::new("pre-commit").arg("--version").output().is_err() {
        writeln!(std::io::stderr(), "NOT RUN: there is no pre-commit here; .ci/run installs it")
            .expect("standard error");
        return;
    }
    let api = acme();
    let hooks = repository(".pre-commit-hooks.yaml");
    let machine = Machine::new(&api)
        // What is built here stands in for what pre-commit would build of the repository.
        .file("hooks/.pre-commit-hooks.yaml", hooks.replace("language: rust", "language: system"))
        .file("work/access/policies/ours.yaml", MET)
        .file("work/access/policies/ours_test.yaml", TESTS)
        .env("PRE_COMMIT_COLOR", "never");
    let machine = machine
        .env("GIT_AUTHOR_NAME", "A")
        .env("GIT_AUTHOR_EMAIL", "a@acme.example")
        .env("GIT_COMMITTER_NAME", "A")
        .env("GIT_COMMITTER_EMAIL", "a@acme.example");
    let configuration = configuration(&hooks, &machine);
    let machine = machine.file("work/.pre-commit-config.yaml", configuration);
    let set_up = "(cd ../hooks && git init -q && git add . && git commit -q -m hooks && git tag v0.1.0)\n\
                  git init -q && git add .";
    machine.run("sh -e", set_up).ends_with(0);
    let run = |machine: &Machine, code: i32| machine.run("sh -e", "pre-commit run --all-files").ends_with(code).stdout;
    let passed = run(&machine, 0);
    assert!(passed.matches("Passed").count() == 2 && passed.contains("rolelint lint"), "{passed}");

    let machine = machine.file("work/access/policies/ours.yaml", VIOLATED);
    let failed = run(&machine, 1);
    assert!(failed.contains("hook id: rolelint-test") && failed.contains("1 failed"), "{failed}");
    let machine = machine.file("work/access/policies/ours.yaml", MET.replace("params: {", "params: { unused: 1,"));
    let failed = run(&machine, 1);
    assert!(failed.contains("hook id: rolelint-lint") && failed.contains("unused-parameter"), "{failed}");
    assert!(api.requests().is_empty(), "neither hook asks the API");
}
