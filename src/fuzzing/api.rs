//! An Admin API that answers from a script, in virtual time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::header::HeaderMap;
use tokio::time::Instant;

use crate::api::client::{Client, Memory, Options};
use crate::api::key::Key;
use crate::collect::{Collected, Order, lists};
use crate::org::{Collection, Org, Parts};
use crate::time::Time;

/// When everything is collected.
pub const NOW: Time = 1_780_000_000;

/// What is answered where the script says nothing.
const EMPTY: &[u8] = br#"{"data":[],"has_more":false,"next":null}"#;

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// An answer that was given.
#[derive(Debug)]
pub struct Given {
    /// The path below the base URL, without the query.
    pub path: String,
    pub answer: Answer,
    pub at: Instant,
}

/// What to answer: one answer a line, as `/path BODY` or `/path STATUS BODY`. `*` in a path stands for any id. Of several
/// answers for a path, each is given once, and the last of them from then on.
#[derive(Clone, Debug, Default)]
pub struct Script(BTreeMap<String, Vec<Answer>>);

impl Script {
    /// Reads a script; lines that say nothing are left out.
    pub fn new(text: &[u8]) -> Self {
        let mut script = Self::default();
        for (path, answer) in text.split(|byte| *byte == b'\n').filter_map(line) {
            script.0.entry(path).or_default().push(answer);
        }
        script
    }

    /// Answers what is at a path with this, whatever it was.
    pub fn set(&mut self, path: &str, answers: Vec<Answer>) {
        self.0.insert(path.to_owned(), answers);
    }

    /// Answers the first request for this path with a refusal.
    pub fn refuse_once(&mut self, path: &str, refusal: Answer) {
        self.0.entry(path.to_owned()).or_insert_with(|| vec![Answer::ok(EMPTY)]).insert(0, refusal);
    }

    /// Answers everything at the paths of this template with a refusal.
    pub fn deny(&mut self, template: &str, refusal: &Answer) {
        let parts: Vec<&str> = template.split('/').collect();
        let belongs = |path: &str| {
            let path: Vec<&str> = path.split('/').collect();
            path.len() == parts.len() && path.iter().zip(&parts).all(|(is, part)| part.starts_with('{') || is == part)
        };
        self.0.retain(|path, _| !belongs(path));
        let starred = parts.iter().map(|part| if part.starts_with('{') { "*" } else { part });
        self.set(&starred.collect::<Vec<_>>().join("/"), vec![refusal.clone()]);
    }

    /// The answer to a request at this path, after this many others.
    fn answer(&self, path: &str, before: usize) -> Answer {
        let starred = starred(path);
        let answers = self.0.get(path).or_else(|| starred.iter().find_map(|path| self.0.get(path)));
        let answer = answers.and_then(|answers| answers.get(before).or(answers.last()));
        answer.cloned().unwrap_or_else(|| Answer::ok(EMPTY))
    }
}

impl Answer {
    /// A page.
    pub fn ok(body: &[u8]) -> Self {
        Self { status: 200, headers: HeaderMap::new(), body: body.to_vec() }
    }
}

fn line(line: &[u8]) -> Option<(String, Answer)> {
    let (path, rest) = line.split_at_checked(line.iter().position(|byte| *byte == b' ')?)?;
    let path = str::from_utf8(path).ok().filter(|path| path.starts_with('/'))?;
    let rest = rest.trim_ascii_start();
    let status = rest.get(..3).and_then(|digits| str::from_utf8(digits).ok()?.parse().ok());
    let (status, body) = match status.filter(|status| (200..600).contains(status)) {
        Some(status) => (status, rest[3..].trim_ascii_start()),
        None => (200, rest),
    };
    Some((path.to_owned(), Answer { status, ..Answer::ok(body) }))
}

/// The path with stars for its ids: the last of them, the first, or both.
fn starred(path: &str) -> Vec<String> {
    let parts: Vec<&str> = path.split('/').collect();
    // `/organization/users/ID/roles`, `/projects/ID/users/ID/roles`, `/organization/projects/ID/users`.
    let first = if path.starts_with("/projects/") { 2 } else { 3 };
    let starred = |places: &[usize]| {
        let part = |(at, part)| if places.contains(&at) { "*" } else { part };
        parts.iter().copied().enumerate().map(part).collect::<Vec<_>>().join("/")
    };
    vec![starred(&[first + 2]), starred(&[first]), starred(&[first, first + 2])]
}

/// Collects everything that the script has; with an earlier organization, only what may have changed since.
pub fn fetch(script: &Script, since: Option<&Org>) -> (Collected, Vec<Given>) {
    let given = Arc::new(Mutex::new(Vec::new()));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    let collected = runtime.expect("a runtime").block_on(async {
        let client = client(script.clone(), Arc::clone(&given));
        let collections: BTreeSet<Collection> = Collection::ALL.into_iter().collect();
        let since = since.map(|org| (org, 0));
        let order =
            Order { collections: &collections, organization: None, name: None, began: NOW, present: NOW, since };
        Box::pin(lists(&client, order, &|_| {}).await.rest(Parts::default())).await
    });
    (collected, Arc::into_inner(given).expect("the client is gone").into_inner().expect("nobody panicked"))
}

fn client(script: Script, given: Arc<Mutex<Vec<Given>>>) -> Client {
    let memory = Memory(Box::new(move |request| {
        let path = request.trim_start_matches("/v1").split('?').next().unwrap_or_default().to_owned();
        let mut given = given.lock().expect("nobody panicked");
        let before = given.iter().filter(|given| given.path == path).count();
        let answer = script.answer(&path, before);
        given.push(Given { path, answer: answer.clone(), at: Instant::now() });
        ((answer.status, answer.headers, answer.body), Duration::ZERO)
    }));
    let options = Options {
        base_url: "http://127.0.0.1/v1".to_owned(),
        organization: None,
        timeout: Duration::from_secs(60),
        retry_delay: Duration::from_millis(500),
        concurrency: 8,
        rate: None,
        deadline: None,
        ca_file: None,
    };
    Client::in_memory(memory, Key::new("sk-admin-fuzzing").expect("a key"), &options)
}
