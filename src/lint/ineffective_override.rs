//! `ineffective-override`: the configuration changes a rule that does not exist, or gives it the severity that it has.

use super::{LINTS, Oddity, Subject, place};
use crate::config::Change;
use crate::document::{Located, Problem, nearest};

pub(super) fn find(subject: &Subject<'_>) -> Vec<Oddity> {
    let ids = || subject.rules().map(|(_, rule)| rule.info.id.as_str()).chain(LINTS.iter().map(|lint| lint.code));
    let mut found = Vec::new();
    for one in subject.overrides.iter().filter(|one| LINTS.iter().all(|lint| lint.code != one.rule)) {
        let id = &one.rule;
        let named = subject.rules().find(|(_, rule)| rule.info.id == *id).map(|(_, rule)| rule);
        let (message, help) = match (named, one.change) {
            (Some(rule), Change::Severity(severity)) if rule.info.severity == severity => {
                (format!("`{id}` has severity {} anyway", severity.name()), format!("see {}", place(rule)))
            }
            (Some(_), Change::Severity(_) | Change::Off) => continue,
            (None, Change::Severity(_) | Change::Off) => {
                let near = nearest(id, ids()).map(|near| format!("did you mean `{near}`?"));
                let help = near.unwrap_or_else(|| "leave it out, or lint it with the policy of the rule".to_owned());
                (format!("there is no rule `{id}`"), help)
            }
        };
        let location = one.location();
        let problem = Problem::odd(location.span.clone(), message).help(help);
        found.push(Oddity {
            rule: named.map(|rule| rule.info.id.clone()),
            located: Located { source: location.source.clone(), problem },
            missing: Vec::new(),
        });
    }
    found
}
