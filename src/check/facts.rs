//! The organization as the evaluator sees it: kinds of things by number, and all effective grants in one table.

use std::cell::OnceCell;

use crate::finding::Thing;
use crate::org::{Collection, Grant, Known, Org, Principal, RoleIx, Rows, Text, Time};
use crate::policy::Kind;

/// The facts that rules are judged on.
pub struct Facts<'o> {
    pub org: &'o Org,
    pub as_of: Time,
    grants: OnceCell<Grants>,
    wordless: OnceCell<Option<(usize, usize)>>,
}

/// Every effective grant. Only rules that ask more of a grant than its role make us build it.
struct Grants {
    /// A row for each user, then one for each group.
    of: Rows<Grant>,
    /// For each role, the grants of it.
    by_role: Rows<u32>,
}

impl<'o> Facts<'o> {
    pub fn new(org: &'o Org, as_of: Time) -> Self {
        Self { org, as_of, grants: OnceCell::new(), wordless: OnceCell::new() }
    }

    fn table(&self) -> &Grants {
        self.grants.get_or_init(|| {
            let mut of = Rows::default();
            for user in 0..self.org.users.len() {
                of.push(self.org.grants_of_user(crate::org::UserIx::new(user)));
            }
            for group in 0..self.org.groups.len() {
                of.push(self.org.grants_of_group(crate::org::GroupIx::new(group)));
            }
            let mut roles: Rows<RoleIx> = Rows::default();
            for grant in of.items() {
                roles.push([grant.role]);
            }
            Grants { by_role: roles.inverse(self.org.roles.len(), RoleIx::at), of }
        })
    }

    /// Every effective grant that was read.
    pub fn grants(&self) -> &[Grant] {
        self.table().of.items()
    }

    /// The places of a principal's grants among [`Facts::grants`].
    pub fn grants_of(&self, principal: Principal) -> std::ops::Range<usize> {
        let row = match principal {
            Principal::User(user) => user.at(),
            Principal::Group(group) => self.org.users.len() + group.at(),
        };
        self.table().of.range(row)
    }

    /// The places of a role's grants among [`Facts::grants`].
    pub fn grants_by_role(&self, role: usize) -> &[u32] {
        self.table().by_role.of(role)
    }

    /// The first user for whom the legacy word is missing, and how many there are.
    pub fn wordless(&self) -> Option<(usize, usize)> {
        *self.wordless.get_or_init(|| {
            let mut wordless = (0..self.org.users.len()).filter(|&at| self.org.users[at].role == Known::Missing);
            wordless.next().map(|first| (first, 1 + wordless.count()))
        })
    }

    /// How many things of a kind were read.
    pub fn count(&self, kind: Kind) -> usize {
        match kind {
            Kind::Role => self.org.roles.len(),
            Kind::User => self.org.users.len(),
            Kind::Group => self.org.groups.len(),
            Kind::Grant => self.grants().len(),
        }
    }

    /// Whether a list has the thing, or would have it, had it been read whole; and not only another answer tells of it.
    pub fn listed(&self, kind: Kind, at: usize) -> bool {
        // Rules do not speak of the roles of projects yet.
        let of_project = |role: &crate::org::Role| {
            role.resource_type.value().is_some_and(|word| self.org.words.text(*word) == "api.project")
        };
        if kind == Kind::Role && of_project(&self.org.roles[at]) {
            return false;
        }
        let listed = match kind {
            Kind::Role => self.org.roles[at].listed,
            Kind::User => self.org.users[at].listed,
            Kind::Group => self.org.groups[at].listed,
            Kind::Grant => true,
        };
        listed || !self.lists_all(kind, false)
    }

    /// Whether there are no other things of that kind than those that were read; with `unlisted`, neither such as only
    /// other answers would tell of.
    pub fn lists_all(&self, kind: Kind, unlisted: bool) -> bool {
        match kind {
            Kind::User if unlisted && !self.org.knows_memberships() => false,
            Kind::Role => self.org.coverage.of(Collection::Roles).exhaustive(),
            Kind::User => self.org.coverage.of(Collection::Users).exhaustive(),
            Kind::Group => self.org.coverage.of(Collection::Groups).exhaustive(),
            Kind::Grant => self.org.knows_all_grants(),
        }
    }

    /// A thing by its kind and place.
    pub fn thing(&self, kind: Kind, at: usize) -> Thing {
        match kind {
            Kind::Role => {
                let role = &self.org.roles[at];
                thing("role", &role.id, &role.name, None)
            }
            Kind::User => {
                let user = &self.org.users[at];
                thing("user", &user.id, &user.name, user.email.value())
            }
            Kind::Group => {
                let group = &self.org.groups[at];
                thing("group", &group.id, &group.name, None)
            }
            Kind::Grant => {
                let grant = &self.grants()[at];
                let (principal, role) = (self.principal(grant.principal), self.thing(Kind::Role, grant.role.at()));
                Thing {
                    kind: "grant",
                    id: Text::from(format!("{}/{}", principal.id, role.id)),
                    name: Some(Text::from(format!("{} of {}", role.label(), principal.label()))),
                    email: None,
                }
            }
        }
    }

    /// A principal as a thing.
    pub fn principal(&self, principal: Principal) -> Thing {
        match principal {
            Principal::User(user) => self.thing(Kind::User, user.at()),
            Principal::Group(group) => self.thing(Kind::Group, group.at()),
        }
    }
}

fn thing(kind: &'static str, id: &Text, name: &Known<Text>, email: Option<&Text>) -> Thing {
    Thing { kind, id: id.clone(), name: name.value().cloned(), email: email.cloned() }
}
