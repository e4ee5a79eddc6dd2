//! Which organization responds, according to the header of each response, the long ids of predefined roles, and
//! `--organization`.

use std::collections::BTreeSet;

use miette::Diagnostic;
use thiserror::Error;

use super::Collector;
use crate::api::wire::Role;
use crate::escape::visible;
use crate::org::{Identity, Known};

/// Data of two organizations that must not be mixed.
#[derive(Debug, Error, Diagnostic)]
pub enum Mixed {
    /// The responses name different organizations.
    #[error("the responses are from two organizations: {}", shown(all))]
    #[diagnostic(help(
        "check for a cache or a proxy in between; a journal may contain responses of both: delete it to start over"
    ))]
    Answers {
        /// What they name.
        all: BTreeSet<String>,
    },
    /// Not the one in `--organization` or `--organization-name`.
    #[error("the responses are from {}, but {flag} is {}", visible(&told.to_string()), visible(asked))]
    #[diagnostic(help("check that the key belongs to the organization in {flag}"))]
    Asked {
        /// Which of the two.
        flag: &'static str,
        /// What it says.
        asked: String,
        /// What the responses say.
        told: Identity,
    },
    /// Not the one in the earlier snapshot.
    #[error("the snapshot of --since is of {}, but the responses are from {}", visible(&earlier.to_string()), visible(&told.to_string()))]
    #[diagnostic(help("use a snapshot of the same organization, or fetch without --since"))]
    Since {
        /// What the snapshot says.
        earlier: Identity,
        /// What the responses say.
        told: Identity,
    },
}

impl Mixed {
    /// Whether the responses changed to another organization, rather than the user naming the wrong one.
    pub fn is_change(&self) -> bool {
        matches!(self, Self::Answers { .. })
    }
}

fn shown(all: &BTreeSet<String>) -> String {
    visible(&all.iter().map(String::as_str).collect::<Vec<_>>().join(" and ")).into_owned()
}

impl Collector<'_> {
    /// The organization according to the responses so far.
    pub(crate) fn identity(&self) -> Result<Identity, Mixed> {
        let (mut ids, names): (BTreeSet<String>, BTreeSet<String>) =
            self.client.told_organizations().into_iter().partition(|text| Identity::is_id(text));
        ids.extend(self.role_pool.all().iter().filter_map(organization_of).map(str::to_owned));
        for all in [&ids, &names] {
            if all.len() > 1 {
                return Err(Mixed::Answers { all: all.clone() });
            }
        }
        let mut told = Identity { id: ids.into_iter().next(), name: names.into_iter().next() };
        let named = [("--organization", self.order.organization), ("--organization-name", self.order.name)];
        for (flag, asked) in named.into_iter().filter_map(|(flag, asked)| Some((flag, asked?))) {
            told = match told.confirmed_by(asked) {
                Some(confirmed) => confirmed,
                None => return Err(Mixed::Asked { flag, asked: asked.to_owned(), told }),
            };
        }
        self.same_as_earlier(told)
    }

    fn same_as_earlier(&self, told: Identity) -> Result<Identity, Mixed> {
        match self.order.since {
            Some((old, _)) if old.source.organization.differs(&told) => {
                Err(Mixed::Since { earlier: old.source.organization.clone(), told })
            }
            Some(_) | None => Ok(told),
        }
    }
}

/// The organization in the long id of a predefined role: `role-api-organization-owner__api-organization__org-…`.
fn organization_of(role: &Role) -> Option<&str> {
    let (_, resource) = role.id.split_once("__").filter(|_| role.id.starts_with("role-api-organization-"))?;
    let id = resource.strip_prefix("api-organization__").filter(|id| !id.is_empty())?;
    (role.predefined_role != Known::Value(false)).then_some(id)
}
