//! From answers to proofs: which values matched which words of the policy, along which paths, or what is missing.
//! Proofs are made only for findings, from answers that exist already. It is long because each form of condition has its own explanation.

use std::ops::Range;
use std::rc::Rc;

use super::rests::Rests;
use super::{Proof, Prover};
use crate::access::{Missing, Step};
use crate::check::counted::Number;
use crate::check::domain::{Answer, Domain};
use crate::check::list::{Word, counted};
use crate::check::quantify::quantify;
use crate::check::relation::Start;
use crate::finding::Value;
use crate::org::{Extent, Known, Scope, Text, Truth};
use crate::policy::{
    Attribute, Bounds, Kind, ListPredicate, Naming, Pattern, Predicate, Quantity, RelatedPredicate, Relation,
    TextColumn, TextPredicate, TimeColumn, ViaKind, ViaPredicate,
};

impl Prover<'_, '_> {
    /// Adds to the proof why the answer is what it is. Returns whether that rests on the paths.
    pub fn explain(&self, answer: Answer<'_, '_>, proof: &mut Proof) -> Rests {
        let Answer { answered, at } = answer;
        if let Domain::Pairs(pairs) = &answered.domain
            && !answered.condition.mentions_this()
        {
            return self.explain(answered.parts[0].at(pairs.at(at).1), proof);
        }
        let truth = answer.truth();
        match &answered.condition.predicate {
            // What decides an *all* that holds, or an *any* that does not, is every part; else the parts that agree.
            Predicate::All(_) | Predicate::Any(_) => {
                let parts = answered.parts.iter().filter(|part| part.answers.of(at) == truth);
                let rests = parts.map(|part| self.explain(part.at(at), proof));
                if answered.condition.ends_with_one(truth) { Rests::on_one(rests) } else { Rests::on_each(rests) }
            }
            Predicate::Not(_) => self.explain(answered.parts[0].at(at), proof),
            Predicate::Text(attribute, column, test) => {
                self.text(attribute, *column, test, answer, proof);
                Rests::OnFacts
            }
            Predicate::List(attribute, column, test) => {
                let (row, fired) = (self.row(answer), proof.permissions.len());
                let mut test = test;
                let settled;
                if !test.this.is_empty() {
                    let (subject, this) = answer.subject();
                    settled = self.facts.settled(test, subject, this);
                    let Some(settled) = &settled else {
                        self.unknown_this(test.this.iter().map(|(_, this)| this), subject, this, proof);
                        if column(self.facts.org, row).is_missing() {
                            self.unsent(attribute, answer, proof);
                        }
                        return Rests::OnFacts;
                    };
                    test = settled;
                }
                match column(self.facts.org, row) {
                    Known::Missing => self.unsent(attribute, answer, proof),
                    Known::Null => self.value(attribute, Value::Null, answer.span(), proof),
                    Known::Value(words) => {
                        let text = |word| self.facts.org.symbols.text(word);
                        let words: Vec<Word<'_>> = words.iter().map(|&word| Word::new(text(word), test)).collect();
                        if truth == Truth::Unknown {
                            self.unclear(attribute, &words, row, proof);
                        }
                        self.list(attribute, &words, test, answer, proof);
                    }
                }
                if proof.permissions.len() > fired { Rests::OnPaths } else { Rests::OnFacts }
            }
            Predicate::Flag(attribute, column, _) => {
                let value = column(self.facts.org, self.row(answer)).map(Value::Flag);
                self.scalar(attribute, value, answer, proof)
            }
            Predicate::Time(attribute, column, test) => {
                let (kind, place) = answer.thing();
                let time = self.facts.time(*column, kind, place);
                if !test.this.is_empty() {
                    let (subject, this) = answer.subject();
                    self.times_of_this(test, subject, this, proof);
                }
                if time.is_missing() && matches!(column, TimeColumn::Added) {
                    self.gaps(proof).not_added(place);
                    return Rests::OnFacts;
                }
                self.scalar(attribute, time.map(Value::Time), answer, proof)
            }
            Predicate::Related(attribute, relation, test) => self.related(attribute, *relation, test, answer, proof),
            Predicate::Via(attribute, test) => {
                self.via(attribute, test, answer, proof);
                Rests::OnFacts
            }
        }
    }

    /// The row of the thing in its columns. A grant has the columns of its role.
    fn row(&self, answer: Answer<'_, '_>) -> usize {
        let (kind, at) = answer.thing();
        self.facts.row(kind, at)
    }

    fn scalar(&self, attribute: &Attribute, value: Known<Value>, answer: Answer<'_, '_>, proof: &mut Proof) -> Rests {
        let span = answer.span();
        match value {
            Known::Missing => self.unsent(attribute, answer, proof),
            Known::Null => self.value(attribute, Value::Null, span, proof),
            Known::Value(value) => self.value(attribute, value, span, proof),
        }
        Rests::OnFacts
    }

    fn text(
        &self,
        attribute: &Attribute,
        column: TextColumn,
        test: &TextPredicate,
        answer: Answer<'_, '_>,
        proof: &mut Proof,
    ) {
        // The paths show which grants of the role are meant.
        if matches!((column, &answer.answered.domain), (TextColumn::Scope, Domain::GrantsByRole(_))) {
            return;
        }
        let (kind, place) = answer.thing();
        let value = self.facts.text(column, kind, place);
        if !test.this.is_empty() && answer.truth() == Truth::Unknown {
            let (subject, this) = answer.subject();
            self.unknown_this(test.this.iter(), subject, this, proof);
        }
        let whole = answer.span();
        match value {
            Known::Missing => self.unsent(attribute, answer, proof),
            Known::Null => self.value(attribute, Value::Null, whole, proof),
            Known::Value(text) => {
                let met = test.any.as_ref().and_then(|any| any.first(&text)).or(test.regex.as_ref());
                let met = met.or_else(|| test.except.first(&text)).map(|pattern| &pattern.span);
                let span = met.or(test.this.first().map(|this| &this.span)).unwrap_or(whole);
                self.value(attribute, Value::Text(text), span, proof);
            }
        }
    }

    fn list(
        &self,
        attribute: &Attribute,
        words: &[Word<'_>],
        test: &ListPredicate,
        answer: Answer<'_, '_>,
        proof: &mut Proof,
    ) {
        let (truth, whole) = (answer.truth(), answer.span());
        let before = (proof.permissions.len(), proof.evidence.len());
        let mut show = |word: &str, span: &Range<usize>| match attribute.names {
            Some(Naming::Permission) => proof.permissions.push((word.into(), self.source.region(span))),
            Some(Naming::Itself | Naming::OneOf(_)) | None => {
                self.value(attribute, Value::Text(word.into()), span, proof);
            }
        };
        let any = test.any.as_deref().unwrap_or_default();
        if let Some(bounds) = test.count {
            let count = counted(words.iter());
            if bounds.contain(count.sure()) == (truth == Truth::Yes) {
                count.elements().for_each(|word| proof.because_of_word(attribute.name, word));
                self.value(attribute, counted_as(count.sure(), bounds, None, truth), whole, proof);
            }
            return;
        }
        for word in words {
            let met: Option<&Pattern> = match truth {
                Truth::Yes => word.meeting(any).or_else(|| word.meeting(&test.all)),
                Truth::No | Truth::Unknown => word.meeting(&test.none),
            };
            if let Some(pattern) = met {
                show(word.text(), &pattern.span);
            } else if truth != Truth::Yes && test.only.iter().any(|only| word.lies_in(only) == Truth::No) {
                show(word.text(), whole);
            }
        }
        if before == (proof.permissions.len(), proof.evidence.len()) {
            self.nothing(whole, proof);
        }
        proof.places.push(whole.clone());
    }

    fn related(
        &self,
        attribute: &Attribute,
        relation: Relation,
        test: &RelatedPredicate,
        answer: Answer<'_, '_>,
        proof: &mut Proof,
    ) -> Rests {
        let (answered, truth) = (answer.answered, answer.truth());
        let part = &answered.parts[0];
        // The related things with this answer decide.
        let deciding = match (test.quantity, truth) {
            (_, Truth::Unknown) => Truth::Unknown,
            (Quantity::Every, Truth::No) => Truth::No,
            (Quantity::Every | Quantity::Some | Quantity::None | Quantity::Count(..), Truth::No | Truth::Yes) => {
                Truth::Yes
            }
        };
        let scopes = match &answered.domain {
            Domain::Things(kind, _) => test.scopes_from(*kind, relation),
            Domain::Pairs(pairs) => test.scopes_from(pairs.kind, relation),
            Domain::GrantsByRole(_) => test.scopes(relation),
        };
        // If a relation leads to at most one thing, that thing is the reason, whichever way it decides.
        let decides = |place: usize| relation.to_one() || part.answers.of(place) == deciding;
        let all = self.related_things(relation, scopes, answer, decides);
        if let (Quantity::Count(bounds, counted), Truth::No | Truth::Yes) = (test.quantity, truth) {
            let number = |things: &[usize]| {
                let places = things.iter().map(|&at| part.domain.place(at).1);
                let each = self.facts.counted(relation.target(), counted, places, |_| Truth::Yes);
                Number::of(each.values(), false).sure
            };
            let everything: Vec<usize> = all.iter().map(|related| related.at).collect();
            let satisfying: Vec<usize> =
                everything.iter().copied().filter(|&at| part.answers.of(at) == Truth::Yes).collect();
            let of = bounds.are_relative().then(|| number(&everything));
            let value = counted_as(number(&satisfying), bounds, of, truth);
            self.value(attribute, value, answer.span(), proof);
        }
        if let (Quantity::Count(bounds, counted), Truth::Unknown) = (test.quantity, truth) {
            for related in all.iter().filter(|one| bounds.are_relative() || part.answers.of(one.at) != Truth::No) {
                let (kind, at) = part.at(related.at).thing();
                self.uncounted(counted, kind, at, proof);
            }
        }
        let (mut any, mut sure) = (false, quantify(test.quantity, std::iter::empty(), false) != truth);
        let empty = all.is_empty();
        for related in all.into_iter().filter(|related| decides(related.at)) {
            let (inner, (kind, place)) = (self.inner(part.at(related.at)), part.at(related.at).thing());
            any = true;
            // What nothing leads to cannot be cut off.
            sure &= inner.rests != Rests::Unsure && !relation.is_everything();
            if deciding != Truth::Unknown {
                // Where no path leads there, it is named. The paths to a grant show its parts.
                let shown = matches!(relation, Relation::Part(_)) || relation.target() == Kind::Grant;
                if related.paths.is_empty() && !shown {
                    let thing = self.facts.access.thing(kind, place);
                    proof.because_of(attribute.name, &thing);
                    let name = Value::Text(thing.qualified_label().into_owned().into());
                    self.show(attribute, name, &part.condition.span, proof);
                }
                if relation.is_everything() {
                    self.lead_from(Step::new(kind, place), &inner, proof);
                } else {
                    self.lead(related.paths, &inner, proof);
                }
            }
            if kind == Kind::Grant {
                // Its paths show it.
                proof.extend(&inner);
            } else {
                proof.extend_with(&inner, &self.facts.access.thing(kind, place));
            }
        }
        if let Domain::Things(kind @ (Kind::ApiKey | Kind::AdminApiKey), _) = answered.domain
            && empty
            && truth != Truth::Unknown
        {
            self.value(attribute, self.owner(relation, kind, answer.at), answer.span(), proof);
        } else if !any {
            self.nothing(answer.span(), proof);
            if matches!((test.quantity, truth), (Quantity::Some, Truth::No)) {
                self.absent(attribute, &part.condition.span, proof);
            }
        }
        if truth == Truth::Unknown && !matches!(answered.domain, Domain::GrantsByRole(_)) {
            let (kind, at) = answer.thing();
            let start = Start { relation, kind, at, scopes };
            start.family().gaps(self.facts, &mut self.gaps(proof), start);
        }
        proof.places.push(answer.span().clone());
        match (any, sure) {
            (false, _) => Rests::OnFacts,
            (true, true) => Rests::OnPaths,
            (true, false) => Rests::Unsure,
        }
    }

    /// Why a related thing has its answer.
    fn inner(&self, answer: Answer<'_, '_>) -> Rc<Proof> {
        let explain = || {
            let mut inner = Proof::default();
            inner.rests = self.explain(answer, &mut inner);
            Rc::new(inner)
        };
        match answer.answered.domain {
            Domain::Things(..) | Domain::Pairs(_) => explain(),
            Domain::GrantsByRole(_) => {
                let key = (std::ptr::from_ref(answer.answered.condition), answer.at);
                if let Some(known) = self.by_role.borrow().get(&key) {
                    return Rc::clone(known);
                }
                let mut inner = explain();
                if let Some(proof) = Rc::get_mut(&mut inner) {
                    proof.matched = self.fired(Step::new(Kind::Role, answer.at), &proof.permissions);
                }
                self.by_role.borrow_mut().insert(key, Rc::clone(&inner));
                inner
            }
        }
    }

    /// Who owns a key, and why it is none of those that the relation leads to.
    fn owner(&self, relation: Relation, kind: Kind, at: usize) -> Value {
        let org = self.facts.org;
        let owner = if kind == Kind::ApiKey { &org.api_keys[at].owner } else { &org.admin_api_keys[at].owner };
        let Some(name) = owner.name.value().or(owner.id.value()) else { return Value::Null };
        let is = |kind: Kind| owner.kind.value().is_some_and(|word| org.symbols.text(*word) == kind.name());
        let why = if is(Kind::ServiceAccount) && relation == Relation::OwningUser {
            "a service account"
        } else if is(Kind::User) && relation != Relation::OwningUser {
            "a user"
        } else {
            "not in the organization"
        };
        Value::Text(format!("{name} ({why})").into())
    }

    fn via(&self, attribute: &Attribute, test: &ViaPredicate, answer: Answer<'_, '_>, proof: &mut Proof) {
        let (parts, (_, place)) = (&answer.answered.parts, answer.thing());
        let grant = &self.facts.access.grants()[place];
        if answer.truth() == Truth::Unknown {
            let known = proof.missing.len();
            let organization = grant.scope == Scope::Organization;
            let scopes = Extent { organization, project: !organization, ..Extent::ALL };
            self.gaps(proof).grants_of(grant.principal, scopes);
            if proof.missing.len() == known {
                let thing = self.facts.access.thing(Kind::Grant, place);
                proof.missing.push(Missing::Unread(format!("the API does not say how {} is held", thing.label())));
            }
            return;
        }
        let before = proof.evidence.len();
        match test {
            ViaPredicate::Kinds(kinds) => {
                for (kind, span) in kinds {
                    let (word, holds) = match kind {
                        ViaKind::Direct => ("direct", grant.direct == Truth::Yes),
                        ViaKind::Group => ("group", !grant.groups.is_empty()),
                        ViaKind::Membership => ("membership", grant.membership),
                    };
                    if holds {
                        self.value(attribute, Value::Text(word.into()), span, proof);
                    }
                }
            }
            ViaPredicate::Group(_) if let Domain::Pairs(pairs) = &parts[0].domain => {
                for pair in pairs.from(answer.at).filter(|pair| parts[0].answers.of(*pair) == Truth::Yes) {
                    self.explain(parts[0].at(pair), proof);
                }
            }
            ViaPredicate::Group(_) => {
                for group in grant.groups.iter().filter(|group| parts[0].answers.of(group.at()) == Truth::Yes) {
                    self.explain(parts[0].at(group.at()), proof);
                }
            }
        }
        if proof.evidence.len() == before {
            self.nothing(answer.span(), proof);
        }
        proof.places.push(answer.span().clone());
    }
}

/// How many there are, `of` how many; and how many may be, if it is another number.
fn counted_as(counted: u64, bounds: Bounds, of: Option<u64>, truth: Truth) -> Value {
    let of = of.map(|all| format!(" of {all}")).unwrap_or_default();
    match truth {
        Truth::No => Value::Counted(counted, Text::from(format!("{bounds}{of}"))),
        Truth::Yes | Truth::Unknown => Value::Number(counted),
    }
}
