//! From YAML to drafts: one reader for each kind of thing.

use std::collections::BTreeMap;

use super::written::{Entry, default, short};
use super::{Draft, Drafter, GroupDraft, InviteDraft, KeyDraft, ProjectDraft, Reference, RoleDraft, UserDraft};
use crate::document::Code;
use crate::document::tree::{Key, Node, Yaml};
use crate::org::{
    AdminApiKey, Group, Invite, Known, Owner, Project, Role, Symbol, Text, User, canonical_role_id, fields, names,
};
use crate::time::DAY;

pub(crate) const ORGANIZATION: &[&str] =
    &["roles", "groups", "users", "projects", "invites", "admin_api_keys", "incomplete"];
pub(crate) const ROLE: &[&str] = fields!(Role => names! { "permissions" });
pub(crate) const GROUP: &[&str] = fields!(Group => names! {});
pub(crate) const USER: &[&str] = fields!(User => names! {});
pub(crate) const PROJECT: &[&str] = fields!(Project => names! {});
const IN_PROJECT: &[&str] = &["roles", "users", "groups", "service_accounts", "api_keys"];
pub(crate) const ADMIN_KEY: &[&str] = fields!(AdminApiKey => names! {});
pub(crate) const INVITE: &[&str] = fields!(Invite => names! {});

impl Drafter<'_, '_> {
    /// Everything that is written, and which parts of it count as unread.
    pub(super) fn draft<'n>(&mut self, node: &'n Node) -> Option<(Draft, Option<&'n Node>)> {
        let fields = self.reader.fields(node, "an organization", ORGANIZATION)?;
        let mut draft = Draft::default();
        for node in self.things(fields.get("roles"), "roles") {
            let role = self.role(node, "organization", None);
            self.keep(&mut draft.roles, node, "role", role);
        }
        for node in self.things(fields.get("groups"), "groups") {
            let group = self.group(node);
            self.keep(&mut draft.groups, node, "group", group);
        }
        for node in self.things(fields.get("users"), "users") {
            let user = self.user(node);
            self.keep(&mut draft.users, node, "user", user);
        }
        for node in self.things(fields.get("projects"), "projects") {
            let project = self.project(node);
            self.keep(&mut draft.projects, node, "project", project);
        }
        for node in self.things(fields.get("admin_api_keys"), "admin_api_keys") {
            let key = self.admin_key(node);
            self.keep(&mut draft.admin_keys, node, "admin key", key);
        }
        for node in self.things(fields.get("invites"), "invites") {
            let invite = self.invite(node);
            self.keep(&mut draft.invites, node, "invite", invite);
        }
        Some((draft, fields.get("incomplete")))
    }

    /// Puts a thing under its id, which no other may have.
    pub(super) fn keep<T>(&mut self, all: &mut BTreeMap<Text, T>, node: &Node, what: &str, read: Option<(Text, T)>) {
        let Some((id, thing)) = read else { return };
        if all.contains_key(&id) {
            let problem = Code::Duplicate.at(node.span.clone(), format!("a second {what} with the id `{id}`"));
            self.reader.problem(problem.help("give one of them an `id` of its own"));
            return;
        }
        all.insert(id, thing);
    }

    /// The name that a thing cannot do without.
    pub(super) fn called(&mut self, entry: &Entry<'_>, what: &str, key: &str) -> Option<Text> {
        match self.text(entry, key, Known::Missing) {
            Known::Value(name) => Some(name),
            // The id names what has no name.
            Known::Missing | Known::Null if entry.get("id").is_some() => Some(self.own_id(entry, "", "")),
            Known::Missing | Known::Null => {
                let start = entry.node.span.start;
                self.reader.problem(Code::MissingKey.at(start..start, format!("{what} needs `{key}` or an `id`")));
                None
            }
        }
    }

    pub(super) fn role(&mut self, node: &Node, scope: &str, project: Option<&str>) -> Option<(Text, RoleDraft)> {
        let entry = self.entry(node, "a role", ROLE, &[])?;
        let name = self.called(&entry, "a role", "name")?;
        let prefix = match (self.flag(&entry, "predefined_role", Known::Value(false)), project) {
            (Known::Value(true), _) => format!("role-api-{scope}-"),
            (Known::Value(false) | Known::Null | Known::Missing, Some(project)) => format!("role_{project}-"),
            (Known::Value(false) | Known::Null | Known::Missing, None) => "role_".to_owned(),
        };
        let id = Text::from(canonical_role_id(&self.own_id(&entry, &prefix, &name)));
        let resource_type = Known::Value(self.builder.symbols.intern(&format!("api.{scope}")));
        let (permissions, listed) = (self.permissions(&entry), project.is_none());
        let of = id.clone();
        let role = fields!(Role => short! { self, entry, name => Role { id: of, permissions, resource_type, listed } });
        Some((id, RoleDraft { role }))
    }

    fn group(&mut self, node: &Node) -> Option<(Text, GroupDraft)> {
        let entry = self.entry(node, "a group", GROUP, &["roles"])?;
        let name = self.called(&entry, "a group", "name")?;
        let id = self.own_id(&entry, "group_", &name);
        let group = fields!(Group => short! { self, entry, name => Group { id: id.clone(), listed: true } });
        let roles = self.references(&entry, "roles");
        Some((id, GroupDraft { group, roles }))
    }

    fn user(&mut self, node: &Node) -> Option<(Text, UserDraft)> {
        let entry = self.entry(node, "a user", USER, &["roles", "groups", "listed"])?;
        let email = self.called(&entry, "a user", "email")?;
        let local = Text::from(email.split('@').next().unwrap_or_default());
        let id = self.own_id(&entry, "user-", &local);
        let listed = self.flag(&entry, "listed", Known::Value(true)) != Known::Value(false);
        let user = fields!(User => short! { self, entry, local => User { id: id.clone(), listed } });
        let (roles, groups) = (self.references(&entry, "roles"), self.references(&entry, "groups"));
        Some((id, UserDraft { user, roles, groups }))
    }

    fn project(&mut self, node: &Node) -> Option<(Text, ProjectDraft)> {
        let entry = self.entry(node, "a project", PROJECT, IN_PROJECT)?;
        let name = self.called(&entry, "a project", "name")?;
        let id = self.own_id(&entry, "proj_", &name);
        let within = id.trim_start_matches("proj_").to_owned();
        let project = fields!(Project => short! { self, entry, name => Project { id: id.clone() } });
        let mut draft = ProjectDraft {
            project,
            roles: BTreeMap::new(),
            users: Vec::new(),
            groups: Vec::new(),
            accounts: BTreeMap::new(),
            keys: BTreeMap::new(),
        };
        self.contents(&entry, &within, &mut draft);
        Some((id, draft))
    }

    fn admin_key(&mut self, node: &Node) -> Option<(Text, KeyDraft<AdminApiKey>)> {
        let entry = self.entry(node, "an admin key", ADMIN_KEY, &["owner"])?;
        let name = self.called(&entry, "an admin key", "name")?;
        let id = self.own_id(&entry, "admin_key_", &name);
        let key = fields!(AdminApiKey => short! { self, entry, name => AdminApiKey {
            id: id.clone(),
            owner: Owner::default(),
            told_apart: true,
        } });
        Some((id, KeyDraft { key, owner: self.owner(&entry, "an admin key").ok()? }))
    }

    fn invite(&mut self, node: &Node) -> Option<(Text, InviteDraft)> {
        let entry = self.entry(node, "an invite", INVITE, &["projects"])?;
        let email = self.called(&entry, "an invite", "email")?;
        let id = self.own_id(&entry, "invite-", &email);
        let projects = Known::Missing;
        let invite = fields!(Invite => short! { self, entry, email => Invite { id: id.clone(), projects } });
        Some((id, InviteDraft { invite, projects: self.invited_to(&entry) }))
    }

    /// Projects by name, or each with the legacy role that the invitee will get there; `null` where the API left it out.
    fn invited_to(&mut self, entry: &Entry<'_>) -> Vec<(Reference, Known<Symbol>)> {
        let Some(Node { yaml: Yaml::Map(projects), .. }) = entry.get("projects") else {
            let member = Known::Value(self.builder.symbols.intern("member"));
            return self.references(entry, "projects").into_iter().map(|project| (project, member)).collect();
        };
        let role = |(key, node): &(Key, Node)| {
            let role = match node.yaml {
                Yaml::Null => Known::Missing,
                Yaml::Flag(_) | Yaml::Number(_) | Yaml::Float | Yaml::Text(_) | Yaml::List(_) | Yaml::Map(_) => {
                    let text = self.reader.optional_text(Some(node), "the role in a project");
                    text.map_or(Known::Missing, |text| Known::Value(self.builder.symbols.intern(&text)))
                }
            };
            (Reference { text: key.text.clone(), span: key.span.clone() }, role)
        };
        projects.iter().map(role).collect()
    }
}
