//! Times as the API sends them, and as people write them.

use std::time::Duration;

use jiff::{SpanRelativeTo, Timestamp, civil::Date};

/// Seconds since 1970-01-01T00:00:00Z, as the API sends times.
pub type Time = i64;

/// A day, in seconds.
pub const DAY: Time = 86_400;

/// A time as RFC 3339 has it; as the number it is, where no calendar reaches.
pub fn rfc3339(time: Time) -> String {
    Timestamp::from_second(time).map_or_else(|_| time.to_string(), |moment| moment.to_string())
}

/// A time as people write it: the day, where it is the first moment of one.
pub fn day(time: Time) -> String {
    let moment = rfc3339(time);
    moment.strip_suffix("T00:00:00Z").map_or(moment.clone(), str::to_owned)
}

/// A time for people, to the minute: `2026-06-01 10:00Z`.
pub fn minute(time: Time) -> String {
    Timestamp::from_second(time)
        .map_or_else(|_| time.to_string(), |moment| moment.strftime("%Y-%m-%d %H:%MZ").to_string())
}

/// `, 3 days ago`; nothing of less than five minutes.
pub fn ago(seconds: i64) -> String {
    match seconds {
        ..300 => String::new(),
        _ => format!(", {} ago", length(seconds)),
    }
}

/// A time by its day and its distance from a moment: `168 days ago (2025-12-09)`.
pub fn relative(time: Time, from: Time) -> String {
    let day = rfc3339(time).chars().take("2026-01-31".len()).collect::<String>();
    let distance = length(time.abs_diff(from).try_into().unwrap_or(i64::MAX));
    if time <= from { format!("{distance} ago ({day})") } else { format!("in {distance} ({day})") }
}

/// A length of time in words, in the largest unit that fits at least twice: `40 seconds`, `90 minutes`, `47 hours`, `3 days`.
pub fn length(seconds: i64) -> String {
    let seconds = seconds.max(0);
    let (each, unit) = if seconds == 60 { (60, "minute") } else { unit(seconds) };
    let count = seconds / each;
    let s = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{s}")
}

/// A length of time that is estimated, in words and rounded up: `a minute`, `12 hours`.
pub fn rounded_up(length: Duration) -> String {
    let minutes = length.as_secs().saturating_add(u64::from(length.subsec_nanos() > 0)).div_ceil(60);
    let seconds = i64::try_from(minutes.saturating_mul(60)).unwrap_or(i64::MAX);
    if minutes <= 1 {
        return "a minute".to_owned();
    }
    let (each, unit) = unit(seconds);
    format!("{} {unit}s", seconds.saturating_add(each - 1) / each)
}

/// The largest unit that fits at least twice, in seconds and in words.
fn unit(seconds: i64) -> (i64, &'static str) {
    let units = [(86_400, "day"), (3600, "hour"), (60, "minute")];
    units.into_iter().find(|(each, _)| seconds / each >= 2).unwrap_or((1, "second"))
}

/// A length of time in seconds.
///
/// # Errors
///
/// What to write instead.
pub fn parse_duration(text: &str) -> Result<i64, &'static str> {
    const HELP: &str = "write a duration such as 90d, 12h or 2w; months and years have no fixed length";
    let span: jiff::Span = text.parse().map_err(|_| HELP)?;
    let total = span.total((jiff::Unit::Second, SpanRelativeTo::days_are_24_hours())).map_err(|_| HELP)?;
    if total.is_sign_negative() {
        return Err("a duration is never negative");
    }
    #[expect(clippy::cast_possible_truncation, reason = "jiff bounds a span to some twenty thousand years")]
    Ok(total as i64)
}

/// A date, meaning its first moment in UTC, or a moment.
///
/// # Errors
///
/// What to write instead.
pub fn parse_timestamp(text: &str) -> Result<Time, &'static str> {
    const HELP: &str = "write a date such as 2026-01-31 or a timestamp such as 2026-01-31T12:00:00Z";
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(moment.as_second());
    }
    // A time of day without its zone is no moment, and must not pass for the day alone.
    let date: Date =
        Some(text).filter(|text| text.len() == "2026-01-31".len()).ok_or(HELP)?.parse().map_err(|_| HELP)?;
    // By days: the last ones of the calendar, which stand for never, are moments nowhere but in UTC.
    Ok(i64::from((date - Date::constant(1970, 1, 1)).get_days()) * 86_400)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_said_in_the_largest_unit_of_which_there_are_two() {
        let table = [
            (-5, "0 seconds"),
            (1, "1 second"),
            (119, "119 seconds"),
            (120, "2 minutes"),
            (7_199, "119 minutes"),
            (7_200, "2 hours"),
            (172_799, "47 hours"),
            (172_800, "2 days"),
            (14_515_200, "168 days"),
        ];
        for (seconds, expected) in table {
            assert_eq!(length(seconds), expected, "{seconds}");
        }
        assert_eq!(
            (ago(299).as_str(), ago(840).as_str(), ago(7200).as_str()),
            ("", ", 14 minutes ago", ", 2 hours ago")
        );
        assert_eq!(minute(1_780_272_059), "2026-06-01 00:00Z");
    }

    #[test]
    fn estimates_are_rounded_up() {
        let table = [
            (0, "a minute"),
            (60, "a minute"),
            (61, "2 minutes"),
            (7_140, "119 minutes"),
            (7_141, "2 hours"),
            (7_201, "3 hours"),
            (42_900, "12 hours"),
            (172_801, "3 days"),
        ];
        for (seconds, expected) in table {
            assert_eq!(rounded_up(Duration::from_secs(seconds)), expected, "{seconds}");
        }
        assert_eq!(rounded_up(Duration::from_millis(60_001)), "2 minutes");
        assert!(rounded_up(Duration::MAX).ends_with(" days"));
    }

    #[test]
    fn durations_are_parsed() {
        for (text, expected) in [("90d", Ok(7_776_000)), ("2w", Ok(1_209_600)), ("12h", Ok(43_200)), ("0d", Ok(0))] {
            assert_eq!(parse_duration(text), expected, "{text}");
        }
        for text in ["3 months", "1y", "-1d", "90", "", "x"] {
            parse_duration(text).expect_err(text);
        }
    }

    #[test]
    fn dates_and_timestamps_are_parsed() {
        let midnight = 1_769_817_600;
        assert_eq!(parse_timestamp("2026-01-31"), Ok(midnight));
        assert_eq!(parse_timestamp("2026-01-31T00:00:00Z"), Ok(midnight));
        assert_eq!(parse_timestamp("2026-01-31T01:00:00+01:00"), Ok(midnight));
        assert_eq!(parse_timestamp("9999-12-31"), Ok(253_402_214_400));
        assert_eq!(parse_timestamp("1969-12-31"), Ok(-86_400));
        parse_timestamp("31.01.2026").expect_err("another order");
        parse_timestamp("2026-02-30").expect_err("no such day");
        parse_timestamp("2026-01-31T12:00:00").expect_err("in which zone?");
    }
}
