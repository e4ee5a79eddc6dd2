//! What the other sheets of a workbook are about, a row for each fact: the verdict, the organization, and what the answers
//! rest on.

use super::{Column, Table};
use crate::finding::Outcome;
use crate::report::totals::{exit, plain_summary};
use crate::report::words::plural;
use crate::time::rfc3339;

const COLUMNS: [Column; 2] = [Column("fact", 24), Column("value", 110)];

/// It says if there is no sheet with who holds what.
pub fn summary(outcome: &Outcome, has_access: bool) -> Table<'_> {
    let source = &outcome.source;
    let mut facts = vec![("result", plain_summary(outcome)), ("exit", exit(outcome))];
    if outcome.has_facts() {
        facts.extend([
            ("organization", source.organization.to_string()),
            ("source", source.api.clone()),
            ("collected_at", rfc3339(source.collected_at)),
            ("oldest_fact", rfc3339(outcome.oldest_fact)),
            ("as_of", rfc3339(outcome.as_of)),
            ("digest", outcome.digest.clone()),
        ]);
    }
    // A lint is about policies: nobody holds anything there.
    if !has_access && !outcome.coverage.is_empty() {
        let how =
            "results do not contain who holds what: rolelint report RESULTS --format xlsx --snapshot FILE adds it";
        facts.push(("access", how.to_owned()));
    }
    for policy in &outcome.policies {
        let words = format!("{}: {}, SHA-256 {}", policy.source.name, plural(policy.rules, "rule"), policy.sha256());
        facts.push(("policy", words));
        facts.extend(policy.params.iter().map(|(name, value)| ("parameter", format!("{name}: {value}"))));
    }
    facts.extend(outcome.disagreements.iter().map(|sentence| ("contradiction", sentence.clone())));
    facts.extend(outcome.oddities.iter().map(|sentence| ("remark", sentence.clone())));
    facts.push(("rolelint", env!("CARGO_PKG_VERSION").to_owned()));
    let rows = facts.into_iter().map(|(name, value)| vec![name.into(), value.into()]);
    Table { name: "summary", columns: &COLUMNS, rows: Box::new(rows) }
}
