//! Pages: however an organization is cut into them, it is the same organization.

use crate::support::fake::{Behaviour, FakeApi, Fault, Organization, What, When};
use crate::support::harness::{Json, acme, rolelint};

fn recommended(api: &FakeApi) -> Json {
    rolelint(api).args(["check", "--as-of", "2026-06-01", "--format", "json"]).run().ends_with(1).json()
}

fn paged(page_size: usize, faults: Vec<Fault>) -> FakeApi {
    FakeApi::start(Organization::acme(), Behaviour { page_size: Some(page_size), faults, ..Behaviour::default() })
}

#[test]
fn small_pages_give_the_same_report() {
    let whole = recommended(&acme()).uncounted();
    for size in [1, 3, 7, 41] {
        let api = paged(size, Vec::new());
        let report = recommended(&api);
        let users = 41_usize.div_ceil(size);
        assert_eq!(report.coverage("users")["requests"], users, "pages of {size}");
        assert_eq!(report.uncounted(), whole, "pages of {size}");
    }
}

#[test]
fn an_older_envelope_gives_the_same_report() {
    let whole = recommended(&acme()).uncounted();
    for field in ["has_more", "last_id"] {
        let what = What::DropEnvelope(field.to_owned());
        let faults = vec![Fault { path: "/organization/users".to_owned(), when: When::Always, what }];
        let report = recommended(&paged(7, faults));
        assert_eq!(report.uncounted(), whole, "without {field}");
    }
    let what = What::DropEnvelope("has_more".to_owned());
    let faults = vec![Fault { path: "**".to_owned(), when: When::Always, what }];
    assert_eq!(recommended(&paged(3, faults)).uncounted(), whole);
}

#[test]
fn a_missing_cursor_is_not_the_end_of_a_list() {
    let what = What::DropEnvelope("next".to_owned());
    let faults = vec![Fault { path: "/organization/roles".to_owned(), when: When::Always, what }];
    let run = rolelint(&paged(3, faults)).args(["check", "--format", "json"]).run();
    let report = run.json();
    assert_eq!(report.state("roles"), "partial");
    assert!(!report.is_complete());
}

#[test]
fn older_responses_give_the_same_violations_except_via() {
    let today = recommended(&acme());
    let older = FakeApi::start(Organization::acme(), Behaviour { old_answers: true, ..Behaviour::default() });
    let older = recommended(&older);
    for rule in today.verdicts().into_keys().filter(|rule| *rule != "custom-role-granted-to-a-user") {
        assert_eq!(older.answer(rule), today.answer(rule));
    }
    let direct = "custom-role-granted-to-a-user";
    assert_eq!(older.subjects(direct, "violation"), today.subjects(direct, "violation"));
    // Whoever has the role from a group could have it directly, too: nobody says.
    assert!(!older.subjects(direct, "unknown").is_empty());
}

#[test]
fn a_list_that_never_ends_is_truncated_after_a_few_pages() {
    for what in [What::SameCursor, What::IgnoreAfter, What::EmptyPages, What::NoCursor] {
        let faults = vec![Fault { path: "/organization/users".to_owned(), when: When::FromPage(2), what }];
        let api = paged(10, faults);
        let report = rolelint(&api).args(["check", "--format", "json"]).run().json();
        assert_eq!(report.state("users"), "partial");
        let asked = api.requests().into_iter().filter(|request| request.path == "/v1/organization/users").count();
        assert!(asked < 8, "{asked} requests");
    }
}
