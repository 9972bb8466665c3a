//! A plan that is judged in a governed repository is an entry in its log.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde_json::json;

use crate::audit::{Event, EventType};
use crate::cli::audit::log;
use crate::cli::policy::trust;
use crate::cli::terminal::Terminal;
use crate::cli::{PolicyArgs, identity};
use crate::gate::{Outcome, Verdict};
use crate::plan::{Plan, Violation};
use crate::policy::load::{self, Loaded};
use crate::policy::{Policy, hash};

/// As many violations stand in the data of an entry; their number is always there.
const MOST_TOLD: usize = 200;

/// The policy in force, and whether a file governs this repository, so that verdicts are logged.
///
/// # Errors
/// A policy that is not valid.
pub fn policy(options: &PolicyArgs) -> Result<(Policy, bool)> {
    let loaded = options.load_here()?;
    let governed = matches!(loaded, Loaded::File { .. });
    let policy = load::valid(loaded)?;
    trust::require(&policy)?;
    Ok((policy, governed))
}

/// Logs the verdict on a plan.
///
/// # Errors
/// The entry could not be written: the plan must then not pass.
pub fn verdict(policy: &Policy, verdict: &Verdict, terminal: &mut Terminal) -> Result<()> {
    let kind = match verdict.outcome {
        Outcome::Pass => EventType::PlanValidatedPass,
        Outcome::Escalate => EventType::PlanValidatedEscalate,
        Outcome::Reject => EventType::PlanValidatedReject,
    };
    let mut event = event(kind, policy, verdict.plan.as_ref());
    event.decision = Some(verdict.outcome.name().to_ascii_lowercase());
    event.tier = verdict.assessment.as_ref().map(|a| a.tier.number());
    event.data = Some(json!({
        "plan_hash": verdict.plan_hash,
        "plan": verdict.plan.as_ref().map(subject),
        "strategy": verdict.assessment.as_ref().filter(|a| a.requires_approval).map(|a| a.strategy.name()),
        "violations": told(&verdict.violations),
    }));
    append(policy, event, &verdict.violations, terminal)
}

/// Logs how a graph compared with its plan.
///
/// # Errors
/// As [`verdict`].
pub fn graph(policy: &Policy, plan: Option<&Plan>, violations: &[Violation], terminal: &mut Terminal) -> Result<()> {
    let kind = if violations.is_empty() { EventType::PlanGraphOk } else { EventType::PlanGraphFailed };
    let mut event = event(kind, policy, plan);
    event.data = Some(json!({
        "plan_hash": plan.map(Plan::plan_hash), "plan": plan.map(subject), "violations": told(violations),
    }));
    append(policy, event, violations, terminal)
}

fn event(kind: EventType, policy: &Policy, plan: Option<&Plan>) -> Event {
    let mut event = Event::new(kind, identity::actor());
    event.environment.clone_from(&policy.environment.name);
    event.policy_hash = Some(hash::policy_hash(policy));
    if let Some(plan) = plan {
        event.tenant.clone_from(&plan.tenant);
        event.correlation.clone_from(&plan.request_id);
        if let [step] = plan.steps.as_slice() {
            event.action = Some(step.action.clone());
            event.action_hash = Some(plan.action_hash(step));
        }
    }
    event
}

fn subject(plan: &Plan) -> serde_json::Value {
    json!({ "actor": plan.actor.to_value(), "steps": plan.steps.len() })
}

fn told(violations: &[Violation]) -> serde_json::Value {
    let list = super::text::masked_violations(&violations[..violations.len().min(MOST_TOLD)]);
    json!({ "count": violations.len(), "list": list })
}

fn append(policy: &Policy, mut event: Event, violations: &[Violation], terminal: &mut Terminal) -> Result<()> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    violations.iter().for_each(|v| *counts.entry(v.code.name()).or_default() += 1);
    let reason = |(code, count): (&str, u64)| crate::audit::Reason {
        code: code.to_owned(),
        message: (count > 1).then(|| format!("{count} times")),
        rule: None,
    };
    event.reasons = counts.into_iter().map(reason).collect();
    let warnings = log::record(&policy.sections().audit, &event)
        .context("the verdict could not be logged, so it does not hold; see `govctl audit verify`")?;
    warnings.iter().for_each(|w| terminal.warn(w));
    Ok(())
}
