//! What is taken over from an earlier collection.

use std::collections::BTreeMap;

use crate::api::parent::Parent;
use crate::org::{Assignment, Builder, Collection, Role, Text, Via};
use crate::time::Time;

/// What is reused from an earlier collection.
#[derive(Debug, Default)]
pub struct Carried {
    pub parts: BTreeMap<(Collection, Parent), CarriedRoles>,
    /// Role fields that only responses about an assignment contain.
    pub roles: BTreeMap<Text, Role>,
}

/// The roles of one principal, as they were read earlier.
#[derive(Debug)]
pub struct CarriedRoles {
    pub from: Time,
    pub held: Vec<(Text, CarriedWay)>,
}

#[derive(Debug)]
pub enum CarriedWay {
    Group(Text),
    Other(Via),
}

impl Carried {
    /// What is reused for one principal.
    pub fn of(&self, collection: Collection, part: &Parent) -> Option<&CarriedRoles> {
        // Copying the key is expensive, and usually nothing is reused.
        if self.parts.is_empty() { None } else { self.parts.get(&(collection, part.clone())) }
    }

    /// For whom data is reused, and when it was read.
    pub fn parts(&self) -> impl Iterator<Item = (Collection, &Parent, Time)> {
        self.parts.iter().map(|((collection, part), roles)| (*collection, part, roles.from))
    }

    /// Reuses nothing of a collection.
    pub fn drop(&mut self, collection: Collection) {
        self.parts.retain(|(of, _), _| *of != collection);
    }

    /// Fills in role fields that only responses about an assignment contain.
    pub fn complete<'r>(&self, roles: impl Iterator<Item = (&'r Text, &'r mut Role)>) {
        for (id, role) in roles {
            if let Some(told) = self.roles.get(id) {
                *role = std::mem::take(role).or(told.clone());
            }
        }
    }
}

impl CarriedRoles {
    /// The assignments, in an organization that has these roles and groups.
    pub fn assignments(&self, builder: &Builder) -> impl Iterator<Item = Assignment> {
        let role = |id: &Text| builder.role_ix(id).expect("nothing is carried whose roles are not in the lists");
        let group = |id: &Text| builder.group_ix(id).expect("nothing is carried whose groups are not in the list");
        self.held.iter().map(move |(id, way)| {
            let way = match way {
                CarriedWay::Group(id) => Via::Group(group(id)),
                CarriedWay::Other(way) => *way,
            };
            Assignment::new(role(id), way)
        })
    }
}
