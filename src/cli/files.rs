//! Writing files so that a crash leaves the old one or the new one, never half of one.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// Who may read a file that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// Those who could read the one it replaces; for a new one, whoever the umask allows.
    AsBefore,
    /// Only its owner.
    Owner,
}

/// Writes a file in one step: a new one beside it, synced, then renamed over it.
///
/// # Errors
/// Any that the file system reports; the old file is then as it was.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> io::Result<()> {
    stream_atomically(path, Readers::AsBefore, |out| out.write_all(bytes))
}

/// As [`write_atomically`], for what is too large to be held: `write` writes it.
///
/// # Errors
/// Those of the file system and of `write`; the old file is then as it was.
pub fn stream_atomically<E: From<io::Error>>(
    path: &Path,
    readers: Readers,
    write: impl FnOnce(&mut dyn Write) -> Result<(), E>,
) -> Result<(), E> {
    let known = fs::metadata(path).ok();
    // A device such as /dev/stdout, or a pipe, cannot be replaced, only written to.
    if known.as_ref().is_some_and(|m| !m.is_file()) {
        return through(OpenOptions::new().write(true).open(path)?, write).map(drop);
    }
    // Where the name is a link, what it leads to is replaced and the link stays.
    let target = if known.is_some() { fs::canonicalize(path)? } else { path.to_owned() };
    let beside = beside(&target)?;
    let written = (|| {
        let mode = if readers == Readers::Owner { 0o600 } else { 0o666 };
        let file = OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(&beside)?;
        if let Some(meta) = known.filter(|_| readers == Readers::AsBefore) {
            file.set_permissions(meta.permissions())?;
        }
        through(file, write)?.sync_all()?;
        Ok(fs::rename(&beside, &target)?)
    })();
    if written.is_err() {
        // Nothing to do about a file that cannot be removed either; the first error is the one to tell.
        let _ = fs::remove_file(&beside);
    }
    written
}

fn through<E: From<io::Error>>(file: File, write: impl FnOnce(&mut dyn Write) -> Result<(), E>) -> Result<File, E> {
    let mut out = BufWriter::with_capacity(1 << 16, file);
    write(&mut out)?;
    Ok(out.into_inner().map_err(io::IntoInnerError::into_error)?)
}

fn beside(path: &Path) -> io::Result<PathBuf> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "not a file name"))?;
    Ok(folder.join(format!(".{}.{}.tmp", name.to_string_lossy(), std::process::id())))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_replaced_file_keeps_its_permissions_and_the_link_to_it() {
        let temp = tempfile::tempdir().unwrap();
        let (file, link) = (temp.path().join("file"), temp.path().join("link"));
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        symlink("file", &link).unwrap();
        write_atomically(&link, b"new").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!((fs::read_to_string(&file).unwrap().as_str(), mode(&file)), ("new", 0o640));
        stream_atomically(&file, Readers::Owner, |out| out.write_all(b"mine")).unwrap();
        assert_eq!(mode(&file), 0o600);
    }

    #[test]
    fn a_device_is_written_to_and_stays_one() {
        let error = write_atomically(Path::new("/dev/full"), b"x").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        assert!(!fs::metadata("/dev/full").unwrap().is_file());
    }

    #[test]
    fn a_failure_leaves_the_old_one_and_nothing_beside_it() {
        let temp = tempfile::tempdir().unwrap();
        let file = temp.path().join("file");
        fs::write(&file, "old").unwrap();
        let failed = stream_atomically(&file, Readers::AsBefore, |out| {
            out.write_all(b"half")?;
            Err(io::Error::other("no"))
        });
        assert!(failed.is_err());
        assert_eq!(fs::read_to_string(&file).unwrap(), "old");
        assert_eq!(fs::read_dir(temp.path()).unwrap().count(), 1);
    }
}
