//! rolelint: a linter for who-may-do-what in an OpenAI organization.
//!
//! Three promises decide every question here, in this order. *Green means checked*: what could not be read is
//! unknown, never a pass. *A finding proves itself*: it shows the whole path from person to permission, and the exact
//! words of the policy. *Simple*: few nouns, one direction, nothing twice.
//!
//! # The map
//!
//! ```text
//! Admin API ──→ api ──→ collect ──┐                              ┌── policy ←── document ←── YAML
//!                                 ├──→ org ──→ access ──→ check ─┤
//! file ───────→ snapshot ─────────┘                              └── finding ──→ report ──→ text, JSON
//! ```
//!
//! Bytes become wire types, wire types become nouns, nouns become findings, findings become bytes. Only the two ends do
//! I/O, and [`command`] is the only place where the parts meet.
//!
//! | module | question it answers | imports of ours |
//! | --- | --- | --- |
//! | [`time`], [`escape`], `atomic` | times and durations; text from outside made safe to show; files written whole or not at all | nothing |
//! | `words` | which closed lists of words are there? A macro: an enum and its names | nothing |
//! | `cores` | how is work spread over the cores, with the same result for any number of them? | nothing |
//! | `bounded` | how much of a file that somebody named is read? | nothing |
//! | `pseudonym` | what stands in place of a name in what is passed on? | nothing |
//! | [`document`] | where does each word of a YAML file stand, and what is wrong with it? | nothing |
//! | [`org`] | what is in an organization, and what is known about it? | `cores` |
//! | `access` | who holds what, where, along which paths, and what is not known about whom? | `cores`, `org` |
//! | [`finding`] | what does a check say? | `access`, `cores`, `document`, `org`, `pseudonym` |
//! | [`policy`] | what may people write, and what does a rule read? | `bounded`, `document`, `finding`, `org` |
//! | [`check`] | which rules does this organization violate? Pure, cannot fail | `access`, `cores`, `document`, `finding`, `org`, `policy` |
//! | `diff` | what has changed from one state of an organization to another, and what cannot be compared? | `access`, `finding`, `org`, `policy` |
//! | `exceptions` | what changes an outcome after it was judged? Waivers, the baseline, the age of the facts | `access`, `bounded`, `document`, `finding`, `org` |
//! | `testing` | do the policies say what their tests expect? | `check`, `document`, `finding`, `org`, `policy` |
//! | [`lint`] | what is odd about policies that load? One file for each lint | `config`, `document`, `exceptions`, `finding`, `org`, `policy`, `testing` |
//! | `api` | what does one list of the Admin API say, honestly? | `atomic`, `bounded`, `org` |
//! | `collect` | which lists make an organization? | `api`, `org` |
//! | [`snapshot`] | how is an organization kept in a file? | `atomic`, `bounded`, `cores`, `org`, `pseudonym` |
//! | [`report`] | how is an outcome shown? One file for each format; none of them decides anything | `access`, `cores`, `diff`, `document`, `finding`, `org` |
//! | `evidence` | is a bundle of files whole? | `bounded` |
//! | [`console`] | how wide is the terminal, and what is written to it? | `atomic` |
//! | `config` | which settings stand in `rolelint.yaml`, and where does each come from? | `bounded`, `document`, `finding` |
//! | `schema` | which JSON Schema does each kind of file have? | `config`, `exceptions`, `finding`, `org`, `policy`, `report`, `snapshot`, `testing` |
//! | `cli` | what may stand on the command line? | `config`, `console`, `document`, `finding`, `org`, `report` |
//! | [`command`] | what does a subcommand do? One file for each | everything |
//! | `fuzzing` | what is true of every input, whoever made it up? In tests and under a fuzzer only | everything |
//!
//! A test holds the code to this table. `time` and `escape` are open to all.
//!
//! # Where to put a change
//!
//! | to add | touch |
//! | --- | --- |
//! | a built-in rule | a pack in `policies/`, and its tests beside it; a pack itself, a row in `policy/builtin.rs` |
//! | what a permission lets its holder do | `policy/permissions.yaml` |
//! | a control of a compliance framework | `finding/control/frameworks.yaml` |
//! | an attribute | a row in `policy/vocabulary/table.rs`. If it is a new field of the API, before that: its struct in `api/wire.rs`, a row in `org/fields.rs`, and its meaning in `collect/assemble` |
//! | a relation | a variant and a row in `policy/vocabulary/relation.rs`, and a row in `table.rs` for each kind of thing that has it; a file in `check/relation/` or a place in its family's, with an arm in `mod.rs` there; for `--prove`, how it comes about in `testing/prove/links.rs` |
//! | a way to hold a role | `access/own.rs` |
//! | a list of the API | a variant and a word in `org/collection.rs`, a row in `api/endpoint.rs`, a struct in `api/wire.rs`, its place in `collect/` (`nested.rs`, `responses.rs`, `assemble/`), a line in `snapshot/`. The compiler names the rest: a `match` over collections or kinds has no `_` |
//! | something that `rolelint diff` compares | `diff/things.rs`; attributes are compared as they are in the table |
//! | a column of the register | `access/register.rs`, `report/table/access.rs`, `report/register/` |
//! | a column of CSV and of the workbook, or a sheet | `report/table/`, `report/xlsx.rs` |
//! | a format | `report/<format>.rs`; in `report/mod.rs` a variant, its word and an arm |
//! | a check of made-up inputs | a file in `fuzzing/`, a target and a corpus in `fuzz/` |
//! | a reason to accept a violation | a folder or file in `exceptions/`, an `Acceptance` in `finding/accept.rs` |
//! | a recipe for a pipeline | a file in `examples/ci`, a row in `docs/ci.md` and in `tests/it/packaging/recipes/mod.rs` |
//! | a lint | a file in `lint/`, a row in [`lint::LINTS`], a section in `docs/linting.md` |
//! | a closed word | its enum, with a line in its `words!` |
//! | a subcommand | a file in `command/` with its flags; in `command/mod.rs` a variant and an arm |

#[macro_use]
mod words;

pub(crate) mod access;
pub(crate) mod api;
pub(crate) mod atomic;
pub(crate) mod bounded;
pub mod check;
pub(crate) mod cli;
pub(crate) mod collect;
pub mod command;
pub(crate) mod config;
pub mod console;
pub(crate) mod cores;
pub(crate) mod diff;
pub mod document;
pub mod escape;
pub(crate) mod evidence;
pub(crate) mod exceptions;
pub mod finding;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
pub mod lint;
pub mod org;
pub mod policy;
pub(crate) mod pseudonym;
pub mod report;
pub(crate) mod schema;
pub mod snapshot;
pub(crate) mod testing;
pub mod time;
