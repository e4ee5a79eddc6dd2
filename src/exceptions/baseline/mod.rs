//! The baseline: the violations that there were on the day when checking began, one line each. What is not in it fails.

mod line;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use miette::Diagnostic;
use thiserror::Error;

use crate::bounded;
use crate::escape::{shown, visible};
use crate::finding::{Acceptance, Outcome, Status};
use crate::org::Identity;

use line::{Key, Line, VERSION};

/// The largest baseline, in bytes.
const LARGEST: u64 = 1 << 30;

/// How many lines with other words than their findings are named.
const NAMED: usize = 10;

/// Why the baseline cannot be used.
#[derive(Debug, Error, Diagnostic)]
pub enum Error {
    /// It could not be read.
    #[error("cannot read the baseline `{}`", shown(path))]
    #[diagnostic(help("`rolelint baseline -o FILE` writes one; to check without it, pass --no-baseline"))]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A line is not a valid entry.
    #[error("{place} is not a line of a baseline")]
    #[diagnostic(help("`rolelint baseline -o FILE` writes such lines; take them as they are"))]
    Broken {
        /// File and line.
        place: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A line is of another version.
    #[error("{place} has version {version}, and this rolelint reads version {VERSION}")]
    #[diagnostic(help("delete the file and write the baseline again: `rolelint baseline -o FILE`"))]
    Version {
        /// File and line.
        place: String,
        /// Which.
        version: u32,
    },
    /// A line belongs to another organization, or does not say to which.
    #[error("{place} belongs to {}, and {} is being checked", visible(theirs), visible(ours))]
    #[diagnostic(help("each organization needs a baseline of its own"))]
    OtherOrganization {
        /// File and line.
        place: String,
        /// What the line says.
        theirs: String,
        /// What was checked.
        ours: String,
    },
}

/// Accepted violations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// The file, fit to be shown.
    name: String,
    /// Each with its place in the file. The same line twice, as a merge may leave it, is one.
    lines: BTreeMap<Line, usize>,
}

/// What has become of an accepted violation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// It is still there.
    There,
    /// It is certainly gone.
    Gone,
    /// Its rule and subject are there for other reasons: another person, permission, value or number.
    Changed,
    /// Its rule was skipped, or some of its answers are unknown.
    Untold,
    /// No policy has its rule.
    NoRule,
    /// Its rule cannot be waived.
    Refused,
}

impl Baseline {
    /// Reads a baseline.
    ///
    /// # Errors
    ///
    /// It cannot be read, or a line is not valid.
    pub fn open(path: &Path) -> Result<Self, Error> {
        Self::read(shown(path), &Self::text(path)?)
    }

    /// The text of a baseline.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub fn text(path: &Path) -> Result<String, Error> {
        bounded::read(path, LARGEST).map_err(|source| Error::Read { path: path.to_owned(), source })
    }

    /// Reads a baseline from its text; `name` is what errors call it.
    ///
    /// # Errors
    ///
    /// A line is not valid.
    pub fn read(name: String, text: &str) -> Result<Self, Error> {
        let mut lines = BTreeMap::new();
        for (at, text) in text.lines().enumerate().filter(|(_, text)| !text.trim().is_empty()) {
            let place = || format!("{name}:{}", at + 1);
            let line: Line = serde_json::from_str(text).map_err(|source| Error::Broken { place: place(), source })?;
            if line.version != VERSION {
                return Err(Error::Version { place: place(), version: line.version });
            }
            lines.entry(line).or_insert(at + 1);
        }
        Ok(Self { name, lines })
    }

    /// Makes sure that every line is of this organization.
    ///
    /// # Errors
    ///
    /// One is not, or not certainly.
    pub fn belongs_to(&self, told: &Identity) -> Result<(), Error> {
        for (line, at) in &self.lines {
            let same = match &line.organization {
                Some(organization) => [&told.id, &told.name].into_iter().flatten().any(|known| known == organization),
                None => !told.is_known(),
            };
            if !same {
                let theirs = line.organization.clone().unwrap_or_else(|| Identity::default().to_string());
                let place = format!("{}:{at}", self.name);
                return Err(Error::OtherOrganization { place, theirs, ours: told.to_string() });
            }
        }
        Ok(())
    }

    /// The violations of an outcome that can be accepted and are not yet.
    pub fn of(outcome: &Outcome) -> Self {
        let violations = outcome.findings.iter().filter(|finding| finding.status == Status::Violation);
        let waivable = violations.filter(|finding| outcome.rules[finding.rule].info.waivable);
        let lines = waivable.map(|finding| (Line::of(outcome, finding), 0)).collect();
        Self { name: String::new(), lines }
    }

    /// Accepts the violations that are in it, and says which of its lines have become pointless.
    pub fn apply(&self, outcome: &mut Outcome) {
        if self.lines.is_empty() {
            return;
        }
        let keys: BTreeSet<&Key<'_>> = self.lines.keys().map(|line| &line.key).collect();
        let fates = self.fates(outcome);
        outcome
            .accept(|rule, finding| keys.contains(&Key::of(&rule.info.id, finding)).then_some(Acceptance::Baselined));
        self.compare_words(outcome);
        let mut before = None;
        for ((line, at), fate) in self.lines.iter().zip(fates) {
            if before.replace(&line.key) == Some(&line.key) {
                continue;
            }
            let Key { rule, subject, .. } = &line.key;
            let why = match fate {
                Fate::There | Fate::Untold => continue,
                Fate::Gone => {
                    outcome.stale += 1;
                    "is fixed: take it out of the baseline".to_owned()
                }
                Fate::Changed => format!("has changed since it was accepted as `{}`", line.message),
                Fate::NoRule => "was not checked: no policy that was loaded has the rule".to_owned(),
                Fate::Refused => "has no effect: the rule cannot be waived".to_owned(),
            };
            outcome.exceptions.push(format!("{}:{at}: {rule} of {subject} {why}", self.name));
        }
    }

    /// Says which lines have other words than the violations that they accept. A thing may have a new name since; or
    /// somebody reviewed words that are not those of the violation.
    fn compare_words(&self, outcome: &mut Outcome) {
        let baselined = outcome.findings.iter().filter(|finding| finding.status == Status::Baselined);
        let today: BTreeMap<Key<'static>, Line> =
            baselined.map(|finding| Line::of(outcome, finding)).map(|line| (line.key.clone(), line)).collect();
        let mut other = Vec::new();
        for lines in self.lines.iter().collect::<Vec<_>>().chunk_by(|one, other| one.0.key == other.0.key) {
            // A merge may have left the words of both branches.
            let Some(today) =
                today.get(&lines[0].0.key).filter(|today| !lines.iter().any(|(line, _)| line.says(today)))
            else {
                continue;
            };
            let (Line { key: Key { rule, subject, .. }, message, .. }, at) = lines[0];
            other.push(format!(
                "{}:{at}: {rule} of {subject} was accepted as `{message}`, and is `{}`: \
                 `rolelint baseline -o {0}` writes the line anew",
                self.name, today.message
            ));
        }
        let more = other.len().saturating_sub(NAMED);
        other.truncate(NAMED);
        other.extend(
            (more > 0).then(|| format!("{}: {more} more lines have other words than their findings", self.name)),
        );
        outcome.exceptions.extend(other);
    }

    /// What has become of each line.
    fn fates(&self, outcome: &Outcome) -> Vec<Fate> {
        let proven = outcome.findings.iter().filter(|finding| finding.status != Status::Unknown);
        let there: BTreeSet<Key<'_>> =
            proven.map(|finding| Key::of(&outcome.rules[finding.rule].info.id, finding)).collect();
        let accepted: BTreeSet<&Key<'_>> = self.lines.keys().map(|line| &line.key).collect();
        let new = there.iter().filter(|key| !accepted.contains(key));
        let new: BTreeSet<(&str, &str)> = new.map(|key| (&*key.rule, &*key.subject)).collect();
        let rules: BTreeMap<&str, _> = outcome.rules.iter().map(|rule| (rule.info.id.as_str(), rule)).collect();
        let fate = |line: &Line| {
            let Key { rule: id, subject, .. } = &line.key;
            let Some(rule) = rules.get(&**id) else {
                let is_skipped = outcome.skipped.iter().any(|skipped| skipped.rule == *id);
                return if is_skipped { Fate::Untold } else { Fate::NoRule };
            };
            if !rule.info.waivable {
                Fate::Refused
            } else if there.contains(&line.key) {
                Fate::There
            } else if new.contains(&(&**id, &**subject)) {
                Fate::Changed
            } else if rule.is_open() {
                Fate::Untold
            } else {
                Fate::Gone
            }
        };
        self.lines.keys().map(fate).collect()
    }

    /// Takes over from an earlier baseline the lines that the outcome says nothing about, and the dates of those that are
    /// still there.
    pub fn keep(&mut self, earlier: &Self, outcome: &Outcome) {
        let present: BTreeMap<&Key<'_>, &Line> = self.lines.keys().map(|line| (&line.key, line)).collect();
        let kept = |line: &Line, fate: &Fate| match fate {
            // It may be waived by now, and is then left out.
            Fate::There => present.get(&line.key).is_some_and(|today| line.says(today)),
            Fate::Untold | Fate::NoRule => true,
            Fate::Gone | Fate::Changed | Fate::Refused => false,
        };
        let fates = earlier.fates(outcome);
        let kept = earlier.lines.keys().zip(&fates).filter(|(line, fate)| kept(line, fate)).map(|(line, _)| line);
        let kept: BTreeMap<&Key<'_>, &Line> = kept.map(|line| (&line.key, line)).collect();
        self.lines.retain(|line, _| !kept.contains_key(&line.key));
        self.lines.extend(kept.into_values().map(|line| (line.clone(), 0)));
    }

    /// What this one accepts and the other does not, in words.
    pub fn beyond(&self, other: &Self) -> Vec<&str> {
        let known: BTreeSet<&Key<'_>> = other.lines.keys().map(|line| &line.key).collect();
        self.lines.keys().filter(|line| !known.contains(&line.key)).map(|line| line.message.as_str()).collect()
    }

    /// How many violations it accepts.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Writes it, sorted.
    ///
    /// # Errors
    ///
    /// What the writer says.
    pub fn write(&self, to: &mut dyn Write) -> io::Result<()> {
        for line in self.lines.keys() {
            serde_json::to_writer(&mut *to, line)?;
            to.write_all(b"\n")?;
        }
        Ok(())
    }
}
