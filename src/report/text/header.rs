//! The top of the report: what it is about, what was looked at, and how many rules and violations there are.

use owo_colors::Style;

use super::page::Page;
use super::severity_style;
use crate::escape::visible;
use crate::finding::{Cause, Causes, Outcome, Severity, Status, Verdict};
use crate::report::words::{self, incomplete, number, plural, population};
use crate::time::{DAY, ago, day, minute};

/// How many policy files are named.
const FILES: usize = 3;
/// How many cuts across all rules are shown.
const CUTS: usize = 5;

/// Organization and time, what was looked at, the policies, and the table by severity.
pub fn write(page: &mut Page, outcome: &Outcome, causes: &Causes<'_>) {
    subject(page, outcome);
    table(page, outcome);
    cuts(page, outcome, &causes.cuts);
}

/// What the report is about.
pub fn subject(page: &mut Page, outcome: &Outcome) {
    if outcome.has_facts() {
        page.wrapped("", "  ", &about(page, outcome));
    }
    looked_at(page, outcome);
    page.wrapped("", "  ", &policies(outcome));
    page.line("");
}

/// What was looked at, and whether all of it could be read.
pub fn looked_at(page: &mut Page, outcome: &Outcome) {
    if outcome.has_facts() {
        let complete = match (outcome.complete(), incomplete(outcome).is_empty()) {
            (true, true) => "complete".to_owned(),
            // What is missing changes no verdict.
            (true, false) => "incomplete, but every rule is answered".to_owned(),
            (false, _) => page.paint("incomplete", Style::new().magenta().bold()),
        };
        page.wrapped("", "  ", &format!("{} · {complete}", population(outcome)));
    }
}

/// What ends most of the violations, whatever their rules.
fn cuts(page: &mut Page, outcome: &Outcome, cuts: &[Cause<'_>]) {
    if cuts.is_empty() {
        return;
    }
    let total = outcome.findings.iter().filter(|finding| outcome.counts(finding)).count();
    page.wrapped("", "  ", &format!("Where to start: the changes that end most of these {} violations", number(total)));
    let width = number(cuts[0].findings.len()).len();
    for cut in cuts.iter().take(CUTS) {
        let ends = page.paint(&format!("{:>width$}", number(cut.findings.len())), Style::new().bold());
        let rules: Vec<&str> = cut.rules().into_iter().map(|rule| outcome.rules[rule].info.id.as_str()).collect();
        let rules = match rules.as_slice() {
            [only] => visible(only).into_owned(),
            several => plural(several.len(), outcome.noun()),
        };
        let text = words::cut(cut, &|kind| page.paint(kind, Style::new().dimmed()));
        let rules = page.paint(&format!("({rules})"), Style::new().dimmed());
        page.wrapped(
            &format!("  {ends}  "),
            &format!("{:indent$}", "", indent = width + 4),
            &format!("{text} {rules}"),
        );
    }
    page.line("");
}

/// `org-acme · collected 2026-06-01 10:00Z, 3 days ago · ages as of 2026-06-01`.
fn about(page: &Page, outcome: &Outcome) -> String {
    let source = &outcome.source;
    let of = if source.organization.is_known() {
        format!("organization {}", source.organization)
    } else {
        format!("unnamed organization at {}", source.api)
    };
    let when = |time| format!("{}{}", minute(time), ago(page.style.now.saturating_sub(time)));
    let mut parts =
        vec![page.paint(&visible(&of), Style::new().bold()), format!("collected {}", when(source.collected_at))];
    if outcome.oldest_fact < source.collected_at {
        parts.push(format!("oldest fact {}", when(outcome.oldest_fact)));
    }
    parts.extend(ages(outcome));
    parts.join(" · ")
}

/// The time that ages count from, if it is not that of the data.
fn ages(outcome: &Outcome) -> Option<String> {
    let before = if precedes_data(outcome) { ", before the data was collected" } else { "" };
    (outcome.as_of != outcome.source.collected_at).then(|| format!("ages as of {}{before}", day(outcome.as_of)))
}

/// Whether ages count from before the facts: what is old by now is not yet old then.
fn precedes_data(outcome: &Outcome) -> bool {
    outcome.has_facts() && outcome.as_of + DAY < outcome.oldest_fact
}

/// What even the shortest report says about the time that ages count from.
pub fn misleading_ages(page: &mut Page, outcome: &Outcome) {
    if let Some(ages) = ages(outcome).filter(|_| precedes_data(outcome)) {
        page.wrapped("note: ", "      ", &ages);
    }
}

/// `builtin:recommended (27 rules), own.yaml (2 rules) · 3 rules skipped`.
fn policies(outcome: &Outcome) -> String {
    let named = |name: &str, rules| format!("{name} ({})", plural(rules, "rule"));
    let (shown, more) = outcome.policies.split_at(outcome.policies.len().min(FILES));
    let mut all: Vec<String> = shown.iter().map(|policy| named(&visible(&policy.source.name), policy.rules)).collect();
    if !more.is_empty() {
        let files = format!("and {}", plural(more.len(), "more file"));
        all.push(named(&files, more.iter().map(|policy| policy.rules).sum()));
    }
    let skipped = match outcome.skipped.len() {
        0 => String::new(),
        n => format!(" · {} skipped", plural(n, outcome.noun())),
    };
    format!("{}{skipped}", all.join(", "))
}

/// Rules and findings by severity; of texts, only if something was found. Columns without a number are left out.
fn table(page: &mut Page, outcome: &Outcome) {
    if !outcome.has_facts() && outcome.findings.is_empty() && outcome.complete() {
        return;
    }
    let columns = [&format!("{}s", outcome.noun()), "violated", "unknown", "violations", "waived", "baselined"];
    let rows: Vec<(Severity, [usize; 6])> = Severity::ALL
        .into_iter()
        .rev()
        .map(|severity| {
            let of = || (0..outcome.rules.len()).filter(move |&at| outcome.rules[at].info.severity == severity);
            let rules = |verdict| of().filter(|&at| outcome.rules[at].verdict() == verdict).count();
            let status = |status| {
                let findings = of().flat_map(|at| outcome.findings_of(at));
                findings.filter(|finding| finding.status == status).count()
            };
            let open = of().filter(|&at| outcome.rules[at].is_open()).count();
            let [violations, waived, baselined] = [Status::Violation, Status::Waived, Status::Baselined].map(status);
            (severity, [of().count(), rules(Verdict::Violation), open, violations, waived, baselined])
        })
        .filter(|(_, row)| row[0] > 0)
        .collect();
    let used = |column: &usize| rows.iter().any(|(_, row)| row[*column] > 0);
    let columns: Vec<(usize, &str)> = (0..columns.len()).filter(used).map(|at| (at, columns[at])).collect();
    let head: Vec<&str> = columns.iter().map(|(_, name)| *name).collect();
    let head = format!("          {}", head.join("  "));
    let fits = head.len() <= page.style.width;
    if fits {
        page.line(&page.paint(&head, Style::new().dimmed()));
    }
    for (severity, row) in rows {
        let name = page.paint(&format!("{:<8}", severity.name()), severity_style(severity));
        if !fits {
            let cells = columns.iter().filter(|(at, _)| row[*at] > 0);
            let cells: Vec<String> = cells.map(|&(at, column)| format!("{column} {}", number(row[at]))).collect();
            page.wrapped("", "          ", &format!("{name}  {}", cells.join(", ")));
            continue;
        }
        let cell = |&(at, name): &(usize, &str)| format!("{:>width$}", number(row[at]), width = name.len());
        let cells: Vec<String> = columns.iter().map(cell).collect();
        page.line(&format!("{name}  {}", cells.join("  ")));
    }
    page.line("");
}
