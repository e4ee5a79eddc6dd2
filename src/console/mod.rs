//! The terminal: how wide the streams are, whether to colour them, and what is written to them.

pub(crate) mod interrupt;
pub(crate) mod output;
pub mod problem;

use std::io::IsTerminal as _;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use clap::ValueEnum;
use textwrap::{Options, WordSeparator, WordSplitter};

/// The width without a terminal.
const WIDTH: usize = 80;
/// The smallest width for a report.
const NARROWEST: usize = 20;

/// When to colour: if the stream is a terminal and the environment does not say otherwise, always, or never.
#[expect(missing_docs, reason = "clap would show a doc comment of a variant in the help")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

/// A stream as a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terminal {
    /// Columns.
    pub width: usize,
    /// Whether to colour.
    pub color: bool,
    /// Whether lines can be redrawn.
    pub interactive: bool,
}

impl Terminal {
    /// Standard output.
    pub fn stdout(color: Color) -> Self {
        let stdout = std::io::stdout();
        Self::new(color, stdout.is_terminal(), terminal_size::terminal_size_of(&stdout))
    }

    /// Standard error.
    pub fn stderr(color: Color) -> Self {
        let stderr = std::io::stderr();
        Self::new(color, stderr.is_terminal(), terminal_size::terminal_size_of(&stderr))
    }

    fn new(color: Color, terminal: bool, size: Option<(terminal_size::Width, terminal_size::Height)>) -> Self {
        let environment = |name: &str| std::env::var(name).ok();
        let width = size.map_or(WIDTH, |(terminal_size::Width(columns), _)| usize::from(columns).max(NARROWEST));
        let interactive = terminal && environment("TERM").is_none_or(|term| term != "dumb");
        Self { width, color: colored(color, terminal, environment), interactive }
    }

    /// The line, wrapped to the width of the terminal; what follows the first row is indented. Without a terminal it stays
    /// one line, so that `grep` finds it.
    pub fn folded(&self, line: &str, indent: usize) -> String {
        if !self.interactive {
            return line.to_owned();
        }
        let indent = " ".repeat(indent.min(self.width / 2));
        let options = Options::new(self.width)
            .subsequent_indent(&indent)
            .break_words(false)
            .word_separator(WordSeparator::AsciiSpace)
            .word_splitter(WordSplitter::NoHyphenation);
        textwrap::fill(line, options)
    }
}

/// The flag goes first, then the environment, then whether it is a terminal. Sources: no-color.org, force-color.org,
/// bixense.com/clicolors.
fn colored(flag: Color, terminal: bool, environment: impl Fn(&str) -> Option<String>) -> bool {
    let set = |name: &str| environment(name).is_some_and(|value| !value.is_empty());
    let on = |name: &str| environment(name).is_some_and(|value| !value.is_empty() && value != "0");
    match flag {
        Color::Always => true,
        Color::Never => false,
        Color::Auto if set("NO_COLOR") => false,
        Color::Auto if on("FORCE_COLOR") || on("CLICOLOR_FORCE") => true,
        Color::Auto => terminal && environment("TERM").is_none_or(|term| term != "dumb"),
    }
}

/// Sends what the crate traces to standard error, if it was asked for. No other crate's traces: they could show headers.
pub(crate) fn trace() {
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(|| Traced)
        // Colour codes in a trace would come from outside.
        .with_ansi(false)
        .with_target(false)
        .without_time();
    let ours = Targets::new().with_target(env!("CARGO_CRATE_NAME"), LevelFilter::DEBUG);
    // Fails only if a library user has set up tracing, who then gets it all.
    tracing_subscriber::registry().with(lines).with(ours).try_init().unwrap_or(());
}

/// Standard error for traces: each is one line, and has nothing hidden in it.
struct Traced;

impl std::io::Write for Traced {
    fn write(&mut self, trace: &[u8]) -> std::io::Result<usize> {
        output::say(String::from_utf8_lossy(trace).trim_end());
        Ok(trace.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Environment = &'static [(&'static str, &'static str)];

    #[test]
    fn a_line_is_folded_where_somebody_looks() {
        let terminal = |width, interactive| Terminal { width, color: false, interactive };
        let line = "  groups        1  3 groups, for 2 rules: no-group-grants-itself and no-group-is-empty";
        assert_eq!(terminal(40, false).folded(line, 19), line);
        assert_eq!(terminal(90, true).folded(line, 19), line);
        let folded = "  groups        1  3 groups, for 2 rules:\n                   no-group-grants-itself\n                   and no-group-is-empty";
        assert_eq!(terminal(41, true).folded(line, 19), folded);
        assert!(terminal(20, true).folded(line, 19).lines().all(|line| line.len() <= 32));
    }

    #[test]
    fn color_follows_flag_then_environment_then_terminal() {
        let table: [(Color, bool, Environment, bool); 10] = [
            (Color::Auto, true, &[], true),
            (Color::Auto, false, &[], false),
            (Color::Auto, true, &[("NO_COLOR", "1")], false),
            (Color::Auto, true, &[("NO_COLOR", "")], true),
            (Color::Auto, false, &[("FORCE_COLOR", "1")], true),
            (Color::Auto, false, &[("CLICOLOR_FORCE", "0")], false),
            (Color::Auto, false, &[("NO_COLOR", "1"), ("FORCE_COLOR", "1")], false),
            (Color::Auto, true, &[("TERM", "dumb")], false),
            (Color::Always, false, &[("NO_COLOR", "1")], true),
            (Color::Never, true, &[("FORCE_COLOR", "1")], false),
        ];
        for (flag, terminal, environment, expected) in table {
            let lookup =
                |name: &str| environment.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned());
            assert_eq!(colored(flag, terminal, lookup), expected, "{flag:?} {terminal} {environment:?}");
        }
    }
}
