//! The plain evaluator.

use std::collections::BTreeSet;

use super::NOW;
use crate::org::{Grant, GroupIx, Known, Org, Principal, Truth, UserIx};
use crate::policy::{Condition, Kind, Quantity, Relation, Test, TextColumn, ViaKind, ViaTest};

/// The definition of a condition, one thing at a time.
pub struct Plain<'o> {
    org: &'o Org,
    grants: Vec<Grant>,
}

impl<'o> Plain<'o> {
    pub fn new(org: &'o Org) -> Self {
        let users = (0..org.users.len()).flat_map(|at| org.grants_of_user(UserIx::new(at)));
        let groups = (0..org.groups.len()).flat_map(|at| org.grants_of_group(GroupIx::new(at)));
        Self { org, grants: users.chain(groups).collect() }
    }

    pub fn answer(&self, condition: &Condition, kind: Kind, at: usize) -> Truth {
        let org = self.org;
        let row = if kind == Kind::Grant { self.grants[at].role.at() } else { at };
        match &condition.test {
            Test::All(parts) => parts.iter().map(|part| self.answer(part, kind, at)).min().unwrap_or(Truth::Yes),
            Test::Any(parts) => parts.iter().map(|part| self.answer(part, kind, at)).max().unwrap_or(Truth::No),
            Test::Not(part) => !self.answer(part, kind, at),
            Test::Text(_, column, test) => {
                let value = match column {
                    TextColumn::Each(read) => read(org, row).map(str::to_owned),
                    TextColumn::Word(read) => read(org, row).map(|word| org.words.text(word).to_owned()),
                    TextColumn::Principal => Known::Value(match self.grants[at].principal {
                        Principal::User(_) => "user".to_owned(),
                        Principal::Group(_) => "group".to_owned(),
                    }),
                };
                match value {
                    Known::Missing => Truth::Unknown,
                    Known::Null => test.null.into(),
                    Known::Value(text) => {
                        let any = test.any.as_ref().is_none_or(|any| any.iter().any(|pattern| pattern.matches(&text)));
                        let regex = test.regex.as_ref().is_none_or(|regex| regex.matches(&text));
                        (any && regex && !test.except.iter().any(|pattern| pattern.matches(&text))).into()
                    }
                }
            }
            Test::List(_, column, test) => match column(org, row) {
                Known::Missing => Truth::Unknown,
                Known::Null => Truth::No,
                Known::Value(words) => {
                    let except = |text: &&str| !test.except.iter().any(|pattern| pattern.matches(text));
                    let texts: Vec<&str> = words.iter().map(|&word| org.words.text(word)).filter(except).collect();
                    let met = |text: &str| test.any.as_ref().is_none_or(|any| any.iter().any(|p| p.matches(text)));
                    let matched = texts.iter().filter(|text| met(text)).count() as u64;
                    let any = test.count.map_or(test.any.is_none() || matched > 0, |bounds| bounds.contain(matched));
                    let all = test.all.iter().all(|pattern| texts.iter().any(|text| pattern.matches(text)));
                    let only = |only: &Vec<_>| {
                        texts.iter().all(|text| only.iter().any(|p: &crate::policy::Pattern| p.matches(text)))
                    };
                    let none = !texts.iter().any(|text| test.none.iter().any(|pattern| pattern.matches(text)));
                    (any && all && test.only.as_ref().is_none_or(only) && none).into()
                }
            },
            Test::Flag(_, column, wanted) => match column(org, row) {
                Known::Missing => Truth::Unknown,
                Known::Null => Truth::No,
                Known::Value(flag) => (flag == *wanted).into(),
            },
            Test::Time(_, column, test) => match column(org, row) {
                Known::Missing => Truth::Unknown,
                Known::Null => test.null.into(),
                Known::Value(time) => (!test.null && test.older_than.is_none_or(|length| NOW - time > length)).into(),
            },
            Test::Related(_, relation, test) => {
                let (related, open) = self.related(*relation, kind, at);
                let target = relation.target();
                let answers: Vec<Truth> = related.iter().map(|&at| self.answer(&test.condition, target, at)).collect();
                // Whatever else there may be, it may answer either way: try them all.
                let yes = answers.iter().filter(|answer| **answer == Truth::Yes).count() as u64;
                let maybe = answers.iter().filter(|answer| **answer == Truth::Unknown).count() as u64;
                let no = answers.len() as u64 - yes - maybe;
                let more = if open { 50 } else { 0 };
                let outcomes = (0..=maybe + more).flat_map(|extra_yes| {
                    let left = (maybe + more) - extra_yes;
                    // Of the rest, the unknown ones exist and are no; the others may not exist at all.
                    [0, left].map(|extra_no| (yes + extra_yes, no + extra_no.max(maybe.saturating_sub(extra_yes))))
                });
                let holds = |(yes, no): (u64, u64)| match test.quantity {
                    Quantity::Some => yes > 0,
                    Quantity::None => yes == 0,
                    Quantity::Every => no == 0,
                    Quantity::Count(bounds) => bounds.contain(yes),
                };
                let outcomes: BTreeSet<bool> = outcomes.map(holds).collect();
                match (outcomes.contains(&true), outcomes.contains(&false)) {
                    (true, true) => Truth::Unknown,
                    (holds, _) => holds.into(),
                }
            }
            Test::Via(_, ViaTest::Kinds(kinds)) => kinds
                .iter()
                .map(|(kind, _)| match kind {
                    ViaKind::Direct => self.grants[at].direct,
                    ViaKind::Membership => self.grants[at].membership.into(),
                    ViaKind::Group if self.grants[at].inherited || !self.grants[at].groups.is_empty() => Truth::Yes,
                    ViaKind::Group if self.grants[at].more_groups => Truth::Unknown,
                    ViaKind::Group => Truth::No,
                })
                .max()
                .unwrap_or(Truth::No),
            Test::Via(_, ViaTest::Group(group)) => {
                let grant = &self.grants[at];
                let open = grant.more_groups || (grant.inherited && grant.groups.is_empty());
                let known = grant.groups.iter().map(|ix| self.answer(group, Kind::Group, ix.at())).max();
                known.unwrap_or(Truth::No).or(if open { Truth::Unknown } else { Truth::No })
            }
        }
    }

    fn related(&self, relation: Relation, kind: Kind, at: usize) -> (Vec<usize>, bool) {
        let org = self.org;
        let of = |principal: Principal| {
            (0..self.grants.len()).filter(|&grant| self.grants[grant].principal == principal).collect()
        };
        match relation {
            Relation::Holds if kind == Kind::User => {
                let user = UserIx::new(at);
                (of(Principal::User(user)), !org.knows_grants(user))
            }
            Relation::Holds => {
                let group = GroupIx::new(at);
                (of(Principal::Group(group)), !org.knows_group_roles(group))
            }
            Relation::Holders => {
                let holders = (0..self.grants.len()).filter(|&grant| self.grants[grant].role.at() == at).collect();
                (holders, !org.knows_all_grants())
            }
            Relation::Groups => {
                let groups = org.groups_of(UserIx::new(at)).iter().map(|group| group.at()).collect();
                (groups, !org.knows_memberships())
            }
            Relation::Members => {
                let group = GroupIx::new(at);
                (org.members_of(group).iter().map(|user| user.at()).collect(), !org.knows_members(group))
            }
            Relation::GrantRole => (vec![self.grants[at].role.at()], false),
            Relation::GrantUser | Relation::GrantGroup => match self.grants[at].principal {
                Principal::User(user) if relation == Relation::GrantUser => (vec![user.at()], false),
                Principal::Group(group) if relation == Relation::GrantGroup => (vec![group.at()], false),
                Principal::User(_) | Principal::Group(_) => (Vec::new(), false),
            },
        }
    }
}
