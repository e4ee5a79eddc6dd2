//! The report as JSON has it: types to write and to read. Words that come from a closed list are texts here; reading
//! checks them. It is long because every type of the report is listed.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::document::Region;
use crate::finding::{Judges, Severity, Status, Verdict};
use crate::org::{Collection, State};
use crate::report::schema_of_written;

pub const VERSION: u32 = 2;

/// The report. Findings and things are written as they come, and read as a list and a mapping.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Report<'a, Findings, Things> {
    #[schemars(extend("const" = VERSION))]
    pub schema_version: u32,
    pub tool: Tool<'a>,
    /// What was checked: an organization by `rules`, policies by `lints`, or `load_errors` if files do not load.
    #[schemars(extend("enum" = Judges::ALL.map(Judges::name)))]
    pub judges: Cow<'a, str>,
    /// Null if no organization was looked at.
    pub as_of: Option<Cow<'a, str>>,
    /// Null if no organization was looked at.
    pub organization: Option<Organization<'a>>,
    pub gate: GateRow<'a>,
    pub policies: Vec<PolicyRow<'a>>,
    pub skipped: Vec<SkippedRow<'a>>,
    pub complete: bool,
    pub coverage: Vec<CoverageRow<'a>>,
    /// How many things there are of each kind. A kind whose list was not read is left out.
    pub population: BTreeMap<Cow<'a, str>, usize>,
    pub disagreements: Cow<'a, [String]>,
    pub oddities: Cow<'a, [String]>,
    pub exceptions: Cow<'a, [String]>,
    /// How many lines of the baseline accept something that is fixed.
    pub stale: usize,
    pub summary: Summary<'a>,
    /// The changes that end most of the violations that count for the gate, across all rules.
    #[serde(default, skip_deserializing)]
    pub cuts: Vec<CauseRow<'a>>,
    /// What the rules say about the controls of compliance frameworks. Not read back: it follows from the rules.
    #[serde(default, skip_deserializing)]
    pub controls: Vec<FrameworkRow<'a>>,
    pub rules: Vec<RuleRow<'a>>,
    pub findings: Findings,
    /// What paths, cuts and evidence name, by key.
    pub things: Things,
}

#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Tool<'a> {
    pub name: Cow<'a, str>,
    pub version: Cow<'a, str>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Organization<'a> {
    pub id: Option<Cow<'a, str>>,
    pub name: Option<Cow<'a, str>>,
    pub source: Cow<'a, str>,
    pub collected_at: Cow<'a, str>,
    pub oldest_fact: Cow<'a, str>,
    pub digest: Cow<'a, str>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
pub struct GateRow<'a> {
    #[schemars(extend("enum" = Severity::ALL.map(Severity::name)))]
    pub fail_on: Cow<'a, str>,
    pub strict: bool,
    /// In seconds.
    pub max_age: Option<i64>,
    pub exit_zero: bool,
    pub strict_baseline: bool,
    pub exit_code: u8,
}

#[derive(Serialize, Deserialize, JsonSchema)]
pub struct PolicyRow<'a> {
    pub file: Cow<'a, str>,
    pub sha256: Cow<'a, str>,
    pub rules: usize,
    pub params: Cow<'a, BTreeMap<String, serde_json::Value>>,
    pub text: Cow<'a, str>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
pub struct SkippedRow<'a> {
    pub rule: Cow<'a, str>,
    pub reason: Cow<'a, str>,
    #[serde(default)]
    pub controls: Cow<'a, BTreeMap<String, Vec<String>>>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
pub struct CoverageRow<'a> {
    #[schemars(extend("enum" = Collection::ALL.map(Collection::name)))]
    pub collection: Cow<'a, str>,
    #[schemars(extend("enum" = State::ALL.map(State::name)))]
    pub state: Cow<'a, str>,
    pub requests: u64,
    pub items: u64,
    pub unasked: usize,
    pub detail: Option<Cow<'a, str>>,
    pub remarks: Cow<'a, [String]>,
}

/// Counts, which follow from the findings and are not read back.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Summary<'a> {
    pub violations: usize,
    pub unknown: usize,
    pub waived: usize,
    pub baselined: usize,
    pub by_severity: BTreeMap<Cow<'a, str>, usize>,
    pub rules: BTreeMap<Cow<'a, str>, usize>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
pub struct RuleRow<'a> {
    pub id: Cow<'a, str>,
    pub title: Cow<'a, str>,
    /// What the rule says, in one sentence.
    #[serde(default)]
    pub sentence: Cow<'a, str>,
    /// The kinds of things that it is about.
    #[serde(default)]
    pub select: Vec<Cow<'a, str>>,
    #[schemars(extend("enum" = Severity::ALL.map(Severity::name)))]
    pub severity: Cow<'a, str>,
    #[schemars(extend("enum" = Verdict::ALL.map(Verdict::name)))]
    pub verdict: Cow<'a, str>,
    pub selected: usize,
    pub violations: usize,
    pub unknown: usize,
    /// Whether there may be more to select than was read.
    pub truncated: bool,
    /// Whether its violations can be accepted.
    pub waivable: bool,
    /// Whether the rule selects nothing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub vacuous: bool,
    pub policy: RuleLines<'a>,
    pub rationale: Option<Cow<'a, str>>,
    pub remediation: Option<Cow<'a, str>>,
    pub references: Cow<'a, [String]>,
    pub controls: Cow<'a, BTreeMap<String, Vec<String>>>,
    pub tags: Cow<'a, [String]>,
    /// What it needs and was not read.
    pub unread: Vec<UnreadRow<'a>>,
    pub notes: Vec<NoteRow<'a>>,
    /// The permissions of each role that met the rule, once for all who hold the role.
    pub matched: Vec<MatchedRow<'a>>,
    /// The changes that end most of its violations. Not read back: they follow from the findings.
    #[serde(default, skip_deserializing)]
    pub causes: Vec<CauseRow<'a>>,
}

/// A compliance framework.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct FrameworkRow<'a> {
    /// The word that rules use for it.
    pub framework: Cow<'a, str>,
    /// What it is called, if rolelint knows it.
    pub name: Option<Cow<'a, str>>,
    /// The controls that are about access, and those that a rule names.
    pub controls: Vec<ControlRow<'a>>,
}

/// A control, and what its rules say together.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct ControlRow<'a> {
    pub id: Cow<'a, str>,
    /// What it asks for, if rolelint knows it.
    pub title: Option<Cow<'a, str>>,
    /// Null if no rule speaks for it.
    pub verdict: Option<Cow<'a, str>>,
    /// How many things there are of each kind that its rules look at. A kind whose list was not read is left out.
    pub population: BTreeMap<Cow<'a, str>, usize>,
    /// The rules that name it.
    pub rules: Vec<Cow<'a, str>>,
    /// The rules that name it and were not checked.
    pub skipped: Vec<Cow<'a, str>>,
}

/// Something that ends findings if it goes.
#[derive(Default, Serialize, Deserialize, JsonSchema)]
pub struct CauseRow<'a> {
    pub edge: EdgeRow<'a>,
    /// How many findings end with it, and with none of those before it.
    pub findings: usize,
    /// The rules that these violate, where the list is about several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Cow<'a, str>>,
}

/// What can go. A `role` of a `group`, `user` or `service_account`, in a `project` if there is one; a `user` of a `group`;
/// `permissions` of a `role`; several `roles` of a `group`; every grant of a `role`; what belongs to an `owner`; what
/// stands in a `project`. All but the permissions are keys of `things`.
#[derive(Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct EdgeRow<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_account: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<HeldRow<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub permissions: Vec<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<Cow<'a, str>>,
}

/// A role, and the project in which it is held, if it is one: keys of `things`.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct HeldRow<'a> {
    pub role: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<Cow<'a, str>>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
pub struct NoteRow<'a> {
    pub message: Cow<'a, str>,
    pub policy: Region,
    pub unmatched: bool,
}

/// Where a rule stands.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct RuleLines<'a> {
    pub file: Cow<'a, str>,
    /// The line of its id, and its last.
    pub line: u32,
    pub end_line: u32,
    pub id: Region,
}

/// What a rule needs and did not get. Without a detail, the collection was not read; without a collection, the detail
/// is the whole of it.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct UnreadRow<'a> {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collection: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Cow<'a, str>>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
pub struct MatchedRow<'a> {
    /// A key of `things`.
    pub role: Cow<'a, str>,
    pub permissions: Vec<Cow<'a, str>>,
    pub policy: Region,
    /// Which words met which permissions, where more than one pattern did.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub patterns: Vec<PatternRow<'a>>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
pub struct PatternRow<'a> {
    pub permissions: Vec<Cow<'a, str>>,
    pub policy: Region,
}

#[derive(Serialize, Deserialize, JsonSchema)]
pub struct FindingRow<'a> {
    pub rule: Cow<'a, str>,
    #[schemars(extend("enum" = Status::ALL.map(Status::name)))]
    pub status: Cow<'a, str>,
    pub subject: ThingRow<'a>,
    pub message: Cow<'a, str>,
    pub evidence: Vec<EvidenceRow<'a>>,
    pub selected_by: Vec<EvidenceRow<'a>>,
    pub missing: Cow<'a, [String]>,
    pub paths: Vec<PathRow<'a>>,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more_paths: usize,
    pub policy: Region,
    /// The file of that place, where it is another than the rule's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<Cow<'a, str>>,
    pub waiver: Option<WaiverRow<'a>>,
    pub fingerprint: Cow<'a, str>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
pub struct WaiverRow<'a> {
    pub reason: Cow<'a, str>,
    pub owner: Cow<'a, str>,
    pub expires: Cow<'a, str>,
    pub file: Cow<'a, str>,
    pub line: u32,
}

#[derive(Serialize, Deserialize, JsonSchema)]
pub struct PathRow<'a> {
    /// Keys of `things`. If the first is the id of the finding's subject, and no key of another thing, it is the
    /// subject.
    pub via: Vec<Cow<'a, str>>,
    /// An index into the rule's `matched`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matched: Option<usize>,
    /// Which of the conditions that must all hold it is about, the first if absent. Without any path of one of them,
    /// the finding ends; null if it may not.
    #[serde(default = "first", skip_serializing_if = "is_first")]
    pub condition: Option<u8>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
pub struct ThingRow<'a> {
    pub kind: Cow<'a, str>,
    pub id: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<Box<ThingRow<'a>>>,
    /// The owner of a key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Box<ThingRow<'a>>>,
    /// Whether another thing of its kind has the same name.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ambiguous: bool,
}

#[derive(Serialize, Deserialize, JsonSchema)]
pub struct EvidenceRow<'a> {
    pub attribute: Cow<'a, str>,
    pub value: Scalar<'a>,
    /// What a text is, if it is more than a text.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub type_: Option<TextType>,
    /// The bounds of a number that is out of them: `at most 10`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed: Option<Cow<'a, str>>,
    /// A key of `things`: what has the value, if it is not the subject of the finding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<Cow<'a, str>>,
    pub policy: Region,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Scalar<'a> {
    Null,
    Flag(bool),
    Number(u64),
    Text(Cow<'a, str>),
}

#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TextType {
    Time,
    Permission,
    /// Words of the policy that no related thing meets.
    Absent,
}

#[expect(clippy::unnecessary_wraps, reason = "serde takes the type of the field")]
fn first() -> Option<u8> {
    Some(0)
}

#[expect(clippy::trivially_copy_pass_by_ref, clippy::ref_option, reason = "serde gives a reference")]
fn is_first(condition: &Option<u8>) -> bool {
    *condition == Some(0)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// The schema of the report, as a JSON Schema.
pub fn schema() -> serde_json::Value {
    schema_of_written::<Report<'static, Vec<FindingRow<'static>>, BTreeMap<String, ThingRow<'static>>>>()
}
