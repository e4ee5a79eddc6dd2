//! Which users, groups and projects a rule can be about, and whether all that it is about was read.

use super::domain::{Domain, Needed};
use super::evaluate::evaluate;
use super::facts::Facts;
use super::truths::Truths;
use crate::org::{Among, Collection, Extent};
use crate::policy::{About, Kind};

impl Facts<'_> {
    /// The users, groups and projects that a rule is or may be about.
    pub fn among(&self, about: &About<'_>) -> Among {
        let mut among = Among::default();
        for kind in [Kind::User, Kind::Group, Kind::Project] {
            let parts = about.0.iter().filter(|(of, _)| *of == kind);
            let answers = parts.map(|(_, part)| evaluate(self, part, &Domain::all(kind), Needed::UntilNo).answers);
            if let Some(answers) = answers.reduce(|all, answers| all.and(&answers)) {
                among.narrow(kind, answers.not_no());
            }
        }
        among
    }

    /// The projects of which somebody asked for a collection.
    pub fn asked_of(&self, collection: Collection) -> Among {
        let not_asked = &self.org.coverage.of(collection).not_asked;
        let mut among = Among::default();
        if !not_asked.is_empty() {
            let asked = |at: usize| (!not_asked.contains(self.org.projects[at].id.as_str())).into();
            among.narrow(Kind::Project, Truths::each(self.org.projects.len(), asked).not_no());
        }
        among
    }

    /// Whether all things of that kind were read that have to do with these users, groups and projects; for roles and
    /// grants, in these scopes.
    pub fn lists_all(&self, kind: Kind, scopes: Extent, among: &Among) -> bool {
        let all = |collection| self.org.coverage.of(collection).lists_all();
        let in_projects = |collection| self.org.knows_of_projects(collection, among);
        match kind {
            Kind::Role => {
                (!scopes.organization || all(Collection::Roles))
                    && (!scopes.project || in_projects(Collection::ProjectRoles))
            }
            Kind::User => all(Collection::Users),
            Kind::Group => all(Collection::Groups),
            Kind::Project => all(Collection::Projects),
            Kind::ServiceAccount => in_projects(Collection::ServiceAccounts),
            Kind::Invite => all(Collection::Invites),
            Kind::AdminApiKey => all(Collection::AdminApiKeys),
            Kind::ApiKey => in_projects(Collection::ApiKeys),
            Kind::Grant => self.org.knows_all_grants(scopes, among),
        }
    }
}
