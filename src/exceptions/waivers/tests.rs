//! Files of waivers, each with what is wrong with it.

use std::sync::Arc;

use super::{Error, Terms, Waivers};
use crate::document::SourceText;
use crate::time::parse_timestamp;

fn terms() -> Terms {
    let now = parse_timestamp("2026-06-01T12:00:00Z").expect("a moment");
    Terms { now, longest: 180 * 86_400, expiring_within: 14 * 86_400 }
}

fn read(text: &str) -> Result<Waivers, Error> {
    Waivers::read(&[Arc::new(SourceText::new("waivers.yaml".to_owned(), text.to_owned()))], &terms())
}

const GOOD: &str = "\
version: 1
waivers:
  - rules: a-rule
    subject: { role: role_1 }
    reason: Because
    owner: ada@acme.example
    expires: 2026-11-28
";

/// Each problem as `line:column message`.
fn problems(text: &str) -> Vec<String> {
    match read(text) {
        Err(Error::Invalid { located }) => {
            let said = |one: &crate::document::Located| {
                let region = one.source.region(&one.problem.span);
                format!("{}:{} {one}", region.line, region.column)
            };
            located.iter().map(said).collect()
        }
        Err(Error::Read { .. } | Error::NotEdited { .. }) => panic!("nothing is read from the disk or changed"),
        Ok(_) => Vec::new(),
    }
}

#[test]
fn a_waiver_that_says_too_little_or_too_much_is_refused_in_its_place() {
    assert_eq!(problems(GOOD), Vec::<String>::new());
    let table = [
        ("    reason: Because\n", "", "3:5 a waiver needs `reason`"),
        ("    owner: ada@acme.example\n", "", "3:5 a waiver needs `owner`"),
        ("    expires: 2026-11-28\n", "", "3:5 a waiver needs `expires`"),
        ("rules: a-rule\n    subject: { role: role_1 }", "subject: { role: role_1 }", "3:5 a waiver needs `rules`"),
        ("    subject: { role: role_1 }\n", "", "3:5 a waiver needs `subject`"),
        ("reason: Because", "reason: ' '", "5:13 `reason` is empty"),
        ("rules: a-rule", "rules: '*'", "3:12 `rules` has a wildcard: a waiver covers what it names"),
        ("rules: a-rule", "rules: []", "3:12 `rules` is empty"),
        ("role_1", "'*'", "4:22 `role` has a wildcard: a waiver covers what it names"),
        ("role_1 }", "role_1, user: x }", "4:14 a subject is one thing"),
        ("{ role: role_1 }", "everybody", "4:14 `subject` takes a kind and a name, not a text"),
        ("role: role_1", "rule: role_1", "4:16 `rule` is not a key of a subject"),
        ("2026-11-28", "2026-11-29", "7:14 a waiver may last at most 180 days (--max-waiver)"),
        ("2026-11-28", "never", "7:14 `never` is not a date"),
        (
            "reason: Because",
            "permission: 'api.*'\n    reason: x",
            "5:17 `permission` has a wildcard: a waiver covers what it names",
        ),
        ("version: 1", "version: 2", "1:10 `version` takes the number 1, not a number"),
        ("owner:", "onwer:", "3:5 a waiver needs `owner`"),
        // The next one who holds that role is covered as well, and the waiver looks as if not.
        (
            "reason: Because",
            "role: owner\n    reason: x",
            "5:11 `role` does not say who holds the role, and the subject is not a holder",
        ),
        (
            "{ role: role_1 }\n",
            "{ project: Alpha }\n    scope: Alpha\n",
            "5:12 `scope` does not say who holds the role, and the subject is not a holder",
        ),
    ];
    for (from, to, expected) in table {
        let text = GOOD.replace(from, to);
        assert_ne!(text, GOOD, "{from}");
        assert_eq!(problems(&text)[0], expected, "{text}");
    }
    assert_eq!(problems(&GOOD.replace("owner:", "onwer:"))[1], "6:5 `onwer` is not a key of a waiver");
}
