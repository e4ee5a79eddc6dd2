//! Words and joints of sentences. Nothing here looks into conditions.

use std::ops::Range;

use crate::policy::{
    Attribute, Bounds, Condition, Kind, Pattern, Predicate, Relation, TextPredicate, ViaKind, predefined,
};

/// How many texts a sentence lists.
const LISTED: usize = 20;

/// Texts with commas between them and a word before the last.
pub fn joined(texts: impl Iterator<Item = String>, word: &str) -> String {
    let mut texts: Vec<String> = texts.filter(|text| !text.is_empty()).collect();
    if texts.len() > LISTED {
        let others = texts.len() - LISTED;
        texts.truncate(LISTED);
        texts.push(format!("{others} more"));
    }
    let Some(last) = texts.pop() else { return String::new() };
    match texts.len() {
        0 => last,
        1 => format!("{} {word} {last}", texts[0]),
        _ => format!("{}, {word} {last}", texts.join(", ")),
    }
}

/// Clauses that all have to hold. A clause with several ways (`either … or …`) comes last, since what follows it would
/// seem to belong to the last of these ways.
pub fn all_of(mut clauses: Vec<String>) -> String {
    clauses.sort_by_key(|clause| clause.starts_with("either "));
    joined(clauses.into_iter(), "and")
}

/// A thing of that kind.
pub fn noun(kind: Kind) -> &'static str {
    match kind {
        Kind::Role => "role",
        Kind::User => "user",
        Kind::Group => "group",
        Kind::Project => "project",
        Kind::ServiceAccount => "service account",
        Kind::Invite => "invitation",
        Kind::AdminApiKey => "admin key",
        Kind::ApiKey => "API key",
        Kind::Grant => "grant",
    }
}

/// Several things of that kind.
pub fn plural(kind: Kind) -> &'static str {
    match kind {
        Kind::Role => "roles",
        Kind::User => "users",
        Kind::Group => "groups",
        Kind::Project => "projects",
        Kind::ServiceAccount => "service accounts",
        Kind::Invite => "invitations",
        Kind::AdminApiKey => "admin keys",
        Kind::ApiKey => "API keys",
        Kind::Grant => "grants",
    }
}

/// `different names`.
pub fn different(attribute: &Attribute) -> String {
    format!("different {}", several(&super::value::noun(attribute)))
}

/// The plural of a noun: `users`, `mailboxes`.
pub(crate) fn several(one: &str) -> String {
    format!("{one}{}", if one.ends_with(['s', 'x']) { "es" } else { "s" })
}

/// `at most 4 users`, `at least 1 user`, `no users`.
pub fn some_of(bounds: Bounds, plural: &str) -> String {
    let one = bounds.max.or(bounds.min) == Some(1);
    let (first, rest) = plural.split_once(' ').map_or((plural, ""), |(first, rest)| (first, rest));
    let first = if one { first.trim_end_matches('s') } else { first };
    let space = if rest.is_empty() { "" } else { " " };
    match (bounds.min, bounds.max) {
        (None | Some(0), Some(0)) => format!("no {first}{space}{rest}"),
        (Some(_) | None, Some(_) | None) => format!("{bounds} {first}{space}{rest}"),
    }
}

/// The clauses, where they follow several things.
pub fn of_several(clauses: &[String]) -> Vec<String> {
    const VERBS: [(&str, &str); 8] = [
        ("that is ", "that are "),
        ("that was ", "that were "),
        ("that does ", "that do "),
        ("that holds ", "that hold "),
        ("that belongs ", "that belong "),
        ("that permits ", "that permit "),
        ("that expires ", "that expire "),
        ("that comes ", "that come "),
    ];
    let several = |clause: &String| {
        let verb = VERBS.iter().find_map(|(one, many)| Some(format!("{many}{}", clause.strip_prefix(one)?)));
        let clause = verb.unwrap_or_else(|| clause.clone());
        match clause.strip_suffix("a service account") {
            Some(verb @ ("that are " | "that are not ")) => format!("{verb}service accounts"),
            Some(_) | None => clause,
        }
    };
    clauses.iter().map(several).collect()
}

/// The words of a condition that is a name or an id.
pub fn name_or_id(condition: &Condition) -> Option<String> {
    // A name alone is said as one.
    if matches!(&condition.predicate, Predicate::Text(attribute, ..) if attribute.name != "id") {
        return None;
    }
    let patterns = named(condition)?;
    let mut words: Vec<String> = Vec::new();
    for pattern in &patterns {
        let word =
            predefined::meant_by(pattern).map_or_else(|| format!("`{}`", pattern.text), |(word, _)| word.to_owned());
        if !words.contains(&word) {
            words.push(word);
        }
    }
    Some(joined(words.into_iter(), "or"))
}

/// The patterns of a condition on names and ids alone.
fn named(condition: &Condition) -> Option<Vec<Pattern>> {
    if let Predicate::Any(parts) = &condition.predicate {
        return Some(parts.iter().map(named).collect::<Option<Vec<_>>>()?.concat());
    }
    let Predicate::Text(attribute, _, test) = &condition.predicate else { return None };
    let plain = test.this.is_empty() && !test.null && test.except.is_empty() && test.regex.is_none();
    let named = plain && matches!(attribute.name, "id" | "name");
    test.any.as_ref().filter(|any| named && !any.is_empty()).map(|any| any.to_vec())
}

/// `a user`, `an API key`.
pub fn one(kind: Kind) -> String {
    let noun = noun(kind);
    let article = if noun.starts_with(['a', 'A', 'i']) { "an" } else { "a" };
    format!("{article} {noun}")
}

/// One thing that a relation leads to.
pub fn one_related(relation: Relation) -> String {
    relation.words().one.map_or_else(|| one(relation.target()), str::to_owned)
}

/// Several things that a relation leads to.
pub fn several_related(relation: Relation) -> &'static str {
    relation.words().several.unwrap_or_else(|| plural(relation.target()))
}

/// Whether a grant comes in one of these ways.
pub fn via(kinds: &[(ViaKind, Range<usize>)], holds: bool) -> String {
    let word = |kind: ViaKind| match kind {
        ViaKind::Direct => "directly",
        ViaKind::Group => "through a group",
        ViaKind::Membership => "by membership",
    };
    let all = joined(kinds.iter().map(|(kind, _)| word(*kind).to_owned()), "or");
    if holds { format!("that comes {all}") } else { format!("that does not come {all}") }
}

/// Where a grant holds, if it is said.
pub fn place(test: &TextPredicate) -> Option<String> {
    match (test.holds("organization"), test.holds("project")) {
        (true, false) => Some("of the organization".to_owned()),
        (false, true) => Some("in a project".to_owned()),
        (true, true) | (false, false) => None,
    }
}

/// Who holds a grant, if it is said.
pub fn holders(test: &TextPredicate) -> Option<String> {
    let words = [("user", "a user"), ("group", "a group"), ("service_account", "a service account")];
    let meant: Vec<String> =
        words.iter().filter(|(word, _)| test.holds(word)).map(|(_, noun)| (*noun).to_owned()).collect();
    (!meant.is_empty()).then(|| joined(meant.into_iter(), "or"))
}
