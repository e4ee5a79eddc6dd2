//! Data that may mislead, whatever the rules ask: one sentence for each case.

use std::collections::BTreeMap;

use super::facts::Facts;
use super::permission::oddity;
use crate::org::{Known, Text};
use crate::policy::{Kind, Naming, TextColumn, Type, of};

/// How many things a sentence names.
const NAMED: usize = 5;

/// All of them, in the order of kinds.
pub fn oddities(facts: &Facts<'_>) -> Vec<String> {
    let mut told = permissions(facts);
    told.extend(shared_names(facts));
    told.extend(unknown_words(facts));
    told
}

/// Custom roles with permissions that contain a wildcard or are spelled oddly.
fn permissions(facts: &Facts<'_>) -> Vec<String> {
    let org = facts.org;
    let custom = (0..org.roles.len()).filter(|&at| org.roles[at].predefined_role != Known::Value(true));
    let tell = |at: usize| {
        let words = org.roles[at].permissions.value()?.iter().map(|&word| org.symbols.text(word));
        let mut odd: Vec<String> =
            words.filter_map(|word| Some(format!("`{word}` ({})", oddity(word)?))).collect::<Vec<_>>();
        if odd.is_empty() {
            return None;
        }
        let role = facts.access.thing(Kind::Role, at);
        let odd = listed(&mut odd);
        Some(format!("role {} ({}) has permissions in an odd spelling: {odd}", role.qualified_label(), role.id))
    };
    custom.filter_map(tell).collect()
}

/// Names that two groups, or two roles in one scope, share: a rule with that name means both.
fn shared_names(facts: &Facts<'_>) -> Vec<String> {
    let mut told = Vec::new();
    for (kind, what) in [(Kind::Role, "roles"), (Kind::Group, "groups")] {
        let mut bearers: BTreeMap<(Option<Text>, Text), Vec<String>> = BTreeMap::new();
        for at in 0..facts.access.count(kind) {
            let predefined = kind == Kind::Role && facts.org.roles[at].predefined_role != Known::Value(false);
            let thing = facts.access.thing(kind, at);
            if let Some(name) = thing.name.clone().filter(|_| !predefined) {
                let place = thing.project.as_ref().map(|project| project.id.clone());
                bearers.entry((place, name)).or_default().push(thing.id.to_string());
            }
        }
        for ((place, name), mut ids) in bearers.into_iter().filter(|(_, ids)| ids.len() > 1) {
            let number = ids.len();
            let within = place.map_or(String::new(), |project| format!(" in project {project}"));
            let ids = listed(&mut ids);
            told.push(format!(
                "{number} {what}{within} are called `{name}`: {ids}. A rule with this name means all of them"
            ));
        }
    }
    told
}

/// Words of the API that rolelint does not know. Rules that name the known words do not match them.
fn unknown_words(facts: &Facts<'_>) -> Vec<String> {
    let org = facts.org;
    let mut told = Vec::new();
    for attribute in Kind::ALL.into_iter().flat_map(of) {
        let (Some(Naming::OneOf(words)), Type::Text(_, TextColumn::Symbol(read))) = (attribute.names, attribute.type_)
        else {
            continue;
        };
        // For each word, the first thing that has it, and how many have it.
        let mut seen: Vec<Option<(usize, usize)>> = vec![None; org.symbols.len()];
        for at in 0..facts.access.count(attribute.of) {
            if let Known::Value(word) = read(org, at) {
                seen[word.at()].get_or_insert((at, 0)).1 += 1;
            }
        }
        for (word, seen) in org.symbols.iter().zip(seen) {
            let Some((first, number)) = seen else { continue };
            if words.iter().any(|known| known.eq_ignore_ascii_case(word)) {
                continue;
            }
            let thing = facts.access.thing(attribute.of, first);
            let more = if number > 1 { format!(" and {} more", number - 1) } else { String::new() };
            let (kind, name, known) = (thing.kind.words(), attribute.name, words.join("`, `"));
            told.push(format!(
                "the `{name}` of {kind} {}{more} is `{word}`, a value that rolelint does not know: rules that name `{known}` do \
                 not mean it",
                thing.qualified_label()
            ));
        }
    }
    told
}

fn listed(words: &mut Vec<String>) -> String {
    let more = words.len().saturating_sub(NAMED);
    words.truncate(NAMED);
    if more > 0 { format!("{} and {more} more", words.join(", ")) } else { words.join(", ") }
}
