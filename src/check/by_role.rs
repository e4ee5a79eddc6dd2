//! The fast path: conditions on grants that depend on the role alone. They are answered once for each role instead of
//! once for each grant; there are few roles and many grants.

use fixedbitset::FixedBitSet;

use super::quantify::quantify;
use super::relation::principal;
use super::truths::{Joined, Truths};
use crate::access::{
    Own, groups_of, knows_grants_of_group, knows_where, of_group, own_in_organization, own_in_projects,
};
use crate::org::{Extent, GroupIx, Org, RoleIx};
use crate::policy::{Condition, Kind, Part, Predicate, Quantity, Relation, TextColumn, TimeColumn};

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
        Predicate::Related(_, relation, _) => *relation == Relation::Part(Part::Role),
        Predicate::Text(..) | Predicate::List(..) | Predicate::Flag(..) | Predicate::Time(..) => true,
    }
}

/// `holds` in a condition that depends on the roles alone: how many roles, and in which scopes, of whom.
#[derive(Clone, Copy)]
pub struct Holds<'a> {
    pub quantity: Quantity,
    pub scopes: Extent,
    /// The kind of principal.
    pub kind: Kind,
    /// Those that are asked for; `None` for all.
    pub asked: Option<&'a FixedBitSet>,
}

impl Holds<'_> {
    /// First the answer of each group, then that of each user or service account by its roles and groups.
    pub fn by_role(self, org: &Org, roles: &Truths) -> Truths {
        // Answers of groups can be joined for "some", not for "none". "None" is "some", negated at the end.
        let none = self.quantity == Quantity::None;
        let holds = if none { Self { quantity: Quantity::Some, ..self } } else { self };
        let role = |role: RoleIx| roles.of(role.at());
        let groups = Truths::each(org.groups.len(), |at| {
            let group = GroupIx::new(at);
            let held = of_group(org, group).filter(|held| holds.scopes.contain(held.scope)).flat_map(|held| held.roles);
            quantify(holds.quantity, held.map(|&held| role(held)), !knows_grants_of_group(org, group, holds.scopes))
        });
        let answers = if holds.kind == Kind::Group { groups } else { holds.of_members(org, roles, &groups) };
        if none { answers.not() } else { answers }
    }

    /// The answers of users or service accounts, given those of roles and groups.
    fn of_members(self, org: &Org, roles: &Truths, groups: &Truths) -> Truths {
        let Self { quantity, scopes, kind, asked } = self;
        let count = if kind == Kind::ServiceAccount { org.service_accounts.len() } else { org.users.len() };
        // There may be millions of them, so what is the same for all is asked once, and each is looked at once.
        let everywhere = count == 0 || knows_where(org, principal(kind, 0), scopes);
        let in_projects = scopes.project && (kind == Kind::ServiceAccount || !org.project_users.is_empty());
        // Every one satisfies it where none does not: so one way of joining is enough.
        let every = quantity == Quantity::Every;
        let table = |answers: &Truths| if every { answers.clone().not().table() } else { answers.table() };
        let (roles, groups) = (table(roles), table(groups));
        let held = |(): &mut (), at| {
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
            let answer = if every { !joined.truth() } else { joined.truth() };
            quantify(quantity, std::iter::once(answer), !complete)
        };
        Truths::each_of(count, asked, || (), held)
    }
}
