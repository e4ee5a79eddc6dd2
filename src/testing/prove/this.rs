//! Values that a rule compares with the selected thing: one of the two texts is chosen, and the other is made to fit.

use super::grants::Target;
use super::links::{self, is_written};
use super::sketch::{Field, Sketch};
use super::values;
use crate::org::Kind;
use crate::policy::{Attribute, ListPredicate, Means, Moment, Pattern, Slot, TextPredicate, This, TimePredicate, Type};
use crate::time::Time;

/// A sketch in which an attribute of the target is compared with the selected thing.
#[derive(Clone, Copy)]
pub struct Compared<'s> {
    pub sketch: &'s Sketch,
    pub subject: usize,
    pub target: Target,
    pub attribute: &'s Attribute,
}

impl Compared<'_> {
    /// The sketches in which a text is one that the rule makes of the selected thing.
    pub fn texts(self, test: &TextPredicate) -> Vec<Sketch> {
        let Self { sketch, subject, attribute, .. } = self;
        let target = self.target.role_or_self();
        let owned =
            test.this.iter().flat_map(|this| owners(sketch, subject, this).into_iter().map(move |way| (this, way)));
        owned
            .filter_map(|(this, (sketch, of))| {
                let Means::Text { before, after } = &this.means else {
                    return looked_up(&sketch, of, this, target, attribute);
                };
                let (theirs, own) = (text(&sketch, target, attribute.name), text(&sketch, of, this.attribute.name));
                let value = match (&own, &theirs) {
                    (Some(own), _) => own.clone(),
                    (None, Some(theirs)) => {
                        theirs.strip_prefix(before.as_str())?.strip_suffix(after.as_str())?.to_owned()
                    }
                    (None, None) => "something".to_owned(),
                };
                let mut next = sketch;
                put(&mut next, of, this.attribute.name, &value)?;
                put(&mut next, target, attribute.name, &format!("{before}{value}{after}"))?;
                Some(next)
            })
            .collect()
    }

    /// The sketches in which a list has the elements with which it is compared, or none of them.
    pub fn lists(self, test: &ListPredicate) -> Vec<Sketch> {
        let Self { sketch, subject, .. } = self;
        let target = self.target.role_or_self();
        let made = test.this.iter().flat_map(|(slot, this)| {
            let ways = owners(sketch, subject, this).into_iter();
            ways.filter_map(move |(sketch, of)| {
                let (mut next, own) = elements(sketch, of, this, target)?;
                let theirs = if *slot == Slot::None { vec!["api.something.other".to_owned()] } else { own };
                next.items[target].fields.entry(LIST).or_insert(Field::List(theirs));
                Some(next)
            })
        });
        made.collect()
    }

    /// The sketches in which a time is as far as wanted from the one with which it is compared.
    pub fn times(self, test: &TimePredicate, now: Time, wanted: bool) -> Vec<Sketch> {
        let Self { sketch, subject, attribute, .. } = self;
        let target = self.target.role_or_self();
        let time = |sketch: &Sketch, at: usize, name| match sketch.items[at].fields.get(name) {
            Some(Field::Time(time)) => Some(*time),
            Some(Field::Null | Field::Flag(_) | Field::Text(_) | Field::List(_)) | None => None,
        };
        let mut all = Vec::new();
        let moments = test.this.iter();
        let owned =
            moments.flat_map(|moment| owners(sketch, subject, &moment.this).into_iter().map(move |way| (moment, way)));
        for (Moment { after, this, offset }, (sketch, of)) in owned {
            let own = time(&sketch, of, this.attribute.name);
            let own =
                own.or_else(|| Some(time(&sketch, target, attribute.name)? - offset)).unwrap_or(now - 2 * offset.abs());
            for theirs in [own + offset, own + offset - 1] {
                let mut next = sketch.clone();
                let mut put = |at: usize, name, time| {
                    *next.items[at].fields.entry(name).or_insert(Field::Time(time)) == Field::Time(time)
                };
                let fits = put(of, this.attribute.name, own) && put(target, attribute.name, theirs);
                if fits && (*after == (theirs >= own + offset)) == wanted {
                    all.push(next);
                }
            }
        }
        all
    }
}

/// The sketches with the thing that has the value: the subject, or what it leads to, which is made if it is not there.
fn owners(sketch: &Sketch, subject: usize, this: &This) -> Vec<(Sketch, usize)> {
    this.through.iter().fold(vec![(sketch.clone(), subject)], |ways, (_, relation)| {
        let next = ways.into_iter().flat_map(|(sketch, at)| {
            let of = Target::Item(at);
            match links::related(&sketch, of, *relation).first() {
                Some(known) => vec![(sketch, *known)],
                None => links::fresh(&sketch, of, *relation),
            }
        });
        next.map(|(sketch, target)| (sketch, target.role_or_self())).collect()
    })
}

/// The sketch with a text that a parameter has, and what it has for it.
fn looked_up(sketch: &Sketch, of: usize, this: &This, target: usize, attribute: &Attribute) -> Option<Sketch> {
    let Means::Listed(listed) = &this.means else { return None };
    listed.iter().find_map(|(key, values)| {
        let value = values.iter().flat_map(Pattern::samples).next()?;
        let mut next = sketch.clone();
        put(&mut next, of, this.attribute.name, &key.text)?;
        put(&mut next, target, attribute.name, &value)?;
        Some(next)
    })
}

/// The field of the one list that is compared.
const LIST: &str = "permissions";

/// What the selected thing has for the elements of a list, settled: its own list, a text in one of them, or what a
/// parameter has for it.
fn elements(sketch: Sketch, of: usize, this: &This, target: usize) -> Option<(Sketch, Vec<String>)> {
    let list = |at: usize| match sketch.items[at].fields.get(LIST) {
        Some(Field::List(words)) => Some(words.clone()),
        Some(Field::Null | Field::Flag(_) | Field::Text(_) | Field::Time(_)) | None => None,
    };
    let (own, theirs) = (list(of), list(target));
    let mut next = sketch;
    let name = this.attribute.name;
    match (&this.means, this.attribute.type_) {
        (Means::Text { .. }, Type::List(..)) => {
            let own = own.or(theirs).unwrap_or_else(|| vec!["api.something.else".to_owned()]);
            next.items[of].fields.entry(LIST).or_insert_with(|| Field::List(own.clone()));
            Some((next, own))
        }
        (Means::Text { before, after }, _) => {
            let between =
                |word: &String| Some(word.strip_prefix(before.as_str())?.strip_suffix(after.as_str())?.to_owned());
            let value = text(&next, of, name).or_else(|| theirs.iter().flatten().find_map(between));
            let value = value.unwrap_or_else(|| "something".to_owned());
            put(&mut next, of, name, &value)?;
            Some((next, vec![format!("{before}{value}{after}")]))
        }
        (Means::Listed(listed), _) => listed.iter().find_map(|(key, values)| {
            let mut next = next.clone();
            put(&mut next, of, name, &key.text)?;
            let each = values.iter().filter_map(|value| value.samples().into_iter().next());
            Some((next, each.collect()))
        }),
    }
}

/// A text that is settled. An id is, whether it is written or not.
fn text(sketch: &Sketch, at: usize, name: &'static str) -> Option<String> {
    match (name, sketch.items[at].fields.get(values::key(name))) {
        (_, Some(Field::Text(text))) => Some(values::derived(name, text)),
        ("id", None) => Some(sketch.id(at)),
        (_, Some(Field::Null | Field::Flag(_) | Field::Time(_) | Field::List(_)) | None) => None,
    }
}

/// Settles a text, unless it is another one already, or cannot be written.
fn put(sketch: &mut Sketch, at: usize, name: &'static str, value: &str) -> Option<()> {
    if text(sketch, at, name).is_some_and(|known| known == value) {
        return Some(());
    }
    let kind: Kind = sketch.items[at].kind;
    let field = values::key(name);
    if !is_written(kind, field) || sketch.items[at].fields.contains_key(field) || values::derived(name, value) != value
    {
        return None;
    }
    sketch.items[at].fields.insert(field, Field::Text(value.to_owned()));
    Some(())
}
