//! Policies from files, folders and globs. All problems of all files come back together.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::Error;
use super::params::Overrides;
use super::{Case, Pattern, Policy, builtin, read};
use crate::document::SourceText;
use crate::document::{Located, Location, Problem, nearest, tree};
use crate::escape::{is_hidden, shown};

/// Reads the policies at these paths; with no path, the built-in ones.
///
/// A path is a file, a folder (its `.yaml` and `.yml` files, tests left out, subfolders included), or a glob over the
/// files of its last folder.
///
/// # Errors
///
/// A path that cannot be read or holds no policy, or whatever is wrong with the policies.
pub fn load(paths: &[PathBuf], overrides: &Overrides) -> Result<Vec<Policy>, Error> {
    let sources: Vec<Arc<SourceText>> = if paths.is_empty() {
        builtin().iter().map(|(name, text)| source((*name).to_owned(), (*text).to_owned())).collect()
    } else {
        let mut sources = BTreeMap::new();
        for path in paths {
            for file in files(path)? {
                let text = std::fs::read(&file).map_err(|source| Error::Read { path: file.clone(), source })?;
                let text = String::from_utf8(text).map_err(|error| {
                    let source = std::io::Error::new(std::io::ErrorKind::InvalidData, error.utf8_error());
                    Error::Read { path: file.clone(), source }
                })?;
                // The same file named twice is one file.
                let identity = std::fs::canonicalize(&file).unwrap_or_else(|_| file.clone());
                sources.entry(identity).or_insert_with(|| source(shown(&file), text));
            }
        }
        sources.into_values().collect()
    };
    parse(&sources, overrides)
}

/// Reads policies from their texts.
///
/// # Errors
///
/// Whatever is wrong with them, all of it.
pub fn parse(sources: &[Arc<SourceText>], overrides: &Overrides) -> Result<Vec<Policy>, Error> {
    let mut located = Vec::new();
    let mut policies = Vec::new();
    let mut params: Vec<String> = Vec::new();
    for source in sources {
        let at = |problem| Located { source: Arc::clone(source), problem };
        located.extend(hidden(&source.text).map(at));
        match tree::parse(&source.text) {
            Err(problem) => located.push(at(problem)),
            Ok(root) => {
                let (result, declared) = read::read(source, &root, overrides);
                params.extend(declared.names().map(str::to_owned));
                match result {
                    Ok(policy) => policies.push(policy),
                    Err(problems) => located.extend(problems),
                }
            }
        }
    }
    located.extend(repeated_ids(&policies));
    if !located.is_empty() {
        return Err(Error::Invalid { located });
    }
    match overrides.names().find(|name| !params.iter().any(|param| param == name)) {
        None => Ok(policies),
        Some(name) => {
            let near = nearest(name, params.iter().map(String::as_str));
            let help = near.map(|near| format!("did you mean `{near}`?"));
            Err(Error::NoSuchParam { name: name.to_owned(), help })
        }
    }
}

fn source(name: String, text: String) -> Arc<SourceText> {
    Arc::new(SourceText::new(name, text))
}

/// Characters that make a policy read otherwise than it is: each, once, on its place.
fn hidden(text: &str) -> impl Iterator<Item = Problem> {
    let hides = |c: char| is_hidden(c) && !matches!(c, '\n' | '\r' | '\t');
    text.char_indices().filter(move |&(at, c)| hides(c) && !(at == 0 && c == '\u{feff}')).map(|(at, character)| {
        let message = format!("a hidden character, {}", character.escape_unicode());
        Problem::new(at..at + character.len_utf8(), message)
            .help("write it as an escape in double quotes, such as \"\\u202e\", or leave it out")
    })
}

fn repeated_ids(policies: &[Policy]) -> Vec<Located> {
    let mut first: BTreeMap<&str, &Location> = BTreeMap::new();
    let mut repeated = Vec::new();
    for rule in policies.iter().flat_map(|policy| &policy.rules) {
        let Some(earlier) = first.get(rule.info.id.as_str()) else {
            first.insert(&rule.info.id, &rule.info.location);
            continue;
        };
        let line = earlier.region().line;
        let problem =
            Problem::new(rule.info.location.span.clone(), format!("a second rule with the id `{}`", rule.info.id))
                .help(format!("the first is in {}, line {line}", earlier.source.name));
        repeated.push(Located { source: Arc::clone(&rule.info.location.source), problem });
    }
    repeated
}

fn files(path: &Path) -> Result<Vec<PathBuf>, Error> {
    let found = match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => walk(path)?,
        Ok(_) => return Ok(vec![path.to_owned()]),
        Err(source) => match path.file_name().and_then(|name| name.to_str()) {
            Some(name) if name.contains(['*', '?', '[', '{']) => matching(path, name)?,
            Some(_) | None => return Err(Error::Read { path: path.to_owned(), source }),
        },
    };
    if found.is_empty() { Err(Error::NoPolicy { path: path.to_owned() }) } else { Ok(found) }
}

/// The policies of a folder and its subfolders, sorted.
fn walk(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut found = Vec::new();
    for path in listed(folder)? {
        if path.is_dir() {
            found.extend(walk(&path)?);
        } else if is_policy(&path) {
            found.push(path);
        }
    }
    Ok(found)
}

fn matching(path: &Path, glob: &str) -> Result<Vec<PathBuf>, Error> {
    let pattern = Pattern::glob(glob, Case::Exact, 0..0)
        .map_err(|bad| Error::Glob { glob: glob.to_owned(), message: bad.message })?;
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let matches = |path: &PathBuf| {
        path.file_name().and_then(|name| name.to_str()).is_some_and(|name| pattern.matches(name)) && is_policy(path)
    };
    Ok(listed(folder)?.into_iter().filter(matches).collect())
}

fn listed(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let failed = |source| Error::Read { path: folder.to_owned(), source };
    let entries = std::fs::read_dir(folder).map_err(failed)?;
    let mut paths: Vec<PathBuf> =
        entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>().map_err(failed)?;
    paths.sort();
    Ok(paths)
}

fn is_policy(path: &Path) -> bool {
    let named = |ending: &str| path.extension().is_some_and(|extension| extension == ending);
    let test = path.file_stem().is_some_and(|stem| stem.to_string_lossy().ends_with("_test"));
    (named("yaml") || named("yml")) && !test
}
