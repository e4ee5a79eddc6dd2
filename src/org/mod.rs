//! The access model: principals, roles, and how each grant is held.
//!
//! Only nouns: nothing here reads bytes or evaluates rules. What could not be read is [`Known::Missing`] or a gap in
//! the [`Coverage`], never an empty list.

mod agree;
mod among;
mod assignment;
mod builder;
mod collection;
mod column;
mod coverage;
mod fields;
mod identity;
mod kind;
mod known;
mod look;
mod order;
mod people;
mod plain;
mod project;
mod rows;
mod summary;
mod symbol;
mod users;

pub use among::{Among, Parts};
pub use assignment::{Assignment, Extent, Principal, Scope, Via};
pub use builder::{Builder, Places, part_id};
pub use collection::Collection;
pub(crate) use column::KnownTexts;
pub use compact_str::CompactString as Text;
pub use coverage::{
    CollectionCoverage, Coverage, Failure, NARROWED, Shortfall, State, by_reason, only_reason, without_request,
};
pub(crate) use fields::{Plain, each, field, fields, names, noun};
pub use identity::Identity;
pub use kind::Kind;
pub(crate) use known::settle_fields;
pub use known::{Known, Truth};
pub use order::OutOfOrder;
pub use people::People;
pub use plain::{mailbox, plain_name};
pub use project::{AdminApiKey, ApiKey, Invite, Owner, Project, ProjectGroup, ProjectUser, ServiceAccount};
pub use rows::Rows;
pub use summary::CollectionSummary;
pub use symbol::{Symbol, Symbols};
pub use users::{User, UserRow, Users};

use std::sync::OnceLock;

use fixedbitset::FixedBitSet;

use crate::time::Time;

macro_rules! index {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u32);

        impl $name {
            pub(crate) fn new(at: usize) -> Self {
                Self(u32::try_from(at).expect("an organization has fewer than four thousand million things"))
            }

            /// The place in the list of the [`Org`].
            pub fn at(self) -> usize {
                self.0 as usize
            }
        }
    };
}

index!(
    /// A role's place in [`Org::roles`].
    RoleIx
);
index!(
    /// A group's place in [`Org::groups`].
    GroupIx
);
index!(
    /// A user's place in [`Org::users`].
    UserIx
);

index!(
    /// A project's place in [`Org::projects`].
    ProjectIx
);
index!(
    /// A service account's place in [`Org::service_accounts`].
    ServiceAccountIx
);

macro_rules! settle {
    ({ $own:expr, $others:expr; $($more:ident),* } $($(#[$meaning:meta])* $field:ident: $kind:ident $default:tt,)*) => {
        settle_fields!($own, $others; $($field,)* $($more),*)
    };
}

macro_rules! or {
    ({ $own:expr, $other:expr; $($more:ident),* } $($(#[$meaning:meta])* $field:ident: $kind:ident $default:tt,)*) => {
        Self { id: $own.id, listed: $own.listed || $other.listed, $($field: $own.$field.or($other.$field),)* $($more: $own.$more.or($other.$more)),* }
    };
}

fields!(Role => noun! {
    /// A set of permissions under a name. Fields are the API's.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    Role {
        /// The canonical id (see [`canonical_role_id`]).
        pub id: Text,
        /// What the role permits, without repetition, sorted.
        pub permissions: Known<Vec<Symbol>>,
        /// `api.organization`, `api.project`, or a word yet to come.
        pub resource_type: Known<Symbol>,
        /// Whether the organization's list has it; otherwise it is in lists of projects or only in assignments.
        pub listed: bool,
    }
});

impl Role {
    /// Fills in what other responses say about the same role. Fields on which two of them differ become unknown, and
    /// their names are returned.
    pub fn settle(&mut self, others: &[Self]) -> Vec<&'static str> {
        self.listed |= others.iter().any(|other| other.listed);
        fields!(Role => settle! { self, others; permissions, resource_type })
    }

    /// Fills in missing fields from another response about the same role.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        fields!(Role => or! { self, other; permissions, resource_type })
    }
}

fields!(Group => noun! {
    /// A named set of principals that can hold roles. Groups do not nest. Fields are the API's.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    Group {
        /// The id.
        pub id: Text,
        /// Whether the list of groups has it; otherwise it appears only as the source of an assignment.
        pub listed: bool,
    }
});

/// Where the data comes from, and when it was collected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// The base URL of the API.
    pub api: String,
    /// Which organization it is.
    pub organization: Identity,
    /// When collecting began.
    pub collected_at: Time,
}

/// An organization: who is in it, which roles there are, and every grant. Made by a [`Builder`].
#[derive(Clone, Debug)]
pub struct Org {
    /// Where the facts come from.
    pub source: Source,
    /// What was read and what was not.
    pub coverage: Coverage,
    /// The API's recurring words: permissions, legacy roles, types.
    pub symbols: Symbols,
    /// The roles, sorted by id; after them those that only a legacy role implies.
    pub roles: Vec<Role>,
    /// The groups, sorted by id.
    pub groups: Vec<Group>,
    /// The users, sorted by id.
    pub users: Users,
    /// The projects, sorted by id.
    pub projects: Vec<Project>,
    /// The users of the projects, sorted by project and user.
    pub project_users: Vec<ProjectUser>,
    /// The groups of the projects, sorted by project and group.
    pub project_groups: Vec<ProjectGroup>,
    /// The service accounts, sorted by project and id.
    pub service_accounts: Vec<ServiceAccount>,
    /// The keys of the projects, sorted by project and id.
    pub api_keys: Vec<ApiKey>,
    /// The admin keys, sorted by id.
    pub admin_api_keys: Vec<AdminApiKey>,
    /// The invitations, sorted by id.
    pub invites: Vec<Invite>,
    assignments: Rows<Assignment>,
    group_roles: Rows<RoleIx>,
    memberships: Rows<GroupIx>,
    members: OnceLock<Rows<UserIx>>,
    disputed: OnceLock<agree::Disputed>,
    project_roles: Rows<RoleIx>,
    project_assignments: Rows<Assignment>,
    project_group_roles: Rows<RoleIx>,
    account_assignments: Rows<Assignment>,
    account_memberships: Rows<GroupIx>,
    /// For each service account, the user with its id, if there is one.
    accounts_as_users: Vec<Option<UserIx>>,
    /// For each user, its places among the users of projects.
    projects_of_user: OnceLock<Rows<u32>>,
    /// For each group, its places among the groups of projects.
    projects_of_group: Rows<u32>,
    /// The predefined role for each legacy role, in the organization and in projects.
    legacy: [Vec<(Symbol, RoleIx)>; 2],
    gaps: Gaps,
    collected_roles: usize,
}

/// The gaps of the coverage, by thing, for fast lookups.
#[derive(Clone, Debug, Default)]
struct Gaps {
    user_roles: FixedBitSet,
    group_roles: FixedBitSet,
    group_members: FixedBitSet,
    /// By project.
    project_users: FixedBitSet,
    /// By project.
    project_groups: FixedBitSet,
    /// By place among the users of projects.
    project_user_roles: FixedBitSet,
    /// By place among the groups of projects.
    project_group_roles: FixedBitSet,
    service_account_roles: FixedBitSet,
    /// Whether there are groups that the list does not have.
    unlisted_groups: bool,
    all: AllKnown,
}

/// What is known of all things of a kind. It is needed for every user, so it is computed once.
#[derive(Clone, Copy, Debug, Default)]
struct AllKnown {
    memberships: bool,
    project_users: bool,
    project_groups: bool,
}

/// The one id of a role that the API spells in two ways.
///
/// A predefined role is `role-api-organization-owner` in requests and
/// `role-api-organization-owner__api-organization__org-123` in answers; custom ids stay as they are.
///
/// Source: issues 12, 19 and 20 of `openai/terraform-provider-openai`.
pub fn canonical_role_id(id: &str) -> &str {
    match id.split_once("__") {
        Some((canonical, _)) if id.starts_with("role-api-") => canonical,
        _ => id,
    }
}
