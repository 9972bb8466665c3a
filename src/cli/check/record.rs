//! A check of a governed repository is an entry in the log: what was looked at, what was found, whether it blocked.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde_json::json;

use super::settings::Resolved;
use crate::audit::{Event, EventType};
use crate::cli::audit::later::{self, Left};
use crate::cli::audit::log;
use crate::cli::terminal::Terminal;
use crate::cli::{Exit, identity};
use crate::engine::masker;
use crate::policy::raw::policies::EnforcementMode;
use crate::report::Report;

/// The hook that a check runs for.
#[derive(Clone, Debug, Default)]
pub struct Occasion {
    /// The hook's name.
    pub hook: &'static str,
    /// What there is to remember of the occasion: pushed refs, a push option.
    pub details: BTreeMap<&'static str, serde_json::Value>,
    /// An override that was presented.
    pub pass: super::Pass,
    /// Whether another hook follows that logs this one's run where nothing was found.
    pub later: bool,
}

/// What was looked at.
pub struct What<'a> {
    /// In words.
    pub name: &'a str,
    /// What the log finds it by.
    pub tags: Vec<String>,
    /// The hook.
    pub occasion: Option<&'a Occasion>,
}

/// The most tags of one entry: what is more goes into further entries.
const MOST_TAGS: usize = 500;

/// Variables by which hook managers are told to leave hooks out.
const SKIPS: [&str; 6] = ["SKIP", "PREK_SKIP", "LEFTHOOK", "LEFTHOOK_EXCLUDE", "HUSKY", "PRE_COMMIT_ALLOW_NO_CONFIG"];

/// What hook managers are told to leave out, by variable.
pub fn skipped() -> BTreeMap<&'static str, String> {
    let value = |name| std::env::var(name).ok().filter(|v| !v.is_empty()).map(|v| (name, masker::masked(&v)));
    SKIPS.into_iter().filter_map(value).collect()
}

/// Logs how a check ended. A repository without a policy file has no log.
///
/// # Errors
/// The entry could not be written: the check must then not pass.
pub fn record(resolved: &Resolved, what: What<'_>, report: &Report, exit: Exit, terminal: &mut Terminal) -> Result<()> {
    if !resolved.governed {
        return Ok(());
    }
    if is_left(resolved, &what, report, exit)? {
        return Ok(());
    }
    let blocked = exit != Exit::Clean;
    let kind = if blocked { EventType::CheckBlocked } else { EventType::CheckCompleted };
    let mut event = Event::new(kind, identity::actor());
    event.action = Some("check".to_owned());
    event.resource = Some(what.name.to_owned());
    event.environment.clone_from(&resolved.environment);
    event.enforced = Some(resolved.mode == EnforcementMode::Strict);
    event.outcome = Some(if report.is_complete() { "complete" } else { "incomplete" }.to_owned());
    let mut by_rule: BTreeMap<&str, u64> = BTreeMap::new();
    report.active().for_each(|f| *by_rule.entry(&f.rule).or_default() += 1);
    let mut data = json!({
        "mode": resolved.mode.name(),
        "findings": by_rule,
        "suppressed": report.findings.iter().filter(|f| f.suppressed.is_some()).count(),
        "files": report.coverage.files,
        "bytes": report.coverage.bytes,
        "commits": report.coverage.commits,
        "milliseconds": u64::try_from(report.elapsed.as_millis()).unwrap_or(u64::MAX),
    });
    let skipped = skipped();
    if !skipped.is_empty() {
        data["skip"] = json!(skipped);
    }
    if let Some(occasion) = what.occasion {
        data["hook"] = json!(occasion.hook);
        occasion.details.iter().for_each(|(name, value)| data[*name] = value.clone());
        event.tags.push(format!("hook:{}", occasion.hook));
    }
    event.data = Some(data);
    let events = spread(event, &what.tags);
    let warnings = log::record_all(&resolved.audit, &events)
        .context("the check could not be logged, so it does not pass; see `govctl audit verify`")?;
    warnings.iter().for_each(|w| terminal.warn(w));
    Ok(())
}

/// Whether the run needs no entry now, because the next hook of the same commit writes it.
fn is_left(resolved: &Resolved, what: &What<'_>, report: &Report, exit: Exit) -> Result<bool> {
    let may_wait = what.occasion.is_some_and(|o| o.later && o.details.is_empty()) && what.tags.is_empty();
    let found_nothing = exit == Exit::Clean && report.is_complete() && report.active().next().is_none();
    if !may_wait || !found_nothing || !resolved.audit.enabled || !skipped().is_empty() {
        return Ok(false);
    }
    let left = Left {
        at: crate::cli::clock::now(),
        mode: resolved.mode,
        environment: resolved.environment.clone(),
        suppressed: report.findings.len() as u64,
        bytes: report.coverage.bytes,
        milliseconds: u64::try_from(report.elapsed.as_millis()).unwrap_or(u64::MAX),
    };
    later::leave(&log::location(&resolved.audit)?, &left).context("the check could not be logged, so it does not pass")
}

/// One event for every [`MOST_TAGS`] tags; the first has the data.
fn spread(first: Event, tags: &[String]) -> Vec<Event> {
    let mut chunks = tags.chunks(MOST_TAGS);
    let more = |event: &Event, tags: &[String]| {
        let tags = event.tags.iter().chain(tags).cloned().collect();
        Event { tags, ..event.clone() }
    };
    let bare = Event { data: None, ..first.clone() };
    let first = more(&first, chunks.next().unwrap_or_default());
    std::iter::once(first).chain(chunks.map(|tags| more(&bare, tags))).collect()
}
