//! Whether an answer depends on paths: whether it changes once all of them are cut, at any step.

/// What an answer rests on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rests {
    /// There is no path to cut.
    #[default]
    OnFacts,
    /// Without its paths, or without the permissions at their end, the answer is another one.
    OnPaths,
    /// Nobody knows: there are paths, and the answer may be the same without them.
    Unsure,
}

impl Rests {
    /// Of an answer that is another one as soon as one of these parts is.
    pub fn on_one(parts: impl IntoIterator<Item = Self>) -> Self {
        parts.into_iter().fold(Self::OnFacts, |one, other| match (one, other) {
            (Self::OnPaths, _) | (_, Self::OnPaths) => Self::OnPaths,
            (Self::Unsure, _) | (_, Self::Unsure) => Self::Unsure,
            (Self::OnFacts, Self::OnFacts) => Self::OnFacts,
        })
    }

    /// Of an answer that is another one only when all of these parts are.
    pub fn on_each(parts: impl IntoIterator<Item = Self>) -> Self {
        let parts = parts.into_iter().reduce(|one, other| if one == other { one } else { Self::Unsure });
        parts.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::Rests::{self, OnFacts, OnPaths, Unsure};

    #[test]
    fn one_part_on_paths_is_enough_for_one_and_not_for_each() {
        let table = [
            (vec![], OnFacts, OnFacts),
            (vec![OnFacts, OnFacts], OnFacts, OnFacts),
            (vec![OnFacts, OnPaths], OnPaths, Unsure),
            (vec![OnPaths, Unsure], OnPaths, Unsure),
            (vec![OnPaths, OnPaths], OnPaths, OnPaths),
            (vec![OnFacts, Unsure], Unsure, Unsure),
        ];
        for (parts, one, each) in table {
            assert_eq!(Rests::on_one(parts.clone()), one, "{parts:?}");
            assert_eq!(Rests::on_each(parts.clone()), each, "{parts:?}");
        }
    }
}
