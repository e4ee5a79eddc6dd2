//! These tests check what the reports contain and where they are written.

mod again;
mod causes;
mod controls;
mod first_screen;
mod hostile_names;
mod json;
mod oddities;
mod output;
mod page;
mod picture;
mod screens;
mod xlsx;
