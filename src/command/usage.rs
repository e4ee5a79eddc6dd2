//! What is wrong with the command line, in the words and the style of all other errors.

use std::error::Error as _;
use std::io::Write as _;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command, CommandFactory as _};

use super::{Cli, Error, Exit, NotRun};
use crate::console::{Color, Terminal, output};
use crate::document::nearest;
use crate::escape::mask;
use crate::report::plural;

/// Words that other tools have, and what they are called here.
const ELSEWHERE: [(&str, &str); 5] = [
    ("validate", "lint"),
    ("verify", "lint"),
    ("scan", "check"),
    ("--list-rules", "list rules"),
    ("--save-baseline", "baseline"),
];

/// What clap says, as an error of ours. The help and the version stay what they are, also where clap prints the help
/// because there is no command.
pub(crate) fn not_run(error: clap::Error) -> NotRun {
    let shows_help = error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand || !error.use_stderr();
    if shows_help {
        return NotRun::Shown(error);
    }
    let (message, help) = told(&error);
    let tips = error.get(ContextKind::Suggested).into_iter().flat_map(texts);
    // Our own help knows more than clap's tips.
    let tips = tips.filter(|_| !matches!(error.kind(), ErrorKind::UnknownArgument | ErrorKind::InvalidSubcommand));
    let help: Vec<String> = from_environment(&error).into_iter().chain(help).chain(tips).collect();
    let help = (!help.is_empty()).then(|| mask(&help.join("; ")));
    Error::Usage { message: mask(&message), help }.into()
}

/// Prints the help or the version; without a command, the help goes to standard error and is an error.
///
/// # Errors
///
/// It cannot be written.
pub fn show(shown: &clap::Error) -> Result<Exit, Error> {
    let of = |terminal: Terminal| {
        let text = shown.render();
        if terminal.color { text.ansi().to_string() } else { text.to_string() }
    };
    if shown.use_stderr() {
        // If standard error is closed, the exit code still tells.
        std::io::stderr().write_all(of(Terminal::stderr(Color::Auto)).as_bytes()).unwrap_or(());
        return Ok(Exit::Error);
    }
    output::stream(|to| to.write_all(of(Terminal::stdout(Color::Auto)).as_bytes()))?;
    Ok(Exit::Clean)
}

/// What is wrong, and what helps.
fn told(error: &clap::Error) -> (String, Option<String>) {
    let of = |kind| error.get(kind).into_iter().flat_map(texts).collect::<Vec<_>>();
    let first = |kind| of(kind).into_iter().next();
    let own = usage(error);
    match (error.kind(), first(ContextKind::InvalidArg), first(ContextKind::InvalidSubcommand)) {
        (ErrorKind::InvalidSubcommand, _, Some(word)) => {
            (format!("there is no command `{word}`"), Some(elsewhere(&word).unwrap_or_else(|| near_command(&word))))
        }
        (ErrorKind::UnknownArgument, Some(word), _) if word.starts_with('-') => {
            (format!("there is no flag `{word}`"), Some(elsewhere(&word).unwrap_or_else(|| near_flag(&word, &own))))
        }
        (ErrorKind::UnknownArgument, Some(word), _) => (
            format!("`{word}` is one argument too many"),
            Some(format!("`{} --help` shows what it takes", own.join(" "))),
        ),
        (ErrorKind::InvalidValue, Some(arg), _) if of(ContextKind::InvalidValue).concat().is_empty() => {
            (format!("`{}` needs a value", name(&arg)), None)
        }
        (ErrorKind::InvalidValue | ErrorKind::ValueValidation, Some(arg), _) => unfit(name(&arg), error),
        (ErrorKind::ArgumentConflict, Some(arg), _) => match &of(ContextKind::PriorArg)[..] {
            [other, ..] if *other != arg => (format!("`{}` cannot be used with `{}`", name(&arg), name(other)), None),
            _ => (format!("`{}` can be given only once", name(&arg)), None),
        },
        (ErrorKind::MissingRequiredArgument, ..) => {
            let missing = of(ContextKind::InvalidArg);
            let help =
                values_of(&own, &missing).unwrap_or_else(|| format!("`{} --help` shows what it takes", own.join(" ")));
            (format!("`{}` needs {}", own.join(" "), missing.join(" and ")), Some(help))
        }
        _ => {
            let text = error.render().to_string();
            let line = text.lines().next().unwrap_or_default();
            (line.strip_prefix("error: ").unwrap_or(line).to_owned(), None)
        }
    }
}

/// What is wrong with the value of a flag or a setting, and what would be right.
pub(crate) fn unfit(name: &str, error: &clap::Error) -> (String, Option<String>) {
    let of = |kind| error.get(kind).into_iter().flat_map(texts).collect::<Vec<_>>();
    let value = of(ContextKind::InvalidValue).join(", ");
    let why = error.source().map_or_else(String::new, |why| format!(": {why}"));
    let help = match (&of(ContextKind::SuggestedValue)[..], &of(ContextKind::ValidValue)[..]) {
        ([near, ..], []) => Some(format!("did you mean `{near}`?")),
        ([near, ..], valid) => Some(format!("did you mean `{near}`? It is one of: {}", valid.join(", "))),
        ([], []) => None,
        ([], valid) => Some(format!("it is one of: {}", valid.join(", "))),
    };
    (format!("`{name}` cannot be `{value}`{why}"), help)
}

/// The texts of a piece of clap's context.
fn texts(value: &ContextValue) -> Vec<String> {
    match value {
        ContextValue::String(text) => vec![text.clone()],
        ContextValue::Strings(texts) => texts.clone(),
        ContextValue::StyledStr(text) => vec![text.to_string()],
        ContextValue::StyledStrs(texts) => texts.iter().map(ToString::to_string).collect(),
        ContextValue::None | ContextValue::Bool(_) | ContextValue::Number(_) | _ => Vec::new(),
    }
}

/// A flag without its value: `--format` of `--format <FORMAT>`.
fn name(arg: &str) -> &str {
    arg.split_whitespace().next().unwrap_or(arg)
}

/// Which variable a value comes from, if it is one and the command line does not have the flag.
fn from_environment(error: &clap::Error) -> Option<String> {
    let (ContextValue::String(flag), ContextValue::String(value)) =
        (error.get(ContextKind::InvalidArg)?, error.get(ContextKind::InvalidValue)?)
    else {
        return None;
    };
    let name = name(flag);
    let command = Cli::command();
    let all = command.get_arguments().chain(command.get_subcommands().flat_map(Command::get_arguments));
    let long = name.strip_prefix("--")?;
    let variable = all.filter(|arg| arg.get_long() == Some(long)).find_map(Arg::get_env)?;
    let set = std::env::var_os(variable)?;
    let written = std::env::args_os().any(|word| word.to_string_lossy().starts_with(name));
    let is = set == value.as_str() || set.to_string_lossy().split(',').any(|part| part.trim() == value);
    (is && !written).then(|| format!("the value is that of the variable {}", variable.to_string_lossy()))
}

/// The words of the command that was given: `rolelint evidence verify`.
fn usage(error: &clap::Error) -> Vec<String> {
    let usage = error.get(ContextKind::Usage).map(ToString::to_string).unwrap_or_default();
    let mut words = vec![env!("CARGO_PKG_NAME").to_owned()];
    let mut command = Cli::command();
    for word in usage.split_whitespace().skip(2) {
        let Some(own) = command.find_subcommand(word).cloned() else { break };
        words.push(word.to_owned());
        command = own;
    }
    words
}

/// The command of these words.
fn command(words: &[String]) -> Command {
    let of = |command: Command, word: &String| command.find_subcommand(word).cloned().unwrap_or(command);
    words.iter().skip(1).fold(Cli::command(), of)
}

fn elsewhere(word: &str) -> Option<String> {
    let (_, here) = ELSEWHERE.iter().find(|(elsewhere, _)| *elsewhere == word)?;
    Some(format!("write `rolelint {here}`"))
}

fn near_command(word: &str) -> String {
    let all = Cli::command();
    let near = nearest(word, all.get_subcommands().map(Command::get_name));
    near.map_or_else(|| "`rolelint --help` lists the commands".to_owned(), |near| format!("did you mean `{near}`?"))
}

/// The flag that the user seems to mean, or the commands that have it.
fn near_flag(word: &str, own: &[String]) -> String {
    let (all, own_command) = (Cli::command(), command(own));
    let longs = |command: &Command| {
        command.get_arguments().filter_map(|arg| arg.get_long().map(str::to_owned)).collect::<Vec<_>>()
    };
    let known = [longs(&all), longs(&own_command)].concat();
    if let Some(near) = nearest(word.trim_start_matches('-'), known.iter().map(String::as_str)) {
        return format!("did you mean `--{near}`?");
    }
    let has = |command: &&Command| longs(command).iter().any(|long| Some(long.as_str()) == word.strip_prefix("--"));
    let others: Vec<_> = all.get_subcommands().filter(has).map(Command::get_name).collect();
    match &others[..] {
        [] => format!("`{} --help` lists the flags", own.join(" ")),
        [other] => format!("`rolelint {other}` has it"),
        [other, rest @ ..] => format!("`rolelint {other}` and {} have it", plural(rest.len(), "other command")),
    }
}

/// The words that a missing argument can be.
fn values_of(own: &[String], missing: &[String]) -> Option<String> {
    let own = command(own);
    let words = own.get_positionals().find(|arg| missing.contains(&arg.to_string()))?.get_possible_values();
    let words: Vec<&str> = words.iter().map(clap::builder::PossibleValue::get_name).collect();
    (!words.is_empty()).then(|| format!("write one of: {}", words.join(", ")))
}
