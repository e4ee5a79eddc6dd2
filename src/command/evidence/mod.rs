//! `rolelint evidence`: everything an auditor needs in one bundle, and whether a bundle is whole.

mod inputs;
mod key;
mod make;
mod verify;

use std::path::PathBuf;

use crate::cli::{Api, Common, Rules};
use crate::console::output::{self, say};
use crate::escape::shown;
use crate::evidence::{self, MANIFEST, sum};
use crate::policy::needs;

use super::check::GateArgs;
use super::exceptions::{BaselineArgs, WaiverArgs};
use super::{Error, Exit, input};
use inputs::Inputs;

#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Args {
    #[command(subcommand)]
    pub action: Option<Action>,
    #[command(flatten)]
    pub make: Make,
}

/// What can be done with a bundle.
#[derive(Debug, clap::Subcommand)]
pub enum Action {
    /// Check the sums of a bundle and compute everything in it again: the same bytes must come out
    Verify(verify::Args),
}

/// What goes into a bundle.
#[derive(Debug, clap::Args)]
pub struct Make {
    /// Write the bundle to FILE, a tar.gz that only you can read
    #[arg(short, long, value_name = "FILE", required = true)]
    pub output: Option<PathBuf>,
    /// Read a snapshot (- is standard input) instead of asking the API
    #[arg(short, long, value_name = "FILE", env = "ROLELINT_SNAPSHOT", hide_env_values = true)]
    pub snapshot: Option<PathBuf>,
    /// Replace names, addresses and ids by pseudonyms, made with the key in KEY-FILE (made if it is not there), and leave
    /// out policies, parameters, waivers and the baseline
    #[arg(long, value_name = "KEY-FILE")]
    pub redact: Option<PathBuf>,
    #[command(flatten)]
    pub gate: GateArgs,
    #[command(flatten)]
    pub waivers: WaiverArgs,
    #[command(flatten)]
    pub baseline: BaselineArgs,
    #[command(flatten)]
    pub rules: Rules,
    #[command(flatten)]
    pub api: Api,
}

impl Args {
    /// Which rules it is about, if it is about rules.
    pub(crate) fn rules(&mut self) -> Option<&mut Rules> {
        self.action.is_none().then_some(&mut self.make.rules)
    }
}

pub(crate) fn run(args: &Args, common: &Common) -> Result<Exit, Error> {
    match &args.action {
        Some(Action::Verify(args)) => verify::run(args, common),
        None => bundle(&args.make, common),
    }
}

fn bundle(args: &Make, common: &Common) -> Result<Exit, Error> {
    let read = input::Inputs::of(common).rules(&args.rules).and(&args.snapshot).and(&args.api.key_file);
    let read = read.and(args.waivers.files()).and(args.baseline.file()).and(&args.redact);
    output::ready(&[args.output.as_deref()], read.files())?;
    let gathered = Inputs::gather(args, input::now())?;
    // Their problems are reported before the API is asked.
    let policies = gathered.judged()?.policies;
    let names = args.redact.as_deref().map(key::pseudonyms).transpose()?;
    let needs = needs(&policies);
    let request = input::Request { as_of: args.gate.as_of, ..input::Request::of(&needs) };
    let facts = input::facts(args.snapshot.as_deref(), &args.api, common, request)?;
    let mut snapshot = Vec::new();
    crate::snapshot::write(&facts.org, &mut snapshot).map_err(|source| Error::Start { source })?;
    let made = match &names {
        Some(names) => make::redacted(&gathered, &snapshot, names)?,
        None => make::make(&gathered, &snapshot)?,
    };
    output::write(args.output.as_deref(), |to| evidence::write(&made.files, to))?;
    let manifest = sum(&made.files[MANIFEST]).sha256;
    if !common.is_quiet() {
        let to = args.output.as_deref().filter(|path| !output::is_stdout(path));
        let to = to.map_or_else(|| "standard output".to_owned(), shown);
        say(&format!("wrote {to}: {} files; {}", made.files.len(), made.verdict));
        say(&format!("SHA-256 of the manifest: {manifest}"));
    }
    Ok(made.exit)
}
