//! The whole job on an example organization: an embedded fake of the Admin API on loopback, collected over HTTP,
//! checked against the built-in rules, reported. Needs no key and no internet.
//!
//! With `--users N --seed S`, an organization of that size with three causes planted in it, which are printed first.
//! With `--fetch FILE`, the organization is written to a snapshot instead, on which every command works without a key.
//! Whatever else follows `--` goes to `rolelint check`: `cargo run --example demo -- --format json`.

mod fake;

use std::error::Error;
use std::ffi::OsString;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use fake::{Behaviour, FakeApi, KEY, Organization};
use rolelint::command::Cli;

/// Who may own ACME.
const OWNERS: [&str; 4] = [
    "amara.okafor@acme.example",
    "henrik.lindqvist@acme.example",
    "priya.raman@acme.example",
    "daniel.whitfield@acme.example",
];

/// With fewer users, a planted cause has only one violation, and would not stand out.
const FEWEST: u64 = 20;

fn main() -> ExitCode {
    let Err(error) = demo() else { return ExitCode::SUCCESS };
    // Help arrives as an error, too.
    let _ = writeln!(std::io::stderr(), "{error}");
    ExitCode::from(2)
}

fn demo() -> Result<(), Box<dyn Error>> {
    let mut rest: Vec<OsString> = std::env::args_os().skip(1).filter(|argument| argument != "--").collect();
    let users = number(&mut rest, "--users")?;
    let seed = number(&mut rest, "--seed")?.unwrap_or(1);
    let fetch = value(&mut rest, "--fetch")?.map(PathBuf::from);
    let (organization, planted) = match users {
        Some(users) if users < FEWEST => return Err(format!("--users takes at least {FEWEST}").into()),
        Some(users) => Organization::planted(usize::try_from(users)?, seed),
        None => (Organization::acme(), Vec::new()),
    };
    let id = organization.id.clone();
    let owners: Vec<String> = if planted.is_empty() {
        OWNERS.map(str::to_owned).into()
    } else {
        organization.users.iter().take(2).filter_map(|user| user.email.clone()).collect()
    };
    let (users, groups) = (organization.users.len(), organization.groups.len());
    let (roles, projects) = (organization.roles.len(), organization.projects.len());
    let api = FakeApi::start(organization, Behaviour::default());
    let mut key = tempfile::NamedTempFile::new()?;
    key.write_all(KEY.as_bytes())?;
    let key_file = key.path().to_string_lossy();
    let base_url = api.base_url();
    let owners = format!("owners=[{}]", owners.join(", "));

    let mut stderr = std::io::stderr();
    writeln!(
        stderr,
        "Example organization {id}: {users} users, {groups} groups, {roles} organization roles, {projects} projects; fake Admin API at {base_url}"
    )?;
    for cause in planted {
        writeln!(stderr, "planted: {cause}")?;
    }
    let check = ["--param", &owners, "--as-of", "2026-06-01"];
    let (command, shown, own) = if let Some(file) = &fetch {
        ("fetch", format!("fetch -o {}", file.display()), vec!["-o".into(), file.into()])
    } else {
        let shown = format!("check --param '{owners}' --as-of 2026-06-01");
        ("check", shown, check.map(OsString::from).to_vec())
    };
    writeln!(stderr, "$ rolelint {shown}\n")?;

    let api_of_demo = ["rolelint", command, "--base-url", &base_url, "--key-file", &key_file];
    let line = api_of_demo.map(OsString::from).into_iter().chain(own).chain(rest);
    let exit = rolelint::command::run(&Cli::read(line)?)?;

    let requests = api.requests().len();
    let said = match &fetch {
        Some(_) => format!("That took {requests} requests; the exit code of rolelint is {}.", exit.code()),
        None => format!(
            "That took {requests} requests, and the gate's exit code is {}. (The demo itself exits with 0.)",
            exit.code()
        ),
    };
    writeln!(stderr, "\n{said}")?;
    Ok(())
}

/// Takes a flag with its value out of the arguments.
fn value(arguments: &mut Vec<OsString>, flag: &str) -> Result<Option<OsString>, Box<dyn Error>> {
    let Some(at) = arguments.iter().position(|argument| argument == flag) else { return Ok(None) };
    if at + 1 == arguments.len() {
        return Err(format!("{flag} takes a value").into());
    }
    Ok(arguments.drain(at..at + 2).nth(1))
}

/// Takes a flag with its number out of the arguments.
fn number(arguments: &mut Vec<OsString>, flag: &str) -> Result<Option<u64>, Box<dyn Error>> {
    let Some(value) = value(arguments, flag)? else { return Ok(None) };
    let number = value.to_str().and_then(|value| value.parse().ok());
    Ok(Some(number.ok_or_else(|| format!("{flag} takes a number"))?))
}
