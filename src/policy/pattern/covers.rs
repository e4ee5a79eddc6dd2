//! When a pattern plainly matches whatever another one does. What is not plain does not count.

use super::Pattern;

impl Pattern {
    /// Whether it plainly matches whatever the other does.
    pub fn covers(&self, other: &Self) -> bool {
        if let Some(literal) = other.literal() {
            return self.matches(literal);
        }
        if self.matches_all() || self.written() == other.written() {
            return true;
        }
        let plain = |text: &&str| !text.contains(['*', '?', '[', ']', '{', '}', '\\', ',']);
        let (wide, narrow) = (self.text.as_str(), other.text.as_str());
        wide.strip_suffix('*').filter(plain).is_some_and(|start| narrow.starts_with(start))
            || wide.strip_prefix('*').filter(plain).is_some_and(|end| narrow.ends_with(end))
    }

    /// It as a text, in small letters where their case does not matter.
    pub fn written(&self) -> String {
        let text = if self.ignores_case() { self.text.to_lowercase() } else { self.text.clone() };
        // So that no text can look like two.
        format!("{text:?}")
    }
}
