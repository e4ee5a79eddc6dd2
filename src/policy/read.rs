//! From a YAML tree to a policy. Every problem is noted, and reading goes on: one run shows them all.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::error::{Located, Problem};
use super::nearest::nearest;
use super::params::{Overrides, Params};
use super::yaml::{Key, Node, Yaml};
use super::{Assertion, Bounds, Exactly, Kind, Pattern, Policy, Rule, Test, Type, attribute};
use crate::finding::{Place, Severity, SourceText};

/// Reads one file, noting what is wrong with it.
pub(super) struct Reader<'a> {
    source: &'a Arc<SourceText>,
    pub params: Params,
    problems: Vec<Problem>,
}

/// A problem was noted; there is nothing to go on with.
pub(super) struct Noted;

/// Reads what may be there, and says whether what is there could not be read.
pub(super) fn optional<T>(node: Option<&Node>, read: impl FnOnce(&Node) -> Option<T>) -> Result<Option<T>, Noted> {
    node.map(|node| read(node).ok_or(Noted)).transpose()
}

/// The entries of a mapping whose keys are all known.
pub(super) struct Fields<'n> {
    entries: Vec<(&'n Key, &'n Node)>,
}

impl<'n> Fields<'n> {
    pub fn get(&self, name: &str) -> Option<&'n Node> {
        self.entries.iter().find(|(key, _)| key.text == name).map(|(_, value)| *value)
    }
}

/// What a file says, if nothing is wrong with it; else what is wrong, in the order of the text. The names of its
/// parameters come with it either way.
pub(super) fn read(
    source: &Arc<SourceText>,
    root: &Node,
    overrides: &Overrides,
) -> (Result<Policy, Vec<Located>>, Params) {
    let mut reader = Reader { source, params: Params::default(), problems: Vec::new() };
    let policy = reader.policy(root, overrides);
    let Reader { params, mut problems, .. } = reader;
    problems.sort_by_key(|problem| problem.span.start);
    // The short form of a relation reads one value twice.
    problems.dedup();
    let result = match policy {
        Some(policy) if problems.is_empty() => Ok(policy),
        _ => Err(problems.into_iter().map(|problem| Located { source: Arc::clone(source), problem }).collect()),
    };
    (result, params)
}

const FILE: &[&str] = &["version", "name", "description", "requires", "params", "rules"];
const RULE: &[&str] = &[
    "id",
    "title",
    "severity",
    "rationale",
    "remediation",
    "references",
    "controls",
    "tags",
    "select",
    "where",
    "forbid",
    "require",
    "count",
    "exactly",
    "allow_empty",
];
/// The longest value of `exactly`, in bytes.
const LONGEST_VALUE: usize = 1024;
const ASSERTIONS: &[&str] = &["forbid", "require", "count", "exactly"];

impl Reader<'_> {
    pub fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// Notes that a node is not what it should be.
    pub fn wrong(&mut self, node: &Node, what: &str, wanted: &str) {
        let message = format!("{what} takes {wanted}, not {}", node.yaml.description());
        self.problem(Problem::new(node.span.clone(), message));
    }

    /// The whole text that is read.
    pub fn text(&self) -> &str {
        &self.source.text
    }

    fn place(&self, span: &Range<usize>) -> Place {
        Place { source: Arc::clone(self.source), span: span.clone() }
    }

    fn policy(&mut self, root: &Node, overrides: &Overrides) -> Option<Policy> {
        if matches!(root.yaml, Yaml::Null) {
            let help = "a policy begins with `version: 1` and has `rules:`";
            self.problem(Problem::new(root.span.clone(), "the file is empty").help(help));
            return None;
        }
        let fields = self.fields(root, "a policy file", FILE)?;
        self.version(root, fields.get("version"));
        self.requires(fields.get("requires"));
        self.params = self.params(fields.get("params"), overrides);
        let stem = std::path::Path::new(&self.source.name).file_stem().map(|stem| stem.to_string_lossy().into_owned());
        let name = self.optional_text(fields.get("name"), "`name`").or(stem);
        let description = self.optional_text(fields.get("description"), "`description`");
        let rules = match fields.get("rules") {
            None => {
                self.problem(Problem::new(root.span.start..root.span.start, "a policy needs `rules`"));
                Vec::new()
            }
            Some(Node { yaml: Yaml::List(items), .. }) if !items.is_empty() => {
                items.iter().filter_map(|item| self.rule(item)).collect()
            }
            Some(node @ Node { yaml: Yaml::List(_), .. }) => {
                self.problem(Problem::new(node.span.clone(), "`rules` is empty: nothing would be checked"));
                Vec::new()
            }
            Some(node) => {
                self.wrong(node, "`rules`", "a list of rules");
                Vec::new()
            }
        };
        Some(Policy { name: name.unwrap_or_default(), description, source: Arc::clone(self.source), rules })
    }

    fn version(&mut self, root: &Node, version: Option<&Node>) {
        match version {
            Some(Node { yaml: Yaml::Number(1), .. }) => {}
            Some(node @ Node { yaml: Yaml::Number(version), .. }) => {
                let problem =
                    Problem::new(node.span.clone(), format!("version {version} of the language is not known"));
                self.problem(problem.help("this rolelint reads `version: 1`"));
            }
            Some(node) => self.wrong(node, "`version`", "the number 1"),
            None => {
                let problem = Problem::new(root.span.start..root.span.start, "a policy needs `version`");
                self.problem(problem.help("begin the file with `version: 1`"));
            }
        }
    }

    fn requires(&mut self, node: Option<&Node>) {
        let Some(node) = node else { return };
        let Yaml::Text(text) = &node.yaml else { return self.wrong(node, "`requires`", "a text such as \">=0.1\"") };
        let Some(needed) = text.strip_prefix(">=").and_then(|version| release(version.trim())) else {
            let problem = Problem::new(node.span.clone(), "`requires` is not of the form \">=0.1\"");
            return self.problem(problem);
        };
        let ours = release(env!("CARGO_PKG_VERSION")).expect("the crate's version is made of numbers");
        if needed > ours {
            let message = format!("the policy requires rolelint {text}; this is {}", env!("CARGO_PKG_VERSION"));
            self.problem(Problem::new(node.span.clone(), message).help("update rolelint"));
        }
    }

    fn rule(&mut self, node: &Node) -> Option<Rule> {
        let fields = self.fields(node, "a rule", RULE)?;
        let id = self.id(node, fields.get("id"));
        let title = self.optional_text(fields.get("title"), "`title`");
        let severity = self.severity(fields.get("severity"));
        let rationale = self.optional_text(fields.get("rationale"), "`rationale`");
        let remediation = self.optional_text(fields.get("remediation"), "`remediation`");
        let references = self.texts(fields.get("references"), "`references`");
        let controls = self.controls(fields.get("controls"));
        let tags = self.texts(fields.get("tags"), "`tags`");
        let allow_empty = match fields.get("allow_empty") {
            Some(Node { yaml: Yaml::Flag(flag), .. }) => *flag,
            Some(node) => {
                self.wrong(node, "`allow_empty`", "true or false");
                false
            }
            None => false,
        };
        let select = self.select(node, fields.get("select"));
        self.one_assertion(node, &fields);
        // Without its kind, a rule's conditions mean nothing: the rest is read for what it shows anyway.
        let select = select?;
        let filter = match fields.get("where") {
            Some(node) => self.condition(node, select),
            None => Some(super::Condition { span: node.span.start..node.span.start, test: Test::All(Vec::new()) }),
        };
        let assertion = self.assertion(&fields, select);
        let (id, place) = id?;
        Some(Rule {
            title: title.unwrap_or_else(|| id.replace('-', " ")),
            id,
            severity,
            rationale,
            remediation,
            references,
            controls,
            tags,
            select,
            filter: filter?,
            assertion: assertion?,
            allow_empty,
            place,
        })
    }

    fn id(&mut self, rule: &Node, node: Option<&Node>) -> Option<(String, Place)> {
        let Some(node) = node else {
            self.problem(Problem::new(rule.span.start..rule.span.start, "a rule needs an `id`"));
            return None;
        };
        let Yaml::Text(id) = &node.yaml else {
            self.wrong(node, "`id`", "a text");
            return None;
        };
        let kebab = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if !id.split('-').all(kebab) {
            let problem = Problem::new(node.span.clone(), "an `id` is lower-case words joined by hyphens");
            self.problem(problem.help("name what is flagged: custom-role-grants-groups-write"));
        }
        Some((id.clone(), self.place(&node.span)))
    }

    fn severity(&mut self, node: Option<&Node>) -> Severity {
        let Some(node) = node else { return Severity::Medium };
        let Yaml::Text(text) = &node.yaml else {
            self.wrong(node, "`severity`", "a text");
            return Severity::Medium;
        };
        let names = Severity::ALL.map(Severity::name);
        let found = Severity::ALL.into_iter().find(|severity| severity.name() == text);
        if found.is_none() {
            self.unknown_word(&node.span, "severity", text, &names);
        }
        found.unwrap_or(Severity::Medium)
    }

    fn select(&mut self, rule: &Node, node: Option<&Node>) -> Option<Kind> {
        let Some(node) = node else {
            let problem = Problem::new(rule.span.start..rule.span.start, "a rule needs `select`");
            self.problem(problem.help(format!("select one of: {}", Kind::ALL.map(Kind::name).join(", "))));
            return None;
        };
        let Yaml::Text(text) = &node.yaml else {
            self.wrong(node, "`select`", "a text");
            return None;
        };
        let found = Kind::ALL.into_iter().find(|kind| kind.name() == text);
        if found.is_none() {
            self.unknown_word(&node.span, "kind of thing", text, &Kind::ALL.map(Kind::name));
        }
        found
    }

    fn one_assertion(&mut self, rule: &Node, fields: &Fields<'_>) {
        let given: Vec<&(&Key, &Node)> =
            fields.entries.iter().filter(|(key, _)| ASSERTIONS.contains(&key.text.as_str())).collect();
        match given.as_slice() {
            [_] => {}
            [] => {
                let problem = Problem::new(rule.span.start..rule.span.start, "the rule asserts nothing");
                self.problem(problem.help("give it one of `forbid`, `require`, `count`, `exactly`"));
            }
            [(first, _), (second, _), ..] => {
                let mut problem = Problem::new(second.span.clone(), "a rule makes one assertion, this one makes two");
                problem.other = Some((first.span.clone(), "the first is here"));
                self.problem(problem.help("make two rules of it, or join the conditions with `all` or `any`"));
            }
        }
    }

    fn assertion(&mut self, fields: &Fields<'_>, select: Kind) -> Option<Assertion> {
        if let Some(node) = fields.get("forbid") {
            return self.condition(node, select).map(Assertion::Forbid);
        }
        if let Some(node) = fields.get("require") {
            if matches!(&node.yaml, Yaml::Map(entries) if entries.is_empty()) {
                self.problem(Problem::new(node.span.clone(), "`require` asks for nothing: no thing could violate it"));
            }
            return self.condition(node, select).map(Assertion::Require);
        }
        if let Some(node) = fields.get("count") {
            return self.bounds(node, "`count`").map(|bounds| Assertion::Count(bounds, node.span.clone()));
        }
        self.exactly(fields.get("exactly")?, select).map(Assertion::Exactly)
    }

    fn exactly(&mut self, node: &Node, select: Kind) -> Option<Exactly> {
        let entries = self.entries(node, "`exactly`")?;
        let [(key, values)] = entries.as_slice() else {
            let problem = Problem::new(node.span.clone(), "`exactly` names one attribute");
            self.problem(problem.help("exactly: { email: [ada@acme.example, grace@acme.example] }"));
            return None;
        };
        let attribute = self.attribute(key, select)?;
        let Type::Text(case, column) = attribute.type_ else {
            let problem = Problem::new(key.span.clone(), format!("`exactly` compares a text, `{}` is none", key.text));
            self.problem(problem);
            return None;
        };
        let span = values.span.clone();
        let mut literals: Vec<Pattern> = Vec::new();
        for value in self.list(values)? {
            match value.yaml {
                Yaml::Text(text) if literals.iter().any(|earlier| earlier.matches(&text)) => {
                    self.problem(Problem::new(value.span, format!("`{text}` is in the list twice")));
                }
                Yaml::Text(text) if text.len() > LONGEST_VALUE => {
                    self.problem(Problem::new(value.span, "a value of over 1024 bytes"));
                }
                Yaml::Text(text) => literals.push(Pattern::exactly(&text, case, value.span)),
                _ => self.wrong(&value, &format!("a value of `{}`", key.text), "a text"),
            }
        }
        Some(Exactly { attribute, column, values: literals, span })
    }

    /// Inclusive bounds: `{min: N, max: N}`, or one number for exactly that.
    pub fn bounds(&mut self, node: &Node, what: &str) -> Option<Bounds> {
        if let Yaml::Map(_) = node.yaml {
            let fields = self.fields(node, what, &["min", "max"])?;
            let mut bound = |name| optional(fields.get(name), |node| self.number(node, &format!("`{name}`")));
            let (min, max) = (bound("min"), bound("max"));
            let bounds = Bounds { min: min.ok()?, max: max.ok()? };
            if bounds == (Bounds { min: Some(0), max: None }) {
                self.problem(Problem::new(node.span.clone(), "no number is below 0: every number is allowed"));
            }
            if bounds == Bounds::default() {
                self.problem(Problem::new(node.span.clone(), format!("{what} needs `min` or `max`")));
            }
            if bounds.min.zip(bounds.max).is_some_and(|(min, max)| min > max) {
                let message = format!("`min` is above `max`: no number is {bounds}");
                self.problem(Problem::new(node.span.clone(), message));
            }
            return Some(bounds);
        }
        self.number(node, what).map(|number| Bounds { min: Some(number), max: Some(number) })
    }

    fn number(&mut self, node: &Node, what: &str) -> Option<u64> {
        let node = &self.resolve(node)?;
        match node.yaml {
            Yaml::Number(number) if number >= 0 => Some(number.unsigned_abs()),
            Yaml::Number(_) => {
                self.problem(Problem::new(node.span.clone(), format!("{what} is never negative")));
                None
            }
            _ => {
                self.wrong(node, what, "a whole number");
                None
            }
        }
    }

    fn controls(&mut self, node: Option<&Node>) -> BTreeMap<String, Vec<String>> {
        let Some(entries) = node.and_then(|node| self.entries(node, "`controls`")) else { return BTreeMap::new() };
        let mut read = |(key, value): (&Key, &Node)| {
            (key.text.clone(), self.texts(Some(value), &format!("the controls of `{}`", key.text)))
        };
        entries.into_iter().map(&mut read).collect()
    }

    fn optional_text(&mut self, node: Option<&Node>, what: &str) -> Option<String> {
        match node? {
            Node { yaml: Yaml::Text(text), .. } => Some(text.trim_end().to_owned()),
            node => {
                self.wrong(node, what, "a text");
                None
            }
        }
    }

    fn texts(&mut self, node: Option<&Node>, what: &str) -> Vec<String> {
        let Some(node) = node else { return Vec::new() };
        let Yaml::List(items) = &node.yaml else {
            self.wrong(node, what, "a list of texts");
            return Vec::new();
        };
        items.iter().filter_map(|item| self.optional_text(Some(item), &format!("an element of {what}"))).collect()
    }

    /// The elements of a list, or the one value; parameters resolved, a list among the elements opened.
    pub fn list(&mut self, node: &Node) -> Option<Vec<Node>> {
        let Yaml::List(items) = &node.yaml else {
            // What a parameter stands for is taken as it is.
            return match self.resolve(node)? {
                Node { yaml: Yaml::List(items), .. } => Some(items),
                node => Some(vec![node]),
            };
        };
        let mut list = Vec::new();
        for item in items {
            match self.resolve(item)? {
                Node { yaml: Yaml::List(inner), .. } if matches!(item.yaml, Yaml::Text(_)) => list.extend(inner),
                item => list.push(item),
            }
        }
        Some(list)
    }

    /// The same, with at least one element: what matches nothing is a mistake.
    pub fn some(&mut self, what: &str, node: &Node) -> Option<Vec<Node>> {
        let list = self.list(node)?;
        if list.is_empty() {
            let message = format!("the list for `{what}` is empty: it would match nothing");
            self.problem(Problem::new(node.span.clone(), message).help("name what is meant, or leave the rule out"));
            return None;
        }
        Some(list)
    }

    /// The entries of a mapping, each key once.
    pub fn entries<'n>(&mut self, node: &'n Node, what: &str) -> Option<Vec<(&'n Key, &'n Node)>> {
        let Yaml::Map(entries) = &node.yaml else {
            match node.yaml {
                Yaml::Null => self.problem(Problem::new(node.span.clone(), format!("{what} is empty"))),
                _ => self.wrong(node, what, "a mapping, such as { name: value }"),
            }
            return None;
        };
        let mut seen: Vec<(&Key, &Node)> = Vec::new();
        for (key, value) in entries {
            if let Some((first, _)) = seen.iter().find(|(earlier, _)| earlier.text == key.text) {
                let mut problem = Problem::new(key.span.clone(), format!("`{}` is there twice", key.text));
                problem.other = Some((first.span.clone(), "the first is here"));
                self.problem(problem);
            } else {
                seen.push((key, value));
            }
        }
        Some(seen)
    }

    /// The entries of a mapping that may have these keys and no others.
    pub fn fields<'n>(&mut self, node: &'n Node, what: &str, known: &[&str]) -> Option<Fields<'n>> {
        let entries = self.entries(node, what)?;
        for (key, _) in &entries {
            if !known.contains(&key.text.as_str()) {
                self.unknown_word(&key.span, &format!("key of {what}"), &key.text, known);
            }
        }
        Some(Fields { entries })
    }

    /// The attribute that a key names.
    pub fn attribute(&mut self, key: &Key, of: Kind) -> Option<&'static super::Attribute> {
        let found = attribute::find(of, &key.text);
        if found.is_none() {
            let names: Vec<&str> = attribute::of(of).map(|attribute| attribute.name).collect();
            let holder = matches!(of, Kind::User | Kind::Group);
            let mut problem = Problem::new(key.span.clone(), format!("a {} has no `{}`", of.name(), key.text));
            let elsewhere = Kind::ALL.into_iter().filter(|kind| attribute::find(*kind, &key.text).is_some());
            let elsewhere: Vec<&str> = elsewhere.map(Kind::name).collect();
            problem = problem.help(match nearest(&key.text, names.iter().copied()) {
                _ if holder && matches!(key.text.as_str(), "permission" | "permissions") => {
                    "a permission comes with a role: write `holds: { permission: … }`".to_owned()
                }
                _ if holder && matches!(key.text.as_str(), "role" | "roles") => {
                    "roles are what it holds: write `holds: { role: … }`".to_owned()
                }
                Some(near) => format!("did you mean `{near}`?"),
                None if !elsewhere.is_empty() => {
                    format!(
                        "`{}` belongs to {}; a {} has {}",
                        key.text,
                        elsewhere.join(" and "),
                        of.name(),
                        names.join(", ")
                    )
                }
                None => format!("a {} has {}", of.name(), names.join(", ")),
            });
            self.problem(problem);
        }
        found
    }

    /// Notes a word that is none of those that may stand there.
    pub fn unknown_word(&mut self, span: &Range<usize>, what: &str, word: &str, known: &[&str]) {
        let problem = Problem::new(span.clone(), format!("`{word}` is no {what}"));
        self.problem(problem.help(match nearest(word, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("it is one of: {}", known.join(", ")),
        }));
    }
}

fn release(version: &str) -> Option<Vec<u64>> {
    let numbers: Option<Vec<u64>> = version.split('.').map(|part| part.parse().ok()).collect();
    numbers.filter(|numbers| numbers.len() <= 3)
}
