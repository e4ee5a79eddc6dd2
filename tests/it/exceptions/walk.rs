//! From the first check of an organization to a gate that lives: each step as somebody would take it.

use super::{NOW, POLICY};
use crate::support::fake::{Behaviour, FakeApi, Organization};
use crate::support::harness::{Ran, rolelint};
use crate::support::small::small;

const WAIVERS: &str = "\
version: 1
waivers:
  - rules: user-writes
    subject: { user: user-bob }
    reason: On call until Ops is staffed, OPS-1
    owner: ada@acme.example
    expires: 2030-08-01
  - rules: role-writes
    subject: { role: role_1 }
    reason: Split in two by then, SEC-2
    owner: ada@acme.example
    expires: 2030-09-01
";

#[test]
fn from_the_first_check_to_a_gate_that_lives() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |org: &Organization, at: &str, args: &[&str]| -> Ran {
        let api = FakeApi::start(org.clone(), Behaviour::default());
        let run = rolelint(&api).inside(folder.path()).args(args.iter().copied()).args(["--as-of", at]);
        run.file("rolelint.yaml", "policies: policy.yaml\n").file("policy.yaml", POLICY).run()
    };
    let gate = |org: &Organization, at: &str| {
        run(org, at, &["check", "--waivers", "w.yaml", "--baseline", "b.jsonl", "--format", "json"])
    };
    let answers = |ran: Ran| {
        let report = ran.json();
        ["user-writes", "role-writes"].map(|rule| report.answer(rule))
    };
    let mut org = small();

    // The first check is red. What is to stay for a while is waived, the rest accepted as it is.
    run(&org, NOW, &["check"]).ends_with(1);
    std::fs::write(folder.path().join("w.yaml"), WAIVERS).expect("written");
    run(&org, NOW, &["baseline", "-o", "b.jsonl", "--waivers", "w.yaml"]).ends_with(0);
    let report = gate(&org, NOW).ends_with(0).json();
    assert_eq!((&report.0["summary"]["waived"], &report.0["summary"]["baselined"]), (&2.into(), &2.into()));

    // The night before, the organization is kept for the mail of the morning.
    let fetch = |org: &Organization| {
        let api = FakeApi::start(org.clone(), Behaviour::default());
        rolelint(&api).inside(folder.path()).args(["fetch", "-o", "yesterday.jsonl"]).run().ends_with(0);
    };
    let mail = |org: &Organization| {
        let api = FakeApi::start(org.clone(), Behaviour::default());
        rolelint(&api).inside(folder.path()).args(["diff", "yesterday.jsonl"]).run().ends_with(0).stdout
    };
    fetch(&org);
    assert_eq!(mail(&org), "");

    // Somebody is given a role that permits it: red, with that alone.
    org.users[0].roles.push("role_1".to_owned());
    assert_eq!(answers(gate(&org, NOW).ends_with(1)), ["violation Ada", "pass"]);
    let changes = mail(&org);
    assert!(changes.contains("+ user Ada@acme.example in the organization: api.groups.read\n"), "{changes}");
    assert!(changes.contains("      Ada@acme.example → role Writer\n"), "{changes}");
    org.users[0].roles.clear();
    assert_eq!(mail(&org), "");
    gate(&org, NOW).ends_with(0);

    // A waiver runs out: red, with that alone.
    assert_eq!(answers(gate(&org, "2030-08-01").ends_with(1)), ["violation Bob", "pass"]);
    // Bob loses the role: green again, and nobody needs the waiver.
    org.users[1].roles.clear();
    gate(&org, "2030-08-01").ends_with(0);
}
