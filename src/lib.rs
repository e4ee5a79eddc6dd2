//! rolelint: a linter for who-may-do-what in an OpenAI organization.
//!
//! Three promises decide every question here, in this order. *Green means checked*: what could not be looked at is
//! unknown, never a pass. *A finding proves itself*: the whole path from person to permission, and the exact words of
//! the policy. *Simple*: few nouns, one direction, nothing twice.
//!
//! # The map
//!
//! ```text
//! api ───────┐                      ┌─ policy   what people write, read strictly
//!            ├─→ org ──→ check ─────┤
//! snapshot ──┘           │          └─ finding  what a check says
//!                        └─→ report
//! ```
//!
//! Bytes become wire types, wire types become nouns, nouns become findings, findings become bytes. I/O stands at the
//! two ends; [`run`] is the only place where the parts meet.
//!
//! | module | is | imports of ours |
//! | --- | --- | --- |
//! | [`org`] | the access model: principals, roles, grants, and what was read of them | nothing |
//! | [`finding`] | verdicts, findings, evidence | `org` |
//! | [`policy`] | rules and conditions, with the table of attributes | `finding`, `org` |
//! | [`check`] | judging: `check(&Org, &[Policy]) -> Outcome`, pure | `finding`, `org`, `policy` |
//! | [`api`] | the live source: the Admin API | `org` |
//! | [`snapshot`] | the file source and sink | `org`, `file` |
//! | [`report`] | an outcome as text, one file for each format | `finding`, `org` |
//! | [`cli`] | the command line, as types | `finding`, `org`, `report` |
//! | [`run`] | one file for each subcommand | everything |
//! | [`visible`], `file` | text made safe to show; whole-or-nothing writes | nothing |
//!
//! A test holds the code to this table (`visible` is open to all).
//!
//! # Where to put a change
//!
//! | to add | touch |
//! | --- | --- |
//! | a built-in rule | `policies/baseline.yaml` |
//! | an attribute or relation | its noun in [`org`], one row in `policy/attribute.rs` |
//! | an endpoint | a [`org::Collection`], a struct in `api/wire.rs`, a row in `api/endpoint.rs`, its place in `api/assemble`, a line in the snapshot's `record.rs` |
//! | a format | `report/<format>.rs`, a variant and an arm |
//! | a subcommand | a variant in [`cli`], a file in `run/` |

pub mod api;
pub mod check;
pub mod cli;
pub mod file;
pub mod finding;
pub mod org;
pub mod policy;
pub mod report;
pub mod run;
pub mod snapshot;
pub mod visible;
