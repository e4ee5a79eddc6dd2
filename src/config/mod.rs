//! Settings and their origin: a flag, the environment, `rolelint.yaml` or the default.
//!
//! The file holds what a repository wants of every run. It cannot name the key, and cannot say where the key is sent.

mod overrides;
mod read;

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use miette::Diagnostic;
use thiserror::Error;

use crate::bounded;
use crate::document::{Code, Located, Problem, SourceText};
use crate::escape::shown;

pub(crate) use overrides::KEYS as OVERRIDE_KEYS;
pub use overrides::{Change, Override};
pub(crate) use read::{KEYS, OVERRIDES, Takes};

/// The largest configuration, in bytes.
const LARGEST: u64 = 1 << 20;

/// Where a configuration is looked for in a folder.
const NAMES: [&str; 2] = ["rolelint.yaml", ".github/rolelint.yaml"];

/// Names by which somebody may mean a configuration. To pass over it would leave out what it asks for.
const OTHER_NAMES: [&str; 4] = ["rolelint.yml", ".rolelint.yaml", ".rolelint.yml", ".github/rolelint.yml"];

/// Where the value of a setting comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// This flag on the command line.
    Flag(String),
    /// A variable of the environment.
    Environment(String),
    /// A line of the configuration.
    File(String),
    /// Nobody said anything.
    Default,
}

/// A setting in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The name of its flag.
    pub name: String,
    /// Its values; none if it is not set.
    pub values: Vec<String>,
    /// Where they come from.
    pub origin: Origin,
}

/// What a configuration says about one flag, as it would stand on the command line.
#[derive(Debug)]
pub struct Entry {
    /// The values.
    pub values: Vec<String>,
    /// Where they stand, in bytes.
    pub span: Range<usize>,
}

/// A configuration.
#[derive(Debug)]
pub struct Config {
    path: PathBuf,
    source: Arc<SourceText>,
    /// By the name of the flag.
    entries: BTreeMap<&'static str, Entry>,
    overrides: Vec<Override>,
}

/// Why the configuration cannot be used.
#[derive(Debug, Error, Diagnostic)]
pub enum Error {
    /// It could not be read.
    #[error("cannot read the configuration `{}`", shown(path))]
    #[diagnostic(help("--config takes a file; --no-config uses none"))]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// There are two in one folder.
    #[error("there are two configurations, `{}` and `{}`", shown(first), shown(second))]
    #[diagnostic(help("keep one of them, or choose one with --config"))]
    Two {
        /// The one.
        first: PathBuf,
        /// The other.
        second: PathBuf,
    },
    /// There is one by another name.
    #[error("`{}` is not read: the name of a configuration is `rolelint.yaml`", shown(path))]
    #[diagnostic(help("rename it; or --config FILE reads a file by any name, and --no-config none"))]
    OtherName {
        /// The file.
        path: PathBuf,
    },
    /// It was read, and is wrong.
    #[error("the configuration cannot be used, nothing was checked")]
    Invalid {
        /// All problems, in order.
        #[related]
        located: Vec<Located>,
    },
}

impl Config {
    /// The configuration of the folder, or else of the nearest folder above it, up to the root of the repository.
    ///
    /// # Errors
    ///
    /// There are two in one folder, or the one there is has another name, or it cannot be read or used.
    pub fn find(folder: &Path) -> Result<Option<Self>, Error> {
        let mut prefix = PathBuf::new();
        for folder in folder.ancestors() {
            let is_there = |path: &PathBuf| path.symlink_metadata().is_ok();
            if let Some(path) = OTHER_NAMES.iter().map(|name| prefix.join(name)).find(is_there) {
                return Err(Error::OtherName { path });
            }
            let mut found = NAMES.iter().map(|name| prefix.join(name)).filter(is_there);
            match (found.next(), found.next()) {
                (Some(first), Some(second)) => return Err(Error::Two { first, second }),
                (Some(path), None) => return Self::open(&path).map(Some),
                (None, _) if folder.join(".git").exists() => return Ok(None),
                (None, _) => prefix.push(".."),
            }
        }
        Ok(None)
    }

    /// The configuration in that file.
    ///
    /// # Errors
    ///
    /// It cannot be read or used.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let failed = |source| Error::Read { path: path.to_owned(), source };
        let text = bounded::read(path, LARGEST).map_err(failed)?;
        let source = Arc::new(SourceText::new(shown(path), text));
        Ok(Self { path: path.to_owned(), ..Self::parse(&source, path.parent().unwrap_or(Path::new("")))? })
    }

    /// The configuration in a text that stands in this folder.
    ///
    /// # Errors
    ///
    /// It cannot be used.
    pub fn parse(source: &Arc<SourceText>, folder: &Path) -> Result<Self, Error> {
        let (entries, overrides) = read::entries(source, folder).map_err(|problems| invalid(source, problems))?;
        Ok(Self { path: PathBuf::from(&source.name), source: Arc::clone(source), entries, overrides })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file, fit to be shown.
    pub fn name(&self) -> &str {
        &self.source.name
    }

    /// What it says about a flag.
    pub fn entry(&self, flag: &str) -> Option<&Entry> {
        self.entries.get(flag)
    }

    /// What it changes about single rules.
    pub fn overrides(&self) -> &[Override] {
        &self.overrides
    }

    /// What it says, by the name of the flag.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.entries.iter().map(|(flag, entry)| (*flag, entry))
    }

    /// The location of an entry, for people.
    pub fn place(&self, entry: &Entry) -> String {
        format!("{}:{}", self.source.name, self.source.region(&entry.span).line)
    }

    /// The error that points at an entry.
    pub fn wrong(&self, entry: &Entry, message: String, help: Option<String>) -> Error {
        let problem = Problem { help, ..Code::InvalidValue.at(entry.span.clone(), message) };
        invalid(&self.source, vec![problem])
    }
}

fn invalid(source: &Arc<SourceText>, problems: Vec<Problem>) -> Error {
    let at = |problem| Located { source: Arc::clone(source), problem };
    Error::Invalid { located: problems.into_iter().map(at).collect() }
}
