//! The lines of users, nearly all of a large snapshot: read in blocks, which are decoded on all cores, with the reading
//! of the next blocks and their digest beside them, and joined in order. What is wrong is found in the order of
//! the lines, as if they had been read one after the other.

mod line;

use std::cell::RefCell;
use std::io::BufRead;

use serde::de::DeserializeSeed as _;

use super::compact::{self, Compact};
use super::decode::{Decoder, out_of_order};
use super::error::Error;
use super::header::ContentDigest;
use super::lines::{Block, Reader, Wrong};
use crate::cores;
use crate::org::{Builder, OutOfOrder, People, Places, Symbols};
use line::UserLine;

/// How the line of a user begins.
const BEGIN: &[u8] = br#"{"user":"#;

/// What to say of a user's line that is JSON and not rolelint's.
pub const NOT_OURS: &str = "a user that is not written as rolelint writes it";

/// So many bytes make a block.
const BLOCK: usize = 1 << 19;

/// A decoded block, up to the first line that is wrong.
#[derive(Default)]
struct Part {
    people: People,
    words: Symbols,
    /// That line, counted from the first of the block, and what is wrong with it.
    wrong: Option<(usize, Wrong)>,
}

/// Whether this is the line of a user.
pub fn is_user(line: &[u8]) -> bool {
    line.starts_with(BEGIN)
}

/// Reads the user in the current line of the reader, and all that follow. Afterwards the current line is the first that
/// is not a user's; it is empty at the end of the file.
pub fn read<B: BufRead>(
    reader: &mut Reader<'_, B>,
    builder: &mut Builder,
    decoder: &mut Decoder,
    digest: &mut ContentDigest,
) -> Result<(), Error> {
    decoder.users_begin().map_err(|what| reader.damaged(&what))?;
    let name = reader.name;
    let (places, mut add) = builder.users();
    // Blocks and parts are used again: what they have room for need not be asked of the system again and again.
    let spare: RefCell<Vec<(Block, Part)>> = RefCell::default();
    cores::stream(
        || {
            if !is_user(&reader.line) {
                return Ok(None);
            }
            let (block, part) = spare.borrow_mut().pop().unwrap_or_default();
            let block = reader.block(block, BLOCK, is_user)?;
            digest.lines(&block.bytes);
            Ok(Some((block, part)))
        },
        |(block, mut part)| {
            part.decode(&block, places);
            (block, part)
        },
        |(block, mut part)| {
            let joined = add(&part.people, &part.words);
            joined.map_err(|OutOfOrder(id)| Wrong::Damaged(out_of_order(&id)).at(name, block.first))?;
            if let Some((line, wrong)) = part.wrong.take() {
                return Err(wrong.at(name, block.first + line));
            }
            decoder.users(part.people.len());
            spare.borrow_mut().push((block, part));
            Ok(())
        },
    )
}

impl Part {
    fn decode(&mut self, block: &Block, places: Places<'_>) {
        self.people.clear();
        self.words = Symbols::default();
        // Whether all of it is UTF-8 is known sooner than whether each line is.
        let text = std::str::from_utf8(&block.bytes).ok();
        for (at, line) in block.lines().enumerate() {
            let bytes = &block.bytes[line.clone()];
            let line = text.map_or_else(|| std::str::from_utf8(bytes).ok(), |text| Some(&text[line]));
            let added = line.map_or(Err(compact::Error::Form), |line| self.add(places, line));
            if let Err(refused) = added {
                self.wrong = Some((at, wrong_with(bytes, places, refused)));
                break;
            }
        }
    }

    fn add(&mut self, places: Places<'_>, line: &str) -> Result<(), compact::Error> {
        let Self { people, words, .. } = self;
        let mut line = Compact::new(line)?;
        UserLine { places, people, words }.deserialize(&mut line)?;
        line.end()
    }
}

/// What is wrong with a line that was refused.
fn wrong_with(line: &[u8], places: Places<'_>, refused: compact::Error) -> Wrong {
    let (mut people, mut words) = (People::default(), Symbols::default());
    let mut json = serde_json::Deserializer::from_slice(line);
    let alone = UserLine { places, people: &mut people, words: &mut words };
    match (alone.deserialize(&mut json).and_then(|()| json.end()), refused) {
        (Err(error), _) => Wrong::with(line, &error),
        // It is out of order.
        (Ok(()), compact::Error::Values(what)) => Wrong::Damaged(what),
        (Ok(()), compact::Error::Form) => Wrong::Damaged(NOT_OURS.to_owned()),
    }
}
