//! Whose a key is: from a key to the user or service account that owns it.

use super::{Family, Start, covers};
use crate::access::{Gaps, Steps};
use crate::check::facts::Facts;
use crate::org::{Collection, Extent, Known, Owner};
use crate::policy::{Kind, Relation};

/// `user` and `service_account`, of keys.
pub struct Owners;

impl Family for Owners {
    fn targets(&self, facts: &Facts<'_>, start: Start, into: &mut Vec<usize>) -> bool {
        let (org, at) = (facts.org, start.at);
        let owner = owner(facts, start);
        if start.relation == Relation::User {
            // The list of users has service accounts, too: whatever the API calls the owner, the id decides. Whom that
            // list lacks is no user to a rule that reads nothing else.
            let place = |id: &str| {
                let place = org.users.binary_search_by(|user| user.id.as_str().cmp(id)).ok();
                place.filter(|&at| org.users[at].listed)
            };
            return owned(owner, place, facts.lists_all(Kind::User, Extent::ALL), into);
        }
        if owner.kind.value().is_some_and(|word| org.symbols.text(*word) == Kind::User.name()) {
            return false;
        }
        let project = org.api_keys[at].project;
        let place = |id: &str| {
            let accounts = &org.service_accounts;
            accounts.binary_search_by(|account| (account.project, account.id.as_str()).cmp(&(project, id))).ok()
        };
        owned(owner, place, covers(org, Collection::ServiceAccounts, project.at()), into)
    }

    fn paths(&self, facts: &Facts<'_>, start: Start, place: usize) -> Vec<Steps> {
        vec![vec![facts.access.thing(start.kind, start.at), facts.access.thing(start.relation.target(), place)]]
    }

    fn gaps(&self, facts: &Facts<'_>, gaps: &mut Gaps<'_, '_, '_>, start: Start) {
        if owner(facts, start).id.is_missing() {
            gaps.unsent("owner", start.kind, start.at);
        } else if start.relation == Relation::User {
            gaps.unread(Collection::Users);
        } else {
            let project = facts.org.api_keys[start.at].project;
            gaps.unread_of(Collection::ServiceAccounts, &facts.org.project(project).id);
        }
    }
}

fn owner<'f>(facts: &'f Facts<'_>, start: Start) -> &'f Owner {
    if start.kind == Kind::AdminApiKey {
        &facts.org.admin_api_keys[start.at].owner
    } else {
        &facts.org.api_keys[start.at].owner
    }
}

/// The owner of a key, if somebody has that id; returns whether that is unknown.
fn owned(owner: &Owner, place: impl Fn(&str) -> Option<usize>, all_listed: bool, into: &mut Vec<usize>) -> bool {
    match &owner.id {
        Known::Missing => true,
        // Nobody is left.
        Known::Null => false,
        Known::Value(id) => {
            into.extend(place(id));
            into.is_empty() && !all_listed
        }
    }
}
