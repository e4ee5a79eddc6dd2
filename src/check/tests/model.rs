//! What everybody holds, told from the world itself: nothing of the collector's or the evaluator's code is used.

use std::collections::{BTreeMap, BTreeSet};

use super::world::World;

/// A principal's id, with the kind before it; the id of a role; the project, if the role is held there.
pub type Held = (String, String, Option<usize>);

/// How a role is held.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Ways {
    pub direct: bool,
    pub membership: bool,
    pub groups: BTreeSet<usize>,
}

/// Every grant of the world.
pub fn grants(world: &World) -> BTreeMap<Held, Ways> {
    let mut grants = Grants { world, all: BTreeMap::new() };
    for (at, team) in world.groups.iter().enumerate().filter(|(_, team)| team.listed) {
        grants.direct(&format!("group g{at}"), &custom(world, &team.roles), None);
    }
    for (at, person) in world.users.iter().enumerate() {
        let who = format!("user u{at}");
        grants.direct(&who, &custom(world, &person.roles), None);
        if person.listed {
            grants.implied(&who, person.word.map(|word| format!("p-{word}")), None);
        }
        grants.through_groups(&who, &teams(world, &person.groups));
    }
    for (number, place) in world.projects.iter().enumerate() {
        let mut seen = BTreeSet::new();
        for (at, word, roles) in &place.users {
            // Of somebody who stands there twice, the first counts.
            if *at < world.users.len() && seen.insert(at) {
                let who = format!("user u{at}");
                grants.direct(&who, &custom_in_projects(world, roles), Some(number));
                grants.implied(&who, word.map(|word| format!("role-api-project-{word}")), Some(number));
            }
        }
        for (team, roles) in links(world, number) {
            grants.direct(&format!("group g{team}"), &roles, Some(number));
        }
        for (which, (word, roles, groups)) in place.accounts.iter().enumerate() {
            let who = format!("account s{number}-{which}");
            grants.direct(&who, &custom_in_projects(world, roles), Some(number));
            let word = word.filter(|word| *word != "none");
            grants.implied(&who, word.map(|word| format!("role-api-project-{word}")), Some(number));
            let teams = teams(world, groups);
            grants.through_groups(&who, &teams);
            // To the groups it is a member like any other.
            grants.through_groups(&format!("user s{number}-{which}"), &teams);
        }
    }
    grants.all
}

struct Grants<'w> {
    world: &'w World,
    all: BTreeMap<Held, Ways>,
}

impl Grants<'_> {
    fn ways(&mut self, who: &str, role: &str, project: Option<usize>) -> &mut Ways {
        self.all.entry((who.to_owned(), role.to_owned(), project)).or_default()
    }

    fn direct(&mut self, who: &str, roles: &[String], project: Option<usize>) {
        for role in roles {
            self.ways(who, role, project).direct = true;
        }
    }

    fn implied(&mut self, who: &str, role: Option<String>, project: Option<usize>) {
        if let Some(role) = role {
            self.ways(who, &role, project).membership = true;
        }
    }

    fn through_groups(&mut self, who: &str, teams: &BTreeSet<usize>) {
        for &team in teams {
            for role in custom(self.world, &self.world.groups[team].roles) {
                self.ways(who, &role, None).groups.insert(team);
            }
            for project in 0..self.world.projects.len() {
                for role in links(self.world, project).remove(&team).unwrap_or_default() {
                    self.ways(who, &role, Some(project)).groups.insert(team);
                }
            }
        }
    }
}

fn custom(world: &World, picked: &[usize]) -> Vec<String> {
    picked.iter().map(|at| format!("r{}", at % world.roles.len())).collect()
}

fn custom_in_projects(world: &World, picked: &[usize]) -> Vec<String> {
    let count = world.project_roles.len();
    picked.iter().filter(|_| count > 0).map(|at| format!("q{}", at % count)).collect()
}

/// The groups that somebody is in: whoever is in a group that the list lacks, nobody can tell.
fn teams(world: &World, picked: &[usize]) -> BTreeSet<usize> {
    let count = world.groups.len();
    picked.iter().filter(|_| count > 0).map(|at| at % count).filter(|&at| world.groups[at].listed).collect()
}

/// The groups of a project, with their roles there.
fn links(world: &World, project: usize) -> BTreeMap<usize, Vec<String>> {
    let mut links: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for (team, roles) in world.projects[project].groups.iter().filter(|_| !world.groups.is_empty()) {
        links.entry(team % world.groups.len()).or_default().extend(custom_in_projects(world, roles));
    }
    links
}
