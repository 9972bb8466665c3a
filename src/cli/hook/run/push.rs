//! pre-push: every reference that is pushed, not only the first, and each new commit once.

use std::collections::BTreeMap;

use anyhow::{Result, bail};

use super::refs::{self, Update};
use crate::cli::check::selection::Selection;
use crate::cli::check::{self, Occasion, Pass};
use crate::cli::terminal::Terminal;
use crate::cli::{Exit, PolicyArgs};
use crate::engine::masker;

/// Checks what no remote has yet: the commits with their messages, annotated tags, and blobs that a tag names.
pub(super) fn run(arguments: &[String], pass: &Pass, policy: &PolicyArgs, terminal: &mut Terminal) -> Result<Exit> {
    let updates: Vec<_> = refs::read_input()?.lines().map(parse).collect::<Result<_>>()?;
    let repo = refs::repository()?;
    let new = refs::new_objects(&repo, &updates, |tip| tip.name.starts_with("refs/remotes/"))?;
    let remote = arguments.first().map(|name| masker::masked(&without_login(name))).unwrap_or_default();
    let details = BTreeMap::from([("remote", remote.into()), ("refs", refs::told(&repo, &updates))]);
    let occasion = Occasion { hook: "pre-push", details, pass: pass.clone(), ..Occasion::default() };
    check::for_hook(&Selection::of_new(new)?, policy, &[], &occasion, terminal)
}

/// `<local ref> <local object> <remote ref> <remote object>`.
fn parse(line: &str) -> Result<Update> {
    let parts: Vec<_> = line.split(' ').collect();
    let [_, local, name, remote] = parts[..] else {
        bail!("cannot understand what git tells this hook: `{line}`");
    };
    Ok(Update { name: name.to_owned(), old: remote.to_owned(), new: local.to_owned() })
}

/// A remote that is named by its address may have a password in it.
fn without_login(address: &str) -> String {
    match address.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.split_once('@')?.1))) {
        Some((scheme, host)) => format!("{scheme}://{host}"),
        None => address.to_owned(),
    }
}
