//! Compressed snapshots: `.gz` and `.zst` are read and written as streams, by the extension of the file.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;

use flate2::Compression as Level;
use flate2::bufread::MultiGzDecoder;
use flate2::write::GzEncoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

/// So many bytes are buffered.
const BUFFER: usize = 1 << 16;

/// So many bytes become one frame of a `.zst` file.
const FRAME: usize = 4 << 20;

/// A frame may refer to so many bytes before: what the `zstd` tool takes without being told. It is the memory that a
/// file can make a reader use.
const WINDOW: u64 = 128 << 20;

/// How a file is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    None,
    Gzip,
    Zstandard,
}

impl Compression {
    /// By the extension of a file.
    pub fn of(path: &Path) -> Self {
        let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
        match extension.as_deref() {
            Some("gz") => Self::Gzip,
            Some("zst") => Self::Zstandard,
            Some(_) | None => Self::None,
        }
    }

    /// What a compressed file contains.
    pub fn reader<'r>(self, file: impl Read + 'r) -> Box<dyn BufRead + 'r> {
        let file = BufReader::with_capacity(BUFFER, file);
        match self {
            Self::None => Box::new(file),
            Self::Gzip => buffered(Decompressed(MultiGzDecoder::new(file), "gz")),
            Self::Zstandard => buffered(Decompressed(Frames::of(file), "zst")),
        }
    }

    /// Lets `fill` write to a file and compresses what it writes.
    pub fn write<T>(self, file: &mut dyn Write, fill: impl FnOnce(&mut dyn Write) -> io::Result<T>) -> io::Result<T> {
        match self {
            Self::None => fill(file),
            Self::Gzip => {
                let mut encoder = GzEncoder::new(file, Level::default());
                let filled = fill(&mut encoder)?;
                encoder.finish()?;
                Ok(filled)
            }
            Self::Zstandard => {
                let mut framed = Framed { file, part: Vec::new() };
                let filled = fill(&mut framed)?;
                framed.end_frame()?;
                Ok(filled)
            }
        }
    }
}

fn buffered<'r>(content: impl Read + 'r) -> Box<dyn BufRead + 'r> {
    Box::new(BufReader::with_capacity(BUFFER, content))
}

/// The content of a `.zst` file, frame after frame.
struct Frames<R> {
    file: R,
    decoder: FrameDecoder,
    /// Whether a frame has begun and not ended.
    within: bool,
}

impl<R: BufRead> Frames<R> {
    fn of(file: R) -> Self {
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(WINDOW);
        Self { file, decoder, within: false }
    }

    /// Begins the next frame; false at the end of the file.
    fn begin(&mut self) -> io::Result<bool> {
        while !self.within && !self.file.fill_buf()?.is_empty() {
            match self.decoder.reset(&mut self.file) {
                Ok(()) => self.within = true,
                // A frame that is no content.
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                    let length = u64::from(length);
                    if io::copy(&mut self.file.by_ref().take(length), &mut io::sink())? < length {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                }
                Err(error) => return Err(io::Error::other(error)),
            }
        }
        Ok(self.within)
    }
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        while !to.is_empty() && self.begin()? {
            while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                let one = BlockDecodingStrategy::UptoBlocks(1);
                self.decoder.decode_blocks(&mut self.file, one).map_err(io::Error::other)?;
            }
            let read = self.decoder.read(to)?;
            if read > 0 {
                return Ok(read);
            }
            self.within = !self.decoder.is_finished();
        }
        Ok(0)
    }
}

/// What is read of a compressed file, with errors that say what the matter is.
struct Decompressed<R>(R, &'static str);

impl<R: Read> Read for Decompressed<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let damaged = |error: io::Error| {
            let what = format!("it ends in `.{}`, but its content is not {0}, or is damaged or truncated", self.1);
            io::Error::new(error.kind(), what)
        };
        self.0.read(to).map_err(damaged)
    }
}

/// Compresses what is written, frame by frame.
struct Framed<'w> {
    file: &'w mut dyn Write,
    /// What is not yet compressed.
    part: Vec<u8>,
}

impl Framed<'_> {
    fn end_frame(&mut self) -> io::Result<()> {
        let frame = compress_to_vec(self.part.as_slice(), CompressionLevel::Fastest);
        self.part.clear();
        self.file.write_all(&frame)
    }
}

impl Write for Framed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.part.extend_from_slice(bytes);
        if self.part.len() >= FRAME {
            self.end_frame()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn compressed(how: Compression, content: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        how.write(&mut bytes, |to| content.chunks(777).try_for_each(|chunk| to.write_all(chunk))).expect("a vector");
        bytes
    }

    fn read(how: Compression, bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut content = Vec::new();
        how.reader(bytes).read_to_end(&mut content).map(|_| content)
    }

    const ALL: [Compression; 3] = [Compression::None, Compression::Gzip, Compression::Zstandard];

    #[test]
    fn what_is_written_is_read_back() {
        let noise: Vec<u8> = (0..1_000_003_u32).map(|at| at.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
        // The last one has several frames.
        for content in [&b""[..], b"x", &noise[..5_000], &b"{\"user\":".repeat(1_000), &noise.repeat(5)] {
            for how in ALL {
                assert!(read(how, &compressed(how, content)).expect("whole") == content, "{how:?} {}", content.len());
            }
        }
    }

    proptest! {
        #[test]
        fn what_is_cut_off_is_an_error_and_what_is_damaged_no_panic(
            part in prop::collection::vec(any::<u8>(), 1..300), at: prop::sample::Index, bit in 0..8u8,
        ) {
            for how in [Compression::Gzip, Compression::Zstandard] {
                let whole = compressed(how, &part);
                let at = at.index(whole.len());
                prop_assert!(at == 0 || read(how, &whole[..at]).is_err());
                let mut damaged = whole;
                damaged[at] ^= 1 << bit;
                drop(read(how, &damaged));
            }
        }
    }

    #[test]
    fn frames_that_are_no_content_are_skipped() {
        let skipped =
            [&[0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3], &*compressed(Compression::Zstandard, b"x")].concat();
        assert_eq!(read(Compression::Zstandard, &skipped).expect("whole"), b"x");
        read(Compression::Zstandard, &skipped[..10]).expect_err("cut off");
    }

    #[test]
    fn the_extension_decides() {
        let table = [("a.jsonl", ALL[0]), ("a.gz", ALL[1]), ("a.jsonl.GZ", ALL[1]), ("a.zst", ALL[2]), ("-", ALL[0])];
        for (name, expected) in table {
            assert_eq!(Compression::of(Path::new(name)), expected, "{name}");
        }
    }
}
