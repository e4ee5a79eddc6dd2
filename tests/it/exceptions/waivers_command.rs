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
  note: the waiver of user-writes for user `bob@acme.example` expires on 2030-06-11, in 10 days
unused  w.yaml:12: user-writes for user `Zoe`, until 2030-09-01 (92 days left), ada@acme.example: Left
  note: the waiver of user-writes is for user `Zoe`, which does not exist
expired  w.yaml:17: role-writes for role `Writer`, until 2030-05-01 (over), ada@acme.example: Until the split
  covers role-writes: role Writer
  note: the waiver of role-writes for role `Writer` expired on 2030-05-01 and no longer applies
not known  w.yaml:24: nothing for the organization, until 2030-09-01 (92 days left), y: x
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
    run.args(more.iter().copied()).run()
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
        for reason in ["One", "Two"] {
            add(folder.path(), &["--reason", reason, "--expires", "2030-09-01"]).ends_with(0);
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
    ] {
        let folder = folder(waivers);
        let ran = add(folder.path(), args).ends_with(2);
        assert!(ran.stderr.contains(said), "{args:?}: {}", ran.stderr);
        assert_eq!(text(&folder), waivers);
    }
    let folder = folder(WAIVERS);
    let run =
        offline().inside(folder.path()).args(["waivers", "add", "a", "everybody", "--reason", "x", "--owner", "y"]);
    let ran = run.args(["--expires", "2030-09-01", "--max-waiver", "9999d", "--waivers", "w.yaml"]).run().ends_with(2);
    assert!(ran.stderr.contains("`subject` takes a kind and a name"), "{}", ran.stderr);
    let run =
        offline().args(["waivers", "add", "a", "user/b", "--reason", "x", "--owner", "y", "--expires", "2030-09-01"]);
    assert!(run.run().ends_with(2).stderr.contains("name it with --waivers FILE"));
}
