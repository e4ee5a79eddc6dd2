//! A piece of a policy, drawn with the words that fired underlined.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use owo_colors::Style;
use textwrap::core::display_width;

use super::page::Page;
use crate::document::{Given, Region, SourceText};
use crate::escape::visible;
use crate::finding::{Finding, RuleResult, Status};

/// How many values from outside stand below the words that name them.
const GIVEN: usize = 5;

/// The words that fired, with the values from outside that are in force there.
type Fired = BTreeMap<Region, BTreeSet<Given>>;

/// The fewest columns of a line that are drawn, however narrow the terminal.
const NARROWEST: usize = 20;

/// Draws the lines of the policy with the words that a rule fired by; findings may point into other files.
pub fn draw(page: &mut Page, rule: &RuleResult, findings: &[Finding], style: Style) {
    let mut sources: Vec<&Arc<SourceText>> = Vec::new();
    for finding in findings {
        let source = finding.source(&rule.info);
        if !sources.contains(&source) {
            sources.push(source);
        }
    }
    if sources.is_empty() {
        sources.push(&rule.info.location.source);
    }
    for source in sources {
        let here: Vec<&Finding> = findings.iter().filter(|finding| finding.source(&rule.info) == source).collect();
        piece(page, source, &fired(rule, source, &here), style);
    }
}

/// The lines of one file.
fn piece(page: &mut Page, source: &SourceText, fired: &Fired, style: Style) {
    let width = fired.keys().next_back().map_or(1, |region| region.line.to_string().len());
    let faint = Style::new().blue();
    let place = fired.keys().next().map_or((1, 1), |first| (first.line, first.column));
    let place = format!("{}:{}:{}", source.name, place.0, place.1);
    let arrow = page.paint("-->", faint);
    page.line(&format!("  {:width$}{arrow} {}", "", visible(&place)));
    let mut lines: BTreeMap<u32, Vec<Region>> = BTreeMap::new();
    for region in fired.keys() {
        lines.entry(region.line).or_default().push(region.clone());
    }
    let bar = page.paint("|", faint);
    let room = page.style.width.saturating_sub(width + 5).max(NARROWEST);
    for (number, regions) in lines {
        let drawn = Drawn::new(source, &regions, room);
        let number = page.paint(&format!("{number:>width$}"), faint);
        page.line(&format!("  {number} {bar} {}", drawn.text));
        let marks = page.paint(&drawn.marks, style);
        page.line(&format!("  {:width$} {bar} {}{marks}", "", drawn.indent));
        let given: Vec<&Given> = regions.iter().flat_map(|region| &fired[region]).collect();
        for one in given.iter().take(GIVEN) {
            page.wrapped(
                &format!("  {:width$} {} ", "", page.paint("=", faint)),
                &" ".repeat(width + 5),
                &visible(&one.to_string()),
            );
        }
        if given.len() > GIVEN {
            page.line(&format!("  {:width$} {} and {} more values", "", page.paint("=", faint), given.len() - GIVEN));
        }
    }
}

/// The words that fired, in order; where some contain others, only the inner ones. If none fired, the words that the
/// first finding is about, or the rule.
fn fired(rule: &RuleResult, source: &Arc<SourceText>, findings: &[&Finding]) -> Fired {
    let mut regions: Vec<&Region> = Vec::new();
    for finding in findings.iter().filter(|finding| finding.status == Status::Violation) {
        regions.push(&finding.region);
        regions.extend(finding.evidence.iter().map(|evidence| &evidence.region));
    }
    let own = *source == rule.info.location.source;
    let matched = rule.matched.iter().filter(|_| own);
    regions.extend(matched.flat_map(|matched| &matched.patterns).map(|(region, _)| region));
    let mut fired = Fired::new();
    for region in regions {
        fired.entry(region.bare()).or_default().extend(region.given().iter().cloned());
    }
    let begin = |region: &Region| (region.line, region.column);
    let end = |region: &Region| (region.end_line, region.end_column);
    let holds =
        |outer: &Region, inner: &Region| outer != inner && begin(outer) <= begin(inner) && end(inner) <= end(outer);
    let holding: Vec<Region> =
        fired.keys().filter(|outer| fired.keys().any(|inner| holds(outer, inner))).cloned().collect();
    fired.retain(|region, _| !holding.contains(region));
    if fired.is_empty() {
        let first = findings.first().map_or_else(|| rule.info.location.region(), |finding| finding.region.clone());
        fired.insert(first.bare(), first.given().iter().cloned().collect());
    }
    fired
}

/// A line of a policy in few enough columns, and the marks under it.
struct Drawn {
    text: String,
    indent: String,
    marks: String,
}

impl Drawn {
    fn new(source: &SourceText, regions: &[Region], room: usize) -> Self {
        let line = source.span(&regions[0]).start;
        let start = source.text[..line].rfind('\n').map_or(0, |newline| newline + 1);
        let end = source.text[line..].find('\n').map_or(source.text.len(), |newline| line + newline);
        let columns = |range: Range<usize>| display_width(&shown(&source.text[range]));
        // Of words over several lines, the first line; of a line that is too long, the part with the first words.
        let spans: Vec<Range<usize>> = regions
            .iter()
            .map(|region| source.span(region))
            .map(|span| columns(start..span.start)..columns(start..span.end.min(end)))
            .collect();
        let text = shown(&source.text[start..end]);
        let total = display_width(&text);
        let skipped = if total <= room || spans[0].end <= room { 0 } else { spans[0].start.saturating_sub(room / 4) };
        let last = skipped + room;
        let mut marks = String::new();
        let within = |column: usize| column.clamp(skipped, last);
        let indent = within(spans[0].start) - skipped;
        for span in &spans {
            let (from, to) = (within(span.start) - skipped, within(span.end.max(span.start + 1)) - skipped);
            let before = from.saturating_sub(indent + marks.len());
            marks.push_str(&" ".repeat(before));
            marks.push_str(&"^".repeat(to.saturating_sub((indent + marks.len()).max(from))));
        }
        Self { text: part(&text, skipped, last, total), indent: " ".repeat(indent), marks }
    }
}

/// A text as a terminal can show it.
fn shown(text: &str) -> String {
    visible(&text.replace('\t', " ").replace('\r', "")).into_owned()
}

/// These columns of a text, with signs where something is left out.
fn part(text: &str, from: usize, to: usize, total: usize) -> String {
    let (mut column, mut part) = (0, String::new());
    for character in text.chars() {
        let width = display_width(character.encode_utf8(&mut [0; 4]));
        if column >= from && column + width <= to {
            part.push(character);
        }
        column += width;
    }
    if from > 0 {
        part = format!("…{}", part.chars().skip(1).collect::<String>());
    }
    if total > to && part.pop().is_some() {
        part.push('…');
    }
    part.trim_end().to_owned()
}
