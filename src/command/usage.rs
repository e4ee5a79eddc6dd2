//! What is wrong with the command line, with nothing hidden in what it repeats of it.

use clap::CommandFactory as _;
use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::Cli;
use crate::escape;

/// Words that other tools have, and what they are called here.
const ELSEWHERE: [(&str, &str); 5] = [
    ("validate", "lint"),
    ("verify", "lint"),
    ("scan", "check"),
    ("--list-rules", "list rules"),
    ("--save-baseline", "baseline"),
];

/// The error with a tip where clap has none that helps, and with every word of the command line made safe to show.
pub(crate) fn helpful(mut error: clap::Error) -> clap::Error {
    if let Some(tip) = from_environment(&error) {
        let mut tips = vec![StyledStr::from(tip)];
        if let Some(ContextValue::StyledStrs(others)) = error.get(ContextKind::Suggested) {
            tips.extend(others.iter().cloned());
        }
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(tips));
    }
    if let Some(tip) = tip(&error) {
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![StyledStr::from(tip)]));
    }
    visible(error)
}

/// Which variable a value comes from, if it is one and the command line does not have the flag.
fn from_environment(error: &clap::Error) -> Option<String> {
    let (ContextValue::String(flag), ContextValue::String(value)) =
        (error.get(ContextKind::InvalidArg)?, error.get(ContextKind::InvalidValue)?)
    else {
        return None;
    };
    let name = flag.split_whitespace().next()?;
    let command = Cli::command();
    let all = command.get_arguments().chain(command.get_subcommands().flat_map(clap::Command::get_arguments));
    let long = name.strip_prefix("--")?;
    let variable = all.filter(|arg| arg.get_long() == Some(long)).find_map(clap::Arg::get_env)?;
    let set = std::env::var_os(variable)?;
    let written = std::env::args_os().any(|word| word.to_string_lossy().starts_with(name));
    let is = set == value.as_str() || set.to_string_lossy().split(',').any(|part| part.trim() == value);
    (is && !written).then(|| format!("the value is that of the variable {}", variable.to_string_lossy()))
}

fn tip(error: &clap::Error) -> Option<String> {
    let word =
        [ContextKind::InvalidSubcommand, ContextKind::InvalidArg].into_iter().find_map(|kind| error.get(kind))?;
    match (error.kind(), word) {
        (ErrorKind::InvalidSubcommand | ErrorKind::UnknownArgument, ContextValue::String(word)) => {
            let (_, here) = ELSEWHERE.iter().find(|(elsewhere, _)| elsewhere == word)?;
            Some(format!("write `rolelint {here}`"))
        }
        (ErrorKind::MissingRequiredArgument, ContextValue::Strings(missing)) => {
            let usage = error.get(ContextKind::Usage)?.to_string();
            let command = Cli::command();
            let own = command.find_subcommand(usage.split_whitespace().nth(2)?)?;
            let words = own.get_positionals().find(|arg| missing.contains(&arg.to_string()))?.get_possible_values();
            let words: Vec<&str> = words.iter().map(clap::builder::PossibleValue::get_name).collect();
            (!words.is_empty()).then(|| format!("write one of {}", words.join(", ")))
        }
        _ => None,
    }
}

fn visible(mut error: clap::Error) -> clap::Error {
    let shown = |text: &String| escape::visible(text).into_owned();
    let mut hides = false;
    let context: Vec<(ContextKind, ContextValue)> = error
        .context()
        .filter_map(|(kind, value)| {
            let safe = if let ContextValue::String(text) = value {
                ContextValue::String(shown(text))
            } else if let ContextValue::Strings(texts) = value {
                ContextValue::Strings(texts.iter().map(shown).collect())
            } else {
                return None;
            };
            hides |= safe != *value;
            Some((kind, safe))
        })
        .collect();
    for (kind, value) in context {
        error.insert(kind, value);
    }
    if hides {
        // A tip repeats the words with colours in between; without it, the error still says what is wrong.
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(Vec::new()));
    }
    error
}
