//! The organization from the API: the key, the client, progress, and a clean end when interrupted.

use std::collections::BTreeSet;
use std::io::Read as _;

use crate::api::{Ask, Client, Key, Options, collect as collect_all};
use crate::check::wanted;
use crate::cli::{Api, Common};
use crate::org::{Collection, Org, Time};
use crate::policy::Users;

use super::Error;
use super::progress::Bars;

/// Now, in whole seconds.
pub(super) fn now() -> Time {
    jiff::Timestamp::now().as_second()
}

/// Collects from the API; `whose` are the users whose roles are needed, ages in its conditions counted from `as_of`.
pub(super) fn collect(
    args: &Api,
    common: &Common,
    collections: &BTreeSet<Collection>,
    whose: &Users<'_>,
    as_of: Option<Time>,
) -> Result<Org, Error> {
    let options = Options {
        base_url: args.base_url.clone(),
        organization: args.organization.clone().filter(|organization| !organization.is_empty()),
        timeout: args.timeout,
        retry_delay: args.retry_delay,
        concurrency: usize::from(args.concurrency),
        rate: args.rate,
    };
    let client = Client::new(key(args)?, &options)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|source| Error::Start { source })?;
    runtime.spawn(end_when_told());
    let bars = Bars::new(common);
    let now = now();
    let users = |org: &Org| wanted(org, whose, as_of.unwrap_or(now));
    let ask = Ask { collections, users: &users };
    let org = runtime.block_on(collect_all(&client, ask, now, &|progress| bars.show(progress)));
    bars.clear();
    Ok(org)
}

fn key(args: &Api) -> Result<Key, Error> {
    let Some(path) = &args.key_file else {
        let key = std::env::var("OPENAI_ADMIN_KEY").map_err(|_| Error::NoKey)?;
        return Ok(Key::new(&key)?);
    };
    let mut text = String::new();
    let read = if path.as_os_str() == "-" {
        std::io::stdin().lock().read_to_string(&mut text)
    } else {
        std::fs::File::open(path).and_then(|mut file| file.read_to_string(&mut text))
    };
    read.map_err(|source| Error::KeyFile { path: path.clone(), source })?;
    Ok(Key::new(&text)?)
}

/// Waits for an interrupt or a request to end, and ends. Nothing is half written by then: files appear whole or not.
async fn end_when_told() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let Ok(mut terminate) = signal(SignalKind::terminate()) else { return };
        let Ok(mut interrupt) = signal(SignalKind::interrupt()) else { return };
        let code = tokio::select! {
            _ = interrupt.recv() => 130,
            _ = terminate.recv() => 143,
        };
        std::process::exit(code);
    }
    #[cfg(not(unix))]
    if tokio::signal::ctrl_c().await.is_ok() {
        std::process::exit(130);
    }
}
