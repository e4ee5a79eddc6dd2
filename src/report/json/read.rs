//! An outcome from the JSON that was made of one. A file that contradicts itself is refused. It is long because each
//! type of the report is read back here.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::by_line;
use super::error::{Result, Unreadable};
use super::schema::{
    CoverageRow, EvidenceRow, FindingRow, MatchedRow, Organization, PathRow, PolicyRow, Report, RuleRow, Scalar,
    SkippedRow, TextType, ThingRow, UnreadRow, VERSION, WaiverRow,
};
use crate::document::{Location, Region, SourceText};
use crate::finding::{
    AccessPath, Evidence, Finding, Gate, Judges, Matched, Note, Outcome, PolicyFile, RuleInfo, RuleResult, Severity,
    Skipped, Status, Thing, ThingKind, Unread, Value, Waiver,
};
use crate::org::{Collection, CollectionSummary, Identity, Kind, Source, State, Text};
use crate::time::{Time, parse_timestamp};

/// Reads the JSON report, or the same as lines.
///
/// # Errors
///
/// It is cut, of another schema version, changed by hand so that it contradicts itself, or something else altogether.
pub fn read(json: &[u8]) -> Result<Outcome> {
    let report = report(json)?;
    let policies: Vec<PolicyFile> = report.policies.into_iter().map(policy).collect::<Result<_>>()?;
    let things = report.things.into_iter().map(|(key, row)| Ok((key, Arc::new(thing(row)?)))).collect::<Result<_>>()?;
    let mut pool = Pool { things, paths: HashSet::new() };
    let kind = |plural: &str| word("kind", Kind::ALL, Kind::name, plural.trim_end_matches('s'));
    let judges = word("judges", Judges::ALL, Judges::name, &report.judges)?;
    if report.organization.is_none() && judges == Judges::Rules {
        return contradiction("rules judge an organization, and it has none".to_owned());
    }
    let (source, oldest_fact, digest) = match report.organization {
        Some(organization) => facts(organization)?,
        None => Default::default(),
    };
    let mut outcome = Outcome {
        judges,
        as_of: report.as_of.as_deref().map(time).transpose()?.unwrap_or_default(),
        source,
        oldest_fact,
        digest,
        gate: Gate {
            fail_on: severity(&report.gate.fail_on)?,
            strict: report.gate.strict,
            max_age: report.gate.max_age,
            exit_zero: report.gate.exit_zero,
            strict_baseline: report.gate.strict_baseline,
        },
        coverage: report.coverage.into_iter().map(coverage).collect::<Result<_>>()?,
        population: report.population.iter().map(|(name, count)| Ok((kind(name)?, *count))).collect::<Result<_>>()?,
        disagreements: report.disagreements.into_owned(),
        oddities: report.oddities.into_owned(),
        exceptions: report.exceptions.into_owned(),
        stale: report.stale,
        rules: Vec::new(),
        skipped: report.skipped.into_iter().map(skipped).collect(),
        findings: Vec::new(),
        policies,
    };
    let mut findings: HashMap<String, Vec<Finding>> = HashMap::new();
    for row in report.findings {
        let rule = row.rule.to_string();
        findings.entry(rule).or_default().push(pool.finding(row, &outcome.policies)?);
    }
    for row in report.rules {
        let (verdict, counts) = (row.verdict.to_string(), (row.violations, row.unknown));
        let result = pool.rule(row, &outcome.policies)?;
        let of_rule = findings.remove(&result.info.id).unwrap_or_default();
        let dangling = |path: &Arc<AccessPath>| path.matched.is_some_and(|at| at >= result.matched.len());
        if of_rule.iter().flat_map(|finding| &finding.paths).any(dangling) {
            return contradiction(format!(
                "a path of rule `{}` refers to permissions that do not exist",
                result.info.id
            ));
        }
        outcome.push(result, of_rule);
        let pushed = &outcome.rules[outcome.rules.len() - 1];
        if pushed.verdict().name() != verdict || (pushed.violations(), pushed.unknown()) != counts {
            return contradiction(format!("rule `{}` counts findings that do not exist", pushed.info.id));
        }
        if !pushed.unread.is_empty() && !pushed.is_open() {
            return contradiction(format!("rule `{}` is answered, and something is unread", pushed.info.id));
        }
    }
    // Lints have no collections, and are not rules of a policy.
    let loaded: usize = outcome.policies.iter().map(|policy| policy.rules).sum();
    if !outcome.coverage.is_empty() && loaded != outcome.rules.len() + outcome.skipped.len() {
        let (judged, skipped) = (outcome.rules.len(), outcome.skipped.len());
        return contradiction(format!(
            "its policies have {loaded} rules, and {judged} were judged and {skipped} skipped"
        ));
    }
    if let Some(rule) = findings.keys().next() {
        return contradiction(format!("a finding refers to rule `{rule}`, which does not exist"));
    }
    if outcome.ending().code() != report.gate.exit_code {
        return contradiction(format!("its exit code {} contradicts its findings", report.gate.exit_code));
    }
    Ok(outcome)
}

/// The rows of the report.
fn report(json: &[u8]) -> Result<Report<'_, Vec<FindingRow<'_>>, BTreeMap<String, ThingRow<'_>>>> {
    #[derive(serde::Deserialize)]
    struct Version {
        schema_version: u32,
    }
    #[derive(serde::Deserialize)]
    struct Header {
        header: Version,
    }
    let by_line = by_line::is_lines(json);
    let Version { schema_version } = if by_line {
        let first = json.trim_ascii_start().split(|byte| *byte == b'\n').next().unwrap_or_default();
        serde_json::from_slice::<Header>(first)?.header
    } else {
        serde_json::from_slice(json).map_err(|error| Unreadable::in_whole(&error))?
    };
    if schema_version != VERSION {
        return Err(Unreadable::Version(schema_version));
    }
    if by_line {
        by_line::read(json)
    } else {
        serde_json::from_slice(json).map_err(|error| Unreadable::in_whole(&error))
    }
}

/// Where the facts come from, when the oldest was read, and their digest.
fn facts(organization: Organization<'_>) -> Result<(Source, Time, String)> {
    let source = Source {
        api: organization.source.into_owned(),
        collected_at: time(&organization.collected_at)?,
        organization: Identity { id: organization.id.map(Into::into), name: organization.name.map(Into::into) },
    };
    Ok((source, time(&organization.oldest_fact)?, organization.digest.into_owned()))
}

fn skipped(row: SkippedRow<'_>) -> Skipped {
    Skipped { rule: row.rule.into_owned(), reason: row.reason.into_owned(), controls: row.controls.into_owned() }
}

fn contradiction<T>(what: String) -> Result<T> {
    Err(Unreadable::Contradiction(what))
}

/// The member of a closed list that has this name.
fn word<T: Copy>(what: &str, all: impl IntoIterator<Item = T>, name: fn(T) -> &'static str, word: &str) -> Result<T> {
    let unknown = || Unreadable::Contradiction(format!("`{word}` is not a {what}"));
    all.into_iter().find(|one| name(*one) == word).ok_or_else(unknown)
}

fn severity(name: &str) -> Result<Severity> {
    word("severity", Severity::ALL, Severity::name, name)
}

fn collection(name: &str) -> Result<Collection> {
    word("collection", Collection::ALL, Collection::name, name)
}

fn time(text: &str) -> Result<Time> {
    parse_timestamp(text).map_err(|_| Unreadable::Contradiction(format!("`{text}` is not a time")))
}

fn policy(row: PolicyRow<'_>) -> Result<PolicyFile> {
    let source = Arc::new(SourceText::new(row.file.into_owned(), row.text.into_owned()));
    let policy = PolicyFile { source, rules: row.rules, params: row.params.into_owned() };
    if policy.sha256() == row.sha256 {
        Ok(policy)
    } else {
        contradiction(format!("the text of {} does not match its SHA-256", policy.source.name))
    }
}

/// The policy that a rule or a finding names as its own.
fn source(policies: &[PolicyFile], name: &str) -> Result<Arc<SourceText>> {
    let missing = || Unreadable::Contradiction(format!("{name} is missing from `policies`"));
    policies.iter().map(|policy| &policy.source).find(|source| source.name == name).cloned().ok_or_else(missing)
}

fn coverage(row: CoverageRow<'_>) -> Result<CollectionSummary> {
    Ok(CollectionSummary {
        collection: collection(&row.collection)?,
        state: word("state", State::ALL, State::name, &row.state)?,
        requests: row.requests,
        items: row.items,
        not_asked: row.unasked,
        detail: row.detail.map(Into::into),
        remarks: row.remarks.into_owned(),
    })
}

fn thing(row: ThingRow<'_>) -> Result<Thing> {
    let kinds = Kind::ALL.map(ThingKind::Of).into_iter().chain(ThingKind::OTHERS);
    Ok(Thing {
        kind: word("kind", kinds, ThingKind::name, &row.kind)?,
        id: Text::from(row.id),
        name: row.name.map(Text::from),
        email: row.email.map(Text::from),
        project: row.project.map(|project| thing(*project)).transpose()?.map(Arc::new),
        owner: row.owner.map(|owner| thing(*owner)).transpose()?.map(Arc::new),
        ambiguous: row.ambiguous,
    })
}

fn unread(row: UnreadRow<'_>) -> Result<Unread> {
    let of = row.collection.map(|name| collection(&name)).transpose()?;
    match (of, row.detail.map(Into::into)) {
        (Some(collection), Some(detail)) => Ok(Unread::Incomplete(collection, detail)),
        (Some(collection), None) => Ok(Unread::NotRequested(collection)),
        (None, Some(detail)) => Ok(Unread::Other(detail)),
        (None, None) => contradiction("something is unread, but the report does not say what".to_owned()),
    }
}

fn waiver(row: WaiverRow<'_>) -> Result<Waiver> {
    Ok(Waiver {
        reason: row.reason.into_owned(),
        owner: row.owner.into_owned(),
        expires: time(&row.expires)?,
        file: row.file.into_owned(),
        line: row.line,
    })
}

fn value(row: &EvidenceRow<'_>) -> Result<Value> {
    Ok(match (&row.value, row.type_, &row.allowed) {
        (Scalar::Number(number), _, Some(allowed)) => Value::Counted(*number, allowed.as_ref().into()),
        (Scalar::Number(number), _, None) => Value::Number(*number),
        (Scalar::Null, ..) => Value::Null,
        (Scalar::Flag(flag), ..) => Value::Flag(*flag),
        (Scalar::Text(text), None, _) => Value::Text(text.as_ref().into()),
        (Scalar::Text(text), Some(TextType::Permission), _) => Value::Permission(text.as_ref().into()),
        (Scalar::Text(text), Some(TextType::Absent), _) => Value::Absent(text.as_ref().into()),
        (Scalar::Text(text), Some(TextType::Time), _) => Value::Time(time(text)?),
    })
}

/// What findings and rules share.
struct Pool {
    things: HashMap<String, Arc<Thing>>,
    paths: HashSet<Arc<AccessPath>>,
}

impl Pool {
    fn thing(&self, key: &str) -> Result<Arc<Thing>> {
        let missing = || Unreadable::Contradiction(format!("`{key}` is missing from `things`"));
        self.things.get(key).cloned().ok_or_else(missing)
    }

    fn rule(&self, row: RuleRow<'_>, policies: &[PolicyFile]) -> Result<RuleResult> {
        let source = source(policies, &row.policy.file)?;
        let info = RuleInfo {
            id: row.id.into_owned(),
            title: row.title.into_owned(),
            sentence: row.sentence.into_owned(),
            select: row.select.iter().map(|name| word("kind", Kind::ALL, Kind::name, name)).collect::<Result<_>>()?,
            severity: severity(&row.severity)?,
            rationale: row.rationale.map(Into::into),
            remediation: row.remediation.map(Into::into),
            references: row.references.into_owned(),
            controls: row.controls.into_owned(),
            tags: row.tags.into_owned(),
            waivable: row.waivable,
            location: Location { span: source.span(&row.policy.id), source },
            end_line: row.policy.end_line,
        };
        let mut result = RuleResult::new(Arc::new(info));
        (result.selected, result.vacuous, result.truncated) = (row.selected, row.vacuous, row.truncated);
        result.unread = row.unread.into_iter().map(unread).collect::<Result<_>>()?;
        result.matched = row.matched.into_iter().map(|row| self.matched(row)).collect::<Result<_>>()?;
        result.notes = row
            .notes
            .into_iter()
            .map(|row| Note { text: row.message.into_owned(), region: row.policy, unmatched: row.unmatched })
            .collect();
        Ok(result)
    }

    fn matched(&self, row: MatchedRow<'_>) -> Result<Matched> {
        let texts = |permissions: Vec<_>| permissions.into_iter().map(Text::from).collect::<Vec<Text>>();
        let each: Vec<(Region, Vec<Text>)> =
            row.patterns.into_iter().map(|row| (row.policy, texts(row.permissions))).collect();
        let patterns = if each.is_empty() { vec![(row.policy, texts(row.permissions))] } else { each };
        Ok(Matched { role: self.thing(&row.role)?, patterns })
    }

    fn finding(&mut self, row: FindingRow<'_>, policies: &[PolicyFile]) -> Result<Finding> {
        let subject = thing(row.subject)?;
        // Among the things as well, it is shared with them.
        let shared = self.things.get(subject.id.as_str()).filter(|known| ***known == subject).cloned();
        let subject = shared.unwrap_or_else(|| Arc::new(subject));
        let status = word("status", Status::ALL, Status::name, &row.status)?;
        if row.waiver.is_some() != (status == Status::Waived) {
            return contradiction(format!(
                "the finding {} is waived without a waiver, or the reverse",
                row.fingerprint
            ));
        }
        Ok(Finding {
            rule: 0,
            status,
            message: row.message.into_owned(),
            evidence: row.evidence.into_iter().map(|row| self.evidence(row)).collect::<Result<_>>()?,
            selected_by: row.selected_by.into_iter().map(|row| self.evidence(row)).collect::<Result<_>>()?,
            paths: row.paths.into_iter().map(|path| self.path(&path, &subject)).collect::<Result<_>>()?,
            more_paths: row.more_paths,
            missing: row.missing.into_owned(),
            waiver: row.waiver.map(waiver).transpose()?.map(Arc::new),
            region: row.policy,
            file: row.file.map(|name| source(policies, &name)).transpose()?,
            fingerprint: row.fingerprint.into_owned(),
            subject,
        })
    }

    fn evidence(&self, row: EvidenceRow<'_>) -> Result<Evidence> {
        let of = row.of.as_deref().map(|key| self.thing(key)).transpose()?;
        Ok(Evidence { value: value(&row)?, attribute: row.attribute.into(), region: row.policy, of })
    }

    fn path(&mut self, row: &PathRow<'_>, subject: &Thing) -> Result<Arc<AccessPath>> {
        let from_subject = row.via.first().is_some_and(|first| {
            *first == subject.id.as_str() && self.things.get(&**first).is_none_or(|known| **known == *subject)
        });
        let steps = row.via.iter().skip(usize::from(from_subject)).map(|key| self.thing(key)).collect::<Result<_>>()?;
        let path = AccessPath { from_subject, steps, matched: row.matched, condition: row.condition };
        if let Some(known) = self.paths.get(&path) {
            return Ok(Arc::clone(known));
        }
        let path = Arc::new(path);
        self.paths.insert(Arc::clone(&path));
        Ok(path)
    }
}
