//! What is known of a field: the API sent a value, it sent `null`, or the field is missing.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A field in a response. `Null` is a value; `Missing` is the absence of one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Known<T> {
    /// The API left the field out, or its part could not be read.
    #[default]
    Missing,
    /// The API sent `null`.
    Null,
    /// The API sent this value.
    Value(T),
}

impl<T> Known<T> {
    /// Whether nothing is known.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Missing)
    }

    /// The value, where there is one.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Null | Self::Missing => None,
        }
    }

    /// The same answer about a borrowed value.
    pub fn as_ref(&self) -> Known<&T> {
        match self {
            Self::Value(value) => Known::Value(value),
            Self::Null => Known::Null,
            Self::Missing => Known::Missing,
        }
    }

    /// The same answer about another form of the value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Known<U> {
        match self {
            Self::Value(value) => Known::Value(f(value)),
            Self::Null => Known::Null,
            Self::Missing => Known::Missing,
        }
    }

    /// Completes a field from other responses about the same thing, like [`Known::or`]. If two values differ, the field
    /// becomes missing and false is returned.
    pub fn settle<'a>(&mut self, others: impl Iterator<Item = &'a Self>) -> bool
    where
        T: Clone + PartialEq + 'a,
    {
        for other in others {
            if matches!((&*self, other), (Self::Value(value), Self::Value(other)) if value != other) {
                *self = Self::Missing;
                return false;
            }
            *self = std::mem::take(self).or(other.clone());
        }
        true
    }

    /// Takes `other` if nothing is known yet, so that two responses about one thing complete each other. A value
    /// overrides `null`.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (&self, &other) {
            (Self::Missing, _) | (Self::Null, Self::Value(_)) => other,
            (Self::Value(_), _) | (Self::Null, Self::Null | Self::Missing) => self,
        }
    }
}

impl Known<super::Text> {
    /// The same answer about a borrowed text.
    pub fn as_str(&self) -> Known<&str> {
        self.as_ref().map(super::Text::as_str)
    }
}

/// Settles fields of a thing by those of others that tell of the same thing: the names of those on which they differ.
macro_rules! settle_fields {
    ($own:expr, $others:expr; $($field:ident),*) => {{
        let fits = [$((stringify!($field), $own.$field.settle($others.iter().map(|other| &other.$field)))),*];
        fits.into_iter().filter(|(_, fits)| !fits).map(|(field, _)| field).collect::<Vec<&'static str>>()
    }};
}
pub(crate) use settle_fields;

/// In JSON: absent, `null`, or the value. Put `default` and `skip_serializing_if` on the field.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Known<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(|sent| sent.map_or(Self::Null, Self::Value))
    }
}

/// A field that may be left out has no other schema than an optional one.
impl<T: JsonSchema> JsonSchema for Known<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Option::<T>::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Option::<T>::json_schema(generator)
    }
}

impl<T: Serialize> Serialize for Known<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value().serialize(serializer)
    }
}

/// The three answers of Kleene's logic. `No < Unknown < Yes`, so that *or* is the maximum and *and* the minimum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Truth {
    /// Proven false.
    No,
    /// Neither proven nor refuted, because data is missing.
    Unknown,
    /// Proven true.
    Yes,
}

impl Truth {
    /// Kleene's *or*.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        self.max(other)
    }

    /// Kleene's *and*.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        self.min(other)
    }
}

impl std::ops::Not for Truth {
    type Output = Self;

    /// Kleene's *not*: unknown stays unknown.
    fn not(self) -> Self {
        match self {
            Self::No => Self::Yes,
            Self::Unknown => Self::Unknown,
            Self::Yes => Self::No,
        }
    }
}

impl From<bool> for Truth {
    fn from(value: bool) -> Self {
        if value { Self::Yes } else { Self::No }
    }
}
