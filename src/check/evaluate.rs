//! Conditions over whole kinds of things. A condition is answered once for everything it could be asked of; a
//! relation then joins the answers of its target. The answers of every part stay, so that a finding can be proven
//! from them without judging again.

use super::answers::Answers;
use super::facts::Facts;
use crate::org::{GroupIx, Known, Org, Principal, RoleIx, Truth, UserIx};
use crate::policy::{
    Bounds, Condition, Kind, ListTest, Pattern, Quantity, RelatedTest, Relation, Test, TextColumn, TextTest, TimeTest,
    ViaKind, ViaTest,
};

/// What a condition is asked of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Domain {
    /// All things of a kind.
    Things(Kind),
    /// Grants, told apart by nothing but their role: enough for most rules, and as few as there are roles.
    GrantsByRole,
}

/// A condition with its answers, and its parts with theirs.
pub struct Answered<'p> {
    pub condition: &'p Condition,
    pub domain: Domain,
    pub answers: Answers,
    pub parts: Vec<Answered<'p>>,
}

/// Answers a condition for everything in a domain.
pub fn evaluate<'p>(facts: &Facts<'_>, condition: &'p Condition, domain: Domain) -> Answered<'p> {
    let mut parts: Vec<Answered<'p>> = Vec::new();
    let answers = match &condition.test {
        Test::All(conditions) => {
            parts = conditions.iter().map(|part| evaluate(facts, part, domain)).collect();
            parts.iter().fold(Answers::all(count(facts, domain), Truth::Yes), |all, part| all.and(&part.answers))
        }
        Test::Any(conditions) => {
            parts = conditions.iter().map(|part| evaluate(facts, part, domain)).collect();
            parts.iter().fold(Answers::all(count(facts, domain), Truth::No), |any, part| any.or(&part.answers))
        }
        Test::Not(part) => {
            let part = evaluate(facts, part, domain);
            let answers = part.answers.clone().not();
            parts.push(part);
            answers
        }
        Test::Text(_, column, test) => text(facts, *column, test, domain),
        Test::List(_, column, test) => {
            let test = CompiledList::new(facts.org, test);
            over(facts, domain, |at| match column(facts.org, at) {
                Known::Missing => Truth::Unknown,
                Known::Null => Truth::No,
                Known::Value(words) => test.holds(words.iter().map(|word| word.at())).into(),
            })
        }
        Test::Flag(_, column, wanted) => over(facts, domain, |at| match column(facts.org, at) {
            Known::Missing => Truth::Unknown,
            Known::Null => Truth::No,
            Known::Value(flag) => (flag == *wanted).into(),
        }),
        Test::Time(_, column, test) => over(facts, domain, |at| match column(facts.org, at) {
            Known::Missing => Truth::Unknown,
            Known::Null => test.null.into(),
            Known::Value(time) => (!test.null && time_holds(test, time, facts.as_of)).into(),
        }),
        Test::Related(_, relation, test) => {
            let target = match relation.target() {
                Kind::Grant
                    if *relation == Relation::Holds && by_role(&test.condition) && idempotent(test.quantity) =>
                {
                    Domain::GrantsByRole
                }
                kind => Domain::Things(kind),
            };
            let part = evaluate(facts, &test.condition, target);
            let answers = related(facts, *relation, test, domain, &part);
            parts.push(part);
            answers
        }
        Test::Via(_, ViaTest::Kinds(kinds)) => Answers::each(count(facts, domain), |at| {
            kinds.iter().map(|(kind, _)| via(facts, *kind, at)).fold(Truth::No, Truth::or)
        }),
        Test::Via(_, ViaTest::Group(group)) => {
            let part = evaluate(facts, group, Domain::Things(Kind::Group));
            let answers = Answers::each(count(facts, domain), |at| {
                let grant = &facts.grants()[at];
                let open = grant.more_groups || (grant.inherited && grant.groups.is_empty());
                let groups = grant.groups.iter().map(|group| part.answers.of(group.at()));
                quantify(Quantity::Some, groups, open)
            });
            parts.push(part);
            answers
        }
    };
    Answered { condition, domain, answers, parts }
}

/// How many things a domain has.
fn count(facts: &Facts<'_>, domain: Domain) -> usize {
    match domain {
        Domain::Things(kind) => facts.count(kind),
        Domain::GrantsByRole => facts.org.roles.len(),
    }
}

/// Answers from a column; a grant's columns are its role's.
fn over(facts: &Facts<'_>, domain: Domain, column: impl Fn(usize) -> Truth) -> Answers {
    match domain {
        Domain::Things(Kind::Grant) => {
            let roles = Answers::each(facts.org.roles.len(), column);
            Answers::each(facts.grants().len(), |at| roles.of(facts.grants()[at].role.at()))
        }
        Domain::Things(Kind::Role | Kind::User | Kind::Group) | Domain::GrantsByRole => {
            Answers::each(count(facts, domain), column)
        }
    }
}

fn text(facts: &Facts<'_>, column: TextColumn, test: &TextTest, domain: Domain) -> Answers {
    let unless_known = |known: Known<bool>| match known {
        Known::Missing => Truth::Unknown,
        Known::Null => test.null.into(),
        Known::Value(holds) => holds.into(),
    };
    match column {
        TextColumn::Each(read) => {
            over(facts, domain, |at| unless_known(read(facts.org, at).map(|text| text_holds(test, text))))
        }
        TextColumn::Word(read) => {
            let words: Vec<bool> = facts.org.words.iter().map(|word| text_holds(test, word)).collect();
            over(facts, domain, |at| unless_known(read(facts.org, at).map(|word| words[word.at()])))
        }
        TextColumn::Principal => Answers::each(facts.grants().len(), |at| {
            text_holds(test, principal_word(facts.grants()[at].principal)).into()
        }),
    }
}

/// The word for the kind of a principal.
pub fn principal_word(principal: Principal) -> &'static str {
    match principal {
        Principal::User(_) => Kind::User.name(),
        Principal::Group(_) => Kind::Group.name(),
    }
}

/// The first of these patterns that matches.
pub fn matching<'p>(patterns: &'p [Pattern], text: &str) -> Option<&'p Pattern> {
    patterns.iter().find(|pattern| pattern.matches(text))
}

fn text_holds(test: &TextTest, text: &str) -> bool {
    test.any.as_ref().is_none_or(|any| matching(any, text).is_some())
        && test.regex.as_ref().is_none_or(|regex| regex.matches(text))
        && matching(&test.except, text).is_none()
}

fn time_holds(test: &TimeTest, time: i64, as_of: i64) -> bool {
    let age = as_of.saturating_sub(time);
    test.older_than.is_none_or(|length| age > length)
        && test.newer_than.is_none_or(|length| age < length)
        && test.before.is_none_or(|moment| time < moment)
        && test.after.is_none_or(|moment| time >= moment)
}

/// A list test with its patterns matched against the distinct words, once.
struct CompiledList {
    any: Option<Vec<bool>>,
    all: Vec<Vec<bool>>,
    only: Option<Vec<bool>>,
    none: Vec<bool>,
    except: Vec<bool>,
    count: Option<Bounds>,
}

impl CompiledList {
    fn new(org: &Org, test: &ListTest) -> Self {
        let words = |patterns: &[Pattern]| -> Vec<bool> {
            org.words.iter().map(|word| matching(patterns, word).is_some()).collect()
        };
        Self {
            any: test.any.as_deref().map(words),
            all: test.all.iter().map(std::slice::from_ref).map(words).collect(),
            only: test.only.as_deref().map(words),
            none: words(&test.none),
            except: words(&test.except),
            count: test.count,
        }
    }

    fn holds(&self, words: impl Iterator<Item = usize> + Clone) -> bool {
        let words = words.filter(|&word| !self.except[word]);
        let some = |wanted: &[bool]| words.clone().any(|word| wanted[word]);
        let matched = words.clone().filter(|&word| self.any.as_ref().is_none_or(|any| any[word])).count();
        let enough = match self.count {
            // With a count, `any` says which elements are counted.
            Some(bounds) => bounds.contain(matched as u64),
            None => self.any.as_deref().is_none_or(some),
        };
        enough
            && self.all.iter().all(|wanted| some(wanted))
            && self.only.as_ref().is_none_or(|only| words.clone().all(|word| only[word]))
            && !some(&self.none)
    }
}

/// Whether a condition on a grant asks for nothing but its role, and so is the same for all grants of that role.
fn by_role(condition: &Condition) -> bool {
    match &condition.test {
        Test::All(parts) | Test::Any(parts) => parts.iter().all(by_role),
        Test::Not(part) => by_role(part),
        Test::Text(_, TextColumn::Principal, _) | Test::Via(..) => false,
        Test::Related(_, relation, _) => *relation == Relation::GrantRole,
        Test::Text(..) | Test::List(..) | Test::Flag(..) | Test::Time(..) => true,
    }
}

/// Whether it makes no difference to meet one thing twice.
fn idempotent(quantity: Quantity) -> bool {
    match quantity {
        Quantity::Some | Quantity::None | Quantity::Every => true,
        Quantity::Count(_) => false,
    }
}

/// How many of the related things satisfy the condition; `open` if there may be more of them than we know.
fn quantify(quantity: Quantity, answers: impl Iterator<Item = Truth>, open: bool) -> Truth {
    let beyond = |closed| if open { Truth::Unknown } else { closed };
    match quantity {
        Quantity::Some => answers.fold(beyond(Truth::No), Truth::or),
        Quantity::None => !answers.fold(beyond(Truth::No), Truth::or),
        Quantity::Every => answers.fold(beyond(Truth::Yes), Truth::and),
        Quantity::Count(bounds) => {
            let (mut sure, mut possible) = (0, 0);
            for answer in answers {
                sure += u64::from(answer == Truth::Yes);
                possible += u64::from(answer != Truth::No);
            }
            within(bounds, sure, possible, open)
        }
    }
}

/// Whether a number between `sure` and `possible`, or beyond if `open`, lies within bounds.
pub fn within(bounds: Bounds, sure: u64, possible: u64, open: bool) -> Truth {
    let most = if open { u64::MAX } else { possible };
    let above = bounds.min.is_none_or(|min| sure >= min);
    let below = bounds.max.is_none_or(|max| most <= max);
    let never = bounds.max.is_some_and(|max| sure > max) || bounds.min.is_some_and(|min| most < min);
    match (above && below, never) {
        (true, _) => Truth::Yes,
        (false, true) => Truth::No,
        (false, false) => Truth::Unknown,
    }
}

fn related(facts: &Facts<'_>, relation: Relation, test: &RelatedTest, domain: Domain, part: &Answered<'_>) -> Answers {
    let org = facts.org;
    let of = |at: usize| part.answers.of(at);
    let quantity = test.quantity;
    match relation {
        Relation::Holds if part.domain == Domain::GrantsByRole => holds_by_role(org, quantity, domain, &part.answers),
        Relation::Holds if domain == Domain::Things(Kind::User) => Answers::each(org.users.len(), |at| {
            let user = UserIx::new(at);
            quantify(quantity, facts.grants_of(Principal::User(user)).map(of), !org.knows_grants(user))
        }),
        Relation::Holds => Answers::each(org.groups.len(), |at| {
            let group = GroupIx::new(at);
            quantify(quantity, facts.grants_of(Principal::Group(group)).map(of), !org.knows_group_roles(group))
        }),
        Relation::Holders => {
            let open = !org.knows_all_grants();
            Answers::each(org.roles.len(), |at| {
                let grants = facts.grants_by_role(at).iter().map(|&grant| of(grant as usize));
                quantify(quantity, grants, open)
            })
        }
        Relation::Groups => {
            let open = !org.knows_memberships();
            Answers::each(org.users.len(), |at| {
                let groups = org.groups_of(UserIx::new(at)).iter().map(|group| of(group.at()));
                quantify(quantity, groups, open)
            })
        }
        Relation::Members => Answers::each(org.groups.len(), |at| {
            let group = GroupIx::new(at);
            let members = org.members_of(group).iter().map(|user| of(user.at()));
            quantify(quantity, members, !org.knows_members(group))
        }),
        Relation::GrantRole => {
            let roles = Answers::each(org.roles.len(), |at| quantify(quantity, std::iter::once(of(at)), false));
            over(facts, domain, |at| roles.of(at))
        }
        Relation::GrantUser | Relation::GrantGroup => Answers::each(facts.grants().len(), |at| {
            let one = match facts.grants()[at].principal {
                Principal::User(user) if relation == Relation::GrantUser => Some(of(user.at())),
                Principal::Group(group) if relation == Relation::GrantGroup => Some(of(group.at())),
                Principal::User(_) | Principal::Group(_) => None,
            };
            quantify(quantity, one.into_iter(), false)
        }),
    }
}

/// `holds`, where the answer hangs on the roles alone: each group once, then each user by its roles and its groups.
fn holds_by_role(org: &Org, quantity: Quantity, domain: Domain, roles: &Answers) -> Answers {
    // "None" is the opposite of "some"; so that answers can be joined, it is turned at the very end.
    let joined = if quantity == Quantity::None { Quantity::Some } else { quantity };
    let role = |role: &RoleIx| roles.of(role.at());
    let groups = Answers::each(org.groups.len(), |at| {
        let group = GroupIx::new(at);
        quantify(joined, org.roles_of_group(group).iter().map(role), !org.knows_group_roles(group))
    });
    let answers = if domain == Domain::Things(Kind::Group) {
        groups
    } else {
        let memberships = org.knows_memberships();
        Answers::each(org.users.len(), |at| {
            let user = UserIx::new(at);
            let known = memberships && org.knows_assignments(user) && org.user(user).role != Known::Missing;
            let assigned = org.assignments_of(user).iter().map(|assignment| role(&assignment.role));
            let conferred = org.groups_of(user).iter().map(|group| groups.of(group.at()));
            let implied = org.legacy_role(user).map(|implied| role(&implied));
            quantify(joined, assigned.chain(conferred).chain(implied), !known)
        })
    };
    if quantity == Quantity::None { answers.not() } else { answers }
}

fn via(facts: &Facts<'_>, kind: ViaKind, at: usize) -> Truth {
    let grant = &facts.grants()[at];
    match kind {
        ViaKind::Direct => grant.direct,
        ViaKind::Membership => grant.membership.into(),
        ViaKind::Group if grant.inherited || !grant.groups.is_empty() => Truth::Yes,
        ViaKind::Group if grant.more_groups => Truth::Unknown,
        ViaKind::Group => Truth::No,
    }
}
