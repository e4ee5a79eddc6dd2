//! Which grants bear on an answer, by their scope and by who holds them: no others have to be read.

use super::vocabulary::SCOPES;
use super::{
    Assertion, Condition, Kind, Part, Pattern, Predicate, Quantity, RelatedPredicate, Relation, Rule, TextColumn,
    TextPredicate,
};
use crate::org::Extent;

impl Rule {
    /// The scopes of the roles or grants that this rule selects, as far as `where` says so.
    pub fn scopes(&self) -> Extent {
        // A part is one of all of them.
        if matches!(self.assertion, Assertion::Count(bounds, ..) if bounds.are_relative()) {
            return Extent::ALL;
        }
        match self.select {
            Kind::Role | Kind::Grant => self.filter.scopes(self.select),
            Kind::User
            | Kind::Group
            | Kind::Project
            | Kind::ServiceAccount
            | Kind::Invite
            | Kind::AdminApiKey
            | Kind::ApiKey => Extent::ALL,
        }
    }
}

impl Condition {
    /// The scopes of the roles or grants for which this may hold.
    pub fn scopes(&self, of: Kind) -> Extent {
        let scopes = |part: &Self| part.scopes(of);
        match &self.predicate {
            Predicate::All(parts) => parts.iter().map(scopes).fold(Extent::ALL, Extent::and),
            Predicate::Any(parts) => parts.iter().map(scopes).reduce(Extent::or).unwrap_or(Extent::ALL),
            Predicate::Text(_, TextColumn::Scope, test) => test.scopes(),
            // The scope of a role is the API's word. If the pattern also matches a third word, any list may have the
            // role.
            Predicate::Text(attribute, _, test)
                if of == Kind::Role && attribute.name == "scope" && test.is_one_of(SCOPES) =>
            {
                test.scopes()
            }
            Predicate::Text(_, TextColumn::Principal, test) => {
                let [users, service_accounts] = [Kind::User, Kind::ServiceAccount].map(|kind| test.holds(kind.name()));
                Extent { users, service_accounts, ..Extent::ALL }
            }
            // A grant of a user is not one of a service account, and one in a project is not one in the organization.
            Predicate::Related(_, Relation::Part(part), test) if test.quantity == Quantity::Some => match part {
                Part::User => Extent { service_accounts: false, ..Extent::ALL },
                Part::ServiceAccount => Extent { users: false, ..Extent::ALL },
                Part::Group => Extent { users: false, service_accounts: false, ..Extent::ALL },
                Part::Project => Extent { organization: false, ..Extent::ALL },
                Part::Role => Extent::ALL,
            },
            Predicate::Not(_)
            | Predicate::Text(..)
            | Predicate::List(..)
            | Predicate::Flag(..)
            | Predicate::Time(..)
            | Predicate::Via(..)
            | Predicate::Related(..) => Extent::ALL,
        }
    }

    /// Whether this condition on a grant asks what its role permits.
    pub fn asks_for_permissions(&self) -> bool {
        match &self.predicate {
            Predicate::All(parts) | Predicate::Any(parts) => parts.iter().any(Self::asks_for_permissions),
            Predicate::Not(part) => part.asks_for_permissions(),
            Predicate::Related(_, Relation::Part(Part::Role), test) => test.condition.asks_for_permissions(),
            Predicate::List(..) => true,
            Predicate::Text(..)
            | Predicate::Flag(..)
            | Predicate::Time(..)
            | Predicate::Via(..)
            | Predicate::Related(..) => false,
        }
    }
}

impl RelatedPredicate {
    /// The scopes that bear on the answer: those of the grants it asks for, if it asks for grants.
    pub fn scopes(&self, relation: Relation) -> Extent {
        let told_by_scope = relation.target() == Kind::Grant || relation == Relation::All(Kind::Role);
        if !told_by_scope {
            return Extent::ALL;
        }
        let scopes = match self.quantity {
            // Where every grant has to satisfy it, those of another scope do not; and a part is one of all grants.
            Quantity::Every => Extent::ALL,
            Quantity::Count(bounds, _) if bounds.are_relative() => Extent::ALL,
            Quantity::Some | Quantity::None | Quantity::Count(..) => self.condition.scopes(relation.target()),
        };
        // Somebody's own grants have that principal anyway.
        let all = relation == Relation::Holds;
        Extent { users: scopes.users || all, service_accounts: scopes.service_accounts || all, ..scopes }
    }

    /// The same, of a relation from things of that kind. The roles that are held in a project are held there alone;
    /// what somebody is permitted in it, a role of the organization permits, too.
    pub fn scopes_from(&self, of: Kind, relation: Relation) -> Extent {
        let scopes = self.scopes(relation);
        let alone = of == Kind::Project && relation == Relation::Holders && !self.condition.asks_for_permissions();
        // Of the users, only those matter that a service account is.
        let users = scopes.users && !(of == Kind::ServiceAccount && relation == Relation::Holds);
        Extent { organization: scopes.organization && !alone, users, ..scopes }
    }
}

impl TextPredicate {
    /// The scopes that satisfy it.
    fn scopes(&self) -> Extent {
        let [organization, project] = SCOPES.map(|scope| self.holds(scope));
        Extent { organization, project, ..Extent::ALL }
    }

    /// Whether nothing but some of these words satisfies it.
    fn is_one_of(&self, words: [&str; 2]) -> bool {
        let is = |pattern: &Pattern| {
            pattern.literal().is_some_and(|literal| words.iter().any(|word| literal.eq_ignore_ascii_case(word)))
        };
        !self.null && self.this.is_empty() && self.any.as_ref().is_some_and(|any| any.iter().all(is))
    }

    /// Whether a text satisfies it, without the selected thing.
    pub fn holds(&self, text: &str) -> bool {
        self.any.as_ref().is_none_or(|any| any.match_any(text)) && self.others_hold(text)
    }

    /// Whether a text satisfies the rest of it, apart from `any`.
    pub fn others_hold(&self, text: &str) -> bool {
        self.regex.as_ref().is_none_or(|regex| regex.matches(text)) && !self.except.match_any(text)
    }
}
