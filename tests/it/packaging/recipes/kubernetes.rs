//! The manifests for Kubernetes.

use std::os::unix::fs::symlink;
use std::path::Path;

use serde_json::{Value, json};

use super::super::snippets::{MET, VIOLATED};
use super::denied;
use crate::support::fake::{FakeApi, KEY};
use crate::support::harness::{Ran, acme, text};
use crate::support::shell::Machine;
use crate::support::workflow::yaml;

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

pub fn cron_job(recipe: &str) {
    let job = pod(recipe);
    assert_eq!(job["backoffLimit"], 0);
    pods(&job["template"]["spec"], "");
}

pub fn organizations(recipe: &str) {
    let job = pod(recipe);
    assert_eq!((&job["completionMode"], &job["backoffLimitPerIndex"]), (&json!("Indexed"), &json!(0)));
    assert_eq!(job["completions"], job["maxFailedIndexes"], "none stops the others");
    let template = &job["template"]["spec"];
    pods(template, "0");
    run_pod(template, &acme(), MET, KEY, "1").ends_with(2);
}
