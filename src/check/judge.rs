//! One rule: what it selects, what it finds, and its verdict.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::evaluate::{Answered, Domain, evaluate, matching, principal_word, scope_word, within};
use super::facts::Facts;
use super::population::Population;
use super::proof::{Missing, Proof, permission};
use super::prove::Prover;
use super::truths::Truths;
use crate::document::Location;
use crate::finding::{AccessPath, Evidence, Finding, RuleResult, Status, Thing, Value, Verdict, kind_in_words};
use crate::org::{Known, Text, Truth};
use crate::policy::{Assertion, Bounds, Condition, Exactly, Kind, Rule, TextColumn, matters};

/// A rule's answer, with its findings.
pub struct Judged {
    pub result: RuleResult,
    pub findings: Vec<Finding>,
}

/// Judges one rule, the `number`-th of the outcome.
pub fn judge(facts: &Facts<'_>, rule: &Rule, number: usize) -> Judged {
    let mut filter = evaluate(facts, &rule.filter, Domain::Things(rule.select));
    let population = Population::of(facts, rule);
    filter.answers = filter.answers.and(&Truths::each(facts.count(rule.select), |at| population.has(at)));
    let open = population.open();
    let selected = filter.answers.count_yes();
    let judge =
        Judge { facts, rule, number, prover: Prover { facts, source: &rule.location.source }, population, open };
    let mut findings = match &rule.assertion {
        Assertion::Forbid(condition) => judge.each(&filter, condition, false),
        Assertion::Require(condition) => judge.each(&filter, condition, true),
        Assertion::Count(bounds, span) => judge.count(&filter, *bounds, span).into_iter().collect(),
        Assertion::Exactly(exactly) => judge.exactly(&filter, exactly),
    };
    findings.sort_by(|a, b| (a.status, &a.subject, &a.message).cmp(&(b.status, &b.subject, &b.message)));
    let of = |status| findings.iter().filter(|finding| finding.status == status).count();
    let (violations, unknown) = (of(Status::Violation), of(Status::Unknown));
    let says_nothing = match rule.assertion {
        Assertion::Forbid(_) | Assertion::Require(_) => selected == 0 && !rule.allow_empty,
        // That there shall be none is an answer to none.
        Assertion::Count(bounds, _) => selected == 0 && !rule.allow_empty && bounds.max != Some(0),
        // A value that nobody has is a violation; that there shall be none, an answer.
        Assertion::Exactly(_) => false,
    };
    // A count is settled by what was seen, or it has a finding that says it is not.
    let unsettled = unknown > 0 || (open && !matches!(rule.assertion, Assertion::Count(..)));
    let verdict = if violations > 0 {
        Verdict::Violation
    } else if unsettled {
        Verdict::Unknown
    } else if says_nothing {
        Verdict::Vacuous
    } else {
        Verdict::Pass
    };
    let result = RuleResult {
        id: rule.id.clone(),
        title: rule.title.clone(),
        severity: rule.severity,
        verdict,
        open: unsettled,
        selected,
        violations,
        unknown,
        location: rule.location.clone(),
        rationale: rule.rationale.clone(),
        remediation: rule.remediation.clone(),
        references: rule.references.clone(),
        controls: rule.controls.clone(),
        tags: rule.tags.clone(),
        unread: if unsettled { judge.unread() } else { Vec::new() },
        notes: Vec::new(),
    };
    Judged { result, findings }
}

struct Judge<'j, 'o> {
    facts: &'j Facts<'o>,
    rule: &'j Rule,
    number: usize,
    prover: Prover<'j, 'o>,
    population: Population<'j, 'o>,
    /// Whether there may be more things to select than were read.
    open: bool,
}

impl Judge<'_, '_> {
    /// `forbid`, and `require` as its opposite: a finding for each thing selected for which it does not hold.
    fn each(&self, filter: &Answered<'_>, condition: &Condition, required: bool) -> Vec<Finding> {
        let asserted = evaluate(self.facts, condition, Domain::Things(self.rule.select));
        let broken = if required { asserted.answers.clone().not() } else { asserted.answers.clone() };
        let broken: Truths = filter.answers.clone().and(&broken);
        let violations = broken.yes().map(|at| self.violation(filter, &asserted, at, required));
        let unknown = broken.unknown().map(|at| {
            let mut proof = Proof::default();
            self.unselected(filter, at, &mut proof);
            if asserted.answers.of(at) == Truth::Unknown {
                self.prover.explain(&asserted, at, &mut proof);
            }
            let subject = self.facts.thing(self.rule.select, at);
            let message = format!("{} {}: cannot be answered", subject.kind_in_words(), subject.spoken());
            self.finding(Status::Unknown, subject, message, proof, condition.span.clone())
        });
        violations.chain(unknown).collect()
    }

    /// Notes why it is not known whether a thing is selected, if it is not.
    fn unselected(&self, filter: &Answered<'_>, at: usize, proof: &mut Proof) {
        if filter.answers.of(at) != Truth::Unknown {
            return;
        }
        self.prover.explain(filter, at, proof);
        if self.population.has(at) == Truth::Unknown {
            let scopes = self.rule.scopes();
            for &collection in self.rule.select.reads().iter().filter(|collection| matters(**collection, scopes)) {
                self.prover.unread(collection, proof);
            }
            if self.rule.select == Kind::Grant {
                self.prover.open_holders(scopes, proof);
            }
        }
    }

    fn violation(&self, filter: &Answered<'_>, asserted: &Answered<'_>, at: usize, required: bool) -> Finding {
        let mut proof = Proof::default();
        self.prover.explain(asserted, at, &mut proof);
        proof.missing.clear();
        let subject = self.facts.thing(self.rule.select, at);
        let permissions: Vec<Thing> = proof.evidence.iter().filter_map(permission).collect();
        if self.rule.select == Kind::Grant {
            let grant = &self.facts.grants()[at];
            proof.paths = extended(self.prover.ways(grant), &permissions);
        } else if proof.paths.is_empty() && !permissions.is_empty() {
            proof.paths = extended(vec![vec![subject.clone()]], &permissions);
        } else if proof.paths.is_empty() {
            proof.paths.extend(self.home(at).map(|project| vec![project, subject.clone()]));
        }
        let span = asserted.condition.span.clone();
        let message = self.message(&subject, &proof, required, &span);
        let mut selection = Proof::default();
        self.prover.explain(filter, at, &mut selection);
        let finding = self.finding(Status::Violation, subject, message, proof, span);
        Finding { selected_by: selection.found().0, ..finding }
    }

    /// The project that the thing at that place stands in, if it stands in one: without it, nobody finds the thing.
    fn home(&self, at: usize) -> Option<Thing> {
        let org = self.facts.org;
        let project = match self.rule.select {
            Kind::ServiceAccount => org.service_accounts[at].project,
            Kind::ApiKey => org.api_keys[at].project,
            _ => return None,
        };
        Some(self.facts.thing(Kind::Project, project.at()))
    }

    /// One sentence on what is wrong with the subject.
    fn message(&self, subject: &Thing, proof: &Proof, required: bool, span: &Range<usize>) -> String {
        let who = format!("{} {}", subject.kind_in_words(), subject.spoken());
        let mut permissions: Vec<&str> = Vec::new();
        let mut others: Vec<String> = Vec::new();
        for evidence in &proof.evidence {
            match &evidence.value {
                Value::Permission(text) if permissions.contains(&text.as_str()) => {}
                Value::Permission(text) => permissions.push(text),
                _ => others.push(evidence.to_string()),
            }
        }
        let verb = match self.rule.select {
            Kind::Role | Kind::Grant | Kind::Project | Kind::Invite => "grants",
            Kind::User | Kind::Group | Kind::ServiceAccount | Kind::AdminApiKey | Kind::ApiKey => "holds",
        };
        let mut roles: Vec<&str> = proof.paths.iter().filter_map(|path| held_role(path)).collect();
        roles.dedup();
        match (permissions.is_empty(), others.is_empty()) {
            (false, _) => format!("{who} {verb} {}", permissions.join(", ")),
            (true, _) if !required && !roles.is_empty() && self.rule.select != Kind::Grant => {
                format!("{who} holds the role {}", roles.join(", "))
            }
            (true, false) => format!("{who}: {}", others.join(", ")),
            (true, true) => {
                let words = self.words(span);
                let how = if required { "does not satisfy" } else { "satisfies" };
                format!("{who} {how} `{words}`")
            }
        }
    }

    /// The words of the policy at a place, in one line.
    fn words(&self, span: &Range<usize>) -> String {
        let text = &self.rule.location.source.text[span.clone()];
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn count(&self, filter: &Answered<'_>, bounds: Bounds, span: &Range<usize>) -> Option<Finding> {
        let sure = filter.answers.count_yes();
        let possible = sure + filter.answers.count_unknown();
        let kinds = format!("{}s", kind_in_words(self.rule.select.name()));
        let mut proof = Proof::default();
        let status = match within(bounds, sure as u64, possible as u64, self.open) {
            Truth::Yes => return None,
            Truth::No => Status::Violation,
            Truth::Unknown => Status::Unknown,
        };
        let listed: Box<dyn Iterator<Item = usize>> = match status {
            Status::Violation => Box::new(filter.answers.yes()),
            Status::Unknown => Box::new(filter.answers.unknown()),
        };
        match status {
            Status::Violation => proof.evidence = self.counted(listed, span),
            Status::Unknown => {
                listed.for_each(|at| self.unselected(filter, at, &mut proof));
                proof.evidence.clear();
            }
        }
        let message = match status {
            Status::Violation => format!("{sure} {kinds} selected, {bounds} allowed"),
            Status::Unknown => {
                let most = if self.open { "or more".to_owned() } else { format!("to {possible}") };
                format!("{sure} {most} {kinds} selected, {bounds} allowed: cannot be answered")
            }
        };
        Some(self.finding(status, organization(), message, proof, span.clone()))
    }

    /// What was counted, one by one; what is called alike, with its id.
    fn counted(&self, listed: impl Iterator<Item = usize>, span: &Range<usize>) -> Vec<Evidence> {
        let things: Vec<Thing> = listed.map(|at| self.facts.thing(self.rule.select, at)).collect();
        let mut called: HashMap<String, usize> = HashMap::new();
        for thing in &things {
            *called.entry(thing.spoken().into_owned()).or_default() += 1;
        }
        let name = |thing: &Thing| match thing.spoken() {
            spoken if called[spoken.as_ref()] > 1 => format!("{spoken} ({})", thing.id),
            spoken => spoken.into_owned(),
        };
        let mut names: Vec<Text> = things.iter().map(|thing| Text::from(name(thing))).collect();
        names.sort();
        let attribute = self.rule.select.name();
        let evidence = |name| Evidence { attribute, value: Value::Text(name), location: self.location(span) };
        names.into_iter().map(evidence).collect()
    }

    fn exactly(&self, filter: &Answered<'_>, exactly: &Exactly) -> Vec<Finding> {
        let value_at = |at: usize| self.value(exactly.column, at);
        let name = exactly.attribute.name;
        let mut findings = Vec::new();
        let mut seen: Vec<(Truth, Known<Text>)> = Vec::new();
        let maybe = filter.answers.yes().map(|at| (Truth::Yes, at));
        let maybe = maybe.chain(filter.answers.unknown().map(|at| (Truth::Unknown, at)));
        for (selected, at) in maybe {
            let value = value_at(at);
            let listed = match &value {
                Known::Missing => Truth::Unknown,
                Known::Null => Truth::No,
                Known::Value(text) => matching(&exactly.values, text).is_some().into(),
            };
            let subject = self.facts.thing(self.rule.select, at);
            let who = format!("{} {}", subject.kind_in_words(), subject.spoken());
            let mut proof = Proof::default();
            match selected.and(!listed) {
                Truth::No => {}
                Truth::Yes => {
                    let shown = value.value().map_or(Value::Null, |text| Value::Text(text.clone()));
                    let message = format!("{who}: {name} is {shown}, which is not in the list");
                    proof.evidence.push(Evidence {
                        attribute: name,
                        value: shown,
                        location: self.location(&exactly.span),
                    });
                    findings.push(self.finding(Status::Violation, subject, message, proof, exactly.span.clone()));
                }
                Truth::Unknown => {
                    self.unselected(filter, at, &mut proof);
                    if listed == Truth::Unknown {
                        proof.missing.push(Missing::Unsent(name, subject.clone()));
                    }
                    let message = format!("{who}: cannot be answered");
                    findings.push(self.finding(Status::Unknown, subject, message, proof, exactly.span.clone()));
                }
            }
            seen.push((selected, value));
        }
        for pattern in &exactly.values {
            let (listed, span) = (&pattern.text, &pattern.span);
            let held = seen.iter().map(|(selected, value)| match value {
                Known::Missing => Truth::Unknown,
                Known::Null => Truth::No,
                Known::Value(text) => selected.and(pattern.matches(text).into()),
            });
            let beyond = if self.open { Truth::Unknown } else { Truth::No };
            let status = match held.fold(beyond, Truth::or) {
                Truth::Yes => continue,
                Truth::No => Status::Violation,
                Truth::Unknown => Status::Unknown,
            };
            let kind = kind_in_words(self.rule.select.name());
            let message = match status {
                Status::Violation => format!("no selected {kind} has the {name} {listed}"),
                Status::Unknown => format!("whether a selected {kind} has the {name} {listed} cannot be answered"),
            };
            let mut proof = Proof::default();
            let value = Value::Text(Text::from(listed.as_str()));
            proof.evidence.push(Evidence { attribute: name, value, location: self.location(span) });
            let fingerprint = fingerprint(&self.rule.id, &organization(), &proof, Some(listed));
            let finding = self.finding(status, organization(), message, proof, span.clone());
            findings.push(Finding { fingerprint, ..finding });
        }
        findings
    }

    fn value(&self, column: TextColumn, at: usize) -> Known<Text> {
        let org = self.facts.org;
        let row = match self.rule.select {
            Kind::Grant => self.facts.grants()[at].role.at(),
            _ => at,
        };
        match column {
            TextColumn::Each(read) => read(org, row).map(Text::from),
            TextColumn::Symbol(read) => read(org, row).map(|word| Text::from(org.symbols.text(word))),
            TextColumn::Principal => Known::Value(Text::from(principal_word(self.facts.grants()[at].principal))),
            TextColumn::Scope => Known::Value(Text::from(scope_word(self.facts.grants()[at].scope))),
        }
    }

    /// A finding of a thing that was selected, or of their number.
    fn finding(&self, status: Status, subject: Thing, message: String, proof: Proof, whole: Range<usize>) -> Finding {
        let fingerprint = fingerprint(&self.rule.id, &subject, &proof, None);
        let location = match (proof.evidence.first(), proof.places.first()) {
            (Some(evidence), _) => evidence.location.clone(),
            (None, Some(span)) => self.location(span),
            (None, None) => self.location(&whole),
        };
        let missing = proof.said(Some(&subject));
        let (evidence, paths) = proof.found();
        let selected_by = Vec::new();
        Finding {
            rule: self.number,
            status,
            subject,
            message,
            evidence,
            selected_by,
            paths,
            missing,
            location,
            fingerprint,
        }
    }

    fn location(&self, span: &Range<usize>) -> Location {
        Location { source: Arc::clone(&self.rule.location.source), span: span.clone() }
    }

    /// Grants are not all known as long as some user's legacy word is not.
    fn missing_legacy_roles(&self) -> Vec<String> {
        let mut proof = Proof::default();
        if self.rule.select == Kind::Grant && self.rule.scopes().organization {
            self.prover.missing_legacy_roles(&mut proof);
        }
        proof.said(None)
    }

    /// The collections that the rule needs and that were not read whole, each with what would answer.
    fn unread(&self) -> Vec<String> {
        let coverage = &self.facts.org.coverage;
        let needs = self.rule.needs().into_iter();
        needs
            .filter_map(|collection| {
                if !coverage.of(collection).asked {
                    return Some(format!("{collection} was not read"));
                }
                coverage.detail(collection).map(|detail| format!("{collection}: {detail}"))
            })
            .chain(self.missing_legacy_roles())
            .collect()
    }
}

fn organization() -> Thing {
    Thing { kind: "organization", id: Text::const_new("organization"), name: None, email: None, project: None }
}

/// The role that a path leads to.
fn held_role(path: &AccessPath) -> Option<&str> {
    path.iter().find(|step| step.kind == Kind::Role.name()).map(Thing::label)
}

/// Each path, on to each permission.
fn extended(paths: Vec<AccessPath>, permissions: &[Thing]) -> Vec<AccessPath> {
    if permissions.is_empty() {
        return paths;
    }
    let on = |path: &AccessPath, permission: &Thing| path.iter().chain([permission]).cloned().collect();
    paths.iter().flat_map(|path| permissions.iter().map(move |permission| on(path, permission))).collect()
}

/// A stable hash of rule, subject and what fired: roles, their projects and permissions, and the `listed` value that nobody has.
fn fingerprint(rule: &str, subject: &Thing, proof: &Proof, listed: Option<&str>) -> String {
    let steps = proof.paths.iter().flat_map(|path| {
        path.iter().enumerate().filter_map(|(at, step)| {
            let before = at.checked_sub(1).map(|before| &path[before]).filter(|before| before.kind == "project");
            match (step.kind, before) {
                ("role", Some(project)) => Some(format!("role {} in {}", step.id, project.id)),
                ("role" | "project", _) => Some(format!("{} {}", step.kind, step.id)),
                _ => None,
            }
        })
    });
    let permissions = proof.evidence.iter().filter_map(permission).map(|step| format!("permission {}", step.id));
    let mut fired: Vec<String> = steps.chain(permissions).chain(listed.map(|value| format!("value {value}"))).collect();
    fired.sort();
    fired.dedup();
    let mut hash = Sha256::new();
    for part in [rule, subject.kind, &subject.id].into_iter().chain(fired.iter().map(String::as_str)) {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    base16ct::lower::encode_string(&hash.finalize()[..16])
}
