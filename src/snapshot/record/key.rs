//! Keys of projects, admin keys, and their owners.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Id, intern, listed, project_id, word};
use crate::org::{self, Known, Org, ProjectIx, Symbols, Text};
use crate::time::Time;

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApiKey<'a> {
    #[serde(borrow)]
    pub project: Id<'a>,
    #[schemars(with = "String")]
    pub id: Text,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    #[schemars(with = "Option<String>")]
    pub name: Known<Text>,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    pub created_at: Known<Time>,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    pub last_used_at: Known<Time>,
    #[serde(borrow, default, skip_serializing_if = "Known::is_missing")]
    pub owner_project_access: Known<Id<'a>>,
    #[serde(borrow)]
    pub owner: Owner<'a>,
}

impl<'a> ApiKey<'a> {
    pub fn of(org: &'a Org, key: &org::ApiKey) -> Self {
        Self {
            project: project_id(org, key.project),
            id: key.id.clone(),
            name: key.name.clone(),
            created_at: key.created_at,
            last_used_at: key.last_used_at,
            owner_project_access: word(org, key.owner_project_access),
            owner: Owner::of(org, &key.owner),
        }
    }

    pub fn noun(self, symbols: &mut Symbols, project: ProjectIx) -> org::ApiKey {
        org::ApiKey {
            id: self.id,
            project,
            name: self.name,
            created_at: self.created_at,
            last_used_at: self.last_used_at,
            owner_project_access: intern(symbols, self.owner_project_access),
            owner: self.owner.noun(symbols),
        }
    }
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AdminApiKey<'a> {
    #[schemars(with = "String")]
    pub id: Text,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    #[schemars(with = "Option<String>")]
    pub name: Known<Text>,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    pub created_at: Known<Time>,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    pub expires_at: Known<Time>,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    pub last_used_at: Known<Time>,
    #[serde(borrow)]
    pub owner: Owner<'a>,
    #[serde(default = "listed", skip_serializing_if = "Clone::clone")]
    pub told_apart: bool,
}

impl<'a> AdminApiKey<'a> {
    pub fn of(org: &'a Org, key: &org::AdminApiKey) -> Self {
        Self {
            id: key.id.clone(),
            name: key.name.clone(),
            created_at: key.created_at,
            expires_at: key.expires_at,
            last_used_at: key.last_used_at,
            owner: Owner::of(org, &key.owner),
            told_apart: key.told_apart,
        }
    }

    pub fn noun(self, symbols: &mut Symbols) -> org::AdminApiKey {
        org::AdminApiKey {
            id: self.id,
            name: self.name,
            created_at: self.created_at,
            expires_at: self.expires_at,
            last_used_at: self.last_used_at,
            owner: self.owner.noun(symbols),
            told_apart: self.told_apart,
        }
    }
}

/// The owner of a key.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Owner<'a> {
    #[serde(rename = "type", borrow, default, skip_serializing_if = "Known::is_missing")]
    pub kind: Known<Id<'a>>,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    #[schemars(with = "Option<String>")]
    pub id: Known<Text>,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    #[schemars(with = "Option<String>")]
    pub name: Known<Text>,
}

impl<'a> Owner<'a> {
    fn of(org: &'a Org, owner: &org::Owner) -> Self {
        Self { kind: word(org, owner.kind), id: owner.id.clone(), name: owner.name.clone() }
    }

    fn noun(self, symbols: &mut Symbols) -> org::Owner {
        org::Owner { kind: intern(symbols, self.kind), id: self.id, name: self.name }
    }
}
