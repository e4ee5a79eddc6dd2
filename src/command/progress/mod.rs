//! What is shown of a collection while it runs: moving lines on a terminal, elsewhere a line a minute.

mod bars;
mod state;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use crate::cli::Common;
use crate::collect::Progress;
use crate::console::Terminal;
use crate::console::interrupt::at_the_end;
use crate::console::output::say;
use bars::Bars;
use state::State;

const SECOND: Duration = Duration::from_secs(1);
/// How often a line is printed without a terminal. Some pipelines end a job that prints nothing for ten minutes.
const MINUTE: Duration = Duration::from_secs(60);

/// Watches a collection.
pub(crate) struct Watch {
    state: Mutex<State>,
    shown: Shown,
}

enum Shown {
    Nothing,
    Bars(Arc<Bars>),
    /// Lines that this takes.
    Lines(Box<dyn Fn(&str) + Send + Sync>),
}

impl Watch {
    pub(crate) fn new(common: &Common) -> Self {
        Self::showing(match (common.shows_progress(), Terminal::stderr(common.color).interactive) {
            (false, _) => Shown::Nothing,
            (true, true) => {
                let bars = Arc::new(Bars::new());
                let interrupted = Arc::clone(&bars);
                at_the_end(move || interrupted.clear());
                Shown::Bars(bars)
            }
            (true, false) => Shown::Lines(Box::new(say)),
        })
    }

    fn showing(shown: Shown) -> Self {
        Self { state: Mutex::new(State::new()), shown }
    }

    /// Takes note of progress.
    pub(crate) fn tell(&self, progress: Progress) {
        let progress = self.state().update(progress);
        if let Shown::Bars(bars) = &self.shown {
            bars.show(progress);
        }
    }

    /// Shows progress for as long as the collection takes.
    pub(crate) async fn over<T>(&self, collection: impl Future<Output = T>) -> T {
        let collected = tokio::select! {
            collected = collection => collected,
            () = self.repeat() => unreachable!("it is repeated without end"),
        };
        if let Shown::Bars(bars) = &self.shown {
            bars.clear();
        }
        collected
    }

    async fn repeat(&self) {
        loop {
            match &self.shown {
                Shown::Nothing => std::future::pending().await,
                Shown::Bars(bars) => {
                    bars.total(self.state().total());
                    tokio::time::sleep(SECOND).await;
                }
                Shown::Lines(say) => {
                    tokio::time::sleep(MINUTE).await;
                    say(&self.state().line());
                }
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no thread panics while it holds the state")
    }
}
