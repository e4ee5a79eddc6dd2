//! `extends:` of a policy: the files and packs that it builds on, each loaded once. Problems are reported at
//! the entry.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::builtin;
use super::file::{LARGEST, is_test, is_yaml, source};
use crate::bounded;
use crate::document::tree::{self, Node, Yaml};
use crate::document::{Code, Located, Problem, Reader, SourceText};
use crate::escape::visible;

/// How many files may extend each other in a row.
const DEEPEST: usize = 16;

/// A policy file, and those that it extends.
#[derive(Clone, Debug)]
pub struct Linked {
    /// The file.
    pub source: Arc<SourceText>,
    /// Whether it was not named, but another file extends it.
    pub extended: bool,
    /// The files that its `extends` names, by the words there.
    pub entries: BTreeMap<String, usize>,
    /// All files that it extends, and those that they extend.
    pub(super) extends: BTreeSet<usize>,
}

/// The files that were named, by what they are, and all that they extend. A file comes after those that it extends.
pub(super) fn closure(named: BTreeMap<PathBuf, (PathBuf, Arc<SourceText>)>) -> (Vec<Linked>, Vec<Located>) {
    let mut closure = Closure { find: &read, files: Vec::new(), places: BTreeMap::new(), problems: Vec::new() };
    let mut chain = Vec::new();
    for (identity, (path, source)) in named {
        let file = File { identity, path, source };
        let place = closure.visit(&file, false, &mut chain);
        closure.files[place].extended = false;
    }
    (closure.files, closure.problems)
}

/// The same files once more, from what was kept of them: none is read.
pub(super) fn again(kept: &[Linked]) -> (Vec<Linked>, Vec<Located>) {
    let file = |at: usize| {
        let name = PathBuf::from(at.to_string());
        Some(File { identity: name.clone(), path: name, source: Arc::clone(&kept.get(at)?.source) })
    };
    let find = |of: &File, entry: &Node| {
        let Yaml::Text(text) = &entry.yaml else { return Err(no_text(entry)) };
        let whose = of.identity.to_str().and_then(|name| name.parse().ok()).and_then(|at: usize| kept.get(at));
        let found = whose.and_then(|whose| file(*whose.entries.get(text)?));
        let missing = || Code::InvalidValue.at(entry.span.clone(), format!("`{}` was not kept", visible(text)));
        found.ok_or_else(missing)
    };
    let mut closure = Closure { find: &find, files: Vec::new(), places: BTreeMap::new(), problems: Vec::new() };
    for (at, linked) in kept.iter().enumerate() {
        let place = closure.visit(&file(at).expect("it is one of them"), linked.extended, &mut Vec::new());
        closure.files[place].extended = linked.extended;
    }
    (closure.files, closure.problems)
}

/// A file that is read.
struct File {
    /// What it is, whatever path leads there.
    identity: PathBuf,
    /// Where it was found.
    path: PathBuf,
    source: Arc<SourceText>,
}

/// How an entry of a file's `extends` becomes a file.
type Find<'f> = dyn Fn(&File, &Node) -> Result<File, Problem> + 'f;

struct Closure<'f> {
    find: &'f Find<'f>,
    files: Vec<Linked>,
    places: BTreeMap<PathBuf, usize>,
    problems: Vec<Located>,
}

impl Closure<'_> {
    /// The place of a file, after those that it extends. `chain` has the files that lead there.
    fn visit(&mut self, file: &File, extended: bool, chain: &mut Vec<PathBuf>) -> usize {
        if let Some(place) = self.places.get(&file.identity) {
            return *place;
        }
        chain.push(file.identity.clone());
        let (mut entries, mut extends) = (BTreeMap::new(), BTreeSet::new());
        // Problems with the YAML are noted when the policy is read.
        if let Ok(root) = tree::parse(&file.source.text) {
            for entry in root.below("extends").map(Node::items).unwrap_or_default() {
                let Some(place) = self.entry(file, entry, chain) else { continue };
                if let Yaml::Text(text) = &entry.yaml {
                    entries.insert(text.clone(), place);
                }
                extends.insert(place);
                extends.extend(self.files[place].extends.iter().copied());
            }
        }
        chain.pop();
        self.files.push(Linked { source: Arc::clone(&file.source), extended, entries, extends });
        let place = self.files.len() - 1;
        self.places.insert(file.identity.clone(), place);
        place
    }

    fn entry(&mut self, file: &File, entry: &Node, chain: &mut Vec<PathBuf>) -> Option<usize> {
        let parent = match (self.find)(file, entry) {
            Ok(parent) => parent,
            Err(problem) => {
                self.problems.push(Located { source: Arc::clone(&file.source), problem });
                return None;
            }
        };
        let wrong = if chain.contains(&parent.identity) {
            let message = if parent.identity == file.identity {
                "the file extends itself".to_owned()
            } else {
                format!("`{}` extends this file, too", visible(&parent.source.name))
            };
            Some(
                Code::Duplicate
                    .at(entry.span.clone(), message)
                    .help("remove one of the two: they would be the same policy"),
            )
        } else if chain.len() >= DEEPEST {
            let message = format!("more than {DEEPEST} files extend each other in a row");
            Some(Code::InvalidValue.at(entry.span.clone(), message))
        } else {
            None
        };
        match wrong {
            Some(problem) => {
                self.problems.push(Located { source: Arc::clone(&file.source), problem });
                None
            }
            None => Some(self.visit(&parent, true, chain)),
        }
    }
}

fn no_text(entry: &Node) -> Problem {
    let message = format!("an element of `extends` is a file or a built-in pack, not {}", entry.yaml.description());
    Code::InvalidValue.at(entry.span.clone(), message)
}

/// What an entry of `extends` names: a built-in pack, or a file by its path from the one that has the entry.
fn read(file: &File, entry: &Node) -> Result<File, Problem> {
    let problem = |message: String| Code::InvalidValue.at(entry.span.clone(), message);
    let Yaml::Text(text) = &entry.yaml else { return Err(no_text(entry)) };
    if text.starts_with("builtin:") {
        let Some((name, pack)) = builtin::PACKS.iter().find(|(name, _)| name == text) else {
            let mut reader = Reader::new(&file.source);
            reader.unknown_word(&entry.span, "built-in pack", text, &builtin::PACKS.map(|(name, _)| name));
            return Err(reader.problems.remove(0));
        };
        let text = source((*name).to_owned(), (*pack).to_owned());
        return Ok(File { identity: PathBuf::from(name), path: PathBuf::from(name), source: text });
    }
    let path = Path::new(text);
    if path.is_absolute() || text.is_empty() {
        let help = "write a path that begins from the folder of this file, or the name of a built-in pack";
        return Err(problem(format!("`{}` is not a relative path", visible(text))).help(help));
    }
    if !is_yaml(path) || is_test(path) {
        return Err(problem(format!("`{}` is not a policy", visible(text)))
            .help("a policy file ends in .yaml or .yml; a file that ends in _test.yaml is a test"));
    }
    let path = file.path.parent().unwrap_or(Path::new("")).join(path);
    let unreadable = |error: std::io::Error| problem(format!("cannot read `{}`: {error}", visible(text)));
    // A pipe or a device is not a policy that others can read again.
    let bytes = bounded::read_file(&path, LARGEST).map_err(unreadable)?;
    let Ok(content) = String::from_utf8(bytes) else {
        return Err(problem(format!("`{}` is not UTF-8", visible(text))));
    };
    let identity = std::fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
    let source = source(crate::escape::shown(&path), content);
    Ok(File { identity, path, source })
}
