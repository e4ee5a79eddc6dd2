//! What of a state was not read, so that nothing follows from it.

use super::Side;
use crate::access::{Access, Gaps, sentences};
use crate::org::{Collection, Extent, Kind, State};

/// What is missing of this state, in sentences, each once.
pub(super) fn of(side: Side, access: &Access<'_>) -> Vec<(Side, String)> {
    let coverage = &access.org.coverage;
    let mut said: Vec<String> = Vec::new();
    for collection in Collection::ALL {
        match coverage.state(collection) {
            State::Complete => {
                let skipped = coverage.of(collection).not_asked.len();
                said.extend((skipped > 0).then(|| format!("{collection} was not read of {skipped} things")));
            }
            State::NotAsked => said.push(format!("{collection} was not read")),
            State::Partial | State::Denied | State::Failed => {
                said.push(coverage.detail(collection).unwrap_or_else(|| format!("{collection} is incomplete")));
            }
        }
        said.extend(coverage.unclear(collection));
    }
    let mut missing = Vec::new();
    Gaps::new(access, &mut missing).grants(Extent::ALL);
    said.extend(sentences(&missing, None));
    said.extend(without_permissions(access));
    let mut seen = std::collections::BTreeSet::new();
    said.retain(|sentence| seen.insert(sentence.clone()));
    said.into_iter().map(|sentence| (side, sentence)).collect()
}

/// The roles that somebody holds and whose permissions are not known.
fn without_permissions(access: &Access<'_>) -> Option<String> {
    let roles = &access.org.roles;
    let held = |at: &usize| !access.grants_by_role(*at).is_empty();
    let mut without = (0..roles.len()).filter(|&at| roles[at].permissions.is_missing()).filter(held);
    let first = access.thing(Kind::Role, without.next()?);
    let label = first.qualified_label();
    Some(match without.count() {
        0 => format!("the permissions of role {label} are not known"),
        more => format!("the permissions of role {label} and {more} more are not known"),
    })
}
