//! A small organization in the making: things with the fields that matter, and how they hang together.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::document::tree::parse;
use crate::document::{Reader, SourceText};
use crate::org::{Kind, Org};
use crate::testing::organization;
use crate::time::{Time, rfc3339};

/// The attribute of an invitation that is written with its projects.
pub const PROJECT_ROLES: &str = "project_roles";

/// The attribute of a user whom only a group or a project lists.
pub const LISTED: &str = "listed";

/// A value of a field.
#[derive(Clone, Debug, PartialEq)]
pub enum Field {
    Null,
    Flag(bool),
    Text(String),
    Time(Time),
    List(Vec<String>),
}

/// A user or a group in a project.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    pub who: usize,
    /// The legacy role.
    pub word: Option<&'static str>,
    pub roles: Vec<usize>,
}

/// A thing.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    pub kind: Kind,
    /// The project that it stands in.
    pub project: Option<usize>,
    pub fields: BTreeMap<&'static str, Field>,
    pub roles: Vec<usize>,
    pub groups: Vec<usize>,
    pub members: Vec<Member>,
    pub owner: Option<usize>,
    /// The projects that come with an invitation.
    pub projects: Vec<usize>,
    /// Whether it is no longer there.
    pub gone: bool,
}

/// The things, which know each other by their place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sketch {
    pub items: Vec<Item>,
}

impl Sketch {
    /// Adds a thing and returns its place.
    pub fn add(&mut self, kind: Kind, project: Option<usize>) -> usize {
        self.items.push(Item {
            kind,
            project,
            fields: BTreeMap::new(),
            roles: Vec::new(),
            groups: Vec::new(),
            members: Vec::new(),
            owner: None,
            projects: Vec::new(),
            gone: false,
        });
        self.items.len() - 1
    }

    /// The places of the things of a kind.
    pub fn of(&self, kind: Kind) -> impl Iterator<Item = usize> {
        self.items.iter().enumerate().filter(move |(_, item)| item.kind == kind && !item.gone).map(|(at, _)| at)
    }

    /// The member of a project, which becomes one if it is not.
    pub fn member(&mut self, project: usize, who: usize) -> &mut Member {
        let members = &mut self.items[project].members;
        let at = members.iter().position(|member| member.who == who).unwrap_or_else(|| {
            members.push(Member { who, word: None, roles: Vec::new() });
            members.len() - 1
        });
        &mut members[at]
    }

    /// The id of a thing.
    pub fn id(&self, at: usize) -> String {
        match self.items[at].fields.get("id") {
            Some(Field::Text(id)) => id.clone(),
            _ => format!("{}-{at}", self.items[at].kind.name().replace('_', "-")),
        }
    }

    fn ids(&self, places: &[usize]) -> Vec<String> {
        places.iter().filter(|at| !self.items[**at].gone).map(|at| self.id(*at)).collect()
    }

    fn fields(&self, at: usize) -> Map<String, Value> {
        let item = &self.items[at];
        let mut map = Map::from_iter([("id".to_owned(), json!(self.id(at)))]);
        for (name, field) in &item.fields {
            let value = match field {
                Field::Null => Value::Null,
                Field::Flag(flag) => json!(flag),
                Field::Text(text) => json!(text),
                Field::Time(time) => json!(rfc3339(*time)),
                Field::List(list) => json!(list),
            };
            map.insert((*name).to_owned(), value);
        }
        for (name, places) in [("roles", &item.roles), ("groups", &item.groups), ("projects", &item.projects)] {
            let ids = self.ids(places);
            if !ids.is_empty() {
                map.insert(name.to_owned(), json!(ids));
            }
        }
        if let Some(Field::List(words)) = item.fields.get(PROJECT_ROLES) {
            let words = words.iter().map(String::as_str).chain(std::iter::repeat("member"));
            let with_roles = self.ids(&item.projects).into_iter().zip(words).map(|(id, word)| (id, json!(word)));
            map.insert("projects".to_owned(), Value::Object(with_roles.collect()));
            map.remove(PROJECT_ROLES);
        }
        if matches!(item.kind, Kind::AdminApiKey | Kind::ApiKey) {
            let owner = item.owner.filter(|owner| !self.items[*owner].gone);
            map.insert("owner".to_owned(), owner.map_or(Value::Null, |owner| json!(self.id(owner))));
        }
        map
    }

    fn list(&self, kind: Kind, project: Option<usize>) -> Vec<Value> {
        let here = self.of(kind).filter(|at| self.items[*at].project == project);
        here.map(|at| if kind == Kind::Project { self.project(at) } else { self.fields(at).into() }).collect()
    }

    fn project(&self, at: usize) -> Value {
        let mut map = self.fields(at);
        for (name, kind) in [("users", Kind::User), ("groups", Kind::Group)] {
            let members = self.items[at].members.iter();
            let members = members.filter(|member| self.items[member.who].kind == kind && !self.items[member.who].gone);
            let key = kind.name();
            let entries: Vec<Value> = members
                .map(
                    |member| json!({ key: self.id(member.who), "role": member.word, "roles": self.ids(&member.roles) }),
                )
                .collect();
            put(&mut map, name, entries);
        }
        for (name, kind) in
            [("roles", Kind::Role), ("service_accounts", Kind::ServiceAccount), ("api_keys", Kind::ApiKey)]
        {
            put(&mut map, name, self.list(kind, Some(at)));
        }
        map.into()
    }

    /// The organization in the short form of tests.
    pub fn written(&self) -> Value {
        let mut map = Map::new();
        for kind in [Kind::Role, Kind::Group, Kind::User, Kind::Project, Kind::Invite, Kind::AdminApiKey] {
            put(&mut map, &format!("{}s", kind.name()), self.list(kind, None));
        }
        map.into()
    }

    /// The organization, if it can be one.
    pub fn org(&self, now: Time) -> Option<Org> {
        read(&self.written(), now)
    }
}

/// An organization in the short form of tests, if it can be one.
pub fn read(written: &Value, now: Time) -> Option<Org> {
    // JSON is YAML.
    let source = Arc::new(SourceText::new("a proof".to_owned(), written.to_string()));
    let root = parse(&source.text).ok()?;
    let mut reader = Reader::new(&source);
    let written = organization::read(&mut reader, &root, now)?;
    reader.problems.is_empty().then_some(written.org)
}

fn put(map: &mut Map<String, Value>, name: &str, entries: Vec<Value>) {
    if !entries.is_empty() {
        map.insert(name.to_owned(), entries.into());
    }
}
