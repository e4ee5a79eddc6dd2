//! What tests of `rolelint` take for granted about the fake.

use std::collections::BTreeMap;
use std::slice::from_ref;
use std::time::Duration;

use serde_json::{Value, json};

use super::{Behaviour, Fault, InMemory, KEY, Organization, Throttle, Turn, What, When};

const PARTNERS: &str = "proj_01J1F8PROJ05";
const ARCHIVED: &str = "proj_01J1F8PROJ06";

fn acme() -> InMemory {
    InMemory::new(Organization::acme(), Behaviour::default())
}

#[track_caller]
fn get(api: &InMemory, path: &str) -> (u16, Value) {
    let (status, _, body) = api.answer(&format!("/v1{path}"), KEY);
    (status, serde_json::from_slice(&body).expect("JSON"))
}

/// A field of all items, page after page.
#[track_caller]
fn all(api: &InMemory, path: &str, field: &str) -> Vec<Value> {
    let sign = if path.contains('?') { '&' } else { '?' };
    let (mut values, mut after) = (Vec::new(), String::new());
    loop {
        let (status, page) = get(api, &format!("{path}{after}"));
        assert_eq!(status, 200, "{path}: {page}");
        values.extend(page["data"].as_array().expect("items").iter().map(|item| item[field].clone()));
        if page["has_more"] == false {
            return values;
        }
        let cursor = page["next"].as_str().or(page["last_id"].as_str()).expect("a cursor");
        after = format!("{sign}after={}", cursor.replace('%', "%25").replace('+', "%2B").replace('&', "%26"));
    }
}

/// For each role its sources, in short.
#[track_caller]
fn roles(api: &InMemory, project: &str, user: &str) -> BTreeMap<String, Vec<String>> {
    let (status, page) = get(api, &format!("/projects/{project}/users/{user}/roles"));
    assert_eq!(status, 200, "{page}");
    let of = |item: &Value| {
        let sources = item["assignment_sources"].as_array().expect("sources").iter();
        let kinds = sources.map(|source| source["principal_type"].as_str().expect("a type").to_owned());
        (item["id"].as_str().expect("an id").to_owned(), kinds.collect())
    };
    page["data"].as_array().expect("items").iter().map(of).collect()
}

#[test]
fn roles_in_a_project_come_from_the_word_from_grants_and_from_groups() {
    let api = acme();
    let bound = |word: &str, project: &str| format!("role-api-project-{word}__api-project__{project}");
    let production = "proj_01J1F8PROJ02";
    let [user, group] = ["user", "group"].map(str::to_owned);
    // Aisha is a member by her word, and by her group; she has a custom role directly.
    let aisha = roles(&api, production, "user-01J1F8USER12");
    let expected = [
        (bound("member", production), vec![user.clone(), group.clone()]),
        ("role_01J1F8ROLE11".to_owned(), vec![user.clone()]),
    ];
    assert_eq!(aisha, BTreeMap::from(expected));
    // Camila is there through a group only.
    let camila = roles(&api, production, "user-01J1F8USER28");
    assert_eq!(camila, BTreeMap::from([(bound("viewer", production), vec![group])]));
    // Service accounts: an owner, and one without a word.
    let bot = roles(&api, production, "svc_acct_01J1F8ACCT02");
    assert_eq!(bot, BTreeMap::from([(bound("owner", production), vec![user.clone()])]));
    let runner = roles(&api, "proj_01J1F8PROJ04", "svc_acct_01J1F8ACCT04");
    assert_eq!(runner, BTreeMap::from([("role_01J1F8ROLE12".to_owned(), vec![user])]));
    for nobody in ["user-01J1F8USER01", "svc_acct_01J1F8ACCT05", "x"] {
        assert_eq!(get(&api, &format!("/projects/{production}/users/{nobody}/roles")).0, 404);
    }
    let (_, page) = get(&api, &format!("/projects/{PARTNERS}/groups/group_01J1F8GROUP07/roles"));
    let ids: Vec<&Value> = page["data"].as_array().expect("items").iter().map(|item| &item["id"]).collect();
    assert_eq!(ids, [&json!(bound("viewer", PARTNERS)), &json!("role_01J1F8ROLE13")]);
    assert_eq!(page["data"][0]["resource_type"], "api.project");
}

#[test]
fn what_the_api_hides_it_hides_until_it_is_asked() {
    let api = acme();
    let count = |path: &str| all(&api, path, "id").len();
    assert_eq!(count("/organization/projects"), 5);
    assert_eq!(count("/organization/projects?include_archived=true"), 6);
    let keys = |project: &str, access: &str| count(&format!("/organization/projects/{project}/api_keys{access}"));
    assert_eq!(keys(ARCHIVED, ""), 0);
    assert_eq!(keys(ARCHIVED, "?owner_project_access=any"), 1);
    let counts = ["", "?owner_project_access=active", "?owner_project_access=inactive", "?owner_project_access=any"];
    assert_eq!(counts.map(|access| keys("proj_01J1F8PROJ02", access)), [2, 2, 1, 3]);
    assert_eq!(get(&api, &format!("/organization/projects/{PARTNERS}/api_keys?owner_project_access=x")).0, 400);
    assert_eq!(count("/organization/admin_api_keys"), 3 + 12);
    for list in ["users", "service_accounts"] {
        let (status, body) = get(&api, &format!("/organization/projects/{ARCHIVED}/{list}"));
        assert_eq!((status, &body["error"]["code"]), (400, &json!("project_archived")));
    }
    for path in ["/organization/projects/x/users", "/projects/x/roles", "/organization/projects/x/api_keys"] {
        assert_eq!(get(&api, path).0, 404, "{path}");
    }
}

#[test]
fn every_list_can_be_read_item_by_item() {
    let behaviour = || Behaviour { page_size: Some(1), ..Behaviour::default() };
    let (whole, pages) = (acme(), InMemory::new(Organization::acme(), behaviour()));
    let of_project = ["users", "groups", "service_accounts", "api_keys"];
    let mut paths: Vec<String> =
        of_project.iter().map(|list| format!("/organization/projects/{PARTNERS}/{list}")).collect();
    paths.extend(["projects", "admin_api_keys", "invites", "audit_logs"].map(|list| format!("/organization/{list}")));
    paths.push(format!("/projects/{PARTNERS}/roles"));
    paths.push("/projects/proj_01J1F8PROJ02/users/user-01J1F8USER12/roles".to_owned());
    for path in paths {
        let field = if path.ends_with("/groups") { "group_id" } else { "id" };
        let read = all(&pages, &path, field);
        assert_eq!(read, all(&whole, &path, field), "{path}");
        assert!(!read.is_empty(), "{path}");
    }
}

#[test]
fn the_audit_log_is_newest_first_and_can_be_bounded() {
    let api = acme();
    let times = |query: &str| all(&api, &format!("/organization/audit_logs{query}"), "effective_at");
    let whole = times("");
    assert_eq!(whole.len(), 13);
    assert!(whole.is_sorted_by_key(|time| time.as_i64().map(|time| -time)));
    let (newest, oldest) = (&whole[0], &whole[12]);
    assert_eq!(times(&format!("?effective_at[gte]={newest}")), from_ref(newest));
    assert_eq!(times(&format!("?effective_at%5Bgt%5D={newest}")).len(), 0);
    assert_eq!(times(&format!("?effective_at%5Blte%5D={oldest}&limit=100")), from_ref(oldest));
    assert_eq!(times(&format!("?effective_at[gt]={oldest}&effective_at[lt]={newest}")).len(), 11);
    let (_, page) = get(&api, "/organization/audit_logs?event_types[]=role.assignment.deleted");
    let event = &page["data"][0];
    assert_eq!(event["role.assignment.deleted"]["principal_id"], "user-01J1F8USER42");
    assert_eq!(event["actor"]["session"]["user"]["email"], "henrik.lindqvist@acme.example");
    assert_eq!(get(&api, "/organization/audit_logs?limit=101").0, 400);
    assert_eq!(get(&api, "/organization/audit_logs?effective_at[gt]=x").0, 400);
}

#[test]
fn the_organization_changes_while_it_is_asked() {
    let api = acme();
    assert_eq!(all(&api, "/organization/users", "id").len(), 41);
    api.change(|organization| organization.users.truncate(3));
    assert_eq!(all(&api, "/organization/users", "id").len(), 3);
}

#[test]
fn the_organization_takes_a_turn_once_a_list_was_read() {
    let change: fn(&mut Organization) = |organization| organization.users.truncate(3);
    let turns = vec![Turn { after: "/organization/groups/*/users".to_owned(), change }];
    let api = InMemory::new(Organization::acme(), Behaviour { turns, ..Behaviour::default() });
    assert_eq!(all(&api, "/organization/users", "id").len(), 41);
    assert_eq!(all(&api, "/organization/groups/group_01J1F8GROUP02/users", "id").len(), 3);
    assert_eq!(all(&api, "/organization/users", "id").len(), 3);
    api.change(|organization| *organization = Organization::acme());
    all(&api, "/organization/groups/group_01J1F8GROUP02/users", "id");
    assert_eq!(all(&api, "/organization/users", "id").len(), 41, "it happens once");
}

#[tokio::test(start_paused = true)]
async fn a_throttle_counts_by_endpoint_and_knows_who_is_early() {
    let window = Duration::from_secs(60);
    let throttle = Some(Throttle { requests: 2, window, says_when: true });
    let what = What::Status(500);
    let faults = vec![Fault { path: "**".to_owned(), when: When::After(4), what }];
    let api = InMemory::new(Organization::acme(), Behaviour { throttle, faults, ..Behaviour::default() });
    let ask = |path: &str| api.answer(path, KEY);
    let one = "/v1/organization/users/user-01J1F8USER01/roles";
    let other = "/v1/organization/users/user-01J1F8USER02/roles";
    assert_eq!([ask(one).0, ask(other).0], [200, 200]);
    tokio::time::advance(Duration::from_millis(20_500)).await;
    let (status, headers, _) = ask(one);
    assert_eq!(status, 429);
    assert!(headers.contains(&("retry-after-ms", "39500".to_owned())), "{headers:?}");
    assert_eq!(ask("/v1/organization/users").0, 200, "another endpoint");
    tokio::time::advance(Duration::from_millis(39_499)).await;
    assert_eq!(ask(other).0, 429);
    tokio::time::advance(Duration::from_millis(1)).await;
    assert_eq!(ask(other).0, 200);
    assert_eq!(ask(one).0, 500, "what is refused is not counted by a fault");
    let early: Vec<bool> = api.requests().iter().map(|request| request.early).collect();
    assert_eq!(early, [false, false, false, false, true, false, false]);
    assert_eq!(api.requests()[0].template(), "/organization/users/*/roles");
}

#[test]
fn a_throttle_need_not_say_when() {
    let throttle = Some(Throttle { requests: 1, window: Duration::from_secs(1000), says_when: false });
    let date = Some("Mon, 01 Jun 2026 00:00:00 GMT".to_owned());
    let api = InMemory::new(Organization::acme(), Behaviour { throttle, date, ..Behaviour::default() });
    let ask = || api.answer(&format!("/v1/projects/{PARTNERS}/roles"), KEY);
    assert_eq!(ask().0, 200);
    let (status, headers, body) = ask();
    assert_eq!(status, 429);
    assert!(!headers.iter().any(|(name, _)| name.starts_with("retry-after")), "{headers:?}");
    assert!(headers.contains(&("date", "Mon, 01 Jun 2026 00:00:00 GMT".to_owned())), "{headers:?}");
    assert!(String::from_utf8_lossy(&body).contains("You're making too many requests, please slow down."));
    ask();
    assert!(api.requests().iter().all(|request| !request.early));
}

#[test]
fn an_item_can_be_slipped_in() {
    let what = What::AddItem(json!({"id": "user-x"}));
    let faults = vec![Fault { path: "/organization/users".to_owned(), when: When::Always, what }];
    let api = InMemory::new(Organization::acme(), Behaviour { faults, ..Behaviour::default() });
    let (_, page) = get(&api, "/organization/users?limit=5");
    assert_eq!(page["data"].as_array().map(Vec::len), Some(6));
    assert_eq!((&page["data"][5]["id"], &page["last_id"]), (&json!("user-x"), &page["data"][4]["id"]));
}

#[test]
fn an_item_can_be_left_out() {
    let reader = "role-api-organization-reader";
    let faults =
        vec![Fault { path: "/organization/roles".to_owned(), when: When::First(1), what: What::DropItem(reader) }];
    let api = InMemory::new(Organization::acme(), Behaviour { faults, ..Behaviour::default() });
    let [first, second] = [(); 2].map(|()| all(&api, "/organization/roles", "id"));
    assert_eq!((first.contains(&json!(reader)), second.contains(&json!(reader))), (false, true));
    assert_eq!(first.len() + 1, second.len());
}
