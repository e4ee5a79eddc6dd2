//! A piece of a policy, drawn with the words that fired underlined.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode, ThemeCharacters};
use owo_colors::Style;

use super::TextStyle;
use crate::document::Location;
use crate::escape::visible;
use crate::finding::{Finding, RuleResult, Status, Value};

/// Draws the piece of the policy that a rule fired by, with the patterns that did underlined.
pub fn draw(out: &mut String, rule: &RuleResult, findings: &[Finding], look: TextStyle, style: Style) {
    let mut labels: BTreeMap<(usize, usize), BTreeSet<&Value>> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| finding.status == Status::Violation) {
        labels.entry((finding.location.span.start, finding.location.span.end)).or_default();
        for evidence in &finding.evidence {
            labels
                .entry((evidence.location.span.start, evidence.location.span.end))
                .or_default()
                .insert(&evidence.value);
        }
    }
    if labels.is_empty() {
        let place = findings.first().map_or(&rule.location, |finding| &finding.location);
        labels.insert((place.span.start, place.span.end), BTreeSet::new());
    }
    let snippet = Snippet { title: visible(&rule.title).into_owned(), location: &rule.location, labels };
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
    location: &'a Location,
    labels: BTreeMap<(usize, usize), BTreeSet<&'a Value>>,
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
        Some(&*self.location.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let text = &self.location.source.text;
        Some(Box::new(self.labels.iter().map(|(&(start, end), values)| {
            let written = &text[start..end];
            // A literal says it all itself; of a glob, one wants to know what it met.
            let met: Vec<String> =
                values.iter().map(ToString::to_string).filter(|value| !written.contains(value)).collect();
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
