//! The short form of an organization: things under the API's names, with everything else filled in.

mod build;
mod incomplete;
mod predefined;
mod read;
mod things;
mod written;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::document::Reader;
use crate::document::tree::Node;
use crate::org::{
    AdminApiKey, ApiKey, Builder, Group, Invite, Kind, Known, Org, ProjectIx, Role, ServiceAccount, Source, Symbol,
    Text, User,
};
use crate::time::Time;

/// The keys that each kind of thing may have; all but those of an organization are fields of the API.
pub(crate) mod keys {
    #[cfg(test)]
    pub(crate) use super::read::ORGANIZATION;
    pub(crate) use super::read::{ADMIN_KEY, GROUP, INVITE, PROJECT, ROLE, USER};
    pub(crate) use super::things::{ACCOUNT, KEY, MEMBER};
}

use incomplete::Incomplete;

/// An organization of a test, and the names by which the test speaks of its things.
#[derive(Debug)]
pub(super) struct Written {
    pub org: Org,
    pub names: Names,
}

/// What the things of an organization are called: kind, id, and the other words for it.
#[derive(Debug, Default)]
pub(super) struct Names(Vec<Name>);

#[derive(Debug)]
struct Name {
    kind: Kind,
    id: Text,
    words: Vec<Text>,
    /// The project that it belongs to, if to one.
    project: Option<Text>,
}

impl Names {
    fn add(&mut self, kind: Kind, id: &Text, words: impl IntoIterator<Item = Option<Text>>, project: Option<&Text>) {
        let words = words.into_iter().flatten().collect();
        self.0.push(Name { kind, id: id.clone(), words, project: project.cloned() });
    }

    /// The ids of things of that kind that a word means, in that project if one is given.
    pub fn ids(&self, kind: Kind, word: &str, project: Option<&str>) -> Vec<&Text> {
        let means = |name: &&Name| {
            name.kind == kind
                && (project.is_none() || name.project.as_deref() == project)
                && (name.id == word || name.words.iter().any(|known| known.eq_ignore_ascii_case(word)))
        };
        // A predefined role of projects has one id in all of them.
        let ids: BTreeSet<&Text> = self.0.iter().filter(means).map(|name| &name.id).collect();
        ids.into_iter().collect()
    }

    /// The ids of roles of the organization that a word means.
    fn ids_of_organization(&self, word: &str) -> Vec<&Text> {
        let means = |name: &&Name| {
            name.kind == Kind::Role
                && name.project.is_none()
                && (name.id == word || name.words.iter().any(|known| known == word))
        };
        self.0.iter().filter(means).map(|name| &name.id).collect()
    }

    /// Every word for things of that kind: the first name of each, else the id.
    pub fn words(&self, kind: Kind) -> impl Iterator<Item = &str> {
        let of_kind = self.0.iter().filter(move |name| name.kind == kind);
        of_kind.map(|name| name.words.first().unwrap_or(&name.id).as_str())
    }
}

/// A word that must mean a thing.
#[derive(Clone, Debug)]
struct Reference {
    text: String,
    span: Range<usize>,
}

#[derive(Debug)]
struct RoleDraft {
    role: Role,
}

#[derive(Debug)]
struct GroupDraft {
    group: Group,
    roles: Vec<Reference>,
}

#[derive(Debug)]
struct UserDraft {
    user: User,
    roles: Vec<Reference>,
    groups: Vec<Reference>,
}

#[derive(Debug)]
struct MemberDraft {
    of: Reference,
    role: Known<Symbol>,
    at: Known<Time>,
    roles: Vec<Reference>,
}

#[derive(Debug)]
struct AccountDraft {
    account: ServiceAccount,
    roles: Vec<Reference>,
    groups: Vec<Reference>,
}

#[derive(Debug)]
struct KeyDraft<K> {
    key: K,
    owner: Option<Reference>,
}

#[derive(Debug)]
struct ProjectDraft {
    project: crate::org::Project,
    roles: BTreeMap<Text, RoleDraft>,
    users: Vec<MemberDraft>,
    groups: Vec<MemberDraft>,
    accounts: BTreeMap<Text, AccountDraft>,
    keys: BTreeMap<Text, KeyDraft<ApiKey>>,
}

#[derive(Debug)]
struct InviteDraft {
    invite: Invite,
    /// The projects that come with it, each with the legacy role there.
    projects: Vec<(Reference, Known<Symbol>)>,
}

/// Everything as written, each thing under its id.
#[derive(Debug, Default)]
struct Draft {
    roles: BTreeMap<Text, RoleDraft>,
    groups: BTreeMap<Text, GroupDraft>,
    users: BTreeMap<Text, UserDraft>,
    projects: BTreeMap<Text, ProjectDraft>,
    admin_keys: BTreeMap<Text, KeyDraft<AdminApiKey>>,
    invites: BTreeMap<Text, InviteDraft>,
}

/// Reads an organization. Every problem is noted.
struct Drafter<'r, 's> {
    reader: &'r mut Reader<'s>,
    builder: Builder,
    names: Names,
    now: Time,
}

/// The organization that a node describes, as of a moment.
pub(super) fn read(reader: &mut Reader<'_>, node: &Node, now: Time) -> Option<Written> {
    let before = reader.problems.len();
    let source = Source { api: "a policy test".to_owned(), collected_at: now, ..Source::default() };
    let mut drafter = Drafter { reader, builder: Builder::new(source), names: Names::default(), now };
    let (mut draft, incomplete) = drafter.draft(node)?;
    drafter.add_predefined(&mut draft);
    drafter.name(&draft);
    let incomplete: Incomplete = drafter.incomplete(incomplete, &draft);
    let placed = drafter.place(draft, &incomplete);
    if drafter.reader.problems.len() > before {
        return None;
    }
    placed.expect("an id stands once, and drafts are sorted by it");
    Some(Written { org: drafter.builder.finish(incomplete.coverage), names: drafter.names })
}

/// The place of a project among the drafts, which are sorted by id.
fn project_ix(at: usize) -> ProjectIx {
    ProjectIx::new(at)
}
