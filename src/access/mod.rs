//! Who holds what, where, along which paths, and what is not known about whom.
//!
//! [`Access`] answers for a whole organization; [`grants_of`] and [`knows_grants`] answer for one principal without
//! working out the rest. The rule itself (assignments, legacy role, groups; in the organization and in each project)
//! stands in `own.rs`, and everything here follows from it.

mod added;
mod complete;
mod gaps;
mod grant;
mod missing;
mod names;
mod own;
mod paths;
mod register;
mod table;
mod thing;

use std::sync::OnceLock;

use crate::org::{Kind, Known, Org};

pub use complete::{knows_grants, knows_grants_of_group, knows_where};
pub use gaps::{Gaps, Missing, sentences};
pub use grant::{Grant, grants_of};
pub use own::{Own, as_user, groups_of, of_group, own_in_organization, own_in_projects};
pub use paths::{Route, Routes, Step, Steps, Way, step_by_step};
pub use register::{Asked, Doubt, Entry, Query, Register};
pub use table::principals;
pub use thing::{Thing, ThingKind};

/// Who holds what in an organization. Grants and names are worked out when they are first asked for.
pub struct Access<'o> {
    /// The organization.
    pub org: &'o Org,
    table: OnceLock<table::Table>,
    names: names::Names,
    missing_legacy_roles: OnceLock<Option<(usize, usize)>>,
}

impl<'o> Access<'o> {
    /// For this organization.
    pub fn new(org: &'o Org) -> Self {
        Self { org, table: OnceLock::new(), names: names::Names::default(), missing_legacy_roles: OnceLock::new() }
    }

    /// How many things of a kind were read.
    pub fn count(&self, kind: Kind) -> usize {
        match kind {
            Kind::Role => self.org.roles.len(),
            Kind::User => self.org.users.len(),
            Kind::Group => self.org.groups.len(),
            Kind::Project => self.org.projects.len(),
            Kind::ServiceAccount => self.org.service_accounts.len(),
            Kind::Invite => self.org.invites.len(),
            Kind::AdminApiKey => self.org.admin_api_keys.len(),
            Kind::ApiKey => self.org.api_keys.len(),
            Kind::Grant => self.grants().len(),
        }
    }

    /// The first user without a known legacy role, and how many there are.
    pub fn missing_legacy_roles(&self) -> Option<(usize, usize)> {
        if self.org.users.have_roles() {
            return None;
        }
        *self.missing_legacy_roles.get_or_init(|| {
            let mut without = (0..self.org.users.len()).filter(|&at| self.org.users.at(at).role() == Known::Missing);
            without.next().map(|first| (first, 1 + without.count()))
        })
    }
}
