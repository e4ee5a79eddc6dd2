//! One waiver as it was written.

use std::sync::Arc;

use super::Terms;
use super::anchor::{Anchor, Resolved};
use crate::document::Location;
use crate::finding::{ThingKind, Waiver};
use crate::org::{Kind, Org};

/// A waiver with all that it names.
#[derive(Debug)]
pub struct Entry {
    /// The ids of the rules.
    pub rules: Vec<String>,
    /// Whose violations it covers.
    pub subject: Anchor,
    /// If any are named, the roles that a path may end at.
    pub roles: Vec<Anchor>,
    /// If any are named, the permissions that may have fired.
    pub permissions: Vec<String>,
    /// If any are named, the scopes in which a role may be held: projects, or the organization.
    pub scopes: Vec<Anchor>,
    /// If any are named, things that each path leads over.
    pub path: Vec<Anchor>,
    /// What findings show.
    pub waiver: Arc<Waiver>,
    /// Where it stands.
    pub location: Location,
}

impl Entry {
    /// By what waivers are sorted.
    pub fn place(&self) -> (&str, usize) {
        (&self.location.source.name, self.location.span.start)
    }

    /// Whether it has not expired.
    pub fn is_in_force(&self, terms: &Terms) -> bool {
        terms.now < self.waiver.expires
    }

    /// All that was written, for comparison.
    pub fn words(&self) -> impl PartialEq {
        let waiver = &self.waiver;
        let accepts = (waiver.reason.clone(), waiver.owner.clone(), waiver.expires);
        (self.covers(), accepts)
    }

    /// Which violations it is about.
    pub fn covers(&self) -> impl PartialEq {
        let narrower = (self.roles.clone(), self.permissions.clone(), self.scopes.clone(), self.path.clone());
        (self.rules.clone(), self.subject.clone(), narrower)
    }

    /// Looks up in the organization what it names.
    pub fn resolve(&self, org: &Org) -> Resolved {
        Resolved {
            kind: self.subject.kind,
            subject: self.subject.find(org),
            roles: self.roles.iter().map(|role| role.find(org)).collect(),
            permissions: self.permissions.clone(),
            scopes: self.scopes.iter().map(|scope| scope.find(org)).collect(),
            path: self.path.iter().map(|thing| (thing.kind, thing.find(org))).collect(),
        }
    }

    /// All that it names of the organization, the subject first.
    pub fn anchors(&self) -> impl Iterator<Item = &Anchor> {
        std::iter::once(&self.subject).chain(&self.roles).chain(&self.scopes).chain(&self.path)
    }
}

impl Anchor {
    /// A scope by the word that a waiver has.
    pub fn scope(name: &str) -> Self {
        let kind = if name == Self::ORGANIZATION { ThingKind::Organization } else { ThingKind::Of(Kind::Project) };
        Self { kind, name: name.to_owned() }
    }
}
