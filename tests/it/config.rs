//! `rolelint.yaml`: found from below, overruled by the environment and by flags, and unable to lead the key astray.

use std::collections::BTreeSet;
use std::path::Path;

use clap::CommandFactory as _;
use rolelint::command::Cli;

use crate::support::fake::KEY;
use crate::support::harness::{Rolelint, acme, offline, rolelint, text};

const POLICY: &str = "\
version: 1
params: { names: [None], most: 100 }
rules:
  - id: named
    severity: medium
    tags: [names]
    select: role
    forbid: { name: $names }
  - id: counted
    select: role
    count: { max: $most }
";

/// The value of a setting and where it comes from, as `rolelint config` says it.
fn setting(run: Rolelint, name: &str) -> String {
    let ran = run.run().ends_with(0);
    let line = ran.stdout.lines().find(|line| line.starts_with(&format!("{name}: ")));
    let line = line.unwrap_or_else(|| panic!("no {name} in\n{}", ran.stdout));
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_flag_overrides_the_environment_which_overrides_the_file_which_overrides_the_default() {
    let run = |file: bool, variable: bool, args: &[&str]| {
        let run = offline().args(["config"]).args(args.iter().copied());
        let run = if file { run.file("rolelint.yaml", "strict: true\nfail-on: high\n") } else { run };
        if variable { run.env("ROLELINT_FAIL_ON", "medium").env("ROLELINT_STRICT", "0") } else { run }
    };
    let table: [(bool, bool, &[&str], &str, &str); 8] = [
        (false, false, &[], "fail-on: low # default", "strict: false # default"),
        (true, false, &[], "fail-on: high # rolelint.yaml:2", "strict: true # rolelint.yaml:1"),
        (
            false,
            true,
            &[],
            "fail-on: medium # the variable ROLELINT_FAIL_ON",
            "strict: 0 # the variable ROLELINT_STRICT",
        ),
        (
            true,
            true,
            &[],
            "fail-on: medium # the variable ROLELINT_FAIL_ON",
            "strict: 0 # the variable ROLELINT_STRICT",
        ),
        (
            true,
            true,
            &["--fail-on", "critical"],
            "fail-on: critical # the flag --fail-on",
            "strict: 0 # the variable ROLELINT_STRICT",
        ),
        (true, false, &["--no-strict"], "fail-on: high # rolelint.yaml:2", "strict: false # the flag --no-strict"),
        (
            true,
            true,
            &["--strict"],
            "fail-on: medium # the variable ROLELINT_FAIL_ON",
            "strict: true # the flag --strict",
        ),
        (true, false, &["--no-config"], "fail-on: low # default", "strict: false # default"),
    ];
    for (file, variable, args, fail_on, strict) in table {
        assert_eq!(setting(run(file, variable, args), "fail-on"), fail_on, "{file} {variable} {args:?}");
        assert_eq!(setting(run(file, variable, args), "strict"), strict, "{file} {variable} {args:?}");
    }
}

#[test]
fn a_check_uses_the_settings_that_config_prints() {
    let api = acme();
    let config = "\
policies: policy.yaml
params:
  names:
    - Auditor
    - reader
  most: 1
fail-on: medium
format: json
reports: { csv: one.csv }
";
    let folder = tempfile::tempdir().expect("a folder");
    let run = |args: &[&str]| {
        let run = rolelint(&api).inside(folder.path()).file("policy.yaml", POLICY).file("rolelint.yaml", config);
        run.args(["check", "--as-of", "2026-06-01"]).args(args.iter().copied())
    };
    let violated = |args: &[&str]| run(args).run().ends_with(1).json().rules_that_are("violation").join(" ");
    assert_eq!(violated(&[]), "counted named");
    assert!(folder.path().join("one.csv").exists());
    assert_eq!(violated(&["--only", "counted"]), "counted");
    assert_eq!(violated(&["--param", "most=100"]), "named", "parameters are merged, and a flag goes over the file");
    run(&["--fail-on", "critical"]).run().ends_with(0);
    assert_eq!(violated(&["--report", "json=/dev/null", "policy.yaml"]), "counted named");
    let ran = run(&["--no-config", "--format", "json", "policy.yaml"]).run().ends_with(0);
    assert_eq!(ran.json().rules_that_are("violation"), Vec::<&str>::new());
}

#[test]
fn the_file_is_found_from_subfolders_of_the_repository() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |path: &str| folder.path().join(path);
    for made in ["repo/.git", "repo/.github", "repo/a/b", "repo/c/.git", "two/.github"] {
        std::fs::create_dir_all(at(made)).expect("made");
    }
    for (path, text) in [
        ("rolelint.yaml", "fail-on: critical"),
        ("repo/.github/rolelint.yaml", "fail-on: high\npolicies: [../policies, builtin:recommended]"),
        ("repo/a/rolelint.yaml", "fail-on: medium"),
        ("two/rolelint.yaml", ""),
        ("two/.github/rolelint.yaml", ""),
        ("other.yaml", "policies: x.yaml"),
    ] {
        std::fs::write(at(path), text).expect("written");
    }
    let run = |inside: &str, args: &[&str]| offline().inside(&at(inside)).args(["config"]).args(args.iter().copied());
    let fail_on = |inside: &str| setting(run(inside, &[]), "fail-on");
    assert_eq!(fail_on("repo"), "fail-on: high # .github/rolelint.yaml:1");
    assert_eq!(fail_on("repo/.github"), "fail-on: high # rolelint.yaml:1");
    assert_eq!(fail_on("repo/a"), "fail-on: medium # rolelint.yaml:1");
    assert_eq!(fail_on("repo/a/b"), "fail-on: medium # ../rolelint.yaml:1");
    assert_eq!(fail_on("repo/c"), "fail-on: low # default", "what lies above a repository is not its own");
    let policy = |inside: &str, args: &[&str]| setting(run(inside, args), "policy");
    assert_eq!(
        policy("repo", &[]),
        "policy: .github/../policies, builtin:recommended # .github/rolelint.yaml:2",
        "paths count from the file"
    );
    assert_eq!(policy("repo/a", &["--config", "../../other.yaml"]), "policy: ../../x.yaml # ../../other.yaml:1");
    assert_eq!(setting(run("repo/a/b", &[]), "config"), "config: ../rolelint.yaml # default");
    let ran = run("two", &[]).run().ends_with(2);
    assert!(ran.stderr.contains("two configurations, `rolelint.yaml` and `.github/rolelint.yaml`"), "{}", ran.stderr);
    for other in ["rolelint.yml", ".rolelint.yaml", ".github/rolelint.yml"] {
        std::fs::write(at("repo").join(other), "strict: true").expect("written");
        let ran = run("repo", &[]).run().ends_with(2);
        assert!(ran.stderr.contains(&format!("`{other}` is not read")), "{}", ran.stderr);
        run("repo", &["--no-config"]).run().ends_with(0);
        run("repo", &["--config", other]).run().ends_with(0);
        std::fs::remove_file(at("repo").join(other)).expect("removed");
    }
    for none in ["nowhere.yaml", "/dev/zero", "."] {
        let ran = run("repo", &["--config", none]).run().ends_with(2);
        assert!(ran.stderr.contains(&format!("cannot read the configuration `{none}`: ")), "{}", ran.stderr);
    }
}

#[test]
fn mistakes_in_the_file_are_shown_with_their_location_before_any_request() {
    let api = acme();
    let table = [
        ("polices: x", "1:1", "`polices` is not a key of the configuration", "did you mean `policies`?"),
        ("strict: 1", "1:9", "`strict` takes true or false, not a number", ""),
        ("fail-on: [high]", "1:10", "`fail-on` takes a text or a whole number, not a list", ""),
        ("fail-on: urgent", "1:10", "`fail-on` cannot be `urgent`", "it is one of: info, low, medium, high, critical"),
        ("fail-on: higgh", "1:10", "`fail-on` cannot be `higgh`", "did you mean `high`?"),
        ("strict: true\nmax-age: soon", "2:10", "`max-age` cannot be `soon`: write a duration", ""),
        ("concurrency: 0", "1:14", "`concurrency` cannot be `0`: ", ""),
        ("only: []", "1:7", "`only` is empty", "omit it"),
        ("skip: [a, 1.5]", "1:11", "`skip` takes a text", ""),
        ("params: [a]", "1:9", "`params` takes a mapping", ""),
        ("params: { a: 1.5 }", "1:14", "a parameter takes a text", ""),
        ("reports: { yaml: x }", "1:10", "`report` cannot be `yaml=x`", ""),
        ("strict: true\nstrict: false", "2:1", "duplicate key `strict`", "the first is here"),
        (
            "base-url: https://evil.example",
            "1:1",
            "`base-url` is not allowed in a configuration",
            "where the key is sent",
        ),
        ("ca-file: x.pem", "1:1", "`ca-file` is not allowed in a configuration", "which CA to trust"),
        ("key-file: x", "1:1", "`key-file` is not allowed in a configuration", "--key-file"),
        ("exit-zero: true", "1:1", "`exit-zero` is not allowed in a configuration", "a violation pass"),
        ("a: [", "1:4", "unclosed", ""),
        ("- a", "1:1", "the configuration takes a mapping", ""),
    ];
    for (text, place, said, help) in table {
        for command in ["check", "config"] {
            let ran = rolelint(&api).file("rolelint.yaml", text).args([command]).run().ends_with(2);
            for said in [&format!("--> rolelint.yaml:{place}\n"), said, help] {
                assert!(ran.stderr.contains(said), "{text}: {said:?} is not in\n{}", ran.stderr);
            }
            assert_eq!(ran.stdout, "");
        }
    }
    assert_eq!(api.requests(), []);
}

#[test]
fn neither_the_key_nor_anything_hidden_is_printed() {
    let ran = rolelint(&acme()).file("rolelint.yaml", "skip: [\"\\e[31m::x\"]").args(["config", "--key-file", KEY]);
    let ran = ran.env("ROLELINT_TAG", "a\u{202e}").run().ends_with(0);
    assert!(!ran.stdout.contains(KEY) && !ran.stdout.contains(['\u{1b}', '\u{202e}']), "{}", ran.stdout);
    assert!(ran.stdout.contains("key-file: sk-***"), "{}", ran.stdout);
    assert!(!Path::new("rolelint.yaml").exists(), "the file was in a folder of its own");
}

#[test]
fn every_flag_that_has_a_variable_has_a_key_unless_it_belongs_to_one_run_or_to_the_key() {
    let command = Cli::command();
    let commands = std::iter::once(&command).chain(command.get_subcommands());
    let flags = commands
        .flat_map(clap::Command::get_arguments)
        .filter(|arg| arg.get_env().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with("ROLELINT_")));
    let flags: BTreeSet<&str> = flags.filter_map(clap::Arg::get_long).collect();
    let without: Vec<&str> = flags
        .into_iter()
        .filter(|flag| {
            let plural = flag.strip_suffix('y').map_or_else(|| format!("{flag}s"), |stem| format!("{stem}ies"));
            // A list of lists is no value of any key, but the key is known.
            [*flag, &plural].iter().all(|key| {
                let ran = offline().file("rolelint.yaml", format!("{key}: [[]]")).args(["config"]).run().ends_with(2);
                ran.stderr.contains("is not a key") || ran.stderr.contains("is not allowed in a configuration")
            })
        })
        .collect();
    assert_eq!(without, ["allow-lint", "as-of", "ca-file", "config", "key-file", "snapshot"]);
}

#[test]
fn further_reports_are_those_of_a_check() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("out.json");
    let api = acme();
    let run = |command: &str, variable: bool| {
        let run = rolelint(&api).inside(folder.path()).file("p.yaml", POLICY);
        let run = if variable { run.env("ROLELINT_REPORT", "json=out.json") } else { run };
        run.args(command.split(' ')).run()
    };
    let code = run("check -p p.yaml --format json -o results.json", false).code;
    for variable in [true, false] {
        if !variable {
            std::fs::write(folder.path().join("rolelint.yaml"), "reports: { json: out.json }\n").expect("written");
        }
        std::fs::write(&path, "before").expect("written");
        run("lint -p p.yaml --allow-lint untested-rule", variable);
        run("report results.json", variable).ends_with(code);
        assert_eq!(std::fs::read_to_string(&path).expect("there"), "before", "{variable}");
        run("check -p p.yaml", variable).ends_with(code);
        assert!(std::fs::read_to_string(&path).expect("there").starts_with('{'), "{variable}");
    }
    // By hand, it is as good there.
    run("report results.json --report csv=out.csv", true).ends_with(code);
    assert!(folder.path().join("out.csv").exists());
}

#[test]
fn tests_are_run_of_the_policies_of_the_configuration() {
    let tests =
        "policy: p.yaml\ntests:\n  - name: from the configuration\n    org: {}\n    expect: { counted: pass }\n";
    let run = || offline().file("policies/p.yaml", POLICY).file("policies/p_test.yaml", tests).args(["test"]);
    let set = || run().file("rolelint.yaml", "policies: policies\n");
    for ran in
        [set(), run().env("ROLELINT_POLICY", "policies"), run().args(["-p", "policies"]), run().args(["policies"])]
    {
        let ran = ran.run();
        assert!(ran.stdout.starts_with("1 test passed"), "{}{}", ran.stdout, ran.stderr);
    }
    assert!(!offline().args(["test"]).run().ends_with(0).stdout.starts_with("1 test passed"), "the built-in ones");
    let other = set().file("q.yaml", POLICY).args(["q.yaml"]).run().ends_with(1);
    assert!(other.stdout.contains("\n0 tests passed") && other.stdout.contains("no tests"), "{}", other.stdout);
    let missing = run().args(["--config", "missing.yaml"]).run().ends_with(2);
    assert!(missing.stderr.contains("cannot read the configuration `missing.yaml`"), "{}", missing.stderr);
    run().env("ROLELINT_CONFIG", "missing.yaml").run().ends_with(2);
}

#[test]
fn the_configuration_in_the_readme_can_be_used() {
    let readme = include_str!("../../README.md");
    let section = readme.split_once("## Configuration\n").expect("a section").1;
    let block = section.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("an example");
    let run = || offline().file("rolelint.yaml", block).args(["config"]);
    assert_eq!(setting(run(), "params.max_owners"), "params.max_owners: 3 # rolelint.yaml:2");
    assert_eq!(setting(run(), "report"), "report: sarif=rolelint.sarif # rolelint.yaml:7");
}

#[test]
fn parameters_of_the_file_the_environment_and_the_flags_are_merged() {
    let params = "version: 1\nparams: { a: 0, b: 0, c: 0, d: 0 }\nrules:\n\
                  - { id: r, select: role, forbid: { name: [$a, $b, $c, $d] } }\n"
        .replace(": 0", ": none");
    let api = acme();
    let run = |command: &'static str| {
        let run = rolelint(&api).file("p.yaml", &params).file("of_b_and_d.yaml", "b: file\nd: file\n");
        let run =
            run.file("rolelint.yaml", "policies: [p.yaml]\nparams: { a: config, b: config, c: config, d: config }\n");
        run.env("ROLELINT_PARAM", "{ b: variable, c: variable }").args([command, "--param", "c=flag"])
    };
    let shown = |name: &str| setting(run("config"), name);
    assert_eq!(shown("params.a"), "params.a: \"config\" # rolelint.yaml:2");
    assert_eq!(shown("params.b"), "params.b: \"variable\" # the variable ROLELINT_PARAM");
    assert_eq!(shown("params.c"), "params.c: flag # the flag --param");
    let used = |args: &[&str]| {
        let report = run("check").args(["--format", "json"]).args(args.iter().copied()).run().json();
        let of = |name: &str| text(&report.0["policies"][0]["params"][name]).to_owned();
        ["a", "b", "c", "d"].map(of)
    };
    assert_eq!(used(&[]), ["config", "variable", "flag", "config"]);
    // A file that a flag names goes over the environment and the configuration.
    assert_eq!(used(&["--param-file", "of_b_and_d.yaml"]), ["config", "file", "flag", "file"]);
    for (value, why) in [("a=1", "it is not a YAML mapping"), ("{a: ", "")] {
        let ran = offline().env("ROLELINT_PARAM", value).args(["config"]).run().ends_with(2);
        assert!(ran.stderr.contains(&format!("ROLELINT_PARAM cannot be used: {why}")), "{}", ran.stderr);
    }
}

#[test]
fn what_is_wrong_with_a_word_says_which_file_or_variable_has_it() {
    let at =
        |config: &str| offline().file("p.yaml", POLICY).file("rolelint.yaml", config).args(["lint"]).run().ends_with(2);
    for (config, error, place) in [
        ("policies: [p.yaml]\nparams: { nope: 1 }\n", "no policy has a parameter `nope`", "rolelint.yaml:2:"),
        ("policies: [p.yaml]\nskip: [zzz]\n", "there is no rule `zzz`", "rolelint.yaml:2:"),
        ("tags: [zzz]\npolicies: [p.yaml]\n", "no rule has the tag `zzz`", "rolelint.yaml:1:"),
        ("policies: [gone.yaml]\n", "cannot read `gone.yaml`: there is no such file or folder", "rolelint.yaml:1:"),
    ] {
        let stderr = at(config).stderr;
        assert!(
            stderr.contains(error) && stderr.contains(&format!(" --> {place}")) && stderr.contains('^'),
            "{stderr}"
        );
    }
    let set = |name: &str, value: &str| {
        offline().file("p.yaml", POLICY).env(name, value).args(["lint", "p.yaml"]).run().ends_with(2).stderr
    };
    assert!(set("ROLELINT_SKIP", "zzz").contains("help: the variable ROLELINT_SKIP has it"));
    assert!(set("ROLELINT_PARAM", "nope: 1").contains("help: the variable ROLELINT_PARAM has it"));
    // What only looks like the word is not its place.
    let other = offline().file("p.yaml", POLICY).file("rolelint.yaml", "policies: [p.yaml]\nfail-on: high\n");
    let said = other.args(["check", "--skip", "high"]).run().ends_with(2).stderr;
    assert!(said.starts_with("error: there is no rule `high`\n") && !said.contains("rolelint.yaml"), "{said}");
    for (key, file) in [("waivers", "gone.yaml"), ("baseline", "gone.jsonl"), ("param-files", "gone.yaml")] {
        let config = format!("policies: [p.yaml]\n{key}: {file}\n");
        let api = acme();
        let run = rolelint(&api).file("p.yaml", POLICY).file("rolelint.yaml", config).args(["check"]);
        let said = run.run().ends_with(2).stderr;
        assert!(said.contains(" --> rolelint.yaml:2:") && said.contains("no such file"), "{key}: {said}");
    }
    // A flag is in front of whoever reads the error.
    let flag = offline().file("p.yaml", POLICY).args(["lint", "p.yaml", "--skip", "zzz"]).run().ends_with(2).stderr;
    assert_eq!(flag, "error: there is no rule `zzz`\n  help: `rolelint list rules` lists them\n");
}

#[cfg(unix)]
#[test]
fn parameters_that_are_no_text_are_not_taken_for_none() {
    use std::os::unix::ffi::OsStrExt as _;
    let run = offline().args(["config"]);
    let bytes = std::ffi::OsStr::from_bytes(b"max_owners: \xff");
    let output = run.command().env("ROLELINT_PARAM", bytes).output().expect("it runs");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("ROLELINT_PARAM cannot be used: it is not valid UTF-8"), "{stderr}");
}
