//! Runs the real binary with nothing of this machine in its environment, and says what came of it.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::fake::{Behaviour, FakeApi, Fault, KEY, Organization, What, When};

/// The cache folder of a run, in its folder.
pub const CACHE: &str = ".cache";

/// A run in preparation.
pub struct Rolelint {
    args: Vec<String>,
    env: BTreeMap<String, String>,
    stdin: Vec<u8>,
    folder: Folder,
}

enum Folder {
    Own(TempDir),
    Given(PathBuf),
}

/// What a run came to.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// A run that can reach this API and has the key for it.
pub fn rolelint(api: &FakeApi) -> Rolelint {
    offline().env("OPENAI_BASE_URL", &api.base_url()).env("OPENAI_ADMIN_KEY", KEY)
}

/// A run with neither key nor API: nobody listens where it would ask.
pub fn offline() -> Rolelint {
    let folder = Folder::Own(tempfile::tempdir().expect("a temporary folder can be made"));
    let run = Rolelint { args: Vec::new(), env: BTreeMap::new(), stdin: Vec::new(), folder };
    let cache = run.folder().join(CACHE).to_string_lossy().into_owned();
    // Attempts are repeated without a pause to speak of, and as many at a time as may be.
    run.env("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
        .env("ROLELINT_RETRY_DELAY", "1us")
        .env("ROLELINT_CONCURRENCY", "32")
        .env("XDG_CACHE_HOME", &cache)
}

impl Rolelint {
    pub fn args<'a>(mut self, args: impl IntoIterator<Item = &'a str>) -> Self {
        self.args.extend(args.into_iter().map(str::to_owned));
        self
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.env.insert(name.to_owned(), value.to_owned());
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.env.remove(name);
        self
    }

    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = bytes.into();
        self
    }

    /// Runs in this folder instead of one of its own.
    pub fn inside(mut self, folder: &Path) -> Self {
        self.folder = Folder::Given(folder.to_owned());
        self.env("XDG_CACHE_HOME", &folder.join(CACHE).to_string_lossy())
    }

    /// Puts a file into the folder that the run happens in.
    pub fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.folder().join(name);
        std::fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("a folder can be made");
        std::fs::write(path, content).expect("the temporary folder can be written to");
        self
    }

    /// `check` by this policy, which stands in `policy.yaml`, as of the middle of 2026.
    pub fn check(self, policy: &str) -> Self {
        self.file("policy.yaml", policy).args(["check", "--policy", "policy.yaml", "--as-of", "2026-06-01"])
    }

    fn folder(&self) -> &Path {
        match &self.folder {
            Folder::Own(folder) => folder.path(),
            Folder::Given(folder) => folder,
        }
    }

    /// The process, not started, without its streams.
    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rolelint"));
        command.args(&self.args).current_dir(self.folder()).env_clear().envs(&self.env);
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        command
    }

    pub fn run(self) -> Ran {
        let mut command = self.command();
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary can be started");
        // Whoever does not read standard input to its end is free to do so.
        child.stdin.take().expect("piped").write_all(&self.stdin).unwrap_or(());
        let output = child.wait_with_output().expect("the binary ends");
        Ran {
            code: output.status.code().expect("no signal ends the binary"),
            stdout: String::from_utf8(output.stdout).expect("what it says is UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("what it says is UTF-8"),
        }
    }
}

impl Ran {
    /// Asserts the exit code; shows everything if it is another.
    #[track_caller]
    pub fn ends_with(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// The JSON report.
    #[track_caller]
    pub fn json(&self) -> Json {
        match serde_json::from_str(&self.stdout) {
            Ok(value) => Json(value),
            Err(error) => panic!("{error}; stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr),
        }
    }

    /// The text report without the time of the collection.
    pub fn without_time(&self) -> String {
        const TIME: usize = "2026-06-01 00:00Z".len();
        match self.stdout.split_once("collected ") {
            Some((before, after)) => format!("{before}collected [time]{}", &after[TIME..]),
            None => self.stdout.clone(),
        }
    }

    /// Both streams.
    pub fn everything(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

/// A JSON report.
#[derive(Debug, PartialEq)]
pub struct Json(pub Value);

impl Json {
    /// The verdict of each rule.
    pub fn verdicts(&self) -> BTreeMap<&str, &str> {
        let rules = self.0["rules"].as_array().expect("a list of rules");
        rules.iter().map(|rule| (text(&rule["id"]), text(&rule["verdict"]))).collect()
    }

    /// The rules with that verdict, sorted.
    pub fn rules_that_are(&self, verdict: &str) -> Vec<&str> {
        self.verdicts().into_iter().filter(|(_, known)| *known == verdict).map(|(rule, _)| rule).collect()
    }

    pub fn rule(&self, id: &str) -> &Value {
        let rules = self.0["rules"].as_array().expect("a list of rules");
        rules.iter().find(|rule| rule["id"] == id).unwrap_or_else(|| panic!("no rule {id}"))
    }

    pub fn findings(&self) -> impl Iterator<Item = &Value> {
        self.0["findings"].as_array().expect("a list of findings").iter()
    }

    /// The paths of a finding, each as `user user-ada → role role_1`; with a path for each permission that fired.
    pub fn paths(&self, finding: &Value) -> Vec<String> {
        let list = |value: &Value| value.as_array().expect("a list").clone();
        let rule = self.rule(text(&finding["rule"]));
        let mut paths = Vec::new();
        for path in list(&finding["paths"]) {
            let steps = list(&path["via"]).into_iter().enumerate().map(|(at, key)| {
                let thing = &self.0["things"][text(&key)];
                let is_subject = at == 0 && key == finding["subject"]["id"];
                let thing = if is_subject { &finding["subject"] } else { thing };
                format!("{} {}", text(&thing["kind"]), text(&thing["id"]))
            });
            let steps = steps.collect::<Vec<_>>().join(" → ");
            match path["matched"].as_u64() {
                None => paths.push(steps),
                Some(at) => {
                    let matched = &rule["matched"][usize::try_from(at).expect("an index")];
                    let permissions = list(&matched["permissions"]);
                    paths.extend(permissions.iter().map(|met| format!("{steps} → permission {}", text(met))));
                }
            }
        }
        paths.sort();
        paths
    }

    /// The names (else ids) of what a rule's findings of that status are about, sorted.
    pub fn subjects(&self, rule: &str, status: &str) -> Vec<&str> {
        let findings = self.findings().filter(|finding| finding["rule"] == rule && finding["status"] == status);
        let mut names: Vec<&str> = findings
            .map(|finding| {
                let subject = &finding["subject"];
                subject["name"].as_str().unwrap_or_else(|| text(&subject["id"]))
            })
            .collect();
        names.sort_unstable();
        names
    }

    /// A rule's whole answer in one line: `violation Ada, Bob; unknown Cyd`.
    pub fn answer(&self, rule: &str) -> String {
        let verdict = text(&self.rule(rule)["verdict"]);
        let (proven, open) = (self.subjects(rule, "violation"), self.subjects(rule, "unknown"));
        match (proven.as_slice(), open.as_slice()) {
            ([], []) => verdict.to_owned(),
            (proven, []) => format!("{verdict} {}", proven.join(", ")),
            ([], open) => format!("{verdict} {}", open.join(", ")),
            (proven, open) => format!("{verdict} {}; unknown {}", proven.join(", "), open.join(", ")),
        }
    }

    pub fn coverage(&self, collection: &str) -> &Value {
        let rows = self.0["coverage"].as_array().expect("a list of collections");
        rows.iter().find(|row| row["collection"] == collection).unwrap_or_else(|| panic!("no row for {collection}"))
    }

    pub fn state(&self, collection: &str) -> &str {
        text(&self.coverage(collection)["state"])
    }

    pub fn is_complete(&self) -> bool {
        self.0["complete"].as_bool().expect("true or false")
    }

    /// The report without what differs from one collection of the same organization to the next.
    pub fn timeless(mut self) -> Value {
        self.0["organization"]["source"] = Value::Null;
        self.0["organization"]["collected_at"] = Value::Null;
        self.0["organization"]["oldest_fact"] = Value::Null;
        self.0
    }

    /// The same, also without the numbers of requests.
    pub fn uncounted(self) -> Value {
        let mut report = self.timeless();
        for row in report["coverage"].as_array_mut().expect("a list of collections") {
            row["requests"] = Value::Null;
        }
        report
    }
}

/// The text in a value.
#[track_caller]
pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

/// ACME, with nothing wrong on the way.
pub fn acme() -> FakeApi {
    FakeApi::start(Organization::acme(), Behaviour::default())
}

/// An API that departs from health in this way alone.
pub fn faulty(organization: Organization, path: &str, when: When, what: What) -> FakeApi {
    let faults = vec![Fault { path: path.to_owned(), when, what }];
    FakeApi::start(organization, Behaviour { faults, ..Behaviour::default() })
}

/// 429 that asks for next to no pause.
pub fn too_many_requests() -> What {
    What::TooManyRequests { retry_after: None, retry_after_ms: Some(1), message: None }
}
