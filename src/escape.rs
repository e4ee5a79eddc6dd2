//! Text from outside, made safe to show: whatever could move the cursor, colour the screen or turn the reading
//! direction becomes an escape that can be seen.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;
use std::path::Path;

/// No key is shorter, `sk-` included.
const SHORTEST_KEY: usize = 12;

/// Whether a character does something else than stand there: controls, reading-direction marks, line separators,
/// characters without width, and what Unicode says is no character.
pub fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e007f}'
        )
}

/// The text with every hidden character written out: `\n`, `\u{202e}`. What a CI system would take for a command, `::`
/// where a word begins and `##` anywhere, is broken in the same way.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !(text.contains(is_hidden) || text.contains("::") || text.contains("##")) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    let mut before = ' ';
    for (at, character) in text.char_indices() {
        let next = text[at + character.len_utf8()..].chars().next();
        let begins = before.is_whitespace() || is_hidden(before);
        let command = (character == ':' && next == Some(':') && begins) || (character == '#' && before == '#');
        if is_hidden(character) {
            write!(shown, "{}", character.escape_default()).expect("writing to a string cannot fail");
        } else if command {
            write!(shown, "{}", character.escape_unicode()).expect("writing to a string cannot fail");
        } else {
            shown.push(character);
        }
        before = character;
    }
    Cow::Owned(shown)
}

/// JSON that was laid out, with every hidden character in its texts as an escape of JSON, and what starts a command of CI
/// runners wherever it stands.
pub fn in_json(json: &str) -> Cow<'_, str> {
    let harms = |character: char| is_hidden(character) && character != '\n';
    if !(json.contains(harms) || json.contains("##")) {
        return Cow::Borrowed(json);
    }
    let mut shown = String::with_capacity(json.len() + 8);
    let mut before = ' ';
    for character in json.chars() {
        if harms(character) || (character == '#' && before == '#') {
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(shown, "\\u{unit:04x}").expect("writing to a string cannot fail");
            }
        } else {
            shown.push(character);
        }
        before = character;
    }
    Cow::Owned(shown)
}

/// What the system says of a file, in words.
pub fn said(error: &io::Error) -> String {
    let known = [
        (io::ErrorKind::NotFound, "there is no such file or folder"),
        (io::ErrorKind::PermissionDenied, "permission denied"),
        (io::ErrorKind::IsADirectory, "it is a folder, not a file"),
        (io::ErrorKind::NotADirectory, "a part of the path is a file, not a folder"),
        (io::ErrorKind::StorageFull, "no space is left on the disk"),
        (io::ErrorKind::ReadOnlyFilesystem, "the file system is read-only"),
    ];
    // What has a text of its own says more.
    let words = known.iter().find(|(kind, _)| *kind == error.kind() && error.get_ref().is_none());
    let whole = error.to_string();
    // An error number does not help the user.
    words
        .map_or_else(|| whole.split(" (os error").next().unwrap_or(&whole).to_owned(), |(_, words)| (*words).to_owned())
}

/// A path, fit to be shown. What looks like a key was meant for another place, and is masked.
pub fn shown(path: &Path) -> String {
    mask(&visible(&path.to_string_lossy()))
}

/// The text with everything that looks like a key masked.
pub fn mask(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("sk-") {
        let (before, key) = rest.split_at(at);
        let end = key.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '*' | '.')));
        let end = end.unwrap_or(key.len());
        masked.push_str(before);
        // Short words such as `sk-learn` are not keys.
        masked.push_str(if end >= SHORTEST_KEY { "sk-***" } else { &key[..end] });
        rest = &key[end..];
    }
    masked + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_the_system_are_shown_as_words() {
        let table = [
            (io::Error::from_raw_os_error(2), "there is no such file or folder"),
            (io::ErrorKind::NotFound.into(), "there is no such file or folder"),
            (io::Error::new(io::ErrorKind::NotFound, "the folder does not exist"), "the folder does not exist"),
            (io::ErrorKind::IsADirectory.into(), "it is a folder, not a file"),
            (io::Error::from_raw_os_error(28), "no space is left on the disk"),
        ];
        for (error, words) in table {
            assert_eq!(said(&error), words);
        }
        assert!(!said(&io::Error::from_raw_os_error(11)).contains("os error"));
    }

    #[test]
    fn hidden_characters_are_escaped_and_nothing_else_changes() {
        let table = [
            ("Ada Lovelace", "Ada Lovelace"),
            ("Zoë 李 🦀", "Zoë 李 🦀"),
            ("a\nb\tc", r"a\nb\tc"),
            ("\u{1b}[31mred", r"\u{1b}[31mred"),
            ("\u{9b}31m", r"\u{9b}31m"),
            ("exe\u{202e}txt", r"exe\u{202e}txt"),
            ("\u{200b}\u{feff}", r"\u{200b}\u{feff}"),
            ("::error::x, ::stop", r"\u{3a}:error::x, \u{3a}:stop"),
            ("a::b", "a::b"),
            ("x ##[e] ##vso[t] ###", r"x #\u{23}[e] #\u{23}vso[t] #\u{23}\u{23}"),
        ];
        for (raw, shown) in table {
            assert_eq!(visible(raw), shown);
        }
    }
}
