//! The page for auditors, made from an organization: who holds privileged permissions, and what is not known of whom.

use crate::support::fake::{Behaviour, FakeApi, Organization, What, When};
use crate::support::harness::{acme, faulty, offline, rolelint};

/// The page of a check, with its exit code.
fn page(api: &FakeApi, code: i32) -> String {
    rolelint(api).args(["check", "--as-of", "2026-06-01", "--format", "html"]).run().ends_with(code).stdout
}

/// The row of the matrix that begins with this name.
fn row<'a>(page: &'a str, name: &str) -> &'a str {
    let (_, matrix) = page.split_once("<section id=\"access\"").expect("it is there");
    let rows = matrix.split("<tr>").skip(1);
    let mut named = rows.filter(|row| row.split("<details>").next().is_some_and(|who| who.contains(name)));
    named.next().unwrap_or_else(|| panic!("no row for {name}")).split("</tr>").next().expect("there is always a first")
}

#[test]
fn the_matrix_shows_who_holds_what_and_how() {
    let page = page(&acme(), 1);
    let owner = row(&page, "amara.okafor@acme.example");
    assert!(
        owner.contains("<span class=\"mark direct\" aria-hidden=\"true\">D</span><span class=\"sr\">directly</span>"),
        "{owner}"
    );
    let member = row(&page, "aisha.rahman@acme.example");
    assert!(
        member.contains("<span class=\"sr\">through a group</span>") && member.contains("API Group Manager"),
        "{member}"
    );
    assert!(
        page.contains("Which of the ") && page.contains("Are privileged permissions granted to people or to groups?")
    );
}

#[test]
fn what_was_not_read_is_a_question_mark_and_stands_at_the_top() {
    let api = faulty(Organization::acme(), "/organization/groups", When::Always, What::Status(403));
    let page = page(&api, 1);
    let top = page.split("</header>").next().expect("there is always a first");
    assert!(top.contains("could not be read to the end") && top.contains("<code>groups</code> denied: "), "{top}");
    let (_, access) = page.split_once("<section id=\"access\"").expect("it is there");
    assert!(
        access.contains(" may hold more than is shown here") && access.contains("<span class=\"sr\">unknown</span>")
    );
}

#[test]
fn saved_results_show_the_matrix_with_the_snapshot_that_was_checked_and_no_other() {
    let (api, folder) = (acme(), tempfile::tempdir().expect("a folder"));
    let check = ["check", "--as-of", "2026-06-01", "--format", "json", "-o", "results.json", "--save", "org.jsonl"];
    rolelint(&api).inside(folder.path()).args(check).run().ends_with(1);
    let report = || offline().inside(folder.path()).args(["report", "results.json", "--format", "html"]);
    assert!(report().run().ends_with(1).stdout.contains("Results do not contain who holds what"));
    assert!(report().args(["--snapshot", "org.jsonl"]).run().ends_with(1).stdout.contains("<table class=\"matrix\">"));

    let mut other = Organization::acme();
    other.groups[0].name.push_str(" and more");
    let other = FakeApi::start(other, Behaviour::default());
    rolelint(&other).inside(folder.path()).args(["fetch", "-o", "other.jsonl"]).run().ends_with(0);
    let ran = report().args(["--snapshot", "other.jsonl"]).run().ends_with(2);
    assert!(
        ran.stderr.contains("but the snapshot is of sha256:") && ran.stderr.contains("--save FILE"),
        "{}",
        ran.stderr
    );
    assert_eq!(ran.stdout, "");
}
