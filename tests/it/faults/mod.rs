//! The table of faults in `docs/collection.md`: each row happens here to the real binary, on every kind of endpoint that
//! it can befall, and the state and the exit code are those of the table.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::fake::{
    AdminApiKey, ApiKey, Behaviour, FakeApi, Group, Invite, Organization, Project, ProjectGroup, ProjectUser, Role,
    ServiceAccount, User, What,
};
use crate::support::harness::{Json, Ran, offline, rolelint};

mod every_list;
mod every_path;
mod single;

/// A rule on each collection; the organization satisfies them all.
const POLICY: &str = "version: 1\nrules:\n  \
    - { id: roles, select: role, forbid: { permissions: api.none } }\n  \
    - { id: users, select: user, forbid: { banned: true } }\n  \
    - { id: groups, select: group, forbid: { name: None } }\n  \
    - { id: user-roles, select: user, forbid: { holds: { permission: api.none } } }\n  \
    - { id: group-roles, select: group, forbid: { holds: { permission: api.none } } }\n  \
    - { id: group-members, select: group, forbid: { members: { banned: true } } }\n  \
    - { id: projects, select: project, forbid: { name: None } }\n  \
    - { id: project-users, select: project, forbid: { members: { banned: true } } }\n  \
    - { id: project-groups, select: group, forbid: { projects: { name: None } } }\n  \
    - { id: project-roles, select: project, forbid: { roles: { permissions: api.none } } }\n  \
    - { id: project-user-roles, select: user, forbid: { holds: { scope: project, permission: api.none } } }\n  \
    - { id: project-group-roles, select: group, forbid: { holds: { scope: project, permission: api.none } } }\n  \
    - { id: service-accounts, select: service_account, forbid: { name: None } }\n  \
    - { id: service-account-roles, select: service_account, forbid: { holds: { permission: api.none } } }\n  \
    - { id: api-keys, select: api_key, forbid: { name: None } }\n  \
    - { id: admin-api-keys, select: admin_api_key, forbid: { name: None } }\n  \
    - { id: invites, select: invite, forbid: { status: None } }\n";

/// Two users, a group, a project with one of each kind, and one that is empty.
fn tiny() -> Organization {
    let id = str::to_owned;
    let role = |name: &str, predefined| Role {
        id: id(name),
        name: id(name),
        predefined,
        permissions: vec![id("api.roles.read")],
        ..Role::default()
    };
    let project = Project { id: id("proj_1"), name: id("One"), ..Project::default() };
    let key = |name: &str, owner: &str| ApiKey { id: id(name), name: id(name), owner: id(owner), ..ApiKey::default() };
    Organization {
        id: id("org-tiny"),
        roles: vec![
            role("role-api-organization-owner", true),
            role("role-api-organization-reader", true),
            role("role_1", false),
        ],
        groups: vec![Group {
            id: id("group_1"),
            name: id("Ops"),
            roles: vec![id("role_1")],
            members: vec![id("user-bob")],
            ..Group::default()
        }],
        users: vec![
            User { id: id("user-ada"), name: id("Ada"), role: Some(id("owner")), ..User::default() },
            User {
                id: id("user-bob"),
                name: id("Bob"),
                role: Some(id("reader")),
                roles: vec![id("role_1")],
                ..User::default()
            },
        ],
        projects: vec![
            Project {
                users: vec![ProjectUser { id: id("user-bob"), role: Some(id("member")), ..ProjectUser::default() }],
                groups: vec![ProjectGroup {
                    id: id("group_1"),
                    roles: vec![id("role-api-project-member")],
                    ..ProjectGroup::default()
                }],
                service_accounts: vec![ServiceAccount {
                    id: id("svc_1"),
                    name: id("Robot"),
                    role: Some(id("member")),
                    ..ServiceAccount::default()
                }],
                api_keys: vec![key("key_1", "user-bob")],
                ..project.clone()
            },
            Project { id: id("proj_2"), ..project },
        ],
        admin_api_keys: vec![AdminApiKey { id: id("key_3"), owner: id("user-ada"), ..AdminApiKey::default() }],
        invites: vec![Invite { id: id("invite_1"), email: id("cyd@acme.example"), ..Invite::default() }],
        ..Organization::default()
    }
}

/// What a row of the documentation says.
struct Claim {
    does: String,
    state: String,
    exit: String,
}

/// The table in the documentation, by fault.
fn table() -> BTreeMap<String, Claim> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/collection.md");
    let page = std::fs::read_to_string(page).expect("the page can be read");
    let section = page.split_once("\n## Faults\n").expect("a section on faults").1;
    let section = section.split("\n## ").next().expect("something");
    let rows = section.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| ---")).skip(1);
    let claim = |row: &str| {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let [fault, does, state, exit] = cells[..] else { panic!("{row} has four cells") };
        let (does, state, exit) = (does.to_owned(), state.trim_matches('`').to_owned(), exit.to_owned());
        (fault.to_owned(), Claim { does, state, exit })
    };
    let claims: Vec<_> = rows.map(claim).collect();
    let (rows, table) = (claims.len(), BTreeMap::from_iter(claims));
    assert_eq!(table.len(), rows, "a row stands there twice");
    table
}

fn claim(fault: &str) -> Claim {
    table().remove(fault).unwrap_or_else(|| panic!("the documentation has no row for {fault:?}"))
}

#[test]
fn every_fault_in_the_documentation_is_tested_and_every_tested_fault_is_documented() {
    let tried: BTreeSet<String> =
        every_path::rows().iter().map(|row| row.fault).chain(ALONE.iter().copied()).map(str::to_owned).collect();
    assert_eq!(table().into_keys().collect::<BTreeSet<_>>(), tried);
}

fn later(retry_after: Option<&str>, retry_after_ms: Option<u64>, message: Option<&str>) -> What {
    What::TooManyRequests {
        retry_after: retry_after.map(str::to_owned),
        retry_after_ms,
        message: message.map(str::to_owned),
    }
}

/// A fetch, what it left, and what a check makes of that.
struct Fetched {
    ran: Ran,
    folder: TempDir,
    header: Value,
    report: Option<Json>,
    /// What the check ends with.
    code: i32,
}

impl Fetched {
    fn new(api: &FakeApi, flags: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self::inside(folder, api, flags)
    }

    fn inside(folder: TempDir, api: &FakeApi, flags: &[&str]) -> Self {
        let fetch = rolelint(api).inside(folder.path()).args(["fetch", "-o", "org.jsonl"]);
        let ran = fetch.args(flags.iter().copied()).run();
        let Ok(snapshot) = std::fs::read_to_string(folder.path().join("org.jsonl")) else {
            return Self { ran, folder, header: Value::Null, report: None, code: 2 };
        };
        let header: Value = serde_json::from_str(snapshot.lines().next().expect("a header")).expect("JSON");
        let check = offline().file("org.jsonl", &snapshot).check(POLICY);
        let checked = check.args(["--snapshot", "org.jsonl", "--format", "json"]).run();
        Self {
            ran,
            folder,
            header: header["rolelint"]["coverage"].clone(),
            report: Some(checked.json()),
            code: checked.code,
        }
    }

    /// What the header says of a collection.
    fn record(&self, collection: &str) -> &Value {
        &self.header[collection]
    }

    fn report(&self) -> &Json {
        self.report.as_ref().expect("a snapshot")
    }

    /// The names of the files that are left.
    fn left(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path()).expect("a folder").flatten();
        let mut names: Vec<String> =
            entries.map(|entry| entry.file_name().into_string().expect("a plain name")).collect();
        names.sort_unstable();
        names
    }

    fn mode(&self) -> u32 {
        let metadata = std::fs::metadata(self.folder.path().join("org.jsonl")).expect("a snapshot");
        metadata.permissions().mode() & 0o777
    }
}

/// Rows that happen in a way of their own: each has a test in `single`.
macro_rules! alone {
    ($($test:ident: $fault:literal;)*) => {
        const ALONE: &[&str] = &[$($fault),*];
        $(
            #[test]
            fn $test() {
                single::$test(&claim($fault));
            }
        )*
    };
}

alone! {
    not_found_but_listed: "404 for something that is still listed";
    not_found_and_gone: "404 for something that is no longer listed";
    only_denials: "a path that always denies";
    only_failures: "a path that fails twenty times in a row";
    everything_refused: "every request is denied";
    archived_project: "400 on the users or service accounts of an archived project";
    no_connection: "no connection at all";
    too_fast_without_a_word: "429 that does not say how long to wait";
    no_permissions: "a role without `permissions`";
    later_page: "a later page fails";
    twice: "the same thing twice in a list";
    twice_differently: "the same thing twice in a list, with other contents";
    no_users: "an empty list of users";
    no_admin_keys: "an empty list of admin keys";
    no_project_roles: "an empty list of roles of a project that is not archived";
    invited_to_nowhere: "a pending invitation to a project that is not listed";
    users_in_projects: "a user in whose `projects` is one that does not list them, or that is not listed";
    group_of_another_project: "a group of a project that says that it belongs to another one";
    unknown_cursor: "`has_more` with a cursor that the API does not know, so that an empty page follows";
    fewer_than_promised: "`has_more`, and then nothing but empty pages";
    held_but_not_listed: "a role or group that is held and not listed";
    two_organizations: "the responses name two organizations";
    another_organization: "another organization responds than `--organization` or the snapshot of `--since` names";
    deadline: "the time of `--deadline` is over";
    interrupted: "interrupted or terminated";
    killed: "killed at any point";
    foreign_journal: "the journal is of another key, organization, API or version";
    two_at_once: "another run is fetching to the same file";
    no_journal: "the journal cannot be written: no permission, a folder in its place";
    full_journal: "the journal cannot grow: the disk is full";
    no_folder: "the folder for the snapshot does not exist";
    no_snapshot: "the snapshot cannot be written";
    closed_pipe: "the reader of `-o -` goes away";
}

#[test]
fn the_documentation_has_every_path_with_its_page() {
    let api = FakeApi::start(tiny(), Behaviour::default());
    Fetched::new(&api, &[]).ran.ends_with(0);
    let limit = |query: &str| {
        let limits = query.split('&').find_map(|part| part.strip_prefix("limit="));
        limits.expect("a page size").to_owned()
    };
    let asked: BTreeSet<(String, String)> =
        api.requests().iter().map(|request| (request.template(), limit(&request.query))).collect();
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/collection.md");
    let page = std::fs::read_to_string(page).expect("the page can be read");
    let rows: Vec<Vec<&str>> = page
        .lines()
        .filter(|line| line.starts_with("| `") && line.contains("` | `/"))
        .map(|line| line.trim_matches('|').split(" | ").map(|cell| cell.trim().trim_matches('`')).collect())
        .collect();
    let starred = |path: &str| {
        let parts = path.split('/').map(|part| if part.starts_with('{') { "*" } else { part });
        parts.collect::<Vec<_>>().join("/")
    };
    let told: BTreeSet<(String, String)> = rows.iter().map(|row| (starred(row[1]), row[2].to_owned())).collect();
    assert_eq!(told, asked);
    let collections: BTreeSet<&str> = rows.iter().map(|row| row[0]).collect();
    assert_eq!(collections, rolelint::org::Collection::ALL.map(rolelint::org::Collection::name).into());
}
