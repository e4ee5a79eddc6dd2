//! The key for pseudonyms: it is made once, and stays with its owner.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::Path;

use crate::bounded;
use crate::command::Error;
use crate::console::output::say;
use crate::escape::shown;
use crate::pseudonym::Pseudonyms;

/// The largest file, in bytes.
const LARGEST: u64 = 1 << 10;

/// Pseudonyms by the key in this file, which is made if it is not there.
pub(super) fn pseudonyms(path: &Path) -> Result<Pseudonyms, Error> {
    let failed = |source| Error::PseudonymKeyFile { path: path.to_owned(), source };
    match bounded::read(path, LARGEST) {
        Ok(text) => Pseudonyms::read(&text).ok_or_else(|| Error::PseudonymKey { path: path.to_owned() }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let (names, key) = Pseudonyms::new().ok_or_else(|| failed(io::Error::other("there is nothing random")))?;
            write(path, &key).map_err(failed)?;
            say(&format!("made the key for pseudonyms, {}: keep it, and pass on the bundle alone", shown(path)));
            Ok(names)
        }
        Err(error) => Err(failed(error)),
    }
}

/// Nobody else may read the key, and no file is replaced by it.
fn write(path: &Path, key: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    writeln!(file, "{key}")?;
    file.sync_all()
}
