//! Effective grants: one principal that holds one role in one scope, in one or several ways.

use smallvec::{SmallVec, smallvec};

use super::own::{Own, groups_of, of_group, own, own_in_organization};
use crate::org::{Collection, GroupIx, Org, Principal, RoleIx, Scope, Truth, Via};

/// One principal holding one role in one scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Who.
    pub principal: Principal,
    /// What.
    pub role: RoleIx,
    /// Where.
    pub scope: Scope,
    /// Whether the role was granted to the principal itself.
    pub direct: Truth,
    /// Whether the API says that it is direct; if not, `direct` depends on whether a group grants the role.
    pub direct_stated: bool,
    /// Whether membership of the organization or project implies it (the legacy role).
    pub membership: bool,
    /// The groups that grant it, sorted.
    pub groups: SmallVec<[GroupIx; 2]>,
    /// Whether further groups may grant it because of missing data.
    pub more_groups: bool,
}

/// What is known of a principal in one scope.
struct ScopeView<'o> {
    /// What it holds there other than through groups. A service account may also be a user there.
    own: SmallVec<[Own<'o>; 1]>,
    /// Whether the API's lists of that were read, or there are none to read.
    listed: bool,
    /// The principal's groups there, each with its roles.
    groups: Vec<(GroupIx, &'o [RoleIx])>,
    /// Whether these are all groups, and all their roles.
    groups_known: bool,
}

/// The effective grants of a principal that were read, sorted by scope and role. Whether there may be more:
/// [`super::knows_grants`].
///
/// Both views are combined: the principal's roles as the API lists them, and what follows from the groups and the
/// legacy role. A role without a stated source is direct if no group grants it and all groups are known.
pub fn grants_of(org: &Org, principal: Principal) -> Vec<Grant> {
    match principal {
        Principal::Group(group) => grants_of_group(org, group),
        Principal::User(_) | Principal::ServiceAccount(_) => grants_of_member(org, principal),
    }
}

fn grants_of_group(org: &Org, group: GroupIx) -> Vec<Grant> {
    let grant = |scope, role| Grant {
        principal: Principal::Group(group),
        role,
        scope,
        direct: Truth::Yes,
        direct_stated: true,
        membership: false,
        groups: SmallVec::new(),
        more_groups: false,
    };
    of_group(org, group).flat_map(|held| held.roles.iter().map(move |&role| grant(held.scope, role))).collect()
}

fn grants_of_member(org: &Org, principal: Principal) -> Vec<Grant> {
    let groups = groups_of(org, principal);
    // A service account that may be in the list of users may have roles of its own.
    let listed = own_in_organization(org, principal).is_some() || org.coverage.of(Collection::Users).lists_all();
    // Most hold nothing in projects.
    let mut scopes: SmallVec<[(Scope, ScopeView<'_>); 1]> =
        smallvec![(Scope::Organization, ScopeView { listed, ..in_scope(org, Scope::Organization, groups) })];
    for own in own(org, principal) {
        let view = view(&mut scopes, own.scope, || in_scope(org, own.scope, groups));
        view.listed &= own.listed;
        view.own.push(own);
    }
    for held in groups.iter().flat_map(|&group| of_group(org, group)) {
        let listed = match held.scope {
            // If a project's users were read, whoever is not among them has roles there only through groups.
            Scope::Project(project) => org.knows_project_users(project),
            Scope::Organization => true,
        };
        view(&mut scopes, held.scope, || ScopeView { listed, ..in_scope(org, held.scope, groups) });
    }
    scopes.sort_unstable_by_key(|(scope, _)| *scope);
    scopes.into_iter().flat_map(|(scope, view)| grants_in(principal, scope, &view)).collect()
}

/// The view of a scope, made if there is none yet.
fn view<'v, 'o>(
    scopes: &'v mut SmallVec<[(Scope, ScopeView<'o>); 1]>,
    scope: Scope,
    new: impl FnOnce() -> ScopeView<'o>,
) -> &'v mut ScopeView<'o> {
    let at = scopes.iter().position(|(known, _)| *known == scope).unwrap_or_else(|| {
        scopes.push((scope, new()));
        scopes.len() - 1
    });
    &mut scopes[at].1
}

/// What the groups confer in a scope; what is the principal's own is added to it.
fn in_scope<'o>(org: &'o Org, scope: Scope, groups: &[GroupIx]) -> ScopeView<'o> {
    let all_groups = match scope {
        Scope::Organization => true,
        Scope::Project(project) => {
            org.knows_project_groups(project) && org.groups_of_project(project).all(|group| org.knows_members(group))
        }
    };
    let mut groups_known = org.knows_memberships() && all_groups;
    let mut conferring = Vec::new();
    for &group in groups {
        for held in of_group(org, group).filter(|held| held.scope == scope) {
            groups_known &= held.listed;
            conferring.push((group, held.roles));
        }
    }
    ScopeView { own: SmallVec::new(), listed: true, groups: conferring, groups_known }
}

fn grants_in(principal: Principal, scope: Scope, place: &ScopeView<'_>) -> Vec<Grant> {
    #[derive(PartialEq, Eq, PartialOrd, Ord)]
    enum Origin {
        Stated(Via),
        Membership,
    }

    let assignments = place.own.iter().flat_map(|own| own.assignments);
    let stated = assignments.map(|a| (a.role, Origin::Stated(a.via())));
    let mut origins: Vec<(RoleIx, Origin)> = stated.collect();
    for (group, roles) in &place.groups {
        origins.extend(roles.iter().map(|&role| (role, Origin::Stated(Via::Group(*group)))));
    }
    origins.extend(place.own.iter().filter_map(|own| own.implied).map(|role| (role, Origin::Membership)));
    origins.sort_unstable();
    origins.dedup();

    let grant = |chunk: &[(RoleIx, Origin)]| {
        let has = |origin: &Origin| chunk.iter().any(|(_, o)| o == origin);
        let groups: SmallVec<[GroupIx; 2]> = chunk
            .iter()
            .filter_map(|(_, origin)| match origin {
                Origin::Stated(Via::Group(group)) => Some(*group),
                Origin::Stated(Via::Direct | Via::Inherited | Via::Unstated) | Origin::Membership => None,
            })
            .collect();
        let membership = has(&Origin::Membership);
        // An unknown source is treated like a missing one.
        let unstated = has(&Origin::Stated(Via::Unstated)) || has(&Origin::Stated(Via::Inherited));
        let direct = if has(&Origin::Stated(Via::Direct)) {
            Truth::Yes
        } else if !unstated {
            if place.listed { Truth::No } else { Truth::Unknown }
        } else if groups.is_empty() && !membership && place.groups_known {
            Truth::Yes
        } else {
            Truth::Unknown
        };
        Grant {
            principal,
            role: chunk[0].0,
            scope,
            direct,
            direct_stated: has(&Origin::Stated(Via::Direct)),
            membership,
            // Even if the sources are stated, the lists of groups may add more: both count.
            more_groups: !place.groups_known,
            groups,
        }
    };
    origins.chunk_by(|(a, _), (b, _)| a == b).map(grant).collect()
}
