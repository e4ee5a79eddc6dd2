//! What a field could be: values that the rule's own words ask for, and their neighbours.

use std::collections::BTreeMap;

use crate::org::{mailbox, plain_name};
use crate::policy::{
    Assertion, Attribute, Automata, Bounds, Condition, Kind, ListPredicate, Naming, Pattern, Predicate, Rule,
    TimePredicate, ViaPredicate, known_permissions,
};
use crate::time::Time;

/// The most elements that a list is given.
const LONGEST: u64 = 400;

/// How many patterns of one attribute are looked at for a text that some of them match and others do not.
const TOGETHER: usize = 5;

/// The words, lists and moments that a rule speaks of, by attribute.
pub struct Values {
    texts: BTreeMap<&'static str, Vec<String>>,
    /// Those patterns that match more than one text.
    patterns: BTreeMap<&'static str, Vec<Pattern>>,
    times: Vec<i64>,
    dates: Vec<Time>,
    now: Time,
}

impl Values {
    pub fn of(rule: &Rule, now: Time) -> Self {
        let (texts, patterns) = (BTreeMap::new(), BTreeMap::new());
        let mut values = Self { texts, patterns, times: Vec::new(), dates: Vec::new(), now };
        values.add(&rule.filter);
        match &rule.assertion {
            Assertion::Forbid(condition) | Assertion::Require(condition) => values.add(condition),
            Assertion::Exactly(exactly) => values.patterns(exactly.attribute, exactly.values.iter()),
            Assertion::Count(..) => {}
        }
        values.meet();
        values
    }

    /// Texts that some of the patterns of an attribute match and the others do not, for each choice of some.
    fn meet(&mut self) {
        for (key, patterns) in &mut self.patterns {
            patterns.truncate(TOGETHER);
            let automata = Automata::of(patterns.iter());
            let known = self.texts.entry(key).or_default();
            for choice in 1..1_u32 << patterns.len() {
                let wanted: Vec<bool> = (0..patterns.len()).map(|at| choice >> at & 1 == 1).collect();
                let is_it =
                    |text: &String| patterns.iter().zip(&wanted).all(|(one, wanted)| one.matches(text) == *wanted);
                if !known.iter().any(is_it) {
                    known.extend(automata.meeting(&wanted));
                }
            }
        }
    }

    fn add(&mut self, condition: &Condition) {
        match &condition.predicate {
            Predicate::All(parts) | Predicate::Any(parts) => parts.iter().for_each(|part| self.add(part)),
            Predicate::Not(part) => self.add(part),
            Predicate::Related(_, _, related) => self.add(&related.condition),
            Predicate::Via(_, ViaPredicate::Group(group)) => self.add(group),
            Predicate::Text(attribute, _, test) => {
                self.patterns(attribute, test.any.iter().flatten().chain(&test.regex).chain(&test.except));
            }
            Predicate::List(attribute, _, test) => {
                let lists = [test.any.as_ref(), test.only.as_ref()].into_iter().flatten().flatten();
                self.patterns(attribute, lists.chain(&test.all).chain(&test.none).chain(&test.except));
            }
            Predicate::Time(_, _, test) => self.moments(test),
            Predicate::Flag(..) | Predicate::Via(_, ViaPredicate::Kinds(_)) => {}
        }
    }

    fn patterns<'p>(&mut self, attribute: &Attribute, patterns: impl Iterator<Item = &'p Pattern>) {
        let mut samples = Vec::new();
        for pattern in patterns {
            // A permission that exists reads better than a made-up one.
            let is_permission = matches!(attribute.names, Some(Naming::Permission));
            let known = known_permissions().iter().filter(|known| is_permission && pattern.matches(known));
            samples.extend(known.take(1).map(|known| (*known).to_owned()));
            samples.extend(pattern.samples());
            let several = self.patterns.entry(key(attribute.name)).or_default();
            if pattern.literal().is_none() && !several.iter().any(|other| other.text == pattern.text) {
                several.push(pattern.clone());
            }
        }
        let known = self.texts.entry(key(attribute.name)).or_default();
        // A text may have to match two patterns at once.
        let pairs = known.iter().take(12).flat_map(|one| samples.iter().take(12).map(move |other| (one, other)));
        let pairs: Vec<String> =
            pairs.flat_map(|(one, other)| [format!("{one}{other}"), format!("{other}{one}")]).collect();
        known.extend(samples);
        known.extend(pairs);
    }

    fn moments(&mut self, test: &TimePredicate) {
        let lengths = [test.older_than, test.newer_than, test.within, test.later_than];
        self.times.extend(lengths.into_iter().flatten());
        self.dates.extend([test.before, test.after].into_iter().flatten());
    }

    /// From when ages count.
    pub fn now(&self) -> Time {
        self.now
    }

    /// Texts for an attribute, the rule's own first.
    pub fn texts(&self, attribute: &Attribute) -> Vec<String> {
        let own = self.texts.get(key(attribute.name)).cloned().unwrap_or_default();
        let words: &[&str] = match attribute.names {
            Some(Naming::OneOf(words)) => words,
            Some(Naming::Itself | Naming::Permission) | None => &[],
        };
        let near: Vec<String> = own.iter().take(8).flat_map(|text| [format!("{text}x"), format!("x{text}")]).collect();
        let plain = ["something", "", "somebody@example.com", "owner", "reader", "member", "none"];
        let mut all: Vec<String> = own;
        all.extend(words.iter().chain(&plain).map(|word| (*word).to_owned()));
        all.extend(near);
        // The id of a predefined role is that role's alone.
        if attribute.of == Kind::Role && attribute.name == "id" {
            all.retain(|text| !text.starts_with("role-api-"));
        }
        let mut seen = std::collections::BTreeSet::new();
        all.retain(|text| seen.insert(text.clone()));
        all
    }

    /// Lists of permissions, the shortest first.
    pub fn lists(&self, test: &ListPredicate) -> Vec<Vec<String>> {
        let own = self.texts.get("permissions").cloned().unwrap_or_default();
        let other = "api.something.else".to_owned();
        let mut words: Vec<String> = own;
        words.truncate(40);
        words.push(other);
        words.extend(known_permissions().iter().map(|word| (*word).to_owned()));
        let mut seen = std::collections::BTreeSet::new();
        words.retain(|word| seen.insert(word.clone()));
        let mut lists = vec![Vec::new()];
        lists.extend(words.iter().map(|word| vec![word.clone()]));
        let few = &words[..words.len().min(10)];
        lists.extend(
            few.iter().enumerate().flat_map(|(at, one)| few[..at].iter().map(|two| vec![one.clone(), two.clone()])),
        );
        // One for each pattern that needs one.
        lists.push(
            test.all.iter().filter_map(|pattern| words.iter().find(|word| pattern.matches(word)).cloned()).collect(),
        );
        for number in test.count.into_iter().flat_map(edges) {
            let made = (0..number).map(|at| format!("api.generated{at}.read"));
            let of_patterns = [test.any.as_ref(), test.only.as_ref()]
                .into_iter()
                .flatten()
                .flatten()
                .flat_map(|pattern| (0..number).map(|at| pattern.text.replace('*', &format!("generated{at}"))));
            let may_stand =
                |word: &String| test.only.as_ref().is_none_or(|only| only.iter().any(|one| one.matches(word)));
            let counted: Vec<String> = of_patterns
                .chain(words.iter().cloned())
                .chain(made)
                .filter(|word| counts(test, word) && may_stand(word))
                .collect();
            let number = usize::try_from(number).unwrap_or(usize::MAX);
            let mut distinct = std::collections::BTreeSet::new();
            lists.push(counted.into_iter().filter(|word| distinct.insert(word.clone())).take(number).collect());
        }
        lists.push(words);
        lists
    }

    /// Moments: each bound of the rule, and the seconds around it.
    pub fn times(&self) -> Vec<Time> {
        let around = |at: Time| [at - 1, at, at + 1];
        let lengths = self.times.iter().flat_map(|length| [self.now - length, self.now + length]).flat_map(around);
        let dates = self.dates.iter().copied().flat_map(around);
        [self.now].into_iter().chain(lengths).chain(dates).collect()
    }
}

/// The field behind an attribute.
pub fn key(name: &'static str) -> &'static str {
    match name {
        "permission" => "permissions",
        "plain_name" => "name",
        "mailbox" => "email",
        name => name,
    }
}

/// What an attribute makes of the text in its field.
pub fn derived(name: &str, text: &str) -> String {
    match name {
        "plain_name" => plain_name(text),
        "mailbox" => mailbox(text),
        _ => text.to_owned(),
    }
}

/// The numbers at the edges of bounds, inside and outside.
pub fn edges(bounds: Bounds) -> Vec<u64> {
    let min = bounds.min.into_iter().flat_map(|min| [Some(min), min.checked_sub(1)]);
    let max = bounds.max.into_iter().flat_map(|max| [Some(max), max.checked_add(1)]);
    let mut all: Vec<u64> =
        [Some(0), Some(1)].into_iter().chain(min).chain(max).flatten().filter(|one| *one <= LONGEST).collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn counts(test: &ListPredicate, word: &str) -> bool {
    let matches = |patterns: &[Pattern]| patterns.iter().any(|pattern| pattern.matches(word));
    !matches(&test.except) && test.any.as_deref().is_none_or(matches)
}

/// Whether a list of plain words satisfies a test.
pub fn holds(test: &ListPredicate, words: &[String]) -> bool {
    let matches = |patterns: &[Pattern], word: &str| patterns.iter().any(|pattern| pattern.matches(word));
    let there: Vec<&String> = words.iter().filter(|word| !matches(&test.except, word)).collect();
    let some = |patterns: &[Pattern]| there.iter().any(|word| matches(patterns, word));
    let enough = match test.count {
        Some(bounds) => bounds.contain(words.iter().filter(|word| counts(test, word)).count() as u64),
        None => test.any.as_deref().is_none_or(some),
    };
    enough
        && test.all.iter().all(|pattern| some(std::slice::from_ref(pattern)))
        && test.only.as_deref().is_none_or(|only| there.iter().all(|word| matches(only, word)))
        && !some(&test.none)
}
