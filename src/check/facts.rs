//! What rules are judged on: the organization, who holds what in it, and the time.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use super::held::Held;
use crate::access::{Access, Grant};
use crate::org::{Org, Principal, Scope};
use crate::time::Time;

/// The facts that rules are judged on.
pub struct Facts<'o> {
    pub org: &'o Org,
    pub as_of: Time,
    /// Whether the current rule reads the groups of projects. It is then also about groups that only projects list.
    unlisted_groups: AtomicBool,
    pub access: Access<'o>,
    /// The words of the API, sorted, once somebody has asked for them.
    words: OnceLock<Vec<&'o str>>,
    /// What is known of who holds which roles.
    pub held: Held,
}

impl<'o> Facts<'o> {
    pub fn new(org: &'o Org, as_of: Time) -> Self {
        Self {
            org,
            as_of,
            unlisted_groups: AtomicBool::new(false),
            access: Access::new(org),
            words: OnceLock::new(),
            held: Held::default(),
        }
    }

    /// The words of the API, sorted: the place of each is its rank.
    pub fn words(&self) -> &[&'o str] {
        self.words.get_or_init(|| {
            let mut words: Vec<&str> = self.org.symbols.iter().collect();
            words.sort_unstable();
            words
        })
    }

    /// Whether the current rule is also about groups that only projects list.
    pub fn unlisted_groups(&self) -> bool {
        self.unlisted_groups.load(Ordering::Relaxed)
    }

    /// Begins with a rule that is also about groups that only projects list, or is not.
    pub fn set_unlisted_groups(&self, unlisted: bool) {
        self.unlisted_groups.store(unlisted, Ordering::Relaxed);
    }

    /// Whether all groups that the rule is about were read, with all their members.
    pub fn knows_memberships(&self) -> bool {
        if self.unlisted_groups() { self.org.knows_all_memberships() } else { self.org.knows_memberships() }
    }

    /// Whether further groups may confer a grant, because of missing data.
    pub fn more_groups(&self, grant: &Grant) -> bool {
        let unlisted = match (grant.scope, grant.principal) {
            (Scope::Organization, Principal::User(_) | Principal::ServiceAccount(_)) => self.unlisted_groups(),
            (Scope::Organization, Principal::Group(_)) | (Scope::Project(_), _) => false,
        };
        grant.more_groups || (unlisted && !self.knows_memberships())
    }
}
