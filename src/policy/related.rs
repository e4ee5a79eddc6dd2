//! Conditions on what a thing is related to.

use super::exactly::Share;
use super::{
    Attribute, Condition, Kind, Predicate, Quantity, RelatedPredicate, Relation, Type, ViaKind, ViaPredicate, named,
    organization, predefined, this,
};
use crate::document::tree::{Key, Node, Yaml};
use crate::document::{Code, Noted, Reader};

const QUANTITIES: &[&str] = &["some", "none", "every", "where", "count", "exactly"];
const WAYS: &[(&str, ViaKind)] =
    &[("direct", ViaKind::Direct), ("group", ViaKind::Group), ("membership", ViaKind::Membership)];

/// The words for ways to a grant.
pub(crate) fn via_words() -> impl Iterator<Item = &'static str> {
    WAYS.iter().map(|(word, _)| *word)
}

impl Reader<'_> {
    /// What is asked of things whatever they are related to: `organization: { users: … }`.
    pub(super) fn in_organization(&mut self, node: &Node, of: Kind) -> Option<Condition> {
        let names: Vec<&str> = organization().map(|row| row.name).collect();
        if !self.not_empty(node, "`organization`") {
            return None;
        }
        let fields = self.fields(node, "`organization`", &names)?;
        let mut parts = Vec::new();
        for row in organization() {
            let Type::Relation(relation) = row.type_ else { continue };
            if let Some(node) = fields.get(row.name) {
                let condition = self.related(row, relation, node)?;
                self.related_can_hold(of, &condition);
                parts.push(condition);
            }
        }
        match parts.len() {
            1 => parts.pop(),
            _ => Some(Condition { span: node.span.clone(), predicate: Predicate::All(parts) }),
        }
    }

    pub(super) fn related(
        &mut self,
        attribute: &'static Attribute,
        relation: Relation,
        node: &Node,
    ) -> Option<Condition> {
        self.place.depth += 1;
        let condition = self.related_from(attribute, relation, node);
        self.place.depth -= 1;
        condition
    }

    fn related_from(&mut self, attribute: &'static Attribute, relation: Relation, node: &Node) -> Option<Condition> {
        let target = relation.target();
        let related = |condition: Condition, quantity| Condition {
            span: node.span.clone(),
            predicate: Predicate::Related(
                attribute,
                relation,
                RelatedPredicate { condition: Box::new(condition), quantity },
            ),
        };
        let entries = match &node.yaml {
            Yaml::Map(entries) => entries,
            Yaml::Text(_) if self.stands_for_condition(node) || (!relation.to_one() && named::name(node).is_some()) => {
                return self.condition(node, target).map(|condition| related(condition, Quantity::Some));
            }
            Yaml::Text(_) | Yaml::List(_) if relation.to_one() => {
                self.misplaced_names(attribute, relation, node);
                return self.name_or_id(target, node).map(|condition| related(condition, Quantity::Some));
            }
            Yaml::Null | Yaml::Flag(_) | Yaml::Number(_) | Yaml::Float | Yaml::Text(_) | Yaml::List(_) => {
                let wanted = match target {
                    _ if relation.to_one() => "a name, an id, or a condition",
                    Kind::Grant => "a condition such as { permission: … } or { role: … }",
                    Kind::User | Kind::Invite => "a condition such as { email: … }",
                    Kind::Role
                    | Kind::Group
                    | Kind::Project
                    | Kind::ServiceAccount
                    | Kind::AdminApiKey
                    | Kind::ApiKey => "a condition such as { name: … }",
                };
                let what = format!("`{}`", attribute.name);
                if matches!(node.yaml, Yaml::Null) {
                    let message = format!("{what} takes {wanted}, not null");
                    let help = format!("if there must be none, write `{}: {{ none: {{}} }}`", attribute.name);
                    self.problem(Code::WrongType.at(node.span.clone(), message).help(help));
                } else {
                    self.wrong(node, &what, wanted);
                }
                return None;
            }
        };
        if !entries.iter().any(|(key, _)| QUANTITIES.contains(&key.text.as_str())) {
            return self.condition(node, target).map(|condition| related(condition, Quantity::Some));
        }
        let beside = entries.iter().find(|(key, _)| !QUANTITIES.contains(&key.text.as_str()));
        if let Some((key, _)) = beside.filter(|(key, _)| super::vocabulary::find(target, &key.text).is_some()) {
            let message = format!("`{}` cannot be combined with a quantity", key.text);
            let help = format!("move it into `where`: {{ where: {{ {}: … }}, count: … }}", key.text);
            self.problem(Code::Misplaced.at(key.span.clone(), message).help(help));
            return None;
        }
        let fields = self.fields(node, &format!("`{}`", attribute.name), QUANTITIES)?;
        let mut parts = Vec::new();
        for (name, quantity) in [("some", Quantity::Some), ("none", Quantity::None), ("every", Quantity::Every)] {
            if let Some(node) = fields.get(name) {
                parts.push(related(self.condition(node, target)?, quantity));
            }
        }
        let narrowed = fields.get("where");
        let exactly = fields.get("exactly");
        if let Some(exactly) = exactly {
            let which = narrowed.map(|node| self.condition(node, target).ok_or(Noted)).transpose().ok()?;
            for Share { span, only_if, condition, quantity } in self.exactly_related(exactly, which.as_ref(), target)? {
                let has = Condition { span: span.clone(), ..related(condition, quantity) };
                parts.push(match only_if {
                    None => has,
                    Some(matters) => {
                        let not = Condition { span: span.clone(), predicate: Predicate::Not(Box::new(matters)) };
                        Condition { span, predicate: Predicate::Any(vec![not, has]) }
                    }
                });
            }
        }
        if let Some(count) = fields.get("count") {
            let condition = match narrowed {
                Some(node) => self.condition(node, target)?,
                None => Condition { span: node.span.clone(), predicate: Predicate::All(Vec::new()) },
            };
            let (bounds, counted) = self.count(count, target, relation.counts())?;
            if bounds.are_relative() && narrowed.is_none() {
                let problem = Code::MissingKey.at(count.span.clone(), "a percentage of related things needs `where`");
                self.problem(problem.help("without it, all of them count, and that is always 100%"));
            }
            parts.push(related(condition, Quantity::Count(bounds, counted)));
        } else if let Some(narrowed) = narrowed.filter(|_| exactly.is_none()) {
            let problem = Code::MissingKey.at(narrowed.span.clone(), "`where` needs `count` or `exactly`");
            self.problem(problem.help("for \"at least one\", write the condition itself or `some`"));
            return None;
        }
        match parts.len() {
            1 => parts.pop(),
            _ => Some(Condition { span: node.span.clone(), predicate: Predicate::All(parts) }),
        }
    }

    /// Whether this is the name of a condition, and not of a parameter.
    fn stands_for_condition(&self, node: &Node) -> bool {
        named::name(node).is_some_and(|name| self.named.has(name))
    }

    /// The short form for a relation to one thing: a pattern for its name or its id.
    pub(super) fn name_or_id(&mut self, of: Kind, node: &Node) -> Option<Condition> {
        if of == Kind::Role {
            return self.role(node);
        }
        self.by_name_or_id(of, node)
    }

    /// The short form for a role. A predefined role is recognized by its id, whatever its name; a custom role with that
    /// name is another role.
    pub(super) fn role(&mut self, node: &Node) -> Option<Condition> {
        let predefined = |item: &Node| match &item.yaml {
            Yaml::Text(text) => {
                let id = predefined::pattern_for(text)?;
                Some(Node { span: item.span.clone(), yaml: Yaml::Text(id) })
            }
            Yaml::Null | Yaml::Flag(_) | Yaml::Number(_) | Yaml::Float | Yaml::List(_) | Yaml::Map(_) => None,
        };
        if this::is_written(node) {
            return self.by_name_or_id(Kind::Role, node);
        }
        let items = self.list(node)?;
        let ids: Vec<Node> = items.iter().filter_map(predefined).collect();
        if ids.is_empty() {
            return self.by_name_or_id(Kind::Role, node);
        }
        // The value of a parameter is not a parameter, so its dollar sign is escaped.
        let written = |mut item: Node| {
            if let Yaml::Text(text) = &mut item.yaml
                && text.starts_with('$')
            {
                text.insert(0, '$');
            }
            item
        };
        let others: Vec<Node> = items.into_iter().filter(|item| predefined(item).is_none()).map(written).collect();
        let list = |items: Vec<Node>| Node { span: node.span.clone(), yaml: Yaml::List(items) };
        let key = Key { span: node.span.clone(), text: "id".to_owned() };
        let by_id = self.entry(&key, &list(ids), Kind::Role)?;
        if others.is_empty() {
            return Some(by_id);
        }
        let by_name = self.by_name_or_id(Kind::Role, &list(others))?;
        Some(Condition { span: node.span.clone(), predicate: Predicate::Any(vec![by_id, by_name]) })
    }

    pub(super) fn by_name_or_id(&mut self, of: Kind, node: &Node) -> Option<Condition> {
        let mut parts = Vec::new();
        for name in ["name", "id"] {
            let key = Key { span: node.span.clone(), text: name.to_owned() };
            parts.push(self.entry(&key, node, of)?);
        }
        Some(Condition { span: node.span.clone(), predicate: Predicate::Any(parts) })
    }

    pub(super) fn via(&mut self, attribute: &Attribute, node: &Node) -> Option<ViaPredicate> {
        if let Yaml::Map(_) = node.yaml {
            let fields = self.fields(node, "`via`", &["group"])?;
            let Some(group) = fields.get("group") else {
                // An unknown key has been noted.
                if fields.entries.is_empty() {
                    self.problem(Code::MissingKey.at(node.span.clone(), "`via` needs `group: CONDITION`"));
                }
                return None;
            };
            self.place.depth += 1;
            let condition = match group.yaml {
                Yaml::Text(_) if self.stands_for_condition(group) => self.condition(group, Kind::Group),
                Yaml::Text(_) | Yaml::List(_) => self.name_or_id(Kind::Group, group),
                Yaml::Null | Yaml::Flag(_) | Yaml::Number(_) | Yaml::Float | Yaml::Map(_) => {
                    self.condition(group, Kind::Group)
                }
            };
            self.place.depth -= 1;
            return condition.map(|condition| ViaPredicate::Group(Box::new(condition)));
        }
        let names: Vec<&str> = WAYS.iter().map(|(name, _)| *name).collect();
        let mut kinds = Vec::new();
        for item in self.some(attribute.name, node)? {
            let Yaml::Text(word) = &item.yaml else {
                self.wrong(&item, &format!("`{}`", attribute.name), "a text or `{ group: CONDITION }`");
                return None;
            };
            let Some((_, kind)) = WAYS.iter().find(|(name, _)| name == word) else {
                self.unknown_word(&item.span, "value of `via`", word, &names);
                return None;
            };
            kinds.push((*kind, item.span));
        }
        Some(ViaPredicate::Kinds(kinds))
    }
}
