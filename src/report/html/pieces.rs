//! Long lists in pieces: the first piece is part of the page, the others are in `noscript` until the reader comes near.
//! There may be many of them, so what their items have in common is written once on the page.

use std::io::{self, Write};

/// Writes items in pieces, each of which begins with `open` and ends with `close`. `one` writes an item; it is told whether
/// the item is in one of the later pieces.
pub fn pieces<T>(
    items: &[T],
    size: usize,
    (open, close): (&str, &str),
    to: &mut dyn Write,
    one: impl Fn(&T, bool, &mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    for (at, piece) in items.chunks(size).enumerate() {
        let later = at > 0;
        if later {
            writeln!(to, "<div class=\"piece\" data-items=\"{}\"><noscript>", piece.len())?;
        }
        to.write_all(open.as_bytes())?;
        for item in piece {
            one(item, later, to)?;
        }
        to.write_all(close.as_bytes())?;
        to.write_all(if later { b"</noscript></div>\n" } else { b"\n" })?;
    }
    Ok(())
}
