//! Compact JSON, which is what rolelint writes: no white space, whole numbers, few escapes. The lines of users, nearly
//! all of a large snapshot, are read by this, because a reader of any JSON takes longer for them than everything after.
//! It reads a part of JSON and refuses the rest; then [`serde_json`] reads the line, to say what is wrong with it.

use std::borrow::Cow;
use std::fmt;

use serde::de::{
    self, DeserializeSeed, EnumAccess, IntoDeserializer as _, MapAccess, SeqAccess, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::record::Id;

/// Reads one line.
pub struct Compact<'de> {
    /// What has not been read.
    rest: &'de str,
    /// Whether a text in it may have an escape.
    escapes: bool,
}

/// Why a line was refused.
#[derive(Debug)]
pub enum Error {
    /// It is not compact JSON, or not of the form that was asked for.
    Form,
    /// Its values do not fit, in words.
    Values(String),
}

type Result<T> = std::result::Result<T, Error>;

impl<'de> Compact<'de> {
    /// Before the first byte of a line, whose end may be missing. No control character may stand in it.
    pub fn new(line: &'de str) -> Result<Self> {
        let line = line.strip_suffix('\n').unwrap_or(line);
        // Without an early exit, many bytes are compared at once.
        let any = |is: fn(u8) -> bool| line.bytes().fold(0, |any, byte| any | u8::from(is(byte))) != 0;
        if any(|byte| byte < b' ') {
            return Err(Error::Form);
        }
        Ok(Self { rest: line, escapes: any(|byte| byte == b'\\') })
    }

    /// Checks that nothing comes after the value.
    pub fn end(self) -> Result<()> {
        if self.rest.is_empty() { Ok(()) } else { Err(Error::Form) }
    }

    /// Whether this comes next; then it has been read.
    #[inline]
    fn takes(&mut self, next: &str) -> bool {
        let rest = self.rest.strip_prefix(next);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    #[inline]
    fn take(&mut self, next: &str) -> Result<()> {
        self.rest = self.rest.strip_prefix(next).ok_or(Error::Form)?;
        Ok(())
    }

    #[inline]
    fn text<T>(&mut self, to: impl Visitor<'de, Value = T>) -> Result<T> {
        if self.escapes {
            return self.escaped(to);
        }
        let rest = self.rest.strip_prefix('"').ok_or(Error::Form)?;
        let (text, rest) = rest.split_at(quote(rest.as_bytes()).ok_or(Error::Form)?);
        self.rest = &rest[1..];
        to.visit_borrowed_str(text)
    }

    /// A text that may have escapes.
    #[cold]
    fn escaped<T>(&mut self, to: impl Visitor<'de, Value = T>) -> Result<T> {
        if !self.rest.starts_with('"') {
            return Err(Error::Form);
        }
        let mut texts = serde_json::Deserializer::from_str(self.rest).into_iter::<Id<'de>>();
        let text = texts.next().and_then(std::result::Result::ok).ok_or(Error::Form)?;
        self.rest = &self.rest[texts.byte_offset()..];
        match text.0 {
            Cow::Borrowed(text) => to.visit_borrowed_str(text),
            Cow::Owned(text) => to.visit_string(text),
        }
    }

    #[inline]
    fn whole_number(&mut self) -> Result<i64> {
        let negative = self.takes("-");
        let (mut value, mut digits) = (0_u64, 0);
        for byte in self.rest.bytes() {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                break;
            }
            let more = value.checked_mul(10).and_then(|value| value.checked_add(digit.into()));
            value = more.ok_or(Error::Form)?;
            digits += 1;
        }
        // JSON has no leading zeros, and `-0` is a fraction there.
        if digits == 0 || (self.rest.starts_with('0') && (negative || digits > 1)) {
            return Err(Error::Form);
        }
        self.rest = &self.rest[digits..];
        let value = if negative { 0_i64.checked_sub_unsigned(value) } else { value.try_into().ok() };
        value.ok_or(Error::Form)
    }

    /// Reads the key that comes next, if it is one of these names: its place.
    #[inline]
    fn name(&mut self, names: &[&str]) -> Option<usize> {
        let rest = self.rest.strip_prefix('"')?;
        let next = |name: &str| rest.as_bytes().get(name.len()) == Some(&b'"') && rest.starts_with(name);
        let at = names.iter().position(|name| next(name))?;
        self.rest = &rest[names[at].len() + 1..];
        Some(at)
    }
}

/// Where the first quote is.
fn quote(bytes: &[u8]) -> Option<usize> {
    const EACH: u64 = u64::from_ne_bytes([1; 8]);
    let (words, rest) = bytes.as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        // A quote becomes zero. Of each byte that is zero, the highest bit is set; of those before the first such, none.
        let word = u64::from_le_bytes(*word) ^ (EACH * u64::from(b'"'));
        let found = word.wrapping_sub(EACH) & !word & (EACH << 7);
        if found != 0 {
            return Some(at * 8 + found.trailing_zeros() as usize / 8);
        }
    }
    rest.iter().position(|byte| *byte == b'"').map(|at| words.len() * 8 + at)
}

impl<'de> de::Deserializer<'de> for &mut Compact<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value> {
        // No field takes just any value.
        Err(Error::Form)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if self.takes("true") {
            visitor.visit_bool(true)
        } else if self.takes("false") {
            visitor.visit_bool(false)
        } else {
            Err(Error::Form)
        }
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_i64(self.whole_number()?)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.text(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if self.takes("null") { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.take("[")?;
        visitor.visit_seq(Items { of: self, first: true, names: &[], next: 0 })
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.take("{")?;
        visitor.visit_map(Items { of: self, first: true, names: &[], next: 0 })
    }

    /// Keys are found fastest if the names are in the order in which they are written.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.take("{")?;
        visitor.visit_map(Items { of: self, first: true, names, next: 0 })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.take("{")?;
        visitor.visit_enum(self)
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i128 u8 u16 u32 u64 u128 f32 f64 char string bytes byte_buf unit unit_struct newtype_struct tuple
        tuple_struct ignored_any
    }
}

/// What is in a list or an object, of which the bracket before has been read.
struct Items<'c, 'de> {
    of: &'c mut Compact<'de>,
    first: bool,
    /// The names that keys may have, as far as they are known.
    names: &'static [&'static str],
    /// The first name after that of the last key.
    next: usize,
}

impl Items<'_, '_> {
    /// Whether there is one more; otherwise the bracket after has been read.
    fn more(&mut self, end: &str) -> Result<bool> {
        if self.of.takes(end) {
            return Ok(false);
        }
        if !std::mem::take(&mut self.first) {
            self.of.take(",")?;
        }
        Ok(true)
    }
}

impl<'de> SeqAccess<'de> for Items<'_, 'de> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, item: T) -> Result<Option<T::Value>> {
        if self.more("]")? { item.deserialize(&mut *self.of).map(Some) } else { Ok(None) }
    }
}

impl<'de> MapAccess<'de> for Items<'_, 'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, key: K) -> Result<Option<K::Value>> {
        if !self.more("}")? {
            return Ok(None);
        }
        // Most keys are in the order of the names: one that is found among the rest need not be matched again.
        let Some(after) = self.of.name(&self.names[self.next..]) else {
            return key.deserialize(&mut *self.of).map(Some);
        };
        self.next += after + 1;
        key.deserialize((self.next as u64 - 1).into_deserializer()).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, value: V) -> Result<V::Value> {
        self.of.take(":")?;
        value.deserialize(&mut *self.of)
    }
}

impl<'de> EnumAccess<'de> for &mut Compact<'de> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, variant: V) -> Result<(V::Value, Self)> {
        let variant = variant.deserialize(&mut *self)?;
        self.take(":")?;
        Ok((variant, self))
    }
}

impl<'de> VariantAccess<'de> for &mut Compact<'de> {
    type Error = Error;

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, value: T) -> Result<T::Value> {
        let value = value.deserialize(&mut *self)?;
        self.take("}")?;
        Ok(value)
    }

    fn unit_variant(self) -> Result<()> {
        Err(Error::Form)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value> {
        Err(Error::Form)
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], _: V) -> Result<V::Value> {
        Err(Error::Form)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Form => "not compact JSON of this form",
            Self::Values(what) => what,
        })
    }
}

impl std::error::Error for Error {}

impl de::Error for Error {
    fn custom<T: fmt::Display>(what: T) -> Self {
        Self::Values(what.to_string())
    }
}

#[cfg(test)]
mod tests;
