//! How JSON reports are laid out: the top on lines of its own, each element of a list on one line, hidden characters as
//! escapes.

use std::io::{self, Write};

use serde::ser::{Serialize, Serializer};
use serde_json::ser::Formatter;

use crate::cores;
use crate::escape::is_hidden;

/// Writes JSON and a line end. Down to this depth, each element stands on a line of its own.
pub fn write(value: &impl Serialize, lines_to: usize, mut to: impl Write) -> io::Result<()> {
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut to, Layout::lines_to(lines_to)))?;
    to.write_all(b"\n")
}

/// A layout that `grep` and a diff can read, and that costs no more bytes than it must.
struct Layout {
    /// Down to this depth, each element stands on a line of its own.
    lines_to: usize,
    depth: usize,
    /// Whether the list or mapping has an element.
    any: bool,
}

impl Layout {
    /// With 0, everything stands on one line.
    fn lines_to(lines_to: usize) -> Self {
        Self { lines_to, depth: 0, any: false }
    }

    fn begin<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.any = false;
        writer.write_all(bracket)
    }

    fn end<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth -= 1;
        if self.any && self.depth < self.lines_to {
            self.line(writer)?;
        }
        self.any = true;
        writer.write_all(bracket)
    }

    fn element<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.any = true;
        match (first, self.depth <= self.lines_to) {
            (true, true) => self.line(writer),
            (true, false) => Ok(()),
            (false, true) => writer.write_all(b",").and_then(|()| self.line(writer)),
            (false, false) => writer.write_all(b", "),
        }
    }

    fn line<W: ?Sized + Write>(&self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b"\n")?;
        (0..self.depth).try_for_each(|_| writer.write_all(b"  "))
    }
}

/// An element of a list that is JSON already.
pub struct Written<'a>(pub &'a [u8]);

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

/// Appends an element of a list that stands on a line of its own.
pub fn element(of: &impl Serialize, to: &mut Vec<u8>) -> serde_json::Result<()> {
    of.serialize(&mut serde_json::Serializer::with_formatter(to, Layout::lines_to(0)))
}

/// Elements one after the other.
#[derive(Default)]
struct Elements {
    bytes: Vec<u8>,
    /// Where each ends.
    ends: Vec<usize>,
}

impl Elements {
    fn of<T>(items: &[T], make: impl Fn(&T, &mut Vec<u8>)) -> Self {
        let mut elements = Self::default();
        for item in items {
            make(item, &mut elements.bytes);
            elements.ends.push(elements.bytes.len());
        }
        elements
    }

    fn try_each<E>(&self, mut each: impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        let begins = std::iter::once(0).chain(self.ends.iter().copied());
        begins.zip(&self.ends).try_for_each(|(begin, &end)| each(&self.bytes[begin..end]))
    }
}

/// Makes an element of each item on all cores, and writes them in order.
pub fn in_blocks<T: Sync, E>(
    items: &[T],
    make: impl Fn(&T, &mut Vec<u8>) + Sync,
    mut write: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<(), E> {
    let mut pieces = items.chunks(cores::FEWEST_WRITTEN);
    let made = |piece: &[T]| Elements::of(piece, &make);
    cores::stream(|| Ok(pieces.next()), made, |elements| elements.try_each(&mut write))
}

impl Formatter for Layout {
    /// Nothing has bytes but what is [`Written`].
    fn write_byte_array<W: ?Sized + Write>(&mut self, writer: &mut W, bytes: &[u8]) -> io::Result<()> {
        writer.write_all(bytes)
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.begin(writer, b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.end(writer, b"]")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.element(writer, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.any = true;
        Ok(())
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.begin(writer, b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.end(writer, b"}")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.element(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.any = true;
        Ok(())
    }

    /// JSON allows most hidden characters bare, but a terminal that shows the report would obey them; and `##` starts a
    /// command of CI runners anywhere in a line.
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        // Looking at all bytes without a branch is faster than stopping at the first.
        let odd = |byte: u8| u8::from(byte.wrapping_sub(b' ') > b'~' - b' ') | u8::from(byte == b'#');
        if fragment.bytes().fold(0, |any, byte| any | odd(byte)) == 0 {
            return writer.write_all(fragment.as_bytes());
        }
        let mut plain = 0;
        let mut before = ' ';
        for (at, character) in fragment.char_indices() {
            if is_hidden(character) || (character == '#' && before == '#') {
                writer.write_all(&fragment.as_bytes()[plain..at])?;
                for unit in character.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
                plain = at + character.len_utf8();
            }
            before = character;
        }
        writer.write_all(&fragment.as_bytes()[plain..])
    }
}
