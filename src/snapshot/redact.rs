//! The same organization with pseudonyms in place of names, addresses and ids. Every field has a kind, so that a new one
//! cannot be forgotten: what stays is a time, a flag, a permission, or a word of the API that names nobody.

use std::collections::{BTreeMap, HashMap};

use super::decode::{Decoder, Holding};
use super::record::{
    AdminApiKey, ApiKey, Group, Held, Id, Invite, InvitedProject, Owner, Project, ProjectGroup, ProjectUser, Role,
    ServiceAccount, User,
};
use crate::org::{
    Builder, CollectionCoverage, Coverage, Failure, GroupIx, Identity, Known, Org, Plain, ProjectIx, ServiceAccountIx,
    Source, Text, UserIx, each, fields, part_id,
};
use crate::pseudonym::Pseudonyms;

/// Where the Admin API is for everybody. Another address may name somebody.
const API: &str = "https://api.openai.com/v1";
/// What stands in place of a sentence.
const LEFT_OUT: &str = "the reason was left out";

/// The organization with pseudonyms.
pub(crate) fn redacted(org: &Org, names: &Pseudonyms) -> Org {
    let Source { api, organization, collected_at } = &org.source;
    let Identity { id, name } = organization;
    let mut builder = Builder::new(Source {
        api: if api == API { api.clone() } else { names.name(api) },
        organization: Identity {
            id: id.as_deref().map(|id| names.id(id)),
            name: name.as_deref().map(|name| names.name(name)),
        },
        collected_at: *collected_at,
    });
    fill(org, names, &mut builder).expect("pseudonyms are as unique as the ids, and everything is sorted by them");
    builder.finish(coverage(org, names))
}

fn fill(org: &Org, names: &Pseudonyms, builder: &mut Builder) -> Result<(), String> {
    let mut decoder = Decoder::default();
    let with = Redact(names);
    for role in sorted(org.collected_roles().iter().map(|role| with.role(&Role::of(org, role))), |role| role.id.clone())
    {
        decoder.role(builder, role)?;
    }
    let groups = (0..org.groups.len()).map(|at| with.group(&Group::of(org, GroupIx::new(at))));
    for group in sorted(groups, |group| group.id.clone()) {
        decoder.group(builder, group)?;
    }
    let mut holding = Holding::default();
    let users = (0..org.users.len()).map(|at| with.user(&User::of(org, UserIx::new(at))));
    for user in sorted(users, |user| user.id.clone()) {
        holding.assign(builder.places(), &user.held)?;
        holding.join(builder.places(), &user.groups)?;
        let user = user.noun(&mut builder.symbols);
        let Holding { assignments, memberships } = &mut holding;
        builder.user(&user, assignments, memberships).map_err(|error| format!("{error:?}"))?;
    }
    let projects = (0..org.projects.len()).map(|at| with.project(&Project::of(org, ProjectIx::new(at))));
    for project in sorted(projects, |project| project.id.clone()) {
        decoder.project(builder, project)?;
    }
    let members = (0..org.project_users.len()).map(|at| with.project_user(&ProjectUser::of(org, at)));
    for member in sorted(members, |member| (member.project.clone(), member.user.clone())) {
        decoder.project_user(builder, &member)?;
    }
    let members = (0..org.project_groups.len()).map(|at| with.project_group(&ProjectGroup::of(org, at)));
    for member in sorted(members, |member| (member.project.clone(), member.group.clone())) {
        decoder.project_group(builder, &member)?;
    }
    let accounts = 0..org.service_accounts.len();
    let accounts = accounts.map(|at| with.service_account(&ServiceAccount::of(org, ServiceAccountIx::new(at))));
    for account in sorted(accounts, |account| (account.project.clone(), account.id.clone())) {
        decoder.service_account(builder, account)?;
    }
    let keys = org.api_keys.iter().map(|key| with.api_key(&ApiKey::of(org, key)));
    for key in sorted(keys, |key| (key.project.clone(), key.id.clone())) {
        decoder.api_key(builder, key)?;
    }
    let keys = org.admin_api_keys.iter().map(|key| with.admin_api_key(&AdminApiKey::of(org, key)));
    for key in sorted(keys, |key| key.id.clone()) {
        decoder.admin_api_key(builder, key)?;
    }
    let invites = org.invites.iter().map(|invite| with.invite(&Invite::of(org, invite)));
    for invite in sorted(invites, |invite| invite.id.clone()) {
        decoder.invite(builder, invite)?;
    }
    Ok(())
}

fn sorted<T, K: Ord>(all: impl Iterator<Item = T>, by: impl Fn(&T) -> K) -> Vec<T> {
    let mut all: Vec<T> = all.collect();
    all.sort_by_cached_key(by);
    all
}

/// Records with pseudonyms, field by field by their kinds.
struct Redact<'n>(&'n Pseudonyms);

impl Plain for Redact<'_> {}

impl Redact<'_> {
    fn text<'a>(&self, text: &Known<Id<'_>>) -> Known<Id<'a>> {
        text.as_ref().map(|text| Id(self.0.name(&text.0).into()))
    }

    fn address<'a>(&self, address: &Known<Id<'_>>) -> Known<Id<'a>> {
        address.as_ref().map(|address| Id(self.0.address(&address.0).into()))
    }

    fn id<'a>(&self, id: &Known<Id<'_>>) -> Known<Id<'a>> {
        id.as_ref().map(|id| self.own(id))
    }

    fn word<'a>(&self, word: &Known<Id<'_>>) -> Known<Id<'a>> {
        word.as_ref().map(|word| Id(self.0.word(&word.0).into()))
    }

    fn own<'a>(&self, id: &Id<'_>) -> Id<'a> {
        Id(self.0.id(&id.0).into())
    }

    fn ids<'a>(&self, ids: &[Id<'_>]) -> Vec<Id<'a>> {
        ids.iter().map(|id| self.own(id)).collect()
    }

    fn held<'a>(&self, held: &Held<'_>) -> Held<'a> {
        let Held { unstated, direct, inherited, group } = held;
        Held {
            unstated: self.ids(unstated),
            direct: self.ids(direct),
            inherited: self.ids(inherited),
            group: group.iter().map(|(group, roles)| (self.own(group), self.ids(roles))).collect(),
        }
    }

    fn role<'a>(&self, role: &Role<'_>) -> Role<'a> {
        let permissions = role.permissions.as_ref().map(|permissions| {
            let mut all: Vec<Id<'a>> = permissions.iter().map(|one| Id(self.0.permission(&one.0).into())).collect();
            all.sort();
            all
        });
        let (id, resource_type) = (self.own(&role.id), self.word(&role.resource_type));
        let listed = role.listed;
        let mut redacted = fields!(Role => each! { self, role => Role { id, permissions, resource_type, listed } });
        redacted.name = role.name.as_ref().map(|name| Id(self.0.role_name(&role.id.0, &name.0).into()));
        redacted
    }

    fn group<'a>(&self, group: &Group<'_>) -> Group<'a> {
        let (id, roles) = (self.own(&group.id), self.ids(&group.roles));
        fields!(Group => each! { self, group => Group { id, listed: group.listed, roles } })
    }

    fn user<'a>(&self, user: &User<'_>) -> User<'a> {
        let (id, groups, held) = (self.own(&user.id), self.ids(&user.groups), self.held(&user.held));
        fields!(User => each! { self, user => User { id, listed: user.listed, groups, held } })
    }

    fn project<'a>(&self, project: &Project<'_>) -> Project<'a> {
        let (id, roles) = (self.own(&project.id), self.ids(&project.roles));
        fields!(Project => each! { self, project => Project { id, roles } })
    }

    fn project_user<'a>(&self, member: &ProjectUser<'_>) -> ProjectUser<'a> {
        let (project, user) = (self.own(&member.project), self.own(&member.user));
        fields!(ProjectUser => each! { self, member => ProjectUser { project, user, held: self.held(&member.held) } })
    }

    fn project_group<'a>(&self, member: &ProjectGroup<'_>) -> ProjectGroup<'a> {
        let (project, group) = (self.own(&member.project), self.own(&member.group));
        fields!(ProjectGroup => each! { self, member => ProjectGroup { project, group, roles: self.ids(&member.roles) } })
    }

    fn service_account<'a>(&self, account: &ServiceAccount<'_>) -> ServiceAccount<'a> {
        let (project, id) = (self.own(&account.project), self.own(&account.id));
        let (groups, held) = (self.ids(&account.groups), self.held(&account.held));
        fields!(ServiceAccount => each! { self, account => ServiceAccount { project, id, groups, held } })
    }

    fn api_key<'a>(&self, key: &ApiKey<'_>) -> ApiKey<'a> {
        let (project, id) = (self.own(&key.project), self.own(&key.id));
        fields!(ApiKey => each! { self, key => ApiKey { project, id, owner: self.owner(&key.owner) } })
    }

    fn admin_api_key<'a>(&self, key: &AdminApiKey<'_>) -> AdminApiKey<'a> {
        let (id, told_apart) = (self.own(&key.id), key.told_apart);
        fields!(AdminApiKey => each! { self, key => AdminApiKey { id, owner: self.owner(&key.owner), told_apart } })
    }

    fn owner<'a>(&self, owner: &Owner<'_>) -> Owner<'a> {
        Owner { kind: self.word(&owner.kind), id: self.id(&owner.id), name: self.text(&owner.name) }
    }

    fn invite<'a>(&self, invite: &Invite<'_>) -> Invite<'a> {
        let project =
            |project: &InvitedProject<'_>| InvitedProject { id: self.own(&project.id), role: self.word(&project.role) };
        let projects = invite.projects.as_ref().map(|projects| projects.iter().map(project).collect());
        fields!(Invite => each! { self, invite => Invite { id: self.own(&invite.id), projects } })
    }
}

/// What was read and what was not, of things by their pseudonyms, without sentences.
fn coverage(org: &Org, names: &Pseudonyms) -> Coverage {
    let parts = parts(org, names);
    let id = |id: &String| parts.get(id.as_str()).map_or_else(|| names.id(id), Text::to_string);
    let failure = |failure: &Failure| Failure {
        denied: failure.denied,
        message: LEFT_OUT.to_owned(),
        scope: failure.scope.as_deref().map(|scope| names.permission(scope)),
    };
    let mut coverage = Coverage::default();
    for (collection, of) in org.coverage.iter() {
        let unclear = |(field, _): (&String, &String)| (field.clone(), LEFT_OUT.to_owned());
        *coverage.of_mut(collection) = CollectionCoverage {
            asked: of.asked,
            requests: of.requests,
            items: of.items,
            truncated: of.truncated.as_ref().map(failure),
            gaps: of.gaps.iter().map(|(thing, why)| (id(thing), failure(why))).collect(),
            not_asked: of.not_asked.iter().map(id).collect(),
            gone: of.gone.iter().map(id).collect(),
            unclear: of
                .unclear
                .iter()
                .map(|(thing, fields)| (id(thing), fields.iter().map(unclear).collect::<BTreeMap<_, _>>()))
                .collect(),
            carried: of.carried.iter().map(|(thing, when)| (id(thing), *when)).collect(),
        };
    }
    coverage
}

/// What a coverage calls the parts of things in projects, before and after.
fn parts(org: &Org, names: &Pseudonyms) -> HashMap<Text, Text> {
    let part = |project: ProjectIx, id: &str| {
        let project = &org.project(project).id;
        (part_id(project, id), part_id(&names.id(project), &names.id(id)))
    };
    let users = org.project_users.iter().map(|member| part(member.project, org.user(member.user).id()));
    let groups = org.project_groups.iter().map(|member| part(member.project, &org.group(member.group).id));
    let accounts = org.service_accounts.iter().map(|account| part(account.project, &account.id));
    users.chain(groups).chain(accounts).collect()
}
