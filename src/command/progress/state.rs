//! How far a collection is, and how that is shown.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;

use crate::collect::Progress;
use crate::org::Collection;
use crate::report::{number, plural};
use crate::time::{length, rounded_up};

/// How many lists a line names.
const NAMED: usize = 3;

/// How long a pace is measured before it is shown.
const MEASURED: Duration = Duration::from_secs(5);

/// What is known of each list.
pub(super) struct State {
    began: Instant,
    of: BTreeMap<Collection, List>,
}

struct List {
    progress: Progress,
    /// When it is expected to end.
    end: Option<Instant>,
    /// When it was first heard of, and how far it was.
    first: (Instant, usize),
}

impl State {
    pub fn new() -> Self {
        Self { began: Instant::now(), of: BTreeMap::new() }
    }

    /// Takes note of progress. Returns it with the measured pace, where the API has not said how much it lets through.
    pub fn update(&mut self, progress: Progress) -> Progress {
        let now = Instant::now();
        let first = match self.of.get(&progress.collection) {
            // What comes at once may come from the journal.
            Some(known) if now - known.first.0 < Duration::from_secs(1) => (known.first.0, progress.done),
            Some(known) => known.first,
            None => (now, progress.done),
        };
        let progress = Self::measured(progress, first, now);
        let end = progress.left.and_then(|left| now.checked_add(left));
        self.of.insert(progress.collection, List { progress, end, first });
        progress
    }

    fn measured(progress: Progress, (began, from): (Instant, usize), now: Instant) -> Progress {
        let (passed, done) = (now - began, progress.done.saturating_sub(from));
        let Some(total) = progress.total.filter(|_| progress.rate.is_none() && passed >= MEASURED && done > 0) else {
            return progress;
        };
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        let (done, rest) = (done as f64, (total - progress.done) as f64);
        let each = passed.as_secs_f64() / done;
        Progress { rate: Some(60.0 / each), left: Duration::try_from_secs_f64(each * rest).ok(), ..progress }
    }

    /// `12 lists read; collecting for 3 minutes, about 19 minutes left`.
    pub fn total(&self) -> String {
        let read = self.of.values().filter(|list| is_finished(&list.progress)).count();
        let read = if read == 0 { String::new() } else { format!("{} read; ", plural(read, "list")) };
        format!("{read}collecting for {}{}", self.elapsed(), self.rest())
    }

    /// `collecting for 3 minutes, about 19 minutes left: user_roles 27 of 200, 9 a minute`.
    pub fn line(&self) -> String {
        let mut open: Vec<&List> = self.open().collect();
        open.sort_by_key(|list| (std::cmp::Reverse(list.end), list.progress.collection));
        let mut parts: Vec<String> = open.iter().take(NAMED).map(|list| far(&list.progress)).collect();
        if open.is_empty() {
            parts.push("waiting for the API".to_owned());
        } else if open.len() > NAMED {
            parts.push(format!("and {} more", open.len() - NAMED));
        }
        let lists = parts.join("; ");
        format!("collecting for {}{}: {lists}", self.elapsed(), self.rest())
    }

    fn open(&self) -> impl Iterator<Item = &List> {
        self.of.values().filter(|list| !is_finished(&list.progress))
    }

    fn elapsed(&self) -> String {
        length(self.began.elapsed().as_secs().try_into().unwrap_or(i64::MAX))
    }

    /// How long the slowest list still takes, if that is known.
    fn rest(&self) -> String {
        let Some(end) = self.open().filter_map(|list| list.end).max() else { return String::new() };
        let known = self.open().all(|list| list.end.is_some() && !list.progress.growing);
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
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is a small positive number")]
        Some(rate) => format!(", {} a minute", number(rate.round() as usize)),
    }
}

/// How far a list is.
fn far(progress: &Progress) -> String {
    let of = match progress.total {
        Some(total) => format!(" of {}{}", number(total), if progress.growing { " or more" } else { "" }),
        None => String::new(),
    };
    format!("{} {}{of}{}", progress.collection, number(progress.done), pace(progress))
}
