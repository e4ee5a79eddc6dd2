//! `rolelint fetch`: collect everything, and write it down.

use std::collections::BTreeSet;

use crate::cli::{Common, Fetch};
use crate::org::Collection;
use crate::policy::Users;
use crate::snapshot;
use crate::visible::visible;

use super::{Error, Exit, live, output};

pub(super) fn run(args: &Fetch, common: &Common) -> Result<Exit, Error> {
    let everything: BTreeSet<Collection> = Collection::ALL.into_iter().collect();
    let org = live::collect(&args.api, common, &everything, &Users::All, None)?;
    snapshot::save(&org, &args.output)?;
    let complete = org.coverage.complete();
    for collection in Collection::ALL {
        if let Some(detail) = org.coverage.detail(collection) {
            output::warn(&format!("{collection} {}: {}", org.coverage.state(collection).name(), visible(&detail)));
        }
    }
    if !common.quiet {
        let (roles, groups, users) = (org.collected_roles().len(), org.groups.len(), org.users.len());
        let state = if complete { "complete" } else { "incomplete" };
        let file = args.output.display();
        output::say(&format!("{file}: {roles} roles, {groups} groups, {users} users; {state}"));
    }
    Ok(if complete { Exit::Clean } else { Exit::Unknown })
}
