//! From `--policy` and `--env`, which every command understands, to a judged policy.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::cli::{PolicyArgs, clock};
use crate::policy::load::{self, Loaded};
use crate::policy::{self, Context, MOST_BYTES};
use crate::source::git::{Location, Repo};

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
        self.load_within(directory, repository_root(directory).as_deref())
    }

    /// Finds and judges the policy that holds in `directory`, in a repository whose root is `root`. In a bare repository
    /// without a file of it that is the one which HEAD names: a push that brings another one is still held to the old one.
    ///
    /// # Errors
    /// As [`Self::load_from`].
    pub fn load_within(&self, directory: &Path, root: Option<&Path>) -> Result<Loaded> {
        if let (None, Some(root)) = (self.named(), root.filter(|r| is_bare(r)))
            && load::discover(directory, Some(root))?.is_none()
            && let Some(loaded) = of_head(root, &self.context())?
        {
            return Ok(loaded);
        }
        load::load(self.named(), directory, root, &self.context())
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

/// The nearest folder upwards that holds `.git`, a folder or (in a work tree or submodule) a file, or is a bare repository.
pub fn repository_root(directory: &Path) -> Option<PathBuf> {
    directory.ancestors().find(|folder| folder.join(".git").exists() || is_bare(folder)).map(Path::to_owned)
}

/// Whether a folder is a bare repository, as git tells it.
fn is_bare(folder: &Path) -> bool {
    folder.file_name().is_some_and(|name| name != ".git")
        && folder.join("HEAD").is_file()
        && folder.join("objects").is_dir()
        && folder.join("refs").is_dir()
}

/// The policy in the commit that HEAD of a bare repository names, with what it includes from there.
fn of_head(folder: &Path, context: &Context) -> Result<Option<Loaded>> {
    let repo = Repo::open(&Location { dir: folder.to_owned(), ..Location::default() })?;
    for name in load::NAMES {
        if let Some(text) = repo.at_head(name, MOST_BYTES)? {
            let mut first = Some(text);
            let mut read = |asked: &str| match first.take_if(|_| asked == name) {
                Some(text) => Ok(text),
                None => match repo.at_head(asked, MOST_BYTES) {
                    Ok(text) => text.ok_or_else(|| "there is no such file in HEAD".to_owned()),
                    Err(error) => Err(format!("{error:#}")),
                },
            };
            let verdict = Box::new(policy::judge(name, &mut read, context));
            return Ok(Some(Loaded::File { path: PathBuf::from(format!("HEAD:{name}")), verdict }));
        }
    }
    Ok(None)
}
