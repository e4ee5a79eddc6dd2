//! Things come sorted, each once.

use super::Text;

/// A thing that is out of order or repeated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutOfOrder(
    /// The id of the thing that is out of order.
    pub Text,
);

/// Whether a place, which is that of the thing with this id, comes after the last one.
pub fn ordered<T: Ord>(last: Option<T>, next: &T, id: &str) -> Result<(), OutOfOrder> {
    if last.is_some_and(|last| last >= *next) { Err(OutOfOrder(id.into())) } else { Ok(()) }
}
