//! `rolelint plan`: which requests a check would make, and how long they take at the API's pace.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use crate::check::wanted;
use crate::cli::{Api, Common, Rules};
use crate::collect::Collected;
use crate::org::{Collection, Org};
use crate::policy::{Needs, Users, needs};
use crate::report::{number, plural};
use crate::time::rounded_up;

use super::{Error, Exit, input, judged, key, unread};
use crate::console::output;

/// What admin endpoints were measured to let through in a minute.
const MEASURED_RATE: f64 = 7.0;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Take the sizes from a snapshot (- is standard input) instead of asking the API
    #[arg(short, long, value_name = "FILE", env = "ROLELINT_SNAPSHOT", hide_env_values = true)]
    pub snapshot: Option<PathBuf>,
    #[command(flatten)]
    pub rules: Rules,
    #[command(flatten)]
    pub api: Api,
}

pub(crate) fn run(args: &Args, common: &Common) -> Result<Exit, Error> {
    let policies = judged::judged(&args.rules, None)?.policies;
    let needs = needs(&policies);
    let org = match &args.snapshot {
        Some(path) => input::read(path, &args.api)?.0,
        None if !key::is_there(&args.api) => {
            output::stream(|stdout| stdout.write_all(without_sizes(&needs).as_bytes()))?;
            return Ok(Exit::Clean);
        }
        None => {
            let lists: BTreeSet<Collection> =
                needs.collections.iter().copied().filter(|collection| collection.parent().is_none()).collect();
            let lists = Needs::all(lists);
            let Collected { org, help, .. } = input::collect(&args.api, common, input::Request::of(&lists))?.0;
            unread::warn(&org);
            if !common.is_quiet() {
                output::help(&help);
            }
            if unread::is_all(&org) {
                output::warn("nothing could be read, so there is no plan");
                return Ok(Exit::Unknown);
            }
            org
        }
    };
    let rate = args.api.rate.unwrap_or(MEASURED_RATE);
    output::stream(|stdout| stdout.write_all(with_sizes(&org, &needs, rate).as_bytes()))?;
    let whole = needs.collections.iter().all(|&collection| org.coverage.truncated(collection).is_none());
    Ok(if whole { Exit::Clean } else { Exit::Unknown })
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
        let counts = collection.parent().unwrap_or(collection);
        let no_projects = org.coverage.of(Collection::Projects).asked && org.projects.is_empty();
        let sizes = if org.coverage.truncated(collection).is_some() {
            Err("the list could not be read".to_owned())
        } else if counts.parent() == Some(Collection::Projects) && no_projects {
            Ok((0, "of 0 projects".to_owned()))
        } else if !org.coverage.of(counts).asked {
            Err(each(collection, needs))
        } else {
            Ok(match collection.parent() {
                None => {
                    let record = org.coverage.of(collection);
                    let items = record.items.try_into().unwrap_or(usize::MAX);
                    let requests = record.requests.try_into().unwrap_or(usize::MAX);
                    (requests, plural(items, &one(collection)))
                }
                Some(Collection::Users) => (asked, format!("of {}", plural(org.users.len(), "user"))),
                Some(Collection::Groups) => (org.groups.len(), format!("of {}", plural(org.groups.len(), "group"))),
                Some(Collection::ProjectUsers) => {
                    let wanted = wanted(org, &needs.project_users, now);
                    let count = org.project_users.iter().filter(|member| wanted[member.user.at()]).count();
                    (count, format!("of {} users of projects", number(org.project_users.len())))
                }
                Some(Collection::ProjectGroups) => {
                    let count = org.project_groups.len();
                    (count, format!("of {} groups of projects", number(count)))
                }
                Some(Collection::ServiceAccounts) => {
                    let count = org.service_accounts.len();
                    (count, format!("of {}", plural(count, "service account")))
                }
                Some(_) => (org.projects.len(), format!("of {}", plural(org.projects.len(), "project"))),
            })
        };
        match sizes {
            Ok((requests, of)) => {
                total += requests;
                most = most.max(requests);
                line(&mut plan, collection, &format!("{:>7}  {of}", number(requests)));
            }
            Err(why) => {
                known = false;
                line(&mut plan, collection, &format!("      ?  {why}"));
            }
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    let long = Duration::try_from_secs_f64(most as f64 / rate * 60.0).unwrap_or(Duration::MAX);
    let long = rounded_up(long);
    let (least, about) = if known { ("", "about ") } else { ("at least ", "at least ") };
    writeln!(
        plan,
        "{least}{} requests, {about}{long}: {rate} requests per minute to each endpoint, all endpoints in parallel",
        number(total),
    )
    .expect("writing to a string cannot fail");
    plan
}

/// `admin API key`, of a list of such.
fn one(collection: Collection) -> String {
    collection.name().trim_end_matches('s').replace('_', " ").replace("api", "API")
}

fn line(plan: &mut String, collection: Collection, requests: &str) {
    writeln!(plan, "  {:<21} {requests}", collection.name()).expect("writing to a string cannot fail");
}
