//! References that move: what pre-push, pre-receive and update are told, and the commits that this makes new.

use std::collections::BTreeSet;
use std::env;
use std::io::{self, Read as _};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::cli::policy::options::working_directory;
use crate::engine::masker;
use crate::source::git::{Location, Oid, Repo, Tip, TipKind};
use crate::source::range::New;

/// A reference that moves from one object to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Update {
    /// Its name.
    pub name: String,
    /// Before; zeros where it is new.
    pub old: String,
    /// After; zeros where it goes away.
    pub new: String,
}

/// How many references are told in an entry.
const MOST_TOLD: usize = 100;

/// All of standard input, which git fills with lines.
pub(super) fn read_input() -> Result<String> {
    let mut text = Vec::new();
    io::stdin().lock().read_to_end(&mut text).context("cannot read what git tells this hook")?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// The repository of this hook.
pub(super) fn repository() -> Result<Repo> {
    Repo::open(&Location::new(&working_directory()?, |name| env::var_os(name)))
}

/// Whether an object's id stands for none: 40 or 64 zeros.
pub(super) fn is_zero(id: &str) -> bool {
    id.len() >= 40 && id.bytes().all(|b| b == b'0')
}

impl Update {
    /// One line of `old new name`, or why it is none.
    pub(super) fn parse(line: &str) -> Result<Self> {
        let mut parts = line.splitn(3, ' ');
        let mut next = || parts.next().filter(|p| !p.is_empty()).map(ToOwned::to_owned);
        let all = (|| Some(Self { old: next()?, new: next()?, name: next()? }))();
        all.with_context(|| format!("cannot understand what git tells this hook: `{line}`"))
    }

    /// What becomes of the reference.
    fn kind(&self, repo: &Repo) -> &'static str {
        let (Ok(old), Ok(new)) = (id(&self.old), id(&self.new)) else { return "unknown" };
        match (is_zero(&self.old), is_zero(&self.new)) {
            (_, true) => "delete",
            (true, false) => "create",
            _ if !repo.has(old) => "force",
            _ => match repo.merge_base(old, new) {
                Ok(Some(base)) if base == old => "update",
                _ => "force",
            },
        }
    }
}

/// For the log: which references move, and how.
pub(super) fn told(repo: &Repo, updates: &[Update]) -> Value {
    let one = |u: &Update| json!({ "ref": masker::masked(&u.name), "old": u.old, "new": u.new, "kind": u.kind(repo) });
    let mut all: Vec<_> = updates.iter().take(MOST_TOLD).map(one).collect();
    if updates.len() > MOST_TOLD {
        all.push(json!({ "more": updates.len() - MOST_TOLD }));
    }
    Value::Array(all)
}

/// What these updates bring that neither a reference that `is_known` nor the other side's old commits reach.
pub(super) fn new_objects(repo: &Repo, updates: &[Update], is_known: impl Fn(&Tip) -> bool) -> Result<New> {
    let (mut from, mut hide, mut others) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for update in updates {
        if !is_zero(&update.old) {
            let old = id(&update.old)?;
            // What the other side has and this clone has not hides nothing.
            if repo.has(old) {
                hide.extend(Some(repo.peel(old, &update.name)?).filter(|t| t.kind == TipKind::Commit).map(|t| t.id));
            }
        }
        if is_zero(&update.new) || update.new == update.old {
            continue;
        }
        let new = id(&update.new)?;
        let tip = repo.peel(new, &update.name)?;
        if tip.kind == TipKind::Commit {
            from.insert(tip.id);
        }
        if tip.kind != TipKind::Commit || tip.id != new {
            others.insert(new);
        }
    }
    if !from.is_empty() {
        hide.extend(repo.tips()?.into_iter().filter(|t| t.kind == TipKind::Commit && is_known(t)).map(|t| t.id));
    }
    let all = |set: BTreeSet<Oid>| set.into_iter().collect();
    Ok(New { from: all(from), hide: all(hide), others: all(others) })
}

/// Reads an object's id.
pub(super) fn id(text: &str) -> Result<Oid> {
    Oid::from_str(text).with_context(|| format!("`{text}` is not the id of an object that can be read here"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_zeros() {
        let (zero, one) = ("0".repeat(40), "1".repeat(40));
        let update = Update::parse(&format!("{zero} {one} refs/heads/a b")).unwrap();
        assert_eq!((update.name.as_str(), update.new), ("refs/heads/a b", one.clone()));
        assert!(Update::parse("").is_err() && Update::parse(&one).is_err() && Update::parse("a b").is_err());
        assert!(is_zero(&zero) && is_zero(&"0".repeat(64)) && !is_zero(&one) && !is_zero("0"));
    }
}
