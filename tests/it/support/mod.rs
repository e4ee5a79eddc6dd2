//! What the tests share: how to run the binary, the fake Admin API, servers on loopback and small organizations.

#[path = "../../../examples/demo/fake/mod.rs"]
pub mod fake;

pub mod harness;
pub mod server;
#[cfg(target_os = "linux")]
pub mod shell;
pub mod small;
pub mod tls;
#[cfg(target_os = "linux")]
pub mod workflow;
