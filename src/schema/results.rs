//! The results of a check.

use serde_json::Value;

pub(super) fn file() -> Value {
    crate::report::schema()
}
