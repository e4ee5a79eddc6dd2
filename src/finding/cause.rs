//! What findings have in common, and how many of them end if it goes: the largest first. From nothing but their paths.
//!
//! A finding ends only if every path of one of its conditions does. What ends a finding is counted once, for the first
//! cause that does: the causes of a list are a plan, and their numbers add up. It is long because the search for the
//! largest causes stands in one place.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::{AccessPath, Finding, Outcome, Status, Thing};
use crate::org::Kind;

/// Something that can go, so that findings end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Edge<'a> {
    /// That a user, group or service account holds a role, in a project or in the organization.
    Grant {
        /// Who holds it.
        holder: &'a Arc<Thing>,
        /// What is held.
        role: &'a Arc<Thing>,
        /// Where, if not in the organization.
        project: Option<&'a Arc<Thing>>,
    },
    /// That a user is in a group.
    Membership {
        /// Who is in it.
        user: &'a Arc<Thing>,
        /// In what.
        group: &'a Arc<Thing>,
    },
    /// The permissions of a custom role that fired.
    Permissions(&'a Arc<Thing>),
    /// All roles of a group that lead to what fired.
    Roles(&'a Arc<Thing>),
    /// Every grant of a role.
    Role(&'a Arc<Thing>),
    /// What belongs to somebody, such as keys.
    Owner(&'a Arc<Thing>),
    /// What stands in a project.
    Project(&'a Arc<Thing>),
}

impl Edge<'_> {
    /// Whether to cut it takes more than the findings need: a role is changed for everybody, or a group loses several.
    fn is_wide(&self) -> bool {
        match self {
            Self::Permissions(_) | Self::Roles(_) | Self::Role(_) => true,
            Self::Grant { .. } | Self::Membership { .. } | Self::Owner(_) | Self::Project(_) => false,
        }
    }
}

/// An edge, with the findings that end when it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause<'a> {
    /// What can go.
    pub edge: Edge<'a>,
    /// The permissions that fired, of [`Edge::Permissions`]; sorted.
    pub permissions: Vec<&'a str>,
    /// The roles, of [`Edge::Roles`]; in the order of the findings.
    pub roles: Vec<&'a Arc<Thing>>,
    /// The findings that end with it, and with no cause before it.
    pub findings: Vec<&'a Finding>,
}

impl Cause<'_> {
    /// The rules that its findings violate, in their order.
    pub fn rules(&self) -> Vec<usize> {
        let mut rules: Vec<usize> = self.findings.iter().map(|finding| finding.rule).collect();
        rules.sort_unstable();
        rules.dedup();
        rules
    }
}

impl Outcome {
    /// How many causes are looked for: more than anybody reads, and few enough to find.
    pub const MOST_CAUSES: usize = 50;

    /// What the violations of a rule have in common. What ends a single one is left out.
    pub fn causes(&self, rule: usize) -> Vec<Cause<'_>> {
        self.causes_of(self.findings_of(rule).iter().filter(|finding| finding.status == Status::Violation))
    }

    /// The cheapest cuts across all rules: what ends most of the violations that count for the gate.
    pub fn cuts(&self) -> Vec<Cause<'_>> {
        self.causes_of(self.findings.iter().filter(|finding| self.counts(finding)))
    }

    /// Whether it is a violation at or above the severity that fails the gate.
    pub fn counts(&self, finding: &Finding) -> bool {
        finding.status == Status::Violation && self.rules[finding.rule].info.severity >= self.gate.fail_on
    }

    fn causes_of<'a>(&'a self, findings: impl Iterator<Item = &'a Finding>) -> Vec<Cause<'a>> {
        let mut graph = Graph::new(findings);
        let mut causes = Vec::new();
        while causes.len() < Self::MOST_CAUSES
            && let Some(best) = graph.best()
        {
            let ended = graph.cut(best);
            let edge = graph.edges[best as usize];
            let findings: Vec<&Finding> = ended.into_iter().map(|at| graph.findings[at]).collect();
            let (permissions, roles) = self.details(edge, &findings);
            causes.push(Cause { edge, permissions, roles, findings });
        }
        causes
    }

    /// The permissions of a role, or the roles of a group, that those findings run through.
    fn details<'a>(&'a self, edge: Edge<'a>, findings: &[&'a Finding]) -> (Vec<&'a str>, Vec<&'a Arc<Thing>>) {
        let paths = || findings.iter().flat_map(|finding| finding.paths.iter().map(|path| (*finding, &**path)));
        let (mut permissions, mut roles): (Vec<&str>, Vec<&Arc<Thing>>) = (Vec::new(), Vec::new());
        match edge {
            Edge::Permissions(role) => {
                let mut sets: Vec<(usize, usize)> = paths()
                    .filter(|(finding, path)| path.steps.last().or(Some(&finding.subject)) == Some(role))
                    .filter_map(|(finding, path)| Some((finding.rule, path.matched?)))
                    .collect();
                sets.sort_unstable();
                sets.dedup();
                permissions = sets.iter().flat_map(|&(rule, at)| self.rules[rule].matched[at].permissions()).collect();
                permissions.sort_unstable();
                permissions.dedup();
            }
            Edge::Roles(group) => {
                for (finding, path) in paths() {
                    let through = finding.steps(path).any(|step| step == &**group);
                    roles.extend(path.steps.last().filter(|last| through && last.is(Kind::Role)));
                }
                let mut seen = HashSet::new();
                roles.retain(|role| seen.insert(*role));
            }
            Edge::Grant { .. } | Edge::Membership { .. } | Edge::Role(_) | Edge::Owner(_) | Edge::Project(_) => {}
        }
        (permissions, roles)
    }
}

/// Findings and the edges that they run through, all by number.
struct Graph<'a> {
    findings: Vec<&'a Finding>,
    edges: Vec<Edge<'a>>,
    numbers: HashMap<Edge<'a>, u32>,
    rows: Vec<Row>,
    /// Of each edge, the findings that run through it.
    through: Vec<Vec<u32>>,
    /// Of each edge, how many findings end if it goes now.
    ends: Vec<usize>,
}

/// What a finding runs through.
struct Row {
    /// Whatever goes of these, the finding ends.
    always: Vec<u32>,
    /// The paths that are left, each with its condition.
    paths: Vec<(u8, Vec<u32>)>,
    ended: bool,
}

impl<'a> Graph<'a> {
    fn new(findings: impl Iterator<Item = &'a Finding>) -> Self {
        let mut graph = Self {
            findings: findings.collect(),
            edges: Vec::new(),
            numbers: HashMap::new(),
            rows: Vec::new(),
            through: Vec::new(),
            ends: Vec::new(),
        };
        let mut shared: HashMap<(*const AccessPath, bool), Vec<u32>> = HashMap::new();
        for at in 0..graph.findings.len() {
            let row = graph.row(graph.findings[at], &mut shared);
            graph.rows.push(row);
        }
        graph.ends = vec![0; graph.edges.len()];
        graph.through = vec![Vec::new(); graph.edges.len()];
        for (row, at) in graph.rows.iter().zip(0_u32..) {
            let all = row.always.iter().chain(row.paths.iter().flat_map(|(_, edges)| edges));
            for &edge in all {
                let through = &mut graph.through[edge as usize];
                if through.last() != Some(&at) {
                    through.push(at);
                }
            }
            row.critical().into_iter().for_each(|edge| graph.ends[edge as usize] += 1);
        }
        graph
    }

    fn number(&mut self, edge: Edge<'a>) -> u32 {
        let next = u32::try_from(self.edges.len()).expect("fewer edges than memory has bytes");
        *self.numbers.entry(edge).or_insert_with(|| {
            self.edges.push(edge);
            next
        })
    }

    fn row(&mut self, finding: &'a Finding, shared: &mut HashMap<(*const AccessPath, bool), Vec<u32>>) -> Row {
        let subject = &finding.subject;
        let mut always = Vec::new();
        if subject.is_key() || subject.is(Kind::ServiceAccount) {
            let owner = subject.owner.as_ref().map(Edge::Owner);
            let project = subject.project.as_ref().map(Edge::Project);
            always.extend(owner.into_iter().chain(project).map(|edge| self.number(edge)));
        }
        let grants = subject.is(Kind::Grant);
        let known = finding.more_paths == 0;
        let paths = finding.paths.iter().filter_map(|path| Some((path, path.condition.filter(|_| known)?)));
        let mut row = Row { always, paths: Vec::new(), ended: false };
        for (path, condition) in paths {
            // Findings share most of a path: only its beginning is the subject's own.
            let known = shared.entry((Arc::as_ptr(path), grants));
            let mut edges = known
                .or_insert_with(|| {
                    let steps: Vec<&Arc<Thing>> = path.steps.iter().collect();
                    let edges = along(&steps, path.matched.is_some(), grants);
                    edges.into_iter().map(|edge| self.number(edge)).collect()
                })
                .clone();
            if path.from_subject {
                let first: Vec<&Arc<Thing>> = std::iter::once(subject).chain(path.steps.iter().take(2)).collect();
                edges.extend(begin(&first).into_iter().flatten().map(|edge| self.number(edge)));
                // A role that is flagged itself.
                if path.steps.is_empty() {
                    edges.extend(
                        along(&first, path.matched.is_some(), grants).into_iter().map(|edge| self.number(edge)),
                    );
                }
            }
            row.paths.push((condition, edges));
        }
        row
    }

    /// The edge that ends most, if any ends two. One that is wide must end half as many again as one that is not.
    fn best(&self) -> Option<u32> {
        let score = |(edge, ends): (&Edge<'_>, &usize)| ends * if edge.is_wide() { 2 } else { 3 };
        let scores = self.edges.iter().zip(&self.ends).map(score).zip(0_u32..);
        let best = scores.max_by_key(|&(score, at)| (score, std::cmp::Reverse(at)))?.1;
        (self.ends[best as usize] >= 2).then_some(best)
    }

    /// Takes an edge away; which findings end?
    fn cut(&mut self, edge: u32) -> Vec<usize> {
        let mut ended = Vec::new();
        for at in std::mem::take(&mut self.through[edge as usize]) {
            let row = &mut self.rows[at as usize];
            if row.ended {
                continue;
            }
            let critical = row.critical();
            for &edge in &critical {
                self.ends[edge as usize] -= 1;
            }
            row.paths.retain(|(_, edges)| !edges.contains(&edge));
            if critical.contains(&edge) {
                row.ended = true;
                ended.push(at as usize);
            } else {
                row.critical().into_iter().for_each(|edge| self.ends[edge as usize] += 1);
            }
        }
        ended
    }
}

impl Row {
    /// The edges each of which ends the finding alone, once each: those that all paths of one condition run through.
    fn critical(&self) -> Vec<u32> {
        let mut critical = self.always.clone();
        let mut conditions: Vec<u8> = self.paths.iter().map(|(condition, _)| *condition).collect();
        conditions.sort_unstable();
        conditions.dedup();
        for condition in conditions {
            let mut paths = self.paths.iter().filter(|(of, _)| *of == condition).map(|(_, edges)| edges);
            let mut common = paths.next().cloned().unwrap_or_default();
            for edges in paths {
                if common.is_empty() {
                    break;
                }
                common.retain(|edge| edges.contains(edge));
            }
            critical.extend(common);
        }
        critical.sort_unstable();
        critical.dedup();
        critical
    }
}

/// The edges along these steps. At a role with permissions that fired, those may go; if `grants` are what is flagged, so
/// may the role.
fn along<'a>(steps: &[&'a Arc<Thing>], fired: bool, grants: bool) -> Vec<Edge<'a>> {
    let mut edges: Vec<Edge<'a>> = (0..steps.len()).flat_map(|at| begin(&steps[at..]).into_iter().flatten()).collect();
    if let Some(&role) = steps.last().filter(|last| last.is(Kind::Role)) {
        if fired && !role.is_predefined() {
            edges.push(Edge::Permissions(role));
        }
        if grants {
            edges.push(Edge::Role(role));
        }
    }
    edges
}

/// The edges at the beginning of these steps.
fn begin<'a>(steps: &[&'a Arc<Thing>]) -> [Option<Edge<'a>>; 2] {
    let holds = |thing: &Thing| thing.is(Kind::User) || thing.is(Kind::Group) || thing.is(Kind::ServiceAccount);
    let grant = match *steps {
        [holder, role, ..] if holds(holder) && role.is(Kind::Role) => Some(Edge::Grant { holder, role, project: None }),
        [holder, project, role, ..] if holds(holder) && project.is(Kind::Project) && role.is(Kind::Role) => {
            Some(Edge::Grant { holder, role, project: Some(project) })
        }
        [user, group, ..] if user.is(Kind::User) && group.is(Kind::Group) => Some(Edge::Membership { user, group }),
        _ => None,
    };
    let roles = match grant {
        Some(Edge::Grant { holder, .. }) if holder.is(Kind::Group) => Some(Edge::Roles(holder)),
        _ => None,
    };
    [grant, roles]
}
