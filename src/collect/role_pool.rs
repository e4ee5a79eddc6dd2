//! The roles in responses, each version stored once: the role of a thousand users appears a thousand times.

use std::collections::HashMap;
use std::sync::Mutex;

use crate::api::wire::{AssignmentSource, Role};
use crate::org::Known;

/// All versions of roles, without `assignment_sources`.
#[derive(Debug, Default)]
pub struct RolePool {
    places: Mutex<HashMap<Role, usize>>,
}

/// A role in a list, and its sources.
#[derive(Clone, Debug)]
pub struct ListedRole {
    /// The index of the role's version.
    pub said: usize,
    /// The principals that it is inherited from.
    pub sources: Known<Box<[AssignmentSource]>>,
}

impl RolePool {
    /// Stores what a response says about a role.
    pub fn keep(&self, mut role: Role) -> ListedRole {
        let sources = std::mem::take(&mut role.assignment_sources).map(Vec::into_boxed_slice);
        let mut places = self.places.lock().expect("no thread panics while it holds them");
        let next = places.len();
        ListedRole { said: *places.entry(role).or_insert(next), sources }
    }

    /// The versions so far, by index.
    pub fn all(&self) -> Vec<Role> {
        let places = self.places.lock().expect("no thread panics while it holds them");
        let mut all: Vec<(usize, Role)> = places.iter().map(|(role, &place)| (place, role.clone())).collect();
        all.sort_unstable_by_key(|(place, _)| *place);
        all.into_iter().map(|(_, role)| role).collect()
    }
}
