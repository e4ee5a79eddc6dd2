//! The roles of a sketch: new ones, and the predefined ones that are there anyway.

use super::sketch::{Field, Sketch};
use crate::org::Kind;
use crate::policy::predefined;

/// The sketch with one more thing, and its place.
pub fn with(sketch: &Sketch, kind: Kind, project: Option<usize>) -> (Sketch, usize) {
    let mut sketch = sketch.clone();
    let at = sketch.add(kind, project);
    (sketch, at)
}

/// A role of the organization or of a project: a new one, or a predefined one.
pub fn roles(sketch: &Sketch, project: Option<usize>) -> Vec<(Sketch, usize)> {
    let mut ways = vec![with(sketch, Kind::Role, project)];
    let scope = if project.is_some() { "project" } else { "organization" };
    for word in words(scope) {
        let mut sketch = sketch.clone();
        let at = predefined_role(&mut sketch, scope, word, project);
        ways.push((sketch, at));
    }
    ways
}

/// The predefined roles that are in the organization and in its first project whether or not they are written.
pub fn predefined_roles(sketch: &mut Sketch) -> Vec<usize> {
    let project = sketch.of(Kind::Project).next();
    let mut all = Vec::new();
    for (scope, project) in
        [("organization", None)].into_iter().chain(project.map(|project| ("project", Some(project))))
    {
        for word in words(scope) {
            all.push(predefined_role(sketch, scope, word, project));
        }
    }
    all
}

/// The words of the predefined roles that a scope has.
fn words(scope: &'static str) -> impl Iterator<Item = &'static str> {
    predefined::words().filter(move |word| predefined::ids().any(|id| id == predefined::id(scope, word)))
}

/// The predefined role of that word, which is there from now on.
fn predefined_role(sketch: &mut Sketch, scope: &str, word: &str, project: Option<usize>) -> usize {
    let id = Field::Text(predefined::id(scope, word));
    let known = sketch
        .of(Kind::Role)
        .find(|at| sketch.items[*at].project == project && sketch.items[*at].fields.get("id") == Some(&id));
    known.unwrap_or_else(|| {
        let at = sketch.add(Kind::Role, project);
        let fields = &mut sketch.items[at].fields;
        fields.insert("id", id);
        fields.insert("name", Field::Text(word.to_owned()));
        fields.insert("predefined_role", Field::Flag(true));
        at
    })
}

/// The word of a predefined role.
pub fn word(sketch: &Sketch, role: usize) -> Option<&'static str> {
    let Some(Field::Text(id)) = sketch.items[role].fields.get("id") else { return None };
    let scope = if sketch.items[role].project.is_some() { "project" } else { "organization" };
    predefined::words().find(|word| predefined::id(scope, word) == *id)
}
