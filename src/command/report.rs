//! `rolelint report`: the results of a check in another format.

use std::path::PathBuf;

use crate::bounded;
use crate::cli::Common;
use crate::report::read;
use crate::snapshot;

use super::input::Inputs;
use super::reports::Reports;
use super::{Error, Exit};

/// The largest file of results, in bytes.
const LARGEST: u64 = 4 << 30;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The JSON report of a check, or the same as JSON Lines (- is standard input)
    #[arg(value_name = "RESULTS")]
    pub results: PathBuf,
    /// The snapshot that was checked, for formats that also show who holds what (html, xlsx)
    #[arg(short, long, value_name = "FILE")]
    pub snapshot: Option<PathBuf>,
    #[command(flatten)]
    pub reports: Reports,
}

pub(crate) fn run(args: &Args, common: &Common) -> Result<Exit, Error> {
    args.reports.ready(None, &Inputs::of(common).and([&args.results]).and(&args.snapshot))?;
    let path = &args.results;
    let json = if path.as_os_str() == "-" {
        bounded::read_text(std::io::stdin().lock(), LARGEST)
    } else {
        bounded::read(path, LARGEST)
    };
    let json = json.map_err(|source| Error::Results { path: path.clone(), source })?;
    let outcome = read(json.as_bytes()).map_err(|source| Error::NoResults { path: path.clone(), source })?;
    let read = args.snapshot.as_deref().map(snapshot::open).transpose()?;
    if let Some(read) = read.as_ref().filter(|read| read.digest != outcome.digest) {
        return Err(Error::OtherSnapshot { results: outcome.digest, snapshot: read.digest.clone() });
    }
    args.reports.write(&outcome, read.as_ref().map(|read| &read.org), common)
}
