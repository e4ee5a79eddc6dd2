//! Who holds which roles in a sketch, and the ways in which somebody could come to hold one.

use super::roles::{roles, with, word};
use super::sketch::{Field, Sketch};
use crate::org::Kind;
use crate::policy::ViaKind;

/// Sketches, each with one more thing.
pub type Ways = Vec<(Sketch, Target)>;

/// What a condition is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Item(usize),
    Grant(Grant),
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

/// Every way in which a principal could come to hold some role.
pub fn grants(sketch: &Sketch, principal: usize) -> Ways {
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

/// Every grant that the sketch states.
pub fn all_grants(sketch: &Sketch) -> Vec<Grant> {
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
pub fn holders(sketch: &Sketch, role: usize) -> Ways {
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
