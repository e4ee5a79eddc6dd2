//! What was seen, put into an organization as the collector does.

use std::collections::BTreeSet;

use super::seen::{Held, NOW_USED, Seen, denied, number};
use super::world::{Owner, PERMISSIONS};
use crate::org::{
    self, AdminApiKey, ApiKey, Assignment, Builder, Collection, Invite, Known, Project, ProjectGroup, ProjectUser,
    Role, ServiceAccount, Text, User, Via,
};

use Collection::{AdminApiKeys, ApiKeys, Invites, ProjectRoles, Projects, Users};

impl Seen<'_> {
    pub fn described(&self, builder: &mut Builder, id: &str, listed: bool) -> Role {
        let (name, permissions, predefined, scope) = match id {
            "p-owner" => ("owner".to_owned(), &PERMISSIONS[..], true, "organization"),
            "p-reader" => ("reader".to_owned(), &PERMISSIONS[..1], true, "organization"),
            "role-api-project-owner" => ("owner".to_owned(), &PERMISSIONS[..], true, "project"),
            "role-api-project-member" => ("member".to_owned(), &PERMISSIONS[..3], true, "project"),
            _ if id.starts_with('q') => {
                (id.to_uppercase(), &self.world.project_roles[number(id)][..], false, "project")
            }
            _ => (id.to_uppercase(), &self.world.roles[number(id)][..], false, "organization"),
        };
        let known = !(id.starts_with('r') && !predefined && self.holes.permissions.contains(&number(id)));
        let words = permissions.iter().map(|permission| builder.symbols.intern(permission)).collect();
        Role {
            id: id.into(),
            name: Known::Value(name.into()),
            permissions: if known { Known::Value(words) } else { Known::Missing },
            predefined_role: Known::Value(predefined),
            resource_type: Known::Value(builder.symbols.intern(&format!("api.{scope}"))),
            listed,
            ..Role::default()
        }
    }

    pub fn ways(&self, builder: &Builder, held: &[Held]) -> Vec<Assignment> {
        let way = |through: &Option<String>| match through {
            _ if !self.world.sources => Via::Unstated,
            None => Via::Direct,
            Some(group) => builder.group_ix(group).map_or(Via::Inherited, Via::Group),
        };
        let role = |id: &String| builder.role_ix(id).expect("assigned");
        held.iter().map(|(id, through)| Assignment::new(role(id), way(through))).collect()
    }

    pub fn put_users(&self, builder: &mut Builder) {
        let whole = self.coverage.of(Users).lists_all();
        for (id, (listed, groups, held)) in &self.users {
            let person = id.strip_prefix('u').map(|at| &self.world.users[at.parse::<usize>().expect("a number")]);
            let known = person.filter(|_| *listed);
            let word = |builder: &mut Builder, word: Option<&str>| {
                word.map_or(Known::Null, |word| Known::Value(builder.symbols.intern(word)))
            };
            let hidden = person.is_some_and(|_| self.holes.user_word.contains(&number(id)));
            let role = match known {
                Some(_) if hidden => Known::Missing,
                Some(person) => word(builder, person.word),
                // Who is not in the whole list of users is no member of the organization.
                None if whole => Known::Null,
                None => Known::Missing,
            };
            let user = User {
                id: id.as_str().into(),
                email: Known::Value(Text::from(format!("{id}@x"))),
                role,
                api_key_last_used_at: known
                    .map_or(Known::Missing, |person| person.last_used.map_or(Known::Null, Known::Value)),
                added_at: since(id.len() + usize::from(id.as_bytes()[1])),
                listed: *listed,
                ..User::default()
            };
            let mut assignments = self.ways(builder, held);
            let mut groups = groups.iter().map(|group| builder.group_ix(group).expect("told")).collect();
            builder.user(&user, &mut assignments, &mut groups).expect("in order");
        }
    }

    pub fn put_projects(&self, builder: &mut Builder) {
        let word = |builder: &mut Builder, word: Option<&str>| {
            word.map_or(Known::Null, |word| Known::Value(builder.symbols.intern(word)))
        };
        for &at in &self.projects {
            let status = if self.world.projects[at].archived { "archived" } else { "active" };
            let project = Project {
                id: format!("p{at}").into(),
                name: Known::Value(format!("P{at}").into()),
                status: Known::Value(builder.symbols.intern(status)),
                ..Project::default()
            };
            let asked = self.asked(ProjectRoles) && self.holes.asked_of(ProjectRoles, &format!("p{at}"));
            let read = asked && !self.holes.in_projects[3].contains(&at);
            let roles = self.world.listed_in_projects();
            let roles = roles.iter().filter(|_| read).map(|role| builder.role_ix(role).expect("listed")).collect();
            builder.project(project, roles).expect("in order");
        }
        for ((at, id), (role, _, held)) in &self.members {
            let project = builder.project_ix(&format!("p{at}")).expect("built");
            let user = builder.user_ix(id).expect("whoever is in a project is among the users");
            let mut assignments = self.ways(builder, held);
            let user = ProjectUser {
                project,
                user,
                role: word(builder, *role),
                added_at: since(*at + id.len() + usize::from(id.as_bytes()[1])),
            };
            builder.project_user(user, &mut assignments).expect("in order");
        }
        for ((at, id), held) in &self.links {
            let project = builder.project_ix(&format!("p{at}")).expect("built");
            let group = builder.group_ix(id).expect("built");
            let roles = held.iter().map(|role| builder.role_ix(role).expect("assigned")).collect();
            let link = ProjectGroup { project, group, created_at: since(*at + usize::from(id.as_bytes()[1])) };
            builder.project_group(link, roles).expect("in order");
        }
        for ((at, id), (role, groups, held)) in &self.accounts {
            let account = ServiceAccount {
                id: id.as_str().into(),
                project: builder.project_ix(&format!("p{at}")).expect("built"),
                name: Known::Value(format!("S of P{at}").into()),
                role: word(builder, *role),
                created_at: since(*at),
            };
            let mut assignments = self.ways(builder, held);
            let mut groups = groups.iter().map(|group| builder.group_ix(group).expect("told")).collect();
            builder.service_account(account, &mut assignments, &mut groups).expect("in order");
        }
    }

    pub fn put_keys(&mut self, builder: &mut Builder) {
        let asked = |at: &usize| self.asked(ApiKeys) && self.holes.asked_of(ApiKeys, &format!("p{at}"));
        let read = |at: &usize| asked(at) && !self.holes.in_projects[4].contains(at);
        for &at in self.projects.iter().filter(|at| read(at)) {
            for (which, (whose, used)) in self.world.projects[at].keys.iter().enumerate() {
                let key = ApiKey {
                    id: format!("k{at}-{which}").into(),
                    project: builder.project_ix(&format!("p{at}")).expect("built"),
                    name: Known::Value("CI".into()),
                    created_at: Known::Missing,
                    last_used_at: if *used { Known::Value(NOW_USED) } else { Known::Null },
                    owner_project_access: Known::Missing,
                    owner: owner(builder, *whose, at),
                };
                builder.api_key(key).expect("in order");
            }
        }
        let told: Vec<usize> = self.projects.iter().copied().filter(|at| read(at)).collect();
        let told_apart = self.coverage.of(Projects).lists_all() && told.len() == self.projects.len();
        // The list of admin keys has those of projects, too, where they cannot be told apart.
        let own = self.world.admin_keys.iter().enumerate().map(|(which, key)| (format!("a{which}"), *key, 0));
        let of_projects = (0..self.world.projects.len()).filter(|at| !told.contains(at)).flat_map(|at| {
            let keys = self.world.projects[at].keys.iter().enumerate();
            keys.map(move |(which, (owner, _))| (format!("k{at}-{which}"), (*owner, false), at))
        });
        let mut all: Vec<_> = own.chain(of_projects).filter(|_| self.holes.asked(AdminApiKeys)).collect();
        all.sort_by(|a, b| a.0.cmp(&b.0));
        if self.holes.truncated.contains(&AdminApiKeys) && !all.is_empty() {
            all.pop();
            self.coverage.of_mut(AdminApiKeys).truncated = Some(denied());
        }
        for (id, (whose, ends), project) in all {
            let owner = owner(builder, whose, project);
            let expires_at = if ends { Known::Value(NOW_USED) } else { Known::Null };
            let key = AdminApiKey { id: id.into(), expires_at, owner, told_apart, ..AdminApiKey::default() };
            builder.admin_api_key(key).expect("in order");
        }
        let mut invites: Vec<_> = self.world.invites.iter().enumerate().filter(|_| self.holes.asked(Invites)).collect();
        if self.holes.truncated.contains(&Invites) && !invites.is_empty() {
            invites.pop();
            self.coverage.of_mut(Invites).truncated = Some(denied());
        }
        for (at, (owner, picked)) in invites {
            let count = self.world.projects.len();
            let projects: BTreeSet<usize> = picked.iter().filter(|_| count > 0).map(|at| at % count).collect();
            let mut role = |project: usize| match (at + project) % 3 {
                0 => Known::Missing,
                1 => Known::Value(builder.symbols.intern("owner")),
                _ => Known::Value(builder.symbols.intern("member")),
            };
            let projects: Vec<_> =
                projects.into_iter().map(|project| (Text::from(format!("p{project}")), role(project))).collect();
            let invite = Invite {
                id: format!("i{at}").into(),
                role: Known::Value(builder.symbols.intern(if *owner { "owner" } else { "reader" })),
                projects: Known::Value(projects),
                ..Invite::default()
            };
            builder.invite(invite).expect("in order");
        }
    }
}

/// A time, or none that is known: some of each.
fn since(number: usize) -> Known<i64> {
    match number % 3 {
        0 => Known::Missing,
        1 => Known::Value(super::NOW - 200 * 86_400),
        _ => Known::Value(super::NOW - 86_400),
    }
}

fn owner(builder: &mut Builder, whose: Owner, project: usize) -> org::Owner {
    let (kind, id) = match whose {
        Owner::User(at) => (Some("user"), Known::Value(format!("u{at}").into())),
        Owner::Account(which) => (Some("service_account"), Known::Value(format!("s{project}-{which}").into())),
        Owner::Nobody => (None, Known::Null),
        Owner::Unsaid => (Some("user"), Known::Missing),
    };
    let kind = kind.map_or(Known::Missing, |kind| Known::Value(builder.symbols.intern(kind)));
    org::Owner { kind, id, name: Known::Missing }
}
