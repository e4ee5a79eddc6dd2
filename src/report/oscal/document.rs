//! The part of OSCAL that an assessment of access needs, field by field.

use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Document {
    pub assessment_results: AssessmentResults,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct AssessmentResults {
    pub uuid: String,
    pub metadata: Metadata,
    pub import_ap: Import,
    pub results: [AssessmentResult; 1],
    pub back_matter: BackMatter,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Metadata {
    pub title: String,
    pub last_modified: String,
    pub version: &'static str,
    pub oscal_version: &'static str,
}

#[derive(Serialize)]
pub struct Import {
    pub href: String,
}

#[derive(Serialize)]
pub struct BackMatter {
    pub resources: [Resource; 1],
}

#[derive(Serialize)]
pub struct Resource {
    pub uuid: String,
    pub title: String,
    pub description: String,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct AssessmentResult {
    pub uuid: String,
    pub title: String,
    pub description: String,
    pub start: String,
    pub end: String,
    #[serde(skip_serializing_if = "LocalDefinitions::is_empty")]
    pub local_definitions: LocalDefinitions,
    pub reviewed_controls: ReviewedControls,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub observations: Vec<Observation>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<RuleFinding>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remarks: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct LocalDefinitions {
    pub inventory_items: Vec<Item>,
}

impl LocalDefinitions {
    fn is_empty(&self) -> bool {
        self.inventory_items.is_empty()
    }
}

#[derive(Serialize)]
pub struct Item {
    pub uuid: String,
    pub description: String,
    pub props: Vec<Property>,
}

#[derive(Serialize)]
pub struct Property {
    pub name: &'static str,
    pub ns: &'static str,
    pub value: String,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ReviewedControls {
    pub control_selections: [Selection; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Selection {
    pub description: &'static str,
    pub include_controls: Vec<Control>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Control {
    pub control_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Observation {
    pub uuid: String,
    pub title: String,
    pub description: String,
    pub props: Vec<Property>,
    pub methods: [&'static str; 1],
    pub types: [&'static str; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub subjects: Vec<Subject>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub relevant_evidence: Vec<Evidence>,
    pub collected: String,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Subject {
    pub subject_uuid: String,
    #[serde(rename = "type")]
    pub kind: &'static str,
}

#[derive(Serialize)]
pub struct Evidence {
    pub description: String,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct RuleFinding {
    pub uuid: String,
    pub title: String,
    pub description: String,
    pub props: Vec<Property>,
    pub target: Target,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub related_observations: Vec<Related>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Target {
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub target_id: String,
    pub status: TargetStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remarks: Option<String>,
}

#[derive(Serialize)]
pub struct TargetStatus {
    pub state: &'static str,
    pub reason: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Related {
    pub observation_uuid: String,
}
