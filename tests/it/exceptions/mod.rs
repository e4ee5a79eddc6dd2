//! Violations that are accepted: what that changes, and what it never does.

mod baseline;
mod grants;
mod organization_name;
mod overrides;
mod same_again;
mod waivers;
mod waivers_command;
mod walk;

use crate::support::harness::Json;

/// The moment of all these checks.
const NOW: &str = "2030-06-01";

/// Bob holds Writer directly, Cyd through Ops, Eve both ways.
const POLICY: &str = "\
version: 1
rules:
  - id: user-writes
    select: user
    where: { is_service_account: false }
    forbid: { holds: { permission: api.groups.write, role: { predefined_role: false } } }
  - id: role-writes
    select: role
    forbid: { permissions: api.groups.write, predefined_role: false }
";

/// What the report says of waivers and the baseline.
fn remarks(report: &Json) -> Vec<&str> {
    let list = report.0["exceptions"].as_array().expect("a list");
    list.iter().map(|sentence| sentence.as_str().expect("a text")).collect()
}
