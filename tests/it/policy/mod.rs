//! These tests check the policy language: what rules mean, and which policies are refused.

mod counted;
mod language;
mod links;
mod load_errors;
mod named;
mod params;
mod projects;
mod relations;
mod roles;
mod tests;
mod unmatched;
