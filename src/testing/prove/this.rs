//! Values that a rule compares with the selected thing: one of the two texts is chosen, and the other is made to fit.

use super::links::{Target, is_written};
use super::sketch::{Field, Sketch};
use crate::org::Kind;
use crate::policy::{Attribute, Means, TextPredicate};

/// The sketches in which a text of the target is one that the rule makes of the selected thing.
pub fn compared(
    sketch: &Sketch,
    subject: usize,
    target: Target,
    attribute: &Attribute,
    test: &TextPredicate,
) -> Vec<Sketch> {
    let target = target.role_or_self();
    test.this
        .iter()
        .filter_map(|this| {
            // A thing that the subject leads to is the project in which it stands, or nothing that is known here.
            let of = match this.through.as_slice() {
                [] => subject,
                [_] => sketch.items[subject].project.or(sketch.items[subject].owner)?,
                [..] => return None,
            };
            let Means::Text { before, after } = &this.means else { return None };
            let (theirs, own) = (text(sketch, target, attribute.name), text(sketch, of, this.attribute.name));
            let value = match (&own, &theirs) {
                (Some(own), _) => own.clone(),
                (None, Some(theirs)) => theirs.strip_prefix(before.as_str())?.strip_suffix(after.as_str())?.to_owned(),
                (None, None) => "something".to_owned(),
            };
            let mut next = sketch.clone();
            put(&mut next, of, this.attribute.name, &value)?;
            put(&mut next, target, attribute.name, &format!("{before}{value}{after}"))?;
            Some(next)
        })
        .collect()
}

/// A text that is settled. An id is, whether it is written or not.
fn text(sketch: &Sketch, at: usize, name: &'static str) -> Option<String> {
    match (name, sketch.items[at].fields.get(name)) {
        (_, Some(Field::Text(text))) => Some(text.clone()),
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
    if !is_written(kind, name) || sketch.items[at].fields.contains_key(name) {
        return None;
    }
    sketch.items[at].fields.insert(name, Field::Text(value.to_owned()));
    Some(())
}
