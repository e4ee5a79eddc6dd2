//! Who events are about. If an event may affect roles but names nobody in the lists, we know only that something has
//! changed.

use std::collections::BTreeSet;

use crate::api::event::{About, Event};
use crate::org::{Collection, Org, Text, UserRow, canonical_role_id};

/// The ids that events name, or why it is unknown who an event is about, given the earlier and the current lists.
pub fn named<'e>(events: &'e [Event], old: &Org, now: &Org) -> Result<BTreeSet<&'e str>, String> {
    let listed = Listed::new(old, now);
    // A thing that was created and deleted in between is in neither list and affects nobody.
    let ended: BTreeSet<&str> = events.iter().flat_map(Event::ended).collect();
    let mut named = BTreeSet::new();
    for event in events {
        let ids = event.ids();
        let says_whom = match event.about() {
            About::Harmless => true,
            About::Unknown => {
                return Err(format!("event {} ({}) may affect anybody", event.id, event.type_));
            }
            // Nothing is reused from collections that were not requested.
            About::ServiceAccount if !now.coverage.of(Collection::ServiceAccounts).asked => true,
            About::Project if !now.coverage.of(Collection::Projects).asked => true,
            about @ (About::Role
            | About::Principal
            | About::User
            | About::Group
            | About::ServiceAccount
            | About::Project) => ids.iter().any(|id| listed.has(about, id) || ended.contains(id)),
        };
        if !says_whom {
            return Err(format!("event {} ({}) does not say who it is about", event.id, event.type_));
        }
        // A predefined role has two ids; the lists have one of them.
        named.extend(ids.iter().flat_map(|id| [*id, canonical_role_id(id)]));
    }
    Ok(named)
}

/// The ids in the lists.
struct Listed<'o> {
    roles: BTreeSet<&'o str>,
    users: BTreeSet<&'o str>,
    groups: BTreeSet<&'o str>,
    accounts: BTreeSet<&'o str>,
    projects: BTreeSet<&'o str>,
}

impl<'o> Listed<'o> {
    fn new(old: &'o Org, now: &'o Org) -> Self {
        fn ids<'o, T>(old: &'o [T], now: &'o [T], id: impl Fn(&'o T) -> &'o Text) -> BTreeSet<&'o str> {
            old.iter().chain(now).map(|thing| id(thing).as_str()).collect()
        }
        Self {
            roles: ids(&old.roles, &now.roles, |role| &role.id),
            users: old.users.iter().chain(now.users.iter()).map(UserRow::id).collect(),
            groups: ids(&old.groups, &now.groups, |group| &group.id),
            accounts: ids(&old.service_accounts, &now.service_accounts, |account| &account.id),
            projects: ids(&old.projects, &now.projects, |project| &project.id),
        }
    }

    fn has(&self, about: About, id: &str) -> bool {
        match about {
            About::Role => self.roles.contains(canonical_role_id(id)),
            About::User => self.users.contains(id),
            About::Group => self.groups.contains(id),
            About::ServiceAccount => self.accounts.contains(id),
            About::Project => self.projects.contains(id),
            About::Principal => self.users.contains(id) || self.groups.contains(id) || self.accounts.contains(id),
            About::Harmless | About::Unknown => false,
        }
    }
}
