//! Equivalent mutants: mutants of a policy that its tests need not notice, since they mean the same. The file of tests says
//! why.

use std::sync::Arc;

use crate::document::tree::{Node, Yaml};
use crate::document::{Code, Location, Reader};

pub(crate) const EQUIVALENT: &[&str] = &["rule", "param", "condition", "after", "reason"];

/// The part of a policy that a mutant changes.
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

/// A mutant that the tests need not notice, since it means the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Equivalent {
    /// Which part of the policy it changes.
    pub place: Place,
    /// The lines of the mutant.
    pub after: String,
    /// Why it changes nothing.
    pub reason: String,
    /// Where it is written.
    pub location: Location,
}

impl Reader<'_> {
    /// The mutants under `equivalent:`.
    pub(super) fn equivalent(&mut self, node: Option<&Node>) -> Vec<Equivalent> {
        let Some(node) = node else { return Vec::new() };
        if !matches!(node.yaml, Yaml::List(_)) {
            self.wrong(node, "`equivalent`", "a list");
        }
        node.items().iter().filter_map(|item| self.equivalent_turn(item)).collect()
    }

    fn equivalent_turn(&mut self, node: &Node) -> Option<Equivalent> {
        let fields = self.fields(node, "an equivalent mutant", EQUIVALENT)?;
        let mut text = |name: &str| self.optional_text(fields.get(name), &format!("`{name}`"));
        let (rule, param, condition) = (text("rule"), text("param"), text("condition"));
        let (after, reason) = (text("after"), text("reason"));
        let places = [rule.map(Place::Rule), param.map(Place::Param), condition.map(Place::Condition)];
        let mut places = places.into_iter().flatten();
        let place = places.next().filter(|_| places.next().is_none());
        let (Some(place), Some(after), Some(reason)) = (place, after, reason) else {
            let message = "an equivalent mutant needs one of `rule`, `param` and `condition`, `after` and `reason`";
            self.problem(Code::MissingKey.at(node.span.clone(), message).help("`rolelint test --mutate` shows them"));
            return None;
        };
        let location = Location { source: Arc::clone(self.source), span: node.span.clone() };
        Some(Equivalent { place, after, reason, location })
    }
}
