//! The endpoints, as one table. Source: `openai/openai-openapi`, `openapi.yaml` of 2026-08-21, and what clients of
//! the real API report.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::error::Error;
use crate::org::Collection;

/// How a list says where its next page begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Envelope {
    /// `next` is the cursor.
    Next,
    /// `last_id` is the cursor.
    LastId,
}

/// An endpoint that lists something.
#[derive(Clone, Copy, Debug)]
pub struct Endpoint {
    /// What it feeds.
    pub collection: Collection,
    /// The path below the base URL; `{id}` is the thing it is asked for.
    path: &'static str,
    /// Where the cursor is.
    pub envelope: Envelope,
    /// The largest page that is documented.
    pub limit: u32,
}

/// The page size that every endpoint takes, for those that refuse the documented one.
pub const SAFE_LIMIT: u32 = 100;

const TABLE: [Endpoint; 6] = {
    use Collection::{GroupMembers, GroupRoles, Groups, Roles, UserRoles, Users};
    use Envelope::{LastId, Next};
    [
        Endpoint { collection: Roles, path: "/organization/roles", envelope: Next, limit: 1000 },
        Endpoint { collection: Users, path: "/organization/users", envelope: LastId, limit: 100 },
        Endpoint { collection: UserRoles, path: "/organization/users/{id}/roles", envelope: Next, limit: 1000 },
        Endpoint { collection: Groups, path: "/organization/groups", envelope: Next, limit: 1000 },
        Endpoint { collection: GroupRoles, path: "/organization/groups/{id}/roles", envelope: Next, limit: 1000 },
        Endpoint { collection: GroupMembers, path: "/organization/groups/{id}/users", envelope: Next, limit: 1000 },
    ]
};

/// Everything but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The endpoint that feeds a collection.
pub fn of(collection: Collection) -> &'static Endpoint {
    TABLE.iter().find(|endpoint| endpoint.collection == collection).expect("every collection has an endpoint")
}

impl Endpoint {
    /// The path for one thing, its id encoded.
    pub fn path(&self, id: &str) -> Result<String, Error> {
        if self.path.contains("{id}") && matches!(id, "" | "." | "..") {
            return Err(Error::Id { id: id.to_owned() });
        }
        Ok(self.path.replace("{id}", &encode(id)))
    }

    /// The path with its placeholder, for records of all things at once.
    pub fn template(&self) -> &'static str {
        self.path
    }
}

/// A text as part of a path or a query.
pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}
