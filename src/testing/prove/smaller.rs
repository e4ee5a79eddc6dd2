//! Sketches near another one: smaller by one thing, one link or one field, or with another value in one field.

use super::sketch::{Field, Item, Sketch};

/// The smallest sketch that still does what it should, reached by leaving out one thing after the other.
pub fn smallest(mut sketch: Sketch, does: &dyn Fn(&Sketch) -> bool) -> Sketch {
    while let Some(next) = without_one(&sketch).into_iter().find(does) {
        sketch = next;
    }
    sketch
}

/// Everything that is one step away.
pub fn neighbours(sketch: &Sketch) -> Vec<Sketch> {
    let is_text = |field: &Field| matches!(field, Field::Text(_));
    let mut all = changed(sketch, &|field| !is_text(field));
    all.extend(without_one(sketch));
    all.extend(changed(sketch, &is_text));
    all
}

/// A sketch with something done to one of its things.
fn with<T>(sketch: &Sketch, at: usize, change: impl FnOnce(&mut Item) -> T) -> Sketch {
    let mut next = sketch.clone();
    // What is taken out is not looked at.
    drop(change(&mut next.items[at]));
    next
}

fn without_one(sketch: &Sketch) -> Vec<Sketch> {
    let mut all = Vec::new();
    for (at, item) in sketch.items.iter().enumerate().filter(|(_, item)| !item.gone) {
        all.push(with(sketch, at, |item| item.gone = true));
        all.extend((0..item.roles.len()).map(|link| with(sketch, at, |item| item.roles.remove(link))));
        all.extend((0..item.groups.len()).map(|link| with(sketch, at, |item| item.groups.remove(link))));
        all.extend((0..item.members.len()).map(|link| with(sketch, at, |item| item.members.remove(link))));
        all.extend((0..item.projects.len()).map(|link| with(sketch, at, |item| item.projects.remove(link))));
        for (link, member) in item.members.iter().enumerate() {
            let roles = 0..member.roles.len();
            all.extend(roles.map(|role| with(sketch, at, |item| item.members[link].roles.remove(role))));
            all.extend(member.word.map(|_| with(sketch, at, |item| item.members[link].word = None)));
        }
        all.extend(item.owner.map(|_| with(sketch, at, |item| item.owner = None)));
        let predefined = matches!(item.fields.get("id"), Some(Field::Text(id)) if id.starts_with("role-api-"));
        for (name, field) in &item.fields {
            // The fields of a predefined role follow from its id.
            if *name != "id" && !(predefined && ["name", "predefined_role"].contains(name)) {
                all.push(with(sketch, at, |item| item.fields.remove(name)));
            }
            if let Field::List(list) = field {
                all.extend((0..list.len()).map(|word| {
                    with(sketch, at, |item| {
                        if let Some(Field::List(list)) = item.fields.get_mut(name) {
                            list.remove(word);
                        }
                    })
                }));
            }
        }
    }
    all
}

/// Those with another value in one field of this sort.
fn changed(sketch: &Sketch, sort: &dyn Fn(&Field) -> bool) -> Vec<Sketch> {
    let mut all = Vec::new();
    for (at, item) in sketch.items.iter().enumerate() {
        for (name, field) in item.fields.iter().filter(|(_, field)| sort(field)) {
            let others = match field {
                Field::Flag(flag) => vec![Field::Flag(!flag)],
                Field::Time(time) => [-1, 1, -2, 2].map(|seconds| Field::Time(time + seconds)).to_vec(),
                Field::Text(text) if *name != "id" => vec![Field::Text(format!("{text}x"))],
                Field::Null | Field::Text(_) | Field::List(_) => Vec::new(),
            };
            all.extend(others.into_iter().map(|other| with(sketch, at, |item| item.fields.insert(name, other))));
        }
    }
    all
}
