//! The keys by which a JSON report names things.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use foldhash::{HashMap, HashSet};

use crate::cores;
use crate::finding::{AccessPath, Cause, Causes, Edge, Finding, Outcome, Thing};

/// The things that a report names, each with its key.
pub struct Keys<'a>(HashMap<&'a Arc<Thing>, Cow<'a, str>>);

impl<'a> Keys<'a> {
    /// The keys of all things that a report of the outcome names, and the causes that it tells of. Ids of subjects are
    /// theirs: a path that starts at the subject names it by its id.
    pub fn new(outcome: &'a Outcome) -> (Self, Causes<'a>) {
        let of_findings = || {
            let mut draft = Draft::new(&outcome.findings);
            let matched = outcome.rules.iter().flat_map(|rule| &rule.matched);
            matched.for_each(|matched| draft.name(&matched.role));
            outcome.findings.iter().for_each(|finding| draft.finding(finding));
            draft
        };
        let (causes, mut draft) = cores::join(|| outcome.all_causes(), of_findings);
        causes.cuts.iter().chain(causes.of_rules.iter().flatten()).for_each(|cause| draft.cause(cause));
        (Self(draft.keys), causes)
    }

    /// The key of a thing.
    pub fn of(&self, thing: &Arc<Thing>) -> &str {
        self.0.get(thing).expect("all things of the outcome are named")
    }

    /// All things, by key.
    pub fn named(&self) -> BTreeMap<&str, &Thing> {
        self.0.iter().map(|(thing, key)| (&**key, &***thing)).collect()
    }
}

/// What gives keys.
struct Draft<'a> {
    keys: HashMap<&'a Arc<Thing>, Cow<'a, str>>,
    /// What a key stands for. An id that two subjects share must not be a key.
    stands_for: HashMap<Cow<'a, str>, Option<&'a Arc<Thing>>>,
    /// The paths whose things are named. Many findings have the same.
    paths: HashSet<*const AccessPath>,
}

impl<'a> Draft<'a> {
    fn new(findings: &'a [Finding]) -> Self {
        let mut stands_for: HashMap<Cow<'_, str>, Option<&Arc<Thing>>> = HashMap::default();
        for Finding { subject, .. } in findings {
            let known = stands_for.entry(Cow::Borrowed(&subject.id)).or_insert(Some(subject));
            if known.is_some_and(|known| known != subject) {
                *known = None;
            }
        }
        Self { keys: HashMap::default(), stands_for, paths: HashSet::default() }
    }

    /// Gives a thing its key: its id; if that stands for another thing, the id after the kind, then with a number.
    fn name(&mut self, thing: &'a Arc<Thing>) {
        if self.keys.contains_key(thing) {
            return;
        }
        let with_kind = || format!("{}:{}", thing.kind.name(), thing.id);
        let others = std::iter::once_with(with_kind)
            .chain((2..).map(|number: u32| format!("{}:{number}", with_kind())))
            .map(Cow::Owned);
        let free = |key: &Cow<'_, str>| self.stands_for.get(key).is_none_or(|other| *other == Some(thing));
        let key = std::iter::once(Cow::Borrowed(thing.id.as_str())).chain(others).find(free);
        let key = key.expect("numbers do not end");
        self.stands_for.insert(key.clone(), Some(thing));
        self.keys.insert(thing, key);
    }

    fn cause(&mut self, cause: &Cause<'a>) {
        match cause.edge {
            Edge::Grant { holder, role, project } => {
                [holder, role].into_iter().chain(project).for_each(|thing| self.name(thing));
            }
            Edge::Membership { user, group } => [user, group].into_iter().for_each(|thing| self.name(thing)),
            Edge::Roles(group) => {
                for (role, project) in &cause.roles {
                    std::iter::once(*role).chain(*project).for_each(|thing| self.name(thing));
                }
                self.name(group);
            }
            Edge::Permissions(thing) | Edge::Role(thing) | Edge::Owner(thing) | Edge::Project(thing) => {
                self.name(thing);
            }
        }
    }

    fn finding(&mut self, finding: &'a Finding) {
        let evidence = finding.evidence.iter().chain(&finding.selected_by);
        evidence.filter_map(|evidence| evidence.of.as_ref()).for_each(|thing| self.name(thing));
        for path in &finding.paths {
            if self.paths.insert(Arc::as_ptr(path)) {
                path.steps.iter().for_each(|thing| self.name(thing));
            }
        }
    }
}
