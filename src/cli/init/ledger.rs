//! What `init` writes, remembered before it is written, so that `--undo` restores it byte for byte. The record lies beside
//! the log of the repository, out of the work tree.

use std::fs::{self, DirBuilder};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};

use crate::cli::audit::log;
use crate::cli::files;
use crate::policy::load::display_path;
use crate::policy::raw::audit::Audit;

/// A file that changes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Step {
    /// Which.
    pub path: PathBuf,
    /// What it holds before; `None`: it is not there.
    #[serde(with = "bytes")]
    pub before: Option<Vec<u8>>,
    /// What it holds after.
    #[serde(with = "bytes")]
    pub after: Option<Vec<u8>>,
    /// Whether it can be run, before.
    pub executable: bool,
}

#[derive(Serialize, Deserialize)]
struct Record {
    schema_version: String,
    steps: Vec<Step>,
}

impl Step {
    /// A file that gets this text.
    ///
    /// # Errors
    /// A file that is there and cannot be read.
    pub fn to(path: PathBuf, after: impl Into<Vec<u8>>) -> Result<Self> {
        let before = read(&path)?;
        let executable = before.is_some() && is_executable(&path);
        Ok(Self { path, before, after: Some(after.into()), executable })
    }
}

fn read(path: &Path) -> Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// Where the record of the repository here lies.
fn place() -> Result<PathBuf> {
    let location = log::location(&Audit::default())?;
    Ok(location.dir().join("init.json"))
}

/// Remembers the steps. Must come before the first of them.
///
/// # Errors
/// A record that cannot be written.
pub fn remember(steps: &[Step]) -> Result<()> {
    let path = place()?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    let written = builder.create(folder).map_err(anyhow::Error::from).and_then(|()| {
        let record = Record { schema_version: "1".to_owned(), steps: steps.to_vec() };
        Ok(files::write_atomically(&path, &serde_json::to_vec(&record)?)?)
    });
    written.with_context(|| format!("cannot remember what is written, in {}; nothing was written", path.display()))
}

/// Restores what was there before, unless somebody changed it since. Returns the paths.
///
/// # Errors
/// No record; files that were changed, by name: nothing is then undone.
pub fn undo(directory: &Path) -> Result<Vec<String>> {
    let path = place()?;
    let text = read(&path)?.with_context(|| format!("there is nothing to undo: {} is not there", path.display()))?;
    let record: Record = serde_json::from_slice(&text).with_context(|| format!("{} is broken", path.display()))?;
    let mut restore = Vec::new();
    let mut changed = Vec::new();
    for step in &record.steps {
        let now = read(&step.path)?;
        if now == step.before {
            continue;
        }
        if now == step.after { restore.push(step) } else { changed.push(display_path(&step.path, directory)) }
    }
    if !changed.is_empty() {
        bail!(
            "changed since `govctl init` wrote them: {}; nothing was undone. Remove or restore them by hand",
            changed.join(", ")
        );
    }
    let mut told = Vec::new();
    for step in restore.into_iter().rev() {
        put_back(step).with_context(|| format!("cannot restore {}", step.path.display()))?;
        told.push(display_path(&step.path, directory));
    }
    fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
    Ok(told)
}

fn put_back(step: &Step) -> std::io::Result<()> {
    match &step.before {
        Some(bytes) => {
            files::write_atomically(&step.path, bytes)?;
            set_executable(&step.path, step.executable)
        }
        None => {
            fs::remove_file(&step.path)?;
            // A folder that others have put something into stays.
            let _ = step.path.parent().map(fs::remove_dir);
            Ok(())
        }
    }
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).is_ok_and(|m| m.permissions().mode() & 0o111 != 0)
}

#[cfg(unix)]
fn set_executable(path: &Path, yes: bool) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    if yes { fs::set_permissions(path, fs::Permissions::from_mode(0o755)) } else { Ok(()) }
}

#[cfg(not(unix))]
fn is_executable(_: &Path) -> bool {
    false
}

#[cfg(not(unix))]
fn set_executable(_: &Path, _: bool) -> std::io::Result<()> {
    Ok(())
}

/// Bytes in JSON.
mod bytes {
    use super::BASE64;
    use base64::Engine as _;
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

    pub fn serialize<S: Serializer>(bytes: &Option<Vec<u8>>, to: S) -> Result<S::Ok, S::Error> {
        bytes.as_ref().map(|b| BASE64.encode(b)).serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<u8>>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        text.map(|t| BASE64.decode(t).map_err(serde::de::Error::custom)).transpose()
    }
}
