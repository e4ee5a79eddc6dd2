//! These tests check what the reports contain and where they are written.

mod again;
mod controls;
mod first_screen;
mod hostile_names;
mod json;
mod oddities;
mod output;
mod picture;
mod screens;
