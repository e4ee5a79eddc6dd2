//! What responses say of roles, each saying once: the role of a thousand users is told a thousand times.

use std::collections::HashMap;
use std::sync::Mutex;

use crate::api::wire::{AssignmentSource, Role};
use crate::org::Known;

/// Everything that was said of roles. `assignment_sources` is no part of it.
#[derive(Debug, Default)]
pub struct RolePool {
    places: Mutex<HashMap<Role, usize>>,
}

/// A role in a list, and where it is said to come from.
#[derive(Clone, Debug)]
pub struct ListedRole {
    /// The place of what is said of the role.
    pub said: usize,
    /// The principals that it is inherited from.
    pub sources: Known<Box<[AssignmentSource]>>,
}

impl RolePool {
    /// Keeps what an answer says of a role.
    pub fn keep(&self, mut role: Role) -> ListedRole {
        let sources = std::mem::take(&mut role.assignment_sources).map(Vec::into_boxed_slice);
        let mut places = self.places.lock().expect("no thread panics while it holds them");
        let next = places.len();
        ListedRole { said: *places.entry(role).or_insert(next), sources }
    }

    /// What was said until now, each by its place.
    pub fn all(&self) -> Vec<Role> {
        let places = self.places.lock().expect("no thread panics while it holds them");
        let mut all: Vec<(usize, Role)> = places.iter().map(|(role, &place)| (place, role.clone())).collect();
        all.sort_unstable_by_key(|(place, _)| *place);
        all.into_iter().map(|(_, role)| role).collect()
    }
}
