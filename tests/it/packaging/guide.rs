//! Every step of docs/guide.md, in its order, in one folder.

use std::fs;

use crate::support::harness::{Ran, acme};
use crate::support::shell::{Machine, repository};
use crate::support::workflow::{Job, yaml};

/// A fenced block: its language, the paragraph before it, and its text.
pub struct Step {
    pub language: String,
    pub before: String,
    pub text: String,
}

pub fn steps(page: &str) -> Vec<Step> {
    let mut parts = page.split("```");
    let mut before = parts.next().unwrap_or_default();
    let mut found = Vec::new();
    while let (Some(fence), Some(after)) = (parts.next(), parts.next()) {
        let (language, text) = fence.split_once('\n').expect("a fence has a line of its own");
        let paragraph = before.trim_end().rsplit("\n\n").next().unwrap_or_default();
        found.push(Step { language: language.to_owned(), before: paragraph.to_owned(), text: text.to_owned() });
        before = after;
    }
    found
}

/// The file that a paragraph ends with.
pub fn file(before: &str) -> String {
    let name = before.trim_end().strip_suffix("`:").and_then(|before| before.rsplit('`').next());
    name.unwrap_or_else(|| panic!("it names no file: {before}")).to_owned()
}

/// The lines of a change that begin with this sign.
fn lines(change: &str, sign: char) -> String {
    change
        .lines()
        .filter_map(|line| line.strip_prefix(sign))
        .map(|line| format!("{line}\n"))
        .collect::<Vec<_>>()
        .concat()
}

#[test]
fn every_step_of_the_guide_does_what_it_says() {
    let api = acme();
    let machine = Machine::new(&api).program("cargo", "");
    // Of each block of commands, the exit codes of its lines.
    let mut codes = [&[0][..], &[1], &[2], &[1], &[1], &[0, 0]].into_iter();
    let mut ran: Vec<Ran> = Vec::new();
    let mut workflow = None;
    for Step { language, before, text } in steps(&repository("docs/guide.md")) {
        let path = |name: &str| machine.path(&format!("work/{name}"));
        let change = |name: &str, changed: &str| fs::write(path(name), changed).expect("it is in a folder of ours");
        match language.as_str() {
            "sh" => {
                ran = text.lines().map(|line| machine.run("sh -e", line)).collect();
                let came: Vec<i32> = ran.iter().map(|ran| ran.code).collect();
                assert_eq!(came, codes.next().expect("a row for each block"), "{text}{ran:?}");
            }
            "text" => {
                let said = ran.last().expect("a command came before").everything();
                assert!(said.contains(text.trim_end()), "{text}\nis not in\n{said}");
            }
            "diff" => {
                let name = file(&before);
                let now = fs::read_to_string(path(&name)).expect("it is there");
                let old = lines(&text, '-');
                assert!(now.contains(&old), "{old} is not in {name}");
                change(&name, &now.replacen(&old, &lines(&text, '+'), 1));
            }
            "yaml" if before.starts_with("Add to") => {
                let name = file(&before);
                let now = fs::read_to_string(path(&name)).expect("it is there");
                change(&name, &format!("{now}\n{text}"));
            }
            "yaml" => {
                let name = file(&before);
                fs::create_dir_all(path(&name).parent().expect("a folder")).expect("it can be made");
                assert!(!path(&name).exists(), "{name} is there");
                change(&name, &text);
                workflow = name.contains("/workflows/").then(|| yaml(&text));
            }
            other => panic!("there is no step in {other}"),
        }
    }
    assert!(codes.next().is_none());
    let job = workflow.expect("the workflow comes last")["jobs"]["policies"].clone();
    assert!(Job::new(&machine, &[]).run(&job).0, "the pull request is green");
    let policy = fs::read_to_string(machine.path("work/policies/groups.yaml")).expect("it is there");
    let machine = machine.file("work/policies/groups.yaml", policy.replace("*@contractor.acme.example", "*"));
    assert!(!Job::new(&machine, &[]).run(&job).0, "and red where somebody widens the rule");
    assert!(api.requests().is_empty(), "no step asks the API");
}
