//! The policy's `exclude` globs, for files and for whole folders.

use anyhow::Context as _;
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// Compiled `exclude` globs. `*` does not match `/`; a glob that covers a folder (`vendor/**`, `vendor/`, `vendor`)
/// excludes all that is in it.
#[derive(Clone, Debug, Default)]
pub struct Excludes {
    files: GlobSet,
    folders: GlobSet,
}

impl Excludes {
    /// Compiles globs that match paths as they are reported. An error names the glob.
    pub fn new<S: AsRef<str>>(globs: &[S]) -> anyhow::Result<Self> {
        let (mut files, mut folders) = (GlobSetBuilder::new(), GlobSetBuilder::new());
        for glob in globs.iter().map(AsRef::as_ref) {
            let stem = glob.strip_suffix("/**").or_else(|| glob.strip_suffix('/')).unwrap_or(glob);
            files.add(compile(glob)?);
            folders.add(compile(stem)?);
        }
        Ok(Self { files: files.build()?, folders: folders.build()? })
    }

    /// Whether the file is excluded, itself or with a folder it is in.
    pub fn file(&self, path: &str) -> bool {
        !self.is_empty() && (self.files.is_match(path) || self.below_excluded(path))
    }

    /// Whether everything in the folder is excluded.
    pub fn folder(&self, path: &str) -> bool {
        !self.is_empty() && self.folders.is_match(path)
    }

    /// Whether there is no glob.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    fn below_excluded(&self, path: &str) -> bool {
        path.match_indices('/').any(|(at, _)| self.folders.is_match(&path[..at]))
    }
}

fn compile(glob: &str) -> anyhow::Result<globset::Glob> {
    GlobBuilder::new(glob)
        .literal_separator(true)
        .build()
        .with_context(|| format!("invalid glob `{glob}` in `exclude`: correct or remove it"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_cover_files_and_folders() {
        let excludes = Excludes::new(&["vendor/**", "**/*.min.js", "build/", "docs", "a/*.txt"]).unwrap();
        for (path, expected) in [
            ("vendor/x/y.py", true),
            ("vendors/x", false),
            ("src/vendor/x", false),
            ("a/b.min.js", true),
            ("b.min.js", true),
            ("build/x", true),
            ("docs/deep/x", true),
            ("a/x.txt", true),
            ("a/b/x.txt", false),
        ] {
            assert_eq!(excludes.file(path), expected, "{path}");
        }
        assert!(excludes.folder("vendor") && excludes.folder("build") && excludes.folder("docs"));
        assert!(!excludes.folder("a") && !excludes.folder("src"));
    }

    #[test]
    fn a_broken_glob_is_named() {
        let error = Excludes::new(&["ok", "a[b"]).unwrap_err();
        assert!(error.to_string().contains("a[b"), "{error}");
    }
}
