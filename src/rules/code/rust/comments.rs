//! Comments, found by a walk over the bytes.

use super::super::builder::Builder;
use super::super::facts::Place;

/// Comments, which syn does not keep: found by a walk that knows strings and characters.
pub(super) fn comments(source: &str, build: &mut Builder<'_>) {
    let bytes = source.as_bytes();
    let mut at = 0;
    while let Some(step) = memchr::memchr3(b'/', b'"', b'\'', &bytes[at..]) {
        let start = at + step;
        at = match (bytes[start], bytes.get(start + 1)) {
            (b'/', Some(b'/')) => {
                let end = memchr::memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |n| start + n);
                let text = source.get(start..end).unwrap_or_default();
                if !text.starts_with("///") && !text.starts_with("//!") {
                    build.comment(Place { start: start as u32, end: end as u32 }, text);
                }
                end
            }
            (b'/', Some(b'*')) => memchr::memmem::find(&bytes[start..], b"*/").map_or(bytes.len(), |n| start + n + 2),
            (b'"', _) => end_of_string(bytes, start),
            (b'\'', Some(b'\\')) => start + 3,
            (b'\'', Some(b'"')) => start + 2,
            _ => start + 1,
        };
        if at >= bytes.len() {
            break;
        }
    }
}

fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let hashes = bytes[..start].iter().rev().take_while(|b| **b == b'#').count();
    let raw = hashes > 0 || (start > 0 && bytes[start - 1] == b'r');
    if raw {
        let end = format!("\"{}", "#".repeat(hashes));
        return memchr::memmem::find(&bytes[start + 1..], end.as_bytes())
            .map_or(bytes.len(), |n| start + 1 + n + end.len());
    }
    let mut at = start + 1;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at + 1
}
