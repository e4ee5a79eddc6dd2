//! The permissions that fired, by role: the same for everybody who holds the role.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::hash::Hash;
use std::sync::Arc;

use fixedbitset::FixedBitSet;
use foldhash::HashMap;
use sha2::{Digest as _, Sha256};

use crate::document::Region;
use crate::finding::{Matched, Thing};
use crate::org::Text;

/// How many permissions a sentence names. All of them stand at the rule.
const NAMED: usize = 5;

/// The sets of permissions that fired, each once.
#[derive(Default)]
pub struct Matches {
    sets: RefCell<Interned<Matched>>,
    permissions: RefCell<Interned<Text>>,
    summaries: RefCell<Vec<Summary>>,
}

/// What findings say of a set.
struct Summary {
    /// The first few permissions in order.
    first: Vec<Text>,
    /// All of them, by number.
    all: FixedBitSet,
    /// A hash of the role and its permissions, for fingerprints.
    digest: Arc<str>,
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
        Some(self.intern(Matched { role: Arc::clone(role), patterns: patterns.into_iter().collect() }))
    }

    /// The index of a set.
    pub fn intern(&self, matched: Matched) -> usize {
        let number = self.sets.borrow_mut().intern(matched);
        if number == self.summaries.borrow().len() {
            let summary = self.at(number, |matched| self.summary(matched));
            self.summaries.borrow_mut().push(summary);
        }
        number
    }

    fn summary(&self, matched: &Matched) -> Summary {
        let permissions = matched.permissions();
        let mut numbers = self.permissions.borrow_mut();
        let all = permissions.iter().map(|permission| numbers.intern(Text::from(*permission))).collect();
        let digest = Sha256::digest(format!("{} {}", matched.role.id, permissions.join(" ")));
        let first = permissions.into_iter().take(NAMED).map(Text::from).collect();
        Summary { first, all, digest: base16ct::lower::encode_string(&digest).into() }
    }

    /// Reads one of the sets of permissions that fired.
    pub fn at<T>(&self, index: usize, read: impl FnOnce(&Matched) -> T) -> T {
        read(&self.sets.borrow().items[index])
    }

    /// The first few permissions of all these sets, in order, and how many more there are.
    pub fn permissions(&self, matched: &[usize]) -> (Vec<Text>, usize) {
        let summaries = self.summaries.borrow();
        let mut all = FixedBitSet::new();
        let mut first: Vec<&Text> = Vec::new();
        for summary in matched.iter().map(|&index| &summaries[index]) {
            all.union_with(&summary.all);
            for permission in &summary.first {
                match first.binary_search(&permission) {
                    Ok(_) => {}
                    Err(NAMED) => break,
                    Err(at) => {
                        first.insert(at, permission);
                        first.truncate(NAMED);
                    }
                }
            }
        }
        let more = all.count_ones(..) - first.len();
        (first.into_iter().cloned().collect(), more)
    }

    /// What one of the sets adds to a fingerprint: a hash of the role and its permissions.
    pub fn digest(&self, index: usize) -> Arc<str> {
        Arc::clone(&self.summaries.borrow()[index].digest)
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
        Self { items: Vec::new(), numbers: HashMap::default() }
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
