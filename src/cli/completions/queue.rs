//! Words of the approval queue: ids out of the store, approvers and roles out of the policy.

use std::collections::BTreeMap;
use std::ffi::OsStr;

use clap_complete::engine::CompletionCandidate;

use super::words;
use crate::approvals::id::PREFIX;
use crate::cli::audit::log;
use crate::plan::identifier::visible;
use crate::policy::Policy;
use crate::store::{Options, Store, VerifyOnOpen};

/// How many ids are offered at once.
const MOST: usize = 100;
/// How much of an action is told beside its id.
const WIDTH: usize = 60;

/// The ids that begin so, each with its state and action; without `ap-` where none was typed.
pub fn approvals(typed: &OsStr) -> Vec<CompletionCandidate> {
    let (Some(typed), Some(store)) = (typed.to_str(), store()) else { return Vec::new() };
    let is_bare = !PREFIX.starts_with(typed) && !typed.starts_with(PREFIX);
    let candidate = |id: String| {
        let help = store.approval(&id).ok().map(|s| {
            let what = visible(&format!("{}: {} {}", s.state.name(), s.bound.action(), s.bound.resource));
            what.chars().take(WIDTH).collect::<String>()
        });
        let word = if is_bare { id.trim_start_matches(PREFIX).to_owned() } else { id };
        CompletionCandidate::new(word).help(help.map(Into::into))
    };
    store.approval_ids(typed, MOST).unwrap_or_default().into_iter().map(candidate).collect()
}

/// The queue here, if there is one that opens.
fn store() -> Option<Store> {
    let policy = words::policy()?;
    let audit = &policy.sections().audit;
    let options = Options { verify_on_open: VerifyOnOpen::Off, ..log::options(audit) };
    Store::open_existing(&log::location(audit).ok()?, options).ok()
}

/// The approvers of a policy, each with its role.
pub fn approvers(policy: &Policy) -> Vec<(String, String)> {
    let approvers = &policy.sections().approvers;
    let people = approvers.user.iter().map(|u| (u.id.clone(), u.role.clone()));
    people.chain(approvers.agent.iter().map(|a| (a.id.clone(), a.role.clone()))).collect()
}

/// The roles of a policy, each with those who have it.
pub fn roles(policy: &Policy) -> Vec<(String, String)> {
    let mut roles: BTreeMap<String, Vec<String>> = BTreeMap::new();
    approvers(policy).into_iter().for_each(|(id, role)| roles.entry(role).or_default().push(id));
    roles.into_iter().map(|(role, ids)| (role, ids.join(", "))).collect()
}
