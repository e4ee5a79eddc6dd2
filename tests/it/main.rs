//! The program from outside: the real binary, in a folder of its own, against a fake of the Admin API on loopback.

#[path = "../../examples/demo/fake/mod.rs"]
mod fake;

mod harness;
mod server;
mod tls;

mod acme;
mod anew;
mod carried;
mod collect;
mod consistency;
mod doctor;
mod faults;
mod gate;
mod help;
mod history;
mod hostile;
mod house;
mod language;
mod missing_lists;
mod narrow;
mod network;
mod pagination;
mod plan;
mod policies;
mod policy_params;
mod projects;
mod relations;
mod report;
mod resume;
mod secrets;
mod since;
mod small;
mod snapshot;
mod streams;
mod three_values;
