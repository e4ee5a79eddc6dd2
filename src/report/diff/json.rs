//! A comparison as JSON: one element of each list on one line.

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use super::super::json_layout;
use crate::access::{Steps, Thing};
use crate::diff::{AccessChange, Diff, Effect, Fate, FindingChange, Side, ThingChange};
use crate::finding::Severity;
use crate::org::Source;
use crate::report::schema_of_written;
use crate::time::rfc3339;

/// The version of this form.
const VERSION: u32 = 1;

/// A comparison of two states of an organization.
#[derive(Serialize, JsonSchema)]
struct Report<'a> {
    #[schemars(extend("const" = VERSION))]
    version: u32,
    old: SourceRow<'a>,
    new: SourceRow<'a>,
    /// Whether nothing that may have changed is unknown.
    complete: bool,
    summary: Summary,
    /// Changes of what a principal can do in a scope.
    access: Vec<AccessRow<'a>>,
    /// Changes of roles, groups, members, keys and other things.
    things: Vec<ThingChangeRow<'a>>,
    /// Violations of the policies in `--policy` that only one of the two states has.
    violations: Vec<FindingRow<'a>>,
    /// What could not be compared.
    unknown: Vec<UnknownRow<'a>>,
}

#[derive(Serialize, JsonSchema)]
struct SourceRow<'a> {
    organization: OrganizationRow<'a>,
    collected_at: String,
}

#[derive(Serialize, JsonSchema)]
struct OrganizationRow<'a> {
    id: Option<&'a str>,
    name: Option<&'a str>,
}

#[derive(Serialize, JsonSchema)]
struct Summary {
    gained: usize,
    lost: usize,
    moved: usize,
}

#[derive(Serialize, JsonSchema)]
struct ThingRow<'a> {
    kind: &'static str,
    id: &'a str,
    name: Option<&'a str>,
    email: Option<&'a str>,
    /// The id of the project that it is in.
    project: Option<&'a str>,
}

#[derive(Serialize, JsonSchema)]
struct AccessRow<'a> {
    #[schemars(extend("enum" = Effect::ALL.map(Effect::name)))]
    effect: &'static str,
    /// Whether it is proven.
    certain: bool,
    principal: ThingRow<'a>,
    /// A project, or the organization.
    scope: ThingRow<'a>,
    permissions: Vec<&'a str>,
    /// Roles whose permissions are not known.
    unreadable_roles: Vec<ThingRow<'a>>,
    /// How it is held; of what was lost, how it was held.
    paths: Vec<Vec<ThingRow<'a>>>,
    /// Of what has moved, how it was held before.
    earlier_paths: Vec<Vec<ThingRow<'a>>>,
}

#[derive(Serialize, JsonSchema)]
struct ThingChangeRow<'a> {
    #[serde(flatten)]
    fate: FateRow<'a>,
    thing: ThingRow<'a>,
    /// Whether it is proven.
    certain: bool,
    /// Whether it changes nobody's access.
    neutral: bool,
}

/// What has become of a thing. A value that is `null` is not known.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "change", rename_all = "snake_case")]
enum FateRow<'a> {
    Appeared,
    Gone,
    Changed { attribute: &'a str, from: Option<&'a str>, to: Option<&'a str> },
    Items { attribute: &'a str, added: &'a [String], removed: &'a [String] },
}

#[derive(Serialize, JsonSchema)]
struct FindingRow<'a> {
    #[schemars(extend("enum" = ["new", "gone"]))]
    change: &'static str,
    /// Whether the other state certainly does not have it.
    certain: bool,
    rule: &'a str,
    #[schemars(extend("enum" = Severity::ALL.map(Severity::name)))]
    severity: &'static str,
    message: &'a str,
}

#[derive(Serialize, JsonSchema)]
struct UnknownRow<'a> {
    #[schemars(extend("enum" = Side::ALL.map(Side::name)))]
    side: &'static str,
    what: &'a str,
}

/// The schema of a comparison in JSON.
pub fn diff_schema() -> serde_json::Value {
    schema_of_written::<Report<'static>>()
}

pub(super) fn render(diff: &Diff, [old, new]: [&Source; 2], to: &mut dyn Write) -> io::Result<()> {
    let count = |effect| diff.count(effect);
    let report = Report {
        version: VERSION,
        old: source(old),
        new: source(new),
        complete: diff.is_complete(),
        summary: Summary { gained: count(Effect::Gained), lost: count(Effect::Lost), moved: count(Effect::Moved) },
        access: diff.access.iter().map(access).collect(),
        things: diff.things.iter().map(changed).collect(),
        violations: diff.findings.iter().map(finding).collect(),
        unknown: diff.unknown.iter().map(|(of, what)| UnknownRow { side: of.name(), what }).collect(),
    };
    json_layout::write(&report, 2, to)
}

fn source(source: &Source) -> SourceRow<'_> {
    let organization = &source.organization;
    SourceRow {
        organization: OrganizationRow { id: organization.id.as_deref(), name: organization.name.as_deref() },
        collected_at: rfc3339(source.collected_at),
    }
}

fn thing(thing: &Thing) -> ThingRow<'_> {
    ThingRow {
        kind: thing.kind.name(),
        id: &thing.id,
        name: thing.name.as_deref(),
        email: thing.email.as_deref(),
        project: thing.project.as_ref().map(|project| &*project.id),
    }
}

fn paths(paths: &[Steps]) -> Vec<Vec<ThingRow<'_>>> {
    paths.iter().map(|path| path.iter().map(|step| thing(step)).collect()).collect()
}

fn access(change: &AccessChange) -> AccessRow<'_> {
    AccessRow {
        effect: change.effect.name(),
        certain: change.certain,
        principal: thing(&change.principal),
        scope: thing(&change.scope),
        permissions: change.permissions.iter().map(|permission| &**permission).collect(),
        unreadable_roles: change.roles.iter().map(|role| thing(role)).collect(),
        paths: paths(&change.paths),
        earlier_paths: paths(&change.earlier_paths),
    }
}

fn changed(change: &ThingChange) -> ThingChangeRow<'_> {
    let fate = match &change.fate {
        Fate::Appeared => FateRow::Appeared,
        Fate::Gone => FateRow::Gone,
        Fate::Changed { attribute, from, to } => {
            FateRow::Changed { attribute, from: from.as_deref(), to: to.as_deref() }
        }
        Fate::Items { attribute, added, removed } => FateRow::Items { attribute, added, removed },
    };
    ThingChangeRow { fate, thing: thing(&change.thing), certain: change.certain, neutral: change.is_neutral() }
}

fn finding(change: &FindingChange) -> FindingRow<'_> {
    FindingRow {
        change: match change.side {
            Side::New => "new",
            Side::Old => "gone",
        },
        certain: change.certain,
        rule: &change.rule,
        severity: change.severity.name(),
        message: &change.message,
    }
}
