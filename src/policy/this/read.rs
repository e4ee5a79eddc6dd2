//! `$this` as it is written: `$this.name`, `team-$this.name`, `$owners[$this.name]`, `$this.created_at + 90d`.

use std::collections::HashSet;

use super::{Listed, Means, Moment, This};
use crate::document::tree::{Node, Yaml};
use crate::document::{Code, Reader};
use crate::policy::{Attribute, Case, Kind, Pattern, Patterns, Relation, Type, find, of, same_text};
use crate::time::parse_duration;

/// What a value of the selected thing is compared with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::policy) enum With {
    /// A text.
    Text,
    /// A text that has to be literally the same: what is looked up has no patterns.
    Literal,
    /// The elements of a list.
    List,
    /// A time.
    Time,
}

impl With {
    /// Whether an attribute of that type can be compared with it.
    fn fits(self, type_: Type) -> bool {
        match (self, type_) {
            (Self::Text | Self::Literal | Self::List, Type::Text(_, column)) => column.own_words().is_none(),
            (Self::List, Type::List(..)) | (Self::Time, Type::Time(_)) => true,
            (
                _,
                Type::Text(..)
                | Type::List(..)
                | Type::Time(_)
                | Type::Escalation
                | Type::Flag(_)
                | Type::Relation(_)
                | Type::Via,
            ) => false,
        }
    }

    fn noun(self) -> &'static str {
        match self {
            Self::Text | Self::Literal => "a text",
            Self::List => "a list or a text",
            Self::Time => "a time",
        }
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
pub(in crate::policy) fn is_written(node: &Node) -> bool {
    match &node.yaml {
        Yaml::Text(text) => Written::of(text).is_some(),
        Yaml::List(items) => items.iter().any(is_written),
        Yaml::Null | Yaml::Flag(_) | Yaml::Number(_) | Yaml::Float | Yaml::Map(_) => false,
    }
}

impl Reader<'_> {
    /// Notes that a literal value mentions the selected thing.
    pub(in crate::policy) fn not_this(&mut self, node: &Node) {
        if is_written(node) {
            let problem = Code::Misplaced.at(node.span.clone(), "`$this` cannot stand here");
            self.problem(problem.help("compare a text with it: `name: $this.name`, or `name: { any: [$this.name] }`"));
        }
    }

    /// The values of the selected thing among these values, and the other values, if there are others.
    pub(in crate::policy) fn apart(
        &mut self,
        node: &Node,
        case: Case,
        with: With,
    ) -> Option<(Vec<This>, Option<Node>)> {
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
        let read: Vec<Option<This>> = this.iter().map(|node| self.this(node, case, with)).collect();
        let others = (!others.is_empty()).then(|| Node { span: node.span.clone(), yaml: Yaml::List(others) });
        Some((read.into_iter().collect::<Option<_>>()?, others))
    }

    fn this(&mut self, node: &Node, case: Case, with: With) -> Option<This> {
        let Yaml::Text(text) = &node.yaml else { return None };
        let written = Written::of(text)?;
        let span = || node.span.clone();
        let parameter = written.parameter();
        // What is looked up is one text.
        let as_text = if parameter.is_some() { With::Text } else { with };
        let (through, attribute) = self.this_attribute(node, written.attribute, as_text)?;
        let own = match attribute.type_ {
            Type::Text(case, _) | Type::List(case, _) => case,
            Type::Escalation | Type::Flag(_) | Type::Time(_) | Type::Relation(_) | Type::Via => Case::Exact,
        };
        let means = if let Some(name) = parameter {
            self.looked_up(node, name, (own, case), with)?
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
        Some(This { through, attribute, fold, means, span: span() })
    }

    /// A time of the selected thing: `$this.created_at`, or so long after or before it.
    pub(in crate::policy) fn moment_of_this(&mut self, node: &Node, after: bool) -> Option<Moment> {
        let Yaml::Text(text) = &node.yaml else { return None };
        let written = Written::of(text)?;
        let (through, attribute) = self.this_attribute(node, written.attribute, With::Time)?;
        let rest = written.after.trim();
        let offset = match (rest.strip_prefix('+'), rest.strip_prefix('-')) {
            _ if rest.is_empty() => Ok(0),
            (Some(later), _) => parse_duration(later.trim()),
            (None, Some(earlier)) => parse_duration(earlier.trim()).map(|length| -length),
            (None, None) => Err("write `+` or `-` and a duration behind it"),
        };
        let offset = offset.ok().filter(|_| written.before.is_empty());
        let Some(offset) = offset else {
            let message = format!("`{text}` is not a time of the selected thing");
            let help = "write `$this.created_at`, or `$this.created_at + 90d`";
            self.problem(Code::InvalidValue.at(node.span.clone(), message).help(help));
            return None;
        };
        let means = Means::Text { before: String::new(), after: String::new() };
        let this = This { through, attribute, fold: false, means, span: node.span.clone() };
        Some(Moment { after, this, offset })
    }

    /// Notes a value of the selected thing that is compared with itself.
    pub(in crate::policy) fn not_itself<'t>(&mut self, attribute: &Attribute, all: impl Iterator<Item = &'t This>) {
        for this in all.filter(|_| self.place.depth == 0) {
            if this.through.is_empty() && this.attribute == attribute && matches!(this.means, Means::Text { .. }) {
                let message = format!("the selected thing's `{}` is compared with itself", attribute.name);
                let help = "write it inside a relation, such as `organization: { users: { email: $this.email } }`";
                self.problem(Code::Misplaced.at(this.span.clone(), message).help(help));
                break;
            }
        }
    }

    /// The attribute that is named behind `$this`: of the selected thing, or of one that it leads to.
    fn this_attribute(
        &mut self,
        node: &Node,
        path: &str,
        with: With,
    ) -> Option<(Vec<(&'static Attribute, Relation)>, &'static Attribute)> {
        let subject = Kind::ALL.into_iter().find(|kind| Some(kind.name()) == self.place.subject)?;
        let mut through = Vec::new();
        let mut kind = subject;
        // The value that something is written behind as if that were one of its attributes.
        let mut ended = None;
        let mut names = path.split('.').peekable();
        while let Some(name) = names.next() {
            let found = find(kind, name);
            match found.map(|attribute| (attribute, attribute.type_)) {
                Some((attribute, Type::Relation(relation))) if relation.to_one() => {
                    through.push((attribute, relation));
                    kind = relation.target();
                }
                Some((attribute, type_)) if with.fits(type_) => {
                    if names.peek().is_none() {
                        return Some((through, attribute));
                    }
                    ended = Some(name);
                    break;
                }
                Some(_) | None => break,
            }
        }
        let leads = |row: &Attribute| matches!(row.type_, Type::Relation(relation) if relation.to_one());
        let fits = |row: &&Attribute| leads(row) || with.fits(row.type_);
        let names: Vec<&str> = of(kind).filter(fits).map(|row| row.name).collect();
        let message = format!("`$this.{path}` is not {} of {}", with.noun(), subject.one());
        let problem = Code::UnknownName.at(node.span.clone(), message);
        self.problem(problem.help(match ended {
            Some(value) => format!("nothing comes after `{value}`, and literal text after it cannot begin with a dot"),
            None => format!("of {}, these can be compared: {}", kind.one(), names.join(", ")),
        }));
        None
    }

    /// What a parameter has for the text of the selected thing.
    fn looked_up(&mut self, node: &Node, name: &str, (own, case): (Case, Case), with: With) -> Option<Means> {
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
            let patterns: Option<Patterns> = items
                .iter()
                .map(|item| match &item.yaml {
                    Yaml::Text(text) if with == With::Literal => Some(Pattern::exactly(text, case, item.span.clone())),
                    Yaml::Text(_)
                    | Yaml::Null
                    | Yaml::Flag(_)
                    | Yaml::Number(_)
                    | Yaml::Float
                    | Yaml::List(_)
                    | Yaml::Map(_) => self.pattern(name, item, case),
                })
                .collect();
            keys.push(Pattern::exactly(&key.text, own, key.span.clone()));
            lists.push(patterns?);
        }
        Some(Means::Listed(Listed { keys: keys.into(), values: lists }))
    }
}
