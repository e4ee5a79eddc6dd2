//! The rules that did not pass, the most severe first: each with its findings, grouped by what they have in common.

use std::collections::HashSet;
use std::io::{self, Write};

use super::page::Text;
use super::path::{self, Shared};
use super::pieces::pieces;
use crate::document::{Region, SourceText};
use crate::finding::{Cause, Finding, Outcome, RuleResult, Severity, Status, Verdict};
use crate::report::totals::found;
use crate::report::words::{cut, number, plural, sentence, unread, worst_first};
use crate::time::Time;

/// How many findings are in a piece of a list.
const PIECE: usize = 40;
/// A rule with more findings than this is folded.
const UNFOLDED: usize = 6;

pub fn render(outcome: &Outcome, shared: &Shared, to: &mut dyn Write) -> io::Result<()> {
    to.write_all(b"<section id=\"findings\" aria-labelledby=\"findings-h\">\n<h2 id=\"findings-h\">Findings</h2>\n")?;
    let rules: Vec<usize> = worst_first(outcome).into_iter().filter(|&at| says_something(outcome, at)).collect();
    if rules.is_empty() {
        to.write_all(
            b"<p class=\"empty\">There is nothing to show: every rule was answered, and none has a finding.</p>\n",
        )?;
    } else {
        to.write_all(
            b"<div class=\"tools\" hidden><label>Filter findings <input type=\"search\" data-filter=\"findings\" \
              placeholder=\"name, rule, role, permission\" autocomplete=\"off\"></label> \
              <button type=\"button\" data-fold=\"findings\">Open all rules</button> \
              <span class=\"count\" role=\"status\"></span></div>\n",
        )?;
    }
    for severity in Severity::ALL.into_iter().rev() {
        let of: Vec<usize> = rules.iter().copied().filter(|&at| outcome.rules[at].info.severity == severity).collect();
        if of.is_empty() {
            continue;
        }
        writeln!(
            to,
            "<h3 class=\"severity {0}\">{0} <span>{1}</span></h3>",
            severity.name(),
            plural(of.len(), "rule")
        )?;
        for at in of {
            rule(outcome, at, shared, to)?;
        }
    }
    to.write_all(b"</section>\n")
}

/// Whether there is more to say about a rule than that it passed.
pub fn says_something(outcome: &Outcome, at: usize) -> bool {
    outcome.rules[at].verdict() != Verdict::Pass || !outcome.findings_of(at).is_empty()
}

fn rule(outcome: &Outcome, at: usize, shared: &Shared, to: &mut dyn Write) -> io::Result<()> {
    let rule = &outcome.rules[at];
    let (info, findings) = (&*rule.info, outcome.findings_of(at));
    let open = if findings.len() <= UNFOLDED { " open" } else { "" };
    writeln!(to, "<details class=\"rule {}\" id=\"rule-{at}\"{open}>", info.severity.name())?;
    writeln!(
        to,
        "<summary><span class=\"badge {0}\">{0}</span> <span class=\"title\">{1}</span> <code>{2}</code> \
         <span class=\"n {3}\">{4}</span></summary>\n<div class=\"body\">",
        info.severity.name(),
        Text(&info.title),
        Text(&info.id),
        rule.verdict().name(),
        Text(found(outcome, at)),
    )?;
    let selected = format!("{} checked", number(rule.selected));
    match rule.verdict() {
        Verdict::Vacuous => writeln!(to, "<p>The rule selected nothing (vacuous), so nothing was checked.</p>")?,
        Verdict::Violation | Verdict::Unknown | Verdict::Pass => writeln!(to, "<p class=\"small\">{selected}.</p>")?,
    }
    let unread = unread(rule);
    if rule.is_open() {
        let what = if rule.verdict() == Verdict::Unknown { "Unknown" } else { "Some answers are unknown" };
        let because = match unread.as_str() {
            "" => ".",
            _ if rule.unread.iter().all(|one| one.collection().is_some()) => ", because this could not be read: ",
            _ => ": ",
        };
        writeln!(to, "<p class=\"gap\">{what}{because}{}</p>", Text(unread))?;
    }
    for (name, text) in [("Why", &info.rationale), ("Fix", &info.remediation)] {
        if let Some(text) = text {
            writeln!(to, "<p class=\"why\"><b>{name}</b> {}</p>", Text(text))?;
        }
    }
    for note in &rule.notes {
        writeln!(to, "<p class=\"note\">{}</p>", Text(&note.text))?;
    }
    by_cause(outcome, at, shared, to)?;
    words(rule, findings, to)?;
    to.write_all(b"</div>\n</details>\n")
}

/// The findings, first those that one change would end together.
fn by_cause(outcome: &Outcome, at: usize, shared: &Shared, to: &mut dyn Write) -> io::Result<()> {
    let (rule, findings) = (&outcome.rules[at], outcome.findings_of(at));
    let causes = outcome.causes(at);
    let mut told: HashSet<*const Finding> = HashSet::new();
    for cause in &causes {
        told.extend(cause.findings.iter().map(|finding| std::ptr::from_ref(*finding)));
        heading(cause, to)?;
        list(&cause.findings, rule, outcome.as_of, shared, to)?;
    }
    let rest: Vec<&Finding> = findings.iter().filter(|one| !told.contains(&std::ptr::from_ref(*one))).collect();
    for status in Status::ALL {
        let of: Vec<&Finding> = rest.iter().copied().filter(|finding| finding.status == status).collect();
        if of.is_empty() {
            continue;
        }
        let others = if causes.is_empty() { "" } else { "other " };
        let name = match status {
            Status::Violation => plural(of.len(), &format!("{others}violation")),
            Status::Unknown | Status::Waived | Status::Baselined => format!("{} {}", of.len(), status.name()),
        };
        // The only list needs no heading.
        if of.len() < findings.len() || status != Status::Violation {
            writeln!(to, "<h4>{name}</h4>")?;
        }
        list(&of, rule, outcome.as_of, shared, to)?;
    }
    Ok(())
}

fn heading(cause: &Cause<'_>, to: &mut dyn Write) -> io::Result<()> {
    let ends = plural(cause.findings.len(), "violation");
    writeln!(
        to,
        "<h4><span class=\"ends\">{}</span> To end {ends}: {}</h4>",
        number(cause.findings.len()),
        Text(cut(cause, &str::to_owned))
    )
}

fn list(findings: &[&Finding], rule: &RuleResult, as_of: Time, shared: &Shared, to: &mut dyn Write) -> io::Result<()> {
    pieces(findings, PIECE, ("<ul class=\"findings\">", "</ul>"), to, |finding, later, to| {
        item(finding, rule, as_of, later.then_some(shared), to)
    })
}

fn item(
    finding: &Finding,
    rule: &RuleResult,
    as_of: Time,
    shared: Option<&Shared>,
    to: &mut dyn Write,
) -> io::Result<()> {
    write!(to, "<li class=\"{}\"><p>{}</p>", finding.status.name(), Text(sentence(finding)))?;
    path::of_finding(finding, rule, shared, to)?;
    let told = finding.evidence.iter().chain(&finding.selected_by).map(|evidence| evidence.told(as_of));
    let mut told: Vec<String> = told.collect();
    let mut seen = HashSet::new();
    told.retain(|said| seen.insert(said.clone()));
    write!(to, "<p class=\"meta\"><code>{}</code> {}</p></li>", Text(&finding.fingerprint), Text(told.join(" · ")))?;
    to.write_all(b"\n")
}

/// The rule as it stands in the policy, with the words that fired marked.
fn words(rule: &RuleResult, findings: &[Finding], to: &mut dyn Write) -> io::Result<()> {
    let info = &*rule.info;
    let source = &*info.location.source;
    let first = info.location.region().line;
    let own = findings.iter().filter(|finding| finding.file.is_none());
    let fired = own.map(|finding| finding.region.bare());
    let matched = rule.matched.iter().flat_map(|matched| matched.patterns.iter().map(|(region, _)| region.bare()));
    let mut regions: Vec<Region> = fired.chain(matched).collect();
    regions.sort_unstable();
    regions.dedup();
    // Words outside the rule, in a shared list or a parameter, are shown after it.
    let (inside, outside): (Vec<Region>, Vec<Region>) =
        regions.into_iter().partition(|region| (first..=info.end_line).contains(&region.line));
    writeln!(
        to,
        "<details class=\"policy\"><summary>The words of the policy <code>{}:{first}</code></summary>",
        Text(&source.name)
    )?;
    piece(source, first, info.end_line, &inside, to)?;
    for region in outside {
        piece(source, region.line, region.end_line, std::slice::from_ref(&region), to)?;
    }
    to.write_all(b"</details>\n")
}

/// Some lines of a text, with some words marked.
fn piece(source: &SourceText, from: u32, until: u32, marked: &[Region], to: &mut dyn Write) -> io::Result<()> {
    to.write_all(b"<pre tabindex=\"0\">")?;
    for line in from..=until {
        let whole = source.span(&Region { line, column: 1, end_line: line + 1, end_column: 1, given: None });
        let mut at = whole.start;
        write!(to, "<span class=\"ln\">{line}</span> ")?;
        for region in marked.iter().filter(|region| region.line <= line && line <= region.end_line) {
            let span = source.span(region);
            let (start, end) = (span.start.clamp(at, whole.end), span.end.clamp(at, whole.end));
            write!(to, "{}", shown(&source.text[at..start]))?;
            if start < end {
                write!(to, "<mark>{}</mark>", shown(&source.text[start..end]))?;
            }
            at = end;
        }
        writeln!(to, "{}", shown(&source.text[at..whole.end]))?;
    }
    to.write_all(b"</pre>\n")
}

/// A piece of a line.
fn shown(text: &str) -> Text<String> {
    Text(text.replace(['\n', '\r'], "").replace('\t', " "))
}
