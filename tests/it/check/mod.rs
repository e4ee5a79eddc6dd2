//! These tests run `rolelint check`.

mod accounts_as_users;
mod asked;
mod contradicting_lists;
mod contradictions;
mod exit_code;
mod missing_lists;
mod recommended;
mod requests;
mod resume;
mod threads;
mod unknown;
