//! Every file of every corpus, without a fuzzer.

use std::collections::BTreeSet;
use std::path::Path;

type Property = fn(&[u8]);

const TARGETS: [(&str, Property); 8] = [
    ("answers", super::answers),
    ("audit_log", super::audit_log),
    ("glob", super::glob),
    ("journal", super::journal),
    ("params", super::params),
    ("policy", super::policy),
    ("retry_after", super::retry_after),
    ("snapshot", super::snapshot),
];

fn folder(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz").join(name)
}

fn replay(target: &str) {
    let (_, property) = TARGETS.iter().find(|(name, _)| *name == target).expect("a target");
    let mut inputs: Vec<_> = std::fs::read_dir(folder("corpus").join(target))
        .expect("a corpus")
        .map(|input| input.expect("an input").path())
        .collect();
    inputs.sort();
    assert!(inputs.len() >= 12, "{target} has {} inputs", inputs.len());
    let held = |input: &std::path::PathBuf| {
        let data = std::fs::read(input).expect("an input");
        std::panic::catch_unwind(|| property(&data)).is_ok()
    };
    inputs.retain(|input| !held(input));
    assert!(inputs.is_empty(), "it does not hold of {inputs:?}");
}

macro_rules! replays {
    ($($target:ident),*) => {
        $(#[test]
        fn $target() {
            replay(stringify!($target));
        })*
    };
}

mod corpus {
    use super::replay;

    replays!(answers, audit_log, glob, journal, params, policy, retry_after, snapshot);
}

#[test]
fn every_property_has_a_target_and_a_corpus() {
    let names = |folder: &Path| -> BTreeSet<String> {
        let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
        entries.map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned()).collect()
    };
    let properties: BTreeSet<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names(&folder("fuzz_targets")), properties);
    assert_eq!(names(&folder("corpus")), properties);
    let readme = std::fs::read_to_string(folder("README.md")).expect("a README");
    for name in properties {
        assert!(readme.contains(&format!("| `{name}` |")), "{name} is not in fuzz/README.md");
    }
}

#[test]
fn the_small_organization_is_complete_and_the_built_in_policies_find_something_in_it() {
    use crate::finding::Verdict;
    let org = super::world::whole();
    assert!(org.coverage.complete(), "{:?}", org.coverage);
    let policies = crate::policy::load(&[], &crate::policy::Overrides::default()).expect("they load");
    let outcome = crate::check::check(org, &policies, super::api::NOW);
    assert!(outcome.count(Verdict::Violation) > 2 && outcome.count(Verdict::Pass) > 2);
}
