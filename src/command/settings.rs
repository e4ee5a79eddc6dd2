//! From the command line, the environment and the configuration to the settings in force.

use std::path::Path;

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command};
use miette::Diagnostic as _;

use super::environment::{entry, variable};
use super::undo::undoing;
use super::usage::unfit;
use crate::config::{Config, Error, Origin, Setting};
use crate::console::problem::words;
use crate::exceptions::{BaselineError, WaiverError};
use crate::policy::Error as Policy;

/// Makes sure that each flag accepts its value in the configuration.
///
/// # Errors
///
/// The first that does not, in its place.
pub(crate) fn fit(command: &Command, config: &Config) -> Result<(), Error> {
    let commands = || std::iter::once(command).chain(command.get_subcommands());
    for (flag, said) in config.entries() {
        let arg = commands()
            .flat_map(Command::get_arguments)
            .find(|arg| arg.get_long() == Some(flag) && entry(arg, Some(config)).is_some());
        // A switch is true or false: the configuration's reader has checked it.
        let Some(arg) = arg.filter(|arg| !matches!(arg.get_action(), ArgAction::SetTrue)) else { continue };
        let alone = Command::new("rolelint").arg(arg.clone().global(false));
        let line = said.values.iter().map(|value| format!("--{flag}={value}"));
        if let Err(error) = alone.try_get_matches_from(std::iter::once("rolelint".to_owned()).chain(line)) {
            let (message, help) = unfit(flag, &error);
            return Err(config.wrong(said, message, help));
        }
    }
    Ok(())
}

/// Every setting of the command that was given, in the order of its help.
pub(crate) fn in_force(command: &Command, matches: &ArgMatches, config: Option<&Config>) -> Vec<Setting> {
    let (mut own, mut matches) = (command, matches);
    while let Some((name, inner)) = matches.subcommand() {
        own = own.find_subcommand(name).unwrap_or(own);
        matches = inner;
    }
    let args: Vec<&Arg> = command.get_arguments().chain(own.get_arguments()).collect();
    let given = |arg: &Arg| matches.value_source(arg.get_id().as_str()) == Some(ValueSource::CommandLine);
    let undoing = |arg: &Arg| {
        let name = undoing(arg.get_long().filter(|_| arg.get_env().is_some())?);
        args.iter().copied().find(|arg| arg.get_long() == Some(&name))
    };
    let is_undoing =
        |arg: &Arg| args.iter().any(|other| undoing(other).is_some_and(|found| found.get_id() == arg.get_id()));
    let setting = |arg: &&Arg| {
        let name = arg.get_long().map_or_else(|| arg.get_id().to_string(), str::to_owned);
        let raw = matches.try_get_raw(arg.get_id().as_str()).ok().flatten();
        let mut values: Vec<String> =
            raw.into_iter().flatten().map(|value| value.to_string_lossy().into_owned()).collect();
        if name == "config" && values.is_empty() {
            values.extend(config.map(|config| config.name().to_owned()));
        }
        if let Some(flag) = undoing(arg).filter(|undo| given(undo)).and_then(Arg::get_long) {
            if matches!(arg.get_action(), ArgAction::SetTrue) {
                values = vec!["false".to_owned()];
            }
            return Setting { name, values, origin: Origin::Flag(flag.to_owned()) };
        }
        let variable = variable(arg).and(arg.get_env()).map(|name| name.to_string_lossy().into_owned());
        let origin = match (given(arg), variable, config.zip(entry(arg, config))) {
            (true, _, _) => Origin::Flag(name.clone()),
            (false, Some(variable), _) => Origin::Environment(variable),
            (false, None, Some((config, entry))) => Origin::File(config.place(entry)),
            (false, None, None) => Origin::Default,
        };
        Setting { name, values, origin }
    };
    let settings = args.iter().filter(|arg| !["help", "version"].contains(&arg.get_id().as_str()) && !is_undoing(arg));
    let overrides = config.into_iter().flat_map(Config::overrides).map(|one| Setting {
        name: format!("rules.{}", one.rule),
        values: vec![format!("{} ({})", one.words(), one.reason)],
        origin: Origin::File(one.place()),
    });
    settings.map(setting).chain(overrides).collect()
}

impl super::Error {
    /// The error at the place of the word that it is about, if the environment or the configuration has it.
    pub(crate) fn placed(self, settings: &[Setting], config: Option<&Config>) -> Self {
        let Some((flags, word)) = self.word() else { return self };
        // Each parameter is a setting of its own.
        let param = format!("params.{word}");
        let found = flags.iter().find_map(|&flag| {
            let is_it = |setting: &&Setting| match flag {
                "param" => setting.name == param,
                _ => setting.name == flag && setting.values.contains(&word),
            };
            Some((flag, settings.iter().find(is_it)?))
        });
        let Some((flag, setting)) = found else { return self };
        let (message, help) = (words(&self), self.help().map(|help| help.to_string()));
        match (&setting.origin, config.and_then(|config| Some((config, config.entry(flag)?)))) {
            (Origin::Environment(variable), _) => {
                let help = help.map_or_else(String::new, |help| format!("; {help}"));
                Self::Set { message, help: format!("the variable {variable} has it{help}") }
            }
            (Origin::File(_), Some((config, entry))) => config.wrong(entry, message, help).into(),
            (Origin::File(_) | Origin::Flag(_) | Origin::Default, _) => self,
        }
    }

    /// The word that is wrong, as it was written, and the flags that it may be a value of.
    fn word(&self) -> Option<(&'static [&'static str], String)> {
        let path = |path: &Path| path.to_string_lossy().into_owned();
        if let Self::Policy(error) = self {
            return match error {
                Policy::Read { path: file, .. }
                | Policy::NoPolicy { path: file }
                | Policy::Snapshot { path: file }
                | Policy::Report { path: file } => Some((&["policy"], path(file))),
                Policy::Glob { glob: word, .. } | Policy::NoSuchPack { name: word, .. } => {
                    Some((&["policy"], word.clone()))
                }
                Policy::Param { name, .. } | Policy::NoSuchParam { name, .. } => Some((&["param"], name.clone())),
                Policy::ParamFile { file, .. } => Some((&["param-file"], file.clone())),
                Policy::NoSuchRule { id, .. } => Some((&["only", "skip"], id.clone())),
                Policy::NoSuchTag { tag, .. } => Some((&["tag"], tag.clone())),
                Policy::NoRule | Policy::Invalid { .. } => None,
            };
        }
        if let Self::Waivers(WaiverError::Read { path: file, .. }) = self {
            Some((&["waivers"], path(file)))
        } else if let Self::Baseline(BaselineError::Read { path: file, .. }) = self {
            Some((&["baseline"], path(file)))
        } else if let Self::ParamFile { path: file, .. } = self {
            Some((&["param-file"], path(file)))
        } else {
            None
        }
    }
}
