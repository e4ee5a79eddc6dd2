//! What keeps a command from its answer, each with its help. It is long because every such error stands here once.

use std::path::PathBuf;

use miette::Diagnostic;
use thiserror::Error;

use super::Exit;
use crate::collect::Mixed;
use crate::console::output;
use crate::escape::{shown, visible};
use crate::{api, config, evidence, exceptions, policy, report, snapshot, testing};

impl Error {
    /// What the process ends with.
    pub fn exit(&self) -> Exit {
        let changed = matches!(self, Self::Mixed(mixed) if mixed.is_change());
        if changed || matches!(self, Self::NotToday { .. } | Self::OtherKey { .. }) {
            Exit::Unknown
        } else {
            Exit::Error
        }
    }
}

/// Why a command did nothing.
#[derive(Debug, Error, Diagnostic)]
pub enum Error {
    /// The command line.
    #[error("{message}")]
    Usage {
        /// What is wrong with it.
        message: String,
        /// What helps.
        #[help]
        help: Option<String>,
    },
    /// The policies.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Policy(#[from] policy::Error),
    /// The configuration.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Config(#[from] config::Error),
    /// The waivers.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Waivers(#[from] exceptions::WaiverError),
    /// The baseline.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Baseline(#[from] exceptions::BaselineError),
    /// A waiver is to be added, and it is not clear to which file.
    #[error("`waivers add` needs exactly one waivers file, and {named} were given")]
    #[diagnostic(help("name it with --waivers FILE"))]
    OneFileOfWaivers {
        /// How many files were named.
        named: usize,
    },
    /// Somebody else changed a file of waivers meanwhile.
    #[error("`{}` has changed since it was read; it was left as it is", visible(name))]
    #[diagnostic(help("run the command again"))]
    WaiversChanged {
        /// The file, fit to be shown.
        name: String,
    },
    /// A waiver is to be added for something that cannot be waived.
    #[error("{}", visible(why))]
    NotWaived {
        /// Why not.
        why: String,
        /// What to do.
        #[help]
        help: String,
    },
    /// A baseline would accept more than it does now.
    #[error("`{}` would accept new violations: {}", shown(path), visible(new))]
    #[diagnostic(help("fix or waive them, or accept them with --accept-new"))]
    BaselineGrows {
        /// The file.
        path: PathBuf,
        /// The first of them, in words.
        new: String,
    },
    /// The tests of policies.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Test(#[from] testing::Error),
    /// `--update` on built-in tests, which are not files.
    #[error("{name} is built in and cannot be updated")]
    #[diagnostic(help("name a file: rolelint test --update PATH"))]
    BuiltIn {
        /// The tests.
        name: String,
    },
    /// The key, the base URL or the connection's settings.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Setup(#[from] api::SetupError),
    /// The journal of a fetch.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Journal(#[from] api::JournalError),
    /// The organization.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Mixed(#[from] Mixed),
    /// The snapshot.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Snapshot(#[from] snapshot::Error),
    /// A file in place of the key for pseudonyms.
    #[error("`{}` has no key for pseudonyms", shown(path))]
    #[diagnostic(help("such a key has 64 hexadecimal digits; name a file that is not there, and one is made"))]
    PseudonymKey {
        /// The file.
        path: PathBuf,
    },
    /// The key for pseudonyms could not be read or written.
    #[error("cannot read or make the key for pseudonyms in `{}`", shown(path))]
    PseudonymKeyFile {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The bundle of evidence.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Evidence(#[from] evidence::Error),
    /// A `ROLELINT_` variable is empty.
    #[error("the environment variable {name} is empty")]
    #[diagnostic(help("give it a value or unset it; an empty value never means the default"))]
    EmptyVariable {
        /// The variable.
        name: String,
    },
    /// `ROLELINT_PARAM` cannot be read.
    #[error("the environment variable ROLELINT_PARAM cannot be used: {}", visible(message))]
    #[diagnostic(help("write a YAML mapping, such as `{{max_owners: 3}}` or `max_owners: 3`"))]
    ParamVariable {
        /// Why not.
        message: String,
    },
    /// The snapshot is not of the organization that was named, or does not say.
    #[error("the snapshot is of {}, but {flag} is {}", visible(told), visible(asked))]
    #[diagnostic(help("omit {flag} to read this snapshot"))]
    OtherOrganization {
        /// The flag that named it.
        flag: &'static str,
        /// What it says.
        asked: String,
        /// What the snapshot says.
        told: String,
    },
    /// The two states of a comparison are of two organizations, or one of them does not say.
    #[error("the earlier state is of {}, and the later one is of {}", visible(old), visible(new))]
    #[diagnostic(help("compare two states of one organization; --organization-name names one that the API does not"))]
    TwoOrganizations {
        /// What the earlier one says.
        old: String,
        /// What the later one says.
        new: String,
    },
    /// Things of an organization are asked for, and none is there.
    #[error("listing {what} requires a snapshot")]
    #[diagnostic(help("name a snapshot: --snapshot FILE; `rolelint fetch -o FILE` writes one"))]
    NoSnapshot {
        /// What was asked for.
        what: String,
    },
    /// A policy was named for a list that has nothing to do with policies.
    #[error("{what} do not come from policies")]
    #[diagnostic(help("leave the path out; `rolelint list rules PATH` lists the rules of a policy"))]
    NoPolicyListed {
        /// What was asked for.
        what: String,
    },
    /// A file that would be written is there.
    #[error("`{}` exists, nothing was written", shown(path))]
    #[diagnostic(help("`rolelint init` never replaces a file: name another folder, or move the file away"))]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// A word from the environment or the configuration is wrong.
    #[error("{message}")]
    Set {
        /// What is wrong with it.
        message: String,
        /// Where it is set, and what the error says besides.
        #[help]
        help: String,
    },
    /// A snapshot does not show everything that there is.
    #[error("the snapshot leaves open what there is, nothing was written: {}", visible(&reasons.join("; ")))]
    #[diagnostic(help(
        "make the snapshot with `rolelint fetch` and a key that may read this, or leave --snapshot out and fill in the \
         files by hand"
    ))]
    NotToday {
        /// What it does not show.
        reasons: Vec<String>,
    },
    /// An owner cannot be listed.
    #[error("owner {} has no e-mail address to be listed by, nothing was written", visible(owner))]
    #[diagnostic(help("leave --snapshot out, and write a rule on the ids of owners"))]
    OwnerWithoutAddress {
        /// Who it is.
        owner: String,
    },
    /// A folder could not be made.
    #[error("cannot make the folder `{}`", shown(path))]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// There is neither key nor snapshot.
    #[error("no admin key: OPENAI_ADMIN_KEY is empty or not set")]
    NoKey {
        /// Where one could be.
        #[help]
        help: String,
    },
    /// The key is of a kind that the Admin API does not take.
    #[error(
        "{place} contains {kind} ({prefix}…), but the Admin API requires an admin key (sk-admin-…); nothing was requested"
    )]
    #[diagnostic(help(
        "an owner of the organization creates one at https://platform.openai.com/settings/organization/admin-keys"
    ))]
    OtherKey {
        /// The variable or file.
        place: String,
        /// What it is.
        kind: &'static str,
        /// How it begins.
        prefix: &'static str,
    },
    /// There is text around the key.
    #[error("{place} contains {what}")]
    #[diagnostic(help("write only the key: letters, digits, - and _"))]
    MoreThanKey {
        /// The variable or file.
        place: String,
        /// What else.
        what: &'static str,
    },
    /// The key file could not be read.
    #[error("cannot read the key file `{}`", shown(path))]
    KeyFile {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The results of a check could not be read.
    #[error("cannot read the results `{}`", shown(path))]
    Results {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// It is not the results of a check.
    #[error("`{}` is not the JSON report of a check", shown(path))]
    #[diagnostic(help("`rolelint check --format json -o FILE` writes one"))]
    NoResults {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: report::Unreadable,
    },
    /// Nobody has this name.
    #[error("there is no user, group or service account called `{}`", visible(name))]
    NoSuchPrincipal {
        /// What was asked for.
        name: String,
        /// What it could be.
        #[help]
        help: Option<String>,
    },
    /// Several have this name.
    #[error("several are called `{}`: {}", visible(name), visible(ids))]
    #[diagnostic(help("name one by its id"))]
    SeveralPrincipals {
        /// What was asked for.
        name: String,
        /// Who they are.
        ids: String,
    },
    /// No role has such a permission, and none is known to exist.
    #[error("there is no permission `{}`", visible(name))]
    NoSuchPermission {
        /// What was asked for.
        name: String,
        /// What it could be.
        #[help]
        help: Option<String>,
    },
    /// A permission that cannot be read.
    #[error("`{}` is not a permission: {why}", visible(name))]
    BadPermission {
        /// What was asked for.
        name: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The results are of another state than the snapshot.
    #[error("the results are of the state {}, but the snapshot is of {snapshot}", visible(results))]
    #[diagnostic(help("name the snapshot that was checked; `rolelint check --save FILE` keeps it"))]
    OtherSnapshot {
        /// The digest that the results name.
        results: String,
        /// That of the snapshot.
        snapshot: String,
    },
    /// A parameter file could not be read.
    #[error("cannot read the parameter file `{}`", shown(path))]
    ParamFile {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The report could not be written.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Output(#[from] output::Error),
    /// The system gave us no threads.
    #[error("cannot start")]
    Start {
        /// What the system said.
        source: std::io::Error,
    },
}
