//! The recipes in `examples/ci`: each runs as far as it can without the system that it is for.

mod github;
mod kubernetes;
mod systemd;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::release::steps;
use super::snippets::{MET, VIOLATED};
use crate::support::fake::{FakeApi, KEY, Organization, What, When};
use crate::support::harness::{Ran, acme, faulty, text};
use crate::support::shell::{Machine, repository};
use crate::support::workflow::{address, yaml};

/// Checks a recipe.
type Check = fn(&str);

/// Which recipes there are, and what each has to do.
const RECIPES: &[(&str, Check)] = &[
    ("cron-on-change.sh", cron_on_change),
    ("github-actions.yml", github::actions),
    ("github-large.yml", github::large),
    ("github-organizations.yml", github::organizations),
    ("gitlab-ci.yml", gitlab),
    ("kubernetes/cronjob.yaml", kubernetes::cron_job),
    ("kubernetes/organizations.yaml", kubernetes::organizations),
    ("prometheus-rules.yaml", prometheus_rules),
    ("prometheus.sh", prometheus),
    ("systemd/rolelint.service", systemd::service),
    ("systemd/rolelint.timer", systemd::timer),
];

/// One rule is violated at ACME, the other asks for what roles permit.
const PARTLY_ANSWERED: &str = "\
version: 1
rules:
  - { id: anybody, select: user, forbid: { email: \"*@acme.example\" } }
  - { id: a-role, select: role, forbid: { permissions: api.groups.write } }
";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/ci")
}

#[test]
fn every_recipe_works() {
    let page = repository("docs/ci.md");
    for (name, check) in RECIPES {
        let recipe = repository(folder().join(name));
        check(&recipe);
        assert!(page.contains(&format!("../examples/ci/{name}")), "docs/ci.md has a link to {name}");
        assert!(!recipe.contains("sk-admin"), "{name} has no key in it");
        let here = recipe.lines().filter(|line| line.contains("github.com/") || line.contains("/rolelint@"));
        for line in here {
            assert!(line.contains(&address()), "{name}: {line}");
        }
        assert_eq!(
            recipe.matches("v0.").count(),
            recipe.matches(concat!("v", env!("CARGO_PKG_VERSION"))).count(),
            "{name}"
        );
    }
    let mut found = Vec::new();
    let mut folders = vec![folder()];
    while let Some(inside) = folders.pop() {
        for entry in fs::read_dir(inside).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path.strip_prefix(folder()).expect("inside").to_str().expect("UTF-8").to_owned());
            }
        }
    }
    found.sort();
    assert_eq!(found, RECIPES.iter().map(|(name, _)| *name).collect::<Vec<_>>());
}

/// An organization where the roles cannot be read.
fn denied() -> FakeApi {
    faulty(Organization::acme(), "/organization/roles", When::Always, What::Status(403))
}

/// A machine that is set up as the recipes say, with folders of its own in the place of the system's.
struct Site {
    machine: Machine,
    recipe: String,
}

impl Site {
    fn new(api: &FakeApi, recipe: &str) -> Self {
        let machine =
            Machine::new(api).program("mail", "").file("etc/key", KEY).file("var/.keep", "").file("prom/.keep", "");
        let moved = recipe
            .replace("/var/lib/node_exporter/textfile_collector", &machine.shown("prom"))
            .replace("/var/lib/rolelint", &machine.shown("var"))
            .replace("/etc/rolelint", &machine.shown("etc"));
        Self { machine, recipe: moved }.policy(MET)
    }

    fn policy(self, policy: &str) -> Self {
        Self { machine: self.machine.file("etc/policies/ours.yaml", policy), ..self }
    }

    /// Runs the recipe as a script.
    fn run(&self) -> Ran {
        self.machine.run("sh", &self.recipe)
    }

    /// The same; also what was mailed.
    fn day(&self) -> (i32, String) {
        fs::write(self.machine.path("mail.log"), "").expect("the temporary folder can be written to");
        (self.run().code, self.machine.read("mail.log"))
    }
}

fn cron_on_change(recipe: &str) {
    let api = acme();
    let site = Site::new(&api, recipe);
    let (code, mail) = site.day();
    assert!(code == 0 && mail.starts_with("mail -s rolelint: the findings have changed: exit code 0"), "{mail}");
    assert_eq!(site.day(), (0, String::new()), "nothing has changed");

    let site = site.policy(VIOLATED);
    let (code, mail) = site.day();
    assert!(code == 1 && mail.contains("the findings have changed: exit code 1") && mail.contains("a-role"), "{mail}");
    assert_eq!(site.day(), (1, String::new()), "still the same findings");

    // Nobody can mail: it is told the next day.
    let site = site.policy(MET);
    let machine = site.machine.program("mail", "exit 1");
    let site = Site { machine, recipe: site.recipe };
    assert_eq!(site.day().0, 0);
    let site = Site { machine: site.machine.program("mail", ""), recipe: site.recipe };
    assert!(site.day().1.contains("the findings have changed: exit code 0"));

    let site = Site { machine: site.machine.file("etc/key", "sk-admin-revoked"), recipe: site.recipe };
    for _ in 0..2 {
        let (code, mail) = site.day();
        assert!(code == 3 && mail.contains("access could not be checked: exit code 3"), "{code} {mail}");
        assert!(mail.contains("nothing could be read: 401"), "it says what went wrong: {mail}");
    }
    let site = Site { machine: site.machine.file("etc/policies/ours.yaml", "version: 9\n"), recipe: site.recipe };
    let (code, mail) = site.day();
    assert!(
        code == 2 && mail.contains("access could not be checked: exit code 2") && mail.contains("version"),
        "{mail}"
    );

    // What is proven does not make the rest answered.
    let api = denied();
    let site = Site::new(&api, recipe).policy(PARTLY_ANSWERED);
    for _ in 0..2 {
        let (code, mail) = site.day();
        assert!(code == 1 && mail.contains("access could not be checked: exit code 1"), "{code} {mail}");
    }
}

/// The names of the metrics in a text.
fn metrics(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.filter(|word| word.starts_with("rolelint_")).map(str::to_owned).collect()
}

fn prometheus(recipe: &str) {
    let api = acme();
    for (policy, code) in [(MET, 0), (VIOLATED, 1)] {
        let site = Site::new(&api, recipe).policy(policy);
        assert_eq!(site.run().ends_with(code).everything(), "");
        assert_eq!(site.machine.list("prom"), [".keep", "rolelint.prom"]);
        let mode = fs::metadata(site.machine.path("prom/rolelint.prom")).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o644, "others read it");
        let lines = site.machine.read("prom/rolelint.prom").lines().map(|line| Ok(line.to_owned())).collect::<Vec<_>>();
        let scrape = prometheus_parse::Scrape::parse(lines.into_iter()).expect("it is in the format");
        assert!(scrape.samples.len() > 20);
    }
    let api = denied();
    let site = Site::new(&api, recipe);
    site.run().ends_with(3);
    assert!(site.machine.read("prom/rolelint.prom").contains("rolelint_complete 0\n"));
    // Metrics of another day stay, and get old.
    let site = site.policy("version: 9\n");
    let before = site.machine.read("prom/rolelint.prom");
    site.run().ends_with(2);
    assert_eq!(site.machine.read("prom/rolelint.prom"), before);
}

/// Every metric and label that an alert asks for is in the report.
fn prometheus_rules(recipe: &str) {
    let api = acme();
    let site = Site::new(&api, &repository(folder().join("prometheus.sh")));
    site.run().ends_with(0);
    let written = site.machine.read("prom/rolelint.prom");
    let rules = yaml(recipe);
    for alert in steps(&rules, "expr") {
        let asked = metrics(text(&alert["expr"]));
        assert!(!asked.is_empty(), "{alert}");
        for name in asked {
            let sample = |line: &&str| line.starts_with(&format!("{name}{{")) || line.starts_with(&format!("{name} "));
            assert!(written.lines().any(|line| sample(&line)), "{name} is not in\n{written}");
        }
    }
    for label in ["status=\"violation\"", "severity=\"critical\"", "severity=\"high\""] {
        assert!(written.contains(label), "{label}");
    }
}

/// The policy and the parameters of a repository with a workflow.
fn checkout(machine: Machine, policy: &str) -> Machine {
    let tests = "tests: [{ name: t, org: { roles: [{ name: A }] }, expect: { a-role: pass } }]\n";
    machine
        .file("work/access/policies/ours.yaml", policy)
        .file("work/access/policies/ours_test.yaml", tests)
        .file("work/access/params.yaml", "owners: [Nobody at all]\n")
        .file("work/access/acme.yaml", "owners: [Nobody at all]\n")
        .file("work/access/acme-labs.yaml", "owners: [Nobody else]\n")
}

fn gitlab(recipe: &str) {
    let job = &yaml(recipe)["access"];
    let lines = |key: &str| -> Vec<String> {
        job[key].as_array().expect("a list").iter().map(|line| text(line).to_owned()).collect()
    };
    for (api, policy, code) in [(acme(), MET, 0), (acme(), VIOLATED, 1), (denied(), MET, 3)] {
        let machine =
            Machine::new(&api).program("apt-get", "").program("curl", "echo archive > \"$6\"").program("tar", "");
        let mut machine = checkout(machine, policy).env("OPENAI_ADMIN_KEY", KEY);
        for (name, value) in job["variables"].as_object().expect("variables") {
            machine = machine.env(name, text(value));
        }
        // GitLab runs the lines of both as one script that ends at the first failure.
        let script = [lines("before_script"), lines("script")].concat().join("\n");
        machine.run("bash -eo pipefail", &script).ends_with(1);
        assert_eq!((machine.read("tar.log"), api.requests().len()), (String::new(), 0), "the checksum is wrong");

        let right = machine.run("sh -e", "echo archive | sha256sum | cut -d ' ' -f 1").ends_with(0).stdout;
        let machine = machine.env("CHECKSUM", right.trim());
        machine.run("bash -eo pipefail", &script).ends_with(code);
        let reports = job["artifacts"]["reports"].as_object().expect("reports");
        let kept = reports.values().chain(job["artifacts"]["paths"].as_array().expect("a list"));
        for report in kept {
            assert!(!machine.read(&format!("work/{}", text(report))).is_empty(), "{report} is written");
        }
    }
}
