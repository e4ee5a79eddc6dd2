//! The sums of a bundle: every file has one, and nothing else is there.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::Files;

/// The file with the sums.
pub(crate) const MANIFEST: &str = "manifest.json";

/// What the manifest says about a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sum {
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
    /// Its length.
    pub bytes: usize,
}

/// The sum of a file.
pub(crate) fn sum(bytes: &[u8]) -> Sum {
    Sum { sha256: base16ct::lower::encode_string(&Sha256::digest(bytes)), bytes: bytes.len() }
}

/// Where the files differ from the manifest, in sentences.
pub(crate) fn check(files: &Files, sums: &BTreeMap<String, Sum>) -> Vec<String> {
    let wrong = sums.iter().filter_map(|(name, said)| match files.get(name) {
        None => Some(format!("{name} is missing")),
        Some(bytes) if sum(bytes) != *said => Some(format!("{name} was changed: its SHA-256 is {}", sum(bytes).sha256)),
        Some(_) => None,
    });
    let added = files.keys().filter(|name| *name != MANIFEST && !sums.contains_key(*name));
    wrong.chain(added.map(|name| format!("{name} was added: the manifest does not have it"))).collect()
}
