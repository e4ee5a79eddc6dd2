//! The parts of an organization that could not be read: `incomplete: [users, user_roles/ada@acme.example]`.

use std::collections::BTreeSet;

use super::{Draft, Drafter, Reference};
use crate::document::Code;
use crate::document::tree::Node;
use crate::org::{Collection, Coverage, Failure, Kind, Text, part_id};

/// What was read and what was not.
#[derive(Debug, Default)]
pub(super) struct Incomplete {
    pub coverage: Coverage,
}

impl Incomplete {
    /// Whether the part of a collection that belongs to this thing was read.
    pub fn covers(&self, collection: Collection, id: &str) -> bool {
        self.coverage.of(collection).covers(id)
    }

    fn part(&mut self, collection: Collection, id: &str) {
        let failure = failure(format!("the test says that {collection}/{id} could not be read"));
        self.coverage.of_mut(collection).gaps.insert(id.to_owned(), failure);
    }
}

fn failure(message: String) -> Failure {
    Failure { denied: true, message, scope: None }
}

impl Drafter<'_, '_> {
    pub(super) fn incomplete(&mut self, node: Option<&Node>, draft: &Draft) -> Incomplete {
        let mut incomplete = Incomplete::default();
        for collection in Collection::ALL {
            let record = incomplete.coverage.of_mut(collection);
            (record.asked, record.requests) = (true, 1);
        }
        for item in self.things(node, "incomplete") {
            let Some(reference) = self.reference(item) else { continue };
            self.missing(&reference, draft, &mut incomplete);
        }
        incomplete
    }

    fn missing(&mut self, written: &Reference, draft: &Draft, incomplete: &mut Incomplete) {
        let (name, part) = match written.text.split_once('/') {
            Some((name, part)) => (name, Some(part)),
            None => (written.text.as_str(), None),
        };
        let Some(collection) = Collection::named(name) else {
            return self.reader.unknown_word(&written.span, "collection", name, &Collection::ALL.map(Collection::name));
        };
        let Some(part) = part else {
            let message = format!("the test says that {collection} could not be read");
            incomplete.coverage.of_mut(collection).truncated = Some(failure(message));
            for id in parts(collection, draft) {
                incomplete.part(collection, &id);
            }
            return;
        };
        if collection.parent().is_none() {
            let problem = Code::InvalidValue.at(written.span.clone(), format!("`{collection}` is one list"));
            let help = format!("write `{collection}` for the list, or `unknown: [...]` at the thing for its fields");
            return self.reader.problem(problem.help(help));
        }
        if let Some(id) = self.part(collection, part, written) {
            incomplete.part(collection, &id);
        }
    }

    fn part(&mut self, collection: Collection, part: &str, written: &Reference) -> Option<Text> {
        let (kind, in_project) = read_for(collection)?;
        if !in_project {
            return self.meant(kind, part, &written.span, None);
        }
        let (project, member) = part.split_once('/').unwrap_or((part, ""));
        let project = self.meant(Kind::Project, project, &written.span, None)?;
        let within = (kind == Kind::ServiceAccount).then_some(project.as_str());
        let member = self.meant(kind, member, &written.span, within)?;
        Some(part_id(&project, &member))
    }
}

/// The kind of things that a collection is read for one by one, and whether within each project.
fn read_for(collection: Collection) -> Option<(Kind, bool)> {
    match collection {
        Collection::UserRoles => Some((Kind::User, false)),
        Collection::GroupRoles | Collection::GroupMembers => Some((Kind::Group, false)),
        Collection::ProjectUsers
        | Collection::ProjectGroups
        | Collection::ProjectRoles
        | Collection::ServiceAccounts
        | Collection::ApiKeys => Some((Kind::Project, false)),
        Collection::ProjectUserRoles => Some((Kind::User, true)),
        Collection::ProjectGroupRoles => Some((Kind::Group, true)),
        Collection::ServiceAccountRoles => Some((Kind::ServiceAccount, true)),
        Collection::Roles
        | Collection::Users
        | Collection::Groups
        | Collection::Projects
        | Collection::AdminApiKeys
        | Collection::Invites => None,
    }
}

/// The ids of everything that a collection is read for, one by one.
fn parts(collection: Collection, draft: &Draft) -> BTreeSet<Text> {
    let projects = || draft.projects.keys();
    match collection {
        Collection::UserRoles => draft.users.keys().cloned().collect(),
        Collection::GroupRoles | Collection::GroupMembers => draft.groups.keys().cloned().collect(),
        Collection::ProjectUsers
        | Collection::ProjectGroups
        | Collection::ProjectRoles
        | Collection::ServiceAccounts
        | Collection::ApiKeys => projects().cloned().collect(),
        Collection::ProjectUserRoles => {
            projects().flat_map(|project| draft.users.keys().map(|id| part_id(project, id))).collect()
        }
        Collection::ProjectGroupRoles => {
            projects().flat_map(|project| draft.groups.keys().map(|id| part_id(project, id))).collect()
        }
        Collection::ServiceAccountRoles => draft
            .projects
            .iter()
            .flat_map(|(project, written)| written.accounts.keys().map(|id| part_id(project, id)))
            .collect(),
        Collection::Roles
        | Collection::Users
        | Collection::Groups
        | Collection::Projects
        | Collection::AdminApiKeys
        | Collection::Invites => BTreeSet::new(),
    }
}
