//! The lines of a snapshot, and what can be wrong with one.

use std::io::{self, BufRead, Cursor, Read as _};
use std::ops::Range;

use serde::Deserialize;

use super::VERSION;
use super::error::Error;
use super::header::Header;
use super::record::Line;
use crate::bounded::REPORT;
use crate::escape::{json_words, visible};

/// The longest line, in bytes: the header names everything that could not be read.
const LONGEST_LINE: u64 = 256 << 20;

/// Reads line by line.
pub struct Reader<'n, B> {
    pub name: &'n str,
    /// What was read too far, and stands before the rest.
    ahead: Cursor<Vec<u8>>,
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
        if error.is_eof() && !line.ends_with(b"\n") { Self::Cut } else { Self::Damaged(json_words(error)) }
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
        Self { name, ahead: Cursor::default(), lines, line: Vec::new(), number: 0 }
    }

    /// Reads the next line; false at the end of the file.
    pub fn next(&mut self) -> Result<bool, Error> {
        let mut line = std::mem::take(&mut self.line);
        line.clear();
        let more = self.append(&mut line);
        self.line = line;
        self.number += usize::from(matches!(more, Ok(true)));
        more
    }

    /// Takes the current line and those that follow, as long as they are of that sort and begin within so many bytes. The
    /// first that was not taken becomes the current line, which is empty at the end of the file. They replace those of
    /// the block, whose room is used again.
    pub fn block(&mut self, mut block: Block, most: usize, belongs: impl Fn(&[u8]) -> bool) -> Result<Block, Error> {
        let Block { bytes, ends, first } = &mut block;
        bytes.clear();
        ends.clear();
        *first = self.number;
        bytes.append(&mut self.line);
        ends.push(bytes.len());
        // The last line may end beyond.
        bytes.reserve(most + most / 8);
        let room = most.saturating_sub(bytes.len()) as u64;
        let read = (&mut self.ahead).chain(&mut self.lines).take(room).read_to_end(bytes);
        read.map_err(|source| self.failed(source))?;
        if !bytes.ends_with(b"\n") {
            self.append(bytes)?;
        }
        let mut taken = ends[0];
        while taken < bytes.len() && belongs(&bytes[taken..]) {
            taken = memchr::memchr(b'\n', &bytes[taken..]).map_or(bytes.len(), |end| taken + end + 1);
            ends.push(taken);
        }
        self.number += ends.len() - 1;
        if taken < bytes.len() {
            let mut ahead = bytes.split_off(taken);
            self.ahead.read_to_end(&mut ahead).expect("it is in memory");
            self.ahead = Cursor::new(ahead);
        }
        self.next()?;
        Ok(block)
    }

    /// Adds the next line; false at the end of the file.
    fn append(&mut self, to: &mut Vec<u8>) -> Result<bool, Error> {
        let mut rest = (&mut self.ahead).chain(&mut self.lines).take(LONGEST_LINE);
        let read = rest.read_until(b'\n', to).map_err(|source| self.failed(source))?;
        if read as u64 == LONGEST_LINE {
            return Err(self.failed(io::Error::new(io::ErrorKind::FileTooLarge, "a line is too long")));
        }
        Ok(read > 0)
    }

    fn failed(&self, source: io::Error) -> Error {
        Error::Read { name: self.name.to_owned(), source }
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
        let name = self.name;
        let begin = self.lines.fill_buf().map_err(|source| Error::Read { name: name.to_owned(), source })?;
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
