//! Tests as written, read as strictly as policies. It is long because each key of a test is read here.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Error;
use super::equivalent::Equivalent;
use super::organization::{self, Names};
use crate::document::tree::{Node, Yaml};
use crate::document::{Code, Fields, Located, Location, Reader, SourceText};
use crate::finding::{ThingKind, Verdict};
use crate::org::{Kind, Org};
use crate::policy::{self, Overrides, Policy};
use crate::time::{Time, parse_timestamp};

pub(crate) const FILE: &[&str] = &["policy", "now", "tests", "equivalent"];
pub(crate) const TEST: &[&str] = &["name", "org", "expect", "rules", "params", "now"];
const VERDICTS: [Verdict; 3] = [Verdict::Pass, Verdict::Unknown, Verdict::Vacuous];
/// 2026-01-01, from which ages count where a test does not say.
pub(crate) const NOW: Time = 1_767_225_600;

/// The tests of one file, and the policies that they test.
#[derive(Debug)]
pub struct Suite {
    /// The file.
    pub source: Arc<SourceText>,
    /// Where it is, if it is not built in.
    pub file: Option<PathBuf>,
    /// Where the policies are.
    pub path: PathBuf,
    /// The policies, with the defaults of their parameters.
    pub policies: Vec<Policy>,
    /// The tests, in order.
    pub cases: Vec<Case>,
    /// The mutants that they need not notice.
    pub equivalent: Vec<Equivalent>,
}

/// One test.
#[derive(Debug)]
pub struct Case {
    /// What it shows, in words.
    pub name: String,
    /// Where its name stands.
    pub location: Location,
    /// From when ages count.
    pub now: Time,
    pub(super) org: Org,
    /// The policies with parameters of its own, if it sets some.
    pub(super) own: Option<Own>,
    /// Whether rules that are not named must find nothing.
    pub(super) all: bool,
    pub(super) expected: Vec<(String, Expected)>,
}

/// The policies with the parameters of a test.
#[derive(Debug)]
pub(super) struct Own {
    pub overrides: Overrides,
    pub policies: Vec<Policy>,
}

impl Case {
    /// The rules that it expects something of.
    pub fn expects(&self) -> impl Iterator<Item = &str> {
        self.expected.iter().map(|(rule, _)| rule.as_str())
    }
}

/// What a rule must say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// This, whatever it is about.
    Verdict(Verdict),
    /// Findings about exactly these subjects, each as `kind/name`.
    Subjects {
        /// Proven violations.
        violation: Vec<String>,
        /// Things whose answer is unknown; `None` if nothing may be unknown.
        unknown: Option<Vec<String>>,
    },
}

/// Reads a file of tests. Where its policies are follows from its path.
pub(super) fn read(source: &Arc<SourceText>, root: &Node, path: &Path) -> Result<Suite, Error> {
    let mut reader = Reader::new(source);
    let suite = reader.suite(root, path);
    let mut problems = reader.problems;
    problems.sort_by_key(|problem| problem.span.start);
    problems.dedup();
    match suite {
        Some(suite) if problems.is_empty() => suite,
        // Problems with the policies come first: tests mean nothing until these load.
        Some(Err(error)) => Err(error),
        Some(Ok(_)) | None => {
            let at = |problem| Located { source: Arc::clone(source), problem };
            Err(Error::Invalid { located: problems.into_iter().map(at).collect() })
        }
    }
}

impl Reader<'_> {
    fn suite(&mut self, root: &Node, path: &Path) -> Option<Result<Suite, Error>> {
        let fields = self.fields(root, "a file of tests", FILE)?;
        let policy = self.optional_text(fields.get("policy"), "`policy`");
        let path = match &policy {
            Some(name) if name.starts_with("builtin:") => PathBuf::from(name),
            Some(name) => path.parent().unwrap_or(Path::new("")).join(name),
            None => tested_by(path),
        };
        let policies = match policy::load(std::slice::from_ref(&path), &Overrides::default()) {
            Ok(policies) => policies,
            Err(error) => return Some(Err(error.into())),
        };
        let now = self.now(&fields).unwrap_or(NOW);
        let items = match fields.get("tests") {
            Some(Node { yaml: Yaml::List(items), .. }) => items.as_slice(),
            Some(node) => {
                self.wrong(node, "`tests`", "a list of tests");
                &[]
            }
            None => {
                self.problem(Code::MissingKey.at(root.span.start..root.span.start, "the file needs `tests`"));
                &[]
            }
        };
        let cases = items.iter().filter_map(|item| self.case(item, &path, &policies, now)).collect();
        let equivalent = self.equivalent(fields.get("equivalent"));
        Some(Ok(Suite { source: Arc::clone(self.source), file: None, path, policies, cases, equivalent }))
    }

    fn now(&mut self, fields: &Fields<'_>) -> Option<Time> {
        let node = fields.get("now")?;
        let text = self.optional_text(Some(node), "`now`")?;
        let read = parse_timestamp(&text);
        if let Err(help) = read {
            let problem = Code::InvalidValue.at(node.span.clone(), format!("`{text}` is not a valid value of `now`"));
            self.problem(problem.help(help));
        }
        read.ok()
    }

    fn case(&mut self, node: &Node, path: &Path, policies: &[Policy], now: Time) -> Option<Case> {
        let fields = self.fields(node, "a test", TEST)?;
        let missing = |reader: &mut Self, what: &str| {
            let start = node.span.start;
            reader.problem(Code::MissingKey.at(start..start, format!("a test needs `{what}`")));
        };
        let name = self.optional_text(fields.get("name"), "`name`");
        let now = self.now(&fields).unwrap_or(now);
        let org = if let Some(org) = fields.get("org") {
            organization::read(self, org, now)
        } else {
            missing(self, "org");
            None
        };
        let own = self.own_policies(&fields, path);
        let all = self.all(fields.get("rules"));
        let Some(expect) = fields.get("expect") else {
            missing(self, "expect");
            return None;
        };
        let rules: Vec<&str> =
            policies.iter().flat_map(|policy| &policy.rules).map(|rule| rule.info.id.as_str()).collect();
        let expected = self.expected(expect, &rules, org.as_ref().map(|written| &written.names))?;
        let (Some(name), Some(place)) = (name, fields.get("name")) else {
            missing(self, "name");
            return None;
        };
        let location = Location { source: Arc::clone(self.source), span: place.span.clone() };
        Some(Case { name, location, now, org: org?.org, own, all, expected })
    }

    fn own_policies(&mut self, fields: &Fields<'_>, path: &Path) -> Option<Own> {
        let node = fields.get("params")?;
        let entries = self.entries(node, "`params`")?;
        let mut overrides = Overrides::default();
        for (key, value) in &entries {
            overrides.set_node(&key.text, self.source, (*value).clone());
        }
        match policy::load(&[path.to_owned()], &overrides) {
            Ok(policies) => Some(Own { overrides, policies }),
            Err(policy::Error::NoSuchParam { name, help }) => {
                let at = entries
                    .iter()
                    .find(|(key, _)| key.text == name)
                    .map_or(node.span.clone(), |(key, _)| key.span.clone());
                let problem = Code::UnknownName.at(at, format!("no policy has a parameter `{name}`"));
                self.problem(match help {
                    Some(help) => problem.help(help),
                    None => problem,
                });
                None
            }
            Err(error) => {
                self.problem(Code::InvalidValue.at(node.span.clone(), told(&error)));
                None
            }
        }
    }

    fn all(&mut self, node: Option<&Node>) -> bool {
        let Some(node) = node else { return false };
        let all = matches!(&node.yaml, Yaml::Text(word) if word == "all");
        if !all {
            self.wrong(node, "`rules`", "the word `all`");
        }
        all
    }

    fn expected(&mut self, node: &Node, rules: &[&str], names: Option<&Names>) -> Option<Vec<(String, Expected)>> {
        let entries = self.entries(node, "`expect`")?;
        if entries.is_empty() {
            self.problem(
                Code::Empty.at(node.span.clone(), "the test expects nothing").help("add a rule of the policy"),
            );
        }
        let mut expected = Vec::new();
        for (key, value) in entries {
            if !rules.contains(&key.text.as_str()) {
                self.unknown_word(&key.span, "rule of the policy", &key.text, rules);
            }
            let answer = self.answer(value, names)?;
            expected.push((key.text.clone(), answer));
        }
        Some(expected)
    }

    fn answer(&mut self, node: &Node, names: Option<&Names>) -> Option<Expected> {
        match &node.yaml {
            Yaml::Text(word) => {
                let found = Verdict::named(word).filter(|verdict| VERDICTS.contains(verdict));
                if found.is_none() {
                    let help = "write pass, unknown, vacuous or a list of subjects: [user/ada@acme.example]";
                    let problem =
                        Code::InvalidValue.at(node.span.clone(), format!("`{word}` is not an expected result"));
                    self.problem(problem.help(help));
                }
                found.map(Expected::Verdict)
            }
            Yaml::List(items) => {
                if items.is_empty() {
                    let problem = Code::Empty.at(node.span.clone(), "no subject is expected");
                    self.problem(problem.help("write `pass` if you expect no findings"));
                }
                Some(Expected::Subjects { violation: self.subjects(node, names)?, unknown: None })
            }
            Yaml::Map(_) => {
                let fields = self.fields(node, "an expectation", &["violation", "unknown"])?;
                let mut subjects = |name| fields.get(name).map(|node| self.subjects(node, names));
                let (violation, unknown) = (subjects("violation"), subjects("unknown"));
                let violation = violation.unwrap_or(Some(Vec::new()))?;
                let unknown = match unknown {
                    Some(unknown) => Some(unknown?),
                    None => None,
                };
                Some(Expected::Subjects { violation, unknown })
            }
            Yaml::Null | Yaml::Flag(_) | Yaml::Number(_) | Yaml::Float => {
                self.wrong(node, "an expectation", "pass, unknown, vacuous, or a list of subjects");
                None
            }
        }
    }

    fn subjects(&mut self, node: &Node, names: Option<&Names>) -> Option<Vec<String>> {
        let Yaml::List(items) = &node.yaml else {
            self.wrong(node, "an expectation", "a list of subjects");
            return None;
        };
        items.iter().map(|item| self.subject(item, names)).collect()
    }

    /// A subject, which the organization must have.
    fn subject(&mut self, node: &Node, names: Option<&Names>) -> Option<String> {
        let text = self.optional_text(Some(node), "a subject")?;
        if text == "organization" {
            return Some(text);
        }
        let kinds = Kind::ALL.map(Kind::name);
        let Some((kind, name)) = text.split_once('/') else {
            let problem = Code::InvalidValue.at(node.span.clone(), format!("`{text}` is not a subject"));
            self.problem(problem.help("write a kind and a name, such as user/ada@acme.example, or organization"));
            return None;
        };
        let Some(kind) = Kind::named(kind) else {
            self.unknown_word(&node.span, "kind of thing", kind, &kinds);
            return None;
        };
        // A grant is named after its role and who holds it; what the test expects of it is compared with what is found.
        if let (Some(names), true) = (names, kind != Kind::Grant) {
            let ids = names.ids(kind, name, None);
            let words: Vec<&str> = names.words(kind).collect();
            match ids.as_slice() {
                [id] => return Some(format!("{}/{id}", kind.name())),
                [] => self.unknown_word(
                    &node.span,
                    &format!("{} of the organization", ThingKind::Of(kind).words()),
                    name,
                    &words,
                ),
                [..] => {
                    let message = format!("`{name}` means more than one {}", kind.name());
                    self.problem(Code::InvalidValue.at(node.span.clone(), message).help("write the id"));
                }
            }
        }
        Some(text)
    }
}

/// The policy beside a file of tests.
fn tested_by(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(name.replacen("_test.", ".", 1))
}

/// What is wrong with policies, in one line.
fn told(error: &policy::Error) -> String {
    if let policy::Error::Invalid { located } = error {
        located.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    } else {
        error.to_string()
    }
}
