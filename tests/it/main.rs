//! These tests run the real binary against a fake of the Admin API on loopback.

mod support;

mod check;
mod doctor;
mod faults;
mod fetch;
mod help;
#[cfg(target_os = "linux")]
mod packaging;
mod plan;
mod policy;
mod report;
mod repository;
