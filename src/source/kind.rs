//! What a file's first bytes say of it: a compressed or media format, in which no text can be read; UTF-16; a git LFS
//! pointer. NUL bytes alone say nothing: text around them is scanned.

use super::SkipReason;

/// How the bytes of a text are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// As they are.
    Bytes,
    /// UTF-16 after a byte order mark, least significant byte first.
    Utf16Le,
    /// UTF-16 after a byte order mark, most significant byte first.
    Utf16Be,
    /// Not at all.
    Skip(SkipReason),
}

/// How many leading bytes [`kind`] looks at.
pub const HEAD: usize = 1024;

/// Formats that hold compressed data: offset and bytes (the `magic` database of file(1), vendors' specifications).
const MAGIC: &[(usize, &[u8])] = &[
    (0, b"\x89PNG\r\n\x1a\n"),
    (0, b"\xff\xd8\xff"),
    (0, b"GIF87a"),
    (0, b"GIF89a"),
    (8, b"WEBP"),
    (8, b"WAVE"),
    (8, b"AVI "),
    (0, b"II*\0"),
    (0, b"MM\0*"),
    (0, b"8BPS"),
    (0, b"\0\0\x01\0"),
    (4, b"ftyp"),
    (0, b"\x1a\x45\xdf\xa3"),
    (0, b"OggS"),
    (0, b"fLaC"),
    (0, b"ID3"),
    (0, b"\xff\xfb"),
    (0, b"PK\x03\x04"),
    (0, b"PK\x05\x06"),
    (0, b"\x1f\x8b"),
    (0, b"\x1f\x9d"),
    (0, b"\xfd7zXZ\0"),
    (0, b"\x28\xb5\x2f\xfd"),
    (4, b"1AY&SY"),
    (0, b"7z\xbc\xaf\x27\x1c"),
    (0, b"Rar!\x1a\x07"),
    (0, b"\x04\x22\x4d\x18"),
    (0, b"LZIP"),
    (0, b"MSCF"),
    (0, b"\xed\xab\xee\xdb"),
    (0, b"wOFF"),
    (0, b"wOF2"),
    (0, b"OTTO"),
    (0, b"ttcf"),
    (0, b"\0\x01\0\0\0"),
    (0, b"%PDF-"),
    (0, b"PACK\0\0\0"),
];

/// The first line of a git LFS pointer (git-lfs, docs/spec.md); the whole is under 1024 bytes.
const LFS: &[u8] = b"version https://git-lfs.github.com/spec/v1\n";

/// What the text is that starts with `head` (all of it, or at least [`HEAD`] bytes).
pub fn kind(head: &[u8]) -> Kind {
    let head = &head[..head.len().min(HEAD)];
    match head {
        [0xff, 0xfe, ..] => Kind::Utf16Le,
        [0xfe, 0xff, ..] => Kind::Utf16Be,
        _ if head.starts_with(LFS) && head.len() < HEAD => Kind::Skip(SkipReason::LfsPointer),
        _ if is_compressed(head) => Kind::Skip(SkipReason::Binary),
        _ => Kind::Bytes,
    }
}

/// A readable marker alone proves nothing: a text may start with "GIF89a". Something unreadable must follow.
fn is_compressed(head: &[u8]) -> bool {
    let marked = MAGIC.iter().any(|(at, magic)| head.get(*at..at + magic.len()).is_some_and(|found| found == *magic));
    marked && !is_text(head)
}

fn is_text(head: &[u8]) -> bool {
    let valid = match std::str::from_utf8(head) {
        Ok(_) => true,
        Err(e) => e.error_len().is_none(),
    };
    valid && !head.iter().any(|b| *b < 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_by_their_first_bytes() {
        let binary = Kind::Skip(SkipReason::Binary);
        let cases: &[(&[u8], Kind)] = &[
            (b"", Kind::Bytes),
            (b"a\0b secret text", Kind::Bytes),
            (b"\x7fELF\x02\x01\x01\0\0", Kind::Bytes),
            (b"GIF89a is a format of images", Kind::Bytes),
            (b"GIF89a\x01\0\x01\0\0\xff", binary),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", binary),
            (b"PK\x03\x04\x14\0\0\0", binary),
            (b"\x1f\x8b\x08\0\0", binary),
            (b"\0\0\0\x20ftypisom", binary),
            (b"RIFF\x24\0\0\0WEBPVP8 ", binary),
            (b"BZh91AY&SY\x01\x02", binary),
            (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", binary),
            (b"%PDF- in a text", Kind::Bytes),
            (b"\xff\xfea\0", Kind::Utf16Le),
            (b"\xfe\xff\0a", Kind::Utf16Be),
            (
                b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n",
                Kind::Skip(SkipReason::LfsPointer),
            ),
        ];
        for (head, expected) in cases {
            assert_eq!(kind(head), *expected, "{}", String::from_utf8_lossy(head));
        }
    }

    #[test]
    fn a_text_that_only_starts_like_an_lfs_pointer_is_read() {
        let mut text = LFS.to_vec();
        text.resize(4000, b'x');
        assert_eq!(kind(&text), Kind::Bytes);
    }
}
