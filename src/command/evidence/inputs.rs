//! All that a verdict rests on besides the organization, as texts and values: what the manifest says, and what is judged.

use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Make;
use crate::cli::Parameter;
use crate::command::Error;
use crate::command::judged::{self, Judged};
use crate::config::{Config, Override};
use crate::document::SourceText;
use crate::escape::shown;
use crate::evidence::Error as BundleError;
use crate::exceptions::{Baseline, Terms, Waivers, read_waivers};
use crate::finding::{Gate, Severity};
use crate::policy::{Overrides, Selection, Sources};
use crate::time::Time;

/// A text with its name in reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    pub name: String,
    pub text: String,
}

impl Text {
    pub fn source(&self) -> Arc<SourceText> {
        Arc::new(SourceText::new(self.name.clone(), self.text.clone()))
    }
}

/// What a verdict rests on.
#[derive(Clone, Debug)]
pub struct Inputs {
    pub settings: Settings,
    /// The policies, and those that they extend.
    pub policies: Sources,
    pub param_files: Vec<Text>,
    /// The lists that parameters name, such as `--param approved=@people.txt`.
    pub lists: Vec<Text>,
    pub waivers: Vec<Text>,
    pub baseline: Option<Text>,
    /// The configuration, if it changes rules.
    pub config: Option<Text>,
}

/// The values of the flags, and the moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// When the bundle was made: from then on ages and waivers count.
    pub now: Time,
    pub as_of: Option<Time>,
    pub only: Vec<String>,
    pub skip: Vec<String>,
    pub tag: Vec<String>,
    /// Parameters that the files of parameters go over.
    pub params_below: Vec<Parameter>,
    pub params: Vec<Parameter>,
    pub fail_on: String,
    pub strict: bool,
    pub max_age: Option<i64>,
    pub exit_zero: bool,
    pub strict_baseline: bool,
    pub max_waiver: i64,
    pub expiring_within: i64,
}

impl Inputs {
    /// What these flags name.
    pub fn gather(args: &Make, now: Time) -> Result<Self, Error> {
        let gate = args.gate.gate();
        let rules = &args.rules;
        let text = |path: &Path| {
            let text = judged::list(path)?;
            Ok(Text { name: path.to_string_lossy().into_owned(), text })
        };
        let waivers = |path: &&Path| Ok(Text { name: shown(path), text: read_waivers(path)? });
        let baseline =
            args.baseline.file().map(|path| Ok::<_, Error>(Text { name: shown(path), text: Baseline::text(path)? }));
        let lists = rules.param.iter().filter_map(|one| one.value.strip_prefix('@'));
        let source = |source: &SourceText| Text { name: source.name.clone(), text: source.text.clone() };
        Ok(Self {
            settings: Settings {
                now,
                as_of: args.gate.as_of,
                only: rules.only.clone(),
                skip: rules.skip.clone(),
                tag: rules.tag.clone(),
                params_below: rules.param_below.clone(),
                params: rules.param.clone(),
                fail_on: gate.fail_on.name().to_owned(),
                strict: gate.strict,
                max_age: gate.max_age,
                exit_zero: gate.exit_zero,
                strict_baseline: args.baseline.is_strict(),
                max_waiver: args.waivers.max_waiver,
                expiring_within: args.waivers.expiring_within,
            },
            policies: Sources::at(&[&rules.paths[..], &rules.policy].concat())?,
            param_files: rules.param_file.iter().map(|path| text(path)).collect::<Result<_, Error>>()?,
            lists: lists.map(|path| text(Path::new(path))).collect::<Result<_, Error>>()?,
            waivers: args.waivers.files().iter().map(waivers).collect::<Result<_, Error>>()?,
            baseline: baseline.transpose()?,
            config: rules.overrides.first().map(|first| source(first.source())),
        })
    }

    /// The rules that are judged.
    pub fn judged(&self) -> Result<Judged, Error> {
        let mut params = Overrides::default();
        for Parameter { name, value, from } in &self.settings.params_below {
            params.set(name, value, from)?;
        }
        for file in &self.param_files {
            params.set_all(&file.name, &file.text)?;
        }
        for Parameter { name, value, from } in &self.settings.params {
            match value.strip_prefix('@') {
                Some(path) => params.set_lines(name, path, self.list(path)?),
                None => params.set(name, value, from)?,
            }
        }
        let changes: Vec<Override> = match &self.config {
            Some(config) => Config::parse(&config.source(), Path::new(""))?.overrides().to_vec(),
            None => Vec::new(),
        };
        let Settings { only, skip, tag, .. } = &self.settings;
        let selection = Selection { only, skip, tags: tag };
        Judged::of(self.policies.read(&params)?, selection, &changes, self.terms().now)
    }

    fn list(&self, path: &str) -> Result<&str, Error> {
        let list = self.lists.iter().find(|list| list.name == path);
        let missing = || BundleError::Manifest { why: "it names a list that is not there".to_owned() };
        Ok(&list.ok_or_else(missing)?.text)
    }

    /// On what terms waivers count.
    pub fn terms(&self) -> Terms {
        let Settings { now, as_of, max_waiver, expiring_within, .. } = self.settings;
        Terms { now: as_of.map_or(now, |as_of| as_of.max(now)), longest: max_waiver, expiring_within }
    }

    pub fn waivers(&self) -> Result<Waivers, Error> {
        let sources: Vec<_> = self.waivers.iter().map(Text::source).collect();
        Ok(Waivers::read(&sources, &self.terms())?)
    }

    pub fn baseline(&self) -> Result<Baseline, Error> {
        let Some(baseline) = &self.baseline else { return Ok(Baseline::default()) };
        Ok(Baseline::read(baseline.name.clone(), &baseline.text)?)
    }

    pub fn gate(&self) -> Option<Gate> {
        let Settings { fail_on, strict, max_age, exit_zero, strict_baseline, .. } = &self.settings;
        Some(Gate {
            fail_on: Severity::named(fail_on)?,
            strict: *strict,
            max_age: *max_age,
            exit_zero: *exit_zero,
            strict_baseline: *strict_baseline,
        })
    }
}
