//! The report for people: worst first, every finding under the words of the policy that fired, and findings with the
//! same cause shown once.

mod causes;

use std::io::{self, Write};

use owo_colors::{OwoColorize as _, Style};

use self::causes::{Cause, causes, details};
use super::words::{self, plural};
use super::{TextStyle, accepted, snippet};
use crate::escape::visible;
use crate::finding::{Finding, Matched, Outcome, RuleResult, Severity, Status, Thing, ThingKind, Unread, Verdict};
use crate::org::{Kind, State};

/// How many subjects of one cause are named, unless the reader wants them all.
const NAMED: usize = 12;
/// How many causes of a rule are shown, unless the reader wants them all.
const CAUSES: usize = 12;
/// How many sentences of one kind about the data are told, unless the reader wants them all.
const SENTENCES: usize = 3;

pub(super) fn render(outcome: &Outcome, style: TextStyle, to: &mut dyn Write) -> io::Result<()> {
    let mut report = Text { outcome, style, out: String::new() };
    report.organization();
    for verdict in [Verdict::Violation, Verdict::Unknown] {
        for number in report.by_severity(verdict) {
            report.rule(&outcome.rules[number], outcome.findings_of(number));
            report.flush(to)?;
        }
    }
    report.quiet_rules(Verdict::Vacuous, "selected nothing (vacuous)");
    if style.verbose {
        report.quiet_rules(Verdict::Pass, "passed");
    }
    if !style.quiet {
        report.accepted();
    }
    report.notes();
    report.sentences(&outcome.exceptions);
    report.sentences(&outcome.disagreements);
    report.sentences(&outcome.oddities);
    report.coverage();
    report.last_line();
    report.flush(to)
}

struct Text<'a> {
    outcome: &'a Outcome,
    style: TextStyle,
    /// What is not written yet: one rule at the most.
    out: String,
}

impl<'a> Text<'a> {
    fn flush(&mut self, to: &mut dyn Write) -> io::Result<()> {
        to.write_all(self.out.as_bytes())?;
        self.out.clear();
        Ok(())
    }

    /// The rules with that verdict, the most severe first.
    fn by_severity(&self, verdict: Verdict) -> Vec<usize> {
        let rules = &self.outcome.rules;
        let mut numbers: Vec<usize> = (0..rules.len()).filter(|&at| rules[at].verdict() == verdict).collect();
        numbers.sort_by_key(|&at| std::cmp::Reverse(rules[at].info.severity));
        numbers
    }

    /// Which organization it is about, if that is known.
    fn organization(&mut self) {
        let organization = &self.outcome.source.organization;
        if organization.is_known() && !self.style.quiet {
            self.wrapped("", "  ", &format!("organization {}", visible(&organization.to_string())));
            self.line("");
        }
    }

    fn rule(&mut self, rule: &'a RuleResult, findings: &'a [Finding]) {
        let info = &*rule.info;
        let (word, style) = match rule.verdict() {
            Verdict::Unknown => ("unknown".to_owned(), Style::new().magenta().bold()),
            Verdict::Violation | Verdict::Vacuous | Verdict::Pass => {
                (info.severity.name().to_owned(), severity_style(info.severity))
            }
        };
        let count = match (rule.violations(), rule.unknown()) {
            (0, 0) => String::new(),
            (violations, 0) => plural(violations, "violation"),
            (0, unknown) => format!("{unknown} unknown"),
            (violations, unknown) => format!("{}, {unknown} unknown", plural(violations, "violation")),
        };
        let head = format!("{}  {}", self.paint(&word, style), self.paint(&visible(&info.id), Style::new().bold()));
        self.line(&format!("{head}  {}", self.paint(&count, Style::new().dimmed())));
        // Of a rule that could not even begin, there are no words to show that fired.
        if rule.verdict() == Verdict::Unknown && (self.style.quiet || findings.is_empty()) {
            self.open(rule);
            return self.line("");
        }
        snippet::draw(&mut self.out, rule, findings, self.style, severity_style(info.severity));
        let permissions = self.permissions(rule);
        for status in [Status::Violation, Status::Unknown] {
            let of_status: Vec<&Finding> = findings.iter().filter(|finding| finding.status == status).collect();
            let causes = causes(&of_status, &permissions);
            let shown = if self.style.verbose { causes.len() } else { CAUSES };
            for cause in causes.iter().take(shown) {
                self.cause(cause, rule, &permissions);
            }
            let more: usize = causes.iter().skip(shown).map(|cause| cause.findings.len()).sum();
            if more > 0 {
                self.item(&format!("and {more} more (-v shows them all)"));
            }
        }
        self.open(rule);
        if rule.verdict() == Verdict::Violation && !self.style.quiet {
            if let Some(rationale) = &info.rationale {
                self.field("why", rationale);
            }
            if let Some(remediation) = &info.remediation {
                self.field("fix", remediation);
            }
            let controls = info.controls.iter().map(|(framework, ids)| format!("{framework} {}", ids.join(", ")));
            let more: Vec<String> = controls.chain(info.references.iter().cloned()).collect();
            if !more.is_empty() {
                self.field("see", &more.join("; "));
            }
        }
        self.line("");
    }

    /// What is missing to answer the rule completely. For collections only the names, because the reasons are listed
    /// once, below.
    fn open(&mut self, rule: &RuleResult) {
        let incomplete = |unread: &Unread| match unread {
            Unread::Incomplete(collection, _) => Some(collection.name()),
            Unread::NotRequested(_) | Unread::Other(_) => None,
        };
        let names: Vec<&str> = rule.unread.iter().filter_map(incomplete).collect();
        if !names.is_empty() {
            self.field("open", &format!("incomplete: {}", names.join(", ")));
        }
        for unread in rule.unread.iter().filter(|unread| incomplete(unread).is_none()) {
            self.field("open", &unread.to_string());
        }
    }

    fn cause(&mut self, cause: &Cause<'a>, rule: &RuleResult, permissions: &[String]) {
        let first = cause.findings[0];
        if cause.findings.len() == 1 {
            if first.paths.is_empty() || first.status == Status::Unknown {
                self.item(&visible(&first.message));
            }
            for path in first.paths.iter().filter(|_| first.status == Status::Violation) {
                self.item(&self.chain(first.steps(path), path.matched, permissions));
            }
            let details = details(first, first.source(&rule.info));
            if !details.is_empty() {
                self.detail(&details);
            }
        } else {
            let kinds = plural(cause.findings.len(), &first.subject.kind.words());
            if first.paths.is_empty() {
                self.item(&format!("{kinds}:"));
            }
            let arrow = self.paint("→", Style::new().dimmed());
            for path in &first.paths {
                // Findings of one cause differ in their subjects alone.
                let rest = self.chain(path.steps.iter().map(|step| &**step), path.matched, permissions);
                self.item(&format!("{kinds} {arrow} {rest}"));
            }
            let subject = |finding: &&Finding| {
                let details = details(finding, finding.source(&rule.info));
                let spoken = finding.subject.qualified_label();
                let label = visible(&spoken);
                if details.is_empty() { label.into_owned() } else { format!("{label} ({details})") }
            };
            let named = if self.style.verbose { cause.findings.len() } else { NAMED };
            let mut names: Vec<String> = cause.findings.iter().take(named).map(subject).collect();
            if cause.findings.len() > named {
                names.push(format!("and {} more (-v names them all)", cause.findings.len() - named));
            }
            self.detail(&names.join(", "));
        }
        if let Some(more) = words::more_paths(first) {
            self.item(&more);
        }
        for missing in &first.missing {
            self.detail(&visible(missing));
        }
        // What is counted is told one by one: there is no other subject.
        if first.subject.kind == ThingKind::Organization && first.evidence.len() > 1 {
            let counted: Vec<String> = first.evidence.iter().map(|evidence| evidence.value.to_string()).collect();
            self.detail(&visible(&counted.join(", ")));
        }
    }

    /// `ada@acme.example → group Platform → role API Group Manager → api.groups.write`. `permissions` has what each of
    /// the rule's sets of permissions looks like.
    fn chain<'t>(
        &self,
        path: impl Iterator<Item = &'t Thing>,
        matched: Option<usize>,
        permissions: &[String],
    ) -> String {
        let path: Vec<&Thing> = path.collect();
        // The project that a thing stands in is mostly a step of its own.
        let placed = path.iter().any(|step| step.is(Kind::Project));
        let label =
            |thing: &Thing| if placed { thing.label().into_owned() } else { thing.qualified_label().into_owned() };
        let step = |thing: &&Thing| {
            if thing.is(Kind::User) {
                visible(&thing.label()).into_owned()
            } else {
                let kind = self.paint(&thing.kind.words(), Style::new().dimmed());
                format!("{kind} {}", visible(&label(thing)))
            }
        };
        let mut steps: Vec<String> = path.iter().map(step).collect();
        steps.extend(matched.map(|matched| permissions[matched].clone()));
        steps.join(&self.paint(" → ", Style::new().dimmed()))
    }

    /// The permissions of each of the rule's sets.
    fn permissions(&self, rule: &RuleResult) -> Vec<String> {
        let shown = |permission: &str| self.paint(&visible(permission), Style::new().bold());
        let each = |matched: &Matched| matched.permissions().into_iter().map(shown).collect::<Vec<_>>().join(", ");
        rule.matched.iter().map(each).collect()
    }

    fn quiet_rules(&mut self, verdict: Verdict, says: &str) {
        let ids: Vec<&str> = self
            .outcome
            .rules
            .iter()
            .filter(|rule| rule.verdict() == verdict)
            .map(|rule| rule.info.id.as_str())
            .collect();
        if !ids.is_empty() {
            let rules = plural(ids.len(), "rule");
            self.wrapped(&format!("{rules} {says}: "), "  ", &visible(&ids.join(", ")));
            self.line("");
        }
    }

    /// What the reader should know of rules that were answered.
    fn notes(&mut self) {
        let outcome = self.outcome;
        let mut any = false;
        for rule in &outcome.rules {
            for note in &rule.notes {
                let (line, column) = (note.region.line, note.region.column);
                let place = format!("{}:{line}:{column}", rule.info.location.source.name);
                let said = format!("{} ({place}): {}", rule.info.id, note.text);
                self.wrapped("note: ", "      ", &visible(&said));
                any = true;
            }
        }
        if any {
            self.line("");
        }
    }

    /// The incomplete collections; those with the same cause together.
    fn coverage(&mut self) {
        let mut befell: Vec<(State, String, Vec<&str>)> = Vec::new();
        for (collection, state, detail) in words::incomplete(self.outcome) {
            match befell.iter_mut().find(|(other, what, _)| *other == state && *what == detail) {
                Some((.., names)) => names.push(collection.name()),
                None => befell.push((state, detail, vec![collection.name()])),
            }
        }
        for (state, detail, names) in &befell {
            let state = self.paint(state.name(), Style::new().magenta());
            self.wrapped("", "  ", &format!("{} {state}: {}", names.join(", "), detail));
        }
        let mut remarked = false;
        let outcome = self.outcome;
        for of in &outcome.coverage {
            for remark in &of.remarks {
                self.wrapped(&format!("{}: ", of.collection), "  ", &visible(remark));
                remarked = true;
            }
        }
        if !befell.is_empty() || remarked {
            self.line("");
        }
    }

    /// The violations that are accepted, each with what accepts it.
    fn accepted(&mut self) {
        for (status, lines) in accepted::lines(self.outcome, if self.style.verbose { usize::MAX } else { NAMED }) {
            for line in &lines {
                self.wrapped(&format!("{}  ", self.paint(status.name(), Style::new().blue())), "  ", line);
            }
            self.line("");
        }
    }

    /// Sentences about the data: where two views of inheritance differ, or what may mislead.
    fn sentences(&mut self, sentences: &[String]) {
        let shown = if self.style.verbose { sentences.len() } else { SENTENCES };
        for sentence in sentences.iter().take(shown) {
            self.wrapped("note: ", "      ", &visible(sentence));
        }
        if sentences.len() > shown {
            self.line(&format!("note: and {} more (-v shows them all)", sentences.len() - shown));
        }
        if !sentences.is_empty() {
            self.line("");
        }
    }

    fn last_line(&mut self) {
        let line = words::summary(self.outcome, |verdict, count, text| {
            let style = match verdict {
                Verdict::Violation => Style::new().red().bold(),
                Verdict::Unknown => Style::new().magenta().bold(),
                Verdict::Vacuous => Style::new().yellow(),
                Verdict::Pass => Style::new().green(),
            };
            if count > 0 { self.paint(&text, style) } else { text }
        });
        self.wrapped("", "  ", &line);
    }

    fn item(&mut self, text: &str) {
        self.wrapped("  • ", "      ", text);
    }

    fn detail(&mut self, text: &str) {
        self.wrapped("      ", "      ", text);
    }

    fn field(&mut self, name: &str, text: &str) {
        let name = self.paint(&format!("{name:<4}"), Style::new().cyan());
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        self.wrapped(&format!("  {name} "), "       ", &visible(&text));
    }

    fn wrapped(&mut self, first: &str, rest: &str, text: &str) {
        let options = textwrap::Options::new(self.style.width)
            .initial_indent(first)
            .subsequent_indent(rest)
            .break_words(false)
            .word_separator(textwrap::WordSeparator::AsciiSpace)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        for line in textwrap::wrap(text, options) {
            self.line(line.trim_end());
        }
    }

    fn line(&mut self, text: &str) {
        self.out.push_str(text.trim_end());
        self.out.push('\n');
    }

    fn paint(&self, text: &str, style: Style) -> String {
        if self.style.color && !text.is_empty() { text.style(style).to_string() } else { text.to_owned() }
    }
}

fn severity_style(severity: Severity) -> Style {
    match severity {
        Severity::Critical => Style::new().red().bold().reversed(),
        Severity::High => Style::new().red().bold(),
        Severity::Medium => Style::new().yellow().bold(),
        Severity::Low => Style::new().blue().bold(),
        Severity::Info => Style::new().cyan(),
    }
}
