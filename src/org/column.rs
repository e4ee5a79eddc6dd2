//! One field of many things, kept together. A condition reads the field that it asks about and nothing else, no thing
//! has an allocation of its own, and a field that no response contains costs nothing.

use fixedbitset::FixedBitSet;

use super::{Known, Symbol};
use crate::time::Time;

/// Texts, one for each thing, in one allocation.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    all: String,
    /// Where each text ends.
    ends: Vec<u32>,
}

impl Texts {
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn clear(&mut self) {
        self.all.clear();
        self.ends.clear();
    }

    pub fn push(&mut self, text: &str) {
        self.all.push_str(text);
        self.ends.push(end(self.all.len()));
    }

    /// Adds empty texts, up to the thing at that place.
    fn skip_to(&mut self, at: usize) {
        self.ends.resize(at, end(self.all.len()));
    }

    #[inline]
    pub fn of(&self, at: usize) -> &str {
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        &self.all[start..self.ends[at] as usize]
    }

    /// Makes room for as much as another has.
    pub fn reserve(&mut self, other: &Self) {
        self.all.reserve_exact(other.all.len());
        self.ends.reserve_exact(other.ends.len());
    }

    pub fn append(&mut self, other: &Self) {
        let base = self.all.len();
        self.all.push_str(&other.all);
        end(self.all.len());
        self.ends.extend(other.ends.iter().map(|&at| end(base + at as usize)));
    }
}

fn end(at: usize) -> u32 {
    u32::try_from(at).expect("the names of an organization have fewer than four thousand million bytes")
}

/// Which fields are missing or `null`. Most are neither.
#[derive(Clone, Debug, Default)]
struct States {
    /// From here on, all are missing.
    end: usize,
    missing: FixedBitSet,
    null: FixedBitSet,
}

impl States {
    /// Notes the field of a thing. Those between it and the last one that was there are missing.
    fn put<T>(&mut self, at: usize, field: &Known<T>) {
        match field {
            Known::Missing => return,
            Known::Null => set(&mut self.null, at),
            Known::Value(_) => {}
        }
        self.skip_to(at);
        self.end = at + 1;
    }

    fn skip_to(&mut self, at: usize) {
        if at > self.end {
            grow(&mut self.missing, at);
            self.missing.insert_range(self.end..at);
        }
    }

    #[inline]
    fn of<T>(&self, at: usize, value: impl FnOnce() -> T) -> Known<T> {
        if at >= self.end || self.missing.contains(at) {
            Known::Missing
        } else if self.null.contains(at) {
            Known::Null
        } else {
            Known::Value(value())
        }
    }

    /// Notes the fields of other things, of which the first one is at that place here.
    fn append(&mut self, at: usize, other: &Self) {
        if other.end == 0 {
            return;
        }
        self.skip_to(at);
        for (bits, others) in [(&mut self.missing, &other.missing), (&mut self.null, &other.null)] {
            others.ones().for_each(|other| set(bits, at + other));
        }
        self.end = at + other.end;
    }
}

/// Sets a bit, with room for many after it.
fn set(bits: &mut FixedBitSet, at: usize) {
    grow(bits, at + 1);
    bits.insert(at);
}

/// Makes room for so many bits, and for as many again.
fn grow(bits: &mut FixedBitSet, count: usize) {
    if count > bits.len() {
        bits.grow(count.next_power_of_two());
    }
}

/// A field that is a text, of many things.
#[derive(Clone, Debug, Default)]
pub struct KnownTexts {
    states: States,
    /// Up to the last thing that has one.
    texts: Texts,
}

impl KnownTexts {
    pub fn clear(&mut self) {
        self.states = States::default();
        self.texts.clear();
    }

    /// Puts the field of a thing after those of the things before it.
    pub fn put<T: AsRef<str>>(&mut self, at: usize, field: &Known<T>) {
        self.states.put(at, field);
        if let Known::Value(text) = field {
            self.texts.skip_to(at);
            self.texts.push(text.as_ref());
        }
    }

    #[inline]
    pub fn of(&self, at: usize) -> Known<&str> {
        self.states.of(at, || self.texts.of(at))
    }

    /// Makes room for as much as another has.
    pub fn reserve(&mut self, other: &Self) {
        self.texts.reserve(&other.texts);
    }

    /// Appends the fields of other things, of which the first one is at that place here. Texts are what they are, whatever
    /// the words are.
    pub fn append(&mut self, at: usize, other: &Self, _words: &[Symbol]) {
        self.states.append(at, &other.states);
        if other.texts.len() > 0 {
            self.texts.skip_to(at);
            self.texts.append(&other.texts);
        }
    }
}

/// A field that is a number, a word or a flag, of many things.
#[derive(Clone, Debug, Default)]
pub struct Column<T> {
    states: States,
    /// Up to the last thing that has a value.
    values: Vec<T>,
}

/// A value in a column, which may stand for something else in another organization.
pub trait Cell: Copy + Default {
    /// The same where words have these places.
    fn among(self, _words: &[Symbol]) -> Self {
        self
    }
}

impl Cell for bool {}
impl Cell for Time {}

impl Cell for Symbol {
    fn among(self, words: &[Symbol]) -> Self {
        // Where there are no words, there is only what fills the place of a missing one.
        if words.is_empty() { Self::default() } else { words[self.at()] }
    }
}

impl<T: Cell> Column<T> {
    pub fn clear(&mut self) {
        self.states = States::default();
        self.values.clear();
    }

    /// Puts the field of a thing after those of the things before it.
    pub fn put(&mut self, at: usize, field: &Known<T>) {
        self.states.put(at, field);
        if let Known::Value(value) = field {
            self.values.resize(at, T::default());
            self.values.push(*value);
        }
    }

    #[inline]
    pub fn of(&self, at: usize) -> Known<T> {
        self.states.of(at, || self.values[at])
    }

    /// Makes room for as much as another has.
    pub fn reserve(&mut self, other: &Self) {
        self.values.reserve_exact(other.values.len());
    }

    /// Whether no field of so many things is missing.
    pub fn has_all(&self, count: usize) -> bool {
        self.states.end == count && self.states.missing.is_clear()
    }

    /// Appends the fields of other things, of which the first one is at that place here, and whose words have the places
    /// `words` here.
    pub fn append(&mut self, at: usize, other: &Self, words: &[Symbol]) {
        self.states.append(at, &other.states);
        if !other.values.is_empty() {
            self.values.resize(at, T::default());
            self.values.extend(other.values.iter().map(|value| value.among(words)));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn field() -> impl Strategy<Value = Known<Time>> {
        prop_oneof![Just(Known::Missing), Just(Known::Null), (1..9i64).prop_map(Known::Value)]
    }

    fn text(length: Time) -> &'static str {
        &"nine long"[..usize::try_from(length).expect("it is small")]
    }

    proptest! {
        #[test]
        fn columns_have_what_was_put_in(parts in prop::collection::vec(prop::collection::vec(field(), 0..70), 0..4)) {
            let (mut numbers, mut texts) = (Column::default(), KnownTexts::default());
            let mut all: Vec<Known<Time>> = Vec::new();
            for part in &parts {
                let (mut column, mut words) = (Column::default(), KnownTexts::default());
                for (at, field) in part.iter().enumerate() {
                    column.put(at, field);
                    words.put(at, &field.map(text));
                }
                numbers.append(all.len(), &column, &[]);
                texts.append(all.len(), &words, &[]);
                all.extend(part);
            }
            for (at, field) in all.iter().enumerate() {
                prop_assert_eq!(numbers.of(at), *field);
                prop_assert_eq!(texts.of(at), field.map(text));
            }
            prop_assert_eq!(numbers.has_all(all.len()), !all.contains(&Known::Missing));
        }
    }
}
