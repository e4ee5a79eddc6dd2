//! The lines of users, nearly all of a large snapshot: read in blocks, each block decoded in a thread of its own, with
//! the digest beside them, and joined in order. What is wrong is found in the order of the lines, as if they had been
//! read one after the other.

use std::io::BufRead;

use serde::Deserialize;

use super::decode::{Decoder, Holding, out_of_order};
use super::error::Error;
use super::header::ContentDigest;
use super::lines::{Reader, Wrong};
use super::record::User;
use crate::cores;
use crate::org::{Builder, OutOfOrder, People, Symbols};

/// How the line of a user begins.
const BEGIN: &[u8] = br#"{"user":"#;

/// So many bytes make a block.
const BLOCK: usize = 1 << 20;

/// Whole lines of users.
struct Block {
    bytes: Vec<u8>,
    /// The number of its first line.
    first: usize,
}

/// A decoded block, up to the first line that is wrong.
#[derive(Default)]
struct Part {
    people: People,
    words: Symbols,
    holding: Holding,
    /// That line, counted from the first of the block, and what is wrong with it.
    wrong: Option<(usize, Wrong)>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line<'a> {
    #[serde(borrow)]
    User(User<'a>),
}

/// Whether this is the line of a user.
pub fn is_user(line: &[u8]) -> bool {
    line.starts_with(BEGIN)
}

/// Reads the user in the current line of the reader, and all that follow. Afterwards the current line is the first one
/// that is no user; false if there is none.
pub fn read<B: BufRead>(
    reader: &mut Reader<'_, B>,
    builder: &mut Builder,
    decoder: &mut Decoder,
    digest: &mut ContentDigest,
) -> Result<bool, Error> {
    decoder.users_begin().map_err(|what| reader.damaged(&what))?;
    let mut more = true;
    while more && is_user(&reader.line) {
        let mut blocks = Vec::new();
        while more && is_user(&reader.line) && blocks.len() < cores::threads() {
            let mut block = Block { bytes: std::mem::take(&mut reader.line), first: reader.number };
            more = reader.fill(&mut block.bytes, BLOCK, is_user)?;
            blocks.push(block);
        }
        let known = &*builder;
        let ((), parts) = cores::beside(
            || blocks.iter().for_each(|block| digest.lines(&block.bytes)),
            || cores::each(blocks.iter().collect(), |block: &Block| block.decode(known)),
        );
        for (block, part) in blocks.iter().zip(parts) {
            let joined = builder.users(&part.people, &part.words);
            joined.map_err(|OutOfOrder(id)| reader.wrong(block.first, Wrong::Damaged(out_of_order(&id))))?;
            if let Some((line, wrong)) = part.wrong {
                return Err(reader.wrong(block.first + line, wrong));
            }
            decoder.users(part.people.len());
        }
    }
    Ok(more)
}

impl Block {
    fn decode(&self, known: &Builder) -> Part {
        // Whether all of it is UTF-8 is known sooner than whether each text in it is.
        let text = std::str::from_utf8(&self.bytes).ok();
        let mut part = Part::default();
        let mut start = 0;
        for (at, line) in self.bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
            let parsed = match text {
                Some(text) => serde_json::from_str(&text[start..start + line.len()]),
                None => serde_json::from_slice(line),
            };
            let added = parsed.map_err(|error| Wrong::with(line, &error)).and_then(|line| part.add(known, line));
            if let Err(wrong) = added {
                part.wrong = Some((at, wrong));
                break;
            }
            start += line.len();
        }
        part
    }
}

impl Part {
    fn add(&mut self, known: &Builder, Line::User(user): Line<'_>) -> Result<(), Wrong> {
        self.holding.assign(known, &user.held).map_err(Wrong::Damaged)?;
        self.holding.join(known, &user.groups).map_err(Wrong::Damaged)?;
        let user = user.noun(&mut self.words);
        let Holding { assignments, memberships } = &mut self.holding;
        self.people.add(&user, assignments, memberships).map_err(|OutOfOrder(id)| Wrong::Damaged(out_of_order(&id)))
    }
}
