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

/// Prints why nothing could be read, if nothing could.
pub(super) fn warn_of_all(org: &Org) {
    if let (true, [Shortfall { why, .. }]) = (is_all(org), &reasons(org)[..]) {
        output::warn(&format!("nothing could be read: {}", visible(why)));
    }
}

fn reasons(org: &Org) -> Vec<Shortfall> {
    let coverage = &org.coverage;
    let row = |of| Some((of, coverage.state(of), coverage.detail(of)?));
    by_reason(Collection::ALL.into_iter().filter_map(row))
}

/// Whether a snapshot would say nothing. It must not replace one that does.
pub(super) fn is_all(org: &Org) -> bool {
    let unread = |of| matches!(org.coverage.state(of), State::Denied | State::Failed | State::NotAsked);
    Collection::ALL.into_iter().all(unread)
}
