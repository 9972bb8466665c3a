//! Where git looks for hooks: what `core.hooksPath` says, the repository's own folder, or the folder of all of a user's
//! repositories. Git itself is asked, which knows linked worktrees, submodules and bare repositories.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

use anyhow::{Context as _, Result, bail};

use super::stage::{Stage, is_ours};

/// The folder of hooks.
#[derive(Clone, Debug)]
pub struct HooksFolder {
    /// The folder.
    pub path: PathBuf,
    /// Whether it is for every repository of this user.
    pub global: bool,
}

/// A hook as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// There is none.
    Missing,
    /// It is somebody else's.
    Foreign,
    /// It is govctl's, but not as this govctl writes it.
    Outdated,
    /// It is govctl's, but git cannot run it.
    NotExecutable,
    /// It is govctl's as this one writes it.
    Current,
}

/// The hooks that matter in the repository that `dir` is in: a bare one is a server's.
///
/// # Errors
/// There is no git.
pub fn stages_of(dir: &Path) -> Result<&'static [Stage]> {
    let is_bare = git(dir, &["rev-parse", "--is-bare-repository"])?.is_some_and(|told| told == "true");
    Ok(if is_bare { &Stage::SERVER } else { &Stage::CLIENT })
}

impl HooksFolder {
    /// That of the repository that `dir` is in.
    ///
    /// # Errors
    /// No repository, no git.
    pub fn of_repository(dir: &Path) -> Result<Self> {
        let told = git(dir, &["rev-parse", "--git-path", "hooks"])?
            .with_context(|| format!("`{}` is not in a git repository: change to one", dir.display()))?;
        let path = dir.join(told);
        if path == Path::new("/dev/null") {
            bail!("core.hooksPath is /dev/null, which turns every hook off: `git config --unset core.hooksPath`");
        }
        let path = path.canonicalize().unwrap_or(path);
        let global = Self::of_user().is_ok_and(|user| user.path == path);
        Ok(Self { path, global })
    }

    /// That of every repository of this user, and what `core.hooksPath` must say.
    ///
    /// # Errors
    /// No home directory.
    pub fn of_user() -> Result<Self> {
        let set = |name| env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
        let config = set("XDG_CONFIG_HOME").filter(|p| p.is_absolute());
        let config = config.or_else(|| set("HOME").map(|h| h.join(".config")));
        let path = config.context("no HOME: set XDG_CONFIG_HOME to a folder for the hooks")?.join("govctl/hooks");
        Ok(Self { path, global: true })
    }

    /// The file of a hook.
    pub fn file(&self, stage: Stage) -> PathBuf {
        self.path.join(stage.name())
    }

    /// Where the hook is kept that was there before.
    pub fn before(&self, stage: Stage) -> PathBuf {
        self.path.join(format!("{}.before-govctl", stage.name()))
    }

    /// Where a manager that was installed later keeps the script that it found: pre-commit and prek run it before their own
    /// hooks, lefthook runs it no more.
    pub fn moved(&self, stage: Stage) -> [PathBuf; 2] {
        ["legacy", "old"].map(|end| self.path.join(format!("{}.{end}", stage.name())))
    }

    /// Where govctl's script of a hook is, or goes: the hook's own file, or where pre-commit or prek have moved it and run it.
    pub fn ours(&self, stage: Stage) -> PathBuf {
        let own = |path: &Path| fs::read(path).is_ok_and(|script| is_ours(&script));
        let (file, [legacy, _]) = (self.file(stage), self.moved(stage));
        let is_manager = || fs::read(&file).is_ok_and(|text| runs_legacy(&text));
        if !own(&file) && own(&legacy) && is_manager() { legacy } else { file }
    }

    /// How a hook stands.
    ///
    /// # Errors
    /// One that cannot be read.
    pub fn standing(&self, stage: Stage) -> Result<Standing> {
        let path = self.ours(stage);
        let script = match fs::read(&path) {
            Ok(script) => script,
            // A link to nothing is somebody's, too.
            Err(e) if e.kind() == io::ErrorKind::NotFound && fs::symlink_metadata(&path).is_err() => {
                return Ok(Standing::Missing);
            }
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Standing::Foreign),
            Err(e) => return Err(e).with_context(|| format!("cannot read the hook {}", path.display())),
        };
        Ok(if !is_ours(&script) {
            Standing::Foreign
        } else if !stage.is_current(&String::from_utf8_lossy(&script)) {
            Standing::Outdated
        } else if !is_executable(&path) {
            Standing::NotExecutable
        } else {
            Standing::Current
        })
    }
}

/// What git prints, without the line end; `None` where it fails.
///
/// # Errors
/// There is no git.
pub fn git(dir: &Path, arguments: &[&str]) -> Result<Option<String>> {
    let output = Command::new("git").current_dir(dir).args(arguments).output();
    let output = output.context("cannot run git: install it, or put it on PATH")?;
    let text = String::from_utf8_lossy(&output.stdout).trim_end_matches('\n').to_owned();
    Ok(output.status.success().then_some(text))
}

/// Whether a script is that of pre-commit or prek, which run the hook that they found.
pub fn runs_legacy(script: &[u8]) -> bool {
    String::from_utf8_lossy(script).contains("hook-impl")
}

/// Whether git can run a file.
#[cfg(unix)]
pub fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).is_ok_and(|m| m.permissions().mode() & 0o111 != 0)
}

/// Whether git can run a file.
#[cfg(not(unix))]
pub fn is_executable(path: &Path) -> bool {
    path.is_file()
}

/// Lets git run a file.
///
/// # Errors
/// Any that the file system reports.
#[cfg(unix)]
pub fn make_executable(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
}

/// Everything is executable there.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn make_executable(_path: &Path) -> io::Result<()> {
    Ok(())
}
