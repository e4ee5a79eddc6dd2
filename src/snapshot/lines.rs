//! The lines of a snapshot, and what can be wrong with one.

use std::io::{self, BufRead, Read as _};

use serde::Deserialize;

use super::VERSION;
use super::error::Error;
use super::header::Header;
use super::record::Line;
use crate::bounded::REPORT;
use crate::escape::visible;

/// The longest line, in bytes: the header names everything that could not be read.
const LONGEST_LINE: u64 = 256 << 20;

/// Reads line by line.
pub struct Reader<'n, B> {
    name: &'n str,
    lines: B,
    /// The current line, its end included.
    pub line: Vec<u8>,
    /// Its number.
    pub number: usize,
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
        if error.is_eof() && !line.ends_with(b"\n") { Self::Cut } else { Self::Damaged(error.to_string()) }
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

    /// Adds the lines that follow, as long as they are of that sort and do not exceed so many bytes. The first that does
    /// not belong to them becomes the current line; false at the end of the file.
    pub fn fill(&mut self, lines: &mut Vec<u8>, most: usize, belongs: impl Fn(&[u8]) -> bool) -> Result<bool, Error> {
        loop {
            let before = lines.len();
            if !self.append(lines)? {
                return Ok(false);
            }
            if before >= most || !belongs(&lines[before..]) {
                self.line = lines.split_off(before);
                return Ok(true);
            }
        }
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
        let name = self.name.to_owned();
        match wrong {
            Wrong::Cut => Error::Cut { name, line },
            Wrong::Damaged(what) => Error::Damaged { name, line, what: visible(&what).into_owned() },
        }
    }
}
