//! From the policy and the environment to an open log.

use std::env;
use std::path::PathBuf;

use anyhow::{Result, bail};

use super::later;
use crate::audit::Event;
use crate::audit::filter::Filters;
use crate::cli::PolicyArgs;
use crate::cli::policy::options::working_directory;
use crate::policy::raw::audit::{self as section, Audit};
use crate::policy::{Policy, load};
use crate::store::{Location, Lookup, Options, Store, VerifyOnOpen};

/// Which log is meant.
pub struct Place {
    /// `--db`.
    pub db: Option<PathBuf>,
    /// `--policy` and `--env`.
    pub policy: PolicyArgs,
}

impl Place {
    /// Opens the log to read it. Nothing is verified: whoever looks into a damaged log must see it.
    ///
    /// # Errors
    /// There is none, or it cannot be opened.
    pub fn open(&self) -> Result<Store> {
        let (location, options) = self.resolve()?;
        Ok(Store::open_existing(&location, Options { verify_on_open: VerifyOnOpen::Off, ..options })?)
    }

    /// Opens the log to add to it.
    ///
    /// # Errors
    /// There is none, it cannot be opened, or its end does not verify.
    pub fn open_to_write(&self) -> Result<Store> {
        let (location, options) = self.resolve()?;
        Ok(Store::open_existing(&location, options)?)
    }

    /// The policy in force.
    ///
    /// # Errors
    /// A policy that is not valid.
    pub fn policy(&self) -> Result<Policy> {
        load::valid(self.policy.load_here()?)
    }

    fn resolve(&self) -> Result<(Location, Options)> {
        if let Some(db) = &self.db {
            return Ok((Location::file(db), Options::default()));
        }
        let policy = self.policy()?;
        let audit = &policy.sections().audit;
        Ok((location(audit)?, options(audit)))
    }
}

/// Logs one event in the log of this repository, which is begun where there is none. When it returns, the entry is on the
/// disk; what comes back are warnings to tell. Does nothing where the policy has the log off.
///
/// # Errors
/// The event could not be logged: whatever it reports must then not happen.
pub fn record(audit: &Audit, event: &Event) -> Result<Vec<String>> {
    record_all(audit, std::slice::from_ref(event))
}

/// As [`record`], for several events: all of them or none.
///
/// # Errors
/// As [`record`].
pub fn record_all(audit: &Audit, events: &[Event]) -> Result<Vec<String>> {
    if !audit.enabled {
        return Ok(Vec::new());
    }
    let location = location(audit)?;
    let mut store = Store::open(&location, brief(audit))?;
    append(&mut store, &location, events)
}

/// Logs events in an open log, and before them what another hook has left; gives what is to be told.
///
/// # Errors
/// As [`record`].
pub fn append(store: &mut Store, location: &Location, events: &[Event]) -> Result<Vec<String>> {
    let found = later::find(location)?;
    let left = found.as_ref().and_then(|found| found.event.as_ref());
    let all: Vec<_> = left.into_iter().chain(events).cloned().collect();
    store.append_all(&all)?;
    let lost = found.and_then(later::Found::is_logged);
    Ok(store.take_warnings().into_iter().chain(lost).collect())
}

/// The log of the repository that the working directory is in.
///
/// # Errors
/// No place for it; a kind of store that this govctl does not have.
pub fn location(audit: &Audit) -> Result<Location> {
    if audit.storage.backend == section::Backend::Postgres {
        bail!("[audit.storage] backend = \"postgres\": this govctl keeps the log in SQLite only; set it to \"sqlite\"");
    }
    let dir = working_directory()?;
    let lookup = Lookup {
        policy_path: Some(audit.storage.path.trim()).filter(|p| !p.is_empty()).map(PathBuf::from),
        state_dir: env::var_os("GOVCTL_STATE_DIR"),
        xdg_state_home: env::var_os("XDG_STATE_HOME"),
        home: env::var_os("HOME"),
    };
    Ok(Location::find(&dir, &lookup)?)
}

/// As [`options`], for a process that writes an entry and ends.
pub fn brief(audit: &Audit) -> Options {
    Options { leave_wal: true, ..options(audit) }
}

/// `[audit]` as the store needs it.
pub fn options(audit: &Audit) -> Options {
    let names = |list: &[crate::policy::raw::values::Pattern]| list.iter().map(|p| p.0.clone()).collect();
    let rates = audit.filters.sampling_rates.iter();
    Options {
        verify_on_open: match audit.verify_on_open {
            section::VerifyOnOpen::Tail => VerifyOnOpen::Tail,
            section::VerifyOnOpen::Full => VerifyOnOpen::Full,
            section::VerifyOnOpen::Off => VerifyOnOpen::Off,
        },
        origin: Some(audit.origin.clone()).filter(|o| !o.is_empty()),
        checkpoint_every: u64::from(audit.checkpoint_every),
        filters: Filters {
            always_log: names(&audit.filters.always_log),
            never_log: names(&audit.filters.never_log),
            sampling_rates: rates
                .map(|(name, rate)| (name.clone(), rate.numerator as f64 / rate.denominator as f64))
                .collect(),
        },
        ..Options::default()
    }
}
