//! Paths, drawn: a step for each thing, with its icon, from a person to a permission.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::Arc;

use super::page::{Icon, Text};
use crate::finding::{Finding, RuleResult, Thing, ThingKind};
use crate::org::Kind;
use crate::report::words::plural;

/// How many permissions of a role stand in a step before the others are counted.
const PERMISSIONS: usize = 4;

/// The paths that items of long lists have, each drawn once: the items name them by their numbers.
#[derive(Default)]
pub struct Shared(RefCell<HashMap<Vec<u8>, usize>>);

impl Shared {
    /// Names a path: a link to where it is drawn.
    fn name(&self, path: Vec<u8>, to: &mut dyn Write) -> io::Result<()> {
        let mut numbers = self.0.borrow_mut();
        let next = numbers.len() + 1;
        let number = *numbers.entry(path).or_insert(next);
        write!(to, "<a href=\"#p{number}\">{number}</a> ")
    }

    /// Draws all that were named.
    pub fn render(self, to: &mut dyn Write) -> io::Result<()> {
        let numbers = self.0.into_inner();
        if numbers.is_empty() {
            return Ok(());
        }
        let mut paths: Vec<(usize, Vec<u8>)> = numbers.into_iter().map(|(path, number)| (number, path)).collect();
        paths.sort_unstable();
        to.write_all(
            b"<section id=\"paths\" aria-labelledby=\"paths-h\">\n<h2 id=\"paths-h\">Paths by their numbers</h2>\n\
              <p>Long lists name a path by its number. It begins at whoever is in the list.</p>\n<ul class=\"paths\">\n",
        )?;
        for (number, path) in paths {
            write!(to, "<li id=\"p{number}\"><span>{number}</span> ")?;
            to.write_all(&path)?;
            to.write_all(b"</li>\n")?;
        }
        to.write_all(b"</ul>\n</section>\n")
    }
}

/// The paths of a finding: drawn, or named if they are shared.
pub fn of_finding(finding: &Finding, rule: &RuleResult, shared: Option<&Shared>, to: &mut dyn Write) -> io::Result<()> {
    let mut named = Vec::new();
    for path in &finding.paths {
        let permissions = path.matched.map(|matched| rule.matched[matched].permissions()).unwrap_or_default();
        // One step needs no path: the sentence says it.
        if finding.steps(path).count() + usize::from(!permissions.is_empty()) <= 1 {
            continue;
        }
        match shared.filter(|_| path.from_subject) {
            Some(shared) => {
                let mut drawn = Vec::new();
                draw(path.steps.iter().map(|step| &**step), &permissions, &mut drawn)?;
                shared.name(drawn, &mut named)?;
            }
            None => draw(finding.steps(path), &permissions, to)?,
        }
    }
    if !named.is_empty() {
        open_ways(&finding.subject, to)?;
        to.write_all(&named)?;
        to.write_all(b"</p>")?;
    }
    if finding.more_paths > 0 {
        writeln!(to, "<p class=\"more\">and {}</p>", plural(finding.more_paths, "more path"))?;
    }
    Ok(())
}

/// One path: drawn, or named if it is shared.
pub fn of_steps(
    steps: &[Arc<Thing>],
    permissions: &[&str],
    shared: Option<&Shared>,
    to: &mut dyn Write,
) -> io::Result<()> {
    let (Some(shared), Some((first, rest))) = (shared, steps.split_first()) else {
        return draw(steps.iter().map(|step| &**step), permissions, to);
    };
    let mut drawn = Vec::new();
    draw(rest.iter().map(|step| &**step), permissions, &mut drawn)?;
    open_ways(first, to)?;
    shared.name(drawn, to)?;
    to.write_all(b"</p>")
}

/// Opens the paragraph with the numbers of paths that all begin at this thing.
fn open_ways(from: &Thing, to: &mut dyn Write) -> io::Result<()> {
    write!(to, "<p class=\"ways {}\" data-who=\"{}\">Paths ", from.kind.name(), Text(from.label()))
}

/// One path, with the permissions that it ends at.
fn draw<'t>(steps: impl Iterator<Item = &'t Thing>, permissions: &[&str], to: &mut dyn Write) -> io::Result<()> {
    to.write_all(b"<ol class=\"path\">")?;
    for step in steps {
        write!(to, "<li class=\"{}\">{}{}</li>", step.kind.name(), Icon(icon(step.kind)), Text(step.label()))?;
    }
    if !permissions.is_empty() {
        let (shown, more) = permissions.split_at(permissions.len().min(PERMISSIONS));
        write!(to, "<li class=\"permission\">{}{}", Icon("permission"), Text(shown.join(", ")))?;
        if !more.is_empty() {
            write!(
                to,
                " <details class=\"all\"><summary>and {} more</summary>{}</details>",
                more.len(),
                Text(more.join(", "))
            )?;
        }
        to.write_all(b"</li>")?;
    }
    to.write_all(b"</ol>")
}

/// The icon of a kind of thing.
pub fn icon(kind: ThingKind) -> &'static str {
    match kind {
        ThingKind::Of(Kind::User | Kind::ServiceAccount | Kind::Invite) | ThingKind::Organization => "user",
        ThingKind::Of(Kind::Group) => "group",
        ThingKind::Of(Kind::Role | Kind::Grant) => "role",
        ThingKind::Of(Kind::Project) | ThingKind::Rule | ThingKind::File => "project",
        ThingKind::Of(Kind::AdminApiKey | Kind::ApiKey) => "key",
    }
}
