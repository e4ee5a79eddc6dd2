//! The vocabulary of the policy language, as one table. Loading, type checks, "did you mean", and what a rule reads
//! all follow from a row; to add an attribute is to add one.

use crate::org::{Collection, Known, Org, Time, Word};

use Collection::{GroupMembers, GroupRoles, Groups, Roles, UserRoles, Users};

/// The kind of thing that a rule selects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A role.
    Role,
    /// A user.
    User,
    /// A group.
    Group,
    /// One principal holding one role, however many ways lead to it.
    Grant,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Role, Self::User, Self::Group, Self::Grant];

    /// The word after `select`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Role => "role",
            Self::User => "user",
            Self::Group => "group",
            Self::Grant => "grant",
        }
    }

    /// The collections that list all things of this kind.
    pub fn reads(self) -> &'static [Collection] {
        match self {
            Self::Role => &[Roles],
            Self::User => &[Users],
            Self::Group => &[Groups],
            Self::Grant => &[Roles, Users, UserRoles, Groups, GroupRoles, GroupMembers],
        }
    }
}

/// An attribute of a kind of thing: a row of the table.
#[derive(Debug)]
pub struct Attribute {
    /// What it is an attribute of.
    pub of: Kind,
    /// The word in policies: the API's own, or one of the few that rolelint derives.
    pub name: &'static str,
    /// What may be written after it, and how to read it.
    pub type_: Type,
    /// What a literal value of it names, if it names something the organization has or has not.
    pub names: Option<Naming>,
    /// The collections it needs beyond those that list the thing.
    pub reads: &'static [Collection],
    /// What it says, in one line.
    pub meaning: &'static str,
}

/// What a literal names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// A thing of its kind, or a word that such things have.
    Itself,
    /// A permission.
    Permission,
}

/// Whether letters compare with or without case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// With: ids, names, permissions.
    Exact,
    /// Without: e-mail addresses and the API's own words.
    Fold,
}

/// How to read a text off the thing at a place in its list.
#[derive(Clone, Copy, Debug)]
pub enum TextColumn {
    /// Each thing has its own.
    Each(for<'a> fn(&'a Org, usize) -> Known<&'a str>),
    /// Few distinct ones, kept as words.
    Word(fn(&Org, usize) -> Known<Word>),
    /// Of a grant: the kind of its principal.
    Principal,
}

/// How to read a list of words.
pub type ListColumn = for<'a> fn(&'a Org, usize) -> Known<&'a [Word]>;
/// How to read true or false.
pub type FlagColumn = fn(&Org, usize) -> Known<bool>;
/// How to read a time.
pub type TimeColumn = fn(&Org, usize) -> Known<Time>;

/// The type of an attribute. For a grant, `Text` and `List` are read off its role.
#[derive(Clone, Copy, Debug)]
pub enum Type {
    /// A text.
    Text(Case, TextColumn),
    /// A list of words.
    List(ListColumn),
    /// True or false.
    Flag(FlagColumn),
    /// A point in time.
    Time(TimeColumn),
    /// A way to other things.
    Relation(Relation),
    /// The ways that lead to a grant.
    Via,
}

/// A way from a thing to others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// From a role to the grants of it.
    Holders,
    /// From a user or a group to its effective grants.
    Holds,
    /// From a user to the groups that list it.
    Groups,
    /// From a group to its members.
    Members,
    /// From a grant to its role.
    GrantRole,
    /// From a grant to the user that holds it, if one does.
    GrantUser,
    /// From a grant to the group that holds it, if one does.
    GrantGroup,
}

impl Relation {
    /// What it leads to.
    pub fn target(self) -> Kind {
        match self {
            Self::Holders | Self::Holds => Kind::Grant,
            Self::Groups | Self::GrantGroup => Kind::Group,
            Self::Members | Self::GrantUser => Kind::User,
            Self::GrantRole => Kind::Role,
        }
    }

    /// Whether it leads to one thing at most.
    pub fn to_one(self) -> bool {
        match self {
            Self::GrantRole | Self::GrantUser | Self::GrantGroup => true,
            Self::Holders | Self::Holds | Self::Groups | Self::Members => false,
        }
    }
}

/// The attribute of that kind and name.
pub fn find(of: Kind, name: &str) -> Option<&'static Attribute> {
    TABLE.iter().find(|row| row.of == of && row.name == name)
}

/// The attributes of a kind, in the order of the table.
pub fn of(kind: Kind) -> impl Iterator<Item = &'static Attribute> {
    TABLE.iter().filter(move |row| row.of == kind)
}

macro_rules! each {
    ($list:ident . $field:ident) => {
        TextColumn::Each(|org, at| org.$list[at].$field.as_ref().map(crate::org::Text::as_str))
    };
}

macro_rules! copied {
    ($list:ident . $field:ident) => {
        |org, at| org.$list[at].$field
    };
}

macro_rules! id {
    ($list:ident) => {
        TextColumn::Each(|org, at| Known::Value(org.$list[at].id.as_str()))
    };
}

/// Collections that together tell every effective grant.
const GRANTS: &[Collection] = &[Roles, Users, UserRoles, Groups, GroupRoles, GroupMembers];
/// Only an answer about an assignment carries these fields of a role.
const ASSIGNED: &[Collection] = &[UserRoles, GroupRoles];

const fn row(of: Kind, name: &'static str, type_: Type, meaning: &'static str) -> Attribute {
    Attribute { of, name, type_, names: None, reads: &[], meaning }
}

impl Attribute {
    const fn names(mut self, naming: Naming) -> Self {
        self.names = Some(naming);
        self
    }

    const fn reads(mut self, reads: &'static [Collection]) -> Self {
        self.reads = reads;
        self
    }
}

static TABLE: &[Attribute] = &{
    use Case::{Exact, Fold};
    use Kind::{Grant, Group, Role, User};
    use Naming::{Itself, Permission};
    use Relation::{GrantGroup, GrantRole, GrantUser, Holders, Holds, Members};
    use Type::{Flag, List, Text, Time, Via};
    [
        row(Role, "id", Text(Exact, id!(roles)), "the role's id; of a predefined role, the short spelling")
            .names(Itself),
        row(Role, "name", Text(Exact, each!(roles.name)), "the role's name").names(Itself),
        row(Role, "description", Text(Exact, each!(roles.description)), "free text"),
        row(Role, "permissions", List(role_permissions), "what the role permits").names(Permission),
        row(Role, "predefined_role", Flag(copied!(roles.predefined_role)), "whether OpenAI made and keeps the role"),
        row(
            Role,
            "resource_type",
            Text(Fold, TextColumn::Word(copied!(roles.resource_type))),
            "`api.organization` or `api.project`",
        )
        .names(Itself),
        row(Role, "scope", Text(Fold, TextColumn::Each(role_scope)), "`organization` or `project`").names(Itself),
        row(Role, "created_at", Time(copied!(roles.created_at)), "when the role was made").reads(ASSIGNED),
        row(Role, "updated_at", Time(copied!(roles.updated_at)), "when the role last changed").reads(ASSIGNED),
        row(Role, "created_by", Text(Exact, each!(roles.created_by)), "id of whoever made the role").reads(ASSIGNED),
        row(Role, "holders", Type::Relation(Holders), "the grants of the role").reads(GRANTS),
        row(User, "id", Text(Exact, id!(users)), "the user's id").names(Itself),
        row(User, "name", Text(Exact, each!(users.name)), "display name").names(Itself),
        row(User, "email", Text(Fold, each!(users.email)), "e-mail address").names(Itself),
        row(
            User,
            "role",
            Text(Fold, TextColumn::Word(copied!(users.role))),
            "the legacy word: `owner` or `reader`. Says nothing of custom roles and groups; see `holds`",
        )
        .names(Itself),
        row(User, "is_service_account", Flag(copied!(users.is_service_account)), "whether it is a service account"),
        row(User, "is_scim_managed", Flag(copied!(users.is_scim_managed)), "whether an identity provider manages it"),
        row(User, "added_at", Time(copied!(users.added_at)), "when the user joined the organization"),
        row(User, "created", Time(copied!(users.created)), "when the account was made"),
        row(
            User,
            "api_key_last_used_at",
            Time(copied!(users.api_key_last_used_at)),
            "when one of the user's keys was last used; `null` if never",
        ),
        row(User, "enabled", Flag(copied!(users.enabled)), "whether the account is enabled"),
        row(User, "banned", Flag(copied!(users.banned)), "whether the account is banned"),
        row(
            User,
            "holds",
            Type::Relation(Holds),
            "the user's effective grants: direct, through groups, and implied by membership",
        )
        .reads(GRANTS),
        row(User, "groups", Type::Relation(Relation::Groups), "the groups that list the user")
            .reads(&[Groups, GroupMembers]),
        row(Group, "id", Text(Exact, id!(groups)), "the group's id").names(Itself),
        row(Group, "name", Text(Exact, each!(groups.name)), "display name").names(Itself),
        row(Group, "is_scim_managed", Flag(copied!(groups.is_scim_managed)), "whether an identity provider manages it"),
        row(Group, "group_type", Text(Fold, TextColumn::Word(copied!(groups.group_type))), "`group` or `tenant_group`")
            .names(Itself),
        row(Group, "created_at", Time(copied!(groups.created_at)), "when the group was made"),
        row(Group, "members", Type::Relation(Members), "the members of the group").reads(&[Users, GroupMembers]),
        row(Group, "holds", Type::Relation(Holds), "the grants of the group").reads(&[Roles, GroupRoles]),
        row(Grant, "principal", Text(Fold, TextColumn::Principal), "who holds the role: `user` or `group`")
            .names(Itself),
        row(Grant, "permission", List(role_permissions), "what the granted role permits").names(Permission),
        row(Grant, "scope", Text(Fold, TextColumn::Each(grant_scope)), "where the grant holds: `organization`")
            .names(Itself),
        row(Grant, "role", Type::Relation(GrantRole), "the granted role"),
        row(Grant, "user", Type::Relation(GrantUser), "the user that holds the role, if one does"),
        row(Grant, "group", Type::Relation(GrantGroup), "the group that holds the role, if one does"),
        row(Grant, "via", Via, "the ways that lead to it: `direct`, `group`, `membership`, or `{group: CONDITION}`"),
    ]
};

fn role_permissions(org: &Org, at: usize) -> Known<&[Word]> {
    org.roles[at].permissions.as_ref().map(Vec::as_slice)
}

fn role_scope(org: &Org, at: usize) -> Known<&str> {
    org.roles[at].resource_type.map(|word| {
        let resource_type = org.words.text(word);
        resource_type.strip_prefix("api.").unwrap_or(resource_type)
    })
}

fn grant_scope(_: &Org, _: usize) -> Known<&'static str> {
    Known::Value("organization")
}
