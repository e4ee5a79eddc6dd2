//! Tests from files and folders. What is wrong with any of them comes back together.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Error;
use super::cases::{self, Suite};
use crate::document::{Located, SourceText, tree};
use crate::policy::{self, DEFAULT, Overrides, Policy, TESTS, files, hidden, is_test, is_yaml, read_file};

/// What there is to test.
#[derive(Debug)]
pub struct Loaded {
    /// The tests.
    pub suites: Vec<Suite>,
    /// The policies without a test.
    pub untested: Vec<Policy>,
}

/// Reads the tests at these paths; without a path, those of the built-in rules.
///
/// A path is a policy (its tests are next to it), a file of tests, a folder, a glob, or the name of a built-in pack.
///
/// # Errors
///
/// A path that cannot be read, or whatever is wrong with the tests or with their policies.
pub fn load(paths: &[PathBuf]) -> Result<Loaded, Error> {
    let default = [PathBuf::from(DEFAULT)];
    let mut tests: BTreeSet<PathBuf> = BTreeSet::new();
    let mut policies: BTreeSet<PathBuf> = BTreeSet::new();
    let mut suites = Vec::new();
    for path in if paths.is_empty() { &default[..] } else { paths } {
        if let Some((name, text)) = TESTS.iter().find(|(name, _)| path.as_os_str() == *name) {
            let source = Arc::new(SourceText::new(format!("{name}_test"), (*text).to_owned()));
            // The tests of a pack name no policy: they belong to the pack.
            suites.push(suite(&source, Path::new(name))?);
            continue;
        }
        for file in files(path, is_yaml)? {
            if is_test(&file) {
                tests.insert(file);
            } else {
                let beside = tests_of(&file);
                tests.extend(beside.exists().then_some(beside));
                policies.insert(file);
            }
        }
    }
    let mut located = Vec::new();
    for file in &tests {
        match suite(&read_file(file)?, file) {
            Ok(suite) => suites.push(Suite { file: Some(file.clone()), ..suite }),
            Err(Error::Invalid { located: more }) => located.extend(more),
            Err(error) => return Err(error),
        }
    }
    if !located.is_empty() {
        return Err(Error::Invalid { located });
    }
    let real = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let tested: BTreeSet<PathBuf> = suites.iter().map(|suite| real(&suite.path)).collect();
    let rest: Vec<PathBuf> = policies.into_iter().filter(|policy| !tested.contains(&real(policy))).collect();
    let mut untested = if rest.is_empty() { Vec::new() } else { policy::load(&rest, &Overrides::default())? };
    // A copy of a built-in pack, beside the tests of the pack itself, is tested by them.
    let texts: BTreeSet<&str> =
        suites.iter().flat_map(|suite| &suite.policies).map(|policy| policy.file.source.text.as_str()).collect();
    untested.retain(|policy| !texts.contains(policy.file.source.text.as_str()));
    Ok(Loaded { suites, untested })
}

pub(super) fn suite(source: &Arc<SourceText>, path: &Path) -> Result<Suite, Error> {
    let at = |problem| Located { source: Arc::clone(source), problem };
    let mut located: Vec<Located> = hidden(&source.text).map(at).collect();
    match tree::parse(&source.text) {
        Err(problem) => located.push(at(problem)),
        Ok(root) if located.is_empty() => return cases::read(source, &root, path),
        Ok(_) => {}
    }
    Err(Error::Invalid { located })
}

/// Where the tests of a policy stand.
pub fn tests_of(policy: &Path) -> PathBuf {
    let stem = policy.file_stem().unwrap_or_default().to_string_lossy();
    let extension = policy.extension().unwrap_or_default().to_string_lossy();
    policy.with_file_name(format!("{stem}_test.{extension}"))
}
