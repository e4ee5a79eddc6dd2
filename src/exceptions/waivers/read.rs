//! Waivers as written: every one names what it is about, and says why, who answers for it, and until when.

use std::sync::Arc;

use super::Terms;
use super::anchor::Anchor;
use super::entry::Entry;
use crate::document::tree::{Node, Yaml, parse};
use crate::document::{Code, Fields, Location, Problem, Reader, SourceText};
use crate::finding::{ThingKind, Waiver};
use crate::org::Kind;
use crate::time::{DAY, Time, day, parse_timestamp};

pub(crate) const WAIVER: [&str; 9] =
    ["rules", "subject", "role", "permission", "scope", "path", "reason", "owner", "expires"];

/// The waivers of a file, or all that is wrong with it.
pub fn entries(source: &Arc<SourceText>, terms: &Terms) -> Result<Vec<Entry>, Vec<Problem>> {
    let root = parse(&source.text).map_err(|problem| vec![problem])?;
    let mut reader = Reader::new(source);
    let entries = reader.waivers(&root, terms);
    let mut problems = reader.problems;
    problems.sort_by_key(|problem| problem.span.start);
    if problems.is_empty() { Ok(entries) } else { Err(problems) }
}

impl Reader<'_> {
    fn waivers(&mut self, root: &Node, terms: &Terms) -> Vec<Entry> {
        let Some(fields) = self.fields(root, "a file of waivers", &["version", "waivers"]) else { return Vec::new() };
        match fields.get("version") {
            Some(Node { yaml: Yaml::Number(1), .. }) => {}
            Some(node) => self.wrong(node, "`version`", "the number 1"),
            None => self.lacks(root, "a file of waivers", "version", "begin the file with `version: 1`"),
        }
        let Some(list) = fields.get("waivers") else {
            self.lacks(root, "a file of waivers", "waivers", "`waivers: []` says that there are none");
            return Vec::new();
        };
        let Yaml::List(items) = &list.yaml else {
            self.wrong(list, "`waivers`", "a list");
            return Vec::new();
        };
        items.iter().filter_map(|item| self.waiver(item, terms)).collect()
    }

    /// Refuses `role` and `scope` where the subject is not who holds the role: they would cover the next one who does.
    fn narrowed_to_no_holder(&mut self, kind: ThingKind, fields: &Fields<'_>) {
        let holds = [Kind::User, Kind::Group, Kind::ServiceAccount, Kind::Grant].map(ThingKind::Of).contains(&kind);
        for key in ["role", "scope"].into_iter().filter(|_| !holds) {
            if let Some(node) = fields.get(key) {
                let words = kind.words();
                let message = format!("`{key}` does not say who holds the role, and the subject is not a holder");
                let help = format!(
                    "leave it out: the waiver then covers all that the rules find of the {words}; or waive a rule on users, groups or service accounts"
                );
                self.problems.push(Code::Misplaced.at(node.span.clone(), message).help(help));
            }
        }
    }

    fn waiver(&mut self, node: &Node, terms: &Terms) -> Option<Entry> {
        let fields = self.fields(node, "a waiver", &WAIVER)?;
        let rules = self.rules(node, &fields);
        let subject = self.anchor(node, &fields);
        let mut narrower = |name: &str| match fields.get(name) {
            Some(node) => self.exact_words(node, &format!("`{name}`")),
            None => Some(Vec::new()),
        };
        let (roles, permissions, scopes) = (narrower("role"), narrower("permission"), narrower("scope"));
        if let Some(kind) = subject.as_ref().map(|subject| subject.kind) {
            self.narrowed_to_no_holder(kind, &fields);
        }
        let path = self.path(&fields);
        let mut text = |name: &str, why: &str| {
            let found = self.required(node, &fields, name, why)?;
            self.filled(found, &format!("`{name}`"))
        };
        let reason = text("reason", "say why the violation is accepted, with the number of a ticket");
        let owner = text("owner", "name who answers for it");
        let expires = self.expires(node, &fields, terms);
        let location = Location { source: Arc::clone(self.source), span: node.span.clone() };
        let role = |name| Anchor { kind: ThingKind::Of(Kind::Role), name };
        let (file, line) = (location.source.name.clone(), location.region().line);
        let waiver = Waiver { reason: reason?, owner: owner?, expires: expires?, file, line };
        Some(Entry {
            rules: rules?,
            subject: subject?,
            roles: roles?.into_iter().map(role).collect(),
            permissions: permissions?,
            scopes: scopes?.iter().map(|name| Anchor::scope(name)).collect(),
            path: path?,
            waiver: Arc::new(waiver),
            location,
        })
    }

    fn rules(&mut self, waiver: &Node, fields: &Fields<'_>) -> Option<Vec<String>> {
        let node = self.required(waiver, fields, "rules", "name the rule, or the rules, by their ids")?;
        self.exact_words(node, "`rules`")
    }

    /// `{ user: ada@acme.example }`, or the word for the organization itself.
    fn anchor(&mut self, waiver: &Node, fields: &Fields<'_>) -> Option<Anchor> {
        const HELP: &str = "such as { user: ada@acme.example }, or `organization` for a rule that counts";
        let node = self.required(waiver, fields, "subject", &format!("name what it is about, {HELP}"))?;
        if matches!(&node.yaml, Yaml::Text(text) if text == Anchor::ORGANIZATION) {
            return Some(Anchor { kind: ThingKind::Organization, name: Anchor::ORGANIZATION.to_owned() });
        }
        if !matches!(node.yaml, Yaml::Map(_)) {
            let message = format!("`subject` takes a kind and a name, not {}", node.yaml.description());
            self.problem(Code::WrongType.at(node.span.clone(), message).help(HELP));
            return None;
        }
        self.thing(node, "a subject")
    }

    /// `{ group: Platform }`, or several such.
    fn path(&mut self, fields: &Fields<'_>) -> Option<Vec<Anchor>> {
        let Some(node) = fields.get("path") else { return Some(Vec::new()) };
        let items = match &node.yaml {
            Yaml::List(items) if !items.is_empty() => items.as_slice(),
            Yaml::Map(_) => std::slice::from_ref(node),
            Yaml::List(_) | Yaml::Null | Yaml::Flag(_) | Yaml::Number(_) | Yaml::Float | Yaml::Text(_) => {
                let problem = Code::WrongType.at(node.span.clone(), "`path` takes things that each path leads over");
                self.problem(problem.help("such as { group: Platform }"));
                return None;
            }
        };
        let things: Vec<Option<Anchor>> = items.iter().map(|item| self.thing(item, "a step of a path")).collect();
        things.into_iter().collect()
    }

    /// One thing by its kind and a name.
    fn thing(&mut self, node: &Node, what: &str) -> Option<Anchor> {
        let kinds = Kind::ALL.map(Kind::name);
        let fields = self.fields(node, what, &kinds)?;
        let [(key, value)] = fields.entries.as_slice() else {
            let message = format!("{what} is one thing");
            self.problem(
                Code::WrongType
                    .at(node.span.clone(), message)
                    .help("write each on its own: a waiver is about one subject"),
            );
            return None;
        };
        let kind = Kind::named(&key.text)?;
        let name = self.exact(value, &format!("`{}`", key.text))?;
        Some(Anchor { kind: ThingKind::Of(kind), name })
    }

    fn expires(&mut self, waiver: &Node, fields: &Fields<'_>, terms: &Terms) -> Option<Time> {
        let node = self.required(waiver, fields, "expires", "name the first day on which it no longer applies")?;
        let text = self.filled(node, "`expires`")?;
        let expires = match parse_timestamp(&text) {
            Ok(expires) => expires,
            Err(help) => {
                self.problem(Code::InvalidValue.at(node.span.clone(), format!("`{text}` is not a date")).help(help));
                return None;
            }
        };
        let latest = terms.now.saturating_add(terms.longest);
        if expires > latest {
            let days = terms.longest / DAY;
            let message = format!("a waiver may last at most {days} days (--max-waiver)");
            let last = latest - latest.rem_euclid(DAY);
            self.problem(
                Code::InvalidValue.at(node.span.clone(), message).help(format!("today, {} is the latest", day(last))),
            );
            return None;
        }
        Some(expires)
    }

    /// What every waiver has.
    fn required<'n>(&mut self, waiver: &Node, fields: &Fields<'n>, key: &str, help: &str) -> Option<&'n Node> {
        let found = fields.get(key);
        if found.is_none() {
            self.lacks(waiver, "a waiver", key, help);
        }
        found
    }

    fn lacks(&mut self, node: &Node, what: &str, key: &str, help: &str) {
        let start = node.span.start..node.span.start;
        self.problem(Code::MissingKey.at(start, format!("{what} needs `{key}`")).help(help));
    }

    /// A text that says something.
    fn filled(&mut self, node: &Node, what: &str) -> Option<String> {
        match self.optional_text(Some(node), what)?.trim() {
            "" => {
                self.problem(Code::Empty.at(node.span.clone(), format!("{what} is empty")));
                None
            }
            text => Some(text.to_owned()),
        }
    }

    /// A name that stands for itself.
    fn exact(&mut self, node: &Node, what: &str) -> Option<String> {
        let text = self.filled(node, what)?;
        if text.contains('*') {
            let problem = Code::InvalidPattern
                .at(node.span.clone(), format!("{what} has a wildcard: a waiver covers what it names"));
            self.problem(problem.help("name one thing, by its id, its e-mail address or its exact name"));
            return None;
        }
        Some(text)
    }

    /// Names, or one.
    fn exact_words(&mut self, node: &Node, what: &str) -> Option<Vec<String>> {
        let Yaml::List(items) = &node.yaml else { return self.exact(node, what).map(|word| vec![word]) };
        if items.is_empty() {
            self.problem(Code::Empty.at(node.span.clone(), format!("{what} is empty")));
            return None;
        }
        // All are read, so that every problem is noted.
        let words: Vec<Option<String>> = items.iter().map(|item| self.exact(item, what)).collect();
        words.into_iter().collect()
    }
}
