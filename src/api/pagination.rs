//! A whole list, page by page. A list that does not end by the rules of pagination is incomplete.

use std::collections::HashSet;

use foldhash::{HashMap, HashMapExt as _};
use serde::de::DeserializeOwned;

use super::client::{Client, PageRequest, Purpose};
use super::endpoint::{Endpoint, Envelope, SAFE_LIMIT, encode};
use super::error::Error;
use super::page::Page;
use super::parent::Parent;
use super::unreadable::Unreadable;
use super::wire::Item;
use crate::org::{Known, Text};

/// More pages than any organization has.
const MOST_PAGES: u64 = 100_000;

/// Where the items of a list are kept while further pages arrive.
pub trait Items<T>: Default {
    /// How many there are.
    fn len(&self) -> usize;

    /// Adds an item.
    fn push(&mut self, item: T);

    /// Whether the item at that place is the same.
    fn is(&self, at: usize, item: &T) -> bool;

    /// The ids, in order.
    fn ids(&self) -> impl Iterator<Item = &str>;

    /// The id of the last one.
    fn last_id(&self) -> Option<&str>;

    /// Adds to the item at that place what its further copies say; see [`Item::settle`].
    fn merge(&mut self, at: usize, copies: &[T]) -> Vec<&'static str>;
}

impl<T: Item> Items<T> for Vec<T> {
    fn len(&self) -> usize {
        self.len()
    }

    fn push(&mut self, item: T) {
        self.push(item);
    }

    fn is(&self, at: usize, item: &T) -> bool {
        self[at] == *item
    }

    fn ids(&self) -> impl Iterator<Item = &str> {
        self.iter().map(Item::id)
    }

    fn last_id(&self) -> Option<&str> {
        self.last().map(Item::id)
    }

    fn merge(&mut self, at: usize, copies: &[T]) -> Vec<&'static str> {
        self[at].settle(copies)
    }
}

/// What was read of a list: everything, unless `truncated` says why it is not.
#[derive(Debug)]
pub struct Listed<T, I = Vec<T>> {
    pub items: I,
    /// Further copies of items that differ from the first copy.
    pub copies: Vec<T>,
    /// Unreadable fields.
    pub unreadable: Vec<Unreadable>,
    pub requests: u64,
    pub truncated: Option<Error>,
}

impl<T> Listed<T> {
    /// The list with repeated items.
    pub fn with_copies(&self) -> impl Iterator<Item = &T> {
        self.items.iter().chain(&self.copies)
    }

    /// The same list of something else.
    pub fn map<U>(self, mut f: impl FnMut(T) -> U) -> Listed<U> {
        let Self { items, copies, unreadable, requests, truncated } = self;
        let items = items.into_iter().map(&mut f).collect();
        Listed { items, copies: copies.into_iter().map(f).collect(), unreadable, requests, truncated }
    }
}

/// What to list.
#[derive(Clone, Copy, Debug)]
pub struct ListRequest<'a> {
    /// The endpoint.
    pub endpoint: &'static Endpoint,
    /// The parent; none for lists of the organization.
    pub of: Option<&'a Parent>,
    /// Whether it belongs to a project that is archived.
    pub archived: bool,
    /// Query parameters in addition to the endpoint's own, such as `&after=x`.
    pub query: &'a str,
    /// The purpose of the request.
    pub purpose: Purpose,
}

impl ListRequest<'_> {
    /// The organization's own list.
    pub fn own(endpoint: &'static Endpoint) -> Self {
        Self { endpoint, of: None, archived: false, query: "", purpose: Purpose::First }
    }
}

/// Reads a list. `seen` gets the number of items so far.
pub async fn list<T: DeserializeOwned + Item, I: Items<T>>(
    client: &Client,
    which: ListRequest<'_>,
    seen: impl Fn(usize),
) -> Listed<T, I> {
    let mut listed =
        Listed { items: I::default(), copies: Vec::new(), unreadable: Vec::new(), requests: 0, truncated: None };
    listed.truncated = walk(client, which, &mut listed, seen).await.err();
    listed
}

async fn walk<T: DeserializeOwned + Item, I: Items<T>>(
    client: &Client,
    which: ListRequest<'_>,
    listed: &mut Listed<T, I>,
    seen: impl Fn(usize),
) -> Result<(), Error> {
    let ListRequest { endpoint, of, archived, query, purpose } = which;
    let path = endpoint.path(&of.map(Parent::ids).unwrap_or_default())?;
    let or_empty = (archived && endpoint.refuses_archived).then_some(400);
    let pace = client.pace();
    let mut limit = pace.limit(endpoint);
    let mut after: Option<String> = None;
    let mut cursors = HashSet::new();
    // The place of each thing among the items.
    let mut ids: HashMap<Text, usize> = HashMap::new();
    let mut empty_before = false;
    // Whether a page said that more follows and no item has come since, and whether we then took the id of the last item
    // for the cursor.
    let (mut promised, mut by_id) = (false, false);
    let too_few = || Error::Pagination { what: "more items were promised than came" };
    // Whether the last page said that it is the last but also had a cursor.
    let mut ended = false;
    // How many items and pages the list has by its own account.
    let (mut all_items, mut all_pages) = (0, 0);
    loop {
        let cursor = after.as_ref().map_or(String::new(), |after| format!("&after={}", encode(after)));
        let query = format!("limit={limit}{}{query}{cursor}", endpoint.query);
        // A project that is refused after its first page has something.
        let or_empty = or_empty.filter(|_| after.is_none());
        let page: Page<T> =
            match client.get(PageRequest { endpoint, path: &path, query: &query, or_empty, purpose }).await {
                // The documented maximum is more than some servers allow.
                Err(Error::Status { status: 400, .. }) if after.is_none() && limit > SAFE_LIMIT => {
                    pace.too_large(endpoint);
                    limit = SAFE_LIMIT;
                    continue;
                }
                // It says only that an id is no cursor.
                Err(Error::Status { status: 400, .. }) if by_id => return Err(too_few()),
                page => page.inspect_err(|error| pace.patience.failed(endpoint, error))?,
            };
        listed.requests += 1;
        (all_items, all_pages) = (page.items.unwrap_or(all_items), page.pages.unwrap_or(all_pages));
        let over = ended;
        ended = page.has_more == Some(false);
        let next = cursor_of(&page, endpoint.envelope)?;
        let (empty, before) = (page.data.is_empty(), ids.len());
        listed.unreadable.extend(page.unreadable);
        for item in page.data {
            // A thing that moved to another page during collection appears twice but is one thing.
            match ids.get(item.id()) {
                None => {
                    ids.insert(item.id().into(), listed.items.len());
                    listed.items.push(item);
                }
                Some(&first) if listed.items.is(first, &item) => {}
                Some(_) => listed.copies.push(item),
            }
        }
        seen(listed.items.len());
        if !empty && ids.len() == before {
            return Err(Error::Pagination { what: "the same page came again" });
        }
        promised = page.has_more == Some(true) || (promised && empty);
        // An empty page after the last one is the end, unless it promises more or leads on.
        let leads_on = page.has_more == Some(true) || next.as_ref().is_some_and(|next| !cursors.contains(next));
        let mut next = next.filter(|_| leads_on || !(over && empty));
        by_id = next.is_none() && promised;
        if by_id {
            // The API may know the ids of its items but not the cursor that it sent.
            let last = listed.items.last_id().filter(|id| !cursors.contains(*id));
            next = Some(last.ok_or_else(too_few)?.to_owned());
        }
        let Some(next) = next else {
            if all_items > ids.len() as u64 || all_pages > listed.requests {
                return Err(Error::Pagination { what: "the list has more than it sent, by its own account" });
            }
            return Ok(());
        };
        if empty && empty_before {
            return Err(Error::Pagination { what: "empty pages without end" });
        }
        empty_before = empty;
        if !cursors.insert(next.clone()) {
            return Err(Error::Pagination { what: "the same cursor came again" });
        }
        if listed.requests >= MOST_PAGES {
            return Err(Error::Pagination { what: "too many pages" });
        }
        after = Some(next);
    }
}

/// The cursor of the next page; `None` if the page says that it is the last.
fn cursor_of<T: Item>(page: &Page<T>, envelope: Envelope) -> Result<Option<String>, Error> {
    let stated = match envelope {
        Envelope::Next => &page.next,
        Envelope::LastId => &page.last_id,
    };
    let last = || page.data.last().map(|item| item.id().to_owned());
    let stated = stated.value().filter(|cursor| !cursor.is_empty()).cloned();
    let stated = stated.or_else(last).filter(|cursor| !cursor.is_empty());
    match page.has_more {
        // If there is a cursor anyway, follow it: there may be more.
        Some(false) => Ok(page.next.value().filter(|cursor| !cursor.is_empty()).cloned()),
        Some(true) => {
            stated.map(Some).ok_or(Error::Pagination { what: "more items are promised, but there is no cursor" })
        }
        None if envelope == Envelope::Next && page.next == Known::Null => Ok(None),
        // Without `has_more`, read on until nothing follows.
        None => Ok(stated),
    }
}
