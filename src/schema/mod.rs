//! JSON Schema 2020-12 of the files that people write, and of the results that programs read.
//!
//! What follows from the vocabulary, from the keys of a reader or from a type is not repeated here. A schema is for editors
//! and for programs; what it cannot express, loading still refuses.

mod config;
mod part;
mod policy;
mod tests;
mod waivers;

use serde_json::{Value, json};

use crate::{report, snapshot};

/// The files that have a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Policies.
    Policy,
    /// `rolelint.yaml`.
    Config,
    /// A line of a snapshot.
    Snapshot,
    /// Waivers.
    Waivers,
    /// Tests of policies.
    Tests,
    /// The results of a check, in JSON.
    Results,
    /// A line of these results as JSON Lines.
    Jsonl,
    /// A comparison of two states, in JSON.
    Diff,
    /// The requests that a check would make, in JSON.
    Plan,
}

words!(What {
    Policy => "policy",
    Config => "config",
    Snapshot => "snapshot",
    Waivers => "waivers",
    Tests => "tests",
    Results => "results",
    Jsonl => "jsonl",
    Diff => "diff",
    Plan => "plan",
});

/// The schema of a kind of file. The keys of a configuration are described by the help of their flags.
pub fn schema(what: What, command: &clap::Command) -> Value {
    let (title, mut schema) = match what {
        What::Policy => ("A policy of rolelint", policy::file()),
        What::Config => ("The configuration of rolelint", config::file(command)),
        What::Snapshot => ("A line of a snapshot of rolelint", snapshot::schema()),
        What::Waivers => ("Waivers of rolelint", waivers::file()),
        What::Tests => ("Tests of a policy of rolelint", tests::file()),
        What::Results => ("The results of rolelint check --format json", report::schema()),
        What::Jsonl => ("A line of rolelint check --format jsonl", report::lines_schema()),
        What::Diff => ("The results of rolelint diff --format json", report::diff_schema()),
        What::Plan => ("The results of rolelint plan --format json", report::plan_schema()),
    };
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["title"] = json!(title);
    schema
}
