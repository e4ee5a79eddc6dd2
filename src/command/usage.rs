//! What is wrong with the command line, with nothing hidden in what it repeats of it.

use clap::error::{ContextKind, ContextValue};

use crate::escape;

/// The error with every word of the command line made safe to show.
pub(crate) fn visible(mut error: clap::Error) -> clap::Error {
    let shown = |text: &String| escape::visible(text).into_owned();
    let mut hides = false;
    let context: Vec<(ContextKind, ContextValue)> = error
        .context()
        .filter_map(|(kind, value)| {
            let safe = if let ContextValue::String(text) = value {
                ContextValue::String(shown(text))
            } else if let ContextValue::Strings(texts) = value {
                ContextValue::Strings(texts.iter().map(shown).collect())
            } else {
                return None;
            };
            hides |= safe != *value;
            Some((kind, safe))
        })
        .collect();
    for (kind, value) in context {
        error.insert(kind, value);
    }
    if hides {
        // A tip repeats the words with colours in between; without it, the error still says what is wrong.
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(Vec::new()));
    }
    error
}
