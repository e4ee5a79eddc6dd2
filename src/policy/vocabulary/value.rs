//! The value of an attribute of a thing, for code that shows or compares all attributes.

use std::borrow::Cow;

use super::{Attribute, TextColumn, TimeColumn, Type};
use crate::org::{Known, Org};
use crate::time::Time;

/// The value of an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttributeValue<'o> {
    /// A text.
    Text(Cow<'o, str>),
    /// A list of words, in the order of the API.
    Words(Vec<&'o str>),
    /// True or false.
    Flag(bool),
    /// A point in time.
    Time(Time),
}

impl Attribute {
    /// What the thing at that place in its list has. `None` for what leads to other things, and for what only grants have.
    pub fn value<'o>(&self, org: &'o Org, at: usize) -> Option<Known<AttributeValue<'o>>> {
        let word = |word| org.symbols.text(word);
        let text = |text: &'o str| AttributeValue::Text(Cow::Borrowed(text));
        match self.type_ {
            Type::Text(_, TextColumn::Each(read)) => Some(read(org, at).map(text)),
            Type::Text(_, TextColumn::Derived(read)) => {
                Some(read(org, at).map(|text| AttributeValue::Text(Cow::Owned(text))))
            }
            Type::Text(_, TextColumn::Symbol(read)) => Some(read(org, at).map(|symbol| text(word(symbol)))),
            Type::List(_, read) => {
                let words = |words: Cow<'o, [_]>| AttributeValue::Words(words.iter().copied().map(word).collect());
                Some(read(org, at).map(words))
            }
            Type::Flag(read) => Some(read(org, at).map(AttributeValue::Flag)),
            Type::Time(TimeColumn::Past(read) | TimeColumn::Expiry(read)) => {
                Some(read(org, at).map(AttributeValue::Time))
            }
            Type::Text(_, TextColumn::Principal | TextColumn::Scope)
            | Type::Time(TimeColumn::Added)
            | Type::Relation(_)
            | Type::Escalation
            | Type::Via => None,
        }
    }
}
