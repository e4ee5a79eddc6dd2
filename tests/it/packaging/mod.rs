//! What is around the binary: the action, recipes, workflows, and the commands in the documentation.

mod action;
mod adopting;
mod audit;
mod cookbook;
mod duckdb;
mod generated;
mod guide;
mod pre_commit;
mod recipes;
mod reference;
mod release;
mod snippets;
