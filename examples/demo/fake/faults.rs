//! What can go wrong with an API, as tests and the demo ask for it.

use std::time::Duration;

use serde_json::Value;

use super::org::Organization;
use super::throttle::Throttle;

/// How the fake departs from a healthy API. The default does not.
#[derive(Clone, Debug, Default)]
pub struct Behaviour {
    /// Answers without the key `assignment_sources`, as in the older documentation.
    pub old_answers: bool,
    /// Caps pages below what is asked for, which forces many of them. At least 1.
    pub page_size: Option<usize>,
    /// Refuses what is too much, before any fault is looked at.
    pub throttle: Option<Throttle>,
    /// The `openai-organization` header of every answer, if it is not the id of the organization: its short name, which
    /// the real API sends as well.
    pub organization: Option<String>,
    /// The `Date` header of every answer.
    pub date: Option<String>,
    /// For each request, the first of these that covers it and is due strikes.
    pub faults: Vec<Fault>,
    /// What happens to the organization meanwhile.
    pub turns: Vec<Turn>,
}

/// A change of the organization while it is read.
#[derive(Clone, Debug)]
pub struct Turn {
    /// It happens once, right after the first request for one of these paths was answered; written as in [`Fault`].
    pub after: String,
    /// What happens.
    pub change: fn(&mut Organization),
}

/// One thing that goes wrong.
#[derive(Clone, Debug)]
pub struct Fault {
    /// The paths after `/v1` that it covers: `*` stands for one segment, `**` alone for every path.
    pub path: String,
    /// Which of the requests for those paths it strikes.
    pub when: When,
    /// What happens to them.
    pub what: What,
}

/// Which requests a fault strikes. It counts those that it covers and that no earlier fault took.
#[derive(Clone, Copy, Debug)]
pub enum When {
    /// All.
    Always,
    /// The first this many.
    First(usize),
    /// All but the first this many.
    After(usize),
    /// One in this many: `Every(3)` strikes the third, the sixth, …
    Every(usize),
    /// Those for this page of a list and later ones; the first page is 1. A page asked for again keeps its number.
    FromPage(usize),
}

/// What happens to a request.
#[derive(Clone, Debug)]
pub enum What {
    /// 429.
    TooManyRequests {
        /// The `Retry-After` header: seconds or a date.
        retry_after: Option<String>,
        /// The `retry-after-ms` header.
        retry_after_ms: Option<u64>,
        /// Instead of the real text, which ends in "try again after 6.937 seconds."
        message: Option<String>,
    },
    /// This status, with the error body that the API has for it.
    Status(u16),
    /// This status (the real API uses 401 and 403), with the text that names a missing scope.
    Denied {
        /// The status.
        status: u16,
        /// The scope that the key lacks, such as `api.groups.read`.
        scope: String,
    },
    /// No answer: the connection is reset.
    Reset,
    /// No answer, and an open connection.
    Hang,
    /// Half of the body that `Content-Length` promises, then the end of the connection.
    Truncated,
    /// A complete answer whose JSON ends in the middle.
    TruncatedJson,
    /// A proper answer, after this time.
    Slow(Duration),
    /// 200 and the page of some proxy.
    Html,
    /// 302 to this URL.
    Redirect(String),
    /// 200 and exactly this body.
    Body(String),
    /// 200 and a body of so many MiB, all of them spaces.
    Huge(usize),
    /// 400 for a `limit` above this, else a proper answer.
    LimitAbove(usize),
    /// Right items, page after page, but always `has_more` and always the same cursor.
    SameCursor,
    /// The first page, again and again, with `has_more` and a fresh cursor each time.
    IgnoreAfter,
    /// An empty page that says `has_more` and gives no cursor.
    NoCursor,
    /// Empty pages with `has_more` and fresh cursors, for ever.
    EmptyPages,
    /// A proper page whose items lack this field.
    DropField(String),
    /// A proper page, with this one more item at its end.
    AddItem(Value),
    /// A proper page, without the item of this id.
    DropItem(&'static str),
    /// A proper page, with these bytes for that text, to make it invalid JSON or invalid UTF-8.
    Bytes {
        /// What the page has.
        of: String,
        /// What is sent instead.
        are: Vec<u8>,
    },
    /// A proper answer with this header.
    Header(&'static str, &'static str),
    /// A proper answer with another `openai-organization` header.
    Organization(String),
    /// A proper answer with several `openai-organization` headers.
    Organizations([&'static str; 2]),
    /// A proper page that lacks this field itself: `has_more`, `data`, `next`, `last_id`.
    DropEnvelope(String),
}

impl Fault {
    /// `route` is a path after `/v1`.
    pub(super) fn covers(&self, route: &str) -> bool {
        covers(&self.path, route)
    }
}

impl Turn {
    /// `route` is a path after `/v1`.
    pub(super) fn covers(&self, route: &str) -> bool {
        covers(&self.after, route)
    }
}

fn covers(pattern: &str, route: &str) -> bool {
    let (mut wanted, mut segments) = (pattern.split('/'), route.split('/'));
    pattern == "**"
        || loop {
            match (wanted.next(), segments.next()) {
                (None, None) => break true,
                (Some(wanted), Some(segment)) if wanted == "*" || wanted == segment => {}
                _ => break false,
            }
        }
}

impl When {
    /// `count` is the number of this request among those that the fault counts, `page` that of its page.
    pub(super) fn strikes(self, count: usize, page: usize) -> bool {
        match self {
            When::Always => true,
            When::First(n) => count <= n,
            When::After(n) => count > n,
            When::Every(n) => count.is_multiple_of(n),
            When::FromPage(n) => page >= n,
        }
    }
}

impl What {
    /// The name of the variant.
    pub(super) fn name(&self) -> &'static str {
        match self {
            What::TooManyRequests { .. } => "TooManyRequests",
            What::Status(_) => "Status",
            What::Denied { .. } => "Denied",
            What::Reset => "Reset",
            What::Hang => "Hang",
            What::Truncated => "Truncated",
            What::TruncatedJson => "TruncatedJson",
            What::Slow(_) => "Slow",
            What::Html => "Html",
            What::Redirect(_) => "Redirect",
            What::Body(_) => "Body",
            What::Huge(_) => "Huge",
            What::LimitAbove(_) => "LimitAbove",
            What::SameCursor => "SameCursor",
            What::IgnoreAfter => "IgnoreAfter",
            What::NoCursor => "NoCursor",
            What::EmptyPages => "EmptyPages",
            What::DropField(_) => "DropField",
            What::AddItem(_) => "AddItem",
            What::DropItem(_) => "DropItem",
            What::Bytes { .. } => "Bytes",
            What::Organization(_) => "Organization",
            What::Organizations(_) => "Organizations",
            What::Header(..) => "Header",
            What::DropEnvelope(_) => "DropEnvelope",
        }
    }
}
