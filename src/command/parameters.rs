//! The parameters of policies, merged: flags override the environment, which overrides the configuration. Within each
//! of the three, a parameter overrides the parameter files.

use crate::cli::{Parameter, Rules, assignment};
use crate::config::{Config, Origin, Setting};

use super::Error;
use super::environment::{PARAMETERS, parameters};
use super::undo::undoing;

/// Adds to the rules the parameters that the command line does not replace, and shows each parameter with its origin.
///
/// # Errors
///
/// The variable of the environment is not a mapping.
pub(crate) fn merge(rules: &mut Rules, settings: &mut Vec<Setting>, config: Option<&Config>) -> Result<(), Error> {
    let Some(shown) = settings.iter().position(|setting| setting.name == "param") else { return Ok(()) };
    let flag = if let Origin::Flag(name) = &settings[shown].origin { Some(name.as_str()) } else { None };
    let is_alone = flag.is_some_and(|flag| flag == undoing("param"));
    let flags = if flag.is_some() { std::mem::take(&mut rules.param) } else { Vec::new() };
    let entry = config.filter(|_| !is_alone).and_then(|config| Some((config, config.entry("param")?)));
    let configured: Vec<Parameter> = entry
        .iter()
        .flat_map(|(config, entry)| entry.values.iter().map(|value| (config.place(entry), value)))
        .map(|(from, value)| Parameter { from, ..assignment(value).expect("read as NAME=VALUE") })
        .collect();
    let variables = if is_alone { Vec::new() } else { parameters()? };

    let file = |_: &Parameter| entry.map_or(Origin::Default, |(config, entry)| Origin::File(config.place(entry)));
    let all = configured.iter().map(|one| (one, file(one)));
    let all = all.chain(variables.iter().map(|one| (one, Origin::Environment(PARAMETERS.to_owned()))));
    let all: Vec<_> = all.chain(flags.iter().map(|one| (one, Origin::Flag("param".to_owned())))).collect();
    let in_force =
        all.iter().enumerate().filter(|(at, (one, _))| all[at + 1..].iter().all(|(other, _)| other.name != one.name));
    let rows: Vec<Setting> = in_force
        .map(|(_, (one, origin))| Setting {
            name: format!("params.{}", one.name),
            values: vec![one.value.clone()],
            origin: origin.clone(),
        })
        .collect();

    // Parameters from the same origin as the files, or from one that overrides it, override them.
    let files = settings.iter().find(|setting| setting.name == "param-file").map(|setting| &setting.origin);
    let (below, above) = match files {
        Some(Origin::Flag(_)) => ([configured, variables].concat(), flags),
        Some(Origin::Environment(_)) => (configured, [variables, flags].concat()),
        Some(Origin::File(_) | Origin::Default) | None => (Vec::new(), [configured, variables, flags].concat()),
    };
    (rules.param_below, rules.param) = (below, above);
    if !rows.is_empty() {
        settings.splice(shown..=shown, rows);
    }
    Ok(())
}
