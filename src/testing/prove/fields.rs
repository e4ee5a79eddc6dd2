//! Attributes that are not fields in the short form of tests: they follow from what a thing is linked to.

use super::grants::Target;
use super::links;
use super::roles::with;
use super::sketch::{Field, LISTED, PROJECT_ROLES, Sketch};
use super::values;
use crate::org::Kind;
use crate::policy::{Predicate, Relation};

/// The sketches in which such an attribute is as wanted; `None` if the condition is about another attribute.
pub fn linked(sketch: &Sketch, target: Target, predicate: &Predicate, wanted: bool) -> Option<Vec<Sketch>> {
    let at = target.role_or_self();
    if let Predicate::List(attribute, _, test) = predicate
        && attribute.name == PROJECT_ROLES
    {
        let right = |word: &&str| values::holds(test, &[(*word).to_owned()]) == wanted;
        let words = ["owner", "member"].into_iter().filter(right);
        return Some(words.map(|word| invited(sketch, at, word)).collect());
    }
    if let Predicate::Flag(attribute, _, flag) = predicate
        && attribute.name == LISTED
        && *flag != wanted
    {
        let groups = links::fresh(sketch, target, Relation::Groups).into_iter();
        let unlisted = groups.map(|(mut sketch, _)| {
            sketch.items[at].fields.insert(LISTED, Field::Flag(false));
            sketch
        });
        return Some(unlisted.collect());
    }
    if let Predicate::Text(attribute, _, test) = predicate
        && attribute.name == "owner_type"
    {
        let kinds = [Kind::User, Kind::ServiceAccount];
        let right = kinds.into_iter().filter(|kind| test.holds(kind.name()) == wanted);
        return Some(right.filter_map(|kind| owned(sketch, at, kind)).collect());
    }
    None
}

/// The texts that the other things of its kind have.
pub fn taken(sketch: &Sketch, at: usize, name: &'static str) -> Vec<String> {
    let others = sketch.of(sketch.items[at].kind).filter(|other| *other != at);
    let text = |other: usize| match sketch.items[other].fields.get(values::key(name))? {
        Field::Text(text) => Some(values::derived(name, text)),
        Field::Null | Field::Flag(_) | Field::Time(_) | Field::List(_) => None,
    };
    others.filter_map(text).collect()
}

/// The sketch with one more project for this invitation, where the invitee gets that role.
fn invited(sketch: &Sketch, invite: usize, role: &str) -> Sketch {
    let (mut sketch, project) = with(sketch, Kind::Project, None);
    let item = &mut sketch.items[invite];
    item.projects.insert(0, project);
    if let Field::List(roles) = item.fields.entry(PROJECT_ROLES).or_insert_with(|| Field::List(Vec::new())) {
        roles.insert(0, role.to_owned());
    }
    sketch
}

/// The sketch with an owner of that kind for this key.
fn owned(sketch: &Sketch, key: usize, kind: Kind) -> Option<Sketch> {
    if let Some(owner) = sketch.items[key].owner {
        return (sketch.items[owner].kind == kind).then(|| sketch.clone());
    }
    let home = sketch.items[key].project.filter(|_| kind == Kind::ServiceAccount);
    let (mut sketch, owner) = if kind == Kind::ServiceAccount && home.is_none() {
        // An admin key has no project, but a service account needs one.
        let (sketch, project) = with(sketch, Kind::Project, None);
        with(&sketch, kind, Some(project))
    } else {
        with(sketch, kind, home)
    };
    sketch.items[key].owner = Some(owner);
    Some(sketch)
}
