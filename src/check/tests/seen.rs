//! An organization with data missing: what the API would have sent, assembled as the collector does. It is long because
//! each kind of data can be missing in its own way.

use std::collections::{BTreeMap, BTreeSet};

use super::world::{Holes, World};
use crate::org::{Builder, Collection, Coverage, Failure, Group, Known, Org, Source, Text};

use Collection::{
    ApiKeys, GroupMembers, GroupRoles, Groups, ProjectGroupRoles, ProjectGroups, ProjectRoles, ProjectUserRoles,
    ProjectUsers, Projects, Roles, ServiceAccountRoles, ServiceAccounts, UserRoles, Users,
};

/// The organization as it looks through the holes.
pub fn build(world: &World, holes: &Holes) -> Org {
    let mut coverage = Coverage::default();
    for collection in Collection::ALL.into_iter().filter(|collection| holes.asked(*collection)) {
        coverage.of_mut(collection).asked = true;
        coverage.of_mut(collection).requests = 1;
    }
    let mut seen = Seen {
        world,
        holes,
        projects: (0..world.projects.len()
            - usize::from(holes.truncated.contains(&Projects) && !world.projects.is_empty()))
            .collect(),
        coverage,
        roles: BTreeMap::new(),
        groups: BTreeMap::new(),
        users: BTreeMap::new(),
        members: BTreeMap::new(),
        links: BTreeMap::new(),
        accounts: BTreeMap::new(),
    };
    if !holes.asked(Projects) {
        seen.projects.clear();
    } else if seen.projects.len() < world.projects.len() {
        seen.truncated(Projects);
    }
    seen.lists_of_roles();
    seen.teams();
    seen.people();
    seen.in_projects();
    seen.org()
}

/// A role in a list of roles, and the group that it comes through, if it does.
pub type Held = (String, Option<String>);
/// By project and id: the legacy word, the groups, and the roles there.
type InProjects = BTreeMap<(usize, String), (Option<&'static str>, BTreeSet<String>, Vec<Held>)>;

impl World {
    pub fn role(&self, at: usize) -> String {
        format!("r{}", at % self.roles.len())
    }

    pub fn project_roles(&self, picked: &[usize]) -> Vec<String> {
        let count = self.project_roles.len();
        picked.iter().filter(|_| count > 0).map(|at| format!("q{}", at % count)).collect()
    }

    /// What the list of roles of every project has.
    pub fn listed_in_projects(&self) -> Vec<String> {
        let predefined = ["role-api-project-member", "role-api-project-owner"];
        let predefined = predefined.into_iter().filter(|_| self.described).map(str::to_owned);
        (0..self.project_roles.len()).map(|at| format!("q{at}")).chain(predefined).collect()
    }

    pub fn team(&self, at: usize) -> Option<usize> {
        (!self.groups.is_empty()).then(|| at % self.groups.len())
    }

    /// The groups of somebody. In those that the list does not have, there is nobody.
    pub fn teams(&self, picked: &[usize]) -> BTreeSet<usize> {
        picked.iter().filter_map(|&at| self.team(at)).filter(|&team| self.groups[team].listed).collect()
    }
}

pub struct Seen<'w> {
    pub world: &'w World,
    pub holes: &'w Holes,
    /// Those that the list of projects told.
    pub projects: Vec<usize>,
    pub coverage: Coverage,
    /// By id, whether the organization's list has it.
    pub roles: BTreeMap<String, bool>,
    pub groups: BTreeMap<String, (bool, Vec<String>)>,
    /// Whether the list has them, their groups, and their roles.
    pub users: BTreeMap<String, (bool, BTreeSet<String>, Vec<Held>)>,
    /// Their groups do not stand in projects.
    pub members: InProjects,
    pub links: BTreeMap<(usize, String), Vec<String>>,
    pub accounts: InProjects,
}

impl Seen<'_> {
    pub fn asked(&self, collection: Collection) -> bool {
        self.holes.asked(collection)
    }

    pub fn truncated(&mut self, collection: Collection) {
        self.coverage.of_mut(collection).truncated = Some(denied());
    }

    /// Whether nobody asked for this part of a collection. If so, the coverage says it.
    fn skips(&mut self, collection: Collection, id: &str) -> bool {
        let skips = self.asked(collection) && !self.holes.asked_of(collection, id);
        if skips {
            self.coverage.of_mut(collection).not_asked.insert(id.to_owned());
        }
        skips
    }

    pub fn gap(&mut self, collection: Collection, id: String) {
        if self.asked(collection) {
            self.coverage.of_mut(collection).gaps.insert(id, denied());
        }
    }

    /// Those of these groups whose members were read.
    pub fn told(&self, teams: &BTreeSet<usize>) -> BTreeSet<String> {
        let read = |team: &&usize| {
            self.asked(GroupMembers)
                && self.groups.contains_key(&group(**team))
                && !self.holes.group_members.contains(team)
                && self.holes.asked_of(GroupMembers, &group(**team))
        };
        teams.iter().filter(read).map(|team| group(*team)).collect()
    }

    fn assigned(&mut self, held: &[String]) {
        for role in held {
            self.roles.entry(role.clone()).or_insert(false);
        }
    }

    fn lists_of_roles(&mut self) {
        let world = self.world;
        if self.asked(Roles) {
            let own = ["p-owner", "p-reader"].map(str::to_owned).into_iter();
            self.roles.extend(own.chain((0..self.world.roles.len()).map(|at| world.role(at))).map(|id| (id, true)));
        }
        for at in 0..self.world.roles.len() {
            if self.holes.permissions.contains(&at) && self.asked(Roles) {
                self.gap(Roles, format!("r{at}"));
            }
        }
    }

    fn teams(&mut self) {
        let count = self.world.groups.len()
            - usize::from(self.holes.truncated.contains(&Groups) && !self.world.groups.is_empty());
        let world = self.world;
        if !self.asked(Groups) {
            return;
        }
        if count < self.world.groups.len() {
            self.truncated(Groups);
        }
        for at in (0..count).filter(|&at| self.world.groups[at].listed) {
            let id = group(at);
            if !self.skips(GroupMembers, &id) && self.holes.group_members.contains(&at) {
                self.gap(GroupMembers, id.clone());
            }
            let mut held = Vec::new();
            if self.skips(GroupRoles, &id) {
                // Nobody knows what it holds.
            } else if self.holes.group_roles.contains(&at) {
                self.gap(GroupRoles, id.clone());
            } else if self.asked(GroupRoles) {
                held = self.world.groups[at].roles.iter().map(|&role| world.role(role)).collect();
                self.assigned(&held);
            }
            self.groups.insert(id, (true, held));
        }
    }

    fn people(&mut self) {
        let world = self.world;
        let listed = world.users.len() - usize::from(self.holes.truncated.contains(&Users) && !world.users.is_empty());
        if self.asked(Users) && listed < world.users.len() {
            self.truncated(Users);
        }
        for (at, person) in world.users.iter().enumerate() {
            let teams = self.world.teams(&person.groups);
            let (is_listed, told) = (self.asked(Users) && person.listed && at < listed, self.told(&teams));
            let in_project = self.asked(ProjectUsers)
                && self.projects.iter().any(|&project| {
                    !self.holes.in_projects[0].contains(&project)
                        && self.holes.asked_of(ProjectUsers, &format!("p{project}"))
                        && world.projects[project].users.iter().any(|(user, ..)| *user == at)
                });
            if is_listed || in_project || !told.is_empty() {
                let held =
                    self.in_organization(&format!("u{at}"), &person.roles, &teams, self.holes.user_roles.contains(&at));
                self.users.insert(format!("u{at}"), (is_listed, told, held));
            }
        }
        // A service account in a group is a member like any other, of whom the list of users knows nothing.
        for (project, place) in world.projects.iter().enumerate() {
            for (which, (_, _, picked)) in place.accounts.iter().enumerate() {
                let teams = self.world.teams(picked);
                let told = self.told(&teams);
                if !told.is_empty() {
                    let id = format!("s{project}-{which}");
                    let held = self.in_organization(&id, &[], &teams, false);
                    self.users.insert(id, (false, told, held));
                }
            }
        }
    }

    fn in_organization(&mut self, id: &str, roles: &[usize], teams: &BTreeSet<usize>, hole: bool) -> Vec<Held> {
        let skips = self.skips(UserRoles, id);
        if hole && !skips {
            self.gap(UserRoles, id.to_owned());
        }
        if hole || skips || !self.asked(UserRoles) {
            return Vec::new();
        }
        let world = self.world;
        let own = roles.iter().map(|&role| (world.role(role), None));
        let through = teams
            .iter()
            .flat_map(|&team| world.groups[team].roles.iter().map(move |&role| (world.role(role), Some(group(team)))));
        let held: Vec<Held> = own.chain(through).collect();
        self.assigned(&held.iter().map(|(role, _)| role.clone()).collect::<Vec<_>>());
        held
    }

    fn in_projects(&mut self) {
        let world = self.world;
        let lists = [ProjectUsers, ProjectGroups, ServiceAccounts, ProjectRoles, ApiKeys];
        let mut numbers = [0, 0];
        for project in self.projects.clone() {
            let place = &world.projects[project];
            for (unread, collection) in self.holes.in_projects.iter().zip(lists) {
                let id = format!("p{project}");
                if !self.skips(collection, &id) && unread.contains(&project) {
                    self.gap(collection, id);
                }
            }
            let holes = self.holes;
            let read = |of: usize| {
                let asked = holes.asked(lists[of]) && holes.asked_of(lists[of], &format!("p{project}"));
                asked && !holes.in_projects[of].contains(&project)
            };
            let mut links: BTreeMap<usize, Vec<String>> = BTreeMap::new();
            for (team, roles) in &place.groups {
                if let Some(team) = world.team(*team) {
                    links.entry(team).or_default().extend(self.world.project_roles(roles));
                }
            }
            if read(0) {
                self.users_of(project, &links);
            }
            if read(1) {
                for (team, held) in &links {
                    self.link(project, *team, held, &mut numbers[0]);
                }
            }
            if read(2) {
                for which in 0..place.accounts.len() {
                    numbers[1] += 1;
                    self.account(project, which, numbers[1]);
                }
            }
            if read(3) {
                self.assigned(&world.listed_in_projects());
            }
        }
    }

    fn users_of(&mut self, project: usize, links: &BTreeMap<usize, Vec<String>>) {
        let world = self.world;
        let mut users: Vec<_> =
            world.projects[project].users.iter().filter(|(at, ..)| *at < world.users.len()).collect();
        // Whatever word and roles somebody has twice, the first count.
        users.sort_by_key(|(user, ..)| *user);
        users.dedup_by_key(|(user, ..)| *user);
        for (user, word, roles) in users {
            let id = format!("u{user}");
            let mut held = Vec::new();
            if self.skips(ProjectUserRoles, &format!("p{project}/{id}")) {
                // Nobody knows what they hold there.
            } else if self.holes.project_user_roles.contains(user) {
                self.gap(ProjectUserRoles, format!("p{project}/{id}"));
            } else if self.asked(ProjectUserRoles) {
                held.extend(self.world.project_roles(roles).into_iter().map(|role| (role, None)));
                for team in self.world.teams(&world.users[*user].groups) {
                    let through = links.get(&team).into_iter().flatten();
                    held.extend(through.map(|role| (role.clone(), Some(group(team)))));
                }
                self.assigned(&held.iter().map(|(role, _)| role.clone()).collect::<Vec<_>>());
            }
            self.members.insert((project, id), (*word, BTreeSet::new(), held));
        }
    }

    fn link(&mut self, project: usize, team: usize, held: &[String], number: &mut usize) {
        let id = group(team);
        self.groups.entry(id.clone()).or_insert((false, Vec::new()));
        *number += 1;
        let mut roles = Vec::new();
        if self.skips(ProjectGroupRoles, &format!("p{project}/{id}")) {
            // Nobody knows what it holds there.
        } else if self.holes.project_group_roles.contains(number) {
            self.gap(ProjectGroupRoles, format!("p{project}/{id}"));
        } else if self.asked(ProjectGroupRoles) {
            roles = held.to_vec();
            self.assigned(held);
        }
        self.links.insert((project, id), roles);
    }

    fn account(&mut self, project: usize, which: usize, number: usize) {
        let (word, roles, picked) = &self.world.projects[project].accounts[which];
        let id = format!("s{project}-{which}");
        let mut held = Vec::new();
        if self.skips(ServiceAccountRoles, &format!("p{project}/{id}")) {
            // Nobody knows what it holds there.
        } else if self.holes.account_roles.contains(&number) {
            self.gap(ServiceAccountRoles, format!("p{project}/{id}"));
        } else if self.asked(ServiceAccountRoles) {
            held.extend(self.world.project_roles(roles).into_iter().map(|role| (role, None)));
            self.assigned(&held.iter().map(|(role, _): &Held| role.clone()).collect::<Vec<_>>());
        }
        let told = self.told(&self.world.teams(picked));
        self.accounts.insert((project, id), (*word, told, held));
    }

    fn org(mut self) -> Org {
        let mut builder = Builder::new(Source::default());
        for (id, listed) in std::mem::take(&mut self.roles) {
            let role = self.described(&mut builder, &id, listed);
            builder.role(role).expect("in order");
        }
        for (id, (listed, held)) in &self.groups {
            let team = &self.world.groups[number(id)];
            let roles = held.iter().map(|role| builder.role_ix(role).expect("assigned")).collect();
            let group = Group {
                id: id.as_str().into(),
                name: Known::Value(Text::from(format!("G{}", number(id)))),
                is_scim_managed: if *listed { Known::Value(team.scim) } else { Known::Missing },
                listed: *listed,
                ..Group::default()
            };
            builder.group(group, roles).expect("in order");
        }
        self.put_users(&mut builder);
        self.put_projects(&mut builder);
        self.put_keys(&mut builder);
        builder.finish(self.coverage)
    }
}

/// When what was used was used.
pub const NOW_USED: i64 = super::NOW;

pub fn denied() -> Failure {
    Failure { denied: true, message: "denied".to_owned(), scope: None }
}

fn group(at: usize) -> String {
    format!("g{at}")
}

/// The number behind the first letter of an id.
pub fn number(id: &str) -> usize {
    id[1..].parse().expect("a letter and a number")
}
