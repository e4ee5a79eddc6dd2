//! These tests check the policy language: what rules mean, and which policies are refused.

mod contradictions;
mod counted;
mod exactly;
mod extends;
mod kinds;
mod language;
mod links;
mod load_errors;
mod mutate;
mod named;
mod params;
mod paths;
mod projects;
mod prove;
mod relations;
mod roles;
mod shares;
mod spellings;
mod tests;
mod this;
mod unmatched;
mod update;
mod wanted;
mod words;
