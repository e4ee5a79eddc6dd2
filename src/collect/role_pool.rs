//! The roles in responses. Each version of a role is stored once, and so is each list of roles: the role of a thousand
//! users appears a thousand times, and so does the list of users with the same roles.

use std::borrow::Borrow;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex};

use foldhash::{HashMap, HashSet};

use crate::api::pagination::Listed;
use crate::api::parent::Parent;
use crate::api::wire::{AssignmentSource, Role};
use crate::org::{Known, Text};

/// All versions of roles, without `assignment_sources`, and all lists of them.
#[derive(Debug, Default)]
pub struct RolePool {
    places: Mutex<HashMap<Role, usize>>,
    lists: Mutex<HashSet<Same>>,
}

/// A role in a list, and its sources.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ListedRole {
    /// The index of the role's version.
    pub version: usize,
    /// The principals that it is inherited from.
    pub sources: Known<Box<[RoleSource]>>,
}

/// Where somebody has a role from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum RoleSource {
    /// An assignment of their own.
    Own,
    /// A group: `group`, `tenant_group`, or whatever kinds of group may come.
    Group(Text),
    /// Something else.
    Other,
}

impl RoleSource {
    /// What a response says about a role of this principal.
    fn new(of: Option<&Parent>, source: AssignmentSource) -> Self {
        let AssignmentSource { principal_id, principal_type } = source;
        if principal_type.ends_with("group") {
            Self::Group(principal_id)
        } else if principal_type == "user" || of.is_some_and(|of| of.id == principal_id) {
            Self::Own
        } else {
            Self::Other
        }
    }
}

impl RolePool {
    /// Stores what a response says about a role of this thing, or of the organization.
    pub fn keep(&self, of: Option<&Parent>, mut role: Role) -> ListedRole {
        let sources = std::mem::take(&mut role.assignment_sources);
        let sources = sources.map(|all| all.into_iter().map(|source| RoleSource::new(of, source)).collect());
        let mut places = self.places.lock().expect("no thread panics while it holds them");
        let next = places.len();
        ListedRole { version: *places.entry(role).or_insert(next), sources }
    }

    /// Stores a list of roles. Lists with the same roles are stored once, unless something is to be said about how one was
    /// read.
    pub fn share(&self, list: Listed<ListedRole>) -> Arc<Listed<ListedRole>> {
        let plain =
            list.requests == 1 && list.truncated.is_none() && list.copies.is_empty() && list.unreadable.is_empty();
        if !plain {
            return Arc::new(list);
        }
        let mut lists = self.lists.lock().expect("no thread panics while it holds them");
        if let Some(Same(same)) = lists.get(list.items.as_slice()) {
            return Arc::clone(same);
        }
        let new = Arc::new(list);
        lists.insert(Same(Arc::clone(&new)));
        new
    }

    /// The versions so far, by index.
    pub fn all(&self) -> Vec<Role> {
        let places = self.places.lock().expect("no thread panics while it holds them");
        let mut all: Vec<(usize, Role)> = places.iter().map(|(role, &place)| (place, role.clone())).collect();
        all.sort_unstable_by_key(|(place, _)| *place);
        all.into_iter().map(|(_, role)| role).collect()
    }
}

/// A list that is looked up by its roles.
#[derive(Debug)]
struct Same(Arc<Listed<ListedRole>>);

impl Borrow<[ListedRole]> for Same {
    fn borrow(&self) -> &[ListedRole] {
        &self.0.items
    }
}

impl Hash for Same {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.items.as_slice().hash(state);
    }
}

impl PartialEq for Same {
    fn eq(&self, other: &Self) -> bool {
        self.0.items == other.0.items
    }
}

impl Eq for Same {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::error::Error;

    /// What is kept of the roles of a user, each given as its id and its source.
    fn held(
        pool: &RolePool,
        of: &str,
        roles: &[(&str, &str, &str)],
        truncated: Option<Error>,
    ) -> Arc<Listed<ListedRole>> {
        let of = Parent::organization(of);
        let items = roles.iter().map(|(id, kind, source)| {
            let json = format!(
                r#"{{"id":"{id}","assignment_sources":[{{"principal_type":"{kind}","principal_id":"{source}"}}]}}"#
            );
            pool.keep(Some(&of), serde_json::from_str(&json).expect("a role"))
        });
        let items = items.collect();
        pool.share(Listed { items, copies: Vec::new(), unreadable: Vec::new(), requests: 1, truncated })
    }

    #[test]
    fn those_who_hold_the_same_in_the_same_way_share_a_list() {
        let pool = RolePool::default();
        let ada = held(&pool, "ada", &[("r", "user", "ada"), ("s", "group", "g")], None);
        let bob = held(&pool, "bob", &[("r", "user", "bob"), ("s", "group", "g")], None);
        assert!(Arc::ptr_eq(&ada, &bob));
        for (other, roles) in [
            ("another group", [("r", "user", "eve"), ("s", "group", "h")]),
            ("neither a group nor oneself", [("r", "robot", "x"), ("s", "group", "g")]),
            ("another role", [("t", "user", "eve"), ("s", "group", "g")]),
            ("another order", [("s", "group", "g"), ("r", "user", "eve")]),
        ] {
            assert!(!Arc::ptr_eq(&ada, &held(&pool, "eve", &roles, None)), "{other}");
        }
    }

    #[test]
    fn a_list_that_was_not_read_to_its_end_is_shared_with_nobody() {
        let pool = RolePool::default();
        let whole = held(&pool, "ada", &[("r", "user", "ada")], None);
        let cut = held(&pool, "bob", &[("r", "user", "bob")], Some(Error::Truncated));
        assert!(!Arc::ptr_eq(&whole, &cut) && cut.truncated.is_some() && whole.truncated.is_none());
        let next = held(&pool, "eve", &[("r", "user", "eve")], None);
        assert!(Arc::ptr_eq(&whole, &next));
    }
}
