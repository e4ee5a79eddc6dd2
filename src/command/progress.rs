//! Progress on a terminal: a line for each collection under way.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::cli::Common;
use crate::collect::Progress;
use crate::console::Terminal;
use crate::org::Collection;

/// The lines. None are drawn where nobody looks.
pub(crate) struct Bars {
    all: MultiProgress,
    of: Mutex<BTreeMap<Collection, ProgressBar>>,
    drawn: bool,
}

impl Bars {
    pub(crate) fn new(common: &Common) -> Self {
        let stderr = Terminal::stderr(common.color);
        let drawn = stderr.interactive && common.shows_progress();
        Self { all: MultiProgress::new(), of: Mutex::default(), drawn }
    }

    pub(crate) fn show(&self, progress: Progress) {
        if !self.drawn {
            return;
        }
        let mut bars = self.of.lock().expect("no thread panics while it holds the bars");
        let bar = bars.entry(progress.collection).or_insert_with(|| {
            let bar = self.all.add(ProgressBar::no_length().with_message(progress.collection.name()));
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        let template = match progress.total {
            Some(_) => "{msg:>21} {bar:24} {pos}/{len}{prefix}",
            None => "{msg:>21} {spinner} {pos}",
        };
        bar.set_style(ProgressStyle::with_template(template).expect("the template is valid"));
        let more = if progress.growing { "+" } else { "" };
        let left = progress.left.filter(|left| !left.is_zero()).map(|left| format!(", {}", about(left)));
        bar.set_prefix(format!("{more}{}", left.unwrap_or_default()));
        if let Some(total) = progress.total {
            bar.set_length(total as u64);
        }
        bar.set_position(progress.done as u64);
    }

    /// Takes the lines away.
    pub(crate) fn clear(&self) {
        self.of
            .lock()
            .expect("no thread panics while it holds the bars")
            .values()
            .for_each(ProgressBar::finish_and_clear);
    }
}

/// A length of time that is no more exact than it is known.
fn about(left: Duration) -> String {
    let minutes = left.as_secs().div_ceil(60);
    match minutes {
        0 | 1 => "about a minute".to_owned(),
        2..=119 => format!("about {minutes} minutes"),
        _ => format!("about {} hours", minutes.div_ceil(60)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remaining_time_is_rounded() {
        for (seconds, words) in
            [(1, "about a minute"), (61, "about 2 minutes"), (7140, "about 119 minutes"), (7201, "about 3 hours")]
        {
            assert_eq!(about(Duration::from_secs(seconds)), words);
        }
    }
}
