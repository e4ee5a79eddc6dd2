//! How the things of a sketch are related, and the ways in which a new one could be.

use super::sketch::{Field, Sketch};
use crate::org::Kind;
use crate::policy::{Relation, ViaKind, predefined};
use crate::testing::keys;

/// What a condition is asked of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Item(usize),
    Grant(Grant),
}

/// A role that somebody holds somewhere, in one way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    pub principal: usize,
    pub role: usize,
    pub project: Option<usize>,
    way: Way,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Direct,
    Group(usize),
    Membership,
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
            ViaKind::Direct => grant.way == Way::Direct,
            ViaKind::Group => matches!(grant.way, Way::Group(_)),
            ViaKind::Membership => grant.way == Way::Membership,
        }
    }

    /// The group through which it is held, if it is a grant that is.
    pub fn through(self) -> Option<usize> {
        match self {
            Self::Grant(Grant { way: Way::Group(group), .. }) => Some(group),
            Self::Grant(_) | Self::Item(_) => None,
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
    name == "id" || keys.contains(&name)
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

fn with(sketch: &Sketch, kind: Kind, project: Option<usize>) -> (Sketch, usize) {
    let mut sketch = sketch.clone();
    let at = sketch.add(kind, project);
    (sketch, at)
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

/// A role of the organization or of a project: a new one, or a predefined one.
fn roles(sketch: &Sketch, project: Option<usize>) -> Vec<(Sketch, usize)> {
    let mut ways = vec![with(sketch, Kind::Role, project)];
    let scope = if project.is_some() { "project" } else { "organization" };
    for word in predefined::words().filter(|word| predefined::ids().any(|id| id == predefined::id(scope, word))) {
        let mut sketch = sketch.clone();
        let at = predefined_role(&mut sketch, scope, word, project);
        ways.push((sketch, at));
    }
    ways
}

/// The predefined role of that word, which is there from now on.
fn predefined_role(sketch: &mut Sketch, scope: &str, word: &str, project: Option<usize>) -> usize {
    let id = Field::Text(predefined::id(scope, word));
    let known = sketch
        .of(Kind::Role)
        .find(|at| sketch.items[*at].project == project && sketch.items[*at].fields.get("id") == Some(&id));
    known.unwrap_or_else(|| {
        let at = sketch.add(Kind::Role, project);
        let fields = &mut sketch.items[at].fields;
        fields.insert("id", id);
        fields.insert("name", Field::Text(word.to_owned()));
        fields.insert("predefined_role", Field::Flag(true));
        at
    })
}

/// The word of a predefined role.
fn word(sketch: &Sketch, role: usize) -> Option<&'static str> {
    let Some(Field::Text(id)) = sketch.items[role].fields.get("id") else { return None };
    let scope = if sketch.items[role].project.is_some() { "project" } else { "organization" };
    predefined::words().find(|word| predefined::id(scope, word) == *id)
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

/// Every way in which a principal could come to hold this role.
fn held(sketch: &Sketch, principal: usize, role: usize) -> Ways {
    let (kind, project) = (sketch.items[principal].kind, sketch.items[role].project);
    let grant = |way| Target::Grant(Grant { principal, role, project, way });
    let mut ways = Vec::new();
    let mut direct = sketch.clone();
    match (kind, project) {
        (Kind::ServiceAccount, None) => {}
        (Kind::User | Kind::Group, Some(project)) => {
            direct.member(project, principal).roles.push(role);
            ways.push((direct, grant(Way::Direct)));
        }
        _ => {
            direct.items[principal].roles.push(role);
            ways.push((direct, grant(Way::Direct)));
        }
    }
    if kind != Kind::Group {
        let (mut through, group) = with(sketch, Kind::Group, None);
        through.items[principal].groups.push(group);
        match project {
            Some(project) => through.member(project, group).roles.push(role),
            None => through.items[group].roles.push(role),
        }
        ways.push((through, grant(Way::Group(group))));
    }
    let Some(word) = word(sketch, role) else { return ways };
    let mut member = sketch.clone();
    match (kind, project) {
        (Kind::User, Some(project)) => {
            member.member(project, principal).word = Some(word);
            ways.push((member, grant(Way::Membership)));
        }
        (Kind::User, None) | (Kind::ServiceAccount, Some(_))
            if !sketch.items[principal].fields.contains_key("role") =>
        {
            member.items[principal].fields.insert("role", Field::Text(word.to_owned()));
            ways.push((member, grant(Way::Membership)));
        }
        _ => {}
    }
    ways
}

/// What a relation leads to, as far as the sketch says so.
pub fn related(sketch: &Sketch, of: Target, relation: Relation) -> Vec<Target> {
    let items = |places: Vec<usize>| places.into_iter().map(Target::Item).collect::<Vec<_>>();
    let at = match of {
        Target::Grant(grant) => {
            let is = |kind| if sketch.items[grant.principal].kind == kind { vec![grant.principal] } else { Vec::new() };
            return items(match relation {
                Relation::Role => vec![grant.role],
                Relation::Project => grant.project.into_iter().collect(),
                Relation::User => is(Kind::User),
                Relation::Group => is(Kind::Group),
                Relation::ServiceAccount => is(Kind::ServiceAccount),
                Relation::Holders
                | Relation::Holds
                | Relation::Groups
                | Relation::Members
                | Relation::Roles
                | Relation::Projects
                | Relation::ServiceAccounts
                | Relation::ApiKeys => Vec::new(),
                Relation::All(kind) => return all(sketch, kind),
            });
        }
        Target::Item(at) => at,
    };
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
        Relation::User => owner(Kind::User),
        Relation::ServiceAccount => owner(Kind::ServiceAccount),
        Relation::All(kind) => return all(sketch, kind),
        Relation::Role | Relation::Group => Vec::new(),
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
    let mut grants = Vec::new();
    let mut of = |principal: usize, roles: &[usize], groups: &[usize], project: Option<usize>| {
        let way = |way| move |role: &usize| Grant { principal, role: *role, project, way };
        grants.extend(roles.iter().map(way(Way::Direct)));
        for group in groups {
            grants.extend(sketch.items[*group].roles.iter().filter(|_| project.is_none()).map(way(Way::Group(*group))));
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
    // What a grant is made of is there.
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
        Relation::User | Relation::ServiceAccount if sketch.items[at].owner.is_some() => Vec::new(),
        Relation::User => new(Kind::User, None, &|sketch, user| sketch.items[at].owner = Some(user)),
        Relation::ServiceAccount => {
            new(Kind::ServiceAccount, home, &|sketch, account| sketch.items[at].owner = Some(account))
        }
        Relation::All(Kind::Role) => {
            roles(sketch, None).into_iter().map(|(sketch, role)| (sketch, Target::Item(role))).collect()
        }
        Relation::All(kind @ (Kind::User | Kind::Group | Kind::Project | Kind::Invite | Kind::AdminApiKey)) => {
            new(kind, None, &|_, _| {})
        }
        Relation::Project
        | Relation::Role
        | Relation::Group
        | Relation::All(Kind::Grant | Kind::ServiceAccount | Kind::ApiKey) => Vec::new(),
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
