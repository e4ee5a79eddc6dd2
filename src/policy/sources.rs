//! The texts of policies, found once: they are read from here, and a bundle of evidence keeps them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use super::error::Error;
use super::extend::{Linked, again, closure};
use super::load::{misnamed, named, read_all};
use super::params::Overrides;
use super::rule::Policy;
use crate::document::{Located, SourceText};

/// Reads the policies at these paths; with no path, the built-in ones.
///
/// A path is a file, a folder (its `.yaml` and `.yml` files, tests left out, subfolders included), a glob over paths
/// (`**` spans folders), or the name of a built-in pack.
///
/// # Errors
///
/// A path that cannot be read or holds no policy, or whatever is wrong with the policies.
pub fn load(paths: &[PathBuf], overrides: &Overrides) -> Result<Vec<Policy>, Error> {
    Sources::at(paths)?.read(overrides)
}

/// The texts of policies with those that they extend, each after the ones that it extends.
#[derive(Clone, Debug)]
pub struct Sources {
    files: Vec<Linked>,
    problems: Vec<Located>,
}

impl Sources {
    /// The texts at these paths, as [`load`] finds them.
    ///
    /// # Errors
    ///
    /// A path that cannot be read or holds no policy.
    pub fn at(paths: &[PathBuf]) -> Result<Self, Error> {
        let (files, mut problems) = closure(named(paths)?);
        problems.extend(misnamed(paths));
        Ok(Self { files, problems })
    }

    /// The same texts again, from a bundle. If one extends a text that was not kept, that is a problem at its entry.
    pub fn kept(files: impl IntoIterator<Item = (Arc<SourceText>, bool, BTreeMap<String, usize>)>) -> Self {
        let linked = |(source, extended, entries)| Linked { source, extended, entries, extends: BTreeSet::new() };
        let (files, problems) = again(&files.into_iter().map(linked).collect::<Vec<_>>());
        Self { files, problems }
    }

    /// The texts, in their order.
    pub fn files(&self) -> &[Linked] {
        &self.files
    }

    /// The policies that the texts are.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with them, all of it.
    pub fn read(&self, overrides: &Overrides) -> Result<Vec<Policy>, Error> {
        read_all(&self.files, true, self.problems.clone(), overrides)
    }
}
