//! These tests check what the reports contain and where they are written.

mod again;
mod causes;
mod controls;
mod first_screen;
mod hostile_names;
mod interrupted;
mod json;
mod oddities;
mod output;
mod output_files;
mod page;
mod picture;
mod screens;
mod xlsx;

/// A rule that one role violates.
const RULE: &str = "version: 1\nrules:\n  - id: asked\n    select: role\n    forbid: { name: Auditor }\n";
