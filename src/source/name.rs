//! How a path is written in reports.

use std::fmt::Write as _;
use std::path::{Component, Path};

/// The path as text: `/` between parts, no leading `./`, bytes that are no UTF-8 as `\xNN`.
pub fn printable(path: &Path) -> String {
    let mut out = String::new();
    for part in path.components() {
        match part {
            Component::CurDir => continue,
            Component::RootDir => {
                out.push('/');
                continue;
            }
            _ if !out.is_empty() && !out.ends_with('/') => out.push('/'),
            _ => {}
        }
        push_bytes(&mut out, part.as_os_str().as_encoded_bytes());
    }
    if out.is_empty() { ".".to_owned() } else { out }
}

/// A path that git gives as bytes, as text.
pub fn printable_bytes(path: &[u8]) -> String {
    let mut out = String::with_capacity(path.len());
    push_bytes(&mut out, path);
    out
}

fn push_bytes(out: &mut String, bytes: &[u8]) {
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        for byte in chunk.invalid() {
            // Writing to a string cannot fail.
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_written_as_one_would_type_them() {
        for (path, expected) in
            [("./a/b", "a/b"), ("a//b/./c", "a/b/c"), ("/x/y", "/x/y"), (".", "."), ("../up", "../up"), ("/", "/")]
        {
            assert_eq!(printable(Path::new(path)), expected);
        }
        assert_eq!(printable_bytes(b"caf\xe9/\xff.txt"), "caf\\xe9/\\xff.txt");
    }
}
