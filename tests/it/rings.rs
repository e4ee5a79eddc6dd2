//! Inside a module, too, imports run one way: no file imports, over whatever others, one that imports it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

type Imports = BTreeMap<String, BTreeSet<String>>;

#[test]
fn no_module_has_a_ring_inside() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut rings = Vec::new();
    for folder in folders(&src) {
        let imports = imports(&src, &folder);
        let inside = folder.strip_prefix(&src).expect("inside").display().to_string();
        rings.extend(imports.keys().filter_map(|file| Some(format!("{inside}: {}", ring(&imports, file)?))));
    }
    assert!(rings.is_empty(), "{}", rings.join("\n"));
}

#[test]
fn a_ring_is_found() {
    let edge = |from: &str, to: &str| (from.to_owned(), BTreeSet::from([to.to_owned()]));
    let line = Imports::from([edge("a", "b"), edge("b", "c")]);
    assert_eq!(ring(&line, "a"), None);
    let round = Imports::from([edge("a", "b"), edge("b", "c"), edge("c", "a")]);
    assert_eq!(ring(&round, "a").as_deref(), Some("a → b → c → a"));
}

#[test]
fn siblings_are_found_however_they_are_imported() {
    let code = "use super::one::X;\nuse super::{two, three::{A, B}};\nuse crate::api::four::Y;\nuse super::super::five;\nmod tests {\n    use super::six;\n}\n";
    let names = siblings(code, &["super::", "crate::api::"]);
    assert_eq!(names.into_iter().collect::<Vec<_>>(), ["four", "one", "super", "three", "two"]);
}

/// All folders below this one.
fn folders(of: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(of).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.filter(|path| path.is_dir()).flat_map(|path| [folders(&path), vec![path]].concat()).collect()
}

/// What the files and folders in a folder import of each other.
fn imports(src: &Path, folder: &Path) -> Imports {
    let path = folder.strip_prefix(src).expect("inside").display().to_string().replace('/', "::");
    let absolute = format!("crate::{path}::");
    let mut imports = Imports::new();
    for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        let name = entry.file_stem().expect("a name").to_string_lossy().into_owned();
        let deep = entry.is_dir();
        let files = if deep { rust_files(&entry) } else { vec![entry] };
        let parents = if deep { "super::super::" } else { "super::" };
        let code = files.iter().filter_map(|file| std::fs::read_to_string(file).ok());
        let named = code.flat_map(|code| siblings(&code, &[parents, &absolute])).filter(|other| *other != name);
        let named: BTreeSet<String> = named.collect();
        imports.entry(name).or_default().extend(named);
    }
    // Tests may see everything, and what a folder shows for its files is no file.
    imports.retain(|name, _| !["mod", "tests", "sample"].contains(&name.as_str()));
    let known: BTreeSet<String> = imports.keys().cloned().collect();
    for named in imports.values_mut() {
        named.retain(|name| known.contains(name));
    }
    imports
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let tests = |path: &PathBuf| path.file_stem().is_some_and(|name| name == "tests");
    entries.filter(|path| path.extension().is_some_and(|found| found == "rs") && !tests(path)).collect()
}

/// The first words behind one of these paths in `use` items, but for those of tests.
fn siblings(code: &str, paths: &[&str]) -> BTreeSet<String> {
    let code = code.split("mod tests {").next().unwrap_or_default();
    let mut names = BTreeSet::new();
    for item in code.split("use ").skip(1).filter_map(|rest| rest.split(';').next()) {
        let item: String = item.split_whitespace().collect();
        let Some(rest) = paths.iter().find_map(|path| item.strip_prefix(path)) else { continue };
        let mut depth = 0;
        for part in rest.split_inclusive(['{', '}', ',']) {
            let word: String = part.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if depth <= 1 && !word.is_empty() {
                names.insert(word);
            }
            depth += part.matches('{').count();
            depth -= part.matches('}').count().min(depth);
            if !rest.starts_with('{') {
                break;
            }
        }
    }
    names
}

/// The ring that leads from a file back to it.
fn ring(imports: &Imports, from: &str) -> Option<String> {
    let mut paths = vec![vec![from.to_owned()]];
    let mut seen = BTreeSet::new();
    while let Some(path) = paths.pop() {
        for next in imports.get(&path[path.len() - 1]).into_iter().flatten() {
            let longer = [&path[..], std::slice::from_ref(next)].concat();
            if next == from {
                return Some(longer.join(" → "));
            }
            if seen.insert(next.clone()) {
                paths.push(longer);
            }
        }
    }
    None
}
