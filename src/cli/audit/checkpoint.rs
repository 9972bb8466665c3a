//! `govctl audit checkpoint`.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::str::FromStr;

use anyhow::{Context as _, Result, bail};

use super::log::Place;
use crate::cli::terminal::Terminal;
use crate::cli::{Exit, files};

/// The ref of the notes that carry checkpoints.
const NOTES: &str = "refs/notes/govctl-checkpoints";

/// `govctl audit checkpoint`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Where to keep it, out of the log's reach: file:PATH, or git-notes (on HEAD, in refs/notes/govctl-checkpoints)
    #[arg(long, value_name = "WHERE")]
    publish: Vec<Target>,
}

#[derive(Clone, Debug)]
enum Target {
    File(String),
    GitNotes,
}

impl FromStr for Target {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            Some(("file", path)) if !path.is_empty() => Ok(Target::File(path.to_owned())),
            None if text == "git-notes" => Ok(Target::GitNotes),
            _ => Err("expected file:PATH or git-notes".into()),
        }
    }
}

pub(super) fn run(args: &Args, place: &Place, terminal: &mut Terminal) -> Result<Exit> {
    let mut store = place.open_to_write()?;
    let checkpoint = store.checkpoint()?;
    write!(terminal.out(), "{}", checkpoint.note)?;
    for target in &args.publish {
        let to = match target {
            Target::File(path) => {
                files::write_atomically(Path::new(path), checkpoint.note.as_bytes())
                    .with_context(|| format!("cannot write the checkpoint to {path}"))?;
                format!("file:{path}")
            }
            Target::GitNotes => {
                add_note(&checkpoint.note)?;
                "git-notes".to_owned()
            }
        };
        store.log_published(&checkpoint, &to)?;
        terminal.note(&format!("published to {to}"));
    }
    Ok(Exit::Clean)
}

/// git itself adds the note: it knows the identity, the hooks and the object format of this repository.
fn add_note(note: &str) -> Result<()> {
    let mut git = Command::new("git")
        .args(["notes", "--ref", NOTES, "add", "--force", "--file", "-", "HEAD"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("cannot run git, which --publish git-notes needs")?;
    if let Some(mut input) = git.stdin.take() {
        input.write_all(note.as_bytes()).context("git did not read the checkpoint")?;
    }
    let done = git.wait_with_output().context("git did not end")?;
    if !done.status.success() {
        bail!("git could not add the note: {}", String::from_utf8_lossy(&done.stderr).trim());
    }
    Ok(())
}
