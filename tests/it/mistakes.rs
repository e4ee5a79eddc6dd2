//! Typical mistakes: each is an error that says what is wrong, where, and what helps; and whatever stands in a file name,
//! a policy or the command line, the error shows nothing hidden and runs no command of a CI system.

use crate::support::fake::{Behaviour, FakeApi, Fault, Organization, What, When};
use crate::support::harness::{Ran, Rolelint, acme, offline, rolelint};

/// A policy of one rule with these lines.
fn rule(lines: &str) -> String {
    format!("version: 1\nrules:\n  - id: asked\n    {}\n", lines.replace('\n', "\n    "))
}

/// Errors are in one style: `error: …` first, no line of another kind, no marks of the library or the system.
#[track_caller]
fn in_style(ran: &Ran) {
    let stderr = &ran.stderr;
    assert!(stderr.starts_with("error: ") || stderr.contains("\nerror: "), "{stderr}");
    for odd in ["Error:", "×", "os error", "entity not found", ".tmp", "╰─▶"] {
        assert!(!stderr.contains(odd), "{odd:?} is in\n{stderr}");
    }
}

#[test]
fn a_mistake_on_the_command_line_comes_with_a_correction() {
    let api = acme();
    let good = rule("select: role\nforbid: { name: Auditor }");
    let table: [(&[&str], &[&str]); 31] = [
        (&["chek"], &["there is no command `chek`", "did you mean `check`?"]),
        (&["validate", "p.yaml"], &["there is no command `validate`", "help: write `rolelint lint`"]),
        (&["check", "--list-rules"], &["there is no flag `--list-rules`", "help: write `rolelint list rules`"]),
        (&["list"], &["`rolelint list` needs <WHAT>", "help: write one of: rules, permissions, attributes"]),
        (&["completions"], &["`rolelint completions` needs <SHELL>", "help: write one of: bash, "]),
        (&["check", "--polcy", "x"], &["there is no flag `--polcy`", "did you mean `--policy`?"]),
        (&["check", "--nosuch"], &["there is no flag `--nosuch`", "help: `rolelint check --help` lists the flags"]),
        (&["--format", "json"], &["there is no flag `--format`", "`rolelint check` and 10 other commands have it"]),
        (&["check", "-Z"], &["there is no flag `-Z`"]),
        (&["completions", "bash", "zsh"], &["`zsh` is one argument too many", "`rolelint completions --help` shows"]),
        (&["evidence", "verify"], &["`rolelint evidence verify` needs <", "`rolelint evidence verify --help` shows"]),
        (&["fetch"], &["`rolelint fetch` needs --output <FILE>", "`rolelint fetch --help` shows what it takes"]),
        (&["check", "--only"], &["`--only` needs a value"]),
        (&["check", "--no-rate", "--rate", "5"], &["`--no-rate` cannot be used with `--rate`"]),
        (&["check", "--format", "json", "-f", "csv"], &["`--format` can be given only once"]),
        (&["check", "--format", "yaml"], &["`--format` cannot be `yaml`", "text, controls, json"]),
        (&["check", "p.yaml", "--only", "askd"], &["there is no rule `askd`", "did you mean `asked`?"]),
        (&["check", "p.yaml", "--tag", "nope"], &["no rule has the tag `nope`"]),
        (&["check", "p.yaml", "--param", "x=1"], &["no policy has a parameter `x`"]),
        (&["check", "p.yaml", "--param", "x"], &["NAME=VALUE"]),
        (&["check", "nowhere.yaml"], &["cannot read `nowhere.yaml`: there is no such file or folder"]),
        (&["check", "sub"], &["no policy at `sub`"]),
        (&["check", "-s", "nowhere"], &["cannot read snapshot `nowhere`: there is no such file or folder"]),
        (&["check", "-s", "sub"], &["`sub`: it is a folder, not a file"]),
        (
            &["check", "-s", "report.json"],
            &["`report.json` is a report, not a snapshot", "`rolelint report FILE --format FORMAT` shows a report"],
        ),
        (&["check", "-s", "other.json"], &["`other.json` is not a rolelint snapshot"]),
        (&["check", "--max-age", "3 months"], &["3 months"]),
        (&["check", "--report", "json"], &["write FORMAT=PATH"]),
        (&["check", "--key-file", "nowhere"], &["cannot read the key file `nowhere`: there is no such file or folder"]),
        (&["fetch", "-o", "none/org.jsonl"], &["cannot write snapshot `none/org.jsonl`: the folder does not exist"]),
        (&["fetch", "-o", "x", "--only", "keys"], &["`--only` cannot be `keys`", "did you mean "]),
    ];
    for (args, said) in table {
        let run = rolelint(&api)
            .file("p.yaml", &good)
            .file("sub/notes.txt", "")
            .file("report.json", "{\n  \"schema_version\": 2")
            .file("other.json", "{\"rules\": []}");
        let ran = run.args(args.iter().copied()).run().ends_with(2);
        in_style(&ran);
        for said in said {
            assert!(ran.stderr.contains(said), "{args:?}: {said:?} is not in\n{}", ran.stderr);
        }
        assert_eq!(ran.stdout, "", "{args:?}");
    }
    assert_eq!(api.requests(), []);
}

#[test]
fn a_mistake_in_a_policy_is_shown_with_its_location() {
    let table = [
        ("select: role\nforbid: { permissions: *.write }", "5:28", "quotes"),
        ("select: user\nforbid: { permissions: x }", "5:15", "holds: { permission: … }"),
        ("select: users\nforbid: {}", "4:13", "did you mean `user`?"),
        ("select: role\nwere: {}\nforbid: { name: x }", "5:5", "did you mean `where`?"),
        ("severity: urgent\nselect: role\nforbid: { name: x }", "4:15", "critical"),
        ("select: user\nforbid: { added_at: { older_than: 3 months } }", "5:39", "90d"),
        ("select: user\n  forbid: { name: x }", "", "all keys of a mapping must start in the same column"),
        ("select: user\nforbid: { holds: { scope: org } }", "5:31", "organization"),
    ];
    for (lines, place, said) in table {
        let ran = offline().check(&rule(lines)).run().ends_with(2);
        in_style(&ran);
        let place = if place.is_empty() { "--> policy.yaml:".to_owned() } else { format!("--> policy.yaml:{place}\n") };
        assert!(ran.stderr.contains(&place), "{place} is not in\n{}", ran.stderr);
        assert!(ran.stderr.contains(said), "{said:?} is not in\n{}", ran.stderr);
    }
}

/// Terminal control, direction marks, line ends, and commands of three CI systems.
const HOSTILE: [&str; 7] = [
    "\u{1b}[31m\u{1b}]0;t\u{7}",
    "\u{202e}txt\u{2066}",
    "x\n::error::boom",
    "::add-mask::x",
    "##[error]boom",
    "##vso[task.complete result=Succeeded;]",
    "x\r##teamcity[buildStop]",
];

/// Whether anything of that text would do something else than stand there.
#[track_caller]
fn stands_there(ran: &Ran) {
    let stderr = &ran.stderr;
    let hidden: Vec<char> = stderr.chars().filter(|&c| c != '\n' && rolelint::escape::is_hidden(c)).collect();
    assert!(hidden.is_empty(), "{hidden:?} in\n{stderr}");
    for line in stderr.lines() {
        assert!(!line.trim_start().starts_with("::"), "{stderr}");
        assert!(!["##[", "##vso[", "##teamcity["].iter().any(|command| line.contains(command)), "{stderr}");
    }
}

/// Every place of a policy, the command line and the environment that an error may repeat.
fn repeated(text: &str) -> Vec<Rolelint> {
    let line = |args: &[&str]| {
        offline()
            .env("OPENAI_ADMIN_KEY", "sk-admin-x")
            .file("p.yaml", rule("select: role\nforbid: { name: x }"))
            .args(args.iter().copied())
    };
    let quoted = serde_json::Value::from(text).to_string();
    let policy = |lines: String| offline().check(&rule(&lines));
    let mut runs = vec![
        line(&[text]),
        line(&["check", &format!("--{text}")]),
        line(&["check", "--format", text]),
        line(&["check", "--fail-on", text]),
        line(&["check", "--as-of", text]),
        line(&["check", "--rate", text]),
        line(&["check", "--report", text]),
        line(&["check", "--report", &format!("{text}=a")]),
        line(&["check", "p.yaml", "--report", &format!("json=none/{text}")]),
        line(&["check", "p.yaml", "-o", &format!("none/{text}")]),
        line(&["check", "p.yaml", "--only", text]),
        line(&["check", "p.yaml", "--skip", text]),
        line(&["check", "p.yaml", "--tag", text]),
        line(&["check", "p.yaml", "--param", &format!("{text}=1")]),
        line(&["check", "p.yaml", "--param", &format!("x=[{text}")]),
        line(&["check", "p.yaml", "--param-file", text]),
        line(&["check", "p.yaml", "--ca-file", text]),
        line(&["check", "p.yaml", "--base-url", text]),
        line(&["check", text]),
        line(&["check", &format!("builtin:{text}")]),
        line(&["check", "p.yaml", &format!("[{text}")]),
        line(&["check", "-s", text]),
        line(&["check", "--key-file", text]),
        line(&["fetch", "-o", &format!("none/{text}")]),
        line(&["fetch", "-o", "x", "--only", text]),
        line(&["fetch", "-o", "x", "--since", text]),
        line(&["test", text]),
        line(&["check"]).env("ROLELINT_FAIL_ON", text),
        policy(format!("{quoted}: 1\nselect: role\nforbid: {{ name: x }}")),
        policy(format!("select: {quoted}\nforbid: {{ name: x }}")),
        policy(format!("select: role\nforbid: {{ {quoted}: x }}")),
        policy(format!(
            "select: role\nforbid: {{ name: {{ regex: {} }} }}",
            serde_json::Value::from(format!("({text}"))
        )),
        policy(format!("select: role\nforbid: {{ name: {} }}", serde_json::Value::from(format!("[{text}")))),
        policy(format!("select: user\nforbid: {{ added_at: {{ older_than: {quoted} }} }}")),
        policy(format!("select: role\nforbid: {{ name: {} }}", serde_json::Value::from(format!("${text}")))),
        policy(format!("severity: {quoted}\nselect: role\nforbid: {{ name: x }}")),
        policy(format!("id: {quoted}\nselect: role\nforbid: {{ name: x }}")),
        policy(format!("select: role # {text}\nforbid: x")),
        policy(format!("select: role\nforbid: {{ name: {{ {quoted}: x }} }}")),
    ];
    // The same file with its problem on the line of the text.
    runs.push(
        offline()
            .check(&format!("version: 1\nrules: # {text}\n  - id: a\n    slect: role # {text}\n    forbid: {{}}\n")),
    );
    if !text.contains(['/', '\0']) {
        let name = format!("{text}.yaml");
        runs.push(offline().file(&name, "version: 7\n").args(["check", &name]));
    }
    runs
}

#[test]
fn errors_escape_hidden_and_control_characters() {
    for text in HOSTILE {
        for run in repeated(text) {
            let ran = run.run();
            assert_eq!(ran.code, 2, "{text:?}\n{}", ran.everything());
            in_style(&ran);
            stands_there(&ran);
        }
    }
}

#[test]
fn traces_and_warnings_escape_hidden_and_control_characters() {
    for text in HOSTILE {
        let mut organization = Organization::acme();
        for user in &mut organization.users {
            user.id = format!("{text}{}", user.id);
        }
        // The API's own words stand in traces, too.
        let what = What::TooManyRequests { retry_after: None, retry_after_ms: Some(1), message: Some(text.to_owned()) };
        let faults = vec![Fault { path: "/organization/users".to_owned(), when: When::First(1), what }];
        let behaviour = || Behaviour { faults: faults.clone(), ..Behaviour::default() };
        for args in
            [&["check", "-vv", "--color", "always"][..], &["fetch", "-vv", "-o", "org.jsonl"], &["doctor", "-vv"]]
        {
            let api = FakeApi::start(organization.clone(), behaviour());
            let ran = rolelint(&api).args(args.iter().copied()).run();
            assert!(ran.stderr.contains("GET /v1/organization/users: 429, "), "{}", ran.stderr);
            stands_there(&ran);
        }
    }
}

#[test]
fn colour_codes_from_outside_are_escaped() {
    let ran = offline().check(&rule("slect: role\nforbid: {}")).args(["--color", "always"]).run().ends_with(2);
    assert!(ran.stderr.starts_with("\u{1b}[31;1merror[missing-key]:\u{1b}[0m "), "{:?}", ran.stderr);
    assert_eq!(
        ran.stderr
            .replace("\u{1b}[31;1m", "")
            .replace("\u{1b}[34m", "")
            .replace("\u{1b}[39m", "")
            .replace("\u{1b}[0m", "")
            .matches('\u{1b}')
            .count(),
        0
    );
}

#[test]
fn a_base_url_of_another_version_gives_a_warning() {
    let api = acme();
    let ran = rolelint(&api).args(["doctor", "--base-url", &api.base_url().replace("/v1", "/v2")]).run();
    let said = "warning: the Admin API is at https://api.openai.com/v1, so its base URL ends in /v1\n";
    assert!(ran.stderr.starts_with(said), "{}", ran.stderr);
}

#[test]
fn a_collection_may_be_written_with_hyphens() {
    let ran = rolelint(&acme()).args(["fetch", "-o", "-", "-q", "--only", "api-keys"]).run().ends_with(0);
    assert!(ran.stdout.contains("\"api_keys\""), "{}", ran.stdout);
}

#[test]
fn a_snapshot_or_a_report_is_no_policy_and_the_error_says_what_reads_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |args: &[&str]| rolelint(&acme()).inside(folder.path()).args(args.iter().copied()).run();
    run(&["fetch", "-q", "-o", "org.jsonl"]).ends_with(0);
    run(&["check", "-s", "org.jsonl", "--format", "json", "-o", "r.json"]).ends_with(1);
    for (file, what, help) in [
        ("org.jsonl", "a snapshot", "`rolelint check --snapshot FILE` reads it"),
        ("r.json", "a report", "`rolelint report FILE --format FORMAT` shows it"),
    ] {
        let said = run(&["check", file]).ends_with(2).stderr;
        assert_eq!(said, format!("error: `{file}` is {what}, not a policy\n  help: {help}\n"));
    }
}

#[test]
fn no_severity_to_fail_on_is_written_in_another_way() {
    let ran = offline().args(["check", "--fail-on", "none"]).run().ends_with(2);
    let help = "it is one of: info, low, medium, high, critical; for no severity at all, write --exit-zero";
    assert_eq!(ran.stderr, format!("error: `--fail-on` cannot be `none`\n  help: {help}\n"));
}
