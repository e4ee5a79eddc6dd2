//! What a finding is known by: a hash of everything that decided.

use std::ops::Range;

use sha2::{Digest as _, Sha256};

use super::{Proof, Prover, Way};
use crate::access::step_by_step;
use crate::finding::{Evidence, Thing, Value};
use crate::org::Text;
use crate::policy::Attribute;

/// A stable hash of the rule, the subject, and what decided in the rule's parts: the paths with each thing on them and
/// the permissions that fired, the values of attributes, and how many were counted. It has no names of things, no
/// times, and of the policy only the words that nothing met.
pub fn fingerprint(rule: &str, prover: &Prover<'_, '_>, subject: &Thing, parts: &[&Proof]) -> String {
    let access = &prover.facts.access;
    let mut told = Vec::with_capacity(1024);
    let mut add = |word: &str| {
        told.extend((word.len() as u64).to_le_bytes());
        told.extend(word.as_bytes());
    };
    [rule, subject.kind.name(), &subject.id].into_iter().for_each(&mut add);
    for part in parts {
        add("reasons");
        part.reasons.iter().for_each(|reason| add(reason));
        let mut ways: Vec<&Way> = part.paths.iter().collect();
        let permissions = |way: &Way| way.matched.map(|index| prover.matched.digest(index));
        ways.sort_unstable_by(|one, other| {
            let order = step_by_step(&one.steps, &other.steps, |one, other| access.by_id(one, other));
            order.then_with(|| permissions(one).cmp(&permissions(other)))
        });
        for way in ways {
            add("path");
            // Each thing of a path by kind and id.
            for step in &way.steps {
                [step.kind.name(), &access.id(*step)].into_iter().for_each(&mut add);
            }
            add(&permissions(way).unwrap_or_default());
        }
    }
    base16ct::lower::encode_string(&Sha256::digest(&told)[..16])
}

impl Proof {
    /// Adds a thing that decided and to which no path leads.
    pub fn because_of(&mut self, attribute: &str, thing: &Thing) {
        self.reasons.insert(format!("{attribute} {}/{}", thing.kind.name(), thing.id));
    }

    /// Adds a word of a list, or a listed value.
    pub fn because_of_word(&mut self, attribute: &str, word: &str) {
        self.reasons.insert(format!("{attribute} {word:?}"));
    }

    /// Adds the value of an attribute: of a time, only that there is one.
    pub(super) fn because_of_value(&mut self, attribute: &Attribute, value: &Value) {
        let said = match value {
            Value::Null => "null".to_owned(),
            Value::Flag(flag) => flag.to_string(),
            Value::Number(number) | Value::Counted(number, _) => number.to_string(),
            Value::Time(_) => "a time".to_owned(),
            Value::Text(text) | Value::Permission(text) | Value::Absent(text) => {
                return self.because_of_word(attribute.name, text);
            }
        };
        self.reasons.insert(format!("{} {said}", attribute.name));
    }

    /// Adds a condition that has its answer because nothing meets it.
    pub(super) fn because_of_nothing(&mut self, policy: &str) {
        self.reasons.insert(format!("nothing meets {}", policy.split_whitespace().collect::<Vec<_>>().join(" ")));
    }
}

impl Prover<'_, '_> {
    /// Shows a value that decided.
    pub(super) fn value(&self, attribute: &Attribute, value: Value, span: &Range<usize>, proof: &mut Proof) {
        proof.because_of_value(attribute, &value);
        self.show(attribute, value, span, proof);
    }

    /// Shows a value that is no reason by itself.
    pub(super) fn show(&self, attribute: &Attribute, value: Value, span: &Range<usize>, proof: &mut Proof) {
        proof.evidence.push(Evidence::new(Text::const_new(attribute.name), value, self.source.region(span)));
    }

    /// Shows the words that none of the related things meets.
    pub(super) fn absent(&self, attribute: &Attribute, span: &Range<usize>, proof: &mut Proof) {
        self.show(attribute, Value::Absent(self.source.words(span).into()), span, proof);
    }

    /// Notes that a condition has its answer because nothing meets it.
    pub(super) fn nothing(&self, span: &Range<usize>, proof: &mut Proof) {
        proof.because_of_nothing(&self.source.text[self.source.place(span)]);
    }
}
