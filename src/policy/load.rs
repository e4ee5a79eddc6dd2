//! Policies from files, folders and globs. All problems of all files come back together.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use globset::GlobBuilder;

use super::error::Error;
use super::extend::Linked;
use super::file::{is_policy, is_test, read_file, source};
use super::params::Overrides;
use super::permissions::lexicon;
use super::read::Around;
use super::{Kind, Policy, Rule, builtin, narrow, read, sentence};
use crate::document::SourceText;
use crate::document::{Code, Located, Location, Problem, Reader, nearest, tree};
use crate::escape::is_hidden;

/// The largest parameter file, in bytes: it may list everybody.
pub(crate) const LARGEST_PARAMETERS: u64 = 64 << 20;

/// The files that these paths name, by what they are.
pub(super) fn named(paths: &[PathBuf]) -> Result<BTreeMap<PathBuf, (PathBuf, Arc<SourceText>)>, Error> {
    let mut named = BTreeMap::new();
    let default = [PathBuf::from(builtin::DEFAULT)];
    for path in if paths.is_empty() { &default[..] } else { paths } {
        if let Some(pack) = pack(path)? {
            named.insert(path.clone(), (path.clone(), pack));
            continue;
        }
        for file in files(path, is_policy)? {
            // The same file named twice is one file.
            let identity = std::fs::canonicalize(&file).unwrap_or_else(|_| file.clone());
            if let Entry::Vacant(entry) = named.entry(identity) {
                let source = read_file(&file)?;
                entry.insert((file, source));
            }
        }
    }
    Ok(named)
}

/// Policies that would be passed over: in the folders and globs among these paths, files with the name of tests.
pub(super) fn misnamed(paths: &[PathBuf]) -> Vec<Located> {
    let mut located = Vec::new();
    // What cannot be read is for `rolelint test` to say.
    let several = paths.iter().filter(|path| !path.is_file());
    let tests: BTreeSet<PathBuf> = several.filter_map(|path| files(path, is_test).ok()).flatten().collect();
    for source in tests.iter().filter_map(|file| read_file(file).ok()) {
        let Ok(root) = tree::parse(&source.text) else { continue };
        let keys = root.entries().iter().map(|(key, _)| key);
        if let Some(key) = keys.into_iter().find(|key| matches!(&*key.text, "rules" | "extends")) {
            let message = format!("`{}` makes a policy, and this file has the name of policy tests", key.text);
            let problem = Code::Misplaced.at(key.span.clone(), message);
            let problem = problem.help("rename the file, so that its name does not end in `_test`");
            located.push(Located { source, problem });
        }
    }
    located
}

/// The built-in pack that a path names, if it is the name of a pack.
fn pack(path: &Path) -> Result<Option<Arc<SourceText>>, Error> {
    let Some(name) = path.to_str().filter(|name| name.starts_with("builtin:")) else { return Ok(None) };
    let packs = builtin::PACKS.iter();
    match packs.clone().find(|(pack, _)| *pack == name) {
        Some((_, text)) => Ok(Some(source(name.to_owned(), (*text).to_owned()))),
        None => Err(Error::NoSuchPack {
            name: name.to_owned(),
            known: packs.map(|(pack, _)| *pack).collect::<Vec<_>>().join(", "),
        }),
    }
}

/// Reads policies from their texts, each for itself: what they extend is not loaded.
///
/// # Errors
///
/// Whatever is wrong with them, all of it.
pub fn parse(sources: &[Arc<SourceText>], overrides: &Overrides) -> Result<Vec<Policy>, Error> {
    let file = |source: &Arc<SourceText>| Linked {
        source: Arc::clone(source),
        extended: false,
        entries: BTreeMap::new(),
        extends: BTreeSet::new(),
    };
    read_all(&sources.iter().map(file).collect::<Vec<_>>(), false, Vec::new(), overrides)
}

/// Reads policies. If they are linked, those that they extend come before them.
pub(super) fn read_all(
    files: &[Linked],
    linked: bool,
    mut located: Vec<Located>,
    overrides: &Overrides,
) -> Result<Vec<Policy>, Error> {
    let mut policies: Vec<Policy> = Vec::new();
    // The place of each policy that could be read.
    let mut places: BTreeMap<usize, usize> = BTreeMap::new();
    let mut params: Vec<String> = Vec::new();
    let mut trees = Vec::new();
    for (number, file) in files.iter().enumerate() {
        let source = &file.source;
        let at = |problem| Located { source: Arc::clone(source), problem };
        located.extend(hidden(&source.text).map(at));
        match tree::parse(&source.text) {
            Err(problem) => located.push(at(problem)),
            Ok(root) => trees.push((number, source, root)),
        }
    }
    // What one file says about a permission applies to the rules of all.
    let added = trees.iter().flat_map(|(_, source, root)| Reader::new(source).permissions(root.below("permissions")));
    let lexicon = Arc::new(lexicon(&added.collect::<Vec<_>>()));
    for (number, source, root) in &trees {
        let parents = || files[*number].extends.iter().filter_map(|parent| places.get(parent));
        // If a file that it extends could not be read, its rules are unknown.
        let whole = linked && parents().count() == files[*number].extends.len();
        let rules = whole.then(|| parents().flat_map(|place| policies[*place].rules_of_kinds()).map(selects).collect());
        let around = Around { overrides, lexicon: &lexicon, extended: files[*number].extended, rules };
        let (result, declared) = read::read(source, root, &around);
        params.extend(declared.names().map(str::to_owned));
        match result {
            Ok(policy) => {
                places.insert(*number, policies.len());
                policies.push(policy);
            }
            Err(problems) => located.extend(problems),
        }
    }
    located.extend(repeated_ids(&policies));
    if !located.is_empty() {
        return Err(Error::Invalid { located });
    }
    match overrides.names().find(|name| !params.iter().any(|param| param == name)) {
        None => {
            narrow::apply(&mut policies);
            sentence::say(&mut policies);
            Ok(policies)
        }
        Some(name) => {
            let near = nearest(name, params.iter().map(String::as_str));
            let help = near.map(|near| format!("did you mean `{near}`?"));
            Err(Error::NoSuchParam { name: name.to_owned(), help })
        }
    }
}

/// A rule with the kinds of things that it selects.
fn selects(kinds: &[Rule]) -> (&str, Vec<Kind>) {
    (&kinds[0].info.id, kinds.iter().map(|rule| rule.select).collect())
}

/// Characters that make a policy look different from what it says, each reported once, at its place.
pub(crate) fn hidden(text: &str) -> impl Iterator<Item = Problem> {
    let hides = |c: char| is_hidden(c) && !matches!(c, '\n' | '\r' | '\t');
    text.char_indices().filter(move |&(at, c)| hides(c) && !(at == 0 && c == '\u{feff}')).map(|(at, character)| {
        let message = format!("a hidden character, {}", character.escape_unicode());
        Code::HiddenCharacter
            .at(at..at + character.len_utf8(), message)
            .help("write it as an escape in double quotes, such as \"\\u202e\", or omit it")
    })
}

fn repeated_ids(policies: &[Policy]) -> Vec<Located> {
    let mut first: BTreeMap<&str, &Location> = BTreeMap::new();
    let mut repeated = Vec::new();
    for rule in policies.iter().flat_map(Policy::rules_of_kinds).map(|kinds| &kinds[0]) {
        let Some(earlier) = first.get(rule.info.id.as_str()) else {
            first.insert(&rule.info.id, &rule.info.location);
            continue;
        };
        let line = earlier.region().line;
        let problem = Code::Duplicate
            .at(rule.info.location.span.clone(), format!("a second rule with the id `{}`", rule.info.id))
            .help(format!("the first is in {}, line {line}", earlier.source.name));
        repeated.push(Located { source: Arc::clone(&rule.info.location.source), problem });
    }
    repeated
}

/// The files that a path names: itself, or the wanted ones of a folder or a glob.
pub(crate) fn files(path: &Path, wanted: fn(&Path) -> bool) -> Result<Vec<PathBuf>, Error> {
    let found = match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => walk(path, None, wanted)?,
        Ok(_) => return Ok(vec![path.to_owned()]),
        Err(_) if is_glob(path.as_os_str()) => matching(path, wanted)?,
        Err(source) => return Err(Error::Read { path: path.to_owned(), source }),
    };
    if found.is_empty() { Err(Error::NoPolicy { path: path.to_owned() }) } else { Ok(found) }
}

/// The wanted files of a folder and its subfolders, sorted. Without a depth, each real folder is walked once, so that
/// circular links end; with a depth, every path of that depth is walked.
fn walk(folder: &Path, depth: Option<usize>, wanted: fn(&Path) -> bool) -> Result<Vec<PathBuf>, Error> {
    let mut found = Vec::new();
    let mut walked = BTreeSet::new();
    let (mut folders, mut links) = (vec![(folder.to_owned(), depth)], Vec::new());
    // Links come last, so that a file is named by its own path if it has one.
    while let Some((folder, depth)) = folders.pop().or_else(|| links.pop()) {
        let identity = std::fs::canonicalize(&folder).unwrap_or_else(|_| folder.clone());
        if depth == Some(0) || depth.is_none() && !walked.insert(identity) {
            continue;
        }
        for path in listed(&folder)? {
            let of_kind = if path.is_symlink() { &mut links } else { &mut folders };
            match std::fs::metadata(&path) {
                Ok(metadata) if metadata.is_dir() => of_kind.push((path, depth.map(|depth| depth - 1))),
                Ok(metadata) if !wanted(&path) || metadata.is_file() => {
                    found.extend(wanted(&path).then_some(path));
                }
                Ok(_) => return Err(Error::Read { path, source: std::io::Error::other("it is not a regular file") }),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound && !wanted(&path) => {}
                Err(source) => return Err(Error::Read { path, source }),
            }
        }
    }
    found.sort();
    Ok(found)
}

fn is_glob(part: &OsStr) -> bool {
    part.to_string_lossy().contains(['*', '?', '[', '{'])
}

/// The wanted files below the folder that a glob begins with, if their paths match it.
fn matching(glob: &Path, wanted: fn(&Path) -> bool) -> Result<Vec<PathBuf>, Error> {
    let pattern = GlobBuilder::new(&glob.to_string_lossy()).literal_separator(true).build();
    let pattern = pattern
        .map_err(|bad| Error::Glob { glob: glob.display().to_string(), message: bad.kind().to_string() })?
        .compile_matcher();
    let folder: PathBuf = glob.components().take_while(|part| !is_glob(part.as_os_str())).collect();
    let relative = folder.as_os_str().is_empty();
    // A pattern of fixed depth ends by itself, and may distinguish two paths to one folder.
    let depth =
        (!pattern_spans_folders(glob)).then(|| glob.to_string_lossy().matches(std::path::is_separator).count() + 1);
    let found = walk(if relative { Path::new(".") } else { &folder }, depth, wanted)?;
    let matches =
        |path: &PathBuf| pattern.is_match(if relative { path.strip_prefix(".").unwrap_or(path) } else { path });
    Ok(found.into_iter().filter(matches).collect())
}

fn pattern_spans_folders(glob: &Path) -> bool {
    glob.to_string_lossy().contains("**")
}

fn listed(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let failed = |source| Error::Read { path: folder.to_owned(), source };
    let entries = std::fs::read_dir(folder).map_err(failed)?;
    let mut paths: Vec<PathBuf> =
        entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>().map_err(failed)?;
    paths.sort();
    Ok(paths)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn circular_links_end_and_both_yaml_extensions_count() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("z")).expect("made");
        for name in ["a.yaml", "b.YAML", ".yaml", "c_test.yaml", "z/d.yml", "notes"] {
            std::fs::write(at(name), "").expect("written");
        }
        for link in ["l", "m", "z/n"] {
            symlink(folder.path(), at(link)).expect("linked");
        }
        let expected = [".yaml", "a.yaml", "b.YAML", "z/d.yml"].map(at);
        assert_eq!(walk(folder.path(), None, is_policy).expect("walked"), expected);
    }
}
