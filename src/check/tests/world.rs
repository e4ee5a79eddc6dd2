//! Small organizations of every kind, and what of them could not be read.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::subsequence;

use super::NOW;
use crate::org::{
    Assignment, Builder, Collection, Coverage, Failure, Group, GroupIx, Known, Org, Role, Source, Text, User, Way,
};

const PERMISSIONS: [&str; 4] = ["api.a.read", "api.a.write", "api.b.read", "api.b.write"];

/// An organization as it is.
#[derive(Clone, Debug)]
pub struct World {
    roles: Vec<Vec<&'static str>>,
    groups: Vec<(Vec<usize>, bool)>,
    pub users: Vec<Person>,
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
    (roles, prop::collection::vec(group, 0..4), prop::collection::vec(person, 0..5), any::<bool>())
        .prop_map(|(roles, groups, users, sources)| World { roles, groups, users, sources })
}

pub fn holes() -> impl Strategy<Value = Holes> {
    let some = || prop::collection::btree_set(0usize..4, 0..3);
    (some(), some(), some(), some(), some(), any::<bool>(), any::<bool>()).prop_map(
        |(user_roles, user_word, group_roles, group_members, permissions, last_user, last_group)| Holes {
            user_roles,
            user_word,
            group_roles,
            group_members,
            permissions,
            last_user,
            last_group,
        },
    )
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
        // Who is not in the list of users is known only as a member of a group.
        let member_only = at >= users;
        if member_only && memberships.is_empty() {
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
    builder.finish(coverage)
}
