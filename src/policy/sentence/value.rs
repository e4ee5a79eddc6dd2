//! Tests of values as clauses: texts, lists, flags and times.

use super::words::{joined, noun as kind, some_of};
use crate::policy::{
    Attribute, Kind, ListPredicate, Means, Moment, Pattern, Slot, TextColumn, TextPredicate, This, TimePredicate,
    predefined,
};
use crate::time::{Time, rfc3339};

/// What an attribute is called in a sentence.
pub fn noun(attribute: &Attribute) -> String {
    match (attribute.of, attribute.name) {
        (_, "email") => "e-mail address".to_owned(),
        (Kind::User | Kind::ServiceAccount | Kind::Invite, "role") => "legacy role".to_owned(),
        (Kind::Invite, "project_roles") => "legacy roles in projects".to_owned(),
        (Kind::Role, "created_by") => "maker's id".to_owned(),
        (Kind::ApiKey, "owner_project_access") => "owner's access to the project".to_owned(),
        (_, "owner_type") => "kind of owner".to_owned(),
        (_, name) => name.replace('_', " "),
    }
}

/// That a flag is set, or is not.
pub fn flag(attribute: &Attribute, set: bool) -> String {
    let said = match (attribute.name, set) {
        ("predefined_role", true) => "that is predefined",
        ("predefined_role", false) => "that is custom",
        ("is_scim_managed", true) => "that the identity provider manages",
        ("is_scim_managed", false) => "that the identity provider does not manage",
        ("is_service_account", true) => "that is a service account",
        ("is_service_account", false) => "that is not a service account",
        ("enabled", true) => "that is enabled",
        ("enabled", false) => "that is disabled",
        ("banned", true) => "that is banned",
        ("banned", false) => "that is not banned",
        ("listed", true) => "that the list of users has",
        ("listed", false) => "that the list of users does not have",
        (name, set) => {
            let not = if set { "" } else { "not " };
            return format!("whose {} is {not}true", name.replace('_', " "));
        }
    };
    said.to_owned()
}

/// What a text is, or is not.
pub fn text(attribute: &Attribute, column: TextColumn, test: &TextPredicate, holds: bool) -> String {
    match column {
        TextColumn::Scope => return scope(test, holds, attribute.of),
        TextColumn::Principal => {
            let words = test.any.iter().flatten().map(|pattern| pattern.text.replace('_', " "));
            let not = if holds { "" } else { "not " };
            return format!("that is {not}of a {}", joined(words, "or"));
        }
        TextColumn::Each(_) | TextColumn::Derived(_) | TextColumn::Symbol(_) => {}
    }
    if attribute.of == Kind::Role && attribute.name == "scope" {
        return scope(test, holds, attribute.of);
    }
    let (name, is) = (noun(attribute), if holds { "is" } else { "is not" });
    let empty = test.any.as_ref().is_none_or(|any| any.is_empty()) && test.this.is_empty() && test.regex.is_none();
    if empty && test.null && test.except.is_empty() {
        return if holds { format!("without {}", article(&name)) } else { format!("with {}", article(&name)) };
    }
    let null = test.null.then(|| "missing".to_owned());
    let this = test.this.iter().map(|one| this(one, attribute));
    let values = one_of(test.any.iter().flatten(), null.into_iter().chain(this));
    let mut said = Vec::new();
    if !values.is_empty() {
        said.push(format!("{is} {values}"));
    }
    if let Some(regex) = &test.regex {
        let matches = if holds { "matches" } else { "does not match" };
        said.push(format!("{matches} the regular expression `{}`", regex.text));
    }
    if !test.except.is_empty() {
        let except = one_of(test.except.iter(), std::iter::empty());
        said.push(if said.is_empty() { format!("is anything but {except}") } else { format!("is not {except}") });
    }
    format!("whose {name} {}", joined(said.into_iter(), "and"))
}

fn scope(test: &TextPredicate, holds: bool, of: Kind) -> String {
    let (organization, project) = (test.holds("organization") == holds, test.holds("project") == holds);
    let place = match (organization, project) {
        (true, false) => "of the organization",
        (false, true) if of == Kind::Role => "of a project",
        (false, true) => "in a project",
        (true, true) => "of the organization or of a project",
        (false, false) => "of no scope",
    };
    place.to_owned()
}

/// What elements a list has, or does not have.
pub fn list(attribute: &Attribute, test: &ListPredicate, holds: bool) -> Vec<String> {
    let permissions = matches!(attribute.name, "permissions" | "permission");
    let (does, does_not) = if permissions { ("that permits", "that does not permit") } else { ("with", "without") };
    let (does, does_not) = if holds { (does, does_not) } else { (does_not, does) };
    let among = if permissions { String::new() } else { format!(" among its {}", noun(attribute)) };
    let mut said = Vec::new();
    if !test.escalation.is_empty() {
        let words = joined(test.escalation.iter().map(|word| word.name().to_owned()), "or");
        return vec![format!("{} {words}", if holds { "that allows" } else { "that does not allow" })];
    }
    let words = |slot: Slot, patterns: &[Pattern]| {
        let this = test.this.iter().filter(|(of, _)| *of == slot).map(|(_, one)| of_this(one));
        patterns.iter().map(pattern).chain(this).collect::<Vec<String>>()
    };
    let any = |words: Vec<String>| joined(words.into_iter(), "or");
    match (test.count, &test.any) {
        (Some(bounds), among) => {
            let with = if holds { "with" } else { "not with" };
            let such = |among: &Vec<_>| format!(" that are {}", any(words(Slot::Any, among)));
            let such = among.as_ref().map(such).unwrap_or_default();
            said.push(format!("{with} {}{such}", some_of(bounds, &noun(attribute))));
        }
        (None, Some(patterns)) => said.push(format!("{does} {}{among}", any(words(Slot::Any, patterns)))),
        (None, None) => {}
    }
    let all = words(Slot::All, &test.all);
    let only = test.only.as_deref().map(|only| words(Slot::Only, only));
    if !all.is_empty() && only.as_ref() == Some(&all) && holds {
        said.push(format!("{does} exactly {}{among}", joined(all.into_iter(), "and")));
    } else {
        if !all.is_empty() {
            said.push(format!("{does} {}{among}", joined(all.into_iter(), "and")));
        }
        if let Some(only) = only {
            let only = if only.is_empty() { "nothing".to_owned() } else { format!("nothing but {}", any(only)) };
            said.push(format!("{does} {only}{among}"));
        }
    }
    let none = words(Slot::None, &test.none);
    if !none.is_empty() {
        said.push(format!("{does_not} {}{among}", any(none)));
    }
    let except = words(Slot::Except, &test.except);
    if !except.is_empty() {
        let except = any(except);
        if let Some(last) = said.pop() {
            said.push(format!("{last}, apart from {except}"));
        }
    }
    said
}

/// What happens at a time: before it, after it, and if it is `null`.
fn verbs(attribute: &Attribute) -> (&'static str, &'static str, &'static str) {
    match attribute.name {
        "created_at" | "created" => ("was made", "will be made", "was never made"),
        "added_at" => ("joined", "will join", "never joined"),
        "updated_at" => ("last changed", "will change", "never changed"),
        "last_used_at" => ("was last used", "will be used", "was never used"),
        "api_key_last_used_at" => ("last used a key", "will use a key", "never used a key"),
        "expires_at" => ("expired", "expires", "never expires"),
        "archived_at" => ("was archived", "will be archived", "was never archived"),
        _ => ("was accepted", "will be accepted", "was never accepted"),
    }
}

/// When something was or will be.
pub fn time(attribute: &Attribute, test: &TimePredicate, holds: bool) -> String {
    let (past, future, never) = verbs(attribute);
    let mut said = Vec::new();
    if test.null {
        said.push(never.to_owned());
    }
    let mut add = |verb: &str, when: String| said.push(format!("{verb} {when}"));
    if let Some(length) = test.older_than {
        add(past, format!("more than {} ago", length_of(length)));
    }
    if let Some(length) = test.newer_than {
        add(past, format!("less than {} ago", length_of(length)));
    }
    if let Some(length) = test.within {
        add(future, format!("within {}", length_of(length)));
    }
    if let Some(length) = test.later_than {
        add(future, format!("more than {} from now", length_of(length)));
    }
    if let Some(time) = test.before {
        add(past, format!("before {}", moment(time)));
    }
    if let Some(time) = test.after {
        add(past, format!("on {} or later", moment(time)));
    }
    // Which of the two moments is in the past is not known.
    let verb = |attribute: &Attribute| match verbs(attribute) {
        (_, future, _) if attribute.name == "expires_at" => future,
        (past, ..) => past,
    };
    for Moment { after, this, offset } in &test.this {
        let own = format!("{} {}", selected(this), verb(this.attribute));
        let length = length_of(offset.abs());
        let when = match (after, offset.signum()) {
            (false, 0) => format!("before {own}"),
            (true, 0) => format!("when {own}, or later"),
            (false, 1) => format!("less than {length} after {own}"),
            (true, 1) => format!("{length} or more after {own}"),
            (false, _) => format!("more than {length} before {own}"),
            (true, _) => format!("{length} or less before {own}, or later"),
        };
        said.push(format!("{} {when}", verb(attribute)));
    }
    let said = joined(said.into_iter(), "and");
    if holds {
        return format!("that {said}");
    }
    let not = match said.split_once(' ') {
        Some(("was", rest)) => format!("was not {rest}"),
        Some(("joined", rest)) => match rest.strip_prefix("less than ") {
            Some(ago) if !ago.contains(" and ") => return format!("that joined at least {ago}"),
            Some(_) | None => format!("did not join {rest}"),
        },
        Some(("expires", rest)) => format!("does not expire {rest}"),
        Some(("will", rest)) => format!("will not {rest}"),
        Some(_) | None => return format!("for which it is not true that it {said}"),
    };
    format!("that {not}")
}

fn length_of(seconds: i64) -> String {
    let (number, unit) = match seconds {
        seconds if seconds % 86_400 == 0 => (seconds / 86_400, "day"),
        seconds if seconds % 3_600 == 0 => (seconds / 3_600, "hour"),
        seconds => (seconds / 60, "minute"),
    };
    let s = if number == 1 { "" } else { "s" };
    format!("{number} {unit}{s}")
}

fn moment(time: Time) -> String {
    rfc3339(time).replace("T00:00:00Z", "")
}

fn pattern(pattern: &Pattern) -> String {
    if pattern.text.is_empty() {
        return "empty".to_owned();
    }
    predefined::meant_by(pattern).map_or_else(|| format!("`{}`", pattern.text), |(word, _)| word.to_owned())
}

/// One of these values: the literal ones, and what is like one of the others.
fn one_of<'p>(patterns: impl Iterator<Item = &'p Pattern>, others: impl Iterator<Item = String>) -> String {
    let is_like = |of: &&Pattern| of.literal().is_none() && predefined::meant_by(of).is_none();
    let (like, literal): (Vec<&Pattern>, Vec<&Pattern>) = patterns.partition(is_like);
    let literal = others.chain(literal.into_iter().map(pattern)).collect::<Vec<_>>();
    let like = like.into_iter().map(pattern);
    if literal.is_empty() && like.len() > 0 {
        return format!("like {}", joined(like, "or"));
    }
    joined(literal.into_iter().chain(like.map(|one| format!("like {one}"))), "or")
}

/// A text of the selected thing.
fn this(this: &This, attribute: &Attribute) -> String {
    let plain = matches!(&this.means, Means::Text { before, after } if before.is_empty() && after.is_empty());
    let same = plain && this.through.is_empty() && this.attribute.name == attribute.name;
    if same { "the same".to_owned() } else { of_this(this) }
}

/// The selected thing, or the one that it leads to: `the selected API key's project`.
fn selected(this: &This) -> String {
    let of = this.through.first().map_or(this.attribute.of, |(attribute, _)| attribute.of);
    let through = this.through.iter().map(|(attribute, _)| attribute.name.replace('_', " "));
    let whose: Vec<String> = std::iter::once(format!("the selected {}", kind(of))).chain(through).collect();
    whose.join("'s ")
}

/// A value of the selected thing.
fn of_this(this: &This) -> String {
    let whose = selected(this);
    let own = match this.attribute.name {
        "created_by" => format!("the id of {whose}'s maker"),
        "permissions" => format!("what {whose} permits"),
        "permission" => format!("what the role of {whose} permits"),
        _ => format!("the {} of {whose}", noun(this.attribute)),
    };
    match &this.means {
        Means::Text { before, after } => {
            let quoted = |text: &String| if text.is_empty() { String::new() } else { format!("`{text}`") };
            let parts = [quoted(before), own, quoted(after)].into_iter().filter(|part| !part.is_empty());
            parts.collect::<Vec<_>>().join(" followed by ")
        }
        Means::Listed(_) => format!("listed for {own}"),
    }
}

/// `a name`, `an e-mail address`.
fn article(noun: &str) -> String {
    let an = noun.starts_with(['a', 'e', 'i', 'o']);
    format!("{} {noun}", if an { "an" } else { "a" })
}
