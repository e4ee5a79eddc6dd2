//! The repository's own rules: what every built-in rule has, what the README shows, who may import whom.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use clap::{CommandFactory as _, ValueEnum as _};
use rolelint::command::Cli;
use rolelint::policy::{Overrides, Policy, load};
use rolelint::report::Format;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn builtin() -> Vec<Policy> {
    load(&[], &Overrides::default()).expect("the built-in policies load")
}

#[test]
fn every_built_in_rule_has_a_title_a_rationale_and_a_remediation() {
    for rule in builtin().iter().flat_map(|policy| &policy.rules) {
        let id = &rule.info.id;
        assert_ne!(rule.info.title, id.replace('-', " "), "{id} has a title of its own");
        assert!(
            rule.info.title.chars().next().is_some_and(char::is_uppercase) && !rule.info.title.ends_with('.'),
            "{id}"
        );
        assert!(rule.info.rationale.as_ref().is_some_and(|text| text.len() > 30), "{id} has a rationale");
        assert!(rule.info.remediation.as_ref().is_some_and(|text| text.len() > 10), "{id} has a remediation");
        assert!(!rule.info.references.is_empty(), "{id} has a reference");
        assert!(rule.info.references.iter().all(|reference| reference.starts_with("https://")), "{id}");
        assert!(
            !rule.info.controls.is_empty() && rule.info.controls.values().all(|ids| !ids.is_empty()),
            "{id} has controls"
        );
        assert!(!rule.info.tags.is_empty(), "{id} has a tag");
        let cures = ["no-", "require-", "ensure-", "remove-", "limit-", "check-"];
        assert!(!cures.iter().any(|cure| id.starts_with(cure)), "{id} names what is flagged, not the cure");
    }
}

#[test]
fn every_policy_file_in_the_repository_loads_and_the_built_in_ones_are_there() {
    let found: Vec<PathBuf> =
        files("policies", "yaml").into_iter().filter(|path| !path.to_string_lossy().ends_with("_test.yaml")).collect();
    let folder = [root().join("policies")];
    let policies = load(&folder, &Overrides::default()).expect("every policy loads");
    assert_eq!(policies.len(), found.len());
    let ids = |policies: &[Policy]| -> BTreeSet<String> {
        policies.iter().flat_map(|policy| &policy.rules).map(|rule| rule.info.id.clone()).collect()
    };
    assert!(ids(&builtin()).is_subset(&ids(&policies)));
    for policy in builtin() {
        assert!(!policy.name.is_empty() && policy.description.is_some_and(|text| !text.is_empty()));
    }
}

#[test]
fn every_subcommand_format_and_exit_code_is_in_the_readme() {
    let readme = read("README.md");
    for command in Cli::command().get_subcommands() {
        let name = command.get_name();
        assert!(readme.contains(&format!("rolelint {name}")), "`rolelint {name}` is not in the README");
    }
    for format in Format::value_variants() {
        assert!(
            readme.contains(&format!("--format {}", format.name())),
            "--format {} is not in the README",
            format.name()
        );
    }
    for code in 0..=3 {
        assert!(readme.contains(&format!("| {code} |")) || readme.contains(&format!("`{code}`")), "exit code {code}");
    }
}

#[test]
fn every_flag_has_a_help_text() {
    for command in Cli::command().get_subcommands() {
        for argument in command.get_arguments() {
            assert!(argument.get_help().is_some(), "{} {}", command.get_name(), argument.get_id());
        }
    }
}

/// Who may import whom, from the table in the documentation of the crate.
fn allowed() -> BTreeMap<String, BTreeSet<String>> {
    let lib = read("src/lib.rs");
    let rows = lib
        .lines()
        .filter_map(|line| line.strip_prefix("//! | ").filter(|row| row.starts_with('[') || row.starts_with('`')))
        .map(|row| row.split(" | ").collect::<Vec<_>>());
    let names = |cell: &str| -> Vec<String> {
        cell.split('`').skip(1).step_by(2).map(str::to_owned).filter(|name| !name.contains('/')).collect()
    };
    let mut allowed = BTreeMap::new();
    for row in rows.filter(|row| row.len() == 3) {
        let imports = row[2].trim_end_matches(" |");
        let imports = match imports {
            "nothing" => BTreeSet::new(),
            "everything" => BTreeSet::from(["*".to_owned()]),
            imports => names(imports).into_iter().collect(),
        };
        for module in names(row[0]) {
            allowed.insert(module, imports.clone());
        }
    }
    allowed
}

#[test]
fn modules_import_what_the_table_in_the_crate_documentation_allows() {
    let allowed = allowed();
    let declared: BTreeSet<String> = read("src/lib.rs")
        .lines()
        .filter_map(|line| {
            line.trim_start_matches("pub(crate) ")
                .trim_start_matches("pub ")
                .strip_prefix("mod ")?
                .strip_suffix(';')
                .map(str::to_owned)
        })
        .collect();
    assert_eq!(allowed.keys().cloned().collect::<BTreeSet<_>>(), declared, "the table has a row for each module");
    let mut wrong = Vec::new();
    for path in files("src", "rs") {
        let inside = path.strip_prefix(root().join("src")).expect("a file of src");
        let module = inside.components().next().expect("a path has parts").as_os_str().to_string_lossy();
        let module = module.trim_end_matches(".rs").to_owned();
        if ["lib", "main"].contains(&module.as_str()) {
            continue;
        }
        for imported in imports(&read(&path)) {
            let free =
                imported == module || ["escape", "time"].contains(&imported.as_str()) || allowed[&module].contains("*");
            if !free && !allowed[&module].contains(&imported) {
                wrong.push(format!("{} imports {imported}", inside.display()));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// The modules of ours that a file names: after `crate::`, also in braces.
fn imports(source: &str) -> BTreeSet<String> {
    let code = source.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut found = BTreeSet::new();
    for (at, matched) in code.match_indices("crate::") {
        // `$crate::` and `crate::` alike; `my_crate::` is another.
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let rest = &code[at + matched.len()..];
        match rest.strip_prefix('{') {
            None => found.extend([word(rest)]),
            Some(list) => {
                let mut depth = 0;
                for part in list.split_inclusive([',', '{', '}']) {
                    if depth == 0 {
                        found.extend([word(part.trim())].into_iter().filter(|name| !name.is_empty()));
                    }
                    match part.chars().last() {
                        Some('{') => depth += 1,
                        Some('}') if depth == 0 => break,
                        Some('}') => depth -= 1,
                        _ => {}
                    }
                }
            }
        }
    }
    found
}

#[test]
fn imports_are_found_however_they_are_written() {
    let source = "use crate::org::{Org, Time};\nuse crate::{api, policy::{self, Rule}, snapshot};\n// crate::no\nfn f() { crate::cli::x() }";
    assert_eq!(imports(source).into_iter().collect::<Vec<_>>(), ["api", "cli", "org", "policy", "snapshot"]);
}

/// The files below a folder of the repository with that extension, sorted.
fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder of the repository") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

#[test]
fn the_demo_shows_the_whole_job_and_the_gates_exit_code() {
    let binary = Path::new(env!("CARGO_BIN_EXE_rolelint"));
    let folder = binary.parent().expect("a folder").join("examples");
    let demo = folder.join("demo").with_extension(std::env::consts::EXE_EXTENSION);
    // `cargo test` builds examples along with the tests; other ways to run them may not.
    if !demo.exists() {
        let built = std::process::Command::new(env!("CARGO")).args(["build", "--example", "demo"]).status();
        assert!(built.expect("cargo can be run").success());
    }
    let output = std::process::Command::new(&demo).output().expect("the demo can be run");
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    assert!(stderr.contains("41 users, 8 groups, 12 organization roles"), "{stderr}");
    assert!(stderr.contains("That took 108 requests, and the gate's exit code is 1."), "{stderr}");
    assert!(stdout.contains("27 rules: 24 violation, 0 unknown, 0 vacuous, 3 pass (41 violations)"), "{stdout}");
    // Long lines are wrapped.
    let stdout = stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(stdout.contains("→ group Platform → role API Group Manager → api.groups.write"));
    // The same organization as a snapshot, to try other commands on.
    let folder = tempfile::tempdir().expect("a folder");
    let fetched = folder.path().join("org.jsonl");
    let ran = std::process::Command::new(demo).arg("--fetch").arg(&fetched).output().expect("the demo can be run");
    assert!(String::from_utf8_lossy(&ran.stderr).contains("the exit code of rolelint is 0"), "{ran:?}");
    assert!(std::fs::read_to_string(fetched).expect("written").contains("aisha.rahman@acme.example"));
}

#[test]
fn ci_runs_what_the_readme_says() {
    let commands = |text: &str| -> Vec<String> {
        text.lines()
            .filter(|line| line.starts_with("cargo "))
            .map(|line| line.split(" #").next().unwrap_or(line).trim().to_owned())
            .collect()
    };
    let readme = read("README.md");
    let tests = commands(&readme).into_iter().find(|line| line.starts_with("cargo test")).expect("a test command");
    assert_eq!(commands(&read(".ci/run")).last(), Some(&tests), "the last command of .ci/run");
}

/// The test files on lies and gaps: every test in them stands in `docs/trust.md`.
const TRUST: &[&str] = &[
    "check/contradictions",
    "check/missing_lists",
    "check/unknown",
    "exceptions/baseline",
    "exceptions/waivers",
    "fetch/concurrent_changes",
    "fetch/organization",
    "fetch/since_full_fetch",
    "policy/roles",
    "policy/unmatched",
];

#[test]
fn every_way_to_a_false_green_names_tests_that_exist_and_every_such_test_is_named() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("docs/trust.md")).expect("the page");
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| way")).collect();
    let tests_in = |path: &str| {
        let files = [format!("tests/it/{path}.rs"), format!("src/{path}.rs"), format!("src/{path}/mod.rs")];
        let text = files.iter().find_map(|file| std::fs::read_to_string(root.join(file)).ok())?;
        let names = text.split("fn ").skip(1).filter_map(|rest| rest.split('(').next()).map(str::to_owned);
        Some(names.collect::<BTreeSet<String>>())
    };
    let mut named = BTreeSet::new();
    for row in rows.iter().filter(|row| !row.starts_with("| ---")) {
        let tests: Vec<&str> = row.rsplit(" | ").next().expect("a cell").split('`').skip(1).step_by(2).collect();
        assert!(!tests.is_empty(), "no test holds this: {row}");
        for test in tests {
            let (module, name) = test.rsplit_once("::").expect(test);
            let known = tests_in(&module.replace("::", "/")).unwrap_or_else(|| panic!("no file for {test}"));
            assert!(known.contains(name), "{test} does not exist");
            named.insert(test.to_owned());
        }
    }
    for path in TRUST {
        let text = std::fs::read_to_string(root.join(format!("tests/it/{path}.rs"))).expect(path);
        for test in text.split("#[test]\nfn ").skip(1).filter_map(|rest| rest.split('(').next()) {
            let test = format!("{}::{test}", path.replace('/', "::"));
            assert!(named.contains(&test), "{test} stands nowhere in docs/trust.md");
        }
    }
}

#[test]
fn no_file_of_the_source_is_over_400_lines() {
    let lines = |path: &PathBuf| std::fs::read_to_string(path).expect("a file of the repository").lines().count();
    let long: Vec<PathBuf> = files("src", "rs").into_iter().filter(|path| lines(path) > 400).collect();
    assert_eq!(long, Vec::<PathBuf>::new());
}

#[test]
fn a_file_with_more_than_300_lines_of_code_says_why() {
    let unexplained = |path: &PathBuf| {
        let text = std::fs::read_to_string(path).expect("a file of the repository");
        let code = text.split("\n#[cfg(test)]\nmod tests").next().expect("the code").lines().count();
        let head = text.lines().take_while(|line| line.starts_with("//!"));
        code > 300 && !head.collect::<String>().contains(" long") && !path.ends_with("vocabulary/table.rs")
    };
    let without: Vec<PathBuf> = files("src", "rs").into_iter().filter(unexplained).collect();
    assert_eq!(without, Vec::<PathBuf>::new());
}
