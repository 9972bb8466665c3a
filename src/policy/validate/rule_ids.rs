//! Ids of rules, and globs of them, wherever a policy names them: each must be that of a rule there is.

use std::cell::OnceCell;
use std::ops::Range;

use super::Judge;
use super::cursor::Cursor;
use crate::engine::finish;
use crate::policy::codes;
use crate::policy::formats::name_matches;
use crate::policy::mistake::{Mistake, closest};
use crate::policy::raw::File;
use crate::policy::raw::values::RulePattern;
use crate::policy::walk::printable;
use crate::rules::{CATALOGUE, code};

/// The ids of all rules that run under a policy, the built-in ones and its own; listed when one is first looked for.
pub struct Known<'a> {
    file: &'a File,
    /// What the ids of interest begin with.
    start: &'static str,
    ids: OnceCell<Vec<String>>,
}

impl<'a> Known<'a> {
    /// Those of a policy.
    pub fn of(file: &'a File) -> Self {
        Self { file, start: "", ids: OnceCell::new() }
    }

    /// Of these the ones that begin so.
    pub fn starting(&self, start: &'static str) -> Self {
        Self { file: self.file, start, ids: OnceCell::new() }
    }

    fn ids(&self) -> Vec<&str> {
        let ids = self.ids.get_or_init(|| list(self.file)).iter().map(String::as_str);
        ids.filter(|id| id.starts_with(self.start)).collect()
    }
}

fn list(file: &File) -> Vec<String> {
    let checks = &file.checks;
    let patterns = file.policies.security.secret_patterns.patterns.len();
    let mut ids: Vec<_> = CATALOGUE.iter().map(|r| r.info.id.to_string()).collect();
    ids.extend(code::rules().into_iter().map(|r| r.id.into_owned()));
    ids.extend(finish::RULES.iter().map(|r| r.id.to_string()));
    ids.extend(checks.secrets.rule.iter().map(|r| r.id.clone()));
    ids.extend(checks.synthetic.rule.iter().map(|r| r.id.clone()));
    ids.extend(checks.imports.contract.iter().map(|c| format!("imports/{}", c.id)));
    ids.extend((1..=patterns).map(|n| format!("secrets/policy-pattern-{n}")));
    ids
}

/// Judges a list of ids and globs.
pub fn all(j: &mut Judge<'_>, at: &Cursor<'_>, rules: &[RulePattern], known: &Known<'_>) {
    for (i, rule) in rules.iter().enumerate() {
        one(j, at.item(i).place(), rule, known);
    }
}

/// Judges one id or glob, with or without `@class`.
pub fn one(j: &mut Judge<'_>, place: Range<usize>, pattern: &str, known: &Known<'_>) {
    let known = &known.ids();
    let wanted = pattern.split('@').next().unwrap_or(pattern);
    if known.iter().any(|id| name_matches(wanted, id)) {
        return;
    }
    let is_glob = wanted.contains('*');
    let message = match is_glob {
        true => format!("no rule has an id that `{}` matches", printable(wanted)),
        false => format!("no rule is called `{}`", printable(wanted)),
    };
    let near = if is_glob { near_glob(wanted, known) } else { near_id(wanted, known).map(ToOwned::to_owned) };
    let mistake = Mistake::new(&codes::UNKNOWN_RULE, place, message).label("has no effect");
    j.tell(mistake.did_you_mean(near.as_deref()));
}

/// An id nearly written like this one, or one whose family was left out.
fn near_id<'k>(wanted: &str, known: &[&'k str]) -> Option<&'k str> {
    if wanted.contains('/') {
        return closest(wanted, known.iter().copied());
    }
    let names = known.iter().filter_map(|id| id.split_once('/')).map(|(_, name)| name);
    let name = closest(wanted, names)?;
    known.iter().copied().find(|id| id.split_once('/').is_some_and(|(_, n)| n == name))
}

/// The same glob of a family that there is.
fn near_glob(wanted: &str, known: &[&str]) -> Option<String> {
    let (family, rest) = wanted.split_once('/')?;
    let families = known.iter().filter_map(|id| id.split_once('/')).map(|(family, _)| family);
    let meant = format!("{}/{rest}", closest(family, families)?);
    known.iter().any(|id| name_matches(&meant, id)).then_some(meant)
}
