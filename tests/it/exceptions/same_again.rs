//! When a finding is the one that was accepted: whatever decided has to be the same, and nothing else.

use std::path::Path;

use super::{NOW, remarks};
use crate::support::fake::{ApiKey, Behaviour, FakeApi, Organization, Project};
use crate::support::harness::{Ran, offline, rolelint};
use crate::support::small::{at, small};

/// Runs on the small organization after a change.
fn run(folder: &Path, rule: &str, change: impl FnOnce(&mut Organization), args: &[&str]) -> Ran {
    let mut org = small();
    let key = |id: &str, owner: &str| ApiKey {
        id: id.to_owned(),
        name: "ci key".to_owned(),
        created_at: at("2026-01-01"),
        owner: owner.to_owned(),
        ..ApiKey::default()
    };
    org.projects.push(Project {
        id: "proj_a".to_owned(),
        name: "Alpha".to_owned(),
        created_at: at("2026-01-01"),
        api_keys: vec![key("key_1", "user-bob"), key("key_2", "user-cyd")],
        ..Project::default()
    });
    org.projects[0].api_keys[1].last_used_at = Some(at("2026-02-02"));
    change(&mut org);
    let api = FakeApi::start(org, Behaviour::default());
    let run = rolelint(&api).inside(folder).file("p.yaml", format!("version: 1\nrules:\n  - {{id: x, {rule}}}\n"));
    run.args(args.iter().copied()).args(["-p", "p.yaml"]).run()
}

type Change = fn(&mut Organization);

const CHECK: [&str; 7] = ["check", "--baseline", "b.jsonl", "--format", "json", "--as-of", NOW];

fn accepted(rule: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    run(folder.path(), rule, |_| {}, &["baseline", "-o", "b.jsonl", "--as-of", NOW]).ends_with(0);
    let report = run(folder.path(), rule, |_| {}, &CHECK).ends_with(0).json();
    assert_ne!(report.0["summary"]["baselined"], 0, "{rule}: nothing was accepted");
    folder
}

#[test]
fn another_person_group_key_value_or_number_is_another_finding() {
    let table: [(&str, Change); 16] = [
        // One more, and one in place of another.
        ("select: group, forbid: {members: {email: '*@acme.example'}}", |org| {
            org.groups[0].members.push("user-bob".into());
        }),
        ("select: group, forbid: {members: {email: '*@acme.example'}}", |org| {
            org.groups[0].members[1] = "user-bob".into();
        }),
        ("select: group, require: {members: {exactly: {email: [cyd@partner.example]}}}", |org| {
            org.groups[0].members.push("user-bob".into());
        }),
        ("select: group, require: {members: {every: {email: cyd@partner.example}}}", |org| {
            org.groups[0].members[1] = "user-bob".into();
        }),
        ("select: role, forbid: {holders: {user: {email: '*@acme.example'}}}", |org| {
            org.users[0].roles.push("role_1".into());
        }),
        ("select: user, forbid: {groups: {name: [Ops, Void]}}", |org| org.groups[2].members.push("user-cyd".into())),
        ("select: user, where: {email: bob@acme.example}, forbid: {role: [reader, owner]}", |org| {
            org.users[1].role = Some("owner".into());
        }),
        ("select: user, where: {holds: {role: {name: [Writer, Filer]}}}, forbid: {email: 'bob@*'}", |org| {
            org.users[1].roles.push("role_2".into());
        }),
        ("select: user, where: {role: [reader, owner]}, forbid: {email: 'bob@*'}", |org| {
            org.users[1].role = Some("owner".into());
        }),
        ("select: role, where: {name: Filer}, require: {permissions: {count: {max: 0}}}", |org| {
            org.roles[3].permissions = vec!["api.files.write".into()];
        }),
        ("select: role, where: {name: Filer}, require: {permissions: {only: [api.batch.read]}}", |org| {
            org.roles[3].permissions.push("api.files.write".into());
        }),
        ("select: group, where: {name: Void}, forbid: {organization: {users: {email: '*@partner.example'}}}", |org| {
            org.users[1].email = Some("bob@partner.example".into());
        }),
        ("select: group, where: {name: Ops}, require: {members: {count: {max: 0}}}", |org| {
            org.groups[0].members[1] = "user-bob".into();
        }),
        ("select: user, where: {email: '*@acme.example'}, count: {max: 1}", |org| org.users[1].email = None),
        ("select: project, forbid: {api_keys: {last_used_at: null}}", |org| {
            org.projects[0].api_keys[1].last_used_at = None;
        }),
        ("select: api_key, forbid: {owner: {email: '*'}}", |org| org.projects[0].api_keys[0].owner = "user-cyd".into()),
    ];
    for (rule, change) in table {
        let folder = accepted(rule);
        let report = run(folder.path(), rule, change, &CHECK).ends_with(1).json();
        let said = remarks(&report);
        assert!(said.iter().any(|said| said.contains("has changed since it was accepted as `")), "{rule}: {said:?}");
    }
}

#[test]
fn names_and_days_make_no_other_finding() {
    let table: [(&str, Change, &str); 3] = [
        (
            "select: user, forbid: {groups: {is_scim_managed: true}}",
            |org| org.groups[0].name = "Operations".into(),
            "Operations",
        ),
        (
            "select: user, forbid: {api_key_last_used_at: {older_than: 30d}}",
            |org| org.users[0].api_key_last_used_at = Some(at("2026-06-30")),
            "",
        ),
        (
            "select: project, forbid: {api_keys: {last_used_at: null}}",
            |org| org.projects[0].api_keys[0].name = "another name".into(),
            "another name",
        ),
    ];
    for (rule, change, told) in table {
        let folder = accepted(rule);
        let report = run(folder.path(), rule, change, &CHECK).ends_with(0).json();
        let remarks = remarks(&report);
        // It stays accepted; a new name is told, since the line has the old one.
        assert!(remarks.iter().all(|remark| remark.contains(told)), "{rule}: {remarks:?}");
        assert_eq!(remarks.is_empty(), told.is_empty(), "{rule}");
    }
}

/// What is left was accepted, too, but nobody has said that it may be there alone.
#[test]
fn one_reason_less_is_another_finding_that_has_to_be_accepted_again() {
    let rule = "select: group, forbid: {members: {email: '*'}}";
    let folder = accepted(rule);
    let less = |org: &mut Organization| drop(org.groups[0].members.pop());
    let report = run(folder.path(), rule, less, &CHECK).ends_with(1).json();
    assert!(remarks(&report)[0].contains("group/group_1 has changed since"), "{:?}", remarks(&report));
    run(folder.path(), rule, less, &["baseline", "-o", "b.jsonl", "--accept-new", "--as-of", NOW]).ends_with(0);
    let report = run(folder.path(), rule, less, &CHECK).ends_with(0).json();
    assert_eq!(remarks(&report), Vec::<&str>::new());
}

#[test]
fn a_baseline_is_the_same_on_another_day() {
    let rule = "select: user, forbid: {api_key_last_used_at: {older_than: 30d}}";
    let folder = accepted(rule);
    let text = || std::fs::read_to_string(folder.path().join("b.jsonl")).expect("written");
    let before = text();
    assert!(before.contains("API key last used on 2026-05-30"), "{before}");
    for name in ["b.jsonl", "new.jsonl"] {
        run(folder.path(), rule, |_| {}, &["baseline", "-o", name, "--as-of", "2031-01-01"]).ends_with(0);
    }
    assert_eq!(std::fs::read_to_string(folder.path().join("new.jsonl")).expect("written"), before);
    assert_eq!(text(), before);
    // The date in a line is that of the day when it was accepted.
    let used = |org: &mut Organization| org.users[0].api_key_last_used_at = Some(at("2026-06-30"));
    run(folder.path(), rule, used, &["baseline", "-o", "b.jsonl", "--as-of", NOW]).ends_with(0);
    assert_eq!(text(), before);
}

#[test]
fn a_rule_that_was_not_loaded_is_not_fixed() {
    let folder = accepted("select: group, forbid: {members: {email: '*'}}");
    let other = "select: role, forbid: {name: No such}";
    let policy = |id: &str| format!("version: 1\nrules:\n  - {{id: {id}, {other}}}\n");
    std::fs::write(folder.path().join("other.yaml"), policy("y")).expect("written");
    let api = FakeApi::start(small(), Behaviour::default());
    let run = |args: &[&str]| {
        let run = rolelint(&api).inside(folder.path()).args(args.iter().copied());
        run.args(["-p", "other.yaml", "--as-of", NOW]).run()
    };
    let report = run(&["check", "--baseline", "b.jsonl", "--strict-baseline", "--format", "json"]).ends_with(0).json();
    assert_eq!(report.0["stale"], 0);
    assert!(remarks(&report)[0].ends_with("was not checked: no policy that was loaded has the rule"));
    let before = std::fs::read_to_string(folder.path().join("b.jsonl")).expect("there");
    run(&["baseline", "-o", "b.jsonl"]).ends_with(0);
    assert_eq!(std::fs::read_to_string(folder.path().join("b.jsonl")).expect("there"), before);
}

#[test]
fn old_facts_make_no_baseline_and_take_no_waiver_away() {
    let rule = "select: group, where: {name: Void}, forbid: {members: {}}";
    let folder = tempfile::tempdir().expect("a folder");
    run(folder.path(), rule, |_| {}, &["check", "--save", "s.jsonl"]).ends_with(0);
    let path = folder.path().join("s.jsonl");
    let mut org = rolelint::snapshot::open(&path).expect("a snapshot").org;
    org.source.collected_at = at("2026-01-01");
    rolelint::snapshot::save(&org, &path).expect("written");
    let waivers =
        "version: 1\nwaivers:\n  - { rules: x, subject: { group: Void }, reason: y, owner: z, expires: 2030-06-30 }\n";
    std::fs::write(folder.path().join("w.yaml"), waivers).expect("written");
    std::fs::write(folder.path().join("rolelint.yaml"), "max-age: 1d\n").expect("written");
    let go = |args: &[&str]| {
        let run = offline().inside(folder.path()).args(args.iter().copied());
        run.args(["-p", "p.yaml", "-s", "s.jsonl", "--max-waiver", "9999d"]).run()
    };
    let ran = go(&["baseline", "-o", "b.jsonl"]).ends_with(3);
    assert!(
        ran.stderr.contains("no baseline was written") && !folder.path().join("b.jsonl").exists(),
        "{}",
        ran.stderr
    );
    let prune = ["waivers", "prune", "--waivers", "w.yaml"];
    go(&prune).ends_with(0);
    assert_eq!(std::fs::read_to_string(folder.path().join("w.yaml")).expect("there"), waivers);
    assert!(go(&["waivers", "--waivers", "w.yaml"]).ends_with(3).stdout.starts_with("unknown"));
    // A limit that they keep.
    go(&["baseline", "-o", "b.jsonl", "--max-age", "9999d"]).ends_with(0);
    go(&[&prune[..], &["--max-age", "9999d"]].concat()).ends_with(0);
    assert!(std::fs::read_to_string(folder.path().join("w.yaml")).expect("there").contains("waivers: []"));
}
