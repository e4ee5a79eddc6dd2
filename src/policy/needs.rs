//! What a policy reads, from its text alone: which collections, and of which things.

use std::collections::{BTreeMap, BTreeSet};

use super::vocabulary;
use super::{Assertion, Condition, Counted, Kind, Policy, Predicate, Quantity, Relation, Rule, This, ViaPredicate};
use crate::org::{Collection, Extent};

/// What policies read.
#[derive(Debug)]
pub struct Needs<'p> {
    /// The collections, each with its ancestors.
    pub collections: BTreeSet<Collection>,
    /// What each rule is about, if it reads some collection of that alone.
    pub about: Vec<About<'p>>,
    /// The collections that are read of what these rules are about, given by their places in that list; all others are
    /// read of everything.
    pub narrowed: BTreeMap<Collection, Vec<usize>>,
    /// Of these, those that are also read of each service account that is a user.
    pub of_accounts: BTreeSet<Collection>,
    /// The ids of the rules that read a collection, in their order.
    pub rules: BTreeMap<Collection, Vec<&'p str>>,
}

/// The users, groups and projects that a rule is about: those for which all conditions on their kind hold, or may. The
/// organization's own lists are enough to tell. Of a kind without a condition, it is about all.
#[derive(Debug, Default)]
pub struct About<'p>(pub Vec<(Kind, &'p Condition)>);

impl Needs<'_> {
    /// All there is.
    pub fn all(collections: BTreeSet<Collection>) -> Self {
        Self {
            collections,
            about: Vec::new(),
            narrowed: BTreeMap::new(),
            of_accounts: BTreeSet::new(),
            rules: BTreeMap::new(),
        }
    }
}

impl About<'_> {
    /// Whether a rule about these things reads a collection of less than everything.
    fn narrows(&self, collection: Collection) -> bool {
        self.0.iter().any(|(kind, _)| collection.read_for().contains(kind))
    }
}

/// What these policies read.
pub fn needs(policies: &[Policy]) -> Needs<'_> {
    let mut needs = Needs::all(BTreeSet::new());
    let mut whole = BTreeSet::new();
    for rule in policies.iter().flat_map(|policy| &policy.rules) {
        let (uses, about) = (rule.uses(), rule.about());
        let at = needs.about.len();
        for collection in uses.all() {
            needs.collections.insert(collection);
            let rules = needs.rules.entry(collection).or_default();
            // A rule on several kinds of things is one rule.
            if rules.last() != Some(&rule.info.id.as_str()) {
                rules.push(&rule.info.id);
            }
            let of_subject = uses.of_subject.contains(&collection);
            if uses.of_everything.contains(&collection) || (of_subject && !about.narrows(collection)) {
                whole.insert(collection);
                continue;
            }
            let narrowed = needs.narrowed.entry(collection).or_default();
            if of_subject {
                narrowed.push(at);
            }
            if uses.of_accounts.contains(&collection) {
                needs.of_accounts.insert(collection);
            }
        }
        needs.about.push(about);
    }
    needs.narrowed.retain(|collection, _| !whole.contains(collection));
    needs.of_accounts.retain(|collection| !whole.contains(collection));
    needs
}

/// The collections that a rule reads, without their ancestors.
#[derive(Default)]
struct Uses {
    /// Those that it reads of everything.
    of_everything: BTreeSet<Collection>,
    /// Those that it reads of what it is about.
    of_subject: BTreeSet<Collection>,
    /// Those that it reads of each service account that is a user. What they hang on is in one of the others.
    of_accounts: BTreeSet<Collection>,
}

impl Uses {
    fn all(&self) -> BTreeSet<Collection> {
        [&self.of_everything, &self.of_subject, &self.of_accounts].into_iter().flatten().copied().collect()
    }

    /// Adds the collections that are read of service accounts alone, if only their grants matter, and returns the others.
    fn add_of_accounts(&mut self, collections: impl Iterator<Item = Collection>, scopes: Extent) -> Vec<Collection> {
        let of_accounts = |one: &Collection| !scopes.users && Collection::OF_USERS.contains(one);
        let (accounts, others): (Vec<_>, Vec<_>) = collections.partition(of_accounts);
        self.of_accounts.extend(accounts);
        others
    }

    /// Adds what has to be read first.
    fn add_ancestors(&mut self) {
        for of in [&mut self.of_everything, &mut self.of_subject] {
            let ancestors: Vec<Collection> = of.iter().flat_map(|collection| collection.ancestors()).collect();
            of.extend(ancestors);
        }
    }
}

impl Rule {
    /// The collections that this rule reads.
    pub fn needs(&self) -> BTreeSet<Collection> {
        self.uses().all()
    }

    /// The same without those that it reads of service accounts alone.
    pub fn needs_of_others(&self) -> BTreeSet<Collection> {
        let uses = self.uses();
        uses.of_everything.union(&uses.of_subject).copied().collect()
    }

    fn uses(&self) -> Uses {
        let mut uses = Uses::default();
        let scopes = self.scopes();
        let listing = self.select.reads().iter().copied().filter(|collection| collection.matters(scopes));
        let listing = uses.add_of_accounts(listing, scopes);
        self.add_own(&mut uses, listing.into_iter());
        self.filter.add_uses(Some(self), &mut uses);
        match &self.assertion {
            Assertion::Forbid(condition) | Assertion::Require(condition) => condition.add_uses(Some(self), &mut uses),
            Assertion::Exactly(exactly) => self.add_own(&mut uses, exactly.attribute.reads.iter().copied()),
            Assertion::Count(_, counted, _) => self.add_own(&mut uses, counted.reads(self.select).iter().copied()),
        }
        // Who is in no other group also depends on the groups that only projects list.
        if uses.of_everything.contains(&Collection::GroupMembers)
            && uses.of_subject.contains(&Collection::ProjectGroups)
        {
            uses.of_everything.insert(Collection::ProjectGroups);
        }
        uses.add_ancestors();
        uses
    }

    /// Adds what is read to know something of what this rule selects.
    fn add_own(&self, uses: &mut Uses, collections: impl Iterator<Item = Collection>) {
        let own = |collection: &Collection| match self.select {
            Kind::User | Kind::Group | Kind::Project => true,
            // Those of other projects hold in a project what their groups do.
            Kind::Grant => *collection != Collection::ServiceAccounts,
            // What its groups hold, they may hold in other projects.
            Kind::ServiceAccount => {
                matches!(collection, Collection::ServiceAccounts | Collection::ServiceAccountRoles)
            }
            Kind::ApiKey => matches!(collection, Collection::ApiKeys | Collection::ServiceAccounts),
            Kind::Role | Kind::Invite | Kind::AdminApiKey => false,
        };
        let (own, other): (Vec<_>, Vec<_>) = collections.partition(own);
        uses.of_subject.extend(own);
        uses.of_everything.extend(other);
    }

    /// The users, groups and projects that it is about.
    pub fn about(&self) -> About<'_> {
        // A part is one of all of them, or of all that they lead to.
        if let Assertion::Count(bounds, counted, _) = &self.assertion
            && bounds.are_relative()
            && !(*counted == Counted::Each && matches!(self.select, Kind::User | Kind::Group | Kind::Project))
        {
            return About::default();
        }
        About(self.filter.conjuncts().iter().flat_map(|part| self.told_by_lists(part)).collect())
    }

    /// What a part of `where` says about the users, groups and projects that the rule is about.
    fn told_by_lists<'p>(&self, part: &'p Condition) -> Vec<(Kind, &'p Condition)> {
        match self.select {
            kind @ (Kind::User | Kind::Group | Kind::Project) => {
                Some((kind, part)).filter(|_| part.needs_only_the_list()).into_iter().collect()
            }
            Kind::Grant | Kind::ServiceAccount | Kind::ApiKey => {
                let Predicate::Related(_, relation, test) = &part.predicate else { return Vec::new() };
                if !relation.to_one() || test.quantity != Quantity::Some {
                    return Vec::new();
                }
                let parts = test.condition.conjuncts().iter();
                let told = parts.filter(|part| part.needs_only_the_list() && !part.mentions_this());
                told.map(|part| (relation.target(), part)).collect()
            }
            Kind::Role | Kind::Invite | Kind::AdminApiKey => Vec::new(),
        }
    }
}

impl Condition {
    /// Adds what is read to answer this, asked of what that rule selects or, without one, of anything.
    fn add_uses(&self, of: Option<&Rule>, uses: &mut Uses) {
        let add = |uses: &mut Uses, collections: &mut dyn Iterator<Item = Collection>| match of {
            Some(rule) => rule.add_own(uses, collections),
            None => uses.of_everything.extend(collections),
        };
        let everything = |uses: &mut Uses, this: &This| uses.of_everything.extend(this.reads());
        match &self.predicate {
            Predicate::All(parts) | Predicate::Any(parts) => parts.iter().for_each(|part| part.add_uses(of, uses)),
            Predicate::Not(part) => part.add_uses(of, uses),
            Predicate::Text(attribute, _, test) => {
                add(uses, &mut attribute.reads.iter().copied());
                test.this.iter().for_each(|this| everything(uses, this));
            }
            Predicate::List(attribute, _, test) => {
                add(uses, &mut attribute.reads.iter().copied());
                test.this.iter().for_each(|(_, this)| everything(uses, this));
            }
            Predicate::Time(attribute, _, test) => {
                add(uses, &mut attribute.reads.iter().copied());
                test.this.iter().for_each(|moment| everything(uses, &moment.this));
            }
            Predicate::Flag(attribute, ..) | Predicate::Via(attribute, ViaPredicate::Kinds(_)) => {
                add(uses, &mut attribute.reads.iter().copied());
            }
            Predicate::Via(attribute, ViaPredicate::Group(condition)) => {
                add(uses, &mut attribute.reads.iter().copied());
                condition.add_uses(None, uses);
            }
            Predicate::Related(attribute, relation, related) => {
                let scopes = related.scopes_from(attribute.of, *relation);
                let reads = attribute.reads.iter().copied().filter(|collection| collection.matters(scopes));
                let reads = uses.add_of_accounts(reads, scopes);
                // What a project's holders may do, roles of the organization permit, too.
                let beyond = attribute.of == Kind::Project && *relation == Relation::Holders && scopes.organization;
                if relation.is_everything() || beyond {
                    uses.of_everything.extend(reads);
                } else {
                    add(uses, &mut reads.into_iter());
                    let accounts = *relation == Relation::Holders && scopes.service_accounts;
                    uses.of_everything.extend(Some(Collection::ServiceAccounts).filter(|_| accounts));
                }
                if let Quantity::Count(_, counted) = related.quantity {
                    uses.of_everything.extend(counted.reads(relation.target()));
                }
                related.condition.add_uses(None, uses);
            }
        }
    }

    fn needs_only_the_list(&self) -> bool {
        let mut uses = Uses::default();
        self.add_uses(None, &mut uses);
        uses.of_everything.is_empty()
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
