//! The units for systemd.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use serde_json::Value;

use super::super::snippets::{MET, VIOLATED};
use super::{Site, denied, folder};
use crate::support::harness::acme;
use crate::support::shell::repository;

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

pub fn service(recipe: &str) {
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

pub fn timer(recipe: &str) {
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
