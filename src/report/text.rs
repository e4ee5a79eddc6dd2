//! The report for people: worst first, every finding under the words of the policy that fired, and what has one
//! cause told once.

use std::collections::BTreeMap;

use owo_colors::{OwoColorize as _, Style};

use super::{TextStyle, snippet};
use crate::escape::visible;
use crate::finding::{AccessPath, Evidence, Finding, Outcome, RuleResult, Severity, Status, Thing, Value, Verdict};
use crate::org::{Collection, State};

/// How many subjects of one cause are named, unless the reader wants them all.
const NAMED: usize = 12;
/// How many disagreements of the API with itself are told, unless the reader wants them all.
const DISAGREEMENTS: usize = 3;

pub(super) fn render(outcome: &Outcome, look: TextStyle) -> String {
    let mut report = Text { outcome, look, out: String::new() };
    report.rules(Verdict::Violation);
    report.rules(Verdict::Unknown);
    report.quiet_rules(Verdict::Vacuous, "selected nothing, and so said nothing");
    if look.verbose {
        report.quiet_rules(Verdict::Pass, "passed");
    }
    report.notes();
    report.disagreements();
    report.coverage();
    report.last_line();
    report.out
}

struct Text<'a> {
    outcome: &'a Outcome,
    look: TextStyle,
    out: String,
}

impl<'a> Text<'a> {
    fn rules(&mut self, verdict: Verdict) {
        let outcome = self.outcome;
        let mut numbered: Vec<(usize, &RuleResult)> =
            outcome.rules.iter().enumerate().filter(|(_, rule)| rule.verdict == verdict).collect();
        numbered.sort_by_key(|(number, rule)| (std::cmp::Reverse(rule.severity), *number));
        for (number, rule) in numbered {
            self.rule(rule, outcome.findings_of(number));
        }
    }

    fn rule(&mut self, rule: &RuleResult, findings: &'a [Finding]) {
        let (word, style) = match rule.verdict {
            Verdict::Unknown => ("unknown".to_owned(), Style::new().magenta().bold()),
            Verdict::Violation | Verdict::Vacuous | Verdict::Pass => {
                (rule.severity.name().to_owned(), severity_style(rule.severity))
            }
        };
        let count = match (rule.violations, rule.unknown) {
            (0, 0) => String::new(),
            (violations, 0) => plural(violations, "violation"),
            (0, unknown) => format!("{unknown} unknown"),
            (violations, unknown) => format!("{}, {unknown} unknown", plural(violations, "violation")),
        };
        let head = format!("{}  {}", self.paint(&word, style), self.paint(&visible(&rule.id), Style::new().bold()));
        self.line(&format!("{head}  {}", self.paint(&count, Style::new().dimmed())));
        // Of a rule that could not even begin, there are no words to show that fired.
        if rule.verdict == Verdict::Unknown && (self.look.quiet || findings.is_empty()) {
            self.open(rule);
            return self.line("");
        }
        snippet::draw(&mut self.out, rule, findings, self.look, severity_style(rule.severity));
        for status in [Status::Violation, Status::Unknown] {
            let of_status: Vec<&Finding> = findings.iter().filter(|finding| finding.status == status).collect();
            for cause in causes(&of_status) {
                self.cause(&cause);
            }
        }
        self.open(rule);
        if rule.verdict == Verdict::Violation && !self.look.quiet {
            if let Some(rationale) = &rule.rationale {
                self.field("why", rationale);
            }
            if let Some(remediation) = &rule.remediation {
                self.field("fix", remediation);
            }
            let controls = rule.controls.iter().map(|(framework, ids)| format!("{framework} {}", ids.join(", ")));
            let more: Vec<String> = controls.chain(rule.references.iter().cloned()).collect();
            if !more.is_empty() {
                self.field("see", &more.join("; "));
            }
        }
        self.line("");
    }

    /// What would have to be read to answer the rule whole: of collections the names, since what happened to each is
    /// told once, below.
    fn open(&mut self, rule: &RuleResult) {
        let collection = |unread: &str| unread.split_once(": ").and_then(|(name, _)| Collection::named(name));
        let names: Vec<&str> =
            rule.unread.iter().filter_map(|unread| collection(unread)).map(Collection::name).collect();
        if !names.is_empty() {
            self.field("open", &format!("not read whole: {}", names.join(", ")));
        }
        for unread in rule.unread.iter().filter(|unread| collection(unread).is_none()) {
            self.field("open", unread);
        }
    }

    fn cause(&mut self, cause: &Cause<'a>) {
        let first = cause.findings[0];
        if cause.findings.len() == 1 {
            if first.paths.is_empty() || first.status == Status::Unknown {
                self.item(&visible(&first.message));
            }
            for path in joined(&first.paths).iter().filter(|_| first.status == Status::Violation) {
                self.item(&self.chain(path));
            }
            let details = details(first);
            if !details.is_empty() {
                self.detail(&details);
            }
        } else {
            let kinds = plural(cause.findings.len(), &first.subject.kind_in_words());
            if cause.tails.is_empty() {
                self.item(&format!("{kinds}:"));
            }
            let arrow = self.paint("→", Style::new().dimmed());
            for tail in &joined(&cause.tails) {
                self.item(&format!("{kinds} {arrow} {}", self.chain(tail)));
            }
            let subject = |finding: &&Finding| {
                let details = details(finding);
                let spoken = finding.subject.spoken();
                let label = visible(&spoken);
                if details.is_empty() { label.into_owned() } else { format!("{label} ({details})") }
            };
            let named = if self.look.verbose { cause.findings.len() } else { NAMED };
            let mut names: Vec<String> = cause.findings.iter().take(named).map(subject).collect();
            if cause.findings.len() > named {
                names.push(format!("and {} more (-v names them all)", cause.findings.len() - named));
            }
            self.detail(&names.join(", "));
        }
        for missing in &first.missing {
            self.detail(&visible(missing));
        }
        // What is counted is told one by one: there is no other subject.
        if first.subject.kind == "organization" && first.evidence.len() > 1 {
            let counted: Vec<String> = first.evidence.iter().map(|evidence| evidence.value.to_string()).collect();
            self.detail(&visible(&counted.join(", ")));
        }
    }

    /// `ada@acme.example → group Platform → role API Group Manager → api.groups.write`.
    fn chain(&self, (path, permissions): &(Vec<&Thing>, Vec<&Thing>)) -> String {
        // The project that a thing stands in is mostly a step of its own.
        let placed = path.iter().any(|step| step.kind == "project");
        let label = |thing: &Thing| if placed { thing.label().to_owned() } else { thing.spoken().into_owned() };
        let step = |thing: &&Thing| match thing.kind {
            "user" => visible(thing.label()).into_owned(),
            _ => format!("{} {}", self.paint(&thing.kind_in_words(), Style::new().dimmed()), visible(&label(thing))),
        };
        let permission = |thing: &&Thing| self.paint(&visible(thing.label()), Style::new().bold());
        let mut steps: Vec<String> = path.iter().map(step).collect();
        if !permissions.is_empty() {
            steps.push(permissions.iter().map(permission).collect::<Vec<_>>().join(", "));
        }
        steps.join(&self.paint(" → ", Style::new().dimmed()))
    }

    fn quiet_rules(&mut self, verdict: Verdict, says: &str) {
        let ids: Vec<&str> =
            self.outcome.rules.iter().filter(|rule| rule.verdict == verdict).map(|rule| rule.id.as_str()).collect();
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
                self.wrapped("note: ", "      ", &visible(&format!("{}: {note}", rule.id)));
                any = true;
            }
        }
        if any {
            self.line("");
        }
    }

    /// The collections with holes; those that one thing befell, together.
    fn coverage(&mut self) {
        let coverage = &self.outcome.coverage;
        let mut befell: Vec<(State, String, Vec<&str>)> = Vec::new();
        for collection in Collection::ALL {
            let Some(detail) = coverage.detail(collection) else { continue };
            let state = coverage.state(collection);
            match befell.iter_mut().find(|(other, what, _)| *other == state && *what == detail) {
                Some((.., names)) => names.push(collection.name()),
                None => befell.push((state, detail, vec![collection.name()])),
            }
        }
        for (state, detail, names) in &befell {
            let state = self.paint(state.name(), Style::new().magenta());
            self.wrapped("", "  ", &format!("{} {state}: {}", names.join(", "), visible(detail)));
        }
        let mut remarked = false;
        for collection in Collection::ALL {
            for remark in coverage.remarks(collection) {
                self.wrapped(&format!("{collection}: "), "  ", &visible(&remark));
                remarked = true;
            }
        }
        if !befell.is_empty() || remarked {
            self.line("");
        }
    }

    /// Where two views of inheritance differ.
    fn disagreements(&mut self) {
        let outcome = self.outcome;
        let shown = if self.look.verbose { outcome.disagreements.len() } else { DISAGREEMENTS };
        for disagreement in outcome.disagreements.iter().take(shown) {
            self.wrapped("note: ", "      ", &visible(disagreement));
        }
        if outcome.disagreements.len() > shown {
            self.line(&format!("note: and {} more such (-v shows them all)", outcome.disagreements.len() - shown));
        }
        if !outcome.disagreements.is_empty() {
            self.line("");
        }
    }

    fn last_line(&mut self) {
        let outcome = self.outcome;
        let violations = outcome.with_status(Status::Violation).count();
        let count = |verdict, word: &str, style: Style| {
            let count = outcome.count(verdict);
            let text = format!("{count} {word}");
            if count > 0 { self.paint(&text, style) } else { text }
        };
        let style = Style::new;
        let counts = [
            count(Verdict::Violation, "violation", style().red().bold()),
            count(Verdict::Unknown, "unknown", style().magenta().bold()),
            count(Verdict::Vacuous, "vacuous", style().yellow()),
            count(Verdict::Pass, "pass", style().green()),
        ];
        let rules = plural(outcome.rules.len(), "rule");
        let found = match violations {
            0 => String::new(),
            n => format!(" ({} in all)", plural(n, "violation")),
        };
        let skipped = match outcome.skipped.len() {
            0 => String::new(),
            n => format!("; {} skipped", plural(n, "rule")),
        };
        let incomplete = if outcome.complete() { "" } else { "; not everything could be answered" };
        self.wrapped("", "  ", &format!("{rules}: {}{found}{skipped}{incomplete}", counts.join(", ")));
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
        let options = textwrap::Options::new(self.look.width)
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
        if self.look.color && !text.is_empty() { text.style(style).to_string() } else { text.to_owned() }
    }
}

/// Findings that differ in nothing but their subject.
struct Cause<'a> {
    findings: Vec<&'a Finding>,
    /// The paths, without the subject that they begin with.
    tails: Vec<AccessPath>,
}

fn causes<'a>(findings: &[&'a Finding]) -> Vec<Cause<'a>> {
    let mut causes: Vec<Cause<'a>> = Vec::new();
    let mut places = BTreeMap::new();
    for finding in findings {
        let mut tails: Vec<AccessPath> = finding.paths.iter().map(|path| tail(path, &finding.subject)).collect();
        tails.sort();
        // Without a path, findings are alike if the same attributes met the same words.
        let attributes: Vec<&str> = finding.evidence.iter().map(|evidence| evidence.attribute).collect();
        let key = (finding.location.span.start, tails.clone(), attributes, finding.missing.as_slice());
        let place = *places.entry(key).or_insert_with(|| {
            causes.push(Cause { findings: Vec::new(), tails });
            causes.len() - 1
        });
        causes[place].findings.push(finding);
    }
    causes
}

/// Paths that differ in nothing but the permission at their end, as one.
fn joined(paths: &[AccessPath]) -> Vec<(Vec<&Thing>, Vec<&Thing>)> {
    let mut joined: Vec<(Vec<&Thing>, Vec<&Thing>)> = Vec::new();
    for path in paths {
        let (permissions, way): (Vec<&Thing>, Vec<&Thing>) = path.iter().partition(|step| step.kind == "permission");
        match joined.iter_mut().find(|(known, _)| *known == way) {
            Some((_, known)) => known.extend(permissions),
            None => joined.push((way, permissions)),
        }
    }
    joined
}

fn tail(path: &AccessPath, subject: &Thing) -> AccessPath {
    if path.first() == Some(subject) { path[1..].to_vec() } else { path.clone() }
}

/// The values that neither a path nor the policy's own words show.
fn details(finding: &Finding) -> String {
    if finding.status == Status::Unknown || finding.subject.kind == "organization" {
        return String::new();
    }
    let mut shown: Vec<String> = Vec::new();
    // What selected the subject is mostly told by the rule; how long ago is not.
    let by_time = |evidence: &&Evidence| matches!(evidence.value, Value::Time(_) | Value::Null);
    for evidence in finding.evidence.iter().chain(finding.selected_by.iter().filter(by_time)) {
        let value = evidence.value.to_string();
        let known = match evidence.value {
            Value::Permission(_) => true,
            Value::Null => false,
            Value::Flag(_) | Value::Number(_) | Value::Time(_) | Value::Text(_) => {
                let written = &evidence.location.source.text[evidence.location.span.clone()];
                written.contains(&value) || value == finding.subject.label()
            }
        };
        let detail = visible(&evidence.to_string()).into_owned();
        if !known && !finding.message.contains(&detail) && !shown.contains(&detail) {
            shown.push(detail);
        }
    }
    shown.join(", ")
}

fn plural(count: usize, word: &str) -> String {
    if count == 1 { format!("{count} {word}") } else { format!("{count} {word}s") }
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
