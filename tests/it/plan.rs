//! The plan: the requests that a check would make, before it makes them.

use crate::support::fake::{What, When};
use crate::support::harness::{acme, faulty, offline, rolelint};
use crate::support::small::small;

const EMILY: &str = "version: 1\nrules:\n  - id: emily\n    select: user\n    \
    where: { email: emily.carter@acme.example }\n    forbid: { holds: { scope: organization, permission: api.groups.write } }\n";

#[test]
fn without_a_key_a_plan_shows_what_depends_on_what() {
    let run = |policy: &str| offline().file("policy.yaml", policy).args(["plan", "--policy", "policy.yaml"]).run();
    insta::assert_snapshot!(run(EMILY).ends_with(0).everything(), @"
      roles                 1 request for each 1000 roles, for rule emily
      users                 1 request for each 100 users, for rule emily
      user_roles            1 request for each user that a rule can be about, for rule emily
      groups                1 request for each 1000 groups, for rule emily
      group_roles           1 request for each group, for rule emily
      group_members         1 request for each group, for rule emily
    set OPENAI_ADMIN_KEY to see how many requests and how much time that takes
    ");
    insta::assert_snapshot!(
        run("version: 1\nrules:\n  - { id: r, select: role, where: { scope: organization }, forbid: { name: x } }\n").ends_with(0).everything(), @"
      roles                 1 request for each 1000 roles, for rule r
    set OPENAI_ADMIN_KEY to see how many requests and how much time that takes
    ");
    assert!(offline().args(["plan"]).run().ends_with(0).stdout.contains("1 request for each user, for "));
}

#[test]
fn with_a_key_a_plan_has_the_numbers_of_the_check() {
    let api = acme();
    let plan = rolelint(&api).file("policy.yaml", EMILY).args(["plan", "--policy", "policy.yaml"]).run().ends_with(0);
    insta::assert_snapshot!(plan.everything(), @"
      roles                       1  12 roles, for rule emily
      users                       1  41 users, for rule emily
      user_roles                  1  of 41 users, for rule emily
      groups                      1  8 groups, for rule emily
      group_roles                 8  of 8 groups, for rule emily
      group_members               8  of 8 groups, for rule emily
    20 requests, about 2 minutes: 7 requests per minute to each endpoint, all endpoints in parallel
    ");
    assert_eq!(api.requests().len(), 3, "only the lists");

    let api = acme();
    rolelint(&api).check(EMILY).run().ends_with(1);
    assert_eq!(api.requests().len(), 20);
    let all = rolelint(&api).args(["plan", "--rate", "30"]).run().ends_with(0).stdout;
    assert!(
        all.ends_with(
            "at least 93 requests, at least 2 minutes: 30 requests per minute to each endpoint, all endpoints in parallel\n"
        ),
        "{all}"
    );
}

#[test]
fn a_list_that_cannot_be_read_does_not_make_the_plan_small() {
    let api = faulty(small(), "/organization/users", When::Always, What::Status(403));
    let ran = rolelint(&api).args(["plan"]).run().ends_with(3);
    assert!(ran.stderr.contains("users denied: GET /organization/users: 403"), "{}", ran.stderr);
    insta::assert_snapshot!(ran.stdout, @"
      roles                       1  6 roles, for 18 rules: custom-role-grants-groups-write, custom-role-grants-roles-write, custom-role-administers-the-organization and 15 more
      users                       ?  the list could not be read, for 11 rules: custom-role-nobody-holds, too-many-owners, too-few-owners and 8 more
      user_roles                  ?  the list could not be read, for 9 rules: custom-role-nobody-holds, too-many-owners, too-few-owners and 6 more
      groups                      1  3 groups, for 13 rules: custom-role-nobody-holds, too-many-owners, too-few-owners and 10 more
      group_roles                 3  of 3 groups, for 10 rules: custom-role-nobody-holds, too-many-owners, too-few-owners and 7 more
      group_members               3  of 3 groups, for 12 rules: custom-role-nobody-holds, too-many-owners, too-few-owners and 9 more
      projects                    1  0 projects, for 17 rules: custom-role-grants-groups-write, custom-role-grants-roles-write, custom-role-administers-the-organization and 14 more
      project_users               0  of 0 projects, for 3 rules: contractor-owns-a-project, contractor-privileged-in-a-project and service-account-owns-a-project
      project_groups              0  of 0 projects, for 3 rules: contractor-owns-a-project, contractor-privileged-in-a-project and service-account-owns-a-project
      project_roles               0  of 0 projects, for 11 rules: custom-role-grants-groups-write, custom-role-grants-roles-write, custom-role-administers-the-organization and 8 more
      project_user_roles          0  of 0 projects, for 3 rules: contractor-owns-a-project, contractor-privileged-in-a-project and service-account-owns-a-project
      project_group_roles         0  of 0 projects, for 3 rules: contractor-owns-a-project, contractor-privileged-in-a-project and service-account-owns-a-project
      service_accounts            0  of 0 projects, for rule service-account-owns-a-project
      service_account_roles       0  of 0 projects, for rule service-account-owns-a-project
      api_keys                    0  of 0 projects, for 6 rules: api-key-in-archived-project, api-key-of-somebody-without-access, api-key-unused and 3 more
      admin_api_keys              1  1 key (admin keys and project keys), for 3 rules: admin-key-never-expires, admin-key-of-no-owner and admin-key-unused
      invites                     1  0 invitations, for rule pending-invite-makes-an-owner
    at least 11 requests, at least a minute: 7 requests per minute to each endpoint, all endpoints in parallel
    ");
}

#[test]
fn a_plan_covers_the_rules_that_the_check_selects() {
    let policy = "version: 1\nparams: { whom: ada@acme.example }\nrules:\n  - { id: roles, select: role, where: { scope: \
                  organization }, forbid: { name: x } }\n  - { id: keys, select: admin_api_key, tags: [keys], forbid: { \
                  name: x } }\n  - { id: whom, select: user, forbid: { email: $whom } }\n";
    let plan = |args: &[&str]| {
        offline().file("policy.yaml", policy).args(["plan", "--policy", "policy.yaml"]).args(args.iter().copied()).run()
    };
    let lists = |args: &[&str]| -> Vec<String> {
        let lines = plan(args).ends_with(0).stdout;
        lines.lines().filter(|line| line.starts_with("  ")).map(|line| line.trim().to_owned()).collect()
    };
    let first = |lines: Vec<String>| lines[0].split(' ').next().expect("a name").to_owned();
    assert_eq!(lists(&["--only", "roles"]), ["roles                 1 request for each 1000 roles, for rule roles"]);
    assert_eq!(first(lists(&["--only", "whom", "--param", "whom=bob@acme.example"])), "users");
    assert!(lists(&["--tag", "keys"]).iter().any(|line| line.starts_with("admin_api_keys")));
    assert!(!lists(&["--skip", "keys"]).iter().any(|line| line.starts_with("admin_api_keys")));
    let wrong = plan(&["--only", "role"]).ends_with(2);
    assert!(wrong.stderr.contains("did you mean `roles`?"), "{}", wrong.stderr);
    let wrong = plan(&["--param", "who=x"]).ends_with(2);
    assert!(wrong.stderr.contains("no policy has a parameter `who`"), "{}", wrong.stderr);
}

#[test]
fn a_refused_key_is_told_once_and_makes_no_plan() {
    let api = faulty(small(), "**", When::Always, What::Status(401));
    let ran = rolelint(&api).args(["plan"]).run().ends_with(3);
    assert_eq!(ran.stdout, "");
    assert_eq!(ran.stderr.matches("warning: ").count(), 2, "{}", ran.stderr);
    assert!(
        ran.stderr.starts_with("warning: roles, users, groups, projects, admin_api_keys, invites denied: 401, "),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.ends_with("warning: nothing could be read, so there is no plan\n"), "{}", ran.stderr);
}

#[test]
fn a_snapshot_has_the_sizes_of_projects_too() {
    let api = acme();
    let folder = tempfile::tempdir().expect("a folder");
    let run = |args: &str| rolelint(&api).inside(folder.path()).args(args.split(' ')).run();
    run("fetch -o org.jsonl").ends_with(0);
    let asked = api.requests().len();
    let plan = run("plan --snapshot org.jsonl").ends_with(0).stdout;
    for line in ["  project_user_roles          5  of 21 users of projects, for ", "\n108 requests, about 6 minutes"] {
        assert!(plan.contains(line), "{plan}");
    }
    assert_eq!(api.requests().len(), asked, "a snapshot needs no requests");
    // What the snapshot does not have is not taken for nothing.
    run("fetch -o few.jsonl --only users").ends_with(0);
    let plan = run("plan --snapshot few.jsonl").ends_with(0).stdout;
    assert!(plan.contains("  api_keys                    ?  1 request for each project, for "), "{plan}");
    assert!(plan.contains("at least "), "{plan}");
}

#[test]
fn a_plan_names_the_rules_that_need_a_list() {
    let rule = |id: &str, rest: &str| format!("  - {{ id: {id}, {rest} }}\n");
    let keys = "select: api_key, where: { project: { name: Alpha } }, forbid: { last_used_at: null }";
    let rules = ["one", "two", "three", "four"].map(|id| rule(id, keys)).concat();
    let policy = format!(
        "version: 1\nrules:\n{}{rules}",
        rule("both", "select: [project, service_account], where: { name: x }, forbid: {}")
    );
    let run = |args: &[&str]| {
        offline()
            .file("policy.yaml", &policy)
            .args(["plan", "--policy", "policy.yaml"])
            .args(args.iter().copied())
            .run()
    };
    insta::assert_snapshot!(run(&[]).ends_with(0).stdout, @"
      projects              1 request for each 100 projects, for 5 rules: both, one, two and 2 more
      service_accounts      1 request for each project, for rule both
      api_keys              1 request for each project that a rule can be about, for 4 rules: one, two, three and 1 more
    set OPENAI_ADMIN_KEY to see how many requests and how much time that takes
    ");
    insta::assert_snapshot!(run(&["--only", "two", "--only", "four", "--format", "json"]).ends_with(0).stdout, @r#"
    {
      "collections": [
        {
          "collection": "projects",
          "narrowed": false,
          "of": "1 request for each 100 projects",
          "path": "/organization/projects",
          "requests": null,
          "rules": [
            "two",
            "four"
          ]
        },
        {
          "collection": "api_keys",
          "narrowed": true,
          "of": "1 request for each project that a rule can be about",
          "path": "/organization/projects/{id}/api_keys",
          "requests": null,
          "rules": [
            "two",
            "four"
          ]
        }
      ],
      "complete": false,
      "requests": null,
      "requests_per_minute": null,
      "schema_version": 1,
      "seconds": null
    }
    "#);
}

#[test]
fn a_plan_has_the_numbers_of_a_check_of_some_projects() {
    let api = acme();
    let name = "where: { name: Support bot }";
    let policy = format!(
        "version: 1\nrules:\n  - {{ id: a, select: project, {name}, forbid: {{ holders: {{ role: {{ name: x }} }} }} }}\n"
    );
    let folder = tempfile::tempdir().expect("a folder");
    let run = |args: &str| rolelint(&api).inside(folder.path()).file("p.yaml", &policy).args(args.split(' ')).run();
    run("fetch -q -o org.jsonl").ends_with(0);
    let plan = run("plan --policy p.yaml --snapshot org.jsonl --format json").ends_with(0).stdout;
    let plan: serde_json::Value = serde_json::from_str(&plan).expect("JSON");
    assert_eq!(plan["complete"], true);
    let before = api.requests().len();
    run("check --policy p.yaml");
    assert_eq!(plan["requests"], api.requests().len() - before, "{plan}");
}
