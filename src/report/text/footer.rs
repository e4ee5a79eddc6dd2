//! The end of the report: what passed or said nothing, what is accepted, notes, what could not be read, and the exit code.

use owo_colors::Style;

use super::page::Page;
use super::{nothing_read, verdict_style};
use crate::escape::visible;
use crate::finding::{Ending, Note, Outcome, Unread, Verdict};
use crate::org::{Shortfall, by_reason};
use crate::report::accepted;
use crate::report::totals::{exit, skipped, summary};
use crate::report::words::{incomplete, plural};

/// How many accepted violations are listed, unless the reader wants them all.
const ACCEPTED: usize = 12;
/// How many sentences of one kind about the data are shown, unless the reader wants them all.
const SENTENCES: usize = 3;

pub fn write(page: &mut Page, outcome: &Outcome) {
    quiet_rules(page, outcome, Verdict::Vacuous, "selected nothing (vacuous)");
    if page.style.verbose {
        quiet_rules(page, outcome, Verdict::Pass, "passed");
    }
    accepted(page, outcome);
    warnings(page, outcome);
    sentences(page, &outcome.disagreements);
    sentences(page, &outcome.oddities);
    coverage(page, outcome);
    counts(page, outcome);
    last_line(page, outcome);
}

/// The end of a report that lists its rules elsewhere: what accepts violations, what could not be read, the exit code.
pub fn end(page: &mut Page, outcome: &Outcome) {
    sentences(page, &outcome.exceptions);
    coverage(page, outcome);
    counts(page, outcome);
    last_line(page, outcome);
}

/// What may be wrong with the policies, the waivers and the baseline.
pub fn warnings(page: &mut Page, outcome: &Outcome) {
    notes(page, outcome);
    sentences(page, &outcome.exceptions);
}

fn quiet_rules(page: &mut Page, outcome: &Outcome, verdict: Verdict, says: &str) {
    let rules = outcome.rules.iter().filter(|rule| rule.verdict() == verdict);
    let ids: Vec<&str> = rules.map(|rule| rule.info.id.as_str()).collect();
    if !ids.is_empty() {
        let rules = plural(ids.len(), outcome.noun());
        page.wrapped(&format!("{rules} {says}: "), "  ", &visible(&ids.join(", ")));
        page.line("");
    }
}

/// The violations that are accepted, each with what accepts it.
fn accepted(page: &mut Page, outcome: &Outcome) {
    for (status, lines) in accepted::lines(outcome, if page.style.verbose { usize::MAX } else { ACCEPTED }) {
        for line in &lines {
            let status = page.paint(status.name(), Style::new().blue());
            page.wrapped(&format!("{status}  "), "  ", line);
        }
        page.line("");
    }
}

/// What the reader should know of rules that were answered.
fn notes(page: &mut Page, outcome: &Outcome) {
    let mut any = false;
    for rule in &outcome.rules {
        // A note that made the rule unknown is shown with the rule.
        let told =
            |note: &&Note| !rule.unread.iter().any(|one| matches!(one, Unread::Other(text) if *text == note.text));
        for note in rule.notes.iter().filter(told) {
            let (line, column) = (note.region.line, note.region.column);
            let given = note.region.given().iter().map(|given| format!("; {} from {}", given.parameter, given.from));
            let place = format!("{}:{line}:{column}{}", rule.info.location.source.name, given.collect::<String>());
            let said = format!("{} ({place}): {}", rule.info.id, note.text);
            page.wrapped("note: ", "      ", &visible(&said));
            any = true;
        }
    }
    if any {
        page.line("");
    }
}

/// Sentences about the data: where two views of inheritance differ, or what may mislead.
fn sentences(page: &mut Page, sentences: &[String]) {
    let shown = if page.style.verbose { sentences.len() } else { SENTENCES };
    for sentence in sentences.iter().take(shown) {
        page.wrapped("note: ", "      ", &visible(sentence));
    }
    if sentences.len() > shown {
        let more = sentences.len() - shown;
        page.wrapped("note: ", "      ", &format!("and {more} more (-v shows them all)"));
    }
    if !sentences.is_empty() {
        page.line("");
    }
}

/// The incomplete collections; those with the same cause together.
pub fn coverage(page: &mut Page, outcome: &Outcome) {
    let shortfalls = by_reason(incomplete(outcome));
    if let Some(why) = nothing_read(outcome) {
        page.wrapped("", "  ", &format!("{}: {why}", page.paint("nothing could be read", Style::new().magenta())));
        if !page.style.quiet {
            page.line("");
        }
        return;
    }
    for Shortfall { state, why, collections } in &shortfalls {
        let state = page.paint(state.name(), Style::new().magenta());
        let names: Vec<&str> = collections.iter().map(|collection| collection.name()).collect();
        page.wrapped("", "  ", &format!("{} {state}: {why}", names.join(", ")));
    }
    let mut remarked = false;
    for of in &outcome.coverage {
        for remark in &of.remarks {
            page.wrapped(&format!("{}: ", of.collection), "  ", &visible(remark));
            remarked = true;
        }
    }
    if (!shortfalls.is_empty() || remarked) && !page.style.quiet {
        page.line("");
    }
}

fn counts(page: &mut Page, outcome: &Outcome) {
    let line = summary(
        outcome,
        |verdict, count, text| {
            if count > 0 { page.paint(&text, verdict_style(verdict)) } else { text }
        },
    );
    page.wrapped("", "  ", &line);
}

/// The exit code, and what decides it.
pub fn last_line(page: &mut Page, outcome: &Outcome) {
    let style = match outcome.ending() {
        Ending::Clean => Style::new().green().bold(),
        Ending::Violation | Ending::NotLoaded => Style::new().red().bold(),
        Ending::Unknown => Style::new().magenta().bold(),
    };
    // Otherwise the line above says it.
    let skipped = if page.style.quiet { skipped(outcome) } else { String::new() };
    let line = format!("{}{skipped}", exit(outcome));
    let (code, why) = line.split_once(':').unwrap_or((&line, ""));
    let code = page.paint(code, style);
    page.wrapped("", "  ", &format!("{code}:{why}"));
}
