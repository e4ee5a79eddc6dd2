//! The organization from the API: the key, the client, progress, and a clean end when interrupted.

use std::path::Path;
use std::sync::OnceLock;

use tokio::runtime::Runtime;

use crate::api::{Client, Key, Options};
use crate::bounded;
use crate::check::wanted;
use crate::cli::{Api, Common, Rules};
use crate::collect::{Ask, Collected, collect as collect_all};
use crate::console::interrupt::last_words;
use crate::console::output::{say, warn};
use crate::finding::Skipped;
use crate::org::Org;
use crate::policy::{LARGEST, Needs, Overrides, Policy, Selection, load};
use crate::time::{Time, rfc3339};

use super::Error;
use super::progress::Bars;

/// The largest key file, in bytes.
const LARGEST_KEY: u64 = 64 << 10;

/// The policies with the rules that are judged, and the rules that are not.
pub(crate) fn policies(rules: &Rules) -> Result<(Vec<Policy>, Vec<Skipped>), Error> {
    let paths = [&rules.paths[..], &rules.policy].concat();
    let mut policies = load(&paths, &overrides(rules)?)?;
    let selection = Selection { only: &rules.only, skip: &rules.skip, tags: &rules.tag };
    let skipped = selection.narrow(&mut policies)?;
    Ok((policies, skipped))
}

fn overrides(args: &Rules) -> Result<Overrides, Error> {
    let mut overrides = Overrides::default();
    for path in &args.param_file {
        let text = bounded::read(path, LARGEST).map_err(|source| Error::ParamFile { path: path.clone(), source })?;
        overrides.set_all(&path.to_string_lossy(), &text)?;
    }
    for (name, value) in &args.param {
        overrides.set(name, value)?;
    }
    Ok(overrides)
}

/// Now, in whole seconds.
pub(crate) fn now() -> Time {
    jiff::Timestamp::now().as_second()
}

/// What to collect, and how.
pub(crate) struct Order<'a> {
    /// What is needed.
    pub needs: &'a Needs<'a>,
    /// From when ages in conditions on those users count, if not from now.
    pub as_of: Option<Time>,
    /// Where to keep the answers as they arrive.
    pub journal: Option<&'a Path>,
    /// An earlier collection to take over from what has not changed, and how old the oldest of it may be, in seconds.
    pub since: Option<(&'a Org, Time)>,
}

/// The client, and the organization that was named for it.
pub(crate) fn client(args: &Api) -> Result<(Client, Option<&str>), Error> {
    let organization = args.organization.as_deref().filter(|organization| !organization.is_empty());
    let options = Options {
        base_url: args.base_url.clone(),
        organization: organization.map(str::to_owned),
        timeout: args.timeout,
        retry_delay: args.retry_delay,
        concurrency: usize::from(args.concurrency),
        rate: args.rate,
        deadline: args.deadline,
        ca_file: args.ca_file.clone(),
    };
    Ok((Client::new(key(args)?, &options)?, organization))
}

/// Collects from the API. The client still has the journal, for [`Client::finish`] to remove.
pub(crate) fn collect(args: &Api, common: &Common, order: &Order<'_>) -> Result<(Collected, Client), Error> {
    let (mut client, organization) = client(args)?;
    let mut began = now();
    if let Some(path) = order.journal {
        let (first_began, answers) = client.journal(path, organization, began)?;
        began = first_began;
        if answers > 0 && !common.quiet {
            say(&format!("going on with {answers} answers from {}", rfc3339(began)));
        }
    }
    if order.journal.is_some() {
        last_words("the answers so far are kept: the same command goes on from here");
    }
    let runtime = runtime()?;
    let bars = Bars::new(common);
    let users = |org: &Org, of| wanted(org, order.needs.whose(of), order.as_of.unwrap_or(began));
    let since = order.since.map(|(old, age)| (old, began.saturating_sub(age)));
    let ask = Ask { collections: &order.needs.collections, users: &users, since };
    let collected = {
        // The deadline counts from within the runtime.
        let _within = runtime.enter();
        runtime.block_on(collect_all(&client, ask, began, &|progress| bars.show(progress)))
    };
    bars.clear();
    warn_of_skew(&client);
    client.broke_off().map_or(Ok((collected, client)), |error| Err(error.into()))
}

/// Says so if the clocks of this machine and of the API differ by more than is no matter.
pub(crate) fn warn_of_skew(client: &Client) {
    let (ahead, minutes) = (client.skew() > 0, client.skew().abs() / 60);
    if minutes >= 5 {
        let which = if ahead { "behind" } else { "ahead of" };
        warn(&format!(
            "this machine's clock is {minutes} minutes {which} the API's: ages and --max-age use this machine's clock"
        ));
    }
}

/// The threads that talk to the API.
pub(crate) fn runtime() -> Result<&'static Runtime, Error> {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    if let Some(runtime) = RUNTIME.get() {
        return Ok(runtime);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|source| Error::Start { source })?;
    Ok(RUNTIME.get_or_init(|| runtime))
}

/// Whether there is a key to ask with.
pub(crate) fn has_key(args: &Api) -> bool {
    args.key_file.is_some() || std::env::var("OPENAI_ADMIN_KEY").is_ok_and(|key| !key.trim().is_empty())
}

fn key(args: &Api) -> Result<Key, Error> {
    let Some(path) = &args.key_file else {
        let key = std::env::var("OPENAI_ADMIN_KEY").unwrap_or_default();
        return if key.trim().is_empty() { Err(Error::NoKey) } else { Ok(Key::new(&key)?) };
    };
    let read = if path.as_os_str() == "-" {
        bounded::read_text(std::io::stdin().lock(), LARGEST_KEY)
    } else {
        bounded::read(path, LARGEST_KEY)
    };
    let text = read.map_err(|source| Error::KeyFile { path: path.clone(), source })?;
    Ok(Key::new(&text)?)
}
