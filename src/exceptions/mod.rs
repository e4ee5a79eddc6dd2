//! What changes an outcome after it was judged.

mod age;

pub use age::doubt_old_facts;
