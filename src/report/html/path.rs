//! Paths, drawn: a step for each thing, with its icon, from a person to a permission.

use std::io::{self, Write};

use super::page::{Icon, Text};
use crate::finding::{Finding, RuleResult, Thing, ThingKind};
use crate::org::Kind;

/// How many permissions of a role stand in a step before the others are counted.
const PERMISSIONS: usize = 4;

/// The paths of a finding.
pub fn of_finding(finding: &Finding, rule: &RuleResult, to: &mut dyn Write) -> io::Result<()> {
    for path in &finding.paths {
        let permissions = path.matched.map(|matched| rule.matched[matched].permissions()).unwrap_or_default();
        // One step is no path: the sentence says it.
        if finding.steps(path).count() + usize::from(!permissions.is_empty()) > 1 {
            draw(finding.steps(path), &permissions, to)?;
        }
    }
    if finding.more_paths > 0 {
        writeln!(to, "<p class=\"more\">and {}</p>", super::super::words::plural(finding.more_paths, "more path"))?;
    }
    Ok(())
}

/// One path, with the permissions that it ends at.
pub fn draw<'t>(steps: impl Iterator<Item = &'t Thing>, permissions: &[&str], to: &mut dyn Write) -> io::Result<()> {
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
