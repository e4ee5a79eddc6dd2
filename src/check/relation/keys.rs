//! The owner of a key: a user or a service account.

use smallvec::smallvec;

use super::{Family, Start, covers};
use crate::access::{Gaps, Routes, Step};
use crate::check::facts::Facts;
use crate::org::{Among, Collection, Extent, Known, Owner};
use crate::policy::{Kind, Relation};

/// `owner` and `service_account`, of keys.
pub struct Owners;

impl Family for Owners {
    fn targets(&self, facts: &Facts<'_>, start: Start, into: &mut Vec<usize>) -> bool {
        let (org, at) = (facts.org, start.at);
        let owner = owner(facts, start);
        if start.relation == Relation::OwningUser {
            // The list of users contains service accounts, too, so the id decides, whatever kind the API says the owner
            // is. An owner who is not in that list is not a user, as far as this rule can see.
            let place = |id: &str| {
                let place = org.users.find(id);
                place.filter(|&at| org.users.at(at).listed())
            };
            return owned(owner, place, facts.lists_all(Kind::User, Extent::ALL, Among::ALL), into);
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

    fn paths(&self, _: &Facts<'_>, start: Start, place: usize) -> Routes {
        smallvec![smallvec![Step::new(start.kind, start.at), Step::new(start.relation.target(), place)]]
    }

    fn gaps(&self, facts: &Facts<'_>, gaps: &mut Gaps<'_, '_, '_>, start: Start) {
        if owner(facts, start).id.is_missing() {
            gaps.unsent("owner", start.kind, start.at);
        } else if start.relation == Relation::OwningUser {
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

/// Adds the owner of a key if its id is found; returns whether the owner is unknown.
fn owned(owner: &Owner, place: impl Fn(&str) -> Option<usize>, all_listed: bool, into: &mut Vec<usize>) -> bool {
    match &owner.id {
        Known::Missing => true,
        // The owner was deleted.
        Known::Null => false,
        Known::Value(id) => {
            into.extend(place(id));
            into.is_empty() && !all_listed
        }
    }
}
