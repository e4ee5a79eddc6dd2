//! The policies that come with rolelint. They are checked when no other policy is named.

/// Name and text of each built-in policy.
pub fn builtin() -> &'static [(&'static str, &'static str)] {
    &[("builtin:baseline.yaml", include_str!("../../policies/baseline.yaml"))]
}
