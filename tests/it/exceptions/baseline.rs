//! The baseline: what was there on the day when checking began is no news, and everything else is.

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::{NOW, POLICY, remarks};
use crate::support::fake::{Behaviour, FakeApi, Organization, User};
use crate::support::harness::{Ran, Rolelint, offline, rolelint};
use crate::support::small::{denied, healthy, leave, small, with};

const COUNT: &str = "  - id: too-many-writers\n    select: user\n    where: { holds: { permission: api.groups.write, role: { predefined_role: false } } }\n    count: { max: 1 }\n";

/// A folder with the policy in it, where baselines are kept from run to run.
fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn run(api: &FakeApi, folder: &TempDir, args: &[&str]) -> Rolelint {
    let run = rolelint(api).inside(folder.path()).file("policy.yaml", POLICY);
    run.args(args.iter().copied()).args(["-p", "policy.yaml", "--as-of", NOW])
}

fn write(api: &FakeApi, folder: &TempDir, args: &[&str]) -> Ran {
    run(api, folder, &["baseline", "-o", "b.jsonl"]).args(args.iter().copied()).run()
}

fn check(api: &FakeApi, folder: &TempDir, args: &[&str]) -> Ran {
    run(api, folder, &["check", "--baseline", "b.jsonl", "--format", "json"]).args(args.iter().copied()).run()
}

fn lines(folder: &TempDir) -> Vec<String> {
    let text = std::fs::read_to_string(folder.path().join("b.jsonl")).expect("a baseline");
    text.lines().map(str::to_owned).collect()
}

fn save(folder: &TempDir, lines: &[String]) {
    std::fs::write(folder.path().join("b.jsonl"), lines.join("\n")).expect("written");
}

fn start(change: impl FnOnce(&mut Organization)) -> FakeApi {
    let mut org = small();
    change(&mut org);
    FakeApi::start(org, Behaviour::default())
}

/// Dora joins, and holds Writer.
fn with_dora() -> FakeApi {
    start(|org| {
        let dora = User { id: "user-dora".to_owned(), name: "Dora".to_owned(), ..org.users[1].clone() };
        org.users.push(User { email: Some("dora@acme.example".to_owned()), ..dora });
    })
}

#[test]
fn what_was_accepted_is_no_news_and_everything_else_is() {
    let (api, folder) = (healthy(), folder());
    let ran = write(&api, &folder, &[]).ends_with(0);
    assert!(ran.stderr.trim_end().ends_with("b.jsonl: 4 violations accepted"), "{}", ran.stderr);
    let report = check(&api, &folder, &[]).ends_with(0).json();
    assert_eq!((report.0["summary"]["baselined"].as_u64(), report.is_complete()), (Some(4), true));
    let api = with_dora();
    let report = check(&api, &folder, &[]).ends_with(1).json();
    assert_eq!(report.answer("user-writes"), "violation Dora");
    assert_eq!((report.answer("role-writes").as_str(), remarks(&report)), ("pass", Vec::new()));
    check(&api, &folder, &["--no-baseline"]).ends_with(2);
    let bare = run(&api, &folder, &["check", "--no-baseline", "--format", "json"]).env("ROLELINT_BASELINE", "b.jsonl");
    assert_eq!(bare.run().ends_with(1).json().answer("user-writes"), "violation Bob, Cyd, Dora, Eve");
}

#[test]
fn each_line_has_what_people_review_and_the_file_is_sorted() {
    let (api, folder) = (healthy(), folder());
    write(&api, &folder, &[]).ends_with(0);
    let lines = lines(&folder);
    let mut sorted = lines.clone();
    sorted.sort();
    assert_eq!(lines, sorted);
    let first: serde_json::Value = serde_json::from_str(&lines[0]).expect("JSON");
    let expected = ["role-writes", "role/role_1", "org-small", "role Writer"];
    let message = first["message"].as_str().expect("a text");
    for (key, value) in ["rule", "subject", "organization"].iter().zip(expected) {
        assert_eq!(first[key], value);
    }
    assert!(message.starts_with(expected[3]), "{message}");
}

#[test]
fn a_new_grant_of_the_same_person_is_new() {
    let (api, folder) = (healthy(), folder());
    write(&api, &folder, &[]).ends_with(0);
    let api = start(|org| {
        let mut role = org.roles[2].clone();
        (role.id, role.name) = ("role_9".to_owned(), "Writer too".to_owned());
        org.roles.push(role);
        org.users[1].roles.push("role_9".to_owned());
    });
    let report = check(&api, &folder, &[]).ends_with(1).json();
    assert_eq!(
        (report.answer("user-writes").as_str(), report.answer("role-writes").as_str()),
        ("violation Bob", "violation Writer too")
    );
}

#[test]
fn a_count_is_accepted_as_it_was_and_no_other() {
    let (api, folder) = (healthy(), folder());
    let policy = format!("version: 1\nrules:\n{COUNT}");
    let go = |api: &FakeApi, args: &[&str]| {
        let run = rolelint(api).inside(folder.path()).file("policy.yaml", &policy);
        run.args(args.iter().copied()).args(["-p", "policy.yaml", "--as-of", NOW]).run()
    };
    go(&api, &["baseline", "-o", "b.jsonl"]).ends_with(0);
    go(&api, &["check", "--baseline", "b.jsonl"]).ends_with(0);
    let ran = go(&with_dora(), &["check", "--baseline", "b.jsonl", "--format", "json"]).ends_with(1);
    let said = "b.jsonl:1: too-many-writers of organization/organization has changed since it was accepted as `3 users \
                selected (allowed: at most 1)`";
    assert_eq!(remarks(&ran.json()), [said]);
}

/// What a rule finds behind `organization` or behind its `where` is accepted as it was, not as it became.
#[test]
fn a_person_or_permission_behind_the_organization_or_a_selection_is_new() {
    let writes = "holds: { permission: '*.write', role: { predefined_role: false } }";
    let rules = [
        "where: { name: Ada }, forbid: { organization: { roles: { predefined_role: false, permissions: '*.write' } } }",
        &format!("where: {{ name: Ada }}, forbid: {{ organization: {{ users: {{ {writes} }} }} }}"),
        "where: { name: Ada }, forbid: { organization: { groups: { name: Ops, members: { is_scim_managed: false } } } }",
        &format!("where: {{ name: Bob, {writes} }}, count: {{ max: 0 }}"),
        &format!("where: {{ name: Bob, {writes} }}, exactly: {{ name: [Ada] }}"),
    ];
    let changed = start(|org| {
        org.roles[2].permissions.push("api.roles.write".to_owned());
        org.groups[0].members.push("user-dee".to_owned());
    });
    for rule in rules {
        let (api, folder) = (healthy(), folder());
        let policy = format!("version: 1\nrules:\n  - {{ id: rule, select: user, {rule} }}\n");
        let go = |api: &FakeApi, args: &[&str]| {
            let run = rolelint(api).inside(folder.path()).file("policy.yaml", &policy);
            run.args(args.iter().copied()).args(["-p", "policy.yaml", "--as-of", NOW]).run()
        };
        go(&api, &["baseline", "-o", "b.jsonl"]).ends_with(0);
        go(&api, &["check", "--baseline", "b.jsonl"]).ends_with(0);
        let report = go(&changed, &["check", "--baseline", "b.jsonl", "--format", "json"]).ends_with(1).json();
        assert!(report.answer("rule").starts_with("violation"), "{rule}: {}", report.answer("rule"));
    }
}

#[test]
fn what_is_fixed_is_said_and_fails_only_a_strict_gate() {
    let (api, folder) = (healthy(), folder());
    write(&api, &folder, &[]).ends_with(0);
    let api = start(|org| leave(org, "user-bob"));
    let report = check(&api, &folder, &[]).ends_with(0).json();
    assert_eq!(report.0["stale"], 1);
    let said = "b.jsonl:2: user-writes of user/user-bob is fixed: take it out of the baseline";
    assert_eq!(remarks(&report), [said]);
    check(&api, &folder, &["--strict-baseline"]).ends_with(1);
    check(&api, &folder, &["--strict-baseline", "--exit-zero"]).ends_with(0);
    // A rule that is not judged is not answered.
    let only = check(&api, &folder, &["--strict-baseline", "--only", "role-writes"]).ends_with(0);
    assert_eq!(remarks(&only.json()), Vec::<&str>::new());
    let ran = write(&api, &folder, &[]).ends_with(0);
    assert!(ran.stderr.trim_end().ends_with(": 3 violations accepted, 0 new, 1 removed"), "{}", ran.stderr);
    check(&api, &folder, &["--strict-baseline"]).ends_with(0);
}

#[test]
fn what_was_accepted_and_is_unknown_now_stays_unknown() {
    let (api, folder) = (healthy(), folder());
    write(&api, &folder, &[]).ends_with(0);
    let api = with(&[("/organization/users/user-bob/roles", denied("api.roles.read"))]);
    let report = check(&api, &folder, &["--strict-baseline"]).ends_with(3).json();
    assert_eq!(report.answer("user-writes"), "unknown Bob");
    assert_eq!((&report.0["stale"], remarks(&report)), (&0.into(), Vec::new()));
}

#[test]
fn no_baseline_is_written_of_what_is_not_known() {
    let (api, folder) = (with(&[("/organization/users/user-bob/roles", denied("api.roles.read"))]), folder());
    let ran = write(&api, &folder, &[]).ends_with(3);
    assert!(ran.stderr.contains("user-writes"), "{}", ran.stderr);
    assert!(!folder.path().join("b.jsonl").exists());
    write(&api, &folder, &["--allow-unknown"]).ends_with(0);
    assert_eq!(lines(&folder).len(), 3);
    // What is not known is not taken out either.
    write(&healthy(), &folder, &["--accept-new"]).ends_with(0);
    write(&api, &folder, &["--allow-unknown"]).ends_with(0);
    assert_eq!(lines(&folder).len(), 4);
}

#[test]
fn a_baseline_does_not_grow_unasked() {
    let (api, folder) = (healthy(), folder());
    write(&api, &folder, &[]).ends_with(0);
    let before = lines(&folder);
    let api = with_dora();
    let ran = write(&api, &folder, &[]).ends_with(2);
    for said in ["would accept new violations", "dora@acme.example", "--accept-new"] {
        assert!(ran.stderr.contains(said), "{said}: {}", ran.stderr);
    }
    assert_eq!(lines(&folder), before);
    write(&api, &folder, &["--accept-new"]).ends_with(0);
    assert_eq!(lines(&folder).len(), 5);
    check(&api, &folder, &[]).ends_with(0);
    // Of a part of the rules, the others' lines stay.
    write(&api, &folder, &["--only", "role-writes"]).ends_with(0);
    assert_eq!(lines(&folder).len(), 5);
}

#[test]
fn a_baseline_that_is_missing_broken_or_of_another_organization_is_an_error() {
    let (api, folder) = (healthy(), folder());
    let refused = |said: &str| {
        let ran = check(&api, &folder, &[]).ends_with(2);
        assert!(ran.stderr.contains(said), "{said}: {}", ran.stderr);
    };
    refused("cannot read the baseline `b.jsonl`");
    write(&api, &folder, &[]).ends_with(0);
    let good = lines(&folder);
    for (from, to, said) in [
        ("org-small", "org-other", "b.jsonl:2 belongs to org-other, and org-small is being checked"),
        ("\"org-small\"", "null", "b.jsonl:2 belongs to an organization that the API does not name"),
        ("\"version\":2", "\"version\":1", "b.jsonl:2 has version 1"),
        ("}", "", "b.jsonl:2 is not a line of a baseline"),
    ] {
        let mut lines = good.clone();
        lines[1] = lines[1].replace(from, to);
        save(&folder, &lines);
        refused(said);
        write(&api, &folder, &["--accept-new"]).ends_with(2);
    }
    // Nothing was asked where the file alone is wrong.
    let ran = run_offline(folder.path());
    assert!(ran.stderr.contains("b.jsonl:2 is not a line"), "{}", ran.stderr);
}

fn run_offline(folder: &Path) -> Ran {
    offline().inside(folder).args(["check", "-p", "policy.yaml", "--baseline", "b.jsonl"]).run().ends_with(2)
}

#[test]
fn a_line_that_says_something_else_than_it_accepts_accepts_nothing() {
    let (api, folder) = (healthy(), folder());
    write(&api, &folder, &[]).ends_with(0);
    let good = lines(&folder);
    for (from, to) in [("user/user-bob", "user/user-zoe"), ("user-writes", "role-writes")] {
        save(
            &folder,
            &good
                .iter()
                .map(|line| if line.contains("user-bob") { line.replace(from, to) } else { line.clone() })
                .collect::<Vec<_>>(),
        );
        let report = check(&api, &folder, &[]).ends_with(1).json();
        assert_eq!(report.answer("user-writes"), "violation Bob", "{to}");
    }
}

/// A line may be made to say something harmless, or a role may have a new name: the reader sees both.
#[test]
fn words_of_a_line_that_are_not_those_of_its_finding_are_told_and_written_anew() {
    let (api, folder) = (healthy(), folder());
    write(&api, &folder, &[]).ends_with(0);
    let good = lines(&folder);
    let line: serde_json::Value = serde_json::from_str(&good[1]).expect("JSON");
    let message = line["message"].as_str().expect("a text");
    let harmless = "user bob@acme.example may read the list of models";
    let changed: Vec<String> = good.iter().map(|line| line.replace(message, harmless)).collect();
    save(&folder, &changed);
    let report = check(&api, &folder, &[]).ends_with(0).json();
    assert_eq!(report.0["summary"]["baselined"], 4);
    let said = format!(
        "b.jsonl:2: user-writes of user/user-bob was accepted as `{harmless}`, and is `{message}`: `rolelint baseline -o \
         b.jsonl` writes the line anew"
    );
    assert_eq!(remarks(&report), [said]);
    // One branch has changed the line.
    save(&folder, &[&changed[..], &good[1..2]].concat());
    assert_eq!(remarks(&check(&api, &folder, &[]).ends_with(0).json()), Vec::<&str>::new());
    save(&folder, &changed);
    write(&api, &folder, &[]).ends_with(0);
    assert_eq!(lines(&folder), good);
}

#[test]
fn two_branches_that_add_lines_merge_by_putting_them_together() {
    let (api, folder) = (healthy(), folder());
    write(&api, &folder, &[]).ends_with(0);
    let mut all = lines(&folder);
    // As `merge=union` leaves it: in any order, some lines twice, an empty one.
    all.reverse();
    all.extend([String::new(), all[0].clone()]);
    save(&folder, &all);
    let report = check(&api, &folder, &["--strict-baseline"]).ends_with(0).json();
    assert_eq!((report.0["summary"]["baselined"].as_u64(), remarks(&report)), (Some(4), Vec::new()));
}

/// In the order in which they are written, all four lines are neighbours: without `merge=union` that is a conflict.
#[test]
fn git_merges_two_branches_that_each_add_a_line() {
    let (api, folder) = (healthy(), folder());
    write(&api, &folder, &[]).ends_with(0);
    let all = lines(&folder);
    let git = |args: &[&str]| {
        let names = ["-c", "user.name=Ada", "-c", "user.email=ada@acme.example", "-c", "commit.gpgsign=false"];
        let mut git = Command::new("git");
        git.args(names)
            .args(args)
            .current_dir(folder.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1");
        let output = git.output().expect("git runs");
        assert!(output.status.success(), "{args:?}: {output:?}");
    };
    let commit = |kept: &[usize]| {
        let kept: Vec<String> = kept.iter().map(|&at| format!("{}\n", all[at])).collect();
        std::fs::write(folder.path().join("b.jsonl"), kept.concat()).expect("written");
        git(&["add", "."]);
        git(&["commit", "-q", "-m", "baseline"]);
    };
    std::fs::write(folder.path().join(".gitattributes"), "b.jsonl merge=union\n").expect("written");
    git(&["init", "-q", "-b", "main"]);
    commit(&[0, 3]);
    git(&["checkout", "-q", "-b", "one"]);
    commit(&[0, 1, 3]);
    git(&["checkout", "-q", "-b", "two", "main"]);
    commit(&[0, 2, 3]);
    git(&["merge", "-q", "-m", "both", "one"]);
    let report = check(&api, &folder, &["--strict-baseline"]).ends_with(0).json();
    assert_eq!((report.0["summary"]["baselined"].as_u64(), remarks(&report)), (Some(4), Vec::new()));
}

#[test]
fn a_rule_that_cannot_be_waived_is_not_in_a_baseline() {
    let (api, folder) = (healthy(), folder());
    write(&api, &folder, &[]).ends_with(0);
    let strict = POLICY.replace("  - id: role-writes\n", "  - id: role-writes\n    waivable: false\n");
    let go = |args: &[&str]| {
        let run = rolelint(&api).inside(folder.path()).file("strict.yaml", &strict);
        run.args(args.iter().copied()).args(["-p", "strict.yaml", "--as-of", NOW]).run()
    };
    let report = go(&["check", "--baseline", "b.jsonl", "--format", "json"]).ends_with(1).json();
    assert_eq!(report.answer("role-writes"), "violation Writer");
    assert_eq!(remarks(&report), ["b.jsonl:1: role-writes of role/role_1 has no effect: the rule cannot be waived"]);
    go(&["baseline", "-o", "new.jsonl"]).ends_with(0);
    let written = std::fs::read_to_string(folder.path().join("new.jsonl")).expect("written");
    assert_eq!((written.lines().count(), written.contains("role-writes")), (3, false));
}

#[test]
fn a_snapshot_and_the_configuration_do_as_well() {
    let (api, folder) = (healthy(), folder());
    rolelint(&api).inside(folder.path()).args(["fetch", "-q", "-o", "org.jsonl"]).run().ends_with(0);
    let go = |args: &[&str]| {
        let run = offline().inside(folder.path()).file("policy.yaml", POLICY);
        run.file("rolelint.yaml", "policies: policy.yaml\nbaseline: b.jsonl\n").args(args.iter().copied()).run()
    };
    go(&["baseline", "--snapshot", "org.jsonl", "-o", "b.jsonl"]).ends_with(0);
    go(&["check", "--snapshot", "org.jsonl"]).ends_with(0);
    go(&["check", "--snapshot", "org.jsonl", "--no-baseline"]).ends_with(1);
    let ran = go(&["check", "--snapshot", "org.jsonl", "-o", "b.jsonl"]).ends_with(2);
    assert!(ran.stderr.contains("is an input"), "{}", ran.stderr);
}
