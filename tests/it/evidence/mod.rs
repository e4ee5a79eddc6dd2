//! `rolelint evidence`: a bundle that proves itself, and every way in which one can be changed is noticed.

mod bundle;
mod extends;
mod redact;

use std::path::Path;
use std::process::Command;

use crate::support::harness::offline;

/// What verifying says.
fn verify(folder: &Path, what: &str, code: i32) -> String {
    offline().inside(folder).args(["evidence", "verify", what]).run().ends_with(code).stderr
}

/// The bundle, unpacked by another program.
fn unpacked(folder: &Path) {
    let done = Command::new("tar").args(["-xzf", "e.tar.gz"]).current_dir(folder).status().expect("tar runs");
    assert!(done.success());
}
