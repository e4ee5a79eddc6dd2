//! The plain evaluator's way to a value: of a thing, of a grant, and of the selected thing.

use super::plain::Plain;
use crate::org::{Among, Collection, Extent, Known, Principal, Scope};
use crate::policy::{Kind, TextColumn, This, TimeColumn, Type};
use crate::time::Time;

impl Plain<'_> {
    pub(super) fn everything(&self, kind: Kind, scopes: Extent) -> (Vec<usize>, bool) {
        let org = self.org;
        let whole = |collection| org.coverage.of(collection).lists_all();
        let everywhere = |collection| org.knows_of_projects(collection, Among::ALL);
        match kind {
            Kind::User => {
                ((0..org.users.len()).filter(|&at| org.users.at(at).listed()).collect(), !whole(Collection::Users))
            }
            Kind::Group => {
                ((0..org.groups.len()).filter(|&at| org.groups[at].listed).collect(), !whole(Collection::Groups))
            }
            Kind::Project => ((0..org.projects.len()).collect(), !whole(Collection::Projects)),
            Kind::Invite => ((0..org.invites.len()).collect(), !whole(Collection::Invites)),
            Kind::ServiceAccount => {
                ((0..org.service_accounts.len()).collect(), !everywhere(Collection::ServiceAccounts))
            }
            Kind::ApiKey => ((0..org.api_keys.len()).collect(), !everywhere(Collection::ApiKeys)),
            Kind::AdminApiKey => {
                let known = |at: &usize| org.admin_api_keys[*at].told_apart;
                let all = 0..org.admin_api_keys.len();
                let unclear = !all.clone().all(|at| known(&at));
                (all.filter(known).collect(), unclear || !whole(Collection::AdminApiKeys))
            }
            Kind::Role => {
                let in_project = |role: usize| {
                    let mut projects = (0..org.projects.len()).map(crate::org::ProjectIx::new);
                    projects.any(|project| org.roles_of_project(project).iter().any(|listed| listed.at() == role))
                };
                let meant =
                    |at: &usize| (scopes.organization && org.roles[*at].listed) || (scopes.project && in_project(*at));
                let open = (scopes.organization && !whole(Collection::Roles))
                    || (scopes.project && !everywhere(Collection::ProjectRoles));
                ((0..org.roles.len()).filter(meant).collect(), open)
            }
            Kind::Grant => unreachable!("grants are not listed"),
        }
    }

    pub(super) fn text(&self, column: TextColumn, kind: Kind, at: usize) -> Known<String> {
        let org = self.org;
        let row = if kind == Kind::Grant { self.grants[at].role.at() } else { at };
        match column {
            TextColumn::Each(read) => read(org, row).map(str::to_owned),
            TextColumn::Derived(read) => read(org, row),
            TextColumn::Symbol(read) => read(org, row).map(|word| org.symbols.text(word).to_owned()),
            TextColumn::Principal => Known::Value(match self.grants[at].principal {
                Principal::User(_) => "user".to_owned(),
                Principal::Group(_) => "group".to_owned(),
                Principal::ServiceAccount(_) => "service_account".to_owned(),
            }),
            TextColumn::Scope => Known::Value(match self.grants[at].scope {
                Scope::Organization => "organization".to_owned(),
                Scope::Project(_) => "project".to_owned(),
            }),
        }
    }

    /// The text of the selected thing.
    pub(super) fn this(&self, one: &This, this: (Kind, usize)) -> Known<String> {
        self.of_this(one, this, |kind, at| self.text(one.column(), kind, at))
    }

    /// The text of the selected thing, or those of its list.
    pub(super) fn texts_of_this(&self, one: &This, this: (Kind, usize)) -> Known<Vec<String>> {
        let Type::List(_, column) = one.attribute.type_ else { return self.this(one, this).map(|text| vec![text]) };
        self.of_this(one, this, |kind, at| {
            let row = if kind == Kind::Grant { self.grants[at].role.at() } else { at };
            column(self.org, row)
                .map(|words| words.iter().map(|word| self.org.symbols.text(*word).to_owned()).collect())
        })
    }

    /// The time of the selected thing.
    pub(super) fn time_of_this(&self, one: &This, this: (Kind, usize)) -> Known<Time> {
        let Type::Time(column) = one.attribute.type_ else { unreachable!("a time") };
        self.of_this(one, this, |_, at| self.time(column, at, at))
    }

    fn of_this<T>(
        &self,
        one: &This,
        (mut kind, mut at): (Kind, usize),
        read: impl Fn(Kind, usize) -> Known<T>,
    ) -> Known<T> {
        for (_, relation) in &one.through {
            let (related, open) = self.related(*relation, Extent::ALL, kind, at);
            match related.first() {
                Some(&place) => (kind, at) = (relation.target(), place),
                None if open => return Known::Missing,
                None => return Known::Null,
            }
        }
        read(kind, at)
    }

    pub(super) fn time(&self, column: TimeColumn, row: usize, at: usize) -> Known<Time> {
        let org = self.org;
        let read = match column {
            TimeColumn::Past(read) | TimeColumn::Expiry(read) => return read(org, row),
            TimeColumn::Added => &self.grants[at],
        };
        let Scope::Project(project) = read.scope else {
            return match read.principal {
                Principal::User(user) => org.user(user).added_at(),
                Principal::Group(group) => org.group(group).created_at,
                Principal::ServiceAccount(account) => org.service_account(account).created_at,
            };
        };
        let lists = |collection| org.coverage.of(collection).covers(&org.project(project).id);
        let (found, all) = match read.principal {
            Principal::User(user) => {
                let member = org.project_users.iter().find(|link| link.project == project && link.user == user);
                (member.map(|link| link.added_at), lists(Collection::ProjectUsers))
            }
            Principal::Group(group) => {
                let link = org.project_groups.iter().find(|link| link.project == project && link.group == group);
                (link.map(|link| link.created_at), lists(Collection::ProjectGroups))
            }
            Principal::ServiceAccount(account) => {
                let account = org.service_account(account);
                ((account.project == project).then_some(account.created_at), true)
            }
        };
        found.unwrap_or(if all { Known::Null } else { Known::Missing })
    }
}
