//! Faults that can befall any path, on all of them.

use std::collections::BTreeMap;
use std::sync::Mutex;

use super::{Claim, Fetched, later, table, tiny};
use crate::support::fake::{Behaviour, FakeApi, Fault, KEY, Organization, What, When};
use crate::support::harness::{Json, text};

/// Every collection, its path, and what else cannot be read without it. Each set can fail at once: none of its paths is
/// needed to get to another.
const SETS: [&[(&str, &str)]; 3] = [
    &[
        ("roles", "/organization/roles"),
        ("user_roles", "/organization/users/*/roles"),
        ("group_roles", "/organization/groups/*/roles"),
        ("group_members", "/organization/groups/*/users"),
        ("project_roles", "/projects/*/roles"),
        ("project_user_roles", "/projects/*/users/user-bob/roles"),
        ("project_group_roles", "/projects/*/groups/*/roles"),
        ("service_account_roles", "/projects/*/users/svc_1/roles"),
        ("api_keys", "/organization/projects/*/api_keys"),
        ("admin_api_keys", "/organization/admin_api_keys"),
        ("invites", "/organization/invites"),
    ],
    &[
        ("groups", "/organization/groups"),
        ("project_users", "/organization/projects/*/users"),
        ("project_groups", "/organization/projects/*/groups"),
        ("service_accounts", "/organization/projects/*/service_accounts"),
    ],
    &[("users", "/organization/users"), ("projects", "/organization/projects")],
];

/// What each collection is read for.
const PARENTS: [(&str, &str); 11] = [
    ("user_roles", "users"),
    ("group_roles", "groups"),
    ("group_members", "groups"),
    ("project_users", "projects"),
    ("project_groups", "projects"),
    ("project_roles", "projects"),
    ("service_accounts", "projects"),
    ("api_keys", "projects"),
    ("project_user_roles", "project_users"),
    ("project_group_roles", "project_groups"),
    ("service_account_roles", "service_accounts"),
];

/// Faults that can befall any path.
pub struct Row {
    /// As the documentation has it.
    pub fault: &'static str,
    /// The first befalls every path, each other one some of them.
    whats: Vec<What>,
    when: When,
    /// What the record says of it.
    said: &'static str,
    /// Instead of all collections.
    only: &'static [&'static str],
    flags: &'static [&'static str],
}

fn row(fault: &'static str, said: &'static str, whats: impl IntoIterator<Item = What>) -> Row {
    Row { fault, said, whats: whats.into_iter().collect(), when: When::Always, only: &[], flags: &[] }
}

/// The rows of the table.
pub fn rows() -> Vec<Row> {
    statuses().into_iter().chain(contents()).collect()
}

/// Answers with another status, late, or not at all.
fn statuses() -> Vec<Row> {
    let denied = |status, scope: &str| What::Denied { status, scope: scope.to_owned() };
    let busy = || [500, 408, 409, 502, 503].map(What::Status);
    vec![
        row("401, the key is wrong or revoked", "401, Incorrect API key provided: ***", [What::Status(401)]),
        row(
            "401 or 403 with \"Missing scopes: …\"",
            "the key lacks the scope api.x.read",
            [denied(403, "api.x.read"), denied(401, "api.x.read")],
        ),
        row(
            "404 on a whole path: the plan lacks groups, or the base URL is wrong",
            "404, The requested resource was not found",
            [What::Status(404)],
        ),
        row("400 on a page of 1000", "", [What::LimitAbove(100)]),
        row("any other status", "", [418, 402, 422].map(What::Status)),
        Row {
            when: When::First(1),
            ..row(
                "408, 409, 500, 502, 503 or a broken connection, once",
                "",
                busy().into_iter().chain([What::Reset, What::Truncated, What::TruncatedJson]),
            )
        },
        row("408, 409, 500, 502, 503, each time", "", busy()),
        row("the connection is reset, each time", "the connection broke", [What::Reset]),
        Row {
            flags: &["--timeout", "300ms"],
            only: &["roles", "project_users", "invites"],
            ..row("no response within `--timeout`, each time", "no response before the timeout", [What::Hang])
        },
        row("fewer bytes than promised, each time", "the connection broke", [What::Truncated]),
        row("JSON that ends in the middle, each time", "the response was truncated", [What::TruncatedJson]),
        Row {
            when: When::First(2),
            ..row(
                "429 that says how long to wait",
                "",
                [
                    later(None, Some(1), None),
                    later(Some("0.001"), None, None),
                    later(Some("Sun, 06 Nov 1994 08:49:37 GMT"), None, None),
                    later(None, None, Some("Please slow down and try again after 0.001 seconds.")),
                    later(Some("soon"), None, Some("Please try again in 1ms.")),
                ],
            )
        },
        row("429 without end", "429, You've exceeded the rate limit", [later(None, Some(1), None)]),
        row(
            "429 with a pause of more than five minutes",
            "429, You've exceeded the rate limit",
            [later(Some("36000"), None, None), later(None, Some(300_001), None)],
        ),
    ]
}

/// Answers with 200 that are none.
fn contents() -> Vec<Row> {
    let body = |text: &str| What::Body(text.to_owned());
    let shape = "does not match the documented shape";
    let pages = "pagination is inconsistent: ";
    vec![
        row("HTML from a proxy or a login page", "the response is not JSON (text/html", [What::Html]),
        row("an empty body", "the response is not JSON (application/json)", [body(""), body(" \n")]),
        row(
            "a list or `null` instead of an object",
            shape,
            [body("[]"), body("null"), body("[[], false, null, null]")],
        ),
        row(
            "no `data`, `data: null`, or an error with status 200",
            "`data` is missing",
            [
                body(r#"{"object": "list", "has_more": false}"#),
                body(r#"{"data": null, "has_more": false}"#),
                body(r#"{"error": {"message": "not today"}}"#),
                body("{}"),
                What::DropEnvelope("data".to_owned()),
            ],
        ),
        row(
            "an error or a longer list along with `data`, or a page that says that it is incomplete",
            shape,
            [
                body(r#"{"data": [], "has_more": false, "error": {"message": "not today"}}"#),
                body(r#"{"data": [], "has_more": false, "errors": ["no"], "error": {"message": "not today"}}"#),
                body(r#"{"data": [], "has_more": false, "partial": true}"#),
                body(r#"{"object": "error", "data": [], "has_more": false}"#),
                body(
                    r#"{"data": [], "has_more": false, "code": 403, "message": "Missing scopes: api.management.read"}"#,
                ),
                body(r#"{"data": [], "has_more": false, "status": 403}"#),
                body(r#"{"data": [], "has_more": false, "success": false}"#),
                body(r#"{"data": [], "has_more": false, "complete": false}"#),
                body(r#"{"data": [], "has_more": false, "warnings": ["partial results"]}"#),
                body(r#"{"data": [], "has_more": false, "next_cursor": "abc"}"#),
                body(r#"{"data": [], "has_more": false, "cursors": {"after": "abc"}}"#),
                body(r#"{"data": [], "has_more": false, "incomplete_results": true}"#),
                body(r#"{"data": [], "has_more": false, "items": [{"id": "x_1"}]}"#),
                body(r#"{"data": [], "has_more": false, "first_id": "x_1", "last_id": "x_1"}"#),
            ],
        ),
        row(
            "a header `Link` with `rel=\"next\"`, or the like, on the last page",
            shape,
            [
                What::Header("link", "<https://api.example/v1?after=x>; rel=\"next\""),
                What::Header("x-next-page", "2"),
                What::Header("x-has-more", "true"),
            ],
        ),
        row(
            "a page or a header `X-Total-Count` that counts more items or pages than the list sent",
            pages,
            [
                What::Header("x-total-count", "1000"),
                What::Header("x-total-pages", "9"),
                body(r#"{"data": [], "has_more": false, "total": 3}"#),
                body(r#"{"data": [], "has_more": false, "total": 3.0}"#),
                body(r#"{"data": [], "has_more": false, "total_pages": 2}"#),
            ],
        ),
        row(
            "half a character, or bytes that are not UTF-8, in a text",
            "",
            [b"\"object\":\"list\",\"note\":\"\xff\"".to_vec(), br#""object":"list","note":"\ud83d""#.to_vec()]
                .map(|are| What::Bytes { of: r#""object":"list""#.to_owned(), are }),
        ),
        row(
            "`data` or `has_more` of another type",
            shape,
            [body(r#"{"data": {}, "has_more": false}"#), body(r#"{"data": [], "has_more": "no"}"#)],
        ),
        row(
            "an item without an id",
            shape,
            [
                body(r#"{"data": [{"id": 5}], "has_more": false}"#),
                body(r#"{"data": [{"id": "x", "group_id": "x"}, {"name": "y"}], "has_more": false}"#),
            ],
        ),
        Row {
            only: &["roles", "api_keys"],
            ..row("a body of more than 32 MiB", "the response is larger than 32 MiB", [What::Huge(33)])
        },
        row(
            "a redirect",
            "redirected to login.example, not followed",
            [What::Redirect("https://login.example/".to_owned())],
        ),
        row("the same cursor twice", pages, [What::SameCursor]),
        row("`after` is ignored: a page comes again", pages, [What::IgnoreAfter]),
        row("empty pages without end", "empty pages without end", [What::EmptyPages]),
        row("`has_more` without a cursor", "more items are promised, but there is no cursor", [What::NoCursor]),
        row("no `has_more`", "", [What::DropEnvelope("has_more".to_owned())]),
    ]
}

#[test]
fn every_fault_on_every_path_is_recorded_and_the_rest_is_kept() {
    let healthy = Healthy::new();
    let table = table();
    let rows = rows();
    let mut tries = Vec::new();
    for row in &rows {
        for (at, what) in row.whats.iter().enumerate() {
            // The first kind of a fault befalls all, the others a set each: what differs is told apart before that.
            let sets = SETS.iter().enumerate().filter(|(set, _)| at == 0 || at % SETS.len() == *set);
            tries.extend(sets.map(|(_, set)| (row, what, *set)));
        }
    }
    // Most of the time goes by in waiting.
    let tries = Mutex::new(tries.into_iter());
    let wrong = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let Some((row, what, set)) = tries.lock().expect("no panic").next() else { return };
                    let set: Vec<_> =
                        set.iter().filter(|(of, _)| row.only.is_empty() || row.only.contains(of)).copied().collect();
                    if !set.is_empty() {
                        let found = tried(row, what, &set, &table[row.fault], &healthy);
                        wrong.lock().expect("no panic").extend(found);
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().expect("no panic");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What a fetch finds that nothing befalls.
struct Healthy {
    items: BTreeMap<String, u64>,
}

impl Healthy {
    fn new() -> Self {
        let fetched = Fetched::new(&FakeApi::start(tiny(), Behaviour::default()), &[]);
        assert_eq!(fetched.ran.code, 0, "{}", fetched.ran.stderr);
        let items = fetched.report().0["coverage"].as_array().expect("a list").iter().map(|row| {
            assert_eq!(row["state"], "complete", "{row}");
            (text(&row["collection"]).to_owned(), row["items"].as_u64().expect("a number"))
        });
        Self { items: items.collect() }
    }
}

/// The verdict of the rule on a collection, if there is one.
fn verdict_on<'r>(report: &'r Json, collection: &str) -> Option<&'r str> {
    report.verdicts().get(collection.replace('_', "-").as_str()).copied()
}

/// Whether a collection is read by way of one of these.
fn hangs_on(collection: &str, struck: &[(&str, &str)]) -> bool {
    let parent = PARENTS.iter().find(|(of, _)| *of == collection).map(|(_, parent)| *parent);
    parent.is_some_and(|parent| struck.iter().any(|(of, _)| *of == parent) || hangs_on(parent, struck))
}

/// How often a list is asked for, by what the documentation says.
const PROMISES: [(&str, usize); 5] = [
    ("does not repeat it", 1),
    ("does not follow it", 1),
    ("does not wait for it", 1),
    ("tries ten times", 10),
    ("stops after twenty in a row", 21),
];

/// What is not as it should be when this befalls those paths.
fn tried(row: &Row, what: &What, struck: &[(&str, &str)], claim: &Claim, healthy: &Healthy) -> Vec<String> {
    let fault = |(_, path): &(&str, &str)| Fault { path: (*path).to_owned(), when: row.when, what: what.clone() };
    let faults = struck.iter().map(fault).collect();
    let api = FakeApi::start(tiny(), Behaviour { faults, ..Behaviour::default() });
    let fetched = Fetched::new(&api, row.flags);
    let mut wrong = Vec::new();
    let mut must = |holds: bool, what: String| {
        if !holds {
            wrong.push(what);
        }
    };
    must(fetched.ran.code.to_string() == claim.exit, format!("it ends with {}", fetched.ran.code));
    must(fetched.left() == ["org.jsonl"], format!("it leaves {:?}", fetched.left()));
    must(!fetched.ran.everything().contains(KEY), "it shows the key".to_owned());
    must(api.requests().len() < 600, format!("it asks {} times", api.requests().len()));
    if fetched.report.is_none() {
        must(false, fetched.ran.stderr.clone());
        return wrong.into_iter().map(|what_is| format!("{} ({what:?}): {what_is}", row.fault)).collect();
    }
    must(fetched.mode() == 0o600, format!("its mode is {:o}", fetched.mode()));
    let fine = claim.state == "complete";
    let report = fetched.report();
    must(report.is_complete() == fine, "the check is complete".to_owned());
    must((fetched.code == 0) == fine, format!("the check ends with {}", fetched.code));
    for (collection, items) in &healthy.items {
        let state = report.state(collection);
        let line = report.coverage(collection);
        if struck.iter().any(|(of, _)| of == collection) {
            must(state == claim.state, format!("{collection} is {state}: {line}"));
            let record = fetched.record(collection);
            let marked = record.get("cut").is_some() || record.get("gaps").is_some();
            must(marked != fine, format!("the header says of {collection}: {record}"));
            let detail = line["detail"].as_str().unwrap_or_default();
            let said = if let What::Status(status) = what { format!(": {status}, ") } else { "GET /".to_owned() };
            must(detail.contains(row.said) && (fine || detail.contains(&said)), format!("{collection}: {detail}"));
            let is_it = |line: &str| {
                let (names, why) = line.strip_prefix("warning: ")?.split_once(&format!(" {state}: "))?;
                names.split(", ").any(|name| name == collection.as_str()).then_some(!why.is_empty())
            };
            let warned = fetched.ran.stderr.lines().filter_map(is_it).any(|warned| warned);
            must(warned != fine, format!("it warns: {}", fetched.ran.stderr));
            let verdict = verdict_on(report, collection).expect("there is a rule on each collection");
            must(verdict == if fine { "pass" } else { "unknown" }, format!("{collection}: {verdict}"));
        }
        if fine || !(struck.iter().any(|(of, _)| of == collection) || hangs_on(collection, struck)) {
            must(state == "complete" && line["items"] == *items, format!("of {collection}, not all is kept: {line}"));
        }
    }
    for (_, path) in struck.iter().filter(|(_, path)| !path.contains('*')) {
        let asked = api.requests().iter().filter(|request| request.path == format!("/v1{path}")).count();
        let promised = PROMISES.iter().find(|(does, _)| claim.does.contains(does));
        must(promised.is_none_or(|(_, times)| *times == asked), format!("{path} is asked {asked} times"));
    }
    must(fetched.ran.stderr.contains("help: ") != fine, format!("it helps: {}", fetched.ran.stderr));
    wrong.into_iter().map(|what_is| format!("{} ({what:?}): {what_is}", row.fault)).collect()
}

#[test]
fn a_redirect_leads_the_key_nowhere() {
    let other = FakeApi::start(tiny(), Behaviour::default());
    let to = |(_, path): &(&str, &str)| {
        let what = What::Redirect(format!("{}{}", other.base_url(), path.replace('*', "user-ada")));
        Fault { path: (*path).to_owned(), when: When::Always, what }
    };
    for set in SETS {
        let faults = set.iter().map(to).collect();
        let api = FakeApi::start(tiny(), Behaviour { faults, ..Behaviour::default() });
        Fetched::new(&api, &[]).ran.ends_with(3);
    }
    assert_eq!(other.requests(), []);
}

#[test]
fn only_requests_already_sent_use_a_refused_page_size() {
    let too_large = Fault { path: "**".to_owned(), when: When::Always, what: What::LimitAbove(100) };
    for at_once in ["4", "32"] {
        let behaviour = Behaviour { faults: vec![too_large.clone()], ..Behaviour::default() };
        let api = FakeApi::start(Organization::acme(), behaviour);
        Fetched::new(&api, &["--concurrency", at_once]).ran.ends_with(0);
        let requests = api.requests();
        let on_users = requests.iter().filter(|request| request.template() == "/organization/users/*/roles");
        let refused = on_users.filter(|request| request.status == Some(400)).count();
        assert!((1..=at_once.parse().expect("a number")).contains(&refused), "{refused} with {at_once} at once");
    }
}
