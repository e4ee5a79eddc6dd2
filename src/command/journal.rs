//! Where the responses to a collection are saved, so that an interrupted one resumes.

use std::fs::DirBuilder;
use std::io;
use std::path::Path;

use clap::builder::BoolishValueParser;

use crate::api::{Client, JournalError};
use crate::console::interrupt::last_words;
use crate::console::output::{say, warn};
use crate::console::problem::words;
use crate::escape::shown;
use crate::time::{Time, rfc3339};

use super::Error;

/// How old the responses may be that a check resumes with, if nothing says otherwise: a day, in seconds.
const MAX_AGE: i64 = 86_400;

/// What is said when there is more to read than was read.
const RESUME: &str = "the responses so far are saved: run the same command to resume";

/// What is said instead when nothing is saved.
const START_OVER: &str = "no responses were saved: the same command starts over";

/// Whether an interrupted run resumes.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "API")]
pub struct JournalArgs {
    /// Do not save responses as they arrive: an interrupted run starts over
    #[arg(long, overrides_with = "journal", env = "ROLELINT_NO_JOURNAL", hide_env_values = true, value_parser = BoolishValueParser::new())]
    no_journal: bool,
    /// Save responses, whatever the environment says
    #[arg(long, overrides_with = "no_journal")]
    journal: bool,
}

impl JournalArgs {
    /// Whether responses are saved.
    pub(crate) fn is_on(&self) -> bool {
        self.journal || !self.no_journal
    }

    /// A journal in the cache folder. No response in it is older than `max_age` or a day, in seconds.
    pub(crate) fn journal(&self, max_age: Option<i64>) -> Journal<'static> {
        if self.is_on() { Journal::Cached { max_age: max_age.unwrap_or(MAX_AGE) } } else { Journal::None }
    }
}

/// Where responses are saved as they arrive.
#[derive(Clone, Copy)]
pub(crate) enum Journal<'a> {
    /// Nowhere: an interrupted collection starts over.
    None,
    /// In a file of this name, or the command fails.
    At(&'a Path),
    /// In the cache folder, if that is possible. Whatever is older starts over.
    Cached {
        /// In seconds.
        max_age: i64,
    },
}

impl Journal<'_> {
    /// Opens it. Returns when the collection began: now, or earlier if it resumes.
    pub(crate) fn open(
        self,
        client: &mut Client,
        organization: Option<&str>,
        now: Time,
        quiet: bool,
    ) -> Result<Time, Error> {
        let opened = match self {
            Self::None => {
                last_words(START_OVER);
                return Ok(now);
            }
            Self::At(path) => client.journal(path, organization, now, &(Time::MIN..=Time::MAX))?,
            Self::Cached { max_age } => match cached(client, organization, now, max_age) {
                Ok(opened) => opened,
                Err(why) => {
                    last_words(START_OVER);
                    if !quiet {
                        warn(&format!("no responses are saved, so an interrupted check starts over: {why}"));
                    }
                    return Ok(now);
                }
            },
        };
        let (began, answers) = opened;
        if answers > 0 && !quiet {
            say(&format!("resuming with {answers} responses from {}", rfc3339(began)));
        }
        last_words(RESUME);
        Ok(began)
    }
}

fn cached(client: &mut Client, organization: Option<&str>, now: Time, max_age: i64) -> Result<(Time, usize), String> {
    let folder = dirs::cache_dir().ok_or("this machine has no cache folder")?.join("rolelint");
    create_private(&folder).map_err(|error| format!("cannot create `{}`: {error}", shown(&folder)))?;
    let path = folder.join(client.journal_name(organization));
    // A clock that was ahead must not keep a journal young.
    let started = now.saturating_sub(max_age)..=now;
    match client.journal(&path, organization, now, &started) {
        // Nobody but us names files like this: it is of another version, or damaged.
        Err(JournalError::Foreign { .. }) => {
            std::fs::remove_file(&path).map_err(|error| error.to_string())?;
            client.journal(&path, organization, now, &started)
        }
        opened => opened,
    }
    .map_err(|error| words(&error))
}

/// Creates a folder that only its owner can read, unless it exists.
fn create_private(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Ends a collection once its result is written. The journal stays if time ran out and it is needed to resume.
pub(crate) fn close(client: Client, complete: bool) -> Result<(), Error> {
    if client.overdue() && !complete && client.has_journal() {
        say(RESUME);
        return Ok(());
    }
    Ok(client.finish()?)
}
