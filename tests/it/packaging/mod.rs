//! What is around the binary: the action, recipes, workflows, and the commands in the documentation.

mod action;
mod audit;
mod generated;
mod recipes;
mod release;
mod snippets;
