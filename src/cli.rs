//! The flags that several commands share. The flags of a single command are in its file in `command`.

#![expect(clippy::doc_markdown, reason = "clap shows the doc comments of flags as help")]

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::BoolishValueParser;
use clap::{ArgAction, Args, ValueEnum};

use crate::config::Override;
use crate::console::Color;
use crate::document::nearest;
use crate::finding::Severity;
use crate::org::Collection;
use crate::report::Format;
use crate::time::{Time, parse_duration, parse_timestamp};

/// What every command takes.
#[derive(Debug, Args)]
#[command(next_help_heading = "General options")]
pub struct Common {
    /// When to use colors; auto depends on the terminal, `NO_COLOR`, `FORCE_COLOR`, `CLICOLOR_FORCE` and `TERM`
    #[arg(long, global = true, value_enum, default_value_t, env = "ROLELINT_COLOR", hide_env_values = true)]
    pub color: Color,
    /// Print less: in a report, one line for each rule; -qq prints only warnings and errors
    #[arg(short, long, global = true, action = ArgAction::Count)]
    quiet: u8,
    /// Also print passed rules and every subject; -vv also prints every request
    #[arg(short, long, global = true, action = ArgAction::Count)]
    verbose: u8,
    /// Configuration file [default: rolelint.yaml or .github/rolelint.yaml, here or in the nearest folder above]
    #[arg(long, global = true, value_name = "FILE", env = "ROLELINT_CONFIG", hide_env_values = true)]
    pub config: Option<PathBuf>,
    /// Use no configuration file; --no-FLAG ignores what it and the environment say about one flag (--no-skip)
    #[arg(long, global = true, conflicts_with = "config")]
    pub no_config: bool,
    /// Work with N threads; the output does not depend on it [default: one for each core]
    #[arg(long, global = true, hide = true, value_name = "N")]
    pub threads: Option<NonZeroUsize>,
    /// Show no progress: no bars on a terminal, and no line a minute elsewhere
    #[arg(long, global = true, overrides_with = "progress", env = "ROLELINT_NO_PROGRESS", hide_env_values = true, value_parser = BoolishValueParser::new())]
    no_progress: bool,
    /// Show progress, whatever the environment says
    #[arg(long, global = true, overrides_with = "no_progress")]
    progress: bool,
}

impl Common {
    /// How much is printed: each -v is one more, each -q one less.
    pub fn level(&self) -> i16 {
        i16::from(self.verbose) - i16::from(self.quiet)
    }

    /// Whether only findings, warnings and errors are printed.
    pub fn is_quiet(&self) -> bool {
        self.level() < 0
    }

    /// Whether every request is printed.
    pub fn traces(&self) -> bool {
        self.level() >= 2
    }

    /// Whether to show progress if there is a terminal. Among traced requests it would be unreadable.
    pub fn shows_progress(&self) -> bool {
        (self.progress || !self.no_progress) && !self.is_quiet() && !self.traces()
    }
}

/// How to reach the API. The key comes from OPENAI_ADMIN_KEY or a file, never from the command line.
#[derive(Debug, Args)]
#[command(next_help_heading = "API")]
pub struct Api {
    /// Read the admin key from FILE (- is standard input) instead of OPENAI_ADMIN_KEY
    #[arg(long, value_name = "FILE", env = "ROLELINT_KEY_FILE", hide_env_values = true)]
    pub key_file: Option<PathBuf>,
    /// API base URL, including the version
    #[arg(
        long,
        value_name = "URL",
        env = "OPENAI_BASE_URL",
        hide_env_values = true,
        default_value = "https://api.openai.com/v1"
    )]
    pub base_url: String,
    /// Organization, if the key belongs to several
    #[arg(long, value_name = "ID", env = "OPENAI_ORG_ID", hide_env_values = true)]
    pub organization: Option<String>,
    /// Organization name to use if the API sends none; an error if the API sends another name
    #[arg(long, value_name = "NAME", env = "ROLELINT_ORGANIZATION_NAME", hide_env_values = true, value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub organization_name: Option<String>,
    /// Maximum concurrent requests
    #[arg(long, value_name = "N", default_value_t = 8, env = "ROLELINT_CONCURRENCY", hide_env_values = true,
          value_parser = clap::value_parser!(u16).range(1..=64))]
    pub concurrency: u16,
    /// Send each endpoint at most N requests per minute [default: adaptive]
    #[arg(long, value_name = "N", value_parser = rate, env = "ROLELINT_RATE", hide_env_values = true)]
    pub rate: Option<f64>,
    /// Timeout for each attempt at a request
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration, env = "ROLELINT_TIMEOUT", hide_env_values = true)]
    pub timeout: Duration,
    /// Stop sending requests after running for this long; whatever is unread by then is unknown [default: no limit]
    #[arg(long, value_name = "TIME", value_parser = duration, env = "ROLELINT_DEADLINE", hide_env_values = true)]
    pub deadline: Option<Duration>,
    /// Trust the CA certificates in FILE (PEM) in addition to the system's
    #[arg(long, value_name = "FILE", env = "ROLELINT_CA_FILE", hide_env_values = true)]
    pub ca_file: Option<PathBuf>,
    /// Delay before the first retry of a failed request; doubles up to 60s
    #[arg(long, value_name = "TIME", default_value = "500ms", value_parser = duration, env = "ROLELINT_RETRY_DELAY", hide_env_values = true)]
    pub retry_delay: Duration,
}

/// A parameter with its value, and where that was set.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its value in YAML, or `@FILE`.
    pub value: String,
    /// What set it: a flag, a variable, a line of the configuration.
    pub from: String,
}

/// Which policies are loaded, which of their rules are checked, and with which parameters.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Rules")]
pub struct Rules {
    /// Policy files, folders or globs; without any, the built-in rules
    #[arg(value_name = "PATH", help_heading = None::<&str>)]
    pub paths: Vec<PathBuf>,
    /// The same as PATH; repeatable
    #[arg(short, long, value_name = "PATH", env = "ROLELINT_POLICY", hide_env_values = true)]
    pub policy: Vec<PathBuf>,
    /// Judge only this rule, or rules that match a glob; repeatable or comma-separated
    #[arg(long, value_name = "RULE", value_delimiter = ',', env = "ROLELINT_ONLY", hide_env_values = true)]
    pub only: Vec<String>,
    /// Skip this rule, or rules that match a glob; repeatable or comma-separated
    #[arg(long, value_name = "RULE", value_delimiter = ',', env = "ROLELINT_SKIP", hide_env_values = true)]
    pub skip: Vec<String>,
    /// Judge only rules with this tag; repeatable or comma-separated
    #[arg(long, value_name = "TAG", value_delimiter = ',', env = "ROLELINT_TAG", hide_env_values = true)]
    pub tag: Vec<String>,
    /// Set a policy parameter to a YAML value, such as max_owners=3
    #[arg(long, value_name = "NAME=VALUE", value_parser = assignment, env = "ROLELINT_PARAM", hide_env_values = true)]
    pub param: Vec<Parameter>,
    /// Set parameters from a YAML mapping in FILE; --param takes precedence
    #[arg(long, value_name = "FILE", env = "ROLELINT_PARAM_FILE", hide_env_values = true)]
    pub param_file: Vec<PathBuf>,
    /// The parameters of the environment and the configuration that files of parameters go over.
    #[arg(skip)]
    pub param_below: Vec<Parameter>,
    /// What the configuration changes about single rules.
    #[arg(skip)]
    pub overrides: Vec<Override>,
}

impl ValueEnum for Severity {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.name()))
    }
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.name()))
    }
}

fn duration(text: &str) -> Result<Duration, String> {
    let parsed: Option<Duration> = text.parse().ok().and_then(|length: jiff::SignedDuration| length.try_into().ok());
    parsed.filter(|length| !length.is_zero()).ok_or_else(|| "write a duration such as 500ms, 30s or 2m".to_owned())
}

fn rate(text: &str) -> Result<f64, String> {
    let rate = text.parse().ok().filter(|rate: &f64| rate.is_finite() && *rate >= 0.1);
    rate.ok_or_else(|| "write a number of requests per minute, 0.1 or more".to_owned())
}

pub(crate) fn collection(text: &str) -> Result<Collection, String> {
    let name = text.replace('-', "_");
    let names = || Collection::ALL.map(Collection::name).into_iter();
    Collection::named(&name).ok_or_else(|| {
        let near = nearest(&name, names()).or_else(|| names().find(|known| known.ends_with(&name)));
        let near = near.map_or_else(String::new, |near| format!("did you mean {near}? "));
        format!("{near}write one of: {}", names().collect::<Vec<_>>().join(", "))
    })
}

pub(crate) fn length(text: &str) -> Result<i64, String> {
    parse_duration(text).map_err(str::to_owned)
}

pub(crate) fn when(text: &str) -> Result<Time, String> {
    parse_timestamp(text).map_err(str::to_owned)
}

pub(crate) fn report(text: &str) -> Result<(Format, PathBuf), String> {
    let all = || Format::ALL.map(Format::name).join(", ");
    let (name, path) = text.split_once('=').filter(|(_, path)| !path.is_empty()).ok_or("write FORMAT=PATH")?;
    let format = Format::named(name);
    Ok((format.ok_or_else(|| format!("the format is one of: {}", all()))?, PathBuf::from(path)))
}

/// A parameter as it is set: on the command line, unless it says otherwise.
pub(crate) fn assignment(text: &str) -> Result<Parameter, String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE")?;
    let name = name.trim().to_owned();
    Ok(Parameter { from: format!("--param {name}"), name, value: value.to_owned() })
}
