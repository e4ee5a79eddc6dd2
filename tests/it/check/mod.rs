//! These tests run `rolelint check`.

mod baseline;
mod exit_code;
mod missing_lists;
mod requests;
mod unknown;
