//! Conditions that never or always hold, and texts that can match nothing. They do not load: a rule made of them would
//! pass for every organization.

use std::collections::HashSet;

use super::{
    Attribute, Condition, Kind, ListPredicate, Naming, Part, Pattern, Patterns, Predicate, Quantity, Relation,
    TextColumn, TextPredicate,
};
use crate::document::tree::Node;
use crate::document::{Code, Reader};

pub(super) const NEVER: &str = "a condition that can never hold makes a rule that always passes";

/// Who requires both what is selected and what is asserted.
pub(super) const WHOLE_RULE: &str = "the rule";

impl Reader<'_> {
    /// Notes white space at an end, which is invisible, and line breaks.
    pub(super) fn no_stray_characters(&mut self, text: &str, node: &Node) {
        let end = text.strip_suffix(char::is_whitespace).is_some_and(|rest| !rest.ends_with('\\'));
        let message = if text.contains(['\n', '\r']) {
            "a line break in a pattern"
        } else if end || text.starts_with(char::is_whitespace) {
            "white space at the start or end of a pattern"
        } else {
            return;
        };
        let problem = Code::InvalidPattern.at(node.span.clone(), message);
        self.problem(problem.help("remove it; if a name has it, write a backslash before it, or `?` instead of it"));
    }

    /// Notes characters that no id and no permission has: two patterns in one text, or letters that only look alike.
    pub(super) fn plain_words<'p>(&mut self, attribute: &Attribute, patterns: impl Iterator<Item = &'p Pattern>) {
        for pattern in patterns {
            let braces = pattern.text.contains('{');
            let message = match pattern.text.chars().find(|c| !c.is_ascii() || c.is_ascii_control()) {
                Some(c) => {
                    format!("`{}` takes only ASCII characters, and {} is not one", attribute.name, c.escape_unicode())
                }
                None if pattern.text.contains(',') && !braces => {
                    format!("a comma: no value of `{}` has one", attribute.name)
                }
                // White space at an end was noted already.
                None if pattern.text.trim().contains(' ') => {
                    format!("a space: no value of `{}` has one", attribute.name)
                }
                None => continue,
            };
            self.problem(
                Code::InvalidPattern.at(pattern.span.clone(), message).help("write several patterns as a list: [a, b]"),
            );
        }
    }

    pub(super) fn text_can_hold(&mut self, attribute: &Attribute, test: &TextPredicate, node: &Node) {
        let excluded = test.this.is_empty() && test.any.as_ref().is_some_and(|any| covered(any, &test.except));
        if !test.null && (excluded || test.except.iter().any(Pattern::matches_all)) {
            self.never(node, &format!("`except` excludes everything in `{}`", attribute.name));
        }
    }

    /// Notes a comparison with words that rolelint makes itself: which there are is known without it.
    pub(super) fn words_of_this(&mut self, attribute: &Attribute, column: TextColumn, test: &TextPredicate) {
        if let (Some(words), Some(this)) = (column.own_words(), test.this.first()) {
            let message = format!("`{}` cannot be compared with the selected thing", attribute.name);
            let problem = Code::Misplaced.at(this.span.clone(), message);
            self.problem(problem.help(format!("it is one of: {}", words.join(", "))));
        }
    }

    pub(super) fn list_can_hold(&mut self, attribute: &Attribute, test: &ListPredicate, node: &Node) {
        if attribute.names == Some(Naming::Permission) {
            let lists = [test.any.as_ref(), test.only.as_ref()].into_iter().flatten().flatten();
            let all: Vec<&Pattern> = lists.chain(&test.all).chain(&test.none).chain(&test.except).collect();
            self.misplaced_permissions(attribute, &all);
            self.plain_words(attribute, all.into_iter());
        }
        // What the selected thing has is not known here.
        if !test.this.is_empty() {
            return;
        }
        let except = Patterns::from(test.except.clone());
        let any = test.any.as_ref().is_some_and(|any| covered(any, &except));
        let each = test.all.iter().any(|one| covered(std::slice::from_ref(one), &except));
        if any || each || test.except.iter().any(Pattern::matches_all) {
            self.never(node, &format!("`except` excludes everything in `{}`", attribute.name));
        }
        let wanted = test.any.iter().map(Vec::as_slice).chain(test.all.iter().map(std::slice::from_ref));
        if test.count.is_none() && wanted.into_iter().any(|any| covered(any, &test.none.clone().into())) {
            self.never(node, &format!("`none` excludes what `{}` must have", attribute.name));
        }
        let apart = |any: &Vec<Pattern>, only: &Vec<Pattern>| {
            let outside =
                |one: &Pattern| one.literal().is_some_and(|text| !only.iter().any(|other| other.matches(text)));
            !any.is_empty() && any.iter().all(outside)
        };
        if test.count.is_none() && test.any.as_ref().zip(test.only.as_ref()).is_some_and(|(any, only)| apart(any, only))
        {
            self.never(node, &format!("`only` excludes what `{}` must have", attribute.name));
        }
    }

    /// Notes two conditions that exclude each other, among those that all have to hold; `who` requires them.
    pub(super) fn all_can_hold<'p>(&mut self, who: &str, parts: impl IntoIterator<Item = &'p Condition>) {
        // Each with the number of the condition that it is a part of: what is selected comes before what is asserted.
        let parts = parts.into_iter().enumerate();
        let parts: Vec<(usize, &Condition)> =
            parts.flat_map(|(of, condition)| leaves(condition).into_iter().map(move |leaf| (of, leaf))).collect();
        for (at, (of, part)) in parts.iter().enumerate() {
            // What is wrong in itself has been noted.
            if self.problems.iter().any(|problem| part.span.contains(&problem.span.start)) {
                continue;
            }
            let found =
                parts[..at].iter().find_map(|(other, earlier)| Some((other, earlier, clash(who, earlier, part)?)));
            let Some((other, earlier, (message, help))) = found else { continue };
            let line = self.source.region(&earlier.span).line;
            let problem = match (texts(earlier), texts(part)) {
                (Some(selected), Some(asserted)) if who == WHOLE_RULE && of != other => Code::NeverHolds
                    .at(part.span.clone(), format!("line {line} selects {selected}, so {asserted} never holds")),
                _ => Code::NeverHolds.at(part.span.clone(), message).help(help),
            };
            self.problem(problem);
        }
    }

    pub(super) fn related_can_hold(&mut self, of: Kind, condition: &Condition) {
        let Predicate::Related(_, relation, test) = &condition.predicate else { return };
        let inner = &test.condition;
        if test.quantity == Quantity::Every && matches!(&inner.predicate, Predicate::All(parts) if parts.is_empty()) {
            let problem = Code::AlwaysHolds.at(condition.span.clone(), "`every` is empty, so it always holds");
            self.problem(problem.help("say what each of them must satisfy"));
        }
        let mut possible = true;
        for part in inner.conjuncts() {
            if let Some((message, help)) = impossible(*relation, of, part) {
                self.problem(Code::NeverHolds.at(part.span.clone(), message).help(help));
                possible = false;
            }
        }
        if possible && relation.target() == Kind::Grant {
            self.grant_can_hold(inner.conjuncts(), Some((*relation, of)));
        }
    }

    pub(super) fn never(&mut self, node: &Node, message: &str) {
        self.problem(Code::NeverHolds.at(node.span.clone(), message).help(NEVER));
    }
}

/// Why a condition on the grants of a relation can hold of none of them.
fn impossible(relation: Relation, of: Kind, part: &Condition) -> Option<(String, String)> {
    match (relation, &part.predicate) {
        (Relation::Holds, Predicate::Text(_, TextColumn::Principal, test)) if !test.holds(of.name()) => Some((
            format!("the grants of {} are its own: the `principal` is always {}", of.one(), of.name()),
            "for grants through groups, write `via: group`".to_owned(),
        )),
        (
            Relation::Holds,
            Predicate::Related(attribute, to @ Relation::Part(Part::User | Part::Group | Part::ServiceAccount), test),
        ) if test.quantity == Quantity::Some && to.target() != of => Some((
            format!("the grants of {} are its own: they never have `{}`", of.one(), attribute.name),
            "for grants through a group, write `via: { group: … }`; for membership, write `groups: …`".to_owned(),
        )),
        (Relation::Holders, Predicate::Text(_, TextColumn::Scope, test))
            if of == Kind::Project && !test.holds("project") =>
        {
            Some((
                "the holders of a project hold roles in the project, so none of their grants is in the organization"
                    .to_owned(),
                "write `scope: project`, or omit it".to_owned(),
            ))
        }
        (
            _,
            Predicate::All(_)
            | Predicate::Any(_)
            | Predicate::Not(_)
            | Predicate::Text(..)
            | Predicate::List(..)
            | Predicate::Flag(..)
            | Predicate::Time(..)
            | Predicate::Related(..)
            | Predicate::Via(..),
        ) => None,
    }
}

/// `role: owner`, of a condition that a text is one of some.
fn texts(condition: &Condition) -> Option<String> {
    let Predicate::Text(attribute, _, test) = &condition.predicate else { return None };
    let any = test.any.as_ref().filter(|_| !test.null && test.this.is_empty())?;
    let any: Vec<&str> = any.iter().map(|pattern| pattern.text.as_str()).collect();
    (!any.is_empty()).then(|| format!("`{}: {}`", attribute.name, any.join(", ")))
}

/// The parts of a condition that all have to hold.
fn leaves(condition: &Condition) -> Vec<&Condition> {
    match &condition.predicate {
        Predicate::All(parts) => parts.iter().flat_map(leaves).collect(),
        Predicate::Any(_)
        | Predicate::Not(_)
        | Predicate::Text(..)
        | Predicate::List(..)
        | Predicate::Flag(..)
        | Predicate::Time(..)
        | Predicate::Related(..)
        | Predicate::Via(..) => vec![condition],
    }
}

/// Why nothing can satisfy both conditions, and what to write instead, if they are about one attribute and exclude each
/// other.
fn clash(who: &str, one: &Condition, other: &Condition) -> Option<(String, &'static str)> {
    match (&one.predicate, &other.predicate) {
        (Predicate::Flag(of, _, one), Predicate::Flag(attribute, _, other))
            if std::ptr::eq(*of, *attribute) && one != other =>
        {
            Some((format!("{who} requires `{}` to be true and false", attribute.name), NEVER))
        }
        (Predicate::Text(of, _, one), Predicate::Text(attribute, _, other))
            if std::ptr::eq(*of, *attribute) && (excludes(one, other) || excludes(other, one)) =>
        {
            let message = format!("{who} requires two values of `{}`, which has only one", attribute.name);
            Some((message, "for one or the other, write a list: name: [a, b]"))
        }
        (Predicate::Time(of, _, one), Predicate::Time(attribute, _, other)) if std::ptr::eq(*of, *attribute) => {
            one.excludes(other).then(|| (format!("the bounds of `{}` exclude each other", attribute.name), NEVER))
        }
        _ => None,
    }
}

/// Whether a text has to be one of some literals, none of which satisfies the other condition.
fn excludes(one: &TextPredicate, other: &TextPredicate) -> bool {
    let fixed = |test: &TextPredicate| !test.null && test.this.is_empty();
    let (true, true, Some(any)) = (fixed(one), fixed(other), &one.any) else { return false };
    let literals: Option<Vec<&str>> = any.iter().map(Pattern::literal).collect();
    literals.is_some_and(|all| !all.into_iter().any(|text| other.holds(text)))
}

/// Whether each pattern is left out by one of `except`: the same text, or a literal that it matches.
fn covered(any: &[Pattern], except: &Patterns) -> bool {
    if any.is_empty() || except.is_empty() {
        return false;
    }
    let texts: HashSet<&str> = except.iter().map(|other| other.text.as_str()).collect();
    let by =
        |one: &Pattern| texts.contains(one.text.as_str()) || one.literal().is_some_and(|text| except.match_any(text));
    except.iter().any(Pattern::matches_all) || any.iter().all(by)
}
