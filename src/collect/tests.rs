//! A whole collection at the pace of a throttled API, in virtual time, so that minutes pass at once and every run is
//! the same.

#[path = "../../examples/demo/fake/mod.rs"]
pub(crate) mod fake;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName};
use tokio::time::Instant;

use super::{Order, lists};
use crate::api::client::{Client, Memory, Options};
use crate::api::key::Key;
use crate::org::{Collection, Org, Parts};
use fake::{
    AdminApiKey, ApiKey, Behaviour, Group, InMemory, KEY, Organization, Project, ProjectUser, Role, ServiceAccount,
    Throttle, User,
};

const MINUTE: Duration = Duration::from_secs(60);

/// 200 users, 20 groups, 12 projects with 5 users and 2 service accounts each.
pub(crate) fn organization() -> Organization {
    let user = |at: usize| User {
        id: format!("user-{at:03}"),
        role: Some("reader".to_owned()),
        roles: vec!["role_1".to_owned()],
        ..User::default()
    };
    let group = |at: usize| Group {
        id: format!("group-{at:02}"),
        roles: vec!["role_1".to_owned()],
        members: (0..5).map(|member| format!("user-{:03}", at * 5 + member)).collect(),
        ..Group::default()
    };
    let project = |at: usize| Project {
        id: format!("proj-{at:02}"),
        users: (0..5)
            .map(|member| ProjectUser { id: format!("user-{:03}", at * 5 + member), ..ProjectUser::default() })
            .collect(),
        service_accounts: (0..2)
            .map(|account| ServiceAccount { id: format!("account-{at:02}-{account}"), ..ServiceAccount::default() })
            .collect(),
        ..Project::default()
    };
    Organization {
        id: "org-large".to_owned(),
        roles: vec![Role { id: "role_1".to_owned(), name: "One".to_owned(), ..Role::default() }],
        users: (0..200).map(user).collect(),
        groups: (0..20).map(group).collect(),
        projects: (0..12).map(project).collect(),
        ..Organization::default()
    }
}

/// A client of this API.
pub(crate) fn client(api: &Arc<InMemory>, deadline: Option<Duration>) -> Client {
    let asked = Arc::clone(api);
    let memory = Memory(Box::new(move |path| {
        let (status, headers, body) = asked.answer(path, KEY);
        let headers = headers
            .into_iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().expect("a header value")));
        ((status, headers.collect::<HeaderMap>(), body), Duration::ZERO)
    }));
    let options = Options {
        base_url: "http://127.0.0.1/v1".to_owned(),
        organization: None,
        timeout: MINUTE,
        retry_delay: Duration::from_millis(500),
        concurrency: 8,
        rate: None,
        deadline,
        ca_file: None,
    };
    Client::in_memory(memory, Key::new(KEY).expect("a key"), &options)
}

/// Fetches everything; returns what was collected, the time that took, and the API.
async fn fetch(behaviour: Behaviour) -> (Org, Duration, Arc<InMemory>) {
    let api = Arc::new(InMemory::new(organization(), behaviour));
    let (org, took) = Box::pin(fetch_from(&api, None)).await;
    (org, took, api)
}

async fn fetch_from(api: &Arc<InMemory>, deadline: Option<Duration>) -> (Org, Duration) {
    let client = client(api, deadline);
    let collections: BTreeSet<Collection> = Collection::ALL.into_iter().collect();
    let now = 1_780_000_000;
    let order =
        Order { collections: &collections, organization: None, name: None, began: now, present: now, since: None };
    let began = Instant::now();
    let collected = Box::pin(lists(&client, order, &|_| {}).await.rest(Parts::default())).await;
    (collected.org, began.elapsed())
}

#[tokio::test(start_paused = true)]
async fn nine_tenths_of_what_a_throttled_api_allows_are_used_and_nothing_is_asked_early() {
    let (whole, _, unthrottled) = Box::pin(fetch(Behaviour::default())).await;
    let responses = unthrottled.requests().len();
    for says_when in [true, false] {
        for requests in [7_u32, 10] {
            let throttle = Throttle { requests: requests as usize, window: MINUTE, says_when };
            let (org, took, api) =
                Box::pin(fetch(Behaviour { throttle: Some(throttle), ..Behaviour::default() })).await;
            let case = format!("{requests} a minute, told when: {says_when}, {} minutes", took.as_secs() / 60);

            assert!(org.coverage.complete(), "{case}");
            assert_eq!((org.users.len(), org.project_users.len()), (200, 60), "{case}");
            assert_eq!(org.coverage, whole.coverage, "{case}");
            let asked = api.requests();
            assert_eq!(asked.iter().filter(|request| request.early).count(), 0, "{case}");
            let let_through: Vec<_> = asked.iter().filter(|request| request.status != Some(429)).collect();
            assert_eq!(let_through.len(), responses, "{case}: nothing is asked twice");
            let refused = asked.len() - let_through.len();
            assert!(refused < responses / 5, "{case}: {refused} refusals of {responses}");

            // The roles of each user take longest; all else happens meanwhile. The first window is there at once.
            let longest = let_through.iter().filter(|request| request.template() == "/organization/users/*/roles");
            let windows = f64::from(u32::try_from(longest.count()).expect("few")) / f64::from(requests) - 1.0;
            let share = MINUTE.as_secs_f64() * windows / took.as_secs_f64();
            assert!(share >= 0.9, "{case}: {share:.3} of what is allowed");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn one_slow_endpoint_slows_no_other() {
    let throttle = Throttle { requests: 10, window: MINUTE, says_when: true };
    let (_, took, api) = Box::pin(fetch(Behaviour { throttle: Some(throttle), ..Behaviour::default() })).await;
    let of = |template: &str| api.requests().iter().filter(|request| request.template() == template).count();
    // Users of projects and service accounts share an endpoint, and so its pace: 84 requests of it, 200 of the longest.
    assert!(of("/projects/*/users/*/roles") >= 84);
    assert!(took < MINUTE * 22, "{} minutes for 200 requests at 10 a minute", took.as_secs() / 60);
}

#[tokio::test(start_paused = true)]
async fn until_a_deadline_the_roles_of_those_who_matter_most_are_read() {
    let mut organization = organization();
    let role = |id: &str, permission: &str| Role {
        id: id.to_owned(),
        name: id.to_owned(),
        permissions: vec![permission.to_owned()],
        ..Role::default()
    };
    organization.roles = vec![role("role_1", "api.groups.read"), role("role_2", "api.groups.write")];
    organization.users[150].role = Some("owner".to_owned());
    organization.users[160].api_key_last_used_at = Some(1_779_000_000);
    organization.groups[19].roles = vec!["role_2".to_owned()];
    let key = ApiKey { id: "key_1".to_owned(), owner: "user-170".to_owned(), ..ApiKey::default() };
    organization.projects[11].api_keys = vec![key];
    let key = AdminApiKey { id: "key_2".to_owned(), owner: "user-180".to_owned(), ..AdminApiKey::default() };
    organization.admin_api_keys = vec![key];
    organization.projects[11].users.push(ProjectUser {
        id: "user-190".to_owned(),
        role: Some("owner".to_owned()),
        ..ProjectUser::default()
    });
    let throttle = Throttle { requests: 10, window: MINUTE, says_when: true };
    let api = Arc::new(InMemory::new(organization, Behaviour { throttle: Some(throttle), ..Behaviour::default() }));
    let (org, _) = Box::pin(fetch_from(&api, Some(MINUTE * 5))).await;

    let asked: BTreeSet<String> = api
        .requests()
        .iter()
        .filter(|request| request.status == Some(200) && request.template() == "/organization/users/*/roles")
        .filter_map(|request| request.path.split('/').find(|part| part.starts_with("user-")).map(str::to_owned))
        .collect();
    assert!(asked.len() < 80 && !org.coverage.complete(), "{} of 200", asked.len());
    // An owner, somebody active, the members of the privileged group, owners of keys, an owner of a project.
    for user in [150, 160, 95, 96, 97, 98, 99, 170, 180, 190] {
        assert!(asked.contains(&format!("user-{user:03}")), "{user} is not among {asked:?}");
    }
}
