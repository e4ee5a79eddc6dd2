//! `rolelint list`: the rules, permissions and attributes there are; from a snapshot, also the things of an organization.

mod table;
mod things;

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::ValueEnum;
use clap::builder::PossibleValue;
use serde_json::{Value, json};

use crate::cli::{Common, Rules};
use crate::console::output;
use crate::escape::in_json;
use crate::org::{Collection, Kind};
use crate::policy::{Attribute, Case, Escalation, Policy, Rule, Type, of, organization, permissions as vocabulary};
use crate::snapshot;

use super::{Error, Exit, judged};
use table::Table;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to list
    #[arg(value_name = "WHAT", value_enum)]
    pub what: What,
    /// Read the organization from a snapshot (- is standard input)
    #[arg(short, long, value_name = "FILE", env = "ROLELINT_SNAPSHOT", hide_env_values = true)]
    pub snapshot: Option<PathBuf>,
    /// Output format
    #[arg(short, long, value_enum, default_value_t)]
    pub format: Format,
    #[command(flatten)]
    pub rules: Rules,
}

/// A form of list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    #[default]
    Text,
    Json,
}

/// What can be listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The rules of the policies.
    Rules,
    /// The permissions that are known to exist; with a snapshot, also those that some role of it has.
    Permissions,
    /// What a rule can ask of each kind of thing.
    Attributes,
    /// The things of a kind, from a snapshot.
    Things(Kind),
}

impl What {
    const ALL: [Self; 11] = [
        Self::Rules,
        Self::Permissions,
        Self::Attributes,
        Self::Things(Kind::Role),
        Self::Things(Kind::User),
        Self::Things(Kind::Group),
        Self::Things(Kind::Project),
        Self::Things(Kind::ServiceAccount),
        Self::Things(Kind::Invite),
        Self::Things(Kind::AdminApiKey),
        Self::Things(Kind::ApiKey),
    ];

    fn name(self) -> String {
        match self {
            Self::Rules => "rules".to_owned(),
            Self::Permissions => "permissions".to_owned(),
            Self::Attributes => "attributes".to_owned(),
            Self::Things(kind) => format!("{}s", kind.name()),
        }
    }
}

impl ValueEnum for What {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}

pub(crate) fn run(args: &Args, common: &Common) -> Result<Exit, Error> {
    if args.what != What::Rules && !args.rules.paths.is_empty() {
        return Err(Error::NoPolicyListed { what: args.what.name() });
    }
    let snapshot = || args.snapshot.as_deref().map(snapshot::open).transpose();
    let table = match args.what {
        What::Rules => rules(&judged::policies(&args.rules)?.0),
        What::Attributes => attributes(),
        What::Permissions => match snapshot()? {
            None => permissions(),
            Some(read) => things::permissions(&read.org),
        },
        What::Things(kind) => match snapshot()? {
            Some(read) => things::of_kind(&read.org, kind),
            None => return Err(Error::NoSnapshot { what: args.what.name() }),
        },
    };
    let name = args.what.name();
    output::stream(|stdout| match args.format {
        Format::Text => stdout.write_all(table.text(!common.is_quiet()).as_bytes()),
        Format::Json => stdout.write_all(in_json(&table.json(&name)).as_bytes()),
    })?;
    for reason in &table.incomplete {
        output::warn(&format!("the list may be incomplete: {reason}"));
    }
    Ok(if table.incomplete.is_empty() { Exit::Clean } else { Exit::Unknown })
}

fn rules(policies: &[Policy]) -> Table {
    let mut table = Table::new(&["id", "severity", "select", "title"]);
    for policy in policies {
        for kinds in policy.rules_of_kinds() {
            let info = &kinds[0].info;
            let reads: BTreeSet<Collection> = kinds.iter().flat_map(Rule::needs).collect();
            let reads: Vec<&str> = reads.into_iter().map(Collection::name).collect();
            let select: Vec<&str> = kinds.iter().map(|rule| rule.select.name()).collect();
            table.rows.push(json!({
                "id": info.id, "severity": info.severity.name(), "select": select.join(", "), "title": info.title, "sentence": info.sentence,
                "rationale": info.rationale, "remediation": info.remediation, "references": info.references,
                "controls": info.controls, "tags": info.tags, "reads": reads,
                "policy": { "file": policy.file.source.name, "line": info.location.region().line },
            }));
        }
    }
    table
}

fn permissions() -> Table {
    let mut table = Table::new(&["permission", "escalation", "sure", "allows"]);
    table.rows.extend(vocabulary().iter().map(|permission| {
        let escalation: Vec<&str> = permission.escalation.iter().copied().map(Escalation::name).collect();
        json!({
            "permission": permission.name, "escalation": escalation.join(", "), "sure": permission.sure.name(),
            "allows": permission.allows,
        })
    }));
    table
}

fn attributes() -> Table {
    let mut table = Table::new(&["kind", "attribute", "takes", "meaning"]);
    for kind in Kind::ALL {
        table.rows.extend(of(kind).map(|attribute| attribute_row(kind.name(), attribute)));
    }
    table.rows.extend(organization().map(|attribute| attribute_row("organization", attribute)));
    table
}

fn attribute_row(kind: &str, attribute: &Attribute) -> Value {
    let (takes, leads_to) = match attribute.type_ {
        Type::Text(Case::Exact, _) => ("text", None),
        Type::Text(Case::Fold, _) => ("text, whatever its case", None),
        Type::List(..) => ("list of texts", None),
        Type::Flag(_) => ("true or false", None),
        Type::Time(_) => ("time", None),
        Type::Relation(relation) if relation.to_one() => ("relation to one", Some(relation.target().name())),
        Type::Relation(relation) => ("relation to many", Some(relation.target().name())),
        Type::Escalation => ("kind of escalation", None),
        Type::Via => ("way", None),
    };
    json!({
        "kind": kind, "attribute": attribute.name, "takes": takes, "leads_to": leads_to,
        "meaning": attribute.meaning,
    })
}
