//! What is looked at: from the arguments to a way into `source`.

use std::env;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::args::Args;
use super::settings::Resolved;
use crate::cli::policy::options::{repository_root, working_directory};
use crate::engine::finish::Collected;
use crate::rules::code::Scope;
use crate::source::exclude::Excludes;
use crate::source::git::{Location, Repo, TipKind};
use crate::source::range::{MESSAGE, New};
use crate::source::read::Out;
use crate::source::{Coverage, Sink, SkipReason, range, staged, stdin, worktree};

/// What is looked at.
pub struct Selection {
    what: What,
    dir: PathBuf,
    root: PathBuf,
}

enum What {
    Paths(Vec<PathBuf>),
    Staged(Vec<PathBuf>),
    Range(String),
    History,
    Stdin(String),
    New(New),
    Message(Vec<u8>),
}

impl Selection {
    /// From the arguments and the working directory.
    ///
    /// # Errors
    /// A working directory that is gone.
    pub fn of(args: &Args) -> Result<Self> {
        let dir = working_directory()?;
        let root = root_of(&dir);
        let what = match (&args.range, &args.path) {
            (Some(range), _) => What::Range(range.clone()),
            (_, Some(name)) if args.stdin => What::Stdin(name.clone()),
            _ if args.staged => What::Staged(args.paths.clone()),
            _ if args.history => What::History,
            _ => What::Paths(args.paths.clone()),
        };
        Ok(Self { what, dir, root })
    }

    /// What is staged.
    ///
    /// # Errors
    /// A working directory that is gone.
    pub fn of_staged() -> Result<Self> {
        let dir = working_directory()?;
        Ok(Self { what: What::Staged(Vec::new()), root: root_of(&dir), dir })
    }

    /// New commits, and what comes with them.
    ///
    /// # Errors
    /// A working directory that is gone.
    pub fn of_new(new: New) -> Result<Self> {
        let dir = working_directory()?;
        Ok(Self { what: What::New(new), root: root_of(&dir), dir })
    }

    /// The message of a commit.
    ///
    /// # Errors
    /// A working directory that is gone.
    pub fn of_message(text: Vec<u8>) -> Result<Self> {
        let dir = working_directory()?;
        Ok(Self { what: What::Message(text), root: root_of(&dir), dir })
    }

    /// The message that is looked at, if it is one.
    pub fn message(&self) -> Option<std::borrow::Cow<'_, str>> {
        match &self.what {
            What::Message(text) => Some(String::from_utf8_lossy(text)),
            _ => None,
        }
    }

    /// What the log finds this check by, if all of it was covered: the tree that is staged, the commits, or every tip.
    pub fn tags(&self) -> Vec<String> {
        self.find_tags().unwrap_or_default()
    }

    fn find_tags(&self) -> Result<Vec<String>> {
        let location = Location::new(&self.dir, |name| env::var_os(name));
        let commits = |ids: Vec<crate::source::git::Oid>| ids.iter().map(|id| format!("commit:{id}")).collect();
        Ok(match &self.what {
            What::Staged(_) => {
                let tree = Repo::open(&location)?.index_tree(location.index_file.as_deref())?;
                tree.map(|id| format!("tree:{id}")).into_iter().collect()
            }
            What::New(new) => commits(Repo::open(&location)?.walk(&new.from, &new.hide)?),
            What::Range(range) => commits(range::commits(&Repo::open(&location)?, range)?),
            What::History => {
                let tips = Repo::open(&location)?.tips()?.into_iter().filter(|t| t.kind == TipKind::Commit);
                let mut tags: Vec<_> = tips.map(|t| format!("tip:{}", t.id)).collect();
                tags.dedup();
                tags
            }
            _ => Vec::new(),
        })
    }

    /// The repository's root, or the working directory where there is none.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// What is looked at, in words, for the log.
    pub fn describe(&self) -> String {
        match &self.what {
            What::Paths(paths) if paths.is_empty() => "worktree".to_owned(),
            What::Paths(paths) => format!("worktree: {} paths", paths.len()),
            What::Staged(_) => "staged".to_owned(),
            What::Range(range) => format!("range {range}"),
            What::History => "history".to_owned(),
            What::Stdin(name) => format!("stdin as {name}"),
            What::New(_) => "new commits".to_owned(),
            What::Message(_) => "commit message".to_owned(),
        }
    }

    /// What is looked at of all there is.
    pub fn scope(&self) -> Scope {
        match &self.what {
            What::Paths(paths) if self.dir == self.root && paths.iter().all(|p| p.as_os_str() == ".") => {
                Scope::Everything
            }
            What::Staged(_) | What::Range(_) | What::New(_) => Scope::Changes,
            _ => Scope::Part,
        }
    }

    /// Whether it is history that is looked at, where only secrets matter.
    pub fn is_history(&self) -> bool {
        matches!(self.what, What::History)
    }

    /// Whether files are seen whole and as they are now.
    pub fn sees_whole_files(&self) -> bool {
        !matches!(self.what, What::Range(_) | What::History | What::New(_))
    }

    /// Hands everything to the sink.
    ///
    /// # Errors
    /// What cannot be looked at, with what to do.
    pub fn visit(
        &self,
        resolved: &Resolved,
        args: &Args,
        coverage: &Coverage,
        collected: &Collected,
        sink: &dyn Sink,
    ) -> Result<()> {
        let exclude = Excludes::new(&resolved.exclude)?;
        let max_file_size = resolved.max_file_size;
        let location = Location::new(&self.dir, |name| env::var_os(name));
        match &self.what {
            What::Paths(paths) => {
                let options = worktree::Options {
                    dir: self.dir.clone(),
                    root: self.root.clone(),
                    paths: paths.clone(),
                    exclude,
                    force_exclude: args.force_exclude,
                    no_ignore: args.no_ignore,
                    max_file_size,
                    threads: threads(args.threads),
                };
                worktree::visit(&options, coverage, sink)
            }
            What::Staged(named) => {
                let options = staged::Options { location, named: named.clone(), exclude, max_file_size };
                staged::visit(&options, coverage, sink)
            }
            What::Range(range) => {
                let options = range::Options { location, range: range.clone(), exclude, max_file_size };
                range::visit(&options, coverage, sink)
            }
            What::History => super::history::visit(location, resolved, args, coverage, collected, sink),
            What::Stdin(name) if args.force_exclude && exclude.file(name) => {
                coverage.skip(SkipReason::Excluded, name, "");
                Ok(())
            }
            What::Stdin(name) => stdin::visit(&mut io::stdin().lock(), name, coverage, sink),
            What::New(new) => range::visit_new(new, &location, &exclude, max_file_size, Out { coverage, sink }),
            What::Message(text) => stdin::visit(&mut text.as_slice(), MESSAGE, coverage, sink),
        }
    }
}

/// How many threads work; 0 asks for as many as there are processors.
pub fn threads(asked: usize) -> usize {
    if asked > 0 { asked } else { std::thread::available_parallelism().map_or(1, usize::from) }
}

/// The repository's root, or the folder itself where there is none.
pub fn root_of(dir: &Path) -> PathBuf {
    repository_root(dir).unwrap_or_else(|| dir.to_owned())
}
