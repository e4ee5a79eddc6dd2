//! `rolelint plan`: which requests a check would make, which rules need them, and how long they take at the API's pace.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use crate::api::endpoint;
use crate::check::wanted;
use crate::cli::{Api, Common, Rules};
use crate::collect::Collected;
use crate::console::{Terminal, output};
use crate::escape::visible;
use crate::org::{Collection, Kind, Org, Parts, ServiceAccountIx};
use crate::policy::{Needs, needs};
use crate::report::{self, PlannedList, number, plural, render_plan};
use crate::time::rounded_up;

use super::list::Format;
use super::{Error, Exit, input, judged, key, unread};

/// What admin endpoints were measured to let through in a minute.
const MEASURED_RATE: f64 = 7.0;

/// How many rules are named that need a list.
const NAMED: usize = 3;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Take the sizes from a snapshot (- is standard input) instead of asking the API
    #[arg(short, long, value_name = "FILE", env = "ROLELINT_SNAPSHOT", hide_env_values = true)]
    pub snapshot: Option<PathBuf>,
    /// Output format
    #[arg(short, long, value_enum, default_value_t)]
    pub format: Format,
    #[command(flatten)]
    pub rules: Rules,
    #[command(flatten)]
    pub api: Api,
}

/// The requests for one collection.
struct Row<'p> {
    collection: Collection,
    /// How many requests, of what, if the sizes are known; else why they are not, or what the number depends on.
    sizes: Result<(usize, String), String>,
    /// Whether it is asked only of what a rule can be about.
    narrowed: bool,
    /// The rules that need it.
    rules: &'p [&'p str],
}

/// All requests of a check.
struct Plan<'p> {
    rows: Vec<Row<'p>>,
    /// Requests a minute to each endpoint, where the sizes are known.
    rate: Option<f64>,
}

pub(crate) fn run(args: &Args, common: &Common) -> Result<Exit, Error> {
    let policies = judged::judged(&args.rules, None)?.policies;
    let needs = needs(&policies);
    let org = match &args.snapshot {
        Some(path) => Some(input::read(path, &args.api)?.0),
        None if !key::is_there(&args.api) => None,
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
            Some(org)
        }
    };
    let plan = Plan::new(org.as_ref(), &needs, args.api.rate.unwrap_or(MEASURED_RATE));
    output::stream(|stdout| {
        let text = match args.format {
            Format::Text => plan.text(Terminal::stdout(common.color)),
            Format::Json => plan.json(),
        };
        stdout.write_all(text.as_bytes())
    })?;
    let whole = |org: &Org| needs.collections.iter().all(|&collection| org.coverage.truncated(collection).is_none());
    Ok(if org.as_ref().is_none_or(whole) { Exit::Clean } else { Exit::Unknown })
}

/// What the number of requests depends on.
pub(super) fn each(collection: Collection, narrowed: bool) -> String {
    let one =
        |thing: &str| format!("1 request for each {thing}{}", if narrowed { " that a rule can be about" } else { "" });
    match collection {
        Collection::Roles | Collection::Groups => format!("1 request for each 1000 {}s", self::one(collection)),
        Collection::Users | Collection::Projects | Collection::AdminApiKeys | Collection::Invites => {
            format!("1 request for each 100 {}s", self::one(collection))
        }
        Collection::UserRoles => one("user"),
        Collection::GroupRoles | Collection::GroupMembers => one("group"),
        Collection::ProjectUsers
        | Collection::ProjectGroups
        | Collection::ProjectRoles
        | Collection::ServiceAccounts
        | Collection::ApiKeys => one("project"),
        Collection::ProjectUserRoles => format!("{}, in each project", one("user")),
        Collection::ProjectGroupRoles => format!("{}, in each project", one("group")),
        Collection::ServiceAccountRoles if narrowed => {
            "1 request for each service account of a project that a rule can be about".to_owned()
        }
        Collection::ServiceAccountRoles => "1 request for each service account".to_owned(),
    }
}

/// The same, of the service accounts that are users.
pub(super) fn each_account(collection: Collection) -> String {
    let beyond = if collection == Collection::UserRoles { "" } else { " of a project that is not its own" };
    format!("1 request for each service account that is a user{beyond}")
}

impl<'p> Plan<'p> {
    /// With the sizes of this organization, if there is one.
    fn new(org: Option<&Org>, needs: &'p Needs<'p>, rate: f64) -> Self {
        let parts = org.map(|org| wanted(org, needs, input::now()));
        let row = |&collection: &Collection| {
            let narrowed = needs.narrowed.contains_key(&collection);
            let sizes = match (org, &parts) {
                (Some(org), Some(parts)) => sizes(org, parts, collection),
                _ => None,
            };
            let sizes = sizes.unwrap_or_else(|| {
                let accounts = needs.of_accounts.contains(&collection);
                let alone = accounts && needs.narrowed.get(&collection).is_some_and(Vec::is_empty);
                let and = if alone { String::new() } else { format!("{}; and ", each(collection, narrowed)) };
                Err(if accounts { format!("{and}{}", each_account(collection)) } else { each(collection, narrowed) })
            });
            let rules = needs.rules.get(&collection).map_or(&[][..], Vec::as_slice);
            Row { collection, sizes, narrowed, rules }
        };
        Self { rows: needs.collections.iter().map(row).collect(), rate: org.map(|_| rate) }
    }

    /// How many requests there are at least, and whether there are more.
    fn requests(&self) -> (usize, bool) {
        let known = self.rows.iter().filter_map(|row| Some(row.sizes.as_ref().ok()?.0));
        (known.sum(), self.rows.iter().any(|row| row.sizes.is_err()))
    }

    /// How long they take at least: the endpoint with the most requests is the last.
    fn takes(&self, rate: f64) -> Duration {
        let most = self.rows.iter().filter_map(|row| Some(row.sizes.as_ref().ok()?.0)).max().unwrap_or(0);
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        Duration::try_from_secs_f64(most as f64 / rate * 60.0).unwrap_or(Duration::MAX)
    }

    fn text(&self, terminal: Terminal) -> String {
        let mut plan = String::new();
        for row in &self.rows {
            let requests = match (&row.sizes, self.rate) {
                (Ok((requests, of)), _) => format!("{:>7}  {of}", number(*requests)),
                (Err(why), Some(_)) => format!("      ?  {why}"),
                (Err(each), None) => each.clone(),
            };
            let line = format!("  {:<21} {requests}{}", row.collection.name(), row.why());
            writeln!(plan, "{}", terminal.folded(&line, 33)).expect("writing to a string cannot fail");
        }
        let Some(rate) = self.rate else {
            return plan + "set OPENAI_ADMIN_KEY to see how many requests and how much time that takes\n";
        };
        let (total, more) = self.requests();
        let (least, about) = if more { ("at least ", "at least ") } else { ("", "about ") };
        let long = rounded_up(self.takes(rate));
        writeln!(
            plan,
            "{least}{} requests, {about}{long}: {rate} requests per minute to each endpoint, all endpoints in parallel",
            number(total),
        )
        .expect("writing to a string cannot fail");
        plan
    }

    fn json(&self) -> String {
        let plan = report::Plan::new(self.rows.iter().map(Row::json).collect());
        let (total, more) = self.requests();
        render_plan(&match self.rate {
            None => plan,
            Some(rate) => report::Plan {
                requests: Some(total),
                complete: !more,
                requests_per_minute: Some(rate),
                seconds: Some(self.takes(rate).as_secs()),
                ..plan
            },
        })
    }
}

impl Row<'_> {
    /// `, for 4 rules: a, b, c and 1 more`
    fn why(&self) -> String {
        let count = self.rules.len();
        let named = visible(&self.rules[..count.min(NAMED)].join(", ")).into_owned();
        match count {
            0 => String::new(),
            1 => format!(", for rule {named}"),
            count if count <= NAMED => {
                let (first, last) = named.rsplit_once(", ").expect("there are several");
                format!(", for {count} rules: {first} and {last}")
            }
            count => format!(", for {count} rules: {named} and {} more", count - NAMED),
        }
    }

    fn json(&self) -> PlannedList<'_> {
        let (requests, of) = match &self.sizes {
            Ok((requests, of)) => (Some(*requests), of),
            Err(why) => (None, why),
        };
        let (collection, path) = (self.collection.name(), endpoint::of(self.collection).template);
        PlannedList { collection, path, requests, of, narrowed: self.narrowed, rules: self.rules }
    }
}

/// How many requests a collection takes, and of what; or why that is not known, if there is a reason.
fn sizes(org: &Org, parts: &Parts, collection: Collection) -> Option<Result<(usize, String), String>> {
    if org.coverage.truncated(collection).is_some() {
        return Some(Err("the list could not be read".to_owned()));
    }
    let Some(counts) = collection.parent() else {
        let record = org.coverage.of(collection);
        let [items, requests] = [record.items, record.requests].map(|count| count.try_into().unwrap_or(usize::MAX));
        let kinds = if collection == Collection::AdminApiKeys { " (admin keys and project keys)" } else { "" };
        return record.asked.then(|| Ok((requests, plural(items, &one(collection)) + kinds)));
    };
    let no_projects = org.coverage.of(Collection::Projects).asked && org.projects.is_empty();
    if counts.parent() == Some(Collection::Projects) && no_projects {
        return Some(Ok((0, "of 0 projects".to_owned())));
    }
    let of_accounts = parts.of_accounts.contains(&collection);
    if !org.coverage.of(counts).asked || (of_accounts && !org.coverage.of(Collection::ServiceAccounts).asked) {
        return None;
    }
    // The service accounts that are users, and the project of each.
    let accounts = (0..org.service_accounts.len()).map(ServiceAccountIx::new).filter(|_| of_accounts);
    let homes: BTreeSet<(usize, usize)> = accounts
        .filter_map(|account| Some((org.as_user(account)?.at(), org.service_account(account).project.at())))
        .collect();
    let as_users: BTreeSet<usize> = homes.iter().map(|(user, _)| *user).collect();
    let have = |project: Option<usize>, other: Option<(Kind, usize)>| {
        let project = project.map(|at| (Kind::Project, Some(at)));
        let other = other.map(|(kind, at)| (kind, Some(at)));
        parts.have(collection, &project.into_iter().chain(other).collect::<Vec<_>>())
    };
    let count = |all: usize, have: &dyn Fn(usize) -> bool| (0..all).filter(|&at| have(at)).count();
    let of = |all: usize, one: &str| format!("of {}", plural(all, one));
    Some(Ok(match counts {
        Collection::Users => {
            let account = |at| as_users.contains(&at) && org.users.at(at).listed();
            let have = |at| have(None, Some((Kind::User, at))) || account(at);
            (count(org.users.len(), &have), of(org.users.len(), "user"))
        }
        Collection::Groups => {
            (count(org.groups.len(), &|at| have(None, Some((Kind::Group, at)))), of(org.groups.len(), "group"))
        }
        Collection::ProjectUsers => {
            let all = &org.project_users;
            let have = |at: usize| {
                let (project, user) = (all[at].project.at(), all[at].user.at());
                let account = as_users.contains(&user) && !homes.contains(&(user, project));
                have(Some(project), Some((Kind::User, user))) || account
            };
            (count(all.len(), &have), format!("of {} users of projects", number(all.len())))
        }
        Collection::ProjectGroups => {
            let all = &org.project_groups;
            let have = |at: usize| have(Some(all[at].project.at()), Some((Kind::Group, all[at].group.at())));
            (count(all.len(), &have), format!("of {} groups of projects", number(all.len())))
        }
        Collection::ServiceAccounts => {
            let all = &org.service_accounts;
            (count(all.len(), &|at| have(Some(all[at].project.at()), None)), of(all.len(), "service account"))
        }
        Collection::Projects
        | Collection::Roles
        | Collection::UserRoles
        | Collection::GroupRoles
        | Collection::GroupMembers
        | Collection::ProjectRoles
        | Collection::ProjectUserRoles
        | Collection::ProjectGroupRoles
        | Collection::ServiceAccountRoles
        | Collection::ApiKeys
        | Collection::AdminApiKeys
        | Collection::Invites => {
            (count(org.projects.len(), &|at| have(Some(at), None)), of(org.projects.len(), "project"))
        }
    }))
}

/// `invitation`, of a list of such.
fn one(collection: Collection) -> String {
    // The list of admin keys has the keys of projects, too.
    let words = [(Collection::AdminApiKeys, "key"), (Collection::Invites, "invitation")];
    let known = words.iter().find(|(known, _)| *known == collection).map(|(_, word)| (*word).to_owned());
    known.unwrap_or_else(|| collection.name().trim_end_matches('s').replace('_', " "))
}
