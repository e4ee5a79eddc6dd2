//! `rolelint access`: what everybody holds, or what one principal holds, and how.

use crate::access::{Query, Register, principals};
use crate::cli::Common;
use crate::console::output::warn;
use crate::document::nearest;
use crate::org::Principal;

use super::register::{RegisterArgs, Subject, write};
use super::{Error, Exit};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// A user, group or service account by its id, e-mail address or name; without one, everybody
    #[arg(value_name = "PRINCIPAL")]
    pub principal: Option<String>,
    #[command(flatten)]
    pub register: RegisterArgs,
}

pub(crate) fn run(args: &Args, common: &Common) -> Result<Exit, Error> {
    write(&args.register, common, |register| {
        let Some(name) = &args.principal else { return Ok(Subject::Asked(Query::default())) };
        if let Some(principal) = find(register, name)? {
            return Ok(Subject::Asked(Query { principal: Some(principal), permissions: None }));
        }
        let missing = register.unlisted().join("; ");
        warn(&format!("nobody called {name} was read, and not everybody was: {missing}"));
        Ok(Subject::Unknown)
    })
}

/// The principal with that id, or else with that e-mail address or name. It is an error if two have that name, or if
/// everybody was read and nobody has it.
fn find(register: &Register<'_>, name: &str) -> Result<Option<Principal>, Error> {
    let all = || principals(register.access.org).map(|one| (one, register.access.principal(one)));
    if let Some((found, _)) = all().find(|(_, thing)| thing.id == name) {
        return Ok(Some(found));
    }
    let named = all().filter(|(_, thing)| {
        thing.email.as_deref().is_some_and(|email| email.eq_ignore_ascii_case(name))
            || thing.name.as_deref() == Some(name)
    });
    let named: Vec<_> = named.collect();
    match named.as_slice() {
        [(found, _)] => Ok(Some(*found)),
        [] if !register.unlisted().is_empty() => Ok(None),
        [] => {
            let things: Vec<_> = all().map(|(_, thing)| thing).collect();
            let near = nearest(name, things.iter().map(|thing| thing.called()));
            let help = near.map_or_else(
                || "`rolelint access` lists everybody".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            Err(Error::NoSuchPrincipal { name: name.to_owned(), help: Some(help) })
        }
        several => {
            let ids: Vec<&str> = several.iter().map(|(_, thing)| thing.id.as_str()).collect();
            Err(Error::SeveralPrincipals { name: name.to_owned(), ids: ids.join(", ") })
        }
    }
}
