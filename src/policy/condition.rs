//! Conditions as written: one reader for each type of attribute. It is long because there are many types.

use std::ops::Range;

use super::this::With;
use super::{
    Attribute, Case, Condition, Kind, ListPredicate, Pattern, Patterns, Predicate, Slot, TextColumn, TextPredicate,
    This, Type, named,
};
use crate::document::tree::{Key, Node, Yaml};
use crate::document::{Code, Fields, Noted, Reader, SourceText, optional};
use crate::org::canonical_role_id;

const TEXT: &[&str] = &["any", "except", "regex"];
const LIST: &[&str] = &["any", "all", "only", "none", "except", "count"];
impl Reader<'_> {
    /// A mapping whose entries must all hold.
    pub(super) fn condition(&mut self, node: &Node, of: Kind) -> Option<Condition> {
        if let Some(name) = named::name(node) {
            return self.named_condition(node, name, of);
        }
        let entries = self.entries(node, &format!("a condition on {}", of.one()))?;
        let mut parts = Vec::new();
        let mut whole = true;
        for (key, value) in entries {
            match self.entry(key, value, of) {
                Some(part) => parts.push(part),
                None => whole = false,
            }
        }
        let span = node.span.clone();
        match (whole, parts.len()) {
            (false, _) => None,
            (true, 1) => parts.pop(),
            (true, _) => Some({
                self.all_can_hold("the condition", &parts);
                Condition { span, predicate: Predicate::All(parts) }
            }),
        }
    }

    pub(super) fn entry(&mut self, key: &Key, value: &Node, of: Kind) -> Option<Condition> {
        let span = value.span.clone();
        let test = match key.text.as_str() {
            "all" => {
                let parts = self.conditions(key, value, of)?;
                self.all_can_hold("`all`", &parts);
                Predicate::All(parts)
            }
            "any" => {
                let parts = self.conditions(key, value, of)?;
                self.any_can_fail(&parts);
                Predicate::Any(parts)
            }
            "organization" => return self.in_organization(value, of),
            "not" => Predicate::Not(Box::new(self.some_condition(value, of)?)),
            _ => {
                let attribute = self.attribute(key, of)?;
                match attribute.type_ {
                    Type::Text(case, column) => {
                        let test = self.text_test(attribute, case, value)?;
                        self.words_of_this(attribute, column, &test);
                        self.not_itself(attribute, test.this.iter());
                        // The short form of a relation reads one text as a name and as an id: no id has to be one.
                        if attribute.name == "id" && key.span != value.span {
                            self.plain_words(attribute, test.any.iter().flatten().chain(&test.except));
                        }
                        if !test.null && test.any.as_ref().is_none_or(|any| any.is_empty()) {
                            self.looks_something_up(test.this.iter());
                        }
                        self.text_can_hold(attribute, &test, value);
                        self.own_words(attribute, column, &test, value);
                        Predicate::Text(attribute, column, test)
                    }
                    Type::List(case, column) => {
                        let test = self.list_test(attribute, case, value)?;
                        self.not_itself(attribute, test.this.iter().map(|(_, this)| this));
                        self.list_can_hold(attribute, &test, value);
                        Predicate::List(attribute, column, test)
                    }
                    Type::Escalation => return self.escalation(attribute, value, of),
                    Type::Flag(column) => Predicate::Flag(attribute, column, self.flag(attribute, value)?),
                    Type::Time(column) => {
                        let test = self.time_test(attribute, value)?;
                        self.not_itself(attribute, test.this.iter().map(|moment| &moment.this));
                        Predicate::Time(attribute, column, test)
                    }
                    Type::Relation(relation) => {
                        let condition = self.related(attribute, relation, value)?;
                        self.related_can_hold(of, &condition);
                        return Some(condition);
                    }
                    Type::Via => Predicate::Via(attribute, self.via(attribute, value)?),
                }
            }
        };
        Some(Condition { span, predicate: test })
    }

    fn conditions(&mut self, key: &Key, node: &Node, of: Kind) -> Option<Vec<Condition>> {
        let Yaml::List(items) = &node.yaml else {
            self.wrong(node, &format!("`{}`", key.text), "a list of conditions");
            return None;
        };
        if items.is_empty() {
            let message = format!("`{}` contains no conditions", key.text);
            self.problem(Code::Empty.at(node.span.clone(), message));
        }
        // Read them all before giving up, so that every problem is noted.
        let read: Vec<Option<Condition>> = items.iter().map(|item| self.some_condition(item, of)).collect();
        read.into_iter().collect()
    }

    /// A condition that asks for something.
    fn some_condition(&mut self, node: &Node, of: Kind) -> Option<Condition> {
        self.not_empty(node, "the condition").then(|| self.condition(node, of))?
    }

    /// Notes a key with nothing behind it. YAML reads that as `null`, which is not what the author meant.
    pub(super) fn forgotten(&mut self, node: &Node, key: &str) -> bool {
        let forgotten = matches!(node.yaml, Yaml::Null) && node.span.is_empty();
        if forgotten {
            let problem = Code::Empty.at(node.span.clone(), format!("`{key}` has no value"));
            self.problem(problem.help("write `null` for what has none"));
        }
        forgotten
    }

    /// Notes a mapping that says nothing.
    pub(super) fn not_empty(&mut self, node: &Node, what: &str) -> bool {
        let empty = matches!(&node.yaml, Yaml::Map(entries) if entries.is_empty());
        if empty {
            self.problem(Code::Empty.at(node.span.clone(), format!("{what} is empty")));
        }
        !empty
    }

    fn text_test(&mut self, attribute: &Attribute, case: Case, node: &Node) -> Option<TextPredicate> {
        if let Yaml::Map(_) = node.yaml {
            if self.unquoted_braces(node) || !self.not_empty(node, &format!("`{}`", attribute.name)) {
                return None;
            }
            let fields = self.fields(node, &format!("`{}`", attribute.name), TEXT)?;
            let (this, others) = match fields.get("any") {
                Some(any) => self.apart(any, case, With::Text)?,
                None => (Vec::new(), None),
            };
            let any = optional(others.as_ref(), |any| {
                self.some("any", any).and_then(|items| self.patterns("any", &items, case))
            });
            let except = self.patterns_in(&fields, "except", case);
            let regex = optional(fields.get("regex"), |regex| self.regex(regex, case)).ok()?;
            let any = any.ok()?;
            return Some(TextPredicate {
                null: false,
                any: if this.is_empty() { any } else { Some(any.unwrap_or_default()) }.map(Patterns::from),
                this,
                except: except.ok()?.unwrap_or_default().into(),
                regex,
            });
        }
        let (this, others) = self.apart(node, case, With::Text)?;
        let items = match &others {
            Some(others) => self.some(attribute.name, others)?,
            None => Vec::new(),
        };
        if items.iter().any(|item| self.forgotten(item, attribute.name)) {
            return None;
        }
        let (nulls, texts): (Vec<Node>, Vec<Node>) =
            items.into_iter().partition(|item| matches!(item.yaml, Yaml::Null));
        let read: Vec<Option<Pattern>> = texts.iter().map(|text| self.pattern(attribute.name, text, case)).collect();
        let any = Some(read.into_iter().collect::<Option<Patterns>>()?);
        Some(TextPredicate { null: !nulls.is_empty(), any, this, ..TextPredicate::default() })
    }

    /// Notes a text that can match none of the words that rolelint defines for the attribute.
    fn own_words(&mut self, attribute: &Attribute, column: TextColumn, test: &TextPredicate, node: &Node) {
        let Some(words) = column.own_words() else { return };
        let what = format!("{} of {}", attribute.name, attribute.of.one());
        for pattern in test.any.iter().flatten().chain(&test.except).chain(&test.regex) {
            if !words.iter().any(|word| pattern.matches(word)) {
                self.unknown_word(&pattern.span, &what, &pattern.text, words);
            }
        }
        if test.null {
            self.unknown_word(&node.span, &what, "null", words);
        }
    }

    fn list_test(&mut self, attribute: &Attribute, case: Case, node: &Node) -> Option<ListPredicate> {
        if let Yaml::Map(_) = node.yaml {
            if self.unquoted_braces(node) || !self.not_empty(node, &format!("`{}`", attribute.name)) {
                return None;
            }
            let fields = self.fields(node, &format!("`{}`", attribute.name), LIST)?;
            let mut this = Vec::new();
            let mut patterns = |slot, name| self.patterns_and_this(&fields, (slot, name), case, &mut this);
            let (any, all) = (patterns(Slot::Any, "any"), patterns(Slot::All, "all"));
            let (only, none) = (patterns(Slot::Only, "only"), patterns(Slot::None, "none"));
            let except = patterns(Slot::Except, "except");
            let count = optional(fields.get("count"), |count| self.bounds(count, "`count`"));
            // An unknown key has been noted.
            if fields.entries.iter().all(|(key, _)| key.text == "except") {
                let message = "`except` needs another entry";
                let help =
                    "say what the other elements must match: { any: \"*\", except: … } or { only: …, except: … }";
                self.problem(Code::MissingKey.at(node.span.clone(), message).help(help));
            }
            return Some(ListPredicate {
                any: any.ok()?,
                all: all.ok()?.unwrap_or_default(),
                only: only.ok()?,
                none: none.ok()?.unwrap_or_default(),
                except: except.ok()?.unwrap_or_default(),
                known: None,
                this,
                escalation: Vec::new(),
                count: count.ok()?,
            });
        }
        let (this, others) = self.apart(node, case, With::List)?;
        let items = match &others {
            Some(others) => self.some(attribute.name, others)?,
            None => Vec::new(),
        };
        let any = Some(self.patterns(attribute.name, &items, case)?);
        let this = this.into_iter().map(|this| (Slot::Any, this)).collect();
        Some(ListPredicate { any, this, ..ListPredicate::default() })
    }

    /// `{a,b}` without quotes is a mapping to YAML.
    fn unquoted_braces(&mut self, node: &Node) -> bool {
        let unquoted = matches!(&node.yaml, Yaml::Map(entries)
            if !entries.is_empty() && entries.iter().all(|(_, value)| matches!(value.yaml, Yaml::Null)));
        if unquoted {
            let problem = Code::WrongType.at(node.span.clone(), "a mapping without values");
            self.problem(problem.help("a pattern with braces needs quotes: \"{a,b}\""));
        }
        unquoted
    }

    /// The patterns behind a key of a test on a list; with the values of the selected thing there added to the others.
    fn patterns_and_this(
        &mut self,
        fields: &Fields<'_>,
        (slot, name): (Slot, &str),
        case: Case,
        into: &mut Vec<(Slot, This)>,
    ) -> Result<Option<Vec<Pattern>>, Noted> {
        let Some(node) = fields.get(name) else { return Ok(None) };
        let (this, others) = self.apart(node, case, With::List).ok_or(Noted)?;
        into.extend(this.into_iter().map(|this| (slot, this)));
        match others {
            Some(others) => self.patterns_of(&others, name, case).ok_or(Noted).map(Some),
            None => Ok(Some(Vec::new())),
        }
    }

    fn patterns_in(&mut self, fields: &Fields<'_>, name: &str, case: Case) -> Result<Option<Vec<Pattern>>, Noted> {
        optional(fields.get(name), |node| self.patterns_of(node, name, case))
    }

    fn patterns_of(&mut self, node: &Node, name: &str, case: Case) -> Option<Vec<Pattern>> {
        // An empty `only` or `except` can be meant.
        let may_be_empty = matches!(name, "only" | "except");
        let items = if may_be_empty { self.list(node) } else { self.some(name, node) };
        self.patterns(name, &items?, case)
    }

    fn patterns(&mut self, what: &str, items: &[Node], case: Case) -> Option<Vec<Pattern>> {
        let read: Vec<Option<Pattern>> = items.iter().map(|item| self.pattern(what, item, case)).collect();
        read.into_iter().collect()
    }

    pub(super) fn pattern(&mut self, what: &str, node: &Node, case: Case) -> Option<Pattern> {
        let Yaml::Text(text) = &node.yaml else {
            let mut problem = Code::WrongType.at(
                node.span.clone(),
                format!("`{what}` takes a text or a list of texts, not {}", node.yaml.description()),
            );
            match node.yaml {
                Yaml::Number(_) | Yaml::Float | Yaml::Flag(_) => {
                    problem = problem.help("put it in quotes if you mean a text");
                }
                Yaml::Null => problem = problem.help("write `null` in a plain list: description: [null, \"\"]"),
                Yaml::Map(_) if self.params.names().next().is_some() => {
                    problem = problem.help("a mapping is looked up where it is used: \"$NAME[$this.name]\"");
                }
                Yaml::Text(_) | Yaml::List(_) | Yaml::Map(_) => {}
            }
            self.problem(problem);
            return None;
        };
        self.no_stray_characters(text, node);
        self.not_this(node);
        // Both spellings of an id mean the same role; nothing else is spelled like the longer one.
        let text = canonical_role_id(text);
        match Pattern::glob(text, case, node.span.clone()) {
            Ok(pattern) => Some(pattern),
            Err(bad) => {
                let span = within(node, self.source, text, bad.at);
                self.problem(Code::InvalidPattern.at(span, format!("a bad pattern: {}", bad.message)));
                None
            }
        }
    }

    fn regex(&mut self, node: &Node, case: Case) -> Option<Pattern> {
        let node = self.resolve(node)?;
        let Yaml::Text(text) = &node.yaml else {
            self.wrong(&node, "`regex`", "a text");
            return None;
        };
        self.not_this(&node);
        match Pattern::regex(text, case, node.span.clone()) {
            Ok(pattern) => Some(pattern),
            Err(message) => {
                self.problem(Code::InvalidPattern.at(node.span, format!("an invalid regular expression: {message}")));
                None
            }
        }
    }

    fn flag(&mut self, attribute: &Attribute, node: &Node) -> Option<bool> {
        let node = self.resolve(node)?;
        let Yaml::Flag(flag) = node.yaml else {
            let wanted = "true or false, without quotes";
            let message = format!("`{}` takes {wanted}, not {}", attribute.name, node.yaml.description());
            let mut problem = Code::WrongType.at(node.span.clone(), message);
            let word = if let Yaml::Text(text) = &node.yaml { text.to_lowercase() } else { String::new() };
            if ["yes", "on", "no", "off"].contains(&word.as_str()) {
                let flag = ["yes", "on"].contains(&word.as_str());
                problem = problem.help(format!("`{word}` is a text in YAML 1.2; write `{flag}`"));
            }
            self.problem(problem);
            return None;
        };
        Some(flag)
    }
}

/// The place in the file of the byte `at` of a text, if the file has the text literally, quotes aside.
fn within(node: &Node, source: &SourceText, text: &str, at: usize) -> Range<usize> {
    let (own, span) = source.origin(&node.span);
    let verbatim = |quote: &usize| own.text.get(span.start + quote..span.start + quote + text.len()) == Some(text);
    match [0, 1].into_iter().find(verbatim) {
        Some(quote) => {
            let start = node.span.start + quote + at;
            start..start + text[at..].chars().next().map_or(0, char::len_utf8)
        }
        None => node.span.clone(),
    }
}
