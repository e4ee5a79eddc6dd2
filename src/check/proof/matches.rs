//! The permissions that fired, by role: the same for everybody who holds the role.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use fixedbitset::FixedBitSet;
use foldhash::HashMap;
use sha2::{Digest as _, Sha256};

use crate::check::facts::Facts;
use crate::document::Region;
use crate::finding::{Matched, Thing};
use crate::org::Text;

/// How many permissions a sentence names. All of them stand at the rule.
const NAMED: usize = 5;

/// The sets of permissions that fired, each once.
pub struct Matches<'f, 'o> {
    facts: &'f Facts<'o>,
    sets: RefCell<Vec<Matched>>,
    numbers: RefCell<HashMap<Matched, usize>>,
    summaries: RefCell<Vec<Summary>>,
}

/// What findings say of a set.
struct Summary {
    /// Its permissions, by their ranks among the words of the API.
    ranks: FixedBitSet,
    /// A hash of the role and its permissions, for fingerprints.
    digest: Arc<str>,
}

impl<'f, 'o> Matches<'f, 'o> {
    pub fn new(facts: &'f Facts<'o>) -> Self {
        Self { facts, sets: RefCell::default(), numbers: RefCell::default(), summaries: RefCell::default() }
    }

    /// The index of these permissions of a role, one at least, among those that fired.
    pub fn add(&self, role: &Arc<Thing>, permissions: &[(Text, Region)]) -> usize {
        let mut patterns: BTreeMap<Region, Vec<Text>> = BTreeMap::new();
        for (permission, region) in permissions {
            patterns.entry(region.clone()).or_default().push(permission.clone());
        }
        for met in patterns.values_mut() {
            met.sort_unstable();
            met.dedup();
        }
        self.intern(Matched { role: Arc::clone(role), patterns: patterns.into_iter().collect() })
    }

    /// The index of a set.
    pub fn intern(&self, matched: Matched) -> usize {
        if let Some(number) = self.numbers.borrow().get(&matched) {
            return *number;
        }
        let mut sets = self.sets.borrow_mut();
        let number = sets.len();
        self.summaries.borrow_mut().push(self.summary(&matched));
        self.numbers.borrow_mut().insert(matched.clone(), number);
        sets.push(matched);
        number
    }

    fn summary(&self, matched: &Matched) -> Summary {
        let permissions = matched.permissions();
        let words = self.facts.words();
        let rank = |permission: &&str| words.binary_search(permission).expect("a permission is a word of the API");
        let ranks = permissions.iter().map(rank).collect();
        let digest = Sha256::digest(format!("{} {}", matched.role.id, permissions.join(" ")));
        Summary { ranks, digest: base16ct::lower::encode_string(&digest).into() }
    }

    /// Reads one of the sets of permissions that fired.
    pub fn at<T>(&self, index: usize, read: impl FnOnce(&Matched) -> T) -> T {
        read(&self.sets.borrow()[index])
    }

    /// The first few permissions of all these sets, in order, and how many more there are.
    pub fn permissions(&self, matched: &[usize]) -> (Vec<&'o str>, usize) {
        let summaries = self.summaries.borrow();
        let mut all = FixedBitSet::new();
        for &index in matched {
            all.union_with(&summaries[index].ranks);
        }
        let first: Vec<&str> = all.ones().take(NAMED).map(|rank| self.facts.words()[rank]).collect();
        let more = all.count_ones(..) - first.len();
        (first, more)
    }

    /// What one of the sets adds to a fingerprint: a hash of the role and its permissions.
    pub fn digest(&self, index: usize) -> Arc<str> {
        Arc::clone(&self.summaries.borrow()[index].digest)
    }

    /// All permissions that fired, for the result of the rule.
    pub fn into_sets(self) -> Vec<Matched> {
        self.sets.into_inner()
    }
}
