//! The bundle from its inputs: the same inputs make the same bytes, which is how a bundle is verified.

use std::collections::BTreeMap;
use std::io;

use serde::{Deserialize, Serialize};

use super::inputs::{Inputs, Settings, Text};
use crate::access::{Query, Register};
use crate::check::check;
use crate::command::register::register;
use crate::command::{Error, Exit};
use crate::console::output::warn;
use crate::evidence::{Error as BundleError, Files, MANIFEST, Sum, sum};
use crate::exceptions::doubt_old_facts;
use crate::finding::Outcome;
use crate::policy::Sources;
use crate::pseudonym::Pseudonyms;
use crate::report::{Format, RegisterFormat, TextStyle, plain_summary, render, render_coverage, render_register};
use crate::snapshot;

/// The version of the layout.
const VERSION: u32 = 4;
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
    /// What the verdict was computed with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<Settings>,
    /// What the verdict was computed from, by the names in the bundle.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub inputs: BTreeMap<String, Input>,
    /// In place of the two, if the bundle has pseudonyms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redacted: Option<Redacted>,
    pub files: BTreeMap<String, Sum>,
}

/// A file that a verdict was computed from.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Its name in reports.
    name: String,
    /// Whether nobody named it, but another policy extends it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    extended: bool,
    /// What each entry of its `extends` is in the bundle.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    extends: BTreeMap<String, String>,
}

/// What a bundle with pseudonyms says about what it leaves out.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Redacted {
    /// Which key made the pseudonyms.
    key: String,
    /// The inputs that were left out, each with a digest by that key: whoever has the key and the file can show that the
    /// verdict was computed from it.
    left_out: BTreeMap<String, String>,
}

/// Makes the bundle of these inputs and this snapshot.
pub fn make(inputs: &Inputs, snapshot: &[u8]) -> Result<Made, Error> {
    let read = snapshot::read(SNAPSHOT, snapshot)?;
    let outcome = judge(inputs, &read)?;
    let mut files = reports(inputs, snapshot, &outcome, &register(&read.org, &outcome.policies));
    let mut names = BTreeMap::new();
    for (path, text, input) in inputs.texts() {
        files.insert(path.clone(), text.into_bytes());
        names.insert(path, input);
    }
    let manifest = Manifest {
        settings: Some(inputs.settings.clone()),
        inputs: names,
        ..Manifest::of(read.org.source.organization.to_string(), &files)
    };
    Ok(Made::of(files, &manifest, &outcome))
}

/// Makes the bundle with pseudonyms in place of names, addresses and ids, and without what people wrote.
pub fn redacted(inputs: &Inputs, snapshot: &[u8], names: &Pseudonyms) -> Result<Made, Error> {
    let read = snapshot::read(SNAPSHOT, snapshot)?;
    let outcome = judge(inputs, &read)?;
    let org = snapshot::redacted(&read.org, names);
    let mut bytes = Vec::new();
    let digest = snapshot::write(&org, &mut bytes).expect("memory takes everything");
    let about = Outcome { digest, ..check(&org, &[], outcome.as_of) };
    // Which permissions count as privileged is what the policies say.
    let register = register(&org, &outcome.policies);
    let outcome = outcome.redacted(names, about);
    let files = reports(inputs, &bytes, &outcome, &register);
    let left_out = inputs.texts().into_iter().map(|(path, text, _)| (path, names.seal(text.as_bytes()))).collect();
    let manifest = Manifest {
        redacted: Some(Redacted { key: names.key_id(), left_out }),
        ..Manifest::of(org.source.organization.to_string(), &files)
    };
    Ok(Made::of(files, &manifest, &outcome))
}

impl Manifest {
    fn of(organization: String, files: &Files) -> Self {
        Self {
            bundle: VERSION,
            rolelint: env!("CARGO_PKG_VERSION").to_owned(),
            organization,
            settings: None,
            inputs: BTreeMap::new(),
            redacted: None,
            files: files.iter().map(|(name, bytes)| (name.clone(), sum(bytes))).collect(),
        }
    }
}

impl Made {
    fn of(mut files: Files, manifest: &Manifest, outcome: &Outcome) -> Self {
        let mut text = serde_json::to_vec_pretty(manifest).expect("it has nothing that is not JSON");
        text.push(b'\n');
        files.insert(MANIFEST.to_owned(), text);
        Self { files, verdict: plain_summary(outcome), exit: outcome.ending().into() }
    }
}

/// The snapshot, and what is reported of it.
fn reports(inputs: &Inputs, snapshot: &[u8], outcome: &Outcome, register: &Register<'_>) -> Files {
    let mut files = Files::new();
    let mut add = |name: &str, fill: &dyn Fn(&mut dyn io::Write) -> io::Result<()>| {
        let mut bytes = Vec::new();
        fill(&mut bytes).expect("memory takes everything");
        files.insert(name.to_owned(), bytes);
    };
    let style = TextStyle { now: inputs.settings.now, ..TextStyle::default() };
    add(SNAPSHOT, &|to| to.write_all(snapshot));
    add("results.json", &|to| render(Format::Json, outcome, None, style, to));
    add("report.html", &|to| render(Format::Html, outcome, Some(register), style, to));
    add("findings.csv", &|to| render(Format::Csv, outcome, None, style, to));
    add("access.csv", &|to| render_register(RegisterFormat::Csv, register, &Query::default(), style.width, to));
    add("coverage.csv", &|to| render_coverage(outcome, to));
    files
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
    outcome.gate = inputs.gate().ok_or_else(|| unreadable("`fail_on` is not a severity"))?;
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

/// The name of a file in the bundle: with as many digits as sort any number of them that a bundle holds.
fn path(folder: &str, at: usize) -> String {
    format!("{folder}/{:04}", at + 1)
}

impl Inputs {
    /// The texts by their names in the bundle, with what the manifest says about each.
    fn texts(&self) -> Vec<(String, String, Input)> {
        let policies = self.policies.files().iter().enumerate().map(|(at, file)| {
            let extends = file.entries.iter().map(|(entry, to)| (entry.clone(), path("policies", *to)));
            let name = file.source.name.clone();
            let input = Input { name, extended: file.extended, extends: extends.collect() };
            (path("policies", at), file.source.text.clone(), input)
        });
        let others: [(&str, &[Text]); 5] = [
            ("params", &self.param_files),
            ("lists", &self.lists),
            ("waivers", &self.waivers),
            ("baseline", self.baseline.as_slice()),
            ("config", self.config.as_slice()),
        ];
        let others = others.into_iter().flat_map(|(folder, texts)| {
            texts.iter().enumerate().map(move |(at, Text { name, text })| {
                let input = Input { name: name.clone(), extended: false, extends: BTreeMap::new() };
                (path(folder, at), text.clone(), input)
            })
        });
        policies.chain(others).collect()
    }

    /// The inputs and the snapshot of a bundle.
    pub fn of(manifest: &Manifest, files: &Files) -> Result<(Self, Vec<u8>), Error> {
        if manifest.bundle != VERSION {
            return Err(unreadable("it is of another version of bundles"));
        }
        let settings = manifest.settings.clone().ok_or_else(|| unreadable("it has no settings"))?;
        let within = |folder: &'static str| {
            let inputs = manifest.inputs.iter();
            inputs.filter(move |(path, _)| path.split('/').next() == Some(folder))
        };
        let text = |(path, input): (&String, &Input)| -> Result<Text, Error> {
            let bytes = files.get(path).ok_or_else(|| unreadable("it names a file that is not there"))?;
            let text = String::from_utf8(bytes.clone()).map_err(|_| unreadable("an input is not text"))?;
            Ok(Text { name: input.name.clone(), text })
        };
        let texts = |folder| within(folder).map(text).collect::<Result<Vec<Text>, Error>>();
        let places: BTreeMap<&String, usize> = within("policies").zip(0..).map(|((path, _), at)| (path, at)).collect();
        let policies = within("policies").map(|(path, input)| {
            let place = |(entry, to): (&String, &String)| {
                let to = places.get(to).ok_or_else(|| unreadable("a policy extends one that is not there"))?;
                Ok((entry.clone(), *to))
            };
            let entries = input.extends.iter().map(place).collect::<Result<_, Error>>()?;
            Ok((text((path, input))?.source(), input.extended, entries))
        });
        let snapshot = files.get(SNAPSHOT).ok_or_else(|| unreadable("there is no snapshot"))?.clone();
        let inputs = Self {
            settings,
            policies: Sources::kept(policies.collect::<Result<Vec<_>, Error>>()?),
            param_files: texts("params")?,
            lists: texts("lists")?,
            waivers: texts("waivers")?,
            baseline: texts("baseline")?.pop(),
            config: texts("config")?.pop(),
        };
        Ok((inputs, snapshot))
    }
}
