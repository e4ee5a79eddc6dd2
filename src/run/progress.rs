//! Progress on a terminal: a line for each collection under way.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::Terminal;
use crate::api::Progress;
use crate::cli::Common;
use crate::org::Collection;

/// The lines. None are drawn where nobody looks.
pub(super) struct Bars {
    all: MultiProgress,
    of: Mutex<BTreeMap<Collection, ProgressBar>>,
    drawn: bool,
}

impl Bars {
    pub(super) fn new(common: &Common) -> Self {
        let stderr = Terminal::stderr(common.color);
        let drawn = stderr.interactive && !common.quiet && !common.no_progress && common.verbose < 2;
        Self { all: MultiProgress::new(), of: Mutex::default(), drawn }
    }

    pub(super) fn show(&self, progress: Progress) {
        if !self.drawn {
            return;
        }
        let mut bars = self.of.lock().expect("no thread panics while it holds the bars");
        let bar = bars.entry(progress.collection).or_insert_with(|| {
            let bar = self.all.add(ProgressBar::no_length().with_message(progress.collection.name()));
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        let template =
            if progress.total.is_some() { "{msg:>14} {bar:24} {pos}/{len}" } else { "{msg:>14} {spinner} {pos}" };
        bar.set_style(ProgressStyle::with_template(template).expect("the template is valid"));
        if let Some(total) = progress.total {
            bar.set_length(total as u64);
        }
        bar.set_position(progress.done as u64);
    }

    /// Takes the lines away.
    pub(super) fn clear(&self) {
        self.of
            .lock()
            .expect("no thread panics while it holds the bars")
            .values()
            .for_each(ProgressBar::finish_and_clear);
    }
}
