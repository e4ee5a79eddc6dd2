//! The plain evaluator. It is long because it is a second evaluator, written plainly.

use super::NOW;
use super::outcomes::{Open, within};
use crate::access::{Grant, grants_of, knows_grants, principals};
use crate::org::{
    Among, Collection, Extent, GroupIx, Known, Org, Principal, ProjectIx, ProjectUser, Scope, ServiceAccountIx, Truth,
    UserIx,
};
use crate::policy::{
    Case, Condition, Kind, Means, Part, Pattern, Predicate, Quantity, Relation, Slot, This, ViaKind, ViaPredicate,
};

/// The definition of a condition, one thing at a time.
pub struct Plain<'o> {
    pub(super) org: &'o Org,
    pub(super) grants: Vec<Grant>,
    /// Whether groups that only projects list count, too.
    unlisted_groups: bool,
}

impl<'o> Plain<'o> {
    pub fn new(org: &'o Org, unlisted_groups: bool) -> Self {
        Self { org, grants: principals(org).flat_map(|one| grants_of(org, one)).collect(), unlisted_groups }
    }

    fn knows_memberships(&self) -> bool {
        self.org.knows_memberships() && (!self.unlisted_groups || self.org.knows_all_memberships())
    }

    fn more_groups(&self, grant: &Grant) -> bool {
        let group = matches!(grant.principal, Principal::Group(_));
        let unlisted = grant.scope == Scope::Organization && self.unlisted_groups && !group;
        grant.more_groups || (unlisted && !self.knows_memberships())
    }

    /// The answer about a selected thing.
    pub fn answers(&self, condition: &Condition, kind: Kind, at: usize) -> Truth {
        self.answer(condition, kind, at, (kind, at))
    }

    #[expect(clippy::too_many_lines, reason = "one predicate after the other")]
    fn answer(&self, condition: &Condition, kind: Kind, at: usize, this: (Kind, usize)) -> Truth {
        let org = self.org;
        let row = if kind == Kind::Grant { self.grants[at].role.at() } else { at };
        match &condition.predicate {
            Predicate::All(parts) => {
                parts.iter().map(|part| self.answer(part, kind, at, this)).min().unwrap_or(Truth::Yes)
            }
            Predicate::Any(parts) => {
                parts.iter().map(|part| self.answer(part, kind, at, this)).max().unwrap_or(Truth::No)
            }
            Predicate::Not(part) => !self.answer(part, kind, at, this),
            Predicate::Text(_, column, test) => {
                let value = self.text(*column, kind, at);
                let wanted: Vec<Known<String>> = test.this.iter().map(|one| self.this(one, this)).collect();
                match value {
                    Known::Missing => Truth::Unknown,
                    Known::Null => test.null.into(),
                    Known::Value(text) => {
                        let any = test.any.as_ref().is_none_or(|any| any.iter().any(|pattern| pattern.matches(&text)));
                        let like = |(one, wanted): (&This, &Known<String>)| match (&one.means, wanted) {
                            (_, Known::Missing) => Truth::Unknown,
                            (_, Known::Null) => Truth::No,
                            (Means::Text { before, after }, Known::Value(wanted)) => {
                                let wanted = format!("{before}{wanted}{after}");
                                let same = if one.fold { wanted.eq_ignore_ascii_case(&text) } else { wanted == text };
                                same.into()
                            }
                            (Means::Listed(listed), Known::Value(wanted)) => {
                                let of = listed.iter().find(|(key, _)| key.matches(wanted));
                                of.is_some_and(|(_, values)| values.iter().any(|one| one.matches(&text))).into()
                            }
                        };
                        let any = test.this.iter().zip(&wanted).map(like).fold(any.into(), Truth::or);
                        let regex = test.regex.as_ref().is_none_or(|regex| regex.matches(&text));
                        any.and((regex && !test.except.iter().any(|pattern| pattern.matches(&text))).into())
                    }
                }
            }
            Predicate::List(_, column, test) => match column(org, row) {
                Known::Missing => Truth::Unknown,
                Known::Null => Truth::No,
                Known::Value(words) => {
                    // The words of the selected thing are meant as they stand.
                    let mut with_this = test.clone();
                    for (slot, one) in &test.this {
                        let texts = match self.texts_of_this(one, this) {
                            Known::Missing => return Truth::Unknown,
                            Known::Null => Vec::new(),
                            Known::Value(texts) => texts,
                        };
                        let literal = |text: &String| Pattern::exactly(text, Case::Exact, 0..0);
                        let list = match slot {
                            Slot::Any => with_this.any.as_mut().expect("a list"),
                            Slot::All => &mut with_this.all,
                            Slot::Only => with_this.only.as_mut().expect("a list"),
                            Slot::None => &mut with_this.none,
                            Slot::Except => &mut with_this.except,
                        };
                        list.extend(texts.iter().map(literal));
                    }
                    let test = &with_this;
                    if let (Some(known), Some(any)) = (&test.known, &test.any) {
                        let matches = |list: &[Pattern], text: &str| list.iter().any(|p| p.matches(text));
                        let texts: Vec<&str> = words.iter().map(|&word| org.symbols.text(word)).collect();
                        return if texts.iter().any(|text| matches(any, text)) {
                            Truth::Yes
                        } else if texts.iter().all(|text| matches(known, text)) {
                            Truth::No
                        } else {
                            Truth::Unknown
                        };
                    }
                    let except = |text: &&str| !test.except.iter().any(|pattern| pattern.matches(text));
                    let texts: Vec<&str> = words.iter().map(|&word| org.symbols.text(word)).filter(except).collect();
                    let met = |text: &str| test.any.as_ref().is_none_or(|any| any.iter().any(|p| p.matches(text)));
                    let matched = texts.iter().filter(|text| met(text)).count() as u64;
                    let any = test.count.map_or(test.any.is_none() || matched > 0, |bounds| bounds.contain(matched));
                    let all = test.all.iter().all(|pattern| texts.iter().any(|text| pattern.matches(text)));
                    let only = |only: &Vec<_>| texts.iter().all(|text| only.iter().any(|p: &Pattern| p.matches(text)));
                    let none = !texts.iter().any(|text| test.none.iter().any(|pattern| pattern.matches(text)));
                    (any && all && test.only.as_ref().is_none_or(only) && none).into()
                }
            },
            Predicate::Flag(_, column, wanted) => match column(org, row) {
                Known::Missing => Truth::Unknown,
                Known::Null => Truth::No,
                Known::Value(flag) => (flag == *wanted).into(),
            },
            Predicate::Time(_, column, test) => match self.time(*column, row, at) {
                Known::Missing => Truth::Unknown,
                Known::Null => test.null.into(),
                Known::Value(time) => {
                    let own: Truth = (!test.null && test.older_than.is_none_or(|length| NOW - time > length)).into();
                    let moments = test.this.iter().map(|moment| match self.time_of_this(&moment.this, this) {
                        Known::Missing => Truth::Unknown,
                        Known::Null => Truth::No,
                        Known::Value(other) if moment.after => (time >= other + moment.offset).into(),
                        Known::Value(other) => (time < other + moment.offset).into(),
                    });
                    moments.fold(own, Truth::min)
                }
            },
            Predicate::Related(_, relation, test) => {
                let told_by_scope = relation.target() == Kind::Grant || relation.is_everything();
                let scopes = if told_by_scope { test.scopes_from(kind, *relation) } else { Extent::ALL };
                let (related, open) = self.related(*relation, scopes, kind, at);
                let target = relation.target();
                let answers = related.iter().map(|&at| (at, self.answer(&test.condition, target, at, this)));
                let mut all = Vec::new();
                // Each is counted once, whatever leads to it.
                let answers: Vec<Truth> = match test.quantity {
                    Quantity::Count(_, counted) => {
                        let answers: Vec<(usize, Truth)> = answers.collect();
                        all = self.counted(counted, target, related.iter().map(|&at| (at, Truth::Yes)));
                        self.counted(counted, target, answers)
                    }
                    Quantity::Some | Quantity::None | Quantity::Every => answers.map(|(_, answer)| answer).collect(),
                };
                Open::of(open).decide(&answers, &all, |yes, no, all| match test.quantity {
                    Quantity::Some => yes > 0,
                    Quantity::None => yes == 0,
                    Quantity::Every => no == 0,
                    Quantity::Count(bounds, _) => within(bounds, yes, all),
                })
            }
            Predicate::Via(_, ViaPredicate::Kinds(kinds)) => kinds
                .iter()
                .map(|(kind, _)| match kind {
                    ViaKind::Direct if self.grants[at].direct_stated => Truth::Yes,
                    ViaKind::Direct if self.more_groups(&self.grants[at]) => self.grants[at].direct.min(Truth::Unknown),
                    ViaKind::Direct => self.grants[at].direct,
                    ViaKind::Membership => self.grants[at].membership.into(),
                    ViaKind::Group if !self.grants[at].groups.is_empty() => Truth::Yes,
                    ViaKind::Group if self.more_groups(&self.grants[at]) => Truth::Unknown,
                    ViaKind::Group => Truth::No,
                })
                .max()
                .unwrap_or(Truth::No),
            Predicate::Via(_, ViaPredicate::Group(group)) => {
                let grant = &self.grants[at];
                let open = self.more_groups(grant);
                let known = grant.groups.iter().map(|ix| self.answer(group, Kind::Group, ix.at(), this)).max();
                known.unwrap_or(Truth::No).or(if open { Truth::Unknown } else { Truth::No })
            }
        }
    }

    #[expect(clippy::too_many_lines, reason = "one relation after the other")]
    pub(super) fn related(&self, relation: Relation, scopes: Extent, kind: Kind, at: usize) -> (Vec<usize>, bool) {
        let org = self.org;
        let grants = |of: &dyn Fn(&Grant) -> bool| (0..self.grants.len()).filter(|&at| of(&self.grants[at])).collect();
        let all = |count: usize, of: &dyn Fn(usize) -> bool| (0..count).filter(|&at| of(at)).collect::<Vec<usize>>();
        let projects = |of: &dyn Fn(usize) -> bool| all(org.projects.len(), of);
        let in_project = |place: usize| org.project_users[place].project.at();
        let unread = |collection| !org.knows_of_projects(collection, Among::ALL);
        let is_missing = |collection, project: usize| !org.coverage.of(collection).covers(&org.projects[project].id);
        match relation {
            Relation::Holds => {
                let principal = match kind {
                    Kind::Group => Principal::Group(GroupIx::new(at)),
                    Kind::ServiceAccount => Principal::ServiceAccount(ServiceAccountIx::new(at)),
                    Kind::Role
                    | Kind::User
                    | Kind::Project
                    | Kind::Invite
                    | Kind::AdminApiKey
                    | Kind::ApiKey
                    | Kind::Grant => Principal::User(UserIx::new(at)),
                };
                (grants(&|grant| grant.principal == principal), !knows_grants(org, principal, scopes))
            }
            Relation::Holders if kind == Kind::Role => {
                // Of whom only projects tell, a rule that reads no projects knows nothing.
                let matters = |grant: &Grant| match (grant.principal, grant.scope) {
                    (Principal::User(user), Scope::Organization) if !scopes.project => {
                        org.user(user).listed() || !org.groups_of(user).is_empty()
                    }
                    _ => true,
                };
                (grants(&|grant| grant.role.at() == at && matters(grant)), !org.knows_all_grants(scopes, Among::ALL))
            }
            Relation::Holders => {
                let is_there = |principal| match principal {
                    Principal::User(user) => {
                        let member = |member: &ProjectUser| member.user == user && member.project.at() == at;
                        org.user(user).listed()
                            || !org.groups_of(user).is_empty()
                            || org.project_users.iter().any(member)
                    }
                    Principal::Group(_) | Principal::ServiceAccount(_) => true,
                };
                let held = grants(&|grant| match grant.scope {
                    Scope::Project(project) => project.at() == at,
                    Scope::Organization => scopes.organization && is_there(grant.principal),
                });
                (held, !org.knows_grants_of_project(ProjectIx::new(at), scopes))
            }
            Relation::Groups if kind == Kind::ServiceAccount => {
                let groups = org.groups_of_account(ServiceAccountIx::new(at)).iter().map(|group| group.at()).collect();
                (groups, !self.knows_memberships())
            }
            Relation::Groups => {
                let groups = org.groups_of(UserIx::new(at)).iter().map(|group| group.at()).collect();
                (groups, !self.knows_memberships())
            }
            Relation::Members if kind == Kind::Project => {
                let members = (0..org.project_users.len()).filter(|&place| in_project(place) == at);
                let members = members.map(|place| org.project_users[place].user.at()).collect();
                (members, is_missing(Collection::ProjectUsers, at))
            }
            Relation::Members => {
                let group = GroupIx::new(at);
                (org.members_of(group).iter().map(|user| user.at()).collect(), !org.knows_members(group))
            }
            Relation::Roles => {
                let lists = |role: usize| {
                    let mut roles = org.roles_of_project(ProjectIx::new(at)).iter();
                    roles.any(|listed| listed.at() == role)
                };
                (all(org.roles.len(), &lists), is_missing(Collection::ProjectRoles, at))
            }
            Relation::Projects => match kind {
                Kind::Role => {
                    let lists = |project: usize| {
                        let mut roles = org.roles_of_project(ProjectIx::new(project)).iter();
                        roles.any(|role| role.at() == at)
                    };
                    (projects(&lists), unread(Collection::ProjectRoles))
                }
                Kind::Group => {
                    let lists = |project: usize| {
                        org.project_groups.iter().any(|link| link.group.at() == at && link.project.at() == project)
                    };
                    (projects(&lists), unread(Collection::ProjectGroups))
                }
                Kind::Invite => {
                    let Known::Value(invited) = &org.invites[at].projects else { return (Vec::new(), true) };
                    let comes = |project: usize| invited.iter().any(|(id, _)| *id == org.projects[project].id);
                    let places = projects(&comes);
                    let more = places.len() < invited.len();
                    (places, more)
                }
                Kind::User | Kind::Project | Kind::ServiceAccount | Kind::AdminApiKey | Kind::ApiKey | Kind::Grant => {
                    let lists = |project: usize| {
                        org.project_users.iter().any(|user| user.user.at() == at && user.project.at() == project)
                    };
                    (projects(&lists), unread(Collection::ProjectUsers))
                }
            },
            Relation::ServiceAccounts => {
                let accounts =
                    all(org.service_accounts.len(), &|account| org.service_accounts[account].project.at() == at);
                (accounts, is_missing(Collection::ServiceAccounts, at))
            }
            Relation::ApiKeys => (
                all(org.api_keys.len(), &|key| org.api_keys[key].project.at() == at),
                is_missing(Collection::ApiKeys, at),
            ),
            Relation::Project if kind == Kind::ServiceAccount => (vec![org.service_accounts[at].project.at()], false),
            Relation::Project => (vec![org.api_keys[at].project.at()], false),
            Relation::Part(Part::Project) => match self.grants[at].scope {
                Scope::Project(project) => (vec![project.at()], false),
                Scope::Organization => (Vec::new(), false),
            },
            Relation::All(target) => self.everything(target, scopes),
            Relation::Part(Part::Role) => (vec![self.grants[at].role.at()], false),
            Relation::OwningUser if kind == Kind::ApiKey => self.owner(&org.api_keys[at].owner),
            Relation::OwningUser => self.owner(&org.admin_api_keys[at].owner),
            Relation::OwningServiceAccount => {
                let key = &org.api_keys[at];
                let user = key.owner.kind.value().is_some_and(|word| org.symbols.text(*word) == "user");
                let owner = |of: usize| {
                    let account = &org.service_accounts[of];
                    account.project == key.project && key.owner.id.value() == Some(&account.id)
                };
                let owners = all(org.service_accounts.len(), &owner);
                let more = match &key.owner.id {
                    _ if user => false,
                    Known::Missing => true,
                    Known::Null => false,
                    Known::Value(_) => owners.is_empty() && is_missing(Collection::ServiceAccounts, key.project.at()),
                };
                (owners, more)
            }
            Relation::Part(part @ (Part::User | Part::Group | Part::ServiceAccount)) => match self.grants[at].principal
            {
                Principal::User(user) if part == Part::User => (vec![user.at()], false),
                Principal::Group(group) if part == Part::Group => (vec![group.at()], false),
                Principal::ServiceAccount(account) if part == Part::ServiceAccount => (vec![account.at()], false),
                Principal::User(_) | Principal::Group(_) | Principal::ServiceAccount(_) => (Vec::new(), false),
            },
        }
    }

    /// The users of the list that bear the id of an owner.
    fn owner(&self, owner: &crate::org::Owner) -> (Vec<usize>, bool) {
        let users = self.org.users.iter().enumerate();
        let owners = users.filter(|(_, user)| user.listed() && owner.id.as_str() == Known::Value(user.id()));
        let owners: Vec<usize> = owners.map(|(at, _)| at).collect();
        let more = match &owner.id {
            Known::Missing => true,
            Known::Null => false,
            Known::Value(_) => owners.is_empty() && !self.org.coverage.of(Collection::Users).lists_all(),
        };
        (owners, more)
    }
}
