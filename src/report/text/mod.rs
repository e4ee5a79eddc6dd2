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
use super::words::{incomplete, plural};
use crate::escape::visible;
use crate::finding::{Outcome, Severity, Verdict};
use crate::org::{Shortfall, State, by_reason};

pub(super) fn render(outcome: &Outcome, style: TextStyle, to: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(style);
    if !style.quiet {
        header::write(&mut page, outcome);
    }
    let nothing_read = nothing_read(outcome);
    for severity in Severity::ALL.into_iter().rev() {
        let of = |verdict| {
            let rules = &outcome.rules;
            let is = move |at: &usize| rules[*at].info.severity == severity && rules[*at].verdict() == verdict;
            (0..rules.len()).filter(is).collect::<Vec<_>>()
        };
        for at in of(Verdict::Violation) {
            rule::write(&mut page, outcome, at);
            page.flush(to)?;
        }
        // What all rules lack is told once, at the end.
        if style.verbose || nothing_read.is_none() {
            unknown(&mut page, outcome, severity, &of(Verdict::Unknown));
        }
        page.flush(to)?;
    }
    if style.quiet {
        header::misleading_ages(&mut page, outcome);
        footer::warnings(&mut page, outcome);
        footer::coverage(&mut page, outcome);
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

/// The rules of a severity that could not be answered. Those that could not even begin for the same reason stand
/// together: a key that is refused is one cause, however many rules there are.
fn unknown(page: &mut Page, outcome: &Outcome, severity: Severity, rules: &[usize]) {
    let (begun, rest): (Vec<usize>, Vec<usize>) = rules.iter().partition(|&&at| !outcome.findings_of(at).is_empty());
    for at in begun {
        rule::write(page, outcome, at);
    }
    let mut alike: Vec<Vec<usize>> = Vec::new();
    for at in rest {
        let same = |others: &&mut Vec<usize>| outcome.rules[others[0]].unread == outcome.rules[at].unread;
        match alike.iter_mut().find(same) {
            Some(others) => others.push(at),
            None => alike.push(vec![at]),
        }
    }
    for rules in alike {
        let severity = page.paint(severity.name(), severity_style(severity));
        let count =
            page.paint(&format!("{} unknown", plural(rules.len(), outcome.noun())), Style::new().magenta().bold());
        let ids: Vec<&str> = rules.iter().map(|&at| outcome.rules[at].info.id.as_str()).collect();
        page.wrapped(&format!("{severity}  {count}: "), "  ", &visible(&ids.join(", ")));
        rule::open(page, &outcome.rules[rules[0]]);
        if !page.style.quiet {
            page.line("");
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
