//! `rolelint fetch`: collect everything, and write it down.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use crate::cli::{Common, Fetch};
use crate::org::{Collection, Org, State};
use crate::policy::Users;
use crate::snapshot;
use crate::visible::{shown, visible};

use super::{Error, Exit, live, output};

pub(super) fn run(args: &Fetch, common: &Common) -> Result<Exit, Error> {
    let collections: BTreeSet<Collection> = Collection::ALL.into_iter().collect();
    let stdout = args.output == Path::new("-");
    let journal = if stdout { None } else { journal(&args.output)? };
    let order = live::Order { collections: &collections, whose: &Users::All, as_of: None, journal: journal.as_deref() };
    let (org, client) = live::collect(&args.api, common, &order)?;
    for collection in Collection::ALL {
        if let Some(detail) = org.coverage.detail(collection) {
            output::warn(&format!("{collection} {}: {}", org.coverage.state(collection).name(), visible(&detail)));
        }
    }
    if nothing_was_read(&org) {
        client.finish()?;
        output::warn("nothing could be read, and nothing is written");
        return Ok(Exit::Unknown);
    }
    if stdout {
        output::stream(|stdout| snapshot::write(&org, stdout))?;
    } else {
        snapshot::save(&org, &args.output)?;
    }
    client.finish()?;
    let complete = org.coverage.complete();
    if !common.quiet {
        let (roles, groups, users) = (org.collected_roles().len(), org.groups.len(), org.users.len());
        let state = if complete { "complete" } else { "incomplete" };
        let file = if stdout { "snapshot".to_owned() } else { shown(&args.output) };
        output::say(&format!("{file}: {roles} roles, {groups} groups, {users} users; {state}"));
    }
    Ok(if complete { Exit::Clean } else { Exit::Unknown })
}

/// The journal stands beside the file that it is for; what is written to a pipe or a device has none. That there is no
/// place for the file is said now, and not after hours of asking.
fn journal(output: &Path) -> Result<Option<PathBuf>, Error> {
    let cannot = |kind: io::ErrorKind| snapshot::Error::Write { name: shown(output), source: kind.into() };
    match std::fs::metadata(output) {
        Ok(metadata) if metadata.is_dir() => return Err(cannot(io::ErrorKind::IsADirectory).into()),
        Ok(metadata) if !metadata.is_file() => return Ok(None),
        Ok(_) | Err(_) => {}
    }
    let folder = output.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        return Err(cannot(io::ErrorKind::NotFound).into());
    }
    let mut name = output.as_os_str().to_owned();
    name.push(".journal");
    Ok(Some(PathBuf::from(name)))
}

/// Whether a snapshot would say nothing. It must not replace one that does.
fn nothing_was_read(org: &Org) -> bool {
    Collection::ALL.into_iter().all(|of| matches!(org.coverage.state(of), State::Denied | State::Failed))
}
