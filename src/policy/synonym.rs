//! Words that other tools and languages have for what has another name here, or stands elsewhere.

/// Each word with the names that it may stand for. Which one is meant depends on which of them are allowed there.
const SYNONYMS: &[(&str, &[&str])] = &[
    ("and", &["all"]),
    ("allof", &["all"]),
    ("all_of", &["all"]),
    ("or", &["any"]),
    ("anyof", &["any"]),
    ("any_of", &["any"]),
    ("oneof", &["any"]),
    ("in", &["any"]),
    ("contains", &["any"]),
    ("includes", &["any"]),
    ("equals", &["any"]),
    ("glob", &["any"]),
    ("is", &["any"]),
    ("not", &["except"]),
    ("not_in", &["except"]),
    ("nin", &["except"]),
    ("noneof", &["none"]),
    ("none_of", &["none"]),
    ("matches", &["regex"]),
    ("pattern", &["regex"]),
    ("exists", &["some"]),
    ("deny", &["forbid"]),
    ("disallow", &["forbid"]),
    ("must_not", &["forbid"]),
    ("assert", &["require"]),
    ("must", &["require"]),
    ("expect", &["require"]),
    ("when", &["where"]),
    ("if", &["where"]),
    ("filter", &["where"]),
    ("match", &["where"]),
    ("resource", &["select"]),
    ("kind", &["select"]),
    ("description", &["rationale"]),
    ("message", &["title"]),
    ("summary", &["title"]),
    ("fix", &["remediation"]),
    ("level", &["severity"]),
    ("<", &["max"]),
    ("<=", &["max"]),
    ("lt", &["max"]),
    ("lte", &["max"]),
    ("at_most", &["max"]),
    (">", &["min"]),
    (">=", &["min"]),
    ("gt", &["min"]),
    ("gte", &["min"]),
    ("at_least", &["min"]),
    ("older", &["older_than"]),
    ("newer", &["newer_than"]),
    ("within_next", &["within"]),
    ("roles", &["holds"]),
    ("member_of", &["groups"]),
    ("owners", &["holders"]),
    ("users", &["members", "holders"]),
];

/// Words for what a rule should leave out.
const EXCEPTIONS: &[&str] = &[
    "allow",
    "allowed",
    "allowlist",
    "except",
    "exception",
    "exceptions",
    "exclude",
    "excludes",
    "exempt",
    "exemptions",
    "ignore",
    "ignored",
    "skip",
    "suppress",
    "unless",
    "waive",
    "waiver",
    "waivers",
    "whitelist",
];

/// What helps with a word that is not one of those known, which are `of_rule` if it is a key of a rule.
pub fn advice(word: &str, known: &[&str], of_rule: &[&str]) -> Option<String> {
    if known == of_rule && EXCEPTIONS.contains(&word.to_lowercase().as_str()) {
        let help = "to leave things out of the rule, write `where: { not: … }`; to accept a finding until a date, write \
                    a waiver with `rolelint waivers add`";
        return Some(help.to_owned());
    }
    synonym(word, known.iter().copied()).map(|name| format!("did you mean `{name}`?"))
}

/// The name that a word stands for elsewhere, if it is one of those known.
pub fn synonym<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let names = SYNONYMS.iter().find(|(other, _)| *other == word)?.1;
    known.into_iter().find(|name| names.contains(name))
}

#[cfg(test)]
mod tests {
    use super::{SYNONYMS, synonym};

    #[test]
    fn a_word_means_a_name_only_where_that_can_stand() {
        assert_eq!(synonym("anyOf", ["all", "any", "not"]), Some("any"));
        assert_eq!(synonym("not", ["any", "except", "regex"]), Some("except"));
        assert_eq!(synonym("not", ["min", "max"]), None);
        assert_eq!(synonym("perhaps", ["min", "max"]), None);
    }

    #[test]
    fn each_word_stands_there_once_in_small_letters() {
        for (at, (word, names)) in SYNONYMS.iter().enumerate() {
            assert_eq!(*word, word.to_lowercase());
            assert!(!names.contains(word) && SYNONYMS[..at].iter().all(|(other, _)| other != word), "{word}");
        }
    }
}
