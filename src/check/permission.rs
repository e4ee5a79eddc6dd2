//! Whether a permission of a role matches a pattern of a policy. A permission with a wildcard covers everything that it
//! matches. One with odd spelling may be another permission, so the answer is unknown.

use crate::escape::is_hidden;
use crate::org::Truth;
use crate::policy::{Case, Pattern};

/// Whether the permission matches one of the patterns.
pub fn meets_any(patterns: &[Pattern], permission: &str) -> Truth {
    patterns.iter().map(|pattern| meets(pattern, permission)).fold(Truth::No, Truth::or)
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
    let start = |text: &str| text.split(['*', '?', '[', '{', '\\']).next().unwrap_or_default().to_owned();
    let (ours, theirs) = (start(&pattern.text), start(permission));
    if ours.starts_with(&theirs) || theirs.starts_with(&ours) { Truth::Unknown } else { Truth::No }
}

/// What is odd about the spelling of a permission, if anything is.
pub fn oddity(permission: &str) -> Option<&'static str> {
    let has = |what: fn(char) -> bool| permission.contains(what);
    if has(|c| c == '*') {
        Some("a wildcard")
    } else if has(is_hidden) {
        Some("a hidden character")
    } else if has(char::is_whitespace) {
        Some("a blank")
    } else if has(|c| !c.is_ascii()) {
        Some("a character that is not ASCII")
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
        ];
        for (pattern, permission, expected) in table {
            let parsed = Pattern::glob(pattern, Case::Exact, 0..0).expect(pattern);
            assert_eq!(meets(&parsed, permission), expected, "{pattern} and {permission}");
        }
    }
}
