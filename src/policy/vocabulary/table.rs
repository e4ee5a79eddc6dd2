//! The table of attributes: a row for each.

use std::borrow::Cow;

use super::{Attribute, Case, Naming, Part, Relation, SCOPES, TextColumn, TimeColumn, Type};
use crate::org::{Collection, Kind, Known, Org, Symbol, Text, mailbox, plain_name};

use Collection::{
    ApiKeys, GroupMembers, GroupRoles, Groups, ProjectGroupRoles, ProjectGroups, ProjectRoles, ProjectUserRoles,
    ProjectUsers, Projects, ServiceAccountRoles, ServiceAccounts, UserRoles, Users,
};

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

/// Users are kept in columns.
macro_rules! of_user {
    ($field:ident) => {
        |org, at| org.users.at(at).$field()
    };
}

macro_rules! time {
    ($list:ident . $field:ident) => {
        TimeColumn::Past(copied!($list.$field))
    };
}

macro_rules! id {
    ($list:ident) => {
        TextColumn::Each(|org, at| Known::Value(org.$list[at].id.as_str()))
    };
}

/// Only responses about assignments contain these fields of a role. Whose assignments are read depends on group
/// members.
const ASSIGNED: &[Collection] =
    &[UserRoles, GroupRoles, GroupMembers, ProjectUserRoles, ProjectGroupRoles, ServiceAccountRoles];

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

pub static TABLE: &[Attribute] = &{
    use Case::{Exact, Fold};
    use Kind::{AdminApiKey, ApiKey, Grant, Group, Invite, Project, Role, ServiceAccount, User};
    use Naming::{Itself, OneOf, Permission};
    use Relation::{Holders, Holds, Members};
    use Type::{Flag, List, Text, Time, Via};
    [
        row(Role, "id", Text(Exact, id!(roles)), "the role's id; of a predefined role, the short spelling (`role-api-organization-owner`)")
            .names(Itself),
        row(Role, "name", Text(Exact, each!(roles.name)), "the role's name").names(Itself),
        row(
            Role,
            "plain_name",
            Text(Exact, TextColumn::Derived(role_plain_name)),
            "the name as it looks: lower-case Latin letters instead of lookalikes, no hidden characters, no punctuation",
        )
        .names(Itself),
        row(Role, "description", Text(Exact, each!(roles.description)), "free text"),
        row(Role, "permissions", List(Exact, role_permissions), "what the role permits").names(Permission),
        row(Role, "escalation", Type::Escalation, "what its permissions let its holders do: `takeover`, `self-grant`, `credentials`, `guard-removal`"),
        row(Role, "predefined_role", Flag(copied!(roles.predefined_role)), "whether OpenAI defines the role"),
        row(
            Role,
            "resource_type",
            Text(Fold, TextColumn::Symbol(copied!(roles.resource_type))),
            "`api.organization` or `api.project`",
        )
        .names(OneOf(&["api.organization", "api.project"])),
        row(Role, "scope", Text(Fold, TextColumn::Each(role_scope)), "`organization` or `project`").names(OneOf(&SCOPES)),
        row(Role, "created_at", Time(time!(roles.created_at)), "when the role was created").reads(ASSIGNED),
        row(Role, "updated_at", Time(time!(roles.updated_at)), "when the role last changed").reads(ASSIGNED),
        row(Role, "created_by", Text(Exact, each!(roles.created_by)), "the id of the account that created the role").reads(ASSIGNED),
        row(Role, "holders", Type::Relation(Holders), "the grants of the role").reads(Collection::GRANTS),
        row(Role, "projects", Type::Relation(Relation::Projects), "the projects that list the role")
            .reads(&[Projects, ProjectRoles]),
        row(User, "id", Text(Exact, TextColumn::Each(|org, at| Known::Value(org.users.at(at).id()))), "the user's id").names(Itself),
        row(User, "name", Text(Exact, TextColumn::Each(|org, at| org.users.at(at).name())), "display name").names(Itself),
        row(User, "email", Text(Fold, TextColumn::Each(|org, at| org.users.at(at).email())), "e-mail address").names(Itself),
        row(
            User,
            "mailbox",
            Text(Fold, TextColumn::Derived(user_mailbox)),
            "the e-mail address without what stands between a `+` and the `@`",
        ),
        row(
            User,
            "role",
            Text(Fold, TextColumn::Symbol(of_user!(role))),
            "the legacy role: `owner` or `reader`. Says nothing about custom roles and groups; see `holds`",
        )
        .names(OneOf(&["owner", "reader"])),
        row(User, "is_service_account", Flag(of_user!(is_service_account)), "whether it is a service account"),
        row(User, "is_scim_managed", Flag(of_user!(is_scim_managed)), "whether an identity provider manages it"),
        row(User, "added_at", Time(TimeColumn::Past(of_user!(added_at))), "when the user joined the organization"),
        row(User, "created", Time(TimeColumn::Past(of_user!(created))), "when the account was created"),
        row(
            User,
            "api_key_last_used_at",
            Time(TimeColumn::Past(of_user!(api_key_last_used_at))),
            "when one of the user's keys was last used; `null` if never",
        ),
        row(User, "enabled", Flag(of_user!(enabled)), "whether the account is enabled"),
        row(User, "banned", Flag(of_user!(banned)), "whether the account is banned"),
        row(User, "listed", Flag(user_listed), "whether the list of users has it, not just a group or a project")
            .reads(&[Users, Groups, GroupMembers, Projects, ProjectUsers]),
        row(
            User,
            "holds",
            Type::Relation(Holds),
            "the user's effective grants: direct, through groups, and implied by membership",
        )
        .reads(Collection::GRANTS_OF_USERS),
        row(User, "groups", Type::Relation(Relation::Groups), "the groups that list the user")
            .reads(&[Groups, GroupMembers]),
        row(User, "projects", Type::Relation(Relation::Projects), "the projects that list the user")
            .reads(&[Projects, ProjectUsers]),
        row(Group, "id", Text(Exact, id!(groups)), "the group's id").names(Itself),
        row(Group, "name", Text(Exact, each!(groups.name)), "display name").names(Itself),
        row(Group, "is_scim_managed", Flag(copied!(groups.is_scim_managed)), "whether an identity provider manages it"),
        row(
            Group,
            "group_type",
            Text(Fold, TextColumn::Symbol(copied!(groups.group_type))),
            "`group` or `tenant_group`",
        )
        .names(OneOf(&["group", "tenant_group"])),
        row(Group, "created_at", Time(time!(groups.created_at)), "when the group was created"),
        row(Group, "members", Type::Relation(Members), "the members of the group").reads(&[Users, GroupMembers]),
        row(Group, "holds", Type::Relation(Holds), "the grants of the group").reads(Collection::GRANTS_OF_GROUPS),
        row(Group, "projects", Type::Relation(Relation::Projects), "the projects that list the group")
            .reads(&[Projects, ProjectGroups]),
        row(Project, "id", Text(Exact, id!(projects)), "the project's id").names(Itself),
        row(Project, "name", Text(Exact, each!(projects.name)), "display name").names(Itself),
        row(Project, "status", Text(Fold, TextColumn::Symbol(copied!(projects.status))), "`active` or `archived`")
            .names(OneOf(&["active", "archived"])),
        row(Project, "created_at", Time(time!(projects.created_at)), "when the project was created"),
        row(Project, "archived_at", Time(time!(projects.archived_at)), "when it was archived; `null` if it is not"),
        row(
            Project,
            "holders",
            Type::Relation(Holders),
            "the grants in the project; in a condition on a permission, also those of the organization",
        )
        .reads(Collection::GRANTS),
        row(Project, "members", Type::Relation(Members), "the users that the project lists; not those of its groups")
            .reads(&[Users, ProjectUsers]),
        row(Project, "service_accounts", Type::Relation(Relation::ServiceAccounts), "its service accounts")
            .reads(&[ServiceAccounts]),
        row(Project, "api_keys", Type::Relation(Relation::ApiKeys), "its keys").reads(&[ApiKeys]),
        row(Project, "roles", Type::Relation(Relation::Roles), "the roles that it lists").reads(&[ProjectRoles]),
        row(ServiceAccount, "id", Text(Exact, id!(service_accounts)), "the service account's id").names(Itself),
        row(ServiceAccount, "name", Text(Exact, each!(service_accounts.name)), "display name").names(Itself),
        row(
            ServiceAccount,
            "role",
            Text(Fold, TextColumn::Symbol(copied!(service_accounts.role))),
            "the legacy role in its project: `owner`, `member` or `none`. Says nothing about custom roles; see `holds`",
        )
        .names(OneOf(&["owner", "member", "none"])),
        row(ServiceAccount, "created_at", Time(time!(service_accounts.created_at)), "when it was created"),
        row(ServiceAccount, "project", Type::Relation(Relation::Project), "its project"),
        row(
            ServiceAccount,
            "holds",
            Type::Relation(Holds),
            "its effective grants: in its project, through groups, and as a user if it is one",
        )
        .reads(Collection::GRANTS),
        row(ServiceAccount, "groups", Type::Relation(Relation::Groups), "the groups that list it")
            .reads(&[Groups, GroupMembers]),
        row(Invite, "id", Text(Exact, id!(invites)), "the invitation's id").names(Itself),
        row(Invite, "email", Text(Fold, each!(invites.email)), "who is invited"),
        row(
            Invite,
            "mailbox",
            Text(Fold, TextColumn::Derived(invite_mailbox)),
            "the e-mail address without what stands between a `+` and the `@`",
        ),
        row(
            Invite,
            "role",
            Text(Fold, TextColumn::Symbol(copied!(invites.role))),
            "the legacy role that the invitee will get: `owner` or `reader`",
        )
        .names(OneOf(&["owner", "reader"])),
        row(
            Invite,
            "status",
            Text(Fold, TextColumn::Symbol(copied!(invites.status))),
            "`pending`, `accepted` or `expired`",
        )
        .names(OneOf(&["pending", "accepted", "expired"])),
        row(Invite, "created_at", Time(time!(invites.created_at)), "when it was sent"),
        row(Invite, "expires_at", Time(TimeColumn::Expiry(copied!(invites.expires_at))), "when it expires; `null` if never"),
        row(Invite, "accepted_at", Time(time!(invites.accepted_at)), "when it was accepted; `null` if it was not"),
        row(Invite, "projects", Type::Relation(Relation::Projects), "the projects that the invitee will join")
            .reads(&[Projects]),
        row(
            Invite,
            "project_roles",
            List(Fold, invite_project_roles),
            "the legacy roles that the invitee will get in these projects: `owner` or `member`",
        )
        .names(OneOf(&["owner", "member"])),
        row(AdminApiKey, "id", Text(Exact, id!(admin_api_keys)), "the key's id").names(Itself),
        row(AdminApiKey, "name", Text(Exact, each!(admin_api_keys.name)), "display name").names(Itself),
        row(AdminApiKey, "created_at", Time(time!(admin_api_keys.created_at)), "when it was created"),
        row(AdminApiKey, "expires_at", Time(TimeColumn::Expiry(copied!(admin_api_keys.expires_at))), "when it expires; `null` if never"),
        row(
            AdminApiKey,
            "last_used_at",
            Time(time!(admin_api_keys.last_used_at)),
            "when it was last used; `null` if never",
        ),
        row(
            AdminApiKey,
            "owner_type",
            Text(Fold, TextColumn::Symbol(|org, at| org.admin_api_keys[at].owner.kind)),
            "what owns the key: `user` or `service_account`",
        )
        .names(OneOf(&["user", "service_account"])),
        row(AdminApiKey, "owner", Type::Relation(Relation::OwningUser), "the user who owns the key, if the organization has such a user")
            .reads(&[Users]),
        row(ApiKey, "id", Text(Exact, id!(api_keys)), "the key's id").names(Itself),
        row(ApiKey, "name", Text(Exact, each!(api_keys.name)), "display name").names(Itself),
        row(ApiKey, "created_at", Time(time!(api_keys.created_at)), "when it was created"),
        row(ApiKey, "last_used_at", Time(time!(api_keys.last_used_at)), "when it was last used; `null` if never"),
        row(
            ApiKey,
            "owner_project_access",
            Text(Fold, TextColumn::Symbol(copied!(api_keys.owner_project_access))),
            "whether its owner still has access to the project: `active` or `inactive`",
        )
        .names(OneOf(&["active", "inactive"])),
        row(ApiKey, "project", Type::Relation(Relation::Project), "its project"),
        row(
            ApiKey,
            "owner_type",
            Text(Fold, TextColumn::Symbol(|org, at| org.api_keys[at].owner.kind)),
            "what owns the key: `user` or `service_account`",
        )
        .names(OneOf(&["user", "service_account"])),
        row(ApiKey, "owner", Type::Relation(Relation::OwningUser), "the user who owns the key, if the organization has such a user")
            .reads(&[Users]),
        row(
            ApiKey,
            "service_account",
            Type::Relation(Relation::OwningServiceAccount),
            "the service account that owns the key, if its project has such an account",
        )
        .reads(&[ServiceAccounts]),
        row(
            Grant,
            "principal",
            Text(Fold, TextColumn::Principal),
            "who holds the role: `user`, `service_account` or `group`",
        ),
        row(Grant, "permission", List(Exact, role_permissions), "what the granted role permits").names(Permission),
        row(Grant, "escalation", Type::Escalation, "what these permissions let the holder do, as for a role"),
        row(Grant, "scope", Text(Fold, TextColumn::Scope), "where the grant holds: `organization` or `project`"),
        row(
            Grant,
            "added_at",
            Time(TimeColumn::Added),
            "when the holder joined the organization or, for a grant in a project, the project; `null` if a project has the holder only through a group",
        ),
        row(Grant, "role", Type::Relation(Relation::Part(Part::Role)), "the granted role"),
        row(Grant, "project", Type::Relation(Relation::Part(Part::Project)), "the project where the grant holds, if it is a grant in a project"),
        row(Grant, "user", Type::Relation(Relation::Part(Part::User)), "the user who holds the role, if it is a user"),
        row(Grant, "group", Type::Relation(Relation::Part(Part::Group)), "the group that holds the role, if it is a group"),
        row(
            Grant,
            "service_account",
            Type::Relation(Relation::Part(Part::ServiceAccount)),
            "the service account that holds the role, if it is one",
        ),
        row(Grant, "via", Via, "how the principal holds it: `direct`, `group`, `membership`, or `{group: CONDITION}`"),
    ]
};

fn role_permissions(org: &Org, at: usize) -> Known<Cow<'_, [Symbol]>> {
    org.roles[at].permissions.as_ref().map(|words| Cow::Borrowed(words.as_slice()))
}

/// If one element is missing, so is the list.
fn invite_project_roles(org: &Org, at: usize) -> Known<Cow<'_, [Symbol]>> {
    let words = |projects: &Vec<(Text, Known<Symbol>)>| -> Option<Vec<Symbol>> {
        projects.iter().map(|(_, word)| word.value().copied()).collect()
    };
    match org.invites[at].projects.as_ref().map(words) {
        Known::Value(Some(words)) => Known::Value(Cow::Owned(words)),
        Known::Value(None) | Known::Missing => Known::Missing,
        Known::Null => Known::Null,
    }
}

/// A truncated list of users may contain a user that was seen only elsewhere.
fn user_listed(org: &Org, at: usize) -> Known<bool> {
    match org.users.at(at).listed() {
        false if !org.coverage.of(Users).lists_all() => Known::Missing,
        listed => Known::Value(listed),
    }
}

fn user_mailbox(org: &Org, at: usize) -> Known<String> {
    org.users.at(at).email().map(mailbox)
}

fn invite_mailbox(org: &Org, at: usize) -> Known<String> {
    org.invites[at].email.as_ref().map(|email| mailbox(email))
}

fn role_plain_name(org: &Org, at: usize) -> Known<String> {
    org.roles[at].name.as_ref().map(|name| plain_name(name))
}

/// Of a `resource_type` that is neither of the two, or that the list of the organization contradicts, nobody knows where the
/// role holds.
fn role_scope(org: &Org, at: usize) -> Known<&str> {
    let scope = |word| {
        let resource_type = org.symbols.text(word);
        SCOPES.into_iter().find(|scope| resource_type.eq_ignore_ascii_case(&format!("api.{scope}")))
    };
    match org.roles[at].resource_type.map(scope) {
        Known::Missing | Known::Value(None) => Known::Missing,
        Known::Value(Some("project")) if org.roles[at].listed => Known::Missing,
        Known::Null => Known::Null,
        Known::Value(Some(scope)) => Known::Value(scope),
    }
}
