//! Conditions that never or always hold, and texts that can match nothing. They do not load: a rule made of them would
//! pass for every organization.

use std::ops::Range;

use super::clash::{Clash, Leaf, NEVER, clash, implied, leaves};
use super::emptiness::{Limits, most, some_element, some_text, wanted};
use super::{
    Attribute, Condition, Kind, ListPredicate, Means, Naming, Part, Pattern, Patterns, Predicate, Quantity, Relation,
    Slot, TextColumn, TextPredicate, This,
};
use crate::document::tree::Node;
use crate::document::{Code, Reader};

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
        // What is wrong in itself has been noted.
        if self.problems.iter().any(|problem| node.span.contains(&problem.span.start)) {
            return;
        }
        let name = attribute.name;
        let except = TextPredicate { except: test.except.clone(), ..TextPredicate::default() };
        // What the selected thing has is not known here.
        let apart = if test.this.is_empty() { test } else { &except };
        if (test.except.is_empty() && test.regex.is_none()) || some_text(&[(apart, true)]) {
            return;
        }
        let without = TextPredicate { except: Patterns::default(), ..test.clone() };
        if test.except.is_empty() || !some_text(&[(&without, true)]) {
            self.never(node, &format!("nothing matches what `{name}` asks for"));
        } else {
            self.never(node, &format!("`except` excludes everything in `{name}`"));
        }
    }

    /// Notes values of the selected thing that are looked up where nothing is listed.
    pub(super) fn looks_something_up<'t>(&mut self, mut this: impl Iterator<Item = &'t This> + Clone) {
        let listed = |this: &This| match &this.means {
            Means::Listed(listed) => listed.iter().any(|(_, values)| !values.is_empty()),
            Means::Text { .. } => true,
        };
        let all = this.clone();
        if let Some(first) = this.next().filter(|_| !all.clone().any(listed)) {
            let problem = Code::Empty.at(first.span.clone(), "the parameter lists nothing, so it would match nothing");
            self.problem(problem.help("add an element, or omit the rule"));
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
        for (slot, patterns) in [
            (Slot::Any, test.any.as_deref()),
            (Slot::All, Some(test.all.as_slice())),
            (Slot::None, Some(test.none.as_slice())),
        ] {
            if patterns.is_none_or(<[Pattern]>::is_empty) {
                self.looks_something_up(test.this.iter().filter(|(of, _)| *of == slot).map(|(_, this)| this));
            }
        }
        // What the selected thing has is not known here.
        if !test.this.is_empty() {
            return;
        }
        let name = attribute.name;
        let (free, none) = (Limits::default(), Limits { none: &test.none, ..Limits::default() });
        let wanted = wanted(test);
        let lacks = |limits| wanted.iter().any(|wanted| !some_element(*wanted, test, limits));
        if lacks(free) || (!test.except.is_empty() && !some_element(None, test, free)) {
            self.never(node, &format!("`except` excludes everything in `{name}`"));
        } else if lacks(none) {
            self.never(node, &format!("`none` excludes what `{name}` must have"));
        } else if lacks(Limits { only: test.only.as_deref(), ..none }) {
            self.never(node, &format!("`only` excludes what `{name}` must have"));
        } else if let Some((min, most)) =
            test.count.and_then(|count| count.min).zip(most(test)).filter(|(min, most)| min > most)
        {
            self.never(node, &format!("`{name}` must have {min} elements of {most}"));
        }
        let alone = wanted.is_empty() && test.none.is_empty() && test.count.is_none();
        let outside = |only| some_element(None, test, Limits { none: only, ..free });
        if let Some(only) = test.only.as_deref().filter(|only| alone && !only.is_empty() && !outside(*only)) {
            let everything: Vec<&str> = only.iter().map(|pattern| pattern.text.as_str()).collect();
            let message = format!("`only` lets `{name}` have everything: {}", everything.join(", "));
            self.problem(Code::AlwaysHolds.at(node.span.clone(), message).help("say what it may have"));
        }
    }

    /// Notes two conditions that exclude each other, among those that all have to hold; `who` requires them.
    pub(super) fn all_can_hold<'p>(&mut self, who: &str, parts: impl IntoIterator<Item = &'p Condition>) {
        let parts: Vec<Leaf<'_>> = parts.into_iter().flat_map(|part| leaves(part, true)).collect();
        self.note_clashes(&parts, |reader, at, clash| {
            let (message, help) = clash.said(who);
            reader.problem(Code::NeverHolds.at(at, message).help(help));
        });
    }

    /// Notes two conditions of which one always holds, among those of which one has to.
    pub(super) fn any_can_fail(&mut self, parts: &[Condition]) {
        let parts: Vec<Leaf<'_>> = parts.iter().flat_map(|part| leaves(part, false)).collect();
        self.note_clashes(&parts, |reader, at, _| {
            let problem = Code::AlwaysHolds.at(at, "`any` always holds: this holds where another of them does not");
            reader.problem(problem.help("leave one of them out"));
        });
    }

    /// Notes a requirement that whatever is selected meets.
    pub(super) fn can_be_violated(&mut self, filter: &Condition, required: &Condition) {
        if implied(&leaves(filter, true), required) {
            let message = "whatever `where` selects satisfies it, so nothing could violate it";
            let problem = Code::AlwaysHolds.at(required.span.clone(), message);
            self.problem(problem.help("select more, or require something else"));
        }
    }

    fn note_clashes(&mut self, parts: &[Leaf<'_>], note: impl Fn(&mut Self, Range<usize>, Clash)) {
        for (at, part) in parts.iter().enumerate() {
            let span = &part.condition.span;
            // What is wrong in itself has been noted.
            if self.problems.iter().any(|problem| span.contains(&problem.span.start)) {
                continue;
            }
            if let Some(found) = parts[..at].iter().find_map(|earlier| clash(earlier, part)) {
                note(self, span.clone(), found);
            }
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
