//! `govctl hook install`.

use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context as _, Result, bail};

use super::managers::{self, Kind, Manager};
use super::place::{HooksFolder, Standing, git, make_executable, stages_of};
use super::stage::{Before, Stage};
use super::user;
use crate::cli::Exit;
use crate::cli::files::write_atomically;
use crate::cli::policy::options::working_directory;
use crate::cli::terminal::Terminal;

/// Put govctl's hooks in place. A hook that is there is kept and runs first.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Only this hook; may be repeated
    #[arg(long, value_enum, value_name = "HOOK")]
    stage: Vec<Stage>,
    /// For every repository of this user: sets core.hooksPath; each repository's own hooks run first
    #[arg(long)]
    global: bool,
    /// The hook of a server
    #[arg(long, conflicts_with = "global")]
    server: bool,
    /// Only say what would change
    #[arg(long)]
    dry_run: bool,
}

/// What changes on the disk.
pub enum Change {
    /// A script is written; the hook that is there is moved aside.
    Script {
        /// Where.
        path: PathBuf,
        /// What.
        text: String,
        /// Where the hook goes that is there.
        aside: Option<PathBuf>,
    },
    /// A file of a hook manager gets other text.
    Text {
        /// The top of the work tree that it is in.
        root: PathBuf,
        /// Which.
        path: PathBuf,
        /// Before; `None`: it is new.
        old: Option<String>,
        /// After.
        new: String,
    },
    /// A key of the user's git configuration is set.
    HooksPath(PathBuf),
}

/// Runs it.
///
/// # Errors
/// No repository, a folder that cannot be written, two hooks that cannot both be kept.
pub fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit> {
    let dir = working_directory()?;
    let stages = stages(args);
    let changes = plan(&dir, &stages, args.global)?;
    if !args.global && !args.server && args.stage.is_empty() && stages_of(&dir)? == Stage::SERVER {
        terminal.warn("this repository is bare: what a server runs is installed with --server");
    }
    for change in &changes {
        let told = tell(change, args.dry_run)?;
        write!(terminal.out(), "{told}")?;
        if !args.dry_run {
            apply(change, &dir)?;
        }
    }
    if changes.is_empty() {
        terminal.note("every hook is in place already");
    } else if args.dry_run {
        terminal.note("nothing was changed; run it without --dry-run");
    }
    let left = if args.global { Vec::new() } else { left_to_do(&dir, &stages)? };
    left.iter().for_each(|l| terminal.warn(l));
    Ok(Exit::Clean)
}

/// What people have to do yet, after which git runs govctl at these hooks of the repository that `dir` is in.
///
/// # Errors
/// No repository, no git.
pub fn left_to_do(dir: &Path, stages: &[Stage]) -> Result<Vec<String>> {
    let folder = HooksFolder::of_repository(dir)?;
    let mut left = Vec::new();
    for manager in managers::present(dir)? {
        let (by, command) = (manager.kind.name(), manager.activation());
        if manager.kind == Kind::Husky && !manager.is_active(&folder) {
            left.push(format!(
                "{by} is not active in this clone, and will turn git away from these hooks: run `{command}`, then \
                 `govctl hook install` again"
            ));
        }
        let names = |s: &&Stage| manager.takes(**s) && !manager.is_called(&folder, **s);
        let names: Vec<_> = stages.iter().filter(names).map(|s| s.name()).collect();
        if manager.is_active(&folder) && !names.is_empty() {
            left.push(format!("git does not run {by} at {} yet: run `{command}`", names.join(", ")));
        }
    }
    Ok(left)
}

fn stages(args: &Args) -> Vec<Stage> {
    if !args.stage.is_empty() {
        let mut stages = args.stage.clone();
        stages.sort();
        stages.dedup();
        return stages;
    }
    if args.server { Stage::SERVER.to_vec() } else { Stage::CLIENT.to_vec() }
}

/// What installing these hooks would change in the repository that `dir` is in (or for every repository): nothing where
/// all are in place.
///
/// # Errors
/// As [`run`].
pub fn plan(dir: &Path, stages: &[Stage], global: bool) -> Result<Vec<Change>> {
    let folder = if global { HooksFolder::of_user()? } else { HooksFolder::of_repository(dir)? };
    let manager = if global { None } else { managers::that_owns_hooks(dir, &folder)? };
    let mut changes = Vec::new();
    let (wired, native): (Vec<_>, Vec<_>) = stages.iter().partition(|s| manager.as_ref().is_some_and(|m| m.takes(**s)));
    if let Some(manager) = &manager {
        changes.extend(wire(manager, &wired)?);
    }
    let before = match global {
        true => user::older(dir, &folder.path)?.map_or(Before::OfRepository, Before::In),
        false => Before::Beside,
    };
    for stage in native {
        changes.extend(script(&folder, stage, &before)?);
    }
    if global && git(dir, &["config", "--global", "core.hooksPath"])?.is_none_or(|p| Path::new(&p) != folder.path) {
        changes.push(Change::HooksPath(folder.path));
    }
    Ok(changes)
}

fn wire(manager: &Manager, stages: &[Stage]) -> Result<Vec<Change>> {
    let wired = manager.wire(stages)?.into_iter();
    let root = manager.root.clone();
    Ok(wired.map(|w| Change::Text { root: root.clone(), path: w.path, old: w.old, new: w.new }).collect())
}

fn script(folder: &HooksFolder, stage: Stage, runs_first: &Before) -> Result<Option<Change>> {
    let standing = folder.standing(stage)?;
    let (path, before) = (folder.ours(stage), folder.before(stage));
    let is_so = || fs::read_to_string(&path).is_ok_and(|text| stage.runs_first(&text, runs_first));
    if standing == Standing::Current && (*runs_first == Before::Beside || is_so()) {
        return Ok(None);
    }
    let foreign = standing == Standing::Foreign;
    if foreign && fs::symlink_metadata(&before).is_ok() {
        bail!(
            "both {} and {} are hooks that govctl did not write, and only one can run before its own: remove one, or \
             join them",
            path.display(),
            before.display()
        );
    }
    Ok(Some(Change::Script { path, text: stage.script(&program(), runs_first), aside: foreign.then_some(before) }))
}

/// This program, as the scripts name it.
fn program() -> String {
    env::current_exe().ok().and_then(|p| p.to_str().map(ToOwned::to_owned)).unwrap_or_else(|| "govctl".to_owned())
}

/// What a change is, in words, with a diff where a file of a manager changes.
///
/// # Errors
/// A diff that cannot be made.
pub fn tell(change: &Change, dry_run: bool) -> Result<String> {
    let would = if dry_run { "would " } else { "" };
    Ok(match change {
        Change::Script { path, aside: Some(aside), .. } => {
            let (path, aside) = (path.display(), aside.display());
            format!("{would}keep {path} as {aside}, which runs first\n{would}write {path}\n")
        }
        Change::Script { path, .. } => format!("{would}write {}\n", path.display()),
        Change::Text { root, path, old, new } => {
            let name = path.strip_prefix(root).unwrap_or(path).to_string_lossy();
            let diff = crate::source::git::unified_diff(&name, old.as_deref().unwrap_or_default(), new)?;
            format!("{would}change {}\n{diff}", path.display())
        }
        Change::HooksPath(path) => format!("{would}set core.hooksPath = {} for this user\n", path.display()),
    })
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Makes a change. The script is written whole before the old hook gives way, so that there is no moment without one.
///
/// # Errors
/// What cannot be written.
pub fn apply(change: &Change, dir: &Path) -> Result<()> {
    match change {
        Change::Script { path, text, aside } => {
            let at = || format!("cannot write the hook {}", path.display());
            let folder = path.parent().unwrap_or(Path::new("."));
            fs::create_dir_all(folder).with_context(at)?;
            let ready = folder.join(format!("{}.govctl-new", name_of(path)));
            write_atomically(&ready, text.as_bytes()).with_context(at)?;
            make_executable(&ready).with_context(at)?;
            if let Some(aside) = aside {
                fs::rename(path, aside).with_context(at)?;
            }
            fs::rename(&ready, path).with_context(at)
        }
        Change::Text { path, old, new, .. } => {
            let at = || format!("cannot write {}", path.display());
            let mode = fs::metadata(path).map(|m| m.permissions());
            write_atomically(path, new.as_bytes()).with_context(at)?;
            match mode {
                Ok(mode) => fs::set_permissions(path, mode).with_context(at),
                Err(_) if old.is_none() => make_executable(path).with_context(at),
                Err(e) => Err(e).with_context(at),
            }
        }
        Change::HooksPath(path) => user::set(dir, path),
    }
}
