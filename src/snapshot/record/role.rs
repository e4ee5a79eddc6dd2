//! Roles.

use super::{Id, Intern, Write, id, line, listed};
use crate::org::{self, Known, Org, Symbols, each, fields};

fields!(Role => line! {
    Role {
        #[serde(borrow)]
        pub id: Id<'a>,
    } {
        #[serde(default, skip_serializing_if = "Known::is_missing")]
        pub resource_type: Known<Id<'a>>,
        #[serde(default, skip_serializing_if = "Known::is_missing")]
        pub permissions: Known<Vec<Id<'a>>>,
        #[serde(default = "listed", skip_serializing_if = "Clone::clone")]
        pub listed: bool,
    }
});

impl<'a> Role<'a> {
    pub fn of(org: &'a Org, role: &'a org::Role) -> Self {
        let write = Write(org);
        let permissions = role.permissions.as_ref().map(|permissions| {
            let mut texts: Vec<Id<'_>> = permissions.iter().map(|&word| id(org.symbols.text(word))).collect();
            texts.sort();
            texts
        });
        let resource_type = write.word(&role.resource_type);
        let listed = role.listed;
        fields!(Role => each! { write, role => Self { id: id(&role.id), permissions, resource_type, listed } })
    }

    pub fn noun(self, symbols: &mut Symbols) -> Result<org::Role, String> {
        let permissions = match &self.permissions {
            Known::Missing => Known::Missing,
            Known::Value(permissions) if permissions.is_sorted_by(|a, b| a < b) => {
                Known::Value(permissions.iter().map(|permission| symbols.intern(&permission.0)).collect())
            }
            Known::Value(_) | Known::Null => return Err("permissions that are not a sorted list".to_owned()),
        };
        let mut intern = Intern(symbols);
        Ok(fields!(Role => each! { intern, self => org::Role {
            id: self.id.text(),
            permissions,
            resource_type: intern.word(&self.resource_type),
            listed: self.listed,
        } }))
    }
}
