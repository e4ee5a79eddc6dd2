//! A name as people read it, with lookalike characters replaced; and the mailbox of an address.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;
use unicode_security::skeleton;

/// The name in lower case, without accents, hidden characters and punctuation: words separated by single spaces.
/// Letters of other scripts that look like Latin ones are replaced, using Unicode's table of confusable characters.
pub fn plain_name(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    for character in name.nfkd().filter(|character| !is_combining_mark(*character)) {
        let character = letter(character).unwrap_or(character);
        if character.is_ascii() {
            push(&mut plain, character);
            continue;
        }
        let alike: String = skeleton(character.encode_utf8(&mut [0; 4])).collect();
        // A letter that does not look like a Latin one is unchanged.
        let alike = if alike.is_ascii() { alike } else { character.to_string() };
        alike.chars().for_each(|character| push(&mut plain, character));
    }
    plain.truncate(plain.trim_end().len());
    plain
}

/// A small capital, or a letter on a square or a disk, as the letter. Unicode's tables decompose none of them.
fn letter(character: char) -> Option<char> {
    let from = |first: char| char::from_u32(u32::from('a') + u32::from(character) - u32::from(first));
    Some(match character {
        'ᴀ' => 'a',
        'ʙ' => 'b',
        'ᴄ' => 'c',
        'ᴅ' => 'd',
        'ᴇ' => 'e',
        'ꜰ' => 'f',
        'ɢ' => 'g',
        'ʜ' => 'h',
        'ɪ' => 'i',
        'ᴊ' => 'j',
        'ᴋ' => 'k',
        'ʟ' => 'l',
        'ᴍ' => 'm',
        'ɴ' => 'n',
        'ᴏ' => 'o',
        'ᴘ' => 'p',
        'ꞯ' => 'q',
        'ʀ' => 'r',
        'ꜱ' => 's',
        'ᴛ' => 't',
        'ᴜ' => 'u',
        'ᴠ' => 'v',
        'ᴡ' => 'w',
        'ʏ' => 'y',
        'ᴢ' => 'z',
        '\u{1f150}'..='\u{1f169}' => from('\u{1f150}')?,
        '\u{1f170}'..='\u{1f189}' => from('\u{1f170}')?,
        // Letters that stand for flags.
        '\u{1f1e6}'..='\u{1f1ff}' => from('\u{1f1e6}')?,
        _ => return None,
    })
}

/// The address without what stands between the first `+` and the `@`: mail to both goes to one mailbox.
pub fn mailbox(address: &str) -> String {
    match address.rsplit_once('@') {
        Some((local, host)) => {
            let (local, _) = local.split_once('+').unwrap_or((local, ""));
            format!("{local}@{host}")
        }
        None => address.to_owned(),
    }
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
    fn an_address_with_a_plus_is_one_of_the_mailbox_without() {
        let table = [
            ("ada@acme.example", "ada@acme.example"),
            ("ada+2@acme.example", "ada@acme.example"),
            ("ada+a+b@acme.example", "ada@acme.example"),
            ("ada@acme+2.example", "ada@acme+2.example"),
            ("ada+2", "ada+2"),
            ("\"a@b+c\"@acme.example", "\"a@b@acme.example"),
        ];
        for (address, expected) in table {
            assert_eq!(mailbox(address), expected, "{address}");
        }
    }

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
            ("ᴏᴡɴᴇʀ", "owner"),
            ("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnopqrstuvwyz"),
            ("🅾🆆🅽🅴🆁", "owner"),
            ("🄾🅆🄽🄴🅁", "owner"),
            ("🅞🅦🅝🅔🅡", "owner"),
            ("🇴🇼🇳🇪🇷", "owner"),
            ("🅰🅉", "az"),
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
