//! Keys of projects, admin keys, and their owners.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Id, Intern, Write, id, line, listed, project_id};
use crate::org::{self, Known, Org, ProjectIx, Symbols, each, fields};

fields!(ApiKey => line! {
    ApiKey {
        #[serde(borrow)]
        pub project: Id<'a>,
        pub id: Id<'a>,
    } {
        pub owner: Owner<'a>,
    }
});

impl<'a> ApiKey<'a> {
    pub fn of(org: &'a Org, key: &'a org::ApiKey) -> Self {
        let write = Write(org);
        fields!(ApiKey => each! { write, key => Self {
            project: project_id(org, key.project),
            id: id(&key.id),
            owner: Owner::of(org, &key.owner),
        } })
    }

    pub fn noun(self, symbols: &mut Symbols, project: ProjectIx) -> org::ApiKey {
        let mut intern = Intern(symbols);
        let owner = self.owner.noun(&mut intern);
        fields!(ApiKey => each! { intern, self => org::ApiKey { id: self.id.text(), project, owner } })
    }
}

fields!(AdminApiKey => line! {
    AdminApiKey {
        #[serde(borrow)]
        pub id: Id<'a>,
    } {
        pub owner: Owner<'a>,
        #[serde(default = "listed", skip_serializing_if = "Clone::clone")]
        pub told_apart: bool,
    }
});

impl<'a> AdminApiKey<'a> {
    pub fn of(org: &'a Org, key: &'a org::AdminApiKey) -> Self {
        let write = Write(org);
        let (owner, told_apart) = (Owner::of(org, &key.owner), key.told_apart);
        fields!(AdminApiKey => each! { write, key => Self { id: id(&key.id), owner, told_apart } })
    }

    pub fn noun(self, symbols: &mut Symbols) -> org::AdminApiKey {
        let mut intern = Intern(symbols);
        let (owner, told_apart) = (self.owner.noun(&mut intern), self.told_apart);
        fields!(AdminApiKey => each! { intern, self => org::AdminApiKey { id: self.id.text(), owner, told_apart } })
    }
}

/// The owner of a key.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Owner<'a> {
    #[serde(rename = "type", borrow, default, skip_serializing_if = "Known::is_missing")]
    pub kind: Known<Id<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Known::is_missing")]
    pub id: Known<Id<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Known::is_missing")]
    pub name: Known<Id<'a>>,
}

impl<'a> Owner<'a> {
    fn of(org: &'a Org, owner: &'a org::Owner) -> Self {
        let write = Write(org);
        Self { kind: write.word(&owner.kind), id: write.id(&owner.id), name: write.text(&owner.name) }
    }

    fn noun(&self, intern: &mut Intern<'_>) -> org::Owner {
        org::Owner { kind: intern.word(&self.kind), id: intern.id(&self.id), name: intern.text(&self.name) }
    }
}
