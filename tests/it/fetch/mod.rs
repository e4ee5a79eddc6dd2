//! These tests check how rolelint reads an organization and writes a snapshot of it.

mod admin_key;
mod compressed;
mod concurrent_changes;
mod network;
mod organization;
mod pagination;
pub mod random_history;
pub mod resume;
mod since;
mod since_full_fetch;
mod since_reused_roles;
mod snapshot;
