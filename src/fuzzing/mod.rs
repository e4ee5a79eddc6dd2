//! Properties that hold for every input. Each function takes one kind of input and panics if the property does
//! not hold; the targets in `fuzz/` call it with what a fuzzer makes up, the tests with the files in `fuzz/corpus`.

mod answers;
mod api;
mod audit_log;
#[cfg(test)]
mod difference;
mod glob;
mod journal;
mod params;
mod policy;
mod retry_after;
mod shown;
mod snapshot;
#[cfg(test)]
mod tests;
mod world;

pub use answers::answers;
pub use audit_log::audit_log;
pub use glob::glob;
pub use journal::journal;
pub use params::params;
pub use policy::policy;
pub use retry_after::retry_after;
pub use snapshot::snapshot;
