//! JSON as OpenAI sends it. Everything except a missing id is tolerated: fields come and go, `null` appears where the
//! specification has a value, and times are integers, fractions or digits in quotes. It is long because the
//! API lists many kinds of things.

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

/// An object, each of whose fields may be missing or `null`; with a name in brackets, also an id, which may not.
macro_rules! object {
    ($(#[$about:meta])* $object:ident $(($id:ident))? { $($(#[$meaning:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Deserialize)]
        pub struct $object {
            $(pub $id: Text,)?
            $($(#[$meaning])* #[serde(default)] pub $field: Known<$type>,)*
        }
    };
}

/// An object in a list, maybe with an object in it. Copies are merged field by field.
macro_rules! item {
    (
        $(#[$about:meta])* $item:ident($id:ident) { $($(#[$meaning:meta])* $field:ident: $type:ty,)* }
        $($(#[$within:meta])* with $inner:ident: $object:ident { $($part:ident: $kind:ty,)* })?
    ) => {
        object! {
            $(#[$about])*
            $item($id) {
                $($(#[$meaning])* $field: $type,)*
                $($(#[$within])* $inner: $object,)?
            }
        }

        $(object! {
            $(#[$within])*
            #[derive(Default)]
            $object { $($part: $kind,)* }
        })?

        impl Item for $item {
            fn id(&self) -> &str {
                &self.$id
            }

            fn settle(&mut self, others: &[Self]) -> Vec<&'static str> {
                let differ = settle_fields!(self, others; $($field),*);
                $(
                    let mut differ = differ;
                    let objects: Vec<&$object> = others.iter().filter_map(|other| other.$inner.value()).collect();
                    if !objects.is_empty() {
                        let mut object = self.$inner.value().cloned().unwrap_or_default();
                        differ.extend(settle_fields!(object, objects; $($part),*));
                        self.$inner = Known::Value(object);
                    }
                )?
                differ
            }
        }
    };
}

object! {
    /// A role, listed or assigned.
    #[derive(Default, Eq, PartialOrd, Ord, Hash)]
    Role(id) {
        name: Text,
        description: Text,
        permissions: Vec<Text>,
        predefined_role: bool,
        resource_type: Text,
        created_at: Stamp,
        updated_at: Stamp,
        created_by: Text,
        /// For an assigned role: the principals that it is inherited from, in responses since 2026.
        assignment_sources: Vec<AssignmentSource>,
    }
}

/// Where an assigned role comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
pub struct AssignmentSource {
    pub principal_id: Text,
    pub principal_type: Text,
}

item! {
    /// A user of the organization.
    #[derive(Default)]
    User(id) {
        name: Text,
        email: Text,
        role: Text,
        is_service_account: bool,
        is_scim_managed: bool,
        added_at: Stamp,
        created: Stamp,
        api_key_last_used_at: Stamp,
        /// The projects that the user belongs to, in some responses.
        projects: InProjects,
    }
    /// The account behind the membership.
    with user: Account {
        name: Text,
        email: Text,
        enabled: bool,
        banned: bool,
    }
}

object! {
    /// The projects of a user.
    #[derive(Default)]
    InProjects {
        data: Vec<InProject>,
    }
}

object! {
    /// A project of a user. What its `role` may be, nobody documents.
    InProject {
        id: Text,
    }
}

item! {
    /// A group.
    Group(id) {
        name: Text,
        is_scim_managed: bool,
        group_type: Text,
        created_at: Stamp,
    }
}

item! {
    /// A member of a group.
    Member(id) {
        name: Text,
        email: Text,
        is_service_account: bool,
    }
}

item! {
    /// A project.
    Project(id) {
        name: Text,
        status: Text,
        created_at: Stamp,
        archived_at: Stamp,
    }
}

impl Project {
    /// Whether it is archived.
    pub fn is_archived(&self) -> bool {
        self.status.value().is_some_and(|status| status == "archived")
    }
}

item! {
    /// A user of a project.
    ProjectUser(id) {
        name: Text,
        email: Text,
        role: Text,
        added_at: Stamp,
    }
}

item! {
    /// A group of a project.
    ProjectGroup(group_id) {
        project_id: Text,
        group_name: Text,
        group_type: Text,
        created_at: Stamp,
    }
}

item! {
    /// A service account.
    ServiceAccount(id) {
        name: Text,
        role: Text,
        created_at: Stamp,
    }
}

item! {
    /// A key, of a project or of the Admin API.
    ApiKey(id) {
        name: Text,
        created_at: Stamp,
        expires_at: Stamp,
        last_used_at: Stamp,
        owner_project_access: Text,
        owner: Owner,
    }
}

object! {
    /// The owner of a key: a project key has it under the name of its type, an admin key has it here.
    #[derive(Default)]
    Owner {
        #[serde(rename = "type")]
        kind: Text,
        id: Text,
        name: Text,
        user: Named,
        service_account: Named,
    }
}

object! {
    /// Somebody by id and name.
    #[derive(Default)]
    Named {
        id: Text,
        name: Text,
    }
}

item! {
    /// An invitation.
    Invite(id) {
        email: Text,
        role: Text,
        status: Text,
        created_at: Stamp,
        expires_at: Stamp,
        accepted_at: Stamp,
        projects: Vec<InvitedProject>,
    }
}

object! {
    /// A project of an invitation.
    InvitedProject(id) {
        role: Text,
    }
}

/// A thing; only its id matters.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Thing {
    #[serde(alias = "group_id")]
    pub id: Text,
}

impl Item for Role {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Item for Thing {
    fn id(&self) -> &str {
        &self.id
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
