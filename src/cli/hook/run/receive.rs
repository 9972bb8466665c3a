//! pre-receive and update: what a push brings to a server. New objects are in quarantine, which git names in variables
//! that `source::git` honours; what is refused never becomes part of the repository.

use std::collections::BTreeMap;
use std::env;

use anyhow::{Context as _, Result};

use super::refs::{self, Update};
use crate::cli::check::selection::Selection;
use crate::cli::check::{self, Occasion};
use crate::cli::terminal::Terminal;
use crate::cli::{Exit, PolicyArgs};

/// The push option that presents an approval: `git push -o govctl.approval=ID`.
const APPROVAL: &str = "govctl.approval=";

/// Checks what all references of a push bring.
pub(super) fn pre_receive(policy: &PolicyArgs, terminal: &mut Terminal) -> Result<Exit> {
    let updates: Vec<_> = refs::read_input()?.lines().map(Update::parse).collect::<Result<_>>()?;
    run("pre-receive", &updates, policy, terminal)
}

/// Checks what one reference brings: `<ref> <old> <new>`.
pub(super) fn update(arguments: &[String], policy: &PolicyArgs, terminal: &mut Terminal) -> Result<Exit> {
    let [name, old, new] = arguments else {
        anyhow::bail!("git gives update a reference and two objects, and this has {} arguments", arguments.len());
    };
    let update = Update { name: name.clone(), old: old.clone(), new: new.clone() };
    run("update", &[update], policy, terminal)
}

fn run(hook: &'static str, updates: &[Update], policy: &PolicyArgs, terminal: &mut Terminal) -> Result<Exit> {
    let repo = refs::repository()?;
    let new = refs::new_objects(&repo, updates, |_| true)?;
    let mut details = BTreeMap::from([("refs", refs::told(&repo, updates))]);
    let approval = approval(|name| env::var(name).ok())?;
    if let Some(id) = &approval {
        details.insert("approval", id.clone().into());
    }
    let exit = check::for_hook(&Selection::of_new(new)?, policy, &[], &Occasion { hook, details }, terminal)?;
    if exit != Exit::Clean {
        tell(approval.as_deref(), terminal);
    }
    Ok(exit)
}

/// For the pusher, whose git shows these lines with `remote:` before them.
fn tell(approval: Option<&str>, terminal: &mut Terminal) {
    terminal
        .say("\nThis push is refused. Take what is shown above out of the commits (`git rebase -i`, and revoke what\n");
    terminal.say("was a secret: it has left your machine), then push again.\n");
    if let Some(id) = approval {
        terminal.say(&format!("The approval {id} was noted; it does not lift a block of this hook.\n"));
    }
}

/// The approval among the push options, if there is one.
fn approval(var: impl Fn(&str) -> Option<String>) -> Result<Option<String>> {
    let Some(count) = var("GIT_PUSH_OPTION_COUNT") else { return Ok(None) };
    let count: usize = count.parse().with_context(|| format!("GIT_PUSH_OPTION_COUNT is `{count}`, no number"))?;
    let mut options = (0..count).filter_map(|i| var(&format!("GIT_PUSH_OPTION_{i}")));
    let id = options.find_map(|o| o.strip_prefix(APPROVAL).map(ToOwned::to_owned));
    let is_id = |id: &String| id.len() <= 64 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    anyhow::ensure!(id.as_ref().is_none_or(is_id), "the push option {APPROVAL}… does not name an approval");
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_approval_is_one_of_the_push_options() {
        let var = |name: &str| match name {
            "GIT_PUSH_OPTION_COUNT" => Some("2".to_owned()),
            "GIT_PUSH_OPTION_0" => Some("ci.skip".to_owned()),
            "GIT_PUSH_OPTION_1" => Some("govctl.approval=ap-7".to_owned()),
            _ => None,
        };
        assert_eq!(approval(var).unwrap().as_deref(), Some("ap-7"));
        assert_eq!(approval(|_| None).unwrap(), None);
        assert!(approval(|_| Some("govctl.approval=a b".to_owned())).is_err());
    }
}
