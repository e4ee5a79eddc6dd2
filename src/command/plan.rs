//! `rolelint plan`: which requests a check would make, and how long they take at the API's pace.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Duration;

use crate::check::wanted;
use crate::cli::{Api, Common, Rules};
use crate::org::{Collection, Org};
use crate::policy::{Needs, Users, needs};
use crate::time::rounded_up;

use super::{Error, Exit, input, key, unread};
use crate::console::output;

/// What admin endpoints were measured to let through in a minute.
const MEASURED_RATE: f64 = 7.0;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    pub rules: Rules,
    #[command(flatten)]
    pub api: Api,
}

pub(crate) fn run(args: &Args, common: &Common) -> Result<Exit, Error> {
    let policies = input::judged(&args.rules, None)?.policies;
    let needs = needs(&policies);
    if !key::is_there(&args.api) {
        output::stream(|stdout| stdout.write_all(without_sizes(&needs).as_bytes()))?;
        return Ok(Exit::Clean);
    }
    let lists: BTreeSet<Collection> =
        needs.collections.iter().copied().filter(|collection| collection.parent().is_none()).collect();
    let lists = Needs::all(lists);
    let org = input::collect(&args.api, common, input::Request::of(&lists))?.0.org;
    unread::warn(&org);
    if unread::is_all(&org) {
        output::warn("nothing could be read, so there is no plan");
        return Ok(Exit::Unknown);
    }
    let rate = args.api.rate.unwrap_or(MEASURED_RATE);
    output::stream(|stdout| stdout.write_all(with_sizes(&org, &needs, rate).as_bytes()))?;
    Ok(if org.coverage.complete() { Exit::Clean } else { Exit::Unknown })
}

fn without_sizes(needs: &Needs<'_>) -> String {
    let mut plan = String::new();
    for &collection in &needs.collections {
        line(&mut plan, collection, &each(collection, needs));
    }
    plan + "set OPENAI_ADMIN_KEY to see how many requests and how much time that takes\n"
}

/// What the number of requests depends on.
pub(super) fn each(collection: Collection, needs: &Needs<'_>) -> String {
    let whom = match needs.whose(collection) {
        Users::All => "",
        Users::Those(_) => " that a rule can be about",
    };
    match collection {
        Collection::Roles | Collection::Groups => "1 for each 1000".to_owned(),
        Collection::Users | Collection::Projects | Collection::AdminApiKeys | Collection::Invites => {
            "1 for each 100".to_owned()
        }
        Collection::UserRoles => format!("1 for each user{whom}"),
        Collection::GroupRoles | Collection::GroupMembers => "1 for each group".to_owned(),
        Collection::ProjectUsers
        | Collection::ProjectGroups
        | Collection::ProjectRoles
        | Collection::ServiceAccounts
        | Collection::ApiKeys => "1 for each project".to_owned(),
        Collection::ProjectUserRoles => format!("1 for each user{whom}, in each project"),
        Collection::ProjectGroupRoles => "1 for each group, in each project".to_owned(),
        Collection::ServiceAccountRoles => "1 for each service account".to_owned(),
    }
}

fn with_sizes(org: &Org, needs: &Needs<'_>, rate: f64) -> String {
    let now = input::now();
    let asked = wanted(org, &needs.users, now).into_iter().filter(|wanted| *wanted).count();
    let mut plan = String::new();
    let (mut total, mut most, mut known) = (0, 0, true);
    for &collection in &needs.collections {
        if org.coverage.truncated(collection).is_some() {
            line(&mut plan, collection, "     ?  the list could not be read");
            known = false;
            continue;
        }
        let (requests, of) = match collection.parent() {
            None => {
                let record = org.coverage.of(collection);
                (usize::try_from(record.requests).expect("requests are few"), format!("{} {collection}", record.items))
            }
            Some(Collection::Users) => (asked, format!("of {} users", org.users.len())),
            Some(Collection::Groups) => (org.groups.len(), format!("of {} groups", org.groups.len())),
            Some(Collection::Projects) => (org.projects.len(), format!("of {} projects", org.projects.len())),
            Some(_) if org.projects.is_empty() => (0, "of 0 projects".to_owned()),
            Some(_) => {
                line(&mut plan, collection, &format!("     ?  {}", each(collection, needs)));
                known = false;
                continue;
            }
        };
        total += requests;
        most = most.max(requests);
        line(&mut plan, collection, &format!("{requests:>6}  {of}"));
    }
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    let long = Duration::try_from_secs_f64(most as f64 / rate * 60.0).unwrap_or(Duration::MAX);
    let long = rounded_up(long);
    let (least, about) = if known { ("", "about ") } else { ("at least ", "at least ") };
    writeln!(
        plan,
        "{least}{total} requests, {about}{long}: {rate} requests per minute to each endpoint, all endpoints in parallel"
    )
    .expect("writing to a string cannot fail");
    plan
}

fn line(plan: &mut String, collection: Collection, requests: &str) {
    writeln!(plan, "  {:<21} {requests}", collection.name()).expect("writing to a string cannot fail");
}
