//! From a YAML tree to a policy. Every problem is noted, and reading goes on: one run shows them all. Every key of a
//! rule is read here. That makes it long.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::params::Overrides;
use super::{Assertion, Condition, Counted, Kind, Policy, Predicate, Rule, synonym};
use crate::document::tree::{Key, Node, Yaml};
use crate::document::{Code, Fields, Lexicon, Located, Params, Reader};
use crate::document::{Location, SourceText};
use crate::finding::{PolicyFile, RuleInfo, Severity};

/// The policy in a file, or all of its problems in the order of the text. Either way, with the names of its parameters.
pub(super) fn read(
    source: &Arc<SourceText>,
    root: &Node,
    around: &Around<'_>,
) -> (Result<Policy, Vec<Located>>, Params) {
    let source = &around.overrides.within(source, root);
    let mut reader = Reader {
        lexicon: Arc::clone(around.lexicon),
        advice: |word, known| synonym::advice(word, known, RULE),
        ..Reader::new(source)
    };
    let policy = reader.policy(root, around);
    let Reader { params, mut problems, .. } = reader;
    problems.sort_by_key(|problem| problem.span.start);
    // The short form of a relation reads one value twice.
    problems.dedup();
    let result = match policy {
        Some(policy) if problems.is_empty() => Ok(policy),
        _ => Err(problems.into_iter().map(|problem| source.located(problem)).collect()),
    };
    (result, params)
}

/// What is known apart from the file.
pub(super) struct Around<'a> {
    /// The parameters that are set from outside.
    pub overrides: &'a Overrides,
    /// What words stand for several permissions.
    pub lexicon: &'a Arc<Lexicon>,
    /// Whether the file was not named, but another extends it.
    pub extended: bool,
    /// The rules of the files that it extends, with what they select. Nothing, if those were not loaded.
    pub rules: Option<Vec<(&'a str, Vec<Kind>)>>,
}

/// The keys of a file.
pub(crate) const FILE: &[&str] = &[
    "version",
    "name",
    "description",
    "requires",
    "extends",
    "narrow",
    "params",
    "vars",
    "conditions",
    "permissions",
    "rules",
];
/// The keys of a rule.
pub(crate) const RULE: &[&str] = &[
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
    "allow_unmatched",
    "waivable",
];
const ASSERTIONS: &[&str] = &["forbid", "require", "count", "exactly"];

impl Reader<'_> {
    fn location(&self, span: &Range<usize>) -> Location {
        Location { source: Arc::clone(self.source), span: span.clone() }
    }

    fn policy(&mut self, root: &Node, around: &Around<'_>) -> Option<Policy> {
        if matches!(root.yaml, Yaml::Null) {
            let help = "a policy starts with `version: 1` and has `rules:`";
            self.problem(Code::Empty.at(0..0, "the file is empty").help(help));
            return None;
        }
        let fields = self.fields(root, "a policy file", FILE)?;
        self.version(root, fields.get("version"));
        self.requires(fields.get("requires"));
        self.params = self.params(fields.get("params"));
        self.vars(root, fields.get("vars"));
        self.name_conditions(fields.get("conditions"));
        // They are read before, with those of the other files; here, their problems are noted.
        self.permissions(fields.get("permissions"));
        let stem = std::path::Path::new(&self.source.name).file_stem().map(|stem| stem.to_string_lossy().into_owned());
        let name = self.optional_text(fields.get("name"), "`name`").or(stem);
        let description = self.optional_text(fields.get("description"), "`description`");
        let extends = self.extends(fields.get("extends"));
        let rules = match fields.get("rules") {
            None if extends => Vec::new(),
            None => {
                self.problem(Code::MissingKey.at(root.span.start..root.span.start, "a policy needs `rules`"));
                Vec::new()
            }
            Some(Node { yaml: Yaml::List(items), .. }) if !items.is_empty() => {
                items.iter().flat_map(|item| self.rule(item).unwrap_or_default()).collect()
            }
            Some(node @ Node { yaml: Yaml::List(_), .. }) => {
                self.problem(Code::Empty.at(node.span.clone(), "`rules` is empty, so nothing would be checked"));
                Vec::new()
            }
            Some(node) => {
                self.wrong(node, "`rules`", "a list of rules");
                Vec::new()
            }
        };
        let narrowings = self.narrow(fields.get("narrow"), around.rules.as_deref());
        if fields.get("narrow").is_none() || around.rules.is_some() {
            self.all_conditions_used();
        }
        let params = self.params.values();
        let number = rules.chunk_by(|one: &Rule, other| Arc::ptr_eq(&one.info, &other.info)).count();
        let file = PolicyFile { source: Arc::clone(self.source), rules: number, params };
        let name = name.unwrap_or_default();
        let builtin = super::builtin::PACKS.iter().any(|(pack, _)| *pack == self.source.name);
        let extended = around.extended;
        Some(Policy { name, description, file, rules, builtin, extended, narrowings })
    }

    /// Whether the policy extends others. Which they are is found out when files are loaded.
    fn extends(&mut self, node: Option<&Node>) -> bool {
        let Some(node) = node else { return false };
        if node.items().is_empty() {
            self.wrong(node, "`extends`", "a list of files and built-in packs, with at least one");
        }
        true
    }

    fn version(&mut self, root: &Node, version: Option<&Node>) {
        match version {
            Some(Node { yaml: Yaml::Number(1), .. }) => {}
            Some(node @ Node { yaml: Yaml::Number(version), .. }) => {
                let problem = Code::UnsupportedVersion
                    .at(node.span.clone(), format!("version {version} of the language is not supported"));
                self.problem(problem.help("this rolelint supports `version: 1`"));
            }
            Some(node) => self.wrong(node, "`version`", "the number 1"),
            None => {
                let problem = Code::MissingKey.at(root.span.start..root.span.start, "a policy needs `version`");
                self.problem(problem.help("start the file with `version: 1`"));
            }
        }
    }

    fn requires(&mut self, node: Option<&Node>) {
        let Some(node) = node else { return };
        let Yaml::Text(text) = &node.yaml else { return self.wrong(node, "`requires`", "a text such as \">=0.1\"") };
        let Some(needed) = text.strip_prefix(">=").and_then(|version| release(version.trim())) else {
            let problem = Code::InvalidValue.at(node.span.clone(), "`requires` does not have the form \">=0.1\"");
            return self.problem(problem);
        };
        let ours = release(env!("CARGO_PKG_VERSION")).expect("the crate's version is made of numbers");
        if needed > ours {
            let message = format!("the policy requires rolelint {text}; this is {}", env!("CARGO_PKG_VERSION"));
            self.problem(Code::UnsupportedVersion.at(node.span.clone(), message).help("update rolelint"));
        }
    }

    /// A rule, once for each kind of thing that it selects.
    fn rule(&mut self, node: &Node) -> Option<Vec<Rule>> {
        let fields = self.fields(node, "a rule", RULE)?;
        let id = self.id(node, fields.get("id"));
        let title = self.optional_text(fields.get("title"), "`title`");
        let severity = self.severity(fields.get("severity"));
        let rationale = self.optional_text(fields.get("rationale"), "`rationale`");
        let remediation = self.optional_text(fields.get("remediation"), "`remediation`");
        let references = self.texts(fields.get("references"), "`references`");
        let controls = self.controls(fields.get("controls"));
        let tags = self.texts(fields.get("tags"), "`tags`");
        let mut flag = |name: &str, by_default| match fields.get(name) {
            Some(Node { yaml: Yaml::Flag(flag), .. }) => *flag,
            Some(node) => {
                self.wrong(node, &format!("`{name}`"), "true or false");
                by_default
            }
            None => by_default,
        };
        let (allow_empty, allow_unmatched) = (flag("allow_empty", false), flag("allow_unmatched", false));
        let waivable = flag("waivable", true);
        let select = self.select(node, fields.get("select"));
        self.one_assertion(node, &fields);
        self.one_kind(select.as_deref(), &fields);
        // Without a kind, the conditions cannot be read; the rest is, to report its problems.
        let select = select?;
        let everything = || Condition { span: node.span.start..node.span.start, predicate: Predicate::All(Vec::new()) };
        let of_kind = |kind: &Kind| {
            self.place.subject = Some(kind.name());
            let filter = fields.get("where").map_or_else(|| Some(everything()), |node| self.condition(node, *kind));
            let assertion = self.assertion(&fields, *kind);
            if let Some(filter) = &filter {
                match &assertion {
                    Some(Assertion::Forbid(condition)) => self.all_can_hold("the rule", [filter, condition]),
                    Some(Assertion::Require(condition)) => {
                        self.all_can_hold("`where`", [filter]);
                        self.all_can_hold("`require`", [condition]);
                        self.can_be_violated(filter, condition);
                    }
                    Some(Assertion::Count(..) | Assertion::Exactly(_)) | None => {
                        self.all_can_hold("`where`", [filter]);
                    }
                }
            }
            if let (Kind::Grant, Some(filter)) = (kind, &filter) {
                let filter = filter.conjuncts().iter();
                match &assertion {
                    Some(Assertion::Forbid(condition)) => {
                        self.grant_can_hold(filter.chain(condition.conjuncts()), None);
                    }
                    Some(Assertion::Require(condition)) => {
                        self.grant_can_hold(filter, None);
                        self.grant_can_hold(condition.conjuncts(), None);
                    }
                    Some(Assertion::Count(..) | Assertion::Exactly(_)) | None => self.grant_can_hold(filter, None),
                }
            }
            (*kind, filter, assertion)
        };
        let read: Vec<_> = select.iter().map(of_kind).collect();
        let (id, location) = id?;
        let end = self.text()[..node.span.end].trim_end().len();
        let info = RuleInfo {
            title: title.unwrap_or_else(|| id.replace('-', " ")),
            id,
            // It is made once the whole rule is known.
            sentence: String::new(),
            select: select.clone(),
            severity,
            rationale,
            remediation,
            references,
            controls,
            tags,
            waivable,
            end_line: self.source.region(&(end..end)).line,
            location,
        };
        let info = Arc::new(info);
        let rule = |(select, filter, assertion): (Kind, Option<Condition>, Option<Assertion>)| {
            let info = Arc::clone(&info);
            Some(Rule { info, select, filter: filter?, assertion: assertion?, allow_empty, allow_unmatched })
        };
        read.into_iter().map(rule).collect()
    }

    fn id(&mut self, rule: &Node, node: Option<&Node>) -> Option<(String, Location)> {
        let Some(node) = node else {
            self.problem(Code::MissingKey.at(rule.span.start..rule.span.start, "a rule needs an `id`"));
            return None;
        };
        let Yaml::Text(id) = &node.yaml else {
            self.wrong(node, "`id`", "a text");
            return None;
        };
        let kebab = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if !id.split('-').all(kebab) {
            let problem =
                Code::InvalidValue.at(node.span.clone(), "an `id` consists of lower-case words joined by hyphens");
            self.problem(problem.help("name what is flagged: custom-role-grants-groups-write"));
        }
        Some((id.clone(), self.location(&node.span)))
    }

    fn severity(&mut self, node: Option<&Node>) -> Severity {
        let Some(node) = node else { return Severity::Medium };
        let Yaml::Text(text) = &node.yaml else {
            self.wrong(node, "`severity`", "a text");
            return Severity::Medium;
        };
        let names = Severity::ALL.map(Severity::name);
        let found = Severity::named(text);
        if found.is_none() {
            self.unknown_word(&node.span, "severity", text, &names);
        }
        found.unwrap_or(Severity::Medium)
    }

    /// The kinds of things that a rule selects: one, or several of a list.
    fn select(&mut self, rule: &Node, node: Option<&Node>) -> Option<Vec<Kind>> {
        let Some(node) = node else {
            let problem = Code::MissingKey.at(rule.span.start..rule.span.start, "a rule needs `select`");
            self.problem(problem.help(format!("select one of: {}", Kind::ALL.map(Kind::name).join(", "))));
            return None;
        };
        let Yaml::List(items) = &node.yaml else { return self.kind(node).map(|kind| vec![kind]) };
        if items.is_empty() {
            self.problem(Code::Empty.at(node.span.clone(), "`select` is empty, so nothing would be checked"));
        }
        let mut kinds = Vec::new();
        for item in items {
            let kind = self.kind(item)?;
            if kinds.contains(&kind) {
                self.problem(Code::Duplicate.at(item.span.clone(), format!("`{}` is in the list twice", kind.name())));
            }
            kinds.push(kind);
        }
        Some(kinds)
    }

    fn kind(&mut self, node: &Node) -> Option<Kind> {
        let Yaml::Text(text) = &node.yaml else {
            self.wrong(node, "`select`", "a kind of thing, or a list of kinds");
            return None;
        };
        let found = Kind::named(text);
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
                let problem = Code::MissingKey.at(rule.span.start..rule.span.start, "the rule has no assertion");
                self.problem(problem.help("add one of `forbid`, `require`, `count`, `exactly`"));
            }
            [(first, _), (second, _), ..] => {
                let mut problem =
                    Code::Misplaced.at(second.span.clone(), "a rule has one assertion, but this one has two");
                problem.other = Some((first.span.clone(), "the first is here"));
                self.problem(problem.help("split it into two rules, or join the conditions with `all` or `any`"));
            }
        }
    }

    /// Notes an assertion about all selected things together, if they are of several kinds.
    fn one_kind(&mut self, select: Option<&[Kind]>, fields: &Fields<'_>) {
        let together = fields.entries.iter().find(|(key, _)| matches!(key.text.as_str(), "count" | "exactly"));
        if let (Some([_, _, ..]), Some((key, _))) = (select, together) {
            let problem = Code::Misplaced.at(key.span.clone(), format!("`{}` needs one kind of thing", key.text));
            self.problem(problem.help("`forbid` and `require` may select several"));
        }
    }

    fn assertion(&mut self, fields: &Fields<'_>, select: Kind) -> Option<Assertion> {
        if let Some(node) = fields.get("forbid") {
            return self.condition(node, select).map(Assertion::Forbid);
        }
        if let Some(node) = fields.get("require") {
            if matches!(&node.yaml, Yaml::Map(entries) if entries.is_empty()) {
                self.problem(
                    Code::AlwaysHolds.at(node.span.clone(), "`require` is empty, so nothing could violate it"),
                );
            }
            return self.condition(node, select).map(Assertion::Require);
        }
        if let Some(node) = fields.get("count") {
            let (bounds, counted) = self.count(node, select, Counted::Each)?;
            return Some(Assertion::Count(bounds, counted, node.span.clone()));
        }
        self.exactly(fields.get("exactly")?, select).map(Assertion::Exactly)
    }

    fn controls(&mut self, node: Option<&Node>) -> BTreeMap<String, Vec<String>> {
        let Some(entries) = node.and_then(|node| self.entries(node, "`controls`")) else { return BTreeMap::new() };
        let mut read = |(key, value): (&Key, &Node)| {
            (key.text.clone(), self.texts(Some(value), &format!("the controls of `{}`", key.text)))
        };
        entries.into_iter().map(&mut read).collect()
    }
}

fn release(version: &str) -> Option<Vec<u64>> {
    let numbers: Option<Vec<u64>> = version.split('.').map(|part| part.parse().ok()).collect();
    numbers.filter(|numbers| numbers.len() <= 3)
}
