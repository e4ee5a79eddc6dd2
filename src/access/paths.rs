//! The ways in which a grant is held, and the paths that lead from a principal to a role.

use std::cmp::Ordering;
use std::sync::Arc;

use smallvec::SmallVec;

use super::{Access, Grant, Thing};
use crate::org::{GroupIx, Kind, Principal, Scope, Truth};

/// Things from one to the next.
pub type Steps = Vec<Arc<Thing>>;

/// The same by kind and place. There may be millions of paths, and nearly all are repeated: they are compared as numbers.
pub type Route = SmallVec<[Step; 4]>;

/// Paths to the same thing: mostly one.
pub type Routes = SmallVec<[Route; 1]>;

/// A thing on the way, by its kind and place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Step {
    /// Its kind.
    pub kind: Kind,
    at: u32,
}

impl Step {
    /// The thing of that kind at that place.
    pub fn new(kind: Kind, at: usize) -> Self {
        Self { kind, at: u32::try_from(at).expect("things are counted by u32") }
    }

    /// Its place among those of its kind.
    pub fn at(self) -> usize {
        self.at as usize
    }
}

impl From<Principal> for Step {
    fn from(principal: Principal) -> Self {
        match principal {
            Principal::User(user) => Self::new(Kind::User, user.at()),
            Principal::Group(group) => Self::new(Kind::Group, group.at()),
            Principal::ServiceAccount(account) => Self::new(Kind::ServiceAccount, account.at()),
        }
    }
}

/// One way in which a grant is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// The role was granted to the principal itself.
    Direct,
    /// Membership of the organization or project implies it (the legacy role).
    Membership,
    /// This group grants it to its members.
    Group(GroupIx),
    /// The API lists the role and does not say where it comes from.
    Unknown,
}

impl Grant {
    /// Every way in which it is held; at least one.
    pub fn ways(&self) -> impl Iterator<Item = Way> {
        let direct = self.direct == Truth::Yes;
        let unknown = !direct && !self.membership && self.groups.is_empty();
        let direct = direct.then_some(Way::Direct);
        let membership = self.membership.then_some(Way::Membership);
        let groups = self.groups.iter().copied().map(Way::Group);
        direct.into_iter().chain(membership).chain(groups).chain(unknown.then_some(Way::Unknown))
    }

    /// Every way in which it is held, as a path from the principal to the role: straight, or through a group, and by way
    /// of the project if the role holds in one.
    pub fn routes(&self) -> impl Iterator<Item = Route> {
        // A role that is granted directly and implied by membership is held along one path.
        let once = move |way: &Way| self.direct != Truth::Yes || *way != Way::Membership;
        self.ways().filter(once).map(|way| self.route(way))
    }

    /// The path from the principal to the role for one way of holding it.
    fn route(&self, way: Way) -> Route {
        let group = match way {
            Way::Group(group) => Some(Step::new(Kind::Group, group.at())),
            Way::Direct | Way::Membership | Way::Unknown => None,
        };
        let project = match self.scope {
            Scope::Project(project) => Some(Step::new(Kind::Project, project.at())),
            Scope::Organization => None,
        };
        let mut route = Route::new();
        route.push(self.principal.into());
        route.extend(group);
        route.extend(project);
        route.push(Step::new(Kind::Role, self.role.at()));
        route
    }
}

impl Access<'_> {
    /// Every path from the principal to the role of a grant.
    pub fn paths(&self, grant: &Grant) -> Vec<Steps> {
        grant.routes().map(|route| self.steps(&route)).collect()
    }

    /// The path from the principal to the role for one way of holding it.
    pub fn path(&self, grant: &Grant, way: Way) -> Steps {
        self.steps(&grant.route(way))
    }

    /// The things of a path.
    pub fn steps(&self, route: &[Step]) -> Steps {
        route.iter().map(|step| self.step(*step)).collect()
    }

    /// The thing of a step.
    pub fn step(&self, step: Step) -> Arc<Thing> {
        self.thing(step.kind, step.at())
    }

    /// Whether that is the thing.
    pub fn is(&self, step: Step, thing: &Thing) -> bool {
        // Two projects may have things of the same id.
        let alike = thing.is(step.kind) && self.id(step) == thing.id;
        alike && (thing.project.is_none() || *self.step(step) == *thing)
    }

    /// The order of things by kind and id.
    pub fn by_id(&self, one: Step, other: Step) -> Ordering {
        if one == other {
            return Ordering::Equal;
        }
        one.kind.name().cmp(other.kind.name()).then_with(|| self.id(one).cmp(&self.id(other)))
    }

    /// The order of [`Thing`]s.
    pub fn by_thing(&self, one: Step, other: Step) -> Ordering {
        self.by_id(one, other)
            .then_with(|| if one == other { Ordering::Equal } else { self.step(one).cmp(&self.step(other)) })
    }
}

/// The order of paths, step by step.
pub fn step_by_step(one: &[Step], other: &[Step], order: impl Fn(Step, Step) -> Ordering) -> Ordering {
    let mut steps = one.iter().zip(other).map(|(one, other)| order(*one, *other));
    steps.find(|order| order.is_ne()).unwrap_or_else(|| one.len().cmp(&other.len()))
}
