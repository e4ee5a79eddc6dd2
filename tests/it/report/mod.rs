//! These tests check what the reports contain and where they are written.

mod hostile_names;
mod json;
mod output;
mod screens;
