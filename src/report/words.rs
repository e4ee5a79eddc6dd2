//! Sentences and counts that several formats share: plain text, nothing hidden in it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::document::{Given, Region};
use crate::escape::visible;
use crate::finding::{AccessPath, Cause, Edge, Finding, Held, Outcome, RuleResult, Severity, Status, Thing, ThingKind};
use crate::org::{Collection, CollectionSummary, Kind, State};

/// What to do so that findings end: `remove role Break Glass from group Support Team`. `faint` paints the kinds of things.
pub fn cut(cause: &Cause<'_>, faint: &dyn Fn(&str) -> String) -> String {
    let named = |kind: &str, thing: &Thing| format!("{} {}", faint(kind), visible(&thing.qualified_label()));
    let of_kind = |thing: &Thing| {
        if thing.is(Kind::User) { visible(&thing.label()).into_owned() } else { named(&thing.kind.words(), thing) }
    };
    // A role of a project is named with it.
    let place = |role: &Arc<Thing>, project: Option<&Arc<Thing>>| {
        let project = project.filter(|project| role.project.as_ref() != Some(project));
        project.map_or_else(String::new, |project| format!(" in {}", named("project", project)))
    };
    match cause.edge {
        Edge::Grant { holder, role, project } => {
            format!("remove {} from {}{}", named("role", role), of_kind(holder), place(role, project))
        }
        Edge::Membership { user, group } => format!("remove {} from {}", of_kind(user), named("group", group)),
        Edge::Permissions(role) => {
            let (shown, more) = cause.permissions.split_at(cause.permissions.len().min(3));
            let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
            format!("remove {}{more} from {}", visible(&shown.join(", ")), named("role", role))
        }
        Edge::Roles(group) => {
            let role =
                |&(role, project): &Held<'_>| format!("{}{}", visible(&role.qualified_label()), place(role, project));
            let roles: Vec<String> = cause.roles.iter().map(role).collect();
            format!("remove {} {} from {}", faint("roles"), and(&roles), named("group", group))
        }
        Edge::Role(role) => format!("revoke these grants of {}", named("role", role)),
        Edge::Owner(owner) => format!("fix or delete {} of {}", subjects(cause), of_kind(owner)),
        Edge::Project(project) => format!("fix or delete {} in {}", subjects(cause), named("project", project)),
    }
}

/// `one, two and three`.
fn and(words: &[String]) -> String {
    match words {
        [before @ .., last] if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        _ => words.concat(),
    }
}

/// How many of the first causes a format for programs lists.
const CAUSES: usize = 5;

/// What ends most findings of a rule, or of all: how many end, and what to do.
pub fn causes(outcome: &Outcome, rule: Option<usize>) -> Vec<(usize, String)> {
    let causes = rule.map_or_else(|| outcome.cuts(), |rule| outcome.causes(rule));
    causes.iter().take(CAUSES).map(|cause| (cause.findings.len(), cut(cause, &str::to_owned))).collect()
}

/// `4 API keys`, of findings about such: each once, however many rules it violates.
fn subjects(cause: &Cause<'_>) -> String {
    let mut kinds: BTreeMap<ThingKind, BTreeSet<&Thing>> = BTreeMap::new();
    for finding in &cause.findings {
        kinds.entry(finding.subject.kind).or_default().insert(&finding.subject);
    }
    kinds.into_iter().map(|(kind, subjects)| things(subjects.len(), kind)).collect::<Vec<_>>().join(" and ")
}

/// `1 rule`, `2 rules`.
pub fn plural(count: usize, word: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{} {word}{s}", number(count))
}

/// A number with commas between the thousands.
pub fn number(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 user`, `2,000 users`.
pub fn things(count: usize, kind: ThingKind) -> String {
    plural(count, &kind.words())
}

/// What was looked at: `200 users, 8 groups, 22 roles`. Lists that were not read are left out.
pub fn population(outcome: &Outcome) -> String {
    let known = outcome.known_population().into_iter().map(|(kind, count)| (kind, Some(count)));
    let all = by_kind(known);
    if all.is_empty() { "nothing was read".to_owned() } else { all }
}

/// How many things a rule selected, and of how many: `9 of 22 roles`; of a list that was not read, `admin keys not read`.
pub fn selected(outcome: &Outcome, rule: &RuleResult) -> String {
    let of = outcome.population_of(&rule.info);
    if rule.selected == 0 && !of.is_empty() && of.values().all(Option::is_none) {
        return by_kind(of);
    }
    let of = by_kind(of);
    let selected = number(rule.selected);
    // There may be more than was read.
    let least = if rule.truncated { "at least " } else { "" };
    if of.is_empty() { format!("{least}{selected} selected") } else { format!("{least}{selected} of {of}") }
}

/// `22 roles, 200 users, admin keys not read`, in the order that [`population`] has: people first, then what they have.
pub fn by_kind(counts: impl IntoIterator<Item = (Kind, Option<usize>)>) -> String {
    let order = [Kind::User, Kind::Group, Kind::Role, Kind::Project, Kind::ServiceAccount];
    let rank = |kind: &Kind| order.iter().position(|one| one == kind).unwrap_or(order.len());
    let mut counts: Vec<(Kind, Option<usize>)> = counts.into_iter().collect();
    counts.sort_by_key(|(kind, count)| (count.is_none(), rank(kind)));
    let said = |(kind, count): (Kind, Option<usize>)| {
        let kind = ThingKind::Of(kind);
        count.map_or_else(|| format!("{}s not read", kind.words()), |count| things(count, kind))
    };
    counts.into_iter().map(said).collect::<Vec<_>>().join(", ")
}

/// The rules by verdict, the worst first, then by severity, then as in the policies.
pub fn worst_first(outcome: &Outcome) -> Vec<usize> {
    let mut rules: Vec<usize> = (0..outcome.rules.len()).collect();
    let rank = |&at: &usize| (outcome.rules[at].verdict(), outcome.rules[at].info.severity);
    rules.sort_by_key(|at| std::cmp::Reverse(rank(at)));
    rules
}

/// A finding in one line: `waived: user ada@acme.example …`. `violation` is left out.
pub fn sentence(finding: &Finding) -> String {
    let missing = match finding.missing.as_slice() {
        [] => String::new(),
        missing => format!(" ({})", missing.join("; ")),
    };
    let given: Vec<String> = given(finding).iter().map(|given| format!(" ({given})")).collect();
    let said = visible(&format!("{}{}{missing}", finding.message, given.concat())).into_owned();
    match (finding.status, &finding.waiver) {
        (Status::Violation, _) => said,
        (Status::Waived, Some(waiver)) => format!("waived: {said}; {}", visible(&waiver.to_string())),
        (Status::Unknown | Status::Waived | Status::Baselined, _) => format!("{}: {said}", finding.status.name()),
    }
}

/// The values from outside the policy that fired, each once.
pub fn given(finding: &Finding) -> BTreeSet<&Given> {
    let regions = finding.evidence.iter().map(|evidence| &evidence.region).chain([&finding.region]);
    regions.flat_map(Region::given).collect()
}

/// The paths of a finding, each in one line.
pub fn paths(finding: &Finding, rule: &RuleResult) -> Vec<String> {
    finding.paths.iter().map(|path| chain(finding, path, rule)).chain(more_paths(finding)).collect()
}

/// `and 3 more paths`, of a finding that has more than it keeps.
pub fn more_paths(finding: &Finding) -> Option<String> {
    (finding.more_paths > 0).then(|| format!("and {}", plural(finding.more_paths, "more path")))
}

/// `ada@acme.example → group Platform → role API Group Manager → api.groups.write`.
fn chain(finding: &Finding, path: &AccessPath, rule: &RuleResult) -> String {
    let mut steps: Vec<String> = finding.steps(path).map(step).collect();
    steps.extend(path.matched.map(|matched| rule.matched[matched].permissions().join(", ")));
    visible(&steps.join(" → ")).into_owned()
}

/// `ada@acme.example → group Platform → role API Group Manager`.
pub fn steps<'t>(path: impl Iterator<Item = &'t Thing>) -> String {
    visible(&path.map(step).collect::<Vec<_>>().join(" → ")).into_owned()
}

fn step(thing: &Thing) -> String {
    if thing.is(Kind::User) { thing.label().into_owned() } else { format!("{} {}", thing.kind.words(), thing.label()) }
}

/// What is missing to answer the rule completely, in one line; empty if nothing is.
pub fn unread(rule: &RuleResult) -> String {
    let unread: Vec<String> = rule.unread.iter().map(ToString::to_string).collect();
    visible(&unread.join("; ")).into_owned()
}

/// The collections that were to be read and are incomplete, each with what happened.
pub fn incomplete(outcome: &Outcome) -> Vec<(Collection, State, String)> {
    let row = |of: &CollectionSummary| Some((of.collection, of.state, visible(of.detail.as_ref()?).into_owned()));
    outcome.coverage.iter().filter_map(row).collect()
}

/// The text, at most that many characters long: what is cut is counted.
pub fn clip(text: &str, most: usize) -> String {
    const NOTE: usize = 40;
    let Some((end, _)) = text.char_indices().nth(most) else { return text.to_owned() };
    let kept = text.char_indices().nth(most.saturating_sub(NOTE)).map_or(end, |(at, _)| at);
    format!("{}… and {} more characters", &text[..kept], text[kept..].chars().count())
}

/// Whether findings of this severity call for somebody now.
pub fn is_urgent(severity: Severity) -> bool {
    severity >= Severity::High
}
