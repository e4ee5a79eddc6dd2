//! Nodes that have a name in a file and may be used in several places of it.

use std::collections::{BTreeMap, BTreeSet};

use super::tree::{Key, Node};

/// How often names may be used in one file: names within names multiply.
const MOST_USES: usize = 10_000;

/// The named nodes of a file, and which of them were used so far.
#[derive(Debug, Default)]
pub(crate) struct Named {
    nodes: BTreeMap<String, (Key, Node)>,
    used: BTreeSet<String>,
    open: Vec<String>,
    uses: usize,
}

/// Why a name does not stand for a node.
pub(crate) enum Unnamed {
    /// Nothing has this name.
    Unknown,
    /// It contains itself.
    Within,
    /// Names stand for nodes too often.
    TooOften,
}

impl Named {
    /// Gives a node a name.
    pub fn add(&mut self, key: &Key, node: &Node) {
        self.nodes.insert(key.text.clone(), (key.clone(), node.clone()));
    }

    /// Whether something has this name.
    pub fn has(&self, name: &str) -> bool {
        self.nodes.contains_key(name)
    }

    /// The names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.nodes.keys().map(String::as_str)
    }

    /// What the name stands for. It counts as being read until it is closed.
    pub fn open(&mut self, name: &str) -> Result<Node, Unnamed> {
        let (_, node) = self.nodes.get(name).ok_or(Unnamed::Unknown)?;
        if self.open.iter().any(|open| open == name) {
            return Err(Unnamed::Within);
        }
        if self.uses == MOST_USES {
            return Err(Unnamed::TooOften);
        }
        self.uses += 1;
        self.used.insert(name.to_owned());
        self.open.push(name.to_owned());
        Ok(node.clone())
    }

    /// Closes what was opened last.
    pub fn close(&mut self) {
        self.open.pop();
    }

    /// The names that are not used.
    pub fn unused(&self) -> impl Iterator<Item = &Key> {
        self.nodes.iter().filter(|(name, _)| !self.used.contains(*name)).map(|(_, (key, _))| key)
    }
}
