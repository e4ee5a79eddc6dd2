//! Markdown for a comment on a pull request or a step summary: the worst first, long parts folded, within the length
//! that GitHub and GitLab take.
//!
//! Names from outside stand in code, where nothing is markup, a mention or a link. What a policy writes in backticks stays in
//! code as it is.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::totals::{exit, found, plain_summary};
use super::words::{causes, clip, incomplete, paths, population, sentence, unread, worst_first};
use crate::escape::visible;
use crate::finding::{Finding, Outcome, RuleResult, Skipped, Verdict};
use crate::org::{Collection, State};
use crate::time::minute;

/// The most characters of a comment.
const MOST: usize = 60_000;
/// What is kept free for the last lines.
const RESERVE: usize = 500;
/// How many findings of a rule are listed.
const LISTED: usize = 50;
/// A rule with more findings than this is folded.
const UNFOLDED: usize = 5;
/// What may follow a word.
const PUNCTUATION: [char; 6] = [',', ';', ':', ')', '?', '.'];
/// How many of the rules that were not judged for the same reason are named.
const NAMED: usize = 12;
/// The longest text of a finding or a policy.
const TEXT: usize = 1000;

pub(super) fn render(outcome: &Outcome, to: &mut dyn Write) -> io::Result<()> {
    let mut comment = Comment::default();
    comment.add(&format!("## rolelint{}\n\n{}\n", about(outcome), prose(&plain_summary(outcome))));
    if !outcome.population.is_empty() {
        comment.add(&format!("\n{}. {}.\n", prose(&population(outcome)), prose(&exit(outcome))));
    }
    comment.list("Where to start (number of violations that each change ends)", cuts(outcome));
    comment.list("Not everything was read", coverage(outcome));
    comment.list("Overrides, waivers and baseline", exceptions(outcome));
    comment.list("Not checked", skipped(outcome));
    let rules: Vec<usize> = worst_first(outcome).into_iter().filter(|&at| says_something(outcome, at)).collect();
    let mut left_out = Vec::new();
    for &at in &rules {
        let fits = comment.add(&section(outcome, at)) || comment.add(&head(outcome, at));
        if !fits {
            left_out.push(at);
        }
    }
    if !left_out.is_empty() {
        let findings: usize = left_out.iter().map(|&at| outcome.findings_of(at).len()).sum();
        writeln!(
            comment.text,
            "\n…and {} more rules with {findings} findings, too long for a comment.",
            left_out.len()
        )
        .expect("writing to a string cannot fail");
    }
    comment.passed(outcome);
    to.write_all(comment.text.as_bytes())
}

/// What is written so far.
#[derive(Default)]
pub(super) struct Comment {
    pub text: String,
    characters: usize,
}

impl Comment {
    /// Adds a list under a title: as many rows as fit, and how many more there are. An empty list adds nothing.
    fn list(&mut self, title: &str, rows: impl IntoIterator<Item = String>) {
        let (mut rows, mut more) = (rows.into_iter().peekable(), 0);
        if rows.peek().is_none() {
            return;
        }
        self.add(&format!("\n**{title}:**\n\n"));
        for (at, row) in rows.enumerate() {
            more += usize::from(more > 0 || at >= LISTED || !self.add(&row));
        }
        if more > 0 {
            // `RESERVE` has room for this line.
            writeln!(self.text, "- and {more} more").expect("writing to a string cannot fail");
        }
    }

    /// The rules that passed, as many as fit, and how many more there are.
    fn passed(&mut self, outcome: &Outcome) {
        let passed = (0..outcome.rules.len()).filter(|&at| !says_something(outcome, at));
        let (mut before, mut more) = ("\nPassed: ", 0);
        for at in passed {
            let fits = more == 0 && self.add(&format!("{before}{}", code(&visible(&outcome.rules[at].info.id))));
            more += usize::from(!fits);
            before = if fits { ", " } else { before };
        }
        match (before, more) {
            (", ", 0) => self.text.push('\n'),
            (", ", more) => writeln!(self.text, " and {more} more").expect("writing to a string cannot fail"),
            (_, 0) => {}
            (_, more) => writeln!(self.text, "\nPassed: {more} rules").expect("writing to a string cannot fail"),
        }
    }

    /// Adds a part if it fits.
    pub fn add(&mut self, part: &str) -> bool {
        let characters = self.characters + part.chars().count();
        let fits = characters <= MOST - RESERVE;
        if fits {
            self.text += part;
            self.characters = characters;
        }
        fits
    }
}

fn says_something(outcome: &Outcome, at: usize) -> bool {
    outcome.rules[at].verdict() != Verdict::Pass || !outcome.findings_of(at).is_empty()
}

/// What ends most of the violations, whatever their rules.
fn cuts(outcome: &Outcome) -> Vec<String> {
    let row = |(count, what): &(usize, String)| format!("- {count}: {}\n", prose(what));
    causes(outcome, None).iter().map(row).collect()
}

fn coverage(outcome: &Outcome) -> Vec<String> {
    let row =
        |(of, state, detail): &(Collection, State, String)| format!("- `{of}` {}: {}\n", state.name(), prose(detail));
    incomplete(outcome).iter().map(row).collect()
}

/// Remarks on overrides, waivers and the baseline.
fn exceptions(outcome: &Outcome) -> impl Iterator<Item = String> {
    outcome.exceptions.iter().map(|sentence| format!("- {}\n", prose(sentence)))
}

/// The rules that were not judged, grouped by the reason.
fn skipped(outcome: &Outcome) -> Vec<String> {
    let mut reasons: Vec<(&str, Vec<&Skipped>)> = Vec::new();
    for one in &outcome.skipped {
        match reasons.iter_mut().find(|(reason, _)| *reason == one.reason) {
            Some((_, others)) => others.push(one),
            None => reasons.push((&one.reason, vec![one])),
        }
    }
    let row = |(reason, rules): (&str, Vec<&Skipped>)| {
        let mut named: Vec<String> = rules.iter().take(NAMED).map(|one| code(&visible(&one.rule))).collect();
        if rules.len() > NAMED {
            named.push(format!("and {} more", rules.len() - NAMED));
        }
        format!("- {}: {}\n", named.join(", "), prose(reason))
    };
    reasons.into_iter().map(row).collect()
}

/// Which organization, and as of when. Lints are about none.
fn about(outcome: &Outcome) -> String {
    let source = &outcome.source;
    if !outcome.has_facts() || !source.organization.is_known() {
        return String::new();
    }
    format!(": {}, {}", prose(&source.organization.to_string()), minute(source.collected_at))
}

/// A rule in one line, for HTML.
fn title(outcome: &Outcome, at: usize) -> String {
    let info = &*outcome.rules[at].info;
    let id = html(&visible(&info.id));
    format!("<b>{}</b> <code>{id}</code>: {}", info.severity.name(), html(&found(outcome, at)))
}

/// A rule whose findings do not fit.
fn head(outcome: &Outcome, at: usize) -> String {
    format!("\n{} (too long for a comment)\n", title(outcome, at))
}

fn section(outcome: &Outcome, at: usize) -> String {
    let rule = &outcome.rules[at];
    let findings = outcome.findings_of(at);
    let open = if findings.len() <= UNFOLDED && rule.verdict() != Verdict::Pass { " open" } else { "" };
    let mut section = format!("\n<details{open}><summary>{}</summary>\n\n", title(outcome, at));
    writeln!(section, "{}\n", prose(&rule.info.title)).expect("writing to a string cannot fail");
    section.extend(findings.iter().take(LISTED).map(|finding| item(finding, rule)));
    if findings.len() > LISTED {
        writeln!(section, "- and {} more", findings.len() - LISTED).expect("writing to a string cannot fail");
    }
    let unread = unread(rule);
    if !unread.is_empty() {
        writeln!(section, "- unread: {}", prose(&unread)).expect("writing to a string cannot fail");
    }
    if rule.verdict() == Verdict::Violation {
        let fields = [("Why", &rule.info.rationale), ("Fix", &rule.info.remediation)];
        for (name, text) in fields.into_iter().filter_map(|(name, text)| Some((name, text.as_ref()?))) {
            writeln!(section, "\n**{name}:** {}", prose(text)).expect("writing to a string cannot fail");
        }
    }
    section + "\n</details>\n"
}

fn item(finding: &Finding, rule: &RuleResult) -> String {
    let mut item = format!("- {}\n", prose(&sentence(finding)));
    item.extend(paths(finding, rule).iter().map(|path| format!("  - {}\n", prose(path))));
    item
}

/// Text with the words in code that could be anything but a word.
pub(super) fn prose(text: &str) -> String {
    let text = clip(&text.split_whitespace().collect::<Vec<_>>().join(" "), TEXT);
    let text = visible(&text);
    let (mut rest, mut parts) = (&*text, Vec::new());
    while !rest.is_empty() {
        let (part, after) = span(rest).unwrap_or_else(|| word(rest));
        parts.push(part);
        rest = after.strip_prefix(' ').unwrap_or(after);
    }
    parts.join(" ")
}

/// What stands in backticks where the text begins, with the punctuation around it, and what follows. It stays one span,
/// however many words it has.
fn span(text: &str) -> Option<(String, &str)> {
    let (bracket, rest) = text.strip_prefix('(').map_or(("", text), |rest| ("(", rest));
    let (inside, after) = rest.strip_prefix('`')?.split_once('`')?;
    let (punctuation, after) = after.split_at(after.find(' ').unwrap_or(after.len()));
    let is_span = !inside.trim().is_empty() && punctuation.chars().all(|c| PUNCTUATION.contains(&c));
    is_span.then(|| (format!("{bracket}{}{punctuation}", code(inside)), after))
}

/// The first word, in code unless it is plain, and what follows.
fn word(text: &str) -> (String, &str) {
    let (word, after) = text.split_at(text.find(' ').unwrap_or(text.len()));
    if is_plain(word) {
        return (word.to_owned(), after);
    }
    let (bracket, word) = word.strip_prefix('(').map_or(("", word), |rest| ("(", rest));
    let bare = word.trim_end_matches(PUNCTUATION);
    (format!("{bracket}{}{}", code(bare), &word[bare.len()..]), after)
}

/// A word of letters, or a number, with punctuation at the end; or a sign that rolelint itself writes.
fn is_plain(word: &str) -> bool {
    let bare = word.strip_prefix('(').unwrap_or(word);
    let bare = bare.trim_end_matches(PUNCTUATION);
    let is_number = !bare.is_empty() && bare.bytes().all(|byte| byte.is_ascii_digit()) && !word.contains('.');
    let is_word = bare.starts_with(char::is_alphabetic) && bare.chars().all(|c| c.is_alphabetic() || c == '\'');
    is_word || is_number || word == "→"
}

/// A span of code, whatever its text contains.
fn code(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::super::tests::rendered;
    use super::super::{Format, sample};
    use super::*;

    #[test]
    fn a_comment_is_never_too_long_and_counts_what_it_left_out() {
        let mut outcome = sample::outcome();
        let (rule, findings) = (outcome.rules[0].clone(), outcome.findings_of(0).to_vec());
        for _ in 0..2000 {
            outcome.push(rule.clone(), findings.clone());
        }
        let report = rendered(Format::Markdown, &outcome);
        assert!(report.chars().count() <= MOST, "{}", report.chars().count());
        assert!(report.contains("more rules with"), "{}", &report[report.len() - 300..]);
        // Long lists are cut by the row, and counted.
        let mut outcome = sample::outcome();
        outcome.exceptions = (0..60).map(|at| format!("w.yaml:{at}: {}", "word ".repeat(300))).collect();
        let report = rendered(Format::Markdown, &outcome);
        assert!(report.contains("**Overrides, waivers and baseline:**") && report.contains("\n- and "), "{report}");
        assert!(report.chars().count() <= MOST && report.contains("`skipped`"), "{report}");
        let report = rendered(Format::Markdown, &sample::many(1234));
        assert!(report.contains("- and 1184 more\n"), "{}", &report[report.len() - 300..]);
    }

    #[test]
    fn names_that_are_not_plain_words_are_in_code_spans() {
        let table = [
            ("user Ada's cat, 3 (or four): no.", "user Ada's cat, 3 (or four): no."),
            ("ada@acme.example holds api.groups.write", "`ada@acme.example` holds `api.groups.write`"),
            ("@acme/security closes #1", "`@acme/security` closes `#1`"),
            ("<script> [a](b) **x** _y_ 1. www.a.example", "`<script>` `[a](b`) `**x**` `_y_` `1`. `www.a.example`"),
            ("a ``` b `c` d", "a ```` ``` ```` b `c` d"),
            ("set `a: [b, c@d]`, (`e` or `f g`). It's", "set `a: [b, c@d]`, (`e` or `f g`). It's"),
            ("an `open @team and <b>", "an `` `open `` `@team` and `<b>`"),
            ("`a`@b `` `c", "`` `a`@b `` ``` `` ``` `` `c ``"),
            ("`` @a ``", "``` `` ``` `@a` ``` `` ```"),
            ("the key (key_demo), and (that)", "the key (`key_demo`), and (that)"),
            ("a\n# b", "a `#` b"),
        ];
        for (text, shown) in table {
            assert_eq!(prose(text), shown);
        }
    }
}
