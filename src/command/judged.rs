//! Which rules are judged: those that are selected, as the configuration has them.

use std::path::Path;

use super::input::now;
use super::{Error, overrides};
use crate::bounded;
use crate::cli::{Parameter, Rules};
use crate::config::Override;
use crate::finding::Skipped;
use crate::policy::{LARGEST_PARAMETERS, Narrowing, Overrides, Policy, Selection, load};
use crate::time::Time;

/// The policies with the rules that are selected, and the rules that are not.
pub(crate) fn policies(rules: &Rules) -> Result<(Vec<Policy>, Vec<Skipped>), Error> {
    let mut policies = loaded(rules)?;
    let skipped = selection(rules).narrow(&mut policies)?;
    Ok((policies, skipped))
}

/// The policies with all of their rules.
pub(crate) fn loaded(rules: &Rules) -> Result<Vec<Policy>, Error> {
    Ok(load(&[&rules.paths[..], &rules.policy].concat(), &params(rules)?)?)
}

/// What is judged.
pub(crate) struct Judged {
    /// The policies with the rules that are judged.
    pub policies: Vec<Policy>,
    /// The rules that are not.
    pub skipped: Vec<Skipped>,
    /// What the configuration changes about the rules, in sentences.
    pub overridden: Vec<String>,
}

/// The rules that are judged, as the configuration has them at that moment, or now if it is past.
pub(crate) fn judged(rules: &Rules, as_of: Option<Time>) -> Result<Judged, Error> {
    let now = as_of.map_or_else(now, |as_of| as_of.max(now()));
    Judged::of(loaded(rules)?, selection(rules), &rules.overrides, now)
}

impl Judged {
    /// The rules of these policies that are selected and that the configuration has not switched off at that moment.
    pub(crate) fn of(
        mut policies: Vec<Policy>,
        selection: Selection<'_>,
        changes: &[Override],
        now: Time,
    ) -> Result<Self, Error> {
        overrides::known(changes, &policies)?;
        let mut skipped = selection.narrow(&mut policies)?;
        let (off, overridden) = overrides::apply(changes, &mut policies, now)?;
        skipped.extend(off);
        let narrowed = policies.iter().flat_map(|policy| &policy.narrowings).map(Narrowing::sentence);
        let overridden = narrowed.chain(overridden).collect();
        Ok(Self { policies, skipped, overridden })
    }
}

/// The rules that were selected.
fn selection(rules: &Rules) -> Selection<'_> {
    Selection { only: &rules.only, skip: &rules.skip, tags: &rules.tag }
}

fn params(args: &Rules) -> Result<Overrides, Error> {
    let mut overrides = Overrides::default();
    for Parameter { name, value, from } in &args.param_below {
        overrides.set(name, value, from)?;
    }
    for path in &args.param_file {
        overrides.set_all(&path.to_string_lossy(), &list(path)?)?;
    }
    for Parameter { name, value, from } in &args.param {
        match value.strip_prefix('@') {
            Some(path) => overrides.set_lines(name, path, &list(Path::new(path))?),
            None => overrides.set(name, value, from)?,
        }
    }
    Ok(overrides)
}

/// The text of a file with parameters, or with a list for one.
pub(crate) fn list(path: &Path) -> Result<String, Error> {
    bounded::read(path, LARGEST_PARAMETERS).map_err(|source| Error::ParamFile { path: path.to_owned(), source })
}
