//! Waivers: violations that somebody answers for, with a reason and until a day.

mod anchor;
mod edit;
mod entry;
mod read;
mod remarks;
mod review;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use miette::Diagnostic;
use thiserror::Error;

use crate::bounded;
use crate::document::{Located, Location, SourceText};
use crate::escape::shown;
use crate::finding::{Acceptance, Outcome, Status};
use crate::org::Org;
use crate::time::Time;

use anchor::Resolved;
use entry::Entry;

pub(crate) use read::WAIVER as WAIVER_KEYS;

pub use edit::{Edited, New, appended, without};
pub use remarks::selects_others;
pub use review::{Review, Use};

/// The largest file of waivers, in bytes.
const LARGEST: u64 = 1 << 20;

/// On what terms waivers count.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// Now, or the later moment that is asked about.
    pub now: Time,
    /// How far in the future a waiver may expire, in seconds.
    pub longest: i64,
    /// How long before its end a waiver is reported, in seconds.
    pub expiring_within: i64,
}

/// Why the waivers cannot be used.
#[derive(Debug, Error, Diagnostic)]
pub enum Error {
    /// A file could not be read.
    #[error("cannot read the waivers `{}`", shown(path))]
    #[diagnostic(help("to check without waivers, pass --no-waivers"))]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// They were read, and are wrong.
    #[error("the waivers cannot be used, nothing was checked")]
    Invalid {
        /// All problems, by file and place.
        #[related]
        located: Vec<Located>,
    },
    /// They were to be changed, and cannot be.
    #[error("the waivers were not changed")]
    NotEdited {
        /// Why.
        #[related]
        located: Vec<Located>,
    },
}

/// The text of a file of waivers.
///
/// # Errors
///
/// It cannot be read.
pub fn read_text(path: &Path) -> Result<String, Error> {
    bounded::read(path, LARGEST).map_err(|source| Error::Read { path: path.to_owned(), source })
}

/// All waivers of a run, by file and place. The order in which files are named makes no difference.
#[derive(Debug, Default)]
pub struct Waivers {
    entries: Vec<Entry>,
}

impl Waivers {
    /// Reads files of waivers.
    ///
    /// # Errors
    ///
    /// A file cannot be read, or contains something that is not a waiver on these terms.
    pub fn open(paths: &[impl AsRef<Path>], terms: &Terms) -> Result<Self, Error> {
        // A file that is named twice is read once.
        let paths: BTreeSet<&Path> = paths.iter().map(AsRef::as_ref).collect();
        let read = |path: &Path| Ok(Arc::new(SourceText::new(shown(path), read_text(path)?)));
        let sources = paths.into_iter().map(read).collect::<Result<Vec<_>, _>>()?;
        Self::read(&sources, terms)
    }

    /// Each rule that they name, with the place of the waiver.
    pub fn rules(&self) -> impl Iterator<Item = (&str, &Location)> {
        self.entries.iter().flat_map(|entry| entry.rules.iter().map(|rule| (rule.as_str(), &entry.location)))
    }

    pub fn read(sources: &[Arc<SourceText>], terms: &Terms) -> Result<Self, Error> {
        let (mut entries, mut located) = (Vec::new(), Vec::new());
        for source in sources {
            match read::entries(source, terms) {
                Ok(read) => entries.extend(read),
                Err(problems) => {
                    located.extend(problems.into_iter().map(|problem| Located { source: Arc::clone(source), problem }));
                }
            }
        }
        entries.sort_by(|one: &Entry, two: &Entry| one.place().cmp(&two.place()));
        if located.is_empty() { Ok(Self { entries }) } else { Err(Error::Invalid { located }) }
    }

    /// Accepts the violations that a waiver covers which has not expired, and says what the reader should know of the
    /// waivers.
    pub fn apply(&self, outcome: &mut Outcome, org: &Org, terms: &Terms) {
        if self.entries.is_empty() {
            return;
        }
        let resolved: Vec<Resolved> = self.entries.iter().map(|entry| entry.resolve(org)).collect();
        let mut of_rule: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, entry) in self.entries.iter().enumerate() {
            for rule in &entry.rules {
                of_rule.entry(rule).or_default().push(at);
            }
        }
        let covering = |rule: &str| of_rule.get(rule).map(Vec::as_slice).unwrap_or_default();
        // Which waivers have something to cover, whether or not they still do.
        let mut used: BTreeSet<(usize, &str)> = BTreeSet::new();
        for finding in outcome.findings.iter().filter(|finding| finding.status == Status::Violation) {
            let rule = &outcome.rules[finding.rule];
            if let Some((&id, entries)) = of_rule.get_key_value(rule.info.id.as_str()) {
                let covers = |at: &&usize| resolved[**at].covers(rule, finding);
                used.extend(entries.iter().filter(covers).map(|&at| (at, id)));
            }
        }
        outcome.accept(|rule, finding| {
            let entries = covering(&rule.info.id).iter();
            let covers =
                entries.filter(|&&at| self.entries[at].is_in_force(terms) && resolved[at].covers(rule, finding));
            // Of several, the one that counts longest; of those, the first.
            let best = covers.max_by_key(|&&at| (self.entries[at].waiver.expires, std::cmp::Reverse(at)))?;
            Some(Acceptance::Waived(Arc::clone(&self.entries[*best].waiver)))
        });
        let sentences: Vec<String> = self
            .entries
            .iter()
            .zip(&resolved)
            .enumerate()
            .flat_map(|(at, (entry, resolved))| {
                let said = remarks::of(entry, resolved, outcome, terms, |rule| used.contains(&(at, rule)));
                said.into_iter().map(|sentence| format!("{}:{}: {sentence}", entry.waiver.file, entry.waiver.line))
            })
            .collect();
        outcome.exceptions.extend(sentences);
    }
}
