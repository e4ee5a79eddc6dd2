//! `rolelint who`: who holds a permission, and through which paths.

use crate::access::Query;
use crate::cli::Common;
use crate::document::nearest;
use crate::policy::{Case, Pattern, known_permissions};

use super::register::{RegisterArgs, Subject, asked, write};
use super::{Error, Exit};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// A permission, or a glob such as '*.write'
    #[arg(value_name = "PERMISSION")]
    pub permission: String,
    #[command(flatten)]
    pub register: RegisterArgs,
}

pub(crate) fn run(args: &Args, common: &Common) -> Result<Exit, Error> {
    let name = &args.permission;
    let pattern = Pattern::glob(name, Case::Exact, 0..name.len())
        .map_err(|bad| Error::BadPermission { name: name.clone(), why: bad.message })?;
    write(&args.register, common, |register| {
        let org = register.access.org;
        let permissions = asked(org, std::slice::from_ref(&pattern));
        if permissions.certain.is_empty()
            && permissions.unclear.is_empty()
            && !known_permissions().iter().any(|known| pattern.matches(known))
        {
            let held = org.symbols.iter().filter(|word| word.contains('.'));
            let near = nearest(name, known_permissions().iter().copied().chain(held));
            let help = near.map(|near| format!("did you mean `{near}`? `rolelint list permissions` lists them"));
            return Err(Error::NoSuchPermission { name: name.clone(), help });
        }
        Ok(Subject::Asked(Query { principal: None, permissions: Some(permissions) }))
    })
}
