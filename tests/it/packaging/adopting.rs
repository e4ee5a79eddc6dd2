//! Every step of the walk in docs/adopting.md, in its order, in one folder, while the organization changes.

use std::fs;

use rolelint::time::{parse_timestamp, rfc3339};

use super::guide::{file, steps};
use crate::support::fake::{Behaviour, FakeApi, KEY, Organization};
use crate::support::harness::Ran;
use crate::support::shell::{Machine, repository};
use crate::support::small::small;

type Change = fn(&mut Organization);

/// The page with its two days in the future, whenever it is read.
fn page() -> String {
    let walk = repository("docs/adopting.md");
    let walk = walk.split("\n## ").nth(1).expect("the walk is the first section").to_owned();
    let now = std::time::UNIX_EPOCH.elapsed().expect("a clock that is right").as_secs();
    let day = |days: u64| rfc3339(i64::try_from(now + days * 86_400).expect("not that far"))[..10].to_owned();
    let said = [("2027-01-31", day(60)), ("2027-02-28", day(90))];
    said.iter().fold(walk, |walk, (day, then)| {
        assert!(parse_timestamp(day).is_ok() && walk.contains(day));
        walk.replace(day, then)
    })
}

#[test]
fn every_step_of_the_walk_ends_as_the_page_says() {
    let api = FakeApi::start(small(), Behaviour::default());
    let machine = Machine::new(&api).env("OPENAI_ADMIN_KEY", KEY);
    let given: Change = |org| org.users[0].roles.push("role_1".to_owned());
    let taken: Change = |org| org.users[0].roles.clear();
    let nothing: Change = |_| {};
    // What happens before each block of commands, and how it ends.
    let mut rows =
        [(nothing, 1), (nothing, 0), (nothing, 0), (nothing, 0), (given, 1), (taken, 0), (nothing, 1)].into_iter();
    let mut ran: Option<Ran> = None;
    for step in steps(&page()) {
        match step.language.as_str() {
            "yaml" => {
                let path = machine.path(&format!("work/{}", file(&step.before)));
                fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
                fs::write(path, step.text).expect("it is in a folder of ours");
            }
            "sh" => {
                let (change, code) = rows.next().expect("a row for each block");
                api.change(change);
                ran = Some(machine.run("sh -e", &step.text).ends_with(code));
            }
            "text" => {
                let said = &ran.as_ref().expect("a command came before").stdout;
                let findings: Vec<&str> = said.lines().filter(|line| line.trim_start().starts_with('•')).collect();
                assert_eq!(findings.join("\n").trim(), step.text.trim(), "{said}");
            }
            other => panic!("there is no step in {other}"),
        }
    }
    assert!(rows.next().is_none());
}
