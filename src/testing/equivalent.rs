//! Wrong turns of a policy that its tests need not notice: they change nothing, and the file of tests says why.

use std::sync::Arc;

use crate::document::tree::{Node, Yaml};
use crate::document::{Code, Location, Reader};

pub(crate) const EQUIVALENT: &[&str] = &["rule", "param", "condition", "after", "reason"];

/// Where a policy may go wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a rule.
    Rule(String),
    /// In the default of a parameter.
    Param(String),
    /// In a named condition.
    Condition(String),
}

impl Place {
    /// For people.
    pub fn words(&self) -> String {
        match self {
            Self::Rule(id) => id.clone(),
            Self::Param(name) => format!("parameter {name}"),
            Self::Condition(name) => format!("condition {name}"),
        }
    }
}

/// A wrong turn that the tests need not notice, since it changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Equivalent {
    /// Where it is taken.
    pub place: Place,
    /// The lines with the turn taken.
    pub after: String,
    /// Why it changes nothing.
    pub reason: String,
    /// Where this is said.
    pub location: Location,
}

impl Reader<'_> {
    /// The turns under `equivalent:`.
    pub(super) fn equivalent(&mut self, node: Option<&Node>) -> Vec<Equivalent> {
        let Some(node) = node else { return Vec::new() };
        if !matches!(node.yaml, Yaml::List(_)) {
            self.wrong(node, "`equivalent`", "a list");
        }
        node.items().iter().filter_map(|item| self.equivalent_turn(item)).collect()
    }

    fn equivalent_turn(&mut self, node: &Node) -> Option<Equivalent> {
        let fields = self.fields(node, "an equivalent turn", EQUIVALENT)?;
        let mut text = |name: &str| self.optional_text(fields.get(name), &format!("`{name}`"));
        let (rule, param, condition) = (text("rule"), text("param"), text("condition"));
        let (after, reason) = (text("after"), text("reason"));
        let places = [rule.map(Place::Rule), param.map(Place::Param), condition.map(Place::Condition)];
        let mut places = places.into_iter().flatten();
        let place = places.next().filter(|_| places.next().is_none());
        let (Some(place), Some(after), Some(reason)) = (place, after, reason) else {
            let message = "an equivalent turn needs one of `rule`, `param` and `condition`, `after` and `reason`";
            self.problem(Code::MissingKey.at(node.span.clone(), message).help("`rolelint test --mutate` shows them"));
            return None;
        };
        let location = Location { source: Arc::clone(self.source), span: node.span.clone() };
        Some(Equivalent { place, after, reason, location })
    }
}
