//! Progress on a terminal: a line for each list under way, and one for all of them.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::state::{is_finished, pace};
use crate::collect::Progress;
use crate::org::Collection;

pub(super) struct Bars {
    all: MultiProgress,
    total: ProgressBar,
    of: Mutex<BTreeMap<Collection, ProgressBar>>,
}

impl Bars {
    pub fn new() -> Self {
        let all = MultiProgress::new();
        let total = all.add(ProgressBar::no_length().with_style(style("{msg}")));
        Self { all, total, of: Mutex::default() }
    }

    /// Shows how far a list is. A finished one needs no line.
    pub fn show(&self, progress: Progress) {
        let mut bars = self.of.lock().expect("no thread panics while it holds the bars");
        if is_finished(&progress) {
            if let Some(bar) = bars.remove(&progress.collection) {
                bar.finish_and_clear();
                self.all.remove(&bar);
            }
            return;
        }
        let bar = bars.entry(progress.collection).or_insert_with(|| {
            let bar = ProgressBar::no_length().with_message(progress.collection.name());
            let bar = self.all.insert_before(&self.total, bar);
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        bar.set_style(style(match progress.total {
            Some(_) => "{msg:>21} {bar:12} {human_pos}/{human_len}{prefix}",
            None => "{msg:>21} {spinner} {human_pos}",
        }));
        let more = if progress.growing { "+" } else { "" };
        // The last line shows how long all of it takes.
        bar.set_prefix(format!("{more}{}", pace(&progress)));
        if let Some(total) = progress.total {
            bar.set_length(total as u64);
        }
        bar.set_position(progress.done as u64);
    }

    /// Shows how far all of them are.
    pub fn total(&self, total: String) {
        self.total.set_message(total);
        self.total.tick();
    }

    /// Takes the lines away.
    pub fn clear(&self) {
        let bars = self.of.lock().expect("no thread panics while it holds the bars");
        bars.values().chain([&self.total]).for_each(ProgressBar::finish_and_clear);
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("the template is valid")
}
