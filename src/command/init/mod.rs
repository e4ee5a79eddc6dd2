//! `rolelint init`: a first configuration, policy and test, with schemas for the editor.

mod today;

use std::path::{Path, PathBuf};

use clap::CommandFactory as _;

use crate::cli::Common;
use crate::console::output;
use crate::escape::shown;
use crate::schema::{What, schema};
use crate::snapshot;

use super::{Cli, Error, Exit};

const CONFIG: &str = include_str!("rolelint.yaml");
const ACCESS: &str = include_str!("access.yaml");
const ACCESS_TEST: &str = include_str!("access_test.yaml");

/// The schemas that the first line of each file names.
const SCHEMAS: [(&str, What); 3] = [
    (".rolelint/config.schema.json", What::Config),
    (".rolelint/policy.schema.json", What::Policy),
    (".rolelint/tests.schema.json", What::Tests),
];

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The folder to write to, such as a repository
    #[arg(value_name = "FOLDER", default_value = ".")]
    pub folder: PathBuf,
    /// Take today's owners and numbers from a snapshot (- is standard input)
    #[arg(short, long, value_name = "FILE")]
    pub snapshot: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, common: &Common) -> Result<Exit, Error> {
    let command = Cli::command();
    let schemas = SCHEMAS.map(|(path, what)| (path, format!("{:#}\n", schema(what, &command))));
    let texts = match &args.snapshot {
        Some(path) => today::files(&snapshot::open(path).map_err(Error::from)?.org)?,
        None => written(CONFIG.to_owned()).to_vec(),
    };
    let files = texts.into_iter().chain(schemas);
    let folder = args.folder.strip_prefix(".").unwrap_or(&args.folder);
    let files: Vec<(PathBuf, String)> = files.map(|(path, text)| (folder.join(path), text)).collect();
    // All or nothing: half of it would look like the whole.
    if let Some((path, _)) = files.iter().find(|(path, _)| path.symlink_metadata().is_ok()) {
        return Err(Error::Exists { path: path.clone() });
    }
    let mut made = Vec::new();
    if let Err(error) = files.iter().try_for_each(|(path, text)| make(path, text, &mut made)) {
        for path in made.iter().rev() {
            // If it cannot be removed either, the first error is the one to report.
            if path.is_dir() { std::fs::remove_dir(path) } else { std::fs::remove_file(path) }.unwrap_or(());
        }
        return Err(error);
    }
    if !common.is_quiet() {
        let names: Vec<String> = files.iter().map(|(path, _)| shown(path)).collect();
        output::say(&format!("wrote {}", names.join(", ")));
        let there = if folder.as_os_str().is_empty() { String::new() } else { format!(", in `{}`", shown(folder)) };
        output::say(&format!("next{there}: rolelint lint; rolelint test policies; rolelint check"));
    }
    Ok(Exit::Clean)
}

/// What people write: the path of each file, and its text.
fn written(config: String) -> [(&'static str, String); 3] {
    [
        ("rolelint.yaml", config),
        ("policies/access.yaml", ACCESS.to_owned()),
        ("policies/access_test.yaml", ACCESS_TEST.to_owned()),
    ]
}

/// Writes a file, with the folders above it, and notes what was not there before.
fn make(path: &Path, text: &str, made: &mut Vec<PathBuf>) -> Result<(), Error> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let missing: Vec<&Path> = folder.ancestors().take_while(|folder| !folder.exists()).collect();
    for folder in missing.into_iter().rev().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir(folder).map_err(|source| Error::Folder { path: folder.to_owned(), source })?;
        made.push(folder.to_owned());
    }
    output::write_source(path, |to| to.write_all(text.as_bytes()))?;
    made.push(path.to_owned());
    Ok(())
}
