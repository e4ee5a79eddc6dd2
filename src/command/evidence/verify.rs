//! `rolelint evidence verify`: the sums, then everything once more.

use std::path::PathBuf;

use super::inputs::Inputs;
use super::make::{Manifest, make};
use crate::cli::Common;
use crate::command::{Error, Exit};
use crate::console::output::{self, say};
use crate::escape::json_words;
use crate::evidence::{Error as BundleError, MANIFEST, check, open, sum};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The bundle: the archive, or the folder that it was unpacked to
    #[arg(value_name = "BUNDLE")]
    pub bundle: PathBuf,
}

/// Ends with 1 if a file is not as it was, and with 3 if the verdict cannot be computed again: of a redacted bundle, or
/// of one that another version of rolelint made.
pub(super) fn run(args: &Args, common: &Common) -> Result<Exit, Error> {
    let files = open(&args.bundle)?;
    let text = files.get(MANIFEST).ok_or_else(|| BundleError::Manifest { why: "there is none".to_owned() })?;
    let manifest: Manifest =
        serde_json::from_slice(text).map_err(|error| BundleError::Manifest { why: json_words(&error) })?;
    let wrong = check(&files, &manifest.files);
    if !wrong.is_empty() {
        for sentence in &wrong {
            output::error(sentence);
        }
        return Ok(Exit::Violation);
    }
    if manifest.redacted.is_some() {
        output::warn(
            "the sums are right; the bundle is redacted, so that nobody can compute its verdict again from it",
        );
        if !common.is_quiet() {
            say(&format!("SHA-256 of the manifest: {}", sum(text).sha256));
        }
        return Ok(Exit::Unknown);
    }
    if manifest.rolelint != env!("CARGO_PKG_VERSION") {
        output::warn(&format!(
            "the sums are right; rolelint {} made the bundle, and only that version can compute the verdict again",
            manifest.rolelint
        ));
        return Ok(Exit::Unknown);
    }
    let (inputs, snapshot) = Inputs::of(&manifest, &files)?;
    let again = make(&inputs, &snapshot)?;
    let names = files.keys().chain(again.files.keys().filter(|name| !files.contains_key(*name)));
    let differ: Vec<&String> = names.filter(|name| files.get(*name) != again.files.get(*name)).collect();
    if !differ.is_empty() {
        for name in differ {
            output::error(&format!("{name} is not what the snapshot and the policies of the bundle make"));
        }
        return Ok(Exit::Violation);
    }
    if !common.is_quiet() {
        say(&format!("{} files are as they were, and the verdict is the same: {}", files.len(), again.verdict));
        say(&format!("SHA-256 of the manifest: {}", sum(text).sha256));
    }
    Ok(Exit::Clean)
}
