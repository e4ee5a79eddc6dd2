//! `rolelint fetch`: collect everything, and write it down.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::atomic::try_out;
use crate::cli::{Api, Common, collection, length};
use crate::collect::Collected;
use crate::escape::{shown, visible};
use crate::org::{Collection, Org};
use crate::policy::Needs;
use crate::report::plural;
use crate::snapshot;
use crate::time::rfc3339;

use super::journal::{self, Journal, JournalArgs};
use super::{Error, Exit, input, unread};
use crate::console::output;

/// How many disagreements are shown.
const SHOWN: usize = 5;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The snapshot to write; only you can read it (- is standard output)
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// Collect only this list, such as users or invites; repeatable or comma-separated
    #[arg(long, value_name = "COLLECTION", value_parser = collection, value_delimiter = ',')]
    pub only: Vec<Collection>,
    /// Reuse roles from this snapshot where neither the audit log nor the lists show a change
    #[arg(long, value_name = "FILE")]
    pub since: Option<PathBuf>,
    /// Do a full fetch if the earlier data is older than this
    #[arg(long, value_name = "TIME", value_parser = length, default_value = "7d", env = "ROLELINT_MAX_FULL_AGE",
          hide_env_values = true)]
    pub max_full_age: i64,
    #[command(flatten)]
    pub api: Api,
    #[command(flatten)]
    pub journal: JournalArgs,
}

pub(crate) fn run(args: &Args, common: &Common) -> Result<Exit, Error> {
    let needs = Needs::all(collections(&args.only));
    let stdout = output::is_stdout(&args.output);
    if !stdout {
        let cannot = |source| snapshot::Error::Write { name: shown(&args.output), source };
        // Said now, and not after hours of asking.
        try_out(&args.output).map_err(cannot)?;
    }
    output::ready(&[Some(&args.output)], input::Inputs::of(common).and(&args.api.key_file).files())?;
    let earlier = args.since.as_deref().map(snapshot::open).transpose()?.map(|read| read.org);
    let since = earlier.as_ref().map(|org| (org, args.max_full_age));
    let path = journal_path(&args.output).filter(|_| args.journal.is_on());
    let journal = path.as_deref().map_or(Journal::None, Journal::At);
    let (Collected { org, full_because, unseen, help, .. }, client) =
        input::collect(&args.api, common, input::Request { journal, since, ..input::Request::of(&needs) })?;
    if let Some(why) = full_because {
        output::warn(&format!("doing a full fetch: {}", visible(&why)));
    }
    if let Some(why) = unseen.filter(|_| !common.is_quiet()) {
        output::say(&format!("--since cannot see changes by administrators of a tenant: {}", visible(&why)));
    }
    warn(&org);
    if !common.is_quiet() {
        output::help(&help);
    }
    if unread::is_all(&org) {
        client.finish()?;
        output::warn("nothing could be read, so no snapshot was written");
        return Ok(Exit::Unknown);
    }
    if stdout {
        output::stream(|stdout| snapshot::write(&org, stdout))?;
    } else {
        snapshot::save(&org, &args.output)?;
    }
    let complete = org.coverage.complete();
    journal::close(client, complete)?;
    if !common.is_quiet() {
        let state = if complete { "complete" } else { "incomplete" };
        let file = if stdout { "the snapshot".to_owned() } else { shown(&args.output) };
        output::say(&format!("wrote {file}: {}; {state}", contents(&org)));
    }
    Ok(if complete { Exit::Clean } else { Exit::Unknown })
}

/// What was asked for, and what has to be read before it can be.
fn collections(only: &[Collection]) -> BTreeSet<Collection> {
    if only.is_empty() {
        return Collection::ALL.into_iter().collect();
    }
    only.iter().flat_map(|collection| collection.ancestors().chain([*collection])).collect()
}

/// Prints the warnings about the organization.
fn warn(org: &Org) {
    unread::warn(org);
    for (collection, _) in org.coverage.iter() {
        for remark in [org.coverage.gone(collection), org.coverage.unclear(collection)].into_iter().flatten() {
            output::warn(&format!("{collection}: {}", visible(&remark)));
        }
    }
    let disagreements = org.disagreements();
    for disagreement in disagreements.iter().take(SHOWN) {
        output::warn(&visible(disagreement));
    }
    if disagreements.len() > SHOWN {
        output::warn(&format!("and {} more such disagreements", disagreements.len() - SHOWN));
    }
}

/// How many of each thing there are, leaving out what there is none of.
fn contents(org: &Org) -> String {
    let counts = [
        (org.collected_roles().len(), "role"),
        (org.groups.len(), "group"),
        (org.users.len(), "user"),
        (org.projects.len(), "project"),
        (org.service_accounts.len(), "service account"),
        (org.api_keys.len(), "API key"),
        (org.admin_api_keys.len(), "admin key"),
        (org.invites.len(), "invitation"),
    ];
    let mut parts: Vec<String> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| plural(*count, what)).collect();
    if let Some(from) = org.coverage.carried_from() {
        let carried: usize = org.coverage.iter().map(|(_, record)| record.carried.len()).sum();
        parts.push(format!("the roles of {carried} reused from data read at {} or later", rfc3339(from)));
    }
    parts.join(", ")
}

/// The journal is next to the output file; a pipe or a device has none.
fn journal_path(output: &Path) -> Option<PathBuf> {
    let no_file = output::is_stdout(output) || std::fs::metadata(output).is_ok_and(|metadata| !metadata.is_file());
    let mut name = output.as_os_str().to_owned();
    name.push(".journal");
    (!no_file).then(|| PathBuf::from(name))
}
