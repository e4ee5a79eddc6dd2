//! The lines of a snapshot as they stand in the file. Fields that the API left out are left out here too.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use super::header::Header;
use serde::de::{Deserialize, Deserializer, Visitor};
use serde::{Deserialize as DeriveDeserialize, Serialize};

use crate::org::{Known, Text};
use crate::time::Time;

/// A line.
#[derive(Serialize, DeriveDeserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Line<'a> {
    Rolelint(Header),
    #[serde(borrow)]
    Role(Role<'a>),
    #[serde(borrow)]
    Group(Group<'a>),
    #[serde(borrow)]
    User(Box<User<'a>>),
    #[serde(borrow)]
    Project(Project<'a>),
    #[serde(borrow)]
    ProjectUser(ProjectUser<'a>),
    #[serde(borrow)]
    ProjectGroup(ProjectGroup<'a>),
    #[serde(borrow)]
    ServiceAccount(ServiceAccount<'a>),
    #[serde(borrow)]
    ApiKey(ApiKey<'a>),
    #[serde(borrow)]
    AdminApiKey(AdminApiKey<'a>),
    #[serde(borrow)]
    Invite(Invite<'a>),
    End(End),
}

/// The last line.
#[derive(Debug, PartialEq, Eq, Serialize, DeriveDeserialize)]
#[serde(deny_unknown_fields)]
pub struct End {
    pub roles: usize,
    pub groups: usize,
    pub users: usize,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub projects: usize,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub project_users: usize,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub project_groups: usize,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub service_accounts: usize,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub api_keys: usize,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub admin_api_keys: usize,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub invites: usize,
    pub digest: String,
}

#[derive(Serialize, DeriveDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Role<'a> {
    pub id: Text,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    pub name: Known<Text>,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
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
    pub created_by: Known<Text>,
    #[serde(default = "yes", skip_serializing_if = "Clone::clone")]
    pub listed: bool,
}

#[derive(Serialize, DeriveDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Group<'a> {
    pub id: Text,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    pub name: Known<Text>,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    pub is_scim_managed: Known<bool>,
    #[serde(borrow, default, skip_serializing_if = "Known::is_missing")]
    pub group_type: Known<Id<'a>>,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    pub created_at: Known<Time>,
    #[serde(default = "yes", skip_serializing_if = "Clone::clone")]
    pub listed: bool,
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<Id<'a>>,
}

#[derive(Serialize, DeriveDeserialize)]
#[serde(deny_unknown_fields)]
pub struct User<'a> {
    pub id: Text,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    pub name: Known<Text>,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    pub email: Known<Text>,
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
    #[serde(default = "yes", skip_serializing_if = "Clone::clone")]
    pub listed: bool,
    /// The groups that list the user.
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Id<'a>>,
    /// What the API says of the user's roles in the organization.
    #[serde(borrow, default, skip_serializing_if = "Held::is_empty")]
    pub held: Held<'a>,
}

/// The roles of a principal as the API lists them.
#[derive(Default, Serialize, DeriveDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Held<'a> {
    /// Roles without a stated source.
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    pub unstated: Vec<Id<'a>>,
    /// Those that the API says are the principal's own.
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    pub direct: Vec<Id<'a>>,
    /// Those that the API says are inherited, without naming a group.
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    pub inherited: Vec<Id<'a>>,
    /// Those that the API says are inherited from a group, by group.
    #[serde(borrow, default, skip_serializing_if = "BTreeMap::is_empty")]
    pub group: BTreeMap<Id<'a>, Vec<Id<'a>>>,
}

impl Held<'_> {
    fn is_empty(&self) -> bool {
        self.unstated.is_empty() && self.direct.is_empty() && self.inherited.is_empty() && self.group.is_empty()
    }
}

#[derive(Serialize, DeriveDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Project<'a> {
    pub id: Text,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    pub name: Known<Text>,
    #[serde(borrow, default, skip_serializing_if = "Known::is_missing")]
    pub status: Known<Id<'a>>,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    pub created_at: Known<Time>,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    pub archived_at: Known<Time>,
    /// The roles that its list has.
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<Id<'a>>,
}

#[derive(Serialize, DeriveDeserialize)]
#[serde(deny_unknown_fields)]
pub struct ProjectUser<'a> {
    #[serde(borrow)]
    pub project: Id<'a>,
    #[serde(borrow)]
    pub user: Id<'a>,
    #[serde(borrow, default, skip_serializing_if = "Known::is_missing")]
    pub role: Known<Id<'a>>,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    pub added_at: Known<Time>,
    /// What the API says of the user's roles in the project.
    #[serde(borrow, default, skip_serializing_if = "Held::is_empty")]
    pub held: Held<'a>,
}

#[derive(Serialize, DeriveDeserialize)]
#[serde(deny_unknown_fields)]
pub struct ProjectGroup<'a> {
    #[serde(borrow)]
    pub project: Id<'a>,
    #[serde(borrow)]
    pub group: Id<'a>,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    pub created_at: Known<Time>,
    /// The group's roles in the project.
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<Id<'a>>,
}

#[derive(Serialize, DeriveDeserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceAccount<'a> {
    #[serde(borrow)]
    pub project: Id<'a>,
    pub id: Text,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
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

#[derive(Serialize, DeriveDeserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiKey<'a> {
    #[serde(borrow)]
    pub project: Id<'a>,
    pub id: Text,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
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

#[derive(Serialize, DeriveDeserialize)]
#[serde(deny_unknown_fields)]
pub struct AdminApiKey<'a> {
    pub id: Text,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    pub name: Known<Text>,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    pub created_at: Known<Time>,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    pub expires_at: Known<Time>,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    pub last_used_at: Known<Time>,
    #[serde(borrow)]
    pub owner: Owner<'a>,
    #[serde(default = "yes", skip_serializing_if = "Clone::clone")]
    pub told_apart: bool,
}

/// The owner of a key.
#[derive(Serialize, DeriveDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Owner<'a> {
    #[serde(rename = "type", borrow, default, skip_serializing_if = "Known::is_missing")]
    pub kind: Known<Id<'a>>,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    pub id: Known<Text>,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    pub name: Known<Text>,
}

#[derive(Serialize, DeriveDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Invite<'a> {
    pub id: Text,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    pub email: Known<Text>,
    #[serde(borrow, default, skip_serializing_if = "Known::is_missing")]
    pub role: Known<Id<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Known::is_missing")]
    pub status: Known<Id<'a>>,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    pub created_at: Known<Time>,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    pub expires_at: Known<Time>,
    #[serde(default, skip_serializing_if = "Known::is_missing")]
    pub accepted_at: Known<Time>,
    #[serde(borrow, default, skip_serializing_if = "Known::is_missing")]
    pub projects: Known<Vec<InvitedProject<'a>>>,
}

#[derive(Serialize, DeriveDeserialize)]
#[serde(deny_unknown_fields)]
pub struct InvitedProject<'a> {
    pub id: Text,
    #[serde(borrow, default, skip_serializing_if = "Known::is_missing")]
    pub role: Known<Id<'a>>,
}

/// A text that is looked up and not stored. It is borrowed from the line unless it contains an escape.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Id<'a>(pub Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Id<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct IdVisitor;
        impl<'de> Visitor<'de> for IdVisitor {
            type Value = Id<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Id(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Id(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(IdVisitor)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// Nearly everything is listed, so only the exceptions are marked.
fn yes() -> bool {
    true
}
