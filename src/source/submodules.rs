//! Where another repository begins inside a work tree, told from the disk alone: reading the index would cost every
//! run more than it brings.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The borders of the repository that a folder is in.
#[derive(Default)]
pub struct Boundaries {
    inside_repository: bool,
    declared: HashSet<PathBuf>,
}

impl Boundaries {
    /// Looks for the repository around `folder` (absolute) and for the submodules it declares.
    pub fn around(folder: &Path) -> Self {
        let Some(top) = folder.ancestors().find(|f| f.join(".git").exists()) else { return Self::default() };
        let text = fs::read(top.join(".gitmodules")).unwrap_or_default();
        let declared = submodule_paths(&String::from_utf8_lossy(&text)).map(|path| top.join(path)).collect();
        Self { inside_repository: true, declared }
    }

    /// Why the folder `path` belongs to another repository, if it does. Outside a repository none does: there every
    /// repository below was asked for.
    pub fn at(&self, path: &Path) -> Option<&'static str> {
        if !self.inside_repository {
            return None;
        }
        if self.declared.contains(path) {
            return Some("");
        }
        fs::symlink_metadata(path.join(".git")).is_ok().then_some("a repository of its own")
    }
}

/// The values of the `path` keys (git-config's syntax, as gitmodules(5) uses it).
fn submodule_paths(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| {
        let (key, value) = line.split_once('=')?;
        key.trim().eq_ignore_ascii_case("path").then(|| value.trim().trim_matches('"').trim_end_matches('/'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_paths_of_gitmodules() {
        let text = "[submodule \"a b\"]\n\tpath = libs/a b\n\turl = ../a\n[submodule \"c\"]\n  path=\"c/\"\n";
        assert_eq!(submodule_paths(text).collect::<Vec<_>>(), ["libs/a b", "c"]);
    }
}
