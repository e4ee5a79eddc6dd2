//! The thing that a nested list belongs to.

use crate::org::{Text, part_id};

/// The parent of a nested list: its id and, if it is in a project, the project's id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Parent {
    /// The project that it is in.
    pub project: Option<Text>,
    /// Its id.
    pub id: Text,
}

impl Parent {
    /// A thing of the organization.
    pub fn organization(id: &str) -> Self {
        Self { project: None, id: id.into() }
    }

    /// A thing in a project.
    pub fn within(project: &str, id: &str) -> Self {
        Self { project: Some(project.into()), id: id.into() }
    }

    /// Its ids, in the order of a path.
    pub fn ids(&self) -> Vec<&str> {
        self.project.iter().chain([&self.id]).map(Text::as_str).collect()
    }

    /// What a coverage calls it.
    pub fn label(&self) -> String {
        match &self.project {
            Some(project) => part_id(project, &self.id).into(),
            None => self.id.to_string(),
        }
    }
}
