//! What could not be read, for people.

use crate::console::output;
use crate::escape::visible;
use crate::org::{Collection, Org, Shortfall, State, by_reason};

/// Prints a warning for each reason, with all collections that lack something because of it.
pub(super) fn warn(org: &Org) {
    for Shortfall { state, why, collections } in reasons(org) {
        let names: Vec<&str> = collections.iter().map(|collection| collection.name()).collect();
        output::warn(&format!("{} {}: {}", names.join(", "), state.name(), visible(&why)));
    }
}

/// Prints one warning: why nothing could be read, or how many collections lack something. The report says the rest.
pub(super) fn warn_in_short(org: &Org) {
    let reasons = reasons(org);
    let count: usize = reasons.iter().map(|reason| reason.collections.len()).sum();
    let Some(Shortfall { why, collections, .. }) = reasons.first() else { return };
    let why = visible(why);
    match (is_all(org), reasons.len(), collections.as_slice()) {
        (true, 1, _) => output::warn(&format!("nothing could be read: {why}")),
        (_, 1, [only]) => output::warn(&format!("{only} is incomplete: {why}")),
        (_, 1, _) => output::warn(&format!("{count} collections are incomplete: {why}")),
        (..) => output::warn(&format!("{count} collections are incomplete, among them {}: {why}", collections[0])),
    }
}

fn reasons(org: &Org) -> Vec<Shortfall> {
    let coverage = &org.coverage;
    let row = |of| Some((of, coverage.state(of), coverage.detail(of)?));
    by_reason(Collection::ALL.into_iter().filter_map(row))
}

/// Whether a snapshot would be empty. It must not replace another one.
pub(super) fn is_all(org: &Org) -> bool {
    let unread = |of| matches!(org.coverage.state(of), State::Denied | State::Failed | State::NotAsked);
    Collection::ALL.into_iter().all(unread)
}
