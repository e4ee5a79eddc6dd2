//! The top of the page: the verdict in words, what was read and what was not, as of when; and the way to each part.

use std::io::{self, Write};

use super::page::Text;
use crate::finding::{Ending, Judges, Outcome, Severity, Status, Verdict};
use crate::org::State;
use crate::report::totals::{exit, plain_summary};
use crate::report::words::{incomplete, number, plural, population};
use crate::time::{minute, rfc3339};

/// The title of the page.
pub fn title(outcome: &Outcome) -> String {
    let organization = &outcome.source.organization;
    let of = if organization.is_known() { format!(" · {organization}") } else { String::new() };
    format!("{}{of} · rolelint", sentence(outcome))
}

/// The verdict in words.
fn sentence(outcome: &Outcome) -> String {
    if outcome.judges == Judges::LoadErrors {
        return "There are files that do not load".to_owned();
    }
    let rules = outcome.rules.len();
    let violated = outcome.count(Verdict::Violation);
    let open = outcome.rules.iter().filter(|rule| rule.is_open()).count();
    // Rules that selected nothing, which `strict` forbids.
    let vacuous = if outcome.ending() == Ending::Unknown { outcome.count(Verdict::Vacuous) } else { 0 };
    let be = |count: usize| if count == 1 { "is" } else { "are" };
    match (violated, open) {
        (0, 0) if rules == 0 => "No rule was checked".to_owned(),
        (0, 0) if vacuous > 0 => format!("Not proven: {vacuous} of {} selected nothing", plural(rules, "rule")),
        (0, 0) => format!("No violation: {} answered", every(rules)),
        (0, open) => format!("Not proven: {open} of {} could not be answered", plural(rules, "rule")),
        (violated, 0) => format!("{violated} of {} {} violated", plural(rules, "rule"), be(violated)),
        (violated, open) => {
            format!(
                "{violated} of {} {} violated, and {open} could not be fully answered",
                plural(rules, "rule"),
                be(violated)
            )
        }
    }
}

fn every(rules: usize) -> String {
    if rules == 1 { "the one rule was".to_owned() } else { format!("all {rules} rules were") }
}

/// Which colour the verdict has.
fn tone(outcome: &Outcome) -> &'static str {
    let violated = outcome.count(Verdict::Violation) > 0;
    match outcome.ending() {
        Ending::Violation | Ending::NotLoaded => "bad",
        Ending::Unknown => "unknown",
        Ending::Clean if violated => "bad",
        Ending::Clean => "good",
    }
}

/// The header and the navigation.
pub fn render(outcome: &Outcome, to: &mut dyn Write) -> io::Result<()> {
    writeln!(to, "<header class=\"top {}\">\n<div class=\"wrap\">", tone(outcome))?;
    writeln!(to, "<p class=\"brand\">rolelint <span>access report</span></p>")?;
    writeln!(to, "<h1>{}</h1>", sentence(outcome))?;
    writeln!(to, "<p class=\"lead\">{}.</p>", Text(exit(outcome).replacen("exit", "Exit code", 1)))?;
    writeln!(to, "<p class=\"small\">{}.</p>", Text(plain_summary(outcome)))?;
    if !outcome.coverage.is_empty() {
        read(outcome, to)?;
    }
    tiles(outcome, to)?;
    to.write_all(b"</div>\n</header>\n")?;
    navigation(outcome, to)
}

/// What was read, as of when, and what was not.
fn read(outcome: &Outcome, to: &mut dyn Write) -> io::Result<()> {
    let source = &outcome.source;
    let organization = if source.organization.is_known() {
        source.organization.to_string()
    } else {
        format!("{}, which does not say its name", source.api)
    };
    let mut rows = vec![("Organization", organization), ("Collected", minute(source.collected_at))];
    if outcome.oldest_fact < source.collected_at {
        rows.push(("Oldest fact", minute(outcome.oldest_fact)));
    }
    rows.push(("Ages count from", minute(outcome.as_of)));
    rows.push(("Read", population(outcome)));
    let incomplete = incomplete(outcome);
    let asked = outcome.coverage.iter().filter(|of| of.state != State::NotAsked).count();
    let not_asked = outcome.coverage.len() - asked;
    let unasked = match not_asked {
        0 => String::new(),
        n => format!("; {n} more were not needed by any rule"),
    };
    if incomplete.is_empty() {
        rows.push(("Completeness", format!("all {asked} lists that were requested were read to the end{unasked}")));
    }
    to.write_all(b"<dl class=\"facts\">\n")?;
    for (name, value) in rows {
        let class = if matches!(name, "Read" | "Completeness") { " class=\"long\"" } else { "" };
        writeln!(to, "<div{class}><dt>{name}</dt><dd>{}</dd></div>", Text(value))?;
    }
    to.write_all(b"</dl>\n")?;
    if incomplete.is_empty() {
        return Ok(());
    }
    let lists = plural(incomplete.len(), "list");
    writeln!(to, "<div class=\"gap\" role=\"note\">\n<h2>{lists} of {asked} could not be read to the end</h2>\n<ul>")?;
    for (collection, state, detail) in incomplete {
        writeln!(to, "<li><code>{collection}</code> {}: {}</li>", state.name(), Text(detail))?;
    }
    to.write_all(b"</ul>\n</div>\n")
}

/// The findings by severity, in large figures.
fn tiles(outcome: &Outcome, to: &mut dyn Write) -> io::Result<()> {
    to.write_all(b"<ul class=\"tiles\">\n")?;
    for severity in Severity::ALL.into_iter().rev() {
        let of = |status| {
            let findings = outcome.findings.iter();
            findings.filter(|one| one.status == status && outcome.rules[one.rule].info.severity == severity).count()
        };
        if outcome.rules.iter().any(|rule| rule.info.severity == severity) {
            let count = of(Status::Violation);
            let none = if count == 0 { " none" } else { "" };
            write!(to, "<li class=\"{}{none}\"><b>{}</b> {}</li>", severity.name(), number(count), severity.name())?;
        }
    }
    for status in [Status::Unknown, Status::Waived, Status::Baselined] {
        let count = outcome.count_findings(status);
        if count > 0 {
            write!(to, "<li class=\"{0}\"><b>{1}</b> {0}</li>", status.name(), number(count))?;
        }
    }
    to.write_all(b"\n</ul>\n")
}

fn navigation(outcome: &Outcome, to: &mut dyn Write) -> io::Result<()> {
    let read = !outcome.coverage.is_empty();
    let parts = [
        ("overview", "Overview", true),
        ("findings", "Findings", true),
        ("access", "Access", read),
        ("controls", "Controls", true),
        ("exceptions", "Waivers", true),
        ("passed", "Passed", true),
        ("sources", "Sources", true),
    ];
    to.write_all(b"<nav aria-label=\"Parts of the report\"><ul class=\"wrap\">")?;
    for (id, name, _) in parts.into_iter().filter(|(_, _, there)| *there) {
        write!(to, "<li><a href=\"#{id}\">{name}</a></li>")?;
    }
    to.write_all(b"</ul></nav>\n")
}

/// The version, the exit code and the digest of the facts.
pub fn footer(outcome: &Outcome, to: &mut dyn Write) -> io::Result<()> {
    let collected = if outcome.has_facts() {
        format!(" · collected {}", rfc3339(outcome.source.collected_at))
    } else {
        String::new()
    };
    writeln!(
        to,
        "<footer><div class=\"wrap\"><p>rolelint {}{collected} · exit code {}</p><p><code>{}</code></p></div></footer>",
        env!("CARGO_PKG_VERSION"),
        outcome.ending().code(),
        Text(&outcome.digest)
    )
}
