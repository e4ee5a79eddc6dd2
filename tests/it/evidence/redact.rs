//! Bundles with pseudonyms: a name stands nowhere in them, whatever field or file it was in.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{unpacked, verify};
use crate::support::fake::{Behaviour, FakeApi, Fault, Organization, What, When};
use crate::support::harness::{Ran, Rolelint, offline, rolelint};

/// What is planted in every name, address, id and sentence.
const PLANT: &str = "zq7";

/// The organization of the demo with the plant in every text that is not a word of the API.
fn planted() -> Organization {
    let words = [
        "active",
        "api.project",
        "archived",
        "expired",
        "accepted",
        "member",
        "none",
        "owner",
        "pending",
        "reader",
        "service_account",
        "user",
        "viewer",
    ];
    let mut organization: Value =
        serde_json::from_str(include_str!("../../../examples/demo/fake/acme.json")).expect("JSON");
    organization["audit_log"] = Value::Array(Vec::new());
    plant(&mut organization, &words);
    Organization::from_json(&organization.to_string())
}

/// Adds the plant to every text that is not one of these words.
fn plant(value: &mut Value, words: &[&str]) {
    match value {
        Value::String(text) if words.contains(&text.as_str()) || text.starts_with("api.") => {}
        Value::String(text) if text.starts_with("role-api-") => {}
        Value::String(text) => match text.split_once('@') {
            Some((local, domain)) => *text = format!("{local}{PLANT}@{PLANT}{domain}"),
            None => text.push_str(PLANT),
        },
        Value::Array(items) => items.iter_mut().for_each(|item| plant(item, words)),
        Value::Object(fields) => fields.values_mut().for_each(|value| plant(value, words)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// An API with that organization, which denies something with a sentence about one group.
fn api() -> FakeApi {
    let organization = planted();
    let group = organization.groups[0].id.clone();
    let path = format!("/organization/groups/{group}/roles");
    let faults = vec![Fault { path, when: When::Always, what: What::Status(403) }];
    FakeApi::start(organization, Behaviour { faults, ..Behaviour::default() })
}

const BASE: &str = "\
version: 1
params: { people: [zq7@acme.example], names: [zq7] }
rules:
  - id: owners
    title: Only zq7 may own
    rationale: zq7 said so
    remediation: Ask zq7
    references: [https://zq7.example]
    tags: [zq7]
    severity: high
    select: user
    where: { role: owner }
    forbid: { not: { email: $people } }
  - { id: named, severity: low, select: user, forbid: { name: '*zq7*', email: '*@zq7*' } }
  - { id: groups, severity: low, select: group, forbid: { name: '*', id: '*' } }
  - { id: roles, severity: low, select: role, forbid: { description: '*zq7*' } }
  - { id: created, severity: low, select: role, forbid: { created_by: '*zq7*' } }
  - { id: grants, severity: low, select: grant, forbid: { role: { permissions: 'api.*.write' } } }
  - { id: keys, severity: low, select: api_key, forbid: { name: '*' } }
  - { id: admin-keys, severity: low, select: admin_api_key, forbid: { owner: { name: '*' } } }
  - { id: projects, severity: low, select: project, forbid: { name: '*zq7*' } }
  - { id: accounts, severity: low, select: service_account, forbid: { name: '*zq7*' } }
  - { id: invites, severity: low, select: invite, forbid: { email: '*zq7*' } }
  - { id: writers, severity: low, select: user, forbid: { holds: { permission: api.groups.write } } }
  - { id: nobody, severity: low, select: user, forbid: { name: zq7-nobody }, allow_empty: true }
  - { id: few, severity: low, select: user, count: { max: 1 } }
";

fn files(run: Rolelint, folder: &Path) -> Rolelint {
    let waivers = "version: 1\nwaivers:\n  - { rules: few, subject: organization, reason: zq7 knows, owner: zq7@acme.example, expires: 2027-01-31 }\n";
    let config = "rules:\n  named: { severity: medium, reason: \"zq7 wants it\" }\n  projects: { enabled: false, reason: \"zq7\" }\n";
    run.inside(folder)
        .file("zq7-policy.yaml", "version: 1\nextends: [zq7-base.yaml, 'builtin:keys-and-service-accounts']\n")
        .file("zq7-base.yaml", BASE)
        .file("zq7-waivers.yaml", waivers)
        .file("zq7-params.yaml", "names: [zq7]\n")
        .file("zq7-people.txt", "zq7@acme.example\n")
        .file("rolelint.yaml", config)
}

const JUDGE: [&str; 8] = [
    "--policy",
    "zq7-policy.yaml",
    "--as-of",
    "2026-06-01",
    "--param-file",
    "zq7-params.yaml",
    "--param",
    "people=@zq7-people.txt",
];

/// A folder with a bundle, redacted with a key.
fn bundle(api: &FakeApi, folder: &Path, to: &str, more: &[&str]) -> Ran {
    let args =
        ["evidence", "-o", to, "--waivers", "zq7-waivers.yaml", "--max-waiver", "3650d", "--baseline", "zq7-b.jsonl"];
    files(rolelint(api), folder).args(args).args(JUDGE).args(more.iter().copied()).run().ends_with(1)
}

fn baseline(api: &FakeApi, folder: &Path) {
    let args = ["baseline", "-o", "zq7-b.jsonl", "--only", "owners", "--allow-unknown"];
    files(rolelint(api), folder).args(args).args(JUDGE).run().ends_with(0);
}

/// The files below a folder.
fn all(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { all(&path) } else { vec![path] }).collect()
}

#[test]
fn no_name_address_or_id_stands_anywhere_in_a_redacted_bundle_and_it_says_the_same() {
    let (api, folder) = (api(), tempfile::tempdir().expect("a folder"));
    baseline(&api, folder.path());
    let made = bundle(&api, folder.path(), "e.tar.gz", &["--redact", "redact.key"]);
    unpacked(folder.path());
    let evidence = folder.path().join("evidence");
    let key = std::fs::read_to_string(folder.path().join("redact.key")).expect("it was made");
    let files = all(&evidence);
    assert_eq!(files.len(), 7, "{files:?}");
    for path in &files {
        let text = std::fs::read_to_string(path).expect("text").to_lowercase();
        for word in [PLANT, "acme", key.trim()] {
            let found = text.find(word).map(|at| &text[at.saturating_sub(200)..(at + 60).min(text.len())]);
            assert_eq!(found, None, "{word} in {}", path.display());
        }
    }

    // The bundle that is not redacted has the names, and the same answers.
    bundle(&api, folder.path(), "plain.tar.gz", &[]);
    std::fs::rename(&evidence, folder.path().join("redacted")).expect("moved");
    std::fs::rename(folder.path().join("plain.tar.gz"), folder.path().join("e.tar.gz")).expect("moved");
    unpacked(folder.path());
    let read = |bundle: &str, name: &str| std::fs::read_to_string(folder.path().join(bundle).join(name)).expect(name);
    let results = |bundle: &str| serde_json::from_str::<Value>(&read(bundle, "results.json")).expect("JSON");
    let (plain, redacted) = (results("evidence"), results("redacted"));
    for part in ["summary", "population", "gate", "complete"] {
        assert_eq!(plain[part], redacted[part], "{part}");
    }
    let counts = |of: &Value| -> Vec<String> {
        let rules = of["rules"].as_array().expect("a list");
        rules.iter().map(|rule| format!("{} {} {}", rule["id"], rule["verdict"], rule["selected"])).collect()
    };
    assert_eq!(counts(&plain), counts(&redacted));
    let some = ["owners", "named", "groups", "grants", "keys", "admin-keys", "accounts", "invites", "created", "roles"];
    for rule in some {
        let found = plain["findings"].as_array().expect("a list").iter().any(|finding| finding["rule"] == rule);
        assert!(found, "{rule} has no finding, so that nothing of it was tried");
    }
    assert!(read("evidence", "results.json").contains(PLANT) && read("evidence", "access.csv").contains(PLANT));
    let rows = |bundle: &str, name: &str| csv::Reader::from_reader(read(bundle, name).as_bytes()).records().count();
    for name in ["findings.csv", "access.csv", "coverage.csv"] {
        assert_eq!(rows("evidence", name), rows("redacted", name), "{name}");
    }
    assert!(made.stderr.contains("made the key for pseudonyms, redact.key"), "{}", made.stderr);
}

#[test]
fn whoever_is_called_so_in_one_file_is_called_so_in_the_others() {
    let (api, folder) = (api(), tempfile::tempdir().expect("a folder"));
    baseline(&api, folder.path());
    bundle(&api, folder.path(), "e.tar.gz", &["--redact", "redact.key"]);
    unpacked(folder.path());
    let read = |name: &str| std::fs::read_to_string(folder.path().join("evidence").join(name)).expect(name);
    let snapshot = read("snapshot.jsonl");
    let column = |name: &str, of: &str| -> BTreeSet<String> {
        let text = read(name);
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let at = reader.headers().expect("a head").iter().position(|head| head == of).expect(of);
        let cells = reader.records().map(|row| row.expect("a row")[at].to_owned());
        cells.filter(|cell| !cell.is_empty()).collect()
    };
    for (name, of) in [
        ("access.csv", "principal_id"),
        ("access.csv", "principal_email"),
        ("access.csv", "role_id"),
        ("access.csv", "group_name"),
        ("access.csv", "project_id"),
        ("findings.csv", "subject_email"),
    ] {
        let cells = column(name, of);
        assert!(cells.len() > 1, "{name} {of}");
        for cell in cells {
            // What the API implies is in no record: a predefined role.
            assert!(snapshot.contains(&format!("\"{cell}\"")) || cell.starts_with("role-api-"), "{name} {of} {cell}");
        }
    }
    // It is a snapshot as any other, and its results are results.
    offline().inside(folder.path()).args(["access", "--snapshot", "evidence/snapshot.jsonl"]).run().ends_with(3);
    let report = ["report", "evidence/results.json", "--format", "html", "--snapshot", "evidence/snapshot.jsonl"];
    assert!(
        offline().inside(folder.path()).args(report).run().ends_with(1).stdout.contains("<table class=\"matrix\">")
    );
}

#[test]
fn a_redacted_bundle_verifies_its_sums_alone_and_says_so() {
    let (api, folder) = (api(), tempfile::tempdir().expect("a folder"));
    baseline(&api, folder.path());
    bundle(&api, folder.path(), "e.tar.gz", &["--redact", "redact.key"]);
    let said = verify(folder.path(), "e.tar.gz", 3);
    assert!(
        said.contains("the sums are right; the bundle is redacted") && said.contains("SHA-256 of the manifest"),
        "{said}"
    );
    unpacked(folder.path());
    let path = folder.path().join("evidence/findings.csv");
    let mut bytes = std::fs::read(&path).expect("it is there");
    bytes.push(b'\n');
    std::fs::write(&path, bytes).expect("written");
    assert!(verify(folder.path(), "evidence", 1).contains("findings.csv was changed"));
}

#[test]
fn the_key_is_made_once_for_its_owner_alone_and_decides_the_pseudonyms() {
    let (api, folder) = (api(), tempfile::tempdir().expect("a folder"));
    baseline(&api, folder.path());
    let at = |name: &str| folder.path().join(name);
    // One snapshot, so that no moment differs.
    rolelint(&api).inside(folder.path()).args(["fetch", "-o", "org.jsonl"]).run().ends_with(3);
    let make = |to: &str, key: &str| {
        bundle(&api, folder.path(), to, &["--redact", key, "--snapshot", "org.jsonl"]);
        std::fs::read(at(to)).expect("it is there")
    };
    let first = make("1.tar.gz", "one.key");
    let key = std::fs::read(at("one.key")).expect("it was made");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(at("one.key")).expect("it is there").permissions().mode() & 0o777, 0o600);
    }
    assert!(make("2.tar.gz", "one.key") == first, "the same key makes the same bundle");
    assert_eq!(std::fs::read(at("one.key")).expect("it is there"), key);
    assert!(make("3.tar.gz", "other.key") != first, "another key makes another");

    std::fs::write(at("bad.key"), "secret\n").expect("written");
    let refused = |key: &str, words: &str| {
        let args = ["evidence", "-o", "4.tar.gz", "--snapshot", "org.jsonl", "--no-config", "--redact", key];
        let ran = offline().inside(folder.path()).args(args).run().ends_with(2);
        assert!(ran.stderr.contains(words) && !at("4.tar.gz").exists(), "{}", ran.stderr);
    };
    refused("bad.key", "`bad.key` has no key for pseudonyms");
    refused("nowhere/key", "cannot read or make the key for pseudonyms in `nowhere/key`");
    refused("4.tar.gz", "is an input of this run");
}
