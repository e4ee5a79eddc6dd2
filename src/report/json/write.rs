//! An outcome as JSON. Findings become rows one by one, when they are written. It is long
//! because each row of the report is made here, one after the other.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::sync::Arc;

use serde::ser::{Serialize, SerializeSeq as _, Serializer};

use super::super::json_layout::{self, Written, element, in_blocks};
use super::keys::Keys;
use super::schema::{
    CauseRow, ControlRow, CoverageRow, EdgeRow, EvidenceRow, FindingRow, FrameworkRow, GateRow, HeldRow, MatchedRow,
    NoteRow, Organization, PathRow, PatternRow, PolicyRow, Report, RuleLines, RuleRow, Scalar, SkippedRow, Summary,
    TextType, ThingRow, Tool, UnreadRow, VERSION, WaiverRow,
};
use crate::document::Region;
use crate::finding::{
    AccessPath, Cause, Causes, Control, Edge, Evidence, Finding, Framework, Matched, Note, Outcome, PolicyFile,
    RuleResult, Skipped, Status, Thing, Unread, Value, Verdict, Waiver,
};
use crate::org::{CollectionSummary, Kind, Text};
use crate::time::rfc3339;

pub fn render(outcome: &Outcome, to: &mut dyn Write) -> io::Result<()> {
    let (keys, causes) = Keys::new(outcome);
    let report = report(outcome, &causes, &keys, Findings { outcome, keys: &keys }, Things(&keys));
    // Most writes have only a few bytes, and there may be a hundred million bytes.
    let mut to = BufWriter::with_capacity(1 << 16, to);
    json_layout::write(&report, 2, &mut to)?;
    to.flush()
}

/// The report with these findings and things.
pub(super) fn report<'a, Findings, Things>(
    outcome: &'a Outcome,
    causes: &Causes<'a>,
    keys: &'a Keys<'a>,
    findings: Findings,
    things: Things,
) -> Report<'a, Findings, Things> {
    Report {
        schema_version: VERSION,
        tool: Tool { name: env!("CARGO_PKG_NAME").into(), version: env!("CARGO_PKG_VERSION").into() },
        judges: outcome.judges.name().into(),
        as_of: outcome.has_facts().then(|| rfc3339(outcome.as_of).into()),
        organization: outcome.has_facts().then(|| Organization {
            id: outcome.source.organization.id.as_deref().map(Cow::Borrowed),
            name: outcome.source.organization.name.as_deref().map(Cow::Borrowed),
            source: Cow::Borrowed(&outcome.source.api),
            collected_at: rfc3339(outcome.source.collected_at).into(),
            oldest_fact: rfc3339(outcome.oldest_fact).into(),
            digest: Cow::Borrowed(&outcome.digest),
        }),
        gate: GateRow {
            fail_on: outcome.gate.fail_on.name().into(),
            strict: outcome.gate.strict,
            max_age: outcome.gate.max_age,
            exit_zero: outcome.gate.exit_zero,
            strict_baseline: outcome.gate.strict_baseline,
            exit_code: outcome.ending().code(),
        },
        policies: outcome.policies.iter().map(policy).collect(),
        skipped: outcome.skipped.iter().map(skipped).collect(),
        complete: outcome.complete(),
        coverage: outcome.coverage.iter().map(coverage).collect(),
        population: population(outcome.known_population()),
        disagreements: Cow::Borrowed(&outcome.disagreements),
        oddities: Cow::Borrowed(&outcome.oddities),
        exceptions: Cow::Borrowed(&outcome.exceptions),
        stale: outcome.stale,
        summary: summary(outcome),
        cuts: causes.cuts.iter().map(|cut| cause(cut, Some(outcome), keys)).collect(),
        controls: outcome.controls().into_iter().map(|one| framework(&one, outcome)).collect(),
        rules: outcome.rules.iter().zip(&causes.of_rules).map(|(of, causes)| rule(of, causes, keys)).collect(),
        findings,
        things,
    }
}

/// The findings, each made into a row when it is written, on all cores.
struct Findings<'a> {
    outcome: &'a Outcome,
    keys: &'a Keys<'a>,
}

impl Serialize for Findings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.outcome.findings.len()))?;
        let write = |one: &Finding, to: &mut Vec<u8>| {
            let row = finding(one, &self.outcome.rules[one.rule], self.keys);
            element(&row, to).expect("a row has text keys only");
        };
        in_blocks(&self.outcome.findings, write, |row| list.serialize_element(&Written(row)))?;
        list.end()
    }
}

/// All things that are named.
struct Things<'a>(&'a Keys<'a>);

impl Serialize for Things<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.named().into_iter().map(|(key, of)| (key, thing(of))))
    }
}

fn policy(policy: &PolicyFile) -> PolicyRow<'_> {
    PolicyRow {
        file: Cow::Borrowed(&policy.source.name),
        sha256: policy.sha256().into(),
        rules: policy.rules,
        params: Cow::Borrowed(&policy.params),
        text: Cow::Borrowed(&policy.source.text),
    }
}

fn skipped(skipped: &Skipped) -> SkippedRow<'_> {
    SkippedRow {
        rule: Cow::Borrowed(&skipped.rule),
        reason: Cow::Borrowed(&skipped.reason),
        controls: Cow::Borrowed(&skipped.controls),
    }
}

fn population(of: impl IntoIterator<Item = (Kind, usize)>) -> BTreeMap<Cow<'static, str>, usize> {
    of.into_iter().map(|(kind, count)| (format!("{}s", kind.name()).into(), count)).collect()
}

fn framework<'a>(of: &Framework<'a>, outcome: &'a Outcome) -> FrameworkRow<'a> {
    let control = |control: &Control<'a>| ControlRow {
        id: control.id.into(),
        title: control.title.map(Into::into),
        verdict: control.verdict.map(|verdict| verdict.name().into()),
        population: population(control.population.iter().filter_map(|(kind, count)| Some((*kind, (*count)?)))),
        rules: control.rules.iter().map(|&at| outcome.rules[at].info.id.as_str().into()).collect(),
        skipped: control.skipped.iter().map(|&at| outcome.skipped[at].rule.as_str().into()).collect(),
    };
    let controls = of.controls.iter().map(control).collect();
    FrameworkRow { framework: of.id.into(), name: of.name.map(Into::into), controls }
}

fn coverage(of: &CollectionSummary) -> CoverageRow<'_> {
    CoverageRow {
        collection: of.collection.name().into(),
        state: of.state.name().into(),
        requests: of.requests,
        items: of.items,
        unasked: of.not_asked,
        detail: of.detail.as_deref().map(Cow::Borrowed),
        remarks: Cow::Borrowed(&of.remarks),
    }
}

fn summary(outcome: &Outcome) -> Summary<'_> {
    let mut by_severity: BTreeMap<Cow<'_, str>, usize> = BTreeMap::new();
    for rule in outcome.rules.iter().filter(|rule| rule.violations() > 0) {
        *by_severity.entry(rule.info.severity.name().into()).or_default() += rule.violations();
    }
    Summary {
        violations: outcome.count_findings(Status::Violation),
        unknown: outcome.count_findings(Status::Unknown),
        waived: outcome.count_findings(Status::Waived),
        baselined: outcome.count_findings(Status::Baselined),
        by_severity,
        rules: Verdict::ALL.map(|verdict| (verdict.name().into(), outcome.count(verdict))).into_iter().collect(),
    }
}

fn rule<'a>(rule: &'a RuleResult, causes: &[Cause<'a>], keys: &'a Keys<'a>) -> RuleRow<'a> {
    let info = &*rule.info;
    let id = info.location.region();
    RuleRow {
        id: Cow::Borrowed(&info.id),
        title: Cow::Borrowed(&info.title),
        sentence: Cow::Borrowed(&info.sentence),
        select: info.select.iter().map(|kind| kind.name().into()).collect(),
        severity: info.severity.name().into(),
        verdict: rule.verdict().name().into(),
        selected: rule.selected,
        violations: rule.violations(),
        unknown: rule.unknown(),
        truncated: rule.truncated,
        waivable: info.waivable,
        vacuous: rule.vacuous,
        policy: RuleLines {
            file: Cow::Borrowed(&info.location.source.name),
            line: id.line,
            end_line: info.end_line,
            id,
        },
        rationale: info.rationale.as_deref().map(Cow::Borrowed),
        remediation: info.remediation.as_deref().map(Cow::Borrowed),
        references: Cow::Borrowed(&info.references),
        controls: Cow::Borrowed(&info.controls),
        tags: Cow::Borrowed(&info.tags),
        unread: rule.unread.iter().map(unread).collect(),
        notes: rule.notes.iter().map(note).collect(),
        matched: rule.matched.iter().map(|of| matched(of, keys)).collect(),
        causes: causes.iter().map(|of| cause(of, None, keys)).collect(),
    }
}

/// With an outcome, also the rules.
fn cause<'a>(cause: &Cause<'a>, across: Option<&'a Outcome>, keys: &'a Keys<'a>) -> CauseRow<'a> {
    let key = |thing: &Arc<Thing>| Some(Cow::Borrowed(keys.of(thing)));
    let row = EdgeRow::default();
    let edge = match cause.edge {
        Edge::Grant { holder, role, project } => {
            let holder_key = |kind| if holder.is(kind) { key(holder) } else { None };
            EdgeRow {
                user: holder_key(Kind::User),
                group: holder_key(Kind::Group),
                service_account: holder_key(Kind::ServiceAccount),
                role: key(role),
                project: project.and_then(key),
                ..row
            }
        }
        Edge::Membership { user, group } => EdgeRow { user: key(user), group: key(group), ..row },
        Edge::Permissions(role) => {
            let permissions = cause.permissions.iter().map(|permission| Cow::Borrowed(*permission)).collect();
            EdgeRow { role: key(role), permissions, ..row }
        }
        Edge::Roles(group) => {
            let roles = cause
                .roles
                .iter()
                .map(|&(role, project)| HeldRow { role: keys.of(role).into(), project: project.and_then(key) });
            let roles = roles.collect();
            EdgeRow { group: key(group), roles, ..row }
        }
        Edge::Role(role) => EdgeRow { role: key(role), ..row },
        Edge::Owner(owner) => EdgeRow { owner: key(owner), ..row },
        Edge::Project(project) => EdgeRow { project: key(project), ..row },
    };
    let rules = across.map_or_else(Vec::new, |outcome| {
        cause.rules().into_iter().map(|rule| Cow::Borrowed(outcome.rules[rule].info.id.as_str())).collect()
    });
    CauseRow { edge, findings: cause.findings.len(), rules }
}

fn unread(unread: &Unread) -> UnreadRow<'_> {
    let detail = match unread {
        Unread::NotRequested(_) => None,
        Unread::Incomplete(_, detail) | Unread::Other(detail) => Some(Cow::Borrowed(detail.as_str())),
    };
    UnreadRow { collection: unread.collection().map(|collection| collection.name().into()), detail }
}

fn note(note: &Note) -> NoteRow<'_> {
    NoteRow { message: Cow::Borrowed(&note.text), policy: note.region.clone(), unmatched: note.unmatched }
}

fn matched<'a>(of: &'a Matched, keys: &'a Keys<'a>) -> MatchedRow<'a> {
    let pattern = |(region, met): &'a (Region, Vec<Text>)| PatternRow {
        permissions: met.iter().map(|permission| Cow::Borrowed(permission.as_str())).collect(),
        policy: region.clone(),
    };
    let patterns = if of.patterns.len() > 1 { of.patterns.iter().map(pattern).collect() } else { Vec::new() };
    MatchedRow {
        role: keys.of(&of.role).into(),
        permissions: of.permissions().into_iter().map(Cow::Borrowed).collect(),
        policy: of.patterns[0].0.clone(),
        patterns,
    }
}

pub(super) fn finding<'a>(finding: &'a Finding, rule: &'a RuleResult, keys: &'a Keys<'a>) -> FindingRow<'a> {
    let path = |path: &Arc<AccessPath>| {
        // The finding has its subject, which is not listed among the things.
        let subject = path.from_subject.then_some(finding.subject.id.as_str());
        let via = subject.into_iter().chain(path.steps.iter().map(|step| keys.of(step)));
        PathRow { via: via.map(Cow::Borrowed).collect(), matched: path.matched, condition: path.condition }
    };
    FindingRow {
        rule: Cow::Borrowed(&rule.info.id),
        status: finding.status.name().into(),
        subject: thing(&finding.subject),
        message: Cow::Borrowed(&finding.message),
        evidence: finding.evidence.iter().map(|one| evidence(one, keys)).collect(),
        selected_by: finding.selected_by.iter().map(|one| evidence(one, keys)).collect(),
        missing: Cow::Borrowed(&finding.missing),
        paths: finding.paths.iter().map(path).collect(),
        more_paths: finding.more_paths,
        policy: finding.region.clone(),
        file: finding.file.as_ref().map(|file| Cow::Borrowed(file.name.as_str())),
        waiver: finding.waiver.as_deref().map(waiver),
        fingerprint: Cow::Borrowed(&finding.fingerprint),
    }
}

fn waiver(waiver: &Waiver) -> WaiverRow<'_> {
    WaiverRow {
        reason: Cow::Borrowed(&waiver.reason),
        owner: Cow::Borrowed(&waiver.owner),
        expires: rfc3339(waiver.expires).into(),
        file: Cow::Borrowed(&waiver.file),
        line: waiver.line,
    }
}

fn evidence<'a>(evidence: &'a Evidence, keys: &'a Keys<'a>) -> EvidenceRow<'a> {
    let mut allowed = None;
    let (value, type_) = match &evidence.value {
        Value::Null => (Scalar::Null, None),
        Value::Flag(flag) => (Scalar::Flag(*flag), None),
        Value::Number(number) => (Scalar::Number(*number), None),
        Value::Counted(number, bounds) => {
            allowed = Some(Cow::Borrowed(bounds.as_str()));
            (Scalar::Number(*number), None)
        }
        Value::Time(time) => (Scalar::Text(rfc3339(*time).into()), Some(TextType::Time)),
        Value::Text(text) => (Scalar::Text(Cow::Borrowed(text)), None),
        Value::Permission(text) => (Scalar::Text(Cow::Borrowed(text)), Some(TextType::Permission)),
        Value::Absent(text) => (Scalar::Text(Cow::Borrowed(text)), Some(TextType::Absent)),
    };
    let of = evidence.of.as_ref().map(|of| Cow::Borrowed(keys.of(of)));
    EvidenceRow {
        attribute: Cow::Borrowed(&evidence.attribute),
        value,
        type_,
        allowed,
        of,
        policy: evidence.region.clone(),
    }
}

pub(super) fn thing(thing: &Thing) -> ThingRow<'_> {
    ThingRow {
        kind: thing.kind.name().into(),
        id: Cow::Borrowed(&thing.id),
        name: thing.name.as_deref().map(Cow::Borrowed),
        email: thing.email.as_deref().map(Cow::Borrowed),
        project: thing.project.as_deref().map(|project| Box::new(self::thing(project))),
        owner: thing.owner.as_deref().map(|owner| Box::new(self::thing(owner))),
        ambiguous: thing.ambiguous,
    }
}
