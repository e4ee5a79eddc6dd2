//! The bundle from its inputs: the same inputs make the same bytes, which is how a bundle is verified.

use std::collections::BTreeMap;
use std::io;

use serde::{Deserialize, Serialize};

use super::inputs::{Inputs, Settings, Text};
use crate::access::Query;
use crate::check::check;
use crate::command::register::register;
use crate::command::{Error, Exit};
use crate::console::output::warn;
use crate::evidence::{Error as BundleError, Files, MANIFEST, Sum, sum};
use crate::exceptions::doubt_old_facts;
use crate::finding::Outcome;
use crate::report::{Format, RegisterFormat, TextStyle, plain_summary, render, render_coverage, render_register};
use crate::snapshot;

/// The version of the layout.
const VERSION: u32 = 2;
const SNAPSHOT: &str = "snapshot.jsonl";

/// A bundle.
pub struct Made {
    pub files: Files,
    pub verdict: String,
    pub exit: Exit,
}

/// What stands in the manifest.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub bundle: u32,
    /// The version of rolelint that made it.
    pub rolelint: String,
    pub organization: String,
    pub settings: Settings,
    /// The names that the input files go by in reports, by their names in the bundle.
    pub names: BTreeMap<String, String>,
    pub files: BTreeMap<String, Sum>,
}

/// Makes the bundle of these inputs and this snapshot.
pub fn make(inputs: &Inputs, snapshot: &[u8]) -> Result<Made, Error> {
    let read = snapshot::read(SNAPSHOT, snapshot)?;
    let outcome = judge(inputs, &read)?;
    let mut files = Files::new();
    let mut names = BTreeMap::new();
    for (folder, texts) in inputs.folders() {
        for (at, text) in texts.iter().enumerate() {
            let path = format!("{folder}/{:03}", at + 1);
            names.insert(path.clone(), text.name.clone());
            files.insert(path, text.text.clone().into_bytes());
        }
    }
    let register = register(&read.org, &outcome.policies);
    let mut add = |name: &str, fill: &dyn Fn(&mut dyn io::Write) -> io::Result<()>| {
        let mut bytes = Vec::new();
        fill(&mut bytes).expect("memory takes everything");
        files.insert(name.to_owned(), bytes);
    };
    let style = TextStyle { now: inputs.settings.now, ..TextStyle::default() };
    add(SNAPSHOT, &|to| to.write_all(snapshot));
    add("results.json", &|to| render(Format::Json, &outcome, None, style, to));
    add("report.html", &|to| render(Format::Html, &outcome, Some(&register), style, to));
    add("findings.csv", &|to| render(Format::Csv, &outcome, None, style, to));
    add("access.csv", &|to| render_register(RegisterFormat::Csv, &register, &Query::default(), to));
    add("coverage.csv", &|to| render_coverage(&outcome, to));
    let manifest = Manifest {
        bundle: VERSION,
        rolelint: env!("CARGO_PKG_VERSION").to_owned(),
        organization: read.org.source.organization.to_string(),
        settings: inputs.settings.clone(),
        names,
        files: files.iter().map(|(name, bytes)| (name.clone(), sum(bytes))).collect(),
    };
    let mut text = serde_json::to_vec_pretty(&manifest).expect("it has nothing that is not JSON");
    text.push(b'\n');
    files.insert(MANIFEST.to_owned(), text);
    Ok(Made { files, verdict: plain_summary(&outcome), exit: outcome.ending().into() })
}

/// The verdict, as `rolelint check` comes to it.
fn judge(inputs: &Inputs, read: &snapshot::Read) -> Result<Outcome, Error> {
    let judged = inputs.judged()?;
    let (waivers, baseline) = (inputs.waivers()?, inputs.baseline()?);
    let org = &read.org;
    baseline.belongs_to(&org.source.organization)?;
    let mut outcome = check(org, &judged.policies, inputs.settings.as_of.unwrap_or(org.source.collected_at));
    outcome.digest.clone_from(&read.digest);
    outcome.skipped = judged.skipped;
    outcome.exceptions = judged.overridden;
    outcome.gate = inputs.gate().ok_or_else(|| unreadable("`fail_on` is no severity"))?;
    if let Some(old) = doubt_old_facts(&mut outcome, inputs.settings.now) {
        warn(&old);
    }
    if outcome.gate.strict {
        outcome.doubt_unmatched();
    }
    waivers.apply(&mut outcome, org, &inputs.terms());
    baseline.apply(&mut outcome);
    Ok(outcome)
}

fn unreadable(why: &str) -> Error {
    BundleError::Manifest { why: why.to_owned() }.into()
}

impl Inputs {
    /// The texts, by the folder that they are in.
    fn folders(&self) -> [(&'static str, Vec<Text>); 5] {
        [
            ("policies", self.policies.clone()),
            ("params", self.param_files.clone()),
            ("waivers", self.waivers.clone()),
            ("baseline", self.baseline.iter().cloned().collect()),
            ("config", self.config.iter().cloned().collect()),
        ]
    }

    /// The inputs and the snapshot of a bundle.
    pub fn of(manifest: &Manifest, files: &Files) -> Result<(Self, Vec<u8>), Error> {
        if manifest.bundle != VERSION {
            return Err(unreadable("it is of another version of bundles"));
        }
        let texts = |folder: &str| -> Result<Vec<Text>, Error> {
            let within = manifest.names.iter().filter(|(path, _)| path.split('/').next() == Some(folder));
            let text = |(path, name): (&String, &String)| {
                let bytes = files.get(path).ok_or_else(|| unreadable("it names a file that is not there"))?;
                let text = String::from_utf8(bytes.clone()).map_err(|_| unreadable("an input is no text"))?;
                Ok(Text { name: name.clone(), text })
            };
            within.map(text).collect()
        };
        let snapshot = files.get(SNAPSHOT).ok_or_else(|| unreadable("there is no snapshot"))?.clone();
        let inputs = Self {
            settings: manifest.settings.clone(),
            policies: texts("policies")?,
            param_files: texts("params")?,
            waivers: texts("waivers")?,
            baseline: texts("baseline")?.pop(),
            config: texts("config")?.pop(),
        };
        Ok((inputs, snapshot))
    }
}
