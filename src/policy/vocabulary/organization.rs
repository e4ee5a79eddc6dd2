//! What the organization has of each kind, whatever it is related to: rows behind `organization`.

use super::{Attribute, Relation, Type};
use crate::org::Kind;

const fn row(kind: Kind, name: &'static str, meaning: &'static str) -> Attribute {
    Attribute { of: kind, name, type_: Type::Relation(Relation::All(kind)), names: None, reads: kind.reads(), meaning }
}

static ROWS: &[Attribute] = &[
    row(Kind::Role, "roles", "the roles in the lists of the organization and of its projects"),
    row(Kind::User, "users", "the users in the list of users"),
    row(Kind::Group, "groups", "the groups in the list of groups"),
    row(Kind::Project, "projects", "the projects"),
    row(Kind::ServiceAccount, "service_accounts", "the service accounts of all projects"),
    row(Kind::Invite, "invites", "the invitations"),
    row(Kind::AdminApiKey, "admin_api_keys", "the admin keys"),
    row(Kind::ApiKey, "api_keys", "the keys of all projects"),
];

/// The rows, in order.
pub fn organization() -> impl Iterator<Item = &'static Attribute> {
    ROWS.iter()
}
