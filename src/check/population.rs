//! Which things a rule is about: those in the lists of their kind, and those that appear only in other lists if the
//! rule itself reads those. Data read for other rules makes no difference.

use std::collections::BTreeSet;

use fixedbitset::FixedBitSet;

use super::facts::Facts;
use super::truths::Truths;
use crate::org::{Among, Collection, Extent, GroupIx, Truth, UserIx};
use crate::policy::{Kind, Rule};

/// The things that a rule is about.
pub struct Population<'f, 'o> {
    facts: &'f Facts<'o>,
    kind: Kind,
    scopes: Extent,
    /// The users, groups and projects that it is about, where that narrows the things.
    among: Among,
    needs: BTreeSet<Collection>,
    /// For roles, those in the data that the rule reads.
    roles: FixedBitSet,
}

impl<'f, 'o> Population<'f, 'o> {
    pub fn of(facts: &'f Facts<'o>, rule: &Rule) -> Self {
        // What service accounts hold as users tells of nothing else.
        let needs = rule.needs_of_others();
        let mut roles = FixedBitSet::with_capacity(facts.org.roles.len());
        if rule.select == Kind::Role {
            for &collection in &needs {
                roles.union_with(&facts.org.roles_told_by(collection));
            }
        }
        let among = match rule.select {
            Kind::ServiceAccount | Kind::ApiKey | Kind::Grant => facts.among(&rule.about()),
            Kind::Role | Kind::User | Kind::Group | Kind::Project | Kind::Invite | Kind::AdminApiKey => {
                Among::default()
            }
        };
        Self { facts, kind: rule.select, scopes: rule.scopes(), among, needs, roles }
    }

    /// Which things the rule is about.
    pub fn all(&self) -> Truths {
        let count = self.facts.access.count(self.kind);
        // As nearly always, so that nobody looks at each of a million users.
        if self.kind == Kind::User && self.facts.org.users.are_listed() {
            return Truths::all(count, Truth::Yes);
        }
        Truths::each(count, |at| self.has(at))
    }

    /// Whether the rule is about the thing at that place.
    pub fn has(&self, at: usize) -> Truth {
        let org = self.facts.org;
        let listed = match self.kind {
            Kind::Role => self.roles.contains(at),
            Kind::User => org.users.at(at).listed() || self.tells_of_user(UserIx::new(at)),
            Kind::Group => org.groups[at].listed || self.tells_of_group(GroupIx::new(at)),
            // It may be the key of a project, and not an admin key.
            Kind::AdminApiKey if !org.admin_api_keys[at].told_apart => return Truth::Unknown,
            Kind::Grant => self.facts.matters(at, self.scopes),
            Kind::Project | Kind::ServiceAccount | Kind::Invite | Kind::AdminApiKey | Kind::ApiKey => true,
        };
        if listed {
            return Truth::Yes;
        }
        if self.facts.lists_all(self.kind, self.scopes, &self.among) {
            return Truth::No;
        }
        // A truncated list may contain a thing that was seen elsewhere, or not.
        Truth::Unknown
    }

    /// Whether there may be more of them than were read.
    pub fn may_have_more(&self) -> bool {
        let org = self.facts.org;
        let others = match self.kind {
            Kind::User => {
                (self.reads(&[Collection::GroupMembers]) && !self.facts.knows_memberships())
                    || (self.reads(&[Collection::ProjectUsers]) && !org.knows_all_project_users())
            }
            // An incomplete collection that names roles, or groups, may name others.
            Kind::Role => {
                self.unread_any(&Collection::ASSIGNMENTS)
                    || self.unread_any(&Collection::WITH_LEGACY_ROLE)
                    || self.missing_legacy_roles()
            }
            Kind::Group => self.unread_any(&Collection::PER_MEMBER) || self.unread_any(&[Collection::ProjectGroups]),
            Kind::Project | Kind::ServiceAccount | Kind::Invite | Kind::AdminApiKey | Kind::ApiKey | Kind::Grant => {
                false
            }
        };
        others || !self.facts.lists_all(self.kind, self.scopes, &self.among)
    }

    /// Whether the rule reads one of these and it is incomplete.
    fn unread_any(&self, any: &[Collection]) -> bool {
        any.iter().any(|of| self.reads(&[*of]) && !self.facts.org.coverage.is_complete(*of))
    }

    /// Whether a legacy role is missing, which may imply a role that was not seen.
    fn missing_legacy_roles(&self) -> bool {
        let org = self.facts.org;
        (self.reads(&[Collection::Users]) && self.facts.access.missing_legacy_roles().is_some())
            || (self.reads(&[Collection::ProjectUsers]) && org.project_users.iter().any(|user| user.role.is_missing()))
            || (self.reads(&[Collection::ServiceAccounts])
                && org.service_accounts.iter().any(|account| account.role.is_missing()))
    }

    fn reads(&self, any: &[Collection]) -> bool {
        any.iter().any(|collection| self.needs.contains(collection))
    }

    fn tells_of_user(&self, user: UserIx) -> bool {
        let org = self.facts.org;
        (self.reads(&[Collection::GroupMembers]) && !org.groups_of(user).is_empty())
            || (self.reads(&[Collection::ProjectUsers]) && org.projects_of(user).next().is_some())
    }

    fn tells_of_group(&self, group: GroupIx) -> bool {
        let in_projects = self.facts.org.projects_of_group(group).next().is_some();
        (in_projects && self.reads(&[Collection::ProjectGroups]))
            || (!in_projects && self.reads(&Collection::PER_MEMBER))
    }
}
