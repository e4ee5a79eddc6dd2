//! From a project to what it has: its roles, service accounts and keys.

use smallvec::smallvec;

use super::{Family, Start, covers, within};
use crate::access::{Gaps, Routes, Step};
use crate::check::facts::Facts;
use crate::org::{Collection, Org, ProjectIx};

/// One of the lists that a project has.
pub struct Contents {
    list: Collection,
    places: fn(&Org, usize, &mut Vec<usize>),
    /// Whether a path leads from the project to what is listed. Service accounts and keys are named with their project.
    leads: bool,
}

pub static ROLES: Contents = Contents {
    list: Collection::ProjectRoles,
    places: |org, at, into| into.extend(org.roles_of_project(ProjectIx::new(at)).iter().map(|role| role.at())),
    leads: true,
};

pub static SERVICE_ACCOUNTS: Contents = Contents {
    list: Collection::ServiceAccounts,
    places: |org, at, into| into.extend(within(&org.service_accounts, at, |account| account.project)),
    leads: false,
};

pub static API_KEYS: Contents = Contents {
    list: Collection::ApiKeys,
    places: |org, at, into| into.extend(within(&org.api_keys, at, |key| key.project)),
    leads: false,
};

impl Family for Contents {
    fn targets(&self, facts: &Facts<'_>, start: Start, into: &mut Vec<usize>) -> bool {
        (self.places)(facts.org, start.at, into);
        !covers(facts.org, self.list, start.at)
    }

    fn paths(&self, _: &Facts<'_>, start: Start, place: usize) -> Routes {
        let path = || smallvec![Step::new(start.kind, start.at), Step::new(start.relation.target(), place)];
        self.leads.then(path).into_iter().collect()
    }

    fn gaps(&self, _: &Facts<'_>, gaps: &mut Gaps<'_, '_, '_>, start: Start) {
        gaps.unread_of_project(self.list, start.at);
    }
}
