//! From a file, a reader or a blob to [`Source`]s: type told by the first bytes, UTF-16 transcoded, what is large in
//! pieces, so that memory is bounded by a piece whatever the file's size.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::kind::{HEAD, Kind, kind};
use super::utf16::Utf16;
use super::{Coverage, Sink, SkipReason, Source};

/// The size of a piece in bytes; what is no larger is delivered whole.
pub const PIECE: usize = 8 << 20;
/// How many bytes of a piece the next one repeats, so that nothing is cut in two.
pub const OVERLAP: usize = 64 << 10;
/// How far back from a piece's end a line end is looked for.
const CUT: usize = 1 << 20;
const SMALLEST_BUFFER: usize = 64 << 10;

/// Where sources and counts go.
#[derive(Clone, Copy)]
pub struct Out<'a> {
    /// What was covered.
    pub coverage: &'a Coverage,
    /// Who looks.
    pub sink: &'a dyn Sink,
}

/// A buffer for one thread, reused from file to file.
#[derive(Default)]
pub struct Reader {
    buffer: Vec<u8>,
}

impl Reader {
    /// Reads the file `path`, named `name` in reports. Larger ones than `max_size` bytes and unreadable ones are counted
    /// as skipped.
    pub fn file(&mut self, path: &Path, name: &str, max_size: u64, out: Out<'_>) {
        if let Err(e) = self.try_file(path, name, max_size, out) {
            out.coverage.skip(SkipReason::Unreadable, name, e.to_string());
        }
    }

    fn try_file(&mut self, path: &Path, name: &str, max_size: u64, out: Out<'_>) -> io::Result<()> {
        let mut file = File::open(path)?;
        let size = file.metadata()?.len();
        if size > max_size {
            out.coverage.skip(SkipReason::TooLarge, name, format!("{size} bytes"));
            return Ok(());
        }
        self.reserve(usize::try_from(size).unwrap_or(PIECE).min(PIECE) + 1);
        self.stream(&mut file, Source::file(name, &[]), out)
    }

    /// Reads a reader to its end. `about` says all but the bytes. What was read before an error has been delivered.
    pub fn stream(&mut self, reader: &mut dyn Read, about: Source<'_>, out: Out<'_>) -> io::Result<()> {
        self.reserve(SMALLEST_BUFFER);
        let filled = self.fill(reader, 0)?;
        let head = &self.buffer[..filled.min(HEAD)];
        let big_endian = match kind(head) {
            Kind::Skip(reason) => {
                out.coverage.skip(reason, about.path.unwrap_or_default(), "");
                return Ok(());
            }
            Kind::Bytes => return self.pieces(reader, filled, about, out),
            Kind::Utf16Le => false,
            Kind::Utf16Be => true,
        };
        let start = self.buffer[..filled].to_vec();
        let mut text = Utf16::new(io::Cursor::new(start).chain(reader), big_endian);
        let filled = self.fill(&mut text, 0)?;
        self.pieces(&mut text, filled, about, out)
    }

    /// Delivers a text that is in memory already.
    pub fn blob(&mut self, bytes: &[u8], about: Source<'_>, out: Out<'_>) {
        if bytes.len() <= PIECE && kind(bytes) == Kind::Bytes {
            out.coverage.scanned(bytes.len());
            out.sink.source(Source { bytes, ..about });
            return;
        }
        let mut rest = bytes;
        // Reading memory does not fail.
        let _ = self.stream(&mut rest, about, out);
    }

    fn pieces(&mut self, reader: &mut dyn Read, mut filled: usize, about: Source<'_>, out: Out<'_>) -> io::Result<()> {
        let mut total = filled;
        let mut line = about.first_line;
        let mut whole = true;
        while filled >= PIECE {
            let cut = cut_at(&self.buffer[..filled]);
            let bytes = &self.buffer[..cut];
            out.sink.source(Source { bytes, first_line: line, whole: false, ..about });
            whole = false;
            let resume = resume_at(bytes);
            line =
                line.saturating_add(u32::try_from(memchr::memchr_iter(b'\n', &bytes[..resume]).count()).unwrap_or(0));
            self.buffer.copy_within(resume..filled, 0);
            let kept = filled - resume;
            filled = self.fill(reader, kept)?;
            total += filled - kept;
            // Nothing but the overlap is left.
            if filled == kept && cut == resume + kept {
                out.coverage.scanned(total);
                return Ok(());
            }
        }
        out.sink.source(Source { bytes: &self.buffer[..filled], first_line: line, whole, ..about });
        out.coverage.scanned(total);
        Ok(())
    }

    /// Reads until a full piece is in the buffer, or the end; says up to where the buffer is filled.
    fn fill(&mut self, reader: &mut dyn Read, mut filled: usize) -> io::Result<usize> {
        while filled < PIECE {
            if filled == self.buffer.len() {
                self.reserve((filled * 2).min(PIECE));
            }
            let end = self.buffer.len().min(PIECE);
            match reader.read(&mut self.buffer[filled..end]) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        Ok(filled)
    }

    fn reserve(&mut self, size: usize) {
        if self.buffer.len() < size {
            self.buffer.resize(size.max(SMALLEST_BUFFER), 0);
        }
    }
}

/// After the last line end near the end; at the end where there is none.
fn cut_at(piece: &[u8]) -> usize {
    let from = piece.len().saturating_sub(CUT);
    memchr::memrchr(b'\n', &piece[from..]).map_or(piece.len(), |at| from + at + 1)
}

/// Where the next piece starts: [`OVERLAP`] before the end of this one, at a line's start where there is one.
fn resume_at(piece: &[u8]) -> usize {
    let from = piece.len().saturating_sub(OVERLAP);
    let inner = &piece[from..piece.len().saturating_sub(1).max(from)];
    memchr::memchr(b'\n', inner).map_or(from, |at| from + at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    /// Every line seen, by number, and how many pieces there were.
    fn lines(bytes: &[u8]) -> (Vec<Option<Vec<u8>>>, usize, u64) {
        let seen = Mutex::new((Vec::new(), 0));
        let coverage = Coverage::default();
        let sink = |source: Source<'_>| {
            assert!(source.bytes.len() <= PIECE);
            let mut seen = seen.lock().unwrap();
            seen.1 += 1;
            for (i, line) in source.bytes.split(|b| *b == b'\n').enumerate() {
                let at = source.first_line as usize - 1 + i;
                if seen.0.len() <= at {
                    seen.0.resize(at + 1, None);
                }
                let known: &mut Option<Vec<u8>> = &mut seen.0[at];
                if known.as_ref().is_none_or(|k| k.len() < line.len()) {
                    *known = Some(line.to_vec());
                }
            }
        };
        Reader::default()
            .stream(&mut &bytes[..], Source::file("x", &[]), Out { coverage: &coverage, sink: &sink })
            .unwrap();
        let (lines, pieces) = seen.into_inner().unwrap();
        (lines, pieces, coverage.finish().bytes)
    }

    #[test]
    fn pieces_put_together_are_the_file() {
        let text: Vec<u8> = (0..700_000).flat_map(|n| format!("line {n} of a large file\n").into_bytes()).collect();
        let (seen, pieces, counted) = lines(&text);
        assert_eq!((pieces, counted), (3, text.len() as u64));
        let expected: Vec<_> = text.split(|b| *b == b'\n').map(|l| Some(l.to_vec())).collect();
        assert!(seen == expected);
    }

    #[test]
    fn a_file_without_line_ends_overlaps() {
        let text = vec![b'x'; PIECE * 2 + 5];
        let (_, pieces, counted) = lines(&text);
        assert_eq!((pieces, counted), (3, text.len() as u64));
    }

    #[test]
    fn exactly_one_piece_is_delivered_once() {
        assert_eq!(lines(&vec![b'x'; PIECE]).1, 1);
        assert_eq!(lines(&vec![b'x'; PIECE - 1]).1, 1);
    }

    #[test]
    fn utf16_arrives_as_utf8_and_nul_bytes_stop_nothing() {
        let units: Vec<u8> = "\u{feff}schön\nzwei".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(lines(&units).0, [Some("schön".into()), Some("zwei".into())]);
        assert_eq!(lines(b"a\0b\n\0c").0, [Some(b"a\0b".to_vec()), Some(b"\0c".to_vec())]);
    }
}
