//! Things by their names: what findings are about, and the steps of paths.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use crate::org::{Kind, Text};

/// What a finding can be about. Sorted by name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ThingKind {
    /// Something that a policy selects.
    Of(Kind),
    /// The organization itself: the subject of a count.
    #[default]
    Organization,
    /// A rule of a policy: the subject of a lint.
    Rule,
    /// A file that people wrote: the subject of a lint.
    File,
}

impl ThingKind {
    /// Those without a [`Kind`]: they are not listed in an organization.
    pub const OTHERS: [Self; 3] = [Self::Organization, Self::Rule, Self::File];

    /// The word in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Of(kind) => kind.name(),
            Self::Organization => "organization",
            Self::Rule => "rule",
            Self::File => "file",
        }
    }

    /// The word for people, such as `API key`.
    pub fn words(self) -> String {
        match self {
            Self::Of(Kind::AdminApiKey) => "admin key".to_owned(),
            Self::Of(Kind::Invite) => "invitation".to_owned(),
            Self::Of(_) | Self::Organization | Self::Rule | Self::File => {
                self.name().replace('_', " ").replace("api", "API")
            }
        }
    }
}

impl Ord for ThingKind {
    fn cmp(&self, other: &Self) -> Ordering {
        self.name().cmp(other.name())
    }
}

impl PartialOrd for ThingKind {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A thing by its kind, id and names: the subject of a finding, or a step of a path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Thing {
    /// What it is.
    pub kind: ThingKind,
    /// The id in the API.
    pub id: Text,
    /// The display name.
    pub name: Option<Text>,
    /// The e-mail address, of a user.
    pub email: Option<Text>,
    /// The project that it belongs to: of a key, a service account, or a custom role of a project.
    pub project: Option<Arc<Thing>>,
    /// The owner of a key.
    pub owner: Option<Arc<Thing>>,
    /// Whether another thing of its kind has the same name there: its label then has the id.
    pub ambiguous: bool,
}

impl Ord for Thing {
    fn cmp(&self, other: &Self) -> Ordering {
        // Findings share their things: most comparisons are of one thing with itself.
        if std::ptr::eq(self, other) {
            return Ordering::Equal;
        }
        let rest = || {
            let names = (&self.name, &self.email).cmp(&(&other.name, &other.email));
            names.then_with(|| (&self.project, &self.owner).cmp(&(&other.project, &other.owner)))
        };
        (self.kind, &self.id).cmp(&(other.kind, &other.id)).then_with(rest)
    }
}

impl PartialOrd for Thing {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Hash for Thing {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // The id alone is nearly unique.
        self.id.hash(state);
    }
}

impl Thing {
    /// The organization itself.
    pub fn organization() -> Self {
        let id = Text::const_new("organization");
        Self { id, ..Self::default() }
    }

    /// Whether it is of this kind.
    pub fn is(&self, kind: Kind) -> bool {
        self.kind == ThingKind::Of(kind)
    }

    /// Whether it is a role that the API brings along: nobody can change it.
    pub fn is_predefined(&self) -> bool {
        self.is(Kind::Role) && self.id.starts_with("role-api-")
    }

    /// Whether it is a key.
    pub fn is_key(&self) -> bool {
        self.is(Kind::ApiKey) || self.is(Kind::AdminApiKey)
    }

    /// The e-mail address, else the name, else the id.
    pub fn called(&self) -> &str {
        let known = self.email.as_ref().or(self.name.as_ref()).filter(|text| !text.is_empty());
        known.unwrap_or(&self.id)
    }

    /// Its name for people, with the id if another thing of its kind has the same name. A key always has its id: whoever
    /// deletes the key needs it.
    pub fn label(&self) -> Cow<'_, str> {
        if (self.ambiguous || self.is_key()) && self.called() != self.id {
            Cow::Owned(format!("{} ({})", self.called(), self.id))
        } else {
            Cow::Borrowed(self.called())
        }
    }

    /// The label, with the owner of a key.
    pub fn owned_label(&self) -> Cow<'_, str> {
        match &self.owner {
            Some(owner) => Cow::Owned(format!("{} of {}", self.label(), owner.label())),
            None => self.label(),
        }
    }

    /// The same with the project, because two projects may have things with the same name.
    pub fn qualified_label(&self) -> Cow<'_, str> {
        match &self.project {
            Some(project) => Cow::Owned(format!("{} in project {}", self.owned_label(), project.label())),
            None => self.owned_label(),
        }
    }
}
