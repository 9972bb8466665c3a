//! The hooks: what `govctl hook install` would do, as a part of the start that can be undone with the rest.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use super::ledger::Step;
use crate::cli::hook::install::{self, Change};
use crate::cli::hook::place::stages_of;
use crate::cli::policy::options::repository_root;

/// What is to be installed.
#[derive(Default)]
pub struct Hooks {
    changes: Vec<Change>,
    /// The files that change.
    pub steps: Vec<Step>,
    /// Why nothing can be installed.
    pub problem: Option<String>,
    /// What people have to do yet.
    pub left: Vec<String>,
}

/// What installing the hooks here would change. What stands in the way of it is told; it does not stop the rest.
pub fn plan(directory: &Path) -> Hooks {
    if repository_root(directory).is_none() {
        return Hooks::default();
    }
    let planned = stages_of(directory).and_then(|stages| {
        let changes = install::plan(directory, stages, false)?;
        let steps = changes.iter().map(steps).collect::<Result<Vec<_>>>()?;
        let left = install::left_to_do(directory, stages)?;
        Ok(Hooks { changes, steps: steps.concat(), problem: None, left })
    });
    planned.unwrap_or_else(|error| Hooks { problem: Some(format!("{error:#}")), ..Hooks::default() })
}

fn steps(change: &Change) -> Result<Vec<Step>> {
    match change {
        Change::Script { path, text, aside: None } => Ok(vec![Step::to(path.clone(), text.as_str())?]),
        Change::Script { path, text, aside: Some(aside) } => {
            let old = fs::read(path).with_context(|| format!("cannot read the hook {}", path.display()))?;
            Ok(vec![Step::to(aside.clone(), old)?, Step::to(path.clone(), text.as_str())?])
        }
        Change::Text { path, new, .. } => Ok(vec![Step::to(path.clone(), new.as_str())?]),
        Change::HooksPath(_) => Ok(Vec::new()),
    }
}

impl Hooks {
    /// Puts them in place.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn install(&self, directory: &Path) -> Result<()> {
        self.changes.iter().try_for_each(|change| install::apply(change, directory))
    }

    /// What would change, for people.
    ///
    /// # Errors
    /// A diff that cannot be made.
    pub fn describe(&self) -> Result<String> {
        let mut text = String::new();
        for change in &self.changes {
            for line in install::tell(change, true)?.lines() {
                text.push_str(&format!("# {line}\n"));
            }
        }
        self.left.iter().for_each(|l| text.push_str(&format!("# {l}\n")));
        self.problem.iter().for_each(|p| text.push_str(&format!("# no hooks would be installed: {p}\n")));
        Ok(text)
    }
}
