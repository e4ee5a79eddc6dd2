//! One rule: how much it found, the words that fired, the findings with their paths, and what to do. It is long because
//! each part of a rule's section has its own function.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use owo_colors::Style;

use super::page::Page;
use super::shapes::{Facts, Item, aged, alike, failed, selected};
use super::{severity_style, snippet};
use crate::escape::visible;
use crate::finding::{
    AccessPath, Cause, Edge, Finding, Matched, Outcome, RuleResult, Status, Thing, ThingKind, UNLISTED, Unread, Value,
    Verdict,
};
use crate::org::Kind;
use crate::report::words::{cut, number, plural, things};

/// The fewest subjects that are named, if there are as many.
const NAMED: usize = 3;
/// How many ways that lead to one cause are shown.
const WAYS: usize = 3;

pub fn write<'o>(page: &mut Page, outcome: &'o Outcome, at: usize, causes: &[Cause<'o>]) {
    let (rule, findings) = (&outcome.rules[at], outcome.findings_of(at));
    head(page, rule, findings);
    if page.style.quiet {
        return;
    }
    page.wrapped("  ", "  ", &visible(&rule.info.title));
    // Whoever reads the report has the files of their own, and not the built-in ones.
    if page.style.verbose || !rule.info.location.source.name.starts_with("builtin:") {
        snippet::draw(page, rule, findings, severity_style(rule.info.severity));
    }
    Body::new(page, outcome, at).write(causes);
    open(page, rule);
    if rule.verdict() == Verdict::Violation {
        advice(page, rule);
    }
    page.line("");
}

/// `high  too-many-owners: 1 of 12 users, 2 waived`.
fn head(page: &mut Page, rule: &RuleResult, findings: &[Finding]) {
    let info = &*rule.info;
    let count = |status| findings.iter().filter(|finding| finding.status == status).count();
    let mut counts = Vec::new();
    if rule.violations() > 0 {
        let of = findings[0].subject.kind;
        counts.push(if ThingKind::OTHERS.contains(&of) || rule.violations() > rule.selected {
            plural(rule.violations(), "violation")
        } else {
            let violate = match (rule.unknown(), rule.violations()) {
                (0, _) => "",
                (_, 1) => " violates it",
                (_, _) => " violate it",
            };
            format!("{} of {}{violate}", number(rule.violations()), things(rule.selected, of))
        });
    }
    match rule.unknown() {
        0 if rule.verdict() == Verdict::Unknown => counts.push("unknown".to_owned()),
        0 => {}
        unknown => {
            let more = if counts.is_empty() { "" } else { " more" };
            counts.push(format!("{}{more} unknown", number(unknown)));
        }
    }
    for status in [Status::Waived, Status::Baselined] {
        counts.extend(Some(count(status)).filter(|&n| n > 0).map(|n| format!("{} {}", number(n), status.name())));
    }
    let severity = page.paint(info.severity.name(), severity_style(info.severity));
    let id = page.paint(&visible(&info.id), Style::new().bold());
    let style = if rule.verdict() == Verdict::Unknown { Style::new().magenta().bold() } else { Style::new().dimmed() };
    let counts = page.paint(&counts.join(", "), style);
    page.wrapped("", "  ", &format!("{severity}  {id}: {counts}"));
}

/// What is missing to answer the rule completely. For collections only the names, because the reasons are listed
/// once, below.
pub fn open(page: &mut Page, rule: &RuleResult) {
    let incomplete = |unread: &Unread| match unread {
        Unread::Incomplete(collection, _) => Some(collection.name()),
        Unread::NotRequested(_) | Unread::Other(_) => None,
    };
    let names: Vec<&str> = rule.unread.iter().filter_map(incomplete).collect();
    if !names.is_empty() {
        page.field("data", &format!("incomplete: {}", names.join(", ")));
    }
    for unread in rule.unread.iter().filter(|unread| incomplete(unread).is_none()) {
        page.field("note", &unread.to_string());
    }
}

fn advice(page: &mut Page, rule: &RuleResult) {
    let info = &*rule.info;
    let texts = [("why", &info.rationale), ("fix", &info.remediation)];
    for (name, text) in texts.into_iter().filter_map(|(name, text)| Some((name, text.as_ref()?))) {
        page.field(name, text);
    }
    let controls = info.controls.iter().map(|(framework, ids)| format!("{framework} {}", ids.join(", ")));
    let more: Vec<String> = controls.chain(info.references.iter().cloned()).collect();
    if page.style.verbose && !more.is_empty() {
        page.field("see", &more.join("; "));
    }
}

/// The findings of a rule, with what they share.
struct Body<'p, 'o> {
    page: &'p mut Page,
    outcome: &'o Outcome,
    rule: &'o RuleResult,
    findings: &'o [Finding],
    /// The project of the cause that is shown; things in it are shown without it.
    within: Option<&'o Arc<Thing>>,
    /// What each of the rule's sets of permissions looks like.
    permissions: Vec<String>,
    /// How many lines each item may take; more if there are few items.
    share: usize,
}

impl<'p, 'o> Body<'p, 'o> {
    fn new(page: &'p mut Page, outcome: &'o Outcome, at: usize) -> Self {
        let shown = |permission: &str| page.paint(&visible(permission), Style::new().bold());
        let each = |matched: &Matched| matched.permissions().into_iter().map(shown).collect::<Vec<_>>().join(", ");
        let permissions = outcome.rules[at].matched.iter().map(each).collect();
        Self {
            rule: &outcome.rules[at],
            findings: outcome.findings_of(at),
            within: None,
            page,
            outcome,
            permissions,
            share: usize::MAX,
        }
    }

    fn write(&mut self, causes: &[Cause<'o>]) {
        let shared: HashSet<*const Finding> = causes
            .iter()
            .flat_map(|cause| &cause.findings)
            .map(|finding| std::ptr::from_ref::<Finding>(finding))
            .collect();
        let mut items: Vec<Item<'_, 'o>> = causes.iter().map(Item::Cause).collect();
        for status in [Status::Violation, Status::Unknown] {
            let alone = |finding: &&Finding| !shared.contains(&std::ptr::from_ref(*finding));
            let of_status = self.findings.iter().filter(|finding| finding.status == status).filter(alone);
            let shapes = alike(&of_status.collect::<Vec<_>>(), &self.permissions);
            items.extend(shapes.into_iter().map(Item::Alone));
        }
        let shown = if self.page.style.verbose { items.len() } else { items.len().min(self.page.style.per_rule) };
        if !self.page.style.verbose {
            self.share = (self.page.style.per_rule / shown.max(1)).max(1);
        }
        for item in &items[..shown] {
            match item {
                Item::Cause(cause) => self.cause(cause),
                Item::Alone(shape) => self.shape(shape, 0),
            }
        }
        let untold: usize = items[shown..].iter().map(|item| item.findings().len()).sum();
        if untold > 0 {
            self.page.item(0, &format!("and {} more (-v shows them all)", number(untold)));
        }
    }

    /// Findings that end together.
    fn cause(&mut self, cause: &Cause<'o>) {
        let shapes = alike(&cause.findings, &self.permissions);
        let total = number(self.rule.violations());
        let ends = number(cause.findings.len());
        let text = format!("{}: ends {ends} of {total}", cut(cause, &|kind| self.faint(kind)));
        self.page.item(0, &text);
        self.within = match cause.edge {
            Edge::Project(project) => Some(project),
            Edge::Grant { .. }
            | Edge::Membership { .. }
            | Edge::Permissions(_)
            | Edge::Roles(_)
            | Edge::Role(_)
            | Edge::Owner(_) => None,
        };
        let shown = if self.page.style.verbose { shapes.len() } else { shapes.len().min(self.share.min(WAYS)) };
        shapes[..shown].iter().for_each(|shape| self.shape(shape, 1));
        let more: usize = shapes[shown..].iter().map(Vec::len).sum();
        if more > 0 {
            self.page.item(1, &format!("and {} more (-v shows them all)", number(more)));
        }
        self.within = None;
    }

    /// Findings that differ in nothing but their subject.
    fn shape(&mut self, shape: &[&'o Finding], level: usize) {
        let first = shape[0];
        let ways = self.ways(first);
        let mut lines = if let [only] = shape { self.only(only, ways) } else { self.several(shape, ways) }.into_iter();
        self.page.item(level, &lines.next().expect("a finding says something"));
        let level = level + 1;
        lines.for_each(|line| self.page.item(level, &line));
        if shape.len() > 1 {
            self.names(shape, level);
        }
        let told = if first.status == Status::Violation { first.paths.len().min(ways) } else { first.paths.len() };
        let more = first.paths.len() - told + first.more_paths;
        if more > 0 {
            self.page.item(level, &format!("and {}", plural(more, "more path")));
        }
        for missing in &first.missing {
            let each_its_own = shape.iter().any(|other| !other.missing.contains(missing));
            let others = if each_its_own { ", and so for the others" } else { "" };
            self.page.item(level, &format!("{}{others}", visible(missing)));
        }
        // Here the subject is the organization: what was counted is listed one by one.
        if first.subject.kind == ThingKind::Organization && first.evidence.len() > 1 {
            let counted = first.evidence.iter().map(|evidence| match &evidence.of {
                Some(thing) => self.with_id(thing, &evidence.value.to_string()),
                None => visible(&evidence.value.to_string()).into_owned(),
            });
            let counted = counted.collect();
            self.listed(counted, level);
        }
    }

    /// The first lines on several findings: how many, and the paths that they share.
    fn several(&self, shape: &[&'o Finding], ways: usize) -> Vec<String> {
        let first = shape[0];
        let kinds = things(shape.len(), first.subject.kind);
        if first.paths.is_empty() || first.status == Status::Unknown {
            let unlisted = shape.iter().all(|finding| finding.message.ends_with(UNLISTED));
            let unlisted = unlisted.then(|| format!("{} is not in the list", first.evidence[0].attribute));
            let facts = self.shared(shape).or(unlisted);
            let unknown = if first.status == Status::Unknown { " unknown" } else { "" };
            return vec![format!("{kinds}{unknown}:{}", facts.map_or_else(String::new, |facts| format!(" {facts}")))];
        }
        // They differ in their subjects alone, and are counted once.
        let paths = first.paths.iter().take(ways).map(|path| self.rest(path));
        if first.paths.len() == 1 {
            paths.map(|path| format!("{kinds} {path}")).collect()
        } else {
            std::iter::once(format!("{kinds}:")).chain(paths).collect()
        }
    }

    /// The lines on one finding: what it says, then its paths. With one path, that is one line.
    fn only(&self, finding: &Finding, ways: usize) -> Vec<String> {
        let is_key = finding.subject.is(Kind::ApiKey) || finding.subject.is(Kind::AdminApiKey);
        let violation = finding.status == Status::Violation;
        let failed = self.facts(finding);
        let who = format!(
            "{} {}",
            finding.subject.kind.words(),
            self.with_id(&finding.subject, &self.called(&finding.subject))
        );
        let told = if failed.own.is_empty() { String::new() } else { format!(": {}", failed.own) };
        let selected = selected(finding, self.outcome.as_of);
        let selected = if selected.is_empty() { selected } else { format!(" (checked because: {selected})") };
        if violation && !finding.paths.is_empty() && !is_key {
            let along = |at: usize| match failed.along[at].as_str() {
                "" => String::new(),
                facts => format!(": {facts}"),
            };
            if let [path] = &finding.paths[..]
                && !counts(finding)
                && (path.from_subject || failed.own.is_empty())
            {
                let path = self.chain(finding.steps(path), path.matched);
                let told = [along(0), told].into_iter().filter(|told| !told.is_empty()).collect::<Vec<_>>();
                let told = told.join(&format!("; {who}"));
                return vec![format!("{path}{told}{selected}")];
            }
            let whole = |path: &AccessPath| self.chain(finding.steps(path), path.matched);
            let path = |path: &AccessPath| if path.from_subject { self.rest(path) } else { whole(path) };
            // Its own paths first, then those of what it is related to.
            let mut paths: Vec<(usize, &Arc<AccessPath>)> = finding.paths.iter().enumerate().collect();
            paths.sort_by_key(|(_, path)| !path.from_subject);
            let paths = paths.into_iter().take(ways).map(|(at, one)| format!("{}{}", path(one), along(at)));
            let told = if told.is_empty() { ":" } else { &told };
            return std::iter::once(format!("{who}{told}{selected}")).chain(paths).collect();
        }
        let begins = format!("{} {}", finding.subject.kind.words(), finding.subject.qualified_label());
        let message = match finding.message.strip_prefix(&begins) {
            Some(said) => {
                let values = said.strip_prefix(": ").filter(|_| violation);
                let aged = values.and_then(|values| aged(finding, values, self.outcome.as_of));
                let said = aged.map_or_else(|| visible(said).into_owned(), |aged| format!(": {aged}"));
                format!("{who}{said}")
            }
            None => visible(&finding.message).into_owned(),
        };
        vec![format!("{message}{}", if violation { &selected } else { "" })]
    }

    /// How many paths of a finding are shown: of what is counted, a few.
    fn ways(&self, finding: &Finding) -> usize {
        if counts(finding) && !self.page.style.verbose { WAYS.min(self.share) } else { self.share }
    }

    /// The values that failed.
    fn facts(&self, finding: &Finding) -> Facts {
        failed(finding, finding.source(&self.rule.info), self.outcome.as_of)
    }

    /// The values that failed, if they are the same for all.
    fn shared(&self, shape: &[&Finding]) -> Option<String> {
        let first = self.facts(shape[0]).own;
        let alike = shape[1..].iter().all(|finding| self.facts(finding).own == first);
        (alike && !first.is_empty()).then_some(first)
    }

    /// The subjects, each with what its finding says beyond the path.
    fn names(&mut self, shape: &[&'o Finding], level: usize) {
        // What all of them have in common is shown above.
        let shared = self.shared(shape).filter(|_| shape[0].paths.is_empty());
        let name = |finding: &&Finding| {
            let facts = self.facts(finding);
            let facts = if shared.is_some() { facts.along } else { [vec![facts.own], facts.along].concat() };
            let selected = selected(finding, self.outcome.as_of);
            let selected = if selected.is_empty() { selected } else { format!("checked because: {selected}") };
            let told: Vec<String> = facts.into_iter().chain([selected]).filter(|told| !told.is_empty()).collect();
            let label = self.with_id(&finding.subject, &self.called(&finding.subject));
            // Predefined roles of the organization and of projects have the same names.
            let same = |other: &&&Finding| other.subject.qualified_label() == finding.subject.qualified_label();
            let twins = finding.subject.is(Kind::Role) && shape.iter().filter(same).nth(1).is_some();
            let label = if twins { format!("{label} ({})", visible(&finding.subject.id)) } else { label };
            if told.is_empty() { label } else { format!("{label} ({})", told.join("; ")) }
        };
        let names: Vec<String> = shape.iter().take(self.named(shape.len())).map(name).collect();
        self.list(names, shape.len(), level);
    }

    fn listed(&mut self, mut all: Vec<String>, level: usize) {
        let of = all.len();
        all.truncate(self.named(of));
        self.list(all, of, level);
    }

    /// How many of them are named: all, or as many as an item has lines.
    fn named(&self, of: usize) -> usize {
        of.min(self.share.max(NAMED))
    }

    fn list(&mut self, mut names: Vec<String>, of: usize, level: usize) {
        let more = of - names.len();
        if more > 0 {
            names.push(format!("and {} more", number(more)));
        }
        self.page.item(level, &names.join(", "));
    }

    /// A path without its subject: `→ group Platform → role API Group Manager`.
    fn rest(&self, path: &AccessPath) -> String {
        format!("{} {}", self.faint("→"), self.chain(path.steps.iter().map(|step| &**step), path.matched))
    }

    /// `ada@acme.example → group Platform → role API Group Manager → api.groups.write`.
    fn chain<'t>(&self, path: impl Iterator<Item = &'t Thing>, matched: Option<usize>) -> String {
        let path: Vec<&Thing> = path.collect();
        // The project of a thing is mostly a step of its own.
        let placed = path.iter().any(|step| step.is(Kind::Project));
        let label =
            |thing: &Thing| if placed { thing.label().into_owned() } else { thing.qualified_label().into_owned() };
        let step = |thing: &&Thing| {
            if thing.is(Kind::User) {
                self.with_id(thing, &thing.label())
            } else {
                format!("{} {}", self.faint(&thing.kind.words()), self.with_id(thing, &label(thing)))
            }
        };
        let mut steps: Vec<String> = path.iter().map(step).collect();
        steps.extend(matched.map(|matched| self.permissions[matched].clone()));
        steps.join(&self.faint(" → "))
    }

    /// The label of a subject, without what is shown already.
    fn called<'t>(&self, thing: &'t Thing) -> Cow<'t, str> {
        let told = self.within.is_some() && thing.project.as_ref() == self.within;
        if told { thing.owned_label() } else { thing.qualified_label() }
    }

    /// A thing as it is called; in the long report with its id.
    fn with_id(&self, thing: &Thing, label: &str) -> String {
        let told = !self.page.style.verbose || thing.is_predefined() || label.contains(thing.id.as_str());
        let id = if told { String::new() } else { self.faint(&format!(" ({})", visible(&thing.id))) };
        format!("{}{id}", visible(label))
    }

    fn faint(&self, text: &str) -> String {
        self.page.paint(text, Style::new().dimmed())
    }
}

/// Whether a number is what is wrong.
fn counts(finding: &Finding) -> bool {
    finding.evidence.iter().any(|evidence| matches!(evidence.value, Value::Counted(..)))
}
