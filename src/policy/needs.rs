//! What a policy reads, from its text alone: which collections, and whose roles.

use std::collections::BTreeSet;

use super::vocabulary::{self, SCOPES};
use super::{
    Assertion, Condition, Counted, Kind, Pattern, Policy, Predicate, Quantity, RelatedPredicate, Relation, Rule,
    TextColumn, TextPredicate, This, ViaPredicate,
};
use crate::org::{Collection, Extent};

/// What policies read.
#[derive(Debug)]
pub struct Needs<'p> {
    /// The collections, each with its ancestors.
    pub collections: BTreeSet<Collection>,
    /// Whose roles in the organization.
    pub users: Users<'p>,
    /// Whose roles in projects.
    pub project_users: Users<'p>,
}

/// The users whose roles are read, one by one and slowly.
#[derive(Debug)]
pub enum Users<'p> {
    /// Everybody's.
    All,
    /// Those for whom all conditions of one of these lists hold, or may. The list of users is enough to tell.
    Those(Vec<Vec<&'p Condition>>),
}

impl Needs<'_> {
    /// All there is.
    pub fn all(collections: BTreeSet<Collection>) -> Self {
        Self { collections, users: Users::All, project_users: Users::All }
    }

    /// Whose roles are read for one of the two collections that are read user by user.
    pub fn whose(&self, collection: Collection) -> &Users<'_> {
        if collection == Collection::ProjectUserRoles { &self.project_users } else { &self.users }
    }
}

/// What these policies read.
pub fn needs(policies: &[Policy]) -> Needs<'_> {
    let rules = || policies.iter().flat_map(|policy| &policy.rules);
    let collections: BTreeSet<Collection> = rules().flat_map(Rule::needs).collect();
    let whose = |collection| {
        let reading = rules().filter(|rule| rule.needs().contains(&collection));
        let narrowed: Option<Vec<_>> = reading.map(Rule::narrows).collect();
        narrowed.map_or(Users::All, Users::Those)
    };
    Needs { users: whose(Collection::UserRoles), project_users: whose(Collection::ProjectUserRoles), collections }
}

/// Whether the roles of users are read, one user at a time.
fn reads_slowly(needs: &BTreeSet<Collection>) -> bool {
    [Collection::UserRoles, Collection::ProjectUserRoles].iter().any(|collection| needs.contains(collection))
}

impl Rule {
    /// The collections that this rule reads.
    pub fn needs(&self) -> BTreeSet<Collection> {
        let mut needs: BTreeSet<Collection> = self.reads().collect();
        self.filter.add_needs(&mut needs);
        match &self.assertion {
            Assertion::Forbid(condition) | Assertion::Require(condition) => condition.add_needs(&mut needs),
            Assertion::Exactly(exactly) => needs.extend(exactly.attribute.reads),
            Assertion::Count(_, counted, _) => needs.extend(counted.reads(self.select)),
        }
        let ancestors: Vec<Collection> = needs.iter().flat_map(|collection| collection.ancestors()).collect();
        needs.extend(ancestors);
        needs
    }

    /// The collections that list what this rule selects.
    fn reads(&self) -> impl Iterator<Item = Collection> {
        let scopes = self.scopes();
        self.select.reads().iter().copied().filter(move |collection| collection.matters(scopes))
    }

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

    /// The parts of `where` that the list of users alone can answer, if there are any. For a user who does not satisfy
    /// all of them, the rest of the rule does not matter.
    fn narrows(&self) -> Option<Vec<&Condition>> {
        // Selecting the subject does not narrow what a rule asks about others.
        let about_subject = match &self.assertion {
            Assertion::Forbid(condition) | Assertion::Require(condition) => condition.about_subject(),
            Assertion::Count(..) | Assertion::Exactly(_) => true,
        };
        if self.select != Kind::User || !about_subject || !self.filter.about_subject() {
            return None;
        }
        let listed: Vec<&Condition> =
            self.filter.conjuncts().iter().filter(|part| part.needs_only_the_list()).collect();
        (!listed.is_empty()).then_some(listed)
    }
}

impl Condition {
    fn add_needs(&self, needs: &mut BTreeSet<Collection>) {
        match &self.predicate {
            Predicate::All(parts) | Predicate::Any(parts) => parts.iter().for_each(|part| part.add_needs(needs)),
            Predicate::Not(part) => part.add_needs(needs),
            Predicate::Text(attribute, _, test) => {
                needs.extend(attribute.reads);
                needs.extend(test.this.iter().flat_map(This::reads));
            }
            Predicate::List(attribute, _, test) => {
                needs.extend(attribute.reads);
                needs.extend(test.this.iter().flat_map(|(_, this)| this.reads()));
            }
            Predicate::Time(attribute, _, test) => {
                needs.extend(attribute.reads);
                needs.extend(test.this.iter().flat_map(|moment| moment.this.reads()));
            }
            Predicate::Flag(attribute, ..) | Predicate::Via(attribute, ViaPredicate::Kinds(_)) => {
                needs.extend(attribute.reads);
            }
            Predicate::Via(attribute, ViaPredicate::Group(condition)) => {
                needs.extend(attribute.reads);
                condition.add_needs(needs);
            }
            Predicate::Related(attribute, relation, related) => {
                let scopes = related.scopes(*relation);
                needs.extend(attribute.reads.iter().filter(|collection| collection.matters(scopes)));
                if let Quantity::Count(_, counted) = related.quantity {
                    needs.extend(counted.reads(relation.target()));
                }
                related.condition.add_needs(needs);
            }
        }
    }

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
                Extent { service_accounts: test.holds(Kind::ServiceAccount.name()), ..Extent::ALL }
            }
            // A grant of a user or group is not one of a service account.
            Predicate::Related(_, Relation::User | Relation::Group, test) if test.quantity == Quantity::Some => {
                Extent { service_accounts: false, ..Extent::ALL }
            }
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
    fn asks_for_permissions(&self) -> bool {
        match &self.predicate {
            Predicate::All(parts) | Predicate::Any(parts) => parts.iter().any(Self::asks_for_permissions),
            Predicate::Not(part) => part.asks_for_permissions(),
            Predicate::Related(_, Relation::Role, test) => test.condition.asks_for_permissions(),
            Predicate::List(..) => true,
            Predicate::Text(..)
            | Predicate::Flag(..)
            | Predicate::Time(..)
            | Predicate::Via(..)
            | Predicate::Related(..) => false,
        }
    }

    fn needs_only_the_list(&self) -> bool {
        let mut needs = BTreeSet::new();
        self.add_needs(&mut needs);
        needs.is_empty()
    }

    /// Whether the roles of users that this condition on a user reads are the user's own: one relation deep.
    fn about_subject(&self) -> bool {
        match &self.predicate {
            Predicate::All(parts) | Predicate::Any(parts) => parts.iter().all(Self::about_subject),
            Predicate::Not(part) => part.about_subject(),
            Predicate::Text(..)
            | Predicate::List(..)
            | Predicate::Flag(..)
            | Predicate::Time(..)
            | Predicate::Via(..) => true,
            Predicate::Related(_, _, related) => {
                let mut deeper = BTreeSet::new();
                related.condition.add_needs(&mut deeper);
                !reads_slowly(&deeper)
            }
        }
    }
}

impl Counted {
    /// What has to be read to tell what things of a kind lead to.
    fn reads(self, of: Kind) -> &'static [Collection] {
        match self {
            Self::Each | Self::Principals => &[],
            Self::Through(relation) => vocabulary::reads(of, relation),
            Self::Texts(attribute) => attribute.reads,
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
        match self.quantity {
            // Where every grant has to satisfy it, those of another scope do not; and a part is one of all grants.
            Quantity::Every => Extent::ALL,
            Quantity::Count(bounds, _) if bounds.are_relative() => Extent::ALL,
            Quantity::Some | Quantity::None | Quantity::Count(..) => self.condition.scopes(relation.target()),
        }
    }

    /// The same, of a relation from things of that kind. The roles that are held in a project are held there alone;
    /// what somebody is permitted in it, a role of the organization permits, too.
    pub fn scopes_from(&self, of: Kind, relation: Relation) -> Extent {
        let scopes = self.scopes(relation);
        let alone = of == Kind::Project && relation == Relation::Holders && !self.condition.asks_for_permissions();
        Extent { organization: scopes.organization && !alone, ..scopes }
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

    /// Whether a text satisfies all but the values of which it has to be one.
    pub fn others_hold(&self, text: &str) -> bool {
        self.regex.as_ref().is_none_or(|regex| regex.matches(text)) && !self.except.match_any(text)
    }
}
