//! What the answers rest on: each list of the API, the policies with their parameters, and what is odd about the data.

use std::io::{self, Write};

use super::page::Text;
use crate::finding::Outcome;
use crate::org::{CollectionSummary, State};
use crate::report::words::{number, plural};

pub fn render(outcome: &Outcome, to: &mut dyn Write) -> io::Result<()> {
    to.write_all(
        b"<section id=\"sources\" aria-labelledby=\"sources-h\">\n<h2 id=\"sources-h\">What the answers rest on</h2>\n",
    )?;
    if !outcome.coverage.is_empty() {
        coverage(outcome, to)?;
    }
    sentences("Where the API contradicts itself", &outcome.disagreements, to)?;
    sentences("Data that may mislead", &outcome.oddities, to)?;
    policies(outcome, to)?;
    to.write_all(b"</section>\n")
}

fn coverage(outcome: &Outcome, to: &mut dyn Write) -> io::Result<()> {
    to.write_all(
        b"<h3 id=\"coverage-h\">Lists of the Admin API</h3>\n<div class=\"scroll\" role=\"region\" aria-label=\"Table of lists\" tabindex=\"0\"><table><thead><tr>\
          <th scope=\"col\">List</th><th scope=\"col\">State</th><th scope=\"col\">Items</th><th scope=\"col\">Requests</th>\
          <th scope=\"col\">Remarks</th></tr></thead><tbody>\n",
    )?;
    for of in &outcome.coverage {
        writeln!(
            to,
            "<tr><th scope=\"row\"><code>{}</code></th><td>{}</td><td class=\"num\">{}</td><td class=\"num\">{}</td><td>{}</td></tr>",
            of.collection,
            state(of.state),
            count(of.items),
            count(of.requests),
            Text(remarks(of))
        )?;
    }
    to.write_all(b"</tbody></table></div>\n")
}

fn count(count: u64) -> String {
    number(usize::try_from(count).unwrap_or(usize::MAX))
}

fn state(state: State) -> String {
    let class = match state {
        State::Complete => "pass",
        State::Partial | State::Denied | State::Failed => "unknown",
        State::NotAsked => "vacuous",
    };
    format!("<span class=\"badge {class}\">{}</span>", state.name().replace('_', " "))
}

fn remarks(of: &CollectionSummary) -> String {
    let unasked = match of.not_asked {
        0 => None,
        n => Some(format!("not requested for {}, because no rule needs it", plural(n, "thing"))),
    };
    let all: Vec<String> = of.detail.iter().cloned().chain(unasked).chain(of.remarks.iter().cloned()).collect();
    all.join("; ")
}

fn sentences(name: &str, sentences: &[String], to: &mut dyn Write) -> io::Result<()> {
    if sentences.is_empty() {
        return Ok(());
    }
    writeln!(to, "<h3>{name}</h3>\n<ul class=\"remarks\">")?;
    for sentence in sentences {
        writeln!(to, "<li>{}</li>", Text(sentence))?;
    }
    to.write_all(b"</ul>\n")
}

fn policies(outcome: &Outcome, to: &mut dyn Write) -> io::Result<()> {
    to.write_all(b"<h3>Policies</h3>\n")?;
    for policy in &outcome.policies {
        writeln!(
            to,
            "<div class=\"source\"><p><code>{}</code> {}<br><small>SHA-256 <code>{}</code></small></p>",
            Text(&policy.source.name),
            plural(policy.rules, "rule"),
            policy.sha256()
        )?;
        if !policy.params.is_empty() {
            to.write_all(b"<dl class=\"params\">\n")?;
            for (name, value) in &policy.params {
                writeln!(to, "<div><dt>{}</dt><dd><code>{}</code></dd></div>", Text(name), Text(value.to_string()))?;
            }
            to.write_all(b"</dl>\n")?;
        }
        to.write_all(b"<details class=\"policy\"><summary>The whole text</summary><pre tabindex=\"0\">")?;
        for line in policy.source.text.lines() {
            writeln!(to, "{}", Text(line.replace('\t', " ")))?;
        }
        to.write_all(b"</pre></details></div>\n")?;
    }
    Ok(())
}
