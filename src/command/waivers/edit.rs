//! Changes of the file of waivers: one more, or those less that are not needed.

use std::path::{Path, PathBuf};

use clap::Subcommand;

use crate::cli::Common;
use crate::console::output::{self, say};
use crate::escape::{shown, visible};
use crate::exceptions::{Edited, NewWaiver, appended, read_waivers, without};

use super::super::exceptions::WaiverArgs;
use super::super::{Error, Exit};
use super::On;

/// A change of the waivers.
#[derive(Debug, Subcommand)]
pub enum Edit {
    /// Append a waiver to the file
    Add(Box<Add>),
    /// Remove waivers that have expired or cover nothing
    Prune(Box<Prune>),
}

#[derive(Debug, clap::Args)]
pub struct Add {
    /// The id of the rule
    #[arg(value_name = "RULE")]
    pub rule: String,
    /// Kind and id, e-mail address or exact name, such as user/ada@acme.example; or organization
    #[arg(value_name = "SUBJECT")]
    pub subject: String,
    /// Why the violation is accepted
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// Who answers for it
    #[arg(long, value_name = "WHO")]
    pub owner: String,
    /// First day on which the waiver no longer applies
    #[arg(long, value_name = "DAY")]
    pub expires: String,
    /// Cover only paths that end at this role; repeatable
    #[arg(long, value_name = "ROLE")]
    pub role: Vec<String>,
    /// Cover only this permission; repeatable
    #[arg(long, value_name = "PERMISSION")]
    pub permission: Vec<String>,
    /// Cover only what is held in this project, or in the organization; repeatable
    #[arg(long, value_name = "SCOPE")]
    pub scope: Vec<String>,
    /// Show the change as a diff and write nothing
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub waivers: WaiverArgs,
}

#[derive(Debug, clap::Args)]
pub struct Prune {
    /// Show the change as a diff and write nothing
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub on: On,
}

pub(super) fn add(args: &Add, common: &Common) -> Result<Exit, Error> {
    let [path] = args.waivers.files() else {
        return Err(Error::OneFileOfWaivers { named: args.waivers.files().len() });
    };
    let new = NewWaiver {
        rule: args.rule.clone(),
        subject: args.subject.clone(),
        narrower: vec![
            ("role", args.role.clone()),
            ("permission", args.permission.clone()),
            ("scope", args.scope.clone()),
        ],
        reason: args.reason.clone(),
        owner: args.owner.clone(),
        expires: args.expires.clone(),
    };
    let text = if path.exists() { Some(read_waivers(path)?) } else { None };
    let edited = appended(&shown(path), text.as_deref(), &new, &args.waivers.terms(None))?;
    save(path, &edited, args.dry_run)?;
    if !args.dry_run && !common.is_quiet() {
        say(&format!("added a waiver of {} to {}", args.rule, shown(path)));
    }
    Ok(Exit::Clean)
}

pub(super) fn prune(args: &Prune, common: &Common) -> Result<Exit, Error> {
    let (org, outcome, waivers) = super::judged(&args.on, common)?;
    let mut removed = 0;
    for (file, gone) in waivers.idle(&outcome, &org).iter().filter(|(_, gone)| !gone.is_empty()) {
        let files: Vec<&PathBuf> = args.on.waivers.files().iter().filter(|path| shown(path) == *file).collect();
        for path in files.into_iter().take(1) {
            let edited = without(file, &read_waivers(path)?, gone, &args.on.waivers.terms(args.on.as_of))?;
            save(path, &edited, args.dry_run)?;
            removed += gone.len();
        }
    }
    if !args.dry_run && !common.is_quiet() {
        say(&format!("removed {removed} waivers"));
    }
    Ok(Exit::Clean)
}

fn save(path: &Path, edited: &Edited, dry_run: bool) -> Result<(), output::Error> {
    if dry_run {
        return output::stream(|to| edited.patch.lines().try_for_each(|line| writeln!(to, "{}", visible(line))));
    }
    output::write(Some(path), |to| to.write_all(edited.text.as_bytes()))
}
