//! `$this`: a text of the selected thing, as a value that a related thing is compared with.

use std::collections::{BTreeSet, HashSet};
use std::ops::Range;

use super::{Attribute, Case, Condition, Kind, Pattern, Patterns, Predicate, Quantity, Relation, TextColumn, Type};
use super::{TextPredicate, ViaPredicate, find, of, same_text};
use crate::document::tree::{Node, Yaml};
use crate::document::{Code, Reader};
use crate::org::Collection;

/// A text of the selected thing.
#[derive(Clone, Debug)]
pub struct This {
    /// The relations to one thing that lead to the thing that has it.
    pub through: Vec<(&'static Attribute, Relation)>,
    /// The attribute.
    pub attribute: &'static Attribute,
    /// How to read it.
    pub column: TextColumn,
    /// Whether letters compare without case.
    pub fold: bool,
    /// What is compared: the text, or what a parameter lists for it.
    pub means: Means,
    /// Where it stands.
    pub span: Range<usize>,
}

/// What the text of the selected thing means.
#[derive(Clone, Debug)]
pub enum Means {
    /// Itself, between these texts.
    Text {
        /// What stands before it.
        before: String,
        /// What stands behind it.
        after: String,
    },
    /// What a parameter has for it.
    Listed(Listed),
}

/// A mapping that is looked up: each key with its patterns.
#[derive(Clone, Debug, Default)]
pub struct Listed {
    keys: Patterns,
    values: Vec<Patterns>,
}

impl Listed {
    /// The patterns for a text.
    pub fn of(&self, text: &str) -> Option<&Patterns> {
        self.keys.place(text).map(|place| &self.values[place])
    }

    /// Says that all of it stands there.
    pub(super) fn place_at(&mut self, at: &Range<usize>) {
        self.keys.place_at(at);
        self.values.iter_mut().for_each(|values| values.place_at(at));
    }

    /// Each key with its patterns.
    pub fn iter(&self) -> impl Iterator<Item = (&Pattern, &Patterns)> {
        self.keys.iter().zip(&self.values)
    }
}

impl This {
    /// What has to be read to know it.
    pub fn reads(&self) -> impl Iterator<Item = Collection> {
        let through = self.through.iter().flat_map(|(attribute, _)| attribute.reads);
        through.chain(self.attribute.reads).copied()
    }
}

impl Condition {
    /// Whether it compares something with the selected thing.
    pub fn mentions_this(&self) -> bool {
        match &self.predicate {
            Predicate::All(parts) | Predicate::Any(parts) => parts.iter().any(Self::mentions_this),
            Predicate::Not(part) | Predicate::Via(_, ViaPredicate::Group(part)) => part.mentions_this(),
            Predicate::Related(_, _, related) => related.condition.mentions_this(),
            Predicate::Text(_, _, test) => !test.this.is_empty(),
            Predicate::List(..)
            | Predicate::Flag(..)
            | Predicate::Time(..)
            | Predicate::Via(_, ViaPredicate::Kinds(_)) => false,
        }
    }

    /// A text that has to be one of the selected thing for the condition to hold, and the relations to one thing that
    /// lead to it.
    pub fn join(&self) -> Option<(Vec<Relation>, TextColumn, &TextPredicate)> {
        self.conjuncts().iter().find_map(|part| match &part.predicate {
            Predicate::Text(_, column, test) => {
                let alone = !test.null && test.any.as_ref().is_none_or(|any| any.is_empty());
                let alike = test.this.windows(2).all(|pair| pair[0].fold == pair[1].fold);
                (!test.this.is_empty() && alone && alike).then(|| (Vec::new(), *column, test))
            }
            Predicate::Related(_, relation, related) if relation.to_one() && related.quantity == Quantity::Some => {
                let (mut through, column, test) = related.condition.join()?;
                through.insert(0, *relation);
                Some((through, column, test))
            }
            Predicate::All(_)
            | Predicate::Any(_)
            | Predicate::Not(_)
            | Predicate::List(..)
            | Predicate::Flag(..)
            | Predicate::Time(..)
            | Predicate::Related(..)
            | Predicate::Via(..) => None,
        })
    }
}

/// `$this.ATTRIBUTE` in a text, apart from what stands around it.
struct Written<'t> {
    before: &'t str,
    attribute: &'t str,
    after: &'t str,
}

impl<'t> Written<'t> {
    fn of(text: &'t str) -> Option<Self> {
        let at = text.find("$this.")?;
        let (before, rest) = text.split_at(at);
        if before.ends_with('$') {
            return None;
        }
        let rest = &rest["$this.".len()..];
        let word = |c: char| c.is_ascii_lowercase() || c == '_' || c == '.';
        let end = rest.find(|c| !word(c)).unwrap_or(rest.len());
        Some(Self { before, attribute: &rest[..end], after: &rest[end..] })
    }

    /// The parameter that is looked up: `$owners[$this.name]`.
    fn parameter(&self) -> Option<&'t str> {
        self.before.strip_prefix('$')?.strip_suffix('[').filter(|_| self.after == "]")
    }
}

/// Whether a value mentions the selected thing.
pub(super) fn is_written(node: &Node) -> bool {
    match &node.yaml {
        Yaml::Text(text) => Written::of(text).is_some(),
        Yaml::List(items) => items.iter().any(is_written),
        Yaml::Null | Yaml::Flag(_) | Yaml::Number(_) | Yaml::Float | Yaml::Map(_) => false,
    }
}

impl Reader<'_> {
    /// Notes that a value which is taken as it stands mentions the selected thing.
    pub(super) fn not_this(&mut self, node: &Node) {
        if is_written(node) {
            let problem = Code::Misplaced.at(node.span.clone(), "`$this` cannot stand here");
            self.problem(problem.help("compare a text with it: `name: $this.name`, or `name: { any: [$this.name] }`"));
        }
    }

    /// The texts of the selected thing among these values, and the other values, if there are others.
    pub(super) fn apart(&mut self, node: &Node, case: Case) -> Option<(Vec<This>, Option<Node>)> {
        if !is_written(node) {
            return Some((Vec::new(), Some(node.clone())));
        }
        let items = match &node.yaml {
            Yaml::List(items) => items.clone(),
            Yaml::Null | Yaml::Flag(_) | Yaml::Number(_) | Yaml::Float | Yaml::Text(_) | Yaml::Map(_) => {
                vec![node.clone()]
            }
        };
        let (this, others): (Vec<Node>, Vec<Node>) = items.into_iter().partition(is_written);
        let read: Vec<Option<This>> = this.iter().map(|node| self.this(node, case)).collect();
        let others = (!others.is_empty()).then(|| Node { span: node.span.clone(), yaml: Yaml::List(others) });
        Some((read.into_iter().collect::<Option<_>>()?, others))
    }

    fn this(&mut self, node: &Node, case: Case) -> Option<This> {
        let Yaml::Text(text) = &node.yaml else { return None };
        let written = Written::of(text)?;
        let span = || node.span.clone();
        let subject = Kind::ALL.into_iter().find(|kind| Some(kind.name()) == self.place.subject)?;
        if self.place.in_via || self.place.depth == 0 {
            let message = "`$this` is the selected thing, and can be compared only with what it is related to";
            let help = "write it inside a relation, such as `organization: { users: { email: $this.email } }`";
            self.problem(Code::Misplaced.at(span(), message).help(help));
            return None;
        }
        let (through, attribute) = self.this_attribute(node, written.attribute, subject)?;
        let Type::Text(own, column) = attribute.type_ else { return None };
        let means = if let Some(name) = written.parameter() {
            self.looked_up(node, name, own, case)?
        } else {
            let special = |text: &str| text.contains(['*', '?', '[', ']', '{', '}', '\\', '$']);
            if special(written.before) || special(written.after) {
                let problem = Code::InvalidPattern.at(span(), "a wildcard beside `$this`");
                self.problem(
                    problem.help("what stands before and after `$this.…` is taken literally: team-$this.name"),
                );
                return None;
            }
            Means::Text { before: written.before.to_owned(), after: written.after.to_owned() }
        };
        let fold = case == Case::Fold || own == Case::Fold;
        Some(This { through, attribute, column, fold, means, span: span() })
    }

    /// The attribute that is named behind `$this`: a text of the selected thing, or of one that it leads to.
    fn this_attribute(
        &mut self,
        node: &Node,
        path: &str,
        subject: Kind,
    ) -> Option<(Vec<(&'static Attribute, Relation)>, &'static Attribute)> {
        let mut through = Vec::new();
        let mut kind = subject;
        for name in path.split('.') {
            let found = find(kind, name);
            match found.map(|attribute| (attribute, attribute.type_)) {
                Some((attribute, Type::Relation(relation))) if relation.to_one() => {
                    through.push((attribute, relation));
                    kind = relation.target();
                }
                Some((attribute, Type::Text(_, column))) if column.own_words().is_none() => {
                    // What stands behind a text is none of its attributes.
                    if path.ends_with(name) {
                        return Some((through, attribute));
                    }
                    break;
                }
                Some(_) | None => break,
            }
        }
        let text = |row: &&Attribute| match row.type_ {
            Type::Text(_, column) => column.own_words().is_none(),
            Type::Relation(relation) => relation.to_one(),
            Type::List(..) | Type::Escalation | Type::Flag(_) | Type::Time(_) | Type::Via => false,
        };
        let names: Vec<&str> = of(kind).filter(text).map(|row| row.name).collect();
        let problem =
            Code::UnknownName.at(node.span.clone(), format!("`$this.{path}` is not a text of {}", subject.one()));
        self.problem(problem.help(format!("of {}, these can be compared: {}", kind.one(), names.join(", "))));
        None
    }

    /// What a parameter has for the text of the selected thing.
    fn looked_up(&mut self, node: &Node, name: &str, own: Case, case: Case) -> Option<Means> {
        let parameter = Node { span: node.span.clone(), yaml: Yaml::Text(format!("${name}")) };
        let value = self.resolve(&parameter)?;
        let Yaml::Map(entries) = &value.yaml else {
            let message = format!("`${name}` is {}, and only a mapping is looked up", value.yaml.description());
            let help = format!("write `{name}: {{ NAME: [value, …] }}` under `params`");
            self.problem(Code::WrongType.at(node.span.clone(), message).help(help));
            return None;
        };
        let (mut keys, mut lists, mut seen) = (Vec::new(), Vec::new(), HashSet::new());
        for (key, values) in entries {
            let items = match &values.yaml {
                Yaml::List(items) => items.clone(),
                Yaml::Null | Yaml::Flag(_) | Yaml::Number(_) | Yaml::Float | Yaml::Text(_) | Yaml::Map(_) => {
                    vec![values.clone()]
                }
            };
            if !seen.insert(same_text(&key.text, own)) {
                let message = format!("`${name}` has `{}` twice: letters compare without case here", key.text);
                self.problem(Code::Duplicate.at(node.span.clone(), message));
            }
            let patterns: Option<Patterns> = items.iter().map(|item| self.pattern(name, item, case)).collect();
            keys.push(Pattern::exactly(&key.text, own, key.span.clone()));
            lists.push(patterns?);
        }
        Some(Means::Listed(Listed { keys: keys.into(), values: lists }))
    }
}

/// The collections that the texts of the selected thing need.
pub(super) fn reads(test: &TextPredicate) -> BTreeSet<Collection> {
    test.this.iter().flat_map(This::reads).collect()
}
