//! pre-commit and pre-merge-commit: what is staged, by the index that git points at.

use anyhow::Result;

use super::Stage;
use crate::cli::check::selection::Selection;
use crate::cli::check::{self, Occasion, Pass};
use crate::cli::terminal::Terminal;
use crate::cli::{Exit, PolicyArgs};

/// Checks the index.
pub(super) fn run(stage: Stage, pass: &Pass, policy: &PolicyArgs, terminal: &mut Terminal) -> Result<Exit> {
    let occasion = Occasion { hook: stage.name(), pass: pass.clone(), ..Occasion::default() };
    check::for_hook(&Selection::of_staged()?, policy, &[], &occasion, terminal)
}
