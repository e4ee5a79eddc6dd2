//! How long a large organization takes: load, compile and evaluate apart, each also as a ratio to a floor measured in
//! the same run, then the binary from its start to its exit. `cargo bench`; `ROLELINT_BENCH_USERS` sets the size, 100,000
//! without it. `README.md` in this folder says how to read the figures.
//!
//! The floor is what `serde_json` needs to look at every line of the snapshot: once skipping everything, once into
//! typed records that nobody keeps, once with the rules answered as the records pass. Those answers have to be
//! rolelint's. `ROLELINT_BENCH_KEEP` names a file to copy the snapshot to, for runs of the binary.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::hint::black_box;
use std::io::{BufRead as _, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rolelint::document::SourceText;
use rolelint::finding::{Outcome, RuleResult};
use rolelint::org::{Assignment, Builder, Collection, Coverage, Group, Known, Org, Role, Source, Text, User, Via};
use rolelint::policy::{Overrides, Policy, parse};
use rolelint::report::{Format, TextStyle, render};
use rolelint::{check, snapshot};
use serde::Deserialize;
use serde::de::IgnoredAny;

/// Each figure is the best of so many runs.
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

/// How many things violate each of [`RULES`], by typed records that nobody keeps.
fn answered(path: &Path) -> Vec<usize> {
    const SECRET_WRITE: u8 = 1;
    const SECRET_READ: u8 = 2;
    const RARE: u8 = 4;
    const ROLE_3: u8 = 8;
    let (mut roles, mut groups, mut named) = (HashMap::new(), HashMap::new(), HashSet::new());
    let (mut area, mut large, mut owners, mut found) = (0, 0, 0, [0; 8]);
    lines(path, |line| match serde_json::from_slice::<Floor<'_>>(line).expect("a record") {
        Floor::Role(role) => {
            let grants = |permission: &str| role.permissions.contains(&permission);
            let bits = [("api.secret.write", SECRET_WRITE), ("api.secret.read", SECRET_READ), ("api.rare.write", RARE)];
            let bits = bits.iter().filter(|(word, _)| grants(word)).fold(0, |bits, (_, bit)| bits | bit);
            area += usize::from(!role.predefined_role && grants("api.area007.write"));
            large += usize::from(!role.predefined_role && role.permissions.len() >= 58);
            roles.insert(role.id.to_owned(), bits | if role.name == "Role 3" { ROLE_3 } else { 0 });
        }
        Floor::Group(group) => {
            groups.insert(group.id.to_owned(), group.roles.iter().fold(0, |bits, role| bits | roles[*role]));
            if group.name.len() == 9 && group.name.starts_with("Group 1") && group.name.ends_with('7') {
                named.insert(group.id.to_owned());
            }
        }
        Floor::User(user) => {
            let own = user.held.direct.iter().fold(0, |bits, role| bits | roles[*role]);
            let all = user.groups.iter().fold(own, |bits, group| bits | groups[*group]);
            let holds = |bits: u8| all & bits == bits;
            let contractor = user.email.ends_with("@contractor.example");
            let ours = user.email.starts_with("user00000") || user.email.ends_with("@acme.example");
            owners += usize::from(user.role == "owner");
            let idle = NOW - user.api_key_last_used_at > 700 * 86_400;
            found[0] += usize::from(holds(SECRET_WRITE));
            found[1] += usize::from(contractor && all & (SECRET_WRITE | SECRET_READ) != 0);
            found[2] += usize::from(holds(RARE) && user.groups.iter().any(|group| named.contains(*group)));
            found[4] += usize::from(user.role == "owner" && !ours);
            found[5] += usize::from(holds(SECRET_READ | RARE));
            found[6] += usize::from(idle && holds(RARE));
            found[7] += usize::from(!user.is_scim_managed && holds(ROLE_3));
        }
        Floor::Rolelint(_) | Floor::End(_) => {}
    });
    found[3] = usize::from(!(2..=200_000).contains(&owners));
    [area, large].into_iter().chain(found).collect()
}

/// How long an allow-list of as many addresses as there are users takes, and one of ten times as many.
fn allow_list(users: usize) {
    println!("{:<28} {:>10}", "allow-list, read and judged", "ms");
    for count in [2_000, 20_000, 200_000].into_iter().filter(|count| *count <= users) {
        let org = organization(count);
        let addresses: Vec<String> =
            org.users.iter().filter_map(|user| user.email().value().map(ToString::to_string)).collect();
        let (last, others) = addresses.split_last().expect("there are users");
        let rules =
            "version: 1\nparams: { list: [x] }\nrules: [{ id: listed, select: user, require: { email: $list } }]\n";
        let source = Arc::new(SourceText::new("list.yaml".to_owned(), rules.to_owned()));
        let file = format!("list:\n- {}\n- 'nobody*'\n", others.join("\n- "));
        let time = best(|| {
            let mut overrides = Overrides::default();
            overrides.set_all("list", &file).expect("a mapping");
            let policies = parse(&[Arc::clone(&source)], &overrides).expect("the rules are valid");
            let outcome = check::check(&org, &policies, NOW);
            assert_eq!(outcome.findings.len(), 1, "{last} alone is not in the list");
        });
        println!("{:<28} {:>10.2}", format!("  {count} users, as many entries"), milliseconds(time));
    }
}

/// The binary, from its start to its exit: a large organization, and a small one.
fn process(path: &Path, folder: &Path, users: usize, floor: Duration) {
    std::fs::write(folder.join("work.yaml"), RULES).expect("a policy");
    let small = folder.join("small.jsonl");
    snapshot::save(&organization(40), &small).expect("the snapshot is written");
    println!("{:<28} {:>10} {:>10} {:>14} {:>8}", "start to exit", "wall ms", "CPU ms", "of typed floor", "peak MB");
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    for (name, path, threads) in [
        (format!("  {users} users, 1 thread"), path, 1),
        (format!("  {users} users, {cores} threads"), path, cores),
        ("  40 users".to_owned(), &small, cores),
    ] {
        let (wall, cpu, peak) = (0..RUNS).map(|_| run(path, folder, threads)).min().expect("there is at least one run");
        let ratio = cpu.as_secs_f64() / floor.as_secs_f64();
        let (wall, cpu) = (milliseconds(wall), milliseconds(cpu));
        println!("{name:<28} {wall:>10.1} {cpu:>10.0} {ratio:>14.2} {:>8}", peak / 1024);
    }
}

fn run(path: &Path, folder: &Path, threads: usize) -> (Duration, Duration, usize) {
    let before = children();
    let began = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_rolelint"))
        .args(["check", "--no-config", "--policy", "work.yaml", "--format", "json", "--as-of", "2026-05-28T20:26:40Z"])
        .args(["--threads", &threads.to_string(), "--snapshot"])
        .arg(path)
        .env_clear()
        .current_dir(folder)
        .stdout(Stdio::null())
        .spawn()
        .expect("the binary can be started");
    let mut peak = 0;
    let status = loop {
        peak = peak_memory(&child.id().to_string()).unwrap_or(peak);
        if let Some(status) = child.try_wait().expect("a child can be waited for") {
            break status;
        }
        std::thread::sleep(Duration::from_micros(500));
    };
    assert!(status.code().is_some_and(|code| code <= 1), "{status}");
    (began.elapsed(), children().saturating_sub(before), peak)
}

/// The processor time of all children so far, where the system tells.
fn children() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    // Linux counts in hundredths of a second.
    let ticks =
        after_name.split_whitespace().skip(13).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum::<u64>();
    Duration::from_millis(10 * ticks)
}

/// One rule that a tenth of all people violate, most of them by many roles.
const MANY: &str = r#"
version: 1
rules:
  - { id: many, select: user, where: { email: "user*0@*" }, forbid: { holds: { permission: "api.*.write" } } }
"#;

/// One rule that a hundredth of all people violate.
const FEW: &str = r#"
version: 1
rules:
  - { id: few, select: user, where: { email: "user*00@*" }, forbid: { holds: { permission: "api.*.write" } } }
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

    let skip = best(|| lines(&path, |line| drop(serde_json::from_slice::<IgnoredAny>(line))));
    let typed = best(|| lines(&path, |line| drop(black_box(serde_json::from_slice::<Floor<'_>>(line)))));
    let load = best(|| drop(black_box(snapshot::open(&path).expect("a snapshot"))));
    let org = snapshot::open(&path).expect("a snapshot").org;
    let mut expected = Vec::new();
    let answered = best(|| expected = answered(&path));
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
    findings(&org, typed);
    drop(org);
    allow_list(users);
    process(&path, folder.path(), users, typed);
    if let Some(kilobytes) = peak_memory("self") {
        println!("peak memory {} MB, generating the organization included", kilobytes / 1024);
    }
}

/// How long many findings of one rule take, how long their reports are, and how both grow with ten times the findings.
fn findings(org: &Org, floor: Duration) {
    let few = evaluated(org, FEW, floor);
    let many = evaluated(org, MANY, floor);
    println!(
        "{:<28} {:>10} {:>14} {:>8} {:>16} {:>10}",
        "report", "ms", "of typed floor", "of a 10th", "bytes a finding", "more MB"
    );
    for format in Format::ALL {
        let [(short, _, _), (time, bytes, memory)] = [&few, &many].map(|outcome| reported(format, outcome));
        println!(
            "{:<28} {:>10.2} {:>14.2} {:>8.1} {:>16} {:>10}",
            format.name(),
            milliseconds(time),
            time.as_secs_f64() / floor.as_secs_f64(),
            time.as_secs_f64() / short.as_secs_f64(),
            bytes / many.findings.len().max(1),
            memory.map_or_else(|| "?".to_owned(), |kilobytes| (kilobytes / 1024).to_string()),
        );
    }
}

fn evaluated(org: &Org, rules: &str, floor: Duration) -> Outcome {
    let policies = policies(rules);
    let time = best(|| drop(black_box(check::check(org, &policies, NOW))));
    let outcome = check::check(org, &policies, NOW);
    let count = outcome.findings.len();
    let ratio = time.as_secs_f64() / floor.as_secs_f64();
    println!("{:<28} {:>10.2} {ratio:>14.2}   {count} findings", "evaluate one rule", milliseconds(time));
    outcome
}

/// The time, the bytes and the kilobytes of memory that a report takes.
fn reported(format: Format, outcome: &Outcome) -> (Duration, usize, Option<usize>) {
    let style = TextStyle { verbose: true, ..TextStyle::default() };
    // Linux counts the peak from here on.
    let reset = std::fs::write("/proc/self/clear_refs", "5").ok();
    let before = peak_memory("self");
    let mut bytes = 0;
    let time = best(|| bytes = written(|to| render(format, outcome, None, style, to)));
    let memory = reset.and(peak_memory("self")).zip(before).map(|(after, before)| after.saturating_sub(before));
    (time, bytes, memory)
}

/// How many bytes a report has, kept nowhere.
fn written(render: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> usize {
    struct Count(usize);
    impl Write for Count {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0);
    render(&mut count).expect("counting cannot fail");
    count.0
}

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

fn lines(path: &Path, mut each: impl FnMut(&[u8])) {
    let mut file = BufReader::with_capacity(1 << 16, File::open(path).expect("it is there"));
    let mut line = Vec::new();
    while file.read_until(b'\n', &mut line).expect("it can be read") > 0 {
        each(&line);
        line.clear();
    }
}

/// What a record holds, for `serde_json` to make and throw away.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Floor<'a> {
    #[serde(borrow)]
    User(FloorUser<'a>),
    Rolelint(IgnoredAny),
    #[serde(borrow)]
    Role(FloorRole<'a>),
    #[serde(borrow)]
    Group(FloorGroup<'a>),
    End(IgnoredAny),
}

#[derive(Deserialize)]
struct FloorRole<'a> {
    id: &'a str,
    name: &'a str,
    #[serde(borrow)]
    permissions: Vec<&'a str>,
    predefined_role: bool,
}

#[derive(Deserialize)]
struct FloorGroup<'a> {
    id: &'a str,
    name: &'a str,
    #[serde(borrow, default)]
    roles: Vec<&'a str>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "made to be thrown away")]
struct FloorUser<'a> {
    id: &'a str,
    name: &'a str,
    email: &'a str,
    role: &'a str,
    is_scim_managed: bool,
    added_at: i64,
    api_key_last_used_at: i64,
    #[serde(borrow, default)]
    groups: Vec<&'a str>,
    #[serde(borrow)]
    held: FloorHeld<'a>,
}

#[derive(Deserialize)]
struct FloorHeld<'a> {
    #[serde(borrow)]
    direct: Vec<&'a str>,
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

/// `SplitMix64`: the same organization each time.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}

/// 200 roles of 5 to 60 permissions, 500 groups, users with 1 to 4 roles of their own and 0 to 5 groups.
fn organization(users: usize) -> Org {
    let mut random = Random(20_260_601);
    let mut builder =
        Builder::new(Source { api: "https://api.example/v1".to_owned(), collected_at: NOW, ..Source::default() });
    let resource_type = Known::Value(builder.symbols.intern("api.organization"));
    for name in ["owner", "reader"] {
        let role = Role {
            id: Text::from(format!("role-api-organization-{name}")),
            name: Known::Value(Text::from(name)),
            permissions: Known::Value(vec![builder.symbols.intern("api.model.read")]),
            predefined_role: Known::Value(true),
            resource_type,
            listed: true,
            ..Role::default()
        };
        builder.role(role).expect("named in order");
    }
    for number in 0..200 {
        let mut permissions: Vec<String> = (0..5 + random.below(56))
            .map(|_| {
                format!("api.area{:03}.{}", random.below(150), ["read", "write"][usize::from(random.below(3) == 0)])
            })
            .collect();
        match number {
            3 => permissions.push("api.secret.write".to_owned()),
            4 => permissions.push("api.secret.read".to_owned()),
            5 => permissions.push("api.rare.write".to_owned()),
            _ => {}
        }
        permissions.sort();
        permissions.dedup();
        let permissions = permissions.iter().map(|permission| builder.symbols.intern(permission)).collect();
        let role = Role {
            id: Text::from(format!("role_{number:04}")),
            name: Known::Value(Text::from(format!("Role {number}"))),
            permissions: Known::Value(permissions),
            predefined_role: Known::Value(false),
            resource_type,
            listed: true,
            ..Role::default()
        };
        builder.role(role).expect("numbers are in order");
    }
    let any_role = |random: &mut Random, builder: &Builder| {
        // The three roles that rules look for are rare.
        let number = if random.below(1000) == 0 { 3 + random.below(3) } else { 6 + random.below(194) };
        builder.role_ix(&format!("role_{number:04}")).expect("it was made above")
    };
    for number in 0..500 {
        let roles = (0..=random.below(2)).map(|_| any_role(&mut random, &builder)).collect();
        let group = Group {
            id: Text::from(format!("group_{number:04}")),
            name: Known::Value(Text::from(format!("Group {number}"))),
            is_scim_managed: Known::Value(true),
            listed: true,
            ..Group::default()
        };
        builder.group(group, roles).expect("numbers are in order");
    }
    let words = ["reader", "owner"].map(|word| builder.symbols.intern(word));
    let (mut assignments, mut groups) = (Vec::new(), Vec::new());
    for number in 0..users {
        let domain = if random.below(100) == 0 { "contractor.example" } else { "acme.example" };
        let user = User {
            id: Text::from(format!("user_{number:09}")),
            name: Known::Value(Text::from(format!("User {number}"))),
            email: Known::Value(Text::from(format!("user{number:09}@{domain}"))),
            role: Known::Value(words[usize::from(random.below(2000) == 0)]),
            is_scim_managed: Known::Value(random.below(50) != 0),
            added_at: Known::Value(NOW - 86_400),
            api_key_last_used_at: Known::Value(NOW - i64::try_from(random.below(800)).expect("small") * 86_400),
            listed: true,
            ..User::default()
        };
        for _ in 0..=random.below(4) {
            assignments.push(Assignment::new(any_role(&mut random, &builder), Via::Direct));
        }
        for _ in 0..random.below(6) {
            groups.push(builder.group_ix(&format!("group_{:04}", random.below(500))).expect("it was made above"));
        }
        builder.user(&user, &mut assignments, &mut groups).expect("numbers are in order");
    }
    let mut coverage = Coverage::default();
    for collection in Collection::ALL {
        coverage.of_mut(collection).asked = true;
    }
    builder.finish(coverage)
}
