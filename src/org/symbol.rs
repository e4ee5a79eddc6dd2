//! The API's recurring words, each stored once. A pattern is matched against these, not against every occurrence.

use foldhash::HashMap;

use super::Text;

/// A word of [`Symbols`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(u32);

impl Symbol {
    /// The place in the list of [`Symbols`].
    pub fn at(self) -> usize {
        self.0 as usize
    }
}

/// Distinct texts in the order in which they were first seen.
#[derive(Clone, Debug, Default)]
pub struct Symbols {
    texts: Vec<Text>,
    places: HashMap<Text, Symbol>,
}

impl Symbols {
    /// The word for this text, kept from now on.
    pub fn intern(&mut self, text: &str) -> Symbol {
        if let Some(&word) = self.places.get(text) {
            return word;
        }
        let word = Symbol(u32::try_from(self.texts.len()).expect("there are fewer words than things"));
        self.texts.push(text.into());
        self.places.insert(text.into(), word);
        word
    }

    /// The text of a word.
    pub fn text(&self, word: Symbol) -> &str {
        &self.texts[word.at()]
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// All texts; the place of each is the place of its word.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(Text::as_str)
    }
}
