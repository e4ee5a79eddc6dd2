//! One field of many things, kept together. A condition reads the field that it asks about and nothing else, no thing
//! has an allocation of its own, and a field that no response contains costs a bit a thing.

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
    count: usize,
    missing: FixedBitSet,
    null: FixedBitSet,
}

impl States {
    fn push<T>(&mut self, field: &Known<T>) {
        match field {
            Known::Missing => set(&mut self.missing, self.count),
            Known::Null => set(&mut self.null, self.count),
            Known::Value(_) => {}
        }
        self.count += 1;
    }

    #[inline]
    fn of<T>(&self, at: usize, value: impl FnOnce() -> T) -> Known<T> {
        if self.missing.contains(at) {
            Known::Missing
        } else if self.null.contains(at) {
            Known::Null
        } else {
            Known::Value(value())
        }
    }

    fn append(&mut self, other: &Self) {
        for (bits, others) in [(&mut self.missing, &other.missing), (&mut self.null, &other.null)] {
            if others.count_ones(..) == other.count {
                bits.grow(self.count + other.count);
                bits.insert_range(self.count..self.count + other.count);
            } else {
                others.ones().for_each(|at| set(bits, self.count + at));
            }
        }
        self.count += other.count;
    }
}

/// Sets a bit, with room for many after it.
fn set(bits: &mut FixedBitSet, at: usize) {
    if at >= bits.len() {
        bits.grow((at + 1).next_power_of_two());
    }
    bits.insert(at);
}

/// A field that is a text, of many things.
#[derive(Clone, Debug, Default)]
pub struct KnownTexts {
    states: States,
    texts: Texts,
}

impl KnownTexts {
    pub fn clear(&mut self) {
        self.states = States::default();
        self.texts.clear();
    }

    pub fn push<T: AsRef<str>>(&mut self, field: &Known<T>) {
        self.states.push(field);
        self.texts.push(field.value().map_or("", AsRef::as_ref));
    }

    #[inline]
    pub fn of(&self, at: usize) -> Known<&str> {
        self.states.of(at, || self.texts.of(at))
    }

    /// Makes room for as much as another has.
    pub fn reserve(&mut self, other: &Self) {
        self.texts.reserve(&other.texts);
    }

    /// Texts are what they are, whatever the words are.
    pub fn append(&mut self, other: &Self, _words: &[Symbol]) {
        self.states.append(&other.states);
        self.texts.append(&other.texts);
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

    pub fn push(&mut self, field: &Known<T>) {
        if let Known::Value(value) = field {
            self.values.resize(self.states.count, T::default());
            self.values.push(*value);
        }
        self.states.push(field);
    }

    #[inline]
    pub fn of(&self, at: usize) -> Known<T> {
        self.states.of(at, || self.values[at])
    }

    /// Makes room for as much as another has.
    pub fn reserve(&mut self, other: &Self) {
        self.values.reserve_exact(other.values.len());
    }

    /// Whether no field is missing.
    pub fn has_all(&self) -> bool {
        self.states.missing.is_clear()
    }

    /// Appends the fields of other things, whose words have the places `words` here.
    pub fn append(&mut self, other: &Self, words: &[Symbol]) {
        if !other.values.is_empty() {
            self.values.resize(self.states.count, T::default());
            self.values.extend(other.values.iter().map(|value| value.among(words)));
        }
        self.states.append(&other.states);
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
            for part in &parts {
                let (mut column, mut words) = (Column::default(), KnownTexts::default());
                for field in part {
                    column.push(field);
                    words.push(&field.map(text));
                }
                numbers.append(&column, &[]);
                texts.append(&words, &[]);
            }
            let all: Vec<Known<Time>> = parts.concat();
            for (at, field) in all.iter().enumerate() {
                prop_assert_eq!(numbers.of(at), *field);
                prop_assert_eq!(texts.of(at), field.map(text));
            }
            prop_assert_eq!(numbers.has_all(), !all.contains(&Known::Missing));
        }
    }
}
