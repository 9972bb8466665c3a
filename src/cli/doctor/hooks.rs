//! Is every hook there, ours, as this govctl writes it, and does it block?

use std::path::Path;

use anyhow::Result;

use super::{Check, Fix, canary};
use crate::cli::PolicyArgs;
use crate::cli::hook::managers::{self, Kind, Manager};
use crate::cli::hook::place::{HooksFolder, Standing, stages_of};
use crate::cli::hook::stage::Stage;
use crate::cli::policy::options::repository_root;
use crate::policy::Policy;

/// The checks of all hooks of a developer's clone.
pub fn examine(directory: &Path, options: &PolicyArgs, policy: Option<&Policy>) -> Vec<Check> {
    if repository_root(directory).is_none() {
        return vec![Check::unknown("hooks", "this is not in a git repository; change to one")];
    }
    let looked = HooksFolder::of_repository(directory).and_then(|folder| {
        let owner = managers::that_owns_hooks(directory, &folder)?;
        Ok((folder, owner, managers::present(directory)?))
    });
    let (folder, owner, all) = match looked {
        Ok(looked) => looked,
        Err(error) => return vec![Check::bad("hooks", format!("{error:#}"), "govctl hook install")],
    };
    let mut checks = Vec::new();
    let stages = stages_of(directory).unwrap_or(&Stage::CLIENT);
    for stage in stages.iter().copied() {
        let by_manager = owner.as_ref().filter(|m| m.takes(stage));
        let check = match by_manager {
            Some(manager) => wired(manager, &folder, stage),
            None => standing(&folder, stage),
        };
        let check = check.unwrap_or_else(|e| Check::unknown(name(stage), format!("{e:#}")));
        let present = check.state == super::State::Good;
        checks.push(check);
        if present && canary::blocks(stage) {
            let by = canary::Way {
                manager: by_manager,
                script: by_manager.map_or(folder.ours(stage), |_| folder.file(stage)),
            };
            checks.push(canary::release(stage, &by, options, policy));
        }
    }
    checks.extend(gap(&folder, &all));
    checks.extend(all.iter().filter(|m| !m.is_active(&folder)).map(inactive));
    checks
}

fn name(stage: Stage) -> String {
    format!("hook {}", stage.name())
}

fn wired(manager: &Manager, folder: &HooksFolder, stage: Stage) -> Result<Check> {
    let by = manager.kind.name();
    if !manager.is_wired(stage)? {
        let detail = format!("{by} does not run govctl there");
        return Ok(Check::bad(name(stage), detail, install(stage)).fixed_by(Fix::Install(stage)));
    }
    if !manager.is_called(folder, stage) {
        let detail = format!("git does not run {by} there: {} is not its script", folder.file(stage).display());
        return Ok(Check::bad(name(stage), detail, manager.activation()));
    }
    Ok(Check::good(name(stage), format!("{by} runs it")))
}

fn standing(folder: &HooksFolder, stage: Stage) -> Result<Check> {
    let path = folder.ours(stage);
    let what = match folder.standing(stage)? {
        Standing::Current => return Ok(Check::good(name(stage), format!("{} is in place", path.display()))),
        Standing::NotExecutable => {
            let detail = format!("git cannot run {}", path.display());
            let mend = format!("chmod 0755 '{}'", path.display());
            return Ok(Check::bad(name(stage), detail, mend).fixed_by(Fix::Mode(path, 0o755)));
        }
        Standing::Missing => "is not there",
        Standing::Foreign => "is not govctl's; it would be kept and run first",
        Standing::Outdated => "is not as this govctl writes it",
    };
    let check = Check::bad(name(stage), format!("{} {what}", path.display()), install(stage));
    Ok(check.fixed_by(Fix::Install(stage)))
}

fn install(stage: Stage) -> String {
    format!("govctl hook install --stage {}", stage.name())
}

/// A manager that will turn git to another folder once it is active.
fn inactive(manager: &Manager) -> Check {
    let by = manager.kind.name();
    let detail = "it is not active in this clone; once it is, git no longer looks at the hooks above";
    Check::bad(by, detail, format!("{}, then govctl hook install", manager.activation()))
}

/// pre-commit and prek hand a hook only the first of the pushed references.
fn gap(folder: &HooksFolder, all: &[Manager]) -> Option<Check> {
    let manager = all.iter().find(|m| matches!(m.kind, Kind::PreCommit | Kind::Prek))?;
    let by = manager.kind.name();
    let own = matches!(folder.standing(Stage::PrePush), Ok(Standing::Current | Standing::Outdated));
    Some(if own {
        Check::good("push of several references", "govctl's own hook reads all of them from git")
    } else {
        let detail = format!("{by} hands its hooks only the first; the others are not looked at");
        Check::bad("push of several references", detail, install(Stage::PrePush)).fixed_by(Fix::Install(Stage::PrePush))
    })
}
