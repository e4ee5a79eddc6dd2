//! Files that are made to break a parser: each kind of file in YAML ends with a short error, and nothing is read.

use crate::support::harness::{Ran, offline};

const POLICY: &str = "version: 1\nrules: [{ id: a, select: user, forbid: { email: x } }]\n";

/// Where such a file may stand.
const PLACES: [(&str, &[&str]); 5] = [
    ("hostile.yaml", &["lint", "hostile.yaml"]),
    ("hostile.yaml", &["lint", "policy.yaml", "--param-file", "hostile.yaml"]),
    ("policy_test.yaml", &["test", "policy.yaml"]),
    ("hostile.yaml", &["lint", "policy.yaml", "--waivers", "hostile.yaml"]),
    ("rolelint.yaml", &["lint", "policy.yaml"]),
];

fn each(text: &str, says: &str) {
    in_places(&PLACES, text, says);
}

fn in_places(places: &[(&str, &[&str])], text: &str, says: &str) {
    for (name, args) in places {
        let run = offline().file("policy.yaml", POLICY).file(name, text).args(args.iter().copied());
        let Ran { stderr, stdout, .. } = run.run().ends_with(2);
        assert!(stderr.contains(says), "{args:?}: {stderr:.1000}");
        assert!(stderr.contains(name) && stderr.len() < 2000, "{args:?}: {} bytes: {stderr:.1000}", stderr.len());
        assert_eq!(stdout, "", "{args:?}");
    }
}

#[test]
fn deep_nesting_is_an_error() {
    let (open, close) = ("[".repeat(5000), "]".repeat(5000));
    each(&format!("version: 1\nrules: {open}{close}\n"), "nested too deeply");
    let levels: Vec<String> = (0..500).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
    each(&levels.concat(), "nested too deeply");
}

#[test]
fn aliases_that_multiply_are_an_error() {
    let mut lines = vec!["version: 1\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned()];
    for level in 1..12 {
        let before = format!("*a{}", level - 1);
        lines.push(format!("a{level}: &a{level} [{}]\n", [before.as_str(); 10].join(", ")));
    }
    each(&lines.concat(), "too much for one file, with what the aliases (`*name`) repeat");
    each("version: 1\nrules: &a [*a]\n", "an alias inside what it repeats");
}

#[test]
fn a_file_of_ten_megabytes_is_an_error() {
    let rule = "  - { id: a-rule, select: user, forbid: { email: somebody@example.com } }\n";
    // A file of parameters may list everybody.
    let places = PLACES.into_iter().filter(|(_, args)| !args.contains(&"--param-file")).collect::<Vec<_>>();
    in_places(
        &places,
        &format!("version: 1\nrules:\n{}", rule.repeat(10_000_000 / rule.len() + 1)),
        "it is larger than",
    );
    in_places(&places, &format!("version: 1\nrules:\n{}", rule.repeat(2_000_000 / rule.len())), "larger than 1 MiB");
}

#[test]
fn a_policy_that_cannot_be_read_is_told_what_helps() {
    let rule = "  - { id: a-rule, select: user, forbid: { email: somebody@example.com } }\n";
    let large = |size: usize| format!("version: 1\nrules:\n{}", rule.repeat(size / rule.len() + 1)).into_bytes();
    let split = ["it is larger than 1 MiB", "help: split the file into several"];
    for (content, said) in [
        (large(2_000_000), split),
        (large(10_000_000), split),
        (b"version: 1\nname: \xff\n".to_vec(), ["cannot read `p.yaml`", "help: a policy is a text in UTF-8"]),
    ] {
        let ran = offline().file("p.yaml", content).args(["lint", "p.yaml"]).run().ends_with(2);
        for said in said {
            assert!(ran.stderr.contains(said), "{said:?} is not in\n{}", ran.stderr);
        }
    }
}
