//! How long a large organization takes: load, compile and evaluate apart, each also as a ratio to a floor measured in
//! the same run, then the binary from its start to its exit. `cargo bench`; `ROLELINT_BENCH_USERS` sets the size, 100,000
//! without it. `README.md` in this folder says how to read the figures.
//!
//! The floor is what `serde_json` needs to look at every line of the snapshot: once skipping everything, once into
//! typed records that are not kept, once with the rules answered as the records pass. Those answers have to be
//! rolelint's. `ROLELINT_BENCH_KEEP` names a file to copy the snapshot to, for runs of the binary.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

mod allow_list;
mod findings;
mod floor;
mod organization;
mod process;

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rolelint::document::SourceText;
use rolelint::finding::RuleResult;
use rolelint::policy::{Overrides, Policy, parse};
use rolelint::{check, snapshot};

use organization::organization;

/// Each figure is the best of this many runs.
const RUNS: usize = 5;
const NOW: i64 = 1_780_000_000;

/// Ten rules: two on roles, eight on users, with groups, globs, a count, an allow-list and a toxic pair.
const RULES: &str = r#"
version: 1
rules:
  - { id: r1, select: role, where: { predefined_role: false }, forbid: { permissions: api.area007.write } }
  - { id: r2, select: role, where: { predefined_role: false }, forbid: { permissions: { count: { min: 58 } } } }
  - { id: u1, select: user, forbid: { holds: { permission: api.secret.write } } }
  - { id: u2, select: user, where: { email: "*@contractor.example" }, forbid: { holds: { permission: "api.secret.*" } } }
  - { id: u3, select: user, where: { groups: { name: "Group 1?7" } }, forbid: { holds: { permission: api.rare.write } } }
  - { id: u4, select: user, where: { role: owner }, count: { min: 2, max: 200000 } }
  - { id: u5, select: user, where: { role: owner }, require: { email: ["user00000*", "*@acme.example"] } }
  - id: u6
    select: user
    forbid: { all: [ { holds: { permission: api.secret.read } }, { holds: { permission: api.rare.write } } ] }
  - { id: u7, select: user, where: { api_key_last_used_at: { older_than: 700d } }, forbid: { holds: { permission: api.rare.write } } }
  - { id: u8, select: user, where: { is_scim_managed: false }, forbid: { holds: { role: { name: Role 3 } } } }
"#;

fn main() {
    let users = std::env::var("ROLELINT_BENCH_USERS").ok().and_then(|n| n.parse().ok()).unwrap_or(100_000);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("org.jsonl");
    snapshot::save(&organization(users), &path).expect("the snapshot is written");
    if let Some(copy) = std::env::var_os("ROLELINT_BENCH_KEEP") {
        std::fs::copy(&path, copy).expect("the snapshot is copied");
    }
    let size = std::fs::metadata(&path).expect("it is there").len();
    println!("{users} users, {} MB of snapshot, best of {RUNS} runs", size / 1_000_000);

    let skip = best(|| floor::skip(&path));
    let typed = best(|| floor::typed(&path));
    let load = best(|| drop(black_box(snapshot::open(&path).expect("a snapshot"))));
    let org = snapshot::open(&path).expect("a snapshot").org;
    let mut expected = Vec::new();
    let answered = best(|| expected = floor::answered(&path));
    let compile = best(|| drop(black_box(policies(RULES))));
    let policies = policies(RULES);
    let evaluate = best(|| drop(black_box(check::check(&org, &policies, NOW))));
    let outcome = check::check(&org, &policies, NOW);

    println!("{:<28} {:>10} {:>14}", "", "ms", "of typed floor");
    for (name, time) in [
        ("floor: skip every line", skip),
        ("floor: typed, kept nowhere", typed),
        ("floor: typed and answered", answered),
        ("load, digest verified", load),
        ("compile ten rules", compile),
        ("evaluate ten rules", evaluate),
        ("load and evaluate", load + evaluate),
    ] {
        println!("{name:<28} {:>10.2} {:>14.2}", milliseconds(time), time.as_secs_f64() / typed.as_secs_f64());
    }
    let found: Vec<usize> = outcome.rules.iter().map(RuleResult::violations).collect();
    assert_eq!(found, expected, "rolelint and the floor say the same");
    println!("{} findings", outcome.findings.len());
    drop(outcome);
    findings::measure(&org, typed);
    drop(org);
    allow_list::measure(users);
    process::measure(&path, folder.path(), users, typed);
    if let Some(kilobytes) = peak_memory("self") {
        println!("peak memory {} MB, generating the organization included", kilobytes / 1024);
    }
}

/// The shortest time that this takes.
fn best(mut run: impl FnMut()) -> Duration {
    let time = |()| {
        let began = Instant::now();
        run();
        began.elapsed()
    };
    (0..RUNS).map(|_| ()).map(time).min().expect("there is at least one run")
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn policies(rules: &str) -> Vec<Policy> {
    let source = Arc::new(SourceText::new("work.yaml".to_owned(), rules.to_owned()));
    parse(&[source], &Overrides::default()).expect("the rules are valid")
}

/// The most memory of a process so far in kilobytes, where the system tells.
fn peak_memory(process: &str) -> Option<usize> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
