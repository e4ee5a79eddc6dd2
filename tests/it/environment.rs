//! `ROLELINT_…` mirrors the flags: a flag goes first, an empty variable is an error, one that nobody reads a warning.

use clap::{ArgAction, CommandFactory as _};
use rolelint::command::Cli;

use crate::support::harness::{acme, offline, rolelint};

const POLICY: &str = "\
version: 1
params: { names: [None], most: 100 }
rules:
  - id: named
    tags: [names]
    select: role
    forbid: { name: $names }
  - id: counted
    select: role
    count: { max: $most }
  - id: tested
    select: role
    forbid: { name: None }
";

/// Names and values.
type Variables = &'static [(&'static str, &'static str)];

/// Every variable that a flag can be set by.
fn variables() -> Vec<String> {
    let command = Cli::command();
    let commands = std::iter::once(&command).chain(command.get_subcommands());
    let names = commands.flat_map(clap::Command::get_arguments).filter_map(|arg| arg.get_env());
    let names = names.map(|name| name.to_str().expect("a name").to_owned());
    let mut names: Vec<String> = names.filter(|name| name.starts_with("ROLELINT_")).collect();
    names.sort();
    names.dedup();
    names
}

#[test]
fn an_empty_variable_is_an_error_that_names_it() {
    let api = acme();
    let variables = variables();
    assert!(variables.len() >= 20, "{variables:?}");
    for name in variables {
        for value in ["", " \n"] {
            let ran = rolelint(&api).env(&name, value).args(["check"]).run().ends_with(2);
            let said = format!("error: the environment variable {name} is empty\n");
            assert!(ran.stderr.starts_with(&said), "{}", ran.stderr);
            assert_eq!(ran.stdout, "");
        }
    }
    assert_eq!(api.requests(), []);
    // These are not ours alone: what is empty there is not set.
    rolelint(&api).env("OPENAI_ORG_ID", "").args(["check"]).run().ends_with(1);
    // Whoever asks for help gets it.
    offline().env("ROLELINT_POLICY", "").args(["check", "--help"]).run().ends_with(0);
}

#[test]
fn a_value_that_does_not_fit_is_told_with_its_variable() {
    let run = |args: &[&str]| offline().env("ROLELINT_FAIL_ON", "hgh").args(args.iter().copied()).run().ends_with(2);
    let said = run(&["check"]).stderr;
    assert!(said.contains("the value is that of the variable ROLELINT_FAIL_ON") && said.contains("`high`"), "{said}");
    // Other commands have the flag without the variable.
    let said = offline().env("ROLELINT_FORMAT", "txt").args(["check"]).run().ends_with(2).stderr;
    assert!(said.contains("the value is that of the variable ROLELINT_FORMAT") && said.contains("`text`"), "{said}");
    let said = run(&["check", "--fail-on", "hgh"]).stderr;
    assert!(!said.contains("ROLELINT_FAIL_ON"), "{said}");
}

#[test]
fn an_unknown_variable_gives_a_warning() {
    let table = [
        ("ROLELINT_POLICIES", "ROLELINT_POLICIES is ignored: did you mean ROLELINT_POLICY?"),
        ("ROLELINT_FAILON", "ROLELINT_FAILON is ignored: did you mean ROLELINT_FAIL_ON?"),
        ("ROLELINT_EXIT_ZERO", "ROLELINT_EXIT_ZERO is ignored: --exit-zero can be set only as a flag"),
        ("ROLELINT_", "ROLELINT_ is ignored"),
        ("ROLELINT_\u{1b}[31m\u{202e}X", r"ROLELINT_\u{1b}[31m\u{202e}X is ignored"),
    ];
    for (name, said) in table {
        let ran = rolelint(&acme()).check(POLICY).env(name, "1").run().ends_with(0);
        assert!(ran.stderr.contains(&format!("warning: the environment variable {said}")), "{}", ran.stderr);
    }
    let ran = rolelint(&acme()).check(POLICY).env("ROLELINT_TAG", "names").env("OTHER", "1").run().ends_with(0);
    assert_eq!(ran.stderr, "");
}

#[test]
fn a_flag_that_can_be_repeated_takes_a_value_from_each_line_of_its_variable() {
    let api = acme();
    // What the environment holds, what the command line has, and the rules that are violated.
    let table: [(Variables, &[&str], &[&str]); 10] = [
        (&[("ROLELINT_PARAM", "names: [Auditor, reader]\n\nmost: 1 \n")], &[], &["counted", "named"]),
        (&[("ROLELINT_PARAM", "{ names: [Auditor], most: 1 }")], &["--param", "most=100"], &["named"]),
        (&[("ROLELINT_PARAM", "most: 100")], &["--param-file", "a.yaml"], &["counted"]),
        (&[("ROLELINT_PARAM_FILE", "a.yaml\nb.yaml\n")], &[], &["counted", "named"]),
        (&[("ROLELINT_PARAM_FILE", "a.yaml"), ("ROLELINT_PARAM", "most: 100")], &[], &[]),
        (&[("ROLELINT_ONLY", "counted,tested"), ("ROLELINT_PARAM_FILE", "a.yaml\nb.yaml")], &[], &["counted"]),
        (&[("ROLELINT_ONLY", "tested"), ("ROLELINT_PARAM_FILE", "a.yaml")], &["--only", "counted"], &["counted"]),
        (&[("ROLELINT_SKIP", "counted\nnamed"), ("ROLELINT_PARAM_FILE", "a.yaml\nb.yaml")], &[], &[]),
        (&[("ROLELINT_TAG", "names"), ("ROLELINT_PARAM_FILE", "a.yaml\nb.yaml")], &[], &["named"]),
        (&[("ROLELINT_REPORT", "csv=one.csv\njson=two.json"), ("ROLELINT_PARAM", "most: 1")], &[], &["counted"]),
    ];
    for (environment, args, violated) in table {
        let folder = tempfile::tempdir().expect("a folder");
        let run = rolelint(&api).inside(folder.path()).file("a.yaml", "most: 1").file("b.yaml", "names: [Auditor]");
        let run = run.check(POLICY).args(["--format", "json"]).args(args.iter().copied());
        let run = environment.iter().fold(run, |run, (name, value)| run.env(name, value));
        let ran = run.run();
        assert_eq!(ran.json().rules_that_are("violation"), violated, "{environment:?} {args:?}");
        let reports = environment.iter().any(|(name, _)| *name == "ROLELINT_REPORT");
        assert_eq!(folder.path().join("one.csv").exists() && folder.path().join("two.json").exists(), reports);
    }
}

#[test]
fn a_path_on_the_command_line_replaces_those_in_the_environment() {
    let api = acme();
    let run = |args: &[&str]| {
        let run = rolelint(&api).file("mine.yaml", POLICY).file("b.yaml", POLICY.replace("- id: ", "- id: b-"));
        run.env("ROLELINT_POLICY", "mine.yaml\nb.yaml").args(["check", "--format", "json"]).args(args.iter().copied())
    };
    let rules = |args: &[&str]| run(args).run().ends_with(0).json().verdicts().len();
    assert_eq!(rules(&[]), 6);
    assert_eq!(rules(&["mine.yaml"]), 3);
    assert_eq!(rules(&["-p", "b.yaml"]), 3);
    assert_eq!(rules(&["mine.yaml", "-p", "b.yaml"]), 6);
}

#[test]
fn the_help_is_the_same_whatever_the_environment_holds() {
    let help = |name: &str, value: &str| offline().env(name, value).args(["check", "--help"]).run().ends_with(0).stdout;
    let plain = help("OTHER", "1");
    for name in variables() {
        for value in ["", "nonsense", "a\nb"] {
            assert_eq!(help(&name, value), plain, "{name}={value:?}");
        }
        let elsewhere = ["ROLELINT_MAX_FULL_AGE", "ROLELINT_ALLOW_LINT"].contains(&name.as_str());
        assert!(plain.contains(&name) || elsewhere, "{name} is not in the help");
    }
}

#[test]
fn every_switch_that_a_variable_sets_can_be_undone_and_every_list_of_check_has_a_variable() {
    let command = Cli::command();
    for command in std::iter::once(&command).chain(command.get_subcommands()) {
        let long: Vec<&str> = command.get_arguments().filter_map(clap::Arg::get_long).collect();
        for arg in command.get_arguments().filter(|arg| arg.get_long().is_some()) {
            let name = arg.get_long().unwrap_or_default();
            if matches!(arg.get_action(), ArgAction::SetTrue) && arg.get_env().is_some() {
                let undoing = name.strip_prefix("no-").map_or_else(|| format!("no-{name}"), str::to_owned);
                assert!(long.contains(&undoing.as_str()), "--{name} has no --{undoing}");
            }
            if matches!(arg.get_action(), ArgAction::Append) && command.get_name() == "check" {
                assert!(arg.get_env().is_some(), "--{name} has no variable");
            }
        }
    }
}

#[test]
fn a_switch_is_on_or_off_and_nothing_else() {
    for (value, code) in [("true", 2), ("no", 2), ("maybe", 2)] {
        let ran =
            offline().env("ROLELINT_STRICT", value).args(["check", "--snapshot", "none.jsonl"]).run().ends_with(code);
        assert_eq!(ran.stderr.contains("`--strict` cannot be `maybe`"), value == "maybe", "{}", ran.stderr);
    }
}

#[test]
fn each_list_of_the_environment_can_be_undone() {
    let api = acme();
    let folder = tempfile::tempdir().expect("a folder");
    let rows: [(&str, &str, &str); 9] = [
        ("ROLELINT_ONLY", "counted", "--no-only"),
        ("ROLELINT_SKIP", "counted", "--no-skip"),
        ("ROLELINT_TAG", "names", "--no-tag"),
        ("ROLELINT_REPORT", "csv=one.csv", "--no-report"),
        ("ROLELINT_PARAM", "{ most: 7, names: [None] }", "--no-param"),
        ("ROLELINT_PARAM_FILE", "none.yaml", "--no-param-file"),
        ("ROLELINT_DEADLINE", "1ms", "--no-deadline"),
        ("ROLELINT_RATE", "0.1", "--no-rate"),
        ("ROLELINT_SNAPSHOT", "none.jsonl", "--no-snapshot"),
    ];
    for (variable, value, undo) in rows {
        let run = rolelint(&api).inside(folder.path()).check(POLICY).env(variable, value);
        let ran = run.args(["--format", "json", undo, "--param", "most=1", "--param", "names=[Auditor]"]).run();
        assert_eq!(ran.json().rules_that_are("violation").len(), 2, "{undo}: {}", ran.stdout);
        assert!(!folder.path().join("one.csv").exists());
    }
}

#[test]
fn whatever_the_environment_says_can_be_undone_or_replaced() {
    let command = Cli::command();
    for command in std::iter::once(&command).chain(command.get_subcommands()) {
        let flags = command.get_arguments().filter(|arg| {
            let is_ours = arg.get_env().is_some_and(|name| name.to_string_lossy().starts_with("ROLELINT_"));
            is_ours && arg.get_default_values().is_empty()
        });
        for name in flags.filter_map(clap::Arg::get_long) {
            let undo = name.strip_prefix("no-").map_or_else(|| format!("no-{name}"), str::to_owned);
            // Beside a flag that nobody has, it is not what is wrong.
            let args = [command.get_name(), &format!("--{undo}"), "--zzzz"];
            let args = if command.get_name() == "rolelint" { &args[1..] } else { &args[..] };
            let ran = offline().args(args.iter().copied()).run().ends_with(2);
            assert!(ran.stderr.contains("`--zzzz`"), "{args:?}: {}", ran.stderr);
        }
    }
}

#[test]
fn what_is_undone_is_shown_as_that() {
    let config = "max-age: 1h\ndeadline: 1m\nparams: { most: 1 }\n";
    let run = |args: &[&str]| {
        let run = offline().file("rolelint.yaml", config).env("ROLELINT_PARAM", "other: 2");
        run.args(["config"]).args(args.iter().copied()).run().ends_with(0).stdout
    };
    let words = |text: &str| text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    let rows: [(&[&str], &[&str], &str); 4] = [
        (&[], &["max-age: 1h # rolelint.yaml:1", "params.most: 1 # rolelint.yaml:3"], "the flag"),
        (
            &["--no-max-age"],
            &["max-age: none # the flag --no-max-age", "deadline: 1m # rolelint.yaml:2"],
            "--no-deadline",
        ),
        (&["--no-param"], &["param: none # the flag --no-param"], "params."),
        (&["--no-param", "--param", "most=5"], &["params.most: 5 # the flag --param"], "params.other"),
    ];
    for (args, shown, hidden) in rows {
        let text = run(args);
        let lines: Vec<String> = words(&text);
        for line in shown {
            assert!(lines.iter().any(|one| one == line), "{args:?}: {line}\n{text}");
        }
        assert!(!text.contains(hidden), "{args:?}: {text}");
    }
}
