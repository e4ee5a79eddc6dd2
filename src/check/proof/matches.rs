//! The permissions that fired, by role: the same for everybody who holds the role.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::Hash;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use crate::document::Region;
use crate::finding::{Matched, Thing};
use crate::org::Text;

/// The sets of permissions that fired, each once.
#[derive(Default)]
pub struct Matches {
    sets: RefCell<Interned<Matched>>,
    /// What each of them adds to a fingerprint.
    digests: RefCell<HashMap<usize, String>>,
}

impl Matches {
    /// The index of these permissions of a role among those that fired. `None` if there are none.
    pub fn add(&self, role: &Arc<Thing>, permissions: &[(Text, Region)]) -> Option<usize> {
        if permissions.is_empty() {
            return None;
        }
        let mut patterns: BTreeMap<Region, Vec<Text>> = BTreeMap::new();
        for (permission, region) in permissions {
            patterns.entry(*region).or_default().push(permission.clone());
        }
        for met in patterns.values_mut() {
            met.sort_unstable();
            met.dedup();
        }
        let matched = Matched { role: Arc::clone(role), patterns: patterns.into_iter().collect() };
        Some(self.sets.borrow_mut().intern(matched))
    }

    /// Reads one of the sets of permissions that fired.
    pub fn at<T>(&self, index: usize, read: impl FnOnce(&Matched) -> T) -> T {
        read(&self.sets.borrow().items[index])
    }

    /// The first few permissions of all these sets, in order, and how many more there are.
    pub fn permissions(&self, matched: &BTreeSet<usize>, first: usize) -> (Vec<Text>, usize) {
        let all = &self.sets.borrow().items;
        let each = matched.iter().flat_map(|&index| &all[index].patterns).flat_map(|(_, met)| met);
        let mut permissions: Vec<&Text> = each.collect();
        permissions.sort_unstable();
        permissions.dedup();
        let more = permissions.len().saturating_sub(first);
        (permissions.into_iter().take(first).cloned().collect(), more)
    }

    /// What one of the sets adds to a fingerprint: a hash of the role and its permissions.
    pub fn digest(&self, index: usize) -> String {
        let mut digests = self.digests.borrow_mut();
        let digest = digests.entry(index).or_insert_with(|| {
            self.at(index, |matched| {
                let permissions = matched.permissions().join(" ");
                base16ct::lower::encode_string(&Sha256::digest(format!("{} {permissions}", matched.role.id)))
            })
        });
        digest.clone()
    }

    /// All permissions that fired, for the result of the rule.
    pub fn into_sets(self) -> Vec<Matched> {
        self.sets.into_inner().items
    }
}

/// Values by number, each once.
struct Interned<T> {
    items: Vec<T>,
    numbers: HashMap<T, usize>,
}

impl<T> Default for Interned<T> {
    fn default() -> Self {
        Self { items: Vec::new(), numbers: HashMap::new() }
    }
}

impl<T: Clone + Eq + Hash> Interned<T> {
    fn intern(&mut self, item: T) -> usize {
        if let Some(number) = self.numbers.get(&item) {
            return *number;
        }
        self.items.push(item.clone());
        self.numbers.insert(item, self.items.len() - 1);
        self.items.len() - 1
    }
}
