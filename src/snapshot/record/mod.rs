//! The lines of a snapshot as they stand in the file. Fields that the API left out are left out here too. A file for
//! each noun has its line, and how the noun becomes the line (`of`) and the line becomes the noun (`noun`).

mod account;
mod group;
mod invite;
mod key;
mod project;
mod role;
mod user;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::de::{Deserialize, Deserializer, Visitor};
use serde::{Deserialize as DeriveDeserialize, Serialize};

use super::header::Header;
use crate::org::{Assignment, GroupIx, Known, Org, Plain, ProjectIx, RoleIx, Symbol, Symbols, Text, Via};

pub use account::ServiceAccount;
pub use group::Group;
pub use invite::{Invite, InvitedProject};
pub use key::{AdminApiKey, ApiKey, Owner};
pub use project::{Project, ProjectGroup, ProjectUser};
pub use role::Role;
pub use user::User;

/// The line of a thing: what stands before the fields in the list, these fields, and what comes after.
macro_rules! line {
    ({ $line:ident { $($before:tt)* } { $($after:tt)* } }
     $($(#[$meaning:meta])* $field:ident: $kind:ident $default:tt,)*) => {
        #[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $line<'a> {
            $($before)*
            $(
                #[serde(default, skip_serializing_if = "crate::org::Known::is_missing")]
                pub $field: crate::org::Known<crate::org::field::Type<crate::org::field::$kind, Id<'a>, Id<'a>>>,
            )*
            $($after)*
        }
    };
}
use line;

/// A line.
#[derive(Serialize, DeriveDeserialize, JsonSchema)]
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
#[derive(Debug, PartialEq, Eq, Serialize, DeriveDeserialize, JsonSchema)]
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

/// The roles of a principal as the API lists them.
#[derive(Default, Serialize, DeriveDeserialize, JsonSchema)]
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

impl<'a> Held<'a> {
    fn of(org: &'a Org, assignments: &[Assignment]) -> Self {
        let by_way = |wanted: Via| {
            sorted(assignments.iter().filter(|a| a.via() == wanted).map(|assignment| role_id(org, assignment.role)))
        };
        let mut group: BTreeMap<Id<'_>, Vec<Id<'_>>> = BTreeMap::new();
        for assignment in assignments {
            if let Via::Group(ix) = assignment.via() {
                group.entry(id(&org.group(ix).id)).or_default().push(role_id(org, assignment.role));
            }
        }
        for roles in group.values_mut() {
            roles.sort();
        }
        Self { unstated: by_way(Via::Unstated), direct: by_way(Via::Direct), inherited: by_way(Via::Inherited), group }
    }

    fn is_empty(&self) -> bool {
        self.unstated.is_empty() && self.direct.is_empty() && self.inherited.is_empty() && self.group.is_empty()
    }
}

/// A text that is looked up and not stored. It is borrowed from the line unless it contains an escape.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Id<'a>(pub Cow<'a, str>);

impl AsRef<str> for Id<'_> {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Id<'_> {
    /// The text, to be kept.
    fn text(&self) -> Text {
        Text::from(&*self.0)
    }
}

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
fn listed() -> bool {
    true
}

fn id(text: &str) -> Id<'_> {
    Id(Cow::Borrowed(text))
}

fn role_id(org: &Org, role: RoleIx) -> Id<'_> {
    id(&org.role(role).id)
}

fn project_id(org: &Org, project: ProjectIx) -> Id<'_> {
    id(&org.project(project).id)
}

fn role_ids<'o>(org: &'o Org, roles: &[RoleIx]) -> Vec<Id<'o>> {
    sorted(roles.iter().map(|&role| role_id(org, role)))
}

fn group_ids<'o>(org: &'o Org, groups: &[GroupIx]) -> Vec<Id<'o>> {
    sorted(groups.iter().map(|&group| id(&org.group(group).id)))
}

fn sorted<'o>(ids: impl Iterator<Item = Id<'o>>) -> Vec<Id<'o>> {
    let mut ids: Vec<Id<'o>> = ids.collect();
    ids.sort();
    ids
}

/// From the fields of a thing to those of its line, by their kinds.
#[derive(Clone, Copy)]
struct Write<'a>(&'a Org);

/// A field that is a text, in one of the forms that things have it in.
trait Said<'a> {
    fn said(self) -> Known<&'a str>;
}

impl<'a> Said<'a> for &'a Known<Text> {
    fn said(self) -> Known<&'a str> {
        self.as_str()
    }
}

impl<'a> Said<'a> for &Known<&'a str> {
    fn said(self) -> Known<&'a str> {
        *self
    }
}

impl Plain for Write<'_> {}

#[expect(clippy::unused_self, reason = "each kind of field has a method")]
impl<'a> Write<'a> {
    fn text(self, text: impl Said<'a>) -> Known<Id<'a>> {
        text.said().map(id)
    }

    fn address(self, address: impl Said<'a>) -> Known<Id<'a>> {
        self.text(address)
    }

    fn id(self, id: impl Said<'a>) -> Known<Id<'a>> {
        self.text(id)
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "every kind is taken by reference")]
    fn word(self, word: &Known<Symbol>) -> Known<Id<'a>> {
        word.map(|word| id(self.0.symbols.text(word)))
    }
}

/// From the fields of a line to those of the thing, by their kinds.
pub struct Intern<'s>(pub &'s mut Symbols);

impl Plain for Intern<'_> {}

#[expect(clippy::unused_self, reason = "each kind of field has a method")]
impl Intern<'_> {
    pub fn text<'a, T: From<Cow<'a, str>>>(&self, text: &Known<Id<'a>>) -> Known<T> {
        text.as_ref().map(|text| text.0.clone().into())
    }

    pub fn address<'a, T: From<Cow<'a, str>>>(&self, address: &Known<Id<'a>>) -> Known<T> {
        self.text(address)
    }

    pub fn id<'a, T: From<Cow<'a, str>>>(&self, id: &Known<Id<'a>>) -> Known<T> {
        self.text(id)
    }

    pub fn word(&mut self, word: &Known<Id<'_>>) -> Known<Symbol> {
        word.as_ref().map(|word| self.0.intern(&word.0))
    }
}
