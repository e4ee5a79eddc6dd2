//! The Admin API: requests, pages and responses.
//!
//! Two rules come first here. A response that we did not get is recorded as such and never becomes an empty list. And
//! the key goes to the API's own host, in one header, and nowhere else.

mod breaker;
mod caveat;
pub(crate) mod client;
mod connect;
pub(crate) mod endpoint;
pub(crate) mod error;
pub(crate) mod event;
pub(crate) mod journal;
pub(crate) mod key;
mod pace;
pub(crate) mod page;
pub(crate) mod pagination;
pub(crate) mod parent;
mod probe;
mod repeated;
pub(crate) mod retry_after;
mod setup;
mod status;
pub(crate) mod unreadable;
pub(crate) mod wire;

#[cfg(any(test, fuzzing))]
pub(crate) use client::Memory;
pub use client::{Client, Options};
pub use journal::JournalError;
pub use key::Key;
pub use probe::{Answer, Probe, probe};
pub use setup::SetupError;
