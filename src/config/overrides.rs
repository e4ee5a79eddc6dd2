//! What a configuration changes about single rules, and why.

use std::sync::Arc;

use super::Error;
use crate::document::tree::{Node, Yaml};
use crate::document::{Code, Location, Reader, SourceText, nearest};
use crate::finding::Severity;
use crate::time::{Time, day, parse_timestamp};

/// The keys of an override.
pub(crate) const KEYS: [&str; 4] = ["severity", "enabled", "reason", "until"];

/// What is changed about one rule.
#[derive(Clone, Debug)]
pub struct Override {
    /// The id of the rule.
    pub rule: String,
    /// What it is changed to.
    pub change: Change,
    /// Why.
    pub reason: String,
    /// The first moment at which it no longer applies.
    pub until: Option<Time>,
    /// Where the id stands.
    location: Location,
}

/// A change of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is not judged.
    Off,
    /// Its violations are this bad.
    Severity(Severity),
}

impl Override {
    /// Whether it applies at that moment.
    pub fn is_in_force(&self, now: Time) -> bool {
        self.until.is_none_or(|until| now < until)
    }

    /// The text that it stands in.
    pub fn source(&self) -> &SourceText {
        &self.location.source
    }

    /// Where it stands, for people.
    pub fn place(&self) -> String {
        format!("{}:{}", self.location.source.name, self.location.region().line)
    }

    /// The change in words, such as `off until 2027-01-31`.
    pub fn words(&self) -> String {
        let change = match self.change {
            Change::Off => "off".to_owned(),
            Change::Severity(severity) => format!("severity {}", severity.name()),
        };
        self.until.map_or_else(|| change.clone(), |until| format!("{change} until {}", day(until)))
    }

    /// What it changes, if it applies at that moment.
    pub fn change_at(&self, now: Time) -> Option<Change> {
        Some(self.change).filter(|_| self.is_in_force(now))
    }

    /// What it does to a rule or lint of that severity, in a sentence.
    pub fn told(&self, noun: &str, was: Severity, now: Time) -> String {
        let Self { rule, reason, .. } = self;
        let until = self.until.map(|until| format!(" until {}", day(until))).unwrap_or_default();
        match self.change_at(now) {
            None => format!("the override of {noun} {rule} was{until} and no longer applies: {reason}"),
            Some(Change::Off) => format!("{noun} {rule} is switched off{until}: {reason}"),
            Some(Change::Severity(severity)) => {
                format!("{noun} {rule} has severity {} instead of {}{until}: {reason}", severity.name(), was.name())
            }
        }
    }

    /// Why its rule is skipped.
    pub fn switched_off(&self) -> String {
        format!("switched off by the configuration ({}): {}", self.place(), self.reason)
    }

    /// Where the id stands.
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// The error if no rule has its id.
    pub fn no_such_rule<'r>(&self, known: impl Iterator<Item = &'r str>) -> Error {
        let near = nearest(&self.rule, known).map(|near| format!("did you mean `{near}`?"));
        let help = near.unwrap_or_else(|| "`rolelint list rules` lists the rules there are".to_owned());
        let problem =
            Code::UnknownName.at(self.location.span.clone(), format!("no rule has the id `{}`", self.rule)).help(help);
        super::invalid(&self.location.source, vec![problem])
    }
}

impl Reader<'_> {
    /// The overrides under `rules`.
    pub(super) fn overrides(&mut self, node: &Node) -> Vec<Override> {
        let entries = self.entries(node, "`rules`").unwrap_or_default();
        let one = |(key, node): (&_, &Node)| {
            let crate::document::tree::Key { text, span } = key;
            let location = Location { source: Arc::clone(self.source), span: span.clone() };
            self.one_override(text, node, location)
        };
        entries.into_iter().filter_map(one).collect()
    }

    fn one_override(&mut self, rule: &str, node: &Node, location: Location) -> Option<Override> {
        let fields = self.fields(node, "an override", &KEYS)?;
        let severity = match fields.get("severity") {
            Some(node) => Some(self.severity_of(node)?),
            None => None,
        };
        let enabled = match fields.get("enabled").map(|node| (node, &node.yaml)) {
            None => None,
            Some((_, Yaml::Flag(on))) => Some(*on),
            Some((node, _)) => {
                self.wrong(node, "`enabled`", "true or false");
                return None;
            }
        };
        let change = match (severity, enabled) {
            (Some(severity), None | Some(true)) => Change::Severity(severity),
            (None, Some(false)) => Change::Off,
            (Some(_), Some(false)) => {
                let problem =
                    Code::Misplaced.at(location.span, format!("`{rule}` is switched off and given a severity"));
                self.problem(problem.help("remove one of the two"));
                return None;
            }
            (None, None | Some(true)) => {
                let problem = Code::Empty.at(location.span, format!("the override of `{rule}` changes nothing"));
                self.problem(problem.help("write `enabled: false`, or a `severity`"));
                return None;
            }
        };
        let reason = fields.get("reason").and_then(|node| self.optional_text(Some(node), "`reason`"));
        let Some(reason) = reason.map(|reason| reason.trim().to_owned()).filter(|reason| !reason.is_empty()) else {
            let problem = Code::MissingKey.at(location.span, format!("the override of `{rule}` needs a `reason`"));
            self.problem(problem.help("say why, with the number of a ticket: it stands in every report"));
            return None;
        };
        let until = match fields.get("until") {
            Some(node) => Some(self.moment(node)?),
            None => None,
        };
        Some(Override { rule: rule.to_owned(), change, reason, until, location })
    }

    fn severity_of(&mut self, node: &Node) -> Option<Severity> {
        let text = self.optional_text(Some(node), "`severity`")?;
        let found = Severity::named(&text);
        if found.is_none() {
            self.unknown_word(&node.span, "severity", &text, &Severity::ALL.map(Severity::name));
        }
        found
    }

    fn moment(&mut self, node: &Node) -> Option<Time> {
        let text = self.optional_text(Some(node), "`until`")?;
        let moment = parse_timestamp(&text);
        if let Err(help) = moment {
            self.problem(Code::InvalidValue.at(node.span.clone(), format!("`{text}` is not a date")).help(help));
        }
        moment.ok()
    }
}
