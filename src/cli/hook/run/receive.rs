//! pre-receive and update: what a push brings to a server. New objects are in quarantine, which git names in variables
//! that `source::git` honours; what is refused never becomes part of the repository.

use std::collections::BTreeMap;
use std::env;

use anyhow::{Context as _, Result};

use super::refs::{self, Update};
use crate::approvals::token::{self, TokenHash};
use crate::cli::check::selection::Selection;
use crate::cli::check::{self, Occasion, Pass};
use crate::cli::terminal::Terminal;
use crate::cli::{Exit, PolicyArgs};

/// The push option that presents an override: `git push -o govctl.approval=ID`.
const APPROVAL: &str = "govctl.approval=";
/// The push option with its token.
const TOKEN: &str = "govctl.token=";

/// Checks what all references of a push bring.
pub(super) fn pre_receive(pass: &Pass, policy: &PolicyArgs, terminal: &mut Terminal) -> Result<Exit> {
    let updates: Vec<_> = refs::read_input()?.lines().map(Update::parse).collect::<Result<_>>()?;
    run("pre-receive", &updates, pass, policy, terminal)
}

/// Checks what one reference brings: `<ref> <old> <new>`.
pub(super) fn update(arguments: &[String], pass: &Pass, policy: &PolicyArgs, terminal: &mut Terminal) -> Result<Exit> {
    let [name, old, new] = arguments else {
        anyhow::bail!("git gives update a reference and two objects, and this has {} arguments", arguments.len());
    };
    let update = Update { name: name.clone(), old: old.clone(), new: new.clone() };
    run("update", &[update], pass, policy, terminal)
}

fn run(
    hook: &'static str,
    updates: &[Update],
    pass: &Pass,
    policy: &PolicyArgs,
    terminal: &mut Terminal,
) -> Result<Exit> {
    let repo = refs::repository()?;
    let new = refs::new_objects(&repo, updates, |_| true)?;
    let mut details = BTreeMap::from([("refs", refs::told(&repo, updates))]);
    let pass = pushed(|name| env::var(name).ok())?.unwrap_or_else(|| pass.clone());
    if let Some(id) = &pass.override_id {
        details.insert("approval", id.clone().into());
    }
    let occasion = Occasion { hook, details, pass, ..Occasion::default() };
    let exit = check::for_hook(&Selection::of_new(new)?, policy, &[], &occasion, terminal)?;
    if exit != Exit::Clean {
        tell(terminal);
    }
    Ok(exit)
}

/// For the pusher, whose git shows these lines with `remote:` before them.
fn tell(terminal: &mut Terminal) {
    terminal
        .say("\nThis push is refused. Take what is shown above out of the commits (`git rebase -i`, and revoke what\n");
    terminal.say("was a secret: it has left your machine), then push again.\n");
}

/// The override among the push options, if there is one; the token of it is never told.
fn pushed(var: impl Fn(&str) -> Option<String>) -> Result<Option<Pass>> {
    let Some(count) = var("GIT_PUSH_OPTION_COUNT") else { return Ok(None) };
    let count: usize = count.parse().with_context(|| format!("GIT_PUSH_OPTION_COUNT is `{count}`, no number"))?;
    let options: Vec<_> = (0..count).filter_map(|i| var(&format!("GIT_PUSH_OPTION_{i}"))).collect();
    let of = |name| options.iter().find_map(|o| o.strip_prefix(name));
    let Some(id) = of(APPROVAL) else { return Ok(None) };
    let is_id = id.len() <= 64 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    anyhow::ensure!(is_id, "the push option {APPROVAL}… does not name an approval");
    let token =
        of(TOKEN).map(|text| token::parse(text).with_context(|| format!("the push option {TOKEN}… is no token")));
    let pushed = token.transpose()?.map(|raw| TokenHash::of(&raw));
    Ok(Some(Pass { override_id: Some(id.to_owned()), override_token_file: None, pushed }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_override_is_one_of_the_push_options() {
        let token = token::text(&[7; 32]);
        let var = |name: &str| match name {
            "GIT_PUSH_OPTION_COUNT" => Some("3".to_owned()),
            "GIT_PUSH_OPTION_0" => Some("ci.skip".to_owned()),
            "GIT_PUSH_OPTION_1" => Some("govctl.approval=ap-7".to_owned()),
            "GIT_PUSH_OPTION_2" => Some(format!("govctl.token={token}")),
            _ => None,
        };
        let pass = pushed(var).unwrap().unwrap();
        assert_eq!(pass.override_id.as_deref(), Some("ap-7"));
        assert!(pass.pushed.unwrap().matches(&TokenHash::of(&[7; 32])));
        assert!(pushed(|_| None).unwrap().is_none());
        assert!(pushed(|_| Some("govctl.approval=a b".to_owned())).is_err());
    }
}
