//! `rolelint config`: which settings a check is made with, and where each comes from.

use crate::config::{Origin, Setting};
use crate::console::output;
use crate::escape::{mask, visible};

use super::{Error, Exit};

pub(crate) fn run(settings: &[Setting]) -> Result<Exit, Error> {
    let lines: Vec<(String, String)> = settings.iter().map(line).collect();
    let width = lines.iter().map(|(setting, _)| setting.chars().count()).filter(|width| *width < 50).max().unwrap_or(0);
    output::stream(|stdout| {
        lines.iter().try_for_each(|(setting, origin)| writeln!(stdout, "{setting:width$}  # {origin}"))
    })?;
    Ok(Exit::Clean)
}

/// A setting, and where it comes from.
fn line(Setting { name, values, origin }: &Setting) -> (String, String) {
    let values = if values.is_empty() { "none".to_owned() } else { values.join(", ") };
    let origin = match origin {
        Origin::Flag(name) => format!("the flag --{name}"),
        Origin::Environment(name) => format!("the variable {name}"),
        Origin::File(place) => place.clone(),
        Origin::Default => "default".to_owned(),
    };
    (format!("{name}: {}", mask(&visible(&values))), visible(&origin).into_owned())
}
