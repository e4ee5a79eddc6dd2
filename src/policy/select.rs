//! Which of the loaded rules are judged.

use super::{Error, Policy};
use crate::document::nearest;

/// What narrows the rules. Nothing means all of them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Selection<'a> {
    /// Only the rules with these ids.
    pub only: &'a [String],
    /// Not the rules with these ids.
    pub skip: &'a [String],
    /// Only rules with one of these tags.
    pub tags: &'a [String],
}

impl Selection<'_> {
    /// Leaves the selected rules in the policies; returns the ids of the others.
    ///
    /// # Errors
    ///
    /// An id or a tag that no rule has, or a selection that leaves nothing.
    pub fn narrow(&self, policies: &mut [Policy]) -> Result<Vec<String>, Error> {
        let rules = || policies.iter().flat_map(|policy| &policy.rules);
        let ids = || rules().map(|rule| rule.info.id.as_str());
        let meant = |near: Option<&str>| near.map(|near| format!("did you mean `{near}`?"));
        for id in self.only.iter().chain(self.skip) {
            if !ids().any(|known| known == id) {
                return Err(Error::NoSuchRule { id: id.clone(), help: meant(nearest(id, ids())) });
            }
        }
        let tags = || rules().flat_map(|rule| &rule.info.tags).map(String::as_str);
        if let Some(tag) = self.tags.iter().find(|tag| !tags().any(|known| known == *tag)) {
            return Err(Error::NoSuchTag { tag: tag.clone(), help: meant(nearest(tag, tags())) });
        }
        let mut skipped = Vec::new();
        for policy in &mut *policies {
            let (judged, left): (Vec<_>, Vec<_>) = std::mem::take(&mut policy.rules)
                .into_iter()
                .partition(|rule| self.has(&rule.info.id, &rule.info.tags));
            policy.rules = judged;
            skipped.extend(left.into_iter().map(|rule| rule.info.id.clone()));
        }
        if policies.iter().all(|policy| policy.rules.is_empty()) { Err(Error::NoRule) } else { Ok(skipped) }
    }

    fn has(&self, id: &String, tags: &[String]) -> bool {
        (self.only.is_empty() || self.only.contains(id))
            && (self.tags.is_empty() || tags.iter().any(|tag| self.tags.contains(tag)))
            && !self.skip.contains(id)
    }
}
