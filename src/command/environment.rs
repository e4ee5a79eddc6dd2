//! Settings from the environment: `ROLELINT_…` mirrors the flags.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};

use clap::builder::Resettable;
use clap::{Arg, ArgAction, Command};

use super::Error;
use crate::cli::Parameter;
use crate::config::{Config, Entry};
use crate::console::output::warn;
use crate::document::nearest;
use crate::document::tree::{self, Key, Node, Yaml};

/// What the names of our variables begin with.
const PREFIX: &str = "ROLELINT_";

/// The variable that has parameters.
pub(crate) const PARAMETERS: &str = "ROLELINT_PARAM";

/// The command with what the environment and the configuration say as its defaults. A variable that is set to nothing is
/// not set; for a flag that can be repeated, each line of its variable and each part between commas is a value.
/// Parameters are a YAML mapping.
pub(crate) fn laid_over(command: Command, config: Option<&Config>) -> Command {
    command.mut_args(|arg| laid(arg, config)).mut_subcommands(|command| laid_over(command, config))
}

fn laid(arg: Arg, config: Option<&Config>) -> Arg {
    // clap would treat the variable like a flag, which conflicts with the flag that undoes it.
    if let Some(value) = variable(&arg) {
        let values: Vec<OsString> = match (arg.get_action(), value.to_str()) {
            (ArgAction::Append, _) if arg.get_long() == Some("param") => {
                // Problems with it are reported where the parameters are merged.
                let all = parameters().unwrap_or_default();
                all.into_iter().map(|one| OsString::from(format!("{}={}", one.name, one.value))).collect()
            }
            (ArgAction::Append, Some(text)) => parts(text).map(OsString::from).collect(),
            (_, Some(_) | None) => vec![value],
        };
        return arg.env(Resettable::Reset).default_values(values);
    }
    let values = entry(&arg, config).map(|entry| entry.values.iter().map(OsString::from).collect::<Vec<_>>());
    let is_read = arg.get_env().is_some();
    let arg = if is_read { arg.env(Resettable::Reset) } else { arg };
    match values {
        Some(values) => arg.default_values(values),
        None => arg,
    }
}

/// What the environment sets a flag to, if it does.
pub(crate) fn variable(arg: &Arg) -> Option<OsString> {
    arg.get_env().and_then(std::env::var_os).filter(|value| !is_empty(value))
}

/// What the configuration sets a flag to. It can set only flags that have a variable of ours.
pub(crate) fn entry<'c>(arg: &Arg, config: Option<&'c Config>) -> Option<&'c Entry> {
    config.filter(|_| is_ours(arg))?.entry(arg.get_long()?)
}

/// Whether a flag has a variable that is rolelint's own.
pub(crate) fn is_ours(arg: &Arg) -> bool {
    arg.get_env().and_then(OsStr::to_str).is_some_and(|name| name.starts_with(PREFIX))
}

/// The parameters in the environment, a YAML mapping; each with its value on one line.
///
/// # Errors
///
/// It is not a mapping.
pub(crate) fn parameters() -> Result<Vec<Parameter>, Error> {
    let Some(value) = std::env::var_os(PARAMETERS) else { return Ok(Vec::new()) };
    let wrong = |message: String| Error::ParamVariable { message };
    let text = value.to_str().ok_or_else(|| wrong("it is not valid UTF-8".to_owned()))?;
    if text.trim().is_empty() {
        // Empty variables are refused where a command begins.
        return Ok(Vec::new());
    }
    match tree::parse_data(text).map_err(|problem| wrong(problem.message))?.yaml {
        // JSON is YAML on one line.
        Yaml::Map(entries) => {
            let parameter = |(key, node): (Key, Node)| Parameter {
                name: key.text,
                value: node.yaml.value().to_string(),
                from: PARAMETERS.to_owned(),
            };
            Ok(entries.into_iter().map(parameter).collect())
        }
        Yaml::Null | Yaml::Flag(_) | Yaml::Number(_) | Yaml::Float | Yaml::Text(_) | Yaml::List(_) => {
            Err(wrong("it is not a YAML mapping".to_owned()))
        }
    }
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

fn parts(text: &str) -> impl Iterator<Item = &str> {
    lines(text).flat_map(|line| line.split(',')).map(str::trim).filter(|part| !part.is_empty())
}

fn is_empty(value: &OsStr) -> bool {
    value.to_str().is_some_and(|text| text.trim().is_empty())
}

/// Refuses an empty `ROLELINT_` variable, which is what a missing CI setting looks like, and warns about an unknown
/// one.
///
/// # Errors
///
/// One is empty.
pub(crate) fn look(command: &Command) -> Result<(), Error> {
    let commands = || std::iter::once(command).chain(command.get_subcommands());
    let args = || commands().flat_map(Command::get_arguments);
    let known: BTreeSet<&str> = args().filter_map(|arg| arg.get_env().and_then(OsStr::to_str)).collect();
    let ours = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
    let ours = ours.filter(|(name, _)| name.starts_with(PREFIX)).collect::<std::collections::BTreeMap<_, _>>();
    for (name, value) in ours {
        if known.contains(name.as_str()) {
            if is_empty(&value) {
                return Err(Error::EmptyVariable { name });
            }
            continue;
        }
        let flag = name[PREFIX.len()..].to_lowercase().replace('_', "-");
        // What all names begin with makes none of them nearer.
        let known = known.iter().filter_map(|known| known.strip_prefix(PREFIX));
        let near = nearest(&name[PREFIX.len()..], known).map(|near| format!("{PREFIX}{near}"));
        let why = if args().any(|arg| arg.get_long() == Some(&flag)) {
            format!("--{flag} can be set only as a flag")
        } else {
            near.map_or_else(|| "no flag has this name".to_owned(), |near| format!("did you mean {near}?"))
        };
        warn(&format!("the environment variable {name} is ignored: {why}"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_a_value() {
        assert_eq!(lines("a=1\r\n\n  b=[x, y] \n").collect::<Vec<_>>(), ["a=1", "b=[x, y]"]);
        assert_eq!(parts("a.yaml, b\r\n\n c,\n").collect::<Vec<_>>(), ["a.yaml", "b", "c"]);
        for (value, empty) in [("", true), (" \n", true), ("0", false)] {
            assert_eq!(is_empty(OsStr::new(value)), empty, "{value:?}");
        }
    }
}
