//! JSON as OpenAI sends it. Tolerant of everything but a missing id: fields come and go, `null` stands where the
//! specification has a value, times are integers, fractions or digits in quotes.

use serde::{Deserialize, Deserializer};

use crate::org::{Known, Text};
use crate::time::Time;

/// A page of a list, in either envelope.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Sent<T>", bound = "T: Deserialize<'de>")]
pub struct Page<T> {
    pub data: Vec<T>,
    pub has_more: Option<bool>,
    pub next: Known<String>,
    pub last_id: Known<String>,
}

/// A page as it comes. One without `data` is no page: what it does not say must not be read as an empty list.
#[derive(Deserialize)]
struct Sent<T> {
    #[serde(default)]
    object: Known<serde_json::Value>,
    data: Option<Vec<T>>,
    #[serde(default, alias = "errors")]
    error: Fault,
    #[serde(default, alias = "truncated", alias = "incomplete")]
    partial: Fault,
    has_more: Option<bool>,
    #[serde(default)]
    next: Known<String>,
    #[serde(default)]
    last_id: Known<String>,
}

/// What says that a page is not all that was asked for, unless it is `null`, false or empty.
#[derive(Default)]
struct Fault(bool);

impl<'de> Deserialize<'de> for Fault {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde_json::Value;
        Ok(Self(match Value::deserialize(deserializer)? {
            Value::Null => false,
            Value::Bool(told) => told,
            Value::Number(count) => count.as_f64() != Some(0.0),
            Value::String(text) => !text.is_empty(),
            Value::Array(list) => !list.is_empty(),
            Value::Object(object) => !object.is_empty(),
        }))
    }
}

impl<T> TryFrom<Sent<T>> for Page<T> {
    type Error = &'static str;

    fn try_from(sent: Sent<T>) -> Result<Self, Self::Error> {
        let Sent { object, data, error, partial, has_more, next, last_id } = sent;
        let data = data.ok_or("`data` is missing")?;
        if error.0 {
            return Err("an error stands beside `data`");
        }
        if partial.0 {
            return Err("it says itself that it is not the whole page");
        }
        if object.value().is_some_and(|object| object != "list") {
            return Err("`object` is not `list`");
        }
        Ok(Self { data, has_more, next, last_id })
    }
}

/// A thing in a list.
pub trait Item {
    /// What tells it from the others, and may serve as a cursor.
    fn id(&self) -> &str;
}

/// A role, listed or assigned.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
pub struct Role {
    pub id: String,
    #[serde(default)]
    pub name: Known<Text>,
    #[serde(default)]
    pub description: Known<Text>,
    #[serde(default)]
    pub permissions: Known<Vec<String>>,
    #[serde(default)]
    pub predefined_role: Known<bool>,
    #[serde(default)]
    pub resource_type: Known<String>,
    #[serde(default)]
    pub created_at: Known<Stamp>,
    #[serde(default)]
    pub updated_at: Known<Stamp>,
    #[serde(default)]
    pub created_by: Known<Text>,
    /// Of an assigned role: the principals that it is inherited from, in answers since 2026.
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
#[derive(Clone, Debug, Deserialize)]
pub struct User {
    pub id: String,
    #[serde(default)]
    pub name: Known<Text>,
    #[serde(default)]
    pub email: Known<Text>,
    #[serde(default)]
    pub role: Known<String>,
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
#[derive(Clone, Debug, Default, Deserialize)]
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
#[derive(Clone, Debug, Deserialize)]
pub struct Group {
    pub id: String,
    #[serde(default)]
    pub name: Known<Text>,
    #[serde(default)]
    pub is_scim_managed: Known<bool>,
    #[serde(default)]
    pub group_type: Known<String>,
    #[serde(default)]
    pub created_at: Known<Stamp>,
}

/// A member of a group.
#[derive(Clone, Debug, Deserialize)]
pub struct Member {
    pub id: String,
    #[serde(default)]
    pub name: Known<Text>,
    #[serde(default)]
    pub email: Known<Text>,
    #[serde(default)]
    pub is_service_account: Known<bool>,
}

/// A project.
#[derive(Clone, Debug, Deserialize)]
pub struct Project {
    pub id: String,
    #[serde(default)]
    pub name: Known<Text>,
    #[serde(default)]
    pub status: Known<String>,
    #[serde(default)]
    pub created_at: Known<Stamp>,
    #[serde(default)]
    pub archived_at: Known<Stamp>,
}

impl Project {
    /// Whether it has come to its end.
    pub fn is_archived(&self) -> bool {
        self.status.value().is_some_and(|status| status == "archived")
    }
}

/// A user of a project.
#[derive(Clone, Debug, Deserialize)]
pub struct ProjectUser {
    pub id: String,
    #[serde(default)]
    pub name: Known<Text>,
    #[serde(default)]
    pub email: Known<Text>,
    #[serde(default)]
    pub role: Known<String>,
    #[serde(default)]
    pub added_at: Known<Stamp>,
}

/// A group of a project.
#[derive(Clone, Debug, Deserialize)]
pub struct ProjectGroup {
    pub group_id: String,
    #[serde(default)]
    pub group_name: Known<Text>,
    #[serde(default)]
    pub group_type: Known<String>,
    #[serde(default)]
    pub created_at: Known<Stamp>,
}

/// A service account.
#[derive(Clone, Debug, Deserialize)]
pub struct ServiceAccount {
    pub id: String,
    #[serde(default)]
    pub name: Known<Text>,
    #[serde(default)]
    pub role: Known<String>,
    #[serde(default)]
    pub created_at: Known<Stamp>,
}

/// A key, of a project or of the Admin API.
#[derive(Clone, Debug, Deserialize)]
pub struct ApiKey {
    pub id: String,
    #[serde(default)]
    pub name: Known<Text>,
    #[serde(default)]
    pub created_at: Known<Stamp>,
    #[serde(default)]
    pub expires_at: Known<Stamp>,
    #[serde(default)]
    pub last_used_at: Known<Stamp>,
    #[serde(default)]
    pub owner_project_access: Known<String>,
    #[serde(default)]
    pub owner: Known<Owner>,
}

/// Whose a key is: of a project key, under the name of its type; of an admin key, here.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Owner {
    #[serde(default, rename = "type")]
    pub kind: Known<String>,
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
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Named {
    #[serde(default)]
    pub id: Known<Text>,
    #[serde(default)]
    pub name: Known<Text>,
}

/// An invitation.
#[derive(Clone, Debug, Deserialize)]
pub struct Invite {
    pub id: String,
    #[serde(default)]
    pub email: Known<Text>,
    #[serde(default)]
    pub role: Known<String>,
    #[serde(default)]
    pub status: Known<String>,
    #[serde(default)]
    pub created_at: Known<Stamp>,
    #[serde(default)]
    pub expires_at: Known<Stamp>,
    #[serde(default)]
    pub accepted_at: Known<Stamp>,
    #[serde(default)]
    pub projects: Known<Vec<InvitedProject>>,
}

/// A project that comes with an invitation.
#[derive(Clone, Debug, Deserialize)]
pub struct InvitedProject {
    pub id: Text,
    #[serde(default)]
    pub role: Known<String>,
}

/// What happened, as the audit log tells it.
#[derive(Clone, Debug, Deserialize)]
pub struct Event {
    pub id: String,
    #[serde(rename = "type")]
    pub type_: String,
    pub effective_at: Stamp,
    /// What it says, under the name of its type, and everything else.
    #[serde(flatten)]
    rest: serde_json::Map<String, serde_json::Value>,
}

impl Event {
    /// The ids of what it is about: not of who did it, nor where.
    pub fn ids(&self) -> Vec<&str> {
        let said = self.rest.get(&self.type_).and_then(serde_json::Value::as_object);
        let ids = ["id", "principal_id", "user_id", "group_id", "role_id"];
        ids.iter().filter_map(|name| said?.get(*name)?.as_str()).filter(|id| !id.is_empty()).collect()
    }

    /// Whether what it tells of can bear on who holds which role.
    pub fn bears_on_access(&self) -> bool {
        let kinds = ["role.", "user.", "group.", "service_account.", "project.", "scim."];
        kinds.iter().any(|kind| self.type_.starts_with(kind))
    }
}

/// A thing of which no more than the id matters.
#[derive(Clone, Debug, Deserialize)]
pub struct Thing {
    #[serde(alias = "group_id")]
    pub id: String,
}

macro_rules! items {
    ($($item:ty),*) => {
        $(impl Item for $item {
            fn id(&self) -> &str {
                &self.id
            }
        })*
    };
}

items!(Role, User, Group, Member, Project, ProjectUser, ServiceAccount, ApiKey, Invite, Event, Thing);

impl Item for ProjectGroup {
    fn id(&self) -> &str {
        &self.group_id
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

    #[test]
    fn the_examples_of_both_documentations_are_understood() {
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
    fn a_page_without_data_is_no_page() {
        for text in ["{}", r#"{"data":null,"has_more":false}"#, r#"{"error":{"message":"not today"}}"#] {
            let error = serde_json::from_str::<Page<Role>>(text).expect_err(text);
            // Of this kind an answer does not match the documented shape; it is neither kept nor asked for again.
            assert!(error.is_data() && error.to_string().contains("`data` is missing"), "{error}");
        }
    }

    #[test]
    fn an_item_without_an_id_is_refused() {
        for text in [r#"{"name":"x"}"#, r#"{"id":null}"#, r#"{"id":5}"#] {
            serde_json::from_str::<Role>(text).expect_err(text);
        }
    }
}
