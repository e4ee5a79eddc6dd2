//! Whether a permission of a role matches a pattern of a policy. A permission with a `*` covers everything that it
//! matches. One with odd spelling may be another permission, or several, so the answer is unknown.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::escape::is_hidden;
use crate::org::Truth;
use crate::policy::{Case, Pattern};

/// Whether the permission matches one of the patterns.
pub fn meets_any(patterns: &[Pattern], permission: &str) -> Truth {
    let meets = |text: &str| patterns.iter().map(|pattern| meets(pattern, text)).fold(Truth::No, Truth::or);
    let readings = readings(permission);
    let each = readings.iter().map(|texts| texts.iter().map(|text| meets(text)).fold(Truth::No, Truth::or));
    agreed(meets(permission), each)
}

/// The answer for a permission as it is written, if each way to read it has the same.
pub fn agreed(written: Truth, mut read: impl Iterator<Item = Truth>) -> Truth {
    if read.all(|truth| truth == written) { written } else { Truth::Unknown }
}

fn meets(pattern: &Pattern, permission: &str) -> Truth {
    if pattern.matches(permission) {
        return Truth::Yes;
    }
    if permission.contains('*') {
        return covers(permission, pattern);
    }
    let plain = plain(permission);
    if plain != permission && pattern.matches(&plain) { Truth::Unknown } else { Truth::No }
}

/// How else a text may be read that no permission is spelled like: each way with the permissions that it then stands
/// for. There is none for an ordinary text.
pub fn readings(text: &str) -> Vec<Vec<String>> {
    if text.chars().all(is_ordinary) {
        return Vec::new();
    }
    let pieces = |text: &str, separates: fn(char) -> bool| {
        text.split(separates).filter(|piece| !piece.is_empty()).map(str::to_owned).collect::<Vec<_>>()
    };
    // As a glob in letters that look like others, and as a list in quotes, brackets or whatever else.
    let globs = alternatives(text).iter().flat_map(|glob| pieces(&stars(glob), is_separator)).collect();
    let is_wild = |c: char| matches!(c, '?' | '[' | ']' | '{' | '}' | '!' | '^');
    let mut readings = vec![globs];
    if !text.chars().all(|c| is_ordinary(c) || is_wild(c)) {
        readings.push(pieces(text, |c| !is_ordinary(c)));
    }
    readings
}

/// Whether permissions have this character, or policies write it for several of them.
fn is_ordinary(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '.' | '_' | ':' | '-' | '*')
}

fn is_separator(character: char) -> bool {
    matches!(character, ',' | ';' | '|') || character.is_whitespace()
}

/// How many texts the braces of one text may stand for.
const ALTERNATIVES: usize = 64;

/// What a text stands for with one branch of each of its braces: `a.{b,c}` for `a.b` and `a.c`. Braces that do not
/// match, or have too many branches, stay as they are.
fn alternatives(text: &str) -> Vec<String> {
    let mut done = vec![text.to_owned()];
    loop {
        let mut next = Vec::new();
        for text in &done {
            let innermost = text.find('}').and_then(|close| Some((text[..close].rfind('{')?, close)));
            let Some((open, close)) = innermost else { return done };
            let (before, after) = (&text[..open], &text[close + 1..]);
            next.extend(text[open + 1..close].split(',').map(|branch| format!("{before}{branch}{after}")));
        }
        if next.len() > ALTERNATIVES {
            return done;
        }
        done = next;
    }
}

/// A text with a `*` for each other wildcard and for each character that may look like another one.
fn stars(glob: &str) -> String {
    let mut stars = String::new();
    let mut rest = glob;
    while let Some(first) = rest.chars().next() {
        rest = &rest[first.len_utf8()..];
        if first == '['
            && let Some(length) = rest.find(']').filter(|length| *length > 0)
        {
            rest = &rest[length + 1..];
            stars.push('*');
            continue;
        }
        let drawn = first.nfkd().filter(|c| !is_combining_mark(*c) && (!is_hidden(*c) || c.is_whitespace()));
        stars.extend(drawn.map(|c| if is_ordinary(c) || is_separator(c) { c } else { '*' }));
    }
    stars
}

/// What a permission with a wildcard covers, as a pattern; `None` without a wildcard.
pub fn covering(permission: &str) -> Option<Pattern> {
    permission.contains('*').then(|| Pattern::glob(&plain(permission), Case::Exact, 0..0).ok()).flatten()
}

/// Whether a permission with a wildcard covers something that the pattern matches.
fn covers(permission: &str, pattern: &Pattern) -> Truth {
    let Some(wild) = covering(permission) else { return Truth::Unknown };
    // If a wildcard of the permission matches a wildcard of the pattern, it matches everything that the latter matches.
    if wild.matches(&pattern.text) {
        return Truth::Yes;
    }
    if pattern.literal().is_some() {
        return Truth::No;
    }
    let special: &[char] = &['*', '?', '[', ']', '{', '}', '\\'];
    let (ours, theirs) = (pattern.text.as_str(), permission);
    let [start, its_start] = [ours, theirs].map(|text| text.split(special).next().unwrap_or_default());
    let [end, its_end] = [ours, theirs].map(|text| text.rsplit(special).next().unwrap_or_default());
    let starts = start.starts_with(its_start) || its_start.starts_with(start);
    let ends = end.ends_with(its_end) || its_end.ends_with(end);
    if starts && ends { Truth::Unknown } else { Truth::No }
}

/// What is odd about the spelling of a permission, if anything is.
pub fn oddity(permission: &str) -> Option<&'static str> {
    let has = |what: fn(char) -> bool| permission.contains(what);
    if has(|c| matches!(c, '*' | '?' | '[' | '{')) {
        Some("a wildcard")
    } else if has(is_hidden) {
        Some("a hidden character")
    } else if has(char::is_whitespace) {
        Some("a blank")
    } else if has(|c| !c.is_ascii()) {
        Some("a character that is not ASCII")
    } else if has(is_separator) {
        Some("several permissions in one text")
    } else if has(|c| !is_ordinary(c)) {
        Some("a character that permissions do not have")
    } else if has(char::is_uppercase) {
        Some("a capital letter")
    } else {
        None
    }
}

/// The permission as the API spells permissions: lower case, nothing blank or hidden.
fn plain(permission: &str) -> String {
    let kept = permission.chars().filter(|character| !character.is_whitespace() && !is_hidden(*character));
    kept.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_covers_what_it_matches_and_an_odd_spelling_is_unknown() {
        let table = [
            ("api.groups.write", "api.groups.write", Truth::Yes),
            ("api.groups.write", "*", Truth::Yes),
            ("api.groups.write", "api.groups.*", Truth::Yes),
            ("api.groups.write", "api.files.*", Truth::No),
            ("api.*.write", "*", Truth::Yes),
            ("api.*.write", "api.groups.*", Truth::Unknown),
            ("*.write", "api.groups.*", Truth::Unknown),
            ("api.files.*", "api.groups.*", Truth::No),
            ("api.groups.write", "api.groups.write ", Truth::Unknown),
            ("api.groups.write", "API.Groups.Write", Truth::Unknown),
            ("api.groups.write", "api.groups\u{200b}.write", Truth::Unknown),
            ("api.groups.write", "api.groups.read", Truth::No),
            ("api.groups.write", "api.groups.wri?e", Truth::Unknown),
            ("api.groups.write", "api.groups.[rw]rite", Truth::Unknown),
            ("api.groups.write", "api.groups.[rw]*", Truth::Yes),
            ("api.groups.write", "api.groups.{read,write}", Truth::Unknown),
            ("api.groups.write", "api.{files,{roles,groups}}.{read,write}", Truth::Unknown),
            ("api.groups.write", "api.groups.read,api.groups.write", Truth::Unknown),
            ("api.groups.write", "api.roles.write;api.groups.*", Truth::Unknown),
            ("api.groups.write", "api.files.*,api.groups.write", Truth::Unknown),
            ("api.groups.write", "[\"api.groups.write\"]", Truth::Unknown),
            ("api.groups.write", "api/groups/write", Truth::Unknown),
            ("api.groups.write", "api.groups.wr\u{456}te", Truth::Unknown),
            ("api.groups.write", "\u{ff41}pi.groups.wri\u{301}te", Truth::Unknown),
            ("api.groups.write", "api.groups.write\u{301}", Truth::Unknown),
            ("api.*.write", "api.groups.read|api.groups.write", Truth::Yes),
            ("api.*.write", "api.groups.read,mcp.groups.write", Truth::Unknown),
            ("api.groups.write", "api.groups.{read,list}", Truth::No),
            ("api.groups.write", "api.groups.rea?", Truth::No),
            ("api.groups.write", "api.files.[rw]rite", Truth::No),
            ("api.groups.write", "api.files.[rw]*", Truth::No),
            ("*.write", "api.groups.[rw]ead", Truth::No),
            ("*.write", "api.groups.[rw]?????", Truth::Unknown),
            ("api.groups.write", "api.files.write,api.groups.read", Truth::No),
            ("api.groups.write", "api.f\u{456}les.write", Truth::No),
            ("api.groups.write", "api.groups.{write", Truth::Unknown),
        ];
        for (pattern, permission, expected) in table {
            let parsed = Pattern::glob(pattern, Case::Exact, 0..0).expect(pattern);
            assert_eq!(meets_any(&[parsed], permission), expected, "{pattern} and {permission}");
        }
    }

    #[test]
    fn braces_without_end_or_bounds_end() {
        let many = "{a,b,c}".repeat(40);
        assert_eq!(readings(&many).len(), 2);
        assert_eq!(readings(&"{".repeat(2_000)).len(), 1);
        assert_eq!(readings("api.groups.write"), Vec::<Vec<String>>::new());
    }
}
