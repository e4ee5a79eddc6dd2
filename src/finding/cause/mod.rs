//! What findings have in common, and how many of them end if it goes: the largest first.
//! It follows from their paths alone.
//!
//! A finding ends only if every path of one of its conditions does. What ends a finding is counted once, for the first
//! cause that does: the causes of a list are a plan, and their numbers add up.

mod graph;

use std::collections::HashSet;
use std::sync::Arc;

use super::{Finding, Outcome, Status, Thing};
use crate::cores;
use crate::org::Kind;
use graph::Graph;

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
    /// Everything that belongs to somebody, such as keys.
    Owner(&'a Arc<Thing>),
    /// Everything in a project.
    Project(&'a Arc<Thing>),
}

impl Edge<'_> {
    /// Whether cutting it changes more than the findings need: a role is changed for everybody, or a group loses several.
    fn is_wide(&self) -> bool {
        match self {
            Self::Permissions(_) | Self::Roles(_) | Self::Role(_) => true,
            Self::Grant { .. } | Self::Membership { .. } | Self::Owner(_) | Self::Project(_) => false,
        }
    }
}

/// A role, with its project if it is held in one.
pub type Held<'a> = (&'a Arc<Thing>, Option<&'a Arc<Thing>>);

/// An edge, with the findings that end when it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause<'a> {
    /// What can go.
    pub edge: Edge<'a>,
    /// The permissions that fired, of [`Edge::Permissions`]; sorted.
    pub permissions: Vec<&'a str>,
    /// The roles, of [`Edge::Roles`], each with its project if it is held in one; in the order of the findings.
    pub roles: Vec<Held<'a>>,
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

/// All causes, each found once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Causes<'a> {
    /// The cheapest cuts across all rules: [`Outcome::cuts`].
    pub cuts: Vec<Cause<'a>>,
    /// What the violations of each rule have in common: [`Outcome::causes`].
    pub of_rules: Vec<Vec<Cause<'a>>>,
}

impl Outcome {
    /// The causes of every rule, and the cuts across all of them.
    pub fn all_causes(&self) -> Causes<'_> {
        let of_rules = || (0..self.rules.len()).map(|rule| self.causes(rule)).collect::<Vec<_>>();
        let mut counting = self.findings.chunk_by(|one, other| one.rule == other.rule).filter_map(|findings| {
            let rule = findings[0].rule;
            findings.iter().any(|finding| self.counts(finding)).then_some(rule)
        });
        // If all violations that count are those of one rule, its causes are the cuts.
        if let (Some(only), None) = (counting.next(), counting.next()) {
            let of_rules = of_rules();
            return Causes { cuts: of_rules[only].clone(), of_rules };
        }
        let (cuts, of_rules) = cores::join(|| self.cuts(), of_rules);
        Causes { cuts, of_rules }
    }

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
        let findings: Vec<&Finding> = findings.collect();
        let mut graph = Graph::new(&findings);
        let mut causes = Vec::new();
        while causes.len() < Self::MOST_CAUSES
            && let Some(best) = graph.best()
        {
            let ended = graph.cut(best);
            let edge = graph.edges[best];
            let findings: Vec<&Finding> = ended.into_iter().map(|at| findings[at]).collect();
            let (permissions, roles) = self.details(edge, &findings);
            causes.push(Cause { edge, permissions, roles, findings });
        }
        causes
    }

    /// The permissions of a role, or the roles of a group, that those findings run through.
    fn details<'a>(&'a self, edge: Edge<'a>, findings: &[&'a Finding]) -> (Vec<&'a str>, Vec<Held<'a>>) {
        let paths = || findings.iter().flat_map(|finding| finding.paths.iter().map(|path| (*finding, &**path)));
        let (mut permissions, mut roles): (Vec<&str>, Vec<Held<'_>>) = (Vec::new(), Vec::new());
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
                    if let [before @ .., role] = &path.steps[..]
                        && through
                        && role.is(Kind::Role)
                    {
                        roles.push((role, before.last().filter(|step| step.is(Kind::Project))));
                    }
                }
                let mut seen = HashSet::new();
                roles.retain(|role| seen.insert(*role));
            }
            Edge::Grant { .. } | Edge::Membership { .. } | Edge::Role(_) | Edge::Owner(_) | Edge::Project(_) => {}
        }
        (permissions, roles)
    }
}
