//! What is counted, told plainly.

use std::collections::BTreeMap;

use super::plain::Plain;
use crate::org::{Extent, Known, Principal, Truth};
use crate::policy::{Case, Counted, Kind, Type};

impl Plain<'_> {
    /// What things make count, each once, with the best of the answers of those that make it count.
    pub(super) fn counted(
        &self,
        counted: Counted,
        kind: Kind,
        things: impl IntoIterator<Item = (usize, Truth)>,
    ) -> Vec<Truth> {
        let mut each: BTreeMap<(u8, usize, String), Truth> = BTreeMap::new();
        for (at, answer) in things {
            let (one, answer) = match counted {
                Counted::Each => ((0, at, String::new()), answer),
                Counted::Principals => match self.grants[at].principal {
                    Principal::User(user) => ((0, user.at(), String::new()), answer),
                    Principal::Group(group) => ((1, group.at(), String::new()), answer),
                    Principal::ServiceAccount(account) => match self.org.as_user(account) {
                        Some(user) => ((0, user.at(), String::new()), answer),
                        None => ((2, account.at(), String::new()), answer),
                    },
                },
                Counted::Through(relation) => {
                    let (led, open) = self.related(relation, Extent::ALL, kind, at);
                    match led.first() {
                        Some(&place) => ((0, place, String::new()), answer),
                        None if open => ((1, at, String::new()), answer.and(Truth::Unknown)),
                        None => continue,
                    }
                }
                Counted::Texts(attribute) => {
                    let Type::Text(case, column) = attribute.type_ else { unreachable!("a text") };
                    match self.text(column, kind, at) {
                        Known::Value(text) if case == Case::Fold => ((0, 0, text.to_ascii_lowercase()), answer),
                        Known::Value(text) => ((0, 0, text), answer),
                        Known::Missing => ((1, at, String::new()), answer.and(Truth::Unknown)),
                        Known::Null => continue,
                    }
                }
            };
            let best = each.entry(one).or_insert(answer);
            *best = (*best).max(answer);
        }
        each.into_values().collect()
    }
}
