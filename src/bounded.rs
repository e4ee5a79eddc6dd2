//! Files that people name, read up to a limit: a device that never ends, or a file far too large, is an error.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// How a JSON report of ours begins, so that it is recognized where a policy or snapshot is expected.
pub(crate) const REPORT: &str = "{\n  \"schema_version\": ";

/// Opens a file or a pipe. A folder or a device is an error.
///
/// # Errors
///
/// Whatever the system says.
pub fn open(path: &Path) -> io::Result<File> {
    let kind = std::fs::metadata(path)?.file_type();
    if kind.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        if kind.is_char_device() || kind.is_block_device() {
            return Err(io::Error::other("it is a device, not a file"));
        }
    }
    File::open(path)
}

/// Reads at most that many bytes of a regular file. A pipe is refused: opening one waits until somebody writes to it.
///
/// # Errors
///
/// It is not a regular file, or it is larger; whatever the system says.
pub fn read_file(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let kind = std::fs::metadata(path)?.file_type();
    if kind.is_file() || kind.is_dir() {
        read_bytes(open(path)?, limit)
    } else {
        Err(io::Error::other("it is not a regular file"))
    }
}

/// Reads a text of at most that many bytes.
///
/// # Errors
///
/// As [`open`]; the file is larger, or not UTF-8.
pub fn read(path: &Path, limit: u64) -> io::Result<String> {
    read_text(open(path)?, limit)
}

/// Reads a text of at most that many bytes from a stream.
///
/// # Errors
///
/// The text is longer, or not UTF-8.
pub fn read_text(stream: impl io::Read, limit: u64) -> io::Result<String> {
    let bytes = read_bytes(stream, limit)?;
    String::from_utf8(bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.utf8_error()))
}

fn read_bytes(stream: impl io::Read, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    stream.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        let limit = if limit >> 20 > 0 { format!("{} MiB", limit >> 20) } else { format!("{} KiB", limit >> 10) };
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("it is larger than {limit}")));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_may_be_as_long_as_the_limit_and_no_longer() {
        assert_eq!(read_text(&b"abc"[..], 3).expect("it fits"), "abc");
        assert_eq!(read_text(&b"abcd"[..], 3).expect_err("too long").kind(), io::ErrorKind::FileTooLarge);
        assert_eq!(read_text(io::repeat(b'a'), 1 << 20).expect_err("endless").kind(), io::ErrorKind::FileTooLarge);
        assert_eq!(read_text(&b"\xff"[..], 3).expect_err("no text").kind(), io::ErrorKind::InvalidData);
    }
}
