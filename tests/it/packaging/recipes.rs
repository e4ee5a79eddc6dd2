//! The recipes in `examples/ci`: each runs as far as it can without the system that it is for.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::action::UNPACK;
use super::release::steps;
use super::snippets::{MET, VIOLATED};
use crate::support::fake::{FakeApi, KEY, Organization, What, When};
use crate::support::harness::{Ran, acme, faulty, text};
use crate::support::shell::{Machine, repository};
use crate::support::workflow::{Job, address, yaml};

/// Holds a recipe.
type Check = fn(&str);

/// Which recipes there are, and what each has to do.
const RECIPES: &[(&str, Check)] = &[
    ("cron-on-change.sh", cron_on_change),
    ("github-actions.yml", github_actions),
    ("github-organizations.yml", github_organizations),
    ("gitlab-ci.yml", gitlab),
    ("kubernetes/cronjob.yaml", kubernetes_cron_job),
    ("kubernetes/organizations.yaml", kubernetes_organizations),
    ("prometheus-rules.yaml", prometheus_rules),
    ("prometheus.sh", prometheus),
    ("systemd/rolelint.service", systemd_service),
    ("systemd/rolelint.timer", systemd_timer),
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
        assert!(mail.contains("roles denied"), "it says what went wrong: {mail}");
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

/// Runs a job of a workflow.
fn run_job(api: &FakeApi, job: &Value, policy: &str, contexts: &[(&str, &str)]) -> (bool, Machine) {
    let machine = Machine::new(api).program("gh", "").program("tar", UNPACK).program("cargo", "");
    let machine = checkout(machine, policy);
    let (green, _) = Job::new(&machine, contexts).run(job);
    (green, machine)
}

fn github_actions(recipe: &str) {
    let jobs = &yaml(recipe)["jobs"];
    let secret = [("secrets.OPENAI_ADMIN_KEY", KEY)];
    assert!(run_job(&acme(), &jobs["check"], MET, &secret).0);
    assert!(!run_job(&acme(), &jobs["check"], VIOLATED, &secret).0);
    assert!(!run_job(&denied(), &jobs["check"], MET, &secret).0);
    assert!(!run_job(&acme(), &jobs["check"], MET, &[("secrets.OPENAI_ADMIN_KEY", "")]).0);

    let api = acme();
    let (green, machine) = run_job(&api, &jobs["test"], MET, &[]);
    assert!(green && api.requests().is_empty(), "tests of policies need neither secret nor API");
    let install = format!("cargo install --locked --git https://github.com/{} --tag v0.1.0 rolelint\n", address());
    assert_eq!(machine.read("cargo.log"), install);
    assert!(!run_job(&api, &jobs["test"], VIOLATED, &[]).0);
}

fn github_organizations(recipe: &str) {
    let job = &yaml(recipe)["jobs"]["check"];
    assert_eq!(job["environment"], "${{ matrix.organization }}", "each has a secret of its own");
    let organizations = job["strategy"]["matrix"]["organization"].as_array().expect("a list");
    assert!(organizations.len() > 1 && job["strategy"]["fail-fast"] == false);
    for organization in organizations {
        let contexts = [("secrets.OPENAI_ADMIN_KEY", KEY), ("matrix.organization", text(organization))];
        assert!(run_job(&acme(), job, MET, &contexts).0, "{organization}");
        assert!(!run_job(&acme(), job, VIOLATED, &contexts).0, "{organization}");
    }
    let contexts = [("secrets.OPENAI_ADMIN_KEY", KEY), ("matrix.organization", "without-parameters")];
    assert!(!run_job(&acme(), job, MET, &contexts).0);
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

/// Runs the container of a Kubernetes manifest, with what is mounted into it.
fn run_pod(template: &Value, api: &FakeApi, policy: &str, key: &str, index: &str) -> Ran {
    let [container] = &template["containers"].as_array().expect("a list")[..] else { panic!("one container") };
    let mounted = |path: &str| {
        let mounts = container["volumeMounts"].as_array().expect("a list");
        let mount =
            mounts.iter().find(|mount| mount["mountPath"] == path).unwrap_or_else(|| panic!("{path} is mounted"));
        let volumes = template["volumes"].as_array().expect("a list");
        assert!(volumes.iter().any(|volume| volume["name"] == mount["name"]), "{mount}");
        assert_eq!(mount["readOnly"], true);
    };
    let mut machine = Machine::new(api);
    let mut args: Vec<String> = Vec::new();
    for arg in container["args"].as_array().expect("a list") {
        let arg = text(arg).replace("$(INDEX)", index);
        if let Some(folder) = Path::new(&arg).parent().filter(|_| arg.starts_with('/')) {
            let folder = if arg == "/etc/rolelint/policies" { Path::new(&arg) } else { folder };
            mounted(folder.to_str().expect("UTF-8"));
        }
        args.push(arg.strip_prefix('/').map_or_else(|| arg.clone(), |inside| machine.shown(inside)));
    }
    // The way that Kubernetes mounts: the files are links into a folder that is replaced as a whole.
    let files = [
        ("etc/rolelint/policies", "ours.yaml", policy),
        ("etc/rolelint/params", "0.yaml", "owners: [Nobody at all]\n"),
        ("var/run/rolelint", "key", key),
        ("var/run/rolelint", "0", key),
    ];
    for (folder, name, content) in files {
        machine = machine.file(&format!("{folder}/..2026_01_01/{name}"), content);
        let data = machine.path(&format!("{folder}/..data"));
        if !data.exists() {
            symlink("..2026_01_01", &data).expect("a link can be made");
        }
        symlink(format!("..data/{name}"), machine.path(&format!("{folder}/{name}"))).expect("a link can be made");
    }
    let quoted: Vec<String> = args.iter().map(|arg| format!("'{arg}'")).collect();
    machine.run("sh -e", &format!("rolelint {}", quoted.join(" ")))
}

/// What holds of every Pod here: no rights, no second try, no key but from a Secret.
fn pod(recipe: &str) -> Value {
    let job = yaml(recipe)["spec"]["jobTemplate"]["spec"].clone();
    let template = &job["template"]["spec"];
    let container = &template["containers"][0];
    assert_eq!(template["restartPolicy"], "Never");
    assert_eq!(template["automountServiceAccountToken"], false);
    assert_eq!(template["securityContext"]["runAsNonRoot"], true);
    let none =
        json!({"allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": {"drop": ["ALL"]}});
    assert_eq!(container["securityContext"], none);
    assert_eq!(yaml(recipe)["spec"]["concurrencyPolicy"], "Forbid");
    job
}

fn pods(template: &Value, index: &str) {
    assert_eq!(run_pod(template, &acme(), MET, KEY, index).code, 0);
    run_pod(template, &acme(), VIOLATED, KEY, index).ends_with(1);
    run_pod(template, &denied(), MET, KEY, index).ends_with(3);
    run_pod(template, &acme(), MET, "", index).ends_with(2);
}

fn kubernetes_cron_job(recipe: &str) {
    let job = pod(recipe);
    assert_eq!(job["backoffLimit"], 0);
    pods(&job["template"]["spec"], "");
}

fn kubernetes_organizations(recipe: &str) {
    let job = pod(recipe);
    assert_eq!((&job["completionMode"], &job["backoffLimitPerIndex"]), (&json!("Indexed"), &json!(0)));
    assert_eq!(job["completions"], job["maxFailedIndexes"], "none stops the others");
    let template = &job["template"]["spec"];
    pods(template, "0");
    run_pod(template, &acme(), MET, KEY, "1").ends_with(2);
}

/// The settings of a unit, by section.
fn unit(text: &str) -> BTreeMap<(String, String), String> {
    let mut section = String::new();
    let mut settings = BTreeMap::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            name.clone_into(&mut section);
        } else {
            let (name, value) = line.split_once('=').unwrap_or_else(|| panic!("{line} is no setting"));
            settings.insert((section.clone(), name.to_owned()), value.to_owned());
        }
    }
    settings
}

fn systemd_service(recipe: &str) {
    let settings = unit(recipe);
    let of = |name: &str| settings[&("Service".to_owned(), name.to_owned())].clone();
    assert_eq!((of("Type"), of("DynamicUser"), of("ProtectSystem")), ("oneshot".into(), "yes".into(), "strict".into()));
    let credential = of("LoadCredentialEncrypted");
    let credential = credential.split_once(':').expect("a name").0;
    let start = of("ExecStart");
    assert!(
        start.contains(&format!("--key-file %d/{credential} "))
            && start.contains(&format!("%S/{}/", of("StateDirectory")))
    );
    for (api, policy, code) in [(acme(), MET, 0), (acme(), VIOLATED, 1), (denied(), MET, 3)] {
        let site = Site::new(&api, "").policy(policy);
        let machine = site.machine.file("state/rolelint/.keep", "");
        let line = start
            .replace("/usr/local/bin/rolelint", "rolelint")
            .replace("/etc/rolelint", &machine.shown("etc"))
            .replace("%d", &machine.shown("etc"))
            .replace("%S", &machine.shown("state"));
        machine.run("sh -e", &line).ends_with(code);
        let report = machine.read("state/rolelint/report.json");
        assert_eq!(serde_json::from_str::<Value>(&report).expect("JSON")["gate"]["exit_code"], code);
    }
    verify(&[("rolelint.service", recipe)]);
}

fn systemd_timer(recipe: &str) {
    let settings = unit(recipe);
    let of = |section: &str, name: &str| settings[&(section.to_owned(), name.to_owned())].clone();
    assert_eq!(of("Timer", "Persistent"), "yes", "a day on which the machine was off is made up for");
    assert_eq!(of("Install", "WantedBy"), "timers.target");
    let service = repository(folder().join("systemd/rolelint.service"));
    verify(&[("rolelint.timer", recipe), ("rolelint.service", &service)]);
}

/// What systemd itself says of units, on a machine that has it.
fn verify(units: &[(&str, &str)]) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    for (name, text) in units {
        let here = text.replace("/usr/local/bin/rolelint", env!("CARGO_BIN_EXE_rolelint"));
        fs::write(folder.path().join(name), here).expect("the temporary folder can be written to");
    }
    fs::write(folder.path().join("notify@.service"), "[Service]\nType=oneshot\nExecStart=/bin/true\n").expect("a file");
    let checked =
        Command::new("systemd-analyze").args(["verify", "--man=no"]).arg(folder.path().join(units[0].0)).output();
    let said = checked.map(|output| String::from_utf8_lossy(&output.stderr).into_owned()).unwrap_or_default();
    let ours: Vec<&str> = said.lines().filter(|line| line.contains("rolelint.")).collect();
    assert_eq!(ours, Vec::<&str>::new());
}
