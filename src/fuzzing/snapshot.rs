//! Snapshots: files that anybody may have edited.

use super::shown::{explain, judge_and_show};
use crate::org::Org;
use crate::snapshot::{read, seal::seal, write};

/// The input is a snapshot, as it is and with its digests put right. One that is read is written the same, and read
/// again the same; what is in it can be judged and shown.
pub fn snapshot(data: &[u8]) {
    if let Some(org) = readable(data) {
        assert_eq!(records(&written(&org)), records(data), "what was read is what is written");
    }
    if let Some(org) = seal(data).as_deref().and_then(readable) {
        round_trip(&org);
        judge_and_show(&org);
    }
}

/// Asserts that an organization that is written is read again as it is.
pub fn round_trip(org: &Org) {
    let first = written(org);
    let again = read("snapshot", &first[..]).expect("what was written can be read");
    assert_eq!(String::from_utf8(written(&again.org)), String::from_utf8(first), "it is read as it was written");
    assert_eq!(again.org.coverage, org.coverage);
    assert_eq!(again.digest, crate::snapshot::digest(org));
}

fn readable(data: &[u8]) -> Option<Org> {
    read("snapshot", data).inspect_err(|error| explain(error)).ok().map(|read| read.org)
}

fn written(org: &Org) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(org, &mut bytes).expect("memory takes everything");
    bytes
}

/// Everything but the header.
fn records(snapshot: &[u8]) -> &[u8] {
    let header = snapshot.iter().position(|byte| *byte == b'\n').unwrap_or_default();
    &snapshot[header..]
}
