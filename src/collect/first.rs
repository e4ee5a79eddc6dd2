//! What is asked about first: those who hold or may hold the most. If time runs out, the rest is missing.

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;

use fixedbitset::FixedBitSet;

use super::wanted::Target;
use crate::api::parent::Parent;
use crate::api::wire::{ApiKey, ProjectUser, Role, User};
use crate::org::Text;

/// The users, groups and projects that matter most, in the order in which that became known.
#[derive(Debug, Default)]
pub(crate) struct First(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    ids: Vec<Text>,
    places: HashSet<Text>,
    /// The members of groups that do not matter, as far as is known.
    members: HashMap<Text, Vec<Text>>,
}

impl First {
    /// Owners, by the legacy role.
    pub fn user(&self, user: &User) {
        if user.role.value().is_some_and(|role| role == "owner") {
            self.add(user.id.as_str().into());
        }
    }

    /// Owners of projects.
    pub fn project_user(&self, user: &ProjectUser) {
        if user.role.value().is_some_and(|role| role == "owner") {
            self.add(user.id.as_str().into());
        }
    }

    /// Whoever owns a key.
    pub fn key(&self, key: &ApiKey) {
        let Some(owner) = key.owner.value() else { return };
        let told = [&owner.user, &owner.service_account].into_iter().filter_map(|named| named.value()?.id.value());
        for id in told.chain(owner.id.value()) {
            self.add(id.clone());
        }
    }

    /// Groups with a role that may change something.
    pub fn group_role(&self, group: &Parent, role: &Role) {
        let writes = |permission: &Text| permission.rsplit('.').next() == Some("write");
        let privileged = |permissions: &Vec<Text>| permissions.iter().any(writes);
        if role.permissions.value().is_none_or(privileged) {
            self.add(group.id.clone());
        }
    }

    /// Members of such groups.
    pub fn member(&self, group: &Parent, member: &str) {
        let mut known = self.known();
        if known.places.contains(&group.id) {
            known.add(member.into());
        } else {
            known.members.entry(group.id.clone()).or_default().push(member.into());
        }
    }

    /// Forgets everything, once nothing more will be asked about.
    pub fn clear(&self) {
        *self.known() = Known::default();
    }

    fn add(&self, id: Text) {
        self.known().add(id);
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.0.lock().expect("no thread panics while it holds them")
    }
}

impl Known {
    fn add(&mut self, id: Text) {
        let members = self.members.remove(&id);
        if self.places.insert(id.clone()) {
            self.ids.push(id);
        }
        members.into_iter().flatten().for_each(|member| self.add(member));
    }
}

/// Things to ask about. The next one is the first that matters, as far as is known by then, else the first in the list.
pub(crate) struct Queue<'f> {
    first: &'f First,
    /// How many of those that matter were looked for.
    looked: usize,
    targets: Vec<Target>,
    /// Their places, sorted by id.
    by_id: Vec<u32>,
    taken: FixedBitSet,
    /// The first place that may not have been taken.
    next: usize,
}

impl<'f> Queue<'f> {
    pub fn new(first: &'f First, targets: Vec<Target>) -> Self {
        let mut by_id: Vec<u32> = (0..).take(targets.len()).collect();
        by_id.sort_by(|&a, &b| targets[a as usize].part.id.cmp(&targets[b as usize].part.id));
        let taken = FixedBitSet::with_capacity(targets.len());
        Self { first, looked: 0, targets, by_id, taken, next: 0 }
    }

    /// The first one with that id that is left.
    fn with_id(&self, id: &Text) -> Option<usize> {
        let of = |at: u32| &self.targets[at as usize].part.id;
        let from = self.by_id.partition_point(|&at| of(at) < id);
        let same = self.by_id[from..].iter().take_while(|&&at| of(at) == id);
        same.map(|&at| at as usize).find(|&at| !self.taken.contains(at))
    }

    fn take(&mut self, at: usize) -> Target {
        self.taken.insert(at);
        self.targets[at].clone()
    }
}

impl Iterator for Queue<'_> {
    type Item = Target;

    fn next(&mut self) -> Option<Target> {
        loop {
            let Some(id) = self.first.known().ids.get(self.looked).cloned() else { break };
            if let Some(at) = self.with_id(&id) {
                return Some(self.take(at));
            }
            self.looked += 1;
        }
        while self.taken.contains(self.next) {
            self.next += 1;
        }
        (self.next < self.targets.len()).then(|| self.take(self.next))
    }
}
