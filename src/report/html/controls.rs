//! Controls of compliance frameworks, what is accepted and until when, and the rules that passed or were not judged.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::findings::says_something;
use super::page::Text;
use crate::finding::{Outcome, RuleResult, Status, Verdict, Waiver};
use crate::report::words::{number, plural};
use crate::time::{DAY, Time, day};

pub fn render(outcome: &Outcome, to: &mut dyn Write) -> io::Result<()> {
    controls(outcome, to)?;
    exceptions(outcome, to)?;
    passed(outcome, to)
}

/// Each control with the rules that serve it, the worst verdict first.
fn controls(outcome: &Outcome, to: &mut dyn Write) -> io::Result<()> {
    to.write_all(b"<section id=\"controls\" aria-labelledby=\"controls-h\">\n<h2 id=\"controls-h\">Controls</h2>\n")?;
    let mut controls: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    for (at, rule) in outcome.rules.iter().enumerate() {
        for (framework, ids) in &rule.info.controls {
            for id in ids {
                controls.entry((framework, id)).or_default().push(at);
            }
        }
    }
    if controls.is_empty() {
        return to.write_all(b"<p class=\"empty\">No rule names a control.</p>\n</section>\n");
    }
    to.write_all(
        b"<p>A control is shown with the worst answer of the rules that serve it. No rule covers a control alone: a pass \
          says that these rules found nothing.</p>\n\
          <div class=\"scroll\" role=\"region\" aria-label=\"Table of controls\" tabindex=\"0\"><table><thead><tr><th scope=\"col\">Framework</th>\
          <th scope=\"col\">Control</th><th scope=\"col\">Answer</th><th scope=\"col\">Rules</th></tr></thead><tbody>\n",
    )?;
    for ((framework, id), rules) in controls {
        let worst = rules.iter().map(|&at| outcome.rules[at].verdict()).max().unwrap_or(Verdict::Unknown);
        let link = |&at: &usize| {
            let rule = &outcome.rules[at];
            let (id, verdict) = (Text(&rule.info.id), rule.verdict().name());
            let target = if says_something(outcome, at) { "rule" } else { "passed" };
            format!("<a class=\"v {verdict}\" href=\"#{target}-{at}\">{id}<span class=\"sr\"> ({verdict})</span></a>")
        };
        let rules: Vec<String> = rules.iter().map(link).collect();
        writeln!(
            to,
            "<tr><td>{}</td><th scope=\"row\">{}</th><td>{}</td><td class=\"links\">{}</td></tr>",
            Text(framework),
            Text(id),
            verdict(worst),
            rules.join(" ")
        )?;
    }
    to.write_all(b"</tbody></table></div>\n</section>\n")
}

fn verdict(verdict: Verdict) -> String {
    format!("<span class=\"badge {0}\">{0}</span>", verdict.name())
}

/// What is accepted, by whom and until when, and what to know of it.
fn exceptions(outcome: &Outcome, to: &mut dyn Write) -> io::Result<()> {
    to.write_all(
        b"<section id=\"exceptions\" aria-labelledby=\"exceptions-h\">\n<h2 id=\"exceptions-h\">Waivers, baseline and overrides</h2>\n",
    )?;
    let mut waivers: BTreeMap<(&str, u32), (&Waiver, usize)> = BTreeMap::new();
    for waiver in outcome.findings.iter().filter_map(|finding| finding.waiver.as_deref()) {
        waivers.entry((&waiver.file, waiver.line)).or_insert((waiver, 0)).1 += 1;
    }
    let baselined = outcome.count_findings(Status::Baselined);
    if waivers.is_empty() && baselined == 0 && outcome.exceptions.is_empty() {
        to.write_all(b"<p class=\"empty\">Nothing is accepted: there is neither a waiver, a baseline nor an override in use.</p>\n")?;
    }
    if !waivers.is_empty() {
        writeln!(
            to,
            "<div class=\"scroll\" role=\"region\" aria-label=\"Table of waivers\" tabindex=\"0\"><table><thead><tr><th scope=\"col\">Waiver</th>\
             <th scope=\"col\">Days left on {}</th><th scope=\"col\">Findings</th><th scope=\"col\">Owner</th><th scope=\"col\">Reason</th></tr></thead><tbody>",
            day(today(outcome) / DAY * DAY)
        )?;
        for ((file, line), (waiver, covered)) in waivers {
            writeln!(
                to,
                "<tr><th scope=\"row\"><code>{}:{line}</code></th><td>{}</td><td class=\"num\">{}</td><td>{}</td><td>{}</td></tr>",
                Text(file),
                left(waiver, today(outcome)),
                number(covered),
                Text(&waiver.owner),
                Text(&waiver.reason)
            )?;
        }
        to.write_all(b"</tbody></table></div>\n")?;
    }
    if baselined > 0 {
        writeln!(to, "<p>The baseline accepts {}.</p>", plural(baselined, "violation"))?;
    }
    if !outcome.exceptions.is_empty() {
        to.write_all(b"<ul class=\"remarks\">\n")?;
        for sentence in &outcome.exceptions {
            writeln!(to, "<li>{}</li>", Text(sentence))?;
        }
        to.write_all(b"</ul>\n")?;
    }
    to.write_all(b"</section>\n")
}

/// The day that a report counts from, so that it is the same whenever it is made.
fn today(outcome: &Outcome) -> Time {
    outcome.as_of.max(outcome.source.collected_at)
}

fn left(waiver: &Waiver, today: Time) -> String {
    let days = (waiver.expires - today).div_euclid(DAY);
    let class = if days < 14 { "soon" } else { "later" };
    format!(
        "<span class=\"left {class}\">{}</span> <small>until {}</small>",
        plural(usize::try_from(days).unwrap_or(0), "day"),
        day(waiver.expires)
    )
}

/// The rules that passed, with what they looked at; and those that were not judged.
fn passed(outcome: &Outcome, to: &mut dyn Write) -> io::Result<()> {
    to.write_all(
        b"<section id=\"passed\" aria-labelledby=\"passed-h\">\n<h2 id=\"passed-h\">Rules that passed</h2>\n",
    )?;
    let passed: Vec<(usize, &RuleResult)> =
        outcome.rules.iter().enumerate().filter(|(at, _)| !says_something(outcome, *at)).collect();
    if passed.is_empty() {
        to.write_all(b"<p class=\"empty\">No rule passed without a finding.</p>\n")?;
    } else {
        to.write_all(
            b"<div class=\"scroll\" role=\"region\" aria-label=\"Table of passed rules\" tabindex=\"0\"><table><thead><tr><th scope=\"col\">Rule</th>\
              <th scope=\"col\">What would be flagged</th><th scope=\"col\">Severity</th><th scope=\"col\">Checked</th></tr></thead><tbody>\n",
        )?;
        for (at, rule) in passed {
            writeln!(
                to,
                "<tr id=\"passed-{at}\"><th scope=\"row\"><code>{}</code></th><td>{}</td><td>{}</td><td class=\"num\">{}</td></tr>",
                Text(&rule.info.id),
                Text(&rule.info.title),
                rule.info.severity.name(),
                number(rule.selected)
            )?;
        }
        to.write_all(b"</tbody></table></div>\n")?;
    }
    if !outcome.skipped.is_empty() {
        to.write_all(b"<h3>Not judged</h3>\n<ul class=\"remarks\">\n")?;
        for skipped in &outcome.skipped {
            writeln!(to, "<li><code>{}</code> {}</li>", Text(&skipped.rule), Text(&skipped.reason))?;
        }
        to.write_all(b"</ul>\n")?;
    }
    to.write_all(b"</section>\n")
}
