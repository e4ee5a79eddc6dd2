//! `rolelint access` and `rolelint who`: the register of who holds what, and what of it is not known.

use serde_json::Value;

use crate::support::fake::{Behaviour, FakeApi, Organization, What, When};
use crate::support::harness::{Ran, acme, faulty, offline, rolelint, text};
use crate::support::small::small;

const OWNER: &str = "amara.okafor@acme.example";

fn run(api: &FakeApi, args: &[&str], code: i32) -> Ran {
    rolelint(api).args(args.iter().copied()).run().ends_with(code)
}

/// The rows of a register, each by the names of its columns.
fn rows(ran: &Ran) -> Vec<std::collections::BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(ran.stdout.as_bytes());
    reader.deserialize().map(|row| row.expect("a row")).collect()
}

#[test]
fn the_register_has_a_row_for_each_permission_and_way_and_an_empty_column_for_the_decision() {
    let api = acme();
    let rows = rows(&run(&api, &["access", "--format", "csv"], 0));
    let of = |email: &str, permission: &str| {
        let mut met: Vec<String> = rows
            .iter()
            .filter(|row| row["principal_email"] == email && row["permission"] == permission)
            .map(|row| format!("{} {} {}", row["via"], row["scope"], row["group_name"]).trim_end().to_owned())
            .collect();
        met.dedup();
        met
    };
    assert_eq!(of(OWNER, "api.management.write"), ["direct organization", "membership organization"]);
    assert_eq!(of("aisha.rahman@acme.example", "api.groups.write")[0], "group organization Platform");
    assert!(rows.iter().all(|row| row["decision"].is_empty() && row["via"] != "unknown"));
    let paths = rows.iter().filter(|row| row["group_name"] == "Platform");
    assert!(paths.clone().count() > 0 && paths.clone().all(|row| row["path"].contains(" → group Platform → ")));
    assert!(
        rows.iter().any(|row| row["last_used"] == "never") && rows.iter().any(|row| row["last_used"].ends_with('Z'))
    );
    assert!(rows.iter().any(|row| row["principal_kind"] == "service_account" && row["scope"] == "project"));
}

#[test]
fn one_principal_is_found_by_id_address_or_name_and_shown_with_its_paths() {
    let api = FakeApi::start(small(), Behaviour::default());
    let by_id = run(&api, &["access", "user-bob"], 0);
    insta::assert_snapshot!(by_id.stdout);
    assert_eq!(run(&api, &["access", "BOB@acme.example"], 0).stdout, by_id.stdout);
    let ran = run(&api, &["access", "bobb@acme.example"], 2);
    assert!(
        ran.stderr.contains("there is no user, group or service account called `bobb@acme.example`"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("did you mean `bob@acme.example`?"), "{}", ran.stderr);
}

#[test]
fn two_of_one_name_are_told_apart_by_their_ids() {
    let mut org = Organization::acme();
    org.groups[1].name = org.groups[0].name.clone();
    let (name, ids) = (org.groups[0].name.clone(), [org.groups[0].id.clone(), org.groups[1].id.clone()]);
    let ran = run(&FakeApi::start(org, Behaviour::default()), &["access", &name], 2);
    assert!(
        ids.iter().all(|id| ran.stderr.contains(id)) && ran.stderr.contains("name one by its id"),
        "{}",
        ran.stderr
    );
}

#[test]
fn who_holds_a_permission_is_asked_by_its_name_or_a_glob() {
    let api = acme();
    let json = run(&api, &["who", "api.management.write", "--format", "json"], 0).json().0;
    assert_eq!(json["complete"], true);
    let holders: Vec<&str> =
        json["principals"].as_array().expect("a list").iter().filter_map(|one| one["email"].as_str()).collect();
    assert!(holders.contains(&OWNER), "{holders:?}");
    let held =
        json["principals"].as_array().expect("a list").iter().flat_map(|one| one["holds"].as_array().expect("a list"));
    for held in held {
        assert_eq!(held["permissions"], serde_json::json!(["api.management.write"]));
    }
    let all = run(&api, &["who", "*", "--format", "json"], 0).json().0;
    assert!(all["principals"].as_array().map(Vec::len) > json["principals"].as_array().map(Vec::len));
    let ran = run(&api, &["who", "api.group.write"], 2);
    assert!(ran.stderr.contains("there is no permission `api.group.write`"), "{}", ran.stderr);
    assert!(ran.stderr.contains("did you mean `api.groups.write`?"), "{}", ran.stderr);
    let ran = run(&api, &["who", "api.[a"], 2);
    assert!(ran.stderr.contains("`api.[a` is not a permission"), "{}", ran.stderr);
}

#[test]
fn what_was_not_read_has_rows_that_say_so_and_the_exit_code_is_3() {
    let api =
        faulty(Organization::acme(), "/organization/users/user-01J1F8USER01/roles", When::Always, What::Status(403));
    let ran = run(&api, &["access", "--format", "csv"], 3);
    let unknown: Vec<_> = rows(&ran).into_iter().filter(|row| row["permission"] == "unknown").collect();
    assert_eq!(unknown.len(), 1, "{unknown:?}");
    assert_eq!(unknown[0]["principal_id"], "user-01J1F8USER01");
    assert!(unknown[0]["missing"].contains("403"), "{}", unknown[0]["missing"]);
    assert!(ran.stderr.contains("this list may be incomplete"), "{}", ran.stderr);
    let ran = run(&api, &["who", "api.roles.write"], 3);
    assert!(ran.stdout.contains("may hold more: "), "{}", ran.stdout);
    // Of somebody else everything is known.
    run(&api, &["access", "user-01J1F8USER02"], 0);

    let api = faulty(Organization::acme(), "/organization/groups", When::Always, What::Status(403));
    let ran = run(&api, &["access", "No Such Group"], 3);
    assert!(ran.stderr.contains("not everybody was") && ran.stdout.is_empty(), "{}", ran.stderr);
    let json = run(&api, &["access", "--format", "json"], 3).json().0;
    assert!(text(&json["unlisted"][0]).starts_with("groups: "), "{}", json["unlisted"]);
    assert_eq!(json["complete"], Value::Bool(false));
}

#[test]
fn a_snapshot_gives_the_same_register_and_no_cell_is_a_formula() {
    let mut org = Organization::acme();
    for (user, name) in org.users.iter_mut().zip(["=1+1", "@SUM(A1)", "+1", "-2", "\t=cmd"]) {
        user.name = name.to_owned();
    }
    org.groups[0].name = "=HYPERLINK(\"https://evil.example\")".to_owned();
    let (api, folder) = (FakeApi::start(org, Behaviour::default()), tempfile::tempdir().expect("a folder"));
    let live = rolelint(&api).inside(folder.path()).args(["access", "--format", "csv"]).run().ends_with(0);
    rolelint(&api).inside(folder.path()).args(["fetch", "-o", "org.jsonl"]).run().ends_with(0);
    let args = ["access", "--format", "csv", "--snapshot", "org.jsonl", "-o", "register.csv"];
    let saved = offline().inside(folder.path()).args(args).run().ends_with(0);
    assert_eq!(saved.stdout, "");
    let saved = std::fs::read_to_string(folder.path().join("register.csv")).expect("written");
    assert_eq!(saved, live.stdout);
    for cell in rows(&live).iter().flat_map(std::collections::BTreeMap::values) {
        assert!(!cell.trim_start().starts_with(['=', '+', '-', '@']), "{cell}");
    }
}

#[test]
fn a_permission_with_a_wildcard_or_in_an_odd_spelling_is_no_way_to_hide() {
    let who = |permission: &str, code| {
        let mut organization = small();
        let role = organization.roles.iter_mut().find(|role| role.id == "role_1").expect("a role");
        role.permissions = vec![permission.to_owned()];
        let api = FakeApi::start(organization, Behaviour::default());
        run(&api, &["who", "api.groups.write"], code)
    };
    let of = |ran: &Ran| ran.stdout.contains("role Writer");
    assert!(!of(&who("api.files.*", 0)));
    for permission in ["*", "api.groups.*", "api.groups.write"] {
        assert!(of(&who(permission, 0)), "{permission}");
    }
    // Perhaps it is the one, perhaps another.
    let ran = who("API.Groups.Write", 3);
    assert!(of(&ran) && ran.stderr.contains("this list may be incomplete"), "{}{}", ran.stdout, ran.stderr);
}
