//! `rolelint schema`: the JSON Schema of a kind of file.

use clap::builder::PossibleValue;
use clap::{CommandFactory as _, ValueEnum};

use crate::console::output;
use crate::schema::{What, schema};

use super::{Cli, Error, Exit};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The kind of file: policies, rolelint.yaml, waivers, tests of policies, snapshots, the results of a check in JSON or as JSON Lines, or those
    /// of a comparison or a plan in JSON
    #[arg(value_name = "WHAT", value_enum)]
    pub what: What,
}

impl ValueEnum for What {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}

pub(crate) fn run(args: &Args) -> Result<Exit, Error> {
    let schema = schema(args.what, &Cli::command());
    output::stream(|stdout| writeln!(stdout, "{schema:#}"))?;
    Ok(Exit::Clean)
}
