//! A piece of a policy, drawn with the words that fired underlined.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};
use std::sync::Arc;

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode, ThemeCharacters};
use owo_colors::Style;

use super::TextStyle;
use crate::document::{Region, SourceText};
use crate::escape::visible;
use crate::finding::{Finding, RuleResult, Status};

/// Draws the piece of the policy that a rule fired by, with the patterns that did underlined.
pub fn draw(out: &mut String, rule: &RuleResult, findings: &[Finding], look: TextStyle, style: Style) {
    let own = &rule.info.location.source;
    let mut sources: Vec<&Arc<SourceText>> = Vec::new();
    for finding in findings {
        let source = finding.source(&rule.info);
        if !sources.contains(&source) {
            sources.push(source);
        }
    }
    for source in if sources.is_empty() { vec![own] } else { sources } {
        let here = findings.iter().filter(|finding| finding.source(&rule.info) == source).collect::<Vec<_>>();
        piece(out, rule, source, &here, look, style);
    }
}

/// The piece of one file, with the findings that stand in it.
fn piece(
    out: &mut String,
    rule: &RuleResult,
    source: &Arc<SourceText>,
    findings: &[&Finding],
    look: TextStyle,
    style: Style,
) {
    let mut met: BTreeMap<Region, BTreeSet<String>> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| finding.status == Status::Violation) {
        met.entry(finding.region).or_default();
        for evidence in &finding.evidence {
            met.entry(evidence.region).or_default().insert(evidence.value.to_string());
        }
    }
    let own = *source == rule.info.location.source;
    for (region, permissions) in rule.matched.iter().filter(|_| own).flat_map(|matched| &matched.patterns) {
        met.entry(*region).or_default().extend(permissions.iter().map(ToString::to_string));
    }
    let mut labels: BTreeMap<(usize, usize), BTreeSet<String>> = met
        .into_iter()
        .map(|(region, values)| (source.span(region), values))
        .map(|(span, values)| ((span.start, span.end), values))
        .collect();
    if labels.is_empty() {
        let span = findings.first().map_or(rule.info.location.span.clone(), |finding| source.span(finding.region));
        labels.insert((span.start, span.end), BTreeSet::new());
    }
    let snippet = Snippet { title: visible(&rule.info.title).into_owned(), source, labels };
    let mut theme = if look.color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    theme.characters = ThemeCharacters { error: "·".into(), ..ThemeCharacters::unicode() };
    if look.color {
        theme.styles.error = style;
    }
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(look.width)
        .with_context_lines(0)
        .with_links(false)
        .without_cause_chain();
    handler.render_report(out, &snippet).expect("writing to a string cannot fail");
}

/// A piece of a policy, for miette to draw.
struct Snippet<'a> {
    title: String,
    source: &'a SourceText,
    labels: BTreeMap<(usize, usize), BTreeSet<String>>,
}

impl fmt::Debug for Snippet<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.title)
    }
}

impl fmt::Display for Snippet<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.title)
    }
}

impl std::error::Error for Snippet<'_> {}

impl Diagnostic for Snippet<'_> {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let text = &self.source.text;
        Some(Box::new(self.labels.iter().map(|(&(start, end), values)| {
            let written = &text[start..end];
            // A literal says it all itself; of a glob, one wants to know what it met.
            let met: Vec<String> = values.iter().filter(|value| !written.contains(value.as_str())).cloned().collect();
            let label = (!met.is_empty()).then(|| {
                let mut label = met.iter().take(3).map(|value| visible(value)).collect::<Vec<_>>().join(", ");
                if met.len() > 3 {
                    write!(label, ", and {} more", met.len() - 3).expect("writing to a string cannot fail");
                }
                label
            });
            LabeledSpan::new_with_span(label, start..end)
        })))
    }
}
