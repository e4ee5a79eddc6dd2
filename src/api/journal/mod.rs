//! Responses saved as they arrive, so that an interrupted collection resumes where it stopped and repeats no request.
//!
//! JSON Lines beside the output file or in the cache folder, readable only by its owner: a header (API, organization, key
//! and start time), then each response with its request. Only usable responses are saved. The key is stored as a salted
//! digest, to recognize another key.
//!
//! A response is written at once, so it survives the end of the process. It is on disk a tenth of a second later:
//! responses that arrive close together are synced together. Those that a power failure damaged are cut off when the
//! journal is opened, and requested again.
//!
//! The file is long because nothing else knows the format: what is written, read and refused stands side by side.

mod error;

use std::collections::HashMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::hash::{BuildHasher as _, RandomState};
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::key::Key;
use crate::atomic::sync_folder_of;
use crate::time::{Time, rfc3339};
pub use error::JournalError;

/// The version of the format.
const VERSION: u32 = 2;

/// How every journal starts, whatever its version.
const HEAD: &[u8] = br#"{"rolelint_journal":"#;

/// A response is synced so long after it was written, with all that were written in between.
const UNTIL_SYNC: Duration = Duration::from_millis(100);

/// An open journal, locked against a second run.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    /// When its collection started.
    pub began: Time,
    /// The offset and length of the line with each response, by the hash of the request, which takes less room.
    answers: HashMap<u64, (u64, usize)>,
    hasher: RandomState,
    lines: Arc<Mutex<Lines>>,
}

/// The file, and what of it is on disk.
#[derive(Debug)]
struct Lines {
    file: File,
    /// Where it ends.
    end: u64,
    /// How much of it is on disk.
    synced: u64,
    /// Whether the rest will be synced soon.
    due: bool,
    /// Why it could not be synced, until somebody is told.
    failed: Option<io::Error>,
    /// Room for the next line.
    line: Vec<u8>,
}

/// What the responses belong to. Responses of another API, organization or key are refused.
#[derive(Clone, Copy, Debug)]
pub struct Identity<'a> {
    /// The base URL of the API.
    pub api: &'a str,
    /// The organization, if the key belongs to several.
    pub organization: Option<&'a str>,
    /// The key.
    pub key: &'a Key,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    rolelint_journal: u32,
    api: String,
    organization: Option<String>,
    salt: String,
    key: String,
    began: Time,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer<'a> {
    get: std::borrow::Cow<'a, str>,
    body: std::borrow::Cow<'a, str>,
    /// The organization that the response header names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    organization: Option<std::borrow::Cow<'a, str>>,
}

/// A saved response.
#[derive(Debug)]
pub struct Kept {
    /// The body.
    pub body: String,
    /// The organization that the response header names.
    pub organization: Option<String>,
}

impl Identity<'_> {
    /// The name of a file for these responses; it does not reveal the key or the organization.
    pub fn file_name(&self) -> String {
        format!("{}.journal", self.key.digest(&format!("{} {}", self.api, self.organization.unwrap_or_default())))
    }
}

impl Journal {
    /// Opens the journal at that path, or starts a new one. One that was not started at one of these
    /// times starts over.
    ///
    /// # Errors
    ///
    /// It belongs to another API, organization, key or version; another run is using it; it cannot be read or written.
    pub fn open(
        path: &Path,
        identity: Identity<'_>,
        now: Time,
        started: &RangeInclusive<Time>,
    ) -> Result<Self, JournalError> {
        let failed = |source| JournalError::Unusable { path: path.to_owned(), source };
        // A pipe never ends, and a link may lead to another file.
        if std::fs::symlink_metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
            return Err(failed(io::Error::other("it is not a regular file")));
        }
        let mut file = locked(path)?;
        let foreign = |why: String| JournalError::Foreign { path: path.to_owned(), why };
        let (mut answers, hasher) = (HashMap::new(), RandomState::new());
        let mut began = now;
        let mut end = 0;
        let mut lines = BufReader::new(&file);
        let mut line = Vec::new();
        // A last line without a newline was interrupted while it was written, and a damaged one was not synced. It is
        // overwritten, and so is what follows.
        while lines.read_until(b'\n', &mut line).map_err(failed)? > 0 && line.ends_with(b"\n") {
            if end == 0 {
                let header = header_of(&line).map_err(foreign)?;
                belongs(&header, identity).map_err(foreign)?;
                if !started.contains(&header.began) {
                    break;
                }
                began = header.began;
            } else {
                let Some(answer) = answer_in(&line) else { break };
                answers.insert(hasher.hash_one(&*answer.get), (end, line.len()));
            }
            end += line.len() as u64;
            line.clear();
        }
        drop(lines);
        if end == 0 {
            // But only if we started the first line.
            if !(HEAD.starts_with(&line) || line.starts_with(HEAD)) {
                return Err(foreign("it is not a journal of this version".to_owned()));
            }
            only_for_the_owner(&file).map_err(failed)?;
        }
        file.set_len(end).and_then(|()| file.seek(SeekFrom::End(0))).map_err(failed)?;
        let mut lines = Lines { file, end, synced: end, due: false, failed: None, line };
        if end == 0 {
            lines.append(&header(identity, now)).map_err(failed)?;
            lines.sync().and_then(|()| sync_folder_of(path)).map_err(failed)?;
        }
        Ok(Self { path: path.to_owned(), began, answers, hasher, lines: Arc::new(Mutex::new(lines)) })
    }

    /// The saved response to a request, if it was there when the journal was opened.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn answer(&self, get: &str) -> Result<Option<Kept>, JournalError> {
        let Some(&line) = self.answers.get(&self.hasher.hash_one(get)) else { return Ok(None) };
        self.read(get, line).map_err(|source| JournalError::Unusable { path: self.path.clone(), source })
    }

    /// The response in a line, if it is the one to this request.
    fn read(&self, get: &str, (start, length): (u64, usize)) -> io::Result<Option<Kept>> {
        let mut line = vec![0; length];
        {
            let file = &mut locked_lines(&self.lines).file;
            file.seek(SeekFrom::Start(start))?;
            file.read_exact(&mut line)?;
            file.seek(SeekFrom::End(0))?;
        }
        let answer: Answer<'_> = serde_json::from_slice(&line)?;
        let organization = answer.organization.map(std::borrow::Cow::into_owned);
        Ok((answer.get == get).then(|| Kept { body: answer.body.into_owned(), organization }))
    }

    /// How many saved responses there are.
    pub fn answers(&self) -> usize {
        self.answers.len()
    }

    /// Saves the response to a request. It is in the file when this returns, and on disk once it is synced.
    ///
    /// # Errors
    ///
    /// What the system says, also of an earlier sync. Earlier responses are unchanged.
    pub fn keep(&self, get: &str, body: &str, organization: Option<&str>) -> Result<(), JournalError> {
        let answer = Answer { get: get.into(), body: body.into(), organization: organization.map(Into::into) };
        let kept = locked_lines(&self.lines).append(&answer);
        kept.map_err(|source| JournalError::Unusable { path: self.path.clone(), source })
    }

    /// Syncs what was saved, a little later and with what comes until then. It needs a runtime, and delays nobody.
    pub fn sync_soon(&self) {
        if std::mem::replace(&mut locked_lines(&self.lines).due, true) {
            return;
        }
        // If the journal is closed before, it is synced then.
        let lines = Arc::downgrade(&self.lines);
        tokio::spawn(async move {
            tokio::time::sleep(UNTIL_SYNC).await;
            tokio::task::spawn_blocking(move || lines.upgrade().as_deref().map(sync_beside));
        });
    }

    /// Removes the journal once the snapshot is written.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn remove(self) -> Result<(), JournalError> {
        {
            let mut lines = locked_lines(&self.lines);
            lines.synced = lines.end;
        }
        std::fs::remove_file(&self.path).map_err(|source| JournalError::Unusable { path: self.path.clone(), source })
    }
}

fn locked_lines(lines: &Mutex<Lines>) -> MutexGuard<'_, Lines> {
    lines.lock().expect("no thread panics while it holds the file")
}

/// Syncs what was written so far. More may be written meanwhile.
fn sync_beside(lines: &Mutex<Lines>) {
    let (file, end) = {
        let mut lines = locked_lines(lines);
        lines.due = false;
        (lines.file.try_clone(), lines.end)
    };
    let synced = file.and_then(|file| file.sync_data());
    let mut lines = locked_lines(lines);
    match synced {
        Ok(()) => lines.synced = lines.synced.max(end),
        Err(error) => lines.failed = Some(error),
    }
}

impl Drop for Journal {
    /// A journal that stays is on disk when the run ends, unless the run is killed.
    fn drop(&mut self) {
        // It is the end of the run: there is nobody to tell, and what is missing is asked for again.
        locked_lines(&self.lines).sync().unwrap_or(());
    }
}

impl Lines {
    fn append(&mut self, line: &impl Serialize) -> io::Result<()> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        self.line.clear();
        serde_json::to_writer(&mut self.line, line)?;
        self.line.push(b'\n');
        if let Err(error) = self.file.write_all(&self.line) {
            // Part of a line would corrupt the next one, so cut it off. If that fails too, report the first error.
            let end = self.end;
            self.file.set_len(end).and_then(|()| self.file.seek(SeekFrom::Start(end))).unwrap_or(end);
            return Err(error);
        }
        self.end += self.line.len() as u64;
        Ok(())
    }

    /// Waits until everything that was written is on disk.
    fn sync(&mut self) -> io::Result<()> {
        if self.synced < self.end {
            self.file.sync_data()?;
            self.synced = self.end;
        }
        Ok(())
    }
}

/// Opens the file and locks it. The previous run may have removed it in between; then the name belongs to another file.
fn locked(path: &Path) -> Result<File, JournalError> {
    let failed = |source| JournalError::Unusable { path: path.to_owned(), source };
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    loop {
        let file = options.open(path).map_err(failed)?;
        file.try_lock().map_err(|refused| match refused {
            TryLockError::WouldBlock => JournalError::Busy { path: path.to_owned() },
            TryLockError::Error(source) => JournalError::Lock { path: path.to_owned(), source },
        })?;
        if has_name(&file, path).map_err(failed)? {
            return Ok(file);
        }
    }
}

/// Whether the path still leads to this file.
fn has_name(file: &File, path: &Path) -> io::Result<bool> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let of = |metadata: std::fs::Metadata| (metadata.dev(), metadata.ino());
        match std::fs::symlink_metadata(path) {
            Ok(named) => Ok(of(named) == of(file.metadata()?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }
    #[cfg(not(unix))]
    {
        let _ = (file, path);
        Ok(true)
    }
}

/// Makes an existing file private to its owner.
fn only_for_the_owner(file: &File) -> io::Result<()> {
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    #[cfg(not(unix))]
    let _ = file;
    Ok(())
}

fn header(identity: Identity<'_>, now: Time) -> Header {
    // A salt does not have to be secret, only different in each journal.
    let salt = format!("{now}-{}", std::process::id());
    Header {
        rolelint_journal: VERSION,
        api: identity.api.to_owned(),
        organization: identity.organization.map(str::to_owned),
        key: identity.key.digest(&salt),
        salt,
        began: now,
    }
}

/// The header in the first line. For another version, only the version number is read.
fn header_of(line: &[u8]) -> Result<Header, String> {
    #[derive(Deserialize)]
    struct Version {
        rolelint_journal: u32,
    }
    let no_journal = |_| "it is not a journal of this version".to_owned();
    let Version { rolelint_journal } = serde_json::from_slice(line).map_err(no_journal)?;
    if rolelint_journal != VERSION {
        return Err(format!("it has format version {rolelint_journal}, not {VERSION}"));
    }
    serde_json::from_slice(line).map_err(no_journal)
}

/// The response in a line. serde accepts a list of values instead of an object; we never write one.
fn answer_in(line: &[u8]) -> Option<Answer<'_>> {
    line.trim_ascii_start().starts_with(b"{").then(|| serde_json::from_slice(line).ok()).flatten()
}

fn belongs(header: &Header, identity: Identity<'_>) -> Result<(), String> {
    let begun = rfc3339(header.began);
    if header.api != identity.api {
        return Err(format!("it was started at {begun} with another API, {}", header.api));
    }
    if header.organization.as_deref() != identity.organization {
        return Err(format!("it was started at {begun} for another organization"));
    }
    if header.key != identity.key.digest(&header.salt) {
        return Err(format!("it was started at {begun} with another key"));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
