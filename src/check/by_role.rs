//! The fast path: conditions on grants that hang on the role alone. They are answered once for each role, not for each
//! grant, of which there are as many as people.

use super::quantify::quantify;
use super::truths::Truths;
use crate::org::{Extent, GroupIx, Org, Principal, RoleIx, Scope, ServiceAccountIx, Truth, UserIx};
use crate::policy::{Condition, Kind, Predicate, Quantity, Relation, TextColumn, TimeColumn};

/// Whether a condition on a grant asks for nothing but its role and its scope, the scope so that it narrows the rest.
pub fn by_role_in(condition: &Condition, quantity: Quantity) -> bool {
    // Where every grant has to satisfy it, the scope is asked of each.
    let narrows = |part: &Condition| quantity != Quantity::Every && is_scope(part);
    condition.conjuncts().iter().all(|part| narrows(part) || by_role(part))
}

fn is_scope(condition: &Condition) -> bool {
    matches!(condition.predicate, Predicate::Text(_, TextColumn::Scope, _))
}

/// Whether a condition on a grant asks for nothing but its role, and so is the same for all grants of that role.
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

/// `holds`, where the answer hangs on the roles alone: each group once, then each user and service account by its roles
/// and its groups.
pub fn holds_by_role(org: &Org, quantity: Quantity, kind: Kind, scopes: Extent, roles: &Truths) -> Truths {
    // "None" is the opposite of "some"; so that answers can be joined, it is turned at the very end.
    let joined = if quantity == Quantity::None { Quantity::Some } else { quantity };
    let role = |role: RoleIx| roles.of(role.at());
    let groups = Truths::each(org.groups.len(), |at| {
        let group = GroupIx::new(at);
        let own = org.roles_of_group(group).iter().filter(|_| scopes.organization);
        let places = org.projects_of_group(group).filter(|_| scopes.project);
        let in_projects = places.flat_map(|place| org.roles_in_project(place));
        let held = own.chain(in_projects).map(|&held| role(held));
        quantify(joined, held, !org.knows_grants_of_group(group, scopes))
    });
    let conferred = |of: &[GroupIx]| -> Vec<Truth> { of.iter().map(|group| groups.of(group.at())).collect() };
    let answers = match kind {
        Kind::Group => groups,
        Kind::ServiceAccount => Truths::each(org.service_accounts.len(), |at| {
            let account = ServiceAccountIx::new(at);
            let home = org.service_account(account);
            let assigned = org.assignments_of_account(account).iter().map(|assignment| assignment.role);
            let own = assigned.chain(org.implied_role(Scope::Project(home.project), home.role));
            let own = own.filter(|_| scopes.project).map(role);
            let open = !org.knows_own_grants(Principal::ServiceAccount(account), scopes);
            quantify(joined, own.chain(conferred(org.groups_of_account(account))), open)
        }),
        Kind::Role | Kind::User | Kind::Project | Kind::Invite | Kind::AdminApiKey | Kind::ApiKey | Kind::Grant => {
            Truths::each(org.users.len(), |at| {
                let user = UserIx::new(at);
                let assigned = org.assignments_of(user).iter().map(|assignment| assignment.role);
                let own = assigned.chain(org.legacy_role(user)).filter(|_| scopes.organization);
                let in_projects = org.projects_of(user).filter(|_| scopes.project).flat_map(|place| {
                    let member = &org.project_users[place];
                    let assigned = org.assignments_in_project(place).iter().map(|assignment| assignment.role);
                    assigned.chain(org.implied_role(Scope::Project(member.project), member.role))
                });
                let through = org.groups_of(user).iter().map(|group| groups.of(group.at()));
                let open = !org.knows_own_grants(Principal::User(user), scopes);
                quantify(joined, own.chain(in_projects).map(role).chain(through), open)
            })
        }
    };
    if quantity == Quantity::None { answers.not() } else { answers }
}
