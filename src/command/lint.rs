//! `rolelint lint`: what is odd about policies, without an organization and without a key.

use std::path::{Path, PathBuf};

use clap::builder::PossibleValuesParser;

use crate::cli::{Common, Rules};
use crate::console::{Color, Terminal, output, problem};
use crate::finding::Severity;
use crate::lint::{LINTS, Report, Subject, json, lint};
use crate::policy::{Policy, is_test};
use crate::testing;

use super::{Error, Exit, input};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Lowest severity of a finding that makes the exit code 1
    #[arg(
        long,
        value_enum,
        value_name = "SEVERITY",
        default_value = "low",
        env = "ROLELINT_FAIL_ON",
        hide_env_values = true
    )]
    pub fail_on: Severity,
    /// Leave this lint out; repeatable, or with commas
    #[arg(long, value_name = "LINT", value_delimiter = ',', env = "ROLELINT_ALLOW_LINT", hide_env_values = true,
          value_parser = PossibleValuesParser::new(LINTS.each_ref().map(|lint| lint.code)))]
    pub allow_lint: Vec<String>,
    /// Report format
    #[arg(short, long, value_enum, default_value_t)]
    pub format: super::list::Format,
    /// Write the report to FILE, whole or not at all [default: -, standard output]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub rules: Rules,
}

pub(crate) fn run(args: &Args, common: &Common) -> Result<Exit, Error> {
    let paths = [&args.rules.paths[..], &args.rules.policy].concat();
    let policies = policies(&args.rules, &paths)?;
    let tests = testing::load(&paths)?;
    output::ready(&[args.output.as_deref()], &paths.iter().map(PathBuf::as_path).collect::<Vec<_>>())?;
    let findings = lint(&Subject { policies: &policies, suites: &tests.suites }, &args.allow_lint);
    let report = Report { policies: &policies, findings: &findings, fail_on: args.fail_on };
    let text = match args.format {
        super::list::Format::Json => json(&report),
        super::list::Format::Text => text(&report, color(args.output.as_deref(), common), common.is_quiet()),
    };
    output::write(args.output.as_deref(), |to| to.write_all(text.as_bytes()))?;
    Ok(if report.fails() { Exit::Violation } else { Exit::Clean })
}

/// The policies that the paths name. A file of tests is none, and is read with the others of its kind.
fn policies(rules: &Rules, paths: &[PathBuf]) -> Result<Vec<Policy>, Error> {
    let (tests, paths): (Vec<PathBuf>, Vec<PathBuf>) =
        paths.iter().cloned().partition(|path| is_test(path) && path.is_file());
    if paths.is_empty() && !tests.is_empty() {
        return Ok(Vec::new());
    }
    Ok(input::policies(&Rules { paths, policy: Vec::new(), ..rules.clone() })?.0)
}

fn color(to: Option<&Path>, common: &Common) -> bool {
    match to {
        Some(path) if !output::is_stdout(path) => common.color == Color::Always,
        Some(_) | None => Terminal::stdout(common.color).color,
    }
}

/// The report for people: each finding under the words that it is about.
fn text(report: &Report<'_>, color: bool, quiet: bool) -> String {
    let mut out = String::new();
    for finding in report.findings {
        let heading = format!("{} {}:", finding.lint.severity.name(), finding.lint.code);
        out.push_str(&problem::show_as(&heading, &finding.located, color));
        out.push('\n');
    }
    if quiet {
        return out;
    }
    let rules: usize = report.policies.iter().map(|policy| policy.file.rules).sum();
    let counts = Severity::ALL.iter().rev().map(|severity| (severity, report.count(*severity)));
    let counts: Vec<String> = counts
        .filter(|(_, number)| *number > 0)
        .map(|(severity, number)| format!("{number} {}", severity.name()))
        .collect();
    let found = if counts.is_empty() { "nothing found".to_owned() } else { counts.join(", ") };
    let rules = if rules == 1 { "1 rule".to_owned() } else { format!("{rules} rules") };
    out + &format!("{rules} linted: {found}\n")
}
