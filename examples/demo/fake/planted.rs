//! An organization of any size with three causes planted in it, and some noise: the same for the same seed.

use super::keys::ApiKey;
use super::org::{Group, Organization, User};
use super::project::{Project, ProjectUser};
use super::role::Role;

/// 2026-05-29T00:00:00Z: what happened lately.
const LATELY: i64 = 1_780_012_800;
/// 2025-06-01T00:00:00Z: what happened long ago.
const LONG_AGO: i64 = 1_748_736_000;
const DAY: i64 = 86_400;

const FIRST: [&str; 12] =
    ["ada", "bilal", "chen", "donata", "emeka", "farah", "goran", "hana", "ines", "jonas", "kofi", "leila"];
const LAST: [&str; 10] = ["abara", "berg", "costa", "diaz", "ekberg", "fofana", "garcia", "haddad", "ito", "jansen"];

impl Organization {
    /// About half as many violations as users, most of them by three causes, which are also returned in words.
    pub fn planted(users: usize, seed: u64) -> (Organization, Vec<String>) {
        let mut random = Random(seed);
        let mut organization = Organization { id: format!("org-demo-{users}-{seed}"), ..Organization::default() };
        organization.roles = roles();
        organization.users = (0..users).map(|number| user(number, users, &mut random)).collect();
        let (support, contractors) = (users / 4, users / 10);
        let ids = |from: usize, count: usize| organization.users[from..from + count].iter().map(|user| user.id.clone());
        let group = |id: &str, name: &str, role: &str, members: Vec<String>| Group {
            id: id.to_owned(),
            name: name.to_owned(),
            created_at: LONG_AGO,
            is_scim_managed: true,
            roles: vec![role.to_owned()],
            members,
        };
        // The last users are from outside; the first two own the organization.
        let from_outside = users - contractors;
        organization.groups = vec![
            group("group_01support", "Support Team", "role_01break_glass", ids(2, support).collect()),
            group("group_02contractors", "Contractors", "role_02toolkit", ids(from_outside, contractors).collect()),
            // Whoever is in this group as well has a second way to manage groups, which one cut alone does not end.
            group("group_03stewards", "Stewards", "role_03steward", ids(2, support / 10).collect()),
        ];
        let old = users / 8;
        organization.projects = vec![
            project("proj_01hackathon", "Hackathon 2025", true, &organization, old, LONG_AGO, &mut random),
            project("proj_02chat", "Chat backend", false, &organization, users / 8, LATELY, &mut random),
        ];
        // Noise: here and there a role of one's own, and a key that nobody uses.
        for number in (2..from_outside).filter(|_| random.below(40) == 0).collect::<Vec<_>>() {
            organization.users[number].roles.push("role_04reader_plus".to_owned());
        }
        for key in organization.projects[1].api_keys.iter_mut().filter(|_| random.below(20) == 0) {
            (key.created_at, key.last_used_at) = (LONG_AGO, None);
        }
        let planted = vec![
            format!("role Break Glass is held by the {support} members of group Support Team"),
            format!("role Contractor Toolkit lets the {contractors} members of group Contractors write"),
            format!("{old} API keys are left in the archived project Hackathon 2025"),
        ];
        (organization, planted)
    }
}

fn roles() -> Vec<Role> {
    let custom = |id: &str, name: &str, permissions: &[&str]| Role {
        id: id.to_owned(),
        name: name.to_owned(),
        description: Some(format!("{name}, by request to IT")),
        permissions: permissions.iter().map(|&permission| permission.to_owned()).collect(),
        created_at: Some(LONG_AGO),
        updated_at: Some(LONG_AGO),
        ..Role::default()
    };
    let mut roles: Vec<Role> = Organization::acme().roles.into_iter().filter(|role| role.predefined).collect();
    roles.extend([
        custom("role_01break_glass", "Break Glass", &["api.groups.write", "api.organization.projects.api_keys.write"]),
        custom("role_02toolkit", "Contractor Toolkit", &["api.files.write", "api.model.read"]),
        custom("role_03steward", "Group Steward", &["api.groups.write"]),
        custom("role_04reader_plus", "Reader Plus", &["api.files.read", "api.model.read"]),
    ]);
    roles
}

fn user(number: usize, users: usize, random: &mut Random) -> User {
    let from_outside = number >= users - users / 10;
    let (first, last) = (FIRST[random.below(FIRST.len())], LAST[random.below(LAST.len())]);
    let host = if from_outside { "contractor.acme.example" } else { "acme.example" };
    User {
        id: format!("user-{number:06}"),
        name: format!("{first} {last}"),
        email: Some(format!("{first}.{last}{number}@{host}")),
        role: Some(if number < 2 { "owner" } else { "reader" }.to_owned()),
        added_at: LONG_AGO,
        created: LONG_AGO,
        is_scim_managed: !from_outside,
        api_key_last_used_at: Some(LATELY),
        ..User::default()
    }
}

/// A project owned by the first user, with that many keys of others, last used not long before that time.
fn project(
    id: &str,
    name: &str,
    archived: bool,
    organization: &Organization,
    keys: usize,
    last_used: i64,
    random: &mut Random,
) -> Project {
    let key = |at: usize, random: &mut Random| ApiKey {
        id: format!("key_{}{at:05}", &id[5..7]),
        name: format!("key {at}"),
        created_at: LONG_AGO - 100 * DAY,
        last_used_at: Some(last_used - DAY * i64::try_from(random.below(20)).expect("small")),
        owner: organization.users[random.below(organization.users.len())].id.clone(),
        inactive: false,
    };
    let api_keys: Vec<ApiKey> = (0..keys).map(|at| key(at, random)).collect();
    let owner = organization.users[0].id.clone();
    let member =
        |id: String, role: &str| ProjectUser { id, role: Some(role.to_owned()), roles: Vec::new(), added_at: LONG_AGO };
    let mut owners: Vec<String> = api_keys.iter().map(|key| key.owner.clone()).filter(|id| *id != owner).collect();
    owners.sort();
    owners.dedup();
    let members = owners.into_iter().map(|id| member(id, "member"));
    let users = std::iter::once(member(owner.clone(), "owner")).chain(members).collect();
    Project {
        id: id.to_owned(),
        name: name.to_owned(),
        archived,
        created_at: LONG_AGO - 200 * DAY,
        archived_at: archived.then_some(LATELY - 90 * DAY),
        users,
        api_keys,
        ..Project::default()
    }
}

/// `SplitMix64`.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % u64::try_from(bound).expect("small")).expect("less than the bound")
    }
}
