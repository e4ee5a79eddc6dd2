//! Every snippet of the documentation does what it says there. Paths on the reader's machine are moved into a temporary
//! folder; nothing else is changed.

use super::action::UNPACK;
use crate::support::fake::{FakeApi, KEY, Organization, What, When};
use crate::support::harness::{Ran, acme, faulty, offline, text};
use crate::support::shell::{Machine, repository};
use crate::support::workflow::{Job, Step, address, yaml};

/// A policy that ACME meets, and one that it violates.
pub const MET: &str = "\
version: 1
params: { owners: [Nobody] }
rules: [{ id: a-role, select: role, where: { predefined_role: true }, forbid: { name: $owners }, allow_unmatched: true }]
";
pub const VIOLATED: &str = "\
version: 1
params: { owners: [Nobody] }
rules: [{ id: a-role, select: role, require: { name: $owners }, allow_unmatched: true }]
";

/// Holds the snippet with that number on its page.
type Check = fn(&str);

/// Which pages have snippets, and what each snippet has to do, in the order of the page.
const PAGES: &[(&str, &[Check])] = &[
    ("README.md", &[try_it, install, commands, policy, github_workflow, cron, jq, configuration]),
    ("docs/audit.md", &[super::audit::STEP; super::audit::STEPS]),
    (
        "docs/adopting.md",
        // The walk is a test of its own: adopting.rs.
        &[
            walk,
            walk,
            walk,
            walk,
            walk,
            walk,
            walk,
            walk,
            walk,
            walk,
            waivers,
            waivers_commands,
            overrides,
            baseline,
            nightly,
        ],
    ),
    ("docs/ci.md", &[own_message, container, attestation]),
    ("docs/collection.md", &[]),
    // Each of its policies is a test of its own: cookbook.rs.
    ("docs/cookbook.md", &[]),
    ("docs/linting.md", &[linted, lint_finding, lint_configuration]),
    ("docs/policies.md", &[policy, condition, policy, policy, policy, policy, policy, policy]),
    ("docs/trust.md", &[]),
    ("docs/testing.md", &[policy, policy_tests, failed_policy_test, never_fires, survivor, equivalent_mutant]),
];

pub(super) fn snippets(page: &str) -> Vec<String> {
    let text = repository(page);
    let fences: Vec<usize> = text.match_indices("```").map(|(at, _)| at).collect();
    let blocks = fences.chunks(2).map(|fence| &text[fence[0]..fence[1]]);
    blocks.map(|block| block.split_once('\n').expect("a fence has a line of its own").1.to_owned()).collect()
}

#[test]
fn every_snippet_of_the_documentation_does_what_it_says() {
    for (page, checks) in PAGES {
        let snippets = if *page == "docs/cookbook.md" { Vec::new() } else { snippets(page) };
        assert_eq!(snippets.len(), checks.len(), "{page}: each snippet needs a row in PAGES");
        for (snippet, check) in snippets.iter().zip(*checks) {
            check(snippet);
        }
    }
    let docs = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/docs")).expect("a folder");
    for entry in docs {
        let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
        let listed = PAGES.iter().any(|(page, _)| *page == format!("docs/{name}"));
        let picture = ["svg", "png"].iter().any(|kind| name.ends_with(kind));
        assert!(listed || picture || name == "guide.md", "docs/{name} needs a row in PAGES");
    }
}

/// Runs a snippet on which `cargo` is a program that only notes what it is asked for.
fn with_cargo(snippet: &str) -> String {
    let machine = Machine::new(&acme()).program("cargo", "");
    machine.run("sh -e", snippet).ends_with(0);
    machine.read("cargo.log")
}

fn walk(_: &str) {}

/// `cargo test` and the demo themselves are run by tests of their own.
fn try_it(snippet: &str) {
    assert_eq!(with_cargo(snippet), "cargo run --example demo\ncargo test\n");
}

/// What is asked of the image is what the image has.
fn container(snippet: &str) {
    let docker = "while [ \"$1\" != rolelint ]; do shift; done; shift; [ \"$3\" = /access/policies ] || exit 9; \
                  exec rolelint \"$1\" \"$2\" access/policies";
    let api = acme();
    for (policy, code) in [(MET, 0), (VIOLATED, 1)] {
        let machine = Machine::new(&api).env("OPENAI_ADMIN_KEY", KEY).program("docker", docker);
        let machine = machine.file("work/access/policies/ours.yaml", policy);
        machine.run("sh -e", snippet).ends_with(code);
        let mount = format!("--volume {}/access:/access:ro ", machine.shown("work"));
        assert!(machine.read("docker.log").contains(&mount), "{}", machine.read("docker.log"));
    }
}

fn attestation(snippet: &str) {
    let api = acme();
    let machine = Machine::new(&api).program("gh", "");
    machine.run("sh -e", snippet).ends_with(0);
    let archive = "rolelint-x86_64-unknown-linux-musl.tar.gz";
    assert_eq!(machine.read("gh.log"), format!("gh attestation verify {archive} --repo {}\n", address()));
}

fn install(snippet: &str) {
    assert_eq!(with_cargo(snippet), "cargo install --locked --path .\n");
}

fn commands(snippet: &str) {
    let api = acme();
    let placeholder = "export OPENAI_ADMIN_KEY=sk-admin-…\n";
    let machine = Machine::new(&api)
        .env("OPENAI_ADMIN_KEY", KEY)
        .file("work/policies/ours.yaml", MET)
        .file("work/my.yaml", VIOLATED);
    let lines: Vec<&str> = snippet.strip_prefix(placeholder).expect("the key comes first").lines().collect();
    let codes: Vec<i32> = lines.iter().map(|line| machine.run("sh -e", line).code).collect();
    assert_eq!(codes, [0, 1, 1, 0, 1], "{snippet}");
    assert_eq!(machine.list("work"), ["my.yaml", "org.jsonl", "policies"]);
}

fn policy(snippet: &str) {
    assert!(snippet.starts_with("version: 1\n"));
    offline().file("p.yaml", snippet).args(["plan", "--policy", "p.yaml"]).run().ends_with(0);
}

fn condition(snippet: &str) {
    let condition = snippet.trim_end().replace('\n', "\n    ");
    policy(&format!(
        "version: 1\nrules:\n  - id: a\n    select: user\n    {condition}\n    require: {{ enabled: true }}\n"
    ));
}

/// The policy and the tests of `docs/testing.md`, with this done to the tests.
fn run_policy_tests(change: impl Fn(&str) -> String) -> Ran {
    test_policy(change, &["--min-coverage", "100"])
}

fn test_policy(change: impl Fn(&str) -> String, args: &[&str]) -> Ran {
    let blocks = snippets("docs/testing.md");
    let run = offline().file("access.yaml", &blocks[0]).file("access_test.yaml", change(&blocks[1]));
    run.args(["test", "access.yaml"]).args(args.iter().copied()).run()
}

fn policy_tests(_: &str) {
    let ran = run_policy_tests(str::to_owned).ends_with(0);
    assert!(ran.stdout.contains("3 tests passed, 0 failed"), "{}", ran.stdout);
}

/// What the page shows for a failed test is what is said if its first test expects somebody else.
fn failed_policy_test(snippet: &str) {
    let right = "user-manages-groups: [user/ada@acme.example]";
    let ran = run_policy_tests(|tests| {
        assert!(tests.contains(right), "{tests}");
        tests.replace(right, "user-manages-groups: [user/bob@acme.example]")
    });
    let ran = ran.ends_with(1);
    assert!(ran.stdout.starts_with(snippet), "{}", ran.stdout);
}

/// The page shows what is said of a rule like this one.
fn never_fires(snippet: &str) {
    let rule = "  - id: user-from-elsewhere\n    select: user\n    where: { email: \"*@acme.example\" }\n    forbid: { mailbox: \"*@elsewhere.example\" }\n";
    let run =
        offline().file("access.yaml", format!("version: 1\nrules:\n{rule}")).args(["test", "access.yaml", "--prove"]);
    let ran = run.run().ends_with(1);
    assert!(ran.stdout.contains(snippet), "{}", ran.stdout);
}

/// The page shows a mutant that its tests do not notice.
fn survivor(snippet: &str) {
    let ran = test_policy(overlooking, &["--mutate"]).ends_with(1);
    assert!(ran.stdout.contains(snippet), "{}", ran.stdout);
}

fn overlooking(tests: &str) -> String {
    tests.replace("permissions: [api.groups.read]", "permissions: []")
}

/// What the page says about that mutant is accepted.
fn equivalent_mutant(snippet: &str) {
    let ran = test_policy(|tests| overlooking(tests) + snippet, &["--mutate"]);
    assert!(ran.stdout.contains("1 change nothing"), "{}", ran.stdout);
}

/// Lints the policy of `docs/linting.md`.
fn lint(args: &[&str]) -> Ran {
    let policy = &snippets("docs/linting.md")[0];
    offline().file("access.yaml", policy).args(["lint", "access.yaml"]).args(args.iter().copied()).run()
}

fn linted(snippet: &str) {
    policy(snippet);
    lint(&[]).ends_with(1);
}

/// What the page shows is what is said of its policy.
fn lint_finding(snippet: &str) {
    let ran = lint(&[]).ends_with(1);
    assert!(ran.stdout.contains(snippet.trim_end()), "{}", ran.stdout);
}

fn lint_configuration(snippet: &str) {
    let run = offline().file("rolelint.yaml", snippet).file("access.yaml", &snippets("docs/linting.md")[0]);
    let ran = run.args(["lint", "access.yaml"]).run().ends_with(1);
    assert!(ran.stdout.contains("unknown-permission") && !ran.stdout.contains("untested-rule: "), "{}", ran.stdout);
}

/// Runs the workflow of the README in a repository with this policy; says whether it is green.
fn run_workflow(snippet: &str, api: &FakeApi, policy: &str, key: &str) -> (bool, Vec<Step>, String) {
    let machine = Machine::new(api)
        .program("gh", "")
        .program("tar", UNPACK)
        .file("work/access/policies/ours.yaml", policy)
        .file("work/access/params.yaml", "owners: [Nobody at all]\n");
    let job = Job::new(&machine, &[("secrets.OPENAI_ADMIN_KEY", key)]);
    let (green, steps) = job.run(&yaml(snippet)["jobs"]["access"]);
    (green, steps, machine.read("runner/summary.md"))
}

fn github_workflow(snippet: &str) {
    let workflow = yaml(snippet);
    assert_eq!(workflow["permissions"], serde_json::json!({"contents": "read", "security-events": "write"}));
    let denied = || faulty(Organization::acme(), "/organization/roles", When::Always, What::Status(403));
    let rows: [(FakeApi, &str, &str, i32, &str); 4] = [
        (acme(), MET, KEY, 0, "# rolelint"),
        (acme(), VIOLATED, KEY, 1, "# rolelint"),
        (denied(), MET, KEY, 3, "# rolelint"),
        (acme(), MET, "", 2, "rolelint checked nothing and ended with exit code 2."),
    ];
    for (api, policy, key, code, summary) in rows {
        let (green, steps, written) = run_workflow(snippet, &api, policy, key);
        let check = steps.iter().find(|step| step.what == "Check").and_then(|step| step.ran.as_ref()).expect("it ran");
        assert_eq!((green, check.code), (code == 0, code), "{}{}", check.stdout, check.stderr);
        assert!(written.contains(summary), "{written}");
        let upload = steps.iter().find(|step| step.what.starts_with("github/codeql-action/upload-sarif@"));
        let uploaded = upload.filter(|step| !step.skipped).map(|step| std::path::Path::new(&step.with["sarif_file"]));
        assert_eq!(uploaded.is_some(), code != 2, "findings are uploaded unless nothing was checked");
    }
}

/// Runs the script for cron, day after day on one machine; says how each day ends.
fn cron(snippet: &str) {
    let api = acme();
    let machine = Machine::new(&api)
        .program("mail", "")
        .file("etc/policies/ours.yaml", MET)
        .file("etc/key", KEY)
        .file("lib/.keep", "");
    let script =
        snippet.replace("/var/lib/rolelint", &machine.shown("lib")).replace("/etc/rolelint", &machine.shown("etc"));
    let day = |machine: &Machine| (machine.run("sh", &script).code, machine.read("mail.log"));

    assert_eq!(day(&machine), (0, String::new()), "the first day: everything is read, nobody is told");
    let first = machine.read("lib/org.jsonl");
    assert!(first.ends_with("}\n") && machine.list("lib").len() == 3, "{:?}", machine.list("lib"));
    assert!(machine.list("lib").iter().any(|name| name.starts_with("report-20")));
    // Only `--since` asks for these.
    let read_the_log = || api.requests().iter().any(|request| request.path.ends_with("/audit_logs"));
    assert!(!read_the_log());
    assert_eq!(day(&machine), (0, String::new()), "the second day");
    assert!(read_the_log());

    let machine = machine.file("etc/policies/ours.yaml", VIOLATED);
    let (code, mail) = day(&machine);
    assert!(
        code == 1 && mail.starts_with("mail -s rolelint security@acme.example\naccess policy violated: "),
        "{mail}"
    );

    let machine = machine.file("etc/key", "sk-admin-revoked").file("mail.log", "");
    let (code, mail) = day(&machine);
    assert!(mail.contains("access could not be checked: exit code"), "{mail}");
    assert!([2, 3].contains(&code), "{code}");
    assert!(!machine.read("lib/org.jsonl").is_empty());
}

fn jq(snippet: &str) {
    let api = acme();
    let machine = Machine::new(&api).env("OPENAI_ADMIN_KEY", KEY);
    machine.run("sh -e", "rolelint fetch --quiet -o org.jsonl").ends_with(0);
    let lines = machine.read("work/org.jsonl");
    let roles = lines.lines().map(yaml).filter(|line| line["role"].is_object());
    let holds = |line: &serde_json::Value| line["role"]["permissions"].to_string().contains("\"api.groups.write\"");
    let names: Vec<String> = roles.filter(holds).map(|line| text(&line["role"]["name"]).to_owned()).collect();
    let names = names.join("\n") + "\n";
    assert!(names.contains("API Group Manager\n"), "{names}");
    // Not every machine that tests rolelint has jq.
    let has_jq = machine.run("sh", "command -v jq").code == 0;
    assert!(!has_jq || machine.run("sh -e", snippet).ends_with(0).stdout == names);
}

fn own_message(snippet: &str) {
    let api = acme();
    let machine = Machine::new(&api).env("OPENAI_ADMIN_KEY", KEY);
    let ran = machine.run("sh -e", "rolelint check --format json -o results.json").ends_with(1);
    assert_eq!(ran.stdout, "");
    let report = yaml(&machine.read("work/results.json"));
    let findings = report["findings"].as_array().expect("findings");
    let line = |finding: &serde_json::Value| {
        let address = finding["subject"]["owner"]["email"].as_str().or_else(|| finding["subject"]["email"].as_str());
        format!("{}: {} ({})\n", address.unwrap_or("-"), text(&finding["message"]), text(&finding["rule"]))
    };
    let lines: String = findings.iter().filter(|finding| finding["status"] == "violation").map(line).collect();
    assert!(lines.contains("ahmed.farouk@acme.example: API key hackathon-demo"), "{lines}");
    let has_jq = machine.run("sh", "command -v jq").code == 0;
    assert!(!has_jq || machine.run("sh -e", snippet).ends_with(0).stdout == lines);
}

/// Both waivers cover something. Only their day is another: a waiver does not last for ever.
fn waivers(snippet: &str) {
    let snippet = snippet.replace("2027-01-31", &in_days(90));
    let api = acme();
    let machine = Machine::new(&api).env("OPENAI_ADMIN_KEY", KEY).file("work/waivers.yaml", snippet);
    let ran = machine.run("sh -e", "rolelint check --waivers waivers.yaml --format json").ends_with(1);
    let report = ran.json().0;
    assert_eq!((&report["summary"]["waived"], &report["exceptions"]), (&2.into(), &serde_json::json!([])));
}

/// The waivers of ACME's owners, from the first on.
fn waivers_commands(snippet: &str) {
    let api = acme();
    let machine =
        Machine::new(&api).env("OPENAI_ADMIN_KEY", KEY).file("work/waivers.yaml", "version: 1\nwaivers: []\n");
    let ran = machine.run("sh -e", &snippet.replace("2027-01-31", &in_days(90))).ends_with(0);
    assert_eq!(ran.stdout, "", "there is nothing to list and nothing to prune");
    let listed = machine.run("sh -e", "rolelint waivers --waivers waivers.yaml").ends_with(0).stdout;
    assert!(listed.starts_with("in use  waivers.yaml:3: too-many-owners for the organization"), "{listed}");
}

/// Both overrides count: the one until its day.
fn overrides(snippet: &str) {
    let api = acme();
    let machine = Machine::new(&api).env("OPENAI_ADMIN_KEY", KEY);
    let machine = machine.file("work/rolelint.yaml", snippet.replace("2027-03-31", &in_days(90)));
    let report = machine.run("sh -e", "rolelint check --format json").ends_with(1).json().0;
    let said = report["exceptions"].as_array().expect("a list");
    assert!(said.len() == 2 && said[1].as_str().is_some_and(|said| said.contains("is switched off until")), "{said:?}");
    assert_eq!(report["skipped"][0]["rule"], "privileged-group-outside-scim");
}

/// On a quiet day, the mail is empty.
fn nightly(snippet: &str) {
    let api = acme();
    let machine = Machine::new(&api).env("OPENAI_ADMIN_KEY", KEY);
    machine.run("sh -e", "rolelint fetch -o yesterday.jsonl").ends_with(0);
    machine.run("sh -e", snippet).ends_with(0);
    let size = machine.run("sh -e", "wc -c < changes.txt").ends_with(0).stdout;
    assert_eq!(size.trim(), "0");
}

/// Red before, green after; nothing changes in between.
fn baseline(snippet: &str) {
    let api = acme();
    let machine = Machine::new(&api).env("OPENAI_ADMIN_KEY", KEY);
    let codes: Vec<i32> = snippet.lines().map(|line| machine.run("sh -e", line).code).collect();
    assert_eq!(codes, [1, 0, 0, 0, 0]);
    assert_eq!(machine.list("work"), [".rolelint-baseline.jsonl"]);
}

/// The day that is so many days away, in UTC.
pub(super) fn in_days(days: i64) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs();
    let then = i64::try_from(now).expect("a time") + days * 86_400;
    rolelint::time::day(then - then.rem_euclid(86_400))
}

/// Each setting of the configuration is in force, and a check by it ends as it should.
fn configuration(snippet: &str) {
    let api = acme();
    let machine = Machine::new(&api)
        .env("OPENAI_ADMIN_KEY", KEY)
        .file("work/rolelint.yaml", snippet)
        .file("work/policies/ours.yaml", MET);
    let told = machine.run("sh -e", "rolelint config").ends_with(0).stdout;
    let settings = snippet.lines().filter_map(|line| line.split_once(':'));
    let from_file = told.lines().filter(|line| line.contains("# rolelint.yaml:"));
    assert_eq!(from_file.count(), settings.count(), "{told}");
    machine.run("sh -e", "rolelint check").ends_with(1);
    assert!(machine.list("work").contains(&"rolelint.sarif".to_owned()));
}
