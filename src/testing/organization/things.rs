//! What stands in a project: roles, users, groups, service accounts and keys.

use super::written::{Entry, default, short};
use super::{AccountDraft, Drafter, KeyDraft, MemberDraft, ProjectDraft, Reference, project_ix};
use crate::document::tree::{Node, Yaml};
use crate::document::{Code, Noted};
use crate::org::{ApiKey, Known, Owner, ServiceAccount, Text, fields, names};
use crate::time::DAY;

pub(crate) const MEMBER: &[&str] = fields!(ProjectUser => names! {});
pub(crate) const ACCOUNT: &[&str] = fields!(ServiceAccount => names! {});
pub(crate) const KEY: &[&str] = fields!(ApiKey => names! {});

impl Drafter<'_, '_> {
    pub(super) fn contents(&mut self, entry: &Entry<'_>, within: &str, draft: &mut ProjectDraft) {
        for node in self.things(entry.get("roles"), "roles") {
            let role = self.role(node, "project", Some(within));
            self.keep(&mut draft.roles, node, "role", role);
        }
        for node in self.things(entry.get("users"), "users") {
            draft.users.extend(self.member(node, "a user of a project", "user"));
        }
        for node in self.things(entry.get("groups"), "groups") {
            draft.groups.extend(self.member(node, "a group of a project", "group"));
        }
        for node in self.things(entry.get("service_accounts"), "service_accounts") {
            let account = self.account(node, within);
            self.keep(&mut draft.accounts, node, "service account", account);
        }
        for node in self.things(entry.get("api_keys"), "api_keys") {
            let key = self.key(node, within);
            self.keep(&mut draft.keys, node, "key", key);
        }
    }

    /// A user or a group of a project; the name alone is enough.
    fn member(&mut self, node: &Node, what: &str, key: &str) -> Option<MemberDraft> {
        let joined = Known::Value(self.now - 180 * DAY);
        let member = Known::Value(self.builder.symbols.intern("member"));
        if let Yaml::Text(_) = node.yaml {
            return Some(MemberDraft { of: self.reference(node)?, role: member, at: joined, roles: Vec::new() });
        }
        let entry = self.entry(node, what, MEMBER, &[key, "roles"])?;
        let Some(named) = entry.get(key) else {
            self.reader.problem(Code::MissingKey.at(node.span.start..node.span.start, format!("{what} needs `{key}`")));
            return None;
        };
        Some(MemberDraft {
            of: self.reference(named)?,
            role: self.word(&entry, "role", Known::Value("member")),
            at: self.time(&entry, "added_at", joined),
            roles: self.references(&entry, "roles"),
        })
    }

    fn account(&mut self, node: &Node, within: &str) -> Option<(Text, AccountDraft)> {
        let entry = self.entry(node, "a service account", ACCOUNT, &["roles", "groups"])?;
        let name = self.called(&entry, "a service account", "name")?;
        let id = self.own_id(&entry, &format!("svc_acct_{within}-"), &name);
        let (of, project) = (id.clone(), project_ix(0));
        let account = fields!(ServiceAccount => short! { self, entry, name => ServiceAccount { id: of, project } });
        let (roles, groups) = (self.references(&entry, "roles"), self.references(&entry, "groups"));
        Some((id, AccountDraft { account, roles, groups }))
    }

    fn key(&mut self, node: &Node, within: &str) -> Option<(Text, KeyDraft<ApiKey>)> {
        let entry = self.entry(node, "a key", KEY, &["owner"])?;
        let name = self.called(&entry, "a key", "name")?;
        let id = self.own_id(&entry, &format!("key_{within}-"), &name);
        let (of, project, owner) = (id.clone(), project_ix(0), Owner::default());
        let key = fields!(ApiKey => short! { self, entry, name => ApiKey { id: of, project, owner } });
        Some((id, KeyDraft { key, owner: self.owner(&entry, "a key").ok()? }))
    }

    /// Whose a key is: a name, or `null` where nobody is left.
    pub(super) fn owner(&mut self, entry: &Entry<'_>, what: &str) -> Result<Option<Reference>, Noted> {
        match entry.get("owner") {
            Some(Node { yaml: Yaml::Null, .. }) => Ok(None),
            Some(node) => self.reference(node).map(Some).ok_or(Noted),
            None => {
                let start = entry.node.span.start;
                let problem = Code::MissingKey.at(start..start, format!("{what} needs an `owner`"));
                self.reader.problem(problem.help("name who it belongs to, or write `owner: null`"));
                Err(Noted)
            }
        }
    }
}
