//! Small organizations of every kind, and what of them is not known.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::sample::subsequence;

use super::NOW;
use crate::org::Collection;

pub const PERMISSIONS: [&str; 4] = ["api.a.read", "api.a.write", "api.b.read", "api.b.write"];

/// An organization as it is.
#[derive(Clone, Debug)]
pub struct World {
    /// The custom roles of the organization.
    pub roles: Vec<Vec<&'static str>>,
    /// The custom roles of every project.
    pub project_roles: Vec<Vec<&'static str>>,
    /// Whether the lists of projects describe the predefined roles that legacy words stand for.
    pub described: bool,
    pub groups: Vec<Team>,
    pub users: Vec<Person>,
    pub projects: Vec<Place>,
    /// Whose an admin key is, and whether it ends.
    pub admin_keys: Vec<(Owner, bool)>,
    /// Whether an invitation makes an owner, and the projects that come with it.
    pub invites: Vec<(bool, Vec<usize>)>,
    /// Whether answers carry `assignment_sources`.
    pub sources: bool,
}

#[derive(Clone, Debug)]
pub struct Team {
    pub roles: Vec<usize>,
    pub scim: bool,
    /// Whether the list of groups has it; else only projects tell of it, and nobody can be asked who is in it.
    pub listed: bool,
}

#[derive(Clone, Debug)]
pub struct Person {
    pub word: Option<&'static str>,
    pub roles: Vec<usize>,
    pub groups: Vec<usize>,
    pub last_used: Option<i64>,
    /// Whether the list of users has the person; else only groups and projects tell.
    pub listed: bool,
}

/// A project as it is: who is in it, with the legacy word and roles there.
#[derive(Clone, Debug)]
pub struct Place {
    pub archived: bool,
    pub users: Vec<(usize, Option<&'static str>, Vec<usize>)>,
    pub groups: Vec<(usize, Vec<usize>)>,
    /// With the groups that they are members of.
    pub accounts: Vec<(Option<&'static str>, Vec<usize>, Vec<usize>)>,
    /// Whose a key is, and whether it was ever used.
    pub keys: Vec<(Owner, bool)>,
}

/// The owner of a key.
#[derive(Clone, Copy, Debug)]
pub enum Owner {
    /// Somebody; there may be no such user.
    User(usize),
    /// A service account of the project; there may be no such one.
    Account(usize),
    /// Nobody is left.
    Nobody,
    /// The API does not say who.
    Unsaid,
}

/// What of it could not be read.
#[derive(Clone, Debug, Default)]
pub struct Holes {
    pub user_roles: BTreeSet<usize>,
    pub user_word: BTreeSet<usize>,
    pub group_roles: BTreeSet<usize>,
    pub group_members: BTreeSet<usize>,
    pub permissions: BTreeSet<usize>,
    /// By project: its users, its groups, its service accounts, its roles, its keys.
    pub in_projects: [BTreeSet<usize>; 5],
    /// The roles of users in projects, by user.
    pub project_user_roles: BTreeSet<usize>,
    /// The roles of groups and service accounts in projects, by number.
    pub project_group_roles: BTreeSet<usize>,
    pub account_roles: BTreeSet<usize>,
    /// The lists that broke off before the last thing.
    pub truncated: BTreeSet<Collection>,
    /// The collections that nobody asked for.
    pub not_asked: BTreeSet<Collection>,
    /// The parts of collections that nobody asked for, by what a coverage calls them.
    pub parts_not_asked: BTreeMap<Collection, BTreeSet<String>>,
}

impl Holes {
    /// Nothing but that some collections were not asked for; and so none that is read for their things.
    pub fn not_asked(not_asked: impl IntoIterator<Item = Collection>) -> Self {
        let not_asked: BTreeSet<Collection> = not_asked.into_iter().collect();
        let unreachable = |of: &Collection| of.ancestors().any(|ancestor| not_asked.contains(&ancestor));
        let below: Vec<Collection> = Collection::ALL.into_iter().filter(unreachable).collect();
        Self { not_asked: not_asked.into_iter().chain(below).collect(), ..Self::default() }
    }

    pub fn asked_of(&self, collection: Collection, id: &str) -> bool {
        self.parts_not_asked.get(&collection).is_none_or(|parts| !parts.contains(id))
    }

    pub fn asked(&self, collection: Collection) -> bool {
        !self.not_asked.contains(&collection)
    }
}

pub fn worlds() -> impl Strategy<Value = World> {
    let permissions = || subsequence(PERMISSIONS.to_vec(), 0..=4);
    let roles = (prop::collection::vec(permissions(), 1..4), prop::collection::vec(permissions(), 0..3), any::<bool>());
    let picked = || prop::collection::vec(0usize..3, 0..3);
    // Most things are where they belong.
    let mostly = || prop::bool::weighted(0.85);
    let group = (picked(), any::<bool>(), mostly()).prop_map(|(roles, scim, listed)| Team { roles, scim, listed });
    let word = prop_oneof![Just(None), Just(Some("owner")), Just(Some("reader"))];
    let last_used = prop_oneof![Just(None), Just(Some(NOW)), Just(Some(NOW - 200 * 86_400))];
    let person = (word, picked(), picked(), last_used, mostly())
        .prop_map(|(word, roles, groups, last_used, listed)| Person { word, roles, groups, last_used, listed });
    let word = || prop_oneof![Just(None), Just(Some("owner")), Just(Some("member"))];
    let none = prop_oneof![Just(None), Just(Some("none")), Just(Some("owner"))];
    let owner = || {
        prop_oneof![
            3 => (0usize..6).prop_map(Owner::User),
            2 => (0usize..3).prop_map(Owner::Account),
            1 => Just(Owner::Nobody),
            1 => Just(Owner::Unsaid),
        ]
    };
    let keys = || prop::collection::vec((owner(), any::<bool>()), 0..2);
    let place = (
        prop::bool::weighted(0.2),
        prop::collection::vec((0usize..5, word(), picked()), 0..3),
        prop::collection::vec((0usize..4, picked()), 0..2),
        prop::collection::vec((none, picked(), picked()), 0..2),
        keys(),
    );
    let place = place.prop_map(|(archived, users, groups, accounts, keys)| {
        let (users, accounts) = if archived { (Vec::new(), Vec::new()) } else { (users, accounts) };
        Place { archived, users, groups, accounts, keys }
    });
    let people = (prop::collection::vec(group, 0..4), prop::collection::vec(person, 0..5));
    let invites = prop::collection::vec((any::<bool>(), picked()), 0..3);
    (roles, people, prop::collection::vec(place, 0..3), keys(), invites, any::<bool>()).prop_map(
        |((roles, project_roles, described), (groups, users), projects, admin_keys, invites, sources)| World {
            roles,
            project_roles,
            described,
            groups,
            users,
            projects,
            admin_keys,
            invites,
            sources,
        },
    )
}

pub fn holes() -> impl Strategy<Value = Holes> {
    let some = || prop::collection::btree_set(0usize..4, 0..3);
    let few = || prop::collection::btree_set(0usize..3, 0..2);
    // Of half of the organizations, everything was asked for.
    let not_asked = prop_oneof![Just(Vec::new()), subsequence(Collection::ALL.to_vec(), 0..4)];
    let in_projects = (few(), few(), few(), few(), few(), few(), few(), few());
    let lists =
        [Collection::Users, Collection::Groups, Collection::Projects, Collection::AdminApiKeys, Collection::Invites];
    let truncated = subsequence(lists.to_vec(), 0..=5);
    let all = (some(), some(), some(), some(), some(), truncated, in_projects, not_asked);
    all.prop_map(|(user_roles, user_word, group_roles, group_members, permissions, truncated, rest, not_asked)| {
        let (users, groups, accounts, roles, keys, project_user_roles, project_group_roles, account_roles) = rest;
        Holes {
            user_roles,
            user_word,
            group_roles,
            group_members,
            permissions,
            in_projects: [users, groups, accounts, roles, keys],
            project_user_roles,
            project_group_roles,
            account_roles,
            truncated: truncated.into_iter().collect(),
            ..Holes::not_asked(not_asked)
        }
    })
}
