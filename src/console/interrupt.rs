//! An interrupt or a termination ends the process at once and leaves no partly written file.

use std::io;
use std::sync::OnceLock;

use tokio::runtime::Builder;

use super::output::say;
use crate::atomic::abandon_all;

/// What is printed at the end.
static LAST_WORDS: OnceLock<&str> = OnceLock::new();

/// What is done before that.
static CLEAN_UP: OnceLock<Box<dyn Fn() + Send + Sync>> = OnceLock::new();

/// Sets what is done when the process is interrupted. Only the first call counts.
pub fn at_the_end(clean_up: impl Fn() + Send + Sync + 'static) {
    CLEAN_UP.set(Box::new(clean_up)).unwrap_or(());
}

/// Sets the message that is printed then. Only the first call counts.
pub fn last_words(words: &'static str) {
    LAST_WORDS.set(words).unwrap_or(());
}

/// From now on, ends the process on an interrupt or a termination.
///
/// # Errors
///
/// The system cannot create a thread or handle signals.
pub fn watch() -> io::Result<()> {
    let runtime = Builder::new_current_thread().enable_io().build()?;
    // Signals are caught from here on, even if the thread does not run yet.
    let told = {
        let _within = runtime.enter();
        Told::new()?
    };
    std::thread::Builder::new().name("interrupt".to_owned()).spawn(move || end(runtime.block_on(told.code())))?;
    Ok(())
}

/// Ends the process from here: the main thread may be busy, and would not notice.
#[expect(clippy::exit, reason = "there is nothing to go back to")]
fn end(code: Option<i32>) {
    let Some(code) = code else { return };
    abandon_all();
    if let Some(clean_up) = CLEAN_UP.get() {
        clean_up();
    }
    if let Some(words) = LAST_WORDS.get() {
        say(words);
    }
    std::process::exit(code);
}

#[cfg(unix)]
struct Told {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Told {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// Waits for a signal. Returns the exit code.
    async fn code(mut self) -> Option<i32> {
        tokio::select! {
            told = self.interrupt.recv() => told.map(|()| 130),
            told = self.terminate.recv() => told.map(|()| 143),
        }
    }
}

#[cfg(not(unix))]
struct Told;

#[cfg(not(unix))]
impl Told {
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    /// Waits for a signal. Returns the exit code.
    async fn code(self) -> Option<i32> {
        tokio::signal::ctrl_c().await.is_ok().then_some(130)
    }
}
