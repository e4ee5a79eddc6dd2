//! What can be wrong with a policy. All problems of a file are reported at once, each with its place.

use std::io;
use std::path::PathBuf;

use miette::Diagnostic;
use thiserror::Error;

use crate::document::Located;
use crate::escape::{shown, visible};

/// Why policies could not be loaded.
#[derive(Debug, Error, Diagnostic)]
pub enum Error {
    /// A file or folder could not be read.
    #[error("cannot read `{}`", shown(path))]
    #[diagnostic(help("{}", readable(source)))]
    Read {
        /// The path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A folder or glob holds no policy.
    #[error("no policy at `{}`", shown(path))]
    #[diagnostic(help("a policy file ends in .yaml or .yml; a file that ends in _test.yaml is a test"))]
    NoPolicy {
        /// The path.
        path: PathBuf,
    },
    /// It is a snapshot, not a policy.
    #[error("`{}` is a snapshot, not a policy", shown(path))]
    #[diagnostic(help("`rolelint check --snapshot FILE` reads it"))]
    Snapshot {
        /// The path.
        path: PathBuf,
    },
    /// It is a report, not a policy.
    #[error("`{}` is a report, not a policy", shown(path))]
    #[diagnostic(help("`rolelint report FILE --format FORMAT` shows it"))]
    Report {
        /// The path.
        path: PathBuf,
    },
    /// The glob itself is wrong.
    #[error("`{glob}` is not a valid glob: {message}")]
    Glob {
        /// As written.
        glob: String,
        /// What is wrong.
        message: String,
    },
    /// No pack has this name.
    #[error("there is no built-in pack `{name}`")]
    #[diagnostic(help("write one of: {known}"))]
    NoSuchPack {
        /// As written.
        name: String,
        /// The packs there are.
        known: String,
    },
    /// A value for a parameter is wrong.
    #[error("the value of parameter `{}` is not valid YAML: {}", visible(name), visible(message))]
    #[diagnostic(help("write --param NAME=VALUE, with the value in YAML: --param owners='[ada@acme.example]'"))]
    Param {
        /// The parameter.
        name: String,
        /// What is wrong.
        message: String,
    },
    /// A parameter file is wrong.
    #[error("`{}` is not a parameter file: {}", visible(file), visible(message))]
    #[diagnostic(help("a parameter file is a YAML mapping from parameters to values"))]
    ParamFile {
        /// The file.
        file: String,
        /// What is wrong.
        message: String,
    },
    /// A value was given for a parameter that no policy has.
    #[error("no policy has a parameter `{}`", visible(name))]
    NoSuchParam {
        /// As given.
        name: String,
        /// What was meant, perhaps.
        #[help]
        help: Option<String>,
    },
    /// `--only` or `--skip` names no rule.
    #[error("there is no rule `{id}`")]
    NoSuchRule {
        /// As given.
        id: String,
        /// What was meant, perhaps.
        #[help]
        help: Option<String>,
    },
    /// `--tag` names no tag.
    #[error("no rule has the tag `{tag}`")]
    NoSuchTag {
        /// As given.
        tag: String,
        /// What was meant, perhaps.
        #[help]
        help: Option<String>,
    },
    /// The filters leave nothing.
    #[error("no rule is left to check")]
    #[diagnostic(help("--only, --skip and --tag together exclude every rule"))]
    NoRule,
    /// Files were read, and are wrong.
    #[error("{}, nothing was checked", problems(located))]
    Invalid {
        /// All problems of all files, in order.
        #[related]
        located: Vec<Located>,
    },
}

/// What to do about a file that cannot be read.
fn readable(error: &io::Error) -> &'static str {
    let kind = error.kind();
    if kind == io::ErrorKind::FileTooLarge {
        "split the file into several; a list of values can stand in a file of parameters"
    } else if kind == io::ErrorKind::InvalidData {
        "a policy is a text in UTF-8"
    } else {
        "name a file, a folder or a glob, with --policy or with `policies:` in rolelint.yaml"
    }
}

fn problems(located: &[Located]) -> String {
    match located.len() {
        1 => "1 problem in the policies".into(),
        n => format!("{n} problems in the policies"),
    }
}
