//! These tests run the real binary against a fake of the Admin API on loopback.

mod support;

mod check;
mod config;
mod diff;
mod doctor;
mod environment;
mod evidence;
mod exceptions;
mod explain;
mod faults;
mod fetch;
mod help;
mod hostile_files;
mod init;
mod lint;
mod list;
mod mistakes;
#[cfg(target_os = "linux")]
mod packaging;
mod plan;
mod policy;
mod register;
mod report;
mod repository;
mod rings;
mod schema;
