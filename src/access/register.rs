//! The register: who holds which role, where and in which way, and what is not known about whom.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Access, Grant, Steps, Thing, Way, knows_grants, principals};
use crate::org::{ApiKey, Collection, Extent, Kind, Known, NARROWED, Org, Principal, Scope, Symbol};
use crate::time::Time;

/// Who holds what, for people who review it.
pub struct Register<'o> {
    /// Who holds what.
    pub access: Access<'o>,
    /// The permissions that let their holder gain access.
    pub privileged: BTreeSet<Symbol>,
}

/// Which part of the register is asked for.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// One principal, or all.
    pub principal: Option<Principal>,
    /// These permissions, or all.
    pub permissions: Option<Asked>,
}

/// Permissions that are asked for, as roles spell them.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Those that are certainly asked for, or cover what is.
    pub certain: BTreeSet<Symbol>,
    /// Those that may be asked for: their spelling does not make it clear.
    pub unclear: BTreeSet<Symbol>,
}

/// A role that a principal holds in one way.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// Who holds it.
    pub holder: Principal,
    /// The same as a thing.
    pub principal: Arc<Thing>,
    /// What is held.
    pub role: Arc<Thing>,
    /// Where, if not in the organization.
    pub project: Option<Arc<Thing>>,
    /// How.
    pub way: Way,
    /// From the principal to the role.
    pub path: Steps,
    /// The permissions of the role that were asked for, sorted; `None` if it is not known whether it has any.
    pub permissions: Option<Vec<&'a str>>,
}

/// Somebody who may hold more than was read.
#[derive(Clone, Debug)]
pub struct Doubt {
    /// Who; `None` if there may be others whom nobody has read.
    pub principal: Option<Arc<Thing>>,
    /// What is missing, in sentences.
    pub missing: Vec<String>,
}

impl<'o> Register<'o> {
    /// Of this organization.
    pub fn new(org: &'o Org, privileged: BTreeSet<Symbol>) -> Self {
        Self { access: Access::new(org), privileged }
    }

    /// What was read: of each principal in turn, by scope and role. A role whose permissions are not known may have
    /// those that are asked for.
    pub fn entries<'a>(&'a self, query: &'a Query) -> impl Iterator<Item = Entry<'a>> {
        self.grants(query).flat_map(move |grant| {
            let permissions = self.permissions(grant, query);
            let asked = permissions.as_ref().is_none_or(|met| !met.is_empty() || query.permissions.is_none());
            let ways = if asked { grant.ways().collect() } else { Vec::new() };
            ways.into_iter().map(move |way| self.entry(grant, way, permissions.clone()))
        })
    }

    fn grants<'a>(&'a self, query: &Query) -> impl Iterator<Item = &'a Grant> {
        let all = self.access.grants();
        query.principal.map_or(all, |principal| &all[self.access.grants_of(principal)]).iter()
    }

    fn permissions(&self, grant: &Grant, query: &Query) -> Option<Vec<&'o str>> {
        let org = self.access.org;
        let all = org.role(grant.role).permissions.value()?;
        let met = |symbol: &&Symbol| query.permissions.as_ref().is_none_or(|asked| asked.certain.contains(symbol));
        let met: Vec<&str> = all.iter().filter(met).map(|symbol| org.symbols.text(*symbol)).collect();
        let unclear = |symbol: &Symbol| query.permissions.as_ref().is_some_and(|asked| asked.unclear.contains(symbol));
        if met.is_empty() && all.iter().any(unclear) { None } else { Some(met) }
    }

    fn entry<'a>(&self, grant: &Grant, way: Way, permissions: Option<Vec<&'a str>>) -> Entry<'a> {
        let access = &self.access;
        Entry {
            holder: grant.principal,
            principal: access.principal(grant.principal),
            role: access.thing(Kind::Role, grant.role.at()),
            project: match grant.scope {
                Scope::Project(project) => Some(access.thing(Kind::Project, project.at())),
                Scope::Organization => None,
            },
            way,
            path: access.path(grant, way),
            permissions,
        }
    }

    /// Who may hold more than was read, and whether there may be others.
    pub fn doubts(&self, query: &Query) -> Vec<Doubt> {
        let org = self.access.org;
        let asked = principals(org).filter(|one| query.principal.is_none_or(|asked| asked == *one));
        let mut doubts: Vec<Doubt> = asked
            .filter(|&one| !knows_grants(org, one, Extent::ALL))
            .map(|one| Doubt {
                principal: Some(self.access.principal(one)),
                missing: self.access.missing_of(one, Extent::ALL),
            })
            .collect();
        let unlisted = self.unlisted();
        if query.principal.is_none() && !unlisted.is_empty() {
            doubts.push(Doubt { principal: None, missing: unlisted });
        }
        doubts
    }

    /// Whether the answer to a query is complete: nobody may hold more, and the permissions of each role are known.
    pub fn is_complete(&self, query: &Query) -> bool {
        self.doubts(query).is_empty() && self.entries(query).all(|entry| entry.permissions.is_some())
    }

    /// Why there may be principals that were not read, in sentences.
    pub fn unlisted(&self) -> Vec<String> {
        let coverage = &self.access.org.coverage;
        let lists = [Collection::Users, Collection::Groups, Collection::ServiceAccounts];
        let reason = |collection: Collection| {
            let why = || coverage.detail(collection).unwrap_or_else(|| NARROWED.to_owned());
            match coverage.of(collection) {
                record if !record.asked => Some(format!("{collection} was not read")),
                _ if coverage.is_complete(collection) => None,
                _ => Some(format!("{collection}: {}", why())),
            }
        };
        lists.into_iter().filter_map(reason).collect()
    }
}

impl Access<'_> {
    /// When a principal last used the API with a key, as far as the API says; a group never does.
    pub fn last_used(&self, principal: Principal) -> Known<Time> {
        let org = self.org;
        match principal {
            Principal::User(user) => org.user(user).api_key_last_used_at(),
            Principal::Group(_) => Known::Null,
            Principal::ServiceAccount(account) => {
                let account = org.service_account(account);
                let from = org.api_keys.partition_point(|key| key.project < account.project);
                let to = org.api_keys.partition_point(|key| key.project <= account.project);
                let of_project = || org.api_keys[from..to].iter();
                let own = |key: &&ApiKey| key.owner.id.value() == Some(&account.id);
                if !org.coverage.of(Collection::ApiKeys).covers(&org.project(account.project).id)
                    || of_project().any(|key| key.owner.id.is_missing())
                    || of_project().filter(own).any(|key| key.last_used_at.is_missing())
                {
                    return Known::Missing;
                }
                let last = of_project().filter(own).filter_map(|key| key.last_used_at.value()).max();
                last.map_or(Known::Null, |last| Known::Value(*last))
            }
        }
    }
}
