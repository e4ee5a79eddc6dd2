//! How many threads judge an organization changes nothing in what is said of it.

use std::path::Path;

use rolelint::org::{
    Assignment, Builder, Collection, Coverage, Failure, Group, Known, Org, Role, Source, Text, User, Via,
};

use crate::support::harness::offline;

/// More than one thread's worth of users, and some more for an unfinished word of bits.
const USERS: usize = 20_011;

const POLICY: &str = r#"
version: 1
rules:
  - { id: permission, select: user, forbid: { holds: { permission: "*.write" } } }
  - { id: group, select: user, where: { groups: { name: "Group 1*" } }, forbid: { holds: { role: { name: Role 3 } } } }
  - { id: count, select: user, where: { role: owner }, count: { max: 3 } }
  - { id: email, select: user, where: { role: owner }, require: { email: ["user0000*", "*9@acme.example"] } }
  - { id: both, select: user, forbid: { all: [ { is_scim_managed: false }, { api_key_last_used_at: { older_than: 700d } } ] } }
  - { id: none, select: group, require: { members: { where: { email: "*7@acme.example" }, count: { min: 1 } } } }
  - { id: grants, select: grant, where: { role: { name: Role 5 } }, require: { user: { is_scim_managed: true } } }
"#;

#[test]
fn any_number_of_threads_says_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, org) in [("whole.jsonl", organization(false)), ("gaps.jsonl", organization(true))] {
        rolelint::snapshot::save(&org, &folder.path().join(name)).expect("a snapshot");
        for format in ["json", "jsonl", "text"] {
            let one = check(folder.path(), name, format, "1");
            assert!(one.contains("user000000001"), "somebody violates something");
            for threads in ["2", "3", "8"] {
                assert!(check(folder.path(), name, format, threads) == one, "{name} {format} with {threads} threads");
            }
        }
    }
}

fn check(folder: &Path, snapshot: &str, format: &str, threads: &str) -> String {
    let run = offline().inside(folder).check(POLICY);
    run.args(["--snapshot", snapshot, "--format", format, "--threads", threads, "-v"]).run().ends_with(1).without_time()
}

/// People with roles and groups. With gaps, the roles of some and a field of others are missing.
fn organization(gaps: bool) -> Org {
    let mut builder = Builder::new(Source { collected_at: 1_780_000_000, ..Source::default() });
    for number in 0..10 {
        let permissions = (0..number).map(|area| {
            let word = if area == 3 { "write" } else { "read" };
            builder.symbols.intern(&format!("api.area{area}.{word}"))
        });
        let role = Role {
            id: Text::from(format!("role_{number}")),
            name: Known::Value(Text::from(format!("Role {number}"))),
            permissions: Known::Value(permissions.collect()),
            predefined_role: Known::Value(false),
            listed: true,
            ..Role::default()
        };
        builder.role(role).expect("in order");
    }
    let role =
        |builder: &Builder, number: usize| builder.role_ix(&format!("role_{}", number % 10)).expect("made above");
    for number in 0..20 {
        let name = Known::Value(Text::from(format!("Group {number}")));
        let group = Group { id: Text::from(format!("group_{number:02}")), name, listed: true, ..Group::default() };
        let roles = vec![role(&builder, number / 2)];
        builder.group(group, roles).expect("in order");
    }
    let words = ["reader", "owner"].map(|word| builder.symbols.intern(word));
    let mut coverage = Coverage::default();
    for collection in Collection::ALL {
        coverage.of_mut(collection).asked = true;
    }
    for number in 0..USERS {
        let id = format!("user_{number:09}");
        let missing = gaps && number % 97 == 5;
        let user = User {
            name: Known::Value(format!("Somebody {number}")),
            email: Known::Value(format!("user{number:09}@acme.example")),
            role: if missing { Known::Missing } else { Known::Value(words[usize::from(number % 5_003 == 1)]) },
            is_scim_managed: if missing { Known::Missing } else { Known::Value(number % 50 != 0) },
            api_key_last_used_at: if number % 3 == 0 {
                Known::Null
            } else {
                Known::Value(1_700_000_000 + i64::try_from(number).expect("few"))
            },
            listed: !(gaps && number % 89 == 3),
            id,
            ..User::default()
        };
        let mut assignments: Vec<Assignment> =
            (0..number % 3).map(|at| Assignment::new(role(&builder, number / 7 + at * number), Via::Direct)).collect();
        let mut groups = Vec::new();
        if number % 4 == 1 {
            groups.push(builder.group_ix(&format!("group_{:02}", number % 20)).expect("made above"));
        }
        if gaps && number % 101 == 7 {
            assignments.clear();
            let failure = Failure { denied: true, message: "no".to_owned(), scope: None };
            coverage.of_mut(Collection::UserRoles).gaps.insert(user.id.clone(), failure);
        }
        builder.user(&user, &mut assignments, &mut groups).expect("in order");
    }
    builder.finish(coverage)
}
