//! What goes wrong between rolelint and the API: it is recorded, it makes unknown what hangs on it, it ends.

use crate::support::fake::{Behaviour, FakeApi, Fault, Organization, What, When};
use crate::support::harness::{acme, faulty, rolelint, text, too_many_requests};
use crate::support::small::{denied, small, with, without};

/// Each collection, its path, and a rule that hangs on it and that the small organization satisfies.
const COLLECTIONS: [(&str, &str, &str); 6] = [
    ("roles", "/organization/roles", "select: role\n    forbid: { permissions: api.none }"),
    ("users", "/organization/users", "select: user\n    forbid: { banned: true }"),
    ("groups", "/organization/groups", "select: group\n    forbid: { name: None }"),
    ("user_roles", "/organization/users/*/roles", "select: user\n    forbid: { holds: { permission: api.none } }"),
    ("group_roles", "/organization/groups/*/roles", "select: group\n    forbid: { holds: { permission: api.none } }"),
    ("group_members", "/organization/groups/*/users", "select: group\n    forbid: { members: { banned: true } }"),
];

fn policy(rule: &str) -> String {
    format!("version: 1\nrules:\n  - id: asked\n    {rule}\n")
}

/// Each fault, and what the record says of it.
fn faults() -> Vec<(What, &'static str, &'static str)> {
    let body = |text: &str| What::Body(text.to_owned());
    vec![
        (What::Status(401), "denied", "401"),
        (What::Status(403), "denied", "the key lacks the scope api.management.read"),
        (denied("api.x.read"), "denied", "the key lacks the scope api.x.read"),
        (What::Status(404), "denied", "404"),
        (What::Status(400), "failed", "400"),
        (What::Status(500), "failed", "500"),
        (too_many_requests(), "failed", "429"),
        (What::Reset, "failed", "the connection broke"),
        (What::Truncated, "failed", "the connection broke"),
        (What::TruncatedJson, "failed", "the response was truncated"),
        (What::Html, "failed", "text/html"),
        (What::Redirect("https://login.example/".to_owned()), "failed", "redirected to login.example, not followed"),
        (body(""), "failed", "is not JSON"),
        (body("[]"), "failed", "the documented shape"),
        (body("null"), "failed", "the documented shape"),
        (body("[[], false, null, null]"), "failed", "the documented shape"),
        (body("{}"), "failed", "`data` is missing"),
        (body(r#"{"data": null, "has_more": false}"#), "failed", "`data` is missing"),
        (body(r#"{"data": {}, "has_more": false}"#), "failed", "the documented shape"),
        (body(r#"{"data": [{"id": 5}], "has_more": false}"#), "failed", "the documented shape"),
        (body(r#"{"data": [], "has_more": "no"}"#), "failed", "the documented shape"),
        (body(r#"{"error": {"message": "not today"}}"#), "failed", "`data` is missing"),
        (What::DropEnvelope("data".to_owned()), "failed", "`data` is missing"),
        (What::SameCursor, "partial", "pagination is inconsistent"),
        (What::IgnoreAfter, "partial", "pagination is inconsistent"),
        (What::EmptyPages, "partial", "pagination is inconsistent"),
        (What::NoCursor, "partial", "pagination is inconsistent"),
    ]
}

#[test]
fn no_fault_on_any_list_is_ever_a_pass() {
    // Most of the time goes by in waiting for the next attempt.
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let tried = COLLECTIONS.map(|collection| scope.spawn(move || try_faults(collection)));
        tried.into_iter().flat_map(|tried| tried.join().expect("the fault is tried")).collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is not as it should be when a list has one fault after the other.
fn try_faults((collection, path, rule): (&str, &str, &str)) -> Vec<String> {
    let mut wrong = Vec::new();
    for (what, state, said) in faults() {
        let case = format!("{what:?} on {path}");
        let api = faulty(small(), path, When::Always, what);
        let report = rolelint(&api).check(&policy(rule)).args(["--format", "json"]).run().ends_with(3).json();
        let (row, verdict) = (report.coverage(collection), report.verdicts()["asked"]);
        let detail = text(&row["detail"]);
        let named = detail.starts_with("GET /organization/") && detail.contains(said);
        let ended = api.requests().len() < 200;
        if verdict != "unknown" || report.is_complete() || row["state"] != state || !named || !ended {
            wrong.push(format!("{case}: {verdict}, wanted {state} and {said:?}: {row}"));
        }
    }
    wrong
}

#[test]
fn a_page_with_an_item_without_an_id_is_refused() {
    for (collection, path, rule) in COLLECTIONS {
        let api = with(&[(path, without("id"))]);
        let report = rolelint(&api).check(&policy(rule)).args(["--format", "json"]).run().ends_with(3).json();
        assert_eq!(report.verdicts()["asked"], "unknown", "{path}");
        assert_ne!(report.state(collection), "complete", "{path}");
        let detail = text(&report.coverage(collection)["detail"]);
        assert!(detail.contains("`id` is missing"), "{detail}");
    }
}

#[test]
fn roles_without_permissions_are_recorded_as_a_gap() {
    let api = with(&[("/organization/roles", without("permissions"))]);
    let report = rolelint(&api).check(&policy(COLLECTIONS[0].2)).args(["--format", "json"]).run().ends_with(3).json();
    assert_eq!(report.state("roles"), "partial");
    let detail = text(&report.coverage("roles")["detail"]);
    assert!(detail.starts_with("the API sent no `permissions` for role role-api-organization-owner"), "{detail}");
}

#[test]
fn a_list_that_fails_on_a_later_page_is_partial() {
    let faults =
        vec![Fault { path: "/organization/users".to_owned(), when: When::FromPage(3), what: What::Status(403) }];
    let api = FakeApi::start(Organization::acme(), Behaviour { page_size: Some(10), faults, ..Behaviour::default() });
    let rule = "select: user\n    count: { max: 5 }";
    let report = rolelint(&api).check(&policy(rule)).args(["--format", "json"]).run().ends_with(1).json();
    // Twenty users are more than five, however many are on the other pages.
    assert_eq!(report.answer("asked"), "violation organization");
    assert_eq!(report.state("users"), "partial");
    assert_eq!(report.coverage("users")["items"], 20);

    let rule = "select: user\n    count: { max: 30 }";
    rolelint(&api).check(&policy(rule)).run().ends_with(3);
}

#[test]
fn the_missing_scope_is_named_in_both_reports() {
    for (_, path, rule) in COLLECTIONS {
        for status in [401, 403] {
            let what = What::Denied { status, scope: "api.very.special.read".to_owned() };
            let api = with(&[(path, what)]);
            for format in ["text", "json"] {
                let ran = rolelint(&api).check(&policy(rule)).args(["--format", format]).run().ends_with(3);
                assert!(ran.stdout.contains("api.very.special.read"), "{path} {format}:\n{}", ran.stdout);
            }
        }
    }
}

#[test]
fn a_server_that_fails_a_fifth_of_all_requests_gives_the_same_report() {
    let report = |api: &FakeApi| {
        let run = rolelint(api).args(["check", "--as-of", "2026-06-01", "--format", "json"]);
        run.run().ends_with(1).json().timeless().to_string()
    };
    let clean = report(&acme());
    let every = |n, what| Fault { path: "**".to_owned(), when: When::Every(n), what };
    // Each counts what the earlier ones left over: a fifth in all.
    let turns = vec![every(15, What::Status(500)), every(14, What::Reset), every(13, too_many_requests())];
    let shaky = FakeApi::start(Organization::acme(), Behaviour { faults: turns, ..Behaviour::default() });
    assert_eq!(report(&shaky), clean);
    let requests = shaky.requests();
    let struck = requests.iter().filter(|request| request.fault.is_some()).count();
    assert!(struck * 6 >= requests.len(), "only {struck} of {} were struck", requests.len());
    for what in [What::Status(500), What::Reset, too_many_requests(), What::Truncated, What::TruncatedJson] {
        let shaky = faulty(Organization::acme(), "**", When::Every(5), what);
        assert_eq!(report(&shaky), clean);
    }
}

#[test]
fn two_reports_differ_only_in_time_and_source() {
    let (one, other) = (acme(), acme());
    let report = |api: &FakeApi| {
        let ran = rolelint(api).args(["check", "--as-of", "2026-06-01", "--format", "json"]).run().ends_with(1);
        let lines = ran.stdout.lines().filter(|line| {
            !["source", "collected_at", "oldest_fact"].iter().any(|one| line.contains(&format!("\"{one}\"")))
        });
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(report(&one), report(&other));
}

#[test]
fn a_request_that_hangs_times_out() {
    let api = faulty(small(), "/organization/roles", When::Always, What::Hang);
    let run = rolelint(&api).check(&policy(COLLECTIONS[0].2)).args(["--timeout", "20ms", "--format", "json"]);
    let report = run.run().ends_with(3).json();
    assert_eq!(report.state("roles"), "failed");
    assert!(text(&report.coverage("roles")["detail"]).contains("no response before the timeout"));
}

#[test]
fn a_retry_after_of_many_hours_is_not_waited_for() {
    let what = What::TooManyRequests { retry_after: Some("100000".to_owned()), retry_after_ms: None, message: None };
    let api = faulty(small(), "/organization/roles", When::Always, what);
    let report = rolelint(&api).check(&policy(COLLECTIONS[0].2)).args(["--format", "json"]).run().ends_with(3).json();
    assert!(text(&report.coverage("roles")["detail"]).contains("429"));
    assert_eq!(api.requests().iter().filter(|request| request.path == "/v1/organization/roles").count(), 1);
}

#[test]
fn an_empty_list_of_roles_is_incomplete() {
    let mut organization = small();
    let faults = {
        let list = serde_json::json!({"object": "list", "data": [], "has_more": false, "next": null});
        vec![Fault { path: "/organization/roles".to_owned(), when: When::Always, what: What::Body(list.to_string()) }]
    };
    organization.users.truncate(2);
    let api = FakeApi::start(organization, Behaviour { faults, ..Behaviour::default() });
    let rule = "select: role\n    forbid: { holders: { permission: api.none } }";
    let report = rolelint(&api).check(&policy(rule)).args(["--format", "json"]).run().ends_with(3).json();
    assert_eq!(report.state("roles"), "partial");
    assert!(
        text(&report.coverage("roles")["detail"]).contains("every organization has predefined roles"),
        "{}",
        report.coverage("roles")
    );
}

#[test]
fn an_organization_that_does_not_match_the_key_is_denied_everywhere() {
    let api = acme();
    let run = |id: &str| rolelint(&api).args(["check", "--format", "json", "--organization", id]).run();
    run("org-acme").ends_with(1);
    let report = run("org-other").ends_with(3).json();
    assert_eq!(report.rules_that_are("unknown").len(), report.verdicts().len());
    assert_eq!(report.state("roles"), "denied");
}
