//! One outcome with every verdict, every status, lists that were not read, and hostile names in every place that takes
//! one. Each format renders it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::document::{Location, Region, SourceText};
use crate::finding::{
    AccessPath, Evidence, Finding, Gate, Judges, Matched, Note, Outcome, PolicyFile, RuleInfo, RuleResult, Severity,
    Skipped, Status, Thing, ThingKind, Unread, Value, Waiver,
};
use crate::org::{Collection, Coverage, Failure, Identity, Kind, Source, Text};
use crate::time::Time;

/// Terminal controls, commands of CI runners, formulas, markup, quotes, line breaks, direction marks, emoji.
pub const NAMES: [&str; 24] = [
    "\u{1b}[31mred\u{1b}[0m\u{1b}]0;title\u{7}",
    "::error file=a,line=1::b",
    "a\n::stop-commands::x",
    "b ::warning::c",
    "##vso[task.setvariable variable=x]y",
    "c ##[error]d ##teamcity[buildStop]",
    "100%25 %0A::error::%0D",
    "=1+1",
    "@SUM(A1:A2)",
    "+1",
    "-2",
    "\t=cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    "</testcase>]]><!--",
    "&lt;b&#x1b;",
    "[click](https://evil.example) ![x](y)",
    "| cell | ``` </details> <summary>",
    "@acme/security closes #1 and www.evil.example",
    "# head\r\n* item\u{2028}---\u{85}",
    "\"quoted\" 'single' `tick` \\ {0} {{x}}",
    "exe\u{202e}txt\u{2066}x\u{2069}",
    "🦀 👩\u{200d}🚀 Zoë 李",
    "\u{fffe}\u{ffff}\u{0}",
    "",
];

/// The moment of the sample: 2026-06-01.
const NOW: Time = 1_780_272_000;

const POLICY: &str = "\
version: 1
rules:
  - id: hostile
    select: user
    forbid: { holds: { permission: '*.write' } }
  - id: partly-answered
    select: user
  - id: not-answered
    select: group
  - id: selects-nothing
    select: invite
  - id: accepted
    select: role
  - id: passed
    select: project
";

/// The sample.
pub fn outcome() -> Outcome {
    let source = Arc::new(SourceText::new("policies/a, b:c%d<e>.yaml".to_owned(), POLICY.to_owned()));
    let rule = |id: &str, severity| RuleResult::new(Arc::new(info(&source, id, severity)));
    let mut outcome = Outcome {
        judges: Judges::Rules,
        as_of: NOW,
        source: Source {
            api: "https://api.openai.com/v1".to_owned(),
            collected_at: NOW - 3600,
            organization: Identity { id: Some("org-acme".to_owned()), name: Some("acme".to_owned()) },
        },
        digest: format!("sha256:{}", "0".repeat(64)),
        oldest_fact: NOW - 86_400,
        gate: Gate { max_age: Some(7 * 86_400), ..Gate::default() },
        policies: vec![PolicyFile {
            source: Arc::clone(&source),
            rules: 7,
            params: BTreeMap::from([("names".to_owned(), NAMES.into())]),
        }],
        coverage: coverage().summary(),
        population: BTreeMap::from([(Kind::User, 41), (Kind::Role, 3)]),
        disagreements: vec![format!("the API and the groups disagree about {}", NAMES[0])],
        oddities: vec![format!("role {} has permissions in an odd spelling", NAMES[2])],
        exceptions: vec![
            "rolelint.yaml:4: rule skipped is switched off: OPS-7".to_owned(),
            format!("waivers.yaml:3: the waiver of `hostile` for user {} expires soon", NAMES[3]),
        ],
        stale: 2,
        rules: Vec::new(),
        skipped: vec![Skipped {
            rule: "skipped".to_owned(),
            reason: "left out by skip".to_owned(),
            controls: BTreeMap::from([("soc2".to_owned(), vec!["CC6.1".to_owned()])]),
        }],
        findings: Vec::new(),
    };

    let mut hostile = rule("hostile", Severity::Critical);
    hostile.selected = 30;
    hostile.matched = NAMES.iter().map(|name| matched(name)).collect();
    let note = |name| Note { text: format!("`{name}`: nobody has this name"), region: region(5, 36), unmatched: true };
    hostile.notes = NAMES.iter().map(note).collect();
    let mut findings: Vec<Finding> =
        NAMES.iter().enumerate().map(|(at, name)| finding(at, name, Status::Violation)).collect();
    findings.push(finding(97, &"a long name ".repeat(40), Status::Violation));
    findings.push(finding(98, "Wanda", Status::Waived));
    findings.push(finding(99, "Basil", Status::Baselined));
    outcome.push(hostile, findings);

    let mut partly = rule("partly-answered", Severity::Low);
    partly.unread = vec![Unread::Incomplete(Collection::UserRoles, format!("403 {}", NAMES[1]))];
    let findings = vec![finding(100, "Una", Status::Unknown), finding(101, NAMES[2], Status::Unknown)];
    outcome.push(partly, findings);

    let mut unanswered = rule("not-answered", Severity::High);
    unanswered.truncated = true;
    unanswered.unread = vec![Unread::NotRequested(Collection::Projects), Unread::Other(NAMES[4].to_owned())];
    outcome.push(unanswered, Vec::new());

    let mut vacuous = rule("selects-nothing", Severity::Medium);
    vacuous.vacuous = true;
    outcome.push(vacuous, Vec::new());

    let mut accepted = rule("accepted", Severity::Info);
    accepted.selected = 2;
    outcome.push(accepted, vec![finding(102, "Willy", Status::Waived), finding(103, "Bella", Status::Baselined)]);

    outcome.push(rule("passed", Severity::Medium), Vec::new());
    outcome
}

/// One rule with that many violations.
pub fn many(count: usize) -> Outcome {
    let mut outcome = outcome();
    let findings = (0..count)
        .map(|at| Finding {
            fingerprint: format!("{at:016x}"),
            ..finding(at % 100, &format!("user {at}"), Status::Violation)
        })
        .collect();
    let mut rule = RuleResult::new(Arc::clone(&outcome.rules[0].info));
    rule.matched = vec![matched("x"); NAMES.len()];
    outcome.rules.clear();
    outcome.findings.clear();
    outcome.push(rule, findings);
    outcome
}

fn info(source: &Arc<SourceText>, id: &str, severity: Severity) -> RuleInfo {
    let start = source.text.find(id).expect("the policy has the rule");
    let location = Location { source: Arc::clone(source), span: start..start + id.len() };
    let line = location.region().line;
    let plain = id != "hostile";
    let text = |plain_text: &str| if plain { plain_text.to_owned() } else { NAMES.join(" / ") };
    RuleInfo {
        id: id.to_owned(),
        title: text("A title"),
        sentence: text("There must be no user."),
        select: if plain { vec![Kind::User] } else { vec![Kind::User, Kind::Role] },
        severity,
        rationale: Some(text("Because.")),
        remediation: (!plain).then(|| text("")),
        references: vec![text("https://example.com/a")],
        controls: BTreeMap::from([(text("soc2"), vec![text("CC6.1")])]),
        tags: vec![text("roles")],
        waivable: id != "partly-answered",
        location,
        end_line: line + 1,
    }
}

fn thing(kind: ThingKind, id: &str, name: &str, project: Option<Arc<Thing>>) -> Arc<Thing> {
    Arc::new(Thing { kind, id: Text::new(id), name: Some(Text::new(name)), project, ..Thing::default() })
}

fn matched(name: &str) -> Matched {
    let role = thing(ThingKind::Of(Kind::Role), &format!("role_{name}"), name, None);
    Matched { role, patterns: vec![(region(5, 36), vec![Text::new(format!("api.{name}.write"))])] }
}

fn region(line: u32, column: u32) -> Region {
    Region { given: None, line, column, end_line: line, end_column: column + 9 }
}

fn finding(at: usize, name: &str, status: Status) -> Finding {
    let project = thing(ThingKind::Of(Kind::Project), &format!("proj_{name}"), name, None);
    let role = thing(ThingKind::Of(Kind::Role), &format!("role_{name}"), name, Some(project));
    let group = thing(ThingKind::Of(Kind::Group), &format!("group_{name}"), name, None);
    let email = (!name.is_empty()).then(|| Text::new(format!("{name}@acme.example")));
    let user = Thing {
        kind: ThingKind::Of(Kind::User),
        id: Text::new(format!("user-{at}-{name}")),
        name: Some(Text::new(name)),
        email,
        ..Thing::default()
    };
    let evidence = |attribute: &'static str, value| Evidence::new(Text::const_new(attribute), value, region(5, 36));
    let unknown = status == Status::Unknown;
    Finding {
        rule: 0,
        status,
        message: if unknown {
            format!("user {}: unknown", user.label())
        } else {
            format!("user {} holds api.{name}.write", user.label())
        },
        subject: Arc::new(user),
        evidence: vec![evidence("permissions", Value::Permission(Text::new(format!("api.{name}.write"))))],
        selected_by: vec![
            evidence("name", Value::Text(Text::new(name))),
            Evidence { of: Some(Arc::clone(&group)), ..evidence("name", Value::Text(Text::new(name))) },
        ],
        paths: vec![Arc::new(AccessPath {
            from_subject: true,
            steps: vec![group, role],
            // Only the first rule has permissions that fired.
            matched: (at < 100).then_some(at % NAMES.len()),
            condition: Some(0),
        })],
        more_paths: if name == "Wanda" { 3 } else { 0 },
        missing: if unknown { vec![format!("GET /users/{name}/roles: 403")] } else { Vec::new() },
        waiver: (status == Status::Waived).then(waiver),
        region: region(5, 36),
        file: None,
        fingerprint: format!("{at:016x}"),
    }
}

/// A waiver with hostile words.
pub fn waiver() -> Arc<Waiver> {
    Arc::new(Waiver {
        reason: NAMES.join(" / "),
        owner: NAMES[7].to_owned(),
        expires: NOW + 30 * 86_400,
        file: "waivers.yaml".to_owned(),
        line: 7,
    })
}

fn coverage() -> Coverage {
    let mut coverage = Coverage::default();
    let failure = |denied, message: &str| Failure { denied, message: message.to_owned(), scope: None };
    for (collection, requests, items) in [
        (Collection::Users, 3, 41),
        (Collection::UserRoles, 40, 60),
        (Collection::Groups, 0, 0),
        (Collection::Invites, 0, 0),
    ] {
        let record = coverage.of_mut(collection);
        (record.asked, record.requests, record.items) = (true, requests, items);
    }
    let roles = coverage.of_mut(Collection::UserRoles);
    roles.gaps.insert(NAMES[0].to_owned(), failure(true, &format!("403 {}", NAMES[1])));
    roles.carried.insert("user-1".to_owned(), NOW - 86_400);
    coverage.of_mut(Collection::Groups).truncated = Some(failure(true, "403, the key lacks a scope"));
    coverage.of_mut(Collection::Invites).truncated = Some(failure(false, NAMES[2]));
    coverage
}
