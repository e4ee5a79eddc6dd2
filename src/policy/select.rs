//! Which of the loaded rules are judged.

use globset::{Glob, GlobMatcher};

use super::{Error, Policy};
use crate::document::nearest;
use crate::finding::{RuleInfo, Skipped};

/// What narrows the rules. Nothing means all of them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Selection<'a> {
    /// Only the rules whose ids match one of these globs.
    pub only: &'a [String],
    /// Not the rules whose ids match one of these globs.
    pub skip: &'a [String],
    /// Only rules with a tag that matches one of these globs.
    pub tags: &'a [String],
}

impl Selection<'_> {
    /// Leaves the selected rules in the policies; returns the others.
    ///
    /// # Errors
    ///
    /// An id or a tag that no rule has, or a selection that leaves nothing.
    pub fn narrow(&self, policies: &mut [Policy]) -> Result<Vec<Skipped>, Error> {
        let rules = || policies.iter().flat_map(|policy| &policy.rules);
        let ids = || rules().map(|rule| rule.info.id.as_str());
        let meant = |near: Option<&str>, otherwise: &str| {
            Some(near.map_or_else(|| otherwise.to_owned(), |near| format!("did you mean `{near}`?")))
        };
        let (only, skip, wanted) = (globs(self.only)?, globs(self.skip)?, globs(self.tags)?);
        for (id, glob) in self.only.iter().chain(self.skip).zip(only.iter().chain(&skip)) {
            if !ids().any(|known| glob.is_match(known)) {
                return Err(Error::NoSuchRule {
                    id: id.clone(),
                    help: meant(nearest(id, ids()), "`rolelint list rules` lists them"),
                });
            }
        }
        let tags = || rules().flat_map(|rule| &rule.info.tags).map(String::as_str);
        for (tag, glob) in self.tags.iter().zip(&wanted) {
            if !tags().any(|known| glob.is_match(known)) {
                return Err(Error::NoSuchTag {
                    tag: tag.clone(),
                    help: meant(
                        nearest(tag, tags()),
                        "`rolelint list rules --format json` shows the tags of each rule",
                    ),
                });
            }
        }
        let any = |globs: &[GlobMatcher], text: &String| globs.iter().any(|glob| glob.is_match(text));
        let why_not = |rule: &RuleInfo| {
            if any(&skip, &rule.id) {
                Some("left out by skip")
            } else if !only.is_empty() && !any(&only, &rule.id) {
                Some("left out by only")
            } else if !wanted.is_empty() && !rule.tags.iter().any(|tag| any(&wanted, tag)) {
                Some("left out by tags")
            } else {
                None
            }
        };
        let mut skipped = Vec::new();
        for policy in &mut *policies {
            for rule in policy.rules_of_kinds().map(|kinds| &kinds[0]) {
                let reason = why_not(&rule.info);
                skipped.extend(reason.map(|why| Skipped::new(&rule.info, why.to_owned())));
            }
            policy.rules.retain(|rule| why_not(&rule.info).is_none());
        }
        if policies.iter().all(|policy| policy.rules.is_empty()) { Err(Error::NoRule) } else { Ok(skipped) }
    }
}

fn globs(of: &[String]) -> Result<Vec<GlobMatcher>, Error> {
    let glob = |text: &String| match Glob::new(text) {
        Ok(glob) => Ok(glob.compile_matcher()),
        Err(bad) => Err(Error::Glob { glob: text.clone(), message: bad.kind().to_string() }),
    };
    of.iter().map(glob).collect()
}
