//! The lines of a snapshot, and what can be wrong with one.

use std::io::{self, BufRead, Read as _};
use std::ops::Range;

use serde::Deserialize;

use super::VERSION;
use super::error::Error;
use super::header::Header;
use super::record::Line;
use crate::bounded::REPORT;
use crate::escape::{misread, visible};

/// The longest line, in bytes: the header names everything that could not be read.
const LONGEST_LINE: u64 = 256 << 20;

/// Reads line by line.
pub struct Reader<'n, B> {
    pub name: &'n str,
    lines: B,
    /// The current line, its end included.
    pub line: Vec<u8>,
    /// Its number.
    pub number: usize,
}

/// Lines of one sort.
#[derive(Default)]
pub struct Block {
    pub bytes: Vec<u8>,
    /// Where each line ends.
    ends: Vec<usize>,
    /// The number of the first line.
    pub first: usize,
}

impl Block {
    /// Where each line stands, its end included.
    pub fn lines(&self) -> impl Iterator<Item = Range<usize>> {
        let begins = std::iter::once(0).chain(self.ends.iter().copied());
        begins.zip(&self.ends).map(|(begin, &end)| begin..end)
    }
}

/// What can be wrong with a line.
pub enum Wrong {
    /// It is the last one, and not all of it is there.
    Cut,
    /// It is not what was written.
    Damaged(String),
}

impl Wrong {
    /// What is wrong with a line that is not JSON of a record.
    pub fn with(line: &[u8], error: &serde_json::Error) -> Self {
        if error.is_eof() && !line.ends_with(b"\n") { Self::Cut } else { Self::Damaged(misread(error)) }
    }
}

impl Wrong {
    /// The same as an error: in which file, and in which line.
    pub fn at(self, name: &str, line: usize) -> Error {
        let name = name.to_owned();
        match self {
            Self::Cut => Error::Cut { name, line },
            Self::Damaged(what) => Error::Damaged { name, line, what: visible(&what).into_owned() },
        }
    }
}

impl<'n, B: BufRead> Reader<'n, B> {
    /// Before the first line; `name` is what errors call the file.
    pub fn new(name: &'n str, lines: B) -> Self {
        Self { name, lines, line: Vec::new(), number: 0 }
    }

    /// Reads the next line; false at the end of the file.
    pub fn next(&mut self) -> Result<bool, Error> {
        let mut line = std::mem::take(&mut self.line);
        line.clear();
        let more = self.append(&mut line);
        self.line = line;
        more
    }

    /// Takes the current line and those that follow, as long as they are of that sort and begin within so many bytes. The
    /// first that was not taken becomes the current line, which is empty at the end of the file. They replace those of
    /// the block, whose room is used again.
    pub fn block(&mut self, mut block: Block, most: usize, belongs: impl Fn(&[u8]) -> bool) -> Result<Block, Error> {
        block.bytes.clear();
        block.ends.clear();
        block.first = self.number;
        // The last line may end beyond.
        block.bytes.reserve(most + most / 8);
        block.bytes.append(&mut self.line);
        block.ends.push(block.bytes.len());
        while block.bytes.len() < most {
            self.take_buffered(&mut block, most, &belongs)?;
            // The next line does not stand in the buffer whole, or does not belong.
            let before = block.bytes.len();
            if !self.append(&mut block.bytes)? || !belongs(&block.bytes[before..]) {
                self.line = block.bytes.split_off(before);
                return Ok(block);
            }
            block.ends.push(block.bytes.len());
        }
        self.next()?;
        Ok(block)
    }

    /// Takes the lines that stand in the buffer whole, up to the first that does not belong.
    fn take_buffered(&mut self, to: &mut Block, most: usize, belongs: impl Fn(&[u8]) -> bool) -> Result<(), Error> {
        let failed = |source| Error::Read { name: self.name.to_owned(), source };
        let buffer = match self.lines.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(()),
            filled => filled.map_err(failed)?,
        };
        let before = to.bytes.len();
        let (mut taken, mut rest) = (0, buffer);
        while before + taken < most && belongs(rest) {
            taken += match rest.skip_until(b'\n') {
                Ok(length) if buffer[..taken + length].ends_with(b"\n") => length,
                Ok(_) | Err(_) => break,
            };
            to.ends.push(before + taken);
            self.number += 1;
        }
        to.bytes.extend_from_slice(&buffer[..taken]);
        self.lines.consume(taken);
        Ok(())
    }

    /// Adds the next line; false at the end of the file.
    fn append(&mut self, to: &mut Vec<u8>) -> Result<bool, Error> {
        let failed = |source| Error::Read { name: self.name.to_owned(), source };
        let read = self.lines.by_ref().take(LONGEST_LINE).read_until(b'\n', to).map_err(failed)?;
        if read as u64 == LONGEST_LINE {
            return Err(failed(io::Error::new(io::ErrorKind::FileTooLarge, "a line is too long")));
        }
        self.number += usize::from(read > 0);
        Ok(read > 0)
    }

    /// The first line.
    pub fn header(&mut self) -> Result<Header, Error> {
        #[derive(Deserialize)]
        struct Versioned {
            rolelint: Version,
        }
        #[derive(Deserialize)]
        struct Version {
            snapshot: u32,
        }
        // A file that does not begin like a snapshot may have no line end, so it is not read up to one.
        let failed = |source| Error::Read { name: self.name.to_owned(), source };
        let begin = self.lines.fill_buf().map_err(failed)?;
        if begin.starts_with(REPORT.as_bytes()) {
            return Err(Error::Report { name: self.name.to_owned() });
        }
        if !(begin.starts_with(b"{") || begin.is_empty()) {
            return Err(Error::Foreign { name: self.name.to_owned() });
        }
        self.next()?;
        // First the version alone, because the rest of the header depends on it.
        let Ok(Versioned { rolelint: Version { snapshot } }) = serde_json::from_slice(&self.line) else {
            return Err(Error::Foreign { name: self.name.to_owned() });
        };
        if snapshot != VERSION {
            return Err(Error::Version { name: self.name.to_owned(), version: snapshot });
        }
        match serde_json::from_slice(&self.line) {
            Ok(Line::Rolelint(header)) => Ok(header),
            Ok(_) => Err(Error::Foreign { name: self.name.to_owned() }),
            Err(error) => Err(self.unreadable(&error)),
        }
    }

    /// What is wrong with a current line that is no record, as an error.
    pub fn unreadable(&self, error: &serde_json::Error) -> Error {
        self.wrong(self.number, Wrong::with(&self.line, error))
    }

    /// What is wrong with the current line, as an error.
    pub fn damaged(&self, what: &str) -> Error {
        self.wrong(self.number, Wrong::Damaged(what.to_owned()))
    }

    /// What is wrong with a line, as an error.
    pub fn wrong(&self, line: usize, wrong: Wrong) -> Error {
        wrong.at(self.name, line)
    }
}
