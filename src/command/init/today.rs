//! What holds in a snapshot, as files to begin with: the owners by name, and bounds on
//! keys, owners and other ways to gain access.

use std::fmt::Write as _;
use std::sync::Arc;

use super::{CONFIG, written};
use crate::check::check;
use crate::command::Error;
use crate::document::SourceText;
use crate::escape::in_json;
use crate::finding::{Finding, Outcome, Value, Verdict};
use crate::org::Org;
use crate::policy::{Overrides, parse};
use crate::time::rfc3339;

const BOUNDS: &str = include_str!("bounds.yaml");
const BOUNDS_TEST: &str = include_str!("bounds_test.yaml");

/// The owners, as the pack `recommended` asks for them.
const OWNERS: &str = "\
version: 1
rules:
  - { id: owners, select: user, where: { holds: { scope: organization, role: owner } }, exactly: { email: [] } }
";

/// The lines of the configuration that a list of owners replaces.
const NOBODY: &str = "  # Who may own the organization, by e-mail address. Until you name them, every owner is reported.\n  owners: []\n";

/// The files for an organization, each with its path and text. What they say holds on that day.
///
/// # Errors
///
/// The snapshot does not show who the owners are, or how many there are of something.
pub(super) fn files(org: &Org) -> Result<Vec<(&'static str, String)>, Error> {
    let date = &rfc3339(org.source.collected_at)[..10];
    let owners = owners(org)?;
    let first = judged(org, &BOUNDS.replace("MAX", "0"));
    let mut bounds = BOUNDS.replace("DATE", date);
    for rule in &first.rules {
        let (before, after) = bounds.split_once(&format!("- id: {}\n", rule.info.id)).expect("the rule is in the text");
        let (own, rest) = after.split_once("count: { max: MAX }").expect("it is a bound");
        let number = rule.selected.to_string();
        let own = own.replace("MAX", &number);
        bounds = format!("{before}- id: {}\n{own}count: {{ max: {number} }}{rest}", rule.info.id);
    }
    // Only what is certain is written.
    known(&judged(org, &bounds))?;
    let mut list = if owners.is_empty() { "  owners: []\n".to_owned() } else { "  owners:\n".to_owned() };
    for email in owners {
        let email = serde_json::Value::from(email).to_string();
        writeln!(list, "    - {} # why?", in_json(&email)).expect("writing to a string cannot fail");
    }
    let (before, after) = CONFIG.split_once(NOBODY).expect("the configuration has a list of owners");
    let why =
        format!("  # Who owned the organization on {date}. Say why each does, and remove those who should not.\n");
    let config = format!("{before}{why}{list}{after}");
    let bounds = [("policies/bounds.yaml", bounds), ("policies/bounds_test.yaml", BOUNDS_TEST.to_owned())];
    Ok(written(config).into_iter().chain(bounds).collect())
}

/// The addresses of the owners, sorted.
fn owners(org: &Org) -> Result<Vec<String>, Error> {
    let outcome = judged(org, OWNERS);
    if outcome.rules[0].is_open() {
        return Err(unknown(&outcome));
    }
    let address = |value: &Value| if let Value::Text(text) = value { Some(text.to_string()) } else { None };
    let of = |finding: &Finding| {
        let email = finding.evidence.iter().find(|evidence| evidence.attribute == "email");
        email
            .and_then(|email| address(&email.value))
            .ok_or_else(|| Error::OwnerWithoutAddress { owner: finding.subject.qualified_label().into_owned() })
    };
    let mut owners = outcome.findings.iter().map(of).collect::<Result<Vec<_>, _>>()?;
    owners.sort_unstable();
    owners.dedup();
    Ok(owners)
}

fn known(outcome: &Outcome) -> Result<(), Error> {
    let open = outcome.rules.iter().any(|rule| matches!(rule.verdict(), Verdict::Unknown | Verdict::Violation));
    if open { Err(unknown(outcome)) } else { Ok(()) }
}

/// What the snapshot does not show.
fn unknown(outcome: &Outcome) -> Error {
    let unread = outcome.rules.iter().flat_map(|rule| &rule.unread).map(ToString::to_string);
    // Only the findings show what the API did not send, and what contradicts itself.
    let missing = outcome.findings.iter().flat_map(|finding| &finding.missing).cloned();
    let mut reasons: Vec<String> = unread.collect();
    if reasons.is_empty() {
        reasons.extend(missing);
    }
    reasons.sort_unstable();
    reasons.dedup();
    Error::NotToday { reasons }
}

fn judged(org: &Org, text: &str) -> Outcome {
    let source = Arc::new(SourceText::new("bounds.yaml".to_owned(), text.to_owned()));
    let policies = parse(&[source], &Overrides::default()).expect("our own rules load");
    check(org, &policies, org.source.collected_at)
}
