//! The organization from the API: the key, the client, progress, and a clean end when interrupted.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use tokio::runtime::Runtime;

use crate::api::{Client, Options};
use crate::check::wanted;
use crate::cli::{Api, Common, Rules};
use crate::collect::{Collected, Order, lists};
use crate::console::output::{self, warn};
use crate::org::{Identity, Org, Parts};
use crate::policy::{Needs, files, is_yaml};
use crate::time::{Time, length};
use crate::{snapshot, testing};

use super::journal::{self, Journal};
use super::progress::Watch;
use super::{Error, key, unread};

/// The files that a run reads, so that it writes over none of them.
pub(crate) struct Inputs(Vec<PathBuf>);

impl Inputs {
    /// The configuration alone.
    pub(crate) fn of(common: &Common) -> Self {
        Self(common.config.iter().cloned().collect())
    }

    /// Also these files, if they were named.
    pub(crate) fn and<P: AsRef<Path>>(mut self, paths: impl IntoIterator<Item = P>) -> Self {
        self.0.extend(paths.into_iter().map(|path| path.as_ref().to_owned()));
        self
    }

    /// Also the policies that these paths stand for, with their tests.
    pub(crate) fn policies(mut self, paths: &[PathBuf]) -> Self {
        for path in paths {
            // What cannot be listed was not read either.
            let files = files(path, is_yaml).unwrap_or_default();
            self.0.extend(files.iter().map(|file| testing::tests_of(file)));
            self.0.extend(files);
        }
        self
    }

    /// Also what is read to judge.
    pub(crate) fn rules(self, rules: &Rules) -> Self {
        self.policies(&rules.paths).policies(&rules.policy).and(&rules.param_file)
    }

    /// All of them.
    pub(crate) fn files(&self) -> &[PathBuf] {
        &self.0
    }
}

/// The organization from a snapshot or the API.
pub(crate) struct Facts {
    pub org: Org,
    pub digest: String,
}

/// The organization from a snapshot or else, by this request, from the API; with the digest of the facts.
pub(crate) fn facts(snapshot: Option<&Path>, api: &Api, common: &Common, request: Request<'_>) -> Result<Facts, Error> {
    if let Some(path) = snapshot {
        return read(path, api).map(|(org, digest)| Facts { org, digest });
    }
    let (Collected { org, help, .. }, client) = collect(api, common, request)?;
    unread::warn_in_short(&org);
    if !common.is_quiet() {
        output::help(&help);
    }
    // Now, even if what follows fails: the next check must not reuse what this one read.
    journal::close(client, org.coverage.complete())?;
    let digest = snapshot::digest(&org);
    Ok(Facts { org, digest })
}

/// The organization in a snapshot, which is the one that was named, with the digest of the facts.
pub(crate) fn read(path: &Path, api: &Api) -> Result<(Org, String), Error> {
    let snapshot::Read { mut org, digest } = snapshot::open(path)?;
    let told = &org.source.organization;
    let other = |flag, asked: &str| Error::OtherOrganization { flag, asked: asked.to_owned(), told: told.to_string() };
    if let Some(asked) = organization(api)
        && (!told.is_known() || told.differs(&Identity::named(asked)))
    {
        return Err(other("--organization", asked));
    }
    if let Some(name) = api.organization_name.as_deref() {
        let named = told.confirmed_by(name).ok_or_else(|| other("--organization-name", name))?;
        org.source.organization = named;
    }
    Ok((org, digest))
}

/// Now, in whole seconds.
pub(crate) fn now() -> Time {
    jiff::Timestamp::now().as_second()
}

/// What a command wants of the API. [`Needs`] says it in the words of policies and [`Order`] in those of the API: neither
/// of the two modules knows the other, so here the one becomes the other.
#[derive(Clone, Copy)]
pub(crate) struct Request<'a> {
    /// What is read, and for whom.
    pub needs: &'a Needs<'a>,
    /// The time that ages in conditions on users are counted from, if not the present.
    pub as_of: Option<Time>,
    /// Where the responses are saved as they arrive.
    pub journal: Journal<'a>,
    /// An earlier collection to reuse where nothing has changed, and how old its oldest fact may be, in seconds.
    pub since: Option<(&'a Org, Time)>,
}

impl<'a> Request<'a> {
    /// These needs, from the API alone and as of now.
    pub(crate) fn of(needs: &'a Needs<'a>) -> Self {
        Self { needs, as_of: None, journal: Journal::None, since: None }
    }

    fn order(&self, api: &'a Api, began: Time, present: Time) -> Order<'a> {
        let (organization, name) = (organization(api), api.organization_name.as_deref());
        let since = self.since.map(|(old, age)| (old, began.saturating_sub(age)));
        Order { collections: &self.needs.collections, organization, name, began, present, since }
    }

    /// What to request, given the organization's own lists.
    fn parts(&self, lists: &Org, began: Time) -> Parts {
        wanted(lists, self.needs, self.as_of.unwrap_or(began))
    }
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
pub(crate) fn collect(args: &Api, common: &Common, request: Request<'_>) -> Result<(Collected, Client), Error> {
    let (mut client, organization) = client(args)?;
    let present = now();
    let began = request.journal.open(&mut client, organization, present, common.is_quiet())?;
    let runtime = runtime()?;
    let watch = Watch::new(common);
    let order = request.order(args, began, present);
    let tell = |progress| watch.tell(progress);
    let mut collected = {
        // The deadline counts from within the runtime.
        let _within = runtime.enter();
        runtime.block_on(watch.over(async {
            let lists = lists(&client, order, &tell).await;
            let parts = request.parts(&lists.org, began);
            Box::pin(lists.rest(parts)).await
        }))
    };
    warn_of_skew(&client);
    if let Some(mixed) = collected.mixed.take() {
        // If resumed, they would be mixed again. A journal next to an output file stays, since the user named that file.
        if matches!(request.journal, Journal::Cached { .. }) {
            client.finish()?;
        }
        return Err(mixed.into());
    }
    client.broke_off().map_or(Ok((collected, client)), |error| Err(error.into()))
}

/// Warns if the clocks of this machine and the API differ too much.
pub(crate) fn warn_of_skew(client: &Client) {
    let (ahead, skew) = (client.skew() > 0, client.skew().abs());
    if skew >= 300 {
        let length = length(skew);
        let which = if ahead { "behind" } else { "ahead of" };
        warn(&format!(
            "this machine's clock is {length} {which} the API's: ages and --max-age use this machine's clock"
        ));
    }
}

/// The thread that talks to the API. More threads would spend their time on waking each other.
pub(crate) fn runtime() -> Result<&'static Runtime, Error> {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    if let Some(runtime) = RUNTIME.get() {
        return Ok(runtime);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|source| Error::Start { source })?;
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
