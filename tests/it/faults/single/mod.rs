//! Faults that take more than a path that answers wrongly.

mod contradictions;
mod responses;
mod runs;

pub use contradictions::*;
pub use responses::*;
pub use runs::*;

use std::path::Path;

use crate::faults::{Claim, Fetched, tiny};
use crate::support::fake::{Behaviour, FakeApi, Fault, What, When};
use crate::support::harness::{Ran, Rolelint, rolelint};

fn fault(path: &str, when: When, what: What) -> Fault {
    Fault { path: path.to_owned(), when, what }
}

fn with(faults: Vec<Fault>) -> FakeApi {
    FakeApi::start(tiny(), Behaviour { faults, ..Behaviour::default() })
}

/// Asserts what the table says of a collection.
#[track_caller]
fn holds(claim: &Claim, fetched: &Fetched, collection: &str) {
    assert_eq!(fetched.ran.code.to_string(), claim.exit, "{}", fetched.ran.stderr);
    assert_eq!(fetched.report().state(collection), claim.state, "{}", fetched.report().coverage(collection));
}

/// Asserts that a run ended as the table says, and that there is no record of it.
#[track_caller]
fn ended(claim: &Claim, ran: &Ran) {
    assert_eq!((ran.code.to_string(), "–"), (claim.exit.clone(), claim.state.as_str()), "{}", ran.stderr);
}

fn fetch(api: &FakeApi, folder: &Path) -> Rolelint {
    rolelint(api).inside(folder).args(["fetch", "-o", "org.jsonl"])
}

/// A folder with an earlier snapshot.
fn with_old() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("org.jsonl"), "old").expect("written");
    folder
}

#[track_caller]
fn is_old(folder: &Path) {
    assert_eq!(std::fs::read_to_string(folder.join("org.jsonl")).expect("there"), "old");
}

fn asked(api: &FakeApi, path: &str) -> usize {
    api.requests().iter().filter(|request| request.path == format!("/v1{path}")).count()
}
