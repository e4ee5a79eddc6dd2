//! What a waiver is about: one thing of the organization, by its id, e-mail address or exact name. What could mean two
//! things means none.

use unicode_normalization::UnicodeNormalization as _;

use crate::access::Access;
use crate::finding::{AccessPath, Finding, RuleResult, Thing, ThingKind};
use crate::org::{Kind, Known, Org, Text, canonical_role_id};

/// A thing by the word that a waiver has for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    pub kind: ThingKind,
    pub name: String,
}

/// What an anchor means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meant {
    /// The thing with this id.
    One(Text),
    /// Nothing has that name, as far as is known.
    Nothing,
    /// This many things have that name.
    Several(usize),
}

impl Meant {
    fn is(&self, thing: &Thing) -> bool {
        matches!(self, Self::One(id) if *id == thing.id)
    }
}

impl Anchor {
    /// The word for the organization itself.
    pub const ORGANIZATION: &'static str = "organization";

    /// Finds the thing: by its id; if nothing has that id, by its e-mail address, which has an `@`, or its name.
    pub fn find(&self, org: &Org) -> Meant {
        let kind = match self.kind {
            ThingKind::Organization => return Meant::One(Thing::organization().id),
            // An organization has none.
            ThingKind::Rule | ThingKind::File => return Meant::Nothing,
            ThingKind::Of(Kind::Grant) => return self.find_grant(org),
            ThingKind::Of(kind) => kind,
        };
        let things = things(org, kind);
        let id = if kind == Kind::Role { canonical_role_id(&self.name) } else { &self.name };
        // Otherwise somebody could get a waiver by calling themselves by the address of somebody else.
        let is_email = self.name.contains('@');
        let has_email = matches!(kind, Kind::User | Kind::Invite);
        let same_email = |email: &str| email.to_lowercase() == self.name.to_lowercase();
        let named = |(_, name, email): &Named<'_>| {
            if is_email && has_email {
                email.is_some_and(same_email)
            } else {
                name.is_some_and(|name| name.nfc().eq(self.name.nfc()))
            }
        };
        let mut found: Vec<&str> = things.iter().filter(|(known, ..)| *known == id).map(|(id, ..)| *id).collect();
        if found.is_empty() {
            found = things.iter().filter(|thing| named(thing)).map(|(id, ..)| *id).collect();
        }
        found.sort_unstable();
        found.dedup();
        match found.as_slice() {
            [] => Meant::Nothing,
            [one] => Meant::One(Text::from(*one)),
            several => Meant::Several(several.len()),
        }
    }

    /// Finds a grant by the name that reports have for it, `API Group Manager of ada@acme.example`; otherwise, it is an
    /// id, which is put together from others.
    fn find_grant(&self, org: &Org) -> Meant {
        let access = Access::new(org);
        let of_role = |role: &usize| {
            let label = access.thing(Kind::Role, *role).label().into_owned();
            let rest = self.name.strip_prefix(&label);
            rest.is_some_and(|rest| rest.starts_with(" of "))
        };
        let places = (0..org.roles.len()).filter(of_role).flat_map(|role| access.grants_by_role(role));
        let named = places.map(|&at| at as usize).filter(|&at| {
            let holder = access.principal(access.grants()[at].principal);
            // Somebody else could call themselves by an address.
            let is_certain = holder.email.is_some() || !holder.called().contains('@');
            is_certain && access.thing(Kind::Grant, at).name.as_deref() == Some(self.name.as_str())
        });
        let named: Vec<usize> = named.collect();
        match named.as_slice() {
            [] => Meant::One(Text::new(&self.name)),
            [one] => Meant::One(access.thing(Kind::Grant, *one).id.clone()),
            several => Meant::Several(several.len()),
        }
    }
}

type Named<'o> = (&'o str, Option<&'o str>, Option<&'o str>);

/// The things of a kind: id, name, e-mail address.
fn things(org: &Org, kind: Kind) -> Vec<Named<'_>> {
    fn of<'o>(id: &'o Text, name: &'o Known<Text>) -> Named<'o> {
        (id, name.as_str().value().copied(), None)
    }
    match kind {
        Kind::Role => org.roles.iter().map(|role| of(&role.id, &role.name)).collect(),
        Kind::User => org
            .users
            .iter()
            .map(|user| (user.id(), user.name().value().copied(), user.email().value().copied()))
            .collect(),
        Kind::Group => org.groups.iter().map(|group| of(&group.id, &group.name)).collect(),
        Kind::Project => org.projects.iter().map(|project| of(&project.id, &project.name)).collect(),
        Kind::ServiceAccount => org.service_accounts.iter().map(|account| of(&account.id, &account.name)).collect(),
        Kind::Invite => org
            .invites
            .iter()
            .map(|invite| (invite.id.as_str(), None, invite.email.as_str().value().copied()))
            .collect(),
        Kind::AdminApiKey => org.admin_api_keys.iter().map(|key| of(&key.id, &key.name)).collect(),
        Kind::ApiKey => org.api_keys.iter().map(|key| of(&key.id, &key.name)).collect(),
        Kind::Grant => Vec::new(),
    }
}

/// A waiver with what its words mean in one organization.
#[derive(Debug)]
pub struct Resolved {
    pub kind: ThingKind,
    pub subject: Meant,
    pub roles: Vec<Meant>,
    pub permissions: Vec<String>,
    pub scopes: Vec<Meant>,
    pub path: Vec<(ThingKind, Meant)>,
}

impl Resolved {
    /// What the words mean, the subject first.
    pub fn meant(&self) -> impl Iterator<Item = &Meant> {
        let path = self.path.iter().map(|(_, meant)| meant);
        std::iter::once(&self.subject).chain(&self.roles).chain(&self.scopes).chain(path)
    }

    /// Whether all of the finding is covered: its subject, and where the waiver says more, every path to what fired. Such a
    /// waiver does not cover what would stay without the paths.
    pub fn covers(&self, rule: &RuleResult, finding: &Finding) -> bool {
        if finding.subject.kind != self.kind || !self.subject.is(&finding.subject) {
            return false;
        }
        let wide = [self.roles.is_empty(), self.permissions.is_empty(), self.scopes.is_empty(), self.path.is_empty()];
        let narrower = wide.contains(&false);
        let whole = finding.more_paths == 0 && !finding.paths.is_empty();
        let covers = |path: &AccessPath| path.condition.is_some() && self.covers_path(rule, finding, path);
        !narrower || whole && finding.paths.iter().all(|path| covers(path))
    }

    fn covers_path(&self, rule: &RuleResult, finding: &Finding, path: &AccessPath) -> bool {
        let steps: Vec<&Thing> = finding.steps(path).collect();
        let role = steps.iter().rposition(|step| step.is(Kind::Role));
        let is_role = || role.is_some_and(|at| self.roles.iter().any(|meant| meant.is(steps[at])));
        let fired = path.matched.map(|matched| rule.matched[matched].permissions());
        let is_permission =
            || fired.is_some_and(|fired| fired.iter().all(|met| self.permissions.iter().any(|known| known == met)));
        // A role that holds in a project is reached by way of it.
        let project = role.and_then(|at| {
            let before = at.checked_sub(1).map(|at| steps[at]).filter(|before| before.is(Kind::Project));
            before.or(steps[at].project.as_deref())
        });
        let is_scope = || {
            let organization = Thing::organization();
            role.is_some() && self.scopes.iter().any(|meant| meant.is(project.unwrap_or(&organization)))
        };
        // Every path begins or ends at the subject, which narrows nothing.
        let over = |step: &&Thing| step.kind != self.kind || step.id != finding.subject.id;
        let leads_over = || {
            let named = |step: &Thing| self.path.iter().any(|(kind, meant)| *kind == step.kind && meant.is(step));
            steps.iter().copied().filter(over).any(named)
        };
        (self.roles.is_empty() || is_role())
            && (self.path.is_empty() || leads_over())
            && (self.permissions.is_empty() || is_permission())
            && (self.scopes.is_empty() || is_scope())
    }
}
