//! The keys by which a JSON report names things.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use foldhash::HashMap;

use crate::finding::{Outcome, Thing};

/// The things that were named, each with its key in the report.
pub struct Keys(RefCell<Table>);

struct Table {
    of: HashMap<Arc<Thing>, String>,
    /// What a key stands for. Nothing may be keyed by an id that two subjects share.
    stands_for: HashMap<String, Option<Arc<Thing>>>,
}

impl Keys {
    /// No keys yet. The ids of subjects are theirs: a path that starts at the subject names it by its id.
    pub fn new(outcome: &Outcome) -> Self {
        let mut stands_for: HashMap<String, Option<Arc<Thing>>> = HashMap::default();
        for finding in &outcome.findings {
            let subject = &finding.subject;
            let known = stands_for.entry(subject.id.to_string()).or_insert_with(|| Some(Arc::clone(subject)));
            if known.as_ref().is_some_and(|known| known != subject) {
                *known = None;
            }
        }
        Self(RefCell::new(Table { of: HashMap::default(), stands_for }))
    }

    /// The key of a thing: its id; if that stands for another thing, the id after the kind, then with a number.
    pub fn of(&self, thing: &Arc<Thing>) -> String {
        let Table { of, stands_for } = &mut *self.0.borrow_mut();
        if let Some(key) = of.get(thing) {
            return key.clone();
        }
        let with_kind = || format!("{}:{}", thing.kind.name(), thing.id);
        let numbered = (2..).map(|number: u32| format!("{}:{number}", with_kind()));
        let mut candidates = [thing.id.to_string(), with_kind()].into_iter().chain(numbered);
        let free = |key: &String| stands_for.get(key).is_none_or(|other| other.as_ref() == Some(thing));
        let key = candidates.find(free).expect("numbers do not end");
        stands_for.insert(key.clone(), Some(Arc::clone(thing)));
        of.insert(Arc::clone(thing), key.clone());
        key
    }

    /// All things that were named until now, by key.
    pub fn named<T>(&self, read: impl FnOnce(BTreeMap<&str, &Thing>) -> T) -> T {
        let table = self.0.borrow();
        read(table.of.iter().map(|(thing, key)| (key.as_str(), &**thing)).collect())
    }
}
