//! Roles.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Id, id, intern, listed, word};
use crate::org::{self, Known, Org, Symbols, Text};
use crate::time::Time;

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Role<'a> {
    #[schemars(with = "String")]
    pub id: Text,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    #[schemars(with = "Option<String>")]
    pub name: Known<Text>,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    #[schemars(with = "Option<String>")]
    pub description: Known<Text>,
    #[serde(borrow, default, skip_serializing_if = "Known::is_missing")]
    pub permissions: Known<Vec<Id<'a>>>,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    pub predefined_role: Known<bool>,
    #[serde(borrow, default, skip_serializing_if = "Known::is_missing")]
    pub resource_type: Known<Id<'a>>,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    pub created_at: Known<Time>,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    pub updated_at: Known<Time>,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    #[schemars(with = "Option<String>")]
    pub created_by: Known<Text>,
    #[serde(default = "listed", skip_serializing_if = "Clone::clone")]
    pub listed: bool,
}

impl<'a> Role<'a> {
    pub fn of(org: &'a Org, role: &org::Role) -> Self {
        let permissions = role.permissions.as_ref().map(|permissions| {
            let mut texts: Vec<Id<'_>> = permissions.iter().map(|&word| id(org.symbols.text(word))).collect();
            texts.sort();
            texts
        });
        Self {
            id: role.id.clone(),
            name: role.name.clone(),
            description: role.description.clone(),
            permissions,
            predefined_role: role.predefined_role,
            resource_type: word(org, role.resource_type),
            created_at: role.created_at,
            updated_at: role.updated_at,
            created_by: role.created_by.clone(),
            listed: role.listed,
        }
    }

    pub fn noun(self, symbols: &mut Symbols) -> Result<org::Role, String> {
        let permissions = match self.permissions {
            Known::Missing => Known::Missing,
            Known::Value(permissions) if permissions.is_sorted_by(|a, b| a < b) => {
                Known::Value(permissions.iter().map(|permission| symbols.intern(&permission.0)).collect())
            }
            Known::Value(_) | Known::Null => return Err("permissions that are not a sorted list".to_owned()),
        };
        Ok(org::Role {
            id: self.id,
            name: self.name,
            description: self.description,
            permissions,
            predefined_role: self.predefined_role,
            resource_type: intern(symbols, self.resource_type),
            created_at: self.created_at,
            updated_at: self.updated_at,
            created_by: self.created_by,
            listed: self.listed,
        })
    }
}
