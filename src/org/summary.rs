//! The coverage as reports show it.

use super::{Collection, Coverage, State};

/// What was read of one collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollectionSummary {
    /// Which.
    pub collection: Collection,
    /// How far it was read.
    pub state: State,
    /// Responses that arrived; a repeated attempt does not count.
    pub requests: u64,
    /// Things in those responses.
    pub items: u64,
    /// For how many things it was not requested, because no rule needs it.
    pub not_asked: usize,
    /// What is missing, in one line.
    pub detail: Option<String>,
    /// What was removed during collection, or was reused, in sentences.
    pub remarks: Vec<String>,
}

impl Coverage {
    /// Every collection, in the order of the reports.
    pub fn summary(&self) -> Vec<CollectionSummary> {
        let one = |collection| {
            let record = self.of(collection);
            CollectionSummary {
                collection,
                state: self.state(collection),
                requests: record.requests,
                items: record.items,
                not_asked: record.not_asked.len(),
                detail: self.detail(collection),
                remarks: self.remarks(collection),
            }
        };
        Collection::ALL.map(one).into()
    }
}
