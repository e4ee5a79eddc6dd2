//! Small organizations of every kind, and what of them could not be read.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::subsequence;

use super::NOW;
use crate::org::{
    Assignment, Builder, Collection, Coverage, Failure, Group, GroupIx, Known, Org, Project, ProjectGroup, ProjectUser,
    Role, ServiceAccount, Source, Text, User, Way,
};

const PERMISSIONS: [&str; 4] = ["api.a.read", "api.a.write", "api.b.read", "api.b.write"];

/// An organization as it is.
#[derive(Clone, Debug)]
pub struct World {
    roles: Vec<Vec<&'static str>>,
    groups: Vec<(Vec<usize>, bool)>,
    pub users: Vec<Person>,
    projects: Vec<Place>,
    /// Whether answers carry `assignment_sources`.
    sources: bool,
}

#[derive(Clone, Debug)]
pub struct Person {
    word: Option<&'static str>,
    roles: Vec<usize>,
    groups: Vec<usize>,
    last_used: Option<i64>,
}

/// A project as it is: who is in it, with the legacy word and roles there.
#[derive(Clone, Debug)]
struct Place {
    users: Vec<(usize, Option<&'static str>, Vec<usize>)>,
    groups: Vec<(usize, Vec<usize>)>,
    accounts: Vec<(Option<&'static str>, Vec<usize>, Vec<usize>)>,
}

impl World {
    fn projects_read(&self, holes: &Holes) -> usize {
        self.projects.len() - usize::from(holes.last_project && !self.projects.is_empty())
    }
}

/// What of it could not be read.
#[derive(Clone, Debug, Default)]
pub struct Holes {
    pub user_roles: BTreeSet<usize>,
    pub user_word: BTreeSet<usize>,
    pub group_roles: BTreeSet<usize>,
    pub group_members: BTreeSet<usize>,
    pub permissions: BTreeSet<usize>,
    pub last_user: bool,
    pub last_group: bool,
    /// By project: its users, its groups, its service accounts, its roles.
    pub in_projects: [BTreeSet<usize>; 4],
    /// The roles of users in projects, by user.
    pub project_user_roles: BTreeSet<usize>,
    /// The roles of groups and service accounts in projects, by number.
    pub project_group_roles: BTreeSet<usize>,
    pub account_roles: BTreeSet<usize>,
    pub last_project: bool,
}

pub fn worlds() -> impl Strategy<Value = World> {
    let permissions = subsequence(PERMISSIONS.to_vec(), 0..=4);
    let roles = prop::collection::vec(permissions, 1..4);
    let picked = || prop::collection::vec(0usize..3, 0..3);
    let group = (picked(), any::<bool>());
    let word = prop_oneof![Just(None), Just(Some("owner")), Just(Some("reader"))];
    let last_used = prop_oneof![Just(None), Just(Some(NOW)), Just(Some(NOW - 200 * 86_400))];
    let person = (word, picked(), picked(), last_used).prop_map(|(word, roles, groups, last_used)| Person {
        word,
        roles,
        groups,
        last_used,
    });
    let word = || prop_oneof![Just(None), Just(Some("owner")), Just(Some("member"))];
    let none = prop_oneof![Just(None), Just(Some("none")), Just(Some("owner"))];
    let place = (
        prop::collection::vec((0usize..5, word(), picked()), 0..3),
        prop::collection::vec((0usize..4, picked()), 0..2),
        prop::collection::vec((none, picked(), picked()), 0..2),
    );
    let place = place.prop_map(|(users, groups, accounts)| Place { users, groups, accounts });
    let (groups, users) = (prop::collection::vec(group, 0..4), prop::collection::vec(person, 0..5));
    (roles, groups, users, prop::collection::vec(place, 0..3), any::<bool>())
        .prop_map(|(roles, groups, users, projects, sources)| World { roles, groups, users, projects, sources })
}

pub fn holes() -> impl Strategy<Value = Holes> {
    let some = || prop::collection::btree_set(0usize..4, 0..3);
    let few = || prop::collection::btree_set(0usize..3, 0..2);
    let in_projects = (few(), few(), few(), few(), few(), few(), few(), any::<bool>());
    let all = (some(), some(), some(), some(), some(), any::<bool>(), any::<bool>(), in_projects);
    all.prop_map(|(user_roles, user_word, group_roles, group_members, permissions, last_user, last_group, rest)| {
        let (users, groups, accounts, roles, project_user_roles, project_group_roles, account_roles, last) = rest;
        Holes {
            user_roles,
            user_word,
            group_roles,
            group_members,
            permissions,
            last_user,
            last_group,
            in_projects: [users, groups, accounts, roles],
            project_user_roles,
            project_group_roles,
            account_roles,
            // So often that something remains to be seen.
            last_project: last,
        }
    })
}

/// The organization as it looks through the holes.
#[expect(clippy::too_many_lines, reason = "one thing after the other, as a collection goes")]
pub fn build(world: &World, holes: &Holes) -> Org {
    let failure = || Failure { denied: true, message: "denied".to_owned(), scope: None };
    let mut coverage = Coverage::default();
    for collection in Collection::ALL {
        coverage.of_mut(collection).asked = true;
        coverage.of_mut(collection).requests = 1;
    }
    let mut builder = Builder::new(Source::default());
    let organization = Known::Value(builder.words.intern("api.organization"));
    let mut role =
        |builder: &mut Builder, id: String, name: String, permissions: &[&str], predefined: bool, known: bool| {
            let words = permissions.iter().map(|permission| builder.words.intern(permission)).collect();
            if !known {
                coverage.of_mut(Collection::Roles).gaps.insert(id.clone(), failure());
            }
            let role = Role {
                id: Text::from(id),
                name: Known::Value(Text::from(name)),
                permissions: if known { Known::Value(words) } else { Known::Missing },
                predefined_role: Known::Value(predefined),
                resource_type: organization,
                listed: true,
                ..Role::default()
            };
            builder.role(role).expect("in order");
        };
    for (name, permissions) in [("owner", &PERMISSIONS[..]), ("reader", &["api.a.read"])] {
        role(&mut builder, format!("p-{name}"), name.to_owned(), permissions, true, true);
    }
    for (at, permissions) in world.roles.iter().enumerate() {
        role(&mut builder, format!("r{at}"), format!("R{at}"), permissions, false, !holes.permissions.contains(&at));
    }
    let role_ix =
        |builder: &Builder, at: usize| builder.role_ix(&format!("r{}", at % world.roles.len())).expect("built above");

    let groups = world.groups.len() - usize::from(holes.last_group && !world.groups.is_empty());
    if groups < world.groups.len() {
        coverage.of_mut(Collection::Groups).cut = Some(failure());
    }
    for (at, (roles, scim)) in world.groups[..groups].iter().enumerate() {
        let id = format!("g{at}");
        let known = !holes.group_roles.contains(&at);
        let held = if known { roles.iter().map(|&role| role_ix(&builder, role)).collect() } else { Vec::new() };
        for (hole, collection) in
            [(!known, Collection::GroupRoles), (holes.group_members.contains(&at), Collection::GroupMembers)]
        {
            if hole {
                coverage.of_mut(collection).gaps.insert(id.clone(), failure());
            }
        }
        let group = Group {
            id: Text::from(id),
            name: Known::Value(Text::from(format!("G{at}"))),
            is_scim_managed: Known::Value(*scim),
            listed: true,
            ..Group::default()
        };
        builder.group(group, held).expect("in order");
    }

    let users = world.users.len() - usize::from(holes.last_user && !world.users.is_empty());
    if users < world.users.len() {
        coverage.of_mut(Collection::Users).cut = Some(failure());
    }
    for (at, person) in world.users.iter().enumerate() {
        let id = format!("u{at}");
        let in_groups: BTreeSet<usize> =
            person.groups.iter().filter(|_| !world.groups.is_empty()).map(|group| group % world.groups.len()).collect();
        let listed = |group: &&usize| **group < groups && !holes.group_members.contains(group);
        let mut memberships: Vec<GroupIx> = in_groups
            .iter()
            .filter(listed)
            .map(|group| builder.group_ix(&format!("g{group}")).expect("built"))
            .collect();
        // Who is not in the list of users is known only as a member of a group or a project.
        let member_only = at >= users;
        let in_project = world.projects[..world.projects_read(holes)].iter().enumerate().any(|(project, place)| {
            !holes.in_projects[0].contains(&project) && place.users.iter().any(|(user, ..)| *user == at)
        });
        if member_only && memberships.is_empty() && !in_project {
            continue;
        }
        let mut assignments = Vec::new();
        if holes.user_roles.contains(&at) {
            coverage.of_mut(Collection::UserRoles).gaps.insert(id.clone(), failure());
        } else {
            let stated = |way: Way| if world.sources { way } else { Way::Unstated };
            for &role in &person.roles {
                assignments.push(Assignment { role: role_ix(&builder, role), way: stated(Way::Direct) });
            }
            for &group in &in_groups {
                let way = builder.group_ix(&format!("g{group}")).map_or(Way::Inherited, Way::Group);
                for &role in &world.groups[group].0 {
                    assignments.push(Assignment { role: role_ix(&builder, role), way: stated(way) });
                }
            }
        }
        let word = person.word.map_or(Known::Null, |word| Known::Value(builder.words.intern(word)));
        let last_used = person.last_used.map_or(Known::Null, Known::Value);
        let user = User {
            id: Text::from(id.as_str()),
            email: Known::Value(Text::from(format!("{id}@x"))),
            role: if member_only || holes.user_word.contains(&at) { Known::Missing } else { word },
            api_key_last_used_at: if member_only { Known::Missing } else { last_used },
            listed: !member_only,
            ..User::default()
        };
        builder.user(user, &mut assignments, &mut memberships).expect("in order");
    }
    projects(world, holes, groups, &mut builder, &mut coverage);
    builder.finish(coverage)
}

#[expect(clippy::too_many_lines, reason = "one thing after the other, as a collection goes")]
fn projects(world: &World, holes: &Holes, groups: usize, builder: &mut Builder, coverage: &mut Coverage) {
    let failure = || Failure { denied: true, message: "denied".to_owned(), scope: None };
    let count = world.projects_read(holes);
    if count < world.projects.len() {
        coverage.of_mut(Collection::Projects).cut = Some(failure());
    }
    let role =
        |builder: &Builder, at: usize| builder.role_ix(&format!("r{}", at % world.roles.len())).expect("built above");
    let id = |at: usize| format!("p{at}");
    let gap = |coverage: &mut Coverage, collection, id: String| {
        coverage.of_mut(collection).gaps.insert(id, failure());
    };
    let lists =
        [Collection::ProjectUsers, Collection::ProjectGroups, Collection::ServiceAccounts, Collection::ProjectRoles];
    let [no_users, no_groups, no_accounts, no_roles] = &holes.in_projects;
    for at in 0..count {
        for (unread, collection) in holes.in_projects.iter().zip(lists) {
            if unread.contains(&at) {
                gap(coverage, collection, id(at));
            }
        }
        let roles = (0..world.roles.len()).filter(|_| !no_roles.contains(&at)).map(|at| role(builder, at)).collect();
        let name = Known::Value(Text::from(format!("P{at}")));
        builder.project(Project { id: id(at).into(), name, ..Project::default() }, roles).expect("in order");
    }
    // Whatever word and roles somebody has twice, the first count.
    let held = |builder: &Builder, way: Way, roles: &[usize]| -> Vec<Assignment> {
        let way = if world.sources { way } else { Way::Unstated };
        roles.iter().map(|&at| Assignment { role: role(builder, at), way }).collect()
    };
    for (at, place) in world.projects.iter().enumerate().take(count) {
        let project = builder.project_ix(&id(at)).expect("built");
        let mut users: Vec<_> = place.users.iter().filter(|(user, ..)| *user < world.users.len()).collect();
        users.sort_by_key(|(user, ..)| *user);
        users.dedup_by_key(|(user, ..)| *user);
        for (user, word, roles) in users {
            // Somebody of whom nobody told is not there to be told of.
            let Some(ix) = builder.user_ix(&format!("u{user}")).filter(|_| !no_users.contains(&at)) else { continue };
            let mut assignments = if holes.project_user_roles.contains(user) {
                gap(coverage, Collection::ProjectUserRoles, format!("{}/u{user}", id(at)));
                Vec::new()
            } else {
                let through = place.groups.iter().filter(|(group, _)| {
                    !world.groups.is_empty()
                        && world.users[*user]
                            .groups
                            .iter()
                            .any(|g| g % world.groups.len() == group % world.groups.len())
                });
                let through = through.flat_map(|(group, roles)| {
                    let group = builder.group_ix(&format!("g{}", group % world.groups.len()));
                    held(builder, group.map_or(Way::Inherited, Way::Group), roles)
                });
                held(builder, Way::Direct, roles).into_iter().chain(through).collect()
            };
            let role = word.map_or(Known::Null, |word| Known::Value(builder.words.intern(word)));
            let user = ProjectUser { project, user: ix, role, added_at: Known::Missing };
            builder.project_user(user, &mut assignments).expect("in order");
        }
    }
    let mut number = 0;
    for (at, place) in world.projects.iter().enumerate().take(count) {
        let project = builder.project_ix(&id(at)).expect("built");
        let mut links: std::collections::BTreeMap<usize, Vec<usize>> = std::collections::BTreeMap::new();
        for (group, roles) in place.groups.iter().filter(|_| !world.groups.is_empty()) {
            links.entry(group % world.groups.len()).or_default().extend(roles);
        }
        for (group, roles) in links {
            let unread = no_groups.contains(&at) || group >= groups;
            let Some(ix) = builder.group_ix(&format!("g{group}")).filter(|_| !unread) else { continue };
            number += 1;
            let roles = if holes.project_group_roles.contains(&number) {
                gap(coverage, Collection::ProjectGroupRoles, format!("{}/g{group}", id(at)));
                Vec::new()
            } else {
                roles.iter().map(|&at| role(builder, at)).collect()
            };
            builder
                .project_group(ProjectGroup { project, group: ix, created_at: Known::Missing }, roles)
                .expect("in order");
        }
    }
    number = 0;
    for (at, place) in world.projects.iter().enumerate().take(count).filter(|(at, _)| !no_accounts.contains(at)) {
        let project = builder.project_ix(&id(at)).expect("built");
        for (which, (word, roles, member_of)) in place.accounts.iter().enumerate() {
            number += 1;
            let account = format!("s{at}-{which}");
            let mut assignments = if holes.account_roles.contains(&number) {
                gap(coverage, Collection::ServiceAccountRoles, format!("{}/{account}", id(at)));
                Vec::new()
            } else {
                held(builder, Way::Direct, roles)
            };
            let listed = |group: &usize| *group < groups && !holes.group_members.contains(group);
            let mut member_of: Vec<GroupIx> = member_of
                .iter()
                .filter(|_| !world.groups.is_empty())
                .map(|group| group % world.groups.len())
                .filter(listed)
                .map(|group| builder.group_ix(&format!("g{group}")).expect("built"))
                .collect();
            let role = word.map_or(Known::Null, |word| Known::Value(builder.words.intern(word)));
            let account = ServiceAccount {
                id: account.into(),
                project,
                name: Known::Value(format!("S{which} of P{at}").into()),
                role,
                created_at: Known::Missing,
            };
            builder.service_account(account, &mut assignments, &mut member_of).expect("in order");
        }
    }
}
