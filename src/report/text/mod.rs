//! The report for people: what was looked at, what ends most of it, then the rules, the most severe first, each with its
//! findings grouped by what they share.

mod controls;
mod footer;
mod header;
mod page;
mod rule;
mod shapes;
mod snippet;

use std::io::{self, Write};

use owo_colors::Style;

use self::page::Page;
use super::TextStyle;
use super::words::{incomplete, plural, things};
use crate::escape::visible;
use crate::finding::{Outcome, Severity, Unread, Verdict};
use crate::org::{Shortfall, State, by_reason, only_reason};

pub(super) fn render(outcome: &Outcome, style: TextStyle, to: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(style);
    let causes = outcome.all_causes();
    if !style.quiet {
        header::write(&mut page, outcome, &causes);
    }
    let nothing_read = nothing_read(outcome);
    for severity in Severity::ALL.into_iter().rev() {
        let of = |verdict| {
            let rules = &outcome.rules;
            let is = move |at: &usize| rules[*at].info.severity == severity && rules[*at].verdict() == verdict;
            (0..rules.len()).filter(is).collect::<Vec<_>>()
        };
        for at in of(Verdict::Violation) {
            rule::write(&mut page, outcome, at, &causes.of_rules[at]);
            page.flush(to)?;
        }
        // What all rules lack is shown once, at the end.
        if style.verbose || nothing_read.is_none() {
            unknown(&mut page, outcome, severity, &of(Verdict::Unknown));
        }
        page.flush(to)?;
    }
    if style.quiet {
        header::misleading_ages(&mut page, outcome);
        footer::warnings(&mut page, outcome);
        footer::coverage(&mut page, outcome);
        header::looked_at(&mut page, outcome);
        footer::last_line(&mut page, outcome);
    } else {
        footer::write(&mut page, outcome);
    }
    page.flush(to)
}

/// The report by control: for each framework that rolelint or a rule knows, what the rules say.
pub(super) fn render_controls(outcome: &Outcome, style: TextStyle, to: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(style);
    if !style.quiet {
        header::subject(&mut page, outcome);
    }
    for framework in outcome.controls() {
        controls::write(&mut page, outcome, &framework);
        page.flush(to)?;
    }
    controls::others(&mut page, outcome);
    footer::end(&mut page, outcome);
    page.flush(to)
}

/// Why nothing could be read, if it is one reason: a key that is refused, an API that does not answer.
fn nothing_read(outcome: &Outcome) -> Option<String> {
    let [Shortfall { state: State::Denied | State::Failed, why, .. }] = &by_reason(incomplete(outcome))[..] else {
        return None;
    };
    let empty = outcome.population.values().all(|count| *count == 0);
    (empty && outcome.count(Verdict::Unknown) == outcome.rules.len()).then(|| why.clone())
}

/// The rules of a severity that could not be answered. Those with one reason are listed together: a key
/// that is refused is one cause, however many rules there are.
fn unknown(page: &mut Page, outcome: &Outcome, severity: Severity, rules: &[usize]) {
    let mut alike: Vec<(Missing<'_>, Vec<usize>)> = Vec::new();
    for &at in rules {
        let missing = Missing::of(outcome, at, page.style.verbose);
        match alike.iter_mut().find(|(other, _)| *other == missing) {
            Some((_, others)) => others.push(at),
            None => alike.push((missing, vec![at])),
        }
    }
    for (missing, rules) in alike {
        if let ([only], false) = (&rules[..], outcome.findings_of(rules[0]).is_empty()) {
            rule::write(page, outcome, *only, &[]);
            continue;
        }
        let severity = page.paint(severity.name(), severity_style(severity));
        let count =
            page.paint(&format!("{} unknown", plural(rules.len(), outcome.noun())), Style::new().magenta().bold());
        let id = |&at: &usize| {
            let rule = &outcome.rules[at];
            let of = outcome.findings_of(at).first().map(|finding| things(rule.unknown(), finding.subject.kind));
            format!("{}{}", visible(&rule.info.id), of.map_or_else(String::new, |of| format!(" ({of})")))
        };
        let ids = rules.iter().map(id).collect::<Vec<_>>().join(", ");
        page.wrapped("", "  ", &format!("{severity}  {count}: {ids}"));
        match missing {
            Missing::Reason(reason) => {
                let mut names: Vec<&str> = Vec::new();
                for collection in rules.iter().flat_map(|&at| &outcome.rules[at].unread).filter_map(Unread::collection)
                {
                    if !names.contains(&collection.name()) {
                        names.push(collection.name());
                    }
                }
                page.field("data", &format!("incomplete: {} ({reason}); -v lists what is unknown", names.join(", ")));
            }
            Missing::Listed(_) | Missing::Findings(_) => rule::open(page, &outcome.rules[rules[0]]),
        }
        if !page.style.quiet {
            page.line("");
        }
    }
}

/// What keeps a rule from an answer.
#[derive(PartialEq)]
enum Missing<'a> {
    /// One reason, whatever the requests that failed for it.
    Reason(String),
    /// What it did not read, of a rule that could not even begin.
    Listed(&'a [Unread]),
    /// What its findings say.
    Findings(usize),
}

impl<'a> Missing<'a> {
    fn of(outcome: &'a Outcome, at: usize, verbose: bool) -> Self {
        let unread = &outcome.rules[at].unread;
        let reason = || {
            let mut reasons = unread.iter().map(|unread| match unread {
                Unread::Incomplete(_, detail) => only_reason(detail),
                Unread::NotRequested(_) | Unread::Other(_) => None,
            });
            let first = reasons.next()??;
            reasons.all(|other| other.as_ref() == Some(&first)).then_some(first)
        };
        match reason().filter(|_| !verbose) {
            Some(reason) => Self::Reason(reason),
            None if outcome.findings_of(at).is_empty() => Self::Listed(unread),
            None => Self::Findings(at),
        }
    }
}

fn verdict_style(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Violation => Style::new().red().bold(),
        Verdict::Unknown => Style::new().magenta().bold(),
        Verdict::Vacuous => Style::new().yellow(),
        Verdict::Pass => Style::new().green(),
    }
}

fn severity_style(severity: Severity) -> Style {
    match severity {
        Severity::Critical => Style::new().red().bold().reversed(),
        Severity::High => Style::new().red().bold(),
        Severity::Medium => Style::new().yellow().bold(),
        Severity::Low => Style::new().blue().bold(),
        Severity::Info => Style::new().cyan(),
    }
}
