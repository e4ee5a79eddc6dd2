//! The live source: an organization as the Admin API tells it.
//!
//! Two rules stand above all others here. An answer that could not be had is recorded as such; it never becomes an
//! empty list. And the key goes to the API's own host, in one header, and nowhere else.

mod answers;
mod assemble;
mod carry;
mod client;
mod collect;
mod endpoint;
mod error;
mod journal;
mod key;
mod list;
mod pace;
mod part;
mod patience;
mod probe;
mod reach;
mod refusal;
mod said;
mod wait;
mod wire;

#[cfg(test)]
pub(crate) use client::Memory;
pub use client::{Client, Options};
pub use collect::{Ask, Collected, Progress, collect};
pub use error::Error;
pub use key::Key;
pub use probe::{Answer, Probe, probe};
