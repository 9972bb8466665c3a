//! `govctl policy trust`: an approver records in the log that this very policy is trusted; and what holds until then, in an
//! environment that asks for it: nothing is let through.

use anyhow::{Result, bail};
use clap::Args as ClapArgs;
use serde_json::json;

use super::look;
use crate::audit::entry::{Actor, Event};
use crate::audit::kind::EventType;
use crate::audit::query::{Field, Query};
use crate::cli::audit::log;
use crate::cli::terminal::Terminal;
use crate::cli::{Exit, PolicyArgs, identity};
use crate::policy::Policy;
use crate::policy::hash::policy_hash;
use crate::store::{Location, Options, Store, VerifyOnOpen};

/// Which policy, and where it is recorded.
#[derive(ClapArgs, Debug)]
pub struct Args {
    /// The hash you have looked at; another one is refused
    #[arg(long, value_name = "SHA256")]
    hash: Option<String>,
    /// The log; else the one of this repository
    #[arg(long, value_name = "FILE")]
    db: Option<std::path::PathBuf>,
}

/// Records the trust. Exit status 1: who runs this is no approver, or the hash is another one.
///
/// # Errors
/// A policy that is not valid, a log that cannot be written.
pub fn run(args: &Args, options: &PolicyArgs, terminal: &mut Terminal) -> Result<Exit> {
    let (policy, ..) = look::in_force(options)?;
    let hash = policy_hash(&policy);
    if let Some(wanted) = args.hash.as_ref().filter(|wanted| **wanted != hash) {
        terminal.error(&format!("the policy has the hash {hash}, not {wanted}; look at it again before you trust it"));
        return Ok(Exit::Findings);
    }
    let Some(os_user) = identity::os_user() else {
        bail!("who runs this cannot be told; /etc/passwd does not list the user")
    };
    let approver = policy.sections().approvers.user.iter().find(|u| u.os_user.as_deref() == Some(&os_user));
    let Some(approver) = approver else {
        terminal.error(&format!(
            "`{os_user}` is no approver of this policy; an approver is a [[approvers.user]] with `os_user = \"{os_user}\"`"
        ));
        return Ok(Exit::Findings);
    };
    let audit = &policy.sections().audit;
    let location = args.db.as_ref().map_or_else(|| log::location(audit), |db| Ok(Location::file(db)))?;
    let mut store = Store::open(&location, log::options(audit))?;
    let actor = Actor { auth: Some("os_user".into()), ..Actor::new("user", &approver.id) };
    let mut event = Event::new(EventType::PolicyTrusted, actor);
    event.policy_hash = Some(hash.clone());
    event.environment.clone_from(&policy.environment.name);
    event.data = Some(json!({ "role": approver.role }));
    store.append(&event)?;
    store.take_warnings().iter().for_each(|w| terminal.warn(w));
    writeln!(terminal.out(), "{hash}")?;
    terminal.note(&format!("{} trusts this policy", approver.id));
    Ok(Exit::Clean)
}

/// Holds that this policy was trusted, where its environment asks for that.
///
/// # Errors
/// It was not, or the log does not tell: everything is rejected then.
pub fn require(policy: &Policy) -> Result<()> {
    if !policy.environment.trusted_policy {
        return Ok(());
    }
    let hash = policy_hash(policy);
    if last_trusted(policy)?.is_some_and(|trusted| trusted == hash) {
        return Ok(());
    }
    bail!(
        "this environment asks for a trusted policy, and {hash} is not: everything is rejected until an approver runs \
         `govctl policy trust --hash {hash}`"
    )
}

/// The hash of the policy that was trusted last.
///
/// # Errors
/// A log that cannot be read.
pub fn last_trusted(policy: &Policy) -> Result<Option<String>> {
    let audit = &policy.sections().audit;
    let location = log::location(audit)?;
    if !location.db.exists() {
        return Ok(None);
    }
    let store = Store::open_existing(&location, Options { verify_on_open: VerifyOnOpen::Off, ..log::options(audit) })?;
    let all = Query::default().filter(Field::Type, &[EventType::PolicyTrusted.name().to_owned()]);
    let query = Query { limit: Some(1), reverse: true, ..all };
    let mut last = None;
    store.query::<anyhow::Error>(&query, |_, body| {
        let entry: serde_json::Value = serde_json::from_str(body)?;
        last = entry["policy_hash"].as_str().map(ToOwned::to_owned);
        Ok(())
    })?;
    Ok(last)
}
