//! Things by their names, as findings and paths show them.

use std::borrow::Cow;
use std::hash::{BuildHasher as _, Hash as _, Hasher as _};
use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use fixedbitset::FixedBitSet;
use foldhash::HashMap;
use foldhash::quality::FixedState;

use super::{Access, Step, Thing, ThingKind};
use crate::cores;
use crate::org::{Kind, Known, Owner, Principal, ProjectIx, Scope, Text};

/// A thing, once somebody has asked for it.
type NamedOnce = OnceLock<Arc<Thing>>;

/// Things by their kind and place.
type Shelf = HashMap<(Kind, usize), Arc<Thing>>;

/// On how many shelves names are kept, and how many neighbors stand together.
const SHELVES: usize = 16;
const NEIGHBORS: usize = 1024;

/// The names that were looked up so far.
#[derive(Default)]
pub(super) struct Names {
    /// The roles, groups and projects that were named so far: few, and on every path.
    steps: [OnceLock<Box<[NamedOnce]>>; 3],
    /// The other things that were named so far, so that all findings share them. Neighbors are kept together: threads
    /// that work on different pieces seldom wait for each other.
    things: [Mutex<Shelf>; SHELVES],
    /// The hashes of the names that several things of a kind have, sorted.
    shared: [OnceLock<Vec<u64>>; Kind::ALL.len()],
    owning_projects: OnceLock<Vec<Option<ProjectIx>>>,
}

impl<'o> Access<'o> {
    /// A thing by its kind and place.
    pub fn thing(&self, kind: Kind, at: usize) -> Arc<Thing> {
        let new = || {
            let described = self.described(kind, at);
            let ambiguous = kind != Kind::Grant && self.shares_its_name(kind, at);
            Arc::new(Thing { ambiguous, ..described })
        };
        let [roles, groups, projects] = &self.names.steps;
        let named = match kind {
            Kind::Role => roles,
            Kind::Group => groups,
            Kind::Project => projects,
            Kind::User | Kind::ServiceAccount | Kind::Invite | Kind::AdminApiKey | Kind::ApiKey | Kind::Grant => {
                let shelf = &self.names.things[at / NEIGHBORS % SHELVES];
                if let Some(thing) = locked(shelf).get(&(kind, at)) {
                    return Arc::clone(thing);
                }
                let thing = new();
                return Arc::clone(locked(shelf).entry((kind, at)).or_insert(thing));
            }
        };
        let named = named.get_or_init(|| (0..self.count(kind)).map(|_| OnceLock::new()).collect());
        Arc::clone(named[at].get_or_init(new))
    }

    /// The id of a thing on a path.
    pub fn id(&self, step: Step) -> Cow<'o, str> {
        let (org, at) = (self.org, step.at());
        Cow::Borrowed(match step.kind {
            Kind::Role => &org.roles[at].id,
            Kind::User => org.users.at(at).id(),
            Kind::Group => &org.groups[at].id,
            Kind::Project => &org.projects[at].id,
            Kind::ServiceAccount => &org.service_accounts[at].id,
            Kind::Invite => &org.invites[at].id,
            Kind::AdminApiKey => &org.admin_api_keys[at].id,
            Kind::ApiKey => &org.api_keys[at].id,
            Kind::Grant => return Cow::Owned(self.step(step).id.to_string()),
        })
    }

    fn described(&self, kind: Kind, at: usize) -> Thing {
        match kind {
            Kind::Role => {
                let role = &self.org.roles[at];
                let thing = thing(Kind::Role, &role.id, role.name.as_str(), None);
                match self.owning_projects()[at] {
                    Some(project) => self.within(project, thing),
                    None => thing,
                }
            }
            Kind::User => {
                let user = self.org.users.at(at);
                thing(Kind::User, user.id(), user.name(), user.email().value().copied())
            }
            Kind::Group => {
                let group = &self.org.groups[at];
                thing(Kind::Group, &group.id, group.name.as_str(), None)
            }
            Kind::Project => {
                let project = &self.org.projects[at];
                thing(Kind::Project, &project.id, project.name.as_str(), None)
            }
            Kind::ServiceAccount => {
                let account = &self.org.service_accounts[at];
                self.within(account.project, thing(Kind::ServiceAccount, &account.id, account.name.as_str(), None))
            }
            Kind::Invite => {
                let invite = &self.org.invites[at];
                thing(Kind::Invite, &invite.id, Known::Missing, invite.email.as_str().value().copied())
            }
            Kind::AdminApiKey => {
                let key = &self.org.admin_api_keys[at];
                let owner = self.owner_of(&key.owner, None);
                Thing { owner, ..thing(Kind::AdminApiKey, &key.id, key.name.as_str(), None) }
            }
            Kind::ApiKey => {
                let key = &self.org.api_keys[at];
                let owner = self.owner_of(&key.owner, Some(key.project));
                self.within(key.project, Thing { owner, ..thing(Kind::ApiKey, &key.id, key.name.as_str(), None) })
            }
            Kind::Grant => {
                let grant = &self.grants()[at];
                let (principal, role) = (self.principal(grant.principal), self.thing(Kind::Role, grant.role.at()));
                let spoken = format!("{} of {}", role.label(), principal.label());
                // A service account that is a member of a group may also be a user: its grants as a user are other
                // grants.
                let holder = match grant.principal {
                    Principal::User(_) | Principal::Group(_) => principal.id.to_string(),
                    Principal::ServiceAccount(_) => format!("{}:{}", principal.kind.name(), principal.id),
                };
                let (id, name) = match grant.scope {
                    Scope::Organization => (format!("{holder}/{}", role.id), spoken),
                    Scope::Project(project) => {
                        let project = self.thing(Kind::Project, project.at());
                        let id = format!("{holder}/{}/{}", project.id, role.id);
                        (id, format!("{spoken} in {}", project.label()))
                    }
                };
                let (id, name) = (Text::from(id), Some(Text::from(name)));
                Thing { kind: ThingKind::Of(Kind::Grant), id, name, ..Thing::default() }
            }
        }
    }

    /// Whether another thing of that kind has the same name, in the same project if it is in one.
    fn shares_its_name(&self, kind: Kind, at: usize) -> bool {
        let shared = self.names.shared[kind as usize].get_or_init(|| {
            let of = |places: Range<usize>| places.map(|at| self.name_hash(kind, at)).collect::<Vec<_>>();
            twice(cores::ranges(self.count(kind), cores::FEWEST_READ, of).concat())
        });
        !shared.is_empty() && shared.binary_search(&self.name_hash(kind, at)).is_ok()
    }

    /// A hash of what people see of a thing: its name, and the project that it is in.
    fn name_hash(&self, kind: Kind, at: usize) -> u64 {
        let org = self.org;
        let name = |name: Known<&'o str>, project: Option<usize>| (name.value().copied(), project);
        let told = match kind {
            // The predefined roles of the organization and of projects have the same names. Paths show which one it is.
            Kind::Role if org.roles[at].predefined_role == Known::Value(true) => (None, None),
            Kind::Role => name(org.roles[at].name.as_str(), self.owning_projects()[at].map(ProjectIx::at)),
            Kind::User => {
                let user = org.users.at(at);
                name(if user.email().value().is_some() { user.email() } else { user.name() }, None)
            }
            Kind::Group => name(org.groups[at].name.as_str(), None),
            Kind::Project => name(org.projects[at].name.as_str(), None),
            Kind::ServiceAccount => {
                name(org.service_accounts[at].name.as_str(), Some(org.service_accounts[at].project.at()))
            }
            Kind::Invite => name(org.invites[at].email.as_str(), None),
            Kind::AdminApiKey => name(org.admin_api_keys[at].name.as_str(), None),
            Kind::ApiKey => name(org.api_keys[at].name.as_str(), Some(org.api_keys[at].project.at())),
            Kind::Grant => (None, Some(at)),
        };
        let mut hasher = FixedState::default().build_hasher();
        // Without a name, the id is what people see.
        if told.0.is_none_or(str::is_empty) {
            (kind, at).hash(&mut hasher);
        } else {
            told.hash(&mut hasher);
        }
        hasher.finish()
    }

    /// Whose a key is, as far as the API says: a user or service account that is known, or a bare id and name.
    fn owner_of(&self, owner: &Owner, project: Option<ProjectIx>) -> Option<Arc<Thing>> {
        let org = self.org;
        let id = owner.id.value()?;
        let account = project.and_then(|project| {
            let accounts = &org.service_accounts;
            accounts.binary_search_by(|account| (account.project, account.id.as_str()).cmp(&(project, id))).ok()
        });
        if let Some(at) = account {
            return Some(self.thing(Kind::ServiceAccount, at));
        }
        if let Some(at) = org.users.find(id) {
            return Some(self.thing(Kind::User, at));
        }
        let is_account = owner.kind.value().is_some_and(|word| org.symbols.text(*word) == Kind::ServiceAccount.name());
        let kind = if is_account { Kind::ServiceAccount } else { Kind::User };
        Some(Arc::new(thing(kind, id, owner.name.as_str(), None)))
    }

    fn within(&self, project: ProjectIx, thing: Thing) -> Thing {
        Thing { project: Some(self.thing(Kind::Project, project.at())), ..thing }
    }

    /// For each role the project that it belongs to. A custom role belongs to one project at most.
    fn owning_projects(&self) -> &[Option<ProjectIx>] {
        self.names.owning_projects.get_or_init(|| {
            let mut owning_projects = vec![None; self.org.roles.len()];
            for project in (0..self.org.projects.len()).map(ProjectIx::new) {
                let custom = self.org.roles_of_project(project).iter().map(|role| role.at());
                for role in custom.filter(|&role| self.org.roles[role].predefined_role == Known::Value(false)) {
                    owning_projects[role] = Some(project);
                }
            }
            owning_projects
        })
    }

    /// A principal as a thing.
    pub fn principal(&self, principal: Principal) -> Arc<Thing> {
        match principal {
            Principal::User(user) => self.thing(Kind::User, user.at()),
            Principal::Group(group) => self.thing(Kind::Group, group.at()),
            Principal::ServiceAccount(account) => self.thing(Kind::ServiceAccount, account.at()),
        }
    }
}

/// The hashes that are there more than once, sorted.
fn twice(mut hashes: Vec<u64>) -> Vec<u64> {
    // Nearly all are there once. Eight bits for each tell most of them from the others, without sorting.
    let bits = hashes.len().next_power_of_two() * 8;
    let (mut once, mut twice) = (FixedBitSet::with_capacity(bits), FixedBitSet::with_capacity(bits));
    #[expect(clippy::cast_possible_truncation, reason = "any bits of a hash are as good as others")]
    let bit = |hash: u64| hash as usize % bits;
    for &hash in &hashes {
        if once.put(bit(hash)) {
            twice.insert(bit(hash));
        }
    }
    hashes.retain(|&hash| twice.contains(bit(hash)));
    hashes.sort_unstable();
    hashes.chunk_by(u64::eq).filter(|same| same.len() > 1).map(|same| same[0]).collect()
}

/// What a lock protects, even if another thread panicked: nothing is ever left half done.
fn locked<T>(lock: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

fn thing(kind: Kind, id: &str, name: Known<&str>, email: Option<&str>) -> Thing {
    Thing {
        kind: ThingKind::Of(kind),
        id: id.into(),
        name: name.value().copied().map(Text::from),
        email: email.map(Text::from),
        ..Thing::default()
    }
}
