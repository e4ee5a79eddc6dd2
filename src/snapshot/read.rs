//! Lines to an organization. Anything that the writer would not have written is damage, and damage is an error.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use serde::Deserialize;

use super::VERSION;
use super::error::Error;
use super::record::{ContentDigest, End, Group, Header, Id, Line, Role, User};
use crate::org::{
    self, Assignment, Builder, Collection, Coverage, GroupIx, Known, Org, OutOfOrder, RoleIx, Source, Way,
};
use crate::visible::{shown, visible};

/// A snapshot that was read whole.
#[derive(Debug)]
pub struct Read {
    /// The organization.
    pub org: Org,
    /// The digest of the content.
    pub digest: String,
}

/// Reads a snapshot from a file; `-` is standard input.
///
/// # Errors
///
/// The file cannot be read, is no snapshot, of another version, cut off or damaged.
pub fn open(path: &Path) -> Result<Read, Error> {
    if path == Path::new("-") {
        return read("standard input", io::stdin().lock());
    }
    let name = shown(path);
    match File::open(path) {
        Ok(file) => read(&name, BufReader::with_capacity(1 << 16, file)),
        Err(source) => Err(Error::Read { name, source }),
    }
}

/// Reads a snapshot; `name` is what errors call it.
///
/// # Errors
///
/// As [`open`].
pub fn read(name: &str, lines: impl BufRead) -> Result<Read, Error> {
    let mut reader = Reader { name, lines, line: Vec::new(), number: 0 };
    let header = reader.header()?;
    let coverage = coverage(&header).map_err(|what| reader.damaged(&what))?;
    let source = Source { api: header.source.clone(), collected_at: header.collected_at };
    let mut builder = Builder::new(source);
    let mut filler = Filler::default();
    let mut digest = ContentDigest::new(&header);
    let end = loop {
        if !reader.next()? {
            return Err(Error::Cut { name: name.to_owned(), line: reader.number });
        }
        let line: Line<'_> = serde_json::from_slice(&reader.line).map_err(|error| reader.unreadable(&error))?;
        let added = match line {
            Line::Rolelint(_) => Err("a second header".to_owned()),
            Line::Role(role) => filler.role(&mut builder, role),
            Line::Group(group) => filler.group(&mut builder, group),
            Line::User(user) => filler.user(&mut builder, *user),
            Line::End(end) => break end,
        };
        added.map_err(|what| reader.damaged(&what))?;
        digest.line(&reader.line);
    };
    let digest = digest.finish();
    let Filler { roles, groups, users, .. } = filler;
    let counted = End { roles, groups, users, digest: digest.clone() };
    if end != counted {
        let what = if end.digest == counted.digest { "the counts do" } else { "the digest does" };
        return Err(reader.damaged(&format!("{what} not match what was read")));
    }
    if reader.next()? {
        return Err(reader.damaged("something follows the end"));
    }
    if header.check != header.expected_check(&digest) {
        reader.number = 1;
        return Err(reader.damaged("the header is not the one that was written with this content"));
    }
    let org = builder.finish(coverage);
    match stray(&org) {
        Some(id) => Err(reader.damaged(&format!("the record of what was not read names {id}, which is not there"))),
        None => Ok(Read { org, digest }),
    }
}

struct Reader<'n, B> {
    name: &'n str,
    lines: B,
    line: Vec<u8>,
    number: usize,
}

impl<B: BufRead> Reader<'_, B> {
    /// Reads the next line, its end included; false at the end of the file.
    fn next(&mut self) -> Result<bool, Error> {
        self.line.clear();
        let failed = |source| Error::Read { name: self.name.to_owned(), source };
        let read = self.lines.read_until(b'\n', &mut self.line).map_err(failed)?;
        self.number += usize::from(read > 0);
        Ok(read > 0)
    }

    fn header(&mut self) -> Result<Header, Error> {
        #[derive(Deserialize)]
        struct Versioned {
            rolelint: Version,
        }
        #[derive(Deserialize)]
        struct Version {
            snapshot: u32,
        }
        self.next()?;
        // First the version alone: what else a header has depends on it.
        let Ok(Versioned { rolelint: Version { snapshot } }) = serde_json::from_slice(&self.line) else {
            return Err(Error::Foreign { name: self.name.to_owned() });
        };
        if snapshot != VERSION {
            return Err(Error::Version { name: self.name.to_owned(), version: snapshot });
        }
        match serde_json::from_slice(&self.line) {
            Ok(Line::Rolelint(header)) => Ok(header),
            Ok(_) => Err(Error::Foreign { name: self.name.to_owned() }),
            Err(error) => Err(self.unreadable(&error)),
        }
    }

    fn unreadable(&self, error: &serde_json::Error) -> Error {
        if error.is_eof() && !self.line.ends_with(b"\n") {
            return Error::Cut { name: self.name.to_owned(), line: self.number };
        }
        self.damaged(&error.to_string())
    }

    fn damaged(&self, what: &str) -> Error {
        Error::Damaged { name: self.name.to_owned(), line: self.number, what: visible(what).into_owned() }
    }
}

/// Turns ids into places while records come in. What it says when it cannot is what is wrong with the line.
#[derive(Default)]
struct Filler {
    roles: usize,
    groups: usize,
    users: usize,
    assignments: Vec<Assignment>,
    memberships: Vec<GroupIx>,
}

impl Filler {
    fn role(&mut self, builder: &mut Builder, role: Role<'_>) -> Result<(), String> {
        if self.groups + self.users > 0 {
            return Err("a role after the groups".to_owned());
        }
        self.roles += 1;
        let permissions = match role.permissions {
            Known::Missing => Known::Missing,
            Known::Value(permissions) if permissions.is_sorted_by(|a, b| a < b) => {
                Known::Value(permissions.iter().map(|permission| builder.words.intern(&permission.0)).collect())
            }
            Known::Value(_) | Known::Null => return Err("permissions that are no sorted list".to_owned()),
        };
        let resource_type = role.resource_type.map(|word| builder.words.intern(&word.0));
        let role = org::Role {
            id: role.id,
            name: role.name,
            description: role.description,
            permissions,
            predefined_role: role.predefined_role,
            resource_type,
            created_at: role.created_at,
            updated_at: role.updated_at,
            created_by: role.created_by,
            listed: role.listed,
        };
        builder.role(role).map_err(out_of_order)
    }

    fn group(&mut self, builder: &mut Builder, group: Group<'_>) -> Result<(), String> {
        if self.users > 0 {
            return Err("a group after the users".to_owned());
        }
        self.groups += 1;
        let roles = group.roles.iter().map(|role| find_role(builder, role)).collect::<Result<_, _>>()?;
        let group_type = group.group_type.map(|word| builder.words.intern(&word.0));
        let group = org::Group {
            id: group.id,
            name: group.name,
            is_scim_managed: group.is_scim_managed,
            group_type,
            created_at: group.created_at,
            listed: group.listed,
        };
        builder.group(group, roles).map_err(out_of_order)
    }

    fn user(&mut self, builder: &mut Builder, user: User<'_>) -> Result<(), String> {
        self.users += 1;
        let ways =
            [(&user.roles, Way::Unstated), (&user.direct_roles, Way::Direct), (&user.inherited_roles, Way::Inherited)];
        for (roles, way) in ways {
            self.assign(builder, roles, way)?;
        }
        for (group, roles) in &user.group_roles {
            self.assign(builder, roles, Way::Group(find_group(builder, group)?))?;
        }
        for group in &user.groups {
            self.memberships.push(find_group(builder, group)?);
        }
        let role = user.role.map(|word| builder.words.intern(&word.0));
        let user = org::User {
            id: user.id,
            name: user.name,
            email: user.email,
            role,
            is_service_account: user.is_service_account,
            is_scim_managed: user.is_scim_managed,
            enabled: user.enabled,
            banned: user.banned,
            added_at: user.added_at,
            created: user.created,
            api_key_last_used_at: user.api_key_last_used_at,
            listed: user.listed,
        };
        builder.user(user, &mut self.assignments, &mut self.memberships).map_err(out_of_order)
    }

    fn assign(&mut self, builder: &Builder, roles: &[Id<'_>], way: Way) -> Result<(), String> {
        for role in roles {
            self.assignments.push(Assignment { role: find_role(builder, role)?, way });
        }
        Ok(())
    }
}

fn find_role(builder: &Builder, id: &Id<'_>) -> Result<RoleIx, String> {
    builder.role_ix(&id.0).ok_or_else(|| format!("there is no role {}", id.0))
}

fn find_group(builder: &Builder, id: &Id<'_>) -> Result<GroupIx, String> {
    builder.group_ix(&id.0).ok_or_else(|| format!("there is no group {}", id.0))
}

fn out_of_order(OutOfOrder(id): OutOfOrder) -> String {
    format!("{id} does not follow in order")
}

fn coverage(header: &Header) -> Result<Coverage, String> {
    let mut coverage = Coverage::default();
    for (name, record) in &header.coverage {
        let collection = Collection::named(name).ok_or_else(|| format!("there is no collection {name}"))?;
        if collection.parent().is_some() && record.cut.is_some() {
            return Err(format!("{name} is no list that could be cut"));
        }
        *coverage.of_mut(collection) = org::Record {
            asked: true,
            requests: record.requests,
            items: record.items,
            cut: record.cut.clone().map(Into::into),
            gaps: record.gaps.iter().map(|(id, failure)| (id.clone(), failure.clone().into())).collect(),
            unasked: record.unasked.clone(),
        };
    }
    Ok(coverage)
}

/// A thing that the coverage speaks of and that is not there.
fn stray(org: &Org) -> Option<&str> {
    let roles: HashSet<&str> = org.roles.iter().map(|role| role.id.as_str()).collect();
    let groups: HashSet<&str> = org.groups.iter().map(|group| group.id.as_str()).collect();
    let user = |id: &str| org.users.binary_search_by(|user| user.id.as_str().cmp(id)).is_ok();
    org.coverage.iter().find_map(|(collection, record)| {
        record.gaps.keys().chain(&record.unasked).map(String::as_str).find(|id| match collection {
            Collection::Roles => !roles.contains(id),
            Collection::Users | Collection::UserRoles => !user(id),
            Collection::Groups | Collection::GroupRoles | Collection::GroupMembers => !groups.contains(id),
        })
    })
}
