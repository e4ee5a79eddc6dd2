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
#[derive(Debug)]
pub struct Endpoint {
    /// What it feeds; the audit log tells of changes, and feeds nothing.
    pub feeds: Option<Collection>,
    /// The path below the base URL; `{…}` stand for ids. The API counts requests by it.
    pub template: &'static str,
    /// Where the cursor is.
    pub envelope: Envelope,
    /// The largest page that is documented. Where it is refused with 400, [`SAFE_LIMIT`] is asked for.
    pub limit: u32,
    /// What is asked for beside the page.
    pub query: &'static str,
    /// The scope that reading takes, as far as anybody has seen.
    pub scope: &'static str,
    /// Whether it answers 400 for an archived project, which has none of what it lists.
    pub refuses_archived: bool,
    /// Whether its answers show part of each key, which is not to be kept.
    pub shows_keys: bool,
}

/// The page size that every endpoint takes, for those that refuse the documented one.
pub const SAFE_LIMIT: u32 = 100;

const fn list(feeds: Option<Collection>, template: &'static str, limit: u32) -> Endpoint {
    let (envelope, scope) = (Envelope::Next, "api.management.read");
    Endpoint { feeds, template, envelope, limit, query: "", scope, refuses_archived: false, shows_keys: false }
}

const fn next(feeds: Collection, template: &'static str, limit: u32, scope: &'static str) -> Endpoint {
    Endpoint { scope, ..list(Some(feeds), template, limit) }
}

const fn last_id(feeds: Collection, template: &'static str) -> Endpoint {
    Endpoint { envelope: Envelope::LastId, ..list(Some(feeds), template, 100) }
}

static TABLE: [Endpoint; Collection::ALL.len()] = {
    use Collection::{
        AdminApiKeys, ApiKeys, GroupMembers, GroupRoles, Groups, Invites, ProjectGroupRoles, ProjectGroups,
        ProjectRoles, ProjectUserRoles, ProjectUsers, Projects, Roles, ServiceAccountRoles, ServiceAccounts, UserRoles,
        Users,
    };
    const ROLES: &str = "api.roles.read";
    const GROUPS: &str = "api.groups.read";
    /// A service account is asked for as a user of its project is, and counted with them.
    const IN_PROJECT: &str = "/projects/{project}/users/{id}/roles";
    [
        next(Roles, "/organization/roles", 1000, ROLES),
        last_id(Users, "/organization/users"),
        next(UserRoles, "/organization/users/{id}/roles", 1000, ROLES),
        next(Groups, "/organization/groups", 1000, GROUPS),
        next(GroupRoles, "/organization/groups/{id}/roles", 1000, ROLES),
        next(GroupMembers, "/organization/groups/{id}/users", 1000, GROUPS),
        Endpoint { query: "&include_archived=true", ..last_id(Projects, "/organization/projects") },
        Endpoint { refuses_archived: true, ..last_id(ProjectUsers, "/organization/projects/{id}/users") },
        next(ProjectGroups, "/organization/projects/{id}/groups", 100, GROUPS),
        next(ProjectRoles, "/projects/{id}/roles", 1000, ROLES),
        next(ProjectUserRoles, IN_PROJECT, 1000, ROLES),
        next(ProjectGroupRoles, "/projects/{project}/groups/{id}/roles", 1000, ROLES),
        Endpoint { refuses_archived: true, ..last_id(ServiceAccounts, "/organization/projects/{id}/service_accounts") },
        next(ServiceAccountRoles, IN_PROJECT, 1000, ROLES),
        // Without it, keys whose owner lost access are left out.
        Endpoint {
            query: "&owner_project_access=any",
            shows_keys: true,
            ..last_id(ApiKeys, "/organization/projects/{id}/api_keys")
        },
        Endpoint { shows_keys: true, ..last_id(AdminApiKeys, "/organization/admin_api_keys") },
        last_id(Invites, "/organization/invites"),
    ]
};

/// What happened, newest first.
pub static AUDIT_LOGS: Endpoint = Endpoint {
    envelope: Envelope::LastId,
    scope: "api.audit_logs.read",
    ..list(None, "/organization/audit_logs", 100)
};

/// Everything but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The endpoint that feeds a collection.
pub fn of(collection: Collection) -> &'static Endpoint {
    let endpoint = TABLE.iter().find(|endpoint| endpoint.feeds == Some(collection));
    endpoint.expect("every collection has an endpoint")
}

/// Every endpoint.
pub fn all() -> impl Iterator<Item = &'static Endpoint> {
    TABLE.iter().chain([&AUDIT_LOGS])
}

impl Endpoint {
    /// The path for one thing, its ids encoded; as many ids as the template has places.
    pub fn path(&self, ids: &[&str]) -> Result<String, Error> {
        let mut path = self.template.to_owned();
        for id in ids {
            if matches!(*id, "" | "." | "..") {
                return Err(Error::Id { id: (*id).to_owned() });
            }
            let (from, to) = (path.find('{'), path.find('}'));
            let (from, to) = from.zip(to).expect("there is a place for each id");
            path.replace_range(from..=to, &encode(id));
        }
        Ok(path)
    }
}

/// A text as part of a path or a query.
pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_collection_has_one_endpoint_that_takes_the_ids_it_has() {
        for collection in Collection::ALL {
            let places = of(collection).template.matches('{').count();
            assert_eq!(places, collection.ancestors().count(), "{collection}");
        }
    }

    #[test]
    fn an_id_is_encoded_in_the_path() {
        let endpoint = of(Collection::ProjectUserRoles);
        assert_eq!(endpoint.path(&["p/1", "ü {x}"]).expect("fine"), "/projects/p%2F1/users/%C3%BC%20%7Bx%7D/roles");
        for id in ["", ".", ".."] {
            endpoint.path(&["p", id]).expect_err("would be another path");
        }
    }
}
