//! Charts, each of which answers a question: what to do first, which rules have the most findings, how privileged
//! permissions are held, and who of their holders is dormant.

use std::io::{self, Write};

use super::findings::says_something;
use super::matrix::{Age, Matrix};
use super::page::Text;
use crate::finding::{Outcome, Status};
use crate::report::words::{cut, number, plural, worst_first};

/// How many cuts are shown.
const CUTS: usize = 8;

pub fn render(outcome: &Outcome, matrix: Option<&Matrix>, to: &mut dyn Write) -> io::Result<()> {
    to.write_all(b"<section id=\"overview\" aria-labelledby=\"overview-h\">\n<h2 id=\"overview-h\">Overview</h2>\n<div class=\"cards\">\n")?;
    cuts(outcome, to)?;
    by_rule(outcome, to)?;
    if let Some(matrix) = matrix {
        grants(matrix, to)?;
        dormant(matrix, outcome.as_of, to)?;
    }
    to.write_all(b"</div>\n</section>\n")
}

/// What ends most violations.
fn cuts(outcome: &Outcome, to: &mut dyn Write) -> io::Result<()> {
    let cuts = outcome.cuts();
    if cuts.is_empty() {
        return Ok(());
    }
    let total = outcome.findings.iter().filter(|finding| outcome.counts(finding)).count();
    writeln!(
        to,
        "<div class=\"card wide\"><h3>What ends most of the {}?</h3>\n<ol class=\"cuts\">",
        plural(total, "violation")
    )?;
    for cut_ in cuts.iter().take(CUTS) {
        let ends = cut_.findings.len();
        write!(
            to,
            "<li><b>{}</b>{} <span>{}</span></li>",
            number(ends),
            bar(&[("cut", ends)], total),
            Text(cut(cut_, &str::to_owned))
        )?;
    }
    to.write_all(b"</ol></div>\n")
}

/// Which rules have the most findings, by severity.
fn by_rule(outcome: &Outcome, to: &mut dyn Write) -> io::Result<()> {
    let mut rules: Vec<usize> = worst_first(outcome)
        .into_iter()
        .filter(|&at| says_something(outcome, at) && !outcome.findings_of(at).is_empty())
        .collect();
    rules.sort_by_key(|&at| std::cmp::Reverse(outcome.rules[at].info.severity));
    if rules.is_empty() {
        return Ok(());
    }
    let most = rules.iter().map(|&at| outcome.findings_of(at).len()).max().unwrap_or(1);
    to.write_all(
        b"<div class=\"card wide\"><h3>Which rules have the findings?</h3>\n<table class=\"bars\"><thead><tr>\
          <th scope=\"col\">Rule</th><th scope=\"col\">Severity</th><th scope=\"col\">Findings</th></tr></thead><tbody>\n",
    )?;
    for at in rules {
        let info = &outcome.rules[at].info;
        let findings = outcome.findings_of(at);
        let of = |status| findings.iter().filter(|finding| finding.status == status).count();
        let parts = [
            (info.severity.name(), of(Status::Violation)),
            ("unknown", of(Status::Unknown)),
            ("waived", of(Status::Waived)),
            ("baselined", of(Status::Baselined)),
        ];
        writeln!(
            to,
            "<tr><th scope=\"row\"><a href=\"#rule-{at}\">{}</a></th><td><span class=\"badge {2}\">{2}</span></td><td>{3}<span>{1}</span></td></tr>",
            Text(&info.id),
            number(findings.len()),
            info.severity.name(),
            bar(&parts, most),
        )?;
    }
    to.write_all(b"</tbody></table>\n")?;
    legend(&[("unknown", "unknown"), ("waived", "waived"), ("baselined", "in the baseline")], outcome, to)?;
    to.write_all(b"</div>\n")
}

fn legend(entries: &[(&str, &str)], outcome: &Outcome, to: &mut dyn Write) -> io::Result<()> {
    let used = |name: &str| outcome.findings.iter().any(|finding| finding.status.name() == name);
    if entries.iter().any(|(name, _)| used(name)) {
        to.write_all(b"<p class=\"legend\">Violations have the color of their severity.")?;
        for (name, words) in entries.iter().filter(|(name, _)| used(name)) {
            write!(to, " <span class=\"swatch {name}\">{words}</span>")?;
        }
        to.write_all(b"</p>\n")?;
    }
    Ok(())
}

/// How the privileged permissions are held.
fn grants(matrix: &Matrix, to: &mut dyn Write) -> io::Result<()> {
    let held = matrix.held();
    let most = held.iter().map(|(_, counts)| counts.iter().sum::<usize>()).max().unwrap_or(0);
    if most == 0 {
        return Ok(());
    }
    to.write_all(
        b"<div class=\"card\"><h3>Are privileged permissions granted to people or to groups?</h3>\n\
          <table class=\"bars\"><thead><tr><th scope=\"col\">Permission</th><th scope=\"col\">People and service accounts who hold it</th></tr></thead><tbody>\n",
    )?;
    for (permission, counts) in held {
        let [direct, membership, group, unknown] = counts;
        let parts = [("direct", direct), ("membership", membership), ("through", group), ("unknown", unknown)];
        let said: Vec<String> =
            [("direct", direct), ("as a member", membership), ("through groups", group), ("unknown", unknown)]
                .iter()
                .filter(|(_, count)| *count > 0)
                .map(|(name, count)| format!("{} {name}", number(*count)))
                .collect();
        writeln!(
            to,
            "<tr><th scope=\"row\"><code>{}</code></th><td>{}<span>{}</span></td></tr>",
            Text(permission),
            bar(&parts, most),
            said.join(", ")
        )?;
    }
    to.write_all(
        b"</tbody></table>\n<p class=\"legend\"><span class=\"swatch direct\">directly (maybe also in another way)</span> \
          <span class=\"swatch membership\">by membership</span> \
          <span class=\"swatch through\">only through groups</span></p></div>\n",
    )
}

/// When the people with privileged permissions last used the API.
fn dormant(matrix: &Matrix, as_of: i64, to: &mut dyn Write) -> io::Result<()> {
    let ages = matrix.last_uses(as_of);
    let total: usize = ages.iter().map(|age| age.people.len()).sum();
    if total == 0 {
        return Ok(());
    }
    writeln!(
        to,
        "<div class=\"card\"><h3>{} not used a key for a long time?</h3>\n\
         <table class=\"bars\"><thead><tr><th scope=\"col\">Last use of an API key</th><th scope=\"col\">People</th></tr></thead><tbody>",
        if total == 1 {
            "Has the one person with privileged permissions".to_owned()
        } else {
            format!("Which of the {} people with privileged permissions have", number(total))
        }
    )?;
    for Age { name, class, people } in &ages {
        writeln!(
            to,
            "<tr><th scope=\"row\">{name}</th><td>{}<span>{}</span></td></tr>",
            bar(&[(class, people.len())], total),
            number(people.len())
        )?;
    }
    to.write_all(b"</tbody></table>\n")?;
    for Age { name, people, .. } in ages.iter().filter(|age| age.class == "dormant" && !age.people.is_empty()) {
        write!(
            to,
            "<details class=\"all\"><summary>{name}: {}</summary><p>{}</p></details>",
            number(people.len()),
            Text(people.join(", "))
        )?;
    }
    to.write_all(b"</div>\n")
}

/// Parts of a whole, as a bar. The cell has the same numbers as text, so screen readers skip it.
fn bar(parts: &[(&str, usize)], whole: usize) -> String {
    let mut at = 0;
    let mut rects = Vec::new();
    for (class, count) in parts.iter().filter(|(_, count)| *count > 0) {
        // Wide enough to be seen, however small its share.
        let width = (count * 1000 / whole.max(1)).max(4);
        rects.push(format!("<rect class=\"{class}\" x=\"{at}\" width=\"{width}\" height=\"10\"/>"));
        at += width;
    }
    format!(
        "<svg class=\"bar\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\
         <rect class=\"track\" width=\"1000\" height=\"10\"/>{}</svg>",
        rects.concat()
    )
}
