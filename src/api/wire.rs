//! JSON as OpenAI sends it. Everything except a missing id is tolerated: fields come and go, `null` appears where the
//! specification has a value, and times are integers, fractions or digits in quotes. It is long because each thing that
//! the API lists has its struct.

use serde::{Deserialize, Deserializer};

use crate::org::{Known, Text, settle_fields};
use crate::time::Time;

/// A thing in a list.
pub trait Item: PartialEq {
    /// Its id, which may also serve as a cursor.
    fn id(&self) -> &str;

    /// Adds what further copies in the list say. Fields that differ become unknown, and their names are returned. Roles
    /// are merged in the assembly; for other things without an implementation, only the id matters.
    fn settle(&mut self, _others: &[Self]) -> Vec<&'static str>
    where
        Self: Sized,
    {
        Vec::new()
    }
}

/// A role, listed or assigned.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
pub struct Role {
    pub id: Text,
    #[serde(default)]
    pub name: Known<Text>,
    #[serde(default)]
    pub description: Known<Text>,
    #[serde(default)]
    pub permissions: Known<Vec<Text>>,
    #[serde(default)]
    pub predefined_role: Known<bool>,
    #[serde(default)]
    pub resource_type: Known<Text>,
    #[serde(default)]
    pub created_at: Known<Stamp>,
    #[serde(default)]
    pub updated_at: Known<Stamp>,
    #[serde(default)]
    pub created_by: Known<Text>,
    /// For an assigned role: the principals that it is inherited from, in responses since 2026.
    #[serde(default)]
    pub assignment_sources: Known<Vec<AssignmentSource>>,
}

/// Where an assigned role comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
pub struct AssignmentSource {
    pub principal_id: Text,
    pub principal_type: Text,
}

/// A user of the organization.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct User {
    pub id: Text,
    #[serde(default)]
    pub name: Known<Text>,
    #[serde(default)]
    pub email: Known<Text>,
    #[serde(default)]
    pub role: Known<Text>,
    #[serde(default)]
    pub is_service_account: Known<bool>,
    #[serde(default)]
    pub is_scim_managed: Known<bool>,
    #[serde(default)]
    pub added_at: Known<Stamp>,
    #[serde(default)]
    pub created: Known<Stamp>,
    #[serde(default)]
    pub api_key_last_used_at: Known<Stamp>,
    /// The account behind the membership.
    #[serde(default)]
    pub user: Known<Account>,
}

/// The account of a user.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Account {
    #[serde(default)]
    pub name: Known<Text>,
    #[serde(default)]
    pub email: Known<Text>,
    #[serde(default)]
    pub enabled: Known<bool>,
    #[serde(default)]
    pub banned: Known<bool>,
}

/// A group.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Group {
    pub id: Text,
    #[serde(default)]
    pub name: Known<Text>,
    #[serde(default)]
    pub is_scim_managed: Known<bool>,
    #[serde(default)]
    pub group_type: Known<Text>,
    #[serde(default)]
    pub created_at: Known<Stamp>,
}

/// A member of a group.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Member {
    pub id: Text,
    #[serde(default)]
    pub name: Known<Text>,
    #[serde(default)]
    pub email: Known<Text>,
    #[serde(default)]
    pub is_service_account: Known<bool>,
}

/// A project.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Project {
    pub id: Text,
    #[serde(default)]
    pub name: Known<Text>,
    #[serde(default)]
    pub status: Known<Text>,
    #[serde(default)]
    pub created_at: Known<Stamp>,
    #[serde(default)]
    pub archived_at: Known<Stamp>,
}

impl Project {
    /// Whether it is archived.
    pub fn is_archived(&self) -> bool {
        self.status.value().is_some_and(|status| status == "archived")
    }
}

/// A user of a project.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ProjectUser {
    pub id: Text,
    #[serde(default)]
    pub name: Known<Text>,
    #[serde(default)]
    pub email: Known<Text>,
    #[serde(default)]
    pub role: Known<Text>,
    #[serde(default)]
    pub added_at: Known<Stamp>,
}

/// A group of a project.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ProjectGroup {
    pub group_id: Text,
    #[serde(default)]
    pub group_name: Known<Text>,
    #[serde(default)]
    pub group_type: Known<Text>,
    #[serde(default)]
    pub created_at: Known<Stamp>,
}

/// A service account.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ServiceAccount {
    pub id: Text,
    #[serde(default)]
    pub name: Known<Text>,
    #[serde(default)]
    pub role: Known<Text>,
    #[serde(default)]
    pub created_at: Known<Stamp>,
}

/// A key, of a project or of the Admin API.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ApiKey {
    pub id: Text,
    #[serde(default)]
    pub name: Known<Text>,
    #[serde(default)]
    pub created_at: Known<Stamp>,
    #[serde(default)]
    pub expires_at: Known<Stamp>,
    #[serde(default)]
    pub last_used_at: Known<Stamp>,
    #[serde(default)]
    pub owner_project_access: Known<Text>,
    #[serde(default)]
    pub owner: Known<Owner>,
}

/// The owner of a key: a project key has it under the name of its type, an admin key has it here.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Owner {
    #[serde(default, rename = "type")]
    pub kind: Known<Text>,
    #[serde(default)]
    pub id: Known<Text>,
    #[serde(default)]
    pub name: Known<Text>,
    #[serde(default)]
    pub user: Known<Named>,
    #[serde(default)]
    pub service_account: Known<Named>,
}

/// Somebody by id and name.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Named {
    #[serde(default)]
    pub id: Known<Text>,
    #[serde(default)]
    pub name: Known<Text>,
}

/// An invitation.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Invite {
    pub id: Text,
    #[serde(default)]
    pub email: Known<Text>,
    #[serde(default)]
    pub role: Known<Text>,
    #[serde(default)]
    pub status: Known<Text>,
    #[serde(default)]
    pub created_at: Known<Stamp>,
    #[serde(default)]
    pub expires_at: Known<Stamp>,
    #[serde(default)]
    pub accepted_at: Known<Stamp>,
    #[serde(default)]
    pub projects: Known<Vec<InvitedProject>>,
}

/// A project of an invitation.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct InvitedProject {
    pub id: Text,
    #[serde(default)]
    pub role: Known<Text>,
}

/// A thing; only its id matters.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Thing {
    #[serde(alias = "group_id")]
    pub id: Text,
}

macro_rules! item {
    ($item:ty: $id:ident) => {
        impl Item for $item {
            fn id(&self) -> &str {
                &self.$id
            }
        }
    };
    ($item:ty: $id:ident, $($field:ident),*) => {
        impl Item for $item {
            fn id(&self) -> &str {
                &self.$id
            }

            fn settle(&mut self, others: &[Self]) -> Vec<&'static str> {
                settle_fields!(self, others; $($field),*)
            }
        }
    };
}

item!(Role: id);
item!(Group: id, name, is_scim_managed, group_type, created_at);
item!(Member: id, name, email, is_service_account);
item!(Project: id, name, status, created_at, archived_at);
item!(ProjectUser: id, name, email, role, added_at);
item!(ProjectGroup: group_id, group_name, group_type, created_at);
item!(ServiceAccount: id, name, role, created_at);
item!(ApiKey: id, name, created_at, expires_at, last_used_at, owner_project_access, owner);
item!(Invite: id, email, role, status, created_at, expires_at, accepted_at, projects);
item!(Thing: id);

impl Item for User {
    fn id(&self) -> &str {
        &self.id
    }

    fn settle(&mut self, others: &[Self]) -> Vec<&'static str> {
        let mut differ = settle_fields!(
            self, others;
            name, email, role, is_service_account, is_scim_managed, added_at, created, api_key_last_used_at
        );
        let accounts: Vec<&Account> = others.iter().filter_map(|other| other.user.value()).collect();
        if !accounts.is_empty() {
            let mut account = self.user.value().cloned().unwrap_or_default();
            differ.extend(settle_fields!(account, accounts; name, email, enabled, banned));
            self.user = Known::Value(account);
        }
        differ
    }
}

/// A time in seconds: an integer, a number with a fraction (which is dropped), or digits in quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stamp(pub Time);

impl<'de> Deserialize<'de> for Stamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Whole(i64),
            Fraction(f64),
            Digits(String),
        }
        let no_time = |what: &str| serde::de::Error::custom(format!("`{what}` is not a timestamp"));
        match Written::deserialize(deserializer)? {
            Written::Whole(seconds) => Ok(Self(seconds)),
            #[expect(clippy::cast_possible_truncation, reason = "the range is checked, the fraction is to be dropped")]
            Written::Fraction(seconds) if seconds.abs() < 1e15 => Ok(Self(seconds as i64)),
            Written::Fraction(seconds) => Err(no_time(&seconds.to_string())),
            Written::Digits(text) => text.parse().map(Self).map_err(|_| no_time(&text)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::page::Page;

    #[test]
    fn the_examples_in_both_documentations_are_understood() {
        let older = r#"{"object":"list","has_more":false,"next":null,"data":[{"id":"role_01J1F8ROLE01","name":"API Group Manager",
            "permissions":["api.groups.read","api.groups.write"],"resource_type":"api.organization","predefined_role":false,
            "description":"Allows managing organization groups","created_at":1711471533,"updated_at":1711472599,
            "created_by":"user_abc123","created_by_user_obj":{"id":"user_abc123"},"metadata":{}}]}"#;
        let page: Page<Role> = serde_json::from_str(older).expect("the older shape");
        let role = &page.data[0];
        assert!(role.assignment_sources.is_missing());
        assert_eq!(role.created_at, Known::Value(Stamp(1_711_471_533)));

        let today = r#"{"id":"r","permissions":[],"description":null,"created_at":1711471533.7,"updated_at":"5","new":1,
            "assignment_sources":[{"principal_id":"g","principal_type":"tenant_group","more":{}}]}"#;
        let role: Role = serde_json::from_str(today).expect("today's shape");
        assert_eq!(role.description, Known::Null);
        assert_eq!(role.created_at, Known::Value(Stamp(1_711_471_533)));
        assert_eq!(role.updated_at, Known::Value(Stamp(5)));
        assert!(role.name.is_missing());
        assert_eq!(role.assignment_sources.value().expect("there")[0].principal_id, "g");
    }

    #[test]
    fn an_item_without_an_id_is_refused() {
        for text in [r#"{"name":"x"}"#, r#"{"id":null}"#, r#"{"id":5}"#] {
            serde_json::from_str::<Role>(text).expect_err(text);
        }
    }
}
