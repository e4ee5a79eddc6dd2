//! One page for auditors that needs no network: the verdict in words, what was read, the findings with their paths, who
//! holds privileged permissions, controls, waivers, and what passed.
//!
//! The page is complete without its script. What is long is divided into pieces, each in a `noscript`; with scripts, the
//! browser takes out one after the other as the reader scrolls.

mod charts;
mod controls;
mod facts;
mod findings;
mod matrix;
mod page;
mod path;
mod pieces;
#[cfg(test)]
mod tests;
mod verdict;

use std::io::{self, Write};

use crate::access::Register;
use crate::finding::Outcome;

use matrix::Matrix;
use page::{foot, head};
use path::Shared;

pub(super) fn render(outcome: &Outcome, register: Option<&Register<'_>>, to: &mut dyn Write) -> io::Result<()> {
    let matrix = register.map(Matrix::new);
    head(&verdict::title(outcome), to)?;
    verdict::render(outcome, to)?;
    to.write_all(b"<main id=\"main\" tabindex=\"-1\">\n")?;
    charts::render(outcome, matrix.as_ref(), to)?;
    let shared = Shared::default();
    findings::render(outcome, &shared, to)?;
    // A lint is about policies: nobody holds anything there.
    if !outcome.coverage.is_empty() {
        matrix::render(matrix.as_ref(), &shared, to)?;
    }
    controls::render(outcome, to)?;
    facts::render(outcome, to)?;
    shared.render(to)?;
    to.write_all(b"</main>\n")?;
    verdict::footer(outcome, to)?;
    foot(to)
}
