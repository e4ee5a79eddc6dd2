//! JSON as OpenAI sends it. Tolerant of everything but a missing id: fields come and go, `null` stands where the
//! specification has a value, times are integers, fractions or digits in quotes.

use serde::{Deserialize, Deserializer};

use crate::org::{Known, Text, Time};

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
    data: Option<Vec<T>>,
    has_more: Option<bool>,
    #[serde(default)]
    next: Known<String>,
    #[serde(default)]
    last_id: Known<String>,
}

impl<T> TryFrom<Sent<T>> for Page<T> {
    type Error = &'static str;

    fn try_from(Sent { data, has_more, next, last_id }: Sent<T>) -> Result<Self, Self::Error> {
        let data = data.ok_or("`data` is missing")?;
        Ok(Self { data, has_more, next, last_id })
    }
}

/// A thing in a list.
pub trait Item {
    /// What tells it from the others, and may serve as a cursor.
    fn id(&self) -> &str;
}

/// A role, listed or assigned.
#[derive(Clone, Debug, Deserialize)]
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
#[derive(Clone, Debug, Deserialize)]
pub struct AssignmentSource {
    pub principal_id: String,
    pub principal_type: String,
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

macro_rules! items {
    ($($item:ty),*) => {
        $(impl Item for $item {
            fn id(&self) -> &str {
                &self.id
            }
        })*
    };
}

items!(Role, User, Group, Member);

/// A time in seconds: an integer, a number with a fraction (which is dropped), or digits in quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
        let no_time = |what: &str| serde::de::Error::custom(format!("`{what}` is no time"));
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
            // Of this kind an answer has another shape than documented; it is neither kept nor asked for again.
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
