//! The organization from the API: the key, the client, progress, and a clean end when interrupted.

use std::path::Path;
use std::sync::OnceLock;

use tokio::runtime::Runtime;

use crate::api::{Client, Options};
use crate::bounded;
use crate::check::wanted;
use crate::cli::{Api, Common, Rules};
use crate::collect::{Collected, Order, Whose, lists};
use crate::console::interrupt::last_words;
use crate::console::output::{say, warn};
use crate::finding::Skipped;
use crate::org::Org;
use crate::policy::{LARGEST, Needs, Overrides, Policy, Selection, load};
use crate::time::{Time, rfc3339};

use super::progress::Bars;
use super::{Error, key};

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

/// How to collect, beyond what the flags say.
#[derive(Clone, Copy, Default)]
pub(crate) struct How<'a> {
    /// From when ages in conditions on users count, if not from now.
    pub as_of: Option<Time>,
    /// Where to keep the answers as they arrive.
    pub journal: Option<&'a Path>,
    /// An earlier collection to take over from what has not changed, and how old the oldest of it may be, in seconds.
    pub since: Option<(&'a Org, Time)>,
}

/// The organization that was named.
pub(crate) fn organization(args: &Api) -> Option<&str> {
    args.organization.as_deref().filter(|organization| !organization.is_empty())
}

/// The client, and the organization that was named for it.
pub(crate) fn client(args: &Api) -> Result<(Client, Option<&str>), Error> {
    if is_elsewhere(&args.base_url) {
        warn("the Admin API is at https://api.openai.com/v1, so its base URL ends in /v1");
    }
    let organization = organization(args);
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
    Ok((Client::new(key::read(args)?, &options)?, organization))
}

/// Whether a base URL leaves out the version of the API, or has one that does not exist.
fn is_elsewhere(base_url: &str) -> bool {
    let last = base_url.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let version = last.strip_prefix('v').is_some_and(|number| number.parse::<u8>().is_ok());
    last == "api.openai.com" || version && last != "v1"
}

/// Collects from the API. The client still has the journal, for [`Client::finish`] to remove.
pub(crate) fn collect(
    args: &Api,
    common: &Common,
    needs: &Needs<'_>,
    how: How<'_>,
) -> Result<(Collected, Client), Error> {
    let (mut client, organization) = client(args)?;
    let present = now();
    let mut began = present;
    if let Some(path) = how.journal {
        let (first_began, answers) = client.journal(path, organization, began)?;
        began = first_began;
        if answers > 0 && !common.is_quiet() {
            say(&format!("resuming with {answers} responses from {}", rfc3339(began)));
        }
    }
    if how.journal.is_some() {
        last_words("the responses so far are saved: run the same command to resume");
    }
    let runtime = runtime()?;
    let bars = Bars::new(common);
    let since = how.since.map(|(old, age)| (old, began.saturating_sub(age)));
    let order = Order { collections: &needs.collections, organization, began, present, since };
    let show = |progress| bars.show(progress);
    let mut collected = {
        // The deadline counts from within the runtime.
        let _within = runtime.enter();
        runtime.block_on(async {
            let lists = lists(&client, order, &show).await;
            let wanted = |users| Some(wanted(&lists.org, users, how.as_of.unwrap_or(began)));
            let whose = Whose { users: wanted(&needs.users), project_users: wanted(&needs.project_users) };
            lists.rest(whose).await
        })
    };
    bars.clear();
    warn_of_skew(&client);
    if let Some(mixed) = collected.mixed.take() {
        return Err(mixed.into());
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_of_another_version_is_elsewhere() {
        let table = [
            ("https://api.openai.com/v1", false),
            ("https://api.openai.com/v1/", false),
            ("https://api.openai.com/", true),
            ("https://api.openai.com/v2", true),
            ("http://127.0.0.1:9/v10", true),
            ("https://gateway.example/openai", false),
            ("https://gateway.example/vault", false),
        ];
        for (base_url, elsewhere) in table {
            assert_eq!(is_elsewhere(base_url), elsewhere, "{base_url}");
        }
    }
}
