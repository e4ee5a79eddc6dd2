//! How far a collection is, and in which words that is said.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;

use crate::collect::Progress;
use crate::org::Collection;
use crate::time::{length, rounded_up};

/// How many lists a line names.
const NAMED: usize = 3;

/// What is known of each list, and when it is expected to end.
pub(super) struct State {
    began: Instant,
    of: BTreeMap<Collection, (Progress, Option<Instant>)>,
}

impl State {
    pub fn new() -> Self {
        Self { began: Instant::now(), of: BTreeMap::new() }
    }

    pub fn update(&mut self, progress: Progress) {
        let end = progress.left.and_then(|left| Instant::now().checked_add(left));
        self.of.insert(progress.collection, (progress, end));
    }

    /// `12 lists read; collecting for 3 minutes, about 19 minutes left`.
    pub fn total(&self) -> String {
        let read = self.of.values().filter(|(progress, _)| is_finished(progress)).count();
        let s = if read == 1 { "" } else { "s" };
        format!("{read} list{s} read; collecting for {}{}", self.elapsed(), self.rest())
    }

    /// `collecting for 3 minutes, about 19 minutes left: user_roles 27 of 200, 9 a minute`.
    pub fn line(&self) -> String {
        let mut open: Vec<_> = self.of.values().filter(|(progress, _)| !is_finished(progress)).collect();
        open.sort_by_key(|(progress, end)| (std::cmp::Reverse(*end), progress.collection));
        let mut parts: Vec<String> = open.iter().take(NAMED).map(|(progress, _)| far(progress)).collect();
        if open.is_empty() {
            parts.push("waiting for the API".to_owned());
        } else if open.len() > NAMED {
            parts.push(format!("and {} more", open.len() - NAMED));
        }
        let lists = parts.join("; ");
        format!("collecting for {}{}: {lists}", self.elapsed(), self.rest())
    }

    fn elapsed(&self) -> String {
        length(self.began.elapsed().as_secs().try_into().unwrap_or(i64::MAX))
    }

    /// How long the slowest list still takes, if that is known.
    fn rest(&self) -> String {
        let open = || self.of.values().filter(|(progress, _)| !is_finished(progress));
        let Some(end) = open().filter_map(|(_, end)| *end).max() else { return String::new() };
        let known = open().all(|(progress, end)| end.is_some() && !progress.growing);
        let left = rounded_up(end.saturating_duration_since(Instant::now()).max(Duration::from_secs(1)));
        format!(", {} {left} left", if known { "about" } else { "at least" })
    }
}

/// Whether nothing more is expected of a list.
pub(super) fn is_finished(progress: &Progress) -> bool {
    progress.total == Some(progress.done) && !progress.growing
}

/// `, 9 a minute`; nothing if the pace is not known.
pub(super) fn pace(progress: &Progress) -> String {
    match progress.rate {
        None => String::new(),
        Some(rate) if rate < 1.0 => format!(", {rate:.1} a minute"),
        Some(rate) => format!(", {rate:.0} a minute"),
    }
}

/// How far a list is.
fn far(progress: &Progress) -> String {
    let of = match progress.total {
        Some(total) => format!(" of {total}{}", if progress.growing { " or more" } else { "" }),
        None => String::new(),
    };
    format!("{} {}{of}{}", progress.collection, progress.done, pace(progress))
}
