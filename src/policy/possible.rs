//! Which grants there can be. A condition that none of them can satisfy does not load.

use super::clash::NEVER;
use super::{
    Condition, Kind, Part, Predicate, Quantity, Relation, SCOPES, TextColumn, ViaKind, ViaPredicate, predefined,
};
use crate::document::{Code, Reader};

/// A grant, as far as conditions can exclude each other.
#[derive(Clone, Copy)]
struct Shape {
    principal: Kind,
    scope: &'static str,
}

fn shapes() -> impl Iterator<Item = Shape> {
    let principals = [Kind::User, Kind::Group, Kind::ServiceAccount];
    principals.into_iter().flat_map(|principal| SCOPES.into_iter().map(move |scope| Shape { principal, scope }))
}

impl Shape {
    /// The ways that can lead to such a grant, several at once.
    fn ways(self) -> &'static [ViaKind] {
        match self.principal {
            Kind::Group => &[ViaKind::Direct],
            Kind::User
            | Kind::ServiceAccount
            | Kind::Role
            | Kind::Project
            | Kind::Invite
            | Kind::AdminApiKey
            | Kind::ApiKey
            | Kind::Grant => &[ViaKind::Direct, ViaKind::Group, ViaKind::Membership],
        }
    }

    /// Whether a grant of this shape may satisfy a condition.
    fn may_satisfy(self, condition: &Condition) -> bool {
        match &condition.predicate {
            Predicate::All(parts) => parts.iter().all(|part| self.may_satisfy(part)),
            Predicate::Any(parts) => parts.iter().any(|part| self.may_satisfy(part)),
            Predicate::Text(_, TextColumn::Scope, test) => !test.this.is_empty() || test.holds(self.scope),
            Predicate::Text(_, TextColumn::Principal, test) => {
                !test.this.is_empty() || test.holds(self.principal.name())
            }
            Predicate::Related(_, Relation::Part(part), test) if test.quantity == Quantity::Some => match part {
                Part::Project => self.scope == "project",
                Part::User => self.principal == Kind::User,
                Part::Group => self.principal == Kind::Group,
                Part::ServiceAccount => self.principal == Kind::ServiceAccount,
                Part::Role => scopes_of(&test.condition).is_none_or(|scopes| scopes.contains(&self.scope)),
            },
            Predicate::Via(_, ViaPredicate::Kinds(kinds)) => kinds.iter().any(|(kind, _)| self.ways().contains(kind)),
            Predicate::Via(_, ViaPredicate::Group(_)) => self.ways().contains(&ViaKind::Group),
            Predicate::Not(_)
            | Predicate::Text(..)
            | Predicate::List(..)
            | Predicate::Flag(..)
            | Predicate::Time(..)
            | Predicate::Related(..) => true,
        }
    }
}

/// The scopes of the role that a condition is about, if it can only be a predefined one.
fn scopes_of(role: &Condition) -> Option<Vec<&'static str>> {
    match &role.predicate {
        Predicate::Any(parts) => parts.iter().map(scopes_of).collect::<Option<Vec<_>>>().map(|all| all.concat()),
        Predicate::Text(_, _, test) if test.this.is_empty() => {
            let meant =
                test.any.as_ref()?.iter().map(|pattern| predefined::meant_by(pattern).map(|(_, scopes)| scopes));
            meant.collect::<Option<Vec<_>>>().map(|all| all.concat())
        }
        Predicate::All(_)
        | Predicate::Not(_)
        | Predicate::Text(..)
        | Predicate::List(..)
        | Predicate::Flag(..)
        | Predicate::Time(..)
        | Predicate::Related(..)
        | Predicate::Via(..) => None,
    }
}

/// Why a condition on a grant cannot hold together with others.
fn reason(condition: &Condition) -> &'static str {
    match &condition.predicate {
        Predicate::Related(_, Relation::Part(Part::Role), _) => {
            "`reader` is a role of the organization, `member` and `viewer` are roles of projects"
        }
        Predicate::Via(..) => "a group holds its roles directly",
        Predicate::Related(..) | Predicate::Text(..) => {
            "a grant belongs to one principal, and only a grant with `scope: project` has a `project`"
        }
        Predicate::All(_)
        | Predicate::Any(_)
        | Predicate::Not(_)
        | Predicate::List(..)
        | Predicate::Flag(..)
        | Predicate::Time(..) => NEVER,
    }
}

impl Reader<'_> {
    /// Notes the first of these conditions that no grant can satisfy together with those before it. The relation leads to
    /// the grants from a thing of that kind; without it, all grants are meant.
    pub(super) fn grant_can_hold<'p>(
        &mut self,
        parts: impl IntoIterator<Item = &'p Condition>,
        relation: Option<(Relation, Kind)>,
    ) {
        let mut left: Vec<Shape> = shapes()
            .filter(|shape| match relation {
                Some((Relation::Holds, of)) => shape.principal == of,
                Some((Relation::Holders, Kind::Project)) => shape.scope == "project",
                Some(_) | None => true,
            })
            .collect();
        for part in parts {
            // What is wrong in itself has been noted.
            if self.problems.iter().any(|problem| part.span.contains(&problem.span.start)) {
                return;
            }
            left.retain(|shape| shape.may_satisfy(part));
            if left.is_empty() {
                self.problem(
                    Code::NeverHolds
                        .at(part.span.clone(), "no grant can satisfy this together with the rest")
                        .help(reason(part)),
                );
                return;
            }
        }
    }
}
