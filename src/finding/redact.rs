//! An outcome with pseudonyms in place of names, addresses and ids, and without what people wrote: of a rule of one's own,
//! its id, severity, kinds and controls stay. Every field is named here, so that a new one cannot be forgotten.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::{
    AccessPath, Evidence, Finding, Matched, Outcome, PolicyFile, RuleInfo, RuleResult, Skipped, Status, Thing,
    ThingKind, Unread, Value, Waiver,
};
use crate::document::{Location, Region, SourceText};
use crate::org::{Kind, Text};
use crate::pseudonym::Pseudonyms;

/// What stands in place of a text.
const LEFT_OUT: &str = "left out";
/// What stands in place of the text of a policy.
const NO_POLICY: &str = "# Left out of this redacted bundle.\n";
/// A place in such a text.
const NOWHERE: Region = Region { line: 1, column: 1, end_line: 1, end_column: 1, given: None };

impl Outcome {
    /// The rules and findings with pseudonyms, in an outcome about the organization with pseudonyms.
    pub(crate) fn redacted(&self, names: &Pseudonyms, about: Self) -> Self {
        let Self { gate, policies, exceptions, stale, rules, skipped, findings, .. } = self;
        let redact = Redact::new(names, policies);
        let mut outcome = Self {
            gate: *gate,
            policies: policies.iter().zip(&redact.sources).map(|(policy, (_, source))| file(policy, source)).collect(),
            exceptions: exceptions
                .iter()
                .map(|_| "a remark on a waiver, the baseline or an override was left out".to_owned())
                .collect(),
            stale: *stale,
            skipped: skipped.iter().map(self::skipped).collect(),
            ..about
        };
        for rule in rules {
            let of_rule: Vec<Finding> =
                findings[rule.findings.clone()].iter().map(|one| redact.finding(one, rule)).collect();
            outcome.push(redact.rule(rule), of_rule);
        }
        outcome
    }
}

fn file(policy: &PolicyFile, source: &Arc<SourceText>) -> PolicyFile {
    PolicyFile { source: Arc::clone(source), rules: policy.rules, params: BTreeMap::new() }
}

struct Redact<'o> {
    names: &'o Pseudonyms,
    /// The name of each policy, and the text that stands in for it.
    sources: Vec<(&'o str, Arc<SourceText>)>,
    /// The place of each file among them.
    places: HashMap<&'o str, usize>,
}

impl<'o> Redact<'o> {
    fn new(names: &'o Pseudonyms, policies: &'o [PolicyFile]) -> Self {
        let source = |(at, policy): (usize, &'o PolicyFile)| {
            let name = policy.source.name.as_str();
            let shown = if is_built_in(name) { name.to_owned() } else { format!("policy-{}", at + 1) };
            (name, Arc::new(SourceText::new(shown, NO_POLICY.to_owned())))
        };
        let sources: Vec<_> = policies.iter().enumerate().map(source).collect();
        let places = sources.iter().enumerate().map(|(at, (name, _))| (*name, at)).collect();
        Self { names, sources, places }
    }

    fn source(&self, source: &SourceText) -> Arc<SourceText> {
        let place = self.places.get(source.name.as_str());
        place.map_or_else(
            || Arc::new(SourceText::new(self.names.name(&source.name), NO_POLICY.to_owned())),
            |at| Arc::clone(&self.sources[*at].1),
        )
    }

    fn rule(&self, rule: &RuleResult) -> RuleResult {
        let RuleResult { info, selected, vacuous, truncated, unread, matched, notes: _, .. } = rule;
        RuleResult {
            selected: *selected,
            vacuous: *vacuous,
            truncated: *truncated,
            unread: unread.iter().map(self::unread).collect(),
            matched: matched.iter().map(|one| self.matched(one)).collect(),
            ..RuleResult::new(Arc::new(self.info(info)))
        }
    }

    /// The rules of a built-in pack are known to everybody.
    fn info(&self, info: &RuleInfo) -> RuleInfo {
        let RuleInfo {
            id,
            title,
            sentence: _,
            select,
            severity,
            rationale,
            remediation,
            references,
            controls,
            tags,
            waivable,
            location,
            end_line: _,
        } = info;
        let known = is_built_in(&location.source.name);
        let title = if known { title } else { id };
        RuleInfo {
            id: id.clone(),
            title: title.clone(),
            sentence: title.clone(),
            select: select.clone(),
            severity: *severity,
            rationale: rationale.clone().filter(|_| known),
            remediation: remediation.clone().filter(|_| known),
            references: if known { references.clone() } else { Vec::new() },
            controls: controls.clone(),
            tags: if known { tags.clone() } else { Vec::new() },
            waivable: *waivable,
            location: Location { source: self.source(&location.source), span: 0..0 },
            end_line: 1,
        }
    }

    fn matched(&self, matched: &Matched) -> Matched {
        let Matched { role, patterns } = matched;
        let permissions = |met: &[Text]| -> Vec<Text> {
            let mut all: Vec<Text> = met.iter().map(|one| self.names.permission(one).into()).collect();
            all.sort();
            all
        };
        Matched {
            role: self.thing(role),
            patterns: patterns.iter().map(|(_, met)| (NOWHERE, permissions(met))).collect(),
        }
    }

    fn finding(&self, finding: &Finding, rule: &RuleResult) -> Finding {
        let Finding {
            rule: _,
            status,
            subject,
            message: _,
            evidence,
            selected_by,
            paths,
            more_paths,
            missing,
            waiver,
            region: _,
            file: _,
            fingerprint,
        } = finding;
        let evidence: Vec<Evidence> = evidence.iter().map(|one| self.evidence(one)).collect();
        let subject = self.thing(subject);
        Finding {
            rule: 0,
            status: *status,
            message: message(*status, &subject, &evidence, rule),
            subject,
            evidence,
            selected_by: selected_by.iter().map(|one| self.evidence(one)).collect(),
            paths: paths.iter().map(|path| Arc::new(self.path(path))).collect(),
            more_paths: *more_paths,
            missing: missing.first().map(|_| "a reason that was left out".to_owned()).into_iter().collect(),
            waiver: waiver.as_deref().map(|waiver| Arc::new(self.waiver(waiver))),
            region: NOWHERE,
            file: None,
            fingerprint: self.names.fingerprint(fingerprint),
        }
    }

    fn path(&self, path: &AccessPath) -> AccessPath {
        let AccessPath { from_subject, steps, matched, condition } = path;
        AccessPath {
            from_subject: *from_subject,
            steps: steps.iter().map(|step| self.thing(step)).collect(),
            matched: *matched,
            condition: *condition,
        }
    }

    fn waiver(&self, waiver: &Waiver) -> Waiver {
        let Waiver { reason: _, owner, expires, file, line } = waiver;
        Waiver {
            reason: LEFT_OUT.to_owned(),
            owner: self.names.address(owner),
            expires: *expires,
            file: self.names.name(file),
            line: *line,
        }
    }

    /// Text stays only if it is a word that names nobody.
    fn evidence(&self, evidence: &Evidence) -> Evidence {
        let Evidence { attribute, value, region: _, of } = evidence;
        let field = attribute.rsplit('.').next().unwrap_or_default();
        let value = match value {
            Value::Null | Value::Flag(_) | Value::Number(_) | Value::Counted(..) | Value::Time(_) => value.clone(),
            // Words of the policy may name people.
            Value::Absent(_) => Value::Absent(Text::const_new(LEFT_OUT)),
            Value::Permission(text) => Value::Permission(self.names.permission(text).into()),
            Value::Text(text) => Value::Text(
                match field {
                    "id" | "created_by" => self.names.id(text),
                    "name" | "description" => self.names.name(text),
                    "email" => self.names.address(text),
                    _ => self.names.word(text),
                }
                .into(),
            ),
        };
        let of = of.as_ref().map(|of| self.thing(of));
        Evidence { attribute: attribute.clone(), value, region: NOWHERE, of }
    }

    fn thing(&self, thing: &Arc<Thing>) -> Arc<Thing> {
        let Thing { kind, id, name, email, project, owner, ambiguous } = &**thing;
        let named = |name: &Text| match kind {
            ThingKind::Of(Kind::Role) => self.names.role_name(id, name),
            ThingKind::Of(_) | ThingKind::Organization | ThingKind::Rule | ThingKind::File => self.names.name(name),
        };
        Arc::new(Thing {
            kind: *kind,
            id: if *kind == ThingKind::Organization { id.clone() } else { self.names.id(id).into() },
            name: name.as_ref().map(|name| named(name).into()),
            email: email.as_ref().map(|email| self.names.address(email).into()),
            project: project.as_ref().map(|project| self.thing(project)),
            owner: owner.as_ref().map(|owner| self.thing(owner)),
            ambiguous: *ambiguous,
        })
    }
}

fn is_built_in(name: &str) -> bool {
    name.starts_with("builtin:")
}

fn skipped(skipped: &Skipped) -> Skipped {
    let Skipped { rule, reason: _, controls } = skipped;
    Skipped { rule: rule.clone(), reason: LEFT_OUT.to_owned(), controls: controls.clone() }
}

fn unread(unread: &Unread) -> Unread {
    match unread {
        Unread::NotRequested(collection) => Unread::NotRequested(*collection),
        Unread::Incomplete(collection, _) => Unread::Incomplete(*collection, "the reason was left out".to_owned()),
        Unread::Other(_) => Unread::Other("a reason that was left out".to_owned()),
    }
}

/// The sentence of a finding, from what is left of it.
fn message(status: Status, subject: &Thing, evidence: &[Evidence], rule: &RuleResult) -> String {
    let who = match subject.kind {
        ThingKind::Organization => subject.kind.words(),
        ThingKind::Of(_) | ThingKind::Rule | ThingKind::File => {
            format!("{} {}", subject.kind.words(), subject.qualified_label())
        }
    };
    let says = match status {
        Status::Violation | Status::Waived | Status::Baselined => "violates",
        Status::Unknown => "may violate",
    };
    let mut why: Vec<String> = evidence.iter().map(Evidence::dated).collect();
    why.dedup();
    let why = if why.is_empty() { String::new() } else { format!(": {}", why.join(", ")) };
    format!("{who} {says} {}{why}", rule.info.id)
}
