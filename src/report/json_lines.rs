//! How JSON reports are laid out: the top on lines of its own, each element of a list on one line, hidden characters as
//! escapes.

use std::io::{self, Write};

use serde_json::ser::Formatter;

use crate::escape::is_hidden;

/// A layout that `grep` and a diff can read, and that costs no more bytes than it must.
pub struct Lines {
    /// Up to this depth, everything stands on a line of its own.
    broken: usize,
    depth: usize,
    /// Whether the list or mapping has an element.
    any: bool,
}

impl Lines {
    /// A layout that breaks lines up to this depth; with 0, all is one line.
    pub fn broken(broken: usize) -> Self {
        Self { broken, depth: 0, any: false }
    }

    fn begin<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.any = false;
        writer.write_all(bracket)
    }

    fn end<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth -= 1;
        if self.any && self.depth < self.broken {
            self.line(writer)?;
        }
        self.any = true;
        writer.write_all(bracket)
    }

    fn element<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.any = true;
        match (first, self.depth <= self.broken) {
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

impl Formatter for Lines {
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
    /// command of CI runners wherever it stands.
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        if fragment.bytes().all(|byte| (byte.is_ascii_graphic() && byte != b'#') || byte == b' ') {
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
