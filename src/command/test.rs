//! `rolelint test`: policies against their tests.

use std::path::PathBuf;

use clap::ValueEnum;

use crate::cli::Common;
use crate::console::{Color, Terminal, output};
use crate::escape::visible;
use crate::testing::{
    Coverage, Format, Judged, Mutation, NOW, Remark, Report, Section, Style, Suite, WHOLE_RUN, judge, load, mutate,
    prove, render, update,
};

use super::{Error, Exit, input};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Policies (with their tests beside them), tests, folders or globs; without any, the built-in rules
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// The same as PATH; repeatable
    #[arg(short, long, value_name = "PATH", env = "ROLELINT_POLICY", hide_env_values = true)]
    pub policy: Vec<PathBuf>,
    /// Run only tests whose name contains this text; repeatable
    #[arg(long, value_name = "TEXT")]
    pub filter: Vec<String>,
    /// Fail if the tests see less than this percentage of the possible verdicts (violation, pass, unknown of each rule)
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100), conflicts_with = "filter")]
    pub min_coverage: Option<u8>,
    /// Rewrite the expectations of failing tests to match the actual results
    #[arg(long)]
    pub update: bool,
    /// Also construct, for each rule, a smallest organization that violates it and a similar one that does not; fail if none is found
    #[arg(long)]
    pub prove: bool,
    /// Also make each small mistake in the rules, one at a time (mutation testing); fail if the tests still pass
    #[arg(long, conflicts_with = "filter")]
    pub mutate: bool,
    /// Report format
    #[arg(short, long, value_enum, default_value_t)]
    pub format: Format,
    /// Write the report to FILE [default: -, standard output]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.name()))
    }
}

pub(crate) fn run(args: &Args, common: &Common) -> Result<Exit, Error> {
    let paths = [&args.paths[..], &args.policy].concat();
    let mut loaded = load(&paths)?;
    output::ready(&[args.output.as_deref()], input::Inputs::of(common).policies(&paths).files())?;
    if args.update {
        accept(&loaded.suites, args, common)?;
        loaded = load(&paths)?;
    }
    let mut coverage = Coverage::new(&loaded.suites, &loaded.untested);
    let mut tests = Vec::new();
    for suite in &loaded.suites {
        for case in suite.cases.iter().filter(|case| wanted(&case.name, &args.filter)) {
            let judged = judge(suite, case);
            judged.seen.iter().for_each(|(rule, seen)| coverage.add(rule, *seen));
            tests.push((suite.source.name.as_str(), case, judged));
        }
    }
    let passed = tests.iter().all(|(_, _, judged)| judged.differences.is_empty());
    let mut sections = Vec::new();
    if args.prove {
        let tested = loaded.suites.iter().flat_map(|suite| &suite.policies);
        sections.push(prove(tested.chain(&loaded.untested), NOW));
    }
    if args.mutate && passed {
        let mut all = Mutation::default();
        loaded.suites.iter().for_each(|suite| all.add(mutate(suite)));
        sections.push(all.section());
    }
    sections.extend(too_little(args, tests.len(), &coverage));
    let report = Report { tests, coverage: args.filter.is_empty().then_some(&coverage), sections: &sections };
    let color = match &args.output {
        Some(path) if !output::is_stdout(path) => common.color == Color::Always,
        Some(_) | None => Terminal::stdout(common.color).color,
    };
    let style = Style { color, quiet: common.is_quiet(), verbose: common.level() > 0 };
    let text = render(args.format, &report, style);
    output::write(args.output.as_deref(), |to| to.write_all(text.as_bytes()))?;
    Ok(exit(&report))
}

/// What fails although every test passes: that there is none, or that they see too little.
fn too_little(args: &Args, tests: usize, coverage: &Coverage) -> Option<Section> {
    let failed = |name, why: String| {
        let failure = Remark { file: WHOLE_RUN.to_owned(), line: 1, name: why.clone(), lines: Vec::new() };
        Some(Section { name, summary: why, failures: vec![failure], shown: Vec::new() })
    };
    let (least, percent) = (args.min_coverage.map_or(0, usize::from), coverage.percent());
    if tests == 0 {
        let none = if args.filter.is_empty() {
            "there are no tests; write access_test.yaml (docs/testing.md)"
        } else {
            "no test name contains this text"
        };
        failed("tests", none.to_owned())
    } else if percent < least {
        failed("min-coverage", format!("coverage is {percent}%, below --min-coverage {least}"))
    } else {
        None
    }
}

/// Writes what came out into the files of the tests that fail.
fn accept(suites: &[Suite], args: &Args, common: &Common) -> Result<(), Error> {
    for suite in suites {
        let wanted = suite.cases.iter().enumerate().filter(|(_, case)| wanted(&case.name, &args.filter));
        let judged: Vec<(usize, Judged)> = wanted.map(|(number, case)| (number, judge(suite, case))).collect();
        let judged: Vec<(usize, &Judged)> = judged.iter().map(|(number, judged)| (*number, judged)).collect();
        let Some(updated) = update(suite, &judged)? else { continue };
        let Some(file) = &suite.file else { return Err(Error::BuiltIn { name: suite.source.name.clone() }) };
        output::write_source(file, |to| to.write_all(updated.text.as_bytes()))?;
        if !common.is_quiet() {
            updated.diff.iter().for_each(|line| output::say(&visible(line)));
        }
    }
    Ok(())
}

fn wanted(name: &str, filter: &[String]) -> bool {
    filter.is_empty() || filter.iter().any(|text| name.to_lowercase().contains(&text.to_lowercase()))
}

fn exit(report: &Report<'_>) -> Exit {
    let failed = report.tests.iter().any(|(_, _, judged)| !judged.differences.is_empty())
        || report.sections.iter().any(|section| !section.failures.is_empty());
    if failed { Exit::Violation } else { Exit::Clean }
}
