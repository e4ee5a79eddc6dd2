//! Groups.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Id, intern, listed, role_ids, word};
use crate::org::{self, GroupIx, Known, Org, Symbols, Text};
use crate::time::Time;

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Group<'a> {
    #[schemars(with = "String")]
    pub id: Text,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    #[schemars(with = "Option<String>")]
    pub name: Known<Text>,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    pub is_scim_managed: Known<bool>,
    #[serde(borrow, default, skip_serializing_if = "Known::is_missing")]
    pub group_type: Known<Id<'a>>,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    pub created_at: Known<Time>,
    #[serde(default = "listed", skip_serializing_if = "Clone::clone")]
    pub listed: bool,
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<Id<'a>>,
}

impl<'a> Group<'a> {
    pub fn of(org: &'a Org, at: GroupIx) -> Self {
        let group = org.group(at);
        Self {
            id: group.id.clone(),
            name: group.name.clone(),
            is_scim_managed: group.is_scim_managed,
            group_type: word(org, group.group_type),
            created_at: group.created_at,
            listed: group.listed,
            roles: role_ids(org, org.roles_of_group(at)),
        }
    }

    pub fn noun(self, symbols: &mut Symbols) -> org::Group {
        org::Group {
            id: self.id,
            name: self.name,
            is_scim_managed: self.is_scim_managed,
            group_type: intern(symbols, self.group_type),
            created_at: self.created_at,
            listed: self.listed,
        }
    }
}
