//! The lines of users, nearly all of a large snapshot: read in blocks, each block decoded in a thread of its own, with
//! the digest and the reading of the next blocks beside them, and joined in order. What is wrong is found in the order of
//! the lines, as if they had been read one after the other.

use std::io::BufRead;

use serde::Deserialize;

use super::decode::{Decoder, Holding, out_of_order};
use super::error::Error;
use super::header::ContentDigest;
use super::lines::{Block, Reader, Wrong};
use super::record::User;
use crate::cores;
use crate::org::{Builder, OutOfOrder, People, Symbols};

/// How the line of a user begins.
const BEGIN: &[u8] = br#"{"user":"#;

/// So many bytes make a block.
const BLOCK: usize = 1 << 19;

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
/// that is no user; it is empty at the end of the file.
pub fn read<B: BufRead>(
    reader: &mut Reader<'_, B>,
    builder: &mut Builder,
    decoder: &mut Decoder,
    digest: &mut ContentDigest,
) -> Result<(), Error> {
    decoder.users_begin().map_err(|what| reader.damaged(&what))?;
    let mut blocks = next(reader)?;
    while !blocks.is_empty() {
        let known = &*builder;
        let (parts, following) = cores::beside(
            || cores::each(blocks.iter().collect(), |block| Part::decode(block, known)),
            || {
                for block in &blocks {
                    digest.lines(&block.bytes);
                }
                next(reader)
            },
        );
        for (block, part) in blocks.iter().zip(parts) {
            let joined = builder.users(&part.people, &part.words);
            joined.map_err(|OutOfOrder(id)| reader.wrong(block.first, Wrong::Damaged(out_of_order(&id))))?;
            if let Some((line, wrong)) = part.wrong {
                return Err(reader.wrong(block.first + line, wrong));
            }
            decoder.users(part.people.len());
        }
        blocks = following?;
    }
    Ok(())
}

/// The next blocks of users, as many as are decoded at a time.
fn next<B: BufRead>(reader: &mut Reader<'_, B>) -> Result<Vec<Block>, Error> {
    let mut blocks = Vec::new();
    while is_user(&reader.line) && blocks.len() < cores::threads() {
        blocks.push(reader.block(BLOCK, is_user)?);
    }
    Ok(blocks)
}

impl Part {
    fn decode(block: &Block, known: &Builder) -> Self {
        // Whether all of it is UTF-8 is known sooner than whether each text in it is.
        let text = std::str::from_utf8(&block.bytes).ok();
        let mut part = Self::default();
        for (at, line) in block.lines().enumerate() {
            let bytes = &block.bytes[line.clone()];
            let parsed = match text {
                Some(text) => serde_json::from_str(&text[line]),
                None => serde_json::from_slice(bytes),
            };
            let added = parsed.map_err(|error| Wrong::with(bytes, &error)).and_then(|line| part.add(known, line));
            if let Err(wrong) = added {
                part.wrong = Some((at, wrong));
                break;
            }
        }
        part
    }

    fn add(&mut self, known: &Builder, Line::User(user): Line<'_>) -> Result<(), Wrong> {
        self.holding.assign(known, &user.held).map_err(Wrong::Damaged)?;
        self.holding.join(known, &user.groups).map_err(Wrong::Damaged)?;
        let user = user.noun(&mut self.words);
        let Holding { assignments, memberships } = &mut self.holding;
        self.people.add(&user, assignments, memberships).map_err(|OutOfOrder(id)| Wrong::Damaged(out_of_order(&id)))
    }
}
