//! Metrics in the Prometheus text format, for the textfile collector. Names and labels are stable: every series is
//! there in every report.

use std::io::{self, Write};

use super::words::clip;
use crate::escape::visible;
use crate::finding::{Outcome, Severity, Status, Verdict};
use crate::org::{Collection, State};

/// The longest value of a label.
const LABEL: usize = 200;

pub(super) fn render(outcome: &Outcome, to: &mut dyn Write) -> io::Result<()> {
    whole(outcome, to)?;
    rules(outcome, to)?;
    coverage(outcome, to)
}

fn whole(outcome: &Outcome, to: &mut dyn Write) -> io::Result<()> {
    gauge(to, "info", "The version of rolelint.", [(vec![("version", env!("CARGO_PKG_VERSION"))], 1)])?;
    let complete = i64::from(outcome.complete());
    gauge(to, "complete", "Whether every rule was answered for everything it selects.", [(vec![], complete)])?;
    if outcome.has_facts() {
        times(outcome, to)?;
    }
    let verdicts = Verdict::ALL.map(|verdict| (vec![("verdict", verdict.name())], number(outcome.count(verdict))));
    gauge(to, "rules", "Rules by verdict.", verdicts)?;
    gauge(to, "rules_skipped", "Rules that were not evaluated.", [(vec![], number(outcome.skipped.len()))])?;
    let said = number(outcome.exceptions.len());
    gauge(to, "exceptions", "Remarks on overrides, waivers and the baseline.", [(vec![], said)])?;
    let mut counts = [[0; Status::ALL.len()]; Severity::ALL.len()];
    for finding in &outcome.findings {
        counts[outcome.rules[finding.rule].info.severity as usize][finding.status as usize] += 1;
    }
    let found = Severity::ALL.into_iter().flat_map(|severity| {
        Status::ALL.map(|status| {
            let labels = vec![("severity", severity.name()), ("status", status.name())];
            (labels, counts[severity as usize][status as usize])
        })
    });
    gauge(to, "findings", "Findings by severity of their rule and by status.", found)
}

fn times(outcome: &Outcome, to: &mut dyn Write) -> io::Result<()> {
    let collected_at = outcome.source.collected_at;
    gauge(to, "as_of_timestamp_seconds", "The time from which ages count.", [(vec![], outcome.as_of)])?;
    gauge(to, "collected_timestamp_seconds", "When the organization was collected.", [(vec![], collected_at)])?;
    gauge(to, "oldest_fact_timestamp_seconds", "When the oldest fact was read.", [(vec![], outcome.oldest_fact)])
}

fn rules(outcome: &Outcome, to: &mut dyn Write) -> io::Result<()> {
    let verdicts = outcome.rules.iter().flat_map(|rule| {
        Verdict::ALL.map(|verdict| {
            let labels =
                vec![("rule", &*rule.info.id), ("severity", rule.info.severity.name()), ("verdict", verdict.name())];
            (labels, i64::from(rule.verdict() == verdict))
        })
    });
    gauge(to, "rule_verdict", "1 for the verdict of the rule, 0 for the others.", verdicts)?;
    let found = outcome.rules.iter().enumerate().flat_map(|(at, rule)| {
        Status::ALL.map(|status| {
            let labels =
                vec![("rule", &*rule.info.id), ("severity", rule.info.severity.name()), ("status", status.name())];
            let of_status = outcome.findings_of(at).iter().filter(|finding| finding.status == status);
            (labels, number(of_status.count()))
        })
    });
    gauge(to, "rule_findings", "Findings by rule and status.", found)
}

fn coverage(outcome: &Outcome, to: &mut dyn Write) -> io::Result<()> {
    let label = |collection: Collection| ("collection", collection.name());
    let states = outcome.coverage.iter().flat_map(|of| {
        State::ALL.map(|state| (vec![label(of.collection), ("state", state.name())], i64::from(of.state == state)))
    });
    gauge(to, "collection_state", "1 for how far the collection was read, 0 for the others.", states)?;
    let items = outcome.coverage.iter().map(|of| (vec![label(of.collection)], number64(of.items)));
    gauge(to, "collection_items", "Things read from the collection.", items)?;
    let requests = outcome.coverage.iter().map(|of| (vec![label(of.collection)], number64(of.requests)));
    gauge(to, "collection_requests", "Requests answered for the collection.", requests)
}

type Sample<'a> = (Vec<(&'static str, &'a str)>, i64);

fn gauge<'a>(
    to: &mut dyn Write,
    name: &str,
    help: &str,
    samples: impl IntoIterator<Item = Sample<'a>>,
) -> io::Result<()> {
    writeln!(to, "# HELP rolelint_{name} {help}\n# TYPE rolelint_{name} gauge")?;
    for (labels, value) in samples {
        let labels: Vec<String> = labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
        let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        writeln!(to, "rolelint_{name}{labels} {value}")?;
    }
    Ok(())
}

fn escaped(label: &str) -> String {
    clip(&visible(label), LABEL).replace('\\', r"\\").replace('"', r#"\""#)
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn number64(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::tests::rendered;
    use super::super::{Format, sample};

    #[test]
    fn a_prometheus_parser_reads_every_line() {
        let report = rendered(Format::Prometheus, &sample::outcome());
        let lines = report.lines().map(|line| Ok(line.to_owned()));
        let parsed = prometheus_parse::Scrape::parse(lines).expect("the text format");
        assert_eq!(parsed.samples.len(), report.lines().filter(|line| !line.starts_with('#')).count());
        let violations = parsed.samples.iter().find(|sample| {
            sample.metric == "rolelint_findings"
                && sample.labels.get("severity") == Some("critical")
                && sample.labels.get("status") == Some("violation")
        });
        assert_eq!(violations.map(|sample| &sample.value), Some(&prometheus_parse::Value::Gauge(25.0)));
    }

    #[test]
    fn every_label_is_escaped() {
        assert_eq!(super::escaped("a\"b\\c\nd"), r#"a\"b\\c\\nd"#);
    }
}
