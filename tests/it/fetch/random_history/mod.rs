//! Random histories of an organization: each change with the events that the real API writes of it, if it writes any.

mod resources;
mod roles;
mod start;
mod users;

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::support::fake::{Event, Organization};
pub use start::peopled;

/// What happens, and numbers that choose to whom.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    what: What,
    whom: [usize; 3],
}

#[derive(Clone, Copy, Debug)]
enum What {
    Roles(roles::What),
    People(users::What),
    Things(resources::What),
}

/// Some parts of a history, each of some changes.
pub fn histories() -> impl Strategy<Value = Vec<Vec<Change>>> {
    let what = prop_oneof![
        3 => select(&roles::ALL[..]).prop_map(What::Roles),
        3 => select(&users::ALL[..]).prop_map(What::People),
        2 => select(&resources::ALL[..]).prop_map(What::Things),
    ];
    let change = (what, proptest::array::uniform3(0..60_usize)).prop_map(|(what, whom)| Change { what, whom });
    proptest::collection::vec(proptest::collection::vec(change, 1..=6), 1..=3)
}

/// Lets this happen, in this order, and then somebody log in: of a log that is empty, nobody knows what it means.
pub fn happen(organization: &mut Organization, changes: &[Change], now: i64) {
    for &Change { what, whom } in changes {
        let mut happening = Happening { organization, whom, now };
        // Where there is nobody whom it could befall, it does not.
        let (Some(()) | None) = match what {
            What::Roles(what) => happening.befall_roles(what),
            What::People(what) => happening.befall_people(what),
            What::Things(what) => happening.befall_things(what),
        };
    }
    note(organization, now, "login.succeeded", json!({}));
}

/// Writes an event.
pub fn note(organization: &mut Organization, effective_at: i64, kind: &str, payload: Value) {
    let id = format!("audit_log-{}", organization.audit_log.len());
    organization.audit_log.push(Event { id, kind: kind.to_owned(), effective_at, payload, ..Event::default() });
}

/// Writes that somebody got a role, or lost it. As in the real log, the role stands nowhere but in the event's id.
pub fn note_assignment(organization: &mut Organization, at: i64, added: bool, role: &str, principal: &str) {
    let kind = if added { "role.assignment.created" } else { "role.assignment.deleted" };
    let principal_type = if principal.starts_with("group") { "group" } else { "user" };
    let id = format!("role_assignment_{role}_{principal}");
    note(
        organization,
        at,
        kind,
        json!({"id": id, "principal_id": principal, "principal_type": principal_type, "resource_id": "somewhere"}),
    );
}

struct Happening<'o> {
    organization: &'o mut Organization,
    whom: [usize; 3],
    now: i64,
}

impl Happening<'_> {
    /// When the log says that it happened: up to 29 minutes ago, since an event may be seen so late.
    fn effective_at(&self) -> i64 {
        self.now - 29 * i64::try_from(self.whom[2]).unwrap_or(0)
    }

    fn note(&mut self, kind: &str, id: &str) {
        note(self.organization, self.effective_at(), kind, json!({"id": id}));
    }

    fn note_assignment(&mut self, added: bool, role: &str, principal: &str) {
        note_assignment(self.organization, self.effective_at(), added, role, principal);
    }

    /// A number that nothing has had yet.
    fn fresh(&self) -> usize {
        let org = &self.organization;
        let within = org.projects.iter().map(|project| {
            project.roles.len() + project.users.len() + project.service_accounts.len() + project.api_keys.len()
        });
        let keys = org.admin_api_keys.len() + org.invites.len();
        100 * org.audit_log.len() + org.roles.len() + org.users.len() + org.groups.len() + keys + within.sum::<usize>()
    }

    /// A moment that nothing has had yet.
    fn rfc3339(&self) -> i64 {
        1_771_000_000 + i64::try_from(self.fresh()).unwrap_or(0)
    }
}

/// The thing that a number chooses; none where there are none.
fn choose<T>(things: &mut [T], number: usize) -> Option<&mut T> {
    let at = number.checked_rem(things.len())?;
    things.get_mut(at)
}

/// Takes an id out of a list, or puts it in if it was not there; says which.
fn toggle(list: &mut Vec<String>, id: &str) -> bool {
    let before = list.len();
    list.retain(|held| held != id);
    let added = list.len() == before;
    list.extend(added.then(|| id.to_owned()));
    added
}
