//! A name as people read it: what looks like something else, as that.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;
use unicode_security::skeleton;

/// The name in small letters, without accents, hidden characters and punctuation: words with one blank between them.
/// Letters of other scripts that look like Latin ones are those, by Unicode's table of confusable characters.
pub fn plain_name(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    for character in name.nfkd().filter(|character| !is_combining_mark(*character)) {
        if character.is_ascii() {
            push(&mut plain, character);
            continue;
        }
        let alike: String = skeleton(character.encode_utf8(&mut [0; 4])).collect();
        // A letter that looks like no Latin one stays what it is.
        let alike = if alike.is_ascii() { alike } else { character.to_string() };
        alike.chars().for_each(|character| push(&mut plain, character));
    }
    plain.truncate(plain.trim_end().len());
    plain
}

fn push(plain: &mut String, character: char) {
    if character.is_alphanumeric() {
        plain.extend(character.to_lowercase());
    } else if !crate::escape::is_hidden(character) && !plain.is_empty() && !plain.ends_with(' ') {
        plain.push(' ');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_look_alike_have_one_plain_form() {
        let table = [
            ("owner", "owner"),
            (" Owner ", "owner"),
            ("OWNER.", "owner"),
            ("\u{43e}wner", "owner"),
            ("\u{41e}wn\u{435}r", "owner"),
            ("\u{ff4f}\u{ff57}\u{ff4e}\u{ff45}\u{ff52}", "owner"),
            ("own\u{200b}er", "owner"),
            ("owner\u{a0}", "owner"),
            ("\u{f6}wn\u{e9}r", "owner"),
            ("\u{1d428}wner", "owner"),
            ("Organization--Owner", "organization owner"),
            ("Platform 2", "platform 2"),
            ("\u{674e}", "\u{674e}"),
            ("", ""),
        ];
        for (name, plain) in table {
            assert_eq!(plain_name(name), plain, "{name:?}");
        }
    }
}
