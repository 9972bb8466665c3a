//! From `--policy` and `--env`, which every command understands, to a judged policy.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::cli::{PolicyArgs, clock};
use crate::policy::Context;
use crate::policy::load::{self, Loaded};

impl PolicyArgs {
    /// Clock and environment for judging a policy.
    pub fn context(&self) -> Context {
        Context { today: clock::date(), environment: self.environment.clone().filter(|e| !e.is_empty()) }
    }

    /// Finds and judges the policy that holds in `directory`.
    ///
    /// # Errors
    /// A policy that is named and cannot be read.
    pub fn load_from(&self, directory: &Path) -> Result<Loaded> {
        let root = repository_root(directory);
        load::load(self.named(), directory, root.as_deref(), &self.context())
    }

    /// Finds and judges the policy that holds in the working directory.
    ///
    /// # Errors
    /// As [`Self::load_from`].
    pub fn load_here(&self) -> Result<Loaded> {
        self.load_from(&working_directory()?)
    }

    /// The file that was named, if one was.
    pub fn named(&self) -> Option<&Path> {
        self.file.as_deref().filter(|p| !p.as_os_str().is_empty())
    }
}

/// Where this process stands.
///
/// # Errors
/// A working directory that is gone.
pub fn working_directory() -> Result<PathBuf> {
    std::env::current_dir().context("cannot tell the working directory; change into one that exists")
}

/// The nearest folder upwards that holds `.git`, a folder or (in a work tree or submodule) a file.
pub fn repository_root(directory: &Path) -> Option<PathBuf> {
    directory.ancestors().find(|folder| folder.join(".git").exists()).map(Path::to_owned)
}
