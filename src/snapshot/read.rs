//! Lines to an organization. Anything that the writer would not have written is an error.

use std::collections::HashSet;
use std::io::{self, BufRead, Read as _};
use std::path::Path;

use serde::Deserialize;

use super::VERSION;
use super::compress::Compression;
use super::decode::Decoder;
use super::error::Error;
use super::header::{ContentDigest, Header};
use super::record::Line;
use super::users;
use crate::bounded;
use crate::escape::{shown, visible};
use crate::org::{self, Builder, Collection, Coverage, Identity, Org, Source, Text, part_id};

/// The longest line, in bytes: the header names everything that could not be read.
const LONGEST_LINE: u64 = 256 << 20;

/// A snapshot that was read completely.
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
/// The file cannot be read, is not a rolelint snapshot, of another version, cut off or damaged.
pub fn open(path: &Path) -> Result<Read, Error> {
    if path == Path::new("-") {
        return read("standard input", io::stdin().lock());
    }
    let name = shown(path);
    match bounded::open(path) {
        Ok(file) => read(&name, Compression::of(path).reader(file)),
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
    let organization = Identity { id: header.organization.id.clone(), name: header.organization.name.clone() };
    let source = Source { api: header.source.clone(), organization, collected_at: header.collected_at };
    let mut builder = Builder::new(source);
    let mut filler = Decoder::default();
    let mut digest = ContentDigest::new(&header);
    let mut more = reader.next()?;
    let end = loop {
        if more && users::is_user(&reader.line) {
            more = users::read(&mut reader, &mut builder, &mut filler, &mut digest)?;
        }
        if !more {
            return Err(reader.wrong(reader.number, Wrong::Cut));
        }
        let line: Line<'_> = serde_json::from_slice(&reader.line).map_err(|error| reader.unreadable(&error))?;
        let added = match line {
            Line::Rolelint(_) => Err("a second header".to_owned()),
            Line::Role(role) => filler.role(&mut builder, role),
            Line::Group(group) => filler.group(&mut builder, group),
            Line::User(_) => Err("a user that is not written as rolelint writes it".to_owned()),
            Line::Project(project) => filler.project(&mut builder, project),
            Line::ProjectUser(user) => filler.project_user(&mut builder, &user),
            Line::ProjectGroup(group) => filler.project_group(&mut builder, &group),
            Line::ServiceAccount(account) => filler.service_account(&mut builder, account),
            Line::ApiKey(key) => filler.api_key(&mut builder, key),
            Line::AdminApiKey(key) => filler.admin_api_key(&mut builder, key),
            Line::Invite(invite) => filler.invite(&mut builder, invite),
            Line::End(end) => break end,
        };
        added.map_err(|what| reader.damaged(&what))?;
        digest.lines(&reader.line);
        more = reader.next()?;
    };
    let digest = digest.finish();
    let counted = filler.counted(digest.clone());
    if end != counted {
        let what = if end.digest == counted.digest { "the counts do" } else { "the digest does" };
        return Err(reader.damaged(&format!("{what} not match what was read")));
    }
    if reader.next()? {
        return Err(reader.damaged("there is data after the end"));
    }
    if header.check != header.expected_check(&digest) {
        reader.number = 1;
        return Err(reader.damaged("the header does not match the content"));
    }
    let org = builder.finish(coverage);
    match stray(&org) {
        Some(id) => Err(reader.damaged(&format!("the coverage names {id}, which does not exist"))),
        None => Ok(Read { org, digest }),
    }
}

/// Reads line by line.
pub struct Reader<'n, B> {
    name: &'n str,
    lines: B,
    /// The current line, its end included.
    pub line: Vec<u8>,
    /// Its number.
    pub number: usize,
}

/// What can be wrong with a line.
pub enum Wrong {
    /// It is the last one, and not all of it is there.
    Cut,
    /// It is not what was written.
    Damaged(String),
}

impl Wrong {
    /// What is wrong with a line that is not JSON of a record.
    pub fn with(line: &[u8], error: &serde_json::Error) -> Self {
        if error.is_eof() && !line.ends_with(b"\n") { Self::Cut } else { Self::Damaged(error.to_string()) }
    }
}

impl<B: BufRead> Reader<'_, B> {
    /// Reads the next line; false at the end of the file.
    fn next(&mut self) -> Result<bool, Error> {
        let mut line = std::mem::take(&mut self.line);
        line.clear();
        let more = self.append(&mut line);
        self.line = line;
        more
    }

    /// Adds the lines that follow, as long as they are of that sort and do not exceed so many bytes. The first that does
    /// not belong to them becomes the current line; false at the end of the file.
    pub fn fill(&mut self, lines: &mut Vec<u8>, most: usize, belongs: impl Fn(&[u8]) -> bool) -> Result<bool, Error> {
        loop {
            let before = lines.len();
            if !self.append(lines)? {
                return Ok(false);
            }
            if before >= most || !belongs(&lines[before..]) {
                self.line = lines.split_off(before);
                return Ok(true);
            }
        }
    }

    /// Adds the next line; false at the end of the file.
    fn append(&mut self, to: &mut Vec<u8>) -> Result<bool, Error> {
        let failed = |source| Error::Read { name: self.name.to_owned(), source };
        let read = self.lines.by_ref().take(LONGEST_LINE).read_until(b'\n', to).map_err(failed)?;
        if read as u64 == LONGEST_LINE {
            return Err(failed(io::Error::new(io::ErrorKind::FileTooLarge, "a line is too long")));
        }
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
        // A file that does not begin like a snapshot may have no line end, so it is not read up to one.
        let begins = self.lines.fill_buf().is_ok_and(|begin| begin.starts_with(b"{") || begin.is_empty());
        if !begins {
            return Err(Error::Foreign { name: self.name.to_owned() });
        }
        self.next()?;
        // First the version alone, because the rest of the header depends on it.
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
        self.wrong(self.number, Wrong::with(&self.line, error))
    }

    /// What is wrong with the current line, as an error.
    pub fn damaged(&self, what: &str) -> Error {
        self.wrong(self.number, Wrong::Damaged(what.to_owned()))
    }

    /// What is wrong with a line, as an error.
    pub fn wrong(&self, line: usize, wrong: Wrong) -> Error {
        let name = self.name.to_owned();
        match wrong {
            Wrong::Cut => Error::Cut { name, line },
            Wrong::Damaged(what) => Error::Damaged { name, line, what: visible(&what).into_owned() },
        }
    }
}

fn coverage(header: &Header) -> Result<Coverage, String> {
    let mut coverage = Coverage::default();
    for (name, record) in &header.coverage {
        let collection = Collection::named(name).ok_or_else(|| format!("there is no collection {name}"))?;
        if collection.parent().is_some() && record.cut.is_some() {
            return Err(format!("{name} is not a list that can be truncated"));
        }
        *coverage.of_mut(collection) = org::CollectionCoverage {
            asked: true,
            requests: record.requests,
            items: record.items,
            truncated: record.cut.clone().map(Into::into),
            gaps: record.gaps.iter().map(|(id, failure)| (id.clone(), failure.clone().into())).collect(),
            not_asked: record.unasked.clone(),
            gone: record.gone.clone(),
            unclear: record.unclear.clone(),
            carried: record.carried.clone(),
        };
    }
    Ok(coverage)
}

/// A thing that the coverage names and that does not exist.
fn stray(org: &Org) -> Option<&str> {
    let roles: HashSet<&str> = org.roles.iter().map(|role| role.id.as_str()).collect();
    let groups: HashSet<&str> = org.groups.iter().map(|group| group.id.as_str()).collect();
    let projects: HashSet<&str> = org.projects.iter().map(|project| project.id.as_str()).collect();
    let user = |id: &str| org.users.find(id).is_some();
    let in_projects: HashSet<Text> = {
        let part = |project, id: &str| part_id(&org.project(project).id, id);
        let users = org.project_users.iter().map(|member| part(member.project, org.user(member.user).id()));
        let groups = org.project_groups.iter().map(|member| part(member.project, &org.group(member.group).id));
        let accounts = org.service_accounts.iter().map(|account| part(account.project, &account.id));
        users.chain(groups).chain(accounts).collect()
    };
    org.coverage.iter().find_map(|(collection, record)| {
        let named = record.gaps.keys().chain(&record.not_asked).chain(record.carried.keys());
        named.map(String::as_str).find(|id| match collection {
            Collection::Roles => !roles.contains(id),
            Collection::Users | Collection::UserRoles => !user(id),
            Collection::Groups | Collection::GroupRoles | Collection::GroupMembers => !groups.contains(id),
            Collection::Projects
            | Collection::ProjectUsers
            | Collection::ProjectGroups
            | Collection::ProjectRoles
            | Collection::ServiceAccounts
            | Collection::ApiKeys => !projects.contains(id),
            Collection::ProjectUserRoles | Collection::ProjectGroupRoles | Collection::ServiceAccountRoles => {
                !in_projects.contains(*id)
            }
            Collection::AdminApiKeys | Collection::Invites => true,
        })
    })
}
