//! Violations that are accepted: what that changes, and what it never does.

mod waivers;
