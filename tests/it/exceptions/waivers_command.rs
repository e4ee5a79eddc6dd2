//! `rolelint waivers`: what each covers, one more in the file, and those less that nobody needs.

use std::path::Path;

use super::{NOW, POLICY};
use crate::support::fake::FakeApi;
use crate::support::harness::{Ran, offline, rolelint};
use crate::support::small::{denied, healthy, with};

const WAIVERS: &str = "\
# Who signs here answers for it.
version: 1
waivers:
  # Bob is on call.
  - rules: user-writes
    subject: { user: bob@acme.example } # by e-mail
    reason: On call, OPS-1
    owner: ada@acme.example
    expires: 2030-06-11

  # Nobody is called that.
  - rules: user-writes
    subject: { user: Zoe }
    reason: Left
    owner: ada@acme.example
    expires: 2030-09-01
  - rules: [role-writes]
    subject: { role: Writer }
    reason: >-
      Until the
      split
    owner: ada@acme.example
    expires: 2030-05-01
  - { rules: nothing, subject: organization, reason: x, owner: y, expires: 2030-09-01 }
# The end.
";

fn run(api: &FakeApi, folder: &Path, args: &[&str]) -> Ran {
    let run = rolelint(api).inside(folder).file("policy.yaml", POLICY).args(["waivers"]);
    let on = ["-p", "policy.yaml", "--as-of", NOW, "--waivers", "w.yaml"];
    run.args(args.iter().copied()).args(on).run()
}

fn folder(waivers: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("w.yaml"), waivers).expect("written");
    std::fs::write(folder.path().join("policy.yaml"), POLICY).expect("written");
    folder
}

fn text(folder: &tempfile::TempDir) -> String {
    std::fs::read_to_string(folder.path().join("w.yaml")).expect("there")
}

#[test]
fn each_waiver_is_shown_with_what_it_covers_and_how_long() {
    let folder = folder(WAIVERS);
    let ran = run(&healthy(), folder.path(), &[]).ends_with(3);
    let expected = "\
in use  w.yaml:5: user-writes for user `bob@acme.example`, until 2030-06-11 (10 days left), ada@acme.example: On call, OPS-1
  covers user-writes: user bob@acme.example
  note: the waiver of user-writes for user `bob@acme.example` soon expires, on 2030-06-11
unused  w.yaml:12: user-writes for user `Zoe`, until 2030-09-01 (92 days left), ada@acme.example: Left
  note: the waiver of user-writes is for user `Zoe`, which does not exist
expired  w.yaml:17: role-writes for role `Writer`, until 2030-05-01 (over), ada@acme.example: Until the split
  would cover role-writes: role Writer
  note: the waiver of role-writes for role `Writer` expired on 2030-05-01 and no longer applies
unknown  w.yaml:24: nothing for the organization, until 2030-09-01 (92 days left), y: x
  note: there is no rule nothing
";
    assert_eq!(ran.stdout, expected);
}

#[test]
fn what_is_expired_or_unused_is_removed_and_nothing_else() {
    let api = healthy();
    let folder = folder(WAIVERS);
    let ran = run(&api, folder.path(), &["prune", "--dry-run"]).ends_with(0);
    assert_eq!(text(&folder), WAIVERS, "a dry run writes nothing");
    let removed: Vec<&str> = ran.stdout.lines().filter(|line| line.starts_with('-')).collect();
    assert_eq!(removed.len(), 1 + 6 + 7, "{}", ran.stdout);
    assert!(ran.stdout.contains("-  # Nobody is called that.\n-  - rules: user-writes\n"), "{}", ran.stdout);
    let ran = run(&api, folder.path(), &["prune"]).ends_with(0);
    assert_eq!(ran.stderr.trim(), "removed 2 waivers");
    let lines: Vec<&str> = WAIVERS.lines().collect();
    let kept: Vec<&str> = [&lines[..10], &lines[23..]].concat();
    assert_eq!(text(&folder), format!("{}\n", kept.join("\n")));
    run(&api, folder.path(), &["prune"]).ends_with(0);
    assert_eq!(text(&folder).lines().count(), kept.len());
}

#[test]
fn what_nobody_can_tell_is_not_removed_and_an_empty_list_is_still_one() {
    let unread = with(&[("/organization/users", denied("api.users.read"))]);
    let folder = folder(WAIVERS);
    run(&unread, folder.path(), &["prune"]).ends_with(0);
    assert!(text(&folder).contains("Zoe"), "{}", text(&folder));
    let one: Vec<&str> = WAIVERS.lines().take(3).chain(WAIVERS.lines().skip(11).take(5)).collect();
    let folder = self::folder(&format!("{}\n# The end.\n", one.join("\n")));
    run(&healthy(), folder.path(), &["prune"]).ends_with(0);
    assert_eq!(text(&folder), "# Who signs here answers for it.\nversion: 1\nwaivers: []\n# The end.\n");
}

fn add(folder: &Path, more: &[&str]) -> Ran {
    let run = offline().inside(folder).args(["waivers", "add", "user-writes", "user/Eve"]);
    let run = run.args(["--owner", "ada@acme.example", "--max-waiver", "9999d", "--waivers", "w.yaml"]);
    // Several add at once, and none may find half a policy.
    let run = if folder.join("policy.yaml").exists() { run } else { run.file("policy.yaml", POLICY) };
    run.args(["-p", "policy.yaml"]).args(more.iter().copied()).run()
}

#[test]
fn a_waiver_is_appended_as_the_reader_reads_it() {
    let folder = folder(WAIVERS);
    let more = [
        "--reason",
        "Until \"it\" is: done #1",
        "--expires",
        "2030-09-01",
        "--role",
        "Writer",
        "--scope",
        "organization",
    ];
    let dry = add(folder.path(), &[&more[..], &["--dry-run"]].concat()).ends_with(0);
    assert_eq!(text(&folder), WAIVERS);
    assert!(
        dry.stdout.starts_with("--- w.yaml\n+++ w.yaml\n@@ -24,0 +25,7 @@\n+  - rules: user-writes\n"),
        "{}",
        dry.stdout
    );
    add(folder.path(), &more).ends_with(0);
    let added = "  - rules: user-writes\n    subject: { user: Eve }\n    role: Writer\n    scope: organization\n    reason: \"Until \\\"it\\\" is: done #1\"\n    owner: ada@acme.example\n    expires: 2030-09-01\n";
    assert_eq!(text(&folder), WAIVERS.replace("# The end.\n", &format!("{added}# The end.\n")));
    let list = run(&healthy(), folder.path(), &["--expiring-within", "1d"]).ends_with(3);
    assert!(list.stdout.contains("covers user-writes: user eve@acme.example"), "{}", list.stdout);
}

#[test]
fn a_file_that_is_not_there_or_empty_gets_its_first_waiver() {
    for before in [None, Some("version: 1\nwaivers: [] # none yet\n")] {
        let folder = tempfile::tempdir().expect("a folder");
        if let Some(before) = before {
            std::fs::write(folder.path().join("w.yaml"), before).expect("written");
        }
        for (reason, until) in [("One", "2030-08-01"), ("Two", "2030-09-01")] {
            add(folder.path(), &["--reason", reason, "--expires", until]).ends_with(0);
        }
        let text = text(&folder);
        assert!(text.starts_with("version: 1\nwaivers:"), "{text}");
        assert_eq!(
            (text.matches("  - rules: user-writes\n").count(), text.matches("none yet").count()),
            (2, usize::from(before.is_some()))
        );
    }
}

#[test]
fn what_the_reader_would_refuse_is_not_written() {
    let good = ["--reason", "x", "--expires", "2030-09-01"];
    for (waivers, args, said) in [
        (WAIVERS, &["--reason", " ", "--expires", "2030-09-01"][..], "`reason` is empty"),
        (WAIVERS, &["--reason", "x", "--expires", "soon"], "`soon` is not a date"),
        (WAIVERS, &["--reason", "x", "--expires", "2999-01-01"], "a waiver may last at most 9999 days"),
        (WAIVERS, &["--reason", "x", "--expires", "2030-09-01", "--role", "*"], "`role` has a wildcard"),
        (
            "version: 1\nwaivers: [{ rules: a, subject: organization, reason: x, owner: y, expires: 2030-01-01 }]\n",
            &good,
            "cannot be changed by rolelint",
        ),
        ("version: 2\n", &good, "`version` takes the number 1"),
        (WAIVERS, &["--reason", "x", "--expires", "2020-01-01"], "this waiver would have expired already"),
    ] {
        let folder = folder(waivers);
        let ran = add(folder.path(), args).ends_with(2);
        assert!(ran.stderr.contains(said), "{args:?}: {}", ran.stderr);
        assert_eq!(text(&folder), waivers);
    }
    let folder = folder(WAIVERS);
    let run = offline().inside(folder.path()).args([
        "waivers",
        "add",
        "too-many-owners",
        "everybody",
        "--reason",
        "x",
        "--owner",
        "y",
    ]);
    let ran = run.args(["--expires", "2030-09-01", "--max-waiver", "9999d", "--waivers", "w.yaml"]).run().ends_with(2);
    assert!(ran.stderr.contains("`subject` takes a kind and a name"), "{}", ran.stderr);
    let run =
        offline().args(["waivers", "add", "a", "user/b", "--reason", "x", "--owner", "y", "--expires", "2030-09-01"]);
    assert!(run.run().ends_with(2).stderr.contains("name it with --waivers FILE"));
}

#[cfg(unix)]
#[test]
fn one_file_under_two_names_is_one_file() {
    let folder = folder(WAIVERS);
    std::os::unix::fs::symlink("w.yaml", folder.path().join("link.yaml")).expect("linked");
    let more = ["prune", "--waivers", "./w.yaml", "--waivers", "link.yaml"];
    let ran = run(&healthy(), folder.path(), &more).ends_with(0);
    assert_eq!(ran.stderr.trim(), "removed 2 waivers");
    let text = text(&folder);
    assert!(text.contains("Bob is on call") && text.contains("rules: nothing") && !text.contains("Zoe"), "{text}");
    assert!(folder.path().join("link.yaml").is_symlink());
}

#[test]
fn of_several_that_are_added_at_once_none_is_lost() {
    let folder = folder("version: 1\nwaivers: []\n");
    std::thread::scope(|scope| {
        for number in 0..6 {
            let folder = &folder;
            scope.spawn(move || {
                let reason = format!("Reason {number}");
                let permission = format!("api.files{number}.write");
                let more = ["--reason", &reason, "--expires", "2030-09-01", "--permission", &permission];
                add(folder.path(), &more).ends_with(0);
            });
        }
    });
    let text = text(&folder);
    for number in 0..6 {
        assert!(
            text.contains(&format!("reason: \"Reason {number}\""))
                || text.contains(&format!("reason: Reason {number}")),
            "{text}"
        );
    }
}

#[test]
fn the_same_waiver_is_added_once_and_lines_end_as_they_did() {
    let folder = folder("version: 1\r\n# kept\r\nwaivers: []\r\n");
    let more = ["--reason", "One", "--expires", "2030-09-01"];
    add(folder.path(), &more).ends_with(0);
    let once = text(&folder);
    assert_eq!((once.matches("\r\n").count(), once.matches('\n').count()), (8, 8), "{once:?}");
    let ran = add(folder.path(), &more).ends_with(2);
    assert!(ran.stderr.contains("already covers this, for at least as long"), "{}", ran.stderr);
    add(folder.path(), &["--reason", "Another reason", "--expires", "2030-08-01"]).ends_with(2);
    assert_eq!(text(&folder), once);
    run(&healthy(), folder.path(), &["prune"]);
    assert!(!text(&folder).replace("\r\n", "").contains('\n'), "{:?}", text(&folder));
}

#[test]
fn a_waiver_is_added_only_of_a_rule_that_there_is() {
    let folder = folder(WAIVERS);
    let add = |rule: &str, policy: &str| {
        let run = offline().inside(folder.path()).file("policy.yaml", policy);
        let run = run.args(["waivers", "add", rule, "user/Eve", "policy.yaml", "--owner", "o", "--reason", "r"]);
        run.args(["--expires", "2030-09-01", "--max-waiver", "9999d", "--waivers", "w.yaml"]).run()
    };
    let strict = POLICY.replacen("select: user", "waivable: false\n    select: user", 1);
    for (rule, policy, said) in [
        ("user-wirtes", POLICY, "did you mean `user-writes`?"),
        ("too-many-owners", POLICY, "name the policy of the rule with --policy"),
        ("user-writes", strict.as_str(), "it says `waivable: false` in policy.yaml"),
    ] {
        let ran = add(rule, policy).ends_with(2);
        assert!(ran.stderr.contains(said), "{said}: {}", ran.stderr);
        assert_eq!(text(&folder), WAIVERS);
    }
    // The configuration has the policies, too.
    std::fs::write(folder.path().join("rolelint.yaml"), "policies: policy.yaml\n").expect("written");
    let run = offline().inside(folder.path()).args(["waivers", "add", "role-writes", "role/W", "--owner", "o"]);
    let run = run.args(["--reason", "r", "--expires", "2030-09-01", "--max-waiver", "9999d", "--waivers", "w.yaml"]);
    run.run().ends_with(0);
}

#[test]
fn a_file_behind_a_link_keeps_its_mode_and_is_named() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let folder = tempfile::tempdir().expect("a folder");
    let real = folder.path().join("real.yaml");
    std::fs::write(&real, WAIVERS).expect("written");
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o664)).expect("set");
    symlink("real.yaml", folder.path().join("w.yaml")).expect("linked");
    let ran = add(folder.path(), &["--reason", "r", "--expires", "2030-09-01"]).ends_with(0);
    assert!(ran.stderr.contains("w.yaml, which is a link to ") && ran.stderr.contains("real.yaml"), "{}", ran.stderr);
    assert!(folder.path().join("w.yaml").is_symlink());
    assert_eq!(std::fs::metadata(&real).expect("there").permissions().mode() & 0o777, 0o664);
    assert!(std::fs::read_to_string(&real).expect("there").contains("user: Eve"));
}

#[test]
fn of_nothing_to_remove_it_is_said() {
    let used = WAIVERS.split("\n  # Nobody is called that.").next().expect("a part").to_owned() + "\n";
    let folder = folder(&used);
    let ran = run(&healthy(), folder.path(), &["prune"]).ends_with(0);
    assert!(ran.stderr.contains("no waiver has expired or covers nothing"), "{}", ran.stderr);
    assert_eq!(text(&folder), used);
}
