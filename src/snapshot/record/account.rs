//! Service accounts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Held, Id, group_ids, intern, project_id, word};
use crate::org::{self, Known, Org, ProjectIx, ServiceAccountIx, Symbols, Text};
use crate::time::Time;

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceAccount<'a> {
    #[serde(borrow)]
    pub project: Id<'a>,
    #[schemars(with = "String")]
    pub id: Text,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    #[schemars(with = "Option<String>")]
    pub name: Known<Text>,
    #[serde(borrow, default, skip_serializing_if = "Known::is_missing")]
    pub role: Known<Id<'a>>,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    pub created_at: Known<Time>,
    /// The groups that list it.
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Id<'a>>,
    /// What the API says of its roles in the project.
    #[serde(borrow, default, skip_serializing_if = "Held::is_empty")]
    pub held: Held<'a>,
}

impl<'a> ServiceAccount<'a> {
    pub fn of(org: &'a Org, at: ServiceAccountIx) -> Self {
        let account = org.service_account(at);
        Self {
            project: project_id(org, account.project),
            id: account.id.clone(),
            name: account.name.clone(),
            role: word(org, account.role),
            created_at: account.created_at,
            groups: group_ids(org, org.groups_of_account(at)),
            held: Held::of(org, org.assignments_of_account(at)),
        }
    }

    pub fn noun(self, symbols: &mut Symbols, project: ProjectIx) -> org::ServiceAccount {
        org::ServiceAccount {
            id: self.id,
            project,
            name: self.name,
            role: intern(symbols, self.role),
            created_at: self.created_at,
        }
    }
}
