//! The whole job on an example organization: an embedded fake of the Admin API on loopback, collected over HTTP,
//! checked against the built-in rules, reported. Needs no key and no internet.
//!
//! Whatever follows `--` goes to `rolelint check`: `cargo run --release --example demo -- --format json`.

mod fake;

use std::error::Error;
use std::ffi::OsString;
use std::io::Write as _;

use fake::{Behaviour, FakeApi, KEY, Organization};
use rolelint::command::Cli;

/// Who may own ACME.
const OWNERS: [&str; 4] = ["amara.okafor", "henrik.lindqvist", "priya.raman", "daniel.whitfield"];

fn main() -> Result<(), Box<dyn Error>> {
    let organization = Organization::acme();
    let (users, groups) = (organization.users.len(), organization.groups.len());
    let (roles, projects) = (organization.roles.len(), organization.projects.len());
    let api = FakeApi::start(organization, Behaviour::default());
    let mut key = tempfile::NamedTempFile::new()?;
    key.write_all(KEY.as_bytes())?;
    let key_file = key.path().to_string_lossy();
    let base_url = api.base_url();
    let owners = format!("owners=[{}]", OWNERS.map(|name| format!("{name}@acme.example")).join(", "));

    let mut stderr = std::io::stderr();
    writeln!(
        stderr,
        "ACME: {users} users, {groups} groups, {roles} roles, {projects} projects, on an Admin API at {base_url} that is made up."
    )?;
    writeln!(stderr, "$ rolelint check --param '{owners}' --as-of 2026-06-01\n")?;

    let own = ["rolelint", "check", "--base-url", &base_url, "--key-file", &key_file, "--param", &owners];
    let own = own.into_iter().chain(["--as-of", "2026-06-01"]);
    let line = own.map(OsString::from).chain(std::env::args_os().skip(1));
    let exit = rolelint::command::run(&Cli::read(line)?)?;

    let requests = api.requests().len();
    writeln!(
        stderr,
        "\nThat took {requests} requests, and the gate's exit code is {}. (The demo itself exits with 0.)",
        exit.code()
    )?;
    Ok(())
}
