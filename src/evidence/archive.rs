//! Bundles as bytes: a tar.gz that is the same for the same files, and a folder that somebody unpacked.
//!
//! What is read stays in memory: no entry can be written to a place outside, whatever it is called.

use std::fs;
use std::io::{self, BufRead, Read as _, Write};
use std::path::Path;

use flate2::bufread::GzDecoder;
use flate2::{Compression, GzBuilder};

use super::{Error, Files};
use crate::bounded;

/// The most bytes of all files together.
const LARGEST: u64 = 4 << 30;
/// The most files.
const MOST: usize = 10_000;
/// The deepest path.
const DEEPEST: usize = 3;

/// Writes the files, sorted, without times or owners.
pub(crate) fn write(files: &Files, to: &mut dyn Write) -> io::Result<()> {
    let mut archive = tar::Builder::new(GzBuilder::new().mtime(0).write(to, Compression::default()));
    for (name, bytes) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o600);
        header.set_mtime(0);
        archive.append_data(&mut header, format!("evidence/{name}"), bytes.as_slice())?;
    }
    archive.into_inner()?.finish()?;
    Ok(())
}

/// Reads the files of an archive or a folder.
///
/// # Errors
///
/// It cannot be read, or contains something that is not a plain file of a bundle.
pub(crate) fn open(path: &Path) -> Result<Files, Error> {
    let failed = |source| Error::Read { path: path.to_owned(), source };
    let kind = fs::symlink_metadata(path).map_err(failed)?;
    if kind.is_dir() {
        let mut files = Files::new();
        folder(path, "", &mut files, &mut { LARGEST })?;
        return Ok(files);
    }
    let file = bounded::open(path).map_err(failed)?;
    unpacked(io::BufReader::new(file)).map_err(|error| match error {
        Refused::Entry(error) => error,
        Refused::Behind => Error::Behind { path: path.to_owned() },
        // The two libraries have different words for the same error.
        Refused::System(source) if source.get_ref().is_some() || source.kind() == io::ErrorKind::UnexpectedEof => {
            failed(io::Error::new(source.kind(), "it is not a `.tar.gz` file, or is damaged or truncated"))
        }
        Refused::System(source) => failed(source),
    })
}

enum Refused {
    Entry(Error),
    /// There is something after the last file.
    Behind,
    System(io::Error),
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        Self::System(error)
    }
}

fn unpacked(bytes: impl BufRead) -> Result<Files, Refused> {
    let entry = |name: &str, why| Refused::Entry(Error::Entry { name: name.to_owned(), why });
    let mut zipped = GzDecoder::new(bytes);
    // What is beyond the limit is cut off there, and then the archive does not end as it should.
    let mut archive = tar::Archive::new(zipped.by_ref().take(LARGEST));
    let mut files = Files::new();
    for member in archive.entries()? {
        let mut member = member?;
        let path = String::from_utf8_lossy(&member.path_bytes()).into_owned();
        if !member.header().entry_type().is_file() {
            return Err(entry(&path, "it is not a plain file"));
        }
        let name = path.strip_prefix("evidence/").unwrap_or(&path).to_owned();
        if !is_name(&name) {
            return Err(entry(&path, "it has a name that no file of a bundle has"));
        }
        if member.size() > LARGEST || files.len() >= MOST {
            return Err(entry(&path, "it is too much for a bundle"));
        }
        let mut content = Vec::new();
        member.read_to_end(&mut content)?;
        if files.insert(name, content).is_some() {
            return Err(entry(&path, "it is there twice"));
        }
    }
    // Nobody has read beyond the last file yet: the sum and the length of all that was compressed stand at the end.
    let mut rest = io::BufReader::new(archive.into_inner());
    loop {
        let bytes = rest.fill_buf()?;
        if bytes.is_empty() {
            break;
        }
        if bytes.iter().any(|byte| *byte != 0) {
            return Err(Refused::Behind);
        }
        let read = bytes.len();
        rest.consume(read);
    }
    if zipped.get_mut().fill_buf()?.is_empty() { Ok(files) } else { Err(Refused::Behind) }
}

fn folder(path: &Path, prefix: &str, files: &mut Files, left: &mut u64) -> Result<(), Error> {
    let failed = |source| Error::Read { path: path.to_owned(), source };
    for found in fs::read_dir(path).map_err(failed)? {
        let found = found.map_err(failed)?;
        let name = format!("{prefix}{}", found.file_name().to_string_lossy());
        let entry = |why| Error::Entry { name: name.clone(), why };
        let kind = found.file_type().map_err(failed)?;
        if !is_name(&name) || files.len() >= MOST {
            return Err(entry("it has a name that no file of a bundle has"));
        }
        if kind.is_dir() {
            folder(&found.path(), &format!("{name}/"), files, left)?;
        } else if kind.is_file() {
            let content = bounded::read_file(&found.path(), *left).map_err(failed)?;
            *left = left.saturating_sub(content.len() as u64);
            files.insert(name, content);
        } else {
            return Err(entry("it is not a plain file"));
        }
    }
    Ok(())
}

/// Whether a file of a bundle can have this name.
fn is_name(name: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte))
    };
    name.split('/').count() <= DEEPEST && name.split('/').all(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(fill: impl FnOnce(&mut tar::Builder<Vec<u8>>)) -> Vec<u8> {
        let mut archive = tar::Builder::new(Vec::new());
        fill(&mut archive);
        let mut zipped = flate2::write::GzEncoder::new(Vec::new(), Compression::fast());
        zipped.write_all(&archive.into_inner().expect("memory")).expect("memory");
        zipped.finish().expect("memory")
    }

    /// An entry with this name, whatever it is.
    fn entry(archive: &mut tar::Builder<Vec<u8>>, name: &str, kind: tar::EntryType, link: Option<&str>) {
        let mut header = tar::Header::new_ustar();
        header.as_ustar_mut().expect("it is one").name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(kind);
        header.set_size(1);
        link.map(|link| header.set_link_name(link).expect("short")).unwrap_or_default();
        header.set_cksum();
        archive.append(&header, &b"x"[..]).expect("memory");
    }

    #[test]
    fn what_is_written_is_read_and_the_same_files_are_the_same_bytes() {
        let files = Files::from([("a.json".to_owned(), b"1".to_vec()), ("b/c.yaml".to_owned(), vec![0; 100_000])]);
        let written = || {
            let mut bytes = Vec::new();
            write(&files, &mut bytes).expect("memory");
            bytes
        };
        assert_eq!(written(), written());
        assert_eq!(unpacked(written().as_slice()).ok(), Some(files.clone()));
        let mut cut = written();
        cut.truncate(cut.len() / 2);
        assert!(unpacked(cut.as_slice()).is_err());
    }

    #[test]
    fn an_archive_that_is_damaged_cut_or_added_to_is_refused() {
        let files = Files::from([("a.json".to_owned(), b"1".to_vec())]);
        let mut whole = Vec::new();
        write(&files, &mut whole).expect("memory");
        let gzip = |bytes: &[u8]| {
            let mut zipped = flate2::write::GzEncoder::new(Vec::new(), Compression::fast());
            zipped.write_all(bytes).expect("memory");
            zipped.finish().expect("memory")
        };
        let mut tar = Vec::new();
        GzDecoder::new(whole.as_slice()).read_to_end(&mut tar).expect("it is whole");
        assert_eq!(unpacked(gzip(&[&*tar, &[0; 512]].concat()).as_slice()).ok(), Some(files), "zeros are no content");
        for (what, bytes) in [
            ("a second member", [whole.clone(), gzip(b"")].concat()),
            ("zeros behind", [&*whole, &[0]].concat()),
            ("a second archive behind the end mark", gzip(&tar.repeat(2))),
            ("junk behind the end mark", gzip(&[&*tar, b"x"].concat())),
        ] {
            assert!(matches!(unpacked(bytes.as_slice()), Err(Refused::Behind)), "{what}");
        }
        for at in 1..=8 {
            let mut damaged = whole.clone();
            let place = damaged.len() - at;
            damaged[place] ^= 1;
            assert!(matches!(unpacked(damaged.as_slice()), Err(Refused::System(_))), "byte {at} from the end");
            assert!(unpacked(&whole[..place]).is_err(), "the last {at} are cut off");
        }
    }

    #[test]
    fn an_entry_that_leads_elsewhere_is_refused() {
        use tar::EntryType::{Directory, Fifo, Link, Regular, Symlink};
        let table = [
            ("../x", Regular, None),
            ("/etc/x", Regular, None),
            ("evidence/../../x", Regular, None),
            ("evidence/a\\b", Regular, None),
            ("evidence/.hidden", Regular, None),
            ("evidence/a/b/c/d", Regular, None),
            ("evidence/x", Symlink, Some("/etc/passwd")),
            ("evidence/x", Link, Some("/etc/passwd")),
            ("evidence/x", Directory, None),
            ("evidence/x", Fifo, None),
        ];
        for (name, kind, link) in table {
            let bytes = packed(|archive| entry(archive, name, kind, link));
            assert!(matches!(unpacked(bytes.as_slice()), Err(Refused::Entry(_))), "{name} {kind:?}");
        }
        let twice = packed(|archive| (0..2).for_each(|_| entry(archive, "evidence/x", Regular, None)));
        assert!(matches!(unpacked(twice.as_slice()), Err(Refused::Entry(_))));
        let once = packed(|archive| entry(archive, "evidence/x", Regular, None));
        assert!(unpacked(once.as_slice()).is_ok());
    }
}
