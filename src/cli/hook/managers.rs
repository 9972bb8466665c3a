//! Hook managers, and which of them govctl is wired through.
//!
//! pre-commit and prek leave a script in git's folder of hooks. It is kept and runs before govctl's, which then sees every
//! pushed reference and not only the first. lefthook writes its scripts anew whenever its configuration changes, and husky
//! points `core.hooksPath` at a folder of its own: there govctl is an entry of their configuration.

mod husky;
mod lefthook;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::place::{HooksFolder, git, is_executable};
use super::stage::Stage;

/// A hook manager of a repository.
#[derive(Clone, Debug)]
pub struct Manager {
    /// Which.
    pub kind: Kind,
    /// The top of the work tree.
    pub root: PathBuf,
    /// Its configuration: a file, or husky's folder.
    pub config: PathBuf,
}

/// The managers that are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// <https://pre-commit.com>
    PreCommit,
    /// <https://prek.j178.dev>
    Prek,
    /// <https://lefthook.dev>
    Lefthook,
    /// <https://typicode.github.io/husky>
    Husky,
}

impl Kind {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Kind::PreCommit => "pre-commit",
            Kind::Prek => "prek",
            Kind::Lefthook => "lefthook",
            Kind::Husky => "husky",
        }
    }
}

/// A file of a manager that changes.
pub struct Wired {
    /// Which.
    pub path: PathBuf,
    /// Before; `None`: it is new.
    pub old: Option<String>,
    /// After.
    pub new: String,
}

/// A file of a manager without govctl.
pub struct Unwired {
    /// Which.
    pub path: PathBuf,
    /// After; `None`: nothing is left in it.
    pub new: Option<String>,
}

/// The files by which a manager is known, from a repository's root.
pub const CONFIGS: [(&str, Kind); 16] = [
    (".pre-commit-config.yaml", Kind::PreCommit),
    (".pre-commit-config.yml", Kind::Prek),
    ("prek.toml", Kind::Prek),
    ("lefthook.yml", Kind::Lefthook),
    ("lefthook.yaml", Kind::Lefthook),
    ("lefthook.toml", Kind::Lefthook),
    ("lefthook.json", Kind::Lefthook),
    (".lefthook.yml", Kind::Lefthook),
    (".lefthook.yaml", Kind::Lefthook),
    (".lefthook.toml", Kind::Lefthook),
    (".lefthook.json", Kind::Lefthook),
    (".config/lefthook.yml", Kind::Lefthook),
    (".config/lefthook.yaml", Kind::Lefthook),
    (".config/lefthook.toml", Kind::Lefthook),
    (".config/lefthook.json", Kind::Lefthook),
    (".husky", Kind::Husky),
];

/// The managers that the repository of `dir` has a configuration for.
///
/// # Errors
/// There is no git.
pub fn present(dir: &Path) -> Result<Vec<Manager>> {
    let Some(root) = git(dir, &["rev-parse", "--show-toplevel"])?.filter(|r| !r.is_empty()) else {
        return Ok(Vec::new());
    };
    let root = PathBuf::from(root);
    let there = CONFIGS.into_iter().filter(|(name, _)| root.join(name).exists());
    Ok(there.map(|(name, kind)| Manager { kind, config: root.join(name), root: root.clone() }).collect())
}

/// The manager that would overwrite a script in git's folder of hooks, if there is one.
///
/// # Errors
/// There is no git.
pub fn that_owns_hooks(dir: &Path, folder: &HooksFolder) -> Result<Option<Manager>> {
    let owns = |m: &Manager| match m.kind {
        Kind::Husky => m.is_active(folder),
        Kind::Lefthook => true,
        Kind::PreCommit | Kind::Prek => false,
    };
    Ok(present(dir)?.into_iter().find(owns))
}

impl Manager {
    /// Whether this manager can run govctl at that hook.
    pub fn takes(&self, stage: Stage) -> bool {
        match self.kind {
            Kind::Lefthook => Stage::CLIENT.contains(&stage) && stage != Stage::ReferenceTransaction,
            Kind::Husky => matches!(
                stage,
                Stage::PreCommit | Stage::PreMergeCommit | Stage::CommitMsg | Stage::PrePush | Stage::PostCommit
            ),
            Kind::PreCommit | Kind::Prek => false,
        }
    }

    /// Whether git looks for hooks where this manager puts its own.
    pub fn is_active(&self, folder: &HooksFolder) -> bool {
        self.kind != Kind::Husky || folder.path.components().any(|c| c.as_os_str() == ".husky")
    }

    /// Whether git runs this manager at that hook: its script is there.
    pub fn is_called(&self, folder: &HooksFolder, stage: Stage) -> bool {
        let path = folder.file(stage);
        let text = fs::read(&path).unwrap_or_default();
        let own = self.kind == Kind::Husky || String::from_utf8_lossy(&text).contains(self.kind.name());
        !text.is_empty() && own && is_executable(&path)
    }

    /// The command by which this manager puts its scripts in place.
    pub fn activation(&self) -> &'static str {
        match self.kind {
            Kind::PreCommit => "pre-commit install",
            Kind::Prek => "prek install",
            Kind::Lefthook => "lefthook install",
            Kind::Husky => "npx husky",
        }
    }

    /// The configuration of this manager that has govctl at this hook, and nothing else: where it goes from the folder of
    /// its scripts or of the work tree, and its text.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn alone(&self, stage: Stage) -> Result<String> {
        if self.kind != Kind::Husky {
            return Ok(lefthook::section(stage));
        }
        let text = read(&self.config.join(stage.name()))?.unwrap_or_default();
        Ok(text.lines().filter(|l| l.contains("govctl")).map(|l| format!("{l}\n")).collect())
    }

    /// Whether govctl runs at that hook by this manager's configuration.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn is_wired(&self, stage: Stage) -> Result<bool> {
        let line = format!("govctl hook run {}", stage.name());
        let file = if self.kind == Kind::Husky { self.config.join(stage.name()) } else { self.config.clone() };
        let text = read(&file)?.unwrap_or_default();
        let by_id = || match stage {
            Stage::PreCommit => text.contains("id: govctl"),
            Stage::PrePush => text.contains("id: govctl-pre-push"),
            _ => false,
        };
        Ok(has_line(&text, &line) || (matches!(self.kind, Kind::PreCommit | Kind::Prek) && by_id()))
    }

    /// The files that change when govctl is to run at these hooks.
    ///
    /// # Errors
    /// A file that cannot be read, a configuration that only people can change.
    pub fn wire(&self, stages: &[Stage]) -> Result<Vec<Wired>> {
        if self.kind == Kind::Husky {
            return stages.iter().filter_map(|s| self.wire_husky(*s).transpose()).collect();
        }
        let old = read(&self.config)?.unwrap_or_default();
        let mut new = old.clone();
        for stage in stages.iter().filter(|s| !has_line(&old, &format!("govctl hook run {}", s.name()))) {
            new = lefthook::with(&new, *stage, lefthook::Format::of(&self.config))
                .with_context(|| format!("cannot tell where to put govctl in {}", self.config.display()))?;
        }
        let changed = new != old;
        Ok(changed.then(|| Wired { path: self.config.clone(), old: Some(old), new }).into_iter().collect())
    }

    fn wire_husky(&self, stage: Stage) -> Result<Option<Wired>> {
        let path = self.config.join(stage.name());
        let old = read(&path)?;
        let text = old.clone().unwrap_or_default();
        if has_line(&text, &format!("govctl hook run {}", stage.name())) {
            return Ok(None);
        }
        // Input that is for govctl must not be read by what runs before: it goes first.
        Ok(Some(Wired { path, old, new: husky::with(&text, stage) }))
    }

    /// The files that change when govctl is to run at none of these hooks any more.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn unwire(&self, stages: &[Stage]) -> Result<Vec<Unwired>> {
        match self.kind {
            Kind::PreCommit | Kind::Prek => Ok(Vec::new()),
            Kind::Husky => {
                let files = stages.iter().map(|s| (self.config.join(s.name()), vec![husky::lines(*s)]));
                files.filter_map(|(path, pieces)| without(path, &pieces).transpose()).collect()
            }
            Kind::Lefthook => {
                let pieces: Vec<_> = stages.iter().flat_map(|s| lefthook::pieces(*s)).collect();
                Ok(without(self.config.clone(), &pieces)?.into_iter().collect())
            }
        }
    }
}

fn without(path: PathBuf, pieces: &[String]) -> Result<Option<Unwired>> {
    let Some(old) = read(&path)? else { return Ok(None) };
    let new = pieces.iter().fold(old.clone(), |text, piece| text.replacen(piece.as_str(), "", 1));
    Ok((new != old).then(|| Unwired { path, new: Some(new).filter(|n| !n.is_empty()) }))
}

fn read(path: &Path) -> Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// Whether some line that is no comment ends with this command or goes on after it with arguments.
fn has_line(text: &str, command: &str) -> bool {
    text.lines().filter(|l| !l.trim_start().starts_with('#')).any(|l| {
        l.split_once(command).is_some_and(|(_, rest)| rest.is_empty() || rest.starts_with([' ', '"', '\'', '|']))
    })
}
