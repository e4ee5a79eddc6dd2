//! What is missing where an answer is unknown, in words for the person who has to fix it.

use std::collections::HashSet;
use std::sync::Arc;

use super::{Access, Thing};
use crate::org::{Collection, Kind, NARROWED, ProjectIx, Text, part_id};

/// Something that is missing for an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// Something was not read, in a sentence.
    Unread(String),
    /// An attribute that the API did not send for a thing.
    Unsent(&'static str, Arc<Thing>),
}

/// Collects what is missing.
pub struct Gaps<'g, 'a, 'o> {
    /// Who holds what.
    pub access: &'a Access<'o>,
    /// What was noted.
    pub found: &'g mut Vec<Missing>,
}

impl<'g, 'a, 'o> Gaps<'g, 'a, 'o> {
    /// For notes in this list.
    pub fn new(access: &'a Access<'o>, found: &'g mut Vec<Missing>) -> Self {
        Self { access, found }
    }

    /// Notes a sentence.
    pub fn note(&mut self, sentence: String) {
        self.found.push(Missing::Unread(sentence));
    }

    /// Notes what is missing from a whole collection.
    pub fn unread(&mut self, collection: Collection) {
        let record = self.access.org.coverage.of(collection);
        if !record.asked {
            self.note(format!("{collection} was not read"));
        } else if let Some(detail) = self.access.org.coverage.detail(collection) {
            self.note(detail);
        } else if !record.not_asked.is_empty() {
            self.note(format!("{collection}: {NARROWED}"));
        }
    }

    /// Notes why the part of a collection that belongs to one thing is missing.
    pub fn unread_of(&mut self, collection: Collection, id: &str) {
        let coverage = &self.access.org.coverage;
        match coverage.failure(collection, id) {
            Some(failure) => self.note(failure.message.clone()),
            None if coverage.of(collection).not_asked.contains(id) => {
                self.note(format!("{collection}: {NARROWED}"));
            }
            None => self.unread(collection),
        }
    }

    /// Notes that an attribute of a thing is unknown, with the reason if there is one.
    pub fn unsent(&mut self, attribute: &'static str, kind: Kind, at: usize) {
        let org = self.access.org;
        let within = |project: ProjectIx, id: &Text| part_id(&org.project(project).id, id);
        let (collection, label) = match kind {
            Kind::Role => (Collection::Roles, org.roles[at].id.clone()),
            Kind::User => (Collection::Users, org.users.at(at).id().into()),
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
            Kind::Grant => return self.unsent(attribute, Kind::Role, self.access.grants()[at].role.at()),
        };
        let missing = match self.access.why_unclear(collection, &label, attribute) {
            Some(why) => Missing::Unread(why.to_owned()),
            None => Missing::Unsent(attribute, self.access.thing(kind, at)),
        };
        self.found.push(missing);
    }

    /// Notes that the legacy role of some users is missing, and with it roles that they may hold.
    pub fn missing_legacy_roles(&mut self) {
        if let Some((first, count)) = self.access.missing_legacy_roles() {
            let first = self.access.thing(Kind::User, first);
            self.note(unsent_for("role", &first, count));
        }
    }
}

impl<'o> Access<'o> {
    /// Why a field is unknown although the API sent it, if it did.
    pub fn why_unclear(&self, collection: Collection, label: &str, field: &str) -> Option<&'o str> {
        self.org.coverage.of(collection).unclear.get(label)?.get(field).map(String::as_str)
    }
}

/// The sentence about an attribute that the API did not send for this many things.
fn unsent_for(attribute: &str, first: &Thing, count: usize) -> String {
    let more = if count > 1 { format!(" and {} more", count - 1) } else { String::new() };
    format!("the API sent no `{attribute}` for {} {}{more}", first.kind.words(), first.qualified_label())
}

/// What is missing, in sentences. Things that lack the same attribute share a sentence, and `subject` is not named.
pub fn sentences(missing: &[Missing], subject: Option<&Thing>) -> Vec<String> {
    let mut unread: Vec<&str> = Vec::new();
    let mut unsent: Vec<(&str, &Arc<Thing>, HashSet<&str>)> = Vec::new();
    let mut seen = HashSet::new();
    for one in missing {
        match one {
            Missing::Unread(sentence) if seen.insert(sentence.as_str()) => unread.push(sentence),
            Missing::Unread(_) => {}
            Missing::Unsent(attribute, thing) => match unsent.iter_mut().find(|(name, ..)| name == attribute) {
                Some((.., ids)) => {
                    ids.insert(thing.id.as_str());
                }
                None => unsent.push((attribute, thing, HashSet::from([thing.id.as_str()]))),
            },
        }
    }
    let unsent = unsent.into_iter().map(|(attribute, first, ids)| {
        if ids.len() == 1 && Some(&**first) == subject {
            format!("the API sent no `{attribute}`")
        } else {
            unsent_for(attribute, first, ids.len())
        }
    });
    unread.into_iter().map(str::to_owned).chain(unsent).collect()
}
