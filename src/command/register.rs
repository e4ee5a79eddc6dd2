//! The register of who holds what, with the permissions that count as privileged.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::ValueEnum;
use clap::builder::PossibleValue;
use serde_json::Value;

use crate::access::{Asked, Query, Register};
use crate::check::meets_any;
use crate::cli::{Api, Common};
use crate::console::{Terminal, output};
use crate::finding::PolicyFile;
use crate::org::{Collection, Org, Truth};
use crate::policy::{Case, Needs, Overrides, Pattern, load};
use crate::report::{RegisterFormat, render_register};

use super::input::{self, Request};
use super::{Error, Exit};

/// The parameter that says which permissions let their holder gain access.
const PRIVILEGED: &str = "privileged";

/// The register of an organization. Privileged is what the parameter of these policies says, else that of the built-in ones.
pub(crate) fn register<'o>(org: &'o Org, policies: &[PolicyFile]) -> Register<'o> {
    let own = patterns(policies);
    let patterns = if own.is_empty() { built_in() } else { own };
    let Asked { mut certain, unclear } = asked(org, &patterns);
    // What may be privileged is looked at, too.
    certain.extend(unclear);
    Register::new(org, certain)
}

/// The permissions of roles that these patterns mean, or that cover some that they mean.
pub(crate) fn asked(org: &Org, patterns: &[Pattern]) -> Asked {
    let mut asked = Asked::default();
    for symbol in org.roles.iter().flat_map(|role| role.permissions.value().into_iter().flatten().copied()) {
        match meets_any(patterns, org.symbols.text(symbol)) {
            Truth::Yes => _ = asked.certain.insert(symbol),
            Truth::Unknown => _ = asked.unclear.insert(symbol),
            Truth::No => {}
        }
    }
    asked
}

fn built_in() -> Vec<Pattern> {
    let policies = load(&[], &Overrides::default()).expect("the built-in policies load");
    patterns(&policies.into_iter().map(|policy| policy.file).collect::<Vec<_>>())
}

fn patterns(policies: &[PolicyFile]) -> Vec<Pattern> {
    let values = policies.iter().filter_map(|policy| policy.params.get(PRIVILEGED));
    let texts = values.flat_map(|value| match value {
        Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
        Value::String(one) => vec![one.as_str()],
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
    });
    // A value that is not a valid pattern is used as something else.
    texts.filter_map(|text| Pattern::glob(text, Case::Exact, 0..text.len()).ok()).collect()
}

/// What the commands about the register take.
#[derive(Debug, clap::Args)]
pub struct RegisterArgs {
    /// Read a snapshot (- is standard input) instead of asking the API
    #[arg(short, long, value_name = "FILE", env = "ROLELINT_SNAPSHOT", hide_env_values = true)]
    pub snapshot: Option<PathBuf>,
    /// Output format
    #[arg(short, long, value_enum, default_value_t)]
    pub format: RegisterFormat,
    /// Write to FILE [default: -, standard output]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub api: Api,
}

impl ValueEnum for RegisterFormat {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}

/// Which part of the register is asked for.
pub(super) enum Subject {
    /// This.
    Asked(Query),
    /// Something could not be read; the user has been told.
    Unknown,
}

/// Reads the organization and writes what of its register is asked for.
pub(super) fn write(
    args: &RegisterArgs,
    common: &Common,
    asked: impl FnOnce(&Register<'_>) -> Result<Subject, Error>,
) -> Result<Exit, Error> {
    let inputs = input::Inputs::of(common).and(&args.snapshot).and(&args.api.key_file);
    output::ready(&[args.output.as_deref()], inputs.files())?;
    output::ready_for(args.format.name(), args.format.is_binary(), args.output.as_deref())?;
    let org = if let Some(path) = &args.snapshot {
        input::read(path, &args.api)?.0
    } else {
        // Keys tell when a service account was last used.
        let collections = Collection::GRANTS.iter().copied().chain([Collection::ApiKeys]);
        let needs = Needs::all(collections.collect());
        input::collect(&args.api, common, Request::of(&needs))?.0.org
    };
    let register = Register::new(&org, BTreeSet::new());
    let width = Terminal::stdout(common.color).width;
    let Subject::Asked(query) = asked(&register)? else { return Ok(Exit::Unknown) };
    output::write(args.output.as_deref(), |to| render_register(args.format, &register, &query, width, to))?;
    if register.is_complete(&query) {
        return Ok(Exit::Clean);
    }
    output::warn("this list may be incomplete: the lines with `unknown` say what is missing");
    Ok(Exit::Unknown)
}
