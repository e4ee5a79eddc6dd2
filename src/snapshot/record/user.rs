//! Users.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Held, Id, group_ids, id, intern, listed, word};
use crate::org::{self, Known, Org, Symbols, UserIx};
use crate::time::Time;

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct User<'a> {
    #[serde(borrow)]
    pub id: Id<'a>,
    #[serde(borrow, default, skip_serializing_if = "Known::is_missing")]
    pub name: Known<Id<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Known::is_missing")]
    pub email: Known<Id<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Known::is_missing")]
    pub role: Known<Id<'a>>,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    pub is_service_account: Known<bool>,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    pub is_scim_managed: Known<bool>,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    pub enabled: Known<bool>,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    pub banned: Known<bool>,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    pub added_at: Known<Time>,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    pub created: Known<Time>,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    pub api_key_last_used_at: Known<Time>,
    #[serde(default = "listed", skip_serializing_if = "Clone::clone")]
    pub listed: bool,
    /// The groups that list the user.
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Id<'a>>,
    /// What the API says of the user's roles in the organization.
    #[serde(borrow, default, skip_serializing_if = "Held::is_empty")]
    pub held: Held<'a>,
}

impl<'a> User<'a> {
    pub fn of(org: &'a Org, at: UserIx) -> Self {
        let user = org.user(at);
        Self {
            id: id(user.id()),
            name: user.name().map(id),
            email: user.email().map(id),
            role: word(org, user.role()),
            is_service_account: user.is_service_account(),
            is_scim_managed: user.is_scim_managed(),
            enabled: user.enabled(),
            banned: user.banned(),
            added_at: user.added_at(),
            created: user.created(),
            api_key_last_used_at: user.api_key_last_used_at(),
            listed: user.listed(),
            groups: group_ids(org, org.groups_of(at)),
            held: Held::of(org, org.assignments_of(at)),
        }
    }

    /// The user without what it holds, its texts still in the line.
    pub fn noun(self, symbols: &mut Symbols) -> org::User<Cow<'a, str>> {
        org::User {
            id: self.id.0,
            name: self.name.map(|name| name.0),
            email: self.email.map(|email| email.0),
            role: intern(symbols, self.role),
            is_service_account: self.is_service_account,
            is_scim_managed: self.is_scim_managed,
            enabled: self.enabled,
            banned: self.banned,
            added_at: self.added_at,
            created: self.created,
            api_key_last_used_at: self.api_key_last_used_at,
            listed: self.listed,
        }
    }
}
