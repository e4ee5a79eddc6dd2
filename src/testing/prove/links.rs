//! How the things of a sketch are related, and the ways in which a new one could be. It is long because each relation
//! has its own way to be made.

use super::roles::{roles, with, word};
use super::sketch::{Field, LISTED, Sketch};
use crate::org::Kind;
use crate::policy::{Part, Relation, ViaKind};
use crate::testing::keys;

/// What a condition is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Item(usize),
    Grant(Grant),
}

/// A role that somebody holds somewhere, and the ways that lead to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    pub principal: usize,
    pub role: usize,
    pub project: Option<usize>,
    direct: bool,
    group: Option<usize>,
    membership: bool,
}

impl Target {
    /// The thing whose fields are asked for: of a grant, its role.
    pub fn role_or_self(self) -> usize {
        match self {
            Self::Item(at) => at,
            Self::Grant(grant) => grant.role,
        }
    }

    /// Whether it is a grant that is held in this way.
    pub fn goes(self, kind: ViaKind) -> bool {
        let Self::Grant(grant) = self else { return false };
        match kind {
            ViaKind::Direct => grant.direct,
            ViaKind::Group => grant.group.is_some(),
            ViaKind::Membership => grant.membership,
        }
    }

    /// The group through which it is held, if it is a grant that is.
    pub fn through(self) -> Option<usize> {
        match self {
            Self::Grant(grant) => grant.group,
            Self::Item(_) => None,
        }
    }
}

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

type Ways = Vec<(Sketch, Target)>;

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

/// Every way in which a principal could come to hold some role.
fn grants(sketch: &Sketch, principal: usize) -> Ways {
    let mut ways: Ways =
        roles(sketch, None).into_iter().flat_map(|(sketch, role)| held(&sketch, principal, role)).collect();
    let home = sketch.items[principal].project;
    let projects: Vec<(Sketch, usize)> = if let Some(project) = home {
        vec![(sketch.clone(), project)]
    } else {
        let known = sketch.of(Kind::Project).map(|project| (sketch.clone(), project));
        known.chain([with(sketch, Kind::Project, None)]).collect()
    };
    for (sketch, project) in projects {
        ways.extend(
            roles(&sketch, Some(project)).into_iter().flat_map(|(sketch, role)| held(&sketch, principal, role)),
        );
    }
    ways
}

/// Every way in which a principal could come to hold this role, and through a group as well.
fn held(sketch: &Sketch, principal: usize, role: usize) -> Ways {
    let none =
        Grant { principal, role, project: sketch.items[role].project, direct: false, group: None, membership: false };
    let direct = directly(sketch, none);
    let group = through_a_group(sketch, none);
    let membership = by_membership(sketch, none);
    let both = direct.iter().chain(&membership).filter_map(|(sketch, grant)| through_a_group(sketch, *grant));
    let both: Vec<_> = both.collect();
    let ways = direct.into_iter().chain(group).chain(membership).chain(both);
    ways.map(|(sketch, grant)| (sketch, Target::Grant(grant))).collect()
}

fn directly(sketch: &Sketch, grant: Grant) -> Option<(Sketch, Grant)> {
    let mut sketch = sketch.clone();
    match (sketch.items[grant.principal].kind, grant.project) {
        (Kind::ServiceAccount, None) => return None,
        (Kind::User | Kind::Group, Some(project)) => sketch.member(project, grant.principal).roles.push(grant.role),
        _ => sketch.items[grant.principal].roles.push(grant.role),
    }
    Some((sketch, Grant { direct: true, ..grant }))
}

fn through_a_group(sketch: &Sketch, grant: Grant) -> Option<(Sketch, Grant)> {
    if sketch.items[grant.principal].kind == Kind::Group {
        return None;
    }
    let (mut sketch, group) = with(sketch, Kind::Group, None);
    sketch.items[grant.principal].groups.push(group);
    match grant.project {
        Some(project) => sketch.member(project, group).roles.push(grant.role),
        None => sketch.items[group].roles.push(grant.role),
    }
    Some((sketch, Grant { group: Some(group), ..grant }))
}

fn by_membership(sketch: &Sketch, grant: Grant) -> Option<(Sketch, Grant)> {
    let word = word(sketch, grant.role)?;
    let mut sketch = sketch.clone();
    let has_a_word = sketch.items[grant.principal].fields.contains_key("role");
    match (sketch.items[grant.principal].kind, grant.project) {
        (Kind::User, Some(project)) => sketch.member(project, grant.principal).word = Some(word),
        (Kind::User, None) | (Kind::ServiceAccount, Some(_)) if !has_a_word => {
            sketch.items[grant.principal].fields.insert("role", Field::Text(word.to_owned()));
        }
        _ => return None,
    }
    Some((sketch, Grant { membership: true, ..grant }))
}

/// What a relation leads to, as far as the sketch says so.
pub fn related(sketch: &Sketch, of: Target, relation: Relation) -> Vec<Target> {
    match (of, relation) {
        (Target::Grant(_), Relation::All(kind)) => all(sketch, kind),
        (Target::Grant(grant), Relation::Part(part)) => {
            part_of(sketch, grant, part).map(Target::Item).into_iter().collect()
        }
        (Target::Item(at), relation) => linked(sketch, at, relation),
        // A grant leads to nothing but its parts.
        (Target::Grant(_), _) => Vec::new(),
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

/// What a relation leads to from a thing.
fn linked(sketch: &Sketch, at: usize, relation: Relation) -> Vec<Target> {
    let items = |places: Vec<usize>| places.into_iter().map(Target::Item).collect::<Vec<_>>();
    let item = &sketch.items[at];
    let owner = |kind| item.owner.filter(|owner| sketch.items[*owner].kind == kind).into_iter().collect();
    let inside = |kind| sketch.of(kind).filter(|one| sketch.items[*one].project == Some(at)).collect();
    let projects_of = |who| {
        sketch
            .of(Kind::Project)
            .filter(|project| sketch.items[*project].members.iter().any(|member| member.who == who))
            .collect()
    };
    items(match relation {
        Relation::Holds => {
            return all_grants(sketch).into_iter().filter(|grant| grant.principal == at).map(Target::Grant).collect();
        }
        Relation::Holders => {
            let here =
                |grant: &Grant| if item.kind == Kind::Project { grant.project == Some(at) } else { grant.role == at };
            return all_grants(sketch).into_iter().filter(here).map(Target::Grant).collect();
        }
        Relation::Groups => item.groups.clone(),
        Relation::Members if item.kind == Kind::Project => {
            item.members.iter().map(|member| member.who).filter(|who| sketch.items[*who].kind == Kind::User).collect()
        }
        Relation::Members => sketch.of(Kind::User).filter(|user| sketch.items[*user].groups.contains(&at)).collect(),
        Relation::Projects => match item.kind {
            Kind::Invite => item.projects.clone(),
            Kind::Role => item.project.into_iter().collect(),
            Kind::User
            | Kind::Group
            | Kind::Project
            | Kind::ServiceAccount
            | Kind::AdminApiKey
            | Kind::ApiKey
            | Kind::Grant => projects_of(at),
        },
        Relation::Project => item.project.into_iter().collect(),
        Relation::Roles => inside(Kind::Role),
        Relation::ServiceAccounts => inside(Kind::ServiceAccount),
        Relation::ApiKeys => inside(Kind::ApiKey),
        Relation::OwningUser => owner(Kind::User),
        Relation::OwningServiceAccount => owner(Kind::ServiceAccount),
        Relation::All(kind) => return all(sketch, kind),
        Relation::Part(_) => Vec::new(),
    })
}

/// Everything of a kind.
fn all(sketch: &Sketch, kind: Kind) -> Vec<Target> {
    if kind == Kind::Grant {
        all_grants(sketch).into_iter().map(Target::Grant).collect()
    } else {
        sketch.of(kind).map(Target::Item).collect()
    }
}

/// Every grant that the sketch states.
fn all_grants(sketch: &Sketch) -> Vec<Grant> {
    let mut grants: Vec<Grant> = Vec::new();
    let mut add = |principal: usize, role: usize, project: Option<usize>, group: Option<usize>| {
        let same = |grant: &&mut Grant| (grant.principal, grant.role, grant.project) == (principal, role, project);
        let direct = group.is_none();
        if let Some(grant) = grants.iter_mut().find(same) {
            grant.direct |= direct;
            grant.group = grant.group.or(group);
        } else {
            grants.push(Grant { principal, role, project, direct, group, membership: false });
        }
    };
    let mut of = |principal: usize, roles: &[usize], groups: &[usize], project: Option<usize>| {
        for role in roles {
            add(principal, *role, project, None);
        }
        for group in groups.iter().filter(|_| project.is_none()) {
            for role in &sketch.items[*group].roles {
                add(principal, *role, None, Some(*group));
            }
        }
    };
    for (at, item) in sketch.items.iter().enumerate() {
        of(at, &item.roles, &item.groups, item.project);
        if item.project.is_some() {
            of(at, &[], &item.groups, None);
        }
        for member in &item.members {
            of(member.who, &member.roles, &[], Some(at));
        }
    }
    grants
}

/// The ways in which a new thing could be related.
pub fn fresh(sketch: &Sketch, of: Target, relation: Relation) -> Ways {
    // Everything that a grant relates to exists already.
    let Target::Item(at) = of else { return Vec::new() };
    let (kind, home) = (sketch.items[at].kind, sketch.items[at].project);
    let new = |kind, project, link: &dyn Fn(&mut Sketch, usize)| {
        let (mut sketch, new) = with(sketch, kind, project);
        link(&mut sketch, new);
        vec![(sketch, Target::Item(new))]
    };
    match relation {
        Relation::Holds => grants(sketch, at),
        Relation::Holders if kind == Kind::Project => {
            let roles = roles(sketch, Some(at));
            roles.into_iter().flat_map(|(sketch, role)| holders(&sketch, role)).collect()
        }
        Relation::Holders => holders(sketch, at),
        Relation::Groups => new(Kind::Group, None, &|sketch, group| sketch.items[at].groups.push(group)),
        Relation::Members if kind == Kind::Project => new(Kind::User, None, &|sketch, user| {
            sketch.member(at, user);
        }),
        Relation::Members => new(Kind::User, None, &|sketch, user| sketch.items[user].groups.push(at)),
        Relation::Projects => match kind {
            Kind::Invite => new(Kind::Project, None, &|sketch, project| sketch.items[at].projects.push(project)),
            Kind::User | Kind::Group => new(Kind::Project, None, &|sketch, project| {
                sketch.member(project, at);
            }),
            Kind::Role | Kind::Project | Kind::ServiceAccount | Kind::AdminApiKey | Kind::ApiKey | Kind::Grant => {
                Vec::new()
            }
        },
        Relation::Roles => {
            roles(sketch, Some(at)).into_iter().map(|(sketch, role)| (sketch, Target::Item(role))).collect()
        }
        Relation::ServiceAccounts => new(Kind::ServiceAccount, Some(at), &|_, _| {}),
        Relation::ApiKeys => new(Kind::ApiKey, Some(at), &|_, _| {}),
        Relation::OwningUser | Relation::OwningServiceAccount if sketch.items[at].owner.is_some() => Vec::new(),
        Relation::OwningUser => new(Kind::User, None, &|sketch, user| sketch.items[at].owner = Some(user)),
        Relation::OwningServiceAccount => {
            new(Kind::ServiceAccount, home, &|sketch, account| sketch.items[at].owner = Some(account))
        }
        Relation::All(Kind::Role) => {
            roles(sketch, None).into_iter().map(|(sketch, role)| (sketch, Target::Item(role))).collect()
        }
        Relation::All(kind @ (Kind::User | Kind::Group | Kind::Project | Kind::Invite | Kind::AdminApiKey)) => {
            new(kind, None, &|_, _| {})
        }
        Relation::Project | Relation::Part(_) | Relation::All(Kind::Grant | Kind::ServiceAccount | Kind::ApiKey) => {
            Vec::new()
        }
    }
}

/// For a project, new principals that hold a role of the organization.
pub fn organization_wide(sketch: &Sketch, of: Target) -> Ways {
    match of {
        Target::Item(at) if sketch.items[at].kind == Kind::Project => {
            roles(sketch, None).into_iter().flat_map(|(sketch, role)| holders(&sketch, role)).collect()
        }
        Target::Item(_) | Target::Grant(_) => Vec::new(),
    }
}

/// A new principal that holds this role.
fn holders(sketch: &Sketch, role: usize) -> Ways {
    let people = [Kind::User, Kind::Group].map(|kind| with(sketch, kind, None));
    let account = if let Some(project) = sketch.items[role].project {
        with(sketch, Kind::ServiceAccount, Some(project))
    } else {
        let (sketch, project) = with(sketch, Kind::Project, None);
        with(&sketch, Kind::ServiceAccount, Some(project))
    };
    people.into_iter().chain([account]).flat_map(|(sketch, principal)| held(&sketch, principal, role)).collect()
}

/// Takes away what users and service accounts hold for being there.
pub fn without_membership(sketch: &mut Sketch) {
    for item in sketch.items.iter_mut().filter(|item| matches!(item.kind, Kind::User | Kind::ServiceAccount)) {
        let none = if item.kind == Kind::User { Field::Null } else { Field::Text("none".to_owned()) };
        item.fields.entry("role").or_insert(none);
    }
}
