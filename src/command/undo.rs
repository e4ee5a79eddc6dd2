//! `--no-FLAG` for each flag that the environment or the configuration can set: it takes that back.
//!
//! A flag with a default needs none: any other value replaces what was set. A switch has its own, which turns it off.

use clap::builder::ArgPredicate;
use clap::{Arg, ArgAction, Command};

use super::environment::is_ours;

/// The command with a `--no-FLAG` for each flag that has a variable and no default.
pub(crate) fn undoable(command: Command) -> Command {
    let flags: Vec<Arg> = command.get_arguments().filter(|arg| needs_one(&command, arg)).cloned().collect();
    let command = flags.iter().fold(command, |command, flag| {
        let undo = undo(flag);
        let id = undo.get_id().clone();
        // `None`: the default is removed.
        command
            .mut_arg(flag.get_id(), |arg| arg.default_value_if(id, ArgPredicate::Equals("true".into()), None))
            .arg(undo)
    });
    command.mut_subcommands(undoable)
}

fn needs_one(command: &Command, arg: &Arg) -> bool {
    let has_default = matches!(arg.get_action(), ArgAction::SetTrue) || !arg.get_default_values().is_empty();
    let name = arg.get_long().map(undoing);
    is_ours(arg) && !has_default && !command.get_arguments().any(|other| other.get_long() == name.as_deref())
}

fn undo(flag: &Arg) -> Arg {
    let long = flag.get_long().unwrap_or_default();
    let help = format!("Ignore what the environment and the configuration say of --{long}");
    let undo = Arg::new(undoing(long)).long(undoing(long)).action(ArgAction::SetTrue).hide(true).help(help);
    // A list that starts over may have entries.
    if matches!(flag.get_action(), ArgAction::Append) { undo } else { undo.conflicts_with(flag.get_id()) }
}

/// The flag that undoes a flag: `--no-strict` undoes `--strict`, `--progress` undoes `--no-progress`.
pub(crate) fn undoing(flag: &str) -> String {
    flag.strip_prefix("no-").map_or_else(|| format!("no-{flag}"), str::to_owned)
}
