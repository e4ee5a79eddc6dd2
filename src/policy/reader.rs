//! What reading a policy needs beyond YAML: attributes by their names, and bounds.

use super::synonym::synonym;
use super::{Attribute, Bounds, Counted, Kind, Percent, Type, vocabulary};
use crate::document::tree::{Key, Node, Yaml};
use crate::document::{Code, Reader, nearest, optional};

impl Reader<'_> {
    /// Inclusive bounds: `{min: N, max: N}`, or one number for exactly that.
    pub fn bounds(&mut self, node: &Node, what: &str) -> Option<Bounds> {
        self.bounds_with(node, what, &["min", "max"])
    }

    /// How many of these things there are: bounds, and with `of` what is counted.
    pub fn count(&mut self, node: &Node, of: Kind, by_default: Counted) -> Option<(Bounds, Counted)> {
        let (percent, rest) = self.percent(node);
        let bounds = match &rest {
            // Nothing but percentages.
            None => Some(Bounds::default()),
            Some(rest) => self.bounds_with(rest, "`count`", &["of", "min", "max"]),
        };
        let bounds = bounds.map(|bounds| Bounds { percent, ..bounds });
        let none = Percent::default();
        if percent.min.zip(percent.max).is_some_and(|(min, max)| min > max) {
            self.problem(Code::NeverHolds.at(node.span.clone(), "`min` is above `max`, so nothing is within"));
        } else if [Percent { min: Some(0), ..none }, Percent { max: Some(100), ..none }].contains(&percent)
            && bounds.is_some_and(|bounds| bounds.min.or(bounds.max).is_none())
        {
            self.problem(Code::AlwaysHolds.at(node.span.clone(), "no part is less than 0% or more than 100%"));
        }
        let said = match &node.yaml {
            Yaml::Map(entries) => entries.iter().find(|(key, _)| key.text == "of").map(|(_, said)| said),
            Yaml::Null | Yaml::Flag(_) | Yaml::Number(_) | Yaml::Float | Yaml::Text(_) | Yaml::List(_) => None,
        };
        let counted = said.map_or(Some(by_default), |said| self.counted(said, of))?;
        Some((bounds?, counted))
    }

    /// The percentages among the bounds, and the rest, if there is any.
    fn percent(&mut self, node: &Node) -> (Percent, Option<Node>) {
        let mut percent = Percent::default();
        let Yaml::Map(entries) = &node.yaml else { return (percent, Some(node.clone())) };
        let mut rest = Vec::new();
        for (key, value) in entries {
            let bound = match key.text.as_str() {
                "min" => &mut percent.min,
                "max" => &mut percent.max,
                _ => {
                    rest.push((key.clone(), value.clone()));
                    continue;
                }
            };
            let text = self.params.resolved(value);
            let Some(number) = text.as_deref().and_then(|text| text.strip_suffix('%')) else {
                rest.push((key.clone(), value.clone()));
                continue;
            };
            let number = number.trim().parse().ok().filter(|number| *number <= 100);
            if number.is_none() {
                let problem = Code::InvalidValue.at(value.span.clone(), "this is not a percentage");
                self.problem(problem.help("write a whole number from 0% to 100%"));
            }
            *bound = Some(number.unwrap_or(0));
        }
        let bounded = rest.iter().any(|(key, _)| key.text != "of");
        let only = percent != Percent::default() && !bounded;
        (percent, (!only).then(|| Node { span: node.span.clone(), yaml: Yaml::Map(rest) }))
    }

    fn counted(&mut self, node: &Node, of: Kind) -> Option<Counted> {
        let Yaml::Text(text) = &node.yaml else {
            self.wrong(node, "`of`", "the name of what is counted");
            return None;
        };
        let one = |row: &'static Attribute| match row.type_ {
            Type::Relation(relation) if relation.to_one() => Some((row.name, Counted::Through(relation))),
            Type::Text(..) if row.name != "principal" => Some((row.name, Counted::Texts(row))),
            Type::Relation(_)
            | Type::Text(..)
            | Type::List(..)
            | Type::Escalation
            | Type::Flag(_)
            | Type::Time(_)
            | Type::Via => None,
        };
        let principal = (of == Kind::Grant).then_some(("principal", Counted::Principals));
        let each = [(of.name(), Counted::Each)].into_iter().chain(principal);
        let known: Vec<(&str, Counted)> = each.chain(vocabulary::of(of).filter_map(one)).collect();
        let found = known.iter().find(|(name, _)| name == text).map(|(_, counted)| *counted);
        if found.is_none() {
            let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
            self.unknown_word(&node.span, &format!("thing to count of {}", of.one()), text, &names);
        }
        found
    }

    fn bounds_with(&mut self, node: &Node, what: &str, keys: &[&str]) -> Option<Bounds> {
        if let Yaml::Map(_) = node.yaml {
            let fields = self.fields(node, what, keys)?;
            let mut bound = |name| optional(fields.get(name), |node| self.number(node, &format!("`{name}`")));
            let (min, max) = (bound("min"), bound("max"));
            let bounds = Bounds { min: min.ok()?, max: max.ok()?, percent: Percent::default() };
            if bounds == (Bounds { min: Some(0), ..Bounds::default() }) {
                self.problem(
                    Code::AlwaysHolds.at(node.span.clone(), "no number is below 0, so every number is allowed"),
                );
            }
            // An unknown key has been noted.
            if bounds == Bounds::default() && fields.entries.iter().all(|(key, _)| keys.contains(&key.text.as_str())) {
                self.problem(Code::MissingKey.at(node.span.clone(), format!("{what} needs `min` or `max`")));
            }
            if bounds.min.zip(bounds.max).is_some_and(|(min, max)| min > max) {
                let message = format!("`min` is above `max`, so no number is {bounds}");
                self.problem(Code::NeverHolds.at(node.span.clone(), message));
            }
            return Some(bounds);
        }
        if matches!(&node.yaml, Yaml::Text(text) if !text.starts_with('$')) {
            self.wrong(node, what, "a whole number, or bounds such as { min: 1, max: 4 }");
            return None;
        }
        self.number(node, what).map(|number| Bounds { min: Some(number), max: Some(number), ..Bounds::default() })
    }

    /// The attribute that a key names.
    pub fn attribute(&mut self, key: &Key, of: Kind) -> Option<&'static Attribute> {
        let found = vocabulary::find(of, &key.text);
        if found.is_none() {
            let names: Vec<&str> = vocabulary::of(of).map(|attribute| attribute.name).collect();
            let holder = matches!(of, Kind::User | Kind::Group | Kind::ServiceAccount);
            let mut problem = Code::UnknownKey.at(key.span.clone(), format!("{} has no `{}`", of.one(), key.text));
            let elsewhere = Kind::ALL.into_iter().filter(|kind| vocabulary::find(*kind, &key.text).is_some());
            let elsewhere: Vec<&str> = elsewhere.map(Kind::name).collect();
            let meant = nearest(&key.text, names.iter().copied())
                .or_else(|| synonym(&key.text, names.iter().copied().chain(["all", "any"])));
            problem = problem.help(match meant {
                _ if holder && matches!(key.text.as_str(), "permission" | "permissions") => {
                    "users, groups and service accounts get permissions through roles: write `holds: { permission: … }`"
                        .to_owned()
                }
                _ if holder && matches!(key.text.as_str(), "role" | "roles") => {
                    "for the roles that it holds, write `holds: { role: … }`".to_owned()
                }
                _ if key.text == "count" => {
                    "`count` stands in the rule, beside `select`, or in a relation or a list: `holds: { count: … }`"
                        .to_owned()
                }
                _ if matches!(key.text.as_str(), "min" | "max") => format!("write `count: {{ {}: … }}`", key.text),
                Some(near) => format!("did you mean `{near}`?"),
                None if !elsewhere.is_empty() => {
                    format!("`{}` belongs to {}; {} has {}", key.text, elsewhere.join(", "), of.one(), names.join(", "))
                }
                None => format!("{} has {}", of.one(), names.join(", ")),
            });
            self.problem(problem);
        }
        found
    }
}
