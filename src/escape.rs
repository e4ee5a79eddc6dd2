//! Text from outside, made safe to show: whatever could move the cursor, colour the screen or turn the reading
//! direction becomes an escape that can be seen.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;
use std::path::Path;

/// The shortest text that may be a key, `sk-` included.
const SHORTEST_KEY: usize = 12;

/// Whether a character is not simply drawn: controls, reading-direction marks, line separators,
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
/// runners anywhere in a text.
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

/// An error of the system, in words.
pub fn system_words(error: &io::Error) -> String {
    let known = [
        (io::ErrorKind::NotFound, "there is no such file or folder"),
        (io::ErrorKind::PermissionDenied, "permission denied"),
        (io::ErrorKind::IsADirectory, "it is a folder, not a file"),
        (io::ErrorKind::NotADirectory, "a part of the path is a file, not a folder"),
        (io::ErrorKind::StorageFull, "no space is left on the disk"),
        (io::ErrorKind::ReadOnlyFilesystem, "the file system is read-only"),
    ];
    // An error with a text of its own says more.
    let words = known.iter().find(|(kind, _)| *kind == error.kind() && error.get_ref().is_none());
    let whole = error.to_string();
    // An error number does not help the user.
    words
        .map_or_else(|| whole.split(" (os error").next().unwrap_or(&whole).to_owned(), |(_, words)| (*words).to_owned())
}

/// What is wrong with JSON, in words: ``the number `3` in place of a text (column 9)``.
pub fn json_words(error: &serde_json::Error) -> String {
    const TYPES: [(&str, &str); 11] = [
        ("integer `", "the number `"),
        ("floating point `", "the number `"),
        ("boolean `", "`"),
        ("string ", "the text "),
        ("a sequence", "a list"),
        ("sequence", "a list"),
        ("a map", "an object"),
        ("map", "an object"),
        ("a string", "a text"),
        ("struct ", "an object"),
        ("internally tagged enum ", "an object"),
    ];
    let word = |text: &str| {
        let known = TYPES.iter().find(|(theirs, _)| text.starts_with(theirs));
        // The names of our types mean nothing to the user.
        known.map_or_else(
            || text.to_owned(),
            |(theirs, ours)| match *ours {
                "an object" | "a list" => (*ours).to_owned(),
                _ => format!("{ours}{}", &text[theirs.len()..]),
            },
        )
    };
    let whole = error.to_string();
    let what = whole.rsplit_once(" at line ").map_or(whole.as_str(), |(what, _)| what);
    let said = if let Some((found, expected)) =
        what.strip_prefix("invalid type: ").and_then(|what| what.rsplit_once(", expected "))
    {
        format!("{} in place of {}", word(found), word(expected))
    } else if what.starts_with("invalid length ") && what.contains(", expected struct ") {
        // serde takes a list of values for an object, too, if they are all there.
        "a list in place of an object".to_owned()
    } else if let Some(field) = what.strip_prefix("missing field ") {
        format!("{field} is missing")
    } else if let Some(part) = what.strip_prefix("EOF while parsing ") {
        format!("it ends within {}", word(part))
    } else {
        what.to_owned()
    };
    match (error.line(), error.column()) {
        (0, _) | (_, 0) => said,
        (1, column) => format!("{said} (column {column})"),
        (line, column) => format!("{said} (line {line}, column {column})"),
    }
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
            assert_eq!(system_words(&error), words);
        }
        assert!(!system_words(&io::Error::from_raw_os_error(11)).contains("os error"));
    }

    #[test]
    fn errors_in_json_are_told_as_words() {
        #[derive(Debug, serde::Deserialize)]
        struct Record {
            #[expect(dead_code, reason = "only its type counts")]
            name: String,
        }
        let table = [
            (r#"{"name":3}"#, "the number `3` in place of a text (column 9)"),
            ("\n{\"name\": [\"a, expected b\"]}", "a list in place of a text (line 2, column 9)"),
            (r#"{"name":null}"#, "null in place of a text (column 12)"),
            (r#"{"name":{}}"#, "an object in place of a text (column 8)"),
            (r#"{"nam":"a"}"#, "`name` is missing (column 11)"),
            ("[]", "a list in place of an object (column 2)"),
            ("3", "the number `3` in place of an object (column 1)"),
            ("{", "it ends within an object (column 1)"),
        ];
        for (json, words) in table {
            assert_eq!(json_words(&serde_json::from_str::<Record>(json).expect_err(json)), words, "{json}");
        }
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
