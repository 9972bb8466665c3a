//! Names: that they are unique, and that what refers to them means one that is there.

use std::collections::{BTreeSet, HashMap};

use super::Judge;
use super::cursor::Cursor;
use crate::policy::codes;
use crate::policy::mistake::{Mistake, closest};
use crate::policy::raw::File;
use crate::policy::tree::Place;
use crate::policy::walk::printable;

/// The names a policy declares.
pub struct Vocabulary {
    /// Every action named anywhere.
    pub actions: BTreeSet<String>,
    /// Permission levels.
    pub levels: BTreeSet<String>,
    /// Roles of approvers.
    pub roles: BTreeSet<String>,
}

impl Vocabulary {
    /// Those of a policy.
    pub fn of(file: &File) -> Self {
        let policies = &file.policies;
        let declared = policies.action.iter().map(|a| a.name.clone());
        let risk = [&policies.risk.critical, &policies.risk.high, &policies.risk.medium, &policies.risk.low];
        let operations =
            [&policies.operational.auto_approval.operations, &policies.operational.require_approval.operations];
        let levels = file.reputation.permission_levels.values().map(|l| &l.allowed_operations);
        let listed = risk.into_iter().chain(operations).chain(levels).flatten().map(ToString::to_string);
        let users = file.approvers.user.iter().map(|u| u.role.clone());
        Self {
            actions: declared.chain(listed).collect(),
            levels: file.reputation.permission_levels.keys().cloned().collect(),
            roles: users.chain(file.approvers.agent.iter().map(|a| a.role.clone())).collect(),
        }
    }
}

/// Tells every name that stands twice in a list of tables, and every empty one.
pub fn unique<'n>(j: &mut Judge<'_>, at: &Cursor<'_>, key: &str, names: impl Iterator<Item = &'n str>) {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for (i, name) in names.enumerate() {
        let here = at.item(i).key(key);
        if !here.is_there() {
            continue;
        }
        if name.trim().is_empty() || name.len() > 200 || name.chars().any(char::is_control) {
            let mistake = Mistake::new(&codes::ID, here.place(), format!("`{}` is no name", printable(name)));
            j.tell(mistake.label("expected 1 to 200 characters without control characters"));
            continue;
        }
        match seen.get(name) {
            Some(first) => {
                let mistake =
                    Mistake::new(&codes::DUPLICATE_ID, here.place(), format!("`{}` is named twice", printable(name)));
                j.tell(mistake.label("the second time").also(at.item(*first).key(key).place(), "the first time"));
            }
            None => drop(seen.insert(name, i)),
        }
    }
}

/// Tells every text that stands twice in a list.
pub fn no_twins<T: AsRef<str>>(j: &mut Judge<'_>, at: &Cursor<'_>, texts: &[T]) {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for (i, text) in texts.iter().enumerate() {
        match seen.get(text.as_ref()) {
            Some(first) => {
                let message = format!("`{}` stands twice", printable(text.as_ref()));
                let mistake = Mistake::new(&codes::DUPLICATE_ENTRY, at.item(i).place(), message);
                j.tell(mistake.label("the second time").also(at.item(*first).place(), "the first time"));
            }
            None => drop(seen.insert(text.as_ref(), i)),
        }
    }
}

/// Tells every text that stands in both of two lists.
pub fn disjoint<T: AsRef<str>>(
    j: &mut Judge<'_>,
    first: (&Cursor<'_>, &[T]),
    second: (&Cursor<'_>, &[T]),
    words: &str,
) {
    for (i, text) in second.1.iter().enumerate() {
        if let Some(k) = first.1.iter().position(|t| t.as_ref() == text.as_ref()) {
            let message = format!("`{}` {words}", printable(text.as_ref()));
            let mistake = Mistake::new(&codes::CONTRADICTION, second.0.item(i).place(), message);
            j.tell(mistake.label("here").also(first.0.item(k).place(), "and here"));
        }
    }
}

/// Tells a name that is not among the known ones.
pub fn known(j: &mut Judge<'_>, place: Place, what: &str, name: &str, names: &BTreeSet<String>) {
    if names.iter().any(|n| crate::policy::formats::name_matches(name, n)) {
        return;
    }
    let listed: Vec<_> = names.iter().take(8).map(String::as_str).collect();
    let label = if listed.is_empty() {
        format!("no {what} is declared")
    } else {
        format!("expected one of {}", listed.join(", "))
    };
    let message = format!("no {what} is called `{}`", printable(name));
    let near = closest(name, names.iter().map(String::as_str));
    j.tell(Mistake::new(&codes::UNKNOWN_NAME, place, message).label(label).did_you_mean(near));
}

/// Tells a name that is almost a known one.
pub fn near(j: &mut Judge<'_>, place: Place, name: &str, names: &[&str]) {
    if names.contains(&name) {
        return;
    }
    let found = names.iter().copied().find(|n| strsim::damerau_levenshtein(n, name) <= 2 && n.len() > 4);
    if found.is_some() {
        let message = format!("`{}` is almost a known name", printable(name));
        j.tell(Mistake::new(&codes::NEAR_NAME, place, message).did_you_mean(found));
    }
}
