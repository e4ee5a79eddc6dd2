//! From a thing to the things that it is related to. Each family of relations has a file that answers three questions:
//! where they lead, along which paths, and why there may be more than was read.

mod contents;
mod everything;
mod grants;
mod keys;
mod membership;
mod parts;
mod projects;

use super::facts::Facts;
use crate::access::{Gaps, Routes};
use crate::org::{Collection, Extent, GroupIx, Org, Principal, ProjectIx, ServiceAccountIx, UserIx};
use crate::policy::{Kind, Relation};

/// Where a relation starts.
#[derive(Clone, Copy)]
pub struct Start {
    pub relation: Relation,
    pub kind: Kind,
    pub at: usize,
    /// Of grants, only those in these scopes matter.
    pub scopes: Extent,
}

/// A family of relations.
pub trait Family {
    /// The places of the related things, added to `into`. Returns whether there may be more.
    fn targets(&self, facts: &Facts<'_>, start: Start, into: &mut Vec<usize>) -> bool;

    /// The paths to the related thing at this place.
    fn paths(&self, facts: &Facts<'_>, start: Start, place: usize) -> Routes;

    /// Notes why there may be more related things than were read, so that the user can fix it.
    fn gaps(&self, facts: &Facts<'_>, gaps: &mut Gaps<'_, '_, '_>, start: Start);
}

impl Start {
    /// The family of the relation.
    pub fn family(&self) -> &dyn Family {
        match &self.relation {
            Relation::Holds | Relation::Holders => &grants::Grants,
            Relation::Groups | Relation::Members => &membership::Membership,
            Relation::Projects | Relation::Project => &projects::Projects,
            Relation::Roles => &contents::ROLES,
            Relation::ServiceAccounts => &contents::SERVICE_ACCOUNTS,
            Relation::ApiKeys => &contents::API_KEYS,
            Relation::OwningUser | Relation::OwningServiceAccount => &keys::Owners,
            Relation::Part(part) => part,
            Relation::All(_) => &everything::Everything,
        }
    }
}

impl Facts<'_> {
    /// The places of the related things, in `into`. Returns whether there may be more.
    pub fn relate(&self, start: Start, into: &mut Vec<usize>) -> bool {
        into.clear();
        start.family().targets(self, start, into)
    }
}

impl Gaps<'_, '_, '_> {
    /// Notes why the part of a collection that belongs to a project is missing, if it is.
    fn unread_of_project(&mut self, collection: Collection, project: usize) {
        if !covers(self.access.org, collection, project) {
            self.unread_of(collection, &self.access.org.projects[project].id);
        }
    }
}

/// Whether the part of a collection that belongs to a project was read.
fn covers(org: &Org, collection: Collection, project: usize) -> bool {
    org.coverage.of(collection).covers(&org.projects[project].id)
}

/// The indexes of the things in a project, in a list that is sorted by project.
fn within<T>(things: &[T], project: usize, of: impl Fn(&T) -> ProjectIx) -> std::ops::Range<usize> {
    let from = things.partition_point(|thing| of(thing).at() < project);
    from..things.partition_point(|thing| of(thing).at() <= project)
}

/// The principal of a kind at a place.
pub fn principal(kind: Kind, at: usize) -> Principal {
    match kind {
        Kind::Group => Principal::Group(GroupIx::new(at)),
        Kind::ServiceAccount => Principal::ServiceAccount(ServiceAccountIx::new(at)),
        Kind::Role | Kind::User | Kind::Project | Kind::Invite | Kind::AdminApiKey | Kind::ApiKey | Kind::Grant => {
            Principal::User(UserIx::new(at))
        }
    }
}
