//! As much of the runner of GitHub Actions as the workflows here need. Steps with `run` are executed; those with `uses`
//! are executed if it is this repository's action, and otherwise noted. A name that no context has is an error.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::support::harness::Ran;
use crate::support::shell::{Machine, repository};

/// A workflow, an action, or another file in YAML.
#[track_caller]
pub fn yaml(text: &str) -> Value {
    serde_yaml::from_str(text).unwrap_or_else(|error| panic!("{error} in\n{text}"))
}

/// What became of a step.
#[derive(Debug)]
pub struct Step {
    /// Its `uses`, or its name, or its script.
    pub what: String,
    /// What it was given, with every expression evaluated.
    pub with: BTreeMap<String, String>,
    /// What its script came to; nothing if there is none, or if it was skipped.
    pub ran: Option<Ran>,
    pub skipped: bool,
}

/// A job that runs.
pub struct Job<'a> {
    machine: &'a Machine,
    /// The values of expressions, such as `secrets.OPENAI_ADMIN_KEY`.
    contexts: BTreeMap<String, String>,
    env: BTreeMap<String, String>,
    /// For steps that name no shell.
    shell: Option<String>,
    failed: bool,
    steps: Vec<Step>,
}

impl<'a> Job<'a> {
    /// A job on this machine, with these values for expressions.
    pub fn new(machine: &'a Machine, contexts: &[(&str, &str)]) -> Self {
        let mut job = Self {
            machine,
            contexts: contexts.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            env: BTreeMap::new(),
            shell: None,
            failed: false,
            steps: Vec::new(),
        };
        fs::create_dir_all(machine.path("runner")).expect("a folder can be made");
        for (name, value) in [
            ("RUNNER_TEMP", machine.shown("runner")),
            ("RUNNER_OS", "Linux".to_owned()),
            ("RUNNER_ARCH", "X64".to_owned()),
            ("GITHUB_OUTPUT", machine.shown("runner/output")),
            ("GITHUB_STEP_SUMMARY", machine.shown("runner/summary.md")),
        ] {
            job.env.insert(name.to_owned(), value);
        }
        job
    }

    /// With this in the environment of every step.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.env.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Runs the steps of a job; says how it ends, and what became of each step.
    pub fn run(mut self, job: &Value) -> (bool, Vec<Step>) {
        self.shell = job["defaults"]["run"]["shell"].as_str().map(str::to_owned);
        let env = self.evaluated(&job["env"]);
        self.env.extend(env);
        self.sequence(&job["steps"]);
        (!self.failed, self.steps)
    }

    fn sequence(&mut self, steps: &Value) {
        for step in steps.as_array().expect("a list of steps") {
            self.step(step);
        }
    }

    fn step(&mut self, step: &Value) {
        let what = ["uses", "name", "run"].iter().find_map(|key| step[key].as_str()).expect("a step does something");
        let condition =
            step["if"].as_str().map_or("success()", |text| text.trim_start_matches("${{").trim_end_matches("}}"));
        let wanted = truthy(&self.value(condition));
        // Without a word on success, a condition holds only while nothing has failed.
        let stated = ["success()", "failure()", "always()", "cancelled()"].iter().any(|word| condition.contains(word));
        if !wanted || (!stated && self.failed) {
            self.remember(step["id"].as_str(), Vec::new());
            self.note(what, BTreeMap::new(), None, true);
        } else if let Some(action) = step["uses"].as_str() {
            let with = self.evaluated(&step["with"]);
            self.note(action, with.clone(), None, false);
            if action.split('@').next().is_some_and(|name| name == "./" || name == address()) {
                self.action(&with, action.split_once('@').map_or("", |(_, reference)| reference), step["id"].as_str());
            }
        } else {
            self.script(what, step);
        }
    }

    /// This repository's action, with these inputs.
    fn action(&mut self, with: &BTreeMap<String, String>, reference: &str, id: Option<&str>) {
        let action = yaml(&repository("action.yml"));
        let declared = action["inputs"].as_object().expect("inputs");
        for name in with.keys() {
            assert!(declared.contains_key(name), "the action has no input {name}");
        }
        let mut contexts = BTreeMap::new();
        for (name, input) in declared {
            let given = with.get(name).cloned();
            assert!(given.is_some() || input["required"] != true, "the action needs {name}");
            let default = || input["default"].as_str().expect("an optional input has a default, a text").to_owned();
            contexts.insert(format!("inputs.{name}"), given.unwrap_or_else(default));
        }
        for (name, value) in [
            ("token", "a-token"),
            ("action_repository", &address()),
            ("action_ref", reference),
            ("action_path", env!("CARGO_MANIFEST_DIR")),
        ] {
            contexts.insert(format!("github.{name}"), value.to_owned());
        }
        // What the workflow knows is hidden from the action, but for its environment.
        let outside = std::mem::replace(&mut self.contexts, contexts);
        self.sequence(&action["runs"]["steps"]);
        let outputs: Vec<(String, String)> = action["outputs"].as_object().map_or(Vec::new(), |outputs| {
            outputs.iter().map(|(name, output)| (name.clone(), self.text(&output["value"]))).collect()
        });
        self.contexts = outside;
        self.remember(id, outputs);
    }

    fn script(&mut self, what: &str, step: &Value) {
        let script = step["run"].as_str().expect("a step has `uses` or `run`");
        let interpreter = match step["shell"].as_str().or(self.shell.as_deref()) {
            None => "bash -e",
            Some("bash") => "bash --noprofile --norc -eo pipefail",
            Some(other) => panic!("the shell {other} is not known here"),
        };
        let inside = step["working-directory"].as_str().map_or(String::new(), |folder| format!("cd '{folder}'\n"));
        let mut env = self.env.clone();
        env.extend(self.evaluated(&step["env"]));
        let ran = self.machine.run_with(interpreter, &format!("{inside}{}", self.expand(script)), &env);
        self.failed |= ran.code != 0;
        let outputs = self.machine.read("runner/output");
        fs::write(self.machine.path("runner/output"), "").expect("the temporary folder can be written to");
        let outputs =
            outputs.lines().filter_map(|line| line.split_once('=')).map(|(a, b)| (a.to_owned(), b.to_owned()));
        self.remember(step["id"].as_str(), outputs.collect());
        self.note(what, BTreeMap::new(), Some(ran), false);
    }

    fn remember(&mut self, id: Option<&str>, outputs: Vec<(String, String)>) {
        let Some(id) = id else { return };
        self.contexts.insert(format!("steps.{id}"), String::new());
        for (name, value) in outputs {
            self.contexts.insert(format!("steps.{id}.outputs.{name}"), value);
        }
    }

    fn note(&mut self, what: &str, with: BTreeMap<String, String>, ran: Option<Ran>, skipped: bool) {
        self.steps.push(Step { what: what.to_owned(), with, ran, skipped });
    }

    fn evaluated(&self, mapping: &Value) -> BTreeMap<String, String> {
        let entries = mapping.as_object().into_iter().flatten();
        entries.map(|(name, value)| (name.clone(), self.text(value))).collect()
    }

    fn text(&self, value: &Value) -> String {
        value.as_str().map_or_else(|| value.to_string(), |text| self.expand(text))
    }

    /// A text with the value of each expression in it.
    fn expand(&self, text: &str) -> String {
        let mut parts = text.split("${{");
        let mut expanded = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (expression, rest) = part.split_once("}}").expect("an expression ends");
            expanded += &self.value(expression);
            expanded += rest;
        }
        expanded
    }

    /// The value of an expression: contexts, texts, `==`, `!=`, `!`, `&&`, `||`, no parentheses.
    fn value(&self, expression: &str) -> String {
        let expression = expression.trim();
        if let Some((left, right)) = expression.split_once("||") {
            let left = self.value(left);
            return if truthy(&left) { left } else { self.value(right) };
        }
        if let Some((left, right)) = expression.split_once("&&") {
            let left = self.value(left);
            return if truthy(&left) { self.value(right) } else { left };
        }
        for (sign, equal) in [("==", true), ("!=", false)] {
            if let Some((left, right)) = expression.split_once(sign) {
                return ((self.value(left) == self.value(right)) == equal).to_string();
            }
        }
        if let Some(negated) = expression.strip_prefix('!') {
            return (!truthy(&self.value(negated))).to_string();
        }
        if let Some(text) = expression.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')) {
            return text.to_owned();
        }
        match expression {
            "true" | "false" => expression.to_owned(),
            "always()" => true.to_string(),
            "cancelled()" => false.to_string(),
            "success()" => (!self.failed).to_string(),
            "failure()" => self.failed.to_string(),
            "runner.temp" => self.machine.shown("runner"),
            name => self.contexts.get(name).cloned().unwrap_or_else(|| {
                // A step may have said nothing.
                let step = name.split(".outputs.").next().unwrap_or(name);
                assert!(step != name && self.contexts.contains_key(step), "no context has {name}");
                String::new()
            }),
        }
    }
}

fn truthy(value: &str) -> bool {
    !["", "false", "0", "null"].contains(&value)
}

/// The owner and name of this repository, from the only place that has them.
pub fn address() -> String {
    env!("CARGO_PKG_REPOSITORY").strip_prefix("https://github.com/").expect("an address on GitHub").to_owned()
}
