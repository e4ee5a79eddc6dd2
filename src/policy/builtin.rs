//! The packs of policies that come with rolelint.

/// The pack that is checked when no policy is named.
pub const DEFAULT: &str = "builtin:recommended";

macro_rules! packs {
    ($($name:literal),+ $(,)?) => {
        /// Each pack: what `--policy` calls it, and its text.
        pub const PACKS: [(&str, &str); [$($name),+].len()] =
            [$((concat!("builtin:", $name), include_str!(concat!("../../policies/", $name, ".yaml")))),+];

        /// The tests of each pack, by its name.
        pub const TESTS: [(&str, &str); PACKS.len()] =
            [$((concat!("builtin:", $name), include_str!(concat!("../../policies/", $name, "_test.yaml")))),+];
    };
}

packs!(
    "recommended",
    "least-privilege",
    "separation-of-duties",
    "privileged-access",
    "identity-hygiene",
    "keys-and-service-accounts",
);
