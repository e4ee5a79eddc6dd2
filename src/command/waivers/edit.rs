//! Edits of a file of waivers: one is added, or those that are not needed are removed.

use std::path::Path;

use clap::Subcommand;

use crate::atomic;
use crate::cli::{Common, Rules};
use crate::console::output::{self, say};
use crate::document::nearest;
use crate::escape::{shown, visible};
use crate::exceptions::{Edited, NewWaiver, appended, read_waivers, selects_others, without};
use crate::finding::{RuleInfo, ThingKind};
use crate::org::Kind;
use crate::policy::Assertion;

use super::super::checked::{Checked, CheckedArgs};
use super::super::exceptions::WaiverArgs;
use super::super::journal::Journal;
use super::super::{Error, Exit, judged};

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
    /// Cover only paths that lead over this thing, such as group/Platform; repeatable
    #[arg(long, value_name = "THING")]
    pub path: Vec<String>,
    /// Show the change as a diff and write nothing
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub waivers: WaiverArgs,
    #[command(flatten)]
    pub rules: Rules,
}

#[derive(Debug, clap::Args)]
pub struct Prune {
    /// Show the change as a diff and write nothing
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub on: CheckedArgs,
}

pub(super) fn add(args: &Add, common: &Common) -> Result<Exit, Error> {
    let files = args.waivers.files();
    let [path] = files[..] else { return Err(Error::OneFileOfWaivers { named: files.len() }) };
    waivable(args)?;
    let new = NewWaiver {
        rule: args.rule.clone(),
        subject: args.subject.clone(),
        narrower: vec![
            ("role", args.role.clone()),
            ("permission", args.permission.clone()),
            ("scope", args.scope.clone()),
            ("path", args.path.clone()),
        ],
        reason: args.reason.clone(),
        owner: args.owner.clone(),
        expires: args.expires.clone(),
    };
    loop {
        let text = present(path)?;
        let edited = appended(&shown(path), text.as_deref(), &new, &args.waivers.terms(None))?;
        match save(path, text.as_deref(), &edited, args.dry_run) {
            // Somebody else adds one at the same time.
            Err(Error::WaiversChanged { .. }) => {}
            saved => break saved?,
        }
    }
    if !args.dry_run && !common.is_quiet() {
        say(&format!("added a waiver of {} to {}", args.rule, named(path)));
    }
    Ok(Exit::Clean)
}

pub(super) fn prune(args: &Prune, common: &Common) -> Result<Exit, Error> {
    let Checked { org, outcome, waivers } = args.on.check(Journal::None, common)?;
    let files = args.on.waivers.files();
    let mut removed = 0;
    for (file, gone) in waivers.idle(&outcome, &org).iter().filter(|(_, gone)| !gone.is_empty()) {
        let path = files.iter().find(|path| shown(path) == file.name);
        let path = path.ok_or_else(|| Error::WaiversChanged { name: file.name.clone() })?;
        let edited = without(&file.name, &file.text, gone, &args.on.waivers.terms(args.on.as_of))?;
        save(path, Some(&file.text), &edited, args.dry_run)?;
        removed += gone.len();
    }
    if !args.dry_run && !common.is_quiet() {
        match removed {
            0 => say("no waiver has expired or covers nothing, so none was removed"),
            1 => say("removed 1 waiver"),
            _ => say(&format!("removed {removed} waivers")),
        }
    }
    Ok(Exit::Clean)
}

/// The text of the file, if it is there.
fn present(path: &Path) -> Result<Option<String>, Error> {
    if path.exists() { Ok(Some(read_waivers(path)?)) } else { Ok(None) }
}

/// Writes the file, if it still has the text that was changed. Two who change it at once do so one after the other.
fn save(path: &Path, before: Option<&str>, edited: &Edited, dry_run: bool) -> Result<(), Error> {
    if dry_run {
        output::stream(|to| edited.patch.lines().try_for_each(|line| writeln!(to, "{}", visible(line))))?;
        return Ok(());
    }
    let _alone = atomic::lock(path);
    if present(path)?.as_deref() != before {
        return Err(Error::WaiversChanged { name: shown(path) });
    }
    output::write_source(path, |to| to.write_all(edited.text.as_bytes()))?;
    Ok(())
}

/// The file; of a link, also what it leads to.
fn named(path: &Path) -> String {
    let behind = path.canonicalize().ok().filter(|_| path.is_symlink());
    behind.map_or_else(|| shown(path), |behind| format!("{}, which is a link to {}", shown(path), shown(&behind)))
}

/// Makes sure that there is such a rule, that its violations can be waived, and that they can be about the subject.
fn waivable(args: &Add) -> Result<(), Error> {
    let (rule, policies) = (args.rule.as_str(), judged::loaded(&args.rules)?);
    let rules = || policies.iter().flat_map(|policy| &policy.rules);
    let ids = || rules().map(|rule| &*rule.info);
    let refused = |why: &str, help: String| Error::NotWaived { why: format!("`{rule}` {why}"), help };
    match ids().find(|info| info.id == rule) {
        Some(info) if info.waivable => {
            let assertion = rules().find(|one| one.info.id == rule).map(|one| &one.assertion);
            match misplaced(info, assertion, &args.subject) {
                Some((why, help)) => Err(Error::NotWaived { why, help }),
                None => Ok(()),
            }
        }
        Some(info) => {
            Err(refused("cannot be waived", format!("it says `waivable: false` in {}", info.location.source.name)))
        }
        None => {
            let near = nearest(rule, ids().map(|info| info.id.as_str())).map(|near| format!("did you mean `{near}`?"));
            let help = near.unwrap_or_else(|| "name the policy of the rule with --policy".to_owned());
            Err(refused("is not a rule of these policies", help))
        }
    }
}

/// Why a rule cannot have a violation with this subject, and what to write, if it cannot.
fn misplaced(info: &RuleInfo, assertion: Option<&Assertion>, subject: &str) -> Option<(String, String)> {
    let (id, kind) = (&info.id, subject.split_once('/').and_then(|(kind, _)| Kind::named(kind)));
    let counts = match assertion? {
        Assertion::Count(..) => true,
        // Its violations are about things of the kind, or about the organization, which lacks one.
        Assertion::Exactly(_) if kind.is_none() => return None,
        Assertion::Forbid(_) | Assertion::Require(_) | Assertion::Exactly(_) => false,
    };
    let first = info.select.first()?;
    match kind {
        Some(kind) if counts => {
            let one = ThingKind::Of(kind).words();
            let why = format!("rule {id} counts, so a waiver for one {one} covers nothing");
            Some((why, "write `organization` as the subject".to_owned()))
        }
        Some(kind) if !info.select.contains(&kind) => {
            let named = if *first == Kind::Grant {
                "grant/ROLE of WHO, the name that reports show".to_owned()
            } else {
                format!("{}/…", first.name())
            };
            Some((selects_others(id, &info.select, kind), format!("write the subject as {named}")))
        }
        None if !counts && subject == "organization" => {
            let one = ThingKind::Of(*first).words();
            let why = format!("rule {id} does not count, so a waiver for the organization covers nothing");
            Some((why, format!("name one {one}: {}/…", first.name())))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_somebody_changed_meanwhile_is_left_as_it_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("w.yaml");
        std::fs::write(&path, "theirs").expect("written");
        let edited = Edited { text: "ours".to_owned(), patch: String::new() };
        for before in [Some("before"), None] {
            let error = save(&path, before, &edited, false).expect_err("it has changed").to_string();
            assert!(error.ends_with("has changed since it was read; it was left as it is"), "{error}");
            assert_eq!(std::fs::read_to_string(&path).expect("there"), "theirs");
        }
        save(&path, Some("theirs"), &edited, false).expect("nothing has changed");
        assert_eq!(std::fs::read_to_string(&path).expect("there"), "ours");
    }
}
