//! Files that are written whole or not at all, readable by their owner only.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Writes a file through `fill`. The name appears, or changes its content, only once all of it is on disk.
/// A name that stands for no regular file (a pipe, a terminal) is written to as it is.
///
/// # Errors
///
/// Whatever the system says; then the name is as it was.
pub fn write_whole<T>(path: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<T>) -> io::Result<T> {
    // Through a link, it is the file behind it that changes.
    let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if std::fs::metadata(&target).is_ok_and(|metadata| !metadata.is_file()) {
        let mut file = BufWriter::new(OpenOptions::new().write(true).open(&target)?);
        let result = fill(&mut file)?;
        file.flush()?;
        return Ok(result);
    }
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Made with mode 0600, and removed again unless it is persisted.
    let temporary = tempfile::NamedTempFile::new_in(folder)?;
    let mut file: BufWriter<&File> = BufWriter::with_capacity(1 << 16, temporary.as_file());
    let result = fill(&mut file)?;
    file.flush()?;
    drop(file);
    temporary.as_file().sync_all()?;
    temporary.persist(&target)?;
    Ok(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("report");
        write_whole(&path, |file| file.write_all(b"old")).expect("written");
        let failed = write_whole(&path, |file| {
            file.write_all(b"new")?;
            Err::<(), _>(io::Error::other("disk full"))
        });
        failed.expect_err("the error comes back");
        assert_eq!(std::fs::read(&path).expect("still there"), b"old");
        assert_eq!(std::fs::read_dir(folder.path()).expect("listed").count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_read_and_a_link_stays_a_link() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        let (path, link) = (folder.path().join("file"), folder.path().join("link"));
        write_whole(&path, |file| file.write_all(b"a")).expect("written");
        std::os::unix::fs::symlink(&path, &link).expect("linked");
        write_whole(&link, |file| file.write_all(b"b")).expect("written");
        assert!(link.is_symlink());
        assert_eq!(std::fs::read(&path).expect("read"), b"b");
        assert_eq!(std::fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
    }
}
