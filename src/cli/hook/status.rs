//! How the hooks of a repository stand, for whoever looks after them.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::managers::{self, Kind};
use super::place::{HooksFolder, Standing};
use super::stage::Stage;

/// One hook.
#[derive(Clone, Debug)]
pub struct Status {
    /// Which.
    pub stage: Stage,
    /// Its file in git's folder of hooks.
    pub path: PathBuf,
    /// How that file stands.
    pub standing: Standing,
    /// The managers that run govctl at this hook by their own configuration.
    pub wired: Vec<Kind>,
}

impl Status {
    /// Whether govctl runs at this hook, as this version of it does.
    pub fn is_good(&self) -> bool {
        self.standing == Standing::Current || (!self.wired.is_empty() && self.standing == Standing::Foreign)
    }
}

/// Every hook of a developer's clone, in the repository that `dir` is in.
///
/// # Errors
/// No repository, a file that cannot be read.
pub fn of_repository(dir: &Path) -> Result<Vec<Status>> {
    let folder = HooksFolder::of_repository(dir)?;
    let managers = managers::present(dir)?;
    let one = |stage: Stage| -> Result<Status> {
        let mut wired = Vec::new();
        for manager in &managers {
            if manager.is_wired(stage)? {
                wired.push(manager.kind);
            }
        }
        Ok(Status { stage, path: folder.file(stage), standing: folder.standing(stage)?, wired })
    };
    Stage::CLIENT.into_iter().map(one).collect()
}
