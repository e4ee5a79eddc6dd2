//! Parameter files.

use super::shown::{explain, said, source};
use super::world;
use crate::policy::{Overrides, Policy, parse};

/// A policy whose parameters are of every type.
const RULES: &str = include_str!("params.yaml");

/// The parameters that stand in the policy.
const DEFAULTS: &str = "params:\n  people: [ada@acme.example]\n  word: owner\n  most: 2\n  managed: true\n";

/// The input is a parameter file. What it sets has the effect that it has when it is written into the policy itself.
pub fn params(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let mut overrides = Overrides::default();
    if let Err(error) = overrides.set_all("params.yaml", text) {
        return explain(&error);
    }
    let set = match parse(&[source(&format!("version: 1\n{DEFAULTS}{RULES}"))], &overrides) {
        Err(error) => return explain(&error),
        Ok(set) => set,
    };
    let missing = DEFAULTS.lines().skip(1).filter(|line| {
        let name = line.trim_start().split(':').next().unwrap_or_default();
        !overrides.names().any(|set| set == name)
    });
    let missing = missing.collect::<Vec<_>>().join("\n");
    // YAML ends a line at a carriage return, too.
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let inline = text.lines().collect::<Vec<_>>().join("\n  ");
    // Not every file can stand inside another: a document marker or a tag at its beginning cannot.
    if let Ok(written) =
        parse(&[source(&format!("version: 1\nparams:\n  {inline}\n{missing}\n{RULES}"))], &Overrides::default())
    {
        assert_eq!(said_by(&set), said_by(&written));
    }
}

fn said_by(policies: &[Policy]) -> Vec<String> {
    said(world::whole(), policies)
}
