//! Reading a file that the user names: whole, but never more than [`MOST_BYTES`], so that a device without end is an error and
//! no full memory.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// No plan, policy, baseline, rule file or proof is larger.
pub const MOST_BYTES: u64 = 256 << 20;

/// The bytes of a file.
///
/// # Errors
/// Those of the file system; more than [`MOST_BYTES`].
pub fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    whole(File::open(path)?)
}

/// The text of a file.
///
/// # Errors
/// Those of [`bytes`]; text that is no UTF-8.
pub fn text(path: &Path) -> io::Result<String> {
    String::from_utf8(bytes(path)?).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is no UTF-8 text"))
}

/// All that a reader gives.
///
/// # Errors
/// Those of the reader; more than [`MOST_BYTES`].
pub fn whole(reader: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST_BYTES {
        let why = format!("it has more than {} MiB; a file that large is not read", MOST_BYTES >> 20);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, why));
    }
    Ok(bytes)
}
