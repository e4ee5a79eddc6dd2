//! The reports of a command: in which format, and to which files.

use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::access::Register;
use crate::cli::{Common, report};
use crate::console::{Color, Terminal, output};
use crate::finding::Outcome;
use crate::org::Org;
use crate::report::{Format, TextStyle, render};

use super::input::{self, Inputs};
use super::register::register;
use super::{Error, Exit};

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Output")]
pub struct Reports {
    /// Report format
    #[arg(short, long, value_enum, default_value_t, env = "ROLELINT_FORMAT", hide_env_values = true)]
    pub format: Format,
    /// Write the report to FILE [default: -, standard output]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Show at most N findings of a rule in the text report; -v shows all
    #[arg(long, value_name = "N", default_value_t = 12, value_parser = clap::value_parser!(u16).range(1..), env = "ROLELINT_MAX_PER_RULE", hide_env_values = true)]
    pub max_per_rule: u16,
    /// Also write a report in FORMAT to PATH; repeatable
    #[arg(long, value_name = "FORMAT=PATH", value_parser = report, env = "ROLELINT_REPORT", hide_env_values = true)]
    pub report: Vec<(Format, PathBuf)>,
}

impl Reports {
    /// Makes sure that every report and the `other` output can be written, and that none is one of the files that are read.
    pub(crate) fn ready(&self, other: Option<&Path>, inputs: &Inputs) -> Result<(), output::Error> {
        let reports = self.report.iter().map(|(_, path)| Some(path.as_path()));
        let outputs: Vec<Option<&Path>> = reports.chain([self.output.as_deref()]).chain(other.map(Some)).collect();
        output::ready(&outputs, inputs.files())?;
        let reports = self.report.iter().map(|(format, path)| (*format, Some(path.as_path())));
        for (format, path) in reports.chain([(self.format, self.output.as_deref())]) {
            output::ready_for(format.name(), format.is_binary(), path)?;
        }
        self.step_summary().map_or(Ok(()), |path| output::ready_to_append(Path::new(&path)))
    }

    /// Writes every report, and says what the process ends with. Without an organization, none shows who holds what.
    pub(crate) fn write(&self, outcome: &Outcome, org: Option<&Org>, common: &Common) -> Result<Exit, Error> {
        let exit = Exit::from(outcome.ending());
        let shown = self.formats().any(Format::shows_access);
        let register = org.filter(|_| shown).map(|org| register(org, &outcome.policies));
        exit.once(self.write_all(outcome, register.as_ref(), common, true))
    }

    /// Writes reports on an error. On a terminal, the error itself says the same.
    pub(crate) fn write_errors(&self, outcome: &Outcome, common: &Common) -> Result<(), output::Error> {
        self.write_all(outcome, None, common, false)
    }

    /// The formats that are written.
    pub(crate) fn formats(&self) -> impl Iterator<Item = Format> {
        std::iter::once(self.format).chain(self.report.iter().map(|(format, _)| *format))
    }

    /// If one report cannot be written, the others still are. Without `text`, standard output gets no text.
    fn write_all(
        &self,
        outcome: &Outcome,
        register: Option<&Register<'_>>,
        common: &Common,
        text: bool,
    ) -> Result<(), output::Error> {
        let stdout = Terminal::stdout(common.color);
        let style = |file: bool| {
            // A file is not a terminal, whatever standard output is.
            let color = if file { common.color == Color::Always } else { stdout.color };
            TextStyle {
                width: stdout.width,
                color,
                quiet: common.is_quiet(),
                verbose: common.level() > 0,
                per_rule: usize::from(self.max_per_rule),
                now: input::now(),
            }
        };
        let to = |path: Option<&Path>, format| {
            let file = path.is_some_and(|path| !output::is_stdout(path));
            output::write(path, |to| render(format, outcome, register, style(file), to))
        };
        let mut written: Vec<Result<(), output::Error>> =
            self.report.iter().map(|(format, path)| to(Some(path), *format)).collect();
        if let Some(path) = self.step_summary() {
            let fill = |to: &mut dyn Write| render(Format::Markdown, outcome, None, style(true), to);
            written.push(output::append(Path::new(&path), fill));
        }
        // With -qq people get only the exit code; programs get their report.
        let silent = (!text || common.level() <= -2) && self.format == Format::Text && self.output.is_none();
        if !silent {
            written.push(to(self.output.as_deref(), self.format));
        }
        written.into_iter().collect()
    }

    /// The file that GitHub shows on the page of the run.
    fn step_summary(&self) -> Option<OsString> {
        let github = self.formats().any(|format| format == Format::Github);
        std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| github && !path.is_empty())
    }
}
