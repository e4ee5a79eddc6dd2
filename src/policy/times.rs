//! Conditions on times: ages count back from the as-of time, horizons ahead of it.

use super::this::is_written;
use super::{Attribute, TimeColumn, TimePredicate, Type};
use crate::document::tree::{Node, Yaml};
use crate::document::{Code, Noted, Reader, optional};
use crate::time::{Time, parse_duration, parse_timestamp};

const TIME: &[&str] = &["older_than", "newer_than", "within", "later_than", "before", "after"];

/// How far ahead of the as-of time something may be that counts as happening now, in seconds: clocks differ.
const CLOCK_SKEW: i64 = 300;

impl TimePredicate {
    /// Whether a time satisfies it, without the selected thing.
    pub fn holds(&self, time: Time, as_of: Time) -> bool {
        let (age, ahead) = (as_of.saturating_sub(time), time.saturating_sub(as_of));
        self.older_than.is_none_or(|length| age > length)
            && self.newer_than.is_none_or(|length| age < length && ahead <= CLOCK_SKEW)
            && self.within.is_none_or(|length| ahead >= 0 && ahead <= length)
            && self.later_than.is_none_or(|length| ahead > length)
            && self.before.is_none_or(|moment| time < moment)
            && self.after.is_none_or(|moment| time >= moment)
    }

    /// Whether no time satisfies both.
    pub(super) fn excludes(&self, other: &Self) -> bool {
        let least = |one: Option<i64>, other: Option<i64>| [one, other].into_iter().flatten().min();
        let both = Self {
            null: false,
            older_than: self.older_than.max(other.older_than),
            newer_than: least(self.newer_than, other.newer_than),
            within: least(self.within, other.within),
            later_than: self.later_than.max(other.later_than),
            before: least(self.before, other.before),
            after: self.after.max(other.after),
            this: Vec::new(),
        };
        self.null != other.null || both.is_impossible()
    }

    /// Whether no time satisfies it: two bounds exclude each other, or one is in the past and one in the future.
    fn is_impossible(&self) -> bool {
        let past = self.older_than.or(self.newer_than).is_some();
        let future = self.within.or(self.later_than).is_some();
        let ages = self.older_than.zip(self.newer_than).is_some_and(|(older, newer)| newer <= older);
        let horizons = self.later_than.zip(self.within).is_some_and(|(later, within)| within <= later);
        let dates = self.after.zip(self.before).is_some_and(|(after, before)| before <= after);
        let nothing = self.newer_than == Some(0) || self.within.is_some_and(|length| length <= 0);
        (past && future) || ages || horizons || dates || nothing
    }
}

impl Reader<'_> {
    pub(super) fn time_test(&mut self, attribute: &Attribute, node: &Node) -> Option<TimePredicate> {
        if self.forgotten(node, attribute.name) {
            return None;
        }
        match &node.yaml {
            Yaml::Null => return Some(TimePredicate { null: true, ..TimePredicate::default() }),
            Yaml::Map(entries) if entries.is_empty() => {
                let message = format!("`{}` says nothing", attribute.name);
                let help = "write older_than, newer_than, within, later_than, before or after";
                self.problem(Code::Empty.at(node.span.clone(), message).help(help));
                return None;
            }
            Yaml::Map(_) => {}
            Yaml::Flag(_) | Yaml::Number(_) | Yaml::Float | Yaml::Text(_) | Yaml::List(_) => {
                let wanted = "null for never, or bounds such as { older_than: 90d } or { before: 2026-01-31 }";
                self.wrong(node, &format!("`{}`", attribute.name), wanted);
                return None;
            }
        }
        let fields = self.fields(node, &format!("`{}`", attribute.name), TIME)?;
        let mut read = |name: &str, of: fn(&str) -> Result<i64, &'static str>| {
            optional(fields.get(name), |node| self.length_or_date(name, node, of))
        };
        let (older_than, newer_than) = (read("older_than", parse_duration), read("newer_than", parse_duration));
        let (within, later_than) = (read("within", parse_duration), read("later_than", parse_duration));
        let mut this = Vec::new();
        let mut date = |name: &str, after: bool| match fields.get(name) {
            Some(node) if is_written(node) => {
                this.push(self.moment_of_this(node, after).ok_or(Noted)?);
                Ok(None)
            }
            node => optional(node, |node| self.length_or_date(name, node, parse_timestamp)),
        };
        let (before, after) = (date("before", false), date("after", true));
        let test = TimePredicate {
            null: false,
            older_than: older_than.ok()?,
            newer_than: newer_than.ok()?,
            within: within.ok()?,
            later_than: later_than.ok()?,
            before: before.ok()?,
            after: after.ok()?,
            this,
        };
        if matches!(attribute.type_, Type::Time(TimeColumn::Past(_) | TimeColumn::Added))
            && test.within.or(test.later_than).is_some()
        {
            self.never(node, &format!("`{}` is a time in the past: it never lies ahead", attribute.name));
        }
        if test.is_impossible() {
            self.never(node, &format!("the bounds of `{}` exclude each other", attribute.name));
        }
        Some(test)
    }

    fn length_or_date(&mut self, name: &str, node: &Node, of: fn(&str) -> Result<i64, &'static str>) -> Option<i64> {
        let node = self.resolve(node)?;
        let Yaml::Text(text) = &node.yaml else {
            let date = matches!(name, "before" | "after");
            let wanted = if date { "a date such as 2026-01-31" } else { "a duration such as 90d" };
            self.wrong(&node, &format!("`{name}`"), wanted);
            return None;
        };
        match of(text) {
            Ok(seconds) => Some(seconds),
            Err(help) => {
                let problem =
                    Code::InvalidValue.at(node.span.clone(), format!("`{text}` is not a valid value of `{name}`"));
                self.problem(problem.help(help));
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_in_the_past_and_the_future_cannot_be_combined() {
        let now = 1_000_000;
        let older = TimePredicate { older_than: Some(100), ..TimePredicate::default() };
        let newer = TimePredicate { newer_than: Some(100), ..TimePredicate::default() };
        let within = TimePredicate { within: Some(1000), ..TimePredicate::default() };
        let later = TimePredicate { later_than: Some(1000), ..TimePredicate::default() };
        // How far ahead of now, and what holds then.
        let table = [
            (-101, [true, false, false, false]),
            (-100, [false, false, false, false]),
            (-99, [false, true, false, false]),
            (0, [false, true, true, false]),
            (CLOCK_SKEW, [false, true, true, false]),
            (CLOCK_SKEW + 1, [false, false, true, false]),
            (1000, [false, false, true, false]),
            (1001, [false, false, false, true]),
        ];
        for (ahead, expected) in table {
            let held = [&older, &newer, &within, &later].map(|test| test.holds(now + ahead, now));
            assert_eq!(held, expected, "{ahead}");
        }
    }
}
