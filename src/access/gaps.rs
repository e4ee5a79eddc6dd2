//! What is missing where an answer is unknown, in words for whoever has to mend it.

use std::sync::Arc;

use super::facts::Facts;
use crate::finding::Thing;
use crate::org::{Collection, ProjectIx, Text, part_id};
use crate::policy::Kind;

/// Something that would have to be known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// Something was not read, in a sentence.
    Unread(String),
    /// An attribute that the API did not send for a thing.
    Unsent(&'static str, Arc<Thing>),
}

/// Where it is noted.
pub struct Gaps<'g, 'f, 'o> {
    pub facts: &'f Facts<'o>,
    pub found: &'g mut Vec<Missing>,
}

impl<'g, 'f, 'o> Gaps<'g, 'f, 'o> {
    pub fn new(facts: &'f Facts<'o>, found: &'g mut Vec<Missing>) -> Self {
        Self { facts, found }
    }

    /// Notes a sentence.
    pub fn note(&mut self, sentence: String) {
        self.found.push(Missing::Unread(sentence));
    }

    /// Notes what is missing from a whole collection.
    pub fn unread(&mut self, collection: Collection) {
        let record = self.facts.org.coverage.of(collection);
        if !record.asked {
            self.note(format!("{collection} was not read"));
        } else if let Some(detail) = self.facts.org.coverage.detail(collection) {
            self.note(detail);
        }
    }

    /// Notes why the part of a collection that belongs to one thing is missing.
    pub fn unread_of(&mut self, collection: Collection, id: &str) {
        match self.facts.org.coverage.failure(collection, id) {
            Some(failure) => self.note(failure.message.clone()),
            None => self.unread(collection),
        }
    }

    /// Notes that an attribute of a thing is not known, and why, if more is known than that it is not there.
    pub fn unsent(&mut self, attribute: &'static str, kind: Kind, at: usize) {
        let org = self.facts.org;
        let within = |project: ProjectIx, id: &Text| part_id(&org.project(project).id, id);
        let (collection, label) = match kind {
            Kind::Role => (Collection::Roles, org.roles[at].id.clone()),
            Kind::User => (Collection::Users, org.users[at].id.clone()),
            Kind::Group => (Collection::Groups, org.groups[at].id.clone()),
            Kind::Project => (Collection::Projects, org.projects[at].id.clone()),
            Kind::AdminApiKey => (Collection::AdminApiKeys, org.admin_api_keys[at].id.clone()),
            Kind::Invite => (Collection::Invites, org.invites[at].id.clone()),
            Kind::ServiceAccount => {
                let account = &org.service_accounts[at];
                (Collection::ServiceAccounts, within(account.project, &account.id))
            }
            Kind::ApiKey => {
                let key = &org.api_keys[at];
                (Collection::ApiKeys, within(key.project, &key.id))
            }
            Kind::Grant => return self.unsent(attribute, Kind::Role, self.facts.grants()[at].role.at()),
        };
        let missing = match self.facts.why_unclear(collection, &label, attribute) {
            Some(why) => Missing::Unread(why.to_owned()),
            None => Missing::Unsent(attribute, self.facts.thing(kind, at)),
        };
        self.found.push(missing);
    }

    /// Notes that the legacy word of some users is missing, and with it roles that they may hold.
    pub fn missing_legacy_roles(&mut self) {
        if let Some((first, count)) = self.facts.missing_legacy_roles() {
            let first = self.facts.thing(Kind::User, first);
            self.note(unsent_for("role", &first, count));
        }
    }
}

impl<'o> Facts<'o> {
    /// Why a field is not known that the API sent, if it is so.
    pub fn why_unclear(&self, collection: Collection, label: &str, field: &str) -> Option<&'o str> {
        self.org.coverage.of(collection).unclear.get(label)?.get(field).map(String::as_str)
    }
}

/// The sentence about an attribute that the API did not send for this many things.
pub fn unsent_for(attribute: &str, first: &Thing, count: usize) -> String {
    let more = if count > 1 { format!(" and {} more", count - 1) } else { String::new() };
    format!("the API sent no `{attribute}` for {} {}{more}", first.kind.words(), first.qualified_label())
}
