//! Relations: a row for each says where it leads and how sentences speak of it.

use crate::org::Kind;
use crate::policy::Counted;

/// A way from a thing to others, named after what it leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// From a role or a project to the grants of it, or in it.
    Holders,
    /// From a principal to its effective grants.
    Holds,
    /// From a principal to the groups that list it.
    Groups,
    /// From a group or a project to its members.
    Members,
    /// From a project to the roles that it lists.
    Roles,
    /// From a role, a user, a group or an invitation to projects.
    Projects,
    /// From a project to its service accounts.
    ServiceAccounts,
    /// From a project to its keys.
    ApiKeys,
    /// From a service account or a key to its project.
    Project,
    /// From a key to the user that owns it, if one does.
    OwningUser,
    /// From a key to the service account that owns it, if one does.
    OwningServiceAccount,
    /// From a grant to a part of it.
    Part(Part),
    /// From anything to everything of a kind.
    All(Kind),
}

/// What a grant is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Its role.
    Role,
    /// The project where it holds, if it holds in one.
    Project,
    /// The user that holds it, if one does.
    User,
    /// The group that holds it, if one does.
    Group,
    /// The service account that holds it, if one does.
    ServiceAccount,
}

/// What is true of a relation, wherever it starts.
struct Row {
    target: Kind,
    to_one: bool,
    words: Words,
}

/// How sentences speak of a relation.
pub struct Words {
    /// Comes before a related thing: `that is in`.
    pub has: &'static str,
    /// Comes before a thing that is not related: `that is not in`.
    pub has_not: &'static str,
    /// What a related thing is called, if not by its kind: `a member`.
    pub one: Option<&'static str>,
    /// What several are called, if not by their kind: `members`.
    pub several: Option<&'static str>,
}

impl Row {
    const fn one(target: Kind, has: &'static str, has_not: &'static str) -> Self {
        Self { target, to_one: true, words: Words { has, has_not, one: None, several: None } }
    }

    const fn many(target: Kind, has: &'static str, has_not: &'static str) -> Self {
        Self { to_one: false, ..Self::one(target, has, has_not) }
    }

    const fn called(mut self, one: Option<&'static str>, several: &'static str) -> Self {
        self.words.one = one;
        self.words.several = Some(several);
        self
    }
}

impl Relation {
    const fn row(self) -> Row {
        match self {
            Self::Holders => Row::many(Kind::Grant, "that is held by", "that is not held by").called(None, "holders"),
            Self::Holds => Row::many(Kind::Grant, "that holds", "that does not hold"),
            Self::Groups => Row::many(Kind::Group, "that is in", "that is not in"),
            Self::Members => Row::many(Kind::User, "with", "without").called(Some("a member"), "members"),
            Self::Roles => Row::many(Kind::Role, "with", "without"),
            Self::Projects => Row::many(Kind::Project, "that is in", "that is not in"),
            Self::ServiceAccounts => Row::many(Kind::ServiceAccount, "with", "without"),
            Self::ApiKeys => Row::many(Kind::ApiKey, "with", "without"),
            Self::Project => Row::one(Kind::Project, "that is in", "that is not in"),
            Self::OwningUser => Row::one(Kind::User, "that belongs to", "that does not belong to")
                .called(None, "owners among the users"),
            Self::OwningServiceAccount => Row::one(Kind::ServiceAccount, "that belongs to", "that does not belong to")
                .called(None, "owners among the service accounts"),
            Self::Part(part) => match part {
                Part::Role => Row::one(Kind::Role, "of", "not of"),
                Part::Project => Row::one(Kind::Project, "that is in", "that is not in"),
                Part::User => Row::one(Kind::User, "that is of", "that is not of"),
                Part::Group => Row::one(Kind::Group, "that is of", "that is not of"),
                Part::ServiceAccount => Row::one(Kind::ServiceAccount, "that is of", "that is not of"),
            },
            Self::All(kind) => Row::many(kind, "for which there is", "for which there is not"),
        }
    }

    /// What it leads to.
    pub const fn target(self) -> Kind {
        self.row().target
    }

    /// Whether it leads to one thing at most.
    pub const fn to_one(self) -> bool {
        self.row().to_one
    }

    /// How sentences speak of it.
    pub const fn words(self) -> Words {
        self.row().words
    }

    /// Whether it leads to the same things from everywhere.
    pub fn is_everything(self) -> bool {
        matches!(self, Self::All(_))
    }

    /// What is counted if the rule does not say: of holders, each principal once, however many grants it has.
    pub fn counts(self) -> Counted {
        if self == Self::Holders { Counted::Principals } else { Counted::Each }
    }
}
