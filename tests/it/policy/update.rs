//! `rolelint test --update`: tests accept what came out, and nothing else of their file changes.

use std::path::Path;

use crate::support::harness::{Ran, offline};

const POLICY: &str = "\
version: 1
rules:
  - { id: writer, select: role, where: { predefined_role: false }, forbid: { permissions: api.groups.write } }
  - { id: owners, select: user, where: { role: owner }, count: { max: 0 } }
";

/// The tests are wrong about nearly everything.
const BEFORE: &str = "\
# What every team relies on.
tests:
  - name: lists
    org:
      roles: # three of them
        - { name: A, permissions: [api.groups.write] }
        - { name: 'B: \"b\"', permissions: [api.groups.write] }
        - { name: C, unknown: [permissions] }
    expect:
      writer: [role/C]   # one line
  - name: lines
    org: { roles: [{ name: A, permissions: [api.groups.write] }, { name: D, permissions: [api.groups.write] }, { name: E }] }
    expect:
      # the writers
      writer:
        - role/A   # as it was
        - role/E   # this one is none
  - { name: all, rules: all, org: { users: [{ email: ada@x.example, role: owner }] }, expect: { writer: pass } }
  - name: right
    org: {}
    expect: { writer: vacuous }
";

const AFTER: &str = "\
# What every team relies on.
tests:
  - name: lists
    org:
      roles: # three of them
        - { name: A, permissions: [api.groups.write] }
        - { name: 'B: \"b\"', permissions: [api.groups.write] }
        - { name: C, unknown: [permissions] }
    expect:
      writer: { violation: [role/A, \"role/B: \\\"b\\\"\"], unknown: [role/C] }   # one line
  - name: lines
    org: { roles: [{ name: A, permissions: [api.groups.write] }, { name: D, permissions: [api.groups.write] }, { name: E }] }
    expect:
      # the writers
      writer:
        - role/A   # as it was
        - role/D
  - { name: all, rules: all, org: { users: [{ email: ada@x.example, role: owner }] }, expect: { writer: vacuous, owners: [organization] } }
  - name: right
    org: {}
    expect: { writer: vacuous }
";

fn run(folder: &Path, args: &[&str]) -> Ran {
    offline().inside(folder).args(["test", "access.yaml"]).args(args.iter().copied()).run()
}

fn written(text: &str) -> (tempfile::TempDir, impl Fn() -> String + use<>) {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("access.yaml"), POLICY).expect("written");
    let file = folder.path().join("access_test.yaml");
    std::fs::write(&file, text).expect("written");
    (folder, move || std::fs::read_to_string(&file).expect("it is there"))
}

#[test]
fn what_came_out_is_accepted_and_everything_else_stays() {
    let (folder, read) = written(BEFORE);
    run(folder.path(), &[]).ends_with(1);
    let ran = run(folder.path(), &["--update"]).ends_with(0);
    assert_eq!(read(), AFTER);
    assert!(ran.stdout.contains("4 tests passed, 0 failed"), "{}", ran.stdout);
    insta::assert_snapshot!(ran.stderr, @r#"
    access_test.yaml:10
    -       writer: [role/C]   # one line
    +       writer: { violation: [role/A, "role/B: \"b\""], unknown: [role/C] }   # one line
    access_test.yaml:17
    -         - role/E   # this one is none
    access_test.yaml:18
    +         - role/D
    access_test.yaml:18
    -   - { name: all, rules: all, org: { users: [{ email: ada@x.example, role: owner }] }, expect: { writer: pass } }
    +   - { name: all, rules: all, org: { users: [{ email: ada@x.example, role: owner }] }, expect: { writer: vacuous, owners: [organization] } }
    "#);
    let again = run(folder.path(), &["--update"]).ends_with(0);
    assert_eq!((read().as_str(), again.stderr.as_str()), (AFTER, ""));
}

#[test]
fn only_the_tests_that_run_are_updated() {
    let (folder, read) = written(BEFORE);
    run(folder.path(), &["--update", "--filter", "all"]).ends_with(0);
    assert!(read().contains("owners: [organization]") && read().contains("writer: [role/C]"), "{}", read());
}

#[test]
fn nothing_is_written_where_something_does_not_load() {
    let (folder, read) = written(&BEFORE.replace("writer: pass", "writr: pass"));
    let before = read();
    run(folder.path(), &["--update"]).ends_with(2);
    assert_eq!(read(), before);
}

#[test]
fn a_rule_of_all_that_is_not_named_is_added_as_a_line_of_its_own() {
    let text = "tests:\n  - name: t\n    rules: all\n    org: { users: [{ email: ada@x.example, role: owner }] }\n    expect:\n      writer: vacuous";
    let (folder, read) = written(text);
    run(folder.path(), &["--update"]).ends_with(0);
    assert_eq!(read(), format!("{text}\n      owners: [organization]\n"));
}

#[test]
fn what_would_not_be_read_as_it_is_meant_or_lose_a_comment_is_left_alone() {
    let test = |name: &str, expect: &str| {
        format!(
            "  - name: {name}\n    org: {{ roles: [{{ name: A, permissions: [api.groups.write] }}, {{ name: B }}, {{ name: C }}] }}\n    expect:{expect}\n"
        )
    };
    for tests in [
        // Both tests would get what came out of the first.
        test("a", " &e { writer: vacuous }") + &test("b", " *e"),
        test("a", " { writer: &p [role/B] }") + &test("b", " { writer: *p }"),
        test("a", "\n      writer:\n        # they\n        pass"),
        test("a", "\n      writer:\n        - role/B # she\n        # nobody\n        - role/C")
            .replace("[api.groups.write]", "[]"),
    ] {
        let (folder, read) = written(&format!("tests:\n{tests}"));
        let before = read();
        run(folder.path(), &[]).ends_with(1);
        let ran = run(folder.path(), &["--update"]);
        let is_read = !ran.stderr.contains("nothing was tested");
        assert!(is_read, "{}", ran.stderr);
        if ran.code == 2 {
            assert!(ran.stderr.contains("the tests were not changed"), "{}", ran.stderr);
            assert_eq!(read(), before);
        } else {
            // Whatever is written is read, passes, and has its comments.
            assert_eq!(ran.code, 0, "{}", ran.stderr);
            run(folder.path(), &[]).ends_with(0);
            assert_eq!(read().matches('#').count(), before.matches('#').count(), "{}", read());
        }
    }
}

#[test]
fn lines_end_as_they_did() {
    let (folder, read) = written(&BEFORE.replace('\n', "\r\n"));
    run(folder.path(), &["--update"]).ends_with(0);
    assert_eq!(read(), AFTER.replace('\n', "\r\n"));
}
