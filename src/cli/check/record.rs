//! A check of a governed repository is an entry in the log: what was looked at, what was found, whether it blocked.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde_json::json;

use super::settings::Resolved;
use crate::audit::{Event, EventType};
use crate::cli::audit::log;
use crate::cli::terminal::Terminal;
use crate::cli::{Exit, identity};
use crate::policy::raw::policies::EnforcementMode;
use crate::report::Report;

/// Logs how a check ended. A repository without a policy file has no log.
///
/// # Errors
/// The entry could not be written: the check must then not pass.
pub fn record(resolved: &Resolved, what: &str, report: &Report, exit: Exit, terminal: &mut Terminal) -> Result<()> {
    if !resolved.governed {
        return Ok(());
    }
    let blocked = exit != Exit::Clean;
    let kind = if blocked { EventType::CheckBlocked } else { EventType::CheckCompleted };
    let mut event = Event::new(kind, identity::actor());
    event.action = Some("check".to_owned());
    event.resource = Some(what.to_owned());
    event.environment.clone_from(&resolved.environment);
    event.enforced = Some(resolved.mode == EnforcementMode::Strict);
    event.outcome = Some(if report.is_complete() { "complete" } else { "incomplete" }.to_owned());
    let mut by_rule: BTreeMap<&str, u64> = BTreeMap::new();
    report.active().for_each(|f| *by_rule.entry(&f.rule).or_default() += 1);
    event.data = Some(json!({
        "mode": resolved.mode.name(),
        "findings": by_rule,
        "suppressed": report.findings.iter().filter(|f| f.suppressed.is_some()).count(),
        "files": report.coverage.files,
        "bytes": report.coverage.bytes,
        "commits": report.coverage.commits,
        "milliseconds": u64::try_from(report.elapsed.as_millis()).unwrap_or(u64::MAX),
    }));
    let warnings = log::record(&resolved.audit, &event)
        .context("the check could not be logged, so it does not pass; see `govctl audit verify`")?;
    warnings.iter().for_each(|w| terminal.warn(w));
    Ok(())
}
