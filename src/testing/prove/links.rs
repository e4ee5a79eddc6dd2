//! How the things of a sketch are related, and the ways in which a new one could be.

use super::grants::{Grant, Target, Ways, all_grants, grants, holders};
use super::roles::{roles, with};
use super::sketch::{LISTED, Sketch};
use crate::org::Kind;
use crate::policy::{Part, Relation};
use crate::testing::keys;

/// Whether a test can write this field of such a thing.
pub fn is_written(kind: Kind, name: &str) -> bool {
    let keys = match kind {
        Kind::Role => keys::ROLE,
        Kind::User => keys::USER,
        Kind::Group => keys::GROUP,
        Kind::Project => keys::PROJECT,
        Kind::ServiceAccount => keys::ACCOUNT,
        Kind::Invite => keys::INVITE,
        Kind::AdminApiKey => keys::ADMIN_KEY,
        Kind::ApiKey => keys::KEY,
        Kind::Grant => &[],
    };
    name == "id" || keys.contains(&name) || (kind == Kind::User && name == LISTED)
}

/// A sketch with one more thing of this kind, in every way there is.
pub fn subjects(sketch: &Sketch, kind: Kind) -> Ways {
    match kind {
        Kind::Role => {
            let mut ways = roles(sketch, None);
            let (with_project, project) = with(sketch, Kind::Project, None);
            ways.extend(roles(&with_project, Some(project)));
            ways.into_iter().map(|(sketch, role)| (sketch, Target::Item(role))).collect()
        }
        Kind::ServiceAccount | Kind::ApiKey => in_projects(sketch, kind),
        Kind::Grant => {
            let principals = [Kind::User, Kind::Group, Kind::ServiceAccount];
            let all = principals.into_iter().flat_map(|kind| subjects(sketch, kind));
            all.flat_map(|(sketch, principal)| grants(&sketch, principal.role_or_self())).collect()
        }
        Kind::User | Kind::Group | Kind::Project | Kind::Invite | Kind::AdminApiKey => {
            let (sketch, at) = with(sketch, kind, None);
            vec![(sketch, Target::Item(at))]
        }
    }
}

/// A new thing in each project, a new one included.
fn in_projects(sketch: &Sketch, kind: Kind) -> Ways {
    let new = with(sketch, Kind::Project, None);
    let known = sketch.of(Kind::Project).map(|project| (sketch.clone(), project));
    let thing = |(sketch, project): (Sketch, usize)| {
        let (sketch, at) = with(&sketch, kind, Some(project));
        (sketch, Target::Item(at))
    };
    known.chain([new]).map(thing).collect()
}

/// What a relation leads to, as far as the sketch says so.
pub fn related(sketch: &Sketch, of: Target, relation: Relation) -> Vec<Target> {
    match (of, relation) {
        (Target::Grant(_), Relation::All(kind)) => all(sketch, kind),
        (Target::Grant(grant), Relation::Part(part)) => {
            part_of(sketch, grant, part).map(Target::Item).into_iter().collect()
        }
        (Target::Item(at), relation) => (link(sketch, at, relation).related)(),
        // A grant leads to nothing but its parts.
        (Target::Grant(_), _) => Vec::new(),
    }
}

/// The ways in which a new thing could be related.
pub fn fresh(sketch: &Sketch, of: Target, relation: Relation) -> Ways {
    match of {
        Target::Item(at) => (link(sketch, at, relation).fresh)(),
        // Everything that a grant relates to exists already.
        Target::Grant(_) => Vec::new(),
    }
}

fn part_of(sketch: &Sketch, grant: Grant, part: Part) -> Option<usize> {
    let principal = |kind| Some(grant.principal).filter(|principal| sketch.items[*principal].kind == kind);
    match part {
        Part::Role => Some(grant.role),
        Part::Project => grant.project,
        Part::User => principal(Kind::User),
        Part::Group => principal(Kind::Group),
        Part::ServiceAccount => principal(Kind::ServiceAccount),
    }
}

/// A relation from a thing.
struct Link<'s> {
    /// What it leads to.
    related: Box<dyn Fn() -> Vec<Target> + 's>,
    /// The sketches in which it leads to a new thing.
    fresh: Box<dyn Fn() -> Ways + 's>,
}

impl<'s> Link<'s> {
    fn new(related: impl Fn() -> Vec<Target> + 's, fresh: impl Fn() -> Ways + 's) -> Self {
        Self { related: Box::new(related), fresh: Box::new(fresh) }
    }

    /// To things of which nothing new can be made.
    fn to_these(items: Vec<usize>) -> Self {
        Self::new(move || targets(items.clone()), Vec::new)
    }
}

fn targets(items: Vec<usize>) -> Vec<Target> {
    items.into_iter().map(Target::Item).collect()
}

fn link(sketch: &Sketch, at: usize, relation: Relation) -> Link<'_> {
    let item = &sketch.items[at];
    let (kind, home) = (item.kind, item.project);
    // To these things, and to a new one of that kind once `join` has related it.
    let to = |items: Vec<usize>, kind: Kind, project: Option<usize>, join: fn(&mut Sketch, usize, usize)| {
        let fresh = move || {
            let (mut sketch, new) = with(sketch, kind, project);
            join(&mut sketch, at, new);
            vec![(sketch, Target::Item(new))]
        };
        Link::new(move || targets(items.clone()), fresh)
    };
    let granted = |is: fn(&Grant, usize) -> bool| {
        move || all_grants(sketch).into_iter().filter(|grant| is(grant, at)).map(Target::Grant).collect()
    };
    let new_roles = move |project| {
        let item = |(sketch, role)| (sketch, Target::Item(role));
        roles(sketch, project).into_iter().map(item).collect()
    };
    let inside = |kind| sketch.of(kind).filter(|one| sketch.items[*one].project == Some(at)).collect::<Vec<_>>();
    let with_member = || {
        let has = |project: &usize| sketch.items[*project].members.iter().any(|member| member.who == at);
        sketch.of(Kind::Project).filter(has).collect::<Vec<_>>()
    };
    let owned_by = |kind, project| {
        let owner: Vec<usize> = item.owner.filter(|owner| sketch.items[*owner].kind == kind).into_iter().collect();
        if item.owner.is_some() {
            return Link::to_these(owner);
        }
        to(owner, kind, project, |sketch, key, owner| sketch.items[key].owner = Some(owner))
    };
    match relation {
        Relation::Holds => Link::new(granted(|grant, at| grant.principal == at), move || grants(sketch, at)),
        Relation::Holders if kind == Kind::Project => {
            Link::new(granted(|grant, at| grant.project == Some(at)), move || {
                roles(sketch, Some(at)).into_iter().flat_map(|(sketch, role)| holders(&sketch, role)).collect()
            })
        }
        Relation::Holders => Link::new(granted(|grant, at| grant.role == at), move || holders(sketch, at)),
        Relation::Groups => {
            to(item.groups.clone(), Kind::Group, None, |sketch, who, group| sketch.items[who].groups.push(group))
        }
        Relation::Members if kind == Kind::Project => {
            let members = item.members.iter().map(|member| member.who);
            let users = members.filter(|who| sketch.items[*who].kind == Kind::User).collect();
            to(users, Kind::User, None, |sketch, project, user| {
                sketch.member(project, user);
            })
        }
        Relation::Members => {
            let users = sketch.of(Kind::User).filter(|user| sketch.items[*user].groups.contains(&at)).collect();
            to(users, Kind::User, None, |sketch, group, user| sketch.items[user].groups.push(group))
        }
        Relation::Projects => match kind {
            Kind::Invite => to(item.projects.clone(), Kind::Project, None, |sketch, invite, project| {
                sketch.items[invite].projects.push(project);
            }),
            Kind::User | Kind::Group => to(with_member(), Kind::Project, None, |sketch, who, project| {
                sketch.member(project, who);
            }),
            Kind::Role => Link::to_these(home.into_iter().collect()),
            Kind::Project | Kind::ServiceAccount | Kind::AdminApiKey | Kind::ApiKey | Kind::Grant => {
                Link::to_these(with_member())
            }
        },
        Relation::Project => Link::to_these(home.into_iter().collect()),
        Relation::Roles => {
            let listed = inside(Kind::Role);
            Link::new(move || targets(listed.clone()), move || new_roles(Some(at)))
        }
        Relation::ServiceAccounts => to(inside(Kind::ServiceAccount), Kind::ServiceAccount, Some(at), |_, _, _| {}),
        Relation::ApiKeys => to(inside(Kind::ApiKey), Kind::ApiKey, Some(at), |_, _, _| {}),
        Relation::OwningUser => owned_by(Kind::User, None),
        Relation::OwningServiceAccount => owned_by(Kind::ServiceAccount, home),
        Relation::All(of) => Link::new(
            move || all(sketch, of),
            move || match of {
                Kind::Role => new_roles(None),
                Kind::User | Kind::Group | Kind::Project | Kind::Invite | Kind::AdminApiKey => subjects(sketch, of),
                Kind::Grant | Kind::ServiceAccount | Kind::ApiKey => Vec::new(),
            },
        ),
        Relation::Part(_) => Link::to_these(Vec::new()),
    }
}

/// Everything of a kind.
fn all(sketch: &Sketch, kind: Kind) -> Vec<Target> {
    if kind == Kind::Grant {
        all_grants(sketch).into_iter().map(Target::Grant).collect()
    } else {
        sketch.of(kind).map(Target::Item).collect()
    }
}
