//! `core.hooksPath` in the user's git configuration: set by `hook install --global`, and taken back byte for byte.
//!
//! Only the lines that change are remembered, beside the hooks: a whole copy of that file might hold passwords. Where they
//! have changed since, git is asked to set the old value, or none.

use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use super::place::git;
use crate::cli::files::write_atomically;

/// The file that remembers how it was.
const KEPT: &str = "hooksPath.before-govctl";

/// How it was before.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// The value, where there was one.
    value: Option<String>,
    /// The folder that it named.
    folder: Option<PathBuf>,
    /// Git's file; `None`: git did not tell which.
    file: Option<PathBuf>,
    /// Whether there was such a file.
    existed: bool,
    /// The lines that went.
    removed: String,
    /// Those that came in their place.
    inserted: String,
}

/// The folder of hooks that git ran for every repository of this user before govctl's `folder`.
///
/// # Errors
/// There is no git.
pub(super) fn older(dir: &Path, folder: &Path) -> Result<Option<PathBuf>> {
    let now = git(dir, &["config", "--global", "--type=path", "core.hooksPath"])?.map(PathBuf::from);
    Ok(match now {
        Some(now) if now == folder => kept(folder).and_then(|kept| kept.folder),
        now => now.filter(|now| !now.as_os_str().is_empty()),
    })
}

/// Sets it to `folder`.
///
/// # Errors
/// A file that cannot be written.
pub(super) fn set(dir: &Path, folder: &Path) -> Result<()> {
    let before: Vec<_> = files().into_iter().map(|file| (fs::read_to_string(&file).ok(), file)).collect();
    let value = git(dir, &["config", "--global", "core.hooksPath"])?;
    let old = older(dir, folder)?;
    let done = git(dir, &["config", "--global", "core.hooksPath", &folder.to_string_lossy()])?;
    done.context("cannot set core.hooksPath in the user's git configuration; see `git config --global --list`")?;
    let changed = before.into_iter().find_map(|(text, file)| {
        let now = fs::read_to_string(&file).ok().filter(|now| Some(now) != text.as_ref())?;
        Some((file, text, now))
    });
    let mut kept =
        Kept { value, folder: old, file: None, existed: true, removed: String::new(), inserted: String::new() };
    if let Some((file, text, now)) = changed {
        kept.existed = text.is_some();
        (kept.removed, kept.inserted) = differing(text.as_deref().unwrap_or_default(), &now);
        kept.file = Some(file);
    }
    let path = folder.join(KEPT);
    write_atomically(&path, &serde_json::to_vec(&kept)?).with_context(|| format!("cannot write {}", path.display()))
}

/// Takes it back; whether there was anything to take back.
///
/// # Errors
/// A file that cannot be written.
pub(super) fn restore(dir: &Path, folder: &Path, dry_run: bool) -> Result<bool> {
    let now = git(dir, &["config", "--global", "core.hooksPath"])?;
    if now.is_none_or(|now| Path::new(&now) != folder) {
        return Ok(false);
    }
    if dry_run {
        return Ok(true);
    }
    let kept = kept(folder);
    if !kept.as_ref().map(put_back).transpose()?.unwrap_or(false) {
        let arguments: &[&str] = match kept.as_ref().and_then(|kept| kept.value.as_deref()) {
            Some(old) => &["config", "--global", "core.hooksPath", old],
            None => &["config", "--global", "--unset", "core.hooksPath"],
        };
        git(dir, arguments)?.context("cannot restore core.hooksPath in the user's git configuration")?;
    }
    let path = folder.join(KEPT);
    if path.exists() {
        fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
    }
    Ok(true)
}

/// Puts the old lines where the new ones stand; `false`: they are not there as they were written.
fn put_back(kept: &Kept) -> Result<bool> {
    let Some(file) = &kept.file else { return Ok(false) };
    let Ok(text) = fs::read_to_string(file) else { return Ok(false) };
    if kept.inserted.is_empty() || text.matches(&kept.inserted).count() != 1 {
        return Ok(false);
    }
    let at = || format!("cannot write {}", file.display());
    let old = text.replacen(&kept.inserted, &kept.removed, 1);
    if old.is_empty() && !kept.existed {
        fs::remove_file(file).with_context(at)?;
    } else {
        write_atomically(file, old.as_bytes()).with_context(at)?;
    }
    Ok(true)
}

fn kept(folder: &Path) -> Option<Kept> {
    serde_json::from_slice(&fs::read(folder.join(KEPT)).ok()?).ok()
}

/// The files that git may write the user's configuration to.
fn files() -> Vec<PathBuf> {
    let set = |name| env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    if let Some(file) = set("GIT_CONFIG_GLOBAL") {
        return vec![file];
    }
    let config = set("XDG_CONFIG_HOME").or_else(|| set("HOME").map(|home| home.join(".config")));
    let own = set("HOME").map(|home| home.join(".gitconfig"));
    own.into_iter().chain(config.map(|config| config.join("git/config"))).collect()
}

/// The lines in which two texts differ: of the first, of the second.
fn differing(old: &str, new: &str) -> (String, String) {
    let (a, b): (Vec<_>, Vec<_>) = (old.split_inclusive('\n').collect(), new.split_inclusive('\n').collect());
    let same = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[same..], &b[same..]);
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    (a[..a.len() - end].concat(), b[..b.len() - end].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_that_differ() {
        let told = |old, new| differing(old, new);
        assert_eq!(told("a\nb\n", "a\nx\nb\n"), (String::new(), "x\n".to_owned()));
        assert_eq!(told("a\nb\n", "a\nc\n"), ("b\n".to_owned(), "c\n".to_owned()));
        assert_eq!(told("a", "a\nb\n"), ("a".to_owned(), "a\nb\n".to_owned()));
        assert_eq!(told("", "a\n"), (String::new(), "a\n".to_owned()));
        assert_eq!(told("a\na\n", "a\na\na\n"), (String::new(), "a\n".to_owned()));
    }
}
