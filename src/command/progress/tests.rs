//! What is said of a collection of 200 users at the pace of a throttled API, in virtual time.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use tokio::time::Instant;

use super::*;
use crate::collect::tests::fake::{Behaviour, InMemory, Throttle};
use crate::collect::tests::{client, organization};
use crate::collect::{Collected, Order, lists};
use crate::org::{Collection, Org, Parts};
use crate::snapshot::digest;

const NOW: i64 = 1_780_000_000;

/// Lines, and when they were said.
type Said = Arc<Mutex<Vec<(Instant, String)>>>;

/// Collects everything from this API, with this journal, for so long; returns the organization, if that was long enough.
async fn collect(api: &Arc<InMemory>, journal: &std::path::Path, patience: Duration, said: &Said) -> Option<Org> {
    let mut client = client(api, None);
    client.journal(journal, None, NOW, &(NOW..=NOW)).expect("a journal");
    let collections: BTreeSet<Collection> = Collection::ALL.into_iter().collect();
    let order =
        Order { collections: &collections, organization: None, name: None, began: NOW, present: NOW, since: None };
    let lines = Arc::clone(said);
    let say = move |line: &str| lines.lock().expect("no panic").push((Instant::now(), line.to_owned()));
    let watch = Watch::showing(Shown::Lines(Box::new(say)));
    let tell = |progress| watch.tell(progress);
    let collecting = watch.over(async { Box::pin(lists(&client, order, &tell).await.rest(Parts::default())).await });
    let collected = tokio::time::timeout(patience, Box::pin(collecting)).await.ok();
    collected.map(|Collected { org, .. }| org)
}

#[tokio::test(start_paused = true)]
async fn a_collection_that_is_interrupted_twice_says_something_every_minute_and_asks_nothing_twice() {
    let throttle = Some(Throttle { requests: 10, window: MINUTE, says_when: true });
    let folder = tempfile::tempdir().expect("a folder");
    let journal = |name: &str| folder.path().join(name);
    let new = || Arc::new(InMemory::new(organization(), Behaviour { throttle, ..Behaviour::default() }));
    let let_through = |api: &InMemory| {
        let requests = api.requests().into_iter().filter(|request| request.status != Some(429));
        let mut paths: Vec<String> = requests.map(|request| format!("{}?{}", request.path, request.query)).collect();
        paths.sort();
        paths
    };
    let whole = new();
    let org = Box::pin(collect(&whole, &journal("whole"), MINUTE * 60, &Said::default())).await.expect("an hour");

    let api = new();
    let mut resumed = None;
    for minutes in [5, 7, 60] {
        assert!(resumed.is_none(), "it took less than {minutes} minutes");
        let (said, began) = (Said::default(), Instant::now());
        resumed = Box::pin(collect(&api, &journal("resumed"), MINUTE * minutes, &said)).await;
        let said = said.lock().expect("no panic");
        let mut last = began;
        for (at, line) in said.iter().chain([&(Instant::now(), "the end".to_owned())]) {
            assert!(*at - last <= MINUTE, "{} seconds of silence before: {line}", (*at - last).as_secs());
            last = *at;
        }
        let (_, line) = &said[2];
        let user_roles = line.split("; ").find(|part| part.contains("user_roles ")).expect(line);
        assert!(line.starts_with("collecting for 3 minutes, about "), "{line}");
        assert!(line.contains(" minutes left: user_roles "), "{line}");
        assert!(user_roles.contains(" of 200, ") && user_roles.ends_with(" a minute"), "{line}");
    }
    assert_eq!(digest(&resumed.expect("an hour")), digest(&org), "the same organization");
    assert_eq!(let_through(&api), let_through(&whole), "nothing is asked twice");
}

fn progress(collection: Collection, done: usize, total: Option<usize>, left: Option<u64>) -> Progress {
    let (rate, left) = (left.map(|_| 9.4), left.map(Duration::from_secs));
    Progress { collection, done, total, growing: false, rate, left }
}

#[tokio::test(start_paused = true)]
async fn a_line_names_what_takes_longest_and_does_not_promise_what_is_not_known() {
    let mut state = State::new();
    assert_eq!(state.line(), "collecting for 0 seconds: waiting for the API");
    state.update(progress(Collection::Users, 300, None, None));
    assert_eq!(state.line(), "collecting for 0 seconds: users 300");
    state.update(progress(Collection::Users, 800, Some(800), None));
    state.update(progress(Collection::UserRoles, 27, Some(800), Some(4980)));
    tokio::time::advance(MINUTE * 3).await;
    assert_eq!(
        state.line(),
        "collecting for 3 minutes, about 80 minutes left: user_roles 27 of 800, 9 a minute",
        "time goes by without an answer, too"
    );
    assert_eq!(state.total(), "1 list read; collecting for 3 minutes, about 80 minutes left");
    state.update(progress(Collection::GroupRoles, 1, Some(30), None));
    state.update(Progress { growing: true, ..progress(Collection::ProjectUserRoles, 9, Some(9), Some(9000)) });
    state.update(progress(Collection::GroupMembers, 1, Some(30), None));
    assert_eq!(
        state.line(),
        "collecting for 3 minutes, at least 3 hours left: project_user_roles 9 of 9 or more, 9 a minute; \
         user_roles 27 of 800, 9 a minute; group_roles 1 of 30; and 1 more"
    );
}

#[tokio::test(start_paused = true)]
async fn where_the_api_does_not_say_how_much_it_lets_through_the_pace_is_measured() {
    let mut state = State::new();
    state.update(progress(Collection::UserRoles, 1, Some(20_000), None));
    // From the journal, at once.
    state.update(progress(Collection::UserRoles, 15_000, Some(20_000), None));
    tokio::time::advance(MINUTE).await;
    state.update(progress(Collection::UserRoles, 16_200, Some(20_000), None));
    assert_eq!(
        state.line(),
        "collecting for 1 minute, about 4 minutes left: user_roles 16,200 of 20,000, 1,200 a minute"
    );
    assert_eq!(state.total(), "collecting for 1 minute, about 4 minutes left");
}
