//! `rolelint diff`: what has changed, with the paths that lead there, and what cannot be compared.

use std::path::Path;

use serde_json::Value;

use crate::support::fake::{Behaviour, FakeApi, Organization, What};
use crate::support::harness::{Ran, offline, rolelint};
use crate::support::small::{at, denied, healthy, small, with};

const POLICY: &str = "\
version: 1
rules:
  - id: user-writes
    select: user
    forbid: { holds: { permission: api.groups.write, role: { predefined_role: false } } }
";

fn fetched(api: &FakeApi, code: i32) -> String {
    rolelint(api).args(["fetch", "-q", "-o", "-"]).run().ends_with(code).stdout
}

/// The small organization after that change.
fn after(change: impl FnOnce(&mut Organization)) -> String {
    let mut org = small();
    change(&mut org);
    fetched(&FakeApi::start(org, Behaviour::default()), 0)
}

fn diff(old: &str, new: &str, args: &[&str]) -> Ran {
    let run = offline().file("old.jsonl", old).file("new.jsonl", new).file("policy.yaml", POLICY);
    run.args(["diff", "old.jsonl", "new.jsonl"]).args(args.iter().copied()).run()
}

/// The lines of the text that begin with one of the marks.
fn marked(text: &str) -> Vec<&str> {
    text.lines().filter_map(|line| line.strip_prefix("  ").filter(|line| !line.starts_with(' '))).collect()
}

#[test]
fn of_no_change_nothing_is_said() {
    let (api, folder) = (healthy(), tempfile::tempdir().expect("a folder"));
    let run = |args: &[&str]| rolelint(&api).inside(folder.path()).args(args.iter().copied()).run();
    run(&["fetch", "-o", "old.jsonl"]).ends_with(0);
    for format in ["text", "markdown"] {
        let ran = run(&["diff", "old.jsonl", "--format", format, "--fail-on", "any"]).ends_with(0);
        assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", ""), "{format}");
    }
    let json: Value = serde_json::from_str(&run(&["diff", "old.jsonl", "old.jsonl", "-f", "json"]).ends_with(0).stdout)
        .expect("JSON");
    assert_eq!(
        (&json["complete"], &json["access"], &json["things"]),
        (&true.into(), &Value::Array(vec![]), &Value::Array(vec![]))
    );
}

#[test]
fn access_is_gained_and_lost_along_paths() {
    let (old, new) = (after(|_| {}), after(|org| org.groups[0].members.push("user-ada".to_owned())));
    let text = diff(&old, &new, &[]).ends_with(0).stdout;
    // As an owner, Ada may write groups already.
    assert_eq!(
        marked(&text),
        [
            "+ user Ada@acme.example in the organization: api.batch.read, api.files.read, api.files.write, api.groups.read",
            "~ group Ops: members; added Ada@acme.example",
        ]
    );
    assert!(text.contains("\n      Ada@acme.example → group Ops → role Toolbox\n"), "{text}");
    assert!(text.ends_with("\naccess: 1 gained, 0 lost, 0 held through other paths; 1 other change\n"), "{text}");
    let back = diff(&new, &old, &[]).ends_with(0).stdout;
    assert!(marked(&back)[0].starts_with("- user Ada@acme.example in the organization: api.batch.read"), "{back}");
    for (fail_on, there, home) in [("gained", 1, 0), ("lost", 0, 1), ("any", 1, 1)] {
        diff(&old, &new, &["--fail-on", fail_on]).ends_with(there);
        diff(&new, &old, &["--fail-on", fail_on]).ends_with(home);
    }
    let markdown = diff(&old, &new, &["--format", "markdown"]).ends_with(0).stdout;
    assert!(markdown.starts_with("## rolelint diff\n") && markdown.contains("- gained: user"), "{markdown}");
    let json: Value = serde_json::from_str(&diff(&old, &new, &["--format", "json"]).ends_with(0).stdout).expect("JSON");
    let gained = &json["access"][0];
    assert_eq!(
        (&gained["effect"], &gained["certain"], &gained["principal"]["id"]),
        (&"gained".into(), &true.into(), &"user-ada".into())
    );
    assert_eq!(gained["paths"][0][1]["name"], "Ops");
}

#[test]
fn what_is_neutral_is_told_apart() {
    let old = after(|_| {});
    let renamed = after(|org| "Author".clone_into(&mut org.roles[2].name));
    let text = diff(&old, &renamed, &["--fail-on", "any"]).ends_with(0).stdout;
    assert_eq!(marked(&text), ["= role Author: name was Writer, is Author"]);
    // Eve holds Writer directly and through Ops; then only through Ops.
    let moved = after(|org| org.users[4].roles.clear());
    let text = diff(&old, &moved, &["--fail-on", "any"]).ends_with(0).stdout;
    assert_eq!(marked(&text), ["= user eve@acme.example in the organization: the same permissions along other paths"]);
    assert!(text.contains("\n      was eve@acme.example → role Writer\n"), "{text}");
}

#[test]
fn things_that_come_go_and_change_are_listed() {
    let old = after(|_| {});
    let new = after(|org| {
        org.roles[3].permissions.push("api.files.write".to_owned());
        org.groups.remove(2);
        org.users[1].role = Some("owner".to_owned());
    });
    let text = diff(&old, &new, &[]).ends_with(0).stdout;
    let lines = marked(&text);
    for line in [
        "~ role Filer: permissions; added api.files.write",
        "- group Void",
        "~ user bob@acme.example: role was reader, is owner",
        "+ group Files in the organization: api.files.write",
        "+ user Dee in the organization: api.files.write",
        "+ user bob@acme.example in the organization: api.roles.write",
    ] {
        assert!(lines.contains(&line), "no {line} in\n{text}");
    }
}

/// What a policy can ask of a thing is compared, whatever it is.
#[test]
fn every_attribute_of_a_thing_is_compared_and_when_it_was_last_used_is_none() {
    let (old, new) = (
        after(|_| {}),
        after(|org| {
            org.groups[2].created_at = at("2026-02-02");
            org.users[1].added_at = at("2026-03-03");
            org.users[1].api_key_last_used_at = Some(at("2026-05-31"));
        }),
    );
    let text = diff(&old, &new, &["--fail-on", "any"]).ends_with(1).stdout;
    assert_eq!(
        marked(&text),
        [
            "~ user bob@acme.example: added_at was 2025-06-01T00:00:00Z, is 2026-03-03T00:00:00Z",
            "~ group Void: created_at was 2026-02-01T00:00:00Z, is 2026-02-02T00:00:00Z",
        ]
    );
}

#[test]
fn keys_and_invitations_are_compared() {
    let of = |key: &str, invite: &str| {
        let key = serde_json::json!({"object": "organization.admin_api_key", "id": "key_1", "name": key, "expires_at": null,
            "created_at": at("2026-01-01"), "last_used_at": null, "redacted_value": "sk-admin...1",
            "owner": {"type": "user", "id": "user-ada", "name": "Ada", "role": "owner"}});
        let invite = serde_json::json!({"object": "organization.invite", "id": "invite_1", "email": "eve@x.example",
            "role": invite, "status": "pending", "created_at": at("2026-01-01"), "expires_at": at("2026-02-01"),
            "accepted_at": null, "projects": []});
        let more =
            [("/organization/admin_api_keys", What::AddItem(key)), ("/organization/invites", What::AddItem(invite))];
        fetched(&with(&more), 0)
    };
    let text = diff(&of("One", "reader"), &of("Two", "owner"), &[]).ends_with(0).stdout;
    // A new name is neutral.
    let changed = [
        "~ invitation eve@x.example: role was reader, is owner",
        "= admin key Two (key_1) of Ada@acme.example: name was One, is Two",
    ];
    assert_eq!(marked(&text), changed);
    let text = diff(&of("One", "reader"), &after(|_| {}), &[]).ends_with(0).stdout;
    assert_eq!(marked(&text), ["- invitation eve@x.example", "- admin key One (key_1) of Ada@acme.example"]);
}

#[test]
fn what_was_not_read_is_neither_gained_nor_lost() {
    let whole = fetched(&healthy(), 0);
    let holes = fetched(&with(&[("/organization/users/user-bob/roles", denied("api.roles.read"))]), 3);
    let text = diff(&whole, &holes, &["--fail-on", "lost"]).ends_with(3).stdout;
    let lines = marked(&text);
    let said =
        "? user bob@acme.example in the organization: api.groups.read, api.groups.write: held before, perhaps still";
    assert!(lines.contains(&said), "{text}");
    assert!(lines.iter().all(|line| line.starts_with('?')), "{text}");
    assert!(lines.iter().any(|line| line.starts_with("? now: ") && line.contains("user-bob/roles")), "{text}");
    let text = diff(&holes, &whole, &["--fail-on", "gained"]).ends_with(3).stdout;
    assert!(marked(&text).iter().all(|line| line.starts_with('?')), "{text}");
    // Even if nothing differs.
    diff(&holes, &holes, &[]).ends_with(3);
    let users = rolelint(&healthy()).args(["fetch", "-q", "--only", "users", "-o", "-"]).run().ends_with(0).stdout;
    let text = diff(&whole, &users, &["--fail-on", "any"]).ends_with(3).stdout;
    assert!(text.contains("? now: roles was not read"), "{text}");
}

#[test]
fn parts_that_nobody_asked_for_are_not_the_same() {
    let policy = "version: 1\nrules:\n  - { id: x, select: user, where: { email: bob@acme.example }, forbid: { holds: { role: { name: Nope } } } }\n";
    let folder = tempfile::tempdir().expect("a folder");
    let api = healthy();
    let run = rolelint(&api).inside(folder.path()).file("p.yaml", policy);
    run.args(["check", "-p", "p.yaml", "--save", "part.jsonl"]).run();
    let part = std::fs::read_to_string(folder.path().join("part.jsonl")).expect("saved");
    for (old, new) in [(&part, &part), (&part, &fetched(&healthy(), 0))] {
        let text = diff(old, new, &["--fail-on", "gained"]).ends_with(3).stdout;
        assert!(text.contains("? before: user_roles was not read of 4 things"), "{text}");
    }
}

#[test]
fn a_count_that_grows_and_another_reason_are_new_violations() {
    let rules = "\
version: 1
rules:
  - { id: count, select: user, where: { email: '*' }, count: { max: 1 } }
  - { id: reason, select: group, forbid: { members: { email: '*@acme.example' } } }
";
    let new = after(|org| {
        org.users[3].email = Some("dee@acme.example".to_owned());
        org.groups[0].members.push("user-bob".to_owned());
    });
    let run = offline().file("old.jsonl", after(|_| {})).file("new.jsonl", new).file("p.yaml", rules);
    let text =
        run.args(["diff", "old.jsonl", "new.jsonl", "-p", "p.yaml", "--fail-on", "gained"]).run().ends_with(1).stdout;
    for rule in ["+ count (medium): 5 users", "- count (medium): 4 users", "+ reason (medium): group Ops"] {
        assert!(text.contains(rule), "{rule}: {text}");
    }
}

#[test]
fn a_policy_tells_which_violations_are_new() {
    let old = after(|_| {});
    let new = after(|org| {
        org.users[1].roles.clear();
        org.users[0].roles.push("role_1".to_owned());
    });
    let text = diff(&old, &new, &["--policy", "policy.yaml", "--as-of", "2030-06-01"]).ends_with(0).stdout;
    let lines = marked(&text);
    let of_rule: Vec<&&str> = lines.iter().filter(|line| line.contains("user-writes (medium): ")).collect();
    assert!(of_rule.len() == 2 && of_rule[0].starts_with("+ ") && of_rule[0].contains("Ada"), "{text}");
    assert!(of_rule[1].starts_with("- ") && of_rule[1].contains("bob"), "{text}");
    diff(&old, &new, &["--policy", "no-such.yaml"]).ends_with(2);
}

#[test]
fn rules_can_be_chosen_and_parameters_set() {
    let policy = "\
version: 1
params: { who: [nobody] }
rules:
  - { id: people, select: user, forbid: { id: $who } }
  - { id: groups, select: group, forbid: { name: \"*\" } }
";
    let (old, new) = (after(|org| org.users.retain(|user| user.id != "user-ada")), after(|_| {}));
    let new_violations = |args: &[&str], code: i32| {
        let run = offline().file("old.jsonl", &old).file("new.jsonl", &new).file("policy.yaml", policy);
        let run = run.file("params.yaml", "who: [user-ada]\n").args(["diff", "old.jsonl", "new.jsonl", "-f", "json"]);
        let ran = run.args(args.iter().copied()).run().ends_with(code);
        let report: Value = serde_json::from_str(&ran.stdout).unwrap_or_default();
        let rules = report["violations"].as_array().into_iter().flatten().map(|row| row["rule"].to_string());
        (rules.collect::<Vec<_>>().join(" "), ran.stderr)
    };
    let with = |args: &[&'static str], code| new_violations(&[&["--policy", "policy.yaml"], args].concat(), code);
    assert_eq!(with(&[], 0).0, "");
    assert_eq!(with(&["--param", "who=[user-ada]"], 0).0, "\"people\"");
    assert_eq!(with(&["--param-file", "params.yaml", "--only", "p*"], 0).0, "\"people\"");
    assert_eq!(with(&["--param-file", "params.yaml", "--skip", "people"], 0).0, "");
    assert!(with(&["--only", "pepole"], 2).1.contains("did you mean `people`"));
    assert!(new_violations(&["--only", "people"], 2).1.contains("--policy"));
}

#[test]
fn two_organizations_and_what_is_no_snapshot_are_refused() {
    let old = after(|_| {});
    let other = after(|org| "org-other".clone_into(&mut org.id));
    let ran = diff(&old, &other, &[]).ends_with(2);
    let said = ran.stderr.replace("\n  │ ", " ");
    assert!(said.contains("the earlier state is of org-small, and the later one is of org-other"), "{said}");
    assert_eq!(ran.stdout, "");
    diff(&old, "{}", &[]).ends_with(2);
    let ran = diff(&old, &old, &["-o", "old.jsonl"]).ends_with(2);
    assert!(ran.stderr.contains("would be overwritten"), "{}", ran.stderr);
    assert!(!Path::new("old.jsonl").exists());
}

/// Neither gives a permission today.
#[test]
fn members_of_projects_and_roles_without_permissions_are_changes() {
    let project = || crate::support::fake::Project {
        id: "proj_a".to_owned(),
        name: "Alpha".to_owned(),
        created_at: at("2026-01-01"),
        ..Default::default()
    };
    let old = after(|org| org.projects.push(project()));
    let new = after(|org| {
        let mut project = project();
        project.users.push(crate::support::fake::ProjectUser { id: "user-bob".to_owned(), ..Default::default() });
        org.projects.push(project);
        org.users[1].roles.push("role_3".to_owned());
    });
    let text = diff(&old, &new, &["--fail-on", "any"]).ends_with(1).stdout;
    for line in [
        "~ project Alpha: members; added bob@acme.example",
        "~ user bob@acme.example: roles without permissions; added Blank",
    ] {
        assert!(marked(&text).contains(&line), "{line}: {text}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_gain_is_proven_whether_or_not_the_report_can_be_written() {
    let (old, new) = (after(|_| {}), after(|org| org.groups[0].members.push("user-ada".to_owned())));
    for (args, code) in [(&["--fail-on", "gained", "-o", "/dev/full"][..], 1), (&["-o", "/dev/full"], 2)] {
        let ran = diff(&old, &new, args).ends_with(code);
        assert!(ran.stderr.contains("cannot write `/dev/full`"), "{}", ran.stderr);
    }
}
