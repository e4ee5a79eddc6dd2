//! What is not known, where an answer is unknown: values that the API did not send, and permissions that may mean anything.

use super::{Proof, Prover};
use crate::access::Missing;
use crate::check::domain::Answer;
use crate::check::list::Word;
use crate::check::permission::oddity;
use crate::check::relation::Start;
use crate::finding::{Thing, Value};
use crate::org::{Extent, Known};
use crate::policy::{Attribute, Counted, Kind, Naming, This, TimePredicate, Type};

impl Prover<'_, '_> {
    /// Notes that the API did not send an attribute.
    pub(super) fn unsent(&self, attribute: &Attribute, answer: Answer<'_, '_>, proof: &mut Proof) {
        for &collection in attribute.reads {
            self.gaps(proof).unread(collection);
        }
        let (kind, at) = answer.thing();
        self.gaps(proof).unsent(attribute.name, kind, at);
    }

    /// Shows the times of the selected thing, or notes which are not known.
    pub(super) fn times_of_this(&self, test: &TimePredicate, subject: Kind, this: usize, proof: &mut Proof) {
        for moment in &test.this {
            let (of, offset) = (&moment.this, moment.offset);
            match self.facts.moment(moment, subject, this) {
                Known::Missing => self.unknown_this(std::iter::once(of), subject, this, proof),
                Known::Null => self.value(of.attribute, Value::Null, &of.span, proof),
                Known::Value(time) => self.value(of.attribute, Value::Time(time - offset), &of.span, proof),
            }
        }
    }

    /// Notes which values of the selected thing are not known.
    pub(super) fn unknown_this<'t>(
        &self,
        all: impl Iterator<Item = &'t This>,
        subject: Kind,
        this: usize,
        proof: &mut Proof,
    ) {
        for one in all {
            let to = |count: usize| one.through[..count].iter().map(|(_, relation)| *relation);
            match self.facts.follow(to(one.through.len()), subject, this) {
                Known::Value((kind, at)) => self.unclear_this(one, kind, at, proof),
                Known::Null => {}
                Known::Missing => {
                    for length in 0..one.through.len() {
                        let Known::Value((kind, at)) = self.facts.follow(to(length), subject, this) else { break };
                        let start = Start { relation: one.through[length].1, kind, at, scopes: Extent::ALL };
                        if self.facts.relate(start, &mut Vec::new()) {
                            start.family().gaps(self.facts, &mut self.gaps(proof), start);
                        }
                    }
                }
            }
        }
    }

    /// Notes what is not known of a value with which others are compared.
    fn unclear_this(&self, one: &This, kind: Kind, at: usize, proof: &mut Proof) {
        let missing = match one.attribute.type_ {
            Type::Time(column) => self.facts.time(column, kind, at).is_missing(),
            Type::Text(..) | Type::List(..) | Type::Escalation | Type::Flag(_) | Type::Relation(_) | Type::Via => {
                match self.facts.texts(one.attribute, kind, at) {
                    Known::Missing => true,
                    Known::Null => false,
                    Known::Value(texts) => {
                        if one.attribute.names == Some(Naming::Permission) {
                            let thing = self.facts.access.thing(Kind::Role, self.facts.row(kind, at));
                            let odd = texts.iter().filter(|text| oddity(text).is_some());
                            proof.missing.extend(odd.map(|text| unclear(&thing, "permission", text)));
                        }
                        false
                    }
                }
            }
        };
        if missing {
            self.gaps(proof).unsent(one.attribute.name, kind, at);
        }
    }

    /// Notes permissions whose coverage is unclear.
    pub(super) fn unclear(&self, attribute: &Attribute, words: &[Word<'_>], row: usize, proof: &mut Proof) {
        let permission = attribute.names == Some(Naming::Permission);
        let (kind, what) = if permission { (Kind::Role, "permission") } else { (attribute.of, "word") };
        let thing = self.facts.access.thing(kind, row);
        for word in words.iter().filter(|word| word.is_unclear()) {
            proof.missing.push(unclear(&thing, what, word.text()));
        }
        for word in words.iter().filter(|word| word.is_strange()) {
            let sentence = format!(
                "{} {} has the permission `{}`, which is not in the vocabulary of permissions: nobody has said what it \
                 lets its holder do",
                thing.kind.words(),
                thing.qualified_label(),
                word.text(),
            );
            proof.missing.push(Missing::Unread(sentence));
        }
    }

    /// Notes why it is not known what a thing makes count, if it is not.
    pub(super) fn uncounted(&self, counted: Counted, kind: Kind, at: usize, proof: &mut Proof) {
        match counted {
            Counted::Each | Counted::Principals => {}
            Counted::Through(relation) => {
                let start = Start { relation, kind, at, scopes: Extent::ALL };
                if self.facts.relate(start, &mut Vec::new()) {
                    start.family().gaps(self.facts, &mut self.gaps(proof), start);
                }
            }
            Counted::Texts(attribute) => {
                if let Type::Text(_, column) = attribute.type_
                    && self.facts.text(column, kind, at).is_missing()
                {
                    self.gaps(proof).unsent(attribute.name, kind, at);
                }
            }
        }
    }
}

/// What nobody can tell of a permission.
fn unclear(thing: &Thing, what: &str, word: &str) -> Missing {
    Missing::Unread(format!(
        "{} {} has the {what} `{word}`, and its spelling does not make clear what it covers",
        thing.kind.words(),
        thing.qualified_label(),
    ))
}
