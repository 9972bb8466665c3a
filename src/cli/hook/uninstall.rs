//! `govctl hook uninstall`: everything as it was before, byte for byte.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use super::managers;
use super::place::{HooksFolder, runs_legacy};
use super::stage::{Stage, is_ours};
use super::user;
use crate::cli::Exit;
use crate::cli::files::write_atomically;
use crate::cli::policy::options::working_directory;
use crate::cli::terminal::Terminal;

/// Take govctl's hooks away; what was there before comes back.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Only this hook; may be repeated
    #[arg(long, value_enum, value_name = "HOOK")]
    stage: Vec<Stage>,
    /// Those of every repository of this user
    #[arg(long)]
    global: bool,
    /// Only say what would change
    #[arg(long)]
    dry_run: bool,
}

/// Runs it.
///
/// # Errors
/// No repository, a folder that cannot be written.
pub fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit> {
    let dir = working_directory()?;
    let stages = if args.stage.is_empty() { Stage::ALL.to_vec() } else { args.stage.clone() };
    let folder = if args.global { HooksFolder::of_user()? } else { HooksFolder::of_repository(&dir)? };
    if folder.global && !args.global {
        bail!(
            "{} holds the hooks of every repository of yours: `govctl hook uninstall --global` takes them away",
            folder.path.display()
        );
    }
    let mut lines = Vec::new();
    for stage in &stages {
        for path in std::iter::once(folder.file(*stage)).chain(folder.moved(*stage)) {
            if fs::read(&path).is_ok_and(|script| is_ours(&script)) {
                lines.push(remove(&path, &folder.before(*stage), args.dry_run)?);
            }
        }
    }
    if !args.global {
        lines.extend(unwire(&dir, &stages, args.dry_run)?);
    } else if args.stage.is_empty() {
        let restored = user::restore(&dir, &folder.path, args.dry_run)?;
        lines.extend(restored.then(|| "put core.hooksPath back".to_owned()));
        if !args.dry_run {
            // They were made for these hooks; one in which there is anything else stays.
            let made = [Some(folder.path.as_path()), folder.path.parent()];
            let _ = made.into_iter().flatten().try_for_each(fs::remove_dir);
        }
    }
    for line in &lines {
        writeln!(terminal.out(), "{}{line}", if args.dry_run { "would " } else { "" })?;
    }
    if lines.is_empty() {
        terminal.note("there is no hook of govctl here");
    }
    Ok(Exit::Clean)
}

/// `before` takes the place of govctl's script. What would then run itself goes: a manager's script that was there when the
/// manager came again.
fn remove(path: &Path, before: &Path, dry_run: bool) -> Result<String> {
    let at = || format!("cannot remove the hook {}", path.display());
    let is_moved = path.extension().is_some();
    let is_stale = is_moved && fs::read(before).is_ok_and(|script| runs_legacy(&script));
    if is_stale && !dry_run {
        fs::remove_file(before).with_context(at)?;
    }
    if !is_stale && fs::symlink_metadata(before).is_ok() {
        if !dry_run {
            fs::rename(before, path).with_context(at)?;
        }
        return Ok(format!("put {} back", path.display()));
    }
    if !dry_run {
        fs::remove_file(path).with_context(at)?;
    }
    Ok(format!("remove {}", path.display()))
}

fn unwire(dir: &Path, stages: &[Stage], dry_run: bool) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    for manager in managers::present(dir)? {
        for change in manager.unwire(stages)? {
            let at = || format!("cannot write {}", change.path.display());
            lines.push(format!("take govctl out of {}", change.path.display()));
            match change.new {
                _ if dry_run => {}
                None => fs::remove_file(&change.path).with_context(at)?,
                Some(text) => {
                    let mode = fs::metadata(&change.path).with_context(at)?.permissions();
                    write_atomically(&change.path, text.as_bytes()).with_context(at)?;
                    fs::set_permissions(&change.path, mode).with_context(at)?;
                }
            }
        }
    }
    Ok(lines)
}
