//! The fast path: conditions on grants that depend on the role alone. They are answered once for each role instead of
//! once for each grant; there are few roles and many grants.

use fixedbitset::FixedBitSet;

use super::held::Whose;
use super::relation::principal;
use super::truths::{Joined, Truths};
use crate::access::{
    Own, groups_of, knows_grants_of_group, knows_where, of_group, own_in_organization, own_in_projects,
};
use crate::org::{Extent, GroupIx, Org};
use crate::policy::{Condition, Kind, Part, Predicate, Quantity, RelatedPredicate, Relation, TextColumn, TimeColumn};

/// Whether a relation leads to grants of which only the role is asked, and the scope in a way that only narrows them.
pub fn is_by_role(relation: Relation, test: &RelatedPredicate) -> bool {
    let narrows = match test.quantity {
        Quantity::Some | Quantity::None => true,
        // Each grant has to be in the scope, so the scope does not narrow.
        Quantity::Every => false,
        // It matters if one thing appears twice.
        Quantity::Count(..) => return false,
    };
    relation == Relation::Holds
        && test.condition.conjuncts().iter().all(|part| (narrows && is_scope(part)) || by_role(part))
}

fn is_scope(condition: &Condition) -> bool {
    matches!(condition.predicate, Predicate::Text(_, TextColumn::Scope, _))
}

/// Whether a condition on a grant asks only about its role, so that all grants of that role have the same answer.
fn by_role(condition: &Condition) -> bool {
    match &condition.predicate {
        Predicate::All(parts) | Predicate::Any(parts) => parts.iter().all(by_role),
        Predicate::Not(part) => by_role(part),
        Predicate::Text(_, TextColumn::Principal | TextColumn::Scope, _)
        | Predicate::Time(_, TimeColumn::Added, _)
        | Predicate::Via(..) => false,
        Predicate::Related(_, relation, _) => *relation == Relation::Part(Part::Role),
        Predicate::Text(..) | Predicate::List(..) | Predicate::Flag(..) | Predicate::Time(..) => true,
    }
}

/// Which roles somebody must hold *some* of, so that so many of those with these answers are held; and whether that
/// then means *no*. Only *some* can be joined, from roles to groups and from groups to their members: *every* means that
/// none is held that does not satisfy it.
pub fn as_some(quantity: Quantity, roles: &Truths) -> (Truths, bool) {
    match quantity {
        Quantity::Some => (roles.clone(), false),
        Quantity::None => (roles.clone(), true),
        Quantity::Every => (roles.clone().not(), true),
        Quantity::Count(..) => unreachable!("a role that is held twice is one"),
    }
}

/// Which principals hold some role that satisfies a condition, given the answers of the roles. Only those that have a bit
/// in `asked` are looked at.
pub fn some(org: &Org, whose: Whose, asked: Option<&FixedBitSet>, roles: &Truths) -> Truths {
    joined(org, whose, asked, std::slice::from_ref(roles)).remove(0)
}

/// The same of each of several conditions, of everybody.
pub fn some_of_each(org: &Org, whose: Whose, roles: &[Truths]) -> Vec<Truths> {
    roles.chunks(Joined::MOST).flat_map(|roles| joined(org, whose, None, roles)).collect()
}

fn joined(org: &Org, whose: Whose, asked: Option<&FixedBitSet>, answers: &[Truths]) -> Vec<Truths> {
    let roles: Vec<Joined> =
        (0..org.roles.len()).map(|role| Joined::of(answers.iter().map(|answers| answers.of(role)))).collect();
    let group = |at| of_one_group(org, GroupIx::new(at), whose.scopes, &roles);
    match whose.kind {
        Kind::Group => Truths::columns(org.groups.len(), answers.len(), asked, group),
        Kind::User
        | Kind::ServiceAccount
        | Kind::Role
        | Kind::Project
        | Kind::Invite
        | Kind::AdminApiKey
        | Kind::ApiKey
        | Kind::Grant => {
            let groups: Vec<Joined> = (0..org.groups.len()).map(group).collect();
            of_members(org, whose, asked, answers.len(), (&roles, &groups))
        }
    }
}

fn of_one_group(org: &Org, group: GroupIx, scopes: Extent, roles: &[Joined]) -> Joined {
    let mut joined = Joined::unless(knows_grants_of_group(org, group, scopes));
    for held in of_group(org, group).filter(|held| scopes.contain(held.scope)) {
        held.roles.iter().for_each(|role| joined |= roles[role.at()]);
    }
    joined
}

/// The answers of users or service accounts, given those of roles and groups.
fn of_members(
    org: &Org,
    Whose { kind, scopes }: Whose,
    asked: Option<&FixedBitSet>,
    conditions: usize,
    (roles, groups): (&[Joined], &[Joined]),
) -> Vec<Truths> {
    let count = if kind == Kind::ServiceAccount { org.service_accounts.len() } else { org.users.len() };
    // There may be millions of them, so what is the same for all is asked once, and each is looked at once.
    let everywhere = count == 0 || knows_where(org, principal(kind, 0), scopes);
    let in_projects = scopes.project && (kind == Kind::ServiceAccount || !org.project_users.is_empty());
    Truths::columns(count, conditions, asked, |at| {
        let principal = principal(kind, at);
        let (mut complete, mut joined) = (everywhere, Joined::default());
        let mut own = |own: Own<'_>| {
            complete &= own.is_complete();
            own.roles().for_each(|role| joined |= roles[role.at()]);
        };
        if scopes.organization {
            own_in_organization(org, principal).into_iter().for_each(&mut own);
        }
        if in_projects {
            own_in_projects(org, principal).for_each(own);
        }
        for group in groups_of(org, principal) {
            joined |= groups[group.at()];
        }
        joined |= Joined::unless(complete);
        joined
    })
}
