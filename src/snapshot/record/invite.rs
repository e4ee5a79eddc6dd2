//! Invitations.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Id, Intern, Write, id, line};
use crate::org::{self, Known, Org, Symbol, Symbols, Text, each, fields};

fields!(Invite => line! {
    Invite {
        #[serde(borrow)]
        pub id: Id<'a>,
    } {
        #[serde(default, skip_serializing_if = "Known::is_missing")]
        pub projects: Known<Vec<InvitedProject<'a>>>,
    }
});

impl<'a> Invite<'a> {
    pub fn of(org: &'a Org, invite: &'a org::Invite) -> Self {
        let write = Write(org);
        let project = |(of, role): &'a (Text, Known<Symbol>)| InvitedProject { id: id(of), role: write.word(role) };
        let projects = invite.projects.as_ref().map(|projects| projects.iter().map(project).collect());
        fields!(Invite => each! { write, invite => Self { id: id(&invite.id), projects } })
    }

    pub fn noun(self, symbols: &mut Symbols) -> org::Invite {
        let mut intern = Intern(symbols);
        let projects = self
            .projects
            .as_ref()
            .map(|projects| projects.iter().map(|project| (project.id.text(), intern.word(&project.role))).collect());
        fields!(Invite => each! { intern, self => org::Invite { id: self.id.text(), projects } })
    }
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InvitedProject<'a> {
    #[serde(borrow)]
    pub id: Id<'a>,
    #[serde(borrow, default, skip_serializing_if = "Known::is_missing")]
    pub role: Known<Id<'a>>,
}
