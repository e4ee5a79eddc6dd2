//! The progress of the collection, by endpoint.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use crate::api::client::Client;
use crate::api::endpoint;
use crate::org::Collection;

/// The progress of one collection.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// The collection.
    pub collection: Collection,
    /// Things read so far: items of a list, or parents of nested lists.
    pub done: usize,
    /// How many there are, as far as is known.
    pub total: Option<usize>,
    /// Whether there may be more than that.
    pub growing: bool,
    /// The endpoint's pace in requests per minute, if that is known.
    pub rate: Option<f64>,
    /// How long the rest takes at that pace.
    pub left: Option<Duration>,
}

/// Counts and reports progress.
pub struct Tally<'c> {
    client: &'c Client,
    tell: &'c (dyn Fn(Progress) + Send + Sync),
    counts: Mutex<BTreeMap<Collection, Count>>,
}

#[derive(Clone, Copy, Default)]
struct Count {
    done: usize,
    total: usize,
}

impl<'c> Tally<'c> {
    pub fn new(client: &'c Client, tell: &'c (dyn Fn(Progress) + Send + Sync)) -> Self {
        Self { client, tell, counts: Mutex::default() }
    }

    /// Reports that this many items of a list were read.
    pub fn read(&self, collection: Collection, done: usize) {
        (self.tell)(Progress { collection, done, total: None, growing: false, rate: None, left: None });
    }

    /// Reports that a list was read to its end, with this many items.
    pub fn read_whole(&self, collection: Collection, done: usize) {
        (self.tell)(Progress { collection, done, total: Some(done), growing: false, rate: None, left: None });
    }

    /// Counts this many more things that will be requested.
    pub fn expect(&self, collection: Collection, more: usize) {
        let mut counts = self.counts.lock().expect("no thread panics while it counts");
        counts.entry(collection).or_default().total += more;
    }

    /// Counts one thing that was requested, and reports the progress.
    pub fn asked(&self, collection: Collection) {
        let news: Vec<Progress> = {
            let mut counts = self.counts.lock().expect("no thread panics while it counts");
            let count = counts.entry(collection).or_default();
            count.done += 1;
            count.total = count.total.max(count.done);
            // Once the parent collection is complete, the total cannot grow.
            let last = count.done == count.total;
            let children = counts.keys().filter(|child| last && child.parent() == Some(collection));
            [collection].iter().chain(children).map(|collection| self.progress(&counts, *collection)).collect()
        };
        news.into_iter().for_each(self.tell);
    }

    fn progress(&self, counts: &BTreeMap<Collection, Count>, collection: Collection) -> Progress {
        let Count { done, total } = counts[&collection];
        // Collections that share a path share its pace.
        let endpoint = endpoint::of(collection);
        let shared = counts.iter().filter(|(other, _)| endpoint::of(**other).template == endpoint.template);
        let rest = shared.map(|(_, count)| count.total - count.done).sum();
        let parent = collection.parent().and_then(|parent| counts.get(&parent));
        let growing = parent.is_some_and(|parent| parent.done < parent.total);
        let pace = self.client.pace();
        let ((_, rate), left) = (pace.learnt(endpoint), pace.estimate(endpoint, rest));
        Progress { collection, done, total: Some(total), growing, rate, left }
    }
}
