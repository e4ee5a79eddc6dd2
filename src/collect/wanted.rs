//! Which users, groups and projects each nested list is requested for.

use std::collections::HashMap;

use crate::api::parent::Parent;
use crate::org::{Collection, Kind, Org, Parts, Text};

/// A thing that lists are read for, and whether it is an archived project.
#[derive(Clone)]
pub(crate) struct Target {
    pub part: Parent,
    pub archived: bool,
}

impl Target {
    pub fn of(id: &str) -> Self {
        Self { part: Parent::organization(id), archived: false }
    }

    pub fn within(project: &Parent, id: &str) -> Self {
        Self { part: Parent::within(&project.id, id), archived: false }
    }
}

/// What is requested. Things that are not in the organization's own lists cannot be ruled out, so their lists are
/// requested.
pub(super) struct Wanted {
    parts: Parts,
    /// The places in these lists, where they matter.
    users: HashMap<Text, usize>,
    groups: HashMap<Text, usize>,
    projects: HashMap<Text, usize>,
}

impl Wanted {
    /// These parts of an organization, of which the lists are known.
    pub fn new(org: &Org, parts: Parts) -> Self {
        let matters = |kind| parts.among.iter().any(|among| among.of(kind).is_some());
        let users = org.users.iter().map(|user| user.id().into()).zip(0..).take_while(|_| matters(Kind::User));
        let groups = org.groups.iter().map(|group| group.id.clone()).zip(0..).take_while(|_| matters(Kind::Group));
        let projects = org.projects.iter().map(|project| project.id.clone()).zip(0..);
        let projects = projects.take_while(|_| matters(Kind::Project));
        Self { users: users.collect(), groups: groups.collect(), projects: projects.collect(), parts }
    }

    /// Whether the list of this thing is requested.
    pub fn has(&self, collection: Collection, part: &Parent) -> bool {
        // Nearly always.
        if !self.parts.of.contains_key(&collection) {
            return true;
        }
        let place = |&kind: &Kind| {
            let (places, id) = match kind {
                Kind::User => (&self.users, &part.id),
                Kind::Group => (&self.groups, &part.id),
                Kind::Project => (&self.projects, part.project.as_ref().unwrap_or(&part.id)),
                Kind::Role | Kind::ServiceAccount | Kind::Invite | Kind::AdminApiKey | Kind::ApiKey | Kind::Grant => {
                    return (kind, None);
                }
            };
            (kind, places.get(id.as_str()).copied())
        };
        let things: Vec<(Kind, Option<usize>)> = collection.read_for().iter().map(place).collect();
        self.parts.have(collection, &things)
    }

    /// Whether the lists of service accounts that are users are requested.
    pub fn has_of_accounts(&self, collection: Collection) -> bool {
        self.parts.of_accounts.contains(&collection)
    }

    /// The things among these whose list is requested.
    pub fn of(&self, collection: Collection, things: &[Target]) -> Vec<Target> {
        things.iter().filter(|thing| self.has(collection, &thing.part)).cloned().collect()
    }
}
