//! Mutants of a policy: small edits of its text that somebody could have made by mistake.

use std::ops::Range;

use crate::document::SourceText;
use crate::document::tree::{Key, Node, Yaml, parse};
use crate::testing::equivalent::Place;
use crate::time::{DAY, day, parse_timestamp};

/// A small edit of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mutant {
    /// The rule, parameter or condition that it changes.
    pub place: Place,
    /// What it is, in words.
    pub what: &'static str,
    /// The words that change.
    pub span: Range<usize>,
    /// What they become.
    pub words: String,
}

impl Mutant {
    /// The text with the edit made.
    pub fn applied(&self, text: &str) -> String {
        format!("{}{}{}", &text[..self.span.start], self.words, &text[self.span.end..])
    }

    /// The lines that change, as they are and as they become.
    pub fn lines(&self, source: &SourceText) -> (String, String) {
        let text = &source.text;
        let start = text[..self.span.start].rfind('\n').map_or(0, |newline| newline + 1);
        let end = text[self.span.end..].find('\n').map_or(text.len(), |newline| self.span.end + newline);
        let after = format!("{}{}{}", &text[start..self.span.start], self.words, &text[self.span.end..end]);
        (flush(&text[start..end]), flush(&after))
    }
}

/// Lines without the blanks that all of them begin with.
fn flush(lines: &str) -> String {
    let blanks = |line: &str| line.len() - line.trim_start().len();
    let least = lines.lines().filter(|line| !line.trim().is_empty()).map(blanks).min().unwrap_or_default();
    let flush: Vec<&str> = lines.lines().map(|line| line.get(least..).unwrap_or_default().trim_end()).collect();
    flush.join("\n")
}

/// The keys of a rule that hold patterns and bounds.
const READ: [&str; 5] = ["where", "forbid", "require", "count", "exactly"];
/// Bounds that are moments.
const DATES: [&str; 2] = ["before", "after"];
/// Bounds that are lengths of time.
const LENGTHS: [&str; 4] = ["older_than", "newer_than", "within", "later_than"];

/// Every mutant of a policy, in the order of the text.
pub fn mutants(source: &SourceText) -> Vec<Mutant> {
    let root = parse(&source.text).expect("a policy that was read is YAML");
    let mut mutants = Mutants { text: &source.text, place: Place::Rule(String::new()), found: Vec::new() };
    for (key, node) in root.below("params").map(Node::entries).unwrap_or_default() {
        mutants.place = Place::Param(key.text.clone());
        mutants.value("", node);
    }
    for (key, node) in root.below("conditions").map(Node::entries).unwrap_or_default() {
        mutants.place = Place::Condition(key.text.clone());
        mutants.value("", node);
    }
    for rule in root.below("rules").map(Node::items).unwrap_or_default() {
        let Some(Node { yaml: Yaml::Text(id), .. }) = rule.below("id") else { continue };
        mutants.place = Place::Rule(id.clone());
        for (key, node) in rule.entries().iter().filter(|(key, _)| READ.contains(&key.text.as_str())) {
            if key.text == "where" {
                mutants.negated(node);
            }
            mutants.value(&key.text, node);
        }
    }
    mutants.found
}

struct Mutants<'t> {
    text: &'t str,
    place: Place,
    found: Vec<Mutant>,
}

impl Mutants<'_> {
    fn add(&mut self, what: &'static str, span: Range<usize>, words: String) {
        self.found.push(Mutant { place: self.place.clone(), what, span, words });
    }

    /// Mutants of the value of a key.
    fn value(&mut self, key: &str, node: &Node) {
        match &node.yaml {
            Yaml::Map(entries) => self.entries(node, entries),
            Yaml::List(items) => {
                if items.iter().all(|item| matches!(item.yaml, Yaml::Text(_))) {
                    let spans: Vec<Range<usize>> = items.iter().map(|item| item.span.clone()).collect();
                    self.dropped("a pattern is dropped", &spans);
                }
                for item in items {
                    self.value(key, item);
                }
            }
            Yaml::Flag(flag) => self.add("a flag is turned around", node.span.clone(), (!flag).to_string()),
            Yaml::Number(number) => {
                for (what, moved) in [("a bound is one lower", number - 1), ("a bound is one higher", number + 1)] {
                    if moved >= 0 {
                        self.add(what, node.span.clone(), moved.to_string());
                    }
                }
            }
            Yaml::Text(text) => self.word(key, node, text),
            Yaml::Null | Yaml::Float => {}
        }
    }

    fn entries(&mut self, node: &Node, entries: &[(Key, Node)]) {
        for (at, (key, value)) in entries.iter().enumerate() {
            match (key.text.as_str(), &value.yaml) {
                ("any", Yaml::List(items)) if items.len() > 1 => {
                    self.add("`all` for `any`", key.span.clone(), "all".to_owned());
                }
                ("all", Yaml::List(items)) if items.len() > 1 => {
                    self.add("`any` for `all`", key.span.clone(), "any".to_owned());
                }
                // `none: […]` tests a list and has no opposite among the keys.
                ("every", Yaml::Map(_)) => self.add("`some` for `every`", key.span.clone(), "some".to_owned()),
                ("none", Yaml::Map(_)) => self.add("`some` for `none`", key.span.clone(), "some".to_owned()),
                ("some", Yaml::Map(_)) => self.add("`every` for `some`", key.span.clone(), "every".to_owned()),
                ("via", Yaml::Map(_)) => self.add("another way for `via`", value.span.clone(), "direct".to_owned()),
                // `{ scope: … }` alone becomes `{}`.
                ("scope", _) if entries.len() == 1 => {
                    self.add("the scope is left out", node.span.clone(), "{}".to_owned());
                }
                ("scope", _) => {
                    let spans: Vec<Range<usize>> =
                        entries.iter().map(|(key, value)| key.span.start..value.span.end).collect();
                    self.drop_one("the scope is left out", &spans, at);
                }
                _ => {}
            }
            // `of` in a count is not a value: it names what is counted.
            if key.text != "of" || node.below("min").or(node.below("max")).is_none() {
                self.value(&key.text, value);
            }
        }
    }

    fn word(&mut self, key: &str, node: &Node, text: &str) {
        // The value of a parameter is changed where it is written.
        if text.starts_with('$') && !text.starts_with("$$") {
            if let Some((before, offset)) = text.rsplit_once(' ').filter(|_| DATES.contains(&key))
                && let Some((number, unit)) = length(offset)
            {
                for (what, moved) in
                    [("a bound is one lower", number.saturating_sub(1)), ("a bound is one higher", number + 1)]
                {
                    self.add(what, node.span.clone(), format!("{before} {moved}{unit}"));
                }
            }
            return;
        }
        let percent = text.strip_suffix('%').and_then(|number| number.trim().parse::<u64>().ok());
        if let Some(number) = percent.filter(|_| ["min", "max"].contains(&key)) {
            self.moved(node, number, "%");
        } else if let Some([earlier, later]) = neighbours(text).filter(|_| DATES.contains(&key) || key.is_empty()) {
            for (what, day) in [("a bound is a day earlier", earlier), ("a bound is a day later", later)] {
                self.add(what, node.span.clone(), format!("\"{day}\""));
            }
        } else if LENGTHS.contains(&key) || key.is_empty() && length(text).is_some() {
            let Some((number, unit)) = length(text) else { return };
            self.moved(node, number, unit);
        } else if key == "via" {
            let other = if text == "direct" { "group" } else { "direct" };
            self.add("another way for `via`", node.span.clone(), other.to_owned());
        } else if key == "regex" {
            self.add("a pattern is widened", node.span.clone(), "\".*\"".to_owned());
        } else if let Some(wider) =
            widened(text).filter(|_| !["before", "after", "scope", "principal", "of"].contains(&key))
        {
            self.add("a pattern is widened", node.span.clone(), format!("\"{wider}\""));
        }
    }

    /// A number with a unit, one lower and one higher.
    fn moved(&mut self, node: &Node, number: u64, unit: &str) {
        let lower = number.checked_sub(1).map(|moved| ("a bound is one lower", moved));
        for (what, moved) in lower.into_iter().chain([("a bound is one higher", number + 1)]) {
            self.add(what, node.span.clone(), format!("{moved}{unit}"));
        }
    }

    /// `where` turned into its opposite.
    fn negated(&mut self, node: &Node) {
        if node.entries().is_empty() {
            return;
        }
        let own = &self.text[node.span.clone()];
        let words = if own.starts_with('{') {
            format!("{{ not: {own} }}")
        } else {
            let line = self.text[..node.span.start].rfind('\n').map_or(0, |newline| newline + 1);
            let indent = " ".repeat(self.text[line..node.span.start].chars().count() + 2);
            format!("not:\n{indent}{}", own.replace('\n', "\n  "))
        };
        self.add("`where` is negated", node.span.clone(), words);
    }

    /// Each of several elements left out.
    fn dropped(&mut self, what: &'static str, spans: &[Range<usize>]) {
        for at in 0..spans.len() {
            if spans.len() > 1 {
                self.drop_one(what, spans, at);
            }
        }
    }

    /// One of several elements left out, with what parts it from its neighbour.
    fn drop_one(&mut self, what: &'static str, spans: &[Range<usize>], at: usize) {
        let span = match spans.get(at + 1) {
            Some(next) => spans[at].start..next.start,
            None => spans[at - 1].end..spans[at].end,
        };
        self.add(what, span, String::new());
    }
}

/// A length of time of one unit: its number and its unit.
fn length(text: &str) -> Option<(u64, &str)> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let plain = ["s", "m", "h", "d", "w"].contains(&unit);
    number.parse().ok().filter(|_| plain).map(|number| (number, unit))
}

/// The days before and after a date, or a moment.
fn neighbours(text: &str) -> Option<[String; 2]> {
    let moment = parse_timestamp(text).ok()?;
    Some([moment - DAY, moment + DAY].map(day))
}

/// A pattern that matches more: of a dotted name, whatever its last part; of anything else, everything.
fn widened(text: &str) -> Option<String> {
    if text == "*" || text.is_empty() {
        return None;
    }
    let dotted = text.contains('.') && !text.contains([' ', '@', '{', '[']);
    let wider = match text.trim_end_matches(".*").rsplit_once('.') {
        Some((start, _)) if dotted && !start.is_empty() => format!("{start}.*"),
        _ => "*".to_owned(),
    };
    (wider != text).then_some(wider)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(rule: &str) -> Vec<String> {
        let source = SourceText::new("p.yaml".to_owned(), format!("rules:\n  - id: r\n    {rule}\n"));
        let line = |mutant: &Mutant| format!("{}: {}", mutant.what, mutant.lines(&source).1);
        mutants(&source).iter().map(line).collect()
    }

    #[test]
    fn every_kind_of_mutant_is_made_once_in_its_place() {
        let table: [(&str, &[&str]); 16] = [
            (
                "count: { max: 10% }",
                &["a bound is one lower: count: { max: 9% }", "a bound is one higher: count: { max: 11% }"],
            ),
            ("forbid: { holds: { scope: project } }", &["the scope is left out: forbid: { holds: {} }"]),
            (
                "forbid: { holds: { via: { group: { is_scim_managed: true } } } }",
                &[
                    "another way for `via`: forbid: { holds: { via: direct } }",
                    "a flag is turned around: forbid: { holds: { via: { group: { is_scim_managed: false } } } }",
                ],
            ),
            ("forbid: $c\nconditions:\n  c: { enabled: true }", &["a flag is turned around: c: { enabled: false }"]),
            (
                "forbid: { created_at: { before: 2026-03-01 } }",
                &[
                    "a bound is a day earlier: forbid: { created_at: { before: \"2026-02-28\" } }",
                    "a bound is a day later: forbid: { created_at: { before: \"2026-03-02\" } }",
                ],
            ),
            (
                "forbid: { holds: { every: { permission: null } } }",
                &["`some` for `every`: forbid: { holds: { some: { permission: null } } }"],
            ),
            (
                "require: { groups: { none: { is_scim_managed: true } } }",
                &[
                    "`some` for `none`: require: { groups: { some: { is_scim_managed: true } } }",
                    "a flag is turned around: require: { groups: { none: { is_scim_managed: false } } }",
                ],
            ),
            (
                "forbid: { name: [a, b] }",
                &[
                    "a pattern is dropped: forbid: { name: [b] }",
                    "a pattern is dropped: forbid: { name: [a] }",
                    "a pattern is widened: forbid: { name: [\"*\", b] }",
                    "a pattern is widened: forbid: { name: [a, \"*\"] }",
                ],
            ),
            (
                "forbid: { permissions: api.groups.write }",
                &["a pattern is widened: forbid: { permissions: \"api.groups.*\" }"],
            ),
            (
                "count: { max: 3 }",
                &["a bound is one lower: count: { max: 2 }", "a bound is one higher: count: { max: 4 }"],
            ),
            ("count: { max: 0 }", &["a bound is one higher: count: { max: 1 }"]),
            (
                "where: { enabled: true }",
                &[
                    "`where` is negated: where: { not: { enabled: true } }",
                    "a flag is turned around: where: { enabled: false }",
                ],
            ),
            (
                "forbid: { any: [{ name: null }, { created_at: { older_than: 9d } }] }",
                &[
                    "`all` for `any`: forbid: { all: [{ name: null }, { created_at: { older_than: 9d } }] }",
                    "a bound is one lower: forbid: { any: [{ name: null }, { created_at: { older_than: 8d } }] }",
                    "a bound is one higher: forbid: { any: [{ name: null }, { created_at: { older_than: 10d } }] }",
                ],
            ),
            (
                "forbid: { holds: { scope: project, via: direct } }",
                &[
                    "the scope is left out: forbid: { holds: { via: direct } }",
                    "another way for `via`: forbid: { holds: { scope: project, via: group } }",
                ],
            ),
            (
                "forbid: { name: $names, holds: { count: { of: role, max: 1 } } }",
                &[
                    "a bound is one lower: forbid: { name: $names, holds: { count: { of: role, max: 0 } } }",
                    "a bound is one higher: forbid: { name: $names, holds: { count: { of: role, max: 2 } } }",
                ],
            ),
            (
                "where:\n      not:\n        name: \"*\"",
                &["`where` is negated: where:\n      not:\n        not:\n          name: \"*\""],
            ),
        ];
        for (rule, expected) in table {
            let found: Vec<String> = of(rule);
            let joined: Vec<String> = expected.iter().map(|line| (*line).to_owned()).collect();
            if rule.starts_with("where:\n") {
                let source = SourceText::new("p.yaml".to_owned(), format!("rules:\n  - id: r\n    {rule}\n"));
                let applied = mutants(&source)[0].applied(&source.text);
                assert!(applied.contains(expected[0].split_once(": ").expect("words").1), "{applied}");
                continue;
            }
            assert_eq!(found, joined, "{rule}");
        }
    }
}
