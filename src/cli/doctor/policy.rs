//! Is there a policy, does it hold, is it trusted where it has to be?

use std::path::Path;

use super::Check;
use crate::cli::PolicyArgs;
use crate::cli::policy::trust::last_trusted;
use crate::policy::Policy;
use crate::policy::hash::policy_hash;
use crate::policy::load::{Loaded, display_path};

/// The policy in force, if it is a good one, and the checks.
pub fn examine(options: &PolicyArgs, directory: &Path) -> (Option<Policy>, Vec<Check>) {
    let policy = match options.load_from(directory) {
        Err(error) => return (None, vec![Check::unknown("policy", format!("{error:#}"))]),
        Ok(Loaded::BuiltIn(policy)) => {
            let check = Check::bad("policy", "there is no governance.toml; the built-in policy holds", "govctl init");
            return (Some(*policy), vec![check]);
        }
        Ok(Loaded::File { path, mut verdict }) => {
            let name = display_path(&path, directory);
            match verdict.policy.take() {
                Some(policy) => (policy, name),
                None => {
                    let count = verdict.mistakes.iter().filter(|m| m.is_error()).count();
                    let detail = format!("{name} has {count} mistakes, so that everything is rejected");
                    return (None, vec![Check::bad("policy", detail, "govctl policy validate")]);
                }
            }
        }
    };
    let (policy, name) = policy;
    let checks = vec![Check::good("policy", format!("{name} is valid")), trust(&policy)];
    (Some(policy), checks)
}

fn trust(policy: &Policy) -> Check {
    const NAME: &str = "trust";
    if !policy.environment.trusted_policy {
        return Check::good(NAME, "this environment asks for none");
    }
    let hash = policy_hash(policy);
    match last_trusted(policy) {
        Err(error) => Check::unknown(NAME, format!("{error:#}")),
        Ok(Some(trusted)) if trusted == hash => Check::good(NAME, format!("{hash} is trusted")),
        Ok(_) => Check::bad(
            NAME,
            format!("{hash} is not trusted: everything is rejected"),
            format!("govctl policy trust --hash {hash}"),
        ),
    }
}
