//! What is around: programs of the same name, how much of the repository is here, files that are too large to be looked at.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use super::Check;
use crate::cli::policy::options::repository_root;
use crate::policy::Policy;
use crate::policy::checks::Checks;
use crate::source::exclude::Excludes;
use crate::source::git;

/// How many files are named.
const SHOWN: usize = 5;

/// The checks.
pub fn examine(directory: &Path, policy: Option<&Policy>) -> Vec<Check> {
    let mut checks = vec![program()];
    if let Some(root) = repository_root(directory) {
        checks.push(clone(&root));
        checks.extend(policy.map(|p| large_files(&root, &p.checks)));
    }
    checks
}

fn program() -> Check {
    const NAME: &str = "program";
    let own = match env::current_exe().and_then(fs::canonicalize) {
        Ok(own) => own,
        Err(error) => return Check::unknown(NAME, format!("cannot tell where this govctl is: {error}")),
    };
    let path = env::var_os("PATH").unwrap_or_default();
    let all: Vec<PathBuf> =
        env::split_paths(&path).map(|folder| folder.join("govctl")).filter(|p| p.is_file()).collect();
    let is_own = |path: &PathBuf| fs::canonicalize(path).is_ok_and(|p| p == own) || same(path, &own);
    if let Some(other) = all.iter().find(|p| !is_own(p)) {
        let detail = format!("{} on PATH is another program than this one, {}", other.display(), own.display());
        return Check::bad(
            NAME,
            detail,
            format!("remove it, or put {} first on PATH", own.parent().unwrap_or(&own).display()),
        );
    }
    match all.first() {
        Some(first) => Check::good(NAME, format!("{} is the only govctl on PATH", first.display())),
        None => Check::good(NAME, format!("{} is not on PATH; hooks find it by its path", own.display())),
    }
}

fn same(one: &Path, other: &Path) -> bool {
    let size = |path| fs::metadata(path).map(|m| m.len()).ok();
    size(one) == size(other) && fs::read(one).ok() == fs::read(other).ok()
}

fn clone(root: &Path) -> Check {
    const NAME: &str = "clone";
    let location = git::Location::new(root, |name| env::var_os(name));
    match git::Repo::open(&location) {
        Err(error) => Check::unknown(NAME, format!("{error:#}")),
        Ok(repo) if !repo.shallow().is_empty() => {
            Check::bad(NAME, "it is shallow: --history and --range do not see everything", "git fetch --unshallow")
        }
        Ok(repo) if repo.is_partial() => {
            Check::bad(NAME, "it is partial: objects may be missing", "git fetch --refetch --no-filter")
        }
        Ok(_) => Check::good(NAME, "it is whole"),
    }
}

fn large_files(root: &Path, checks: &Checks) -> Check {
    const NAME: &str = "large files";
    let excludes = match Excludes::new(&checks.exclude) {
        Ok(excludes) => excludes,
        Err(error) => return Check::unknown(NAME, format!("{error:#}")),
    };
    let files = WalkBuilder::new(root).hidden(false).filter_entry(|e| e.file_name() != ".git").build().flatten();
    let large = files.filter(|e| e.metadata().is_ok_and(|m| m.is_file() && m.len() > checks.max_file_size));
    let named = large.filter_map(|e| e.path().strip_prefix(root).ok().map(|p| p.to_string_lossy().into_owned()));
    let mut names: Vec<_> = named.filter(|name| !excludes.file(name)).collect();
    names.sort();
    if names.is_empty() {
        return Check::good(
            NAME,
            format!("no file is above {} bytes, where nothing is looked at", checks.max_file_size),
        );
    }
    let more = if names.len() > SHOWN { format!(" and {} more", names.len() - SHOWN) } else { String::new() };
    let shown = names.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    let detail = format!("not looked at, above {} bytes: {shown}{more}", checks.max_file_size);
    Check::bad(NAME, detail, "raise checks.max_file_size, or name them in checks.exclude")
}
