//! The fast path: conditions on grants that depend on the role alone. They are answered once for each role instead of
//! once for each grant; there are few roles and many grants.

use super::quantify::quantify;
use super::relation::principal;
use super::truths::Truths;
use crate::access::{Own, groups_of, knows_grants_of_group, knows_own_grants, of_group, own};
use crate::org::{Extent, GroupIx, Org, Principal, RoleIx};
use crate::policy::{Condition, Kind, Predicate, Quantity, Relation, TextColumn, TimeColumn};

/// Whether a condition on a grant asks only about its role, and about its scope in a way that only narrows the grants.
pub fn by_role_in(condition: &Condition, quantity: Quantity) -> bool {
    // With `every`, each grant has to be in the scope, so the scope does not narrow.
    let narrows = |part: &Condition| quantity != Quantity::Every && is_scope(part);
    condition.conjuncts().iter().all(|part| narrows(part) || by_role(part))
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
        Predicate::Related(_, relation, _) => *relation == Relation::Role,
        Predicate::Text(..) | Predicate::List(..) | Predicate::Flag(..) | Predicate::Time(..) => true,
    }
}

/// `holds`, where the answer depends on the roles alone: first each group, then each user and service account by its
/// roles and groups.
pub fn holds_by_role(org: &Org, quantity: Quantity, kind: Kind, scopes: Extent, roles: &Truths) -> Truths {
    // Answers of groups can be joined for "some", not for "none". "None" is "some", negated at the end.
    let joined = if quantity == Quantity::None { Quantity::Some } else { quantity };
    let role = |role: RoleIx| roles.of(role.at());
    let groups = Truths::each(org.groups.len(), |at| {
        let group = GroupIx::new(at);
        let held = of_group(org, group).filter(|held| scopes.contain(held.scope)).flat_map(|held| held.roles);
        quantify(joined, held.map(|&held| role(held)), !knows_grants_of_group(org, group, scopes))
    });
    let member = |principal: Principal| {
        let own = own(org, principal).filter(|own| scopes.contain(own.scope)).flat_map(Own::roles);
        let through = groups_of(org, principal).iter().map(|group| groups.of(group.at()));
        quantify(joined, own.map(role).chain(through), !knows_own_grants(org, principal, scopes))
    };
    let answers = match kind {
        Kind::Group => groups,
        Kind::ServiceAccount => Truths::each(org.service_accounts.len(), |at| member(principal(kind, at))),
        Kind::Role | Kind::User | Kind::Project | Kind::Invite | Kind::AdminApiKey | Kind::ApiKey | Kind::Grant => {
            Truths::each(org.users.len(), |at| member(principal(kind, at)))
        }
    };
    if quantity == Quantity::None { answers.not() } else { answers }
}
