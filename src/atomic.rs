//! Files that are written completely or not at all.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::NamedTempFile;

/// The temporary files of this process, for [`abandon_all`] to remove.
static UNFINISHED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// Who may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// Its owner alone, even if others could read the file that it replaces: it says who may do what.
    Owner,
    /// Whoever could read the file that it replaces, or else whoever reads the files of this user: it is a file of a
    /// repository.
    Usual,
}

/// Writes a file through `fill`. The name appears, or changes its content, only once all of it is on disk. A path that
/// is not a regular file (a pipe, a terminal) is written directly.
///
/// # Errors
///
/// Whatever the system says; then the name is as it was.
pub fn write_whole<T>(
    path: &Path,
    readers: Readers,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<T>,
) -> io::Result<T> {
    let target = behind(path);
    if std::fs::metadata(&target).is_ok_and(|metadata| !metadata.is_file()) {
        let mut file = BufWriter::new(OpenOptions::new().write(true).open(&target)?);
        let result = fill(&mut file)?;
        file.flush()?;
        return Ok(result);
    }
    let unfinished = Unfinished::in_folder(folder_of(&target), readers)?;
    let mut file: BufWriter<&File> = BufWriter::with_capacity(1 << 16, unfinished.file());
    let result = fill(&mut file)?;
    file.flush()?;
    drop(file);
    if readers == Readers::Usual
        && let Ok(replaced) = std::fs::metadata(&target)
    {
        unfinished.file().set_permissions(replaced.permissions())?;
    }
    unfinished.file().sync_all()?;
    unfinished.rename(&target)?;
    sync_folder_of(&target)?;
    Ok(result)
}

/// Waits until no other rolelint holds a lock on the folder of this file, so that nobody else replaces the file between
/// its reading and its writing. `None` where the system has no such locks.
pub fn lock(path: &Path) -> Option<File> {
    let folder = File::open(folder_of(&behind(path))).ok()?;
    folder.lock().ok().map(|()| folder)
}

/// Checks whether [`write_whole`] could write there, without changing anything.
///
/// # Errors
///
/// It could not, for this reason.
pub fn try_out(path: &Path) -> io::Result<()> {
    let target = behind(path);
    match std::fs::metadata(&target).map(|metadata| metadata.file_type()) {
        Ok(kind) if kind.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(kind) if kind.is_file() => Unfinished::in_folder(folder_of(&target), Readers::Owner).map(drop),
        // Opening a pipe would wait for its reader.
        #[cfg(unix)]
        Ok(kind) if std::os::unix::fs::FileTypeExt::is_fifo(&kind) => Ok(()),
        Ok(_) => OpenOptions::new().write(true).open(&target).map(drop),
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Err(_) if !folder_of(&target).exists() => {
            Err(io::Error::new(io::ErrorKind::NotFound, "the folder does not exist"))
        }
        Err(_) => Unfinished::in_folder(folder_of(&target), Readers::Owner).map(drop),
    }
}

/// One name for a file, however it is written: two paths that would be the same file have the same.
pub fn identity(path: &Path) -> PathBuf {
    let target = behind(path);
    let folder = std::fs::canonicalize(folder_of(&target));
    folder.ok().zip(target.file_name()).map_or_else(|| target.clone(), |(folder, name)| folder.join(name))
}

/// Makes sure that the name of a file outlives a power cut.
///
/// # Errors
///
/// What the system says.
pub fn sync_folder_of(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        let synced = File::open(folder_of(path)).and_then(|folder| folder.sync_all());
        // Not every file system can, and a folder that may be written to need not be readable.
        let impossible = [io::ErrorKind::InvalidInput, io::ErrorKind::Unsupported, io::ErrorKind::PermissionDenied];
        match synced {
            Err(error) if !impossible.contains(&error.kind()) => return Err(error),
            Ok(()) | Err(_) => {}
        }
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// Removes every unfinished file, because the process is about to end. Whoever tries to begin or to finish one after
/// that waits for the end.
pub fn abandon_all() {
    let unfinished = registry();
    for path in unfinished.iter() {
        // There is nowhere left to report it.
        std::fs::remove_file(path).unwrap_or(());
    }
    std::mem::forget(unfinished);
}

/// A file under a temporary name. It is removed unless it gets its final name.
struct Unfinished {
    /// Always there, but while it is dropped or renamed.
    file: Option<NamedTempFile>,
}

impl Unfinished {
    fn in_folder(folder: &Path, readers: Readers) -> io::Result<Self> {
        let mut unfinished = registry();
        let file = temporary(folder, readers)?;
        unfinished.insert(file.path().to_owned());
        Ok(Self { file: Some(file) })
    }

    fn file(&self) -> &File {
        self.file.as_ref().expect("it is not renamed yet").as_file()
    }

    fn rename(mut self, target: &Path) -> io::Result<()> {
        let mut unfinished = registry();
        let file = self.file.take().expect("it is renamed once");
        unfinished.remove(file.path());
        file.persist(target).map(drop).map_err(|failed| failed.error)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some(file) = self.file.take() {
            registry().remove(file.path());
        }
    }
}

fn registry() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Creates a file with a unique name. Errors do not contain that name, which the user does not know.
fn temporary(folder: &Path, readers: Readers) -> io::Result<NamedTempFile> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, if readers == Readers::Owner { 0o600 } else { 0o666 });
    #[cfg(not(unix))]
    let _ = readers;
    let mut code = None;
    let open = |path: &Path| options.open(path).inspect_err(|error| code = error.raw_os_error());
    let made = tempfile::Builder::new().make_in(folder, open);
    made.map_err(|error| code.map_or_else(|| error.kind().into(), io::Error::from_raw_os_error))
}

/// Through a link, it is the file behind it that changes.
fn behind(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    // As many links as the system follows.
    for _ in 0..40 {
        if let Ok(real) = std::fs::canonicalize(&path) {
            return real;
        }
        // The file behind a link need not exist yet.
        let Ok(target) = std::fs::read_link(&path) else { return path };
        path = folder_of(&path).join(target);
    }
    path
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("report");
        write_whole(&path, Readers::Owner, |file| file.write_all(b"old")).expect("written");
        let failed = write_whole(&path, Readers::Owner, |file| {
            file.write_all(b"new")?;
            Err::<(), _>(io::Error::other("disk full"))
        });
        failed.expect_err("the error comes back");
        assert_eq!(std::fs::read(&path).expect("still there"), b"old");
        assert_eq!(std::fs::read_dir(folder.path()).expect("listed").count(), 1);
    }

    #[test]
    fn a_file_is_registered_for_removal_as_long_as_it_is_unfinished() {
        let folder = tempfile::tempdir().expect("a folder");
        let ours = || registry().iter().filter(|path| path.starts_with(folder.path())).cloned().collect::<Vec<_>>();
        for fails in [false, true] {
            let written = write_whole(&folder.path().join("report"), Readers::Owner, |_| {
                let unfinished = ours();
                assert!(unfinished.len() == 1 && unfinished[0].exists());
                if fails { Err(io::Error::other("disk full")) } else { Ok(()) }
            });
            assert_eq!(written.is_err(), fails);
            assert_eq!(ours(), Vec::<PathBuf>::new());
        }
    }

    #[test]
    fn an_unwritable_path_is_found_without_writing() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("file"), "old").expect("written");
        for fine in ["file", "new"] {
            try_out(&at(fine)).expect("it can be written");
        }
        for (path, said) in
            [("none/new", "the folder does not exist"), ("file/new", "ot a directory"), ("", "director")]
        {
            let error = try_out(&at(path)).expect_err("it cannot be written").to_string();
            assert!(error.contains(said) && !error.contains(".tmp"), "{path}: {error}");
        }
        assert_eq!(std::fs::read(at("file")).expect("read"), b"old");
        assert_eq!(std::fs::read_dir(folder.path()).expect("listed").count(), 1);
    }

    #[test]
    fn two_writers_at_once_leave_the_whole_text_of_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("report");
        std::thread::scope(|scope| {
            for letter in ["a", "b"] {
                let (path, text) = (&path, letter.repeat(100_000));
                scope.spawn(move || {
                    for _ in 0..20 {
                        let fill = |file: &mut dyn Write| {
                            text.as_bytes().chunks(1000).try_for_each(|piece| file.write_all(piece))
                        };
                        write_whole(path, Readers::Owner, fill).expect("written");
                    }
                });
            }
        });
        let written = std::fs::read(&path).expect("read");
        assert!(written.len() == 100_000 && written.iter().all(|byte| *byte == written[0]));
        assert_eq!(std::fs::read_dir(folder.path()).expect("listed").count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn one_file_has_one_identity() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("sub")).expect("made");
        std::fs::write(at("file"), "").expect("written");
        std::os::unix::fs::symlink(at("file"), at("link")).expect("linked");
        for (one, other) in [("file", "link"), ("new", "sub/../new"), ("sub/new", "./sub/./new")] {
            assert_eq!(identity(&at(one)), identity(&at(other)));
        }
        assert_ne!(identity(&at("new")), identity(&at("sub/new")));
    }

    #[cfg(unix)]
    #[test]
    fn what_stands_in_a_repository_keeps_its_mode_and_everything_else_is_private() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("file");
        let mode = || std::fs::metadata(&path).expect("there").permissions().mode() & 0o777;
        std::fs::write(&path, "old").expect("written");
        let usual = mode();
        for (there, readers, expected) in [
            (Some(0o640), Readers::Owner, 0o600),
            (Some(0o755), Readers::Usual, 0o755),
            (None, Readers::Owner, 0o600),
            (None, Readers::Usual, usual),
        ] {
            match there {
                Some(there) => std::fs::set_permissions(&path, PermissionsExt::from_mode(there)).expect("changed"),
                None => std::fs::remove_file(&path).expect("removed"),
            }
            write_whole(&path, readers, |file| file.write_all(b"new")).expect("written");
            assert_eq!(mode(), expected, "{there:?} {readers:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_read_and_a_link_stays_a_link() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        let (path, link) = (folder.path().join("file"), folder.path().join("link"));
        write_whole(&path, Readers::Owner, |file| file.write_all(b"a")).expect("written");
        std::os::unix::fs::symlink(&path, &link).expect("linked");
        write_whole(&link, Readers::Owner, |file| file.write_all(b"b")).expect("written");
        assert!(link.is_symlink());
        assert_eq!(std::fs::read(&path).expect("read"), b"b");
        assert_eq!(std::fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
        // So does one to a file that is not there yet, over another link.
        let (first, second) = (folder.path().join("first"), folder.path().join("second"));
        std::os::unix::fs::symlink("second", &first).expect("linked");
        std::os::unix::fs::symlink("new", &second).expect("linked");
        write_whole(&first, Readers::Owner, |file| file.write_all(b"c")).expect("written");
        assert!(first.is_symlink() && second.is_symlink());
        assert_eq!(std::fs::read(folder.path().join("new")).expect("read"), b"c");
    }
}
