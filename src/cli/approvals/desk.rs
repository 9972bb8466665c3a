//! What every subcommand needs: the policy, the store, who runs this, what time it is.

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::approvals::{Moment, Party};
use crate::cli::audit::log;
use crate::cli::policy::{look, trust};
use crate::cli::terminal::Terminal;
use crate::cli::{PolicyArgs, identity};
use crate::policy::Policy;
use crate::policy::hash::policy_hash;
use crate::store::approvals::Context;
use crate::store::{Location, Store, clock};

/// Which queue is meant.
pub struct Place {
    /// `--db`.
    pub db: Option<PathBuf>,
    /// `--policy` and `--env`.
    pub policy: PolicyArgs,
}

/// An open queue and the policy it is held to.
pub struct Desk {
    /// The store.
    pub store: Store,
    /// The policy in force.
    pub policy: Policy,
    /// Its hash.
    pub hash: String,
    /// The user of this machine who runs this.
    pub os_user: Option<String>,
}

impl Place {
    /// Opens the queue of this repository, which is begun where there is none and `begin` is set.
    ///
    /// # Errors
    /// A policy that is not valid, a store that cannot be opened.
    pub fn open(&self, begin: bool) -> Result<Desk> {
        let (policy, ..) = look::in_force(&self.policy)?;
        trust::require(&policy)?;
        let audit = &policy.sections().audit;
        let location = self.db.as_ref().map_or_else(|| log::location(audit), |db| Ok(Location::file(db)))?;
        let options = log::options(audit);
        let store = if begin { Store::open(&location, options)? } else { Store::open_existing(&location, options)? };
        let hash = policy_hash(&policy);
        Ok(Desk { store, policy, hash, os_user: identity::os_user() })
    }
}

impl Desk {
    /// Who runs this; `claimed`: who they say they are, as `id` or `kind:id`.
    pub fn party(&self, claimed: Option<&str>, on_behalf_of: Option<&str>) -> Result<Party> {
        let os_user = self.os_user.clone();
        let (kind, id) = match (claimed, &os_user) {
            (Some(name), _) => match name.split_once(':') {
                Some((kind @ ("user" | "agent" | "system"), id)) => (kind, id.to_owned()),
                Some((kind, _)) => bail!("`{kind}` is no kind of actor: expected user:ID, agent:ID or system:ID"),
                None => ("user", name.to_owned()),
            },
            (None, Some(user)) => ("user", user.clone()),
            (None, None) => bail!("who runs this cannot be told; say it with --as ID"),
        };
        Ok(Party { id, kind: kind.to_owned(), on_behalf_of: on_behalf_of.map(str::to_owned), os_user })
    }

    /// The one approval whose id begins so.
    ///
    /// # Errors
    /// None or several.
    pub fn id(&self, typed: &str) -> Result<String> {
        let found = self.store.approval_ids(typed, 6)?;
        match found.as_slice() {
            [] => bail!("no approval has an id that begins with `{typed}`; see `govctl approvals list --all`"),
            [one] => Ok(one.clone()),
            [first, ..] if first.trim_start_matches("ap-") == typed.trim_start_matches("ap-") => Ok(first.clone()),
            several => bail!("`{typed}` is not unique: {}", several.join(", ")),
        }
    }

    /// Runs a command of the store with the policy and the time of now.
    ///
    /// # Errors
    /// Those of the command.
    pub fn with<T, E>(&mut self, command: impl FnOnce(&mut Store, &Context<'_>) -> Result<T, E>) -> Result<T, E> {
        let now = clock::now();
        let context = Context { policy: &self.policy, policy_hash: &self.hash, now: &now };
        command(&mut self.store, &context)
    }

    /// The time.
    pub fn now(&self) -> Moment {
        clock::now()
    }

    /// Tells what went wrong beside what was asked for.
    pub fn tell_warnings(&mut self, terminal: &mut Terminal) {
        self.store.take_warnings().iter().for_each(|w| terminal.warn(w));
    }
}
