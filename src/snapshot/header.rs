//! The first line of a snapshot: where it comes from, and the record of what was read.

use crate::org::{self};
use crate::time::Time;
use schemars::JsonSchema;
use serde::{Deserialize as DeriveDeserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// The first line.
#[derive(Clone, Serialize, DeriveDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Header {
    #[schemars(extend("const" = super::VERSION))]
    pub snapshot: u32,
    pub tool: String,
    pub source: String,
    pub organization: Identity,
    pub collected_at: Time,
    pub coverage: BTreeMap<String, Record>,
    /// A digest of the header itself, without this field, and of the content's digest: it detects a header from
    /// elsewhere.
    pub check: String,
}

/// Which organization it is.
#[derive(Clone, Serialize, DeriveDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl Header {
    /// The right value of [`Header::check`].
    pub fn expected_check(&self, digest: &str) -> String {
        let bare = Self { check: String::new(), ..self.clone() };
        let json = serde_json::to_string(&bare).expect("a header has text keys only");
        let mut hash = Sha256::new();
        hash.update(json.as_bytes());
        hash.update(digest.as_bytes());
        base16ct::lower::encode_string(&hash.finalize()[..16])
    }
}

/// The digest of the content, line by line. It begins with what was and was not read: a list that was denied is not the
/// same as an empty one.
pub struct ContentDigest(Sha256);

impl ContentDigest {
    pub fn new(header: &Header) -> Self {
        let mut hash = Sha256::new();
        for (name, record) in &header.coverage {
            // The number of requests is not part of the state.
            let facts = serde_json::to_string(&(name, &record.cut, &record.gaps, &record.unasked, &record.unclear));
            hash.update(facts.expect("a record has text keys only").as_bytes());
        }
        Self(hash)
    }

    /// Adds lines, their ends included.
    pub fn lines(&mut self, lines: &[u8]) {
        self.0.update(lines);
    }

    pub fn finish(self) -> String {
        format!("sha256:{}", base16ct::lower::encode_string(&self.0.finalize()))
    }
}

/// What was read of a collection. A collection without a record was not requested.
#[derive(Clone, Serialize, DeriveDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Record {
    pub requests: u64,
    pub items: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut: Option<Failure>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub gaps: BTreeMap<String, Failure>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub unasked: BTreeSet<String>,
    /// Things that left while the collection went on.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub gone: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unclear: BTreeMap<String, BTreeMap<String, String>>,
    /// What was reused from an earlier collection, and when it was read.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub carried: BTreeMap<String, Time>,
}

/// Why something was not read.
#[derive(Clone, Serialize, DeriveDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    pub denied: bool,
    pub message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
}

impl From<&org::Failure> for Failure {
    fn from(failure: &org::Failure) -> Self {
        Self { denied: failure.denied, message: failure.message.clone(), scope: failure.scope.clone() }
    }
}

impl From<Failure> for org::Failure {
    fn from(failure: Failure) -> Self {
        Self { denied: failure.denied, message: failure.message, scope: failure.scope }
    }
}
