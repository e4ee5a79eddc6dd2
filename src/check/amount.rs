//! The assertions about all selected things together: `count` and `exactly`.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::counted::{Number, One};
use super::domain::{Answer, Answered};
use super::judge::{Judge, Why};
use super::proof::{Proof, fingerprint};
use crate::finding::{Evidence, Finding, Status, Thing, ThingKind, UNLISTED, Value};
use crate::org::{Known, Text, Truth};
use crate::policy::{Attribute, Bounds, Counted, Exactly, Type, same_text, several};

impl Judge<'_, '_> {
    /// `count`: one finding if the number of selected things is, or may be, out of bounds.
    pub fn count(
        &self,
        filter: &Answered<'_>,
        bounds: Bounds,
        counted: Counted,
        span: &Range<usize>,
    ) -> Option<Finding> {
        let selected = filter.answers.yes().chain(filter.answers.unknown());
        let each = self.facts.counted(self.rule.select, counted, selected, |at| filter.answers.of(at));
        let number = Number::of(each.values(), self.may_have_more);
        let Number { sure, possible, .. } = number;
        let word = self.word(counted);
        let kinds = several(&word.replace('_', " "));
        let mut proof = Proof::default();
        let all = if bounds.are_relative() { self.population(counted) } else { number };
        let answer = number.lies_within(bounds, all);
        let bounds = match all.known() {
            Some(all) if bounds.are_relative() => format!("{bounds} of {all} {kinds}"),
            Some(_) | None => bounds.to_string(),
        };
        let (status, message) = match answer {
            Truth::Yes => return None,
            Truth::No => {
                let listed = each.into_iter().filter(|(_, truth)| *truth == Truth::Yes).map(|(one, _)| one);
                let (mut things, mut spelled) = (Vec::new(), self.spelled(filter, counted));
                for one in listed {
                    if let One::Text(text) = one {
                        proof.because_of_word(word, &text);
                        let value = Value::Text(spelled.remove(&text).unwrap_or_else(|| text.into()));
                        proof.evidence.push(Evidence::new(Text::const_new(word), value, self.region(span)));
                    } else if let Some(thing) = self.one(counted, &one) {
                        proof.because_of(word, &thing);
                        things.push(thing);
                    }
                }
                proof.evidence.extend(self.listed(&things, word, span));
                let selected: Vec<usize> = filter.answers.yes().collect();
                let why = self.of_each(&selected, |judge, at| judge.why_selected(filter.at(at)));
                proof.reasons.extend(why.into_iter().flat_map(|(hashes, _)| hashes).flatten());
                (Status::Violation, format!("{sure} {kinds} selected (allowed: {bounds})"))
            }
            Truth::Unknown => {
                filter.answers.unknown().for_each(|at| self.unselected(filter.at(at), &mut proof));
                proof.evidence.clear();
                let most = if self.may_have_more { "or more".to_owned() } else { format!("to {possible}") };
                let message = format!("{sure} {most} {kinds} selected (allowed: {bounds}): unknown");
                (Status::Unknown, message)
            }
        };
        let subject = Arc::new(Thing::organization());
        Some(self.finding(status, subject, message, proof.into(), span))
    }

    /// Why the rule selected one of the things that are counted, as a hash: there may be many. `None` if it selects all.
    fn why_selected(&self, selected: Answer<'_, '_>) -> Option<String> {
        let selection = self.selection(selected);
        let thing = || self.facts.access.thing(self.rule.select, selected.at);
        let says_nothing = selection.reasons.is_empty() && selection.paths.is_empty();
        (!says_nothing).then(|| fingerprint(&self.rule.info.id, self.prover, &thing(), &[&selection]))
    }

    /// Texts that are counted, by what they compare as, as the first of the selected things has each.
    fn spelled(&self, filter: &Answered<'_>, counted: Counted) -> HashMap<String, Text> {
        let mut spelled = HashMap::new();
        if let Counted::Texts(Attribute { type_: Type::Text(case, column), .. }) = counted {
            for at in filter.answers.yes() {
                if let Known::Value(text) = self.facts.text(*column, self.rule.select, at) {
                    spelled.entry(same_text(&text, *case)).or_insert(text);
                }
            }
        }
        spelled
    }

    /// How many the things of the kind make count that the rule is about, whatever it selects.
    fn population(&self, counted: Counted) -> Number {
        let all = 0..self.facts.access.count(self.rule.select);
        let each = self.facts.counted(self.rule.select, counted, all, |at| self.population.has(at));
        Number::of(each.values(), self.may_have_more)
    }

    /// The word for what is counted.
    fn word(&self, counted: Counted) -> &'static str {
        match counted {
            Counted::Each => self.rule.select.name(),
            Counted::Principals => "principal",
            Counted::Through(relation) => relation.target().name(),
            Counted::Texts(attribute) => attribute.name,
        }
    }

    /// What is counted, as a thing.
    fn one(&self, counted: Counted, one: &One) -> Option<Arc<Thing>> {
        match (one, counted) {
            (One::Principal(principal), _) => Some(self.facts.access.principal(*principal)),
            (One::Thing(at), Counted::Through(relation)) => Some(self.facts.access.thing(relation.target(), *at)),
            (One::Thing(at), Counted::Each | Counted::Principals | Counted::Texts(_)) => {
                Some(self.facts.access.thing(self.rule.select, *at))
            }
            (One::Text(_) | One::Unknown(_), _) => None,
        }
    }

    /// The counted things by name; with the id where two have the same name.
    fn listed(&self, things: &[Arc<Thing>], word: &'static str, span: &Range<usize>) -> Vec<Evidence> {
        let mut called: HashMap<String, usize> = HashMap::new();
        for thing in things {
            *called.entry(thing.qualified_label().into_owned()).or_default() += 1;
        }
        let name = |thing: &Thing| match thing.qualified_label() {
            label if called[label.as_ref()] > 1 => format!("{label} ({})", thing.id),
            label => label.into_owned(),
        };
        let mut named: Vec<(Text, &Arc<Thing>)> = things.iter().map(|thing| (Text::from(name(thing)), thing)).collect();
        named.sort();
        let (attribute, region) = (Text::const_new(word), self.region(span));
        let evidence = |(name, thing)| Evidence {
            of: Some(Arc::clone(thing)),
            ..Evidence::new(attribute.clone(), Value::Text(name), region.clone())
        };
        named.into_iter().map(evidence).collect()
    }

    /// `exactly`: a finding for each selected thing with a value that is not listed, and one for each listed value that
    /// nothing has.
    pub fn exactly(&self, filter: &Answered<'_>, exactly: &Exactly) -> Vec<Finding> {
        let mut findings = Vec::new();
        let beyond = if self.may_have_more { Truth::Unknown } else { Truth::No };
        // Whether a selected thing has the value, for each value. No text is two of them.
        let mut held = vec![beyond; exactly.values.len()];
        let mut has_unknown = Truth::No;
        let sure = filter.answers.yes().map(|at| (Truth::Yes, at));
        for (selected, at) in sure.chain(filter.answers.unknown().map(|at| (Truth::Unknown, at))) {
            let value = self.facts.text(exactly.column, self.rule.select, at);
            findings.extend(self.unlisted(exactly, filter.at(at), &value));
            match value {
                Known::Missing => has_unknown = Truth::Unknown,
                Known::Null => {}
                Known::Value(text) => {
                    if let Some(place) = exactly.values.place(&text) {
                        held[place] = held[place].or(selected);
                    }
                }
            }
        }
        findings.extend(exactly.values.iter().zip(held).filter_map(|(pattern, held)| {
            let kind = ThingKind::Of(self.rule.select).words();
            let (name, listed) = (exactly.attribute.name, &pattern.text);
            let (status, message) = match held.or(has_unknown) {
                Truth::Yes => return None,
                Truth::No => (Status::Violation, format!("no selected {kind} has the {name} {listed}")),
                Truth::Unknown => {
                    (Status::Unknown, format!("unknown whether a selected {kind} has the {name} {listed}"))
                }
            };
            let mut proof = Proof::default();
            let value = Value::Text(Text::from(listed.as_str()));
            proof.evidence.push(Evidence::new(Text::const_new(name), value, self.region(&pattern.span)));
            let subject = Arc::new(Thing::organization());
            proof.because_of_word(name, listed);
            Some(self.finding(status, subject, message, proof.into(), &pattern.span))
        }));
        findings
    }

    /// A finding if a thing has, or may have, a value that is not in the list.
    fn unlisted(&self, exactly: &Exactly, selected: Answer<'_, '_>, value: &Known<Text>) -> Option<Finding> {
        let listed = match value {
            Known::Missing => Truth::Unknown,
            Known::Null => Truth::No,
            Known::Value(text) => exactly.values.match_any(text).into(),
        };
        let name = exactly.attribute.name;
        let subject = self.facts.access.thing(self.rule.select, selected.at);
        let who = format!("{} {}", subject.kind.words(), subject.qualified_label());
        let mut proof = Proof::default();
        let (status, message, why) = match selected.truth().and(!listed) {
            Truth::No => return None,
            Truth::Yes => {
                let shown = value.value().map_or(Value::Null, |text| Value::Text(text.clone()));
                proof.because_of_word(name, &shown.to_string());
                let evidence = Evidence::new(Text::const_new(name), shown, self.region(&exactly.span));
                let message = format!("{who}: {}{UNLISTED}", evidence.dated());
                proof.evidence.push(evidence);
                (Status::Violation, message, Why { broken: proof, selected: self.selection(selected) })
            }
            Truth::Unknown => {
                self.unselected(selected, &mut proof);
                if listed == Truth::Unknown {
                    self.prover.gaps(&mut proof).unsent(name, self.rule.select, selected.at);
                }
                (Status::Unknown, format!("{who}: unknown"), proof.into())
            }
        };
        Some(self.finding(status, subject, message, why, &exactly.span))
    }
}
