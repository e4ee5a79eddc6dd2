//! What the rules say about the controls of compliance frameworks. A control that no rule speaks for is listed as such.

use owo_colors::Style;

use super::page::Page;
use super::verdict_style;
use crate::escape::visible;
use crate::finding::{Control, Framework, Outcome, Verdict};
use crate::report::totals::found;
use crate::report::words::{by_kind, plural, selected};

/// The verdict of a control if nothing was checked.
const NO_RULE: &str = "no rule";

/// The controls of a framework.
pub fn write(page: &mut Page, outcome: &Outcome, framework: &Framework<'_>) {
    let name = page.paint(&visible(framework.name.unwrap_or(framework.id)), Style::new().bold());
    page.wrapped("", "  ", &format!("{name}: {}", counts(framework)));
    for control in &framework.controls {
        head(page, outcome, control);
        if !page.style.quiet {
            rules(page, outcome, control);
        }
    }
    page.line("");
}

/// The rules that name no control: what they say counts for none.
pub fn others(page: &mut Page, outcome: &Outcome) {
    let others = outcome.rules.iter().enumerate().filter(|(_, rule)| rule.info.controls.is_empty());
    let said: Vec<String> =
        others.map(|(at, rule)| format!("{} ({})", visible(&rule.info.id), found(outcome, at))).collect();
    if !said.is_empty() {
        page.wrapped("", "  ", &format!("{} without a control: {}", plural(said.len(), "rule"), said.join(", ")));
        page.line("");
    }
}

/// `17 controls: 3 violation, 1 unknown, 0 vacuous, 9 pass, 4 no rule`.
fn counts(framework: &Framework<'_>) -> String {
    let count =
        |verdict: Option<Verdict>| framework.controls.iter().filter(|control| control.verdict == verdict).count();
    let verdicts = Verdict::ALL.map(|verdict| format!("{} {}", count(Some(verdict)), verdict.name()));
    let controls = plural(framework.controls.len(), "control");
    format!("{controls}: {}, {} {NO_RULE}", verdicts.join(", "), count(None))
}

/// `violation  CC6.1  Access is limited (9 rules on 22 roles, 200 users)`.
fn head(page: &mut Page, outcome: &Outcome, control: &Control<'_>) {
    let title = control.title.map(|title| format!("  {}", visible(title))).unwrap_or_default();
    let population = by_kind(control.population.clone());
    let on = match population.as_str() {
        "" => population,
        _ if control.population.values().all(Option::is_none) => format!(", {population}"),
        _ => format!(" on {population}"),
    };
    let mut about = Vec::new();
    if !control.rules.is_empty() {
        about.push(format!("{}{on}", plural(control.rules.len(), "rule")));
    }
    let skipped: Vec<&str> = control.skipped.iter().map(|&at| outcome.skipped[at].rule.as_str()).collect();
    if !skipped.is_empty() {
        about.push(format!("skipped: {}", visible(&skipped.join(", "))));
    }
    let about = if about.is_empty() { String::new() } else { format!(" ({})", about.join("; ")) };
    let verdict = column(page, control.verdict);
    page.wrapped(&format!("{verdict}  "), "           ", &format!("{}{title}{about}", visible(control.id)));
}

/// The word in a column of its own.
fn column(page: &Page, verdict: Option<Verdict>) -> String {
    let word = verdict.map_or(NO_RULE, Verdict::name);
    page.paint(&format!("{word:<9}"), verdict.map_or_else(|| Style::new().dimmed(), verdict_style))
}

/// The rules of a control. Those that passed share a line, unless the reader wants to see each.
fn rules(page: &mut Page, outcome: &Outcome, control: &Control<'_>) {
    let said =
        |at: usize| format!("{} ({})", visible(&outcome.rules[at].info.id), selected(outcome, &outcome.rules[at]));
    let is_plain = |at: usize| outcome.rules[at].verdict() == Verdict::Pass && outcome.findings_of(at).is_empty();
    let mut passed = Vec::new();
    for &at in &control.rules {
        if is_plain(at) && !page.style.verbose {
            passed.push(said(at));
        } else {
            page.wrapped("           ", "             ", &format!("{}: {}", said(at), found(outcome, at)));
        }
    }
    if !passed.is_empty() {
        page.wrapped("           ", "             ", &format!("pass: {}", passed.join(", ")));
    }
}
