//! The packs of policies that come with rolelint.

/// The pack that is checked when no policy is named.
pub const DEFAULT: &str = "builtin:recommended";

/// Each pack: what `--policy` calls it, and its text.
pub const PACKS: [(&str, &str); 1] = [(DEFAULT, include_str!("../../policies/recommended.yaml"))];

/// The tests of each pack, by its name.
pub const TESTS: [(&str, &str); 1] = [(DEFAULT, include_str!("../../policies/recommended_test.yaml"))];
