//! The admin key: where it comes from, and what people give in its place.

use std::env::var;

use crate::api::Key;
use crate::bounded;
use crate::cli::Api;
use crate::escape::shown;

use super::Error;

/// The largest key file, in bytes.
const LARGEST: u64 = 64 << 10;

/// The variable that holds the key.
const VARIABLE: &str = "OPENAI_ADMIN_KEY";

/// How keys begin that the Admin API does not take, and what they are.
const NO_ADMIN_KEYS: [(&str, &str); 4] = [
    ("sk-proj-", "a project key"),
    ("sk-svcacct-", "the key of a service account"),
    ("sk-None-", "the key of a user"),
    ("sess-", "the key of a browser session"),
];

/// Whether there is a key to ask with.
pub(crate) fn is_there(args: &Api) -> bool {
    args.key_file.is_some() || var(VARIABLE).is_ok_and(|key| !key.trim().is_empty())
}

/// The key. A key that is certainly not an admin key is never sent.
pub(crate) fn read(args: &Api) -> Result<Key, Error> {
    let (text, place) = match &args.key_file {
        None => (var(VARIABLE).unwrap_or_default(), VARIABLE.to_owned()),
        Some(path) => {
            let stdin = path.as_os_str() == "-";
            let read =
                if stdin { bounded::read_text(std::io::stdin().lock(), LARGEST) } else { bounded::read(path, LARGEST) };
            let text = read.map_err(|source| Error::KeyFile { path: path.clone(), source })?;
            (text, if stdin { "standard input".to_owned() } else { format!("the key file `{}`", shown(path)) })
        }
    };
    let text = text.trim();
    if text.is_empty() && args.key_file.is_none() {
        return Err(Error::NoKey { help: no_key(&var("OPENAI_API_KEY").unwrap_or_default()) });
    }
    if let Some(what) = around(text) {
        return Err(Error::MoreThanKey { place, what });
    }
    if let Some((prefix, kind)) = NO_ADMIN_KEYS.iter().find(|(prefix, _)| text.starts_with(prefix)) {
        return Err(Error::OtherKey { place, kind, prefix });
    }
    Ok(Key::new(text)?)
}

/// What surrounds a key but is not part of it.
fn around(text: &str) -> Option<&'static str> {
    let quotes = ['"', '\'', '`', '\u{201c}', '\u{201d}', '\u{2018}', '\u{2019}'];
    if text.starts_with(quotes) || text.ends_with(quotes) {
        Some("quotes around the key")
    } else if text.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("bearer ")) {
        Some("another word before the key")
    } else if text.contains("=sk-") || text.contains("=\"sk-") || text.contains("='sk-") {
        Some("the name of a variable before the key")
    } else {
        None
    }
}

/// The help if no admin key is set, depending on the key that other tools use.
fn no_key(api_key: &str) -> String {
    let api_key = api_key.trim().trim_matches(['"', '\'']);
    let ways = format!("set {VARIABLE} or --key-file FILE (- reads standard input)");
    if api_key.starts_with("sk-admin-") {
        format!("OPENAI_API_KEY contains an admin key, but rolelint does not read it: {ways}")
    } else if api_key.is_empty() {
        ways
    } else {
        format!("rolelint does not read OPENAI_API_KEY, which contains no admin key (sk-admin-…): {ways}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_or_spaces_around_a_key_are_named() {
        let table = [
            ("sk-admin-abc", None),
            ("\"sk-admin-abc\"", Some("quotes around the key")),
            ("'sk-admin-abc", Some("quotes around the key")),
            ("\u{201c}sk-admin-abc\u{201d}", Some("quotes around the key")),
            ("bearer sk-admin-abc", Some("another word before the key")),
            ("export OPENAI_ADMIN_KEY=sk-admin-abc", Some("the name of a variable before the key")),
        ];
        for (text, expected) in table {
            assert_eq!(around(text), expected, "{text}");
        }
    }
}
